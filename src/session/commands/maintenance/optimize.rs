//! `OPTIMIZE`: many small files become few; with `ZORDER BY`, rows that are alike lie together.
//!
//! Source: Delta documentation, "Optimize performance with file management".

use std::collections::BTreeMap;
use std::sync::Arc;

use polars_core::prelude::{IdxCa, PlSmallStr};

use super::super::dml::{at_version, sql_of, touched};
use super::super::table as rows_table;
use super::super::text;
use crate::delta::{
    AddFile, CLUSTERING_PROVIDER, CommitInfo, DeltaError, FileWriter, PartitionValues, Snapshot,
};
use crate::session::state::delta_plan;
use crate::session::{SessionError, SessionState};
use crate::sql::SqlError;
use crate::sql::command::Name;
use crate::sql::constraints::{Constraints, referenced};
use crate::sql::plan::Expr;
use crate::types::{DataType, Frame, StructType, Value};

/// Files of this size or more are left alone (`spark.databricks.delta.optimize.maxFileSize` is
/// 1 GB there; a browser's tables are smaller).
const LARGE_FILE: i64 = 128 << 20;

/// Files that become one or more others.
struct Bin {
    files: Vec<Arc<AddFile>>,
}

/// Compacts a table, and tells what was done.
pub(in super::super) fn optimize(
    state: &SessionState,
    table: &Name,
    predicate: Option<&Expr>,
    z_order: &[String],
) -> Result<Frame, SessionError> {
    let log = state.delta_log(table, "OPTIMIZE")?;
    let started = state.env.clock.now_ms();
    let mut transaction = log.transaction()?;
    let snapshot = log.snapshot()?;
    let clustered = snapshot.clustering_columns().unwrap_or_default();
    if !clustered.is_empty() && !z_order.is_empty() {
        return Err(DeltaError::ZOrderOfClusteredTable {
            columns: z_order.join(", "),
        }
        .into());
    }
    let clusters = !clustered.is_empty();
    let by = if clusters { &clustered } else { z_order };
    let columns = z_order_columns(&snapshot, by)?;
    let considered = files_in(state, &snapshot, predicate)?;
    let total = considered.len();
    let is_done = |file: &Arc<AddFile>| file.clustering_provider.is_some();
    let bins = match clusters && considered.iter().all(is_done) {
        true => Vec::new(),
        false => bins(&considered, !columns.is_empty()),
    };
    let now = state.env.clock.now_ms();
    let mut added: Vec<AddFile> = Vec::new();
    let mut removed: Vec<Arc<AddFile>> = Vec::new();
    for bin in &bins {
        let rules = Constraints::rules(snapshot.metadata(), &state.shared_context())?;
        let mut writer = FileWriter::new(
            log.file_system().clone(),
            log.table_path().clone(),
            snapshot.metadata(),
            &state.env,
        )?
        .with_rules(rules)
        .with_file_bytes(usize::try_from(LARGE_FILE).unwrap_or(usize::MAX));
        let scan = delta_plan(&log, None, Some(snapshot.version()))?;
        let plan = at_version(&scan, snapshot.version(), Some(&bin.files));
        if columns.is_empty() {
            for frame in state.rows(&plan)? {
                writer.write(&frame?)?;
            }
        } else {
            let mut frames = Vec::new();
            for frame in state.rows(&plan)? {
                frames.push(frame?);
            }
            if let Some(rows) = Frame::concat(&frames).map_err(SqlError::from)? {
                writer.write(&interleaved(&rows, &columns)?)?;
            }
        }
        added.extend(writer.finish()?.into_iter().map(|file| AddFile {
            data_change: false,
            clustering_provider: clusters.then(|| CLUSTERING_PROVIDER.into()),
            ..file
        }));
        removed.extend(bin.files.iter().cloned());
    }
    let ended = state.env.clock.now_ms();
    let metrics = metrics(&Told {
        added: &added,
        removed: &removed,
        bins: bins.len(),
        considered: total,
        snapshot: &snapshot,
        z_ordered: !z_order.is_empty(),
        started,
        ended,
    });
    if !removed.is_empty() {
        let info = commit_info(predicate, z_order, &clustered, &added, &removed);
        for file in added {
            transaction.add(file);
        }
        for file in &removed {
            transaction.remove(file, now, false);
        }
        transaction.commit(info, &state.env)?;
    }
    let (types, value) = metrics;
    rows_table(
        &[
            ("path", DataType::String),
            ("metrics", DataType::Struct(types)),
        ],
        vec![vec![text(log.table_path().to_string()), value]],
    )
}

/// Positions of the columns to order by.
fn z_order_columns(snapshot: &Snapshot, names: &[String]) -> Result<Vec<usize>, DeltaError> {
    names
        .iter()
        .map(|name| {
            let index = snapshot.schema().index_of(name);
            let field = index.and_then(|i| snapshot.schema().fields.get(i));
            let (Some(index), Some(field)) = (index, field) else {
                return Err(DeltaError::ZOrderColumnNotFound {
                    column: name.clone(),
                });
            };
            if snapshot.partition_columns().contains(&field.name) {
                return Err(DeltaError::ZOrderOnPartitionColumn {
                    column: field.name.clone(),
                });
            }
            Ok(index)
        })
        .collect()
}

