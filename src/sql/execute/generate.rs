//! Rows made from rows: `explode` and its kin.

use std::sync::Arc;

use polars_core::prelude::{
    IdxCa, IdxSize, Int32Chunked, IntoSeries, PlSmallStr, Series, StringChunked,
};

use super::evaluate::Scope;
use super::{ExecContext, ExecuteError, FrameStream};
use crate::sql::SqlError;
use crate::sql::functions::{Function, FunctionKind, GeneratorKind, WindowSpec};
use crate::sql::plan::{Expr, ExprKind};
use crate::types::{DataType, Frame, ListParts, SchemaRef, physical_type};

/// Rows given out at once, unless one input row makes more.
const ROWS: usize = 128 * 1024;

/// Rows that `stack` may make of one.
const STACKED: usize = 1_000_000;

/// Each input row's columns beside each of the rows that `generator` makes of it; with `outer`
/// beside nulls where it makes none.
///
/// # Errors
/// If `generator` isn't one.
pub(super) fn generate(
    mut rows: FrameStream,
    generator: &'static Function,
    args: Vec<Expr>,
    outer: bool,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> Result<FrameStream, SqlError> {
    let FunctionKind::Generator(kind) = generator.kind else {
        return Err(ExecuteError::Internal {
            what: "Generate has a function that makes no rows",
        }
        .into());
    };
    let outer = outer || generator.name.ends_with("_outer");
    let stacked = match args.first().map(|a| &a.kind) {
        Some(ExprKind::Literal(count)) if kind == GeneratorKind::Stack => {
            let count = usize::try_from(count.as_i64().unwrap_or(0)).unwrap_or(0);
            if count > STACKED {
                return Err(ExecuteError::Unsupported {
                    function: "stack".into(),
                    reason: "it would make more than a million rows of each row",
                }
                .into());
            }
            Some(count)
        }
        _ => None,
    };
    let mut pending: Option<Frame> = None;
    let mut open: Option<(Frame, Made, usize)> = None;
    Ok(Box::new(std::iter::from_fn(move || {
        if open.is_none() {
            let frame = match pending.take() {
                Some(frame) => frame,
                None => match rows.next()? {
                    Ok(frame) => frame,
                    Err(error) => return Some(Err(error)),
                },
            };
            // `stack` lays out its rows before they are given out: a piece at a time.
            let piece = match stacked {
                Some(count) => (ROWS / count.max(1)).max(1),
                None => frame.height(),
            };
            if piece < frame.height() {
                pending = Some(frame.slice(piece, frame.height()));
            }
            let frame = frame.slice(0, piece);
            let made = Made::new(kind, &args, &frame, &schema, &ctx);
            match made {
                Ok(made) => open = Some((frame, made, 0)),
                Err(error) => return Some(Err(error)),
            }
        }
        let (frame, made, start) = open.take()?;
        let end = made.end_of(start, outer);
        let out = made.rows(&frame, start..end, outer, &schema);
        if end < frame.height() {
            open = Some((frame, made, end));
        }
        Some(out)
    })))
}

/// What a generator makes of a chunk: row `i` makes `offsets[i]..offsets[i + 1]` of `values`.
struct Made {
    offsets: Vec<usize>,
    /// For each row, where its first value stands; equal to the offset but for unused values.
    firsts: Vec<usize>,
    values: Vec<Series>,
    /// A first column that counts from 0 in each row.
    positions: bool,
}

impl Made {
    fn new(
        kind: GeneratorKind,
        args: &[Expr],
        frame: &Frame,
        schema: &SchemaRef,
        ctx: &Arc<ExecContext>,
    ) -> Result<Self, SqlError> {
        let scope = Scope::new(frame, ctx);
        let first = args.first().ok_or(ExecuteError::Internal {
            what: "A generator has no argument",
        })?;
        let types: Vec<&DataType> = schema
            .fields
            .iter()
            .skip(frame.columns().len())
            .map(|f| &f.data_type)
            .collect();
        match kind {
            GeneratorKind::Explode | GeneratorKind::PosExplode | GeneratorKind::Inline => {
                let arrays = scope.evaluate_rows(first)?;
                let spread = match &first.data_type {
                    DataType::Map { .. } => true,
                    _ => kind == GeneratorKind::Inline,
                };
                Made::of_arrays(&arrays, spread, kind == GeneratorKind::PosExplode, &types)
            }
            GeneratorKind::Stack => {
                let count = scope.evaluate(first)?;
                let count = count.cast(&polars_core::prelude::DataType::Int64)?;
                let count = count.i64()?.get(0).unwrap_or(0).max(0) as usize;
                let values = args
                    .iter()
                    .skip(1)
                    .map(|arg| scope.evaluate_rows(arg))
                    .collect::<Result<Vec<_>, _>>()?;
                Made::of_stack(count, &values, frame.height(), &types)
            }
            GeneratorKind::TimeWindows => {
                let argument = |i: usize| match args.get(i).map(|a| &a.kind) {
                    Some(ExprKind::Literal(us)) => us.as_i64().unwrap_or(0),
                    _ => 0,
                };
                let spec = WindowSpec {
                    duration: argument(1),
                    slide: argument(2),
                    start: argument(3),
                };
                let times = scope.evaluate_rows(first)?;
                let (counts, windows) = spec.overlapping(&times, &first.data_type)?;
                let mut offsets = vec![0];
                offsets.extend(counts.iter().scan(0, |total, count| {
                    *total += count;
                    Some(*total)
                }));
                Ok(Made {
                    firsts: offsets.iter().copied().take(counts.len()).collect(),
                    offsets,
                    values: vec![windows],
                    positions: false,
                })
            }
            GeneratorKind::JsonTuple => {
                let values = args
                    .iter()
                    .map(|arg| scope.evaluate_rows(arg))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(Made {
                    offsets: (0..=frame.height()).collect(),
                    firsts: (0..frame.height()).collect(),
                    values: json_tuple(&values)?,
                    positions: false,
                })
            }
        }
    }

    fn of_arrays(
        arrays: &Series,
        spread: bool,
        positions: bool,
        types: &[&DataType],
    ) -> Result<Self, SqlError> {
        let width = types.len() - usize::from(positions).min(types.len());
        if arrays.null_count() == arrays.len() {
            // Also a VOID argument.
            let types = types.iter().skip(usize::from(positions));
            return Ok(Made {
                offsets: vec![0; arrays.len() + 1],
                firsts: vec![0; arrays.len()],
                values: types
                    .map(|t| Series::new_empty(PlSmallStr::EMPTY, &physical_type(t)))
                    .collect(),
                positions,
            });
        }
        let parts = ListParts::new(arrays)?;
        let mut offsets = Vec::with_capacity(parts.len() + 1);
        let mut firsts = Vec::with_capacity(parts.len());
        let mut total = 0;
        offsets.push(0);
        for (row, bounds) in parts.offsets.windows(2).enumerate() {
            let [start, end] = bounds else { continue };
            let valid = parts.validity.as_ref();
            if valid.is_none_or(|v| v.get(row) == Some(true)) {
                total += end - start;
            }
            firsts.push(*start);
            offsets.push(total);
        }
        let values = if spread {
            (0..width)
                .map(|i| super::evaluate::get_field(&parts.child, i))
                .collect::<Result<Vec<_>, _>>()?
        } else {
            vec![parts.child]
        };
        Ok(Made {
            offsets,
            firsts,
            values,
            positions,
        })
    }

    /// `stack(n, v1, …, vk)`: `n` rows of the values in order, the last filled with nulls.
    fn of_stack(
        count: usize,
        values: &[Series],
        height: usize,
        types: &[&DataType],
    ) -> Result<Self, SqlError> {
        let width = types.len();
        let interleaved: Vec<IdxSize> = (0..height)
            .flat_map(|row| (0..count).map(move |i| (i * height + row) as IdxSize))
            .collect();
        let interleaved = IdxCa::from_vec(PlSmallStr::EMPTY, interleaved);
        let columns = types.iter().enumerate().map(|(column, data_type)| {
            let physical = physical_type(data_type);
            let mut all = Series::new_empty(PlSmallStr::EMPTY, &physical);
            for row in 0..count {
                match values.get(row * width + column) {
                    Some(value) if value.dtype() == &physical => all.append(value)?,
                    Some(value) => all.append(&value.cast(&physical)?)?,
                    None => {
                        let nulls = Series::full_null(PlSmallStr::EMPTY, height, &physical);
                        all.append(&nulls)?
                    }
                };
            }
            Ok(all.rechunk().take(&interleaved)?)
        });
        Ok(Made {
            values: columns.collect::<Result<Vec<_>, SqlError>>()?,
            offsets: (0..=height).map(|row| row * count).collect(),
            firsts: (0..height).map(|row| row * count).collect(),
            positions: false,
        })
    }

    fn count(&self, row: usize) -> usize {
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(start), Some(end)) => end - start,
            _ => 0,
        }
    }

    /// Where to stop so as to give out about [`ROWS`] rows.
    fn end_of(&self, start: usize, outer: bool) -> usize {
        let mut made = 0;
        let mut end = start;
        while end < self.firsts.len() && made < ROWS {
            made += self.count(end).max(usize::from(outer));
            end += 1;
        }
        end
    }

    fn rows(
        &self,
        frame: &Frame,
        rows: std::ops::Range<usize>,
        outer: bool,
        schema: &SchemaRef,
    ) -> Result<Frame, SqlError> {
        let mut parents: Vec<IdxSize> = Vec::new();
        let mut places: Vec<Option<IdxSize>> = Vec::new();
        let mut positions: Vec<Option<i32>> = Vec::new();
        for row in rows {
            let first = self.firsts.get(row).copied().unwrap_or_default();
            let count = self.count(row);
            for i in 0..count {
                parents.push(row as IdxSize);
                places.push(Some((first + i) as IdxSize));
                if self.positions {
                    positions.push(Some(i as i32));
                }
            }
            if count == 0 && outer {
                parents.push(row as IdxSize);
                places.push(None);
                if self.positions {
                    positions.push(None);
                }
            }
        }
        let height = parents.len();
        let places: IdxCa = places.into_iter().collect();
        let input = frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, parents))?;
        let mut columns = input.columns().to_vec();
        if self.positions {
            columns.push(
                positions
                    .into_iter()
                    .collect::<Int32Chunked>()
                    .into_series(),
            );
        }
        for value in &self.values {
            columns.push(value.take(&places)?);
        }
        let out = Frame::new(schema.clone(), columns, height)?;
        Ok(out.with_origin(frame.origin().cloned()))
    }
}

/// `json_tuple(json, name, …)`: the top-level fields of those names, as text. Not an object, or
/// no such field: null.
fn json_tuple(args: &[Series]) -> Result<Vec<Series>, SqlError> {
    let Some((json, names)) = args.split_first() else {
        return Ok(Vec::new());
    };
    let names = names
        .iter()
        .map(|name| Ok(name.str()?.clone()))
        .collect::<Result<Vec<_>, SqlError>>()?;
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::with_capacity(json.len()); names.len()];
    for (row, text) in json.str()?.iter().enumerate() {
        let object = text.and_then(|t| {
            serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(t).ok()
        });
        for (name, column) in names.iter().zip(&mut columns) {
            let value = name
                .get(row)
                .and_then(|name| object.as_ref().and_then(|o| o.get(name)));
            column.push(match value {
                None | Some(serde_json::Value::Null) => None,
                Some(serde_json::Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            });
        }
    }
    Ok(columns
        .into_iter()
        .map(|c| c.into_iter().collect::<StringChunked>().into_series())
        .collect())
}
