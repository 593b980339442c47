//! What schema a table may have, and which data fits it. Delta documentation, "Schema
//! enforcement" and "Schema evolution".

use std::collections::HashSet;

use super::actions::{Metadata, Properties};
use super::column_mapping::{self, ColumnMappingMode};
use super::error::DeltaError;
use super::features;
use super::snapshot::Snapshot;
use crate::env::Env;
use crate::types::{DataType, StructField, StructType};

/// Characters that parquet columns of older readers can't have in their names.
const INVALID_CHARACTERS: [char; 10] = [' ', ',', ';', '{', '}', '(', ')', '\n', '\t', '='];

impl Metadata {
    /// What a new table is.
    ///
    /// A column name that parquet can't hold (`current_timestamp()`, `order id`) turns on column
    /// mapping in name mode; so does the property `delta.columnMapping.mode`.
    ///
    /// # Errors
    /// [`DeltaError::DuplicateColumns`], [`DeltaError::UnsupportedDataTypes`], and what a wrong partition column gives.
    pub fn for_new_table(
        schema: &StructType,
        partition_columns: &[String],
        configuration: Properties,
        env: &Env,
    ) -> Result<Metadata, DeltaError> {
        let id = env.new_uuid();
        let created_time = Some(env.clock.now_ms());
        let metadata = Metadata {
            id,
            created_time,
            ..Metadata::default()
        };
        metadata.replaced_by(schema, partition_columns, configuration, env)
    }

    /// The same table with another schema, partitioning and properties: an overwrite with
    /// `overwriteSchema`, or `CREATE OR REPLACE TABLE`.
    ///
    /// # Errors
    /// As [`Metadata::for_new_table`].
    pub fn replaced_by(
        &self,
        schema: &StructType,
        partition_columns: &[String],
        mut configuration: Properties,
        env: &Env,
    ) -> Result<Metadata, DeltaError> {
        let mut schema = column_mapping::strip(schema);
        check_schema(&schema)?;
        let partition_columns = check_partitioning(&schema, partition_columns)?;
        if !invalid_names(&schema).is_empty() {
            column_mapping::enable(&mut configuration);
        }
        if ColumnMappingMode::of(&configuration)? == ColumnMappingMode::Name {
            schema = column_mapping::assign(&schema, &mut configuration, env);
        }
        Ok(Metadata {
            schema_string: schema.to_json().to_string(),
            partition_columns,
            configuration,
            ..self.clone()
        })
    }
}

impl Metadata {
    /// The same table with properties set and unset. Turning on column mapping gives each column
    /// its own name as its physical one.
    ///
    /// # Errors
    /// [`DeltaError::UnsupportedColumnMappingMode`], and for a change of mode that Delta refuses.
    pub fn with_properties(
        &self,
        set: &Properties,
        unset: &[String],
        env: &Env,
    ) -> Result<Metadata, DeltaError> {
        let mut configuration = self.configuration.clone();
        let before = ColumnMappingMode::of(&configuration)?;
        for key in unset {
            configuration.shift_remove(key);
        }
        for (key, value) in set {
            configuration.insert(key.clone(), value.clone());
        }
        let after = ColumnMappingMode::of(&configuration)?;
        let mut schema_string = self.schema_string.clone();
        match (before, after) {
            (ColumnMappingMode::None, ColumnMappingMode::Name) => {
                let schema = StructType::from_json_str(&schema_string)?;
                let named = column_mapping::keep_names(&schema);
                let mapped = column_mapping::assign(&named, &mut configuration, env);
                schema_string = mapped.to_json().to_string();
            }
            (ColumnMappingMode::Name, ColumnMappingMode::None) => {
                return Err(DeltaError::ColumnMappingModeChange {
                    old: "name".into(),
                    new: "none".into(),
                });
            }
            _ => {}
        }
        Ok(Metadata {
            schema_string,
            configuration,
            ..self.clone()
        })
    }

    /// The same table with another schema, whose new columns get what column mapping needs.
    ///
    /// # Errors
    /// As [`Metadata::for_new_table`].
    pub fn with_schema(&self, schema: &StructType, env: &Env) -> Result<Metadata, DeltaError> {
        check_schema(schema)?;
        let mut configuration = self.configuration.clone();
        let schema = match ColumnMappingMode::of(&configuration)? {
            ColumnMappingMode::Name => column_mapping::assign(schema, &mut configuration, env),
            ColumnMappingMode::None => {
                let invalid = invalid_names(schema);
                if !invalid.is_empty() {
                    return Err(DeltaError::InvalidCharactersInColumnNames {
                        columns: invalid.join(", "),
                    });
                }
                schema.clone()
            }
        };
        Ok(Metadata {
            schema_string: schema.to_json().to_string(),
            configuration,
            ..self.clone()
        })
    }

