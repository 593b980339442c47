//! Writing data files.

use std::sync::Arc;

use indexmap::IndexMap;
use polars_core::prelude::{IdxCa, PlSmallStr, Series};

use super::actions::{AddCdcFile, AddFile, Metadata, PartitionValues};
use super::column_mapping::{ColumnMappingMode, physical_name};
use super::conform::conform;
use super::error::DeltaError;
use super::features;
use super::partition::{directory, serialize_partition_value};
use super::paths::encode_path;
use super::stats::StatsCollector;
use crate::env::Env;
use crate::formats::parquet::{ParquetWriteOptions, ParquetWriter};
use crate::storage::{DbfsPath, FileSystem, PutResult};
use crate::types::{DataType, Frame, FrameError, SchemaRef, StructField, StructType, Value};

/// A file is closed when it has about this many bytes: until then it is in memory, of which a tab has little.
const FILE_BYTES: usize = 32 << 20;

/// The directory of change data files, and the column that says what happened to a row.
pub(super) const CHANGE_DATA: &str = "_change_data";
pub(super) const CHANGE_TYPE: &str = "_change_type";

/// Partitions written at once. Beyond it the largest is closed: more files, bounded memory.
const OPEN_PARTITIONS: usize = 128;

/// Writes the rows of frames into data files of a table, a file a partition, and says what to add
/// to the log.
///
/// Files that are never committed are rubbish that no reader sees; `VACUUM` takes them away.
pub struct FileWriter {
    fs: Arc<dyn FileSystem>,
    table: DbfsPath,
    env: Env,
    layout: Layout,
    rules: Option<Box<dyn RowRules>>,
    /// Whether it writes change data files.
    is_change_data: bool,
    /// Bytes at which a file is closed.
    file_bytes: usize,
    open: IndexMap<PartitionValues, OpenFile>,
    done: Vec<AddFile>,
    rows: u64,
}

/// What a table demands of its rows in the words of SQL: generated columns and CHECK constraints.
pub trait RowRules {
    /// The rows with generated columns added that they lack.
    ///
    /// # Errors
    /// What the expressions say.
    fn complete(&self, frame: &Frame) -> Result<Frame, DeltaError>;

    /// Checks rows of the table's schema.
    ///
    /// # Errors
    /// [`DeltaError::ConstraintViolated`].
    fn check(&self, frame: &Frame) -> Result<(), DeltaError>;

    /// The last number that each identity column gave, by the column's name.
    fn marks(&self) -> Vec<(String, i64)>;
}

/// How the table's columns lie in its files.
struct Layout {
    metadata: Metadata,
    mode: ColumnMappingMode,
    schema: SchemaRef,
    /// Positions of the partition columns in the schema, and their physical names.
    partitions: Vec<usize>,
    partition_names: Vec<String>,
    /// Positions of the columns that the files hold, and the files' schema.
    data: Vec<usize>,
    data_schema: SchemaRef,
}

struct OpenFile {
    parquet: ParquetWriter,
    stats: StatsCollector,
}

impl FileWriter {
    /// Writes for the table at `table` as `metadata` describes it: the transaction's new metadata
    /// where it sets any, else the snapshot's.
    ///
    /// # Errors
    /// For a schema that can't be read or written.
    pub fn new(
        fs: Arc<dyn FileSystem>,
        table: DbfsPath,
        metadata: &Metadata,
        env: &Env,
    ) -> Result<Self, DeltaError> {
        Ok(FileWriter {
            fs,
            table,
            env: env.clone(),
            layout: Layout::new(metadata)?,
            rules: None,
            is_change_data: false,
            file_bytes: FILE_BYTES,
            open: IndexMap::new(),
            done: Vec::new(),
            rows: 0,
        })
    }

    /// The same, keeping the table's rules. A table that has some isn't written without.
    #[must_use]
    pub fn with_rules(mut self, rules: Option<Box<dyn RowRules>>) -> Self {
        self.rules = rules;
        self
    }

    /// The same, closing files when they have about `bytes`.
    #[must_use]
    pub fn with_file_bytes(mut self, bytes: usize) -> Self {
        self.file_bytes = bytes;
        self
    }

    /// Writes change data files: rows of the table that have a column `_change_type` besides.
    /// Delta PROTOCOL.md, "Change Data Files".
    ///
    /// # Errors
    /// As [`FileWriter::new`].
    pub fn change_data(
        fs: Arc<dyn FileSystem>,
        table: DbfsPath,
        metadata: &Metadata,
        env: &Env,
    ) -> Result<Self, DeltaError> {
        let mut schema = StructType::from_json_str(&metadata.schema_string)?;
        for field in &mut schema.fields {
            field.nullable = true;
        }
        let change_type = StructField::new(CHANGE_TYPE, DataType::String);
        schema.fields.push(change_type);
        let metadata = Metadata {
            schema_string: schema.to_json().to_string(),
            ..metadata.clone()
        };
        Ok(FileWriter {
            is_change_data: true,
            ..FileWriter::new(fs, table, &metadata, env)?
        })
    }

