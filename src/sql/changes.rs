//! The change data feed as a relation: `table_changes`, the option `readChangeFeed`.
//!
//! Source: Delta documentation, "Change data feed"; Delta PROTOCOL.md, "Change Data Files".

use std::sync::Arc;

use super::plan::{Attribute, DeltaScan, Expr, Plan, PlanNode};
use crate::delta::{
    Action, AddFile, DeltaError, DeltaLog, Metadata, RemoveFile, has_change_data_feed,
};
use crate::formats::{FormatError, OptionSpec, Options, option_table};
use crate::types::{DataType, StructField, StructType, Value};

option_table! {
    /// What readers of Delta tables take, of batches and of streams.
    pub OPTIONS {
        READ_CHANGE_FEED = OptionSpec::new(
            "readChangeFeed",
            "false",
            "Whether the rows of the change data feed are read.",
        )
        .or(&["readChangeData"]);
    }
}

/// Whether a reader's options ask for the feed.
///
/// # Errors
/// A value that is neither true nor false.
pub fn reads_changes(options: &Options) -> Result<bool, FormatError> {
    options.get_bool(READ_CHANGE_FEED)
}

/// The columns of the feed of a table of that schema.
pub fn feed_schema(schema: &StructType) -> StructType {
    let mut fields = schema.fields.clone();
    for field in &mut fields {
        field.nullable = true;
    }
    for (name, data_type) in [
        ("_change_type", DataType::String),
        ("_commit_version", DataType::Long),
        ("_commit_timestamp", DataType::Timestamp),
    ] {
        fields.push(StructField::new(name, data_type));
    }
    StructType::new(fields)
}

/// The changes of the versions `from` to `to`, both included: the table's columns, then
/// `_change_type`, `_commit_version`, `_commit_timestamp`.
///
/// # Errors
/// `DELTA_MISSING_CHANGE_DATA` for a version that didn't record them; `DELTA_INVALID_CDC_RANGE`.
pub fn changes(
    log: &DeltaLog,
    name: Option<&str>,
    from: u64,
    to: Option<u64>,
) -> Result<Plan, DeltaError> {
    let newest = log.snapshot()?;
    let to = to.unwrap_or_else(|| newest.version());
    if to < from {
        return Err(DeltaError::InvalidChangeRange { from, to });
    }
    let mut is_on = has_change_data_feed(log.snapshot_at(from)?.configuration());
    let schema = newest.schema().clone();
    let mut inputs = Vec::new();
    for version in from..=to.min(newest.version()) {
        let actions = log.commit(version)?;
        for action in &actions {
            if let Action::Metadata(metadata) = action {
                is_on = feed_of(metadata);
            }
        }
        if !is_on {
            return Err(DeltaError::MissingChangeData { from, to, version });
        }
        let time = actions.iter().find_map(|action| match action {
            Action::CommitInfo(info) => info.timestamp,
            _ => None,
        });
        let time = time.unwrap_or(0);
        for part in parts(&actions) {
            inputs.push(part_plan(&part, log, name, &schema, version, time));
        }
    }
    Ok(union(inputs, &schema))
}

/// All rows of a version, as inserted by it: what a stream of the feed begins with.
///
/// # Errors
/// As for time travel.
pub fn snapshot_as_inserts(
    log: &DeltaLog,
    name: Option<&str>,
    version: u64,
) -> Result<Plan, DeltaError> {
    let snapshot = log.snapshot_at(version)?;
    let part = Part {
        files: snapshot.files().cloned().collect(),
        change: Some("insert"),
    };
    let schema = log.snapshot()?.schema().clone();
    let plan = part_plan(&part, log, name, &schema, version, snapshot.timestamp_ms());
    Ok(union(vec![plan], &schema))
}

/// The rows of both.
pub fn both(first: Plan, second: Plan) -> Plan {
    let output = first.output.clone();
    Plan {
        node: PlanNode::Union {
            inputs: vec![Arc::new(first), Arc::new(second)],
        },
        output,
    }
}

