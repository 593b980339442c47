//! Parquet files to frames.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::reader::Length;

use super::check;
use super::guard::{Guarded, guard};
use super::parts::Parts;
use super::schema::{maps_as_lists, physical_type_name, projection, reading_schema};
use crate::formats::{Damage, FileBytes, FormatError};
use crate::storage::DbfsPath;
use crate::types::arrow::{
    ArrowConversionError, check_read_as, schema_from_arrow, stored_name, type_from_arrow,
};
use crate::types::{Frame, SchemaRef, StructType};

/// The most rows in one frame.
pub const FRAME_ROWS: usize = 128 * 1024;

/// A file of this size is read at once: its parts would come to as much.
const SMALL_FILE: u64 = 256 * 1024;
/// How much of a file's end is read for its footer.
const END: u64 = 64 * 1024;
/// Small row groups are read together up to this size.
const GROUPS_BYTES: u64 = 8 * 1024 * 1024;

/// The schema of a parquet file, of which only the footer is read; every field may be null, as in Spark's file sources.
///
/// # Errors
/// [`FormatError::Footer`] for what isn't a whole parquet file; [`FormatError::ParquetType`] for a
/// column that Spark has no type for.
pub fn infer_schema(
    file: impl Into<FileBytes>,
    path: &DbfsPath,
) -> Result<StructType, FormatError> {
    let reader = ParquetReader::open(file, path).map_err(|e| match e {
        FormatError::ReadFile { path, damage } => FormatError::Footer { path, damage },
        other => other,
    })?;
    reader.schema()
}

/// An opened parquet file: its footer is read and checked, its data not yet touched.
#[derive(Debug)]
pub struct ParquetReader {
    file: FileBytes,
    path: DbfsPath,
    /// The file's columns; `metadata` has its maps as lists.
    in_file: Schema,
    metadata: ArrowReaderMetadata,
}

