//! Auto Loader: the files of a directory, each exactly once; and Spark's plain file source,
//! which is the same without inference and evolution.
//!
//! Source: Databricks documentation, "Configure schema inference and evolution in Auto Loader".

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::super::checkpoint::Offset;
use super::file_log::FileLog;
use super::schema_log::SchemaLog;
use super::{FileSourceOptions, SchemaEvolutionMode, Source, StreamError, offset_number};
use crate::formats::partitions::partition_schema;
use crate::formats::{self, FileBytes, FileFormat, FormatError, SinkLog, UnknownFields};
use crate::sql::SqlError;
use crate::sql::plan::{FileScan, PlanNode};
use crate::storage::{Change, DbfsPath, FileStatus, FileSystem};
use crate::types::{DataType, SchemaRef, StructField, StructType};

/// The name of the rescued data column where none was chosen.
const RESCUED_DATA: &str = "_rescued_data";

/// Files looked at to infer a schema, at most.
const SAMPLE_FILES: usize = 1000;

/// The schema of a `cloudFiles` stream: the newest in its schema location, or what the files
/// say, which is then written there. The rescued data column and the columns of `k=v`
/// directories come after the files' own. Texts and binary files have a schema without that.
///
/// # Errors
/// No schema location; no files to infer from; files that can't be read.
pub fn infer_cloud_files_schema(
    fs: &Arc<dyn FileSystem>,
    path: &DbfsPath,
    format: FileFormat,
    options: &FileSourceOptions,
) -> Result<StructType, StreamError> {
    if matches!(format, FileFormat::Text | FileFormat::BinaryFile) {
        let files = list_files(fs.as_ref(), path, options)?;
        let mut schema = infer(fs, format, options, &[], path)?;
        add_partitions(&mut schema, path, &files, options);
        return Ok(schema);
    }
    let location = options
        .schema_location
        .as_ref()
        .ok_or(StreamError::OptionRequired {
            option: "schemaLocation",
            hint: " Please provide a schema location using `cloudFiles.schemaLocation` for storing inferred schema and supporting schema evolution.",
        })?;
    let files = list_files(fs.as_ref(), path, options)?;
    let schemas = SchemaLog::new(location)?;
    let mut schema = match schemas.latest(fs.as_ref())? {
        Some((_, stored)) => stored,
        None => {
            if files.is_empty() {
                return Err(StreamError::EmptyDirectory { path: path.clone() });
            }
            let mut inferred = infer(fs, format, options, &files, path)?;
            if let Some(hints) = &options.schema_hints {
                apply_schema_hints(&mut inferred, hints)?;
            }
            schemas.write(fs.as_ref(), 0, &inferred)?;
            inferred
        }
    };
    let rescued = options.rescued_column.as_deref().unwrap_or(RESCUED_DATA);
    schema
        .fields
        .push(StructField::new(rescued, DataType::String));
    add_partitions(&mut schema, path, &files, options);
    Ok(schema)
}

/// Adds the columns of `k=v` directories.
fn add_partitions(
    schema: &mut StructType,
    path: &DbfsPath,
    files: &[FileStatus],
    options: &FileSourceOptions,
) {
    let mut partitions = partition_schema(path, files, options.infer_column_types);
    partitions
        .fields
        .retain(|f| schema.index_of(&f.name).is_none());
    schema.fields.extend(partitions.fields);
}

fn infer(
    fs: &Arc<dyn FileSystem>,
    format: FileFormat,
    options: &FileSourceOptions,
    files: &[FileStatus],
    path: &DbfsPath,
) -> Result<StructType, StreamError> {
    let mut contents = Vec::new();
    for file in files.iter().take(SAMPLE_FILES) {
        contents.push((file.path.clone(), FileBytes::stored(fs, &file.path)?));
    }
    // Text formats have strings unless asked otherwise: a nested object is its JSON text, which
    // is why `profile:first_name` works.
    let mut reader = options.reader.clone();
    formats::set_infer_column_types(&mut reader, options.infer_column_types);
    let schema = formats::infer_schema(format, &mut contents.into_iter(), &reader);
    schema.map_err(|e| match e {
        FormatError::Storage(e) => e.into(),
        e => StreamError::InferenceFailed {
            format: format.name().into(),
            path: path.clone(),
            reason: e.to_string(),
        },
    })
}

