//! `= <=> < <= > >= <>`, `in`.

use std::cmp::Ordering;

use polars_core::prelude::*;

use crate::sql::coercion;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, Binder};
use crate::sql::functions::{BindContext, Call, Function, Mismatch, rewritten, scalar};
use crate::sql::plan::Expr;
use crate::types::DataType as SparkType;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    /// `<=>`: NULL equals NULL.
    NullSafe,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Equal | Comparison::NullSafe => ordering.is_eq(),
            Comparison::NotEqual => ordering.is_ne(),
            Comparison::Less => ordering.is_lt(),
            Comparison::LessOrEqual => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            Comparison::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

macro_rules! comparison {
    ($name:literal, $op:expr, $usage:literal, $what:literal, $example:literal) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| bind($op, args, context),
            |call| eval($op, call),
        )
    };
}

/// Comparison operators.
pub(in crate::sql::functions) static COMPARISON: &[Function] = &[
    comparison!(
        "=",
        Comparison::Equal,
        "a = b",
        "Whether both are equal; NULL if one is NULL.",
        "1 = 1 → true"
    ),
    comparison!(
        "==",
        Comparison::Equal,
        "a == b",
        "Whether both are equal; NULL if one is NULL.",
        "1 == 1 → true"
    ),
    comparison!(
        "!=",
        Comparison::NotEqual,
        "a != b",
        "Whether both differ; NULL if one is NULL.",
        "1 != 2 → true"
    ),
    comparison!(
        "<>",
        Comparison::NotEqual,
        "a <> b",
        "Whether both differ; NULL if one is NULL.",
        "1 <> 2 → true"
    ),
    comparison!(
        "<=>",
        Comparison::NullSafe,
        "a <=> b",
        "Whether both are equal, or both NULL.",
        "NULL <=> NULL → true"
    ),
    comparison!(
        "equal_null",
        Comparison::NullSafe,
        "equal_null(a, b)",
        "Whether both are equal, or both NULL.",
        "equal_null(3, 3) → true"
    ),
    comparison!(
        "<",
        Comparison::Less,
        "a < b",
        "Whether a is less than b.",
        "1 < 2 → true"
    ),
    comparison!(
        "<=",
        Comparison::LessOrEqual,
        "a <= b",
        "Whether a is at most b.",
        "2 <= 2 → true"
    ),
    comparison!(
        ">",
        Comparison::Greater,
        "a > b",
        "Whether a is greater than b.",
        "2 > 1 → true"
    ),
    comparison!(
        ">=",
        Comparison::GreaterOrEqual,
        "a >= b",
        "Whether a is at least b.",
        "2 >= 1 → true"
    ),
    rewritten(
        "between",
        "a [NOT] BETWEEN low AND high",
        "Whether a is at least low and at most high.",
        "2 BETWEEN 1 AND 3 → true",
    ),
    scalar(
        "in",
        "a IN (b, …)",
        "Whether a equals one of the values; NULL if it doesn't and a value is NULL.",
        "1 IN (1, 2) → true",
        |args, context| {
            let (binder, _) = Binder::new(args, context).at_least(1)?.same_type(0)?;
            binder.returns(SparkType::Boolean)
        },
        eval_in,
    ),
];

fn bind(op: Comparison, args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?;
    let (left, right) = (binder.type_of(0), binder.type_of(1));
    let Some(common) = coercion::comparison_type(&left, &right, context.mode) else {
        return Err(binder.mismatch(Mismatch::BinaryOpDiffTypes {
            left: left.sql(),
            right: right.sql(),
        }));
    };
    if !coercion::is_orderable(&common) {
        return Err(binder.mismatch(Mismatch::InvalidOrderingType {
            function: binder.context.written.clone(),
            data_type: common.sql(),
        }));
    }
    binder.cast_to(0, &common);
    binder.cast_to(1, &common);
    if op == Comparison::NullSafe {
        return binder.returns_not_null(SparkType::Boolean);
    }
    binder.returns(SparkType::Boolean)
}

/// Compares with Polars' own kernel; its order of floats is Spark's (NaN last, zeros equal).
fn kernel<'a, T>(op: Comparison, a: &'a T, b: &'a T) -> BooleanChunked
where
    T: ChunkCompareEq<&'a T, Item = BooleanChunked>
        + ChunkCompareIneq<&'a T, Item = BooleanChunked>,
{
    match op {
        Comparison::Equal => a.equal(b),
        Comparison::NotEqual => a.not_equal(b),
        Comparison::NullSafe => a.equal_missing(b),
        Comparison::Less => a.lt(b),
        Comparison::LessOrEqual => a.lt_eq(b),
        Comparison::Greater => a.gt(b),
        Comparison::GreaterOrEqual => a.gt_eq(b),
    }
}

fn eval(op: Comparison, call: &Call<'_>) -> Result<Series, SqlError> {
    let (left, right) = (
        call.arg(0)?.to_physical_repr(),
        call.arg(1)?.to_physical_repr(),
    );
    let (left, right) = (&*left, &*right);
    let mask = match left.dtype() {
        DataType::Boolean => kernel(op, left.bool()?, right.bool()?),
        DataType::Int8 => kernel(op, left.i8()?, right.i8()?),
        DataType::Int16 => kernel(op, left.i16()?, right.i16()?),
        DataType::Int32 => kernel(op, left.i32()?, right.i32()?),
        DataType::Int64 => kernel(op, left.i64()?, right.i64()?),
        DataType::Int128 => kernel(op, left.i128()?, right.i128()?),
        DataType::Float32 => kernel(op, left.f32()?, right.f32()?),
        DataType::Float64 => kernel(op, left.f64()?, right.f64()?),
        DataType::String => kernel(op, left.str()?, right.str()?),
        DataType::Binary => kernel(op, left.binary()?, right.binary()?),
        _ => {
            let (a, b) = (call.values(0)?, call.values(1)?);
            return call.out(|i| {
                let (a, b) = (a.get(i), b.get(i));
                if op != Comparison::NullSafe && (a.is_null() || b.is_null()) {
                    return None;
                }
                Some(op.holds(a.compare(b)))
            });
        }
    };
    Ok(mask.into_series())
}

fn eval_in(call: &Call<'_>) -> Result<Series, SqlError> {
    let mut found: Option<BooleanChunked> = None;
    for i in 1..call.args.len() {
        let pair = [call.arg(0)?.clone(), call.arg(i)?.clone()];
        let types = [call.type_of(0), call.type_of(i)];
        let one = eval(
            Comparison::Equal,
            &Call {
                args: &pair,
                types: &types,
                result: call.result,
                mode: call.mode,
                context: call.context,
            },
        )?;
        let one = one.bool()?;
        found = Some(match found {
            Some(found) => &found | one,
            None => one.clone(),
        });
    }
    match found {
        Some(found) => Ok(found.into_series()),
        None => call.out(|_| Some(false)),
    }
}
