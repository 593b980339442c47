//! `ALTER TABLE`, `ALTER VIEW`, `COMMENT ON`.
//!
//! Source: Delta documentation, "Update table schema", "Constraints", "Column mapping".

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::tables::is_kept;
use super::{not_found, nothing};
use crate::delta::{
    CONSTRAINT_PREFIX, ColumnMappingMode, CommitInfo, DEFAULT, DeltaError, DeltaLog, Metadata,
    Properties, generation_expression,
};
use crate::session::catalog::CatalogTable;
use crate::session::state::{TableName, delta_plan, quoted};
use crate::session::{Session, SessionError, SessionState};
use crate::sql::command::{AlterTable, ColumnChange, ColumnPlace, Name};
use crate::sql::constraints::{check_constraint, referenced, resolve};
use crate::sql::plan::{Expr, Plan, PlanNode};
use crate::types::{DataType, Frame, StructField, StructType};

impl Session {
    pub(super) fn alter(&mut self, name: &Name, change: AlterTable) -> Result<Frame, SessionError> {
        if let Some((view, _)) = self.state.persisted_view(name) {
            return self.alter_view(&view, change);
        }
        if let AlterTable::Rename(to) = &change {
            return self.rename_table(name, to);
        }
        let table = self.state.table_name(name)?;
        if self.state.entry(&table).is_some_and(|t| t.format.is_some()) {
            return self.alter_files(&table, change);
        }
        let log = self.state.delta_log(name, "ALTER TABLE")?;
        let shown = match self.state.table_name(name) {
            Ok(table) if name.len() != 2 || !name.iter().any(|p| p.contains('/')) => table.full(),
            _ => format!("delta.`{}`", log.table_path()),
        };
        alter_delta(&self.state, &log, &shown, change)?;
        Ok(nothing())
    }

    fn alter_view(&mut self, name: &TableName, change: AlterTable) -> Result<Frame, SessionError> {
        let Some(mut view) = self.state.catalog.remove_view(&name.key()) else {
            return Ok(nothing());
        };
        let mut key = name.key();
        let result = match change {
            AlterTable::Rename(to) => match self.state.table_name(&to) {
                Ok(to) if self.state.catalog.view(&to.key()).is_some() => {
                    Err(SessionError::RelationExists { name: to.quoted() })
                }
                Ok(to) => {
                    key = to.key();
                    Ok(())
                }
                Err(e) => Err(e),
            },
            AlterTable::SetProperties(properties) => {
                set_properties(&mut view.properties, properties);
                Ok(())
            }
            AlterTable::UnsetProperties { keys, .. } => {
                view.properties.retain(|(k, _)| !keys.contains(k));
                Ok(())
            }
            AlterTable::Comment(text) => {
                view.comment = text;
                Ok(())
            }
            _ => Err(SessionError::ExpectedTable {
                operation: "ALTER TABLE",
                name: name.quoted(),
            }),
        };
        self.state.catalog.set_view(key, view);
        result.map(|()| nothing())
    }

    /// A managed table's files move with its name.
    fn rename_table(&mut self, from: &Name, to: &Name) -> Result<Frame, SessionError> {
        let (from_name, to_name) = (self.state.table_name(from)?, self.state.table_name(to)?);
        if !self.state.table_exists(&from_name)? {
            return Err(not_found(from));
        }
        if self.state.table_exists(&to_name)? || self.state.catalog.view(&to_name.key()).is_some() {
            return Err(SessionError::RelationExists {
                name: to_name.quoted(),
            });
        }
        self.state.require_database(&to_name.database)?;
        let old = self.state.location(&from_name)?;
        let entry = self.state.catalog.remove_table(&from_name.key());
        let stays = entry.as_ref().is_some_and(|e| !e.is_managed);
        let new = match stays {
            true => old.clone(),
            false => self.state.managed_location(&to_name)?,
        };
        if !stays {
            for file in self.state.fs.list_recursive(&old)? {
                let relative = file.path.relative_to(&old).unwrap_or_default().to_owned();
                let bytes = self.state.fs.read(&file.path)?;
                self.state.fs.put(&new.join(&relative)?, bytes)?;
            }
            self.state.fs.delete(&old)?;
            self.state.deltas.forget(&old);
        }
        if let Some(entry) = entry {
            let moved = CatalogTable {
                location: Some(new),
                ..entry.unlisted()
            };
            self.state.catalog.set_table(to_name.key(), moved);
        }
        Ok(nothing())
    }

