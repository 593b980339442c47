//! Sums and averages of decimals, exact to the last digit.

use polars_core::prelude::{ChunkedArray, IdxSize, IntoSeries, Series};

use super::accumulator::Accumulator;
use super::numeric::{argument, each, longs, overflow};
use crate::sql::SqlError;
use crate::sql::execute::ExecuteError;
use crate::sql::plan::EvalMode;
use crate::types::DataType;

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
                return Err(overflow("Decimal", Some("try_add")));
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
                return Err(overflow("Decimal", Some("try_add")));
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
