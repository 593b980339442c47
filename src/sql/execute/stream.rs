//! Operators that pass chunks on, and the parts that others are made of.

use std::sync::Arc;

use polars_core::prelude::{IdxCa, IdxSize, PlSmallStr};

use super::evaluate::{Scope, project as project_frame};
use super::keys::KeyRows;
use super::state::OperatorReport;
use super::watermark::Stateful;
use super::{CHUNK_ROWS, ExecContext, FrameStream, start};
use crate::sql::SqlError;
use crate::sql::plan::{Expr, Plan};
use crate::types::{DataType, Frame, SchemaRef, StructType, Value};

/// The whole run: subqueries first, then the rows; cancellable, over after an error.
pub(super) struct Run {
    rows: FrameStream,
    pending: Vec<Arc<Plan>>,
    subquery: Option<(Arc<Plan>, FrameStream, Vec<Frame>)>,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
    /// Whether its rows are the result, not a subquery's.
    outermost: bool,
    over: bool,
}

impl Run {
    pub fn new(
        rows: FrameStream,
        mut pending: Vec<Arc<Plan>>,
        schema: SchemaRef,
        ctx: Arc<ExecContext>,
        outermost: bool,
    ) -> Self {
        pending.reverse();
        Run {
            rows,
            pending,
            subquery: None,
            schema,
            ctx,
            outermost,
            over: false,
        }
    }

    fn step(&mut self) -> Option<Result<Frame, SqlError>> {
        if let Err(cancelled) = self.ctx.check_cancelled() {
            return Some(Err(cancelled));
        }
        if let Some((plan, mut rows, mut frames)) = self.subquery.take() {
            match rows.next() {
                Some(Ok(frame)) => {
                    frames.push(frame);
                    self.subquery = Some((plan, rows, frames));
                }
                Some(Err(error)) => return Some(Err(error)),
                None => match concat(frames) {
                    Ok(frame) => self.ctx.subqueries.put(plan, frame),
                    Err(error) => return Some(Err(error)),
                },
            }
            return Some(Ok(Frame::empty(self.schema.clone())));
        }
        if let Some(plan) = self.pending.pop() {
            if self.ctx.subqueries.get(&plan).is_none() {
                match start(&plan, &self.ctx, false) {
                    Ok(rows) => {
                        let frames = vec![Frame::empty(plan.schema())];
                        self.subquery = Some((plan, rows, frames));
                    }
                    Err(error) => return Some(Err(error)),
                }
            }
            return Some(Ok(Frame::empty(self.schema.clone())));
        }
        self.rows.next()
    }
}

impl Iterator for Run {
    type Item = Result<Frame, SqlError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let item = self.step();
        match &item {
            Some(Ok(frame)) if self.outermost => self.ctx.metrics.add_rows_out(frame.height()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => self.over = true,
        }
        item
    }
}

/// One frame.
pub(super) fn once(frame: Frame) -> FrameStream {
    Box::new(std::iter::once(Ok(frame)))
}

/// A frame in chunks.
pub(super) fn chunks(frame: Frame) -> FrameStream {
    if frame.height() <= CHUNK_ROWS {
        return once(frame);
    }
    let count = frame.height().div_ceil(CHUNK_ROWS);
    Box::new((0..count).map(move |i| Ok(frame.slice(i * CHUNK_ROWS, CHUNK_ROWS))))
}

/// Each frame changed.
pub(super) fn map(
    rows: FrameStream,
    mut change: impl FnMut(Frame) -> Result<Frame, SqlError> + 'static,
) -> FrameStream {
    Box::new(rows.map(move |frame| change(frame?)))
}

/// All rows in one frame. There must be one frame at least.
pub(super) fn concat(mut frames: Vec<Frame>) -> Result<Frame, SqlError> {
    if let [_, ..] = frames.as_slice()
        && frames.iter().any(|f| f.height() > 0)
    {
        frames.retain(|f| f.height() > 0);
    }
    if let [_] = frames.as_slice()
        && let Some(frame) = frames.pop()
    {
        return Ok(frame);
    }
    let all = Frame::concat(&frames)?;
    all.ok_or_else(|| {
        super::ExecuteError::Internal {
            what: "No frame to put together",
        }
        .into()
    })
}

/// The rows at `rows`, ascending; all of them cost nothing.
pub(super) fn take_rows(frame: &Frame, rows: Vec<IdxSize>) -> Result<Frame, SqlError> {
    let all = rows.len() == frame.height() && (0..).zip(&rows).all(|(i, row)| i == *row);
    if all {
        return Ok(frame.clone());
    }
    Ok(frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, rows))?)
}

/// The columns at `positions`.
pub(super) fn select(
    frame: &Frame,
    positions: &[usize],
    schema: &SchemaRef,
) -> Result<Frame, SqlError> {
    let columns = positions
        .iter()
        .filter_map(|i| frame.column(*i).cloned())
        .collect();
    let selected = Frame::new(schema.clone(), columns, frame.height())?;
    Ok(selected.with_origin(frame.origin().cloned()))
}

