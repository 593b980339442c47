//! `CREATE TABLE [AS | LIKE]`, `INSERT`, `DROP`, `TRUNCATE`, `REFRESH`.

use super::{counted, not_found, nothing};
use crate::delta::{
    CommitInfo, DEFAULT, DeltaError, DeltaLog, Identity, MIN_READER_VERSION, MIN_WRITER_VERSION,
    Metadata, Properties, generation_expression,
};
use crate::formats::{FileFormat, FormatError, PATH};
use crate::session::catalog::CatalogTable;
use crate::session::state::TableName;
use crate::session::statement::SaveMode;
use crate::session::streams::options_of;
use crate::session::write::{
    Creation, DeltaWrite, Insertion, NewTable, clear, create_file_table, insert_rows, is_dynamic,
    provider, table_schema, write_delta,
};
use crate::session::{Session, SessionError};
use crate::sql::coercion::can_store_assign;
use crate::sql::command::{CreateTable, Insert, Name, TableDefinition};
use crate::sql::constraints::resolve;
use crate::storage::DbfsPath;
use crate::types::{DataType, Frame, StructType};

/// Before a feature's name among the properties that a statement sets.
pub(super) const FEATURE: &str = "delta.feature.";

impl Session {
    pub(super) fn create_table(&mut self, table: CreateTable) -> Result<Frame, SessionError> {
        let definition = &table.definition;
        let name = self.state.table_name(&table.name)?;
        if let [format, path] = table.name.as_slice()
            && format.eq_ignore_ascii_case("delta")
            && path.contains('/')
        {
            // CREATE TABLE delta.`path`
            let log = self.state.deltas.open(&DbfsPath::parse(path)?);
            return self.create_delta(&log, &table, false);
        }
        self.state.require_database(&name.database)?;
        let exists = || SessionError::RelationExists {
            name: name.quoted(),
        };
        if self.state.catalog.view(&name.key()).is_some() {
            return match table.if_not_exists {
                true => Ok(nothing()),
                false => Err(exists()),
            };
        }
        if let Some(format) = provider(definition.format.as_deref())? {
            if self.state.table_exists(&name)? {
                return match table.if_not_exists {
                    true => Ok(nothing()),
                    false => Err(exists()),
                };
            }
            if table.replace {
                return Err(SessionError::TableOperation {
                    table: name.quoted(),
                    operation: "REPLACE TABLE",
                });
            }
            return self.create_files(&name, &table, format);
        }
        let named = self.state.table_exists(&name)?;
        if named && table.if_not_exists {
            return Ok(nothing());
        }
        let is_files = self.state.entry(&name).is_some_and(|t| t.format.is_some());
        if named && (!table.replace || is_files) {
            return Err(exists());
        }
        let location = match &definition.location {
            Some(path) => DbfsPath::parse(path)?,
            None => self.state.location(&name)?,
        };
        let log = self.state.deltas.open(&location);
        let is_managed = definition.location.is_none();
        let frame = self.create_delta(&log, &table, is_managed)?;
        if !is_managed {
            self.state.register(&name, location);
        }
        Ok(frame)
    }

    /// A Delta table: made, replaced, or found at its location.
    fn create_delta(
        &self,
        log: &DeltaLog,
        table: &CreateTable,
        is_managed: bool,
    ) -> Result<Frame, SessionError> {
        let definition = &table.definition;
        let exists = log.exists()?;
        if exists && !table.replace && table.plan.is_none() {
            return Ok(nothing());
        }
        if !exists && definition.location.is_some() && table.plan.is_none() {
            let location = log.table_path();
            let fs = &self.state.fs;
            if fs.status(location)?.is_some() && !fs.list_recursive(location)?.is_empty() {
                return Err(DeltaError::NonEmptyLocation {
                    table: table.name.join("."),
                    location: location.clone(),
                }
                .into());
            }
        }
        let operation = match (table.replace, table.plan.is_some()) {
            (true, true) => "CREATE OR REPLACE TABLE AS SELECT",
            (true, false) => "CREATE OR REPLACE TABLE",
            (false, true) => "CREATE TABLE AS SELECT",
            (false, false) => "CREATE TABLE",
        };
        let creation = Creation {
            operation,
            is_managed,
            comment: definition.comment.clone(),
            cluster_by: definition.clustered_by.clone(),
        };
        if !definition.clustered_by.is_empty() && !definition.partitioned_by.is_empty() {
            return Err(DeltaError::ClusterByWithPartitionedBy.into());
        }
        let given = definition.properties.iter().cloned();
        let properties: Properties = self
            .state
            .conf
            .delta_properties()
            .chain(given)
            .filter(|(key, _)| is_kept(key))
            .collect();
        match &table.plan {
            Some(plan) => {
                let write = DeltaWrite {
                    mode: SaveMode::Overwrite,
                    overwrite_schema: true,
                    partition_by: definition.partitioned_by.clone(),
                    cluster_by: definition.clustered_by.clone(),
                    properties,
                    creation: Some(creation),
                    ..DeltaWrite::default()
                };
                write_delta(&self.state, log, plan, write)?;
            }
            None => {
                check_columns(definition)?;
                self.create_empty(log, &definition.schema, definition, properties, &creation)?;
            }
        }
        Ok(nothing())
    }

