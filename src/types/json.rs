//! Schemas as JSON: Delta PROTOCOL.md, "Schema Serialization Format"; the same as Spark's `schema.json()`.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{DataType, Metadata, StructField, StructType};

/// A schema's JSON was not one that Spark writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaJsonError {
    #[error("the schema is not valid JSON: {reason}")]
    NotJson { reason: String },
    #[error("the schema names an unknown type: {found}")]
    UnknownType { found: String },
}

impl StructType {
    /// The `schemaString` form.
    pub fn to_json(&self) -> Value {
        struct_to_json(self)
    }

    /// Reads a `schemaString`.
    pub fn from_json_str(text: &str) -> Result<StructType, SchemaJsonError> {
        let value: Value = serde_json::from_str(text).map_err(|e| SchemaJsonError::NotJson {
            reason: e.to_string(),
        })?;
        match type_from_json(&value)? {
            DataType::Struct(s) => Ok(s),
            other => Err(SchemaJsonError::UnknownType {
                found: other.type_name(),
            }),
        }
    }
}

impl Serialize for DataType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        type_to_json(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DataType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        type_from_json(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for StructType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StructType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match DataType::deserialize(deserializer)? {
            DataType::Struct(s) => Ok(s),
            other => Err(D::Error::custom(SchemaJsonError::UnknownType {
                found: other.type_name(),
            })),
        }
    }
}

fn struct_to_json(s: &StructType) -> Value {
    let fields: Vec<Value> = s
        .fields
        .iter()
        .map(|f| {
            json!({
                "name": f.name,
                "type": type_to_json(&f.data_type),
                "nullable": f.nullable,
                "metadata": Value::Object(f.metadata.to_map()),
            })
        })
        .collect();
    json!({"type": "struct", "fields": fields})
}

/// A type's JSON: a name, or an object for arrays, maps and structs.
pub fn type_to_json(data_type: &DataType) -> Value {
    match data_type {
        DataType::Struct(s) => struct_to_json(s),
        DataType::Array {
            element,
            contains_null,
        } => json!({
            "type": "array",
            "elementType": type_to_json(element),
            "containsNull": contains_null,
        }),
        DataType::Map {
            key,
            value,
            value_contains_null,
        } => json!({
            "type": "map",
            "keyType": type_to_json(key),
            "valueType": type_to_json(value),
            "valueContainsNull": value_contains_null,
        }),
        other => Value::String(other.type_name()),
    }
}

/// Reads a type's JSON.
pub fn type_from_json(value: &Value) -> Result<DataType, SchemaJsonError> {
    let unknown = || SchemaJsonError::UnknownType {
        found: value.to_string(),
    };
    match value {
        Value::String(name) => atomic_from_name(name).ok_or_else(unknown),
        Value::Object(o) => {
            let child = |key: &str| o.get(key).ok_or_else(unknown).and_then(type_from_json);
            let flag = |key: &str| o.get(key).and_then(Value::as_bool).unwrap_or(true);
            match o.get("type").and_then(Value::as_str) {
                Some("struct") => {
                    let fields = o
                        .get("fields")
                        .and_then(Value::as_array)
                        .ok_or_else(unknown)?;
                    let fields = fields
                        .iter()
                        .map(field_from_json)
                        .collect::<Result<_, _>>()?;
                    Ok(DataType::Struct(StructType::new(fields)))
                }
                Some("array") => Ok(DataType::Array {
                    element: Box::new(child("elementType")?),
                    contains_null: flag("containsNull"),
                }),
                Some("map") => Ok(DataType::Map {
                    key: Box::new(child("keyType")?),
                    value: Box::new(child("valueType")?),
                    value_contains_null: flag("valueContainsNull"),
                }),
                _ => Err(unknown()),
            }
        }
        _ => Err(unknown()),
    }
}

fn field_from_json(value: &Value) -> Result<StructField, SchemaJsonError> {
    let unknown = || SchemaJsonError::UnknownType {
        found: value.to_string(),
    };
    let name = value
        .get("name")
        .and_then(Value::as_str)
        .ok_or_else(unknown)?;
    let metadata: Map<String, Value> = value
        .get("metadata")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    Ok(StructField {
        name: name.into(),
        data_type: type_from_json(value.get("type").ok_or_else(unknown)?)?,
        nullable: value
            .get("nullable")
            .and_then(Value::as_bool)
            .unwrap_or(true),
        metadata: Metadata::new(metadata),
    })
}

fn atomic_from_name(name: &str) -> Option<DataType> {
    Some(match name {
        "void" | "null" => DataType::Null,
        "boolean" => DataType::Boolean,
        "byte" => DataType::Byte,
        "short" => DataType::Short,
        "integer" => DataType::Integer,
        "long" => DataType::Long,
        "float" => DataType::Float,
        "double" => DataType::Double,
        "string" => DataType::String,
        "binary" => DataType::Binary,
        "date" => DataType::Date,
        "timestamp" => DataType::Timestamp,
        "timestamp_ntz" => DataType::TimestampNtz,
        "interval day to second" => DataType::DayTimeInterval,
        "interval year to month" => DataType::YearMonthInterval,
        "decimal" => DataType::decimal(10, 0),
        _ => {
            let args = name.strip_prefix("decimal(")?.strip_suffix(')')?;
            let (p, s) = args.split_once(',')?;
            let (p, s): (u8, u8) = (p.trim().parse().ok()?, s.trim().parse().ok()?);
            if p == 0 || p > 38 || s > p {
                return None;
            }
            DataType::decimal(p, s)
        }
    })
}
