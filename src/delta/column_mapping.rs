//! Column mapping in name mode: a column keeps a physical name in the files, so that its logical
//! name may be anything. Delta PROTOCOL.md, "Column Mapping".

use std::sync::Arc;

use serde_json::Value;

use super::actions::Properties;
use super::error::DeltaError;
use super::properties::COLUMN_MAPPING_MODE;
use crate::env::Env;
use crate::types::{DataType, SchemaRef, StructField, StructType};

const MODE: &str = COLUMN_MAPPING_MODE.name;
const MAX_COLUMN_ID: &str = "delta.columnMapping.maxColumnId";
const ID: &str = "delta.columnMapping.id";
const PHYSICAL_NAME: &str = "delta.columnMapping.physicalName";

/// How a table's columns find their data in the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnMappingMode {
    /// By logical name.
    None,
    /// By the field's physical name.
    Name,
}

impl ColumnMappingMode {
    /// The mode that a table's properties say.
    ///
    /// # Errors
    /// [`DeltaError::UnsupportedColumnMappingMode`] for `id`, which finds columns by parquet's
    /// field ids, and for anything unknown.
    pub fn of(configuration: &Properties) -> Result<Self, DeltaError> {
        match configuration.get(MODE).map(String::as_str) {
            None | Some("none") => Ok(ColumnMappingMode::None),
            Some("name") => Ok(ColumnMappingMode::Name),
            Some(mode) => Err(DeltaError::UnsupportedColumnMappingMode { mode: mode.into() }),
        }
    }
}

/// The name of a field in data files, partition values and statistics.
pub fn physical_name(field: &StructField, mode: ColumnMappingMode) -> &str {
    match mode {
        ColumnMappingMode::None => &field.name,
        ColumnMappingMode::Name => field
            .metadata
            .get(PHYSICAL_NAME)
            .and_then(Value::as_str)
            .unwrap_or(&field.name),
    }
}

/// The schema under physical names, nested fields included.
pub fn physical_schema(schema: &SchemaRef, mode: ColumnMappingMode) -> SchemaRef {
    match mode {
        ColumnMappingMode::None => schema.clone(),
        ColumnMappingMode::Name => Arc::new(map_fields(schema, &mut |field| StructField {
            name: physical_name(field, mode).to_owned(),
            ..field.clone()
        })),
    }
}

/// Turns name mode on in `configuration`.
pub(super) fn enable(configuration: &mut Properties) {
    configuration.insert(MODE.into(), "name".into());
}

/// Gives each field that has none an id and a physical name, and records the highest id.
pub(super) fn assign(schema: &StructType, configuration: &mut Properties, env: &Env) -> StructType {
    let recorded = configuration
        .get(MAX_COLUMN_ID)
        .and_then(|text| text.parse::<i64>().ok())
        .unwrap_or(0);
    let mut max_id = recorded.max(highest_id(schema));
    let mapped = map_fields(schema, &mut |field| {
        let mut metadata = field.metadata.clone();
        if metadata.get(ID).and_then(Value::as_i64).is_none() {
            max_id = max_id.saturating_add(1);
            metadata = metadata.with(ID, Value::from(max_id));
        }
        if metadata.get(PHYSICAL_NAME).is_none() {
            let name = format!("col-{}", env.new_uuid());
            metadata = metadata.with(PHYSICAL_NAME, Value::from(name));
        }
        StructField {
            metadata,
            ..field.clone()
        }
    });
    configuration.insert(MAX_COLUMN_ID.into(), max_id.to_string());
    mapped
}

/// Gives each field its name as its physical one: its data is there already.
pub(super) fn keep_names(schema: &StructType) -> StructType {
    map_fields(schema, &mut |field| StructField {
        metadata: field
            .metadata
            .with(PHYSICAL_NAME, Value::from(field.name.as_str())),
        ..field.clone()
    })
}

/// The same schema without what column mapping put there: for a table made from another's data.
pub(super) fn strip(schema: &StructType) -> StructType {
    map_fields(schema, &mut |field| {
        if field.metadata.get(ID).is_none() && field.metadata.get(PHYSICAL_NAME).is_none() {
            return field.clone();
        }
        let mut metadata = field.metadata.to_map();
        metadata.shift_remove(ID);
        metadata.shift_remove(PHYSICAL_NAME);
        StructField {
            metadata: crate::types::Metadata::new(metadata),
            ..field.clone()
        }
    })
}

fn highest_id(schema: &StructType) -> i64 {
    let mut highest = 0;
    map_fields(schema, &mut |field| {
        let id = field.metadata.get(ID).and_then(Value::as_i64);
        highest = highest.max(id.unwrap_or(0));
        field.clone()
    });
    highest
}

/// Rebuilds a schema, a parent before its children.
fn map_fields(
    schema: &StructType,
    change: &mut dyn FnMut(&StructField) -> StructField,
) -> StructType {
    let fields = schema.fields.iter().map(|field| {
        let changed = change(field);
        StructField {
            data_type: map_type(&field.data_type, change),
            ..changed
        }
    });
    StructType::new(fields.collect())
}

fn map_type(data_type: &DataType, change: &mut dyn FnMut(&StructField) -> StructField) -> DataType {
    match data_type {
        DataType::Struct(inner) => DataType::Struct(map_fields(inner, change)),
        DataType::Array {
            element,
            contains_null,
        } => DataType::Array {
            element: Box::new(map_type(element, change)),
            contains_null: *contains_null,
        },
        DataType::Map {
            key,
            value,
            value_contains_null,
        } => DataType::Map {
            key: Box::new(map_type(key, change)),
            value: Box::new(map_type(value, change)),
            value_contains_null: *value_contains_null,
        },
        atomic => atomic.clone(),
    }
}
