//! Reading an Arrow array in a Spark type: what a file holds, in the form that Polars holds.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, LargeListArray, NullArray, OffsetSizeTrait,
    PrimitiveArray, StructArray, TimestampMicrosecondArray, new_null_array,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::compute::{CastOptions, can_cast_types, cast_with_options};
use arrow::datatypes::{
    DataType as ArrowType, Field, Fields, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};

use super::{ArrowConversionError, memory_type, stored_name, struct_fields, type_from_arrow};
use crate::types::{DataType, StructType};

/// A column can't be read in the type that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "Data type mismatches when reading column [{column}]. Expected Spark type {expected}, actual type {found}."
)]
pub struct ReadAsError {
    /// The column's name, with dots before the names of its parts.
    pub column: String,
    pub expected: DataType,
    pub found: DataType,
}

impl ReadAsError {
    fn new(found: &DataType, expected: &DataType) -> Self {
        ReadAsError {
            column: String::new(),
            expected: expected.clone(),
            found: found.clone(),
        }
    }

    fn inside(mut self, part: &str) -> Self {
        self.column = match self.column.is_empty() {
            true => part.into(),
            false => format!("{part}.{}", self.column),
        };
        self
    }
}

impl ArrowConversionError {
    pub(super) fn in_column(self, name: &str) -> Self {
        match self {
            ArrowConversionError::ReadAs(e) => ArrowConversionError::ReadAs(e.inside(name)),
            other => other,
        }
    }
}

/// Whether a file's column of type `found` can be read as `wanted`: the same type, or one that
/// holds every value of it. Structs are matched by name.
///
/// Source: Spark 4.0's `ParquetVectorUpdaterFactory`.
pub fn check_read_as(found: &DataType, wanted: &DataType) -> Result<(), ReadAsError> {
    use DataType as D;
    match (found, wanted) {
        (D::Array { element: a, .. }, D::Array { element: b, .. }) => {
            check_read_as(a, b).map_err(|e| e.inside("element"))
        }
        (
            D::Map {
                key: ak, value: av, ..
            },
            D::Map {
                key: bk, value: bv, ..
            },
        ) => {
            check_read_as(ak, bk).map_err(|e| e.inside("key"))?;
            check_read_as(av, bv).map_err(|e| e.inside("value"))
        }
        (D::Struct(a), D::Struct(b)) => check_fields(a, b),
        _ if atomic_readable(found, wanted) => Ok(()),
        _ => Err(ReadAsError::new(found, wanted)),
    }
}

fn check_fields(found: &StructType, wanted: &StructType) -> Result<(), ReadAsError> {
    for field in &wanted.fields {
        if let Some(in_file) = found.field(stored_name(field)) {
            check_read_as(&in_file.data_type, &field.data_type)
                .map_err(|e| e.inside(&field.name))?;
        }
    }
    Ok(())
}

fn atomic_readable(found: &DataType, wanted: &DataType) -> bool {
    use DataType as D;
    match (found, wanted) {
        (a, b) if a == b => true,
        (D::Null, _) => true,
        // One parquet type, INT32, holds all three; writers differ in whether they annotate it.
        (D::Byte | D::Short | D::Integer, D::Byte | D::Short | D::Integer) => true,
        (D::Byte | D::Short | D::Integer, D::Long | D::Double) => true,
        (D::Integer, D::YearMonthInterval) | (D::Long, D::DayTimeInterval) => true,
        (D::Byte | D::Short | D::Integer, D::Decimal { precision, scale }) => {
            precision - scale >= 10
        }
        (D::Long, D::Decimal { precision, scale }) => precision - scale >= 19,
        (D::Float, D::Double) => true,
        (D::Date, D::TimestampNtz) | (D::TimestampNtz, D::Timestamp) => true,
        (D::String, D::Binary) | (D::Binary, D::String) => true,
        (
            D::Decimal {
                precision: p,
                scale: s,
            },
            D::Decimal { precision, scale },
        ) => scale >= s && precision - scale >= p - s,
        _ => false,
    }
}

