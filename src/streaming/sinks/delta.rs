//! A Delta table as a sink.
//!
//! Each batch is one commit with the query's id and the batch's number in its `txn` action, so
//! that a batch that comes again is known.
//!
//! Source: Delta's `DeltaSink`; PROTOCOL.md, "Transaction Identifiers".

use std::sync::Arc;

use crate::delta::{CommitInfo, DeltaLog, FileWriter, Metadata, Properties, RowRules, Transaction};
use crate::env::Env;
use crate::sql::constraints::Constraints;
use crate::sql::execute::{ExecContext, OutputMode};
use crate::storage::DbfsPath;
use crate::streaming::StreamError;
use crate::streaming::trigger::mode_name;
use crate::types::{Frame, SchemaRef};

use super::Sink;

/// How a stream writes a table.
#[derive(Debug, Clone, Default)]
pub struct DeltaSinkOptions {
    /// `mergeSchema`: new columns become columns of the table.
    pub merge_schema: bool,
    pub partition_columns: Vec<String>,
    /// What a new table is set to.
    pub properties: Properties,
    /// `spark.sql.session.timeZone`.
    pub time_zone: chrono_tz::Tz,
}

/// Writes batches to a table.
pub struct DeltaSink {
    log: DeltaLog,
    env: Env,
    query_id: String,
    schema: SchemaRef,
    options: DeltaSinkOptions,
    batch: Option<Batch>,
}

struct Batch {
    batch_id: i64,
    mode: OutputMode,
    transaction: Transaction,
    writer: FileWriter,
    rows: u64,
}

impl DeltaSink {
    /// A sink for the query `query_id` whose rows have `schema`.
    pub fn new(
        log: DeltaLog,
        env: Env,
        query_id: String,
        schema: SchemaRef,
        options: DeltaSinkOptions,
    ) -> Self {
        DeltaSink {
            log,
            env,
            query_id,
            schema,
            options,
            batch: None,
        }
    }

    /// Makes the table if it isn't there: `toTable` does so before the first batch. Gives
    /// whether it did.
    ///
    /// # Errors
    /// Names and types that no table can have.
    pub fn create_table(&self) -> Result<bool, StreamError> {
        if self.log.exists()? {
            return Ok(false);
        }
        let mut transaction = self.log.transaction()?;
        let metadata = self.new_metadata()?;
        let info = CommitInfo::new("CREATE TABLE")
            .with_parameter("partitionBy", json_list(&metadata.partition_columns))
            .with_parameter("clusterBy", "[]")
            .with_parameter("description", "")
            .with_parameter("isManaged", "true")
            .with_parameter(
                "properties",
                serde_json::json!(metadata.configuration).to_string(),
            );
        transaction.set_metadata(metadata);
        transaction.commit(info, &self.env)?;
        Ok(true)
    }

    fn new_metadata(&self) -> Result<Metadata, StreamError> {
        Ok(Metadata::for_new_table(
            &crate::delta::nullable(&self.schema),
            &self.options.partition_columns,
            self.options.properties.clone(),
            &self.env,
        )?)
    }

    /// The table's generated columns and constraints.
    #[expect(
        clippy::arc_with_non_send_sync,
        reason = "a session is driven by one thread"
    )]
    fn rules(&self, metadata: &Metadata) -> Result<Option<Box<dyn RowRules>>, StreamError> {
        let mut context = ExecContext::new(self.log.file_system().clone(), self.env.clock.now_us());
        context.time_zone = self.options.time_zone;
        Ok(Constraints::rules(metadata, &Arc::new(context))?)
    }

    fn table(&self) -> &DbfsPath {
        self.log.table_path()
    }
}

fn json_list(names: &[String]) -> String {
    serde_json::json!(names).to_string()
}

impl Sink for DeltaSink {
    fn description(&self) -> String {
        format!("DeltaSink[{}]", self.table())
    }

    fn begin(&mut self, batch_id: i64, mode: OutputMode) -> Result<bool, StreamError> {
        self.batch = None;
        let mut transaction = self.log.transaction()?;
        let metadata = match transaction.snapshot().cloned() {
            Some(snapshot) => {
                if snapshot.txn_version(&self.query_id) >= Some(batch_id) {
                    return Ok(false);
                }
                let changed =
                    snapshot.merge_schema(&self.schema, self.options.merge_schema, &self.env)?;
                if let Some(metadata) = &changed {
                    transaction.set_metadata(metadata.clone());
                }
                changed.unwrap_or_else(|| snapshot.metadata().clone())
            }
            None => {
                let metadata = self.new_metadata()?;
                transaction.set_metadata(metadata.clone());
                metadata
            }
        };
        let now = self.env.clock.now_ms();
        transaction.set_txn(&self.query_id, batch_id, now);
        if mode == OutputMode::Complete {
            transaction.remove_all(now);
        }
        let writer = FileWriter::new(
            self.log.file_system().clone(),
            self.table().clone(),
            &metadata,
            &self.env,
        )?
        .with_rules(self.rules(&metadata)?);
        self.batch = Some(Batch {
            batch_id,
            mode,
            transaction,
            writer,
            rows: 0,
        });
        Ok(true)
    }

    fn write(&mut self, frame: &Frame) -> Result<(), StreamError> {
        if let Some(batch) = &mut self.batch {
            batch.rows += frame.height() as u64;
            batch.writer.write(frame)?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StreamError> {
        let Some(batch) = self.batch.take() else {
            return Ok(());
        };
        let mut transaction = batch.transaction;
        if let Some(changed) = batch.writer.changed_metadata()? {
            transaction.set_metadata(changed);
        }
        let files = batch.writer.finish()?;
        let bytes: i64 = files.iter().map(|f| f.size).sum();
        let info = CommitInfo::new("STREAMING UPDATE")
            .with_parameter("outputMode", mode_name(batch.mode))
            .with_parameter("queryId", &self.query_id)
            .with_parameter("epochId", batch.batch_id.to_string())
            .with_metric("numRemovedFiles", transaction.num_removes())
            .with_metric("numOutputRows", batch.rows)
            .with_metric("numOutputBytes", bytes)
            .with_metric("numAddedFiles", files.len());
        for file in files {
            transaction.add(file);
        }
        transaction.commit(info, &self.env)?;
        Ok(())
    }

    fn abort(&mut self) {
        self.batch = None;
    }
}