/// Gives columns, and what lies in them, the types of `schemaHints`.
///
/// # Errors
/// Hints that can't be read.
pub fn apply_schema_hints(schema: &mut StructType, hints: &str) -> Result<(), SqlError> {
    let hints = crate::sql::parse::parse_schema_hints(hints).map_err(SqlError::from)?;
    for (path, data_type) in hints {
        if let Some((column, rest)) = path.split_first() {
            hint_field(schema, column, rest, data_type);
        }
    }
    Ok(())
}

/// Gives what lies at `rest` in a column the type of a hint. What isn't there comes to be.
fn hint_field(schema: &mut StructType, name: &str, rest: &[String], data_type: DataType) {
    let known = schema.index_of(name);
    match known.and_then(|i| schema.fields.get_mut(i)) {
        Some(field) => hint_type(&mut field.data_type, rest, data_type),
        None => {
            let mut new = DataType::Null;
            hint_type(&mut new, rest, data_type);
            schema.fields.push(StructField::new(name, new));
        }
    }
}

fn hint_type(known: &mut DataType, path: &[String], hinted: DataType) {
    let Some((name, rest)) = path.split_first() else {
        *known = hinted;
        return;
    };
    match known {
        DataType::Struct(fields) => hint_field(fields, name, rest, hinted),
        DataType::Array { element, .. } if name == "element" => hint_type(element, rest, hinted),
        DataType::Map { key, .. } if name == "key" => hint_type(key, rest, hinted),
        DataType::Map { value, .. } if name == "value" => hint_type(value, rest, hinted),
        _ => {
            let mut fields = StructType::default();
            hint_field(&mut fields, name, rest, hinted);
            *known = DataType::Struct(fields);
        }
    }
}

/// The data files at or below `path`, by modification time, then path.
fn list_files(
    fs: &dyn FileSystem,
    path: &DbfsPath,
    options: &FileSourceOptions,
) -> Result<Vec<FileStatus>, StreamError> {
    let mut files = match sink_log(fs, path, options)? {
        Some(log) => log.files(None)?,
        None => fs.list_recursive(path)?,
    };
    files.retain(|f| is_data_file(path, &f.path, options));
    in_arrival_order(&mut files);
    Ok(files)
}

/// The log of a folder that a stream writes to: what isn't in it isn't there. Auto Loader takes
/// all files.
fn sink_log<'a>(
    fs: &'a dyn FileSystem,
    path: &DbfsPath,
    options: &FileSourceOptions,
) -> Result<Option<SinkLog<'a>>, StreamError> {
    if options.is_auto_loader {
        return Ok(None);
    }
    let log = SinkLog::of(fs, path)?;
    Ok(log.exists()?.then_some(log))
}

fn in_arrival_order(files: &mut [FileStatus]) {
    files.sort_by(|a, b| (a.modification_time, &a.path).cmp(&(b.modification_time, &b.path)));
}

/// Whether a path is one to ingest: names that begin with `_` or `.` are hidden.
fn is_data_file(base: &DbfsPath, file: &DbfsPath, options: &FileSourceOptions) -> bool {
    file.relative_to(base)
        .is_some_and(|relative| !formats::is_hidden(relative))
        && options
            .glob
            .as_ref()
            .is_none_or(|glob| formats::glob_matches(glob, file.name()))
}

/// Files of a directory as a stream.
pub(super) struct FileSource {
    fs: Arc<dyn FileSystem>,
    path: DbfsPath,
    format: FileFormat,
    options: FileSourceOptions,
    evolution: SchemaEvolutionMode,
    schema: SchemaRef,
    log: FileLog,
    /// The file system's change count when the directory was last looked at.
    looked_at: Option<u64>,
    /// The last batch that was taken from the log of a folder that a stream writes to.
    sink_batch: Option<i64>,
    /// With `availableNow`, the last sequence number to offer.
    last: Option<usize>,
    /// The last sequence number that was offered.
    offered: usize,
    /// The batch being read, and what its files have that the schema lacks.
    batch_files: Vec<FileStatus>,
    unknown: UnknownFields,
}

