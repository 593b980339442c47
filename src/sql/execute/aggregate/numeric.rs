//! Counts, sums, averages, variances.

use polars_core::prelude::{
    BooleanChunked, ChunkedArray, DataType as PolarsType, Float64Chunked, IdxSize, Int64Chunked,
    IntoSeries, NewChunkedArray, PlSmallStr, PolarsNumericType, Series,
};

use super::accumulator::Accumulator;
use crate::sql::SqlError;
use crate::sql::execute::ExecuteError;
use crate::sql::execute::keys::non_null_rows;
use crate::sql::functions::{AggregateKind, FunctionError};
use crate::sql::plan::EvalMode;
use crate::types::{DataType, physical_type};

/// Calls `f` with the group's place in `state` and the value, for each row that has one.
fn each<T: PolarsNumericType, S>(
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

fn as_double(values: &Series) -> Result<Float64Chunked, SqlError> {
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

fn argument(args: &[Series], index: usize) -> Result<&Series, SqlError> {
    args.get(index).ok_or_else(|| {
        ExecuteError::Internal {
            what: "An aggregate's argument or buffer is missing",
        }
        .into()
    })
}

fn longs(values: impl Iterator<Item = Option<i64>>) -> Series {
    values.collect::<Int64Chunked>().into_series()
}

fn doubles(values: impl Iterator<Item = Option<f64>>) -> Series {
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

fn overflow(what: &'static str, function: Option<&'static str>) -> SqlError {
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
            return Err(overflow("long", Some("try_sum")));
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

/// The unscaled sum of decimals; `None` inside once it left 128 bits.
#[derive(Clone, Copy, Default)]
struct Unscaled {
    sum: Option<i128>,
    count: i64,
    overflown: bool,
}

impl Unscaled {
    fn add(&mut self, value: i128, count: i64) {
        self.count += count;
        match self.sum.unwrap_or(0).checked_add(value) {
            Some(sum) => self.sum = Some(sum),
            None => self.overflown = true,
        }
    }
}

#[derive(Default)]
struct UnscaledSums(Vec<Unscaled>);

impl UnscaledSums {
    fn update(&mut self, groups: &[IdxSize], values: &Series) -> Result<(), SqlError> {
        let values = values.decimal()?.physical();
        each(values, groups, &mut self.0, |sum, value| sum.add(value, 1));
        Ok(())
    }

    /// The sum in two parts that BIGINT and DECIMAL(38,0) hold, and the count: a sum may need
    /// more digits than a decimal has.
    fn buffers(&self) -> Vec<Series> {
        let text = self.0.iter().map(|s| match s {
            Unscaled {
                overflown: true, ..
            } => Some("overflow".to_string()),
            Unscaled { sum, .. } => sum.map(|s| s.to_string()),
        });
        let text: polars_core::prelude::StringChunked = text.collect();
        vec![
            text.into_series(),
            longs(self.0.iter().map(|s| Some(s.count))),
        ]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let sums = argument(buffers, 0)?.str()?;
        let counts = argument(buffers, 1)?.i64()?;
        for ((group, sum), count) in groups.iter().zip(sums).zip(counts) {
            let Some(slot) = self.0.get_mut(*group as usize) else {
                continue;
            };
            match sum.map(str::parse::<i128>) {
                Some(Ok(sum)) => slot.add(sum, count.unwrap_or(0)),
                Some(Err(_)) => slot.overflown = true,
                None => {}
            }
        }
        Ok(())
    }
}

fn decimals(
    values: impl Iterator<Item = Option<i128>>,
    precision: u8,
    scale: u8,
) -> Result<Series, SqlError> {
    let physical: ChunkedArray<polars_core::prelude::Int128Type> = values.collect();
    Ok(physical
        .into_series()
        .into_decimal(usize::from(precision), usize::from(scale))?)
}

fn fits(value: i128, precision: u8) -> bool {
    value.unsigned_abs() < 10u128.pow(u32::from(precision.min(38)))
}

/// `sum` of decimals. Overflow is an error in ANSI mode, else NULL.
pub struct DecimalSum {
    sums: UnscaledSums,
    precision: u8,
    scale: u8,
    mode: EvalMode,
}

impl DecimalSum {
    pub fn new(precision: u8, scale: u8, mode: EvalMode) -> Self {
        DecimalSum {
            sums: UnscaledSums::default(),
            precision,
            scale,
            mode,
        }
    }
}

impl Accumulator for DecimalSum {
    fn resize(&mut self, groups: usize) {
        self.sums.0.resize(groups, Unscaled::default());
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        self.sums.update(groups, argument(args, 0)?)
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::String, DataType::Long]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        self.sums.merge(groups, buffers)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(self.sums.buffers())
    }

    fn finish(&self) -> Result<Series, SqlError> {
        let mut values = Vec::with_capacity(self.sums.0.len());
        for sum in &self.sums.0 {
            let value = sum
                .sum
                .filter(|v| fits(*v, self.precision) && !sum.overflown);
            if value.is_none() && sum.sum.is_some() && self.mode == EvalMode::Ansi {
                return Err(overflow("Decimal", Some("try_sum")));
            }
            values.push(value);
        }
        decimals(values.into_iter(), self.precision, self.scale)
    }
}

/// `avg` of decimals, rounded half up at the result's scale.
pub struct DecimalAvg {
    sums: UnscaledSums,
    input_scale: u8,
    data_type: DataType,
    mode: EvalMode,
}

impl DecimalAvg {
    pub fn new(input_scale: u8, data_type: DataType, mode: EvalMode) -> Self {
        DecimalAvg {
            sums: UnscaledSums::default(),
            input_scale,
            data_type,
            mode,
        }
    }
}

impl Accumulator for DecimalAvg {
    fn resize(&mut self, groups: usize) {
        self.sums.0.resize(groups, Unscaled::default());
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        self.sums.update(groups, argument(args, 0)?)
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::String, DataType::Long]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        self.sums.merge(groups, buffers)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(self.sums.buffers())
    }

    fn finish(&self) -> Result<Series, SqlError> {
        let DataType::Decimal { precision, scale } = self.data_type else {
            return Err(ExecuteError::Internal {
                what: "The average of decimals is no decimal",
            }
            .into());
        };
        let factor = 10i128.pow(u32::from(scale.saturating_sub(self.input_scale)));
        let mut values = Vec::with_capacity(self.sums.0.len());
        for sum in &self.sums.0 {
            let value = sum
                .sum
                .filter(|_| !sum.overflown)
                .and_then(|s| divide_half_up(s, i128::from(sum.count), factor))
                .filter(|v| fits(*v, precision));
            if value.is_none() && sum.sum.is_some() && self.mode == EvalMode::Ansi {
                return Err(overflow("Decimal", Some("try_avg")));
            }
            values.push(value);
        }
        decimals(values.into_iter(), precision, scale)
    }
}

/// `sum * factor / count`, half away from zero. The remainder is less than a count, so that
/// only the result itself can overflow.
fn divide_half_up(sum: i128, count: i128, factor: i128) -> Option<i128> {
    let whole = sum.checked_div(count)?.checked_mul(factor)?;
    let rest = sum.checked_rem(count)?.checked_mul(factor)?;
    let (part, left) = (rest.checked_div(count)?, rest.checked_rem(count)?);
    let up = if left.abs() * 2 >= count {
        left.signum()
    } else {
        0
    };
    whole.checked_add(part)?.checked_add(up)
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

/// Variance and standard deviation: count, mean and sum of squared differences, merged as
/// Spark's `CentralMomentAgg` does.
pub struct Moments {
    kind: AggregateKind,
    groups: Vec<[f64; 3]>,
}

impl Moments {
    pub fn new(kind: AggregateKind) -> Self {
        Moments {
            kind,
            groups: Vec::new(),
        }
    }
}

impl Accumulator for Moments {
    fn resize(&mut self, groups: usize) {
        self.groups.resize(groups, [0.0; 3]);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = as_double(argument(args, 0)?)?;
        each(&values, groups, &mut self.groups, |[n, mean, m2], value| {
            *n += 1.0;
            let delta = value - *mean;
            *mean += delta / *n;
            *m2 += delta * (value - *mean);
        });
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double; 3]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let n = argument(buffers, 0)?.f64()?;
        let mean = argument(buffers, 1)?.f64()?;
        let m2 = argument(buffers, 2)?.f64()?;
        for (((group, n), mean), m2) in groups.iter().zip(n).zip(mean).zip(m2) {
            let (Some(n), Some(mean), Some(m2)) = (n, mean, m2) else {
                continue;
            };
            if let Some(own) = self.groups.get_mut(*group as usize)
                && n > 0.0
            {
                let total = own[0] + n;
                let delta = mean - own[1];
                own[2] += m2 + delta * delta * own[0] * n / total;
                own[1] += delta * n / total;
                own[0] = total;
            }
        }
        Ok(())
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok((0..3)
            .map(|i| doubles(self.groups.iter().map(|g| g.get(i).copied())))
            .collect())
    }

    fn finish(&self) -> Result<Series, SqlError> {
        Ok(doubles(self.groups.iter().map(|[n, _, m2]| {
            if *n == 0.0 {
                return None;
            }
            let divisor = match self.kind {
                AggregateKind::StddevPop | AggregateKind::VarPop => *n,
                // Of one value there is no sample variance.
                _ if *n == 1.0 => return None,
                _ => *n - 1.0,
            };
            let variance = m2 / divisor;
            Some(match self.kind {
                AggregateKind::StddevPop | AggregateKind::StddevSamp => variance.sqrt(),
                _ => variance,
            })
        })))
    }
}

/// Pearson's correlation: n, the means, the squared differences, the product.
#[derive(Default)]
pub struct Corr {
    groups: Vec<[f64; 6]>,
}

impl Corr {
    fn add(own: &mut [f64; 6], other: [f64; 6]) {
        let [n1, x1, y1, xx1, yy1, xy1] = *own;
        let [n2, x2, y2, xx2, yy2, xy2] = other;
        let n = n1 + n2;
        if n2 == 0.0 {
            return;
        }
        let (dx, dy) = (x2 - x1, y2 - y1);
        let both = n1 * n2 / n;
        *own = [
            n,
            x1 + dx * n2 / n,
            y1 + dy * n2 / n,
            xx1 + xx2 + dx * dx * both,
            yy1 + yy2 + dy * dy * both,
            xy1 + xy2 + dx * dy * both,
        ];
    }
}

impl Accumulator for Corr {
    fn resize(&mut self, groups: usize) {
        self.groups.resize(groups, [0.0; 6]);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let x = as_double(argument(args, 0)?)?;
        let y = as_double(argument(args, 1)?)?;
        for ((group, x), y) in groups.iter().zip(&x).zip(&y) {
            if let (Some(x), Some(y)) = (x, y)
                && let Some(own) = self.groups.get_mut(*group as usize)
            {
                Corr::add(own, [1.0, x, y, 0.0, 0.0, 0.0]);
            }
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double; 6]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let columns = buffers
            .iter()
            .map(|b| Ok(b.f64()?.clone()))
            .collect::<Result<Vec<_>, SqlError>>()?;
        for (row, group) in groups.iter().enumerate() {
            let mut other = [0.0; 6];
            for (slot, column) in other.iter_mut().zip(&columns) {
                *slot = column.get(row).unwrap_or(0.0);
            }
            if let Some(own) = self.groups.get_mut(*group as usize) {
                Corr::add(own, other);
            }
        }
        Ok(())
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok((0..6)
            .map(|i| doubles(self.groups.iter().map(|g| g.get(i).copied())))
            .collect())
    }

    fn finish(&self) -> Result<Series, SqlError> {
        Ok(doubles(self.groups.iter().map(|[n, _, _, xx, yy, xy]| {
            (*n > 1.0).then(|| xy / (xx * yy).sqrt())
        })))
    }
}
