//! Rows as files of a format, as Spark's `FileFormatWriter` lays them out: a file a partition,
//! `_SUCCESS` when all is written.

use bytes::Bytes;
use indexmap::IndexMap;
use std::sync::Arc;

use super::super::SessionError;
use super::super::state::SessionState;
use super::super::statement::SaveMode;
use super::{is_dynamic, reads_files_of};
use crate::formats::partitions::partition_directory;
use crate::formats::{FileEncoder, FileFormat, Options, check_writable, file_extension};
use crate::sql::SqlError;
use crate::sql::analyze::refuse_duplicates;
use crate::sql::plan::Plan;
use crate::storage::{DbfsPath, FileSystem};
use crate::types::{Frame, FrameError, SchemaRef, StructType, Value};

/// Which files to write, and where.
pub(in crate::session) struct FilesWrite<'a> {
    pub format: FileFormat,
    pub options: &'a Options,
    pub mode: SaveMode,
    pub partition_by: &'a [String],
    pub to: &'a DbfsPath,
}

/// Writes a query's rows as files. What was there goes once all rows are computed.
pub(in crate::session) fn write_files(
    state: &SessionState,
    plan: &Plan,
    write: &FilesWrite<'_>,
) -> Result<(), SessionError> {
    let FilesWrite { mode, to, .. } = write;
    let fs = state.fs.as_ref();
    let schema = plan.schema();
    refuse_duplicates(&schema)?;
    if state.deltas.open(to).exists()? {
        return Err(SessionError::IncompatibleFormat {
            action: "write to",
            path: (*to).clone(),
            format: write.format.name(),
        });
    }
    if fs.status(to)?.is_some() {
        match mode {
            SaveMode::ErrorIfExists => {
                return Err(SessionError::PathExists {
                    path: (*to).clone(),
                });
            }
            SaveMode::Ignore => return Ok(()),
            SaveMode::Overwrite if reads_files_of(plan, to) => {
                return Err(SessionError::OverwritesItself {
                    kind: "PATH",
                    target: format!("path is \"{to}\""),
                });
            }
            SaveMode::Append | SaveMode::Overwrite => {}
        }
    }
    let mut sink = Sink::new(state, &schema, write)?;
    for frame in state.rows(plan)? {
        sink.write(&frame?)?;
    }
    let files = sink.finish()?;
    if *mode == SaveMode::Overwrite {
        let dynamic = !write.partition_by.is_empty() && is_dynamic(state, write.options)?;
        if dynamic {
            for (directory, ..) in &files {
                fs.delete(&to.join(directory)?)?;
            }
        } else if fs.status(to)?.is_some_and(|s| !s.is_dir) {
            fs.delete(to)?;
        } else {
            clear(fs, to)?;
        }
    }
    fs.mkdirs(to)?;
    for (directory, name, bytes) in files {
        fs.put(&to.join(&directory)?.join(&name)?, bytes)?;
    }
    fs.put(&to.join("_SUCCESS")?, Bytes::new())?;
    Ok(())
}

/// The columns of a table of files: partition columns last.
pub(in crate::session) fn table_schema(
    schema: &StructType,
    partition_by: &[String],
) -> Result<StructType, SessionError> {
    let (partitions, data) = split(schema, partition_by)?;
    let fields = data.iter().chain(&partitions);
    Ok(StructType::new(
        fields
            .filter_map(|i| schema.fields.get(*i))
            .map(|field| crate::types::StructField {
                nullable: true,
                ..field.clone()
            })
            .collect(),
    ))
}

fn clear(fs: &dyn FileSystem, dir: &DbfsPath) -> Result<(), SessionError> {
    if fs.status(dir)?.is_some() {
        for entry in fs.list(dir)? {
            fs.delete(&entry.path)?;
        }
    }
    Ok(())
}

/// Positions of the partition columns, and of the others.
fn split(
    schema: &StructType,
    partition_by: &[String],
) -> Result<(Vec<usize>, Vec<usize>), SessionError> {
    let mut partitions = Vec::new();
    for column in partition_by {
        let index = schema.index_of(column);
        partitions.push(index.ok_or_else(|| SessionError::PartitionColumnNotFound {
            column: column.clone(),
            schema: crate::types::DataType::Struct(schema.clone()).simple_string(),
        })?);
    }
    if !partitions.is_empty() && partitions.len() >= schema.len() {
        return Err(SessionError::AllPartitionColumns);
    }
    let data = (0..schema.len()).filter(|i| !partitions.contains(i));
    Ok((partitions.clone(), data.collect()))
}

