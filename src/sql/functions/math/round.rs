//! Rounding to digits: `round`, `bround` and their types.

use super::*;

/// The type of a decimal rounded to a constant number of digits (Catalyst's `RoundBase`).
pub(super) fn rounded_type(binder: &Binder<'_>) -> Result<T, SqlError> {
    let digits = match binder.args.get(1) {
        None => Some(0),
        Some(e) => crate::sql::functions::bind::constant(e).and_then(Value::as_i64),
    };
    let Some(digits) = digits else {
        return Err(binder.mismatch(Mismatch::NonFoldableInput {
            input: "scale",
            data_type: "INT",
            sql: binder
                .args
                .get(1)
                .map(crate::sql::functions::sql_text)
                .unwrap_or_default(),
        }));
    };
    Ok(match binder.type_of(0) {
        T::Decimal { precision, scale } => {
            let whole = i64::from(precision) - i64::from(scale) + 1;
            let (p, s) = if digits < 0 {
                (whole.max(1 - digits), 0)
            } else {
                let s = digits.min(i64::from(scale));
                (whole + s, s)
            };
            T::decimal(p.clamp(1, 38) as u8, s.clamp(0, 38) as u8)
        }
        other => other,
    })
}

pub(super) fn bind_round(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context)
        .counts(1..=2)?
        .cast(0, Accepts::Numeric)?
        .cast(1, INT)?;
    let result = rounded_type(&binder)?;
    binder.returns_nullable(result)
}

/// A number of that scale rounded to so many digits (negative: before the point), still at its
/// own scale.
pub(in crate::sql::functions) fn round_unscaled(
    n: i128,
    scale: u8,
    digits: i32,
    half_even: bool,
) -> Option<i128> {
    let drop = i32::from(scale) - digits;
    if drop <= 0 {
        return Some(n);
    }
    let Some(step) = 10i128.checked_pow(drop.unsigned_abs()) else {
        return Some(0);
    };
    let (quotient, remainder) = (n / step, (n % step).unsigned_abs());
    let twice = remainder.checked_mul(2)?;
    let up = if half_even && twice == step.unsigned_abs() {
        quotient % 2 != 0
    } else {
        twice >= step.unsigned_abs()
    };
    quotient
        .checked_add(if up { n.signum() } else { 0 })?
        .checked_mul(step)
}

pub(super) fn round_double(x: f64, digits: i32, half_even: bool) -> f64 {
    if !x.is_finite() || x.abs() >= 1e18 && digits >= 0 {
        return x;
    }
    // On the shortest decimal text, as BigDecimal(x.toString) does.
    const SCALE: u8 = 18;
    let exact = parse_decimal(&double_text(x), SCALE)
        .and_then(|n| round_unscaled(n, SCALE, digits.min(18), half_even));
    match exact {
        Some(n) if digits <= 17 => decimal_to_double(n, SCALE),
        _ => x,
    }
}

pub(super) fn round_overflow<V>(
    what: &'static str,
    mode: EvalMode,
) -> Result<Option<V>, FunctionError> {
    match mode {
        EvalMode::Ansi => Err(FunctionError::ArithmeticOverflow {
            what,
            function: None,
        }),
        _ => Ok(None),
    }
}

pub(super) fn round(call: &Call<'_>, half_even: bool) -> Result<Series, SqlError> {
    let digits = match call.args.get(1) {
        Some(_) => call.ints(1)?.constant(),
        None => Some(0),
    };
    let Some(digits) = digits else {
        return Ok(Value::Null.to_series(call.result)?);
    };
    macro_rules! whole {
        ($arg:ident, $t:ty, $what:literal) => {{
            let a = call.$arg(0)?;
            call.try_out(|i| {
                let Some(n) = a.get(i) else {
                    return Ok(None);
                };
                match round_unscaled(i128::from(n), 0, digits, half_even) {
                    Some(r) => match <$t>::try_from(r) {
                        Ok(r) => Ok(Some(r)),
                        Err(_) if call.mode == EvalMode::Legacy => Ok(Some(r as $t)),
                        Err(_) => round_overflow($what, call.mode),
                    },
                    None => round_overflow($what, call.mode),
                }
            })
        }};
    }
    match call.type_of(0) {
        T::Byte => whole!(bytes, i8, "byte"),
        T::Short => whole!(shorts, i16, "short"),
        T::Integer => whole!(ints, i32, "integer"),
        T::Long => whole!(longs, i64, "long"),
        T::Float => {
            let a = call.floats(0)?;
            call.out(|i| {
                a.get(i).map(|x| {
                    let exact: f64 = crate::types::float_text(x).parse().unwrap_or(f64::from(x));
                    round_double(exact, digits, half_even) as f32
                })
            })
        }
        T::Decimal { scale, .. } => {
            let scale = *scale;
            let to = decimal_scale(call.result);
            let precision = match call.result {
                T::Decimal { precision, .. } => *precision,
                _ => 38,
            };
            let a = call.decimals(0)?;
            call.out(|i| {
                let n = round_unscaled(a.get(i)?, scale, digits, half_even)?;
                rescale_decimal(n, scale, to).filter(|n| fits_decimal(*n, precision))
            })
        }
        _ => {
            let a = call.doubles(0)?;
            call.out(|i| a.get(i).map(|x| round_double(x, digits, half_even)))
        }
    }
}
