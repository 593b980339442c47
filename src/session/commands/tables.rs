//! `CREATE TABLE [AS]`, `INSERT`, `TRUNCATE`.

use super::nothing;
use crate::delta::{CommitInfo, DeltaLog, Metadata, Properties};
use crate::session::statement::SaveMode;
use crate::session::write::{
    Creation, DeltaWrite, Insertion, insert_rows, is_dynamic, provider, write_delta,
};
use crate::session::{Session, SessionError};
use crate::sql::command::{CreateTable, Insert};
use crate::storage::DbfsPath;
use crate::types::Frame;

impl Session {
    pub(super) fn create_table(&mut self, table: CreateTable) -> Result<Frame, SessionError> {
        let definition = &table.definition;
        if let Some(format) = provider(definition.format.as_deref())? {
            return Err(SessionError::Unsupported {
                statement: format!("CREATE TABLE USING {}", format.name()),
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
            let properties: Properties = definition.properties.iter().cloned().collect();
            let operation = match (table.replace, table.plan.is_some()) {
                (true, true) => "CREATE OR REPLACE TABLE AS SELECT",
                (true, false) => "CREATE OR REPLACE TABLE",
                (false, true) => "CREATE TABLE AS SELECT",
                (false, false) => "CREATE TABLE",
            };
            let creation = Creation {
                operation,
                is_managed: definition.location.is_none(),
                comment: definition.comment.clone(),
            };
            let partitions = &definition.partitioned_by;
            match &table.plan {
                Some(plan) => {
                    let write = DeltaWrite {
                        mode: SaveMode::Overwrite,
                        overwrite_schema: true,
                        partition_by: partitions.clone(),
                        properties,
                        creation: Some(creation),
                        ..DeltaWrite::default()
                    };
                    write_delta(&self.state, &log, plan, write)?;
                }
                None => {
                    self.create_empty(&log, &definition.schema, partitions, properties, &creation)?
                }
            }
        }
        if definition.location.is_some() {
            self.state.register(&name, location);
        }
        Ok(nothing())
    }

    /// A Delta table without rows.
    fn create_empty(
        &self,
        log: &DeltaLog,
        schema: &crate::types::StructType,
        partitions: &[String],
        properties: Properties,
        creation: &Creation,
    ) -> Result<(), SessionError> {
        let env = &self.state.env;
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
            .remove_all(env.clock.now_ms());
        transaction.commit(info, env)?;
        Ok(())
    }

    pub(super) fn insert(&mut self, insert: Insert) -> Result<Frame, SessionError> {
        let insertion = Insertion {
            overwrite: insert.overwrite,
            dynamic: is_dynamic(&self.state, &crate::formats::Options::new())?,
            replace_where: None,
        };
        insert_rows(&self.state, &insert.table, &insert.plan, &insertion)?;
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
}
