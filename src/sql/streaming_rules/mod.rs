//! What a streaming query may do: Spark's `UnsupportedOperationChecker`.
//!
//! Source: Structured Streaming Programming Guide, "Unsupported Operations", "Output Modes",
//! "Support matrix for joins in streaming queries".

use super::error::SqlError;
use super::execute::OutputMode;
use super::explain::{explain, join_name};
use super::plan::{Expr, ExprKind, JoinKind, Plan, PlanNode, SetOperationKind};

/// A query that can't stream, or a stream that can't be read at once.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StreamingRuleError {
    #[error("Queries with streaming sources must be executed with writeStream.start();\n{plan}")]
    MustStart { plan: String },
    #[error(
        "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: {mode}. This output mode is not supported for {operation} on streaming DataFrames/DataSets. SQLSTATE: 42KDE"
    )]
    OutputMode { mode: String, operation: String },
    /// What isn't supported, as a whole sentence, and the plan from there on.
    #[error("{sentence};\n{plan}")]
    Operation { sentence: String, plan: String },
    #[error(
        "[NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING] Window function is not supported in {function} (as column `{column}`) on streaming DataFrames/Datasets.\nStructured Streaming only supports time-window aggregation using the WINDOW function. SQLSTATE: 42KDE"
    )]
    WindowFunction { function: String, column: String },
}

/// Refuses a streaming plan where all rows are wanted at once (`collect`, `count`, `show`).
///
/// # Errors
/// [`StreamingRuleError::MustStart`].
pub fn check_batch(plan: &Plan) -> Result<(), SqlError> {
    if !plan.is_streaming() {
        return Ok(());
    }
    let source = first_source(plan);
    Err(StreamingRuleError::MustStart {
        plan: source.map(explain).unwrap_or_default(),
    }
    .into())
}

fn first_source(plan: &Plan) -> Option<&Plan> {
    if let PlanNode::StreamSource(_) = plan.node {
        return Some(plan);
    }
    plan.inputs().into_iter().find_map(|p| first_source(p))
}

/// Checks a streaming query before it starts.
///
/// # Errors
/// [`StreamingRuleError`], with Spark's text.
pub fn check_streaming(plan: &Plan, mode: OutputMode) -> Result<(), SqlError> {
    let aggregates = streaming_aggregates(plan);
    let mode_error = |operation: &str| -> SqlError {
        StreamingRuleError::OutputMode {
            mode: mode_name(mode).to_lowercase(),
            operation: operation.into(),
        }
        .into()
    };
    match mode {
        OutputMode::Complete if aggregates.is_empty() => {
            return Err(mode_error("no streaming aggregations"));
        }
        OutputMode::Append if !aggregates.iter().all(|a| has_watermarked_key(a)) => {
            return Err(mode_error("streaming aggregations without watermark"));
        }
        _ => {}
    }
    if let [outermost, _, ..] = aggregates.as_slice()
        && mode != OutputMode::Append
    {
        return Err(unsupported(
            "Detected pattern of possible 'correctness' issue due to global watermark. The query contains stateful operation which can emit rows older than the current watermark plus allowed late record delay, which are \"late rows\" in downstream stateful operations and these rows can be discarded. Please refer the programming guide doc for more details. If you understand the possible risk of correctness issue and still need to run the query, you can disable this check by setting the config `spark.sql.streaming.statefulOperator.checkCorrectness.enabled` to false.",
            outermost,
        ));
    }
    check_node(plan, mode)
}

fn check_node(plan: &Plan, mode: OutputMode) -> Result<(), SqlError> {
    for input in plan.inputs() {
        check_node(input, mode)?;
    }
    if !plan.is_streaming() {
        return Ok(());
    }
    match &plan.node {
        PlanNode::Aggregate { aggregates, .. } if aggregates.iter().any(|a| a.distinct) => {
            Err(unsupported(
                "Distinct aggregations are not supported on streaming DataFrames/Datasets. Consider using approx_count_distinct() instead.",
                plan,
            ))
        }
        PlanNode::Window { input, calls } => {
            let column = plan.output.get(input.output.len());
            Err(StreamingRuleError::WindowFunction {
                function: calls
                    .first()
                    .map(|c| c.call.function.name.to_uppercase())
                    .unwrap_or_default(),
                column: column.map(|a| a.name.clone()).unwrap_or_default(),
            }
            .into())
        }
        PlanNode::Sort { input, .. } => {
            if mode == OutputMode::Complete && !streaming_aggregates(input).is_empty() {
                return Ok(());
            }
            Err(unsupported(
                "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode",
                plan,
            ))
        }
        PlanNode::Limit { limit, offset, .. } => {
            if *offset > 0 {
                return Err(unsupported(
                    "Offset is not supported on streaming DataFrames/Datasets",
                    plan,
                ));
            }
            if limit.is_some() && mode == OutputMode::Update {
                return Err(unsupported(
                    "Limits are not supported on streaming DataFrames/Datasets in Update output mode",
                    plan,
                ));
            }
            Ok(())
        }
        PlanNode::Union { inputs } if !inputs.iter().all(|p| p.is_streaming()) => Err(unsupported(
            "Union between streaming and batch DataFrames/Datasets is not supported",
            plan,
        )),
        PlanNode::SetOperation {
            right,
            kind: SetOperationKind::Except,
            ..
        } if right.is_streaming() => Err(unsupported(
            "Except on a streaming DataFrame/Dataset on the right is not supported",
            plan,
        )),
        PlanNode::SetOperation {
            left,
            right,
            kind: SetOperationKind::Intersect,
            ..
        } if left.is_streaming() && right.is_streaming() => Err(unsupported(
            "Intersect of streaming DataFrames/Datasets is not supported",
            plan,
        )),
        PlanNode::Join {
            left,
            right,
            kind,
            condition,
        } => check_join(plan, left, right, *kind, condition.as_ref(), mode),
        PlanNode::Project { exprs, .. } if exprs.iter().any(numbers_rows) => Err(unsupported(
            "Expression(s): monotonically_increasing_id() is not supported with streaming DataFrames/Datasets",
            plan,
        )),
        _ => Ok(()),
    }
}

