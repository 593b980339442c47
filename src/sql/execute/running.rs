//! Running aggregates: frames that begin with their partition and only grow.

use polars_core::prelude::{
    BooleanChunked, DataType as PolarsType, Float64Chunked, IdxCa, IdxSize, Int64Chunked,
    IntoSeries, PlSmallStr, Series,
};

use super::aggregate::accumulator;
use super::keys::encode_ordered;
use crate::sql::SqlError;
use crate::sql::functions::{AggregateKind, FunctionError};
use crate::sql::plan::{AggregateCall, EvalMode};
use crate::types::{DataType, physical_type};

/// The values of an aggregate over frames that begin with their partition. `mask` are the rows
/// that a `FILTER` keeps.
pub(super) fn running(
    kind: AggregateKind,
    args: &[Series],
    mask: Option<&BooleanChunked>,
    call: &AggregateCall,
    partitions: &[(usize, usize)],
    frames: &[(usize, usize)],
) -> Result<Series, SqlError> {
    if mask.is_none()
        && let Some(column) = in_one_pass(kind, args, call, partitions, frames)?
    {
        return Ok(column);
    }
    growing(args, mask, call, partitions, frames)
}

/// One accumulator a partition, that takes in the rows by which a frame is longer than the one
/// before.
fn growing(
    args: &[Series],
    mask: Option<&BooleanChunked>,
    call: &AggregateCall,
    partitions: &[(usize, usize)],
    frames: &[(usize, usize)],
) -> Result<Series, SqlError> {
    let mut results = Series::new_empty(PlSmallStr::EMPTY, &physical_type(&call.data_type));
    let mut index: Vec<IdxSize> = Vec::with_capacity(frames.len());
    let mut aggregate = accumulator(call)?;
    let mut next = 0;
    for (row, ((first, _), (_, end))) in partitions.iter().zip(frames).enumerate() {
        let new = row == *first;
        if new {
            aggregate = accumulator(call)?;
            aggregate.resize(1);
            next = *first;
        }
        if next < *end || new {
            let rows = end.saturating_sub(next);
            let mut part: Vec<Series> = args.iter().map(|a| a.slice(next as i64, rows)).collect();
            let mut count = rows;
            if let Some(mask) = mask {
                let mask = mask.slice(next as i64, rows);
                count = mask.sum().unwrap_or(0) as usize;
                for arg in &mut part {
                    *arg = arg.filter(&mask)?;
                }
            }
            aggregate.update(&vec![0; count], &part)?;
            let value = aggregate.finish()?;
            results.append(&value.cast(results.dtype())?)?;
            next = (*end).max(next);
        }
        index.push((results.len() - 1) as IdxSize);
    }
    Ok(results
        .rechunk()
        .take(&IdxCa::from_vec(PlSmallStr::EMPTY, index))?)
}

/// `count`, `sum` and `avg` of numbers, `min` and `max`, in one pass over the rows; `None` for
/// others.
fn in_one_pass(
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
        (AggregateKind::Min | AggregateKind::Max, _, [values]) if !values.is_empty() => {
            let descending = kind == AggregateKind::Max;
            let order = encode_ordered(std::slice::from_ref(values), &[descending], &[true])?;
            let best = scan(partitions, frames, None, |best: Option<usize>, row| {
                // Nulls are last, so one is best only as long as there is nothing else.
                Some(match best {
                    Some(best) if order.value(best) <= order.value(row) => Some(best),
                    _ => Some(row),
                })
            });
            let Some(best) = best else { return Ok(None) };
            let index: IdxCa = best
                .into_iter()
                .map(|row| row.map(|r| r as IdxSize))
                .collect();
            Ok(Some(values.take(&index)?))
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
