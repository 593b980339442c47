//! What filters demand of a Delta table's columns, so that files are skipped by their statistics.

use super::join::conjuncts;
use crate::delta::ColumnBound;
use crate::sql::plan::{Expr, ExprKind, Plan, PlanNode};
use crate::types::{DataType, Value};

/// The bounds that the filter `plan`, and those right below it, set on the Delta scan under them;
/// none if there is no such scan. They rule out rows; the filters still decide.
pub(super) fn of_filters(plan: &Plan) -> Vec<ColumnBound> {
    let mut bounds = Vec::new();
    let mut plan = plan;
    let mut predicates = Vec::new();
    while let PlanNode::Filter { input, predicate } = &plan.node {
        predicates.push(predicate);
        plan = input;
    }
    if matches!(plan.node, PlanNode::DeltaScan(_)) {
        for predicate in predicates {
            bounds.extend(
                conjuncts(predicate)
                    .into_iter()
                    .filter_map(|p| bound(p, plan)),
            );
        }
    }
    bounds
}

fn bound(part: &Expr, scan: &Plan) -> Option<ColumnBound> {
    let ExprKind::Call { function, args, .. } = &part.kind else {
        return None;
    };
    let [left, right] = args.as_slice() else {
        return None;
    };
    let (index, value, flipped) = match (&left.kind, &right.kind) {
        (ExprKind::Column { index, .. }, ExprKind::Literal(value)) => (*index, value, false),
        (ExprKind::Literal(value), ExprKind::Column { index, .. }) => (*index, value, true),
        _ => return None,
    };
    let float = matches!(left.data_type, DataType::Float | DataType::Double);
    if left.data_type != right.data_type || *value == Value::Null || float {
        // NaN is above all numbers, but statistics leave it out.
        return None;
    }
    let at_least = match (function.name, flipped) {
        ("=" | "==" | "<=>", _) => None,
        (">" | ">=", false) | ("<" | "<=", true) => Some(true),
        ("<" | "<=", false) | (">" | ">=", true) => Some(false),
        _ => return None,
    };
    Some(ColumnBound {
        column: scan.output.get(index)?.name.clone(),
        min: (at_least != Some(false)).then(|| value.clone()),
        max: (at_least != Some(true)).then(|| value.clone()),
    })
}