impl FileSource {
    /// Opens a directory with what the checkpoint's `dir` knows of it. `schema` is the stream's.
    pub fn open(
        fs: Arc<dyn FileSystem>,
        path: DbfsPath,
        format: FileFormat,
        schema: SchemaRef,
        options: FileSourceOptions,
        dir: DbfsPath,
    ) -> Result<Self, StreamError> {
        let is_first_start = fs.list_from(&dir, "")?.is_empty();
        let mut log = FileLog::open(fs.clone(), dir)?;
        if is_first_start && !options.include_existing_files {
            log.append(list_files(fs.as_ref(), &path, &options)?)?;
        }
        // A stream with a schema location infers its schema, and evolves unless told otherwise.
        let default = match options.schema_location {
            Some(_) => SchemaEvolutionMode::AddNewColumns,
            None => SchemaEvolutionMode::None,
        };
        Ok(FileSource {
            evolution: options.evolution.unwrap_or(default),
            fs,
            path,
            format,
            options,
            schema,
            log,
            looked_at: None,
            sink_batch: None,
            last: None,
            offered: 0,
            batch_files: Vec::new(),
            unknown: UnknownFields::default(),
        })
    }

    /// Looks for new files, at the cost of what changed since the last look.
    fn discover(&mut self) -> Result<(), StreamError> {
        let now = self.fs.change_count();
        let changes = self.looked_at.and_then(|at| self.fs.changes_since(at));
        let log = sink_log(self.fs.as_ref(), &self.path, &self.options)?;
        let mut new: Vec<FileStatus> = match (log, changes) {
            (Some(log), _) => {
                let files = log.files(self.sink_batch)?;
                self.sink_batch = log.latest()?;
                files
            }
            (None, Some(changes)) => {
                let written: BTreeSet<DbfsPath> = changes
                    .into_iter()
                    .filter_map(|change| match change {
                        Change::Written { path, .. } => Some(path),
                        Change::Deleted { .. } => None,
                    })
                    .filter(|path| is_data_file(&self.path, path, &self.options))
                    .collect();
                let mut found = Vec::new();
                for path in written {
                    found.extend(self.fs.status(&path)?);
                }
                found
            }
            (None, None) => list_files(self.fs.as_ref(), &self.path, &self.options)?,
        };
        new.retain(|file| !self.log.has_seen(file, self.options.allow_overwrites));
        in_arrival_order(&mut new);
        if !new.is_empty() {
            self.log.append(new)?;
        }
        self.looked_at = Some(now);
        Ok(())
    }

    fn offset(&self, sequence: usize) -> Offset {
        if self.options.is_auto_loader {
            json!({
                "seqNum": sequence,
                "sourceVersion": 1,
                "lastInputPath": self.path.to_string(),
            })
        } else {
            json!({ "logOffset": sequence as i64 - 1 })
        }
    }

    fn sequence(offset: Option<&Offset>) -> usize {
        let number = offset.and_then(|o| {
            offset_number(o, "seqNum").or_else(|| offset_number(o, "logOffset").map(|n| n + 1))
        });
        number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
    }

    fn fails_on_new_columns(&self) -> bool {
        matches!(
            self.evolution,
            SchemaEvolutionMode::AddNewColumns | SchemaEvolutionMode::FailOnNewColumns
        )
    }

