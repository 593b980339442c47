//! What a streaming query may do: Spark's `UnsupportedOperationChecker`.
//!
//! Source: Structured Streaming Programming Guide, "Unsupported Operations", "Output Modes",
//! "Support matrix for joins in streaming queries".

use super::error::SqlError;
use super::event_time::join::{joins_on_event_time, range_watermark};
use super::event_time::{event_times, is_stateful};
use super::execute::OutputMode;
use super::explain::{explain, join_name};
use super::functions::sql_text;
use super::plan::{Expr, ExprKind, JoinKind, Plan, PlanNode, SetOperationKind, WindowCall};

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
        "[NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING] Window function is not supported in {function} (as column `{column}`) on streaming DataFrames/Datasets.\nStructured Streaming only supports time-window aggregation using the WINDOW function. (window specification: {specification}) SQLSTATE: 42KDE"
    )]
    WindowFunction {
        function: String,
        column: String,
        specification: String,
    },
}

/// Refuses a streaming plan where all rows are wanted at once (`collect`, `count`, `show`).
///
/// # Errors
/// [`StreamingRuleError::MustStart`].
pub fn check_batch(plan: &Plan) -> Result<(), SqlError> {
    if !plan.is_streaming() {
        return check_static(plan);
    }
    let source = first_source(plan);
    Err(StreamingRuleError::MustStart {
        plan: source.map(explain).unwrap_or_default(),
    }
    .into())
}

/// What only streams have.
fn check_static(plan: &Plan) -> Result<(), SqlError> {
    if let PlanNode::Distinct {
        within_watermark: true,
        ..
    } = plan.node
    {
        return Err(unsupported(
            "dropDuplicatesWithinWatermark is not supported with batch DataFrames/DataSets",
            plan,
        ));
    }
    plan.inputs().into_iter().try_for_each(|p| check_static(p))
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
        OutputMode::Update if aggregates.iter().any(|a| has_session(a)) => {
            return Err(mode_error("session window streaming aggregations"));
        }
        OutputMode::Append if !aggregates.iter().all(|a| has_watermarked_key(a)) => {
            return Err(mode_error("streaming aggregations without watermark"));
        }
        _ => {}
    }
    if mode != OutputMode::Append
        && let Some(stateful) = over_aggregate(plan)
    {
        return Err(unsupported(
            "Detected pattern of possible 'correctness' issue due to global watermark. The query contains stateful operation which can emit rows older than the current watermark plus allowed late record delay, which are \"late rows\" in downstream stateful operations and these rows can be discarded. Please refer the programming guide doc for more details. If you understand the possible risk of correctness issue and still need to run the query, you can disable this check by setting the config `spark.sql.streaming.statefulOperator.checkCorrectness.enabled` to false.",
            stateful,
        ));
    }
    check_node(plan, mode, None)
}

/// Refuses a window function: the column `at` of a window's output, which the projection `above`
/// may give another name.
fn window_function(
    window: &Plan,
    at: usize,
    call: Option<&WindowCall>,
    above: Option<&Plan>,
) -> StreamingRuleError {
    let named = above.and_then(|above| match &above.node {
        PlanNode::Project { exprs, .. } => exprs
            .iter()
            .position(|e| matches!(e.kind, ExprKind::Column { index, .. } if index == at))
            .and_then(|place| above.output.get(place)),
        _ => None,
    });
    let own = window.output.get(at).map(|a| a.name.as_str());
    let own = own.unwrap_or_default();
    let specification = own.split_once(" OVER ").map_or("", |(_, spec)| spec);
    let function = call.map(|call| {
        // A rank is of what the rows are ordered by.
        let ordered = call.order_by.iter().map(|key| &key.expr);
        let args: Vec<String> = match call.call.args.as_slice() {
            [] => ordered.map(sql_text).collect(),
            args => args.iter().map(sql_text).collect(),
        };
        format!("{}({})", call.call.function.name, args.join(", "))
    });
    StreamingRuleError::WindowFunction {
        function: function.unwrap_or_default().to_uppercase(),
        column: named.map_or(own, |a| a.name.as_str()).to_owned(),
        specification: specification.to_uppercase(),
    }
}

fn check_node(plan: &Plan, mode: OutputMode, above: Option<&Plan>) -> Result<(), SqlError> {
    for input in plan.inputs() {
        check_node(input, mode, Some(plan))?;
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
            Err(window_function(plan, input.output.len(), calls.first(), above).into())
        }
        PlanNode::Distinct {
            input,
            within_watermark: true,
            ..
        } if !event_times(input).iter().any(Option::is_some) => Err(unsupported(
            "dropDuplicatesWithinWatermark is not supported on streaming DataFrames/DataSets without watermark",
            plan,
        )),
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
            let keeps_bounded = |of_left| range_watermark(left, right, condition, of_left, 0);
            let is_bounded = match kind {
                JoinKind::Right => keeps_bounded(false).is_some(),
                JoinKind::Full => [true, false].into_iter().any(|s| keeps_bounded(s).is_some()),
                _ => keeps_bounded(true).is_some(),
            };
            if is_bounded || joins_on_event_time(left, right, condition) {
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

/// The stateful operator that may get late rows of an aggregate below it.
fn over_aggregate(plan: &Plan) -> Option<&Plan> {
    let gets = match &plan.node {
        // One whose keys are no times drops nothing as late.
        PlanNode::Distinct {
            input,
            on: Some(on),
            within_watermark: false,
        } => {
            let times = event_times(input);
            on.iter()
                .any(|i| times.get(*i).is_some_and(Option::is_some))
        }
        _ => true,
    };
    let below = || {
        plan.inputs()
            .into_iter()
            .any(|p| !streaming_aggregates(p).is_empty())
    };
    if gets && is_stateful(plan) && below() {
        return Some(plan);
    }
    plan.inputs().into_iter().find_map(|p| over_aggregate(p))
}

fn has_session(aggregate: &Plan) -> bool {
    let PlanNode::Aggregate { keys, .. } = &aggregate.node else {
        return false;
    };
    keys.iter().any(|key| {
        matches!(&key.kind, ExprKind::Call { function, .. } if function.name == "session_window")
    })
}

fn has_watermarked_key(aggregate: &Plan) -> bool {
    event_times(aggregate).iter().any(Option::is_some)
}

fn numbers_rows(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Call { function, .. } if function.name == "monotonically_increasing_id")
        || e.children().into_iter().any(numbers_rows)
}

#[cfg(test)]
mod tests;
