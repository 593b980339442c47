//! `listagg`: texts one behind the other, in an order of their own.

use polars_core::prelude::{
    BinaryChunked, DataType as PolarsType, IdxCa, IdxSize, IntoSeries, NewChunkedArray, PlSmallStr,
    Series, StringChunked,
};

use super::accumulator::{Accumulator, is_true};
use super::collect::{Lists, flatten};
use super::numeric::argument;
use crate::sql::SqlError;
use crate::sql::execute::ExecuteError;
use crate::sql::execute::keys::{encode_ordered, non_null_rows};
use crate::sql::plan::{Expr, ExprKind};
use crate::types::{DataType, Value};

/// The values of each group, and beside each its keys in the order.
pub struct ListAgg {
    delimiter: Vec<u8>,
    /// The value's type, then the keys'.
    types: Vec<DataType>,
    /// Where the columns of `types` stand among the arguments.
    places: Vec<usize>,
    descending: Vec<bool>,
    nulls_last: Vec<bool>,
    columns: Vec<Lists>,
}

impl ListAgg {
    /// Of a value, a delimiter, and of each key: the key, whether it descends, whether NULLs come first.
    ///
    /// # Errors
    /// If there is no value.
    pub fn new(args: &[Expr]) -> Result<Self, SqlError> {
        let value = args.first().ok_or(ExecuteError::Internal {
            what: "An aggregate has no argument",
        })?;
        let delimiter = match args.get(1).map(|a| &a.kind) {
            Some(ExprKind::Literal(Value::String(text))) => text.as_bytes().to_vec(),
            Some(ExprKind::Literal(Value::Binary(bytes))) => bytes.to_vec(),
            _ => Vec::new(),
        };
        let mut list = ListAgg {
            delimiter,
            types: vec![value.data_type.clone()],
            places: vec![0],
            descending: Vec::new(),
            nulls_last: Vec::new(),
            columns: Vec::new(),
        };
        let keys = args.iter().enumerate().skip(2).step_by(3);
        for (place, key) in keys {
            list.types.push(key.data_type.clone());
            list.places.push(place);
            list.descending.push(is_true(args.get(place + 1)));
            list.nulls_last.push(!is_true(args.get(place + 2)));
        }
        list.columns = list.types.iter().map(Lists::new).collect();
        Ok(list)
    }

    /// Each group's values as bytes, in order.
    fn ordered(&self) -> Result<Vec<Option<Vec<u8>>>, SqlError> {
        let Some((values, keys)) = self.columns.split_first() else {
            return Ok(Vec::new());
        };
        let bytes = values.values().rechunk().cast(&PolarsType::Binary)?;
        let bytes = bytes.binary()?;
        let keys: Vec<Series> = keys.iter().map(|k| k.values().rechunk()).collect();
        let encoded = match keys.is_empty() || bytes.is_empty() {
            true => None,
            false => Some(encode_ordered(&keys, &self.descending, &self.nulls_last)?),
        };
        let joined = values.groups().iter().map(|group| {
            let mut rows = group.clone();
            if let Some(keys) = &encoded {
                rows.sort_by(|a, b| keys.value(*a as usize).cmp(keys.value(*b as usize)));
            }
            let parts: Vec<&[u8]> = rows.iter().filter_map(|r| bytes.get(*r as usize)).collect();
            (!parts.is_empty()).then(|| parts.join(self.delimiter.as_slice()))
        });
        Ok(joined.collect())
    }
}

impl Accumulator for ListAgg {
    fn resize(&mut self, groups: usize) {
        self.columns.iter_mut().for_each(|c| c.resize(groups));
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let value = argument(args, 0)?;
        let kept = non_null_rows(std::slice::from_ref(value)).map(|valid| {
            let rows = valid.iter().enumerate().filter(|(_, is_there)| *is_there);
            rows.map(|(row, _)| row as IdxSize).collect::<Vec<_>>()
        });
        let groups = match &kept {
            None => groups.to_vec(),
            Some(rows) => rows
                .iter()
                .filter_map(|row| groups.get(*row as usize).copied())
                .collect(),
        };
        let kept = kept.map(|rows| IdxCa::from_vec(PlSmallStr::EMPTY, rows));
        for (column, place) in self.columns.iter_mut().zip(&self.places) {
            let values = argument(args, *place)?;
            match &kept {
                None => column.push(&groups, values)?,
                Some(rows) => column.push(&groups, &values.take(rows)?)?,
            }
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        self.types.iter().cloned().map(DataType::array).collect()
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        for (column, arrays) in self.columns.iter_mut().zip(buffers) {
            let (of, values) = flatten(groups, arrays)?;
            column.push(&of, &values)?;
        }
        Ok(())
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        self.columns.iter().map(Lists::arrays).collect()
    }

    fn finish(&self) -> Result<Series, SqlError> {
        let joined = self.ordered()?;
        if self.types.first() == Some(&DataType::Binary) {
            let column = BinaryChunked::from_iter_options(PlSmallStr::EMPTY, joined.into_iter());
            return Ok(column.into_series());
        }
        let texts = joined
            .into_iter()
            .map(|bytes| bytes.and_then(|bytes| String::from_utf8(bytes).ok()));
        Ok(StringChunked::from_iter_options(PlSmallStr::EMPTY, texts).into_series())
    }
}
