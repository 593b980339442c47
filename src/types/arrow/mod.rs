//! Spark schemas as Arrow schemas; frames as record batches and back.
//!
//! Polars takes arrow's buffers as they are (`ffi`). What a file holds in another form, such as
//! unsigned integers, dictionaries or nanoseconds, is first converted (`read_as`).

#[cfg(test)]
pub(crate) mod arbitrary;
mod ffi;
mod read_as;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBufferBuilder, LargeListArray, MapArray,
    RecordBatch, RecordBatchOptions, StructArray, new_null_array,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::compute::filter;
use arrow::datatypes::{DataType as ArrowType, Field, Fields, Schema, TimeUnit};
use arrow::error::ArrowError;
use polars_core::prelude::PolarsError;

use super::{DataType, Frame, FrameError, SchemaRef, StructField, StructType, physical_type};
pub use read_as::{ReadAsError, check_read_as};

/// The key of a field's metadata under which Delta keeps the name that the field has in files.
const PHYSICAL_NAME: &str = "delta.columnMapping.physicalName";
/// The key of a field's metadata under which Delta keeps the field's id in files.
const COLUMN_ID: &str = "delta.columnMapping.id";
/// Where arrow's parquet writer looks for a field's id.
const PARQUET_FIELD_ID: &str = "PARQUET:field_id";

