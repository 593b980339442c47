//! The schema of a parquet file: Spark's, and the Arrow one that the file is read with.

use std::sync::Arc;

use arrow::datatypes::{DataType as ArrowType, Field, Fields, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::basic::{ConvertedType, LogicalType, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use crate::types::arrow::stored_name;
use crate::types::{DataType, StructType};

/// The same schema with maps as lists of keys and values, which is how they lie in the file.
///
/// The parquet crate's reader of maps panics on damaged data where that of lists gives an error.
pub(super) fn maps_as_lists(schema: &SchemaDescriptor) -> Result<SchemaDescriptor, ParquetError> {
    let root = without_maps(&schema.root_schema_ptr(), false)?;
    Ok(SchemaDescriptor::new(root))
}

/// `is_entries` says that this is the repeated group of a map.
fn without_maps(node: &TypePtr, is_entries: bool) -> Result<TypePtr, ParquetError> {
    let Type::GroupType { basic_info, fields } = node.as_ref() else {
        return Ok(node.clone());
    };
    let converted = basic_info.converted_type();
    let is_map = !is_entries
        && matches!(converted, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE)
        && matches!(fields.as_slice(), [entries] if entries.is_group());
    let fields = fields
        .iter()
        .map(|f| without_maps(f, is_map))
        .collect::<Result<_, _>>()?;
    let mut group = Type::group_type_builder(basic_info.name()).with_fields(fields);
    group = match (is_map, is_entries) {
        (true, _) => group
            .with_converted_type(ConvertedType::LIST)
            .with_logical_type(Some(LogicalType::List)),
        (false, true) => group,
        (false, false) => group
            .with_converted_type(converted)
            .with_logical_type(basic_info.logical_type_ref().cloned()),
    };
    if basic_info.has_repetition() {
        group = group.with_repetition(basic_info.repetition());
    }
    if basic_info.has_id() {
        group = group.with_id(Some(basic_info.id()));
    }
    Ok(Arc::new(group.build()?))
}

/// The Arrow schema to read with, from the one that the parquet crate infers: strings and bytes
/// as views, INT96 as an instant in microseconds.
///
/// Arrow types and parquet leaves come in the same order, which is how a leaf is found.
pub(super) fn reading_schema(inferred: &Schema, parquet: &SchemaDescriptor) -> Schema {
    let mut leaf = 0;
    Schema::new(reading_fields(inferred.fields(), parquet, &mut leaf))
}

fn reading_fields(fields: &Fields, parquet: &SchemaDescriptor, leaf: &mut usize) -> Fields {
    fields
        .iter()
        .map(|f| reading_field(f, parquet, leaf))
        .collect()
}

fn reading_field(field: &Field, parquet: &SchemaDescriptor, leaf: &mut usize) -> Arc<Field> {
    let mut child = |f: &Arc<Field>| reading_field(f, parquet, leaf);
    let data_type = match field.data_type() {
        ArrowType::List(item) => ArrowType::List(child(item)),
        ArrowType::Map(entries, sorted) => ArrowType::Map(child(entries), *sorted),
        ArrowType::Struct(fields) => ArrowType::Struct(reading_fields(fields, parquet, leaf)),
        atomic => {
            let int96 = *leaf < parquet.num_columns()
                && parquet.column(*leaf).physical_type() == PhysicalType::INT96;
            *leaf += 1;
            match atomic {
                ArrowType::Utf8 => ArrowType::Utf8View,
                ArrowType::Binary => ArrowType::BinaryView,
                ArrowType::Timestamp(_, _) if int96 => {
                    ArrowType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
                }
                other => other.clone(),
            }
        }
    };
    Arc::new(field.clone().with_data_type(data_type))
}

/// The parquet leaves that `wanted` needs, nested parts included; `None` if it needs no column.
pub(super) fn projection(
    reading: &Schema,
    parquet: &SchemaDescriptor,
    wanted: &StructType,
) -> Option<ProjectionMask> {
    let mut leaves = Vec::new();
    let mut next = 0;
    struct_leaves(reading.fields(), wanted, &mut next, &mut leaves);
    (!leaves.is_empty()).then(|| ProjectionMask::leaves(parquet, leaves))
}

fn struct_leaves(fields: &Fields, wanted: &StructType, next: &mut usize, out: &mut Vec<usize>) {
    let chosen: Vec<(usize, &DataType)> = wanted
        .fields
        .iter()
        .filter_map(|f| {
            let name = stored_name(f);
            let lower = name.to_lowercase();
            fields
                .iter()
                .position(|p| p.name() == name)
                .or_else(|| fields.iter().position(|p| p.name().to_lowercase() == lower))
                .map(|i| (i, &f.data_type))
        })
        .collect();
    for (i, field) in fields.iter().enumerate() {
        match chosen.iter().find(|(c, _)| *c == i) {
            Some((_, data_type)) => type_leaves(field.data_type(), data_type, next, out),
            None => *next += leaf_count(field.data_type()),
        }
    }
}

fn type_leaves(found: &ArrowType, wanted: &DataType, next: &mut usize, out: &mut Vec<usize>) {
    match (found, wanted) {
        (ArrowType::Struct(fields), DataType::Struct(s)) => {
            let (first, before) = (*next, out.len());
            struct_leaves(fields, s, next, out);
            if out.len() == before && *next > first {
                // Whether the struct itself is null can be told from any one leaf.
                out.push(first);
            }
        }
        (ArrowType::List(item), DataType::Array { element, .. }) => {
            type_leaves(item.data_type(), element, next, out);
        }
        _ => {
            let count = leaf_count(found);
            out.extend(*next..*next + count);
            *next += count;
        }
    }
}

fn leaf_count(data_type: &ArrowType) -> usize {
    match data_type {
        ArrowType::Struct(fields) => fields.iter().map(|f| leaf_count(f.data_type())).sum(),
        ArrowType::List(item) | ArrowType::Map(item, _) => leaf_count(item.data_type()),
        _ => 1,
    }
}

/// Parquet's physical type for a Spark type, as error messages name it.
pub(super) fn physical_type_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "BOOLEAN",
        DataType::Byte | DataType::Short | DataType::Integer | DataType::Date => "INT32",
        DataType::YearMonthInterval => "INT32",
        DataType::Long
        | DataType::Timestamp
        | DataType::TimestampNtz
        | DataType::DayTimeInterval => "INT64",
        DataType::Float => "FLOAT",
        DataType::Double => "DOUBLE",
        DataType::Decimal { precision, .. } if *precision <= 9 => "INT32",
        DataType::Decimal { precision, .. } if *precision <= 18 => "INT64",
        DataType::Decimal { .. } => "FIXED_LEN_BYTE_ARRAY",
        DataType::String | DataType::Binary => "BINARY",
        DataType::Null => "UNKNOWN",
        DataType::Array { .. } => "LIST",
        DataType::Map { .. } => "MAP",
        DataType::Struct(_) => "group",
    }
}
