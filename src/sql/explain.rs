//! Plans as text: what `EXPLAIN` shows, and what stands below the streaming rules' messages.

use super::functions::sql_text;
use super::plan::{AggregateCall, JoinKind, Plan, PlanNode, SetOperationKind, SortKey};
use crate::types::quote_if_needed;

/// The plan as a tree, a node a line, close to Spark's `== Analyzed Logical Plan ==`.
/// Streaming nodes have a `~`.
pub fn explain(plan: &Plan) -> String {
    let mut lines = Vec::new();
    draw(plan, String::new(), String::new(), &mut lines);
    lines.join("\n")
}

fn draw(plan: &Plan, first: String, rest: String, lines: &mut Vec<String>) {
    let mark = if plan.is_streaming() { "~" } else { "" };
    lines.push(format!("{first}{mark}{}", node(plan)));
    let inputs = plan.inputs();
    let last = inputs.len().saturating_sub(1);
    for (i, input) in inputs.into_iter().enumerate() {
        let (branch, below) = if i == last {
            ("+- ", "   ")
        } else {
            (":- ", ":  ")
        };
        draw(
            input,
            format!("{rest}{branch}"),
            format!("{rest}{below}"),
            lines,
        );
    }
}

fn node(plan: &Plan) -> String {
    let output = || names(plan.output.iter().filter(|a| !a.hidden).map(|a| &a.name));
    match &plan.node {
        PlanNode::OneRow => "OneRowRelation".into(),
        PlanNode::Local(_) => format!("LocalRelation [{}]", output()),
        PlanNode::Range { start, end, step } => format!("Range ({start}, {end}, step={step})"),
        PlanNode::FileScan(scan) => {
            let format = format!("{:?}", scan.format).to_lowercase();
            format!("Relation [{}] {format}", output())
        }
        PlanNode::DeltaScan(scan) => {
            let name = match &scan.name {
                Some(name) => name.clone(),
                None => format!("delta.`{}`", scan.table),
            };
            let version = scan.version.map(|v| format!("@v{v}")).unwrap_or_default();
            format!("Relation {name}{version} [{}] parquet", output())
        }
        PlanNode::Batch { .. } => format!("MicroBatch [{}]", output()),
        PlanNode::StreamSource(_) => format!("StreamingRelation [{}]", output()),
        PlanNode::SubqueryAlias { name, .. } => format!("SubqueryAlias {name}"),
        PlanNode::View { name, .. } => format!("View (`{name}`, [{}])", output()),
        PlanNode::Project { exprs, .. } => {
            let items: Vec<String> = exprs
                .iter()
                .zip(&plan.output)
                .map(|(e, a)| {
                    let text = sql_text(e);
                    if text == a.name {
                        text
                    } else {
                        format!("{text} AS {}", quote_if_needed(&a.name))
                    }
                })
                .collect();
            format!("Project [{}]", items.join(", "))
        }
        PlanNode::Filter { predicate, .. } => format!("Filter {}", sql_text(predicate)),
        PlanNode::Join {
            kind, condition, ..
        } => match condition {
            Some(c) => format!("Join {}, {}", join_name(*kind), sql_text(c)),
            None => format!("Join {}", join_name(*kind)),
        },
        PlanNode::Aggregate {
            keys, aggregates, ..
        } => {
            let keys = names(keys.iter().map(sql_text));
            let calls = names(aggregates.iter().map(aggregate));
            format!("Aggregate [{keys}], [{calls}]")
        }
        PlanNode::Window { calls, .. } => {
            format!(
                "Window [{}]",
                names(calls.iter().map(|c| aggregate(&c.call)))
            )
        }
        PlanNode::Sort { keys, .. } => {
            format!("Sort [{}], true", names(keys.iter().map(sort_key)))
        }
        PlanNode::Limit { limit, offset, .. } => match (limit, offset) {
            (Some(n), 0) => format!("GlobalLimit {n}"),
            (Some(n), offset) => format!("GlobalLimit {n}, Offset {offset}"),
            (None, offset) => format!("Offset {offset}"),
        },
        PlanNode::Distinct { on: None, .. } => "Distinct".into(),
        PlanNode::Distinct { on: Some(on), .. } => {
            let columns = on.iter().filter_map(|i| plan.output.get(*i));
            format!("Deduplicate [{}]", names(columns.map(|a| &a.name)))
        }
        PlanNode::Recursive { id, .. } => format!("UnionLoop {id}"),
        PlanNode::Recursion { id } => format!("UnionLoopRef {id}, [{}]", output()),
        PlanNode::Union { .. } => "Union false, false".into(),
        PlanNode::SetOperation { kind, all, .. } => {
            let name = match kind {
                SetOperationKind::Intersect => "Intersect",
                SetOperationKind::Except => "Except",
            };
            format!("{name} {all}")
        }
        PlanNode::Generate {
            generator,
            args,
            outer,
            ..
        } => {
            let args = names(args.iter().map(sql_text));
            format!("Generate {}({args}), {outer}", generator.name)
        }
        PlanNode::Watermark {
            column, delay_ms, ..
        } => {
            let name = plan.output.get(*column).map_or("", |a| a.name.as_str());
            format!("EventTimeWatermark {name}, {delay_ms} milliseconds")
        }
    }
}

fn names<T: AsRef<str>>(all: impl Iterator<Item = T>) -> String {
    let all: Vec<String> = all.map(|n| n.as_ref().to_owned()).collect();
    all.join(", ")
}

fn aggregate(call: &AggregateCall) -> String {
    let args: Vec<String> = call.args.iter().map(sql_text).collect();
    let filter = call.filter.as_ref().map(sql_text);
    super::naming::aggregate(call.function.name, &args, call.distinct, filter.as_deref())
}

fn sort_key(key: &SortKey) -> String {
    format!(
        "{} {} NULLS {}",
        sql_text(&key.expr),
        if key.descending { "DESC" } else { "ASC" },
        if key.nulls_first { "FIRST" } else { "LAST" }
    )
}

/// Spark's name of a kind of join.
pub fn join_name(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::Inner => "Inner",
        JoinKind::Left => "LeftOuter",
        JoinKind::Right => "RightOuter",
        JoinKind::Full => "FullOuter",
        JoinKind::Cross => "Cross",
        JoinKind::LeftSemi => "LeftSemi",
        JoinKind::LeftAnti => "LeftAnti",
        JoinKind::LeftSingle => "LeftSingle",
    }
}
