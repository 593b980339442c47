//! `agg(DISTINCT …)`.

use polars_core::prelude::{
    IdxCa, IdxSize, IntoSeries, NewChunkedArray, PlSmallStr, Series, StructChunked,
};

use super::accumulator::Accumulator;
use super::collect::{Lists, flatten};
use crate::sql::SqlError;
use crate::sql::execute::keys::{KeyRows, KeyTable};
use crate::types::{DataType, StructType};

/// Passes each combination of arguments to an accumulator once a group.
///
/// Its buffer is the combinations themselves: those of two parts may be the same.
pub struct Distinct {
    inner: Box<dyn Accumulator>,
    seen: KeyTable,
    lists: Lists,
    tuple: DataType,
    arity: usize,
}

impl Distinct {
    pub fn new(inner: Box<dyn Accumulator>, types: Vec<DataType>) -> Self {
        let arity = types.len();
        let names = (0..arity).map(|i| i.to_string());
        let tuple = DataType::Struct(StructType::of(names.zip(types)));
        Distinct {
            inner,
            seen: KeyTable::default(),
            lists: Lists::new(&tuple),
            tuple,
            arity,
        }
    }
}

impl Accumulator for Distinct {
    fn resize(&mut self, groups: usize) {
        self.inner.resize(groups);
        self.lists.resize(groups);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let mut keys = vec![IdxCa::from_slice(PlSmallStr::EMPTY, groups).into_series()];
        keys.extend(args.iter().cloned());
        let (_, new) = self.seen.insert(&KeyRows::encode(&keys, groups.len())?);
        let of: Vec<IdxSize> = new
            .iter()
            .filter_map(|row| groups.get(*row as usize).copied())
            .collect();
        let new = IdxCa::from_vec(PlSmallStr::EMPTY, new);
        let fresh = args
            .iter()
            .enumerate()
            .map(|(i, arg)| Ok(arg.take(&new)?.with_name(i.to_string().into())))
            .collect::<Result<Vec<_>, SqlError>>()?;
        self.inner.update(&of, &fresh)?;
        if !fresh.is_empty() {
            let tuples = StructChunked::from_series(PlSmallStr::EMPTY, of.len(), fresh.iter())?;
            self.lists.push(&of, &tuples.into_series())?;
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::array(self.tuple.clone())]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let Some(arrays) = buffers.first() else {
            return Ok(());
        };
        let (groups, tuples) = flatten(groups, arrays)?;
        let mut args = tuples.struct_()?.fields_as_series();
        args.truncate(self.arity);
        self.update(&groups, &args)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(vec![self.lists.arrays()?])
    }

    fn finish(&self) -> Result<Series, SqlError> {
        self.inner.finish()
    }
}