/// Encodes rows, a file a partition.
struct Sink<'a> {
    write: &'a FilesWrite<'a>,
    zone: chrono_tz::Tz,
    schema: SchemaRef,
    partitions: Vec<usize>,
    data: Vec<usize>,
    data_schema: SchemaRef,
    open: IndexMap<String, FileEncoder>,
    /// What all files of a write share in their names.
    job: String,
    extension: String,
}

impl<'a> Sink<'a> {
    fn new(
        state: &SessionState,
        schema: &SchemaRef,
        write: &'a FilesWrite<'a>,
    ) -> Result<Self, SessionError> {
        if schema.is_empty() {
            check_writable(write.format, schema)?;
        }
        let (partitions, data) = split(schema, write.partition_by)?;
        let fields = data.iter().filter_map(|i| schema.fields.get(*i)).cloned();
        let data_schema = Arc::new(StructType::new(fields.collect()));
        check_writable(write.format, &data_schema)?;
        Ok(Sink {
            zone: state.conf.time_zone(),
            schema: schema.clone(),
            partitions,
            data,
            data_schema,
            open: IndexMap::new(),
            job: state.env.new_uuid(),
            extension: file_extension(write.format, write.options)?,
            write,
        })
    }

    fn write(&mut self, frame: &Frame) -> Result<(), SessionError> {
        if frame.height() == 0 {
            return Ok(());
        }
        if self.partitions.is_empty() {
            let data = self.columns(frame)?;
            return self.encode(String::new(), &data);
        }
        for (directory, rows) in self.groups(frame)? {
            let part = frame.take(&polars_core::prelude::IdxCa::from_vec(
                polars_core::prelude::PlSmallStr::EMPTY,
                rows,
            ));
            let data = self.columns(&part.map_err(SqlError::from)?)?;
            self.encode(directory, &data)?;
        }
        Ok(())
    }

    fn encode(&mut self, directory: String, data: &Frame) -> Result<(), SessionError> {
        let encoder = match self.open.entry(directory) {
            indexmap::map::Entry::Occupied(entry) => entry.into_mut(),
            indexmap::map::Entry::Vacant(entry) => entry.insert(FileEncoder::new(
                self.write.format,
                &self.data_schema,
                self.write.options,
                self.zone,
            )?),
        };
        Ok(encoder.write(data)?)
    }

    fn columns(&self, frame: &Frame) -> Result<Frame, SessionError> {
        let columns = self.data.iter().filter_map(|i| frame.column(*i).cloned());
        let data = Frame::new(self.data_schema.clone(), columns.collect(), frame.height());
        Ok(data.map_err(SqlError::from)?)
    }

    /// The rows of each partition's directory, in the order of their first row.
    fn groups(&self, frame: &Frame) -> Result<IndexMap<String, Vec<u32>>, SessionError> {
        let mut columns = Vec::new();
        for index in &self.partitions {
            if let (Some(field), Some(column)) =
                (self.schema.fields.get(*index), frame.column(*index))
            {
                let values = crate::types::values_from_series(column, &field.data_type);
                columns.push((field, values.map_err(SqlError::from)?));
            }
        }
        let mut groups: IndexMap<String, Vec<u32>> = IndexMap::new();
        for row in 0..frame.height() {
            let parts: Vec<String> = columns
                .iter()
                .map(|(field, values)| {
                    let value = values.get(row).filter(|v| **v != Value::Null);
                    let text = value.map(|v| v.cast_text(&field.data_type, self.zone));
                    partition_directory(&field.name, text.as_deref().filter(|t| !t.is_empty()))
                })
                .collect();
            let row = u32::try_from(row).map_err(|_| {
                SqlError::from(FrameError::from(polars_core::error::polars_err!(
                    ComputeError: "a chunk has too many rows"
                )))
            })?;
            groups.entry(parts.join("/")).or_default().push(row);
        }
        Ok(groups)
    }

    /// The files: directory, name, content. Without rows there is one file all the same.
    fn finish(mut self) -> Result<Vec<(String, String, Bytes)>, SessionError> {
        if self.open.is_empty() && self.partitions.is_empty() {
            self.encode(String::new(), &Frame::empty(self.data_schema.clone()))?;
        }
        let before = if self.partitions.is_empty() { '-' } else { '.' };
        let name = format!("part-00000-{}{before}c000{}", self.job, self.extension);
        self.open
            .into_iter()
            .map(|(directory, encoder)| Ok((directory, name.clone(), encoder.finish()?)))
            .collect()
    }
}
