//! `sequence`.

use super::{MAX_ELEMENTS, array_of};
use crate::sql::coercion::{self, is_interval};
use crate::sql::error::SqlError;
use crate::sql::functions::bind::BindResult;
use crate::sql::functions::datetime::add_months;
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, Mismatch, scalar};
use crate::sql::plan::Expr;
use crate::types::calendar::{self, DAY_US};
use crate::types::{DataType as T, Value};

/// Functions that count.
pub(in crate::sql::functions) static SEQUENCE: &[Function] = &[scalar(
    "sequence",
    "sequence(start, stop[, step])",
    "An array from start to stop, both included.",
    "sequence(1, 5) → [1, 2, 3, 4, 5]",
    bind,
    |call| {
        call.rows_not_null(|v| {
            let (Some(start), Some(stop)) = (v.first(), v.get(1)) else {
                return Ok(Value::Null);
            };
            sequence(call, start, stop, v.get(2).copied()).map(Value::Array)
        })
    },
)];

fn bind(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).counts(2..=3)?;
    let (start, stop) = (binder.type_of(0), binder.type_of(1));
    let step = (binder.args.len() == 3).then(|| binder.type_of(2));
    let common = coercion::wider_type(&start, &stop, context.mode);
    let common = match (&common, &step) {
        (Some(c), Some(s)) if c.is_integral() && s.is_integral() => {
            coercion::wider_type(c, s, context.mode)
        }
        _ => common,
    };
    match (common, step) {
        (Some(common), step)
            if common.is_integral() && step.as_ref().is_none_or(T::is_integral) =>
        {
            for i in 0..binder.args.len() {
                binder.cast_to(i, &common);
            }
            binder.returns(array_of(common, false))
        }
        (Some(common), step) if common.is_datetime() && step.as_ref().is_none_or(is_interval) => {
            binder.cast_to(0, &common);
            binder.cast_to(1, &common);
            binder.returns(array_of(common, false))
        }
        _ => Err(binder.mismatch(Mismatch::SequenceWrongInputTypes)),
    }
}

fn illegal(start: &str, stop: &str, step: &str) -> SqlError {
    FunctionError::IllegalSequence {
        start: start.into(),
        stop: stop.into(),
        step: step.into(),
    }
    .into()
}

fn too_long(count: i128) -> SqlError {
    FunctionError::CollectionSizeLimit {
        count,
        limit: MAX_ELEMENTS,
        function: "sequence",
    }
    .into()
}

fn sequence(
    call: &Call<'_>,
    start: &Value,
    stop: &Value,
    step: Option<&Value>,
) -> Result<Vec<Value>, SqlError> {
    let (Some(a), Some(b)) = (start.as_i64(), stop.as_i64()) else {
        return Ok(Vec::new());
    };
    let zone = call.context.time_zone;
    let data_type = call.type_of(0);
    let ascending = a <= b;
    let make = |n: i64| match data_type {
        T::Byte => Value::Byte(n as i8),
        T::Short => Value::Short(n as i16),
        T::Integer => Value::Integer(n as i32),
        T::Date => Value::Date(n as i32),
        T::Timestamp => Value::Timestamp(n),
        T::TimestampNtz => Value::TimestampNtz(n),
        _ => Value::Long(n),
    };
    if let Some(Value::YearMonthInterval(months)) = step {
        let months = i64::from(*months);
        if months == 0 || (months > 0) != ascending {
            return match a == b {
                true => Ok(vec![make(a)]),
                false => Err(illegal(&a.to_string(), &b.to_string(), &months.to_string())),
            };
        }
        let at = |k: i64| -> i64 {
            match data_type {
                T::Date => i64::from(add_months(a as i32, months * k)),
                _ => {
                    let local = calendar::to_local(zone, a);
                    let days = add_months(local.div_euclid(DAY_US) as i32, months * k);
                    calendar::from_local(zone, i64::from(days) * DAY_US + local.rem_euclid(DAY_US))
                }
            }
        };
        let mut out = Vec::new();
        for k in 0.. {
            let n = at(k);
            if if ascending { n > b } else { n < b } {
                break;
            }
            if out.len() >= MAX_ELEMENTS {
                return Err(too_long(out.len() as i128 + 1));
            }
            out.push(make(n));
        }
        return Ok(out);
    }
    let unit = match (data_type, step) {
        (T::Date, Some(step)) => step.as_i64().unwrap_or(0) / DAY_US,
        (_, Some(step)) => step.as_i64().unwrap_or(0),
        (T::Timestamp | T::TimestampNtz, None) => DAY_US * if ascending { 1 } else { -1 },
        (_, None) if ascending => 1,
        (_, None) => -1,
    };
    if unit == 0 || (unit > 0) != ascending {
        return match a == b {
            true => Ok(vec![make(a)]),
            false => Err(illegal(&a.to_string(), &b.to_string(), &unit.to_string())),
        };
    }
    let count = (i128::from(b) - i128::from(a)) / i128::from(unit) + 1;
    if count > MAX_ELEMENTS as i128 {
        return Err(too_long(count));
    }
    Ok((0..count as i64).map(|k| make(a + k * unit)).collect())
}
