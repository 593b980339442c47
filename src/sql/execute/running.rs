//! Running aggregates: frames that begin with their partition and only grow.

use polars_core::prelude::{
    DataType as PolarsType, Float64Chunked, Int64Chunked, IntoSeries, Series,
};

use crate::sql::SqlError;
use crate::sql::functions::{AggregateKind, FunctionError};
use crate::sql::plan::{AggregateCall, EvalMode};
use crate::types::DataType;

/// `count`, `sum` and `avg` of numbers in one pass over the rows; `None` for others, which are
/// computed frame by frame.
pub(super) fn running(
    kind: AggregateKind,
    args: &[Series],
    call: &AggregateCall,
    partitions: &[(usize, usize)],
    frames: &[(usize, usize)],
) -> Result<Option<Series>, SqlError> {
    if call.distinct {
        return Ok(None);
    }
    match (kind, &call.data_type, args) {
        (AggregateKind::Count, _, args) => {
            let valid = super::keys::non_null_rows(args);
            let all_null = args.iter().any(|a| a.dtype() == &PolarsType::Null);
            let counts = scan(partitions, frames, 0i64, |count, row| {
                let counted = valid.as_ref().is_none_or(|v| v.get(row) == Some(true));
                Some(count + i64::from(counted && !all_null))
            });
            Ok(counts.map(|c| {
                c.into_iter()
                    .map(Some)
                    .collect::<Int64Chunked>()
                    .into_series()
            }))
        }
        (AggregateKind::Sum, DataType::Long, [values]) if values.dtype().is_integer() => {
            let values = values.cast(&PolarsType::Int64)?;
            let values = values.i64()?.rechunk();
            let sums = scan(partitions, frames, None, |sum: Option<i64>, row| {
                match (sum, values.get(row)) {
                    (sum, None) => Some(sum),
                    (None, value) => Some(value),
                    (Some(sum), Some(value)) => match call.mode {
                        EvalMode::Legacy => Some(Some(sum.wrapping_add(value))),
                        _ => sum.checked_add(value).map(Some),
                    },
                }
            });
            match sums {
                Some(sums) => Ok(Some(
                    sums.into_iter().collect::<Int64Chunked>().into_series(),
                )),
                // The general way gives NULL from there on.
                None if call.mode == EvalMode::Try => Ok(None),
                None => Err(FunctionError::ArithmeticOverflow {
                    what: "long",
                    function: Some("try_add"),
                }
                .into()),
            }
        }
        (AggregateKind::Sum | AggregateKind::Avg, DataType::Double, [values])
            if values.dtype().is_primitive_numeric() =>
        {
            let values = values.cast(&PolarsType::Float64)?;
            let values = values.f64()?.rechunk();
            let sums = scan(partitions, frames, (0.0, 0u64), |(sum, count), row| {
                Some(match values.get(row) {
                    Some(value) => (sum + value, count + 1),
                    None => (sum, count),
                })
            });
            let average = kind == AggregateKind::Avg;
            Ok(sums.map(|sums| {
                let column: Float64Chunked = sums
                    .into_iter()
                    .map(|(sum, count)| match count {
                        0 => None,
                        _ if average => Some(sum / count as f64),
                        _ => Some(sum),
                    })
                    .collect();
                column.into_series()
            }))
        }
        _ => Ok(None),
    }
}

/// For each row, `step` over the rows from its partition's first to its frame's end. `None` if
/// `step` gives up. Ends never move back within a partition.
fn scan<T: Copy>(
    partitions: &[(usize, usize)],
    frames: &[(usize, usize)],
    start: T,
    step: impl Fn(T, usize) -> Option<T>,
) -> Option<Vec<T>> {
    let (mut state, mut next) = (start, 0);
    let mut out = Vec::with_capacity(frames.len());
    for (row, ((first, _), (_, end))) in partitions.iter().zip(frames).enumerate() {
        if row == *first {
            (state, next) = (start, *first);
        }
        while next < *end {
            state = step(state, next)?;
            next += 1;
        }
        out.push(state);
    }
    Some(out)
}
