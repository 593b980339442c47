//! Aggregates that keep their values: lists, sets, percentiles, the mode; and the estimate of
//! a distinct count, which doesn't.

use std::collections::HashMap;

use polars_core::chunked_array::builder::get_list_builder;
use polars_core::prelude::{
    DataType as PolarsType, Float64Chunked, IdxCa, IdxSize, Int64Chunked, IntoSeries,
    ListBuilderTrait, NewChunkedArray, PlSmallStr, Series,
};

use super::accumulator::Accumulator;
use crate::sql::SqlError;
use crate::sql::execute::ExecuteError;
use crate::sql::execute::keys::{KeyRows, KeyTable, non_null_rows};
use crate::types::{DataType, physical_type};

/// The values of each group, in the order in which they came.
pub(super) struct Lists {
    values: Series,
    groups: Vec<Vec<IdxSize>>,
}

impl Lists {
    pub fn new(data_type: &DataType) -> Self {
        Lists {
            values: Series::new_empty(PlSmallStr::EMPTY, &physical_type(data_type)),
            groups: Vec::new(),
        }
    }

    pub fn resize(&mut self, groups: usize) {
        self.groups.resize(groups, Vec::new());
    }

    /// Adds `values`, one to each of `groups`.
    pub fn push(&mut self, groups: &[IdxSize], values: &Series) -> Result<(), SqlError> {
        let start = self.values.len() as IdxSize;
        self.values.append(values)?;
        for (i, group) in (start..).zip(groups) {
            if let Some(list) = self.groups.get_mut(*group as usize) {
                list.push(i);
            }
        }
        Ok(())
    }

    /// All values, in the order in which they came.
    pub fn values(&self) -> &Series {
        &self.values
    }

    /// Where each group's values are among all.
    pub fn groups(&self) -> &[Vec<IdxSize>] {
        &self.groups
    }

    /// An array a group.
    pub fn arrays(&self) -> Result<Series, SqlError> {
        let order: Vec<IdxSize> = self.groups.iter().flatten().copied().collect();
        let sorted = self
            .values
            .rechunk()
            .take(&IdxCa::from_vec(PlSmallStr::EMPTY, order))?;
        let mut builder = get_list_builder(
            sorted.dtype(),
            sorted.len(),
            self.groups.len(),
            PlSmallStr::EMPTY,
        );
        let mut start = 0;
        for list in &self.groups {
            builder.append_series(&sorted.slice(start, list.len()))?;
            start += list.len() as i64;
        }
        Ok(builder.finish().into_series())
    }
}

/// The elements of arrays, and the group of each.
pub(super) fn flatten(
    groups: &[IdxSize],
    arrays: &Series,
) -> Result<(Vec<IdxSize>, Series), SqlError> {
    let list = arrays.list()?;
    let mut of = Vec::new();
    let mut values = Series::new_empty(PlSmallStr::EMPTY, list.inner_dtype());
    for (group, array) in groups.iter().zip(list) {
        if let Some(array) = array {
            of.extend(std::iter::repeat_n(*group, array.len()));
            values.append(&array)?;
        }
    }
    Ok((of, values))
}

/// What is made of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collected {
    List,
    Set,
    Median,
    Percentile(Rank),
    PercentileApprox,
    Mode,
}

/// Where a percentile's value is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rank {
    /// It is one of the values (`percentile_disc`), not between two.
    pub discrete: bool,
    /// The order descends.
    pub from_top: bool,
}

impl Rank {
    fn of(self, sorted: &[f64], fraction: f64) -> Option<f64> {
        if !self.discrete {
            return percentile(
                sorted,
                if self.from_top {
                    1.0 - fraction
                } else {
                    fraction
                },
            );
        }
        let at = (sorted.len() as f64 * fraction.clamp(0.0, 1.0)).ceil() as usize;
        let at = at.saturating_sub(1);
        match self.from_top {
            true => sorted.iter().rev().nth(at).copied(),
            false => sorted.get(at).copied(),
        }
    }
}

