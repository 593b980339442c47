//! Mathematics.
//!
//! Source: Spark SQL reference, "Mathematical Functions".

mod round;

use super::bind::{BindResult, DOUBLE, INT, LONG, STRING};
use super::cast::{decimal_to_double, fits_decimal, parse_decimal, rescale_decimal};
use super::operator::negate_values;
use super::{BindContext, Binder, Call, Function, FunctionError, Mismatch, scalar};
use crate::sql::coercion::{self, Accepts};
use crate::sql::error::SqlError;
use crate::sql::plan::{EvalMode, Expr};
use crate::types::{DataType as T, Value, double_text};
use polars_core::prelude::Series;
pub(in crate::sql::functions) use round::round_unscaled;
use round::*;

macro_rules! real {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $f:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| {
                Binder::new(args, context)
                    .count(1)?
                    .cast(0, DOUBLE)?
                    .returns_nullable(T::Double)
            },
            |call| {
                let a = call.doubles(0)?;
                call.out(|i| a.get(i).map($f))
            },
        )
    };
}

macro_rules! logarithm {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $least:literal, $f:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| {
                Binder::new(args, context)
                    .count(1)?
                    .cast(0, DOUBLE)?
                    .returns_nullable(T::Double)
            },
            |call| {
                let a = call.doubles(0)?;
                // At most the bound has no logarithm: NULL, as in Hive.
                call.out(|i| a.get(i).filter(|x| *x > $least || x.is_nan()).map($f))
            },
        )
    };
}

macro_rules! real2 {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $f:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| {
                Binder::new(args, context)
                    .count(2)?
                    .cast_from(0, DOUBLE)?
                    .returns(T::Double)
            },
            |call| {
                let (a, b) = (call.doubles(0)?, call.doubles(1)?);
                call.out(|i| Some($f(a.get(i)?, b.get(i)?)))
            },
        )
    };
}