/// Arrow data could not become a frame, or a frame Arrow data.
#[derive(Debug, thiserror::Error)]
pub enum ArrowConversionError {
    #[error("[UNSUPPORTED_ARROWTYPE] Unsupported arrow type {found}. SQLSTATE: 0A000")]
    UnsupportedType { found: String },
    #[error(
        "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] Decimal precision {precision} exceeds max precision 38. SQLSTATE: 22003"
    )]
    DecimalPrecision { precision: u8 },
    #[error(transparent)]
    ReadAs(#[from] ReadAsError),
    #[error("Arrow: {0}")]
    Arrow(#[from] ArrowError),
    #[error("Polars: {0}")]
    Polars(#[from] PolarsError),
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// The name that a field has in data files: Delta's physical name where column mapping gave the
/// field one (PROTOCOL.md, "Column Mapping"), else its own.
pub fn stored_name(field: &StructField) -> &str {
    field
        .metadata
        .get(PHYSICAL_NAME)
        .and_then(|v| v.as_str())
        .unwrap_or(&field.name)
}

/// The Arrow schema that files of this schema are written with: strings as views, lists with
/// 64-bit offsets and an item named `element`, maps with `key` and `value`. Every field may be
/// null except a map's key.
pub fn schema_to_arrow(schema: &StructType) -> Schema {
    Schema::new(struct_fields(schema, &file_type))
}

/// The Spark schema of an Arrow schema. Every field may be null, as in Spark's file sources.
///
/// # Errors
/// [`ArrowConversionError::UnsupportedType`] for times, calendar intervals and unions;
/// [`ArrowConversionError::DecimalPrecision`].
pub fn schema_from_arrow(schema: &Schema) -> Result<StructType, ArrowConversionError> {
    fields_from_arrow(schema.fields())
}

/// The Spark type of an Arrow type: unsigned integers widen, dictionaries and run ends are seen
/// through, a timestamp with a zone is a TIMESTAMP, without one a TIMESTAMP_NTZ.
///
/// # Errors
/// As [`schema_from_arrow`].
pub fn type_from_arrow(arrow_type: &ArrowType) -> Result<DataType, ArrowConversionError> {
    let decimal = |precision: u8, scale: i8| match u8::try_from(scale) {
        Ok(scale) if precision <= 38 && scale <= precision => {
            Ok(DataType::decimal(precision, scale))
        }
        // A negative scale: as many zeros before the point.
        Err(_) if precision.saturating_add(scale.unsigned_abs()) <= 38 => Ok(DataType::decimal(
            precision.saturating_add(scale.unsigned_abs()),
            0,
        )),
        _ => Err(ArrowConversionError::DecimalPrecision { precision }),
    };
    Ok(match arrow_type {
        ArrowType::Null => DataType::Null,
        ArrowType::Boolean => DataType::Boolean,
        ArrowType::Int8 => DataType::Byte,
        ArrowType::Int16 | ArrowType::UInt8 => DataType::Short,
        ArrowType::Int32 | ArrowType::UInt16 => DataType::Integer,
        ArrowType::Int64 | ArrowType::UInt32 => DataType::Long,
        ArrowType::UInt64 => DataType::decimal(20, 0),
        ArrowType::Float16 | ArrowType::Float32 => DataType::Float,
        ArrowType::Float64 => DataType::Double,
        ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View => DataType::String,
        ArrowType::Binary
        | ArrowType::LargeBinary
        | ArrowType::BinaryView
        | ArrowType::FixedSizeBinary(_) => DataType::Binary,
        ArrowType::Date32 | ArrowType::Date64 => DataType::Date,
        ArrowType::Timestamp(_, None) => DataType::TimestampNtz,
        ArrowType::Timestamp(_, Some(_)) => DataType::Timestamp,
        ArrowType::Duration(_) => DataType::DayTimeInterval,
        ArrowType::Decimal32(p, s)
        | ArrowType::Decimal64(p, s)
        | ArrowType::Decimal128(p, s)
        | ArrowType::Decimal256(p, s) => decimal(*p, *s)?,
        ArrowType::Dictionary(_, value) => type_from_arrow(value)?,
        ArrowType::RunEndEncoded(_, value) => type_from_arrow(value.data_type())?,
        ArrowType::List(item)
        | ArrowType::LargeList(item)
        | ArrowType::FixedSizeList(item, _)
        | ArrowType::ListView(item)
        | ArrowType::LargeListView(item) => DataType::array(type_from_arrow(item.data_type())?),
        ArrowType::Struct(fields) => DataType::Struct(fields_from_arrow(fields)?),
        ArrowType::Map(entries, _) => match entries.data_type() {
            ArrowType::Struct(fields) => match fields.as_ref() {
                [key, value] => DataType::map(
                    type_from_arrow(key.data_type())?,
                    type_from_arrow(value.data_type())?,
                ),
                _ => return Err(unsupported(arrow_type)),
            },
            _ => return Err(unsupported(arrow_type)),
        },
        ArrowType::Time32(_)
        | ArrowType::Time64(_)
        | ArrowType::Interval(_)
        | ArrowType::Union(_, _) => return Err(unsupported(arrow_type)),
    })
}

impl Frame {
    /// Reads a record batch under a schema, by name without case: a column that the batch lacks
    /// is NULL, one that it holds in a narrower type is widened (`check_read_as` has the rules).
    ///
    /// # Errors
    /// [`ArrowConversionError::ReadAs`] where a column can't be read in its field's type.
    pub fn from_arrow(
        batch: &RecordBatch,
        schema: &SchemaRef,
    ) -> Result<Frame, ArrowConversionError> {
        let rows = batch.num_rows();
        let batch_schema = batch.schema();
        let mut columns = Vec::with_capacity(schema.len());
        for field in &schema.fields {
            let array = match read_as::find(batch_schema.fields(), stored_name(field)) {
                Some(i) => read_as::read_as(batch.column(i), &field.data_type)
                    .map_err(|e| e.in_column(&field.name))?,
                None => new_null_array(&memory_type(&field.data_type), rows),
            };
            let physical = physical_type(&field.data_type);
            columns.push(ffi::to_polars(&field.name, &array, &physical)?);
        }
        Ok(Frame::new(schema.clone(), columns, rows)?)
    }

    /// Takes arrow arrays that already have the types of [`memory_type`].
    pub(crate) fn from_arrow_columns(
        arrays: &[ArrayRef],
        schema: &SchemaRef,
        height: usize,
    ) -> Result<Frame, ArrowConversionError> {
        let mut columns = Vec::with_capacity(arrays.len());
        for (field, array) in schema.fields.iter().zip(arrays) {
            let physical = physical_type(&field.data_type);
            columns.push(ffi::to_polars(&field.name, array, &physical)?);
        }
        Ok(Frame::new(schema.clone(), columns, height)?)
    }

    /// The rows as a record batch with the schema of [`schema_to_arrow`].
    ///
    /// # Errors
    /// If a map's key is NULL.
    pub fn to_arrow(&self) -> Result<RecordBatch, ArrowConversionError> {
        let schema = Arc::new(schema_to_arrow(self.schema()));
        let mut arrays = Vec::with_capacity(self.columns().len());
        for (field, column) in self.schema().fields.iter().zip(self.columns()) {
            let array = ffi::from_polars(column, memory_type(&field.data_type))?;
            arrays.push(to_file_form(&array, &field.data_type)?);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(self.height()));
        Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
    }
}

fn unsupported(arrow_type: &ArrowType) -> ArrowConversionError {
    ArrowConversionError::UnsupportedType {
        found: arrow_type.to_string(),
    }
}

fn fields_from_arrow(fields: &Fields) -> Result<StructType, ArrowConversionError> {
    let fields = fields
        .iter()
        .map(|f| {
            Ok(StructField::new(
                f.name().as_str(),
                type_from_arrow(f.data_type())?,
            ))
        })
        .collect::<Result<_, ArrowConversionError>>()?;
    Ok(StructType::new(fields))
}

/// The Arrow type in which Polars holds a Spark type: that of [`physical_type`].
pub(crate) fn memory_type(data_type: &DataType) -> ArrowType {
    match data_type {
        DataType::Map { key, value, .. } => ArrowType::LargeList(Arc::new(Field::new(
            "element",
            entries_type(key, value),
            true,
        ))),
        DataType::Struct(s) if s.is_empty() => ArrowType::Struct(Fields::from(vec![Field::new(
            "__empty",
            ArrowType::Null,
            true,
        )])),
        other => arrow_type(other, &memory_type),
    }
}

/// The Arrow type in which a Spark type is written to files: maps are maps.
fn file_type(data_type: &DataType) -> ArrowType {
    match data_type {
        DataType::Map { key, value, .. } => {
            let entries = ArrowType::Struct(Fields::from(vec![
                Field::new("key", file_type(key), false),
                Field::new("value", file_type(value), true),
            ]));
            ArrowType::Map(Arc::new(Field::new("key_value", entries, false)), false)
        }
        other => arrow_type(other, &file_type),
    }
}

fn entries_type(key: &DataType, value: &DataType) -> ArrowType {
    ArrowType::Struct(Fields::from(vec![
        Field::new("key", memory_type(key), true),
        Field::new("value", memory_type(value), true),
    ]))
}

/// What [`memory_type`] and [`file_type`] share; `nested` is the one that asks.
fn arrow_type(data_type: &DataType, nested: &dyn Fn(&DataType) -> ArrowType) -> ArrowType {
    match data_type {
        DataType::Null => ArrowType::Null,
        DataType::Boolean => ArrowType::Boolean,
        DataType::Byte => ArrowType::Int8,
        DataType::Short => ArrowType::Int16,
        DataType::Integer | DataType::YearMonthInterval => ArrowType::Int32,
        DataType::Long => ArrowType::Int64,
        DataType::Float => ArrowType::Float32,
        DataType::Double => ArrowType::Float64,
        DataType::Decimal { precision, scale } => {
            ArrowType::Decimal128(*precision, i8::try_from(*scale).unwrap_or(38))
        }
        DataType::String => ArrowType::Utf8View,
        DataType::Binary => ArrowType::BinaryView,
        DataType::Date => ArrowType::Date32,
        DataType::Timestamp => ArrowType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::TimestampNtz => ArrowType::Timestamp(TimeUnit::Microsecond, None),
        DataType::DayTimeInterval => ArrowType::Duration(TimeUnit::Microsecond),
        DataType::Array { element, .. } => {
            ArrowType::LargeList(Arc::new(Field::new("element", nested(element), true)))
        }
        DataType::Map { .. } => nested(data_type),
        DataType::Struct(s) => ArrowType::Struct(struct_fields(s, nested)),
    }
}

fn struct_fields(schema: &StructType, nested: &dyn Fn(&DataType) -> ArrowType) -> Fields {
    schema
        .fields
        .iter()
        .map(|f| {
            let field = Field::new(stored_name(f), nested(&f.data_type), true);
            match f.metadata.get(COLUMN_ID).and_then(|v| v.as_i64()) {
                Some(id) => field.with_metadata([(PARQUET_FIELD_ID.to_string(), id.to_string())]),
                None => field,
            }
        })
        .collect()
}

/// From the form that `ffi` gives to that of [`file_type`].
fn to_file_form(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    Ok(match data_type {
        DataType::Null => new_null_array(&ArrowType::Null, array.len()),
        DataType::Array { element, .. } => {
            let list = array.as_list::<i64>();
            let field = Arc::new(Field::new("element", file_type(element), true));
            Arc::new(LargeListArray::try_new(
                field,
                list.offsets().clone(),
                to_file_form(list.values(), element)?,
                list.nulls().cloned(),
            )?)
        }
        DataType::Map { key, value, .. } => {
            let list = without_hidden_entries(array.as_list::<i64>())?;
            let ArrowType::Map(entries_field, _) = file_type(data_type) else {
                return Ok(array.clone());
            };
            let ArrowType::Struct(fields) = entries_field.data_type().clone() else {
                return Ok(array.clone());
            };
            let entries = list.values().as_struct();
            let columns = entries
                .columns()
                .iter()
                .zip([key, value])
                .map(|(column, data_type)| to_file_form(column, data_type))
                .collect::<Result<_, _>>()?;
            let offsets = list
                .offsets()
                .iter()
                .map(|o| i32::try_from(*o))
                .collect::<Result<Vec<i32>, _>>()
                .map_err(|_| ArrowError::OffsetOverflowError(entries.len()))?;
            Arc::new(MapArray::try_new(
                entries_field,
                OffsetBuffer::new(ScalarBuffer::from(offsets)),
                StructArray::try_new(fields, columns, None)?,
                list.nulls().cloned(),
                false,
            )?)
        }
        DataType::Struct(s) => {
            let parts = array.as_struct();
            let columns: Vec<ArrayRef> = parts
                .columns()
                .iter()
                .zip(&s.fields)
                .map(|(column, field)| to_file_form(column, &field.data_type))
                .collect::<Result<_, _>>()?;
            Arc::new(StructArray::try_new_with_length(
                struct_fields(s, &file_type),
                columns,
                parts.nulls().cloned(),
                parts.len(),
            )?)
        }
        _ => array.clone(),
    })
}

/// A list without the entries that belong to no row or to a null one. Polars may leave some there,
/// all null; a map's key can't be.
fn without_hidden_entries(list: &LargeListArray) -> Result<LargeListArray, ArrowError> {
    let ArrowType::LargeList(field) = list.data_type() else {
        return Ok(list.clone());
    };
    let all = list.values().len();
    let mut visible = BooleanBufferBuilder::new(all);
    visible.append_n(list.offsets().first() as usize, false);
    let mut offsets = vec![0i64];
    let mut kept = 0;
    let starts = list.offsets().iter().zip(list.offsets().iter().skip(1));
    for (row, (start, end)) in starts.enumerate() {
        let length = end - start;
        visible.append_n(length as usize, list.is_valid(row));
        kept += if list.is_valid(row) { length } else { 0 };
        offsets.push(kept);
    }
    visible.append_n(all - visible.len(), false);
    if kept as usize == all {
        return Ok(list.clone());
    }
    let values = filter(list.values(), &BooleanArray::new(visible.finish(), None))?;
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    LargeListArray::try_new(field.clone(), offsets, values, list.nulls().cloned())
}
