//! Rows as the files of a folder: one for each partition, as Spark's `FileFormatWriter` lays
//! them out.

use std::sync::Arc;

use bytes::Bytes;
use chrono_tz::Tz;
use indexmap::IndexMap;
use polars_core::prelude::{IdxCa, IdxSize, PlSmallStr};

use super::partitions::partition_directory;
use super::{FileEncoder, FileFormat, FormatError, Options, check_writable, file_extension};
use crate::types::{Frame, SchemaRef, StructType, Value, values_from_series};

/// Encodes rows, a file a partition.
pub struct FolderEncoder {
    format: FileFormat,
    options: Options,
    zone: Tz,
    schema: SchemaRef,
    /// Positions of the partition columns, and of the others.
    partitions: Vec<usize>,
    data: Vec<usize>,
    data_schema: SchemaRef,
    open: IndexMap<String, FileEncoder>,
    /// What all files have in their names.
    job: String,
    extension: String,
}

/// A file to put: below which directory of the folder, its name, its content.
pub struct EncodedFile {
    pub directory: String,
    pub name: String,
    pub bytes: Bytes,
}

impl FolderEncoder {
    /// Begins the files of a write. `partitions` are the positions of partition columns, whose
    /// values are in the names of directories; `job` is unique to the write.
    ///
    /// # Errors
    /// Those of [`FileEncoder::new`].
    pub fn new(
        format: FileFormat,
        schema: &SchemaRef,
        partitions: Vec<usize>,
        options: &Options,
        zone: Tz,
        job: String,
    ) -> Result<Self, FormatError> {
        if schema.is_empty() {
            check_writable(format, schema)?;
        }
        let data: Vec<usize> = (0..schema.len())
            .filter(|i| !partitions.contains(i))
            .collect();
        let fields = data.iter().filter_map(|i| schema.fields.get(*i)).cloned();
        let data_schema = Arc::new(StructType::new(fields.collect()));
        check_writable(format, &data_schema)?;
        Ok(FolderEncoder {
            extension: file_extension(format, options)?,
            format,
            options: options.clone(),
            zone,
            schema: schema.clone(),
            partitions,
            data,
            data_schema,
            open: IndexMap::new(),
            job,
        })
    }

    /// Takes rows.
    ///
    /// # Errors
    /// Those of [`FileEncoder::write`].
    pub fn write(&mut self, frame: &Frame) -> Result<(), FormatError> {
        if frame.height() == 0 {
            return Ok(());
        }
        if self.partitions.is_empty() {
            let data = self.columns(frame)?;
            return self.encode(String::new(), &data);
        }
        for (directory, rows) in self.groups(frame)? {
            let part = frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, rows))?;
            let data = self.columns(&part)?;
            self.encode(directory, &data)?;
        }
        Ok(())
    }

    fn encode(&mut self, directory: String, data: &Frame) -> Result<(), FormatError> {
        let encoder = match self.open.entry(directory) {
            indexmap::map::Entry::Occupied(entry) => entry.into_mut(),
            indexmap::map::Entry::Vacant(entry) => entry.insert(FileEncoder::new(
                self.format,
                &self.data_schema,
                &self.options,
                self.zone,
            )?),
        };
        encoder.write(data)
    }

    fn columns(&self, frame: &Frame) -> Result<Frame, FormatError> {
        let columns = self.data.iter().filter_map(|i| frame.column(*i).cloned());
        let columns = columns.collect();
        Ok(Frame::new(
            self.data_schema.clone(),
            columns,
            frame.height(),
        )?)
    }

    /// The rows of each partition's directory, in the order of their first row.
    fn groups(&self, frame: &Frame) -> Result<IndexMap<String, Vec<IdxSize>>, FormatError> {
        let mut columns = Vec::new();
        for index in &self.partitions {
            if let (Some(field), Some(column)) =
                (self.schema.fields.get(*index), frame.column(*index))
            {
                columns.push((field, values_from_series(column, &field.data_type)?));
            }
        }
        let mut groups: IndexMap<String, Vec<IdxSize>> = IndexMap::new();
        for row in 0..frame.height() {
            let parts: Vec<String> = columns
                .iter()
                .map(|(field, values)| {
                    let value = values.get(row).filter(|v| **v != Value::Null);
                    let text = value.map(|v| v.cast_text(&field.data_type, self.zone));
                    partition_directory(&field.name, text.as_deref().filter(|t| !t.is_empty()))
                })
                .collect();
            let rows = groups.entry(parts.join("/")).or_default();
            rows.push(row as IdxSize);
        }
        Ok(groups)
    }

    /// The files. Without rows there is one file all the same.
    ///
    /// # Errors
    /// Those of [`FileEncoder::finish`].
    pub fn finish(mut self) -> Result<Vec<EncodedFile>, FormatError> {
        if self.open.is_empty() && self.partitions.is_empty() {
            self.encode(String::new(), &Frame::empty(self.data_schema.clone()))?;
        }
        let before = if self.partitions.is_empty() { '-' } else { '.' };
        let name = format!("part-00000-{}{before}c000{}", self.job, self.extension);
        self.open
            .into_iter()
            .map(|(directory, encoder)| {
                Ok(EncodedFile {
                    directory,
                    name: name.clone(),
                    bytes: encoder.finish()?,
                })
            })
            .collect()
    }
}
