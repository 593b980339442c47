//! Rewrites a plan so that it does less and gives the same: the same columns, rows and errors.
//!
//! | rule | what it does |
//! |---|---|
//! | [`aliases`](self) | views and aliases, which only rename, are taken out |
//! | [`filters`] | a filter is applied as early as can be, below joins too |
//! | [`projects`] | projects become one; a limit goes below a project |
//! | [`static_side`] | what depends only on a join's held side is computed once a row of that side |
//! | [`columns`] | columns that nobody reads aren't read from files |
//!
//! An expression that can fail never runs over rows for which the plan as written wouldn't have
//! run it. Constants need no folding: evaluation computes them once a chunk.

mod columns;
mod expressions;
mod filters;
mod projects;
mod static_side;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::plan::{ExprKind, Plan, PlanNode};

/// The plan to run for `plan`: its visible columns, the same rows in the same order, at less
/// cost.
pub fn optimize(plan: &Plan) -> Plan {
    let plan = without_aliases(plan);
    let plan = with_optimized_subqueries(plan);
    let plan = filters::push_down(plan);
    let plan = projects::combine(plan);
    let plan = static_side::compute_once(plan);
    let plan = columns::prune(&plan);
    projects::combine(plan)
}

/// Without the nodes that only rename: their names go to what they are over.
fn without_aliases(plan: &Plan) -> Plan {
    match &plan.node {
        PlanNode::SubqueryAlias { input, .. } | PlanNode::View { input, .. } => {
            let mut input = without_aliases(input);
            if input.output.len() == plan.output.len() {
                input.output = plan.output.clone();
            }
            input
        }
        _ => map_inputs(plan.clone(), &without_aliases),
    }
}

fn with_optimized_subqueries(plan: Plan) -> Plan {
    let mut plan = map_inputs(plan, &|input| with_optimized_subqueries(input.clone()));
    for expr in plan.expressions_mut() {
        expressions::visit_mut(expr, &mut |expr| match &mut expr.kind {
            ExprKind::ScalarSubquery(plan)
            | ExprKind::Exists { plan, .. }
            | ExprKind::InSubquery { plan, .. } => *plan = Arc::new(optimize(plan)),
            _ => {}
        });
    }
    plan
}

/// The same node over changed inputs.
fn map_inputs(plan: Plan, change: &dyn Fn(&Plan) -> Plan) -> Plan {
    let inputs = plan
        .inputs()
        .into_iter()
        .map(|input| Arc::new(change(input)))
        .collect();
    plan.with_inputs(inputs)
}
