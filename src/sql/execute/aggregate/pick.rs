//! Aggregates that are one of their input's values: min, max, first, last, max_by.

use polars_core::prelude::{
    BooleanChunked, DataType as PolarsType, IdxCa, IdxSize, IntoSeries, PlSmallStr, Series,
};

use super::accumulator::Accumulator;
use crate::sql::SqlError;
use crate::sql::execute::ExecuteError;
use crate::sql::execute::keys::encode_ordered;
use crate::types::{DataType, physical_type};

/// One value a group, of any type. Replaced values stay until a compaction.
struct Slots {
    values: Series,
    at: Vec<Option<IdxSize>>,
}

impl Slots {
    fn new(data_type: &DataType) -> Self {
        Slots {
            values: Series::new_empty(PlSmallStr::EMPTY, &physical_type(data_type)),
            at: Vec::new(),
        }
    }

    /// Gives group `groups[i]` the value `values[rows[i]]`.
    fn set(&mut self, groups: &[IdxSize], values: &Series, rows: &IdxCa) -> Result<(), SqlError> {
        let start = self.values.len() as IdxSize;
        self.values.append(&values.take(rows)?)?;
        for (i, group) in (start..).zip(groups) {
            if let Some(slot) = self.at.get_mut(*group as usize) {
                *slot = Some(i);
            }
        }
        if self.values.len() > 2 * self.at.len() + 1024 {
            self.compact()?;
        }
        Ok(())
    }

    fn compact(&mut self) -> Result<(), SqlError> {
        let kept: Vec<IdxSize> = self.at.iter().flatten().copied().collect();
        self.values = self
            .values
            .take(&IdxCa::from_vec(PlSmallStr::EMPTY, kept))?;
        for (i, slot) in (0..).zip(self.at.iter_mut().flatten()) {
            *slot = i;
        }
        Ok(())
    }

    /// The value of each group, null where there is none.
    fn gather(&self) -> Result<Series, SqlError> {
        let index: IdxCa = self.at.iter().copied().collect();
        Ok(self.values.rechunk().take(&index)?)
    }
}

/// Values that compare as Spark orders their type; NaN is above all numbers.
enum Order {
    Number(Vec<Option<i128>>),
    Bytes(Vec<Option<Box<[u8]>>>),
}

impl Order {
    /// The values of `column`, to compare.
    fn of(column: &Series) -> Result<Order, SqlError> {
        let physical = column.to_physical_repr();
        Ok(match physical.dtype() {
            PolarsType::Int8 | PolarsType::Int16 | PolarsType::Int32 | PolarsType::Int64 => {
                let values = physical.cast(&PolarsType::Int64)?;
                Order::Number(values.i64()?.iter().map(|v| v.map(i128::from)).collect())
            }
            PolarsType::Int128 => Order::Number(physical.i128()?.iter().collect()),
            PolarsType::Decimal(..) => {
                Order::Number(physical.decimal()?.physical().iter().collect())
            }
            PolarsType::Float32 | PolarsType::Float64 => {
                let values = physical.cast(&PolarsType::Float64)?;
                Order::Number(values.f64()?.iter().map(|v| v.map(float_order)).collect())
            }
            _ => {
                let bytes = encode_ordered(std::slice::from_ref(column), &[false], &[false])?;
                let valid = column.is_not_null();
                Order::Bytes(
                    bytes
                        .values_iter()
                        .zip(&valid)
                        .map(|(b, valid)| (valid == Some(true)).then(|| b.into()))
                        .collect(),
                )
            }
        })
    }
}

fn float_order(value: f64) -> i128 {
    let value = if value.is_nan() {
        f64::NAN.abs()
    } else {
        value + 0.0
    };
    let bits = value.to_bits() as i64;
    i128::from(bits ^ (((bits >> 63) as u64) >> 1) as i64)
}

/// Which rows win their group, by an order.
struct Best {
    best: Option<Order>,
    groups: usize,
    max: bool,
}

impl Best {
    fn new(max: bool) -> Self {
        Best {
            best: None,
            groups: 0,
            max,
        }
    }

    fn resize(&mut self, groups: usize) {
        self.groups = groups;
        match &mut self.best {
            Some(Order::Number(best)) => best.resize(groups, None),
            Some(Order::Bytes(best)) => best.resize(groups, None),
            None => {}
        }
    }

    /// The groups with a new best value, and the row that has it. Null never wins.
    fn winners(
        &mut self,
        groups: &[IdxSize],
        by: &Series,
    ) -> Result<(Vec<IdxSize>, IdxCa), SqlError> {
        let order = Order::of(by)?;
        let best = self.best.get_or_insert_with(|| match order {
            Order::Number(_) => Order::Number(vec![None; self.groups]),
            Order::Bytes(_) => Order::Bytes(vec![None; self.groups]),
        });
        match (best, order) {
            (Order::Number(best), Order::Number(values)) => {
                Ok(winners(best, groups, values, self.max))
            }
            (Order::Bytes(best), Order::Bytes(values)) => {
                Ok(winners(best, groups, values, self.max))
            }
            _ => Err(ExecuteError::Internal {
                what: "An aggregate's argument changed its type",
            }
            .into()),
        }
    }
}

fn winners<T: Ord>(
    best: &mut [Option<T>],
    groups: &[IdxSize],
    values: Vec<Option<T>>,
    max: bool,
) -> (Vec<IdxSize>, IdxCa) {
    let mut won = Won::new(best.len());
    for (row, (group, value)) in groups.iter().zip(values).enumerate() {
        let Some(slot) = best.get_mut(*group as usize) else {
            continue;
        };
        let better = match (&value, &*slot) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(value), Some(best)) if max => value > best,
            (Some(value), Some(best)) => value < best,
        };
        if better {
            *slot = value;
            won.set(*group, row as IdxSize);
        }
    }
    won.into_parts()
}

