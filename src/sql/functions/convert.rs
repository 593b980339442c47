//! Type names as functions: `int('1')` is `CAST('1' AS INT)`.

use polars_core::prelude::Series;

use super::bind::BindResult;
use super::{BindContext, Binder, Call, Function, cast, rewritten, scalar};
use crate::sql::error::SqlError;
use crate::sql::plan::Expr;
use crate::types::DataType as T;

macro_rules! convert {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $to:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| bind(args, context, $to),
            eval,
        )
    };
}

/// Casts, and casts by a type's name.
pub(super) static CONVERT: &[Function] = &[
    rewritten(
        "cast",
        "CAST(a AS type)",
        "The value as another type, also written `a::type`.",
        "CAST('10' AS INT) → 10",
    ),
    rewritten(
        "try_cast",
        "TRY_CAST(a AS type)",
        "The value as another type, NULL where it can't be.",
        "TRY_CAST('ten' AS INT) → NULL",
    ),
    convert!(
        "boolean",
        "boolean(a)",
        "The value as BOOLEAN.",
        "boolean('true') → true",
        T::Boolean
    ),
    convert!(
        "tinyint",
        "tinyint(a)",
        "The value as TINYINT.",
        "tinyint('12') → 12",
        T::Byte
    ),
    convert!(
        "smallint",
        "smallint(a)",
        "The value as SMALLINT.",
        "smallint('12') → 12",
        T::Short
    ),
    convert!(
        "int",
        "int(a)",
        "The value as INT.",
        "int('12') → 12",
        T::Integer
    ),
    convert!(
        "bigint",
        "bigint(a)",
        "The value as BIGINT.",
        "bigint('12') → 12",
        T::Long
    ),
    convert!(
        "float",
        "float(a)",
        "The value as FLOAT.",
        "float('1.5') → 1.5",
        T::Float
    ),
    convert!(
        "double",
        "double(a)",
        "The value as DOUBLE.",
        "double('1.5') → 1.5",
        T::Double
    ),
    convert!(
        "decimal",
        "decimal(a)",
        "The value as DECIMAL(10, 0).",
        "decimal('12') → 12",
        T::Decimal {
            precision: 10,
            scale: 0
        }
    ),
    convert!(
        "string",
        "string(a)",
        "The value as STRING.",
        "string(12) → 12",
        T::String
    ),
    convert!(
        "binary",
        "binary(a)",
        "The value as BINARY.",
        "binary('ab') → [61 62]",
        T::Binary
    ),
    convert!(
        "date",
        "date(a)",
        "The value as DATE.",
        "date('2026-01-31') → 2026-01-31",
        T::Date
    ),
    convert!(
        "timestamp",
        "timestamp(a)",
        "The value as TIMESTAMP.",
        "timestamp('2026-01-31 12:00:00') → 2026-01-31 12:00:00",
        T::Timestamp
    ),
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