    /// Fails the stream if the batch has fields that the schema lacks. With `addNewColumns` the
    /// stored schema grows first, so that the restarted stream knows them.
    fn refuse_unknown_fields(&self) -> Result<(), StreamError> {
        if !self.fails_on_new_columns() || self.unknown.is_empty() {
            return Ok(());
        }
        let grows = self.evolution == SchemaEvolutionMode::AddNewColumns;
        if let (true, Some(location)) = (grows, &self.options.schema_location) {
            let schemas = SchemaLog::new(location)?;
            if let Some((version, mut stored)) = schemas.latest(self.fs.as_ref())? {
                let newest = infer(
                    &self.fs,
                    self.format,
                    &self.options,
                    &self.batch_files,
                    &self.path,
                )?;
                for field in newest.fields {
                    if stored.index_of(&field.name).is_none() {
                        stored.fields.push(field);
                    }
                }
                schemas.write(self.fs.as_ref(), version + 1, &stored)?;
            }
        }
        Err(match self.format {
            FileFormat::Json => StreamError::NewFieldsInRecord {
                fields: self.unknown.to_json(),
                retry: grows,
            },
            _ => StreamError::NewFieldsInFile {
                fields: self.unknown.names().join(", "),
                retry: grows,
            },
        })
    }

    fn rescued_column(&self) -> Option<String> {
        let name = match (&self.options.rescued_column, self.options.is_auto_loader) {
            (Some(name), _) => name.as_str(),
            (None, true) => RESCUED_DATA,
            (None, false) => return None,
        };
        self.schema.field(name).map(|f| f.name.clone())
    }
}

impl Source for FileSource {
    fn description(&self) -> String {
        let name = if self.options.is_auto_loader {
            "CloudFilesSource"
        } else {
            "FileStreamSource"
        };
        format!("{name}[{}]", self.path)
    }

    fn next_offset(
        &mut self,
        start: Option<&Offset>,
        ignore_limits: bool,
    ) -> Result<Option<Offset>, StreamError> {
        if self.last.is_none() {
            self.discover()?;
        }
        let from = Self::sequence(start);
        let available = self.last.unwrap_or(usize::MAX).min(self.log.len());
        let (mut end, mut bytes) = (from, 0_u64);
        for file in self.log.range(from, available) {
            let (files, size) = ((end - from) as u64, bytes.saturating_add(file.size));
            let is_full = self.options.max_files.is_some_and(|max| files >= max)
                || (files > 0 && self.options.max_bytes.is_some_and(|max| size > max));
            if is_full && !ignore_limits {
                break;
            }
            bytes = size;
            end += 1;
        }
        self.offered = end;
        Ok((end > 0).then(|| self.offset(end)))
    }

    fn batch(&mut self, start: Option<&Offset>, end: &Offset) -> Result<PlanNode, StreamError> {
        let files = self
            .log
            .range(Self::sequence(start), Self::sequence(Some(end)))
            .to_vec();
        self.unknown = UnknownFields::default();
        self.batch_files.clone_from(&files);
        let partitions = partition_schema(&self.path, &files, self.options.infer_column_types);
        let partition_columns = self
            .schema
            .fields
            .iter()
            .rev()
            .take_while(|f| partitions.index_of(&f.name).is_some())
            .count();
        Ok(PlanNode::FileScan(FileScan {
            format: self.format,
            options: self.options.reader.clone(),
            paths: vec![self.path.clone()],
            files,
            schema: self.schema.clone(),
            partition_columns,
            rescued_column: self.rescued_column(),
            unknown: self.fails_on_new_columns().then(|| self.unknown.clone()),
            projection: None,
        }))
    }

    fn check_batch(&mut self) -> Result<(), StreamError> {
        self.refuse_unknown_fields()
    }

    fn prepare_available_now(&mut self) -> Result<(), StreamError> {
        self.discover()?;
        self.last = Some(self.log.len());
        Ok(())
    }

    fn metrics(&self) -> Vec<(&'static str, String)> {
        if !self.options.is_auto_loader {
            return Vec::new();
        }
        let waiting = self.log.range(self.offered, self.log.len());
        let bytes: u64 = waiting.iter().map(|f| f.size).sum();
        vec![
            ("isBacklogComputationComplete", "true".into()),
            ("numBytesOutstanding", bytes.to_string()),
            ("numFilesOutstanding", waiting.len().to_string()),
        ]
    }
}
