//! What depends only on the held side of a join is computed below it: once for each of that
//! side's rows, not once for each pair.
//!
//! A join of a million orders with some thousand customers takes a customer's name out of its
//! JSON profile a thousand times, not a million.

use std::sync::Arc;

use super::expressions::{each_column, is_deterministic, is_free, reads_only, remapped};
use super::map_inputs;
use crate::sql::execute::{is_infallible, joins_build_left};
use crate::sql::plan::{Attribute, Expr, ExprKind, JoinKind, Plan, PlanNode};

/// Applies the rule to each project that is over an inner join, with filters in between or not.
pub(super) fn compute_once(plan: Plan) -> Plan {
    let mut plan = map_inputs(plan, &|p| compute_once(p.clone()));
    let PlanNode::Project { input, .. } = &plan.node else {
        return plan;
    };
    let Some((side, width)) = held_side(input) else {
        return plan;
    };
    let total = input.output.len();
    let on_side = move |i: usize| (i < width) == (side == Side::Left);
    let mut computed: Vec<Expr> = Vec::new();
    for expr in plan.expressions_mut() {
        take_out(expr, &on_side, &mut computed, total);
    }
    if computed.is_empty() {
        return plan;
    }
    let PlanNode::Project { input, exprs } = plan.node else {
        return plan;
    };
    // Placeholders stand at `total` and beyond; on the left side they move the right columns.
    let place = |i: usize| match side {
        Side::Right => i,
        Side::Left if i >= total => width + (i - total),
        Side::Left if i >= width => i + computed.len(),
        Side::Left => i,
    };
    let exprs = exprs.iter().map(|e| remapped(e, &place)).collect();
    let input = extended(&input, side, width, &computed, &place);
    Plan {
        output: plan.output,
        node: PlanNode::Project {
            input: Arc::new(input),
            exprs,
        },
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The side that the join below `plan` holds in memory, and the left side's width.
fn held_side(plan: &Plan) -> Option<(Side, usize)> {
    match &plan.node {
        PlanNode::Filter { input, .. } => held_side(input),
        PlanNode::Join {
            left, right, kind, ..
        } if matches!(kind, JoinKind::Inner | JoinKind::Cross) => {
            let side = if joins_build_left(*kind, left, right) {
                Side::Left
            } else {
                Side::Right
            };
            Some((side, left.output.len()))
        }
        _ => None,
    }
}

/// Replaces the largest parts of `expr` that read the side alone by columns after `total`.
fn take_out(
    expr: &mut Expr,
    on_side: &dyn Fn(usize) -> bool,
    computed: &mut Vec<Expr>,
    total: usize,
) {
    let mut reads = false;
    each_column(expr, &mut |_| reads = true);
    let fits = reads
        && !is_free(expr)
        && !matches!(expr.kind, ExprKind::Lambda { .. })
        && reads_only(expr, on_side)
        && is_deterministic(expr)
        && is_infallible(expr)
        && !has_variables(expr);
    if fits {
        let place = total + computed.len();
        let column = Expr {
            kind: ExprKind::Column {
                index: place,
                name: String::new(),
            },
            data_type: expr.data_type.clone(),
            nullable: expr.nullable,
        };
        computed.push(std::mem::replace(expr, column));
        return;
    }
    for child in expr.children_mut() {
        take_out(child, on_side, computed, total);
    }
}

fn has_variables(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::LambdaVariable(_))
        || expr.children().into_iter().any(has_variables)
}

/// `plan` with the computed columns at the end of the join's side.
fn extended(
    plan: &Plan,
    side: Side,
    width: usize,
    computed: &[Expr],
    place: &dyn Fn(usize) -> usize,
) -> Plan {
    match &plan.node {
        PlanNode::Filter { input, predicate } => {
            let input = extended(input, side, width, computed, place);
            Plan {
                output: input.output.clone(),
                node: PlanNode::Filter {
                    input: Arc::new(input),
                    predicate: remapped(predicate, place),
                },
            }
        }
        PlanNode::Join {
            left,
            right,
            kind,
            condition,
        } => {
            let offset = if side == Side::Left { 0 } else { width };
            let with_computed = |input: &Arc<Plan>| {
                let own = input.output.iter().enumerate();
                let mut exprs: Vec<Expr> = own.map(|(i, a)| Expr::column(i, a)).collect();
                let mut output = input.output.clone();
                for expr in computed {
                    exprs.push(remapped(expr, &|i| i.saturating_sub(offset)));
                    output.push(Attribute::new("", expr.data_type.clone(), expr.nullable));
                }
                Arc::new(Plan {
                    node: PlanNode::Project {
                        input: input.clone(),
                        exprs,
                    },
                    output,
                })
            };
            let (left, right) = match side {
                Side::Left => (with_computed(left), right.clone()),
                Side::Right => (left.clone(), with_computed(right)),
            };
            let mut output = left.output.clone();
            output.extend(right.output.iter().cloned());
            Plan {
                node: PlanNode::Join {
                    left,
                    right,
                    kind: *kind,
                    condition: condition.as_ref().map(|c| remapped(c, place)),
                },
                output,
            }
        }
        _ => plan.clone(),
    }
}
