//! Filters go down.

use std::sync::Arc;

use super::expressions::{is_deterministic, reads_only, remapped, substituted};
use super::map_inputs;
use crate::sql::execute::{JoinCondition, conjuncts, is_infallible};
use crate::sql::functions::lookup;
use crate::sql::plan::{EvalMode, Expr, ExprKind, JoinKind, Plan, PlanNode};
use crate::types::DataType;

/// Applies each part of each filter as early as it gives the same.
pub(super) fn push_down(plan: Plan) -> Plan {
    match plan.node {
        PlanNode::Filter { input, predicate } => {
            let parts: Vec<Expr> = conjuncts(&predicate).into_iter().cloned().collect();
            let and = and_of(&predicate);
            let mut below = push_down((*input).clone());
            let mut kept = Vec::new();
            for part in parts {
                // Parts keep their order among those that can fail: `a AND b` guards b by a.
                let guarded = if is_infallible(&part) {
                    !kept.iter().all(is_infallible)
                } else {
                    !kept.is_empty()
                };
                let may_move = is_deterministic(&part) && !guarded;
                match may_move.then(|| into(&below, &part)).flatten() {
                    Some(changed) => below = changed,
                    None => kept.push(part),
                }
            }
            filtered(below, kept, and.as_ref())
        }
        PlanNode::Join { .. } => push_condition(map_inputs(plan, &|p| push_down(p.clone()))),
        _ => map_inputs(plan, &|p| push_down(p.clone())),
    }
}

/// The `AND` that `predicate` is made with, to put parts together again.
fn and_of(predicate: &Expr) -> Option<Expr> {
    match &predicate.kind {
        ExprKind::Call { function, .. } if function.name == "and" => Some(predicate.clone()),
        _ => None,
    }
}

/// A filter of all `parts`; none is no filter. Without an `AND` at hand they become several.
fn filtered(input: Plan, parts: Vec<Expr>, and: Option<&Expr>) -> Plan {
    let mut plan = input;
    let mut parts = parts.into_iter();
    let Some(mut predicate) = parts.next() else {
        return plan;
    };
    let wrap = |plan: &mut Plan, predicate: Expr| {
        *plan = Plan {
            output: plan.output.clone(),
            node: PlanNode::Filter {
                input: Arc::new(plan.clone()),
                predicate,
            },
        };
    };
    for part in parts {
        match and.map(|a| (&a.kind, a)) {
            Some((ExprKind::Call { function, mode, .. }, and)) => {
                predicate = Expr {
                    nullable: predicate.nullable || part.nullable,
                    kind: ExprKind::Call {
                        function,
                        args: vec![predicate, part],
                        mode: *mode,
                    },
                    data_type: and.data_type.clone(),
                };
            }
            _ => {
                wrap(&mut plan, predicate);
                predicate = part;
            }
        }
    }
    wrap(&mut plan, predicate);
    plan
}

/// `plan` with `part` applied to its rows somewhere below its top; `None` if it must stay above.
fn into(plan: &Plan, part: &Expr) -> Option<Plan> {
    match &plan.node {
        PlanNode::Project { input, exprs } => {
            let reads_stable = reads_only(part, &|i| exprs.get(i).is_some_and(is_deterministic));
            // Computing an expression twice must be cheaper than what the filter saves.
            let part = reads_stable.then(|| substituted(part, &|i| exprs.get(i).cloned()))?;
            Some(over(plan, vec![applied(input, &part)]))
        }
        PlanNode::Filter { input, .. } => {
            // Below another filter it may run over rows which that one drops.
            let below = is_infallible(part).then(|| into(input, part)).flatten()?;
            Some(over(plan, vec![below]))
        }
        PlanNode::Sort { input, .. } => Some(over(plan, vec![applied(input, part)])),
        // What a watermark sees depends on filters of other columns, as in Spark.
        PlanNode::Watermark { input, column, .. } => {
            reads_only(part, &|i| i != *column).then(|| over(plan, vec![applied(input, part)]))
        }
        PlanNode::Union { inputs } => {
            let inputs = inputs.iter().map(|input| applied(input, part));
            Some(over(plan, inputs.collect()))
        }
        PlanNode::Distinct { input, on, .. } if !plan.is_streaming() && is_infallible(part) => {
            let on_keys = on
                .as_ref()
                .is_none_or(|on| reads_only(part, &|i| on.contains(&i)));
            on_keys.then(|| over(plan, vec![applied(input, part)]))
        }
        PlanNode::Generate { input, .. } if is_infallible(part) => {
            let width = input.output.len();
            reads_only(part, &|i| i < width).then(|| over(plan, vec![applied(input, part)]))
        }
        PlanNode::Aggregate { input, keys, .. } if !plan.is_streaming() && !keys.is_empty() => {
            let stable = |i: usize| keys.get(i).is_some_and(is_deterministic);
            let part = (is_infallible(part) && reads_only(part, &stable))
                .then(|| substituted(part, &|i| keys.get(i).cloned()))?;
            Some(over(plan, vec![applied(input, &part)]))
        }
        PlanNode::Join {
            left, right, kind, ..
        } if is_infallible(part) => {
            let width = left.output.len();
            let (to_left, to_right) = match kind {
                JoinKind::Inner | JoinKind::Cross => (true, true),
                JoinKind::Left | JoinKind::LeftSemi | JoinKind::LeftAnti | JoinKind::LeftSingle => {
                    (true, false)
                }
                JoinKind::Right => (false, true),
                JoinKind::Full => (false, false),
            };
            if to_left && reads_only(part, &|i| i < width) {
                let left = applied(left, part);
                return Some(over(plan, vec![left, (**right).clone()]));
            }
            if to_right && reads_only(part, &|i| i >= width) {
                let part = remapped(part, &|i| i.saturating_sub(width));
                let right = applied(right, &part);
                return Some(over(plan, vec![(**left).clone(), right]));
            }
            None
        }
        _ => None,
    }
}

