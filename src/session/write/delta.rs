//! Rows into a Delta table.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::SessionError;
use super::super::commands::{at_version, touched};
use super::super::conf::{AUTO_MERGE, COMMIT_USER_METADATA};
use super::super::options::{
    MERGE_SCHEMA, OVERWRITE_SCHEMA, PARTITION_OVERWRITE_MODE, REPLACE_WHERE, TXN_APP_ID,
    TXN_VERSION, USER_METADATA,
};
use super::super::state::{SessionState, delta_plan};
use super::super::statement::{SaveMode, Writer};
use super::is_dynamic;
use crate::delta::{
    AddFile, CommitInfo, DeltaError, DeltaLog, FileWriter, Metadata, PartitionValues, Properties,
    Snapshot, Transaction, nullable,
};
use crate::formats::Options;
use crate::sql::coercion::{can_store_assign, same_ignoring_nullability};
use crate::sql::constraints::{Constraints, resolve};
use crate::sql::functions::cast_expr;
use crate::sql::plan::{Attribute, EvalMode, Expr, Plan, PlanNode};
use crate::storage::DbfsPath;

/// How rows go into a Delta table.
#[derive(Debug, Default)]
pub(in crate::session) struct DeltaWrite {
    pub mode: SaveMode,
    /// What a new table is partitioned by; for another it must be what it is.
    pub partition_by: Vec<String>,
    pub cluster_by: Vec<String>,
    /// What a new table is set to.
    pub properties: Properties,
    /// New columns become columns of the table.
    pub merge_schema: bool,
    /// An overwrite makes the table what the rows are.
    pub overwrite_schema: bool,
    /// An overwrite replaces only what this predicate fits.
    pub replace_where: Option<String>,
    /// An overwrite replaces only the partitions that the rows have.
    pub dynamic: bool,
    pub user_metadata: Option<String>,
    /// The application and its version, which isn't written twice.
    pub txn: Option<(String, i64)>,
    /// Values are cast to the table's types where the store assignment policy allows it.
    pub by_name: bool,
    /// What makes the table, or replaces it.
    pub creation: Option<Creation>,
    /// What the history calls it, if not a write.
    pub operation: Option<CommitInfo>,
}

/// A write that makes or replaces a table.
#[derive(Debug)]
pub(in crate::session) struct Creation {
    pub operation: &'static str,
    pub is_managed: bool,
    pub comment: Option<String>,
    pub cluster_by: Vec<String>,
}

impl Creation {
    /// What the history says of it.
    pub fn commit_info(&self, metadata: &Metadata) -> CommitInfo {
        CommitInfo::new(self.operation)
            .with_parameter("isManaged", self.is_managed.to_string())
            .with_parameter("description", self.comment.clone().unwrap_or_default())
            .with_parameter("partitionBy", json_list(&metadata.partition_columns))
            .with_parameter("clusterBy", json_list(&self.cluster_by))
            .with_parameter(
                "properties",
                serde_json::json!(metadata.configuration).to_string(),
            )
    }
}

/// What was written.
#[derive(Debug, Default)]
pub(in crate::session) struct Written {
    pub rows: u64,
}

impl DeltaWrite {
    /// What a writer's options say.
    pub fn of(
        state: &SessionState,
        writer: &Writer,
        options: &Options,
    ) -> Result<DeltaWrite, SessionError> {
        let auto_merge = state.conf.is_true(AUTO_MERGE.name);
        let invalid = |reason: &'static str| DeltaError::InvalidIdempotentWrites { reason };
        let txn = match (options.get(TXN_APP_ID), options.get(TXN_VERSION)) {
            (None, None) => None,
            (Some(app), Some(version)) => {
                let version = version.trim().parse().map_err(|_| {
                    invalid("txnVersion must be a number that grows with every write")
                })?;
                Some((app.to_owned(), version))
            }
            _ => {
                return Err(invalid(
                    "Both txnAppId and txnVersion must be specified for idempotent writes",
                )
                .into());
            }
        };
        let dynamic = writer.mode == SaveMode::Overwrite && is_dynamic(state, options)?;
        let overwrite_schema = options.get_bool(OVERWRITE_SCHEMA)?;
        let replace_where = options.get(REPLACE_WHERE).map(str::to_owned);
        if options.get(PARTITION_OVERWRITE_MODE).is_some() && dynamic {
            if overwrite_schema {
                return Err(DeltaError::OverwriteSchemaWithDynamicPartitions.into());
            }
            if replace_where.is_some() {
                return Err(DeltaError::ReplaceWhereWithDynamicPartitions.into());
            }
        }
        Ok(DeltaWrite {
            mode: writer.mode,
            partition_by: writer.partition_by.clone(),
            cluster_by: writer.cluster_by.clone(),
            properties: options
                .iter()
                .filter(|(name, _)| name.to_lowercase().starts_with("delta."))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            merge_schema: options.get_bool_or(MERGE_SCHEMA, auto_merge)?,
            overwrite_schema,
            dynamic: dynamic && replace_where.is_none() && !overwrite_schema,
            replace_where,
            user_metadata: options
                .get(USER_METADATA)
                .or(state.conf.get(COMMIT_USER_METADATA.name))
                .map(str::to_owned),
            txn,
            by_name: false,
            creation: None,
            operation: None,
        })
    }
}

