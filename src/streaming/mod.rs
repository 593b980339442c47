//! Structured Streaming: queries that run in micro-batches, exactly once.
//!
//! A [`StreamingQuery`] moves between its [`sources`], the plan, and its [`sinks`], and writes
//! down in its [`Checkpoint`] how far it is.

mod checkpoint;
mod error;
mod progress;
mod query;
pub mod sinks;
pub mod sources;
mod state;
#[cfg(test)]
mod tests;
mod trigger;
mod watermark;

pub use checkpoint::{Checkpoint, Offset, OffsetMetadata, OffsetSeq};
pub use error::StreamError;
pub use progress::{
    SinkProgress, SourceProgress, StateOperatorProgress, StreamingQueryProgress, iso_timestamp,
};
pub use query::{
    MakeSink, QueryContext, QueryDefinition, QueryPhase, QuerySession, Step, StreamingQuery,
    StreamingQueryStatus,
};
pub use trigger::{Trigger, mode_name, parse_output_mode};
pub use watermark::WatermarkPolicy;