fn check_join(
    plan: &Plan,
    left: &Plan,
    right: &Plan,
    kind: JoinKind,
    condition: Option<&Expr>,
    mode: OutputMode,
) -> Result<(), SqlError> {
    let name = join_name(kind);
    let sentence = match (left.is_streaming(), right.is_streaming(), kind) {
        (true, true, _) if mode != OutputMode::Append && kind != JoinKind::LeftAnti => format!(
            "Join between two streaming DataFrames/Datasets is not supported in {} output mode, only in Append output mode",
            mode_name(mode)
        ),
        (_, true, JoinKind::LeftAnti) => {
            "LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported"
                .into()
        }
        (true, true, JoinKind::Left | JoinKind::Right | JoinKind::Full | JoinKind::LeftSemi) => {
            if joins_on_watermark(left, right, condition) {
                return Ok(());
            }
            format!(
                "Stream-stream {name} join between two streaming DataFrame/Datasets is not supported without a watermark in the join keys, or a watermark on the nullable side and an appropriate range condition"
            )
        }
        (false, true, JoinKind::Left | JoinKind::LeftSemi) => format!(
            "{name} join with a streaming DataFrame/Dataset on the right and a static DataFrame/Dataset on the left is not supported"
        ),
        (true, false, JoinKind::Right) => {
            "RightOuter join with a streaming DataFrame/Dataset on the left and a static DataFrame/DataSet on the right not supported".into()
        }
        (true, false, JoinKind::Full) => {
            "FullOuter joins with streaming DataFrames/Datasets on the left and a static DataFrame/Dataset on the right is not supported".into()
        }
        (false, true, JoinKind::Full) => {
            "FullOuter joins with streaming DataFrames/Datasets on the right and a static DataFrame/Dataset on the left is not supported".into()
        }
        _ => return Ok(()),
    };
    Err(unsupported(&sentence, plan))
}

fn unsupported(sentence: &str, plan: &Plan) -> SqlError {
    StreamingRuleError::Operation {
        sentence: sentence.into(),
        plan: explain(plan),
    }
    .into()
}

fn mode_name(mode: OutputMode) -> &'static str {
    match mode {
        OutputMode::Append => "Append",
        OutputMode::Complete => "Complete",
        OutputMode::Update => "Update",
    }
}

/// Aggregations over a stream, the outermost first. `SELECT DISTINCT` is one.
fn streaming_aggregates(plan: &Plan) -> Vec<&Plan> {
    let mut found = Vec::new();
    let aggregates = matches!(
        plan.node,
        PlanNode::Aggregate { .. } | PlanNode::Distinct { on: None, .. }
    );
    if aggregates && plan.is_streaming() {
        found.push(plan);
    }
    for input in plan.inputs() {
        found.extend(streaming_aggregates(input));
    }
    found
}

fn has_watermarked_key(aggregate: &Plan) -> bool {
    match &aggregate.node {
        PlanNode::Aggregate { input, keys, .. } => {
            let event_times = event_times(input);
            keys.iter().any(|k| reads_event_time(k, &event_times))
        }
        PlanNode::Distinct { input, .. } => event_times(input).contains(&true),
        _ => false,
    }
}

/// Which columns of the output carry event time, as [`PlanNode::Watermark`] marked it.
fn event_times(plan: &Plan) -> Vec<bool> {
    match &plan.node {
        PlanNode::Watermark { input, column, .. } => {
            let mut marks = event_times(input);
            if let Some(mark) = marks.get_mut(*column) {
                *mark = true;
            }
            marks
        }
        PlanNode::Project { input, exprs } => {
            let below = event_times(input);
            exprs.iter().map(|e| reads_event_time(e, &below)).collect()
        }
        PlanNode::Aggregate { input, keys, .. } => {
            let below = event_times(input);
            let mut marks: Vec<bool> = keys.iter().map(|e| reads_event_time(e, &below)).collect();
            marks.resize(plan.output.len(), false);
            marks
        }
        _ => {
            let mut marks: Vec<bool> = plan.inputs().iter().flat_map(|p| event_times(p)).collect();
            marks.resize(plan.output.len(), false);
            marks
        }
    }
}

/// A column of event time as it is, or a time window over it.
fn reads_event_time(e: &Expr, event_times: &[bool]) -> bool {
    match &e.kind {
        ExprKind::Column { index, .. } => event_times.get(*index).copied().unwrap_or(false),
        ExprKind::Call { function, args, .. } if function.name == "window" => {
            args.iter().any(|a| reads_event_time(a, event_times))
        }
        ExprKind::GetField { child, .. } => reads_event_time(child, event_times),
        _ => false,
    }
}

/// Whether a column of event time is compared in the condition of a join.
fn joins_on_watermark(left: &Plan, right: &Plan, condition: Option<&Expr>) -> bool {
    let mut marks = event_times(left);
    marks.resize(left.output.len(), false);
    marks.extend(event_times(right));
    fn reads(e: &Expr, marks: &[bool]) -> bool {
        reads_event_time(e, marks) || e.children().into_iter().any(|c| reads(c, marks))
    }
    condition.is_some_and(|c| reads(c, &marks))
}

fn numbers_rows(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Call { function, .. } if function.name == "monotonically_increasing_id")
        || e.children().into_iter().any(numbers_rows)
}

#[cfg(test)]
mod tests;