/// Mathematical functions.
pub(super) static MATH: &[Function] =
    &[
        scalar(
            "abs",
            "abs(a)",
            "The number without its sign.",
            "abs(-1) → 1",
            |args, context| {
                let mut binder = Binder::new(args, context).count(1)?;
                match binder.type_of(0) {
                    t if t.is_numeric() || coercion::is_interval(&t) => {}
                    T::String | T::Null => binder.cast_to(0, &T::Double),
                    _ => return Err(binder.unexpected_type(
                        0,
                        "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")"
                            .into(),
                    )),
                }
                let data_type = binder.type_of(0);
                binder.returns(data_type)
            },
            |call| negate_values(call, |n| n.checked_abs(), f64::abs),
        ),
        scalar(
            "sign",
            "sign(a)",
            "-1, 0 or 1.",
            "sign(40) → 1.0",
            bind_double,
            eval_sign,
        ),
        scalar(
            "signum",
            "signum(a)",
            "-1, 0 or 1.",
            "signum(40) → 1.0",
            bind_double,
            eval_sign,
        ),
        scalar(
            "ceil",
            "ceil(a[, scale])",
            "The least whole number that isn't less.",
            "ceil(-0.1) → 0",
            bind_whole,
            |call| to_whole(call, Rounding::Up),
        ),
        scalar(
            "ceiling",
            "ceiling(a[, scale])",
            "The least whole number that isn't less.",
            "ceiling(-0.1) → 0",
            bind_whole,
            |call| to_whole(call, Rounding::Up),
        ),
        scalar(
            "floor",
            "floor(a[, scale])",
            "The greatest whole number that isn't more.",
            "floor(-0.1) → -1",
            bind_whole,
            |call| to_whole(call, Rounding::Down),
        ),
        scalar(
            "round",
            "round(a[, digits])",
            "Rounded half up to that many digits after the point.",
            "round(2.5) → 3",
            bind_round,
            |call| round(call, false),
        ),
        scalar(
            "bround",
            "bround(a[, digits])",
            "Rounded half to even.",
            "bround(2.5) → 2",
            bind_round,
            |call| round(call, true),
        ),
        real!(
            "rint",
            "rint(a)",
            "The nearest whole number, half to even, as a double.",
            "rint(12.3456) → 12.0",
            f64::round_ties_even
        ),
        real!(
            "sqrt",
            "sqrt(a)",
            "The square root.",
            "sqrt(4) → 2.0",
            f64::sqrt
        ),
        real!(
            "cbrt",
            "cbrt(a)",
            "The cube root.",
            "cbrt(27.0) → 3.0",
            f64::cbrt
        ),
        real!(
            "exp",
            "exp(a)",
            "e to the power of a.",
            "exp(0) → 1.0",
            f64::exp
        ),
        real!(
            "expm1",
            "expm1(a)",
            "exp(a) - 1.",
            "expm1(0) → 0.0",
            f64::exp_m1
        ),
        real!("sin", "sin(a)", "The sine.", "sin(0) → 0.0", f64::sin),
        real!("cos", "cos(a)", "The cosine.", "cos(0) → 1.0", f64::cos),
        real!("tan", "tan(a)", "The tangent.", "tan(0) → 0.0", f64::tan),
        real!(
            "cot",
            "cot(a)",
            "The cotangent.",
            "cot(1) → 0.6420926159343306",
            |x: f64| 1.0 / x.tan()
        ),
        real!(
            "sec",
            "sec(a)",
            "The secant.",
            "sec(0) → 1.0",
            |x: f64| 1.0 / x.cos()
        ),
        real!(
            "csc",
            "csc(a)",
            "The cosecant.",
            "csc(1) → 1.1883951057781212",
            |x: f64| 1.0 / x.sin()
        ),
        real!(
            "asin",
            "asin(a)",
            "The arc sine.",
            "asin(0) → 0.0",
            f64::asin
        ),
        real!(
            "acos",
            "acos(a)",
            "The arc cosine.",
            "acos(1) → 0.0",
            f64::acos
        ),
        real!(
            "atan",
            "atan(a)",
            "The arc tangent.",
            "atan(0) → 0.0",
            f64::atan
        ),
        real!(
            "sinh",
            "sinh(a)",
            "The hyperbolic sine.",
            "sinh(0) → 0.0",
            f64::sinh
        ),
        real!(
            "cosh",
            "cosh(a)",
            "The hyperbolic cosine.",
            "cosh(0) → 1.0",
            f64::cosh
        ),
        real!(
            "tanh",
            "tanh(a)",
            "The hyperbolic tangent.",
            "tanh(0) → 0.0",
            f64::tanh
        ),
        real!(
            "asinh",
            "asinh(a)",
            "The inverse hyperbolic sine.",
            "asinh(0) → 0.0",
            f64::asinh
        ),
        real!(
            "acosh",
            "acosh(a)",
            "The inverse hyperbolic cosine.",
            "acosh(1) → 0.0",
            f64::acosh
        ),
        real!(
            "atanh",
            "atanh(a)",
            "The inverse hyperbolic tangent.",
            "atanh(0) → 0.0",
            f64::atanh
        ),
        real!(
            "degrees",
            "degrees(a)",
            "Radians in degrees.",
            "degrees(3.141592653589793) → 180.0",
            f64::to_degrees
        ),
        real!(
            "radians",
            "radians(a)",
            "Degrees in radians.",
            "radians(180) → 3.141592653589793",
            f64::to_radians
        ),
        logarithm!(
            "ln",
            "ln(a)",
            "The natural logarithm; NULL for a number that isn't positive.",
            "ln(1) → 0.0",
            0.0,
            f64::ln
        ),
        logarithm!(
            "log10",
            "log10(a)",
            "The logarithm to base 10.",
            "log10(10) → 1.0",
            0.0,
            f64::log10
        ),
        logarithm!(
            "log2",
            "log2(a)",
            "The logarithm to base 2.",
            "log2(2) → 1.0",
            0.0,
            f64::log2
        ),
        logarithm!(
            "log1p",
            "log1p(a)",
            "ln(1 + a).",
            "log1p(0) → 0.0",
            -1.0,
            f64::ln_1p
        ),
        scalar(
            "log",
            "log([base, ]a)",
            "The logarithm to a base, or the natural one.",
            "log(10, 100) → 2.0",
            |args, context| {
                Binder::new(args, context)
                    .counts(1..=2)?
                    .cast_from(0, DOUBLE)?
                    .returns_nullable(T::Double)
            },
            |call| {
                let a = call.doubles(0)?;
                if call.args.len() == 1 {
                    return call.out(|i| a.get(i).filter(|x| *x > 0.0 || x.is_nan()).map(f64::ln));
                }
                let b = call.doubles(1)?;
                call.out(|i| {
                    let (base, x) = (a.get(i)?, b.get(i)?);
                    (base > 0.0 && x > 0.0).then(|| x.ln() / base.ln())
                })
            },
        ),
        real2!(
            "pow",
            "pow(a, b)",
            "a to the power of b.",
            "pow(2, 3) → 8.0",
            f64::powf
        ),
        real2!(
            "power",
            "power(a, b)",
            "a to the power of b.",
            "power(2, 3) → 8.0",
            f64::powf
        ),
        real2!(
            "atan2",
            "atan2(y, x)",
            "The angle of the point (x, y).",
            "atan2(0, 0) → 0.0",
            f64::atan2
        ),
        real2!(
            "hypot",
            "hypot(a, b)",
            "sqrt(a² + b²).",
            "hypot(3, 4) → 5.0",
            f64::hypot
        ),
        scalar(
            "nanvl",
            "nanvl(a, b)",
            "a, or b where a is NaN.",
            "nanvl(cast('NaN' as double), 123) → 123.0",
            |args, context| {
                Binder::new(args, context)
                    .count(2)?
                    .cast(0, DOUBLE)?
                    .cast(1, DOUBLE)?
                    .returns(T::Double)
            },
            |call| {
                let (a, b) = (call.doubles(0)?, call.doubles(1)?);
                call.out(|i| match a.get(i) {
                    Some(a) if a.is_nan() => b.get(i),
                    a => a,
                })
            },
        ),
        scalar(
            "factorial",
            "factorial(n)",
            "n!; NULL outside 0 to 20.",
            "factorial(5) → 120",
            |args, context| {
                Binder::new(args, context)
                    .count(1)?
                    .cast(0, INT)?
                    .returns_nullable(T::Long)
            },
            |call| {
                let n = call.ints(0)?;
                call.out(|i| {
                    n.get(i)
                        .filter(|n| (0..=20).contains(n))
                        .map(|n| (1..=i64::from(n)).product::<i64>())
                })
            },
        ),
        scalar(
            "greatest",
            "greatest(a, b, …)",
            "The greatest value; NULL is left out.",
            "greatest(10, 9, 2, 4, 3) → 10",
            bind_extreme,
            |call| extreme(call, true),
        ),
        scalar(
            "least",
            "least(a, b, …)",
            "The least value; NULL is left out.",
            "least(10, 9, 2, 4, 3) → 2",
            bind_extreme,
            |call| extreme(call, false),
        ),
        scalar(
            "conv",
            "conv(n, from, to)",
            "A number's text from one base to another.",
            "conv('100', 2, 10) → 4",
            |args, context| {
                Binder::new(args, context)
                    .count(3)?
                    .cast(0, STRING)?
                    .cast(1, INT)?
                    .cast(2, INT)?
                    .returns_nullable(T::String)
            },
            |call| {
                let (texts, from, to) = (call.strings(0)?, call.ints(1)?, call.ints(2)?);
                call.out(|i| conv(texts.get(i)?, from.get(i)?, to.get(i)?))
            },
        ),
        scalar(
            "width_bucket",
            "width_bucket(value, min, max, n)",
            "The bucket of a histogram that the value falls into.",
            "width_bucket(5.3, 0.2, 10.6, 5) → 3",
            |args, context| {
                Binder::new(args, context)
                    .count(4)?
                    .cast(0, DOUBLE)?
                    .cast(1, DOUBLE)?
                    .cast(2, DOUBLE)?
                    .cast(3, LONG)?
                    .returns_nullable(T::Long)
            },
            |call| {
                let (v, min, max, n) = (
                    call.doubles(0)?,
                    call.doubles(1)?,
                    call.doubles(2)?,
                    call.longs(3)?,
                );
                call.out(|i| width_bucket(v.get(i)?, min.get(i)?, max.get(i)?, n.get(i)?))
            },
        ),
    ];

