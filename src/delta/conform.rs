//! Rows in a table's own shape.

use polars_core::prelude::{IntoSeries, PlSmallStr, Series, StructChunked};

use super::error::DeltaError;
use crate::types::{
    DataType, Frame, FrameError, ListParts, SchemaRef, StructField, StructType, list_from_parts,
    physical_type,
};

/// The frame's columns in the table's order, names and types, at every depth: matched by name
/// without case; NULL where the frame lacks one.
///
/// # Errors
/// [`DeltaError::FailedToMergeFields`] for a column whose type doesn't fit: integers may be
/// narrower, structs may have fewer fields.
pub(super) fn conform(frame: &Frame, schema: &SchemaRef) -> Result<Frame, DeltaError> {
    let columns = conform_fields(frame.columns(), frame.schema(), schema, frame.height())?;
    Ok(Frame::new(schema.clone(), columns, frame.height())?)
}

fn conform_fields(
    columns: &[Series],
    from: &StructType,
    to: &StructType,
    height: usize,
) -> Result<Vec<Series>, DeltaError> {
    to.fields
        .iter()
        .map(|field| {
            let index = from.index_of(&field.name);
            let found = index.and_then(|i| Some((from.fields.get(i)?, columns.get(i)?)));
            let name = PlSmallStr::from_str(&field.name);
            let column = match found {
                Some((ours, column)) => conform_column(column, &ours.data_type, &field.data_type)?
                    .ok_or_else(|| does_not_fit(ours, field))?,
                None => Series::full_null(name.clone(), height, &physical_type(&field.data_type)),
            };
            Ok(column.with_name(name))
        })
        .collect()
}

/// `None` if the types don't fit.
fn conform_column(
    column: &Series,
    from: &DataType,
    to: &DataType,
) -> Result<Option<Series>, DeltaError> {
    use DataType::{Array, Byte, Integer, Map, Null, Short, Struct};
    let wanted = physical_type(to);
    let conformed = match (from, to) {
        // The same, or different only in what may be null and in metadata.
        _ if column.dtype() == &wanted => column.clone(),
        (Null, _) => Series::full_null(PlSmallStr::EMPTY, column.len(), &wanted),
        (Byte, Short | Integer) | (Short, Integer) => {
            column.cast(&wanted).map_err(FrameError::from)?
        }
        (Struct(from), Struct(to)) if !to.is_empty() => {
            let parts = column.struct_().map_err(FrameError::from)?;
            let fields = parts.fields_as_series();
            let fields = conform_fields(&fields, from, to, column.len())?;
            let mut rebuilt =
                StructChunked::from_series(PlSmallStr::EMPTY, column.len(), fields.iter())
                    .map_err(FrameError::from)?;
            rebuilt.zip_outer_validity(parts);
            rebuilt.into_series()
        }
        (Array { element: from, .. }, Array { element: to, .. }) => {
            return conform_list(column, from, to);
        }
        (
            Map {
                key: from_key,
                value: from_value,
                ..
            },
            Map { key, value, .. },
        ) => {
            let entries = |key: &DataType, value: &DataType| {
                Struct(StructType::of([
                    ("key", key.clone()),
                    ("value", value.clone()),
                ]))
            };
            return conform_list(column, &entries(from_key, from_value), &entries(key, value));
        }
        _ => return Ok(None),
    };
    Ok(Some(conformed))
}

fn conform_list(
    column: &Series,
    from: &DataType,
    to: &DataType,
) -> Result<Option<Series>, DeltaError> {
    let parts = ListParts::new(column)?;
    let Some(child) = conform_column(&parts.child, from, to)? else {
        return Ok(None);
    };
    let offsets = parts.offsets.iter().map(|o| *o as i64).collect();
    Ok(Some(list_from_parts("", offsets, &child, parts.validity)?))
}

fn does_not_fit(data: &StructField, table: &StructField) -> DeltaError {
    DeltaError::FailedToMergeFields {
        table_field: table.name.clone(),
        data_field: data.name.clone(),
        table_type: table.data_type.sql(),
        data_type: data.data_type.sql(),
    }
}
