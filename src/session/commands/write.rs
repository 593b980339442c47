//! `CREATE TABLE [AS]`, `INSERT`, `TRUNCATE`: batch writes of Delta tables.

use super::nothing;
use crate::delta::{CommitInfo, DeltaLog, FileWriter, Metadata, Properties, Transaction};
use crate::session::{Session, SessionError};
use crate::sql::command::{CreateTable, Insert};
use crate::sql::plan::Plan;
use crate::storage::DbfsPath;
use crate::types::Frame;

impl Session {
    pub(super) fn create_table(&mut self, table: CreateTable) -> Result<Frame, SessionError> {
        let definition = &table.definition;
        let format = definition.format.as_deref().unwrap_or("delta");
        if format != "delta" {
            return Err(SessionError::Unsupported {
                statement: format!("CREATE TABLE USING {format}"),
            });
        }
        let name = self.state.table_name(&table.name)?;
        let location = match &definition.location {
            Some(path) => DbfsPath::parse(path)?,
            None => self.state.location(&name)?,
        };
        let log = self.state.deltas.open(&location);
        let exists = log.exists()?;
        if exists && definition.location.is_none() && !table.replace {
            if table.if_not_exists {
                return Ok(nothing());
            }
            return Err(SessionError::RelationExists {
                name: name.quoted(),
            });
        }
        let is_registering = exists && !table.replace && table.plan.is_none();
        if !is_registering {
            let data_schema = match &table.plan {
                Some(plan) => plan.schema().as_ref().clone(),
                None => definition.schema.clone(),
            };
            let properties: Properties = definition.properties.iter().cloned().collect();
            let mut transaction = log.transaction()?;
            let now = self.state.env.clock.now_ms();
            let env = self.state.env.clone();
            let partitions = &definition.partitioned_by;
            let metadata = match transaction.snapshot() {
                Some(old) => {
                    old.metadata()
                        .replaced_by(&data_schema, partitions, properties, &env)?
                }
                None => Metadata::for_new_table(&data_schema, partitions, properties, &env)?,
            };
            transaction.set_metadata(metadata.clone()).remove_all(now);
            let operation = match (table.replace, table.plan.is_some()) {
                (true, true) => "CREATE OR REPLACE TABLE AS SELECT",
                (true, false) => "CREATE OR REPLACE TABLE",
                (false, true) => "CREATE TABLE AS SELECT",
                (false, false) => "CREATE TABLE",
            };
            let info = CommitInfo::new(operation)
                .with_parameter("isManaged", definition.location.is_none().to_string())
                .with_parameter(
                    "description",
                    definition.comment.clone().unwrap_or_default(),
                )
                .with_parameter("partitionBy", serde_json::json!(partitions).to_string())
                .with_parameter(
                    "properties",
                    serde_json::json!(metadata.configuration).to_string(),
                );
            match &table.plan {
                Some(plan) => self.write(&log, transaction, &metadata, plan, info)?,
                None => {
                    transaction.commit(info, &env)?;
                }
            }
        }
        if definition.location.is_some() {
            self.state.register(&name, location);
        }
        Ok(nothing())
    }

    pub(super) fn insert(&mut self, insert: Insert) -> Result<Frame, SessionError> {
        let log = self.log_of(&insert.table)?;
        let mut transaction = log.transaction()?;
        let metadata = log.snapshot()?.metadata().clone();
        if insert.overwrite {
            transaction.remove_all(self.state.env.clock.now_ms());
        }
        let mode = if insert.overwrite {
            "Overwrite"
        } else {
            "Append"
        };
        let info = CommitInfo::new("WRITE")
            .with_parameter("mode", mode)
            .with_parameter("partitionBy", "[]");
        self.write(&log, transaction, &metadata, &insert.plan, info)?;
        Ok(nothing())
    }

    pub(super) fn truncate(&mut self, log: &DeltaLog) -> Result<Frame, SessionError> {
        let mut transaction = log.transaction()?;
        transaction.remove_all(self.state.env.clock.now_ms());
        let removed = transaction.num_removes();
        let info = CommitInfo::new("TRUNCATE").with_metric("numRemovedFiles", removed);
        transaction.commit(info, &self.state.env)?;
        Ok(nothing())
    }

    /// Writes a query's rows and commits them.
    fn write(
        &self,
        log: &DeltaLog,
        mut transaction: Transaction,
        metadata: &Metadata,
        plan: &Plan,
        info: CommitInfo,
    ) -> Result<(), SessionError> {
        let env = &self.state.env;
        let fs = log.file_system().clone();
        let mut writer = FileWriter::new(fs, log.table_path().clone(), metadata, env)?;
        for frame in self.rows(plan)? {
            writer.write(&frame?)?;
        }
        let rows = writer.rows();
        let files = writer.finish()?;
        let bytes: i64 = files.iter().map(|f| f.size).sum();
        let info = info
            .with_metric("numFiles", files.len())
            .with_metric("numOutputRows", rows)
            .with_metric("numOutputBytes", bytes);
        for file in files {
            transaction.add(file);
        }
        transaction.commit(info, env)?;
        Ok(())
    }
}