fn union(inputs: Vec<Plan>, schema: &StructType) -> Plan {
    let schema = Arc::new(feed_schema(schema));
    let output: Vec<Attribute> = schema
        .fields
        .iter()
        .map(|f| Attribute::new(&f.name, f.data_type.clone(), true))
        .collect();
    let node = match inputs.is_empty() {
        true => PlanNode::Local(crate::types::Frame::empty(schema)),
        false => PlanNode::Union {
            inputs: inputs
                .into_iter()
                .map(|plan| {
                    Arc::new(Plan {
                        node: plan.node,
                        output: output.clone(),
                    })
                })
                .collect(),
        },
    };
    Plan { node, output }
}

fn feed_of(metadata: &Metadata) -> bool {
    has_change_data_feed(&metadata.configuration)
}

/// Files whose rows changed in one way.
struct Part {
    files: Vec<Arc<AddFile>>,
    /// `None` is what the files say.
    change: Option<&'static str>,
}

/// What a commit changed: its change data files, or else whole files that came and went.
fn parts(actions: &[Action]) -> Vec<Part> {
    let changed: Vec<Arc<AddFile>> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Cdc(file) => Some(Arc::new(AddFile {
                path: file.path.clone(),
                partition_values: file.partition_values.clone(),
                size: file.size,
                ..AddFile::default()
            })),
            _ => None,
        })
        .collect();
    if !changed.is_empty() {
        return vec![Part {
            files: changed,
            change: None,
        }];
    }
    let removed = actions.iter().filter_map(|action| match action {
        Action::Remove(file) if file.data_change => Some(Arc::new(of_removed(file))),
        _ => None,
    });
    let added = actions.iter().filter_map(|action| match action {
        Action::Add(file) if file.data_change => Some(Arc::new(file.clone())),
        _ => None,
    });
    [
        (removed.collect::<Vec<_>>(), "delete"),
        (added.collect(), "insert"),
    ]
    .into_iter()
    .filter(|(files, _)| !files.is_empty())
    .map(|(files, change)| Part {
        files,
        change: Some(change),
    })
    .collect()
}

fn of_removed(file: &RemoveFile) -> AddFile {
    AddFile {
        path: file.path.clone(),
        partition_values: file.partition_values.clone().unwrap_or_default(),
        size: file.size.unwrap_or(0),
        deletion_vector: file.deletion_vector.clone(),
        ..AddFile::default()
    }
}

/// The rows of a part with what happened to them, and when.
fn part_plan(
    part: &Part,
    log: &DeltaLog,
    name: Option<&str>,
    schema: &Arc<StructType>,
    version: u64,
    timestamp_ms: i64,
) -> Plan {
    let mut columns = schema.as_ref().clone();
    if part.change.is_none() {
        columns
            .fields
            .push(StructField::new("_change_type", DataType::String));
    }
    let width = columns.len();
    let scan = Plan::delta_scan(DeltaScan {
        table: log.table_path().clone(),
        name: name.map(str::to_owned),
        version: None,
        files: Some(part.files.clone()),
        schema: Arc::new(columns),
        projection: None,
    });
    let mut exprs: Vec<Expr> = scan
        .output
        .iter()
        .take(width)
        .enumerate()
        .map(|(i, attribute)| Expr::column(i, attribute))
        .collect();
    if let Some(change) = part.change {
        exprs.push(Expr::literal(
            Value::String(change.into()),
            DataType::String,
        ));
    }
    let version = i64::try_from(version).unwrap_or(i64::MAX);
    exprs.push(Expr::literal(Value::Long(version), DataType::Long));
    exprs.push(Expr::literal(
        Value::Timestamp(timestamp_ms.saturating_mul(1000)),
        DataType::Timestamp,
    ));
    Plan {
        output: Vec::new(),
        node: PlanNode::Project {
            input: Arc::new(scan),
            exprs,
        },
    }
}
