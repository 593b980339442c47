//! Type names as functions: `int('1')` is `CAST('1' AS INT)`.

use polars_core::prelude::Series;

use super::bind::BindResult;
use super::{BindContext, Binder, Call, Function, cast, scalar};
use crate::sql::error::SqlError;
use crate::sql::plan::Expr;
use crate::types::DataType as T;

macro_rules! convert {
    ($name:literal, $usage:literal, $to:expr) => {
        scalar(
            $name,
            $usage,
            "The value cast to the type.",
            "",
            |args, context| bind(args, context, $to),
            eval,
        )
    };
}

/// Casts by name.
pub(super) static CONVERT: &[Function] = &[
    convert!("boolean", "boolean(a)", T::Boolean),
    convert!("tinyint", "tinyint(a)", T::Byte),
    convert!("smallint", "smallint(a)", T::Short),
    convert!("int", "int(a)", T::Integer),
    convert!("bigint", "bigint(a)", T::Long),
    convert!("float", "float(a)", T::Float),
    convert!("double", "double(a)", T::Double),
    convert!(
        "decimal",
        "decimal(a)",
        T::Decimal {
            precision: 10,
            scale: 0
        }
    ),
    convert!("string", "string(a)", T::String),
    convert!("binary", "binary(a)", T::Binary),
    convert!("date", "date(a)", T::Date),
    convert!("timestamp", "timestamp(a)", T::Timestamp),
];

fn bind(args: Vec<Expr>, context: &BindContext, to: T) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    let from = binder.type_of(0);
    let sql = binder.args.first().map(super::sql_text).unwrap_or_default();
    let sql = format!("CAST({sql} AS {})", to.sql());
    cast::cast_binding(&sql, &from, &to, context.mode)?;
    let nullable = binder.any_nullable() || super::bind::cast_adds_null(&from, &to, context.mode);
    binder.finish(to, nullable)
}

fn eval(call: &Call<'_>) -> Result<Series, SqlError> {
    cast::cast(
        call.arg(0)?,
        call.type_of(0),
        call.result,
        call.mode,
        call.context.time_zone,
    )
}