fn over(plan: &Plan, inputs: Vec<Plan>) -> Plan {
    plan.with_inputs(inputs.into_iter().map(Arc::new).collect())
}

/// `plan` with `part` applied to its rows, further down if that works.
fn applied(plan: &Plan, part: &Expr) -> Plan {
    into(plan, part).unwrap_or_else(|| filtered(plan.clone(), vec![part.clone()], None))
}

/// `expr IS NOT NULL`, where it isn't always so.
fn has_value(expr: &Expr) -> Option<Expr> {
    let function = lookup("isnotnull").filter(|_| expr.nullable)?;
    let call = Expr {
        kind: ExprKind::Call {
            function,
            args: vec![expr.clone()],
            mode: EvalMode::Ansi,
        },
        data_type: DataType::Boolean,
        nullable: false,
    };
    (is_deterministic(expr) && is_infallible(&call)).then_some(call)
}

/// Parts of a join's condition that read one side only filter that side, where the kind of join
/// gives the same.
fn push_condition(plan: Plan) -> Plan {
    let PlanNode::Join {
        left,
        right,
        kind,
        condition: Some(condition),
    } = &plan.node
    else {
        return plan;
    };
    let width = left.output.len();
    let (to_left, to_right) = match kind {
        JoinKind::Inner | JoinKind::LeftSemi => (true, true),
        JoinKind::Left | JoinKind::LeftAnti | JoinKind::LeftSingle => (false, true),
        JoinKind::Right => (true, false),
        JoinKind::Cross | JoinKind::Full => (false, false),
    };
    let (mut new_left, mut new_right) = ((**left).clone(), (**right).clone());
    if left.is_streaming() && right.is_streaming() {
        // Rows without a key match nothing: they needn't be kept.
        let keys = JoinCondition::new(Some(condition), width);
        let pairs = keys.left_keys.iter().zip(&keys.right_keys);
        for ((left, right), _) in pairs.zip(&keys.null_safe).filter(|(_, safe)| !**safe) {
            if to_left && let Some(part) = has_value(left) {
                new_left = applied(&new_left, &part);
            }
            if to_right && let Some(part) = has_value(right) {
                new_right = applied(&new_right, &part);
            }
        }
    }
    let mut kept: Vec<Expr> = Vec::new();
    for part in conjuncts(condition) {
        let may_move = is_deterministic(part) && is_infallible(part);
        let mut reads = false;
        super::expressions::each_column(part, &mut |_| reads = true);
        if may_move && reads && to_left && reads_only(part, &|i| i < width) {
            new_left = applied(&new_left, part);
        } else if may_move && reads && to_right && reads_only(part, &|i| i >= width) {
            new_right = applied(&new_right, &remapped(part, &|i| i.saturating_sub(width)));
        } else {
            kept.push(part.clone());
        }
    }
    let and = and_of(condition);
    let condition = kept
        .into_iter()
        .reduce(|a, b| match and.as_ref().map(|a| &a.kind) {
            Some(ExprKind::Call { function, mode, .. }) => Expr {
                nullable: a.nullable || b.nullable,
                data_type: a.data_type.clone(),
                kind: ExprKind::Call {
                    function,
                    args: vec![a, b],
                    mode: *mode,
                },
            },
            // One part needs no AND; several came from one.
            _ => b,
        });
    Plan {
        node: PlanNode::Join {
            left: Arc::new(new_left),
            right: Arc::new(new_right),
            kind: *kind,
            condition,
        },
        output: plan.output.clone(),
    }
}
