//! Batch writes: what `df.write` collects, and what `INSERT` and `CREATE TABLE AS` come down to.

mod delta;
mod files;

pub(in crate::session) use delta::{Creation, DeltaWrite, write_delta};
pub(in crate::session) use files::{
    FilesWrite, clear, partition_positions, table_schema, write_files,
};

use std::sync::Arc;

use super::SessionError;
use super::catalog::CatalogTable;
use super::conf::{self, AUTO_MERGE};
use super::options::PARTITION_OVERWRITE_MODE;
use super::state::{SessionState, TableName, quoted};
use super::statement::{SaveMode, WriteTo, Writer};
use super::streams::options_of;
use crate::formats::{FileFormat, FormatError, Options, PATH};
use crate::sql::analyze::{InsertBy, insert_columns};
use crate::sql::plan::{Plan, PlanNode};
use crate::storage::DbfsPath;

/// Writes a query's rows where a writer says.
pub(super) fn write(
    state: &mut SessionState,
    plan: Arc<Plan>,
    writer: &Writer,
) -> Result<(), SessionError> {
    if plan.is_streaming() {
        return Err(SessionError::StreamingNotAllowed { method: "write" });
    }
    let options = options_of(&writer.options);
    match (&writer.to, options.get(PATH)) {
        (WriteTo::InsertInto(name), _) => insert_into(state, plan, name, writer),
        (WriteTo::Table(name), _) => save_as_table(state, plan, name, writer, &options),
        (WriteTo::Path(_), Some(_)) => Err(SessionError::TwoPaths),
        (WriteTo::Path(path), None) => {
            save(state, &plan, &DbfsPath::parse(path)?, writer, &options)
        }
        (WriteTo::Nowhere, Some(path)) => {
            save(state, &plan, &DbfsPath::parse(path)?, writer, &options)
        }
        (WriteTo::Nowhere, None) if is_format(writer, "noop") => {
            for frame in state.rows(&plan)? {
                frame?;
            }
            Ok(())
        }
        (WriteTo::ForeachBatch(_), _) | (WriteTo::Nowhere, None) => Err(SessionError::NoPath),
    }
}

fn is_format(writer: &Writer, name: &str) -> bool {
    let format = writer.format.as_deref().unwrap_or("delta");
    format.eq_ignore_ascii_case(name)
}

/// What a format's name means; `None` is Delta.
///
/// # Errors
/// `DATA_SOURCE_NOT_FOUND`.
pub(in crate::session) fn provider(
    format: Option<&str>,
) -> Result<Option<FileFormat>, FormatError> {
    let name = format.unwrap_or("delta");
    if name.eq_ignore_ascii_case("delta") {
        return Ok(None);
    }
    let found = FileFormat::from_name(name);
    found
        .map(Some)
        .ok_or_else(|| FormatError::UnknownFormat { name: name.into() })
}

/// `save(path)`
fn save(
    state: &SessionState,
    plan: &Arc<Plan>,
    path: &DbfsPath,
    writer: &Writer,
    options: &Options,
) -> Result<(), SessionError> {
    let Some(format) = provider(writer.format.as_deref())? else {
        let log = state.deltas.open(path);
        if log.exists()? {
            match writer.mode {
                SaveMode::ErrorIfExists => {
                    return Err(SessionError::DeltaPathExists { path: path.clone() });
                }
                SaveMode::Ignore => return Ok(()),
                SaveMode::Append | SaveMode::Overwrite => {}
            }
        }
        write_delta(state, &log, plan, DeltaWrite::of(state, writer, options)?)?;
        return Ok(());
    };
    write_files(
        state,
        plan,
        &FilesWrite {
            format,
            options,
            mode: writer.mode,
            partition_by: &writer.partition_by,
            to: path,
        },
    )
}

/// `saveAsTable(name)`: columns go by name.
fn save_as_table(
    state: &mut SessionState,
    plan: Arc<Plan>,
    name: &str,
    writer: &Writer,
    options: &Options,
) -> Result<(), SessionError> {
    let parts = super::parse_name(name)?;
    let name = state.table_name(&parts)?;
    state.require_database(&name.database)?;
    let format = provider(writer.format.as_deref())?;
    if state.table_exists(&name)? {
        match writer.mode {
            SaveMode::ErrorIfExists => {
                return Err(SessionError::RelationExists {
                    name: name.quoted(),
                });
            }
            SaveMode::Ignore => return Ok(()),
            SaveMode::Append => return append_to_table(state, plan, &parts, &name, writer),
            SaveMode::Overwrite => {}
        }
        refuse_self_overwrite(state, &plan, &name)?;
        let existing = state.entry(&name).and_then(|t| t.format);
        if existing.is_some() || format.is_some() {
            state.drop_table(&name)?;
        }
    }
    let location = match options.get(PATH) {
        Some(path) => Some(DbfsPath::parse(path)?),
        None => None,
    };
    let table = NewTable {
        format,
        location,
        options: writer.options.clone(),
        partition_by: writer.partition_by.clone(),
        comment: None,
        properties: Vec::new(),
    };
    match format {
        Some(_) => create_file_table(state, &name, &plan, table, writer.mode),
        None => {
            let location = match &table.location {
                Some(path) => path.clone(),
                None => state.location(&name)?,
            };
            let log = state.deltas.open(&location);
            let exists = log.exists()?;
            let operation = match (writer.mode, exists) {
                (SaveMode::Overwrite, _) => "CREATE OR REPLACE TABLE AS SELECT",
                (_, true) => return Err(SessionError::DeltaPathExists { path: location }),
                (_, false) => "CREATE TABLE AS SELECT",
            };
            let write = DeltaWrite {
                creation: Some(Creation {
                    operation,
                    is_managed: table.location.is_none(),
                    comment: None,
                    cluster_by: writer.cluster_by.clone(),
                }),
                by_name: exists,
                ..DeltaWrite::of(state, writer, options)?
            };
            write_delta(state, &log, &plan, write)?;
            if table.location.is_some() {
                state.register(&name, location);
            }
            Ok(())
        }
    }
}