    /// Adds the rows of a frame. Its columns are taken by name without case, in any order; columns
    /// that it lacks are NULL.
    ///
    /// # Errors
    /// [`DeltaError::FailedToMergeFields`] for a column of a type that doesn't fit;
    /// [`DeltaError::NotNullViolated`].
    pub fn write(&mut self, frame: &Frame) -> Result<(), DeltaError> {
        let completed;
        let frame = match &self.rules {
            Some(rules) => {
                completed = rules.complete(frame)?;
                &completed
            }
            None if self.is_change_data => frame,
            None => {
                features::check_no_rules(&self.layout.metadata, &self.layout.schema)?;
                frame
            }
        };
        let frame = conform(frame, &self.layout.schema)?;
        for (field, column) in self.layout.schema.fields.iter().zip(frame.columns()) {
            if !field.nullable && column.null_count() > 0 {
                return Err(DeltaError::NotNullViolated {
                    column: field.name.clone(),
                });
            }
        }
        if let Some(rules) = &self.rules {
            rules.check(&frame)?;
        }
        self.rows += frame.height() as u64;
        for (values, part) in self.layout.split(&frame)? {
            self.write_partition(values, &part)?;
        }
        Ok(())
    }

    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// What the table is to be after this write, if that is something else: identity columns keep
    /// their last numbers.
    ///
    /// # Errors
    /// If the table's schema can't be read.
    pub fn changed_metadata(&self) -> Result<Option<Metadata>, DeltaError> {
        let marks = self.rules.as_ref().map(|rules| rules.marks());
        match marks.filter(|marks| !marks.is_empty()) {
            Some(marks) => self.layout.metadata.with_marks(&marks).map(Some),
            None => Ok(None),
        }
    }

    /// Closes the files that are open. What was written, in the order in which it was closed.
    pub fn finish(mut self) -> Result<Vec<AddFile>, DeltaError> {
        for (values, file) in std::mem::take(&mut self.open) {
            self.close(values, file)?;
        }
        Ok(self.done)
    }

    /// Closes the files of [`FileWriter::change_data`].
    pub fn finish_changes(self) -> Result<Vec<AddCdcFile>, DeltaError> {
        let files = self.finish()?.into_iter().map(|file| AddCdcFile {
            path: file.path,
            partition_values: file.partition_values,
            size: file.size,
            data_change: false,
            tags: None,
        });
        Ok(files.collect())
    }

    fn write_partition(&mut self, values: PartitionValues, part: &Frame) -> Result<(), DeltaError> {
        if part.height() == 0 {
            return Ok(());
        }
        if !self.open.contains_key(&values) {
            if self.open.len() >= OPEN_PARTITIONS {
                self.close_largest()?;
            }
            let file = self.layout.open_file()?;
            self.open.insert(values.clone(), file);
        }
        let Some(file) = self.open.get_mut(&values) else {
            return Ok(());
        };
        file.stats.update(part)?;
        file.parquet.write(part)?;
        if file.parquet.estimated_size() >= self.file_bytes
            && let Some(file) = self.open.swap_remove(&values)
        {
            self.close(values, file)?;
        }
        Ok(())
    }

    fn close_largest(&mut self) -> Result<(), DeltaError> {
        let sizes = self.open.iter().enumerate();
        let largest = sizes.max_by_key(|(_, (_, file))| file.parquet.estimated_size());
        let Some((index, _)) = largest else {
            return Ok(());
        };
        match self.open.swap_remove_index(index) {
            Some((values, file)) => self.close(values, file),
            None => Ok(()),
        }
    }

