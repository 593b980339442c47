//! What `SHOW` tells. Source: Spark SQL reference, "Auxiliary Statements".

use super::{full_table, not_found, strings, table as rows_table, text};
use crate::delta::{DeltaError, Identity, MIN_READER_VERSION, MIN_WRITER_VERSION, Snapshot};
use crate::formats::glob_matches;
use crate::formats::partitions::{NULL_PARTITION, partition_values};
use crate::session::state::{GLOBAL_TEMP, quoted};
use crate::session::{SessionError, SessionState};
use crate::sql::command::Name;
use crate::types::{DataType, Frame, StructType, Value, quote_if_needed};

/// `SHOW TABLES`: a database's tables and views, then the temporary views.
pub(super) fn tables(
    state: &SessionState,
    database: &str,
    pattern: Option<&str>,
) -> Result<Frame, SessionError> {
    let mut rows: Vec<(String, String, bool)> = Vec::new();
    if database == GLOBAL_TEMP {
        rows.extend(global_rows(state));
    } else {
        let mut names: Vec<String> = state
            .tables(database)?
            .into_iter()
            .map(|table| table.table)
            .chain(state.catalog.views_of(database).map(str::to_owned))
            .collect();
        names.sort();
        rows.extend(names.into_iter().map(|name| (database.into(), name, false)));
    }
    rows.extend(temporary_rows(state));
    listed(state, "tableName", rows, pattern)
}

/// `SHOW VIEWS`
pub(super) fn views(
    state: &SessionState,
    database: &str,
    pattern: Option<&str>,
) -> Result<Frame, SessionError> {
    let mut rows: Vec<(String, String, bool)> = match database {
        GLOBAL_TEMP => global_rows(state).collect(),
        _ => state
            .catalog
            .views_of(database)
            .map(|name| (database.into(), name.into(), false))
            .collect(),
    };
    rows.extend(temporary_rows(state));
    listed(state, "viewName", rows, pattern)
}

fn global_rows(state: &SessionState) -> impl Iterator<Item = (String, String, bool)> {
    let names = state.catalog.global_temporaries();
    names.map(|name| (GLOBAL_TEMP.into(), name.into(), true))
}

fn temporary_rows(state: &SessionState) -> impl Iterator<Item = (String, String, bool)> {
    state
        .views()
        .map(|(name, _)| (String::new(), name.into(), true))
}

fn listed(
    state: &SessionState,
    column: &str,
    rows: Vec<(String, String, bool)>,
    pattern: Option<&str>,
) -> Result<Frame, SessionError> {
    let rows = rows
        .into_iter()
        .filter(|(_, name, _)| pattern.is_none_or(|glob| glob_matches(glob, name)))
        .map(|(namespace, name, temporary)| {
            vec![text(namespace), text(name), Value::Boolean(temporary)]
        })
        .collect();
    full_table(
        &[
            (
                state.conf.column_name("namespace", "database"),
                DataType::String,
            ),
            (column, DataType::String),
            ("isTemporary", DataType::Boolean),
        ],
        rows,
    )
}

/// `SHOW DATABASES`
pub(super) fn databases(
    state: &SessionState,
    pattern: Option<&str>,
) -> Result<Frame, SessionError> {
    let mut databases = state.databases()?;
    databases.retain(|name| pattern.is_none_or(|glob| glob_matches(glob, name)));
    strings(
        state.conf.column_name("namespace", "databaseName"),
        databases,
    )
}

/// A table's properties as Delta shows them: its own, then what its protocol says.
pub(super) fn delta_properties(snapshot: &Snapshot) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = snapshot
        .configuration()
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let protocol = snapshot.protocol();
    all.push((
        MIN_READER_VERSION.name.into(),
        protocol.min_reader_version.to_string(),
    ));
    all.push((
        MIN_WRITER_VERSION.name.into(),
        protocol.min_writer_version.to_string(),
    ));
    for feature in protocol.writer_features.iter().flatten() {
        all.push((format!("delta.feature.{feature}"), "supported".into()));
    }
    all.sort();
    all
}

