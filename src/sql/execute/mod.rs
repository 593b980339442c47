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
//! Aggregates, distincts and limits above a batch keep their state through [`StateStore`]. A
//! watermark passes rows through: nothing is dropped as late or emitted as final yet.
//! A join of two streams is refused ([`ExecuteError::StreamStreamJoin`]).

mod aggregate;
mod bounds;
mod context;
mod error;
mod evaluate;
mod fallible;
mod generate;
mod join;
mod keys;
mod running;
mod scan;
mod set;
mod sort;
mod state;
mod stream;
mod subquery;
#[cfg(test)]
mod tests;
mod window;

pub use aggregate::Aggregator;
pub use context::{Cancellation, ExecContext, Metrics};
pub use error::ExecuteError;
pub use evaluate::evaluate;
pub(in crate::sql) use fallible::is_infallible;
pub(in crate::sql) use join::{build_left as joins_build_left, conjuncts};
pub use state::{OutputMode, StateChange, StateStore};
pub use subquery::SubqueryCache;

use std::sync::Arc;

use super::SqlError;
use super::plan::{Plan, PlanNode};
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
    let mut frames = vec![Frame::empty(plan.schema())];
    let mut missing = limit.unwrap_or(usize::MAX);
    let mut rows = execute(plan, ctx)?;
    while missing > 0
        && let Some(frame) = rows.next()
    {
        let frame = frame?;
        if frame.height() > 0 {
            let frame = frame.slice(0, missing);
            missing -= frame.height();
            frames.push(frame);
        }
    }
    stream::concat(frames)
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
    /// What the filters right above the next scan demand.
    bounds: Vec<ColumnBound>,
}

impl Builder<'_> {
    fn build(&mut self, plan: &Plan) -> Result<FrameStream, SqlError> {
        let ctx = self.ctx.clone();
        let schema = full_schema(plan);
        Ok(match &plan.node {
            PlanNode::OneRow => {
                stream::once(Frame::new(Arc::new(StructType::default()), Vec::new(), 1)?)
            }
            PlanNode::Local(frame) => scan::local(frame.clone(), schema, ctx)?,
            PlanNode::Range { start, end, step } => scan::range(*start, *end, *step, schema),
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
            PlanNode::SubqueryAlias { input, .. }
            | PlanNode::View { input, .. }
            | PlanNode::Watermark { input, .. } => stream::map(self.build(input)?, move |frame| {
                Ok(frame.with_schema(schema.clone())?)
            }),
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
                    _ => self.operator(input),
                };
                match operator {
                    Some(operator) => stream::streaming_limit(rows, *limit, operator, schema, ctx),
                    None => stream::limit(rows, *limit, *offset),
                }
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
                join::join(
                    (left, right),
                    streams,
                    *kind,
                    condition.as_ref(),
                    schema,
                    ctx,
                )?
            }
            PlanNode::Aggregate {
                input,
                keys,
                aggregates,
            } => {
                let rows = self.build(input)?;
                let operator = self.operator(input);
                let aggregator = Aggregator::new(keys.clone(), aggregates.clone(), &schema, &ctx)?;
                aggregate::aggregate(rows, aggregator, operator)
            }
            PlanNode::Sort { input, keys } => {
                let input = self.build(input)?;
                sort::sort(input, keys.clone(), schema, ctx)
            }
            PlanNode::Distinct { input, on } => {
                let rows = self.build(input)?;
                let operator = self.operator(input);
                set::distinct(rows, on.clone(), operator, schema, ctx)
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

    /// The number of a stateful operator over `input`; `None` if it keeps no state.
    fn operator(&mut self, input: &Plan) -> Option<usize> {
        if self.ctx.state.is_none() || !input.is_streaming() {
            return None;
        }
        let operator = self.operators;
        self.operators += 1;
        Some(operator)
    }
}