/// What a table of files is made with.
pub(in crate::session) struct NewTable {
    pub format: Option<FileFormat>,
    pub location: Option<DbfsPath>,
    pub options: Vec<(String, String)>,
    pub partition_by: Vec<String>,
    pub comment: Option<String>,
    pub properties: Vec<(String, String)>,
}

/// Writes a query's rows as the files of a new table.
pub(in crate::session) fn create_file_table(
    state: &mut SessionState,
    name: &TableName,
    plan: &Plan,
    table: NewTable,
    mode: SaveMode,
) -> Result<(), SessionError> {
    let Some(format) = table.format else {
        return Ok(());
    };
    let is_managed = table.location.is_none();
    let location = match table.location {
        Some(path) => path,
        None => state.managed_location(name)?,
    };
    let options = options_of(&table.options);
    write_files(
        state,
        plan,
        &FilesWrite {
            format,
            options: &options,
            mode: match mode {
                SaveMode::Overwrite => SaveMode::Overwrite,
                _ if is_managed => SaveMode::ErrorIfExists,
                mode => mode,
            },
            partition_by: &table.partition_by,
            to: &location,
        },
    )?;
    let schema = table_schema(&plan.schema(), &table.partition_by)?;
    let entry = CatalogTable {
        format: Some(format),
        location: Some(location),
        is_managed,
        schema,
        partition_columns: table.partition_by,
        options: table
            .options
            .into_iter()
            .filter(|(key, _)| !key.eq_ignore_ascii_case("path"))
            .collect(),
        comment: table.comment,
        properties: table.properties,
        created_ms: state.env.clock.now_ms(),
        ..CatalogTable::default()
    };
    state.catalog.set_table(name.key(), entry);
    Ok(())
}

/// `mode("append").saveAsTable(name)` where there is a table.
fn append_to_table(
    state: &mut SessionState,
    plan: Arc<Plan>,
    parts: &[String],
    name: &TableName,
    writer: &Writer,
) -> Result<(), SessionError> {
    let given = provider(writer.format.as_deref())?;
    let Some(entry) = state.entry(name).filter(|t| t.format.is_some()).cloned() else {
        let log = state.table_log(name)?;
        if let Some(format) = given {
            return Err(SessionError::FormatOfTable {
                table: name.full(),
                existing: "DeltaDataSource".into(),
                given: source_class(Some(format)).into(),
            });
        }
        let options = options_of(&writer.options);
        let write = DeltaWrite {
            by_name: true,
            ..DeltaWrite::of(state, writer, &options)?
        };
        write_delta(state, &log, &plan, write)?;
        return Ok(());
    };
    if entry.format != given {
        return Err(SessionError::FormatOfTable {
            table: name.full(),
            existing: source_class(entry.format).into(),
            given: source_class(given).into(),
        });
    }
    let data = plan.schema();
    if data.len() != entry.schema.len() {
        return Err(SessionError::ColumnNumberOfTable {
            table: name.full(),
            existing: crate::types::DataType::Struct(entry.schema.clone()).simple_string(),
            given: crate::types::DataType::Struct(data.as_ref().clone()).simple_string(),
        });
    }
    if !writer.partition_by.is_empty() && writer.partition_by != entry.partition_columns {
        return Err(SessionError::PartitioningOfTable {
            table: name.full(),
            given: writer.partition_by.join(", "),
            existing: entry.partition_columns.join(", "),
        });
    }
    for field in &entry.schema.fields {
        if data.index_of(&field.name).is_none() {
            return Err(SessionError::UnresolvedTableColumn {
                column: field.name.clone(),
                columns: data.names().join(", "),
            });
        }
    }
    let plan = insert_columns(parts, plan, InsertBy::Name, state)?;
    insert_rows(state, parts, &plan, &Insertion::default())?;
    Ok(())
}

