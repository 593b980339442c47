//! Window functions.
//!
//! All rows are held, sorted by partition and order, and each call is computed over them. Rows
//! come out in the order of the last call's partitions.

use std::cmp::Ordering;
use std::sync::Arc;

use polars_arrow::array::BinaryArray;
use polars_core::prelude::{
    BooleanChunked, DataType as PolarsType, Float64Chunked, IdxCa, IdxSize, Int32Chunked,
    IntoSeries, PlSmallStr, Series,
};

use super::aggregate::accumulator;
use super::evaluate::Scope;
use super::keys::encode_ordered;
use super::running::running;
use super::stream::{blocking, chunks, concat};
use super::{ExecContext, ExecuteError, FrameStream};
use crate::sql::SqlError;
use crate::sql::functions::{FunctionKind, WindowKind};
use crate::sql::plan::{SortKey, WindowCall, WindowFrame};
use crate::types::{DataType, Frame, SchemaRef, StructType, physical_type};

/// Pairs of a row and a row of its frame that are looked at at once.
const PAIRS: usize = 128 * 1024;

/// The input's columns, then one for each call.
pub(super) fn window(
    rows: FrameStream,
    calls: Vec<WindowCall>,
    input_schema: SchemaRef,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> FrameStream {
    blocking(
        rows,
        schema.clone(),
        vec![Frame::empty(input_schema)],
        |frames: &mut Vec<Frame>, frame| {
            if frame.height() > 0 {
                frames.push(frame);
            }
            Ok(())
        },
        move |frames| {
            let mut state = Some(Windowed {
                frame: concat(frames)?,
                sorted_by: None,
                partitions: Partitions::default(),
            });
            // Each call is a piece of work of its own, so that the caller breathes in between.
            let mut calls = calls.into_iter();
            let mut out: Option<FrameStream> = None;
            Ok(Box::new(std::iter::from_fn(move || {
                if let Some(out) = &mut out {
                    return out.next();
                }
                let mut windowed = state.take()?;
                match calls.next() {
                    Some(call) => match windowed.add(&call, &schema, &ctx) {
                        Ok(()) => state = Some(windowed),
                        Err(error) => return Some(Err(error)),
                    },
                    None => match windowed.frame.with_schema(schema.clone()) {
                        Ok(frame) => out = Some(chunks(frame)),
                        Err(error) => return Some(Err(error.into())),
                    },
                }
                Some(Ok(Frame::empty(schema.clone())))
            })))
        },
    )
}

/// The rows with the columns of the calls so far.
struct Windowed {
    frame: Frame,
    /// The partitioning and order that the rows are sorted by, as text.
    sorted_by: Option<String>,
    partitions: Partitions,
}

/// Where partitions and peers lie in the sorted rows.
#[derive(Default)]
pub(super) struct Partitions {
    /// For each row: its partition's first row and the one after its last.
    bounds: Vec<(usize, usize)>,
    /// For each row: the same for the rows that are equal in order.
    peers: Vec<(usize, usize)>,
}

impl Windowed {
    fn add(
        &mut self,
        call: &WindowCall,
        schema: &SchemaRef,
        ctx: &Arc<ExecContext>,
    ) -> Result<(), SqlError> {
        let sort = format!("{:?} {:?}", call.partition_by, call.order_by);
        if self.sorted_by.as_ref() != Some(&sort) {
            self.sort(call, ctx)?;
            self.sorted_by = Some(sort);
        }
        let column = compute(call, &self.frame, &self.partitions, ctx)?;
        let physical = physical_type(&call.call.data_type);
        let column = if column.dtype() == &physical {
            column
        } else {
            column.cast(&physical)?
        };
        let mut columns = self.frame.columns().to_vec();
        columns.push(column);
        let fields = schema.fields.iter().take(columns.len()).cloned();
        let schema = Arc::new(StructType::new(fields.collect()));
        self.frame = Frame::new(schema, columns, self.frame.height())?;
        Ok(())
    }

    /// Sorts by partition, then by order, and finds the partitions and peers.
    fn sort(&mut self, call: &WindowCall, ctx: &Arc<ExecContext>) -> Result<(), SqlError> {
        let rows = self.frame.height();
        let scope = Scope::new(&self.frame, ctx);
        let partition = call
            .partition_by
            .iter()
            .map(|e| scope.evaluate_rows(e))
            .collect::<Result<Vec<_>, _>>()?;
        let order = call
            .order_by
            .iter()
            .map(|k| scope.evaluate_rows(&k.expr))
            .collect::<Result<Vec<_>, _>>()?;
        let no = vec![false; partition.len()];
        let partition = Encoded::new(&partition, &no, &no)?;
        let descending: Vec<bool> = call.order_by.iter().map(|k| k.descending).collect();
        let nulls_last: Vec<bool> = call.order_by.iter().map(|k| !k.nulls_first).collect();
        let order = Encoded::new(&order, &descending, &nulls_last)?;
        let mut sorted: Vec<IdxSize> = (0..rows as IdxSize).collect();
        sorted.sort_by(|a, b| {
            partition
                .compare(*a, *b)
                .then_with(|| order.compare(*a, *b))
        });
        let same_partition = |a, b| partition.compare(a, b) == Ordering::Equal;
        let bounds = runs(&sorted, same_partition);
        let peers = runs(&sorted, |a, b| {
            same_partition(a, b) && order.compare(a, b) == Ordering::Equal
        });
        self.partitions = Partitions { bounds, peers };
        self.frame = self
            .frame
            .take(&IdxCa::from_vec(PlSmallStr::EMPTY, sorted))?;
        Ok(())
    }
}

/// Keys that compare in order; none are all equal.
struct Encoded(Option<BinaryArray<i64>>);

impl Encoded {
    fn new(columns: &[Series], descending: &[bool], nulls_last: &[bool]) -> Result<Self, SqlError> {
        if columns.first().is_none_or(|c| c.is_empty()) {
            return Ok(Encoded(None));
        }
        Ok(Encoded(Some(encode_ordered(
            columns, descending, nulls_last,
        )?)))
    }

    fn compare(&self, a: IdxSize, b: IdxSize) -> Ordering {
        match &self.0 {
            Some(rows) => rows.value(a as usize).cmp(rows.value(b as usize)),
            None => Ordering::Equal,
        }
    }
}

/// For each position of `sorted`, the run of equal rows that it is in.
fn runs(sorted: &[IdxSize], same: impl Fn(IdxSize, IdxSize) -> bool) -> Vec<(usize, usize)> {
    sorted
        .chunk_by(|a, b| same(*a, *b))
        .scan(0, |start, run| {
            let bounds = (*start, *start + run.len());
            *start = bounds.1;
            Some(std::iter::repeat_n(bounds, run.len()))
        })
        .flatten()
        .collect()
}

fn compute(
    call: &WindowCall,
    frame: &Frame,
    partitions: &Partitions,
    ctx: &Arc<ExecContext>,
) -> Result<Series, SqlError> {
    let scope = Scope::new(frame, ctx);
    let args = call
        .call
        .args
        .iter()
        .map(|arg| scope.evaluate_rows(arg))
        .collect::<Result<Vec<_>, _>>()?;
    match call.call.function.kind {
        FunctionKind::Window(kind) => match kind {
            WindowKind::Lag | WindowKind::Lead => shifted(
                &args,
                partitions,
                kind == WindowKind::Lag,
                &call.call.data_type,
            ),
            WindowKind::FirstValue | WindowKind::LastValue | WindowKind::NthValue => {
                let frames = frames(call, frame, partitions, ctx)?;
                value_at(kind, &args, &frames)
            }
            _ => rank(kind, &args, partitions),
        },
        FunctionKind::Aggregate(kind) => {
            let mask = match &call.call.filter {
                Some(filter) => Some(scope.matches(filter)?),
                None => None,
            };
            if call.frame.start.is_none() && call.frame.end.is_none() {
                return whole(call, &args, mask.as_ref(), partitions);
            }
            let frames = frames(call, frame, partitions, ctx)?;
            if call.frame.start.is_none() {
                let bounds = &partitions.bounds;
                return running(kind, &args, mask.as_ref(), &call.call, bounds, &frames);
            }
            over_frames(call, &args, mask.as_ref(), &frames)
        }
        _ => Err(ExecuteError::Unsupported {
            function: call.call.function.name.into(),
            reason: "it is neither an aggregate nor a window function",
        }
        .into()),
    }
}

/// The same value for all rows of a partition.
fn whole(
    call: &WindowCall,
    args: &[Series],
    mask: Option<&BooleanChunked>,
    partitions: &Partitions,
) -> Result<Series, SqlError> {
    let mut groups: Vec<IdxSize> = Vec::with_capacity(partitions.bounds.len());
    let mut count: IdxSize = 0;
    for (row, (start, _)) in partitions.bounds.iter().enumerate() {
        count += IdxSize::from(row == *start);
        groups.push(count - 1);
    }
    let mut aggregate = accumulator(&call.call)?;
    aggregate.resize(count as usize);
    match mask {
        None => aggregate.update(&groups, args)?,
        Some(mask) => {
            let kept = groups
                .iter()
                .zip(mask)
                .filter(|(_, keep)| *keep == Some(true));
            let groups: Vec<IdxSize> = kept.map(|(g, _)| *g).collect();
            let args = args
                .iter()
                .map(|a| a.filter(mask))
                .collect::<Result<Vec<_>, _>>()?;
            aggregate.update(&groups, &args)?;
        }
    }
    let groups = IdxCa::from_vec(PlSmallStr::EMPTY, groups);
    Ok(aggregate.finish()?.take(&groups)?)
}

/// Each row's frame taken in by itself.
fn over_frames(
    call: &WindowCall,
    args: &[Series],
    mask: Option<&BooleanChunked>,
    frames: &[(usize, usize)],
) -> Result<Series, SqlError> {
    let mut aggregate = accumulator(&call.call)?;
    aggregate.resize(frames.len());
    let (mut groups, mut rows): (Vec<IdxSize>, Vec<IdxSize>) = (Vec::new(), Vec::new());
    for (group, (start, end)) in frames.iter().enumerate() {
        for row in *start..*end {
            if mask.is_none_or(|m| m.get(row) == Some(true)) {
                groups.push(group as IdxSize);
                rows.push(row as IdxSize);
            }
            if rows.len() >= PAIRS {
                flush(aggregate.as_mut(), args, &mut groups, &mut rows)?;
            }
        }
    }
    flush(aggregate.as_mut(), args, &mut groups, &mut rows)?;
    aggregate.finish()
}

fn flush(
    aggregate: &mut dyn super::aggregate::Accumulator,
    args: &[Series],
    groups: &mut Vec<IdxSize>,
    rows: &mut Vec<IdxSize>,
) -> Result<(), SqlError> {
    let rows = IdxCa::from_vec(PlSmallStr::EMPTY, std::mem::take(rows));
    let args = args
        .iter()
        .map(|a| a.take(&rows))
        .collect::<Result<Vec<_>, _>>()?;
    aggregate.update(&std::mem::take(groups), &args)
}

/// For each row, the first row of its frame and the one after its last.
fn frames(
    call: &WindowCall,
    frame: &Frame,
    partitions: &Partitions,
    ctx: &Arc<ExecContext>,
) -> Result<Vec<(usize, usize)>, SqlError> {
    let WindowFrame { range, start, end } = call.frame;
    let by_value = range && [start, end].iter().flatten().any(|offset| *offset != 0);
    let order = match call.order_by.as_slice() {
        [key] if by_value => Some(order_values(key, frame, ctx)?),
        _ if by_value => {
            return Err(ExecuteError::Unsupported {
                function: call.call.function.name.into(),
                reason: "a RANGE frame with an offset needs exactly one ORDER BY expression",
            }
            .into());
        }
        _ => None,
    };
    let rows = partitions.bounds.iter().zip(&partitions.peers).enumerate();
    Ok(rows
        .map(|(row, ((first, last), (peer_first, peer_last)))| {
            let bound = |offset: Option<i64>, is_start: bool| match offset {
                None if is_start => *first,
                None => *last,
                Some(0) if range && is_start => *peer_first,
                Some(0) if range => *peer_last,
                Some(offset) => match &order {
                    Some(values) => by_range(values, row, (*first, *last), offset, is_start)
                        .unwrap_or(if is_start { *peer_first } else { *peer_last }),
                    None => {
                        let at = (row as i64).saturating_add(offset);
                        let at = if is_start { at } else { at.saturating_add(1) };
                        usize::try_from(at).unwrap_or(0).clamp(*first, *last)
                    }
                },
            };
            let start = bound(start, true);
            (start, bound(end, false).max(start))
        })
        .collect())
}

/// The order's values as numbers that rise, `None` for null.
fn order_values(
    key: &SortKey,
    frame: &Frame,
    ctx: &Arc<ExecContext>,
) -> Result<Vec<Option<f64>>, SqlError> {
    let values = Scope::new(frame, ctx).evaluate_rows(&key.expr)?;
    let values = match key.expr.data_type {
        DataType::Decimal { .. } => values.cast(&PolarsType::Float64)?,
        _ => values.to_physical_repr().cast(&PolarsType::Float64)?,
    };
    let sign = if key.descending { -1.0 } else { 1.0 };
    Ok(values.f64()?.iter().map(|v| v.map(|v| v * sign)).collect())
}

/// Where the values within `offset` of the row's begin or end in its partition; `None` where
/// the row has no value, whose frame is its peers.
fn by_range(
    values: &[Option<f64>],
    row: usize,
    (first, last): (usize, usize),
    offset: i64,
    is_start: bool,
) -> Option<usize> {
    let own = values.get(row).copied().flatten()?;
    let limit = own + offset as f64;
    let partition = values.get(first..last)?;
    let nulls_first = partition.iter().take_while(|v| v.is_none()).count();
    let known = partition.get(nulls_first..)?;
    let known = known.get(..known.iter().take_while(|v| v.is_some()).count())?;
    let inside = known.partition_point(|v| match v {
        Some(v) if is_start => *v < limit,
        Some(v) => *v <= limit,
        None => false,
    });
    Some(first + nulls_first + inside)
}

/// `lag` and `lead`: the value some rows away in the partition, else the default.
fn shifted(
    args: &[Series],
    partitions: &Partitions,
    lag: bool,
    data_type: &DataType,
) -> Result<Series, SqlError> {
    let missing = || ExecuteError::Internal {
        what: "lag and lead need an argument",
    };
    let values = args.first().ok_or_else(missing)?;
    let offset = match args.get(1).filter(|o| !o.is_empty()) {
        Some(offset) => offset.cast(&PolarsType::Int64)?.i64()?.get(0).unwrap_or(1),
        None => 1,
    };
    let offset = if lag { offset.saturating_neg() } else { offset };
    let default = args.get(2).filter(|d| d.dtype() != &PolarsType::Null);
    let rows = values.len();
    // Where the values are that count, where NULLs don't.
    let counted: Option<Vec<usize>> = is_set(args.get(3))?.then(|| {
        let known = values.is_not_null();
        (0..rows)
            .filter(|row| known.get(*row) == Some(true))
            .collect()
    });
    let physical = physical_type(data_type);
    let mut all = values.cast(&physical)?;
    if let Some(default) = default {
        all.append(&default.cast(&physical)?)?;
    }
    let index: IdxCa = partitions
        .bounds
        .iter()
        .enumerate()
        .map(|(row, (first, last))| {
            let at = match &counted {
                None => usize::try_from((row as i64).saturating_add(offset)).ok(),
                Some(counted) => away(counted, row, offset),
            };
            match at.filter(|at| (*first..*last).contains(at)) {
                Some(at) => Some(at as IdxSize),
                None => default.map(|_| (rows + row) as IdxSize),
            }
        })
        .collect();
    Ok(all.rechunk().take(&index)?)
}

/// The place of `counted` that lies `offset` of them from a row.
fn away(counted: &[usize], row: usize, offset: i64) -> Option<usize> {
    let steps = usize::try_from(offset.unsigned_abs()).ok()?;
    let at = match offset {
        0 => return Some(row),
        1.. => counted
            .partition_point(|at| *at <= row)
            .checked_add(steps - 1)?,
        _ => counted.partition_point(|at| *at < row).checked_sub(steps)?,
    };
    counted.get(at).copied()
}

/// Whether `IGNORE NULLS` was written.
fn is_set(flag: Option<&Series>) -> Result<bool, SqlError> {
    match flag.filter(|f| f.dtype() == &PolarsType::Boolean) {
        Some(flag) => Ok(flag.bool()?.get(0) == Some(true)),
        None => Ok(false),
    }
}

/// `first_value`, `last_value`, `nth_value`.
fn value_at(
    kind: WindowKind,
    args: &[Series],
    frames: &[(usize, usize)],
) -> Result<Series, SqlError> {
    let missing = || ExecuteError::Internal {
        what: "A value function needs an argument",
    };
    let values = args.first().ok_or_else(missing)?;
    let nth = match args.get(1).filter(|n| !n.is_empty()) {
        Some(n) if kind == WindowKind::NthValue => {
            n.cast(&PolarsType::Int64)?.i64()?.get(0).unwrap_or(1)
        }
        _ => 1,
    };
    let nth = usize::try_from(nth).unwrap_or(1).max(1);
    let known = is_set(args.get(2))?.then(|| values.is_not_null());
    let index: IdxCa = frames
        .iter()
        .map(|(start, end)| {
            if let Some(known) = &known {
                let mut rows = (*start..*end).filter(|row| known.get(*row) == Some(true));
                return rows.nth(nth - 1).map(|row| row as IdxSize);
            }
            let at = match kind {
                WindowKind::LastValue => end.checked_sub(1)?,
                _ => start + nth - 1,
            };
            (at >= *start && at < *end).then_some(at as IdxSize)
        })
        .collect();
    Ok(values.take(&index)?)
}

fn rank(kind: WindowKind, args: &[Series], partitions: &Partitions) -> Result<Series, SqlError> {
    let rows = || partitions.bounds.iter().zip(&partitions.peers).enumerate();
    let integers = |values: Vec<i32>| Int32Chunked::from_vec(PlSmallStr::EMPTY, values);
    let doubles = |values: Vec<f64>| Float64Chunked::from_vec(PlSmallStr::EMPTY, values);
    Ok(match kind {
        WindowKind::RowNumber => {
            let values = rows().map(|(row, ((first, _), _))| (row - first + 1) as i32);
            integers(values.collect()).into_series()
        }
        WindowKind::Rank => {
            let values = rows().map(|(_, ((first, _), (peer, _)))| (peer - first + 1) as i32);
            integers(values.collect()).into_series()
        }
        WindowKind::DenseRank => {
            let mut rank = 0;
            let values = rows().map(|(row, ((first, _), (peer, _)))| {
                if row == *first {
                    rank = 1;
                } else if row == *peer {
                    rank += 1;
                }
                rank
            });
            integers(values.collect()).into_series()
        }
        WindowKind::PercentRank => {
            let values = rows().map(|(_, ((first, last), (peer, _)))| match last - first {
                0 | 1 => 0.0,
                count => (peer - first) as f64 / (count - 1) as f64,
            });
            doubles(values.collect()).into_series()
        }
        WindowKind::CumeDist => {
            let values = rows().map(|(_, ((first, last), (_, peer)))| {
                (peer - first) as f64 / (last - first) as f64
            });
            doubles(values.collect()).into_series()
        }
        WindowKind::Ntile => {
            let buckets = match args.first().filter(|n| !n.is_empty()) {
                Some(n) => n.cast(&PolarsType::Int64)?.i64()?.get(0).unwrap_or(1),
                None => 1,
            };
            let buckets = usize::try_from(buckets).unwrap_or(1).max(1);
            let values = rows().map(|(row, ((first, last), _))| {
                // The first `rest` buckets have one row more.
                let (count, at) = (last - first, row - first);
                let (size, rest) = (count / buckets, count % buckets);
                let large = rest * (size + 1);
                let bucket = if at < large {
                    at / (size + 1)
                } else {
                    rest + (at - large) / size.max(1)
                };
                (bucket + 1) as i32
            });
            integers(values.collect()).into_series()
        }
        _ => {
            return Err(ExecuteError::Internal {
                what: "A window function is computed in the wrong place",
            }
            .into());
        }
    })
}