    fn alter_files(&mut self, name: &TableName, change: AlterTable) -> Result<Frame, SessionError> {
        let Some(entry) = self.state.catalog.remove_table(&name.key()) else {
            return Ok(nothing());
        };
        let mut altered = entry.unlisted();
        let result = match change {
            AlterTable::SetProperties(properties) => {
                set_properties(&mut altered.properties, properties);
                Ok(())
            }
            AlterTable::UnsetProperties { keys, .. } => {
                altered.properties.retain(|(k, _)| !keys.contains(k));
                Ok(())
            }
            AlterTable::Comment(text) => {
                altered.comment = text;
                Ok(())
            }
            AlterTable::AddColumns(columns) => {
                let at = altered
                    .schema
                    .len()
                    .saturating_sub(altered.partition_columns.len());
                for (i, (field, _)) in columns.into_iter().enumerate() {
                    altered.schema.fields.insert(at + i, field);
                }
                Ok(())
            }
            _ => Err(SessionError::TableOperation {
                table: name.quoted(),
                operation: "ALTER TABLE of this kind",
            }),
        };
        self.state.catalog.set_table(name.key(), altered);
        result.map(|()| nothing())
    }
}

/// A property that is set again goes to the end.
fn set_properties(properties: &mut Vec<(String, String)>, set: Vec<(String, String)>) {
    for (key, value) in set {
        properties.retain(|(k, _)| *k != key);
        properties.push((key, value));
    }
}

