//! What `SHOW` and `DESCRIBE` tell. Source: Spark SQL reference, "Auxiliary Statements"; Delta
//! documentation, "Table utility commands".

use serde_json::Value as Json;

use super::{not_found, table as rows_table, text};
use crate::delta::DeltaLog;
use crate::formats::glob_matches;
use crate::session::{SessionError, SessionState};
use crate::sql::command::Name;
use crate::types::{DataType, Frame, StructType, Value};

/// `SHOW TABLES`: a database's tables, then the temporary views.
pub(super) fn show_tables(
    state: &SessionState,
    database: &str,
    pattern: Option<&str>,
) -> Result<Frame, SessionError> {
    let names = |name: &str| pattern.is_none_or(|glob| glob_matches(glob, name));
    let mut rows = Vec::new();
    for table in state.tables(database)? {
        if names(&table.table) {
            rows.push(vec![
                text(database),
                text(table.table),
                Value::Boolean(false),
            ]);
        }
    }
    for (view, _) in state.views() {
        if names(view) {
            rows.push(vec![text(""), text(view), Value::Boolean(true)]);
        }
    }
    rows_table(
        &[
            ("namespace", DataType::String),
            ("tableName", DataType::String),
            ("isTemporary", DataType::Boolean),
        ],
        rows,
    )
}

/// `SHOW VIEWS`
pub(super) fn show_views(
    state: &SessionState,
    pattern: Option<&str>,
) -> Result<Frame, SessionError> {
    let names = |name: &str| pattern.is_none_or(|glob| glob_matches(glob, name));
    let rows = state
        .views()
        .filter(|(view, _)| names(view))
        .map(|(view, _)| vec![text(""), text(view), Value::Boolean(true)])
        .collect();
    rows_table(
        &[
            ("namespace", DataType::String),
            ("viewName", DataType::String),
            ("isTemporary", DataType::Boolean),
        ],
        rows,
    )
}

/// `SHOW DATABASES`
pub(super) fn show_databases(
    state: &SessionState,
    pattern: Option<&str>,
) -> Result<Frame, SessionError> {
    let names = |name: &str| pattern.is_none_or(|glob| glob_matches(glob, name));
    let mut databases = state.databases()?;
    databases.retain(|database| names(database));
    super::strings("namespace", databases)
}

/// `DESCRIBE TABLE [EXTENDED]`
pub(super) fn table(
    state: &SessionState,
    name: &Name,
    extended: bool,
) -> Result<Frame, SessionError> {
    let relation = state
        .find_relation(name, None)?
        .ok_or_else(|| not_found(name))?;
    let schema = relation.plan.schema();
    let mut extra = Vec::new();
    let mut line = |name: &str, value: String| extra.push((name.to_owned(), value));
    if !relation.is_view {
        let log = state.log_of(name)?;
        let snapshot = log.snapshot()?;
        let partitions = snapshot.partition_columns();
        if !partitions.is_empty() {
            line("# Partition Information", String::new());
            line("# col_name", "data_type".into());
            for column in partitions {
                let data_type = schema.field(column).map(|f| f.data_type.simple_string());
                line(column, data_type.unwrap_or_default());
            }
        }
        if extended {
            line("", String::new());
            line("# Detailed Table Information", String::new());
            let table = state.table_name(name).ok();
            line("Name", table.map(|t| t.full()).unwrap_or_default());
            line("Type", "MANAGED".into());
            line("Location", log.table_path().to_string());
            line("Provider", "delta".into());
            let properties: Vec<String> = snapshot
                .configuration()
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            line("Table Properties", format!("[{}]", properties.join(",")));
        }
    }
    columns(&schema, &extra)
}

/// A schema as `DESCRIBE` lists it, with more lines of name and value below.
pub(super) fn columns(
    schema: &StructType,
    extra: &[(String, String)],
) -> Result<Frame, SessionError> {
    let columns = schema.fields.iter().map(|f| {
        vec![
            text(&f.name),
            text(f.data_type.simple_string()),
            f.metadata
                .get("comment")
                .and_then(Json::as_str)
                .map_or(Value::Null, text),
        ]
    });
    let extra = extra
        .iter()
        .map(|(name, value)| vec![text(name), text(value), text("")]);
    rows_table(
        &[
            ("col_name", DataType::String),
            ("data_type", DataType::String),
            ("comment", DataType::String),
        ],
        columns.chain(extra).collect(),
    )
}