    /// A table of files.
    fn create_files(
        &mut self,
        name: &TableName,
        table: &CreateTable,
        format: FileFormat,
    ) -> Result<Frame, SessionError> {
        let definition = &table.definition;
        let options = options_of(&definition.options);
        let location = definition.location.as_deref().or(options.get(PATH));
        let location = location.map(DbfsPath::parse).transpose()?;
        let new = NewTable {
            format: Some(format),
            location: location.clone(),
            options: definition.options.clone(),
            partition_by: definition.partitioned_by.clone(),
            comment: definition.comment.clone(),
            properties: definition.properties.clone(),
        };
        if let Some(plan) = &table.plan {
            create_file_table(&mut self.state, name, plan, new, SaveMode::Append)?;
            return Ok(nothing());
        }
        let is_managed = location.is_none();
        let location = match location {
            Some(location) => location,
            None => self.state.managed_location(name)?,
        };
        let (schema, partition_columns) = match definition.schema.is_empty() {
            false => (
                table_schema(&definition.schema, &definition.partitioned_by)?,
                definition.partitioned_by.clone(),
            ),
            true if is_managed => {
                return Err(FormatError::CannotInfer {
                    format: format.title(),
                }
                .into());
            }
            true => {
                let plan = self.state.files(format, &location, &options, None)?;
                let schema = plan.schema().as_ref().clone();
                let partitions = match &plan.node {
                    crate::sql::plan::PlanNode::FileScan(scan) => scan.partition_columns,
                    _ => 0,
                };
                let names = schema.names();
                let from = names.len().saturating_sub(partitions);
                let columns = names.iter().skip(from).map(|n| (*n).to_owned()).collect();
                (schema, columns)
            }
        };
        self.state.fs.mkdirs(&location)?;
        let entry = CatalogTable {
            format: Some(format),
            location: Some(location),
            is_managed,
            schema,
            partition_columns,
            options: definition
                .options
                .iter()
                .filter(|(key, _)| !key.eq_ignore_ascii_case("path"))
                .cloned()
                .collect(),
            comment: definition.comment.clone(),
            properties: definition.properties.clone(),
            created_ms: self.state.env.clock.now_ms(),
            ..CatalogTable::default()
        };
        self.state.catalog.set_table(name.key(), entry);
        Ok(nothing())
    }

    /// `CREATE TABLE name LIKE source`
    pub(super) fn create_table_like(
        &mut self,
        name: Name,
        source: &Name,
        if_not_exists: bool,
        mut definition: TableDefinition,
    ) -> Result<Frame, SessionError> {
        let relation = self
            .state
            .find_relation(source, None)?
            .ok_or_else(|| not_found(source))?;
        let from = self.state.table_name(source)?;
        definition.schema = relation.plan.schema().as_ref().clone();
        match self.state.entry(&from).filter(|t| t.format.is_some()) {
            _ if relation.is_view => {}
            Some(entry) => {
                if definition.format.is_none() {
                    definition.format = entry.format.map(|f| f.name().to_lowercase());
                    definition.options.clone_from(&entry.options);
                }
                definition
                    .partitioned_by
                    .clone_from(&entry.partition_columns);
            }
            None => {
                let snapshot = self.state.log_of(source)?.snapshot()?;
                definition.partitioned_by = snapshot.partition_columns().to_vec();
                let own = snapshot.configuration().iter();
                let mut properties: Vec<(String, String)> = own
                    .filter(|(key, _)| !key.starts_with("delta.columnMapping."))
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                properties.append(&mut definition.properties);
                definition.properties = properties;
            }
        }
        self.create_table(CreateTable {
            name,
            replace: false,
            if_not_exists,
            definition,
            plan: None,
        })
    }

