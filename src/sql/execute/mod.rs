//! Runs a plan: a pull pipeline of frames.
//!
//! [`execute`] turns a [`Plan`] into a [`FrameStream`]. Nothing is read until the first frame is
//! pulled, and each pull does a bounded piece of work (about one chunk of [`CHUNK_ROWS`] rows),
//! so that whoever pulls can look at the world in between: a browser worker sees a Cancel.
//!
//! # The stream's contract
//! - Every frame has the plan's schema. A frame without rows means *not yet*: operators that
//!   must see all of their input first (aggregate, sort, window, the build side of a join) give
//!   one for each chunk that they take in. It is no sign of the end.
//! - Two pieces of work grow with what an operator holds: the sorting itself, and a window call.
//! - The order of rows is that of the input; of a join, that of the probing side.
//! - After an error the stream is over. [`Cancellation`] gives [`ExecuteError::Cancelled`] at
//!   the next pull.
//! - Memory is bounded by a few chunks, except for what an operator must hold: the groups of an
//!   aggregate, the built side of a join, the rows to sort or to put in windows.
//!
//! # Streaming
//! A micro-batch is a plan whose streaming sources were replaced by [`Plan::with_batches`].
//! Aggregates, distincts and limits above a batch, and joins of two, keep their state through
//! [`StateStore`]. What is late and what is final follows from [`Watermarks`]; the event times
//! that a batch brings are in its [`Metrics`].

mod aggregate;
mod bounds;
mod context;
mod error;
mod evaluate;
mod fallible;
mod generate;
mod join;
mod keys;
mod recursive;
mod running;
mod scan;
mod set;
mod sort;
mod state;
mod stream;
mod stream_join;
mod subquery;
#[cfg(test)]
mod tests;
mod watermark;
mod window;

pub use aggregate::Aggregator;
pub use context::{Cancellation, ExecContext, Metrics, ReadListener};
pub use error::ExecuteError;
pub use evaluate::evaluate;
pub(in crate::sql) use fallible::is_infallible;
pub(in crate::sql) use join::{JoinCondition, build_left as joins_build_left, conjuncts};
pub use state::{OperatorReport, OutputMode, SharedTable, StateStore, StateTable};
pub use subquery::SubqueryCache;
pub use watermark::{EventTimes, Watermarks};

use std::sync::Arc;

use self::watermark::{Expiry, Stateful};
use super::plan::{Expr, Plan, PlanNode};
use super::{SqlError, event_time};
use crate::delta::ColumnBound;
use crate::types::{Frame, SchemaRef, StructField, StructType};

/// Rows that a chunk has, about.
pub const CHUNK_ROWS: usize = 128 * 1024;

/// The rows of a plan, a chunk at a time.
pub type FrameStream = Box<dyn Iterator<Item = Result<Frame, SqlError>>>;

/// Starts a plan. The frames have the plan's visible columns; the module says what to expect.
///
/// # Errors
/// If the plan can't run at all (a streaming source without a batch). Others come from the
/// stream.
pub fn execute(plan: &Plan, ctx: &Arc<ExecContext>) -> Result<FrameStream, SqlError> {
    start(plan, ctx, true)
}

/// Starts a plan; the `outermost` one is not a subquery.
fn start(plan: &Plan, ctx: &Arc<ExecContext>, outermost: bool) -> Result<FrameStream, SqlError> {
    let visible: Vec<usize> = (0..plan.output.len())
        .filter(|i| plan.output.get(*i).is_some_and(|a| !a.hidden))
        .collect();
    let rows = Builder {
        ctx,
        operators: 0,
        before: Vec::new(),
        bounds: Vec::new(),
    }
    .build(plan)?;
    let schema = plan.schema();
    let rows = stream::map(rows, move |frame| stream::select(&frame, &visible, &schema));
    let mut pending = Vec::new();
    subquery::subqueries(plan, &mut pending);
    Ok(Box::new(stream::Run::new(
        rows,
        pending,
        plan.schema(),
        ctx.clone(),
        outermost,
    )))
}

/// Runs a plan to its end, or to its first `limit` rows, in one frame.
///
/// # Errors
/// Those of [`execute`] and of its stream.
pub fn collect(
    plan: &Plan,
    ctx: &Arc<ExecContext>,
    limit: Option<usize>,
) -> Result<Frame, SqlError> {
    gather(execute(plan, ctx)?, plan.schema(), limit, |_| Ok(()))
}

/// All of `rows` in one frame of this schema, or the first `limit`. `look` sees what is kept of each frame, and can end it.
///
/// # Errors
/// What the rows and `look` give.
pub fn gather<E: From<SqlError>>(
    mut rows: FrameStream,
    schema: SchemaRef,
    limit: Option<usize>,
    mut look: impl FnMut(&Frame) -> Result<(), E>,
) -> Result<Frame, E> {
    let mut frames = vec![Frame::empty(schema)];
    let mut missing = limit.unwrap_or(usize::MAX);
    while missing > 0
        && let Some(frame) = rows.next()
    {
        let frame = frame?;
        if frame.height() > 0 {
            let frame = frame.slice(0, missing);
            missing -= frame.height();
            look(&frame)?;
            frames.push(frame);
        }
    }
    Ok(stream::concat(frames)?)
}