    /// The columns.
    ///
    /// # Errors
    /// [`DeltaError::InvalidSchema`].
    pub fn schema(&self) -> Result<StructType, DeltaError> {
        Ok(StructType::from_json_str(&self.schema_string)?)
    }
}

impl Snapshot {
    /// How the table takes data of the schema `data`: columns are matched by name without case,
    /// in any order, and those that the data lacks become NULL.
    ///
    /// `merge` allows new columns (the option `mergeSchema`); they come after the table's own.
    /// `Some` is metadata to set in the transaction, `None` says that the schema stays.
    ///
    /// # Errors
    /// [`DeltaError::MetadataMismatch`] for new columns without `merge`,
    /// [`DeltaError::FailedToMergeFields`], [`DeltaError::DuplicateColumns`],
    /// [`DeltaError::InvalidCharactersInColumnNames`] for a name that needs column mapping on a
    /// table without.
    pub fn merge_schema(
        &self,
        data: &StructType,
        merge: bool,
        env: &Env,
    ) -> Result<Option<Metadata>, DeltaError> {
        check_schema(data)?;
        let mode = ColumnMappingMode::of(self.configuration())?;
        let table = self.schema().as_ref();
        let merged = merge_structs(table, &column_mapping::strip(data))?;
        if merged == *table {
            return Ok(None);
        }
        if !merge {
            return Err(DeltaError::MetadataMismatch {
                table_id: self.metadata().id.clone(),
                table_schema: table.clone(),
                data_schema: data.clone(),
                overwrites: false,
            });
        }
        if mode == ColumnMappingMode::None {
            let invalid = invalid_names(data);
            if !invalid.is_empty() {
                return Err(DeltaError::InvalidCharactersInColumnNames {
                    columns: invalid.join(", "),
                });
            }
        }
        let mut configuration = self.configuration().clone();
        let merged = match mode {
            ColumnMappingMode::None => merged,
            ColumnMappingMode::Name => column_mapping::assign(&merged, &mut configuration, env),
        };
        Ok(Some(Metadata {
            schema_string: merged.to_json().to_string(),
            configuration,
            ..self.metadata().clone()
        }))
    }
}

/// The table's schema with the data's new columns after its own, at every depth.
///
/// # Errors
/// [`DeltaError::FailedToMergeFields`] where a column has another type.
pub fn merge_structs(table: &StructType, data: &StructType) -> Result<StructType, DeltaError> {
    let mut merged = table.clone();
    for field in &data.fields {
        let index = merged.index_of(&field.name).filter(|i| *i < table.len());
        match index.and_then(|i| merged.fields.get_mut(i)) {
            Some(ours) => {
                let merged_type = merge_types(&ours.data_type, &field.data_type)
                    .unwrap_or_else(|| Err(cannot_merge(ours, field)))
                    .map_err(|e| within(e, ours, field))?;
                ours.data_type = merged_type;
            }
            None => merged.fields.push(StructField {
                nullable: true,
                ..field.clone()
            }),
        }
    }
    Ok(merged)
}

/// `None` if the types don't fit.
fn merge_types(table: &DataType, data: &DataType) -> Option<Result<DataType, DeltaError>> {
    use DataType::{Array, Byte, Integer, Map, Null, Short, Struct};
    Some(match (table, data) {
        (Struct(table), Struct(data)) => merge_structs(table, data).map(Struct),
        (
            Array {
                element,
                contains_null,
            },
            Array { element: data, .. },
        ) => merge_types(element, data)?.map(|element| Array {
            element: Box::new(element),
            contains_null: *contains_null,
        }),
        (
            Map {
                key,
                value,
                value_contains_null,
            },
            Map {
                key: data_key,
                value: data_value,
                ..
            },
        ) => {
            let key = merge_types(key, data_key)?;
            let value = merge_types(value, data_value)?;
            key.and_then(|key| {
                Ok(Map {
                    key: Box::new(key),
                    value: Box::new(value?),
                    value_contains_null: *value_contains_null,
                })
            })
        }
        (_, Null) => Ok(table.clone()),
        (Null, _) => Ok(data.clone()),
        // All three are parquet's int32.
        (Byte | Short | Integer, Byte | Short | Integer) => {
            let width = |t: &DataType| match t {
                Byte => 0,
                Short => 1,
                _ => 2,
            };
            let wider = if width(data) > width(table) {
                data
            } else {
                table
            };
            Ok(wider.clone())
        }
        (table, data) if table == data => Ok(table.clone()),
        _ => return None,
    })
}

fn cannot_merge(table: &StructField, data: &StructField) -> DeltaError {
    DeltaError::FailedToMergeFields {
        table_field: table.name.clone(),
        data_field: data.name.clone(),
        table_type: table.data_type.sql(),
        data_type: data.data_type.sql(),
    }
}

