//! One way in for every format.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use indexmap::IndexMap;

use serde::{Deserialize, Serialize};

use super::{FileBytes, FormatError, INFER_COLUMN_TYPES, Options, csv, json, parquet, text};
use crate::storage::{DbfsPath, FileStatus};
use crate::types::{DataType, Frame, SchemaRef, StructField, StructType};

/// A file format that Spark's readers know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FileFormat {
    Parquet,
    Json,
    Csv,
    Text,
    BinaryFile,
}

impl FileFormat {
    /// The format of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_lowercase().as_str() {
            "parquet" => FileFormat::Parquet,
            "json" => FileFormat::Json,
            "csv" => FileFormat::Csv,
            "text" => FileFormat::Text,
            "binaryfile" => FileFormat::BinaryFile,
            _ => return None,
        })
    }

    /// The format that a file's name suggests.
    pub fn from_extension(file_name: &str) -> Option<Self> {
        let (_, extension) = file_name.rsplit_once('.')?;
        Some(match extension.to_lowercase().as_str() {
            "parquet" => FileFormat::Parquet,
            "json" | "jsonl" | "ndjson" => FileFormat::Json,
            "csv" | "tsv" => FileFormat::Csv,
            "txt" | "text" | "log" => FileFormat::Text,
            _ => return None,
        })
    }

    /// The name in `format("…")`.
    pub fn name(self) -> &'static str {
        match self {
            FileFormat::Parquet => "parquet",
            FileFormat::Json => "json",
            FileFormat::Csv => "csv",
            FileFormat::Text => "text",
            FileFormat::BinaryFile => "binaryFile",
        }
    }

    /// The name in error messages.
    pub fn title(self) -> &'static str {
        match self {
            FileFormat::Parquet => "Parquet",
            FileFormat::Json => "JSON",
            FileFormat::Csv => "CSV",
            FileFormat::Text => "Text",
            FileFormat::BinaryFile => "binaryFile",
        }
    }
}

/// How a file is to be read.
#[derive(Debug, Clone)]
pub struct ReadRequest {
    /// The schema to read the file under, the rescued data column included.
    pub schema: SchemaRef,
    /// The reader's options, without `cloudFiles.` before their names.
    pub options: Options,
    /// The name of the STRING column of `schema` that takes what doesn't fit the others, as
    /// `{"cost":"$100","_file_path":"<path>"}`. Unknown fields are then rescued, and still told in
    /// [`FileRead::unknown`].
    pub rescued_column: Option<String>,
    /// The positions in `schema` of the columns that the frames have; all of them if `None`.
    /// `schema` stays that of the whole file: it says which fields are known, and where a CSV
    /// value belongs.
    pub projection: Option<Vec<usize>>,
    /// Takes the unknown fields: one for all files of a batch, or each file's own.
    pub unknown: UnknownFields,
}

impl ReadRequest {
    /// Reads under `schema` without options.
    pub fn new(schema: SchemaRef) -> Self {
        ReadRequest {
            schema,
            options: Options::new(),
            rescued_column: None,
            projection: None,
            unknown: UnknownFields::default(),
        }
    }

    /// The schema of the frames.
    pub fn projected(&self) -> SchemaRef {
        match &self.projection {
            None => self.schema.clone(),
            Some(positions) => Arc::new(StructType::new(
                positions
                    .iter()
                    .filter_map(|i| self.schema.fields.get(*i).cloned())
                    .collect(),
            )),
        }
    }
}

/// A file being read.
pub struct FileRead {
    /// The rows. Ends after the first error.
    pub frames: Box<dyn Iterator<Item = Result<Frame, FormatError>> + Send>,
    /// Top-level fields that the schema lacks: complete when `frames` has ended.
    pub unknown: UnknownFields,
}

/// Top-level fields of a file that the schema lacks, in the order in which they were met.
/// Clones share what they hold.
#[derive(Debug, Clone, Default)]
pub struct UnknownFields(Arc<Mutex<IndexMap<String, String>>>);