impl Collected {
    /// Has it a second argument, the percentages?
    fn has_fractions(self) -> bool {
        matches!(self, Collected::Percentile(_) | Collected::PercentileApprox)
    }
}

/// `collect_list`, `collect_set`, `median`, `percentile`, `mode`. Nulls are left out.
pub struct Collect {
    data_type: DataType,
    collected: Collected,
    lists: Lists,
    /// The (group, value) pairs of a set.
    seen: KeyTable,
    /// `percentile`'s second argument, and whether it was an array.
    fractions: Option<(Vec<f64>, bool)>,
}

impl Collect {
    pub fn new(data_type: DataType, collected: Collected) -> Self {
        Collect {
            lists: Lists::new(&data_type),
            data_type,
            collected,
            seen: KeyTable::default(),
            fractions: None,
        }
    }

    fn push(&mut self, groups: &[IdxSize], values: &Series) -> Result<(), SqlError> {
        if self.collected != Collected::Set {
            return self.lists.push(groups, values);
        }
        let group_column = IdxCa::from_slice(PlSmallStr::EMPTY, groups).into_series();
        let keys = KeyRows::encode(&[group_column, values.clone()], values.len())?;
        let (_, new) = self.seen.insert(&keys);
        let groups: Vec<IdxSize> = new
            .iter()
            .filter_map(|row| groups.get(*row as usize).copied())
            .collect();
        let values = values.take(&IdxCa::from_vec(PlSmallStr::EMPTY, new))?;
        self.lists.push(&groups, &values)
    }

    /// The value at each percentage's rank: Spark's summary is exact for as many values as its accuracy.
    fn nearest(&self) -> Result<Series, SqlError> {
        let (fractions, many) = self.fractions.clone().unwrap_or_default();
        let numbers = to_double(&self.lists.values)?;
        let number = |i: &IdxSize| numbers.get(*i as usize).unwrap_or_default();
        let picked: Vec<Vec<IdxSize>> = self
            .lists
            .groups
            .iter()
            .map(|list| {
                let mut sorted = list.clone();
                sorted.sort_by(|a, b| number(a).total_cmp(&number(b)));
                let rank = |fraction: &f64| {
                    let rank = (fraction.clamp(0.0, 1.0) * sorted.len() as f64).ceil() as usize;
                    sorted.get(rank.saturating_sub(1)).copied()
                };
                fractions.iter().filter_map(rank).collect()
            })
            .collect();
        let values = self.lists.values.rechunk();
        if !many {
            let first: IdxCa = picked.iter().map(|p| p.first().copied()).collect();
            return Ok(values.take(&first)?);
        }
        let mut builder = get_list_builder(
            values.dtype(),
            picked.len() * fractions.len(),
            picked.len(),
            PlSmallStr::EMPTY,
        );
        for ranks in picked {
            if ranks.is_empty() {
                builder.append_null();
            } else {
                builder.append_series(&values.take(&IdxCa::from_vec(PlSmallStr::EMPTY, ranks))?)?;
            }
        }
        Ok(builder.finish().into_series())
    }

    fn percentiles(
        &self,
        rank: Rank,
        fractions: &[f64],
    ) -> Result<Vec<Option<Vec<f64>>>, SqlError> {
        let values = to_double(&self.lists.values)?;
        let values: Vec<f64> = values.iter().map(Option::unwrap_or_default).collect();
        Ok(self
            .lists
            .groups
            .iter()
            .map(|list| {
                let mut sorted: Vec<f64> = list
                    .iter()
                    .filter_map(|i| values.get(*i as usize).copied())
                    .collect();
                sorted.sort_by(f64::total_cmp);
                fractions.iter().map(|f| rank.of(&sorted, *f)).collect()
            })
            .collect())
    }
}

fn to_double(values: &Series) -> Result<Float64Chunked, SqlError> {
    Ok(values.cast(&PolarsType::Float64)?.f64()?.clone())
}