/// `insertInto(name)`: columns go by position.
fn insert_into(
    state: &mut SessionState,
    plan: Arc<Plan>,
    name: &str,
    writer: &Writer,
) -> Result<(), SessionError> {
    if !writer.partition_by.is_empty() {
        return Err(SessionError::InsertIntoPartitionBy);
    }
    let parts = super::parse_name(name)?;
    let relation = state.find_relation(&parts, None)?;
    match relation {
        None => {
            return Err(SessionError::RelationNotFound {
                name: quoted(&parts),
            });
        }
        Some(relation) if relation.is_view => return Err(SessionError::InsertIntoView),
        Some(_) => {}
    }
    let plan = insert_columns(&parts, plan, InsertBy::Position, state)?;
    let options = options_of(&writer.options);
    let insertion = Insertion {
        overwrite: writer.mode == SaveMode::Overwrite,
        dynamic: is_dynamic(state, &options)?,
        ..Insertion::default()
    };
    insert_rows(state, &parts, &plan, &insertion)?;
    Ok(())
}

/// How rows are inserted.
#[derive(Debug, Default)]
pub(in crate::session) struct Insertion {
    pub overwrite: bool,
    /// Overwrites only the partitions that the rows have.
    pub dynamic: bool,
    /// Overwrites what this predicate fits (`REPLACE WHERE`).
    pub replace_where: Option<String>,
}

/// Puts rows, whose columns are the table's, into a table of any format. Gives how many, if it is
/// a Delta table.
pub(in crate::session) fn insert_rows(
    state: &SessionState,
    parts: &[String],
    plan: &Arc<Plan>,
    insertion: &Insertion,
) -> Result<Option<u64>, SessionError> {
    let mode = match insertion.overwrite || insertion.replace_where.is_some() {
        true => SaveMode::Overwrite,
        false => SaveMode::Append,
    };
    if let Ok(name) = state.table_name(parts)
        && let Some(entry) = state.entry(&name)
        && let Some(format) = entry.format
    {
        if insertion.overwrite {
            refuse_self_overwrite(state, plan, &name)?;
        }
        let mut options = options_of(&entry.options);
        if insertion.dynamic {
            options.set("partitionOverwriteMode", "dynamic");
        }
        let location = state.location(&name)?;
        write_files(
            state,
            plan,
            &FilesWrite {
                format,
                options: &options,
                mode,
                partition_by: &entry.partition_columns,
                to: &location,
            },
        )?;
        entry.refresh();
        return Ok(None);
    }
    let log = state.log_of(parts)?;
    let write = DeltaWrite {
        mode,
        dynamic: insertion.dynamic,
        replace_where: insertion.replace_where.clone(),
        by_name: true,
        merge_schema: state.conf.is_true(AUTO_MERGE.name),
        ..DeltaWrite::default()
    };
    Ok(Some(write_delta(state, &log, plan, write)?.rows))
}

/// Whether `partitionOverwriteMode` is `dynamic`.
pub(in crate::session) fn is_dynamic(
    state: &SessionState,
    options: &Options,
) -> Result<bool, SessionError> {
    let mode = options
        .get(PARTITION_OVERWRITE_MODE)
        .or(state.conf.get(conf::PARTITION_OVERWRITE_MODE.name))
        .unwrap_or("static");
    match mode.to_lowercase().as_str() {
        "dynamic" => Ok(true),
        "static" => Ok(false),
        _ => Err(FormatError::InvalidOption {
            name: PARTITION_OVERWRITE_MODE.name.into(),
            value: mode.into(),
            expected: "static or dynamic",
        }
        .into()),
    }
}

/// Files that are read can't be replaced at the same time.
fn refuse_self_overwrite(
    state: &SessionState,
    plan: &Plan,
    name: &TableName,
) -> Result<(), SessionError> {
    let location = state.location(name)?;
    if reads_files_of(plan, &location) {
        return Err(SessionError::OverwritesItself {
            kind: "TABLE",
            target: format!("table is {}", name.quoted()),
        });
    }
    Ok(())
}

/// Whether a plan reads files at or below a path other than through a Delta log.
fn reads_files_of(plan: &Plan, path: &DbfsPath) -> bool {
    match &plan.node {
        PlanNode::FileScan(scan) => scan.files.iter().any(|f| f.path.is_in(path)),
        _ => plan
            .inputs()
            .iter()
            .any(|input| reads_files_of(input, path)),
    }
}

fn source_class(format: Option<FileFormat>) -> &'static str {
    match format {
        None => "DeltaDataSource",
        Some(FileFormat::Parquet) => "ParquetDataSourceV2",
        Some(FileFormat::Json) => "JsonDataSourceV2",
        Some(FileFormat::Csv) => "CSVDataSourceV2",
        Some(FileFormat::Text) => "TextDataSourceV2",
        Some(FileFormat::BinaryFile) => "BinaryFileFormat",
    }
}