/// Writes a query's rows into a table, which it makes if there is none, and commits them.
pub(in crate::session) fn write_delta(
    state: &SessionState,
    log: &DeltaLog,
    plan: &Arc<Plan>,
    write: DeltaWrite,
) -> Result<Written, SessionError> {
    let env = &state.env;
    let mut transaction = log.transaction()?;
    let old = transaction.snapshot().cloned();
    if let (Some(old), Some((app, version))) = (&old, &write.txn)
        && old.txn_version(app) >= Some(*version)
    {
        return Ok(Written::default());
    }
    let is_overwrite = write.mode == SaveMode::Overwrite;
    let replaces_schema = is_overwrite && write.overwrite_schema;
    if !write.cluster_by.is_empty() && !write.partition_by.is_empty() {
        return Err(DeltaError::ClusterByWithPartitionedBy.into());
    }
    let replaces_table = replaces_schema && write.creation.is_some();
    if old.is_none() || replaces_table || !write.cluster_by.is_empty() && replaces_schema {
        transaction.set_clustering(write.cluster_by.clone());
    }
    let mut plan = plan.clone();
    let data = nullable(&plan.schema());
    if data.is_empty() {
        return Err(DeltaError::NoColumns.into());
    }
    let metadata = match &old {
        None => {
            let partitions = &write.partition_by;
            let properties = state.conf.delta_properties().chain(write.properties);
            let mut new = Metadata::for_new_table(&data, partitions, properties.collect(), env)?;
            new.description = write.creation.as_ref().and_then(|c| c.comment.clone());
            transaction.set_metadata(new.clone());
            new
        }
        Some(old) if replaces_schema => {
            let mut properties = match write.creation {
                Some(_) => Properties::new(),
                None => old.configuration().clone(),
            };
            properties.extend(write.properties.clone());
            let partitions = match write.partition_by.is_empty() && write.creation.is_none() {
                true => old.partition_columns(),
                false => &write.partition_by,
            };
            let mut new = old
                .metadata()
                .replaced_by(&data, partitions, properties, env)?;
            if let Some(creation) = &write.creation {
                new.description.clone_from(&creation.comment);
            }
            transaction.set_metadata(new.clone());
            new
        }
        Some(old) => {
            check_partitioning(old, &write.partition_by)?;
            if write.by_name {
                plan = cast_by_name(&plan, old)?;
            }
            let changed = old
                .merge_schema(&plan.schema(), write.merge_schema, env)
                .map_err(|e| e.of_overwrite(is_overwrite))?;
            if let Some(metadata) = &changed {
                transaction.set_metadata(metadata.clone());
            }
            changed.unwrap_or_else(|| old.metadata().clone())
        }
    };
    if reads_table(&plan, log.table_path()) {
        transaction.set_reads_table();
    }
    let now = env.clock.now_ms();
    if let Some((app, version)) = &write.txn {
        transaction.set_txn(app, *version, now);
    }
    let fs = log.file_system().clone();
    let context = state.shared_context();
    let rules = Constraints::rules_within(&metadata, write.replace_where.as_deref(), &context)?;
    let mut files =
        FileWriter::new(fs, log.table_path().clone(), &metadata, env)?.with_rules(rules);
    for frame in state.rows(&plan)? {
        files.write(&frame?)?;
    }
    let rows = files.rows();
    if let Some(changed) = files.changed_metadata()? {
        transaction.set_metadata(changed);
    }
    let files = files.finish()?;
    let mut removed_bytes = 0;
    let mut copied = Vec::new();
    if let (true, Some(predicate), Some(old)) = (is_overwrite, &write.replace_where, &old) {
        copied = replace(state, log, old, predicate, &mut transaction)?;
    } else if is_overwrite && let Some(old) = &old {
        let touched: BTreeSet<&PartitionValues> =
            files.iter().map(|f| &f.partition_values).collect();
        let dynamic = write.dynamic && !old.partition_columns().is_empty();
        for file in old.files() {
            if !dynamic || touched.contains(&file.partition_values) {
                removed_bytes += file.size;
                transaction.remove(file, now, true);
            }
        }
    }
    let mut info = match (&write.creation, &write.operation) {
        (Some(creation), _) => creation.commit_info(&metadata),
        (None, Some(operation)) => operation.clone(),
        (None, None) => CommitInfo::new("WRITE")
            .with_parameter("mode", mode_name(write.mode))
            .with_parameter("partitionBy", json_list(&write.partition_by)),
    };
    if let Some(predicate) = &write.replace_where {
        info = info.with_parameter("predicate", predicate);
    }
    if write.dynamic {
        info = info.with_parameter("isDynamicPartitionOverwrite", "true");
    }
    info.user_metadata.clone_from(&write.user_metadata);
    let bytes: i64 = files.iter().map(|f| f.size).sum();
    info = info
        .with_metric("numFiles", files.len())
        .with_metric("numOutputRows", rows)
        .with_metric("numOutputBytes", bytes);
    if is_overwrite && old.is_some() {
        info = info
            .with_metric("numRemovedFiles", transaction.num_removes())
            .with_metric("numRemovedBytes", removed_bytes);
    }
    for file in files.into_iter().chain(copied) {
        transaction.add(file);
    }
    transaction.commit(info, env)?;
    Ok(Written { rows })
}

