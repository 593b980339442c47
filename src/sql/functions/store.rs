//! Values on their way into a table's column.

use super::bind::cast_expr;
use super::{Function, FunctionError, cast, scalar};
use crate::sql::coercion;
use crate::sql::error::SqlError;
use crate::sql::plan::{EvalMode, Expr, ExprKind};
use crate::types::{DataType, Value};

/// Makes a value one of a column's type. Values that don't fit are errors, whatever the mode of the session, and name
/// the column where they are numbers (Catalyst's `CheckOverflowInTableInsert`).
pub fn store_assign(expr: &mut Expr, column: &str, to: &DataType) {
    let from = &expr.data_type;
    let fits = coercion::wider_type(from, to, EvalMode::Ansi).as_ref() == Some(to);
    if !from.is_numeric() || !to.is_numeric() || fits {
        return cast_expr(expr, to, EvalMode::Ansi);
    }
    let nullable = expr.nullable;
    let value = std::mem::replace(expr, Expr::literal(Value::Null, DataType::Null));
    let column = Expr::literal(Value::String(column.into()), DataType::String);
    *expr = Expr {
        kind: ExprKind::Call {
            function: &STORE_ASSIGN,
            args: vec![value, column],
            mode: EvalMode::Ansi,
        },
        data_type: to.clone(),
        nullable,
    };
}

/// Statements make it, no text can call it: it isn't among [`super::functions`].
static STORE_ASSIGN: Function = scalar(
    "store_assign",
    "store_assign(value, column)",
    "The value as one of the column's type.",
    "",
    |args, context| {
        super::Binder::new(args, context)
            .count(2)?
            .returns_nullable(DataType::Null)
    },
    |call| {
        let zone = call.context.time_zone;
        let from = call.type_of(0);
        let stored = cast::cast(call.arg(0)?, from, call.result, call.mode, zone);
        let Err(SqlError::Function(error)) = &stored else {
            return stored;
        };
        if !matches!(
            **error,
            FunctionError::CastOverflow { .. } | FunctionError::NumericValueOutOfRange { .. }
        ) {
            return stored;
        }
        Err(FunctionError::CastOverflowInTableInsert {
            from: from.sql(),
            to: call.result.sql(),
            column: crate::types::quote(call.strings(1)?.get(0).unwrap_or_default()),
        }
        .into())
    },
);