fn bind_double(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(1)?
        .cast(0, DOUBLE)?
        .returns_nullable(T::Double)
}

fn eval_sign(call: &Call<'_>) -> Result<Series, SqlError> {
    let a = call.doubles(0)?;
    call.out(|i| {
        a.get(i).map(|x| {
            if x == 0.0 || x.is_nan() {
                x
            } else {
                x.signum()
            }
        })
    })
}

#[derive(Clone, Copy)]
enum Rounding {
    Up,
    Down,
}

fn bind_whole(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).counts(1..=2)?;
    if binder.args.len() == 2 {
        let binder = binder.cast(0, Accepts::AnyDecimal)?.cast(1, INT)?;
        let result = rounded_type(&binder)?;
        return binder.returns_nullable(result);
    }
    let result = match binder.type_of(0) {
        T::Decimal { precision, scale } => T::decimal((precision - scale + 1).min(38), 0),
        t if t.is_numeric() => {
            if !t.is_integral() {
                binder.cast_to(0, &T::Double);
            }
            T::Long
        }
        _ => {
            binder = binder.cast(0, DOUBLE)?;
            T::Long
        }
    };
    binder.returns_nullable(result)
}

fn to_whole(call: &Call<'_>, rounding: Rounding) -> Result<Series, SqlError> {
    let directed = |n: i128, from: u8, to: i32| -> Option<i128> {
        let drop = i32::from(from) - to;
        if drop <= 0 {
            return Some(n);
        }
        let step = 10i128.checked_pow(drop.unsigned_abs())?;
        Some(match rounding {
            Rounding::Down => n.div_euclid(step),
            Rounding::Up => -(-n).div_euclid(step),
        })
    };
    match call.type_of(0) {
        T::Decimal { scale, .. } => {
            let scale = *scale;
            let a = call.decimals(0)?;
            let digits = match call.args.get(1) {
                Some(_) => Some(call.ints(1)?),
                None => None,
            };
            let result_scale = decimal_scale(call.result);
            call.out(|i| {
                let digits = match &digits {
                    Some(d) => d.get(i)?,
                    None => 0,
                };
                let n = directed(a.get(i)?, scale, digits)?;
                let shift = i32::from(result_scale) - digits.min(i32::from(scale));
                n.checked_mul(10i128.checked_pow(shift.max(0).unsigned_abs())?)
            })
        }
        T::Double => {
            let a = call.doubles(0)?;
            call.out(|i| {
                a.get(i).map(|x| match rounding {
                    Rounding::Up => x.ceil() as i64,
                    Rounding::Down => x.floor() as i64,
                })
            })
        }
        _ => Ok(call.arg(0)?.cast(&polars_core::prelude::DataType::Int64)?),
    }
}

