//! Files and frames.

pub mod partitions;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    Parquet,
    Json,
    Csv,
    Text,
    BinaryFile,
}

/// Options of a reader or writer, by name without case, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {}

/// Why a file can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error(transparent)]
    Storage(#[from] crate::storage::StorageError),
}