    fn close(&mut self, values: PartitionValues, file: OpenFile) -> Result<(), DeltaError> {
        let stats = file.stats.finish();
        let bytes = file.parquet.finish()?;
        let size = bytes.len();
        let directory = directory(&self.layout.partition_names, &values);
        let path = loop {
            let id = self.env.new_uuid();
            let name = match (self.is_change_data, directory.is_empty()) {
                (false, true) => format!("part-00000-{id}-c000.snappy.parquet"),
                (false, false) => format!("part-00000-{id}.c000.snappy.parquet"),
                (true, _) => format!("cdc-00000-{id}.c000.snappy.parquet"),
            };
            let mut path = match directory.is_empty() {
                true => name,
                false => format!("{directory}/{name}"),
            };
            if self.is_change_data {
                path = format!("{CHANGE_DATA}/{path}");
            }
            // An id source that repeats itself must not cost another commit's rows.
            match self
                .fs
                .put_if_absent(&self.table.join(&path)?, bytes.clone())?
            {
                PutResult::Created => break path,
                PutResult::Exists => {}
            }
        };
        self.done.push(AddFile {
            path: encode_path(&path),
            partition_values: values,
            size: i64::try_from(size).unwrap_or(i64::MAX),
            modification_time: self.env.clock.now_ms(),
            data_change: true,
            stats: Some(stats),
            ..AddFile::default()
        });
        Ok(())
    }
}

impl Layout {
    fn new(metadata: &Metadata) -> Result<Self, DeltaError> {
        let schema = Arc::new(StructType::from_json_str(&metadata.schema_string)?);
        let mode = ColumnMappingMode::of(&metadata.configuration)?;
        let mut partitions = Vec::new();
        let mut partition_names = Vec::new();
        for column in &metadata.partition_columns {
            let index = schema.index_of(column);
            let field = index.and_then(|i| schema.fields.get(i));
            let (Some(index), Some(field)) = (index, field) else {
                return Err(DeltaError::MissingPartitionColumn {
                    column: column.clone(),
                    schema: schema.names().join(", "),
                });
            };
            partitions.push(index);
            partition_names.push(physical_name(field, mode).to_owned());
        }
        let data: Vec<usize> = (0..schema.len())
            .filter(|i| !partitions.contains(i))
            .collect();
        let data_schema = Arc::new(select(&schema, &data));
        Ok(Layout {
            metadata: metadata.clone(),
            mode,
            schema,
            partitions,
            partition_names,
            data,
            data_schema,
        })
    }

    fn open_file(&self) -> Result<OpenFile, DeltaError> {
        let configuration = &self.metadata.configuration;
        Ok(OpenFile {
            parquet: ParquetWriter::new(&self.data_schema, &ParquetWriteOptions::default())?,
            stats: StatsCollector::new(&self.data_schema, self.mode, configuration),
        })
    }

    /// The rows of each partition, in the order of their first row, without partition columns.
    fn split(&self, frame: &Frame) -> Result<Vec<(PartitionValues, Frame)>, DeltaError> {
        if self.partitions.is_empty() {
            return Ok(vec![(PartitionValues::new(), frame.clone())]);
        }
        let keys: Vec<String> = self.partitions.iter().map(usize::to_string).collect();
        let rows = frame.to_polars()?;
        let groups = rows.group_by_stable(&keys).map_err(FrameError::from)?;
        let mut parts: IndexMap<PartitionValues, Vec<Frame>> = IndexMap::new();
        let data = self.data_columns(frame)?;
        for group in groups.get_groups().iter() {
            let rows = match group {
                polars_core::prelude::GroupsIndicator::Idx((_, all)) => all.to_vec(),
                polars_core::prelude::GroupsIndicator::Slice([first, len]) => {
                    (first..first.saturating_add(len)).collect()
                }
            };
            let Some(first) = rows.first().copied() else {
                continue;
            };
            let mut values = PartitionValues::new();
            for (index, name) in self.partitions.iter().zip(&self.partition_names) {
                let (field, column) = (self.schema.fields.get(*index), frame.column(*index));
                if let (Some(field), Some(column)) = (field, column) {
                    let value = Value::from_series(column, first as usize, &field.data_type)?;
                    let text = serialize_partition_value(&value, &field.data_type);
                    values.insert(name.clone(), text);
                }
            }
            let part = data.take(&IdxCa::from_vec(PlSmallStr::EMPTY, rows))?;
            // NULL and '' are two groups and one partition.
            parts.entry(values).or_default().push(part);
        }
        let mut joined = Vec::with_capacity(parts.len());
        for (values, frames) in parts {
            if let Some(frame) = Frame::concat(&frames)? {
                joined.push((values, frame));
            }
        }
        Ok(joined)
    }

    fn data_columns(&self, frame: &Frame) -> Result<Frame, DeltaError> {
        let columns: Vec<Series> = self
            .data
            .iter()
            .filter_map(|i| frame.column(*i).cloned())
            .collect();
        Ok(Frame::new(
            self.data_schema.clone(),
            columns,
            frame.height(),
        )?)
    }
}

fn select(schema: &StructType, indices: &[usize]) -> StructType {
    let fields = indices.iter().filter_map(|i| schema.fields.get(*i));
    StructType::new(fields.cloned().collect())
}
