//! What `DESCRIBE` tells. Source: Spark SQL reference, "Auxiliary Statements"; Delta
//! documentation, "Table utility commands".

use serde_json::Value as Json;

use super::{not_found, table as rows_table, table_of, text};
use crate::delta::DeltaLog;
use crate::formats::FileFormat;
use crate::session::catalog::CatalogTable;
use crate::session::state::TableName;
use crate::session::{SessionError, SessionState};
use crate::sql::command::Name;
use crate::types::{DataType, Frame, StructField, StructType, Value};

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
    let mut lines = Lines::default();
    if state.temporary(name).is_some() {
        return columns(&schema, &lines.0);
    }
    let shown = state.table_name(name)?;
    if let Some((_, view)) = state.persisted_view(name) {
        if extended {
            lines.head(&shown, view.created_ms);
            lines.add("Type", "VIEW");
            lines.some("Comment", view.comment.as_deref());
            lines.add("View Text", &view.text);
            lines.add("View Original Text", &view.text);
            lines.add("View Schema Mode", "COMPENSATION");
            lines.add(
                "View Catalog and Namespace",
                &format!("spark_catalog.{}", view.database),
            );
            let names: Vec<String> = view
                .query_columns
                .iter()
                .map(|c| crate::types::quote(c))
                .collect();
            lines.add(
                "View Query Output Columns",
                &format!("[{}]", names.join(", ")),
            );
            lines.properties("Table Properties", &view.properties);
        }
        return columns(&schema, &lines.0);
    }
    if let Some(entry) = state.entry(&shown)
        && let Some(format) = entry.format
    {
        lines.partitions(&schema, &entry.partition_columns);
        if extended {
            lines.head(&shown, entry.created_ms);
            lines.add(
                "Type",
                if entry.is_managed {
                    "MANAGED"
                } else {
                    "EXTERNAL"
                },
            );
            lines.add("Provider", &format.name().to_lowercase());
            lines.some("Comment", entry.comment.as_deref());
            lines.properties("Table Properties", &entry.properties);
            lines.add("Location", &state.location(&shown)?.to_string());
            lines.properties("Storage Properties", &entry.options);
        }
        return columns(&schema, &lines.0);
    }
    let log = state.log_of(name)?;
    let snapshot = log.snapshot()?;
    lines.partitions(&schema, snapshot.partition_columns());
    let clustered = snapshot.clustering_columns().unwrap_or_default();
    lines.of_columns("# Clustering Information", &schema, &clustered);
    if extended {
        let is_named = !name.iter().any(|part| part.contains('/'));
        let metadata = snapshot.metadata();
        lines.add("", "");
        lines.add("# Detailed Table Information", "");
        if is_named {
            lines.add("Catalog", "spark_catalog");
            lines.add("Database", &shown.database);
            lines.add("Table", &shown.table);
            lines.add("Name", &shown.full());
        }
        lines.add(
            "Created Time",
            &java_time(metadata.created_time.unwrap_or(0)),
        );
        let external = state.entry(&shown).is_some_and(|t| !t.is_managed) || !is_named;
        lines.add("Type", if external { "EXTERNAL" } else { "MANAGED" });
        lines.some("Comment", metadata.description.as_deref());
        lines.add("Location", &log.table_path().to_string());
        lines.add("Provider", "delta");
        lines.add("Owner", "root");
        lines.properties(
            "Table Properties",
            &super::show::delta_properties(&snapshot),
        );
    }
    columns(&schema, &lines.0)
}

/// Lines below the columns.
#[derive(Default)]
struct Lines(Vec<Vec<Value>>);

impl Lines {
    fn add(&mut self, name: &str, value: &str) {
        self.0.push(vec![text(name), text(value), text("")]);
    }

    fn some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    /// `[a=1,b=2]`
    fn properties(&mut self, name: &str, properties: &[(String, String)]) {
        if !properties.is_empty() {
            let list: Vec<String> = properties.iter().map(|(k, v)| format!("{k}={v}")).collect();
            self.add(name, &format!("[{}]", list.join(", ")));
        }
    }

    fn partitions(&mut self, schema: &StructType, partitions: &[String]) {
        self.of_columns("# Partition Information", schema, partitions);
    }

    fn of_columns(&mut self, title: &str, schema: &StructType, names: &[String]) {
        if names.is_empty() {
            return;
        }
        self.add(title, "");
        self.0
            .push(["# col_name", "data_type", "comment"].map(text).to_vec());
        let fields = names.iter().filter_map(|name| schema.field(name));
        self.0.extend(fields.map(column));
    }

