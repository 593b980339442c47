//! Windows of time: `window`, `session_window`, `window_time`.
//!
//! Where windows overlap, analysis makes a row for each one that a time falls into
//! ([`OVERLAPPING`]).
//!
//! Source: Structured Streaming Programming Guide, "Window Operations on Event Time"; Spark's
//! `TimeWindow`, `SessionWindow`, `WindowTime`.

use polars_core::prelude::*;

use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, TIMESTAMP, constant};
use crate::sql::functions::call::with_logical_type;
use crate::sql::functions::cast::parse_interval;
use crate::sql::functions::{
    BindContext, Binder, Call, Function, FunctionError, FunctionKind, GeneratorKind, lookup,
    scalar, sql_text,
};
use crate::sql::plan::{Expr, ExprKind};
use crate::types::{DataType as T, StructField, StructType, Value};

/// Functions over windows of time.
pub(in crate::sql::functions) static WINDOW: &[Function] = &[
    scalar(
        "window",
        "window(ts, duration[, slide[, start]])",
        "The windows of that duration that the time falls into, as a struct of start and end. With a slide shorter than the duration windows overlap, and each gives a row.",
        "window(timestamp'2024-05-06 07:08:09', '10 minutes') → {2024-05-06 07:00:00, 2024-05-06 07:10:00}",
        bind,
        eval,
    ),
    scalar(
        "session_window",
        "session_window(ts, gap)",
        "A window that lasts as long as times follow each other within the gap. For GROUP BY.",
        "session_window(timestamp'2024-05-06 07:08:09', '10 minutes') → {2024-05-06 07:08:09, 2024-05-06 07:18:09}",
        bind_session,
        eval_session,
    ),
    scalar(
        "window_time",
        "window_time(window)",
        "The last instant of a window.",
        "window_time(window(timestamp'2024-05-06 07:08:09', '10 minutes')) → 2024-05-06 07:09:59.999999",
        bind_time,
        eval_time,
    ),
];

/// Makes a row for each window that a time falls into, the last one first. Arguments are the
/// time, and as numbers of microseconds the duration, the slide and the start.
pub static OVERLAPPING: Function = Function {
    name: "window",
    kind: FunctionKind::Generator(GeneratorKind::TimeWindows),
    bind: |args, context| {
        let binder = Binder::new(args, context).counts(4..=4)?;
        let time = binder.type_of(0);
        binder.returns(window_type(&time))
    },
    usage: "",
    description: "",
    example: "",
};

/// A `window` call's duration, slide and start, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSpec {
    pub duration: i64,
    pub slide: i64,
    pub start: i64,
}

impl WindowSpec {
    /// What the arguments of a `window` call say.
    pub fn of(args: &[Expr]) -> Option<WindowSpec> {
        let argument = |i: usize| args.get(i).map(|arg| constant(arg).and_then(microseconds));
        let duration = argument(1)??;
        Some(WindowSpec {
            duration,
            slide: argument(2).unwrap_or(Some(duration))?,
            start: argument(3).unwrap_or(Some(0))?,
        })
    }

    /// The start of the last window that the time falls into.
    fn last_start(self, us: i64) -> i64 {
        us.saturating_sub(us.wrapping_sub(self.start).rem_euclid(self.slide.max(1)))
    }

    /// How many windows each time falls into, and all their structs in order.
    pub fn overlapping(
        self,
        times: &Series,
        data_type: &T,
    ) -> Result<(Vec<usize>, Series), SqlError> {
        let times = times.to_physical_repr();
        let mut counts = Vec::with_capacity(times.len());
        let mut starts: Vec<Option<i64>> = Vec::new();
        for time in times.i64()? {
            let before = starts.len();
            if let Some(us) = time {
                let mut start = self.last_start(us);
                while start.saturating_add(self.duration) > us {
                    starts.push(Some(start));
                    start = start.saturating_sub(self.slide.max(1));
                }
            }
            counts.push(starts.len() - before);
        }
        let starts: Int64Chunked = starts.into_iter().collect();
        let ends: Int64Chunked = (&starts).into_iter().map(|s| self.end(s)).collect();
        Ok((counts, windows(starts, ends, data_type)?))
    }

    fn end(self, start: Option<i64>) -> Option<i64> {
        start.map(|us| us.saturating_add(self.duration))
    }
}

/// Structs of start and end, NULL where there is no start.
pub fn windows(
    starts: Int64Chunked,
    ends: Int64Chunked,
    data_type: &T,
) -> Result<Series, SqlError> {
    let len = starts.len();
    let valid: polars_arrow::bitmap::Bitmap = (&starts).into_iter().map(|s| s.is_some()).collect();
    let validity = (valid.unset_bits() > 0).then_some(valid);
    let fields = [
        with_logical_type(starts.into_series(), data_type)?.with_name("start".into()),
        with_logical_type(ends.into_series(), data_type)?.with_name("end".into()),
    ];
    Ok(
        StructChunked::from_series(PlSmallStr::EMPTY, len, fields.iter())?
            .with_outer_validity(validity)
            .into_series(),
    )
}

fn window_type(time: &T) -> T {
    T::Struct(StructType::new(vec![
        StructField::new("start", time.clone()),
        StructField::new("end", time.clone()),
    ]))
}

/// Whether a type is that of a window.
fn is_window(data_type: &T) -> bool {
    let T::Struct(fields) = data_type else {
        return false;
    };
    fields.names() == ["start", "end"]
}

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

