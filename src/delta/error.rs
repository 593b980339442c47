//! Errors.

/// Why the log refused.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    #[error(transparent)]
    Storage(#[from] crate::storage::StorageError),
}
