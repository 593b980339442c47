//! What the readers of text formats share: which column comes from where, malformed records,
//! rescued data, and frames from rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, StringViewBuilder};
use arrow::compute::filter;

use super::columns::{ColumnBuilder, builders};
use super::{FormatError, OptionSpec, Options, ReadRequest, option_table};
use crate::storage::DbfsPath;
use crate::types::arrow::ArrowConversionError;
use crate::types::{DataType, Frame, SchemaRef, StructType};

option_table! {
    /// What CSV and JSON have in common: what becomes of records that don't fit.
    pub OPTIONS {
        MODE = OptionSpec::new(
            "mode",
            "PERMISSIVE",
            "What becomes of a record that doesn't fit: `PERMISSIVE` gives NULLs, `DROPMALFORMED` leaves it out, `FAILFAST` fails.",
        );
        CORRUPT_RECORD = OptionSpec::new(
            "columnNameOfCorruptRecord",
            "_corrupt_record",
            "The column that takes the text of such a record, if the schema has it.",
        );
    }
}

/// What becomes of a record that doesn't fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ParseMode {
    /// NULL where a value doesn't fit; a row of NULLs for what can't be parsed.
    #[default]
    Permissive,
    /// The record is left out.
    DropMalformed,
    /// The read fails.
    FailFast,
}

impl ParseMode {
    /// The option `mode`; an unknown one is PERMISSIVE, as in Spark.
    pub fn from_options(options: &Options) -> Self {
        match options.get(MODE).map(str::to_uppercase).as_deref() {
            Some("DROPMALFORMED") => ParseMode::DropMalformed,
            Some("FAILFAST") => ParseMode::FailFast,
            _ => ParseMode::Permissive,
        }
    }
}

/// The option `columnNameOfCorruptRecord`.
pub(super) fn corrupt_column(options: &Options) -> String {
    options
        .get(CORRUPT_RECORD)
        .unwrap_or(CORRUPT_RECORD.default)
        .into()
}

/// Where a column of the request's schema comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Field(usize),
    Rescued,
    Corrupt,
}

/// How a request's columns are filled from a file's records.
pub(super) struct Layout {
    schema: SchemaRef,
    sources: Vec<Source>,
    /// The schema's fields that records have: without the rescued data and corrupt record columns.
    pub fields: StructType,
    /// Which of them the frames have.
    pub read: Vec<bool>,
    /// Whether there is a rescued data column.
    pub rescue: bool,
    pub mode: ParseMode,
    corrupt_column: String,
    case_sensitive: bool,
    path: DbfsPath,
    origin: Arc<str>,
}

impl Layout {
    pub fn new(request: &ReadRequest, path: &DbfsPath, case_sensitive: bool) -> Self {
        let corrupt_column = corrupt_column(&request.options);
        let mut fields = StructType::default();
        let mut all = Vec::with_capacity(request.schema.len());
        for field in &request.schema.fields {
            let string = field.data_type == DataType::String;
            all.push(if request.rescued_column.as_ref() == Some(&field.name) {
                Source::Rescued
            } else if string && field.name == corrupt_column {
                Source::Corrupt
            } else {
                fields.fields.push(field.clone());
                Source::Field(fields.len() - 1)
            });
        }
        let sources: Vec<Source> = match &request.projection {
            None => all,
            Some(positions) => positions
                .iter()
                .filter_map(|i| all.get(*i).copied())
                .collect(),
        };
        let mode = ParseMode::from_options(&request.options);
        // What doesn't fit matters even in a column that nobody asked for.
        let all_matter = mode != ParseMode::Permissive
            || sources.contains(&Source::Rescued)
            || sources.contains(&Source::Corrupt);
        Layout {
            schema: request.projected(),
            read: (0..fields.len())
                .map(|i| all_matter || sources.contains(&Source::Field(i)))
                .collect(),
            rescue: request.rescued_column.is_some(),
            sources,
            fields,
            mode,
            corrupt_column,
            case_sensitive,
            path: path.clone(),
            origin: Arc::from(path.to_string()),
        }
    }