/// The position of the field `name`; without case if none has it exactly.
pub(super) fn find(fields: &Fields, name: &str) -> Option<usize> {
    fields.iter().position(|f| f.name() == name).or_else(|| {
        let lower = name.to_lowercase();
        fields.iter().position(|f| f.name().to_lowercase() == lower)
    })
}

/// The array in the form of [`memory_type`].
pub(super) fn read_as(
    array: &ArrayRef,
    wanted: &DataType,
) -> Result<ArrayRef, ArrowConversionError> {
    match (array.data_type(), wanted) {
        (ArrowType::Null, _) => Ok(new_null_array(&memory_type(wanted), array.len())),
        (ArrowType::Dictionary(_, value), _) => {
            let plain = cast(array, value)?;
            read_as(&plain, wanted)
        }
        (ArrowType::RunEndEncoded(_, value), _) => {
            let plain = cast(array, value.data_type())?;
            read_as(&plain, wanted)
        }
        (ArrowType::List(_), DataType::Array { element, .. }) => {
            let list = array.as_list::<i32>();
            large_list(
                list.offsets(),
                read_as(list.values(), element).map_err(|e| e.in_column("element"))?,
                list.nulls().cloned(),
            )
        }
        (ArrowType::LargeList(_), DataType::Array { element, .. }) => {
            let list = array.as_list::<i64>();
            large_list(
                list.offsets(),
                read_as(list.values(), element).map_err(|e| e.in_column("element"))?,
                list.nulls().cloned(),
            )
        }
        (
            ArrowType::FixedSizeList(item, _)
            | ArrowType::ListView(item)
            | ArrowType::LargeListView(item),
            DataType::Array { .. },
        ) => {
            let list = cast(array, &ArrowType::LargeList(item.clone()))?;
            read_as(&list, wanted)
        }
        (ArrowType::Map(_, _), DataType::Map { key, value, .. }) => {
            let map = array.as_map();
            let entries = read_entries(map.entries(), key, value)?;
            large_list(map.offsets(), entries, map.nulls().cloned())
        }
        // Parquet files are read with their maps as lists.
        (ArrowType::List(item), DataType::Map { key, value, .. })
            if matches!(item.data_type(), ArrowType::Struct(_)) =>
        {
            let list = array.as_list::<i32>();
            let entries = read_entries(list.values().as_struct(), key, value)?;
            large_list(list.offsets(), entries, list.nulls().cloned())
        }
        (ArrowType::Struct(_), DataType::Struct(s)) => read_struct(array.as_struct(), s),
        _ => read_atomic(array, wanted),
    }
}

/// The entries of a map: its first field is the key, its second the value.
fn read_entries(
    entries: &StructArray,
    key: &DataType,
    value: &DataType,
) -> Result<ArrayRef, ArrowConversionError> {
    let [keys, values] = entries.columns() else {
        let found = type_from_arrow(entries.data_type())?;
        let wanted = DataType::map(key.clone(), value.clone());
        return Err(ReadAsError::new(&found, &wanted).into());
    };
    let keys = read_as(keys, key).map_err(|e| e.in_column("key"))?;
    let values = read_as(values, value).map_err(|e| e.in_column("value"))?;
    let fields = Fields::from(vec![
        Field::new("key", keys.data_type().clone(), true),
        Field::new("value", values.data_type().clone(), true),
    ]);
    Ok(Arc::new(StructArray::try_new(
        fields,
        vec![keys, values],
        None,
    )?))
}