/// All of a node's columns, hidden ones too: what its frames have.
pub(super) fn full_schema(plan: &Plan) -> SchemaRef {
    let fields = plan.output.iter().map(|a| StructField {
        name: a.name.clone(),
        data_type: a.data_type.clone(),
        nullable: a.nullable,
        metadata: a.metadata.clone(),
    });
    Arc::new(StructType::new(fields.collect()))
}

/// Turns nodes into operators, numbering those that keep state.
struct Builder<'a> {
    ctx: &'a Arc<ExecContext>,
    operators: usize,
    /// How many were numbered before each node that is being built.
    before: Vec<usize>,
    /// What the filters right above the next scan demand.
    bounds: Vec<ColumnBound>,
}

impl Builder<'_> {
    fn build(&mut self, plan: &Plan) -> Result<FrameStream, SqlError> {
        self.before.push(self.operators);
        let rows = self.node(plan);
        self.before.pop();
        rows
    }

    fn node(&mut self, plan: &Plan) -> Result<FrameStream, SqlError> {
        let ctx = self.ctx.clone();
        let schema = full_schema(plan);
        Ok(match &plan.node {
            PlanNode::OneRow => {
                stream::once(Frame::new(Arc::new(StructType::default()), Vec::new(), 1)?)
            }
            PlanNode::Local(frame) => scan::local(frame.clone(), schema, ctx)?,
            PlanNode::Range { start, end, step } => scan::range(*start, *end, *step, schema, ctx),
            PlanNode::FileScan(files) => scan::files(files.clone(), ctx),
            PlanNode::DeltaScan(delta) => {
                let bounds = std::mem::take(&mut self.bounds);
                scan::delta(delta.clone(), bounds, ctx)
            }
            PlanNode::StreamSource(_) => return Err(ExecuteError::StreamNotStarted.into()),
            PlanNode::Batch { input, ordinal } => {
                let ordinal = *ordinal;
                stream::map(self.build(input)?, move |frame| {
                    ctx.metrics.add_source_rows(ordinal, frame.height());
                    Ok(frame.with_schema(schema.clone())?)
                })
            }
            PlanNode::Watermark {
                input,
                column,
                delay_ms,
            } => {
                if event_time::defines_watermark(input) {
                    return Err(ExecuteError::WatermarkAgain.into());
                }
                let data_type = input.output.get(*column).map(|a| a.data_type.clone());
                let rows = stream::map(self.build(input)?, move |frame| {
                    Ok(frame.with_schema(schema.clone())?)
                });
                match data_type.filter(|_| input.is_streaming()) {
                    Some(data_type) => {
                        let metrics = ctx.metrics.clone();
                        watermark::observe(rows, *column, data_type, *delay_ms, metrics)
                    }
                    None => rows,
                }
            }
            PlanNode::SubqueryAlias { input, .. } | PlanNode::View { input, .. } => {
                stream::map(self.build(input)?, move |frame| {
                    Ok(frame.with_schema(schema.clone())?)
                })
            }
            PlanNode::Project { input, exprs } => {
                let input = self.build(input)?;
                stream::project(input, exprs.clone(), schema, ctx)
            }
            PlanNode::Filter { input, predicate } => {
                if self.bounds.is_empty() {
                    self.bounds = bounds::of_filters(plan);
                }
                let input = self.build(input)?;
                self.bounds.clear();
                stream::filter(input, predicate.clone(), ctx)
            }
            PlanNode::Limit {
                input,
                limit,
                offset,
            } => {
                let wanted = limit.and_then(|l| usize::try_from(l.saturating_add(*offset)).ok());
                let rows = match (&input.node, wanted.filter(|n| *n <= sort::TOP)) {
                    (PlanNode::Sort { input: rows, keys }, Some(count)) => {
                        let rows = self.build(rows)?;
                        sort::top(rows, keys.clone(), count, schema.clone(), ctx.clone())
                    }
                    _ => self.build(input)?,
                };
                let operator = match ctx.output_mode {
                    OutputMode::Complete => None,
                    _ => self.operator(plan),
                };
                match operator {
                    Some(operator) => stream::streaming_limit(rows, *limit, operator),
                    None => stream::limit(rows, *limit, *offset),
                }
            }
            PlanNode::Recursive { anchor, step, id } => {
                let anchor = self.build(anchor)?;
                recursive::recursive(anchor, step.clone(), *id, schema, ctx)
            }
            PlanNode::Recursion { .. } => {
                return Err(ExecuteError::Internal {
                    what: "A recursive query is read outside of itself",
                }
                .into());
            }
            PlanNode::Union { inputs } => {
                let inputs = inputs
                    .iter()
                    .map(|input| self.build(input))
                    .collect::<Result<Vec<_>, _>>()?;
                stream::union(inputs, schema)
            }
            PlanNode::Join {
                left,
                right,
                kind,
                condition,
            } => {
                let streams = (self.build(left)?, self.build(right)?);
                let sides = (&**left, &**right);
                let condition = condition.as_ref();
                let operator = match event_time::is_stateful(plan) {
                    true => self.operator(plan),
                    false => None,
                };
                match operator {
                    Some(operator) => stream_join::stream_join(
                        plan, sides, streams, *kind, condition, ctx, operator,
                    )?,
                    None => join::join(sides, streams, *kind, condition, schema, ctx),
                }
            }
            PlanNode::Aggregate {
                input,
                keys,
                aggregates,
            } => {
                let rows = self.build(input)?;
                let aggregator = Aggregator::new(keys.clone(), aggregates.clone(), &schema, &ctx)?;
                self.aggregate(plan, rows, aggregator)
            }
            PlanNode::Sort { input, keys } => {
                let input = self.build(input)?;
                sort::sort(input, keys.clone(), schema, ctx)
            }
            PlanNode::Distinct {
                input,
                on,
                within_watermark,
            } => {
                let rows = self.build(input)?;
                match on {
                    Some(on) => self.deduplicate(plan, rows, on, *within_watermark),
                    // Over a stream `DISTINCT` is an aggregation, as in Spark.
                    None if ctx.state.is_some() && input.is_streaming() => {
                        let columns = input.output.iter().enumerate();
                        let keys = columns.map(|(i, a)| Expr::column(i, a)).collect();
                        let groups = Aggregator::new(keys, Vec::new(), &schema, &ctx)?;
                        self.aggregate(plan, rows, groups)
                    }
                    None => set::distinct(rows, None, &schema),
                }
            }
            PlanNode::SetOperation {
                left,
                right,
                kind,
                all,
            } => {
                let streams = (self.build(left)?, self.build(right)?);
                set::operation(streams, *kind, *all, schema)
            }
            PlanNode::Generate {
                input,
                generator,
                args,
                outer,
            } => {
                let input = self.build(input)?;
                generate::generate(input, generator, args.clone(), *outer, schema, ctx)?
            }
            PlanNode::Window { input, calls } => {
                let rows = self.build(input)?;
                window::window(rows, calls.clone(), full_schema(input), schema, ctx)
            }
        })
    }

    fn aggregate(&mut self, plan: &Plan, rows: FrameStream, groups: Aggregator) -> FrameStream {
        match self.operator(plan) {
            Some(operator) => {
                let times = event_time::event_times(plan);
                let expiry = expiry(plan, times.iter().position(Option::is_some), 0);
                aggregate::stateful(rows, groups, expiry, operator)
            }
            None => aggregate::aggregate(rows, groups),
        }
    }

    fn deduplicate(
        &mut self,
        plan: &Plan,
        rows: FrameStream,
        on: &[usize],
        within_watermark: bool,
    ) -> FrameStream {
        let schema = full_schema(plan);
        let Some(operator) = self.operator(plan) else {
            return set::distinct(rows, Some(on.to_vec()), &schema);
        };
        let times = event_time::event_times(plan);
        let time = times.iter().position(Option::is_some);
        let in_key = on
            .iter()
            .position(|i| times.get(*i).is_some_and(Option::is_some));
        let how = set::Deduplication {
            late: expiry(plan, time, 0),
            expiry: match within_watermark {
                true => {
                    let delay_ms = time.and_then(|i| times.get(i).copied().flatten());
                    expiry(plan, time, delay_ms.unwrap_or(0).saturating_mul(1000))
                }
                false => expiry(plan, in_key.and_then(|i| on.get(i).copied()), 0),
            },
            on: on.to_vec(),
            within_watermark,
        };
        set::deduplicate(rows, how, &schema, operator)
    }

    /// The place of a stateful operator; `None` if it keeps no state.
    fn operator(&mut self, plan: &Plan) -> Option<Stateful> {
        let state = self.ctx.state.clone()?;
        if !plan.is_streaming() {
            return None;
        }
        let number = self.operators;
        self.operators += 1;
        let reaching = |ms: i64| {
            let ms = event_time::input_watermark(plan, ms).unwrap_or(0);
            ms.saturating_mul(1000)
        };
        Some(Stateful {
            number,
            first: self.before.last().copied().unwrap_or(number),
            state,
            late_us: reaching(self.ctx.watermarks.late_ms),
            watermark_us: reaching(self.ctx.watermarks.now_ms),
        })
    }
}

/// Expiry by the event time in one of a plan's columns, so long after it.
fn expiry(plan: &Plan, column: Option<usize>, after_us: i64) -> Option<Expiry> {
    let column = column?;
    Some(Expiry {
        column,
        data_type: plan.output.get(column)?.data_type.clone(),
        after_us,
    })
}
