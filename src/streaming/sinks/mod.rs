//! Where a stream's rows go.

mod delta;
mod files;
mod foreach;
mod memory;

pub use delta::{DeltaSink, DeltaSinkOptions};
pub use files::{FileSink, FileSinkOptions};
pub use foreach::{ForeachBatch, ForeachBatchSink, WaitingBatch};
pub use memory::{MemorySink, MemorySinkRows};

use super::StreamError;
use crate::sql::execute::OutputMode;
use crate::types::Frame;

/// A sink that takes each batch at most once.
///
/// The calls for a batch are `begin`, `write` for each frame, `prepare`, `commit`; `abort` in
/// place of any of the last three if the batch fails. Nothing of a batch is seen before `commit`.
///
/// Source: Spark's `Sink`, and its demand that `addBatch` be idempotent by batch id.
pub trait Sink {
    /// Its name in progress: `DeltaSink[dbfs:/…]`.
    fn description(&self) -> String;

    /// Begins a batch. `false` says that the sink has it already: skip it.
    fn begin(&mut self, batch_id: i64, mode: OutputMode) -> Result<bool, StreamError>;

    /// Takes rows of the batch.
    fn write(&mut self, frame: &Frame) -> Result<(), StreamError>;

    /// All rows are there. `false` says that the sink waits for somebody: ask again later.
    fn prepare(&mut self) -> Result<bool, StreamError> {
        Ok(true)
    }

    /// Makes the batch visible, whole.
    fn commit(&mut self) -> Result<(), StreamError>;

    /// Forgets the batch.
    fn abort(&mut self);

    /// Rows written by the last batch; -1 where the sink doesn't say.
    fn num_output_rows(&self) -> i64 {
        -1
    }
}
