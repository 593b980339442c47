//! An aggregation of a stream: the groups of a micro-batch are merged into those of the batches
//! before.
//!
//! Source: Spark's `StateStoreSaveExec`.

use super::super::keys::KeyRows;
use super::super::state::OperatorReport;
use super::super::stream::{blocking, chunks, take_rows};
use super::super::watermark::{Expiry, Stateful};
use super::super::{FrameStream, OutputMode};
use super::Aggregator;
use crate::sql::SqlError;
use crate::types::Frame;

/// The aggregate operator of a micro-batch: state is read and written for the groups that the
/// batch touches, and the output mode decides what comes out.
pub(in crate::sql::execute) fn stateful(
    rows: FrameStream,
    aggregator: Aggregator,
    expiry: Option<Expiry>,
    operator: Stateful,
) -> FrameStream {
    let schema = aggregator.schema.clone();
    blocking(
        rows,
        schema,
        aggregator,
        |aggregator: &mut Aggregator, frame| aggregator.update(&frame),
        move |aggregator| Ok(chunks(merged(&aggregator, expiry.as_ref(), &operator)?)),
    )
}

/// Merges the batch into the state, and gives what the output mode wants of it.
fn merged(
    batch: &Aggregator,
    expiry: Option<&Expiry>,
    operator: &Stateful,
) -> Result<Frame, SqlError> {
    let mode = batch.ctx.output_mode;
    // The whole result has late groups, too, and forgets none.
    let expiry = expiry.filter(|_| mode != OutputMode::Complete);
    let key_columns = batch.keys.len();
    let shared = operator.table("")?;
    let mut table = shared.lock();
    table.set_schema(key_columns, &batch.buffer_schema)?;

    let mut groups = batch.buffers()?;
    let mut report = OperatorReport {
        name: "stateStoreSave",
        ..OperatorReport::default()
    };
    if let Some(expiry) = expiry {
        let all = groups.height();
        groups = take_rows(&groups, expiry.in_time(&groups, operator.late_us)?)?;
        report.rows_dropped = (all - groups.height()) as u64;
    }
    let keys = |rows: &Frame| {
        let columns = rows.columns().get(..key_columns).unwrap_or_default();
        KeyRows::encode(columns, rows.height())
    };
    let batch_keys = keys(&groups)?;
    let known: Vec<u64> = (0..groups.height())
        .filter_map(|row| table.find(batch_keys.get(row)).first().copied())
        .collect();
    let mut touched = batch.fresh()?;
    touched.merge(&table.rows(&known)?)?;
    touched.merge(&groups)?;
    let rows = touched.buffers()?;
    let expiries = match expiry {
        Some(expiry) => expiry.times(&rows)?,
        None => Vec::new(),
    };
    table.replace(&keys(&rows)?, &rows, &expiries)?;
    report.rows_updated = rows.height() as u64;

    let expired = match expiry {
        Some(_) => table.expired(operator.watermark_us),
        None => Vec::new(),
    };
    let out = match mode {
        OutputMode::Update => touched,
        OutputMode::Append | OutputMode::Complete => {
            let mut out = batch.fresh()?;
            out.merge(&match mode {
                OutputMode::Append => table.rows(&expired)?,
                _ => table.all()?,
            })?;
            out
        }
    };
    table.remove(&expired)?;
    report.rows_removed = expired.len() as u64;
    operator.report(report);
    out.finish()
}
