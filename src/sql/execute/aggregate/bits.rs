//! `bit_and`, `bit_or`, `bit_xor`.

use polars_core::prelude::{DataType as PolarsType, IdxSize, Int64Chunked, IntoSeries, Series};

use super::accumulator::Accumulator;
use super::numeric::argument;
use crate::sql::SqlError;
use crate::sql::functions::AggregateKind;
use crate::types::{DataType, physical_type};

/// The bits of each group's values that aren't NULL.
pub struct Bits {
    kind: AggregateKind,
    data_type: DataType,
    groups: Vec<Option<i64>>,
}

impl Bits {
    pub fn new(kind: AggregateKind, data_type: DataType) -> Self {
        Bits {
            kind,
            data_type,
            groups: Vec::new(),
        }
    }

    fn column(&self) -> Result<Series, SqlError> {
        let column: Int64Chunked = self.groups.iter().copied().collect();
        Ok(column.into_series().cast(&physical_type(&self.data_type))?)
    }
}

impl Accumulator for Bits {
    fn resize(&mut self, groups: usize) {
        self.groups.resize(groups, None);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = argument(args, 0)?.cast(&PolarsType::Int64)?;
        for (group, value) in groups.iter().zip(values.i64()?) {
            let own = self.groups.get_mut(*group as usize);
            if let (Some(own), Some(value)) = (own, value) {
                *own = Some(match (*own, self.kind) {
                    (None, _) => value,
                    (Some(bits), AggregateKind::BitAnd) => bits & value,
                    (Some(bits), AggregateKind::BitOr) => bits | value,
                    (Some(bits), _) => bits ^ value,
                });
            }
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![self.data_type.clone()]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        self.update(groups, buffers)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(vec![self.column()?])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        self.column()
    }
}