    /// No rows yet.
    pub fn rows(&self) -> Rows {
        Rows {
            columns: builders(&self.fields, &self.read, self.case_sensitive),
            rescued: StringViewBuilder::new(),
            corrupt: StringViewBuilder::new(),
            keep: Vec::new(),
        }
    }

    /// Ends a row whose columns are filled. `whole` says whether all of the record fitted;
    /// `rescued` are the entries that didn't, as JSON without braces.
    ///
    /// With a rescued data column, what doesn't fit is no fault of the record.
    ///
    /// # Errors
    /// [`FormatError::MalformedRecord`] in mode FAILFAST.
    pub fn end_row(
        &self,
        rows: &mut Rows,
        whole: bool,
        rescued: Option<&str>,
        record: &str,
    ) -> Result<(), FormatError> {
        match rescued.filter(|_| self.rescue && !whole) {
            Some(entries) => rows.rescued.append_value(self.with_file_path(entries)),
            None => rows.rescued.append_null(),
        }
        self.finish_row(rows, whole || self.rescue, record)
    }

    /// Adds the row of a record that can't be parsed at all.
    ///
    /// # Errors
    /// As [`Layout::end_row`].
    pub fn malformed_row(&self, rows: &mut Rows, record: &str) -> Result<(), FormatError> {
        rows.columns.iter_mut().for_each(ColumnBuilder::append_null);
        let mut entry = String::new();
        push_entry(
            &mut entry,
            &self.corrupt_column,
            &serde_json::Value::from(record).to_string(),
        );
        rows.rescued.append_value(self.with_file_path(&entry));
        self.finish_row(rows, false, record)
    }

    fn with_file_path(&self, entries: &str) -> String {
        let path = serde_json::Value::from(self.origin.as_ref());
        format!("{{{entries},\"_file_path\":{path}}}")
    }

    fn finish_row(&self, rows: &mut Rows, good: bool, record: &str) -> Result<(), FormatError> {
        if !good && self.mode == ParseMode::FailFast {
            return Err(FormatError::MalformedRecord {
                path: self.path.clone(),
                record: record.chars().take(200).collect(),
            });
        }
        rows.corrupt.append_option((!good).then_some(record));
        rows.keep
            .push(good || self.mode != ParseMode::DropMalformed);
        Ok(())
    }

    /// The rows as a frame of the request's schema.
    pub fn frame(&self, mut rows: Rows) -> Result<Frame, FormatError> {
        let height = rows.keep.len();
        let mut fields = Vec::with_capacity(rows.columns.len());
        for column in rows.columns {
            fields.push(column.finish().map_err(ArrowConversionError::Arrow)?);
        }
        let rescued: ArrayRef = Arc::new(rows.rescued.finish());
        let corrupt: ArrayRef = Arc::new(rows.corrupt.finish());
        let mut columns: Vec<ArrayRef> = self
            .sources
            .iter()
            .filter_map(|source| match source {
                Source::Field(i) => fields.get(*i).cloned(),
                Source::Rescued => Some(rescued.clone()),
                Source::Corrupt => Some(corrupt.clone()),
            })
            .collect();
        let kept = rows.keep.iter().filter(|k| **k).count();
        if kept < height {
            let mask = BooleanArray::from(rows.keep);
            for column in &mut columns {
                *column = filter(column, &mask).map_err(ArrowConversionError::Arrow)?;
            }
        }
        let frame = Frame::from_arrow_columns(&columns, &self.schema, kept)?;
        Ok(frame.with_origin(Some(self.origin.clone())))
    }
}

/// Rows of a frame under construction.
pub(super) struct Rows {
    /// One builder a field of [`Layout::fields`]; for those not read, one that takes no values.
    pub columns: Vec<ColumnBuilder>,
    rescued: StringViewBuilder,
    corrupt: StringViewBuilder,
    /// Which rows stay: not the malformed ones in mode DROPMALFORMED.
    keep: Vec<bool>,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.keep.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keep.is_empty()
    }
}

/// Adds an entry to the inside of a JSON object.
pub(super) fn push_entry(entries: &mut String, name: &str, json: &str) {
    if !entries.is_empty() {
        entries.push(',');
    }
    entries.push_str(&serde_json::Value::from(name).to_string());
    entries.push(':');
    entries.push_str(json);
}