    /// A Delta table without rows.
    fn create_empty(
        &self,
        log: &DeltaLog,
        schema: &StructType,
        definition: &TableDefinition,
        properties: Properties,
        creation: &Creation,
    ) -> Result<(), SessionError> {
        let env = &self.state.env;
        let partitions = &definition.partitioned_by;
        let mut transaction = log.transaction()?;
        let mut metadata = match transaction.snapshot() {
            Some(old) => old
                .metadata()
                .replaced_by(schema, partitions, properties, env)?,
            None => Metadata::for_new_table(schema, partitions, properties, env)?,
        };
        metadata.description.clone_from(&creation.comment);
        let info = creation.commit_info(&metadata);
        transaction
            .set_metadata(metadata)
            .set_clustering(definition.clustered_by.clone())
            .remove_all(env.clock.now_ms());
        transaction.commit(info, env)?;
        Ok(())
    }

    pub(super) fn insert(&mut self, insert: Insert) -> Result<Frame, SessionError> {
        let replaces = insert.replace_where.is_some();
        let insertion = Insertion {
            overwrite: insert.overwrite,
            dynamic: !replaces && is_dynamic(&self.state, &crate::formats::Options::new())?,
            replace_where: insert.replace_where,
        };
        match insert_rows(&self.state, &insert.table, &insert.plan, &insertion)? {
            Some(rows) => counted(&[("num_affected_rows", rows), ("num_inserted_rows", rows)]),
            None => Ok(nothing()),
        }
    }

    pub(super) fn drop_table(
        &mut self,
        name: &Name,
        if_exists: bool,
    ) -> Result<Frame, SessionError> {
        let table = self.state.table_name(name)?;
        if self.state.catalog.view(&table.key()).is_some() {
            return Err(SessionError::WrongKind {
                operation: "DROP TABLE",
                wanted: "EXTERNAL or MANAGED",
                name: table.full(),
                found: "VIEW",
                other: "DROP VIEW",
            });
        }
        if !self.state.drop_table(&table)? && !if_exists {
            return Err(SessionError::RelationNotFound {
                name: table.quoted(),
            });
        }
        Ok(nothing())
    }

    /// Lists the files of a table anew.
    pub(super) fn refresh(&mut self, name: &Name) -> Result<Frame, SessionError> {
        if self.state.find_relation(name, None)?.is_none() {
            return Err(not_found(name));
        }
        let table = self.state.table_name(name)?;
        if let Some(entry) = self.state.entry(&table) {
            entry.refresh();
        }
        Ok(nothing())
    }

    pub(super) fn truncate(&mut self, name: &Name) -> Result<Frame, SessionError> {
        let table = self.state.table_name(name)?;
        if self.state.find_relation(name, None)?.is_none() {
            return Err(not_found(name));
        }
        if let Some(entry) = self.state.entry(&table).filter(|t| t.format.is_some()) {
            clear(self.state.fs.as_ref(), &self.state.location(&table)?)?;
            entry.refresh();
            return Ok(nothing());
        }
        let log = self.state.delta_log(name, "TRUNCATE TABLE")?;
        let mut transaction = log.transaction()?;
        transaction.remove_all(self.state.env.clock.now_ms());
        let removed = transaction.num_removes();
        let info = CommitInfo::new("TRUNCATE").with_metric("numRemovedFiles", removed);
        transaction.commit(info, &self.state.env)?;
        Ok(nothing())
    }
}

/// Whether a property is one of the table, not a wish about its protocol.
pub(super) fn is_kept(key: &str) -> bool {
    !key.starts_with(FEATURE)
        && ![MIN_READER_VERSION, MIN_WRITER_VERSION]
            .iter()
            .any(|p| p.name == key)
}

/// Checks what generated columns and defaults say.
fn check_columns(definition: &TableDefinition) -> Result<(), SessionError> {
    let schema = std::sync::Arc::new(definition.schema.clone());
    let allows_defaults = definition
        .properties
        .iter()
        .any(|(key, _)| key.eq_ignore_ascii_case("delta.feature.allowColumnDefaults"));
    for field in &schema.fields {
        if let Some(text) = generation_expression(field) {
            let expr = resolve(text, &schema)?;
            if !can_store_assign(&expr.data_type, &field.data_type) {
                return Err(DeltaError::GeneratedType {
                    column: field.name.clone(),
                    expression: expr.data_type.sql(),
                    data_type: field.data_type.sql(),
                }
                .into());
            }
        }
        if let Some(identity) = Identity::of(field) {
            if field.data_type != DataType::Long {
                let data_type = field.data_type.simple_string();
                return Err(DeltaError::IdentityType { data_type }.into());
            }
            if identity.step == 0 {
                return Err(DeltaError::IdentityStep.into());
            }
        }
        if field.metadata.get(DEFAULT).is_some() && !allows_defaults {
            return Err(DeltaError::DefaultsNotEnabled {
                command: "CREATE TABLE",
            }
            .into());
        }
    }
    Ok(())
}
