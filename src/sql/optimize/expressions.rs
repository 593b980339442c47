//! Changing the expressions of nodes.

use crate::sql::plan::{Expr, ExprKind};

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
                // Where a session begins depends on the rows around.
                | "session_window"
        ),
        ExprKind::Udf { udf, .. } => udf.is_deterministic,
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
