//! Parquet files behind the door of every format: unknown columns, and the rescued data column.

use std::sync::Arc;

use chrono_tz::Tz;
use polars_core::prelude::{PlSmallStr, Series};

use super::{ParquetFrames, ParquetReader};
use crate::formats::rows::push_entry;
use crate::formats::{FileBytes, FileRead, FormatError, ReadRequest};
use crate::storage::DbfsPath;
use crate::types::arrow::{ArrowConversionError, check_read_as, stored_name};
use crate::types::{
    DataType, Frame, FrameError, SchemaRef, StructField, StructType, Value, physical_type,
    series_from_values, values_from_series,
};

/// Reads a parquet file as [`crate::formats::read_file`] does. With a rescued data column, a column
/// whose type doesn't fit is NULL and its values are rescued, as are those of columns that the
/// schema lacks; without one it is an error.
pub(in crate::formats) fn read_file(
    file: FileBytes,
    path: &DbfsPath,
    request: &ReadRequest,
) -> Result<FileRead, FormatError> {
    let reader = ParquetReader::open(file, path)?;
    let unknown = request.unknown.clone();
    for name in reader.column_names() {
        if !knows(&request.schema, &name) {
            unknown.note(&name, || "null".into());
        }
    }
    let wanted = request.projected();
    let Some(rescued) = &request.rescued_column else {
        let frames = Box::new(reader.read(wanted)?);
        return Ok(FileRead { frames, unknown });
    };
    let plan = Plan::new(&reader.schema()?, request, &wanted, rescued);
    let frames = RescuingFrames {
        frames: reader.read(Arc::new(plan.read.clone()))?,
        file_path: serde_json::Value::from(path.to_string()).to_string(),
        wanted,
        plan,
    };
    let frames = Box::new(frames);
    Ok(FileRead { frames, unknown })
}

fn knows(schema: &StructType, name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut fields = schema.fields.iter();
    fields.any(|f| stored_name(f) == name || stored_name(f).to_lowercase() == lower)
}

/// Where a wanted column comes from.
enum Source {
    /// The column read at this position.
    Column(usize),
    /// The file has it in a type that doesn't fit.
    Misfit,
    Rescued,
}

struct Plan {
    /// What is read from the file: the wanted columns that fit, then those to be rescued.
    read: StructType,
    sources: Vec<Source>,
    /// Where the columns to be rescued begin.
    first_rescued: usize,
}

impl Plan {
    fn new(in_file: &StructType, request: &ReadRequest, wanted: &SchemaRef, rescued: &str) -> Plan {
        let fits = |field: &StructField| {
            let found = in_file.field(stored_name(field));
            found.is_none_or(|f| check_read_as(&f.data_type, &field.data_type).is_ok())
        };
        let mut read = StructType::default();
        let mut sources = Vec::with_capacity(wanted.len());
        for field in &wanted.fields {
            sources.push(if field.name == rescued {
                Source::Rescued
            } else if fits(field) {
                read.fields.push(field.clone());
                Source::Column(read.len() - 1)
            } else {
                Source::Misfit
            });
        }
        let first_rescued = read.len();
        if wanted.fields.iter().any(|f| f.name == rescued) {
            let misfits = in_file.fields.iter().filter(|found| {
                let field = request.schema.field(&found.name);
                field.is_none_or(|field| !fits(field))
            });
            read.fields.extend(misfits.cloned());
        }
        Plan {
            read,
            sources,
            first_rescued,
        }
    }
}

struct RescuingFrames {
    frames: ParquetFrames,
    wanted: SchemaRef,
    plan: Plan,
    /// The file's path as JSON.
    file_path: String,
}

impl RescuingFrames {
    fn assemble(&self, frame: &Frame) -> Result<Frame, FrameError> {
        let height = frame.height();
        let mut columns = Vec::with_capacity(self.wanted.len());
        for (source, field) in self.plan.sources.iter().zip(&self.wanted.fields) {
            let name = PlSmallStr::from_str(&field.name);
            let nulls = || Series::full_null(name, height, &physical_type(&field.data_type));
            columns.push(match source {
                Source::Column(i) => frame.column(*i).cloned().unwrap_or_else(nulls),
                Source::Misfit => nulls(),
                Source::Rescued => self.rescued(frame, field)?,
            });
        }
        let out = Frame::new(self.wanted.clone(), columns, height)?;
        Ok(out.with_origin(frame.origin().cloned()))
    }

    fn rescued(&self, frame: &Frame, field: &StructField) -> Result<Series, FrameError> {
        let first = self.plan.first_rescued;
        let fields = self.plan.read.fields.get(first..).unwrap_or_default();
        let columns = frame.columns().get(first..).unwrap_or_default();
        let mut values = Vec::with_capacity(fields.len());
        for (field, column) in fields.iter().zip(columns) {
            values.push(values_from_series(column, &field.data_type)?);
        }
        let texts: Vec<Value> = (0..frame.height())
            .map(|row| {
                let mut entries = String::new();
                for (field, column) in fields.iter().zip(&values) {
                    let value = column.get(row).unwrap_or(&Value::Null);
                    if !value.is_null() {
                        let mut json = String::new();
                        value.push_json(&field.data_type, Tz::UTC, &mut json);
                        push_entry(&mut entries, &field.name, &json);
                    }
                }
                match entries.is_empty() {
                    true => Value::Null,
                    false => format!("{{{entries},\"_file_path\":{}}}", self.file_path).into(),
                }
            })
            .collect();
        series_from_values(&field.name, &texts, &DataType::String)
    }
}

impl Iterator for RescuingFrames {
    type Item = Result<Frame, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        let frame = self.frames.next()?;
        Some(frame.and_then(|frame| {
            self.assemble(&frame)
                .map_err(|e| ArrowConversionError::Frame(e).into())
        }))
    }
}
