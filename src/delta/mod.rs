//! The Delta transaction log.

mod actions;
mod error;

pub use actions::AddFile;
pub use error::DeltaError;