/// Linear between the two nearest ranks, as Spark's `Percentile`.
fn percentile(sorted: &[f64], fraction: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = last as f64 * fraction.clamp(0.0, 1.0);
    let low = sorted.get(position.floor() as usize)?;
    let high = sorted.get(position.ceil() as usize)?;
    if low == high {
        return Some(*low);
    }
    Some((position.ceil() - position) * low + (position - position.floor()) * high)
}

fn missing() -> SqlError {
    ExecuteError::Internal {
        what: "An aggregate's argument or buffer is missing",
    }
    .into()
}

impl Accumulator for Collect {
    fn resize(&mut self, groups: usize) {
        self.lists.resize(groups);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = args.first().ok_or_else(missing)?;
        if let (true, None, Some(fraction)) =
            (self.collected.has_fractions(), &self.fractions, args.get(1))
        {
            let many = matches!(fraction.dtype(), PolarsType::List(_));
            let first = fraction.slice(0, 1);
            let first = if many {
                first.list()?.get_as_series(0).unwrap_or_default()
            } else {
                first
            };
            let fractions = to_double(&first)?.iter().flatten().collect();
            self.fractions = Some((fractions, many));
        }
        match non_null_rows(std::slice::from_ref(values)) {
            None => self.push(groups, values),
            Some(valid) => {
                let groups: Vec<IdxSize> = groups
                    .iter()
                    .zip(valid.iter())
                    .filter(|(_, valid)| *valid)
                    .map(|(group, _)| *group)
                    .collect();
                self.push(&groups, &values.drop_nulls())
            }
        }
    }

    fn buffer_types(&self) -> Vec<DataType> {
        let values = DataType::array(self.data_type.clone());
        match self.collected {
            Collected::Percentile(_) | Collected::PercentileApprox => {
                vec![values, DataType::array(DataType::Double), DataType::Boolean]
            }
            _ => vec![values],
        }
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        if let [_, fractions, many] = buffers
            && self.fractions.is_none()
            && let Some(first) = fractions.list()?.get_as_series(0)
        {
            let many = many.bool()?.get(0) == Some(true);
            self.fractions = Some((to_double(&first)?.iter().flatten().collect(), many));
        }
        let (groups, values) = flatten(groups, buffers.first().ok_or_else(missing)?)?;
        self.push(&groups, &values)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        let values = self.lists.arrays()?;
        if !self.collected.has_fractions() {
            return Ok(vec![values]);
        }
        let (fractions, many) = self.fractions.clone().unwrap_or_default();
        let groups = self.lists.groups.len();
        let fractions = Float64Chunked::from_vec(PlSmallStr::EMPTY, fractions)
            .into_series()
            .implode()?
            .into_series()
            .new_from_index(0, groups);
        let many: polars_core::prelude::BooleanChunked = (0..groups).map(|_| Some(many)).collect();
        Ok(vec![values, fractions, many.into_series()])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        match self.collected {
            Collected::List | Collected::Set => self.lists.arrays(),
            Collected::Median => one_of_each(self.percentiles(Rank::default(), &[0.5])?),
            Collected::Percentile(rank) => {
                let (fractions, many) = self.fractions.clone().unwrap_or_default();
                let values = self.percentiles(rank, &fractions)?;
                if !many {
                    return one_of_each(values);
                }
                let mut builder = get_list_builder(
                    &PolarsType::Float64,
                    values.len() * fractions.len(),
                    values.len(),
                    PlSmallStr::EMPTY,
                );
                for value in values {
                    let array = value.map(|v| Float64Chunked::from_vec(PlSmallStr::EMPTY, v));
                    builder.append_opt_series(array.map(IntoSeries::into_series).as_ref())?;
                }
                Ok(builder.finish().into_series())
            }
            Collected::PercentileApprox => self.nearest(),
            Collected::Mode => {
                let keys = KeyRows::encode(
                    std::slice::from_ref(&self.lists.values),
                    self.lists.values.len(),
                )?;
                let (ids, _) = KeyTable::default().insert(&keys);
                let winners: IdxCa = self
                    .lists
                    .groups
                    .iter()
                    .map(|list| most_frequent(list, &ids))
                    .collect();
                Ok(self.lists.values.rechunk().take(&winners)?)
            }
        }
    }
}