fn read_struct(array: &StructArray, wanted: &StructType) -> Result<ArrayRef, ArrowConversionError> {
    if wanted.is_empty() {
        let fields = Fields::from(vec![Field::new("__empty", ArrowType::Null, true)]);
        let nothing: ArrayRef = Arc::new(NullArray::new(array.len()));
        let nulls = array.nulls().cloned();
        return Ok(Arc::new(StructArray::try_new(
            fields,
            vec![nothing],
            nulls,
        )?));
    }
    let columns = wanted
        .fields
        .iter()
        .map(|f| match find(array.fields(), stored_name(f)) {
            Some(i) => read_as(array.column(i), &f.data_type).map_err(|e| e.in_column(&f.name)),
            None => Ok(new_null_array(&memory_type(&f.data_type), array.len())),
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(StructArray::try_new(
        struct_fields(wanted, &memory_type),
        columns,
        array.nulls().cloned(),
    )?))
}

fn large_list<O: OffsetSizeTrait>(
    offsets: &OffsetBuffer<O>,
    values: ArrayRef,
    nulls: Option<arrow::buffer::NullBuffer>,
) -> Result<ArrayRef, ArrowConversionError> {
    let offsets: Vec<i64> = offsets.iter().map(|o| o.as_usize() as i64).collect();
    let field = Arc::new(Field::new("element", values.data_type().clone(), true));
    Ok(Arc::new(LargeListArray::try_new(
        field,
        OffsetBuffer::new(ScalarBuffer::from(offsets)),
        values,
        nulls,
    )?))
}

fn read_atomic(array: &ArrayRef, wanted: &DataType) -> Result<ArrayRef, ArrowConversionError> {
    let target = memory_type(wanted);
    if array.data_type() == &target {
        return Ok(array.clone());
    }
    let found = type_from_arrow(array.data_type())?;
    if !atomic_readable(&found, wanted) {
        return Err(ReadAsError::new(&found, wanted).into());
    }
    match (array.data_type(), wanted) {
        (ArrowType::Timestamp(unit, _), DataType::Timestamp | DataType::TimestampNtz) => {
            let micros = micros(array, *unit);
            let zone = (wanted == &DataType::Timestamp).then_some("UTC");
            Ok(Arc::new(micros.with_timezone_opt(zone)))
        }
        (ArrowType::Int64, DataType::DayTimeInterval) => {
            let values = array.as_primitive::<arrow::datatypes::Int64Type>();
            Ok(Arc::new(
                values.reinterpret_cast::<arrow::datatypes::DurationMicrosecondType>(),
            ))
        }
        _ => cast(array, &target),
    }
}

/// Any timestamp in microseconds: finer ones are rounded down, as Spark does; what lies beyond
/// 64 bits is NULL.
fn micros(array: &ArrayRef, unit: TimeUnit) -> TimestampMicrosecondArray {
    match unit {
        TimeUnit::Second => scale_up::<TimestampSecondType>(array, 1_000_000),
        TimeUnit::Millisecond => scale_up::<TimestampMillisecondType>(array, 1000),
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().clone(),
        TimeUnit::Nanosecond => array
            .as_primitive::<TimestampNanosecondType>()
            .unary::<_, TimestampMicrosecondType>(|v| v.div_euclid(1000)),
    }
}

fn scale_up<T: ArrowPrimitiveType<Native = i64>>(
    array: &ArrayRef,
    factor: i64,
) -> TimestampMicrosecondArray {
    let values: &PrimitiveArray<T> = array.as_primitive();
    values.unary_opt::<_, TimestampMicrosecondType>(|v| v.checked_mul(factor))
}

/// Casts, through plain binary where there is no direct way; a value that doesn't fit is NULL.
fn cast(array: &ArrayRef, target: &ArrowType) -> Result<ArrayRef, ArrowConversionError> {
    let options = CastOptions {
        safe: true,
        ..CastOptions::default()
    };
    if !can_cast_types(array.data_type(), target)
        && can_cast_types(array.data_type(), &ArrowType::Binary)
    {
        let binary = cast_with_options(array, &ArrowType::Binary, &options)?;
        return Ok(cast_with_options(&binary, target, &options)?);
    }
    Ok(cast_with_options(array, target, &options)?)
}
