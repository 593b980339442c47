//! Reading a table's rows.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value as Json;

use super::actions::{AddFile, PartitionValues};
use super::column_mapping::{ColumnMappingMode, physical_name};
use super::error::DeltaError;
use super::partition::parse_partition_value;
use super::paths;
use super::snapshot::Snapshot;
use super::write::CHANGE_TYPE;
use crate::formats::parquet::{ParquetFrames, ParquetReader};
use crate::formats::{FileBytes, FormatError};
use crate::storage::{DbfsPath, FileSystem};
use crate::types::{DataType, Frame, SchemaRef, StructField, StructType, Value};

/// Reads the data files of a snapshot.
///
/// A column that an older file lacks is NULL; partition columns come from the log.
#[derive(Clone)]
pub struct TableScan {
    fs: Arc<dyn FileSystem>,
    table: DbfsPath,
    mode: ColumnMappingMode,
    schema: SchemaRef,
    /// For each column of the schema: its physical name if it partitions the table.
    partitions: Vec<Option<String>>,
    data_schema: SchemaRef,
}

/// What a query demands of a column's values: a file whose statistics rule them out is left out.
#[derive(Debug, Clone)]
pub struct ColumnBound {
    /// Logical name of a top-level column.
    pub column: String,
    /// The least value of interest, itself included.
    pub min: Option<Value>,
    /// The greatest value of interest, itself included.
    pub max: Option<Value>,
}

impl TableScan {
    /// Reads the columns of `snapshot` at the positions `projection`, or all.
    ///
    /// # Errors
    /// [`DeltaError::UnsupportedColumnMappingMode`].
    pub fn new(
        fs: Arc<dyn FileSystem>,
        snapshot: &Snapshot,
        projection: Option<&[usize]>,
    ) -> Result<Self, DeltaError> {
        let mode = ColumnMappingMode::of(snapshot.configuration())?;
        let schema = match projection {
            None => snapshot.schema().clone(),
            Some(indices) => {
                let fields = indices
                    .iter()
                    .filter_map(|i| snapshot.schema().fields.get(*i));
                Arc::new(StructType::new(fields.cloned().collect()))
            }
        };
        let partitions: Vec<Option<String>> = schema
            .fields
            .iter()
            .map(|field| {
                let partitions = snapshot.partition_columns().contains(&field.name);
                partitions.then(|| physical_name(field, mode).to_owned())
            })
            .collect();
        let data_fields = schema.fields.iter().zip(&partitions);
        let data_fields = data_fields.filter(|(_, p)| p.is_none()).map(|(f, _)| f);
        let data_schema = Arc::new(StructType::new(data_fields.cloned().collect()));
        Ok(TableScan {
            fs,
            table: snapshot.table_path().clone(),
            mode,
            schema,
            partitions,
            data_schema,
        })
    }

    /// The same for change data files, whose rows have a last column `_change_type` besides.
    pub fn with_change_type(mut self) -> Self {
        let field = StructField::new(CHANGE_TYPE, DataType::String);
        let with = |schema: &SchemaRef| {
            let mut fields = schema.fields.clone();
            fields.push(field.clone());
            Arc::new(StructType::new(fields))
        };
        self.schema = with(&self.schema);
        self.data_schema = with(&self.data_schema);
        self.partitions.push(None);
        self
    }

    /// The schema of the frames.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows of one file, in frames whose origin is the file's path.
    ///
    /// # Errors
    /// [`DeltaError::DeletionVector`]; what a missing or damaged file gives.
    pub fn read(
        &self,
        file: &AddFile,
    ) -> Result<impl Iterator<Item = Result<Frame, DeltaError>> + Send + use<>, DeltaError> {
        if file.deletion_vector.is_some() {
            return Err(DeltaError::DeletionVector {
                path: file.path.clone(),
            });
        }
        let path = self.path_of(file)?;
        let values = self.partition_values(&file.partition_values)?;
        let stored = FileBytes::stored(&self.fs, &path).map_err(FormatError::of_missing_file)?;
        let frames = ParquetReader::open(stored, &path)?.read(self.data_schema.clone())?;
        Ok(TableFrames {
            frames,
            schema: self.schema.clone(),
            values,
        })
    }

    /// Where a file of the table is.
    ///
    /// # Errors
    /// [`DeltaError::InvalidFilePath`].
    pub fn path_of(&self, file: &AddFile) -> Result<DbfsPath, DeltaError> {
        paths::resolve(&self.table, &file.path)
    }

    /// Where a path that the log writes leads.
    ///
    /// # Errors
    /// [`DeltaError::InvalidFilePath`].
    pub fn resolve(&self, path: &str) -> Result<DbfsPath, DeltaError> {
        paths::resolve(&self.table, path)
    }