/// The time of a window where one is given for a time.
fn with_time(mut args: Vec<Expr>, context: &BindContext) -> Result<Vec<Expr>, SqlError> {
    if let (Some(first), Some(function)) = (args.first_mut(), lookup("window_time"))
        && is_window(&first.data_type)
    {
        let bound = (function.bind)(vec![first.clone()], context)?;
        *first = Expr {
            kind: ExprKind::Call {
                function,
                args: bound.args,
                mode: context.mode,
            },
            data_type: bound.data_type,
            nullable: bound.nullable,
        };
    }
    Ok(args)
}

fn bind(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(with_time(args, context)?, context).counts(2..=4)?;
    if binder.type_of(0) != T::TimestampNtz {
        binder = binder.cast(0, TIMESTAMP)?;
    }
    for (i, name) in (1..binder.args.len()).zip(["duration", "slide", "start"]) {
        if binder
            .args
            .get(i)
            .and_then(constant)
            .and_then(microseconds)
            .is_none()
        {
            return Err(FunctionError::NonFoldableArgument {
                function: "window".into(),
                parameter: name.into(),
                data_type: "INTERVAL DAY TO SECOND".into(),
            }
            .into());
        }
    }
    let spec = WindowSpec::of(&binder.args).unwrap_or(WindowSpec {
        duration: 0,
        slide: 0,
        start: 0,
    });
    let WindowSpec {
        duration,
        slide,
        start,
    } = spec;
    let constraint = if duration <= 0 {
        Some(format!("`window_duration`({duration}L) must be > 0"))
    } else if slide <= 0 {
        Some(format!("`slide_duration`({slide}L) must be > 0"))
    } else if slide > duration {
        Some(format!(
            "`slide_duration`({slide}L) must be <= the `window_duration`({duration}L)"
        ))
    } else if start.saturating_abs() >= slide {
        let start = start.saturating_abs();
        Some(format!(
            "`abs(start_time)`({start}L) must be < the `slide_duration`({slide}L)"
        ))
    } else {
        None
    };
    if let Some(constraint) = constraint {
        let time = binder.args.first().map(sql_text).unwrap_or_default();
        return Err(FunctionError::InvalidWindow {
            sql: format!("window({time}, {duration}, {slide}, {start})"),
            constraint,
        }
        .into());
    }
    let time = binder.type_of(0);
    binder.returns(window_type(&time))
}

fn eval(call: &Call<'_>) -> Result<Series, SqlError> {
    let times = call.longs(0)?;
    let argument = |i: usize| -> Result<Option<i64>, SqlError> {
        match call.args.get(i) {
            Some(_) => Ok(microseconds(call.values(i)?.get(0))),
            None => Ok(None),
        }
    };
    let duration = argument(1)?.unwrap_or(1);
    let spec = WindowSpec {
        duration,
        slide: argument(2)?.unwrap_or(duration),
        start: argument(3)?.unwrap_or(0),
    };
    let starts: Int64Chunked = (0..call.len())
        .map(|i| times.get(i).map(|us| spec.last_start(us)))
        .collect();
    let ends: Int64Chunked = (&starts).into_iter().map(|s| spec.end(s)).collect();
    windows(starts, ends, call.type_of(0))
}

fn bind_session(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(with_time(args, context)?, context).counts(2..=2)?;
    if binder.type_of(0) != T::TimestampNtz {
        binder = binder.cast(0, TIMESTAMP)?;
    }
    if binder
        .args
        .get(1)
        .and_then(constant)
        .and_then(microseconds)
        .is_none()
    {
        return Err(FunctionError::NonFoldableArgument {
            function: "session_window".into(),
            parameter: "gap".into(),
            data_type: "INTERVAL DAY TO SECOND".into(),
        }
        .into());
    }
    let time = binder.type_of(0);
    binder.returns(window_type(&time))
}

fn eval_session(call: &Call<'_>) -> Result<Series, SqlError> {
    let times = call.longs(0)?;
    let gap = microseconds(call.values(1)?.get(0)).unwrap_or(0);
    let starts: Int64Chunked = (0..call.len()).map(|i| times.get(i)).collect();
    let later = |us: Option<i64>| us.map(|us| us.saturating_add(gap));
    let ends: Int64Chunked = (&starts).into_iter().map(later).collect();
    windows(starts, ends, call.type_of(0))
}

fn bind_time(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).counts(1..=1)?;
    let time = match binder.type_of(0) {
        T::Struct(fields) if is_window(&T::Struct(fields.clone())) => {
            fields.field("end").map(|f| f.data_type.clone())
        }
        _ => None,
    };
    match time {
        Some(time) => binder.returns_nullable(time),
        None => Err(binder.unexpected_type(0, window_type(&T::Timestamp).to_string())),
    }
}

fn eval_time(call: &Call<'_>) -> Result<Series, SqlError> {
    let column = call.arg(0)?;
    let windows = column.struct_()?;
    let end = windows.field_by_name("end")?;
    let valid = column.is_not_null();
    let end = end.to_physical_repr();
    let times: Int64Chunked = end
        .i64()?
        .into_iter()
        .zip(&valid)
        .map(|(us, valid)| us.filter(|_| valid == Some(true)).map(|us| us - 1))
        .collect();
    call.finish(times.into_series())
}
