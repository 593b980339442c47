//! Parquet bytes to frames.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::Schema;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;

use super::check;
use super::schema::{maps_as_lists, physical_type_name, projection, reading_schema};
use crate::formats::{Damage, FormatError};
use crate::storage::DbfsPath;
use crate::types::arrow::{
    ArrowConversionError, check_read_as, schema_from_arrow, stored_name, type_from_arrow,
};
use crate::types::{Frame, SchemaRef, StructType};

/// The most rows in one frame.
pub const FRAME_ROWS: usize = 128 * 1024;

/// The schema of a parquet file; every field may be null, as in Spark's file sources.
///
/// # Errors
/// [`FormatError::Footer`] for what isn't a whole parquet file; [`FormatError::ParquetType`] for a
/// column that Spark has no type for.
pub fn infer_schema(bytes: &Bytes, path: &DbfsPath) -> Result<StructType, FormatError> {
    let reader = ParquetReader::open(bytes.clone(), path).map_err(|e| match e {
        FormatError::ReadFile { path, damage } => FormatError::Footer { path, damage },
        other => other,
    })?;
    reader.schema()
}

/// An opened parquet file: its footer is read and checked, its data not yet touched.
#[derive(Debug)]
pub struct ParquetReader {
    bytes: Bytes,
    path: DbfsPath,
    /// The file's columns; `metadata` has its maps as lists.
    in_file: Schema,
    metadata: ArrowReaderMetadata,
}

impl ParquetReader {
    /// Reads and checks the footer.
    ///
    /// # Errors
    /// [`FormatError::ReadFile`] with what is wrong with the file.
    pub fn open(bytes: Bytes, path: &DbfsPath) -> Result<Self, FormatError> {
        let damaged = |damage| FormatError::ReadFile {
            path: path.clone(),
            damage,
        };
        check::ends(&bytes).map_err(damaged)?;
        let footer = |e: ParquetError| {
            damaged(Damage::Footer {
                reason: e.to_string(),
            })
        };
        // The Arrow schema that some writers embed is not followed, as Spark doesn't either: the
        // parquet schema alone decides.
        let options = || {
            ArrowReaderOptions::new()
                .with_skip_arrow_metadata(true)
                .with_page_index_policy(PageIndexPolicy::Skip)
        };
        let inferred = ArrowReaderMetadata::load(&bytes, options()).map_err(footer)?;
        check::footer(inferred.metadata(), bytes.len()).map_err(damaged)?;
        let columns = maps_as_lists(inferred.parquet_schema()).map_err(footer)?;
        let listed = options().with_parquet_schema(Arc::new(columns));
        let listed = ArrowReaderMetadata::load(&bytes, listed).map_err(footer)?;
        let schema = reading_schema(listed.schema(), listed.parquet_schema());
        let schema = options().with_schema(Arc::new(schema));
        let metadata =
            ArrowReaderMetadata::try_new(listed.metadata().clone(), schema).map_err(footer)?;
        let in_file = reading_schema(inferred.schema(), inferred.parquet_schema());
        Ok(ParquetReader {
            bytes,
            path: path.clone(),
            in_file,
            metadata,
        })
    }

    /// The file's schema.
    ///
    /// # Errors
    /// [`FormatError::ParquetType`] for a column that Spark has no type for.
    pub fn schema(&self) -> Result<StructType, FormatError> {
        schema_from_arrow(&self.in_file).map_err(|e| self.unsupported(e))
    }

    /// The names of the file's columns.
    pub fn column_names(&self) -> Vec<String> {
        let fields = self.in_file.fields();
        fields.iter().map(|f| f.name().clone()).collect()
    }

    /// Number of rows, from the footer.
    pub fn row_count(&self) -> usize {
        let groups = self.metadata.metadata().row_groups();
        groups
            .iter()
            .map(|g| usize::try_from(g.num_rows()).unwrap_or(0))
            .sum()
    }