/// The files of the partitions for which a predicate is true.
fn files_in(
    state: &SessionState,
    snapshot: &Snapshot,
    predicate: Option<&Expr>,
) -> Result<Vec<Arc<AddFile>>, SessionError> {
    let Some(predicate) = predicate else {
        return Ok(snapshot.files().cloned().collect());
    };
    let mut columns = Vec::new();
    referenced(predicate, &mut columns);
    for index in columns {
        let name = snapshot.schema().fields.get(index).map(|f| f.name.clone());
        let name = name.unwrap_or_default();
        if !snapshot.partition_columns().contains(&name) {
            return Err(DeltaError::NonPartitionColumn {
                column: name,
                partitions: snapshot.partition_columns().join(", "),
            }
            .into());
        }
    }
    let log = state.deltas.open(snapshot.table_path());
    let scan = delta_plan(&log, None, Some(snapshot.version()))?;
    let found = touched(state, &log, &scan, predicate)?;
    Ok(found.into_iter().map(|(file, _)| file).collect())
}

/// Small files of one partition go together; ordered rows need all files of a partition.
fn bins(files: &[Arc<AddFile>], orders: bool) -> Vec<Bin> {
    let mut partitions: BTreeMap<&PartitionValues, Vec<Arc<AddFile>>> = BTreeMap::new();
    for file in files {
        if orders || file.size < LARGE_FILE {
            partitions
                .entry(&file.partition_values)
                .or_default()
                .push(file.clone());
        }
    }
    partitions
        .into_values()
        .filter(|files| orders || files.len() > 1)
        .map(|files| Bin { files })
        .collect()
}

/// The rows ordered by the interleaved bits of their ranks in several columns.
fn interleaved(rows: &Frame, columns: &[usize]) -> Result<Frame, SessionError> {
    let height = rows.height();
    let mut keys = vec![0_u128; height];
    // As many bits for each as fit.
    let bits = (128 / columns.len().max(1)).min(32);
    let mut ranks: Vec<Vec<u32>> = Vec::new();
    for index in columns {
        let (Some(column), Some(field)) = (rows.column(*index), rows.schema().fields.get(*index))
        else {
            continue;
        };
        let values = crate::types::values_from_series(column, &field.data_type);
        ranks.push(ranked(&values.map_err(SqlError::from)?));
    }
    for (row, key) in keys.iter_mut().enumerate() {
        for bit in (0..bits).rev() {
            for rank in &ranks {
                let rank = rank.get(row).copied().unwrap_or(0);
                *key = (*key << 1) | u128::from((rank >> bit) & 1);
            }
        }
    }
    let mut order: Vec<u32> = (0..u32::try_from(height).unwrap_or(u32::MAX)).collect();
    order.sort_by_key(|row| keys.get(*row as usize).copied().unwrap_or(0));
    let order = IdxCa::from_vec(PlSmallStr::EMPTY, order);
    Ok(rows.take(&order).map_err(SqlError::from)?)
}

/// Each value's place among the distinct values, NULL first.
fn ranked(values: &[Value]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let at = |i: usize| values.get(i).unwrap_or(&Value::Null);
    order.sort_by(|a, b| at(*a).compare(at(*b)));
    let mut ranks = vec![0; values.len()];
    let mut rank = 0;
    for pair in order.windows(2) {
        if let [before, row] = pair {
            if at(*before).compare(at(*row)).is_ne() {
                rank += 1;
            }
            if let Some(slot) = ranks.get_mut(*row) {
                *slot = rank;
            }
        }
    }
    ranks
}

fn commit_info(
    predicate: Option<&Expr>,
    z_order: &[String],
    clustered: &[String],
    added: &[AddFile],
    removed: &[Arc<AddFile>],
) -> CommitInfo {
    let predicates: Vec<String> = predicate.iter().map(|p| sql_of(p, None)).collect();
    let json = |names: &[String]| serde_json::json!(names).to_string();
    let mut sizes: Vec<i64> = added.iter().map(|f| f.size).collect();
    sizes.sort_unstable();
    let percentile = |percent: usize| {
        let index = sizes.len().saturating_sub(1) * percent / 100;
        sizes.get(index).copied().unwrap_or(0)
    };
    CommitInfo::new("OPTIMIZE")
        .with_parameter("predicate", json(&predicates))
        .with_parameter("auto", "false")
        .with_parameter("clusterBy", json(clustered))
        .with_parameter("zOrderBy", json(z_order))
        .with_metric("numRemovedFiles", removed.len())
        .with_metric("numRemovedBytes", bytes(removed.iter().map(|f| f.size)))
        .with_metric("p25FileSize", percentile(25))
        .with_metric("numDeletionVectorsRemoved", 0)
        .with_metric("minFileSize", percentile(0))
        .with_metric("p75FileSize", percentile(75))
        .with_metric("p50FileSize", percentile(50))
        .with_metric("maxFileSize", percentile(100))
        .with_metric("numAddedFiles", added.len())
        .with_metric("numAddedBytes", bytes(sizes.iter().copied()))
}

