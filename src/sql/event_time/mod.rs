//! Event time: which columns carry it, and which watermark reaches an operator.
//!
//! Source: Spark's `EventTimeWatermark`, whose column's metadata goes where the column goes, and
//! `WatermarkPropagator`.

pub mod join;

use super::execute::OutputMode;
use super::plan::{Expr, ExprKind, Plan, PlanNode};

/// For each column of the plan's output that carries event time, how late its rows may be, in
/// milliseconds.
///
/// A column that is passed on keeps its mark; so does the window made of it.
pub fn event_times(plan: &Plan) -> Vec<Option<i64>> {
    match &plan.node {
        PlanNode::Watermark {
            input,
            column,
            delay_ms,
        } => {
            let mut marks = event_times(input);
            if let Some(mark) = marks.get_mut(*column) {
                *mark = Some(*delay_ms);
            }
            marks
        }
        PlanNode::Project { input, exprs } => marked(exprs, &event_times(input)),
        PlanNode::Aggregate { input, keys, .. } => {
            let mut marks = marked(keys, &event_times(input));
            marks.resize(plan.output.len(), None);
            marks
        }
        PlanNode::Generate {
            input,
            args,
            generator,
            ..
        } => {
            let mut marks = event_times(input);
            let time = args.first().filter(|_| generator.name == "window");
            let made = time.and_then(|time| mark_of(time, &marks));
            marks.resize(plan.output.len(), made);
            marks
        }
        _ => {
            let mut marks: Vec<_> = plan.inputs().iter().flat_map(|p| event_times(p)).collect();
            marks.resize(plan.output.len(), None);
            marks
        }
    }
}

/// The marks of expressions over columns with these marks.
pub fn marked(exprs: &[Expr], below: &[Option<i64>]) -> Vec<Option<i64>> {
    exprs.iter().map(|e| mark_of(e, below)).collect()
}

/// A column of event time as it is, a window over it, or the time of such a window.
pub fn mark_of(e: &Expr, below: &[Option<i64>]) -> Option<i64> {
    match &e.kind {
        ExprKind::Column { index, .. } => below.get(*index).copied().flatten(),
        ExprKind::Call { function, args, .. }
            if matches!(function.name, "window" | "window_time" | "session_window") =>
        {
            args.first().and_then(|time| mark_of(time, below))
        }
        _ => None,
    }
}

/// Whether the plan's streams have a watermark at all.
pub fn has_watermark(plan: &Plan) -> bool {
    matches!(plan.node, PlanNode::Watermark { .. })
        || plan.inputs().iter().any(|p| has_watermark(p))
}

/// Whether a stream's rows come from a watermark without state in between.
pub fn defines_watermark(plan: &Plan) -> bool {
    plan.is_streaming()
        && !is_stateful(plan)
        && (matches!(plan.node, PlanNode::Watermark { .. })
            || plan.inputs().iter().any(|p| defines_watermark(p)))
}

/// Whether the node keeps state in a stream.
pub fn is_stateful(plan: &Plan) -> bool {
    match &plan.node {
        PlanNode::Aggregate { input, .. } | PlanNode::Distinct { input, .. } => {
            input.is_streaming()
        }
        PlanNode::Join { left, right, .. } => left.is_streaming() && right.is_streaming(),
        _ => false,
    }
}

/// The watermark of the rows that a plan gives, where the query's is `query_ms`; `None` where
/// rows come from no watermark.
pub fn output_watermark(plan: &Plan, query_ms: i64) -> Option<i64> {
    if let PlanNode::Watermark { .. } = plan.node {
        return Some(query_ms);
    }
    let input = input_watermark(plan, query_ms);
    match &plan.node {
        PlanNode::Join {
            left,
            right,
            condition,
            ..
        } if is_stateful(plan) => {
            let [left, right] = join::removals(left, right, condition.as_ref(), input?);
            let times = left.iter().chain(&right).map(|r| r.watermark_ms);
            times.min()
        }
        _ => input,
    }
}

/// The smallest watermark that reaches a plan's top node from below.
pub fn input_watermark(plan: &Plan, query_ms: i64) -> Option<i64> {
    let inputs = plan.inputs();
    let watermarks = inputs.iter().filter_map(|p| output_watermark(p, query_ms));
    watermarks.min()
}

/// Whether a batch without data has something to do when the watermark has moved: to give out
/// or to forget what the watermark has passed.
///
/// Source: `shouldRunAnotherBatch` of Spark's stateful operators.
pub fn waits_for_watermark(plan: &Plan, mode: OutputMode) -> bool {
    let waits = is_stateful(plan)
        && has_watermark(plan)
        && match &plan.node {
            PlanNode::Aggregate { .. } | PlanNode::Distinct { on: None, .. } => {
                mode != OutputMode::Complete
            }
            PlanNode::Join {
                left,
                right,
                condition,
                ..
            } => {
                let removals = join::removals(left, right, condition.as_ref(), 0);
                removals.iter().any(Option::is_some)
            }
            _ => true,
        };
    waits || plan.inputs().iter().any(|p| waits_for_watermark(p, mode))
}