/// Names the column of a clash deep inside it, as `a.b`.
fn within(error: DeltaError, table: &StructField, data: &StructField) -> DeltaError {
    match error {
        DeltaError::FailedToMergeFields {
            table_field,
            data_field,
            table_type,
            data_type,
        } if !table.data_type.is_atomic() && table_type != table.data_type.sql() => {
            DeltaError::FailedToMergeFields {
                table_field: format!("{}.{table_field}", table.name),
                data_field: format!("{}.{data_field}", data.name),
                table_type,
                data_type,
            }
        }
        other => other,
    }
}

/// Checks names and types, whatever the table.
fn check_schema(schema: &StructType) -> Result<(), DeltaError> {
    let mut duplicates = Vec::new();
    let mut unsupported = Vec::new();
    check_fields(schema, "", &mut duplicates, &mut unsupported);
    if !duplicates.is_empty() {
        return Err(DeltaError::DuplicateColumns {
            in_what: "in the data to save",
            columns: duplicates.join(", "),
        });
    }
    if !unsupported.is_empty() {
        return Err(DeltaError::UnsupportedDataTypes {
            columns: unsupported.join(", "),
        });
    }
    Ok(())
}

fn check_fields(
    schema: &StructType,
    prefix: &str,
    duplicates: &mut Vec<String>,
    unsupported: &mut Vec<String>,
) {
    let mut seen = HashSet::new();
    for field in &schema.fields {
        let path = format!("{prefix}{}", field.name);
        if !seen.insert(field.name.to_lowercase()) {
            duplicates.push(path.to_lowercase());
        }
        check_type(&field.data_type, &path, duplicates, unsupported);
    }
}

fn check_type(
    data_type: &DataType,
    path: &str,
    duplicates: &mut Vec<String>,
    unsupported: &mut Vec<String>,
) {
    match data_type {
        DataType::Struct(inner) => {
            check_fields(inner, &format!("{path}."), duplicates, unsupported);
        }
        DataType::Array { element, .. } => {
            check_type(element, &format!("{path}.element"), duplicates, unsupported);
        }
        DataType::Map { key, value, .. } => {
            check_type(key, &format!("{path}.key"), duplicates, unsupported);
            check_type(value, &format!("{path}.value"), duplicates, unsupported);
        }
        DataType::DayTimeInterval | DataType::YearMonthInterval => {
            unsupported.push(format!("{path}: {}", data_type.sql()));
        }
        _ => {}
    }
}

/// The partition columns under the schema's own spelling.
fn check_partitioning(schema: &StructType, columns: &[String]) -> Result<Vec<String>, DeltaError> {
    let mut found = Vec::new();
    for column in columns {
        let Some(field) = schema.field(column) else {
            return Err(DeltaError::MissingPartitionColumn {
                column: column.clone(),
                schema: schema.names().join(", "),
            });
        };
        if !field.data_type.is_atomic() || matches!(field.data_type, DataType::Null) {
            return Err(DeltaError::InvalidPartitionColumnType {
                column: field.name.clone(),
                data_type: field.data_type.sql(),
            });
        }
        if found.contains(&field.name) {
            return Err(DeltaError::DuplicateColumns {
                in_what: "in the partition columns",
                columns: field.name.to_lowercase(),
            });
        }
        found.push(field.name.clone());
    }
    if !found.is_empty() && found.len() == schema.len() {
        return Err(DeltaError::OnlyPartitionColumns);
    }
    Ok(found)
}

/// Names that need column mapping, nested ones included.
fn invalid_names(schema: &StructType) -> Vec<String> {
    let mut found = Vec::new();
    collect_invalid(schema, &mut found);
    found
}

fn collect_invalid(schema: &StructType, found: &mut Vec<String>) {
    for field in &schema.fields {
        if field.name.contains(INVALID_CHARACTERS) {
            found.push(field.name.clone());
        }
        collect_invalid_in_type(&field.data_type, found);
    }
}

fn collect_invalid_in_type(data_type: &DataType, found: &mut Vec<String>) {
    match data_type {
        DataType::Struct(inner) => collect_invalid(inner, found),
        DataType::Array { element, .. } => collect_invalid_in_type(element, found),
        DataType::Map { key, value, .. } => {
            collect_invalid_in_type(key, found);
            collect_invalid_in_type(value, found);
        }
        _ => {}
    }
}

/// What a table made from data has for columns: they take any value later, and what another table
/// does with a column of theirs (computes it, numbers it) stays with that table.
pub fn nullable(schema: &StructType) -> StructType {
    let fields = schema.fields.iter().map(|field| StructField {
        nullable: true,
        metadata: features::without_rules(&field.metadata),
        ..field.clone()
    });
    StructType::new(fields.collect())
}
