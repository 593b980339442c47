//! Bits: `& | ^ ~ << >> >>>` and their functions.

use polars_core::prelude::Series;

use crate::sql::coercion;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, Binder, INT};
use crate::sql::functions::{BindContext, Call, Function, Mismatch, scalar};
use crate::sql::plan::Expr;
use crate::types::{DataType as T, Value};

macro_rules! bitwise {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $f:expr) => {
        scalar($name, $usage, $what, $example, bind_bits, |call| {
            binary(call, $f)
        })
    };
}

macro_rules! shift {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $f:expr) => {
        scalar($name, $usage, $what, $example, bind_shift, |call| {
            shift(call, $f)
        })
    };
}

/// Operators and functions over bits.
pub(in crate::sql::functions) static BITS: &[Function] = &[
    bitwise!("&", "a & b", "Bitwise AND.", "3 & 5 → 1", |a, b| a & b),
    bitwise!("|", "a | b", "Bitwise OR.", "3 | 5 → 7", |a, b| a | b),
    bitwise!(
        "^",
        "a ^ b",
        "Bitwise exclusive OR.",
        "3 ^ 5 → 6",
        |a, b| a ^ b
    ),
    scalar(
        "~",
        "~a",
        "Bitwise NOT.",
        "~0 → -1",
        |args, context| {
            let binder = Binder::new(args, context)
                .count(1)?
                .cast(0, coercion::Accepts::Integral)?;
            let data_type = binder.type_of(0);
            binder.returns(data_type)
        },
        |call| {
            let t = call.type_of(0);
            call.rows_not_null(|v| Ok(whole(t, v.first().and_then(|v| v.as_i64()).map(|n| !n))))
        },
    ),
    shift!(
        "<<",
        "a << n",
        "Bits shifted left.",
        "2 << 1 → 4",
        |a, n, _| a << n
    ),
    shift!(
        "shiftleft",
        "shiftleft(a, n)",
        "Bits shifted left.",
        "shiftleft(2, 1) → 4",
        |a, n, _| a << n
    ),
    shift!(
        ">>",
        "a >> n",
        "Bits shifted right, keeping the sign.",
        "4 >> 1 → 2",
        |a, n, _| a >> n
    ),
    shift!(
        "shiftright",
        "shiftright(a, n)",
        "Bits shifted right, keeping the sign.",
        "shiftright(4, 1) → 2",
        |a, n, _| a >> n
    ),
    shift!(
        ">>>",
        "a >>> n",
        "Bits shifted right, filled with zeros.",
        "4 >>> 1 → 2",
        unsigned_shift
    ),
    shift!(
        "shiftrightunsigned",
        "shiftrightunsigned(a, n)",
        "Bits shifted right, filled with zeros.",
        "shiftrightunsigned(4, 1) → 2",
        unsigned_shift
    ),
    scalar(
        "bit_count",
        "bit_count(a)",
        "How many bits are set.",
        "bit_count(7) → 3",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            let binder = match binder.type_of(0) {
                T::Boolean => binder,
                _ => binder.cast(0, coercion::Accepts::Integral)?,
            };
            binder.returns(T::Integer)
        },
        |call| {
            call.rows_not_null(|v| {
                Ok(match v.first() {
                    Some(Value::Boolean(b)) => Value::Integer(i32::from(*b)),
                    Some(n) => Value::Integer(n.as_i64().unwrap_or(0).count_ones() as i32),
                    None => Value::Null,
                })
            })
        },
    ),
    scalar(
        "getbit",
        "getbit(a, position)",
        "The bit at a position, counted from the right.",
        "getbit(11, 0) → 1",
        bind_getbit,
        eval_getbit,
    ),
    scalar(
        "bit_get",
        "bit_get(a, position)",
        "The bit at a position, counted from the right.",
        "bit_get(11, 0) → 1",
        bind_getbit,
        eval_getbit,
    ),
];

