//! What can go wrong between a SQL text and its rows.

use super::functions::FunctionError;
use crate::delta::DeltaError;
use crate::formats::FormatError;
use crate::storage::StorageError;
use crate::types::FrameError;

/// An error with Spark's condition.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error(transparent)]
    Delta(#[from] DeltaError),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Function(#[from] FunctionError),
}