/// The first of the values that came most often.
fn most_frequent(list: &[IdxSize], ids: &[IdxSize]) -> Option<IdxSize> {
    let id = |i: &IdxSize| ids.get(*i as usize).copied().unwrap_or_default();
    let mut counts: HashMap<IdxSize, usize> = HashMap::new();
    for i in list {
        *counts.entry(id(i)).or_default() += 1;
    }
    let most = counts.values().max()?;
    list.iter()
        .find(|i| counts.get(&id(i)) == Some(most))
        .copied()
}

fn one_of_each(values: Vec<Option<Vec<f64>>>) -> Result<Series, SqlError> {
    let column: Float64Chunked = values
        .into_iter()
        .map(|v| v.and_then(|v| v.first().copied()))
        .collect();
    Ok(column.into_series())
}

/// 2^9 registers: Spark's default relative error of 5 %.
const PRECISION: u32 = 9;
const REGISTERS: usize = 1 << PRECISION;

/// `approx_count_distinct`: HyperLogLog with linear counting for small counts.
///
/// The estimate differs from Spark's in its last digits, because Spark corrects HLL++'s bias by
/// tables and hashes other bytes.
#[derive(Default)]
pub struct ApproxDistinct {
    registers: Vec<Vec<u8>>,
}

impl Accumulator for ApproxDistinct {
    fn resize(&mut self, groups: usize) {
        self.registers.resize(groups, Vec::new());
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = args.first().ok_or_else(missing)?;
        let keys = KeyRows::encode(std::slice::from_ref(values), values.len())?;
        let valid = non_null_rows(std::slice::from_ref(values));
        for (row, group) in groups.iter().enumerate() {
            let is_null = valid.as_ref().is_some_and(|v| !v.get(row).unwrap_or(false));
            let Some(registers) = self.registers.get_mut(*group as usize).filter(|_| !is_null)
            else {
                continue;
            };
            registers.resize(REGISTERS, 0);
            let hash = stable_hash(keys.get(row));
            let index = (hash >> (64 - PRECISION)) as usize;
            let zeros = ((hash << PRECISION) | (1 << (PRECISION - 1))).leading_zeros() + 1;
            if let Some(register) = registers.get_mut(index) {
                *register = (*register).max(zeros as u8);
            }
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Binary]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let buffers = buffers.first().ok_or_else(missing)?.binary()?;
        for (group, buffer) in groups.iter().zip(buffers) {
            let (Some(buffer), Some(own)) = (buffer, self.registers.get_mut(*group as usize))
            else {
                continue;
            };
            if buffer.len() == REGISTERS {
                own.resize(REGISTERS, 0);
                for (register, other) in own.iter_mut().zip(buffer) {
                    *register = (*register).max(*other);
                }
            }
        }
        Ok(())
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        let registers: polars_core::prelude::BinaryChunked =
            self.registers.iter().map(|r| Some(r.as_slice())).collect();
        Ok(vec![registers.into_series()])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        let counts: Int64Chunked = self.registers.iter().map(|r| Some(estimate(r))).collect();
        Ok(counts.into_series())
    }
}

fn estimate(registers: &[u8]) -> i64 {
    if registers.is_empty() {
        return 0;
    }
    let m = REGISTERS as f64;
    let sum: f64 = registers.iter().map(|r| 0.5f64.powi(i32::from(*r))).sum();
    let raw = 0.7213 / (1.0 + 1.079 / m) * m * m / sum;
    let zeros = registers.iter().filter(|r| **r == 0).count();
    let estimate = if raw <= 2.5 * m && zeros > 0 {
        m * (m / zeros as f64).ln()
    } else {
        raw
    };
    estimate.round() as i64
}

/// FNV-1a with a mixer: the same in every run, because registers are kept as state.
fn stable_hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
