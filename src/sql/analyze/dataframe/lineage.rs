//! Which of a plan's columns are a column of a plan below it, unchanged: what `df["a"]` means
//! in a DataFrame made from `df`.

use std::sync::Arc;

use crate::sql::plan::{Expr, ExprKind, Plan, PlanNode};

/// The positions of `plan`'s columns that are `column` of the `below` it is made from.
pub fn positions_of(plan: &Arc<Plan>, below: &Arc<Plan>, column: usize) -> Vec<usize> {
    if Arc::ptr_eq(plan, below) {
        return vec![column];
    }
    let shifted = |found: Vec<usize>, by: usize| -> Vec<usize> {
        found.into_iter().map(|i| i + by).collect()
    };
    match &plan.node {
        PlanNode::Project { input, exprs } => {
            let found = positions_of(input, below, column);
            taking(exprs, &found)
                .filter(|(i, from)| {
                    // Another name is another column.
                    let name = |plan: &Plan, i: usize| plan.output.get(i).map(|a| a.name.clone());
                    name(plan, *i) == name(input, *from)
                })
                .map(|(i, _)| i)
                .collect()
        }
        PlanNode::Aggregate { input, keys, .. } => {
            let found = positions_of(input, below, column);
            taking(keys, &found).map(|(i, _)| i).collect()
        }
        PlanNode::Join { left, right, .. } => {
            let mut found = positions_of(left, below, column);
            if plan.output.len() > left.output.len() {
                found.extend(shifted(
                    positions_of(right, below, column),
                    left.output.len(),
                ));
            }
            found
        }
        PlanNode::SetOperation { left, .. } => positions_of(left, below, column),
        PlanNode::Union { inputs } => inputs
            .first()
            .map(|first| positions_of(first, below, column))
            .unwrap_or_default(),
        // These keep their input's columns in place.
        _ => plan
            .inputs()
            .first()
            .map(|input| positions_of(input, below, column))
            .unwrap_or_default(),
    }
}

/// Which of the expressions are one of the columns and nothing else, and which it is.
fn taking<'e>(
    exprs: &'e [Expr],
    columns: &'e [usize],
) -> impl Iterator<Item = (usize, usize)> + 'e {
    exprs
        .iter()
        .enumerate()
        .filter_map(move |(i, e)| match &e.kind {
            ExprKind::Column { index, .. } if columns.contains(index) => Some((i, *index)),
            _ => None,
        })
}