/// `DESCRIBE HISTORY`, newest first.
pub(super) fn history(log: &DeltaLog, limit: Option<u64>) -> Result<Frame, SessionError> {
    let strings = DataType::map(DataType::String, DataType::String);
    let job = DataType::Struct(StructType::of([
        ("jobId", DataType::String),
        ("jobName", DataType::String),
        ("jobRunId", DataType::String),
        ("runId", DataType::String),
        ("jobOwnerId", DataType::String),
        ("triggerType", DataType::String),
    ]));
    let notebook = DataType::Struct(StructType::of([("notebookId", DataType::String)]));
    let limit = limit.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let rows = log
        .history(limit)?
        .into_iter()
        .map(|entry| {
            let info = entry.commit_info;
            let optional = |value: Option<String>| value.map_or(Value::Null, text);
            vec![
                Value::Long(i64::try_from(entry.version).unwrap_or(i64::MAX)),
                Value::Timestamp(entry.timestamp_ms.saturating_mul(1000)),
                optional(info.user_id),
                optional(info.user_name),
                text(info.operation),
                map(&info.operation_parameters),
                Value::Null,
                Value::Null,
                Value::Null,
                info.read_version.map_or(Value::Null, Value::Long),
                optional(info.isolation_level),
                info.is_blind_append.map_or(Value::Null, Value::Boolean),
                map(&info.operation_metrics),
                optional(info.user_metadata),
                optional(info.engine_info),
            ]
        })
        .collect();
    rows_table(
        &[
            ("version", DataType::Long),
            ("timestamp", DataType::Timestamp),
            ("userId", DataType::String),
            ("userName", DataType::String),
            ("operation", DataType::String),
            ("operationParameters", strings.clone()),
            ("job", job),
            ("notebook", notebook),
            ("clusterId", DataType::String),
            ("readVersion", DataType::Long),
            ("isolationLevel", DataType::String),
            ("isBlindAppend", DataType::Boolean),
            ("operationMetrics", strings),
            ("userMetadata", DataType::String),
            ("engineInfo", DataType::String),
        ],
        rows,
    )
}

fn map(entries: &indexmap::IndexMap<String, Json>) -> Value {
    Value::Map(
        entries
            .iter()
            .map(|(key, value)| {
                let value = match value {
                    Json::String(value) => text(value),
                    Json::Null => Value::Null,
                    other => text(other.to_string()),
                };
                (text(key), value)
            })
            .collect(),
    )
}

/// `DESCRIBE DETAIL`
pub(super) fn detail(
    log: &DeltaLog,
    state: &SessionState,
    name: &Name,
) -> Result<Frame, SessionError> {
    let snapshot = log.snapshot()?;
    let metadata = snapshot.metadata();
    let protocol = snapshot.protocol();
    let list = |names: &[String]| Value::Array(names.iter().map(text).collect());
    let features: Vec<String> = protocol
        .reader_features
        .iter()
        .chain(&protocol.writer_features)
        .flatten()
        .cloned()
        .collect();
    let properties = snapshot
        .configuration()
        .iter()
        .map(|(key, value)| (text(key), text(value)))
        .collect();
    let full_name = state.table_name(name).ok().map(|table| table.full());
    let row = vec![
        text("delta"),
        text(&metadata.id),
        full_name.map_or(Value::Null, text),
        metadata.description.as_ref().map_or(Value::Null, text),
        text(log.table_path().to_string()),
        metadata
            .created_time
            .map_or(Value::Null, |ms| Value::Timestamp(ms.saturating_mul(1000))),
        Value::Timestamp(snapshot.timestamp_ms().saturating_mul(1000)),
        list(snapshot.partition_columns()),
        list(&[]),
        Value::Long(snapshot.num_files() as i64),
        Value::Long(i64::try_from(snapshot.size_in_bytes()).unwrap_or(i64::MAX)),
        Value::Map(properties),
        Value::Integer(protocol.min_reader_version),
        Value::Integer(protocol.min_writer_version),
        list(&features),
    ];
    let strings = DataType::array(DataType::String);
    rows_table(
        &[
            ("format", DataType::String),
            ("id", DataType::String),
            ("name", DataType::String),
            ("description", DataType::String),
            ("location", DataType::String),
            ("createdAt", DataType::Timestamp),
            ("lastModified", DataType::Timestamp),
            ("partitionColumns", strings.clone()),
            ("clusteringColumns", strings.clone()),
            ("numFiles", DataType::Long),
            ("sizeInBytes", DataType::Long),
            (
                "properties",
                DataType::map(DataType::String, DataType::String),
            ),
            ("minReaderVersion", DataType::Integer),
            ("minWriterVersion", DataType::Integer),
            ("tableFeatures", strings),
        ],
        vec![row],
    )
}