/// `SHOW TBLPROPERTIES`
pub(super) fn properties(
    state: &SessionState,
    name: &Name,
    key: Option<&str>,
) -> Result<Frame, SessionError> {
    let all = match state.persisted_view(name) {
        Some((_, view)) => view.properties.clone(),
        None => {
            let table = state.table_name(name)?;
            match state.entry(&table).filter(|t| t.format.is_some()) {
                Some(entry) => entry.properties.clone(),
                None => delta_properties(state.log_of(name)?.snapshot()?.as_ref()),
            }
        }
    };
    let table = state.table_name(name)?;
    let rows = match key {
        None => all
            .into_iter()
            .map(|(key, value)| vec![text(key), text(value)])
            .collect(),
        Some(key) => {
            let found = all.into_iter().find(|(k, _)| k == key).map(|(_, v)| v);
            let value = found
                .unwrap_or_else(|| format!("Table {} does not have property: {key}", table.full()));
            vec![vec![text(key), text(value)]]
        }
    };
    full_table(
        &[("key", DataType::String), ("value", DataType::String)],
        rows,
    )
}

/// `SHOW PARTITIONS`
pub(super) fn partitions(state: &SessionState, name: &Name) -> Result<Frame, SessionError> {
    let relation = state
        .find_relation(name, None)?
        .ok_or_else(|| not_found(name))?;
    let table = state.table_name(name)?;
    if relation.is_view {
        return Err(SessionError::ExpectedTable {
            operation: "SHOW PARTITIONS",
            name: table.quoted(),
        });
    }
    let not_partitioned = || DeltaError::NotPartitioned {
        table: table.full(),
    };
    let schema = relation.plan.schema();
    let mut found: Vec<Vec<Option<String>>> = Vec::new();
    let columns: Vec<String>;
    let entry = state.entry(&table).filter(|t| t.format.is_some());
    let is_of_files = entry.is_some();
    if let Some(entry) = entry {
        columns = entry.partition_columns.clone();
        let location = state.location(&table)?;
        if let crate::sql::plan::PlanNode::FileScan(scan) = &relation.plan.node {
            for file in &scan.files {
                let values = partition_values(&location, &file.path);
                let row = columns.iter().map(|c| {
                    values
                        .iter()
                        .find(|(n, _)| n == c)
                        .and_then(|(_, v)| v.clone())
                });
                found.push(row.collect());
            }
        }
    } else {
        let snapshot = state.log_of(name)?.snapshot()?;
        columns = snapshot.partition_columns().to_vec();
        let mode = crate::delta::ColumnMappingMode::of(snapshot.configuration())?;
        let physical: Vec<String> = columns
            .iter()
            .filter_map(|c| snapshot.schema().field(c))
            .map(|f| crate::delta::physical_name(f, mode).to_owned())
            .collect();
        for file in snapshot.files() {
            let row = physical
                .iter()
                .map(|c| file.partition_values.get(c).cloned().flatten());
            found.push(row.collect());
        }
    }
    if columns.is_empty() {
        return Err(not_partitioned().into());
    }
    found.sort();
    found.dedup();
    if is_of_files {
        // As Hive has them: `year=2024/month=1`.
        let rows = found.into_iter().map(|values| {
            let parts = columns.iter().zip(values);
            let parts =
                parts.map(|(c, v)| format!("{c}={}", v.as_deref().unwrap_or(NULL_PARTITION)));
            vec![Value::from(parts.collect::<Vec<_>>().join("/").as_str())]
        });
        return rows_table(&[("partition", DataType::String)], rows.collect());
    }
    let types: Vec<(&str, DataType)> = columns
        .iter()
        .map(|c| {
            let data_type = schema.field(c).map(|f| f.data_type.clone());
            (c.as_str(), data_type.unwrap_or(DataType::String))
        })
        .collect();
    let mut rows = Vec::with_capacity(found.len());
    for values in found {
        let mut row = Vec::with_capacity(values.len());
        for (value, (_, data_type)) in values.iter().zip(&types) {
            row.push(crate::delta::parse_partition_value(
                value.as_deref(),
                data_type,
            )?);
        }
        rows.push(row);
    }
    rows_table(&types, rows)
}