/// The last row that was set for each group.
struct Won {
    row: Vec<IdxSize>,
    touched: Vec<IdxSize>,
}

impl Won {
    fn new(groups: usize) -> Self {
        Won {
            row: vec![IdxSize::MAX; groups],
            touched: Vec::new(),
        }
    }

    fn set(&mut self, group: IdxSize, row: IdxSize) {
        if let Some(slot) = self.row.get_mut(group as usize) {
            if *slot == IdxSize::MAX {
                self.touched.push(group);
            }
            *slot = row;
        }
    }

    fn into_parts(self) -> (Vec<IdxSize>, IdxCa) {
        let rows = self
            .touched
            .iter()
            .filter_map(|g| self.row.get(*g as usize).copied())
            .collect();
        (self.touched, IdxCa::from_vec(PlSmallStr::EMPTY, rows))
    }
}

/// `min`, `max`, `first`, `last`, `any_value`.
pub struct Pick {
    data_type: DataType,
    slots: Slots,
    rule: Rule,
}

enum Rule {
    Best(Best),
    First { ignore_nulls: bool },
    Last { ignore_nulls: bool },
}

impl Pick {
    fn new(data_type: DataType, rule: Rule) -> Self {
        Pick {
            slots: Slots::new(&data_type),
            data_type,
            rule,
        }
    }

    pub fn min(data_type: DataType) -> Self {
        Pick::new(data_type, Rule::Best(Best::new(false)))
    }

    pub fn max(data_type: DataType) -> Self {
        Pick::new(data_type, Rule::Best(Best::new(true)))
    }

    pub fn first(data_type: DataType, ignore_nulls: bool) -> Self {
        Pick::new(data_type, Rule::First { ignore_nulls })
    }

    pub fn last(data_type: DataType, ignore_nulls: bool) -> Self {
        Pick::new(data_type, Rule::Last { ignore_nulls })
    }

    fn take_in(
        &mut self,
        groups: &[IdxSize],
        values: &Series,
        seen: Option<&BooleanChunked>,
    ) -> Result<(), SqlError> {
        let skipped = |row: usize| seen.is_some_and(|s| s.get(row) != Some(true));
        let (touched, rows) = match &mut self.rule {
            Rule::Best(best) => best.winners(groups, values)?,
            Rule::First { ignore_nulls } => {
                let valid = ignore_nulls.then(|| values.is_not_null());
                let mut won = Won::new(self.slots.at.len());
                for (row, group) in groups.iter().enumerate() {
                    let g = *group as usize;
                    let free = self.slots.at.get(g).is_some_and(Option::is_none)
                        && won.row.get(g) == Some(&IdxSize::MAX);
                    let null = valid.as_ref().is_some_and(|v| v.get(row) != Some(true));
                    if free && !null && !skipped(row) {
                        won.set(*group, row as IdxSize);
                    }
                }
                won.into_parts()
            }
            Rule::Last { ignore_nulls } => {
                let valid = ignore_nulls.then(|| values.is_not_null());
                let mut won = Won::new(self.slots.at.len());
                for (row, group) in groups.iter().enumerate() {
                    let null = valid.as_ref().is_some_and(|v| v.get(row) != Some(true));
                    if !null && !skipped(row) {
                        won.set(*group, row as IdxSize);
                    }
                }
                won.into_parts()
            }
        };
        self.slots.set(&touched, values, &rows)
    }
}

fn missing() -> SqlError {
    ExecuteError::Internal {
        what: "An aggregate's argument or buffer is missing",
    }
    .into()
}

impl Accumulator for Pick {
    fn resize(&mut self, groups: usize) {
        self.slots.at.resize(groups, None);
        if let Rule::Best(best) = &mut self.rule {
            best.resize(groups);
        }
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        self.take_in(groups, args.first().ok_or_else(missing)?, None)
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![self.data_type.clone(), DataType::Boolean]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let [values, seen] = buffers else {
            return Err(missing());
        };
        self.take_in(groups, values, Some(seen.bool()?))
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(vec![self.slots.gather()?, seen(&self.slots)])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        self.slots.gather()
    }
}

/// Which groups have a value, be it null.
fn seen(slots: &Slots) -> Series {
    slots
        .at
        .iter()
        .map(|s| Some(s.is_some()))
        .collect::<BooleanChunked>()
        .into_series()
}

/// `max_by(value, by)` and `min_by`.
pub struct PickBy {
    types: [DataType; 2],
    values: Slots,
    by: Slots,
    best: Best,
}

impl PickBy {
    pub fn new(data_type: DataType, by: DataType, max: bool) -> Self {
        PickBy {
            values: Slots::new(&data_type),
            by: Slots::new(&by),
            types: [data_type, by],
            best: Best::new(max),
        }
    }
}

impl Accumulator for PickBy {
    fn resize(&mut self, groups: usize) {
        self.values.at.resize(groups, None);
        self.by.at.resize(groups, None);
        self.best.resize(groups);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let [values, by] = args else {
            return Err(missing());
        };
        let (touched, rows) = self.best.winners(groups, by)?;
        self.values.set(&touched, values, &rows)?;
        self.by.set(&touched, by, &rows)
    }

    fn buffer_types(&self) -> Vec<DataType> {
        self.types.to_vec()
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        self.update(groups, buffers)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(vec![self.values.gather()?, self.by.gather()?])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        self.values.gather()
    }
}
