//! Window functions: how they bind. The executor computes them by their [`WindowKind`].

use super::bind::{BOOLEAN, BindResult, INT, constant};
use super::{BindContext, Binder, Function, FunctionKind, Mismatch, WindowKind};
use crate::sql::coercion;
use crate::sql::plan::Expr;
use crate::types::{DataType as T, Value};

type Bind = fn(Vec<Expr>, &BindContext) -> BindResult;

const fn window(
    name: &'static str,
    usage: &'static str,
    description: &'static str,
    example: &'static str,
    kind: WindowKind,
    bind: Bind,
) -> Function {
    Function {
        name,
        kind: FunctionKind::Window(kind),
        bind,
        usage,
        description,
        example,
    }
}

/// Window functions. `first_value` and `last_value` are aggregates.
pub(super) static WINDOWS: &[Function] = &[
    window(
        "row_number",
        "row_number()",
        "The row's number in its partition, from 1.",
        "row_number() OVER (ORDER BY a) FROM VALUES (10), (20), (20) AS t(a) → 1; 2; 3",
        WindowKind::RowNumber,
        bind_number,
    ),
    window(
        "rank",
        "rank()",
        "One more than the rows before the row's peers.",
        "rank() OVER (ORDER BY a) FROM VALUES (10), (10), (20) AS t(a) → 1; 1; 3",
        WindowKind::Rank,
        bind_number,
    ),
    window(
        "dense_rank",
        "dense_rank()",
        "The rank without gaps.",
        "dense_rank() OVER (ORDER BY a) FROM VALUES (10), (10), (20) AS t(a) → 1; 1; 2",
        WindowKind::DenseRank,
        bind_number,
    ),
    window(
        "percent_rank",
        "percent_rank()",
        "The rank between 0 and 1.",
        "percent_rank() OVER (ORDER BY a) FROM VALUES (10), (10), (20) AS t(a) → 0.0; 0.0; 1.0",
        WindowKind::PercentRank,
        bind_ratio,
    ),
    window(
        "cume_dist",
        "cume_dist()",
        "The share of rows up to the row's peers.",
        "cume_dist() OVER (ORDER BY a) FROM VALUES (10), (20), (30), (40) AS t(a) → 0.25; 0.5; 0.75; 1.0",
        WindowKind::CumeDist,
        bind_ratio,
    ),
    window(
        "ntile",
        "ntile([n])",
        "The bucket, 1 to n, of the row.",
        "ntile(2) OVER (ORDER BY a) FROM VALUES (10), (20), (30) AS t(a) → 1; 1; 2",
        WindowKind::Ntile,
        bind_ntile,
    ),
    window(
        "lag",
        "lag(a[, offset[, default]])",
        "The value so many rows before.",
        "a, lag(a) OVER (ORDER BY a) FROM VALUES (10), (20) AS t(a) → 10, NULL; 20, 10",
        WindowKind::Lag,
        bind_offset,
    ),
    window(
        "lead",
        "lead(a[, offset[, default]])",
        "The value so many rows after.",
        "a, lead(a) OVER (ORDER BY a) FROM VALUES (10), (20) AS t(a) → 10, 20; 20, NULL",
        WindowKind::Lead,
        bind_offset,
    ),
    window(
        "nth_value",
        "nth_value(a, n[, ignore_nulls])",
        "The value of the frame's row n, from 1.",
        "nth_value(a, 2) OVER (ORDER BY a) FROM VALUES (10), (20), (30) AS t(a) → NULL; 20; 20",
        WindowKind::NthValue,
        |args, context| {
            let binder = Binder::new(args, context)
                .counts(2..=3)?
                .cast(1, INT)?
                .cast(2, BOOLEAN)?;
            let data_type = binder.type_of(0);
            binder.returns_nullable(data_type)
        },
    ),
];

fn bind_number(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(0)?
        .returns_not_null(T::Integer)
}

fn bind_ratio(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(0)?
        .returns_not_null(T::Double)
}

fn bind_ntile(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).counts(0..=1)?.cast(0, INT)?;
    if let Some(Value::Integer(buckets)) = binder.args.first().and_then(constant)
        && *buckets <= 0
    {
        return Err(binder.mismatch(Mismatch::ValueOutOfRange {
            parameter: "buckets".into(),
            range: format!("(0, {}]", i32::MAX),
            value: buckets.to_string(),
        }));
    }
    binder.returns_not_null(T::Integer)
}

fn bind_offset(args: Vec<Expr>, context: &BindContext) -> BindResult {
    // The fourth is `IGNORE NULLS`.
    let mut binder = Binder::new(args, context).counts(1..=4)?.cast(1, INT)?;
    let mut data_type = binder.type_of(0);
    if binder.args.len() > 2 {
        let default = binder.type_of(2);
        if let Some(common) = coercion::wider_type(&data_type, &default, context.mode) {
            binder.cast_to(0, &common);
            binder.cast_to(2, &common);
            data_type = common;
        }
    }
    let nullable = binder.args.get(2).is_none_or(|default| default.nullable)
        || binder.args.first().is_none_or(|value| value.nullable);
    binder.finish(data_type, nullable)
}