/// Changes a Delta table's metadata, as one commit.
fn alter_delta(
    state: &SessionState,
    log: &DeltaLog,
    table: &str,
    change: AlterTable,
) -> Result<(), SessionError> {
    let env = &state.env;
    let mut transaction = log.transaction()?;
    transaction.set_reads_table();
    let snapshot = log.snapshot()?;
    let metadata = snapshot.metadata().clone();
    let (metadata, info) = match change {
        AlterTable::SetProperties(properties) => {
            if properties
                .iter()
                .any(|(key, _)| key.starts_with(CONSTRAINT_PREFIX))
            {
                return Err(DeltaError::ConstraintsAsProperties.into());
            }
            let told: Properties = properties.iter().cloned().collect();
            let kept: Properties = properties
                .into_iter()
                .filter(|(key, _)| is_kept(key))
                .collect();
            let info = CommitInfo::new("SET TBLPROPERTIES")
                .with_parameter("properties", json!(told).to_string());
            (metadata.with_properties(&kept, &[], env)?, info)
        }
        AlterTable::UnsetProperties { keys, if_exists } => {
            let missing = keys
                .iter()
                .find(|k| !metadata.configuration.contains_key(*k));
            if let Some(property) = missing.filter(|_| !if_exists) {
                return Err(DeltaError::NoSuchProperty {
                    property: property.clone(),
                    table: table.into(),
                }
                .into());
            }
            let info = CommitInfo::new("UNSET TBLPROPERTIES")
                .with_parameter("properties", json!(keys).to_string())
                .with_parameter("ifExists", if_exists.to_string());
            (
                metadata.with_properties(&Properties::new(), &keys, env)?,
                info,
            )
        }
        AlterTable::Comment(text) => {
            let info = CommitInfo::new("SET TBLPROPERTIES").with_parameter(
                "properties",
                json!({"comment": text.clone().unwrap_or_default()}).to_string(),
            );
            let metadata = Metadata {
                description: text,
                ..metadata
            };
            (metadata, info)
        }
        AlterTable::AddColumns(columns) => {
            let mut schema = metadata.schema()?;
            let mut told = Vec::new();
            for (field, place) in columns {
                if schema.index_of(&field.name).is_some() {
                    return Err(SessionError::ColumnExists {
                        column: crate::types::quote(&field.name),
                        schema: DataType::Struct(schema).sql(),
                    });
                }
                told.push(json!({"column": field_json(&field)}));
                let at = position(&schema, place.as_ref())?;
                schema.fields.insert(
                    at,
                    StructField {
                        nullable: true,
                        ..field
                    },
                );
            }
            let info = CommitInfo::new("ADD COLUMNS")
                .with_parameter("columns", Json::from(told).to_string());
            (metadata.with_schema(&schema, env)?, info)
        }
        AlterTable::RenameColumn { from, to } => {
            require_mapping(&metadata, DeltaError::RenameNeedsMapping)?;
            let mut schema = metadata.schema()?;
            let old = leaf(&from)?;
            if schema.index_of(&to).is_some() && !to.eq_ignore_ascii_case(&old) {
                return Err(SessionError::ColumnExists {
                    column: crate::types::quote(&to),
                    schema: DataType::Struct(schema).sql(),
                });
            }
            let index = column_index(&schema, &old)?;
            refuse_dependents(&metadata, &schema, index)?;
            let mut partition_columns = metadata.partition_columns.clone();
            if let Some(field) = schema.fields.get_mut(index) {
                for column in &mut partition_columns {
                    if *column == field.name {
                        column.clone_from(&to);
                    }
                }
                field.name.clone_from(&to);
            }
            let info = CommitInfo::new("RENAME COLUMN")
                .with_parameter("oldColumnPath", old)
                .with_parameter("newColumnPath", to);
            let metadata = Metadata {
                partition_columns,
                ..metadata.with_schema(&schema, env)?
            };
            (metadata, info)
        }
        AlterTable::DropColumns { columns, if_exists } => {
            require_mapping(&metadata, DeltaError::DropNeedsMapping)?;
            let mut schema = metadata.schema()?;
            let mut told = Vec::new();
            for column in &columns {
                let column = leaf(column)?;
                if schema.index_of(&column).is_none() && if_exists {
                    continue;
                }
                let index = column_index(&schema, &column)?;
                refuse_dependents(&metadata, &schema, index)?;
                let field = schema.fields.remove(index);
                if metadata.partition_columns.contains(&field.name) {
                    return Err(DeltaError::DropPartitionColumn {
                        columns: field.name,
                    }
                    .into());
                }
                told.push(field.name);
            }
            let info =
                CommitInfo::new("DROP COLUMNS").with_parameter("columns", json!(told).to_string());
            (metadata.with_schema(&schema, env)?, info)
        }
        AlterTable::AlterColumn { column, changes } => {
            let mut schema = metadata.schema()?;
            let column = leaf(&column)?;
            let index = column_index(&schema, &column)?;
            for change in changes {
                change_column(state, log, table, &mut schema, index, change)?;
            }
            let field = schema.field(&column).cloned();
            let told = field.map(|f| field_json(&f)).unwrap_or_default();
            let info = CommitInfo::new("CHANGE COLUMN").with_parameter("column", told.to_string());
            (metadata.with_schema(&schema, env)?, info)
        }
        AlterTable::AddConstraint { name, check } => {
            let key = format!("{CONSTRAINT_PREFIX}{}", name.to_lowercase());
            if let Some(old) = metadata.configuration.get(&key) {
                return Err(DeltaError::ConstraintExists {
                    name,
                    old: old.clone(),
                }
                .into());
            }
            let expr = check_constraint(&name, &check, snapshot.schema())?;
            let rows = count_breaking(state, log, expr)?;
            if rows > 0 {
                return Err(DeltaError::NewCheckViolated {
                    rows,
                    table: table.into(),
                    check,
                }
                .into());
            }
            let info = CommitInfo::new("ADD CONSTRAINT")
                .with_parameter("name", name)
                .with_parameter("expr", check.clone());
            let set = Properties::from_iter([(key, check)]);
            (metadata.with_properties(&set, &[], env)?, info)
        }
        AlterTable::DropConstraint { name, if_exists } => {
            let key = format!("{CONSTRAINT_PREFIX}{}", name.to_lowercase());
            let old = metadata.configuration.get(&key).cloned();
            if old.is_none() && !if_exists {
                return Err(DeltaError::NoSuchConstraint {
                    name,
                    table: table.into(),
                }
                .into());
            }
            let Some(old) = old else { return Ok(()) };
            let info = CommitInfo::new("DROP CONSTRAINT")
                .with_parameter("name", name)
                .with_parameter("expr", old)
                .with_parameter("existed", "true");
            let unset = [key];
            (
                metadata.with_properties(&Properties::new(), &unset, env)?,
                info,
            )
        }
        AlterTable::ClusterBy(columns) => {
            if !snapshot.partition_columns().is_empty() {
                return Err(DeltaError::ClusterPartitionedTable.into());
            }
            let old = snapshot.clustering_columns().unwrap_or_default();
            let info = CommitInfo::new("CLUSTER BY")
                .with_parameter("oldClusteringColumns", old.join(","))
                .with_parameter("newClusteringColumns", columns.join(","));
            transaction.set_clustering(columns);
            (metadata, info)
        }
        AlterTable::Rename(_) => return Ok(()),
    };
    transaction.set_metadata(metadata);
    transaction.commit(info, env)?;
    Ok(())
}

