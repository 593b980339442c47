//! Text files, a row a line, and files taken whole.

use std::sync::Arc;

use arrow::array::{BinaryViewArray, StringViewArray};
use bytes::Bytes;

use super::parquet::FRAME_ROWS;
use super::{
    Damage, FileRead, FormatError, OptionSpec, Options, ReadRequest, UnknownFields, option_table,
};
use crate::storage::{DbfsPath, FileStatus};
use crate::types::arrow::memory_type;
use crate::types::{DataType, Frame, SchemaRef, StructType};

option_table! {
    /// Options of text files.
    pub OPTIONS {
        pub(super) WHOLE_TEXT = OptionSpec::new(
            "wholetext",
            "false",
            "Whether a file is one row, rather than each of its lines.",
        );
        pub(super) LINE_SEP = OptionSpec::new(
            "lineSep",
            "",
            "What ends a line; by default `\\n`, `\\r\\n` or `\\r`. When writing: `\\n`.",
        );
    }
}

/// The schema of text files: `value`.
pub(super) fn text_schema() -> StructType {
    StructType::of([("value", DataType::String)])
}

/// The schema of files taken whole.
pub(super) fn binary_schema() -> StructType {
    StructType::of([
        ("path", DataType::String),
        ("modificationTime", DataType::Timestamp),
        ("length", DataType::Long),
        ("content", DataType::Binary),
    ])
}

/// Reads a text file: each line a row, or with the option `wholetext` the file one. The first
/// STRING column of the schema takes the text; others are NULL.
pub(super) fn read_text(
    bytes: Bytes,
    path: &DbfsPath,
    request: &ReadRequest,
) -> Result<FileRead, FormatError> {
    let whole = request.options.get_bool(WHOLE_TEXT)?;
    Ok(FileRead {
        frames: Box::new(TextFrames {
            separator: separator(&request.options),
            bytes,
            at: 0,
            whole,
            schema: request.projected(),
            origin: Arc::from(path.to_string()),
        }),
        unknown: UnknownFields::default(),
    })
}

/// The option `lineSep`; without it lines end in `\n`, `\r\n` or `\r`.
fn separator(options: &Options) -> Option<Vec<u8>> {
    let separator = options.get(LINE_SEP).filter(|s| !s.is_empty());
    separator.map(|s| s.as_bytes().to_vec())
}

struct TextFrames {
    bytes: Bytes,
    at: usize,
    whole: bool,
    separator: Option<Vec<u8>>,
    schema: SchemaRef,
    origin: Arc<str>,
}

impl TextFrames {
    fn next_line(&mut self) -> Option<Bytes> {
        let rest = self.bytes.get(self.at..).filter(|r| !r.is_empty())?;
        let (length, end) = match (&self.separator, self.whole) {
            (_, true) => (rest.len(), 0),
            (Some(separator), _) => {
                let mut windows = rest.windows(separator.len());
                match windows.position(|w| w == separator.as_slice()) {
                    Some(at) => (at, separator.len()),
                    None => (rest.len(), 0),
                }
            }
            (None, _) => match rest.iter().position(|b| matches!(b, b'\n' | b'\r')) {
                Some(at) if rest.get(at..at + 2) == Some(b"\r\n") => (at, 2),
                Some(at) => (at, 1),
                None => (rest.len(), 0),
            },
        };
        let line = self.bytes.slice(self.at..self.at + length);
        self.at += length + end;
        Some(line)
    }
}

impl Iterator for TextFrames {
    type Item = Result<Frame, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut lines = Vec::new();
        while lines.len() < FRAME_ROWS {
            let Some(line) = self.next_line() else { break };
            lines.push(line);
        }
        if lines.is_empty() {
            return None;
        }
        let height = lines.len();
        let text = lines.iter().map(|l| Some(String::from_utf8_lossy(l)));
        let text = StringViewArray::from_iter(text);
        let fields = &self.schema.fields;
        let value = fields.iter().position(|f| f.data_type == DataType::String);
        let columns: Vec<arrow::array::ArrayRef> = fields
            .iter()
            .enumerate()
            .map(|(i, f)| match Some(i) == value {
                true => Arc::new(text.clone()) as _,
                false => arrow::array::new_null_array(&memory_type(&f.data_type), height),
            })
            .collect();
        let frame = Frame::from_arrow_columns(&columns, &self.schema, height);
        Some(match frame {
            Ok(frame) => Ok(frame.with_origin(Some(self.origin.clone()))),
            Err(e) => Err(e.into()),
        })
    }
}

/// Reads a file whole, as Spark's `binaryFile` source: one row with its path, time, length and
/// content.
pub(super) fn read_binary(
    bytes: Bytes,
    file: &FileStatus,
    request: &ReadRequest,
) -> Result<FileRead, FormatError> {
    /// Spark's `spark.sql.sources.binaryFile.maxLength`, 2 GiB, is more than a browser tab has.
    const LIMIT: usize = 256 * 1024 * 1024;
    if bytes.len() > LIMIT {
        return Err(FormatError::ReadFile {
            path: file.path.clone(),
            damage: Damage::TooLarge {
                size: bytes.len(),
                limit: LIMIT,
            },
        });
    }
    let schema = request.projected();
    let fields = &schema.fields;
    let columns: Vec<arrow::array::ArrayRef> = fields
        .iter()
        .map(|f| match (f.name.as_str(), &f.data_type) {
            ("path", DataType::String) => {
                Arc::new(StringViewArray::from(vec![file.path.to_string()])) as _
            }
            ("modificationTime", DataType::Timestamp) => Arc::new(
                arrow::array::TimestampMicrosecondArray::from(vec![
                    file.modification_time.saturating_mul(1000),
                ])
                .with_timezone("UTC"),
            ) as _,
            ("length", DataType::Long) => {
                Arc::new(arrow::array::Int64Array::from(vec![bytes.len() as i64])) as _
            }
            ("content", DataType::Binary) => {
                Arc::new(BinaryViewArray::from(vec![bytes.as_ref()])) as _
            }
            _ => arrow::array::new_null_array(&memory_type(&f.data_type), 1),
        })
        .collect();
    let frame = Frame::from_arrow_columns(&columns, &schema, 1)?;
    let frame = frame.with_origin(Some(Arc::from(file.path.to_string())));
    Ok(FileRead {
        frames: Box::new(std::iter::once(Ok(frame))),
        unknown: UnknownFields::default(),
    })
}
