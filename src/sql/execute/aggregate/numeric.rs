//! Counts, sums, averages.

use polars_core::prelude::{
    BooleanChunked, ChunkedArray, DataType as PolarsType, Float64Chunked, IdxSize, Int64Chunked,
    IntoSeries, NewChunkedArray, PlSmallStr, PolarsNumericType, Series,
};

use super::accumulator::Accumulator;
use crate::sql::SqlError;
use crate::sql::execute::ExecuteError;
use crate::sql::execute::keys::non_null_rows;
use crate::sql::functions::FunctionError;
use crate::sql::plan::EvalMode;
use crate::types::{DataType, physical_type};

/// Calls `f` with the group's place in `state` and the value, for each row that has one.
pub(super) fn each<T: PolarsNumericType, S>(
    values: &ChunkedArray<T>,
    groups: &[IdxSize],
    state: &mut [S],
    mut f: impl FnMut(&mut S, T::Native),
) {
    for (group, value) in groups.iter().zip(values.iter()) {
        if let Some(value) = value
            && let Some(slot) = state.get_mut(*group as usize)
        {
            f(slot, value);
        }
    }
}

fn as_long(values: &Series) -> Result<Int64Chunked, SqlError> {
    let physical = values.to_physical_repr();
    Ok(match physical.dtype() {
        PolarsType::Int64 => physical.i64()?.clone(),
        _ => physical.cast(&PolarsType::Int64)?.i64()?.clone(),
    })
}

pub(super) fn as_double(values: &Series) -> Result<Float64Chunked, SqlError> {
    Ok(match values.dtype() {
        PolarsType::Float64 => values.f64()?.clone(),
        PolarsType::Decimal(_, scale) => {
            let divisor = 10f64.powi(*scale as i32);
            let physical = values.decimal()?.physical();
            physical
                .iter()
                .map(|v| v.map(|v| v as f64 / divisor))
                .collect()
        }
        _ => values.cast(&PolarsType::Float64)?.f64()?.clone(),
    })
}

pub(super) fn argument(args: &[Series], index: usize) -> Result<&Series, SqlError> {
    args.get(index).ok_or_else(|| {
        ExecuteError::Internal {
            what: "An aggregate's argument or buffer is missing",
        }
        .into()
    })
}

pub(super) fn longs(values: impl Iterator<Item = Option<i64>>) -> Series {
    values.collect::<Int64Chunked>().into_series()
}

pub(super) fn doubles(values: impl Iterator<Item = Option<f64>>) -> Series {
    values.collect::<Float64Chunked>().into_series()
}

/// `count(*)`, `count(a, b)` (rows where all have a value), `count_if(p)`.
#[derive(Default)]
pub struct Count {
    counts: Vec<i64>,
    of_true: bool,
}

impl Count {
    pub fn of_true() -> Self {
        Count {
            of_true: true,
            ..Count::default()
        }
    }
}

impl Accumulator for Count {
    fn resize(&mut self, groups: usize) {
        self.counts.resize(groups, 0);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let counts = &mut self.counts;
        let mut add = |group: &IdxSize| {
            if let Some(count) = counts.get_mut(*group as usize) {
                *count += 1;
            }
        };
        if self.of_true {
            let values = argument(args, 0)?;
            let values = crate::sql::execute::evaluate::is_true(values)?;
            for (group, value) in groups.iter().zip(&values) {
                if value == Some(true) {
                    add(group);
                }
            }
            return Ok(());
        }
        if args.iter().any(|a| a.null_count() == a.len()) && !groups.is_empty() && !args.is_empty()
        {
            return Ok(());
        }
        match non_null_rows(args) {
            None => groups.iter().for_each(add),
            Some(valid) => groups
                .iter()
                .zip(valid.iter())
                .filter(|(_, valid)| *valid)
                .for_each(|(group, _)| add(group)),
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Long]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let counts = as_long(argument(buffers, 0)?)?;
        each(&counts, groups, &mut self.counts, |count, more| {
            *count += more
        });
        Ok(())
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(vec![self.finish()?])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        Ok(Int64Chunked::from_slice(PlSmallStr::EMPTY, &self.counts).into_series())
    }
}

/// `sum` of whole numbers (as BIGINT) and of intervals.
pub struct LongSum {
    sums: Vec<Sum>,
    data_type: DataType,
    mode: EvalMode,
}

#[derive(Clone, Copy)]
enum Sum {
    Nothing,
    Value(i64),
    Overflow,
}

impl LongSum {
    pub fn new(data_type: DataType, mode: EvalMode) -> Self {
        LongSum {
            sums: Vec::new(),
            data_type,
            mode,
        }
    }
}

pub(super) fn overflow(what: &'static str, function: Option<&'static str>) -> SqlError {
    FunctionError::ArithmeticOverflow { what, function }.into()
}

