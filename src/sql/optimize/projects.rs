//! Projects become one, and limits go below them.

use std::sync::Arc;

use super::expressions::{each_column, is_deterministic, is_free, substituted};
use super::map_inputs;
use crate::sql::plan::{Plan, PlanNode};

/// Puts a project into the one above it where nothing is computed twice, and a limit below a
/// project, so that no more rows are computed than come out.
pub(super) fn combine(plan: Plan) -> Plan {
    let plan = map_inputs(plan, &|p| combine(p.clone()));
    match &plan.node {
        PlanNode::Project { input, exprs } => {
            let PlanNode::Project {
                input: below,
                exprs: inner,
            } = &input.node
            else {
                return plan;
            };
            let mut uses = vec![0usize; inner.len()];
            for expr in exprs {
                each_column(expr, &mut |i| {
                    if let Some(count) = uses.get_mut(i) {
                        *count += 1;
                    }
                });
            }
            let once = inner
                .iter()
                .zip(&uses)
                .all(|(expr, count)| is_free(expr) || (*count <= 1 && is_deterministic(expr)));
            // A branch that isn't taken, or a lambda's body, would change how often it runs.
            let plain = exprs
                .iter()
                .all(|e| is_free(e) || !has_branches(e) || inner.iter().all(is_free));
            if !once || !plain {
                return plan;
            }
            let exprs = exprs
                .iter()
                .map(|e| substituted(e, &|i| inner.get(i).cloned()))
                .collect();
            Plan {
                output: plan.output.clone(),
                node: PlanNode::Project {
                    input: below.clone(),
                    exprs,
                },
            }
        }
        PlanNode::Limit {
            input,
            limit,
            offset,
        } => {
            let PlanNode::Project {
                input: below,
                exprs,
            } = &input.node
            else {
                return plan;
            };
            if !exprs.iter().all(is_deterministic) {
                return plan;
            }
            let limited = Plan {
                output: below.output.clone(),
                node: PlanNode::Limit {
                    input: below.clone(),
                    limit: *limit,
                    offset: *offset,
                },
            };
            Plan {
                output: plan.output.clone(),
                node: PlanNode::Project {
                    input: Arc::new(combine(limited)),
                    exprs: exprs.clone(),
                },
            }
        }
        _ => plan,
    }
}

fn has_branches(expr: &crate::sql::plan::Expr) -> bool {
    use crate::sql::plan::ExprKind;
    let own = match &expr.kind {
        ExprKind::Case { .. } | ExprKind::Lambda { .. } | ExprKind::Udf { .. } => true,
        ExprKind::Call { function, .. } => matches!(function.name, "and" | "or"),
        _ => false,
    };
    own || expr.children().into_iter().any(has_branches)
}