/// `SHOW CREATE TABLE`
pub(super) fn create_table(state: &SessionState, name: &Name) -> Result<Frame, SessionError> {
    let table = state.table_name(name)?;
    if state.temporary(name).is_some() {
        return Err(SessionError::ExpectedTable {
            operation: "SHOW CREATE TABLE",
            name: quoted(name),
        });
    }
    let mut out;
    if let Some((_, view)) = state.persisted_view(name) {
        out = format!("CREATE VIEW {}.{} ", table.database, table.table);
        let columns: Vec<String> = view
            .schema
            .fields
            .iter()
            .enumerate()
            .map(|(i, field)| {
                let comment = view.columns.get(i).and_then(|(_, c)| c.as_ref());
                let comment = comment.map(|c| format!(" COMMENT {}", literal(c)));
                format!(
                    "  {}{}",
                    quote_if_needed(&field.name),
                    comment.unwrap_or_default()
                )
            })
            .collect();
        out.push_str(&format!("(\n{})\n", columns.join(",\n")));
        push_comment(&mut out, view.comment.as_deref());
        push_list(&mut out, "TBLPROPERTIES", &view.properties);
        out.push_str("WITH SCHEMA COMPENSATION\n");
        out.push_str(&format!("AS {}\n", view.text));
        return strings("createtab_stmt", vec![out]);
    }
    out = format!("CREATE TABLE {} ", table.full());
    if let Some(entry) = state.entry(&table).filter(|t| t.format.is_some()) {
        push_columns(&mut out, &entry.schema);
        let format = entry.format.map_or("delta", |f| f.name());
        out.push_str(&format!("USING {}\n", format.to_lowercase()));
        let mut options = entry.options.clone();
        options.sort();
        push_list(&mut out, "OPTIONS", &options);
        push_layout(&mut out, "PARTITIONED BY", &entry.partition_columns);
        push_comment(&mut out, entry.comment.as_deref());
        if !entry.is_managed {
            out.push_str(&format!("LOCATION '{}'\n", state.location(&table)?));
        }
        push_list(&mut out, "TBLPROPERTIES", &entry.properties);
        return strings("createtab_stmt", vec![out]);
    }
    let log = state.delta_log(name, "SHOW CREATE TABLE")?;
    let snapshot = log.snapshot()?;
    push_columns(&mut out, snapshot.schema());
    out.push_str("USING delta\n");
    push_layout(&mut out, "PARTITIONED BY", snapshot.partition_columns());
    let clustered = snapshot.clustering_columns().unwrap_or_default();
    push_layout(&mut out, "CLUSTER BY", &clustered);
    push_comment(&mut out, snapshot.metadata().description.as_deref());
    if state.entry(&table).is_some_and(|t| !t.is_managed) {
        out.push_str(&format!("LOCATION '{}'\n", log.table_path()));
    }
    push_list(&mut out, "TBLPROPERTIES", &delta_properties(&snapshot));
    strings("createtab_stmt", vec![out])
}

fn push_columns(out: &mut String, schema: &StructType) {
    let columns: Vec<String> = schema
        .fields
        .iter()
        .map(|field| {
            let mut line = format!(
                "  {} {}",
                quote_if_needed(&field.name),
                field.data_type.sql()
            );
            if !field.nullable {
                line.push_str(" NOT NULL");
            }
            let text = |key: &str| field.metadata.get(key).and_then(|v| v.as_str());
            if let Some(identity) = Identity::of(field) {
                let kind = if identity.by_default {
                    "BY DEFAULT"
                } else {
                    "ALWAYS"
                };
                let (start, step) = (identity.start, identity.step);
                line.push_str(&format!(
                    " GENERATED {kind} AS IDENTITY (START WITH {start} INCREMENT BY {step})"
                ));
            }
            if let Some(expression) = text(crate::delta::GENERATION_EXPRESSION) {
                line.push_str(&format!(" GENERATED ALWAYS AS ({expression})"));
            }
            if let Some(default) = text(crate::delta::DEFAULT) {
                line.push_str(&format!(" DEFAULT {default}"));
            }
            if let Some(comment) = text("comment") {
                line.push_str(&format!(" COMMENT {}", literal(comment)));
            }
            line
        })
        .collect();
    out.push_str(&format!("(\n{})\n", columns.join(",\n")));
}

fn push_layout(out: &mut String, clause: &str, columns: &[String]) {
    if !columns.is_empty() {
        let columns: Vec<String> = columns.iter().map(|c| quote_if_needed(c)).collect();
        out.push_str(&format!("{clause} ({})\n", columns.join(", ")));
    }
}

fn push_comment(out: &mut String, comment: Option<&str>) {
    if let Some(comment) = comment {
        out.push_str(&format!("COMMENT {}\n", literal(comment)));
    }
}

fn push_list(out: &mut String, clause: &str, list: &[(String, String)]) {
    if !list.is_empty() {
        let items: Vec<String> = list
            .iter()
            .map(|(key, value)| format!("  {} = {}", literal(key), literal(value)))
            .collect();
        out.push_str(&format!("{clause} (\n{})\n", items.join(",\n")));
    }
}

fn literal(value: &str) -> String {
    Value::String(value.into()).sql(&DataType::String)
}
