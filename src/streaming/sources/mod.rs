//! Where a stream's rows come from.

mod cloud_files;
mod delta;
mod file_log;
mod file_options;
mod rate;
mod schema_log;

use serde_json::Value;

pub use cloud_files::{apply_schema_hints, infer_cloud_files_schema};
pub use delta::DELTA_STREAM_OPTIONS;
pub use file_options::{
    CLOUD_FILES_OPTIONS, FILE_STREAM_OPTIONS, FORMAT as CLOUD_FILES_FORMAT, FileSourceOptions,
    SchemaEvolutionMode,
};
pub use rate::{RATE_STREAM_OPTIONS, RateOptions, rate_schema};

use super::checkpoint::{Checkpoint, Offset};
use super::{QueryContext, StreamError};
use crate::sql::plan::{PlanNode, StreamSource, StreamSourceSpec};

/// A source that can be replayed: between the same two offsets it gives the same rows.
///
/// Source: Spark's `SupportsAdmissionControl` and `Source`.
pub trait Source {
    /// Its name in progress and messages: `CloudFilesSource[dbfs:/in]`.
    fn description(&self) -> String;

    /// Where a batch that begins after `start` ends, within the source's rate limits (all there
    /// is with `ignore_limits`). The same as `start` if nothing is new; `None` if there has
    /// never been anything.
    fn next_offset(
        &mut self,
        start: Option<&Offset>,
        ignore_limits: bool,
    ) -> Result<Option<Offset>, StreamError>;

    /// The rows after `start` up to `end`, as a scan with the columns of the source's plan.
    fn batch(&mut self, start: Option<&Offset>, end: &Offset) -> Result<PlanNode, StreamError>;

    /// Called when all rows of a batch were read and before they are committed: the last moment
    /// to refuse them.
    fn check_batch(&mut self) -> Result<(), StreamError> {
        Ok(())
    }

    /// From now on [`Source::next_offset`] offers only what is there at this moment
    /// (`Trigger.AvailableNow`).
    fn prepare_available_now(&mut self) -> Result<(), StreamError>;

    /// Whether there may be something new though no file has changed.
    fn follows_clock(&self) -> bool {
        false
    }

    /// The `metrics` of the source's progress.
    fn metrics(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// Makes the source that `source` describes, the `index`th of its query.
pub(super) fn open(
    source: &StreamSource,
    index: usize,
    checkpoint: &Checkpoint,
    context: &QueryContext,
) -> Result<Box<dyn Source>, StreamError> {
    let session = &context.session;
    match &source.spec {
        StreamSourceSpec::CloudFiles { path, format }
        | StreamSourceSpec::Files { path, format } => {
            let options = match source.spec {
                StreamSourceSpec::CloudFiles { .. } => {
                    FileSourceOptions::cloud_files(&source.options)?
                }
                _ => FileSourceOptions::plain(&source.options)?,
            };
            Ok(Box::new(cloud_files::FileSource::open(
                session.fs.clone(),
                path.clone(),
                *format,
                source.schema.clone(),
                options,
                checkpoint.source_dir(index)?,
            )?))
        }
        StreamSourceSpec::Delta { table, .. } => Ok(Box::new(delta::DeltaSource::open(
            session.deltas.open(table),
            source,
            session.fs.clone(),
            &checkpoint.source_dir(index)?,
        )?)),
        StreamSourceSpec::Rate => Ok(Box::new(rate::RateSource::open(
            session.fs.as_ref(),
            context.env.clone(),
            source,
            &checkpoint.source_dir(index)?,
        )?)),
    }
}

/// A whole number in an offset's JSON.
fn offset_number(offset: &Offset, key: &str) -> Option<i64> {
    offset.get(key).and_then(Value::as_i64)
}