pub(super) fn project(
    rows: FrameStream,
    exprs: Vec<Expr>,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> FrameStream {
    let (mut chunk, mut offset) = (0, 0);
    map(rows, move |frame| {
        let scope = Scope::new(&frame, &ctx).at(chunk, offset);
        chunk += 1;
        offset += frame.height() as u64;
        project_frame(&scope, &exprs, &schema, &frame)
    })
}

pub(super) fn filter(rows: FrameStream, predicate: Expr, ctx: Arc<ExecContext>) -> FrameStream {
    let (mut chunk, mut offset) = (0, 0);
    map(rows, move |frame| {
        if frame.height() == 0 {
            return Ok(frame);
        }
        let scope = Scope::new(&frame, &ctx).at(chunk, offset);
        chunk += 1;
        offset += frame.height() as u64;
        Ok(frame.filter(&scope.matches(&predicate)?)?)
    })
}

/// Skips `offset` rows, then passes `limit` on, and pulls no more than it needs.
pub(super) fn limit(mut rows: FrameStream, limit: Option<u64>, offset: u64) -> FrameStream {
    let mut skip = offset;
    let mut left = limit.unwrap_or(u64::MAX);
    Box::new(std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let frame = match rows.next()? {
            Ok(frame) => frame,
            Err(error) => return Some(Err(error)),
        };
        let skipped = skip.min(frame.height() as u64);
        let taken = left.min(frame.height() as u64 - skipped);
        skip -= skipped;
        left -= taken;
        Some(Ok(frame.slice(skipped as usize, taken as usize)))
    }))
}

/// Calls `pass` for each frame and, at the end of the rows, once with `None`, until it gives
/// `None`.
pub(super) fn to_end(
    mut rows: FrameStream,
    mut pass: impl FnMut(Option<Frame>) -> Result<Option<Frame>, SqlError> + 'static,
) -> FrameStream {
    let mut over = false;
    Box::new(std::iter::from_fn(move || {
        if over {
            return None;
        }
        let frame = match rows.next() {
            Some(Err(error)) => return Some(Err(error)),
            Some(Ok(frame)) => Some(frame),
            None => None,
        };
        over = frame.is_none();
        pass(frame).transpose()
    }))
}

/// The first `limit` rows of a stream, over all its batches: how many were given out is state.
/// The input is pulled to its end, so that the operators below finish their work.
pub(super) fn streaming_limit(
    rows: FrameStream,
    limit: Option<u64>,
    operator: Stateful,
) -> FrameStream {
    let counts = Arc::new(StructType::of([("count", DataType::Long)]));
    let limit = limit
        .and_then(|l| i64::try_from(l).ok())
        .unwrap_or(i64::MAX);
    let mut given: Option<i64> = None;
    to_end(rows, move |frame| {
        let shared = operator.table("")?;
        let mut table = shared.lock();
        table.set_schema(0, &counts)?;
        let count = match given {
            Some(count) => count,
            None => {
                let saved = table.all()?;
                let count = saved.column(0).map(|c| c.i64()).transpose()?;
                count.and_then(|c| c.iter().next().flatten()).unwrap_or(0)
            }
        };
        match frame {
            Some(frame) => {
                let left = usize::try_from(limit.saturating_sub(count)).unwrap_or(0);
                let frame = frame.slice(0, left);
                given = Some(count.saturating_add(frame.height() as i64));
                Ok(Some(frame))
            }
            None => {
                let count = Value::Long(count).to_series(&DataType::Long)?;
                let row = Frame::new(counts.clone(), vec![count], 1)?;
                table.replace(&KeyRows::encode(&[], 1)?, &row, &[])?;
                operator.report(OperatorReport {
                    name: "globalLimit",
                    rows_updated: 1,
                    ..OperatorReport::default()
                });
                Ok(None)
            }
        }
    })
}

pub(super) fn union(inputs: Vec<FrameStream>, schema: SchemaRef) -> FrameStream {
    let rows = Box::new(inputs.into_iter().flatten());
    map(rows, move |frame| Ok(frame.with_schema(schema.clone())?))
}

/// An operator that must see all of its input: `consume` takes each chunk, `finish` gives the
/// result. It yields an empty frame for each chunk taken in.
pub(super) fn blocking<S: 'static>(
    rows: FrameStream,
    schema: SchemaRef,
    state: S,
    consume: impl FnMut(&mut S, Frame) -> Result<(), SqlError> + 'static,
    finish: impl FnOnce(S) -> Result<FrameStream, SqlError> + 'static,
) -> FrameStream {
    Box::new(Blocking {
        phase: Phase::Consuming(rows, state, finish),
        consume,
        schema,
    })
}

struct Blocking<S, C, F> {
    phase: Phase<S, F>,
    consume: C,
    schema: SchemaRef,
}

enum Phase<S, F> {
    Consuming(FrameStream, S, F),
    Emitting(FrameStream),
    Over,
}

impl<S, C, F> Iterator for Blocking<S, C, F>
where
    C: FnMut(&mut S, Frame) -> Result<(), SqlError>,
    F: FnOnce(S) -> Result<FrameStream, SqlError>,
{
    type Item = Result<Frame, SqlError>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Consuming(mut rows, mut state, finish) => match rows.next() {
                Some(Ok(frame)) => {
                    if let Err(error) = (self.consume)(&mut state, frame) {
                        return Some(Err(error));
                    }
                    self.phase = Phase::Consuming(rows, state, finish);
                    Some(Ok(Frame::empty(self.schema.clone())))
                }
                Some(Err(error)) => Some(Err(error)),
                None => match finish(state) {
                    Ok(rows) => {
                        self.phase = Phase::Emitting(rows);
                        Some(Ok(Frame::empty(self.schema.clone())))
                    }
                    Err(error) => Some(Err(error)),
                },
            },
            Phase::Emitting(mut rows) => {
                let item = rows.next()?;
                self.phase = Phase::Emitting(rows);
                Some(item)
            }
            Phase::Over => None,
        }
    }
}