fn change_column(
    state: &SessionState,
    log: &DeltaLog,
    table: &str,
    schema: &mut StructType,
    index: usize,
    change: ColumnChange,
) -> Result<(), SessionError> {
    let Some(field) = schema.fields.get_mut(index) else {
        return Ok(());
    };
    match change {
        ColumnChange::Comment(text) => {
            field.metadata = field.metadata.with("comment", text.into());
        }
        ColumnChange::SetNotNull => {
            let name = field.name.clone();
            field.nullable = false;
            let test = format!("{} IS NOT NULL", crate::types::quote(&name));
            let expr = resolve(&test, log.snapshot()?.schema())?;
            let rows = count_breaking(state, log, expr)?;
            if rows > 0 {
                return Err(DeltaError::NewNotNullViolated {
                    rows,
                    table: table.into(),
                    column: name,
                }
                .into());
            }
        }
        ColumnChange::DropNotNull => field.nullable = true,
        ColumnChange::Type(to) if to == field.data_type => {}
        ColumnChange::Type(to) => {
            return Err(DeltaError::ChangeOfType {
                column: field.name.clone(),
                from: field.data_type.sql(),
                to: to.sql(),
            }
            .into());
        }
        ColumnChange::SetDefault(text) => {
            let allowed = metadata_allows_defaults(log)?;
            if !allowed && field.metadata.get(DEFAULT).is_none() {
                return Err(DeltaError::DefaultsNotEnabled {
                    command: "ALTER TABLE ALTER COLUMN",
                }
                .into());
            }
            field.metadata = field.metadata.with(DEFAULT, text.into());
        }
        ColumnChange::DropDefault => {
            let mut map = field.metadata.to_map();
            map.shift_remove(DEFAULT);
            field.metadata = crate::types::Metadata::new(map);
        }
        ColumnChange::Place(place) => {
            let moved = schema.fields.remove(index);
            let at = position(schema, Some(&place))?;
            schema.fields.insert(at, moved);
        }
    }
    Ok(())
}

fn metadata_allows_defaults(log: &DeltaLog) -> Result<bool, SessionError> {
    let snapshot = log.snapshot()?;
    let features = &snapshot.protocol().writer_features;
    Ok(features
        .iter()
        .flatten()
        .any(|feature| feature == "allowColumnDefaults"))
}

/// How many rows a condition isn't true for.
fn count_breaking(state: &SessionState, log: &DeltaLog, check: Expr) -> Result<u64, SessionError> {
    let scan = delta_plan(log, None, None)?;
    let plan = Plan {
        output: scan.output.clone(),
        node: PlanNode::Filter {
            input: Arc::new(scan),
            predicate: Expr::is_not_true(check),
        },
    };
    let mut rows = 0;
    for frame in state.rows(&plan)? {
        rows += frame?.height() as u64;
    }
    Ok(rows)
}

fn require_mapping(metadata: &Metadata, refusal: DeltaError) -> Result<(), SessionError> {
    match ColumnMappingMode::of(&metadata.configuration)? {
        ColumnMappingMode::Name => Ok(()),
        ColumnMappingMode::None => Err(refusal.into()),
    }
}

/// A column that constraints or generated columns read stays.
fn refuse_dependents(
    metadata: &Metadata,
    schema: &StructType,
    index: usize,
) -> Result<(), SessionError> {
    let shared = Arc::new(schema.clone());
    let checks = crate::delta::constraints_of(&metadata.configuration);
    let generated = schema
        .fields
        .iter()
        .filter_map(|f| Some((f.name.as_str(), generation_expression(f)?)));
    for (name, text) in checks.chain(generated) {
        let mut columns = Vec::new();
        referenced(&resolve(text, &shared)?, &mut columns);
        if columns.contains(&index) {
            let column = schema.fields.get(index).map(|f| f.name.clone());
            return Err(SessionError::DependentColumn {
                column: column.unwrap_or_default(),
                dependent: format!("{name} -> {text}"),
            });
        }
    }
    Ok(())
}

fn leaf(column: &Name) -> Result<String, SessionError> {
    match column.as_slice() {
        [name] => Ok(name.clone()),
        _ => Err(SessionError::Unsupported {
            statement: format!("Altering the nested column {}", quoted(column)),
        }),
    }
}

fn column_index(schema: &StructType, column: &str) -> Result<usize, SessionError> {
    schema
        .index_of(column)
        .ok_or_else(|| SessionError::ColumnNotFound {
            column: crate::types::quote(column),
            columns: schema.names().join(", "),
        })
}

fn position(schema: &StructType, place: Option<&ColumnPlace>) -> Result<usize, SessionError> {
    Ok(match place {
        None => schema.len(),
        Some(ColumnPlace::First) => 0,
        Some(ColumnPlace::After(column)) => column_index(schema, column)? + 1,
    })
}

fn field_json(field: &StructField) -> Json {
    let one = StructType::new(vec![field.clone()]);
    one.to_json()
        .get("fields")
        .and_then(|f| f.get(0))
        .cloned()
        .unwrap_or_default()
}