    /// The files that may hold rows within all `bounds`, judged by partition values and
    /// statistics. What these don't tell keeps a file.
    pub fn prune<'a>(
        &self,
        snapshot: &'a Snapshot,
        bounds: &[ColumnBound],
    ) -> Vec<&'a Arc<AddFile>> {
        snapshot
            .files()
            .filter(|file| {
                if bounds.is_empty() {
                    return true;
                }
                let stats = Stats::of(file);
                bounds
                    .iter()
                    .all(|b| self.may_match(snapshot, file, &stats, b))
            })
            .collect()
    }

    fn may_match(
        &self,
        snapshot: &Snapshot,
        file: &AddFile,
        stats: &Stats,
        bound: &ColumnBound,
    ) -> bool {
        let Some(field) = snapshot.schema().field(&bound.column) else {
            return true;
        };
        let name = physical_name(field, self.mode);
        let (min, max) = if snapshot.partition_columns().contains(&field.name) {
            let text = file.partition_values.get(name).and_then(Option::as_deref);
            match parse_partition_value(text, &field.data_type) {
                // NULL lies in no range.
                Ok(Value::Null) => return bound.min.is_none() && bound.max.is_none(),
                Ok(value) => (Some(value.clone()), Some(value)),
                Err(_) => return true,
            }
        } else {
            (
                stats.value("minValues", name, &field.data_type),
                stats.value("maxValues", name, &field.data_type),
            )
        };
        let above = |a: &Option<Value>, b: &Option<Value>| match (a, b) {
            (Some(a), Some(b)) => a.compare(b) == Ordering::Greater,
            _ => false,
        };
        !above(&min, &bound.max) && !above(&bound.min, &max)
    }

    /// The value of each column that partitions the table.
    fn partition_values(
        &self,
        values: &PartitionValues,
    ) -> Result<Vec<Option<(StructField, Value)>>, DeltaError> {
        self.schema
            .fields
            .iter()
            .zip(&self.partitions)
            .map(|(field, physical)| {
                let Some(physical) = physical else {
                    return Ok(None);
                };
                let text = values.get(physical).and_then(Option::as_deref);
                let value = parse_partition_value(text, &field.data_type)?;
                Ok(Some((field.clone(), value)))
            })
            .collect()
    }
}

/// The frames of a file with its partition columns in their places.
struct TableFrames {
    frames: ParquetFrames,
    schema: SchemaRef,
    /// For each column of the schema: its value if it partitions the table.
    values: Vec<Option<(StructField, Value)>>,
}

impl TableFrames {
    fn complete(&self, frame: &Frame) -> Result<Frame, DeltaError> {
        let mut data = frame.columns().iter();
        let mut columns = Vec::with_capacity(self.values.len());
        for value in &self.values {
            match value {
                Some((field, value)) => {
                    let one = value.to_series(&field.data_type)?;
                    columns.push(one.new_from_index(0, frame.height()));
                }
                None => columns.extend(data.next().cloned()),
            }
        }
        let complete = Frame::new(self.schema.clone(), columns, frame.height())?;
        Ok(complete.with_origin(frame.origin().cloned()))
    }
}

impl Iterator for TableFrames {
    type Item = Result<Frame, DeltaError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.frames.next()? {
            Ok(frame) => Some(self.complete(&frame)),
            Err(e) => Some(Err(e.into())),
        }
    }
}

/// A file's statistics, as far as they can be read.
struct Stats(Option<Json>);

impl Stats {
    fn of(file: &AddFile) -> Self {
        let text = file.stats.as_deref();
        Stats(text.and_then(|text| serde_json::from_str(text).ok()))
    }

    /// A bound of a column; `None` for types whose text needs care, which then prune nothing.
    fn value(&self, member: &str, column: &str, data_type: &DataType) -> Option<Value> {
        let json = self.0.as_ref()?.get(member)?.get(column)?;
        Some(match data_type {
            DataType::Byte => Value::Byte(json.as_i64()?.try_into().ok()?),
            DataType::Short => Value::Short(json.as_i64()?.try_into().ok()?),
            DataType::Integer => Value::Integer(json.as_i64()?.try_into().ok()?),
            DataType::Long => Value::Long(json.as_i64()?),
            DataType::Float => Value::Float(json.as_f64()? as f32),
            DataType::Double => Value::Double(json.as_f64()?),
            DataType::String => Value::String(json.as_str()?.into()),
            DataType::Date => parse_partition_value(json.as_str(), data_type).ok()?,
            DataType::Timestamp | DataType::TimestampNtz => {
                let value = parse_partition_value(json.as_str(), data_type).ok()?;
                // Writers cut to milliseconds: the greatest value may lie above.
                let add = if member == "maxValues" { 999 } else { 0 };
                match value {
                    Value::Timestamp(us) => Value::Timestamp(us.checked_add(add)?),
                    Value::TimestampNtz(us) => Value::TimestampNtz(us.checked_add(add)?),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}