fn unsigned_shift(a: i64, n: u32, wide: bool) -> i64 {
    if wide {
        ((a as u64) >> n) as i64
    } else {
        i64::from(((a as i32 as u32) >> n) as i32)
    }
}

fn bind_getbit(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(2)?
        .cast(0, coercion::Accepts::Integral)?
        .cast(1, INT)?
        .returns(T::Byte)
}

fn eval_getbit(call: &Call<'_>) -> Result<Series, SqlError> {
    call.rows_not_null(|v| {
        let (Some(n), Some(p)) = (
            v.first().and_then(|v| v.as_i64()),
            v.get(1).and_then(|v| v.as_i64()),
        ) else {
            return Ok(Value::Null);
        };
        let p = u32::try_from(p).unwrap_or(u32::MAX);
        let upper = match call.type_of(0) {
            T::Byte => 8,
            T::Short => 16,
            T::Integer => 32,
            _ => 64,
        };
        if p >= upper {
            return Err(
                crate::sql::functions::FunctionError::InvalidParameterValue {
                    condition: "BIT_POSITION_RANGE",
                    parameter: "pos",
                    function: "getbit".into(),
                    message: format!(
                        "expects an integer value in [0, {upper}), but got {}.",
                        p as i32
                    ),
                }
                .into(),
            );
        }
        Ok(Value::Byte((n >> p & 1) as i8))
    })
}

fn whole(data_type: &T, n: Option<i64>) -> Value {
    match (data_type, n) {
        (_, None) => Value::Null,
        (T::Byte, Some(n)) => Value::Byte(n as i8),
        (T::Short, Some(n)) => Value::Short(n as i16),
        (T::Integer, Some(n)) => Value::Integer(n as i32),
        (_, Some(n)) => Value::Long(n),
    }
}

fn bind_bits(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?;
    let (l, r) = (binder.type_of(0), binder.type_of(1));
    match coercion::wider_type(&l, &r, context.mode) {
        Some(common) if common.is_integral() => {
            binder.cast_to(0, &common);
            binder.cast_to(1, &common);
            binder.returns(common)
        }
        Some(T::Null) => binder.returns_nullable(T::Integer),
        Some(common) if l == r => Err(binder.mismatch(Mismatch::BinaryOpWrongType {
            required: "\"INTEGRAL\"".into(),
            found: common.sql(),
        })),
        _ => Err(binder.mismatch(Mismatch::BinaryOpDiffTypes {
            left: l.sql(),
            right: r.sql(),
        })),
    }
}

fn binary(call: &Call<'_>, f: fn(i64, i64) -> i64) -> Result<Series, SqlError> {
    call.rows_not_null(|v| {
        let n = v.first().and_then(|v| v.as_i64());
        let m = v.get(1).and_then(|v| v.as_i64());
        Ok(whole(call.result, n.zip(m).map(|(a, b)| f(a, b))))
    })
}

fn bind_shift(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?;
    let to = match binder.type_of(0) {
        T::Long => T::Long,
        T::Byte | T::Short | T::Integer | T::String | T::Null => T::Integer,
        _ => return Err(binder.unexpected_type(0, "(\"INT\" or \"BIGINT\")".into())),
    };
    binder.cast_to(0, &to);
    binder.cast(1, INT)?.returns(to)
}

fn shift(call: &Call<'_>, f: fn(i64, u32, bool) -> i64) -> Result<Series, SqlError> {
    let wide = *call.result == T::Long;
    let mask = if wide { 63 } else { 31 };
    binary_shift(call, |a, n| {
        let shifted = f(a, (n & mask) as u32, wide);
        if wide {
            shifted
        } else {
            i64::from(shifted as i32)
        }
    })
}

fn binary_shift(call: &Call<'_>, f: impl Fn(i64, i64) -> i64) -> Result<Series, SqlError> {
    call.rows_not_null(|v| {
        let n = v.first().and_then(|v| v.as_i64());
        let m = v.get(1).and_then(|v| v.as_i64());
        Ok(whole(call.result, n.zip(m).map(|(a, b)| f(a, b))))
    })
}