fn bytes(sizes: impl Iterator<Item = i64>) -> i64 {
    sizes.sum()
}

/// What the metrics tell of.
struct Told<'a> {
    added: &'a [AddFile],
    removed: &'a [Arc<AddFile>],
    bins: usize,
    considered: usize,
    snapshot: &'a Snapshot,
    z_ordered: bool,
    started: i64,
    ended: i64,
}

/// Delta's `OptimizeMetrics`.
fn metrics(told: &Told<'_>) -> (StructType, Value) {
    let long = |n: usize| Value::Long(i64::try_from(n).unwrap_or(i64::MAX));
    let sizes_type = StructType::of([
        ("min", DataType::Long),
        ("max", DataType::Long),
        ("avg", DataType::Double),
        ("totalFiles", DataType::Long),
        ("totalSize", DataType::Long),
    ]);
    let sizes = |sizes: Vec<i64>| {
        let total: i64 = sizes.iter().sum();
        let bound = |size: Option<i64>| size.map_or(Value::Null, Value::Long);
        let average = match sizes.len() {
            0 => 0.0,
            n => total as f64 / n as f64,
        };
        Value::Struct(vec![
            bound(sizes.iter().copied().min()),
            bound(sizes.iter().copied().max()),
            Value::Double(average),
            long(sizes.len()),
            Value::Long(total),
        ])
    };
    let pair_type = StructType::of([("num", DataType::Long), ("size", DataType::Long)]);
    let pair = |num: usize, size: i64| Value::Struct(vec![long(num), Value::Long(size)]);
    let removed_bytes = bytes(told.removed.iter().map(|f| f.size));
    let z_type = StructType::of([
        ("strategyName", DataType::String),
        ("inputCubeFiles", DataType::Struct(pair_type.clone())),
        ("inputOtherFiles", DataType::Struct(pair_type.clone())),
        ("inputNumCubes", DataType::Long),
        ("mergedFiles", DataType::Struct(pair_type)),
        ("numOutputCubes", DataType::Long),
        ("mergedNumCubes", DataType::Long),
    ]);
    let z_stats = match told.z_ordered {
        true => Value::Struct(vec![
            text("all"),
            pair(0, 0),
            pair(told.removed.len(), removed_bytes),
            long(0),
            pair(told.removed.len(), removed_bytes),
            long(told.bins),
            Value::Null,
        ]),
        false => Value::Null,
    };
    let skipped = told.considered.saturating_sub(told.removed.len());
    let columns = told.snapshot.schema().len();
    let fields: Vec<(&str, DataType, Value)> = vec![
        ("numFilesAdded", DataType::Long, long(told.added.len())),
        ("numFilesRemoved", DataType::Long, long(told.removed.len())),
        (
            "filesAdded",
            DataType::Struct(sizes_type.clone()),
            sizes(told.added.iter().map(|f| f.size).collect()),
        ),
        (
            "filesRemoved",
            DataType::Struct(sizes_type),
            sizes(told.removed.iter().map(|f| f.size).collect()),
        ),
        ("partitionsOptimized", DataType::Long, {
            let partitioned = !told.snapshot.partition_columns().is_empty();
            long(if partitioned { told.bins } else { 0 })
        }),
        ("zOrderStats", DataType::Struct(z_type), z_stats),
        ("numBins", DataType::Long, long(told.bins)),
        ("numBatches", DataType::Long, long(1)),
        (
            "totalConsideredFiles",
            DataType::Long,
            long(told.considered),
        ),
        ("totalFilesSkipped", DataType::Long, long(skipped)),
        (
            "preserveInsertionOrder",
            DataType::Boolean,
            Value::Boolean(false),
        ),
        (
            "numFilesSkippedToReduceWriteAmplification",
            DataType::Long,
            long(0),
        ),
        (
            "numBytesSkippedToReduceWriteAmplification",
            DataType::Long,
            long(0),
        ),
        ("startTimeMs", DataType::Long, Value::Long(told.started)),
        ("endTimeMs", DataType::Long, Value::Long(told.ended)),
        ("totalClusterParallelism", DataType::Long, long(1)),
        ("totalScheduledTasks", DataType::Long, long(told.bins)),
        ("numTableColumns", DataType::Long, long(columns)),
        (
            "numTableColumnsWithStats",
            DataType::Long,
            long(columns.min(32)),
        ),
    ];
    let types = StructType::of(fields.iter().map(|(n, t, _)| (*n, t.clone())));
    let values = fields.into_iter().map(|(_, _, value)| value).collect();
    (types, Value::Struct(values))
}