impl ParquetReader {
    /// Reads and checks the footer.
    ///
    /// # Errors
    /// [`FormatError::ReadFile`] with what is wrong with the file; what reading from storage gives.
    pub fn open(file: impl Into<FileBytes>, path: &DbfsPath) -> Result<Self, FormatError> {
        let mut file = file.into();
        if file.size() <= SMALL_FILE {
            file = file.whole()?.into();
        }
        let end = read_end(&file, path)?;
        let (in_file, metadata) =
            guard(path, || read_metadata(&end))?.map_err(|damage| damaged(path, damage))?;
        Ok(ParquetReader {
            file,
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
        let rows_left = self.row_count();
        let mask = projection(
            self.metadata.schema(),
            self.metadata.parquet_schema(),
            &wanted,
        );
        let groups = mask.map(|mask| RowGroups {
            file: self.file,
            path: self.path.clone(),
            metadata: self.metadata,
            mask,
            next: 0,
        });
        Ok(ParquetFrames {
            origin: Arc::from(self.path.to_string()),
            path: self.path,
            wanted,
            groups,
            batches: None,
            rows_left,
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

/// Reads the footer and what lies behind it.
fn read_end(file: &FileBytes, path: &DbfsPath) -> Result<Parts, FormatError> {
    let size = file.size();
    let head = file.range(0, size.min(check::MARK_BYTES))?;
    let start = size.saturating_sub(END);
    let tail = file.range(start, size)?;
    let length = check::ends(size, &head, &tail).map_err(|damage| damaged(path, damage))?;
    let footer = size - check::FOOTER_TAIL - length;
    let behind = footer.checked_sub(start);
    let end = match behind.and_then(|n| usize::try_from(n).ok()) {
        Some(behind) => tail.slice(behind.min(tail.len())..),
        None => file.range(footer, size)?,
    };
    let end = Parts::of_end(size, footer, end);
    let footer = end.get(footer, footer + length).unwrap_or_default();
    check::schema(&footer).map_err(|damage| damaged(path, damage))?;
    Ok(end)
}

/// The file's columns, and the metadata to read it with.
fn read_metadata(end: &Parts) -> Result<(Schema, ArrowReaderMetadata), Damage> {
    let footer = |e: ParquetError| Damage::Footer {
        reason: e.to_string(),
    };
    // The Arrow schema that some writers embed is not followed, as Spark doesn't either: the
    // parquet schema alone decides.
    let options = || {
        ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_page_index_policy(PageIndexPolicy::Skip)
    };
    let inferred = ArrowReaderMetadata::load(end, options()).map_err(footer)?;
    check::footer(inferred.metadata(), end.len())?;
    let columns = maps_as_lists(inferred.parquet_schema()).map_err(footer)?;
    let listed = options().with_parquet_schema(Arc::new(columns));
    let listed = ArrowReaderMetadata::load(end, listed).map_err(footer)?;
    let schema = reading_schema(listed.schema(), listed.parquet_schema());
    let schema = options().with_schema(Arc::new(schema));
    let metadata =
        ArrowReaderMetadata::try_new(listed.metadata().clone(), schema).map_err(footer)?;
    let in_file = reading_schema(inferred.schema(), inferred.parquet_schema());
    Ok((in_file, metadata))
}

/// The row groups of a file, which are read one after another: only the wanted columns of those
/// that are decoded are in memory.
struct RowGroups {
    file: FileBytes,
    path: DbfsPath,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    /// The first one that isn't read yet.
    next: usize,
}

impl RowGroups {
    /// Reads and checks the next row group, and with it those behind it while they fit into a
    /// frame; `None` after the last one.
    fn open_next(&mut self) -> Option<Result<Guarded<ParquetRecordBatchReader>, FormatError>> {
        let (groups, chunks) = self.take_next();
        (!groups.is_empty()).then(|| {
            let parts = Parts::read(&self.file, chunks)?;
            let batches = guard(&self.path, || self.decode(groups, parts))?;
            let batches = batches.map_err(|damage| damaged(&self.path, damage))?;
            Ok(Guarded::new(batches, &self.path))
        })
    }

    /// The next row groups to be read together, and where their wanted column chunks lie.
    fn take_next(&mut self) -> (Range<usize>, Vec<(u64, u64)>) {
        let first = self.next;
        let mut chunks = Vec::new();
        let (mut rows, mut bytes) = (0, 0);
        for group in self.metadata.metadata().row_groups().iter().skip(first) {
            let columns = group.columns().iter().enumerate();
            let wanted = columns.filter(|(leaf, _)| self.mask.leaf_included(*leaf));
            let wanted: Vec<_> = wanted.filter_map(|(_, c)| check::range(c)).collect();
            rows += usize::try_from(group.num_rows()).unwrap_or(0);
            bytes += wanted.iter().map(|(start, end)| end - start).sum::<u64>();
            if self.next > first && (rows > FRAME_ROWS || bytes > GROUPS_BYTES) {
                break;
            }
            chunks.extend(wanted);
            self.next += 1;
        }
        (first..self.next, chunks)
    }

    fn decode(
        &self,
        groups: Range<usize>,
        parts: Parts,
    ) -> Result<ParquetRecordBatchReader, Damage> {
        let metadata = self.metadata.metadata();
        let mut rows: usize = 0;
        for group in metadata
            .row_groups()
            .get(groups.clone())
            .unwrap_or_default()
        {
            check::pages(&parts, group, &self.mask)?;
            rows += usize::try_from(group.num_rows()).unwrap_or(0);
        }
        ParquetRecordBatchReaderBuilder::new_with_metadata(parts, self.metadata.clone())
            .with_row_groups(groups.collect())
            .with_batch_size(rows.clamp(1, FRAME_ROWS))
            .with_projection(self.mask.clone())
            .build()
            .map_err(|e| Damage::Data {
                reason: e.to_string(),
            })
    }
}

/// The frames of a parquet file. Ends after the first error.
pub struct ParquetFrames {
    path: DbfsPath,
    origin: Arc<str>,
    wanted: SchemaRef,
    /// `None` where no column of the file is wanted, and only rows are counted.
    groups: Option<RowGroups>,
    /// Of the row groups that are decoded now.
    batches: Option<Guarded<ParquetRecordBatchReader>>,
    rows_left: usize,
    failed: bool,
}

impl ParquetFrames {
    fn next_batch(&mut self) -> Option<Result<RecordBatch, FormatError>> {
        let Some(groups) = &mut self.groups else {
            return self.count();
        };
        loop {
            if let Some(batch) = self.batches.as_mut().and_then(Iterator::next) {
                return Some(batch);
            }
            // What was read of the last row groups makes room first.
            self.batches = None;
            match groups.open_next()? {
                Ok(batches) => self.batches = Some(batches),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Rows without columns.
    fn count(&mut self) -> Option<Result<RecordBatch, FormatError>> {
        if self.rows_left == 0 {
            return None;
        }
        let rows = self.rows_left.min(FRAME_ROWS);
        self.rows_left -= rows;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch =
            RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options);
        Some(batch.map_err(|e| {
            let reason = e.to_string();
            damaged(&self.path, Damage::Data { reason })
        }))
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

fn damaged(path: &DbfsPath, damage: Damage) -> FormatError {
    FormatError::ReadFile {
        path: path.clone(),
        damage,
    }
}
