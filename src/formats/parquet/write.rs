//! Frames to parquet bytes.

use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterVersion};

use crate::formats::{FormatError, OptionSpec, Options, option_table};
use crate::types::arrow::schema_to_arrow;
use crate::types::{DataType, Frame, SchemaRef, StructType};

/// How a parquet file is written.
#[derive(Debug, Clone)]
pub struct ParquetWriteOptions {
    /// Snappy unless told otherwise, as Spark writes.
    pub compression: Compression,
    /// The most rows in a row group.
    pub row_group_rows: usize,
    /// The most bytes, encoded, that a row group may hold before it is closed.
    pub row_group_bytes: usize,
}

option_table! {
    /// Options of parquet.
    pub OPTIONS {
        pub(in crate::formats) COMPRESSION = OptionSpec::new(
            "compression",
            "snappy",
            "When writing: `none`, `snappy`, `gzip`, `brotli`, `lz4`, `lz4_raw` or `zstd`. Reading takes them all.",
        );
        DATETIME_REBASE_MODE = OptionSpec::without_effect(
            "datetimeRebaseMode",
            "Dates are of the Gregorian calendar; so it is with `int96RebaseMode`.",
        );
    }
}

impl Default for ParquetWriteOptions {
    fn default() -> Self {
        ParquetWriteOptions {
            compression: Compression::SNAPPY,
            row_group_rows: 1024 * 1024,
            row_group_bytes: 64 * 1024 * 1024,
        }
    }
}

impl ParquetWriteOptions {
    /// From the options of a DataFrame writer; `compression` is the only one.
    ///
    /// # Errors
    /// [`FormatError::InvalidOption`] for a codec that doesn't exist.
    pub fn from_options(options: &Options) -> Result<Self, FormatError> {
        let mut chosen = ParquetWriteOptions::default();
        if let Some(name) = options.get(COMPRESSION) {
            chosen.compression = codec(name).ok_or_else(|| FormatError::InvalidOption {
                name: COMPRESSION.name.into(),
                value: name.into(),
                expected: "one of none, uncompressed, snappy, gzip, brotli, lz4, lz4raw, lz4_raw, zstd",
            })?;
        }
        Ok(chosen)
    }
}

/// The codec of that name, as Spark names them.
fn codec(name: &str) -> Option<Compression> {
    Some(match name.to_lowercase().as_str() {
        "none" | "uncompressed" => Compression::UNCOMPRESSED,
        "snappy" => Compression::SNAPPY,
        "gzip" => Compression::GZIP(GzipLevel::default()),
        "brotli" => Compression::BROTLI(BrotliLevel::default()),
        "lz4" => Compression::LZ4,
        "lz4raw" | "lz4_raw" => Compression::LZ4_RAW,
        "zstd" => Compression::ZSTD(ZstdLevel::default()),
        _ => return None,
    })
}

/// Writes frames of one schema into a parquet file.
///
/// Timestamps are INT64 microseconds, lists and maps have the standard three levels, every field
/// is optional, and fields have the ids and names of Delta's column mapping where their metadata
/// says so. At most one row group is held unencoded.
pub struct ParquetWriter {
    writer: ArrowWriter<Vec<u8>>,
    rows: usize,
}

impl ParquetWriter {
    /// # Errors
    /// [`FormatError::UnsupportedType`] for a schema that parquet can't hold: VOID, a struct
    /// without fields.
    pub fn new(schema: &SchemaRef, options: &ParquetWriteOptions) -> Result<Self, FormatError> {
        check_writable(schema)?;
        let properties = WriterProperties::builder()
            .set_compression(options.compression)
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_max_row_group_row_count(Some(options.row_group_rows.max(1)))
            .set_max_row_group_bytes(Some(options.row_group_bytes.max(1)))
            .set_created_by(concat!("multihop version ", env!("CARGO_PKG_VERSION")).into())
            .build();
        let options = ArrowWriterOptions::new()
            .with_properties(properties)
            .with_skip_arrow_metadata(true)
            .with_schema_root("spark_schema".into());
        let schema = Arc::new(schema_to_arrow(schema));
        let writer =
            ArrowWriter::try_new_with_options(Vec::new(), schema, options).map_err(write_error)?;
        Ok(ParquetWriter { writer, rows: 0 })
    }

    /// Adds the rows of a frame of the writer's schema.
    ///
    /// # Errors
    /// If the frame's schema is another one.
    pub fn write(&mut self, frame: &Frame) -> Result<(), FormatError> {
        self.rows += frame.height();
        self.writer.write(&frame.to_arrow()?).map_err(write_error)
    }

    /// Rows written so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that the file has so far, about: those encoded, and those still held.
    pub fn estimated_size(&self) -> usize {
        self.writer.bytes_written() + self.writer.in_progress_size()
    }

    /// Writes the footer and gives the whole file.
    pub fn finish(self) -> Result<Bytes, FormatError> {
        Ok(Bytes::from(self.writer.into_inner().map_err(write_error)?))
    }
}

fn check_writable(schema: &StructType) -> Result<(), FormatError> {
    for field in &schema.fields {
        if unwritable(&field.data_type) {
            return Err(FormatError::UnsupportedType {
                format: "Parquet",
                column: format!("`{}`", field.name),
                data_type: format!("\"{}\"", field.data_type.sql()),
            });
        }
    }
    Ok(())
}

fn unwritable(data_type: &DataType) -> bool {
    match data_type {
        DataType::Null => true,
        DataType::Struct(s) => s.is_empty() || s.fields.iter().any(|f| unwritable(&f.data_type)),
        DataType::Array { element, .. } => unwritable(element),
        DataType::Map { key, value, .. } => unwritable(key) || unwritable(value),
        _ => false,
    }
}

fn write_error(error: ParquetError) -> FormatError {
    FormatError::WriteParquet {
        reason: error.to_string(),
    }
}
