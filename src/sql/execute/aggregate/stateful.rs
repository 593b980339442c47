//! An aggregation of a stream: the groups of a micro-batch are merged into those of the batches
//! before.
//!
//! Source: Spark's `StateStoreSaveExec`, `SessionWindowStateStoreSaveExec`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::keys::KeyRows;
use super::super::state::{OperatorReport, StateTable};
use super::super::stream::{blocking, chunks, once, take_rows};
use super::super::watermark::{Expiry, Stateful};
use super::super::{CHUNK_ROWS, FrameStream, OutputMode};
use super::Aggregator;
use super::session::{session_key, with_sessions};
use crate::sql::SqlError;
use crate::types::{Frame, SchemaRef, StructType};

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
        move |aggregator| merged(aggregator, expiry, &operator),
    )
}

/// How groups lie in state: the columns of the key, then the rest.
struct Layout {
    /// Where each column of state stands among a group's keys and buffers.
    from: Vec<usize>,
    /// How many of them find a group's rows; sessions of one key lie together.
    key_columns: usize,
    schema: SchemaRef,
}

impl Layout {
    fn new(groups: &SchemaRef, keys: usize, session: Option<usize>) -> Self {
        let mut from: Vec<usize> = (0..groups.len()).collect();
        if let Some(session) = session {
            let column = from.remove(session);
            from.insert(keys - 1, column);
        }
        let fields = from.iter().filter_map(|i| groups.fields.get(*i).cloned());
        Layout {
            key_columns: keys - usize::from(session.is_some()),
            schema: Arc::new(StructType::new(fields.collect())),
            from,
        }
    }

    /// Groups as state has them.
    fn stored(&self, groups: &Frame) -> Result<Frame, SqlError> {
        let columns = self.from.iter().filter_map(|i| groups.column(*i).cloned());
        let columns = columns.collect();
        Ok(Frame::new(self.schema.clone(), columns, groups.height())?)
    }

    /// State as groups.
    fn groups(&self, stored: &Frame, schema: &SchemaRef) -> Result<Frame, SqlError> {
        let place = |i| self.from.iter().position(|from| *from == i);
        let columns = (0..self.from.len()).filter_map(|i| stored.column(place(i)?).cloned());
        let columns = columns.collect();
        Ok(Frame::new(schema.clone(), columns, stored.height())?)
    }

    fn keys(&self, stored: &Frame) -> Result<KeyRows, SqlError> {
        let columns = stored.columns().get(..self.key_columns).unwrap_or_default();
        KeyRows::encode(columns, stored.height())
    }
}

/// Merges the batch into the state, and gives what the output mode wants of it.
fn merged(
    batch: Aggregator,
    expiry: Option<Expiry>,
    operator: &Stateful,
) -> Result<FrameStream, SqlError> {
    let mode = batch.ctx.output_mode;
    // The whole result has late groups, too, and forgets none.
    let expiry = expiry.filter(|_| mode != OutputMode::Complete);
    let session = session_key(&batch.keys);
    let layout = Layout::new(&batch.buffer_schema, batch.keys.len(), session);
    let shared = operator.table("")?;
    let mut table = shared.lock();
    table.set_schema(layout.key_columns, &layout.schema)?;

    let mut groups = batch.buffers()?;
    let mut report = OperatorReport {
        name: match session {
            Some(_) => "sessionWindowStateStoreSaveExec",
            None => "stateStoreSave",
        },
        ..OperatorReport::default()
    };
    if let Some(expiry) = &expiry {
        let all = groups.height();
        groups = take_rows(&groups, expiry.in_time(&groups, operator.late_us)?)?;
        report.rows_dropped = (all - groups.height()) as u64;
    }

    let keys = layout.keys(&layout.stored(&groups)?)?;
    let mut known: Vec<u64> = Vec::new();
    let mut seen = BTreeSet::new();
    for row in 0..groups.height() {
        known.extend(
            table
                .find(keys.get(row))
                .iter()
                .filter(|id| seen.insert(**id)),
        );
    }
    drop(seen);
    let before = layout.groups(&table.rows(&known)?, &batch.buffer_schema)?;
    let touched = match session {
        Some(session) => {
            let mut touched = batch.fresh()?;
            let all = Frame::concat(&[before, groups])?;
            let all = all.unwrap_or_else(|| Frame::empty(batch.buffer_schema.clone()));
            touched.merge(&with_sessions(&all, batch.keys.len(), session)?)?;
            touched
        }
        // All of them are new: there is nothing to merge.
        None if known.is_empty() && groups.height() == batch.len() => batch,
        None => {
            let mut touched = batch.fresh()?;
            touched.merge(&before)?;
            touched.merge(&groups)?;
            touched
        }
    };
    let rows = touched.buffers()?;
    let expiries = match &expiry {
        Some(expiry) => expiry.times(&rows)?,
        None => Vec::new(),
    };
    let stored = layout.stored(&rows)?;
    let keys = layout.keys(&stored)?;
    if session.is_some() {
        // Sessions that were two may be one now.
        table.remove(&known)?;
        table.insert(&keys, &stored, &expiries)?;
    } else {
        table.replace(&keys, &stored, &expiries)?;
    }
    drop(keys);
    report.rows_updated = rows.height() as u64;

    let expired = match expiry {
        Some(_) => table.expired(operator.watermark_us),
        None => Vec::new(),
    };
    let out = match mode {
        OutputMode::Update => chunks(touched.finish()?),
        OutputMode::Append => results(&touched, &table, &layout, &expired)?,
        OutputMode::Complete => results(&touched, &table, &layout, &table.ids())?,
    };
    table.remove(&expired)?;
    report.rows_removed = expired.len() as u64;
    operator.report(report);
    Ok(out)
}

/// The results of rows of state; `like` computes them. Each has a group of its own, so some at a time will do.
fn results(
    like: &Aggregator,
    table: &StateTable,
    layout: &Layout,
    ids: &[u64],
) -> Result<FrameStream, SqlError> {
    let result = |ids: &[u64]| {
        let mut some = like.fresh()?;
        some.merge(&layout.groups(&table.rows(ids)?, &like.buffer_schema)?)?;
        some.finish()
    };
    if ids.is_empty() {
        return Ok(once(result(ids)?));
    }
    let frames = ids.chunks(CHUNK_ROWS).map(result);
    let frames = frames.collect::<Result<Vec<Frame>, SqlError>>()?;
    Ok(Box::new(frames.into_iter().map(Ok)))
}