impl UnknownFields {
    /// The fields' names.
    pub fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// The fields with the first value that each was met with, as a JSON object:
    /// `{"currency":"USD"}`. A parquet file's fields have no value: `null`.
    pub fn to_json(&self) -> String {
        let entries: Vec<String> = self
            .lock()
            .iter()
            .map(|(name, value)| format!("{}:{value}", serde_json::Value::from(name.as_str())))
            .collect();
        format!("{{{}}}", entries.join(","))
    }

    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Notes a field; `value` is JSON text.
    pub(super) fn note(&self, name: &str, value: impl FnOnce() -> String) {
        let mut fields = self.lock();
        if !fields.contains_key(name) {
            fields.insert(name.into(), value());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, IndexMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has [`infer_schema`] infer as Auto Loader does: `false` for STRING columns alone in JSON and CSV, `true` for
/// types. Without it, it infers as `spark.read` does.
pub fn set_infer_column_types(options: &mut Options, infer: bool) {
    options.set(INFER_COLUMN_TYPES.name, infer.to_string());
}

/// The schema of one or several files, merged: fields that only some have are nullable, numbers
/// that differ in width widen.
///
/// # Errors
/// [`FormatError::CannotInfer`] if there is no file; [`FormatError::CannotMerge`] if a column has
/// types that don't go together.
pub fn infer_schema(
    format: FileFormat,
    files: &mut dyn Iterator<Item = (DbfsPath, FileBytes)>,
    options: &Options,
) -> Result<StructType, FormatError> {
    match format {
        FileFormat::Parquet => infer_parquet_schema(files),
        FileFormat::Json => of_texts(files, |texts| infer_json_schema(texts, options)),
        FileFormat::Csv => of_texts(files, |texts| infer_csv_schema(texts, options)),
        FileFormat::Text => Ok(text::text_schema()),
        FileFormat::BinaryFile => Ok(text::binary_schema()),
    }
}

fn infer_parquet_schema(
    files: &mut dyn Iterator<Item = (DbfsPath, FileBytes)>,
) -> Result<StructType, FormatError> {
    let mut merged: Option<StructType> = None;
    for (path, file) in files {
        let schema = parquet::infer_schema(file, &path)?;
        merged = Some(match merged {
            None => schema,
            Some(before) => merge(before, schema, &path)?,
        });
    }
    merged.ok_or(FormatError::CannotInfer {
        format: FileFormat::Parquet.title(),
    })
}

/// Infers from the files' bytes, one file in memory at a time.
fn of_texts(
    files: &mut dyn Iterator<Item = (DbfsPath, FileBytes)>,
    infer: impl FnOnce(&mut dyn Iterator<Item = (DbfsPath, Bytes)>) -> Result<StructType, FormatError>,
) -> Result<StructType, FormatError> {
    let mut unread = None;
    let mut texts = files.map_while(|(path, file)| match file.whole() {
        Ok(bytes) => Some((path, bytes)),
        Err(error) => {
            unread = Some(error);
            None
        }
    });
    let schema = infer(&mut texts);
    match unread {
        Some(error) => Err(error),
        None => schema,
    }
}

fn infer_json_schema(
    files: &mut dyn Iterator<Item = (DbfsPath, Bytes)>,
    options: &Options,
) -> Result<StructType, FormatError> {
    let json = json::JsonOptions::from_options(options)?;
    let mut any = false;
    let mut seen = files.inspect(|_| any = true);
    let mut schema = json::infer_schema(&mut seen, &json)?;
    if options.get(INFER_COLUMN_TYPES).is_some() {
        // Auto Loader rescues what is corrupt.
        let corrupt = &json.column_name_of_corrupt_record;
        schema.fields.retain(|f| f.name != *corrupt);
    }
    if !options.get_bool_or(INFER_COLUMN_TYPES, true)? {
        for field in &mut schema.fields {
            field.data_type = DataType::String;
        }
    }
    any.then_some(schema).ok_or(FormatError::CannotInfer {
        format: FileFormat::Json.title(),
    })
}

fn infer_csv_schema(
    files: &mut dyn Iterator<Item = (DbfsPath, Bytes)>,
    options: &Options,
) -> Result<StructType, FormatError> {
    let mut csv = csv::CsvOptions::from_options(options)?;
    csv.infer_schema = options.get_bool_or(INFER_COLUMN_TYPES, csv.infer_schema)?;
    let schema = csv::infer_schema(files, &csv)?;
    match schema.is_empty() {
        true => Err(FormatError::CannotInfer {
            format: FileFormat::Csv.title(),
        }),
        false => Ok(schema),
    }
}

/// Reads a file's rows under the request's schema.
///
/// # Errors
/// If the file is damaged from the start; damage further on is an error of the iterator.
pub fn read_file(
    format: FileFormat,
    content: impl Into<FileBytes>,
    file: &FileStatus,
    request: &ReadRequest,
) -> Result<FileRead, FormatError> {
    let content = content.into();
    match format {
        FileFormat::Parquet => parquet::read_file(content, &file.path, request),
        FileFormat::Json => json::read_file(content.whole()?, &file.path, request),
        FileFormat::Csv => csv::read_file(content.whole()?, &file.path, request),
        FileFormat::Text => text::read_text(content.whole()?, &file.path, request),
        FileFormat::BinaryFile => text::read_binary(content.whole()?, file, request),
    }
}

fn merge(
    mut before: StructType,
    more: StructType,
    path: &DbfsPath,
) -> Result<StructType, FormatError> {
    for field in more.fields {
        match before.index_of(&field.name) {
            None => before.fields.push(field),
            Some(i) => {
                if let Some(known) = before.fields.get_mut(i) {
                    known.data_type = wider(&known.data_type, &field, path)?;
                }
            }
        }
    }
    Ok(before)
}

/// The type that holds the values of both.
fn wider(left: &DataType, field: &StructField, path: &DbfsPath) -> Result<DataType, FormatError> {
    use DataType as D;
    let right = &field.data_type;
    let nested = |left: &DataType, right: &DataType| {
        let part = StructField {
            data_type: right.clone(),
            ..field.clone()
        };
        wider(left, &part, path)
    };
    Ok(match (left, right) {
        (a, b) if a == b => a.clone(),
        (D::Null, other) | (other, D::Null) => other.clone(),
        (D::Struct(a), D::Struct(b)) => D::Struct(merge(a.clone(), b.clone(), path)?),
        (D::Array { element: a, .. }, D::Array { element: b, .. }) => D::array(nested(a, b)?),
        (
            D::Map {
                key: ak, value: av, ..
            },
            D::Map {
                key: bk, value: bv, ..
            },
        ) => D::map(nested(ak, bk)?, nested(av, bv)?),
        (a, b) if crate::types::arrow::check_read_as(a, b).is_ok() && rank(a) <= rank(b) => {
            b.clone()
        }
        (a, b) if crate::types::arrow::check_read_as(b, a).is_ok() => a.clone(),
        _ => {
            return Err(FormatError::CannotMerge {
                column: field.name.clone(),
                left: left.clone(),
                right: right.clone(),
                path: path.clone(),
            });
        }
    })
}

/// Integers by width; they can be read as one another, but the wider is the one to keep.
fn rank(data_type: &DataType) -> u8 {
    match data_type {
        DataType::Byte => 0,
        DataType::Short => 1,
        DataType::Integer => 2,
        _ => 3,
    }
}