    fn head(&mut self, name: &TableName, created_ms: i64) {
        self.add("", "");
        self.add("# Detailed Table Information", "");
        self.add("Catalog", "spark_catalog");
        self.add("Database", &name.database);
        self.add("Table", &name.table);
        self.add("Created Time", &java_time(created_ms));
        self.add("Last Access", "UNKNOWN");
        self.add("Created By", "Spark 4.0.1");
    }
}

/// `Sun Nov 22 16:19:57 UTC 2026`
fn java_time(ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(ms).map_or_else(String::new, |time| {
        time.format("%a %b %d %H:%M:%S UTC %Y").to_string()
    })
}

/// A schema as `DESCRIBE` lists it, with more lines of name and value below.
pub(super) fn columns(schema: &StructType, extra: &[Vec<Value>]) -> Result<Frame, SessionError> {
    let columns = schema.fields.iter().map(column);
    let rows = columns.chain(extra.iter().cloned()).collect();
    let mut schema =
        StructType::of(["col_name", "data_type", "comment"].map(|n| (n, DataType::String)));
    let told = [
        "name of the column",
        "data type of the column",
        "comment of the column",
    ];
    for (field, told) in schema.fields.iter_mut().zip(told) {
        field.nullable = field.name == "comment";
        field.metadata = field.metadata.with("comment", told.into());
    }
    table_of(schema, rows)
}

/// `DESCRIBE t c`
pub(super) fn column_of(
    state: &SessionState,
    name: &Name,
    column: &str,
) -> Result<Frame, SessionError> {
    let relation = state
        .find_relation(name, None)?
        .ok_or_else(|| not_found(name))?;
    let schema = relation.plan.schema();
    let fields = &schema.fields;
    let field = fields.iter().find(|f| f.name.eq_ignore_ascii_case(column));
    let Some(field) = field else {
        return Err(SessionError::DescribedColumnNotFound {
            column: crate::types::quote(column),
        });
    };
    let comment = field.metadata.get("comment").and_then(Json::as_str);
    let rows = [
        ("col_name", field.name.clone()),
        ("data_type", field.data_type.simple_string()),
        ("comment", comment.unwrap_or("NULL").to_owned()),
    ];
    let rows = rows.map(|(name, value)| vec![text(name), text(value)]);
    let mut schema = StructType::of(["info_name", "info_value"].map(|n| (n, DataType::String)));
    let told = ["name of the column info", "value of the column info"];
    for (field, told) in schema.fields.iter_mut().zip(told) {
        field.nullable = false;
        field.metadata = field.metadata.with("comment", told.into());
    }
    table_of(schema, rows.into())
}

/// A column's line: name, type, comment.
fn column(field: &StructField) -> Vec<Value> {
    let comment = field.metadata.get("comment").and_then(Json::as_str);
    vec![
        text(&field.name),
        text(field.data_type.simple_string()),
        comment.map_or(Value::Null, text),
    ]
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
pub(super) fn detail(state: &SessionState, name: &Name) -> Result<Frame, SessionError> {
    if let Ok(table) = state.table_name(name)
        && let Some(entry) = state.entry(&table)
        && let Some(format) = entry.format
    {
        return files_detail(state, &table, entry, format);
    }
    let log = state.log_of(name)?;
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
    let full_name = match name.iter().any(|part| part.contains('/')) {
        true => None,
        false => state.table_name(name).ok().map(|table| table.full()),
    };
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
        list(&snapshot.clustering_columns().unwrap_or_default()),
        Value::Long(snapshot.num_files() as i64),
        Value::Long(i64::try_from(snapshot.size_in_bytes()).unwrap_or(i64::MAX)),
        Value::Map(properties),
        Value::Integer(protocol.min_reader_version),
        Value::Integer(protocol.min_writer_version),
        list(&features),
    ];
    detail_frame(row)
}

/// `DESCRIBE DETAIL` of a table of files.
fn files_detail(
    state: &SessionState,
    name: &TableName,
    entry: &CatalogTable,
    format: FileFormat,
) -> Result<Frame, SessionError> {
    let partitions = entry.partition_columns.iter().map(text).collect();
    let mut row = vec![
        text(format.name().to_lowercase()),
        Value::Null,
        text(name.full()),
        entry.comment.as_ref().map_or(Value::Null, text),
        text(state.location(name)?.to_string()),
        Value::Timestamp(entry.created_ms.saturating_mul(1000)),
        Value::Null,
        Value::Array(partitions),
        Value::Array(Vec::new()),
        Value::Null,
        Value::Null,
    ];
    let properties = entry.properties.iter().map(|(k, v)| (text(k), text(v)));
    row.push(Value::Map(properties.collect()));
    row.extend([Value::Null, Value::Null, Value::Null]);
    detail_frame(row)
}

fn detail_frame(row: Vec<Value>) -> Result<Frame, SessionError> {
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
