//! Three-valued logic: `and or not`, and tests for NULL.

use std::ops::Not;

use polars_core::prelude::*;

use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BOOLEAN, BindResult, Binder};
use crate::sql::functions::{BindContext, Call, Function, Mismatch, scalar};
use crate::sql::plan::Expr;
use crate::types::DataType as SparkType;

/// Logical operators and tests.
pub(in crate::sql::functions) static LOGIC: &[Function] = &[
    scalar(
        "and",
        "a AND b",
        "True if both are; NULL is unknown.",
        "true AND NULL → NULL",
        bind_logic,
        |call| Ok((call.bools(0)?.column() & call.bools(1)?.column()).into_series()),
    ),
    scalar(
        "or",
        "a OR b",
        "True if one is; NULL is unknown.",
        "true OR NULL → true",
        bind_logic,
        |call| Ok((call.bools(0)?.column() | call.bools(1)?.column()).into_series()),
    ),
    scalar(
        "not",
        "NOT a",
        "True if a is false.",
        "NOT true → false",
        bind_not,
        eval_not,
    ),
    scalar(
        "!",
        "! a",
        "True if a is false.",
        "! true → false",
        bind_not,
        eval_not,
    ),
    scalar(
        "isnull",
        "isnull(a)",
        "Whether a is NULL.",
        "isnull(1) → false",
        bind_any,
        |call| Ok(call.arg(0)?.is_null().into_series()),
    ),
    scalar(
        "isnotnull",
        "isnotnull(a)",
        "Whether a isn't NULL.",
        "isnotnull(1) → true",
        bind_any,
        |call| Ok(call.arg(0)?.is_not_null().into_series()),
    ),
    scalar(
        "isnan",
        "isnan(a)",
        "Whether a is NaN; false for NULL.",
        "isnan(cast('NaN' as double)) → true",
        |args, context| {
            let mut binder = Binder::new(args, context).count(1)?;
            match binder.type_of(0) {
                SparkType::Float | SparkType::Double => {}
                t if t.is_numeric() || matches!(t, SparkType::String | SparkType::Null) => {
                    binder.cast_to(0, &SparkType::Double);
                }
                _ => return Err(binder.unexpected_type(0, "(\"DOUBLE\" or \"FLOAT\")".into())),
            }
            binder.returns_not_null(SparkType::Boolean)
        },
        |call| {
            if *call.type_of(0) == SparkType::Float {
                let a = call.floats(0)?;
                return call.out(|i| Some(a.get(i).is_some_and(f32::is_nan)));
            }
            let a = call.doubles(0)?;
            call.out(|i| Some(a.get(i).is_some_and(f64::is_nan)))
        },
    ),
];

fn bind_logic(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?;
    let (left, right) = (binder.type_of(0), binder.type_of(1));
    let fits =
        |t: &SparkType| matches!(t, SparkType::Boolean | SparkType::Null | SparkType::String);
    if !fits(&left) || !fits(&right) || left == SparkType::String && right == SparkType::String {
        return Err(binder.mismatch(if left == right {
            Mismatch::BinaryOpWrongType {
                required: "\"BOOLEAN\"".into(),
                found: left.sql(),
            }
        } else {
            Mismatch::BinaryOpDiffTypes {
                left: left.sql(),
                right: right.sql(),
            }
        }));
    }
    binder.cast_to(0, &SparkType::Boolean);
    binder.cast_to(1, &SparkType::Boolean);
    binder.returns(SparkType::Boolean)
}

fn bind_not(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(1)?
        .cast(0, BOOLEAN)?
        .returns(SparkType::Boolean)
}

fn eval_not(call: &Call<'_>) -> Result<Series, SqlError> {
    Ok(call.bools(0)?.column().not().into_series())
}

fn bind_any(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(1)?
        .returns_not_null(SparkType::Boolean)
}
