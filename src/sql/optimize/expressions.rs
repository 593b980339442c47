//! Changing the expressions of nodes.

use crate::sql::plan::{Expr, ExprKind, Plan, PlanNode};

/// The expressions of a node itself.
pub(super) fn node_expressions_mut(plan: &mut Plan) -> Vec<&mut Expr> {
    match &mut plan.node {
        PlanNode::Project { exprs, .. } => exprs.iter_mut().collect(),
        PlanNode::Filter { predicate, .. } => vec![predicate],
        PlanNode::Join { condition, .. } => condition.iter_mut().collect(),
        PlanNode::Aggregate {
            keys, aggregates, ..
        } => {
            let calls = aggregates
                .iter_mut()
                .flat_map(|a| a.args.iter_mut().chain(a.filter.as_mut()));
            keys.iter_mut().chain(calls).collect()
        }
        PlanNode::Window { calls, .. } => calls
            .iter_mut()
            .flat_map(|w| {
                let keys = w.order_by.iter_mut().map(|k| &mut k.expr);
                let call = w.call.args.iter_mut().chain(w.call.filter.as_mut());
                call.chain(&mut w.partition_by).chain(keys)
            })
            .collect(),
        PlanNode::Sort { keys, .. } => keys.iter_mut().map(|k| &mut k.expr).collect(),
        PlanNode::Generate { args, .. } => args.iter_mut().collect(),
        _ => Vec::new(),
    }
}

/// Calls `f` on the expression and all below it, parents first. Subqueries aren't entered.
pub(super) fn visit_mut(expr: &mut Expr, f: &mut dyn FnMut(&mut Expr)) {
    f(expr);
    for child in expr.children_mut() {
        visit_mut(child, f);
    }
}

/// Calls `f` with the position of each column that `expr` reads.
pub(super) fn each_column(expr: &Expr, f: &mut dyn FnMut(usize)) {
    if let ExprKind::Column { index, .. } = &expr.kind {
        f(*index);
    }
    for child in expr.children() {
        each_column(child, f);
    }
}

/// Whether `expr` reads columns at positions for which `f` holds, and no others.
pub(super) fn reads_only(expr: &Expr, f: &dyn Fn(usize) -> bool) -> bool {
    let mut all = true;
    each_column(expr, &mut |index| all &= f(index));
    all
}

/// The expression with each column replaced by what `f` gives for its position, if anything.
pub(super) fn substituted(expr: &Expr, f: &dyn Fn(usize) -> Option<Expr>) -> Expr {
    if let ExprKind::Column { index, .. } = &expr.kind {
        return f(*index).unwrap_or_else(|| expr.clone());
    }
    let mut expr = expr.clone();
    for child in expr.children_mut() {
        *child = substituted(child, f);
    }
    expr
}

/// The expression with its columns at new positions.
pub(super) fn remapped(expr: &Expr, to: &dyn Fn(usize) -> usize) -> Expr {
    let mut expr = expr.clone();
    visit_mut(&mut expr, &mut |expr| {
        if let ExprKind::Column { index, .. } = &mut expr.kind {
            *index = to(*index);
        }
    });
    expr
}

/// Whether the value depends on the row's columns alone: not on its place, its file, or chance.
pub(super) fn is_deterministic(expr: &Expr) -> bool {
    let own = match &expr.kind {
        ExprKind::Call { function, .. } => !matches!(
            function.name,
            "rand"
                | "random"
                | "randn"
                | "uuid"
                | "shuffle"
                | "randstr"
                | "uniform"
                | "monotonically_increasing_id"
                | "spark_partition_id"
                | "input_file_name"
                | "input_file_block_start"
                | "input_file_block_length"
        ),
        _ => true,
    };
    own && expr.children().into_iter().all(is_deterministic)
}

/// Whether computing it costs nothing: a column, a constant, a column's field.
pub(super) fn is_free(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Column { .. } | ExprKind::Literal(_) => true,
        ExprKind::GetField { child, .. } => {
            is_free(child) && matches!(child.data_type, crate::types::DataType::Struct(_))
        }
        _ => false,
    }
}