    /// The rows under `wanted`: columns by name without case (by Delta's physical name where the
    /// field has one); what the file lacks is NULL; narrower types are widened. Only the columns
    /// and parts of structs that `wanted` names are decoded, a frame of [`FRAME_ROWS`] at a time,
    /// each with the file's path as its origin.
    ///
    /// # Errors
    /// [`FormatError::ColumnType`] for a column that can't be read in the wanted type.
    pub fn read(self, wanted: SchemaRef) -> Result<ParquetFrames, FormatError> {
        self.check_types(&self.in_file, &wanted)?;
        let rows = self.row_count();
        let batches = match projection(
            self.metadata.schema(),
            self.metadata.parquet_schema(),
            &wanted,
        ) {
            None => None,
            Some(mask) => {
                check::pages(&self.bytes, self.metadata.metadata(), &mask).map_err(|damage| {
                    FormatError::ReadFile {
                        path: self.path.clone(),
                        damage,
                    }
                })?;
                let reader =
                    ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes, self.metadata)
                        .with_batch_size(FRAME_ROWS.min(rows.max(1)))
                        .with_projection(mask)
                        .build()
                        .map_err(|e| data_error(&self.path, &e.to_string()))?;
                Some(reader)
            }
        };
        Ok(ParquetFrames {
            origin: Arc::from(self.path.to_string()),
            path: self.path,
            wanted,
            batches,
            rows_left: rows,
            failed: false,
        })
    }

    fn check_types(&self, in_file: &Schema, wanted: &StructType) -> Result<(), FormatError> {
        for field in &wanted.fields {
            let name = stored_name(field);
            let found = in_file.fields().iter().find(|f| f.name() == name);
            let lower = name.to_lowercase();
            let found = found.or_else(|| {
                let mut fields = in_file.fields().iter();
                fields.find(|f| f.name().to_lowercase() == lower)
            });
            let Some(found) = found else { continue };
            let found = type_from_arrow(found.data_type()).map_err(|e| self.unsupported(e))?;
            check_read_as(&found, &field.data_type).map_err(|e| FormatError::ColumnType {
                path: self.path.clone(),
                column: match e.column.is_empty() {
                    true => format!("[{name}]"),
                    false => format!("[{name}.{}]", e.column),
                },
                expected: e.expected,
                found: physical_type_name(&e.found).into(),
            })?;
        }
        Ok(())
    }

    fn unsupported(&self, error: ArrowConversionError) -> FormatError {
        match error {
            ArrowConversionError::UnsupportedType { found } => FormatError::ParquetType {
                path: self.path.clone(),
                found,
            },
            other => FormatError::Convert(other),
        }
    }
}

/// The frames of a parquet file. Ends after the first error.
pub struct ParquetFrames {
    path: DbfsPath,
    origin: Arc<str>,
    wanted: SchemaRef,
    /// `None` where no column of the file is wanted, and only rows are counted.
    batches: Option<ParquetRecordBatchReader>,
    rows_left: usize,
    failed: bool,
}

impl ParquetFrames {
    fn next_batch(&mut self) -> Option<Result<RecordBatch, FormatError>> {
        if let Some(batches) = &mut self.batches {
            let batch = batches.next()?;
            return Some(batch.map_err(|e| data_error(&self.path, &e.to_string())));
        }
        if self.rows_left == 0 {
            return None;
        }
        let rows = self.rows_left.min(FRAME_ROWS);
        self.rows_left -= rows;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch =
            RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options);
        Some(batch.map_err(|e| data_error(&self.path, &e.to_string())))
    }
}

impl Iterator for ParquetFrames {
    type Item = Result<Frame, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let frame = self.next_batch()?.and_then(|batch| {
            let frame = Frame::from_arrow(&batch, &self.wanted)?;
            Ok(frame.with_origin(Some(self.origin.clone())))
        });
        self.failed = frame.is_err();
        Some(frame)
    }
}

fn data_error(path: &DbfsPath, reason: &str) -> FormatError {
    FormatError::ReadFile {
        path: path.clone(),
        damage: Damage::Data {
            reason: reason.into(),
        },
    }
}
