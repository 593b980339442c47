//! Decimal arithmetic, exact in 256 bits, then rounded half up to the result's scale.
//!
//! Source: Catalyst's `DecimalPrecision` and `Decimal`.

use arrow::datatypes::i256;
use polars_core::prelude::*;

use super::arithmetic::{Op, by_zero};
use crate::sql::error::SqlError;
use crate::sql::functions::{Call, FunctionError};
use crate::sql::plan::EvalMode;
use crate::types::{DataType as SparkType, decimal_text};

fn parts(data_type: &SparkType) -> (u8, u8) {
    match data_type {
        SparkType::Decimal { precision, scale } => (*precision, *scale),
        _ => (20, 0),
    }
}

/// 10 to a power; `None` beyond 256 bits.
fn power(exponent: i32) -> Option<i256> {
    i256::from_i128(10).checked_pow(u32::try_from(exponent).ok()?)
}

/// `n` at scale `from` as a number at scale `to`, rounded half up.
fn rescale(n: i256, from: i32, to: i32) -> Option<i256> {
    if to >= from {
        return n.checked_mul(power(to - from)?);
    }
    divide_half_up(n, power(from - to)?)
}

fn divide_half_up(n: i256, divisor: i256) -> Option<i256> {
    let quotient = n.checked_div(divisor)?;
    let remainder = n.checked_rem(divisor)?;
    let two = i256::from_i128(2);
    let half = abs(remainder).checked_mul(two)? >= abs(divisor);
    let negative = (n < i256::ZERO) != (divisor < i256::ZERO);
    let step = i256::from_i128(match (half, negative) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => -1,
    });
    quotient.checked_add(step)
}

fn abs(n: i256) -> i256 {
    n.wrapping_abs()
}

/// Computes an operator over two decimal columns.
pub(super) fn eval(op: Op, call: &Call<'_>, mode: EvalMode) -> Result<Series, SqlError> {
    let (left, right) = (call.decimals(0)?, call.decimals(1)?);
    let (_, s1) = parts(call.type_of(0));
    let (_, s2) = parts(call.type_of(1));
    let (s1, s2) = (i32::from(s1), i32::from(s2));
    let integral = *call.result == SparkType::Long;
    let (precision, scale) = if integral {
        (38, 0)
    } else {
        parts(call.result)
    };
    let to = i32::from(scale);
    let common = s1.max(s2);
    let compute = |a: i256, b: i256| -> Option<i256> {
        match op {
            Op::Add | Op::Subtract => {
                let (a, b) = (rescale(a, s1, common)?, rescale(b, s2, common)?);
                let n = if op == Op::Add {
                    a.checked_add(b)?
                } else {
                    a.checked_sub(b)?
                };
                rescale(n, common, to)
            }
            Op::Multiply => rescale(a.checked_mul(b)?, s1 + s2, to),
            Op::Divide => {
                let shift = to + s2 - s1;
                if shift >= 0 {
                    divide_half_up(a.checked_mul(power(shift)?)?, b)
                } else {
                    divide_half_up(a, b.checked_mul(power(-shift)?)?)
                }
            }
            Op::IntegralDivide => {
                let (a, b) = (rescale(a, s1, common)?, rescale(b, s2, common)?);
                a.checked_div(b)
            }
            Op::Remainder | Op::Pmod => {
                let (a, b) = (rescale(a, s1, common)?, rescale(b, s2, common)?);
                let mut r = a.checked_rem(b)?;
                if op == Op::Pmod && r < i256::ZERO {
                    r = r.checked_add(b)?.checked_rem(b)?;
                }
                rescale(r, common, to)
            }
        }
    };
    let limit = 10u128.pow(u32::from(precision));
    let row = |i: usize| -> Result<Option<i128>, FunctionError> {
        let (Some(a), Some(b)) = (left.get(i), right.get(i)) else {
            return Ok(None);
        };
        let divides = !matches!(op, Op::Add | Op::Subtract | Op::Multiply);
        if divides && b == 0 {
            return by_zero(mode);
        }
        let exact = compute(i256::from_i128(a), i256::from_i128(b));
        match exact.and_then(|n| n.to_i128()) {
            Some(n) if n.unsigned_abs() < limit => Ok(Some(n)),
            _ if mode == EvalMode::Ansi => Err(FunctionError::NumericValueOutOfRange {
                value: exact.map_or_else(String::new, |n| match n.to_i128() {
                    Some(n) => decimal_text(n, scale),
                    None => wide_text(n, scale),
                }),
                precision,
                scale,
            }),
            _ => Ok(None),
        }
    };
    if integral {
        return call.try_out(|i| {
            Ok(match row(i)? {
                Some(n) => match i64::try_from(n) {
                    Ok(n) => Some(n),
                    Err(_) if mode == EvalMode::Ansi => {
                        return Err(FunctionError::ArithmeticOverflow {
                            what: "long",
                            function: Some("try_divide"),
                        });
                    }
                    Err(_) if mode == EvalMode::Try => None,
                    Err(_) => Some(n as i64),
                },
                None => None,
            })
        });
    }
    call.try_out(row)
}

/// A number beyond 38 digits in plain notation.
fn wide_text(n: i256, scale: u8) -> String {
    let digits = abs(n).to_string();
    let scale = usize::from(scale);
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    let sign = if n < i256::ZERO { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}