impl Accumulator for LongSum {
    fn resize(&mut self, groups: usize) {
        self.sums.resize(groups, Sum::Nothing);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = as_long(argument(args, 0)?)?;
        let mode = self.mode;
        let mut failed = false;
        each(&values, groups, &mut self.sums, |sum, value| {
            *sum = match *sum {
                Sum::Nothing => Sum::Value(value),
                Sum::Overflow => Sum::Overflow,
                Sum::Value(so_far) => match so_far.checked_add(value) {
                    Some(sum) => Sum::Value(sum),
                    None if mode == EvalMode::Legacy => Sum::Value(so_far.wrapping_add(value)),
                    None => {
                        failed |= mode == EvalMode::Ansi;
                        Sum::Overflow
                    }
                },
            };
        });
        if failed {
            return Err(overflow("long", Some("try_add")));
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Long, DataType::Boolean]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let overflown = argument(buffers, 1)?.bool()?.clone();
        self.update(groups, buffers)?;
        for (group, overflown) in groups.iter().zip(&overflown) {
            if overflown == Some(true)
                && let Some(sum) = self.sums.get_mut(*group as usize)
            {
                *sum = Sum::Overflow;
            }
        }
        Ok(())
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        let overflown: BooleanChunked = self
            .sums
            .iter()
            .map(|s| Some(matches!(s, Sum::Overflow)))
            .collect();
        Ok(vec![self.values(), overflown.into_series()])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        let values = self.values();
        match self.data_type {
            DataType::DayTimeInterval => Ok(values.cast(&physical_type(&self.data_type))?),
            DataType::Long => Ok(values),
            _ => Ok(values.strict_cast(&physical_type(&self.data_type))?),
        }
    }
}

impl LongSum {
    fn values(&self) -> Series {
        longs(self.sums.iter().map(|s| match s {
            Sum::Value(v) => Some(*v),
            Sum::Nothing | Sum::Overflow => None,
        }))
    }
}

/// `sum` of floating-point numbers.
#[derive(Default)]
pub struct DoubleSum {
    sums: Vec<Option<f64>>,
}

impl Accumulator for DoubleSum {
    fn resize(&mut self, groups: usize) {
        self.sums.resize(groups, None);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = as_double(argument(args, 0)?)?;
        each(&values, groups, &mut self.sums, |sum, value| {
            *sum = Some(sum.unwrap_or(0.0) + value);
        });
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        self.update(groups, buffers)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(vec![self.finish()?])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        Ok(doubles(self.sums.iter().copied()))
    }
}

/// `avg` of other numbers and of intervals.
pub struct Avg {
    sums: Vec<(f64, i64)>,
    data_type: DataType,
}

impl Avg {
    pub fn new(data_type: DataType) -> Self {
        Avg {
            sums: Vec::new(),
            data_type,
        }
    }
}

impl Accumulator for Avg {
    fn resize(&mut self, groups: usize) {
        self.sums.resize(groups, (0.0, 0));
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = argument(args, 0)?;
        let values = match self.data_type {
            DataType::Double => as_double(values)?,
            _ => as_double(&values.to_physical_repr())?,
        };
        each(&values, groups, &mut self.sums, |(sum, count), value| {
            *sum += value;
            *count += 1;
        });
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double, DataType::Long]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let sums = argument(buffers, 0)?.f64()?;
        let counts = argument(buffers, 1)?.i64()?;
        each(sums, groups, &mut self.sums, |(sum, _), more| *sum += more);
        each(counts, groups, &mut self.sums, |(_, count), more| {
            *count += more;
        });
        Ok(())
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(vec![
            doubles(self.sums.iter().map(|(sum, _)| Some(*sum))),
            longs(self.sums.iter().map(|(_, count)| Some(*count))),
        ])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        let means = self
            .sums
            .iter()
            .map(|(sum, count)| (*count > 0).then(|| sum / *count as f64));
        match self.data_type {
            DataType::Double => Ok(doubles(means)),
            // Intervals, in microseconds or months.
            _ => {
                let rounded = longs(means.map(|m| m.map(|m| m.round() as i64)));
                Ok(rounded.cast(&physical_type(&self.data_type))?)
            }
        }
    }
}

/// `bool_and` (`every`) and `bool_or` (`any`, `some`).
pub struct Bool {
    values: Vec<Option<bool>>,
    /// The value that decides.
    decides: bool,
}

impl Bool {
    pub fn and() -> Self {
        Bool {
            values: Vec::new(),
            decides: false,
        }
    }

    pub fn or() -> Self {
        Bool {
            values: Vec::new(),
            decides: true,
        }
    }
}

impl Accumulator for Bool {
    fn resize(&mut self, groups: usize) {
        self.values.resize(groups, None);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = argument(args, 0)?;
        if values.null_count() == values.len() {
            return Ok(());
        }
        for (group, value) in groups.iter().zip(values.bool()?) {
            if let Some(value) = value
                && let Some(slot) = self.values.get_mut(*group as usize)
                && *slot != Some(self.decides)
            {
                *slot = Some(value);
            }
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Boolean]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        self.update(groups, buffers)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(vec![self.finish()?])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        Ok(self
            .values
            .iter()
            .copied()
            .collect::<BooleanChunked>()
            .into_series())
    }
}