/// Takes out the rows for which a predicate is true: `replaceWhere`. Gives the files of the rows
/// that stay.
fn replace(
    state: &SessionState,
    log: &DeltaLog,
    table: &Snapshot,
    predicate: &str,
    transaction: &mut Transaction,
) -> Result<Vec<AddFile>, SessionError> {
    transaction.set_reads_table();
    let predicate = resolve(predicate, table.schema())?;
    let target = delta_plan(log, None, Some(table.version()))?;
    let now = state.env.clock.now_ms();
    let found = touched(state, log, &target, &predicate)?;
    let partly: Vec<Arc<AddFile>> = found
        .iter()
        .filter(|(file, rows)| file.num_records() != Some(*rows))
        .map(|(file, _)| file.clone())
        .collect();
    let rules = Constraints::rules(table.metadata(), &state.shared_context())?;
    let fs = log.file_system().clone();
    let mut writer = FileWriter::new(fs, log.table_path().clone(), table.metadata(), &state.env)?
        .with_rules(rules);
    if !partly.is_empty() {
        let input = at_version(&target, table.version(), Some(&partly));
        let rest = Plan {
            output: input.output.clone(),
            node: PlanNode::Filter {
                input: Arc::new(input),
                predicate: Expr::is_not_true(predicate),
            },
        };
        for frame in state.rows(&rest)? {
            writer.write(&frame?)?;
        }
    }
    for (file, _) in &found {
        transaction.remove(file, now, true);
    }
    Ok(writer.finish()?)
}

/// What a writer names must be what the table is partitioned by.
fn check_partitioning(table: &Snapshot, given: &[String]) -> Result<(), DeltaError> {
    let columns = table.partition_columns();
    let same = given.len() == columns.len()
        && given
            .iter()
            .zip(columns)
            .all(|(a, b)| a.eq_ignore_ascii_case(b));
    if given.is_empty() || same {
        return Ok(());
    }
    Err(DeltaError::PartitioningMismatch {
        given: given.to_vec(),
        table: columns.to_vec(),
    })
}

/// The rows with each column of the table's type, where the store assignment policy has a cast.
fn cast_by_name(plan: &Arc<Plan>, table: &Snapshot) -> Result<Arc<Plan>, SessionError> {
    let mut changes = false;
    let mut exprs = Vec::new();
    let mut output = Vec::new();
    for (i, attribute) in plan.output.iter().enumerate().filter(|(_, a)| !a.hidden) {
        let mut expr = Expr::column(i, attribute);
        if let Some(field) = table.schema().field(&attribute.name)
            && field.data_type.is_atomic()
            && !same_ignoring_nullability(&field.data_type, &attribute.data_type)
            && can_store_assign(&attribute.data_type, &field.data_type)
        {
            cast_expr(&mut expr, &field.data_type, EvalMode::Ansi);
            changes = true;
        }
        output.push(Attribute {
            data_type: expr.data_type.clone(),
            nullable: expr.nullable,
            ..attribute.clone()
        });
        exprs.push(expr);
    }
    if !changes {
        return Ok(plan.clone());
    }
    Ok(Arc::new(Plan {
        node: PlanNode::Project {
            input: plan.clone(),
            exprs,
        },
        output,
    }))
}

/// Whether a plan reads the Delta table at a path.
pub(in crate::session) fn reads_table(plan: &Plan, table: &DbfsPath) -> bool {
    match &plan.node {
        PlanNode::DeltaScan(scan) => scan.table == *table,
        _ => plan.inputs().iter().any(|input| reads_table(input, table)),
    }
}

fn mode_name(mode: SaveMode) -> &'static str {
    match mode {
        SaveMode::ErrorIfExists => "ErrorIfExists",
        SaveMode::Append => "Append",
        SaveMode::Overwrite => "Overwrite",
        SaveMode::Ignore => "Ignore",
    }
}

fn json_list(names: &[String]) -> String {
    serde_json::json!(names).to_string()
}