fn decimal_scale(data_type: &T) -> u8 {
    match data_type {
        T::Decimal { scale, .. } => *scale,
        _ => 0,
    }
}

fn bind_extreme(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).at_least(2)?;
    let types: Vec<T> = binder.args.iter().map(|a| a.data_type.clone()).collect();
    // Strings aren't promoted here, unlike in CASE.
    let Some(common) = coercion::common_type_without_promotion(&types, context.mode) else {
        let types: Vec<String> = types.iter().map(|t| format!("\"{}\"", t.sql())).collect();
        return Err(binder.mismatch(Mismatch::DataDiffTypes {
            function: binder.name(),
            types: format!("[{}]", types.join(", ")),
        }));
    };
    if !coercion::is_orderable(&common) {
        return Err(binder.mismatch(Mismatch::InvalidOrderingType {
            function: binder.name(),
            data_type: common.sql(),
        }));
    }
    for i in 0..types.len() {
        binder.cast_to(i, &common);
    }
    let nullable = binder.args.iter().all(|a| a.nullable);
    binder.finish(common, nullable)
}

fn extreme(call: &Call<'_>, greatest: bool) -> Result<Series, SqlError> {
    call.rows(|v| {
        let present = v.iter().filter(|v| !v.is_null());
        let best = if greatest {
            present.max_by(|a, b| a.compare(b))
        } else {
            present.min_by(|a, b| a.compare(b))
        };
        Ok(best.map_or(Value::Null, |v| (*v).clone()))
    })
}

fn conv(text: &str, from: i32, to: i32) -> Option<String> {
    let from_base = u32::try_from(from).ok().filter(|b| (2..=36).contains(b))?;
    let to_base = to.unsigned_abs();
    if !(2..=36).contains(&to_base) {
        return None;
    }
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut n: u64 = 0;
    for digit in digits.chars().map_while(|c| c.to_digit(from_base)) {
        n = match n
            .checked_mul(u64::from(from_base))
            .and_then(|n| n.checked_add(u64::from(digit)))
        {
            Some(n) => n,
            None => {
                n = u64::MAX;
                break;
            }
        };
    }
    if negative {
        n = n.wrapping_neg();
    }
    let signed_negative = to < 0 && (n as i64) < 0;
    let mut magnitude = if signed_negative {
        (n as i64).unsigned_abs()
    } else {
        n
    };
    let mut out = Vec::new();
    loop {
        let digit = (magnitude % u64::from(to_base)) as u32;
        out.push(char::from_digit(digit, to_base)?.to_ascii_uppercase());
        magnitude /= u64::from(to_base);
        if magnitude == 0 {
            break;
        }
    }
    if signed_negative {
        out.push('-');
    }
    Some(out.iter().rev().collect())
}

fn width_bucket(value: f64, min: f64, max: f64, n: i64) -> Option<i64> {
    if n <= 0
        || n == i64::MAX
        || !value.is_finite()
        || !min.is_finite()
        || !max.is_finite()
        || min == max
    {
        return None;
    }
    let (lower, upper) = (min.min(max), min.max(max));
    Some(if min < max {
        if value < lower {
            0
        } else if value >= upper {
            n + 1
        } else {
            (n as f64 * (value - lower) / (upper - lower)) as i64 + 1
        }
    } else if value > upper {
        0
    } else if value <= lower {
        n + 1
    } else {
        (n as f64 * (upper - value) / (upper - lower)) as i64 + 1
    })
}
