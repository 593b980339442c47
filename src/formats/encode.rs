//! Frames into files of any format that can be written.

use bytes::Bytes;
use chrono_tz::Tz;

use super::parquet::{COMPRESSION, ParquetWriteOptions, ParquetWriter};
use super::{FileFormat, FormatError, OptionSpec, Options, csv, json, option_table};
use crate::types::{DataType, Frame, SchemaRef, StructType, Value, values_from_series};

option_table! {
    /// Options of writers of CSV, JSON and text.
    pub OPTIONS {
        TEXT_COMPRESSION = OptionSpec::new(
            "compression",
            "none",
            "Files are written uncompressed: `none` alone is taken.",
        )
        .or(&["codec"]);
    }
}

/// Encodes frames of one schema into one file, as Spark's writers do.
pub struct FileEncoder {
    schema: SchemaRef,
    kind: Kind,
    zone: Tz,
}

enum Kind {
    Parquet(Box<ParquetWriter>),
    Json(Vec<u8>),
    Csv {
        options: Box<csv::CsvOptions>,
        started: bool,
        out: Vec<u8>,
    },
    Text {
        separator: String,
        out: Vec<u8>,
    },
}

impl FileEncoder {
    /// Begins a file. Timestamps in texts are in `zone`.
    ///
    /// # Errors
    /// [`FormatError::UnsupportedType`], [`FormatError::EmptySchema`],
    /// [`FormatError::TextColumns`], [`FormatError::InvalidOption`] for a codec that can't be
    /// written, [`FormatError::NotWritable`].
    pub fn new(
        format: FileFormat,
        schema: &SchemaRef,
        options: &Options,
        zone: Tz,
    ) -> Result<Self, FormatError> {
        check_writable(format, schema)?;
        let kind = match format {
            FileFormat::Parquet => {
                let options = ParquetWriteOptions::from_options(options)?;
                Kind::Parquet(Box::new(ParquetWriter::new(schema, &options)?))
            }
            FileFormat::Json => Kind::Json(Vec::new()),
            FileFormat::Csv => Kind::Csv {
                options: Box::new(csv::CsvOptions::from_options(options)?),
                started: false,
                out: Vec::new(),
            },
            FileFormat::Text => Kind::Text {
                separator: options.get(super::text::LINE_SEP).unwrap_or("\n").into(),
                out: Vec::new(),
            },
            FileFormat::BinaryFile => return Err(FormatError::NotWritable),
        };
        if format != FileFormat::Parquet {
            uncompressed(options)?;
        }
        Ok(FileEncoder {
            schema: schema.clone(),
            kind,
            zone,
        })
    }

    /// Adds the rows of a frame of the encoder's schema.
    ///
    /// # Errors
    /// If the frame's columns aren't of that schema.
    pub fn write(&mut self, frame: &Frame) -> Result<(), FormatError> {
        match &mut self.kind {
            Kind::Parquet(writer) => writer.write(frame),
            Kind::Json(out) => {
                out.extend(json::write(frame, self.zone).map_err(converted)?);
                Ok(())
            }
            Kind::Csv {
                options,
                started,
                out,
            } => {
                out.extend(csv::write(frame, options, !*started, self.zone)?);
                *started = true;
                Ok(())
            }
            Kind::Text { separator, out } => {
                let Some(column) = frame.column(0) else {
                    return Ok(());
                };
                for value in values_from_series(column, &DataType::String).map_err(converted)? {
                    if let Value::String(text) = value {
                        out.extend_from_slice(text.as_bytes());
                    }
                    out.extend_from_slice(separator.as_bytes());
                }
                Ok(())
            }
        }
    }

    /// The whole file. One without rows has what its format demands: a parquet footer, a header.
    pub fn finish(mut self) -> Result<Bytes, FormatError> {
        if let Kind::Csv { started: false, .. } = self.kind {
            self.write(&Frame::empty(self.schema.clone()))?;
        }
        match self.kind {
            Kind::Parquet(writer) => writer.finish(),
            Kind::Json(out) | Kind::Csv { out, .. } | Kind::Text { out, .. } => Ok(out.into()),
        }
    }
}

/// What a file's name ends in: `.snappy.parquet`, `.csv`.
///
/// # Errors
/// [`FormatError::InvalidOption`] for a codec that can't be written.
pub fn file_extension(format: FileFormat, options: &Options) -> Result<String, FormatError> {
    Ok(match format {
        FileFormat::Parquet => {
            ParquetWriteOptions::from_options(options)?;
            let codec = options.get(COMPRESSION).unwrap_or(COMPRESSION.default);
            match codec.to_lowercase().as_str() {
                "none" | "uncompressed" => ".parquet".into(),
                "gzip" => ".gz.parquet".into(),
                "brotli" => ".br.parquet".into(),
                "zstd" => ".zstd.parquet".into(),
                "lz4" => ".lz4hadoop.parquet".into(),
                "lz4raw" | "lz4_raw" => ".lz4raw.parquet".into(),
                _ => ".snappy.parquet".into(),
            }
        }
        FileFormat::Json => ".json".into(),
        FileFormat::Csv => ".csv".into(),
        FileFormat::Text | FileFormat::BinaryFile => ".txt".into(),
    })
}

/// Checks that rows of `schema` can be written in a format.
///
/// # Errors
/// [`FormatError::UnsupportedType`], [`FormatError::EmptySchema`], [`FormatError::TextColumns`],
/// [`FormatError::NotWritable`].
pub fn check_writable(format: FileFormat, schema: &StructType) -> Result<(), FormatError> {
    let unsupported = |field: &crate::types::StructField| FormatError::UnsupportedType {
        format: format.title(),
        column: crate::types::quote(&field.name),
        data_type: format!("\"{}\"", field.data_type.sql()),
    };
    match format {
        FileFormat::BinaryFile => return Err(FormatError::NotWritable),
        _ if schema.is_empty() => {
            return Err(FormatError::EmptySchema {
                format: format.title(),
            });
        }
        FileFormat::Text => {
            if let Some(field) = schema
                .fields
                .iter()
                .find(|f| f.data_type != DataType::String)
            {
                return Err(unsupported(field));
            }
            if schema.len() != 1 {
                return Err(FormatError::TextColumns {
                    columns: schema.len(),
                });
            }
        }
        FileFormat::Csv => {
            let odd = |t: &DataType| !t.is_atomic() || *t == DataType::Binary;
            if let Some(field) = schema.fields.iter().find(|f| odd(&f.data_type)) {
                return Err(unsupported(field));
            }
        }
        FileFormat::Json => {
            if let Some(field) = schema.fields.iter().find(|f| f.data_type == DataType::Null) {
                return Err(unsupported(field));
            }
        }
        FileFormat::Parquet => {}
    }
    Ok(())
}

fn uncompressed(options: &Options) -> Result<(), FormatError> {
    match options.get(TEXT_COMPRESSION) {
        None => Ok(()),
        Some(name) if ["none", "uncompressed"].contains(&name.to_lowercase().as_str()) => Ok(()),
        Some(name) => Err(FormatError::InvalidOption {
            name: TEXT_COMPRESSION.name.into(),
            value: name.into(),
            expected: "none: text files are written uncompressed here",
        }),
    }
}

fn converted(error: crate::types::FrameError) -> FormatError {
    FormatError::Convert(crate::types::arrow::ArrowConversionError::Frame(error))
}
