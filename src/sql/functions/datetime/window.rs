//! `window`: the tumbling window that a time falls into.
//!
//! Source: Structured Streaming Programming Guide, "Window Operations on Event Time".

use polars_core::prelude::*;

use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, TIMESTAMP, constant};
use crate::sql::functions::call::with_logical_type;
use crate::sql::functions::cast::parse_interval;
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, scalar};
use crate::sql::plan::Expr;
use crate::types::{DataType as T, StructField, StructType, Value};

/// Functions over windows of time.
pub(in crate::sql::functions) static WINDOW: &[Function] = &[scalar(
    "window",
    "window(ts, duration[, slide[, start]])",
    "The window of that duration that the time falls into, as a struct of start and end. Windows don't overlap: the slide must be the duration.",
    "window(timestamp'2024-05-06 07:08:09', '10 minutes') → {2024-05-06 07:00:00, 2024-05-06 07:10:00}",
    bind,
    eval,
)];

/// Microseconds of a duration argument: text or an interval.
fn microseconds(value: &Value) -> Option<i64> {
    match value {
        Value::DayTimeInterval(us) => Some(*us),
        Value::String(text) => match parse_interval(text)? {
            (0, us) => Some(us),
            _ => None,
        },
        _ => None,
    }
}

fn bind(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).counts(2..=4)?;
    if binder.type_of(0) != T::TimestampNtz {
        binder = binder.cast(0, TIMESTAMP)?;
    }
    let mut durations = Vec::new();
    for (i, name) in (1..binder.args.len()).zip(["duration", "slide", "start"]) {
        let found = binder.args.get(i).and_then(constant).and_then(microseconds);
        let Some(us) = found else {
            return Err(FunctionError::NonFoldableArgument {
                function: "window".into(),
                parameter: name.into(),
                data_type: "INTERVAL DAY TO SECOND".into(),
            }
            .into());
        };
        durations.push(us);
    }
    let duration = durations.first().copied().unwrap_or(0);
    if duration <= 0 {
        return Err(FunctionError::InvalidWindow {
            duration,
            slide: durations.get(1).copied().unwrap_or(duration),
        }
        .into());
    }
    if let Some(slide) = durations.get(1)
        && *slide != duration
    {
        return Err(FunctionError::InvalidWindow {
            duration,
            slide: *slide,
        }
        .into());
    }
    let time = binder.type_of(0);
    let field = |name: &str| StructField {
        ..StructField::new(name, time.clone())
    };
    let fields = vec![field("start"), field("end")];
    binder.returns(T::Struct(StructType::new(fields)))
}

fn eval(call: &Call<'_>) -> Result<Series, SqlError> {
    let times = call.longs(0)?;
    let argument = |i: usize| -> Result<i64, SqlError> {
        match call.args.get(i) {
            Some(_) => Ok(microseconds(call.values(i)?.get(0)).unwrap_or(0)),
            None => Ok(0),
        }
    };
    let (duration, offset) = (argument(1)?.max(1), argument(3)?);
    let len = call.len();
    let start: Int64Chunked = (0..len)
        .map(|i| {
            times
                .get(i)
                .map(|us| us - us.wrapping_sub(offset).rem_euclid(duration))
        })
        .collect();
    let end: Int64Chunked = start
        .iter()
        .map(|us| us.map(|us| us.saturating_add(duration)))
        .collect();
    let fields = [
        with_logical_type(start.into_series(), call.type_of(0))?.with_name("start".into()),
        with_logical_type(end.into_series(), call.type_of(0))?.with_name("end".into()),
    ];
    let valid: polars_arrow::bitmap::Bitmap = (0..len).map(|i| times.get(i).is_some()).collect();
    let validity = (valid.unset_bits() > 0).then_some(valid);
    Ok(
        StructChunked::from_series(PlSmallStr::EMPTY, len, fields.iter())?
            .with_outer_validity(validity)
            .into_series(),
    )
}
