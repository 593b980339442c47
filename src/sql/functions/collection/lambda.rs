//! Child rows: what a lambda is evaluated over.

use polars_core::prelude::*;

use crate::sql::error::SqlError;
use crate::sql::functions::{Call, FunctionError, Lambda};
use crate::types::ListParts;

/// The elements of an array or map argument of every row, one after another.
pub(super) struct Children {
    pub parts: ListParts,
    /// The rows of the batch that the children belong to.
    pub parents: IdxCa,
    /// The children's places in their arrays, from 0.
    pub positions: Vec<usize>,
    /// The children themselves.
    pub values: Series,
}

impl Children {
    /// Lays out an argument's children; a constant argument is repeated for every row.
    pub fn new(call: &Call<'_>, index: usize) -> Result<Self, SqlError> {
        let column = full(call, index)?;
        let parts = ListParts::new(&column)?;
        let mut parents: Vec<IdxSize> = Vec::new();
        let mut positions = Vec::new();
        let mut taken: Vec<IdxSize> = Vec::new();
        for row in 0..parts.len() {
            for (position, at) in parts.range(row).unwrap_or(0..0).enumerate() {
                parents.push(row as IdxSize);
                positions.push(position);
                taken.push(at as IdxSize);
            }
        }
        let taken = IdxCa::from_slice(PlSmallStr::EMPTY, &taken);
        let values = parts.child.take(&taken)?;
        Ok(Children {
            parts,
            parents: IdxCa::from_slice(PlSmallStr::EMPTY, &parents),
            positions,
            values,
        })
    }

    /// The places as a column, for a lambda that asks for them.
    pub fn position_column(&self) -> Series {
        let positions: Vec<i32> = self.positions.iter().map(|p| *p as i32).collect();
        Int32Chunked::from_slice(PlSmallStr::EMPTY, &positions).into_series()
    }

    /// Keys and values of map entries.
    pub fn entries(&self) -> Result<(Series, Series), SqlError> {
        let fields = self.values.struct_()?.fields_as_series();
        match fields.as_slice() {
            [key, value] => Ok((key.clone(), value.clone())),
            _ => Err(FunctionError::UnexpectedColumn {
                function: "map",
                found: self.values.dtype().to_string(),
            }
            .into()),
        }
    }

    /// How many children each row has; `None` where the array is NULL.
    pub fn lengths(&self) -> Vec<Option<usize>> {
        (0..self.parts.len())
            .map(|row| self.parts.range(row).map(|r| r.len()))
            .collect()
    }
}

/// An argument with a value for every row of the batch.
pub(super) fn full(call: &Call<'_>, index: usize) -> Result<Series, SqlError> {
    let column = call.arg(index)?;
    let rows = call.context.rows;
    Ok(if column.len() == 1 && rows != 1 {
        column.new_from_index(0, rows)
    } else {
        column.clone()
    })
}

/// The lambda at a place.
pub(super) fn lambda<'a>(
    lambdas: &[&'a dyn Lambda],
    index: usize,
) -> Result<&'a dyn Lambda, SqlError> {
    lambdas
        .get(index)
        .copied()
        .ok_or_else(|| FunctionError::LambdaNotAccepted.into())
}

/// A lambda's value for every child row, spread out if it is constant.
pub(super) fn evaluate(
    lambda: &dyn Lambda,
    args: &[Series],
    parents: &IdxCa,
) -> Result<Series, SqlError> {
    let args = args.get(..lambda.arity().min(args.len())).unwrap_or(args);
    let value = lambda.evaluate(args, parents)?;
    Ok(if value.len() == 1 && parents.len() != 1 {
        value.new_from_index(0, parents.len())
    } else {
        value
    })
}
