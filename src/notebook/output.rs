//! What a cell shows, and what it came to.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, value::RawValue};

use super::{CellLanguage, NotebookError};
use crate::types::{Frame, FrameError, Value};

/// One thing that a cell shows.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Output {
    /// Rows of a query or a command.
    Table {
        columns: Vec<OutputColumn>,
        /// One JSON value a cell.
        rows: Vec<Vec<Box<RawValue>>>,
        /// Whether there are more rows than these.
        truncated: bool,
        /// Whether it shows a stream, which goes on.
        streaming: bool,
    },
    /// What is printed, and a last expression's value.
    Text { text: String },
    /// `displayHTML`
    Html { html: String },
    /// `%md`
    Markdown { text: String },
    /// A chart of a table's columns: its specification.
    Chart { spec: Json },
}

/// A column of a table that a cell shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    pub name: String,
    /// `array<struct<book_id:string>>`
    #[serde(rename = "type")]
    pub data_type: String,
}

/// Why a cell failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellError {
    /// The exception's class: `AnalysisException`, `ValueError`.
    pub class: String,
    /// Spark's condition, if it has one: `TABLE_OR_VIEW_NOT_FOUND`.
    pub condition: Option<String>,
    /// The message whole, as Spark or Python prints it.
    pub message: String,
    /// The cell's line that it is about, from 1.
    pub line: Option<u32>,
    /// A Python traceback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceback: Option<String>,
}

impl From<&NotebookError> for CellError {
    fn from(error: &NotebookError) -> Self {
        CellError {
            class: error.class().into(),
            message: error.to_string(),
            ..CellError::default()
        }
    }
}

/// How a cell ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellStatus {
    #[default]
    Ok,
    Error,
    /// It didn't run: an earlier cell failed, or the notebook ended itself.
    Skipped,
}

/// What a cell came to: a line of `multihop run --json`.
#[derive(Debug, Clone, Serialize)]
pub struct CellResult {
    /// Its number in the notebook, from 1.
    pub cell: usize,
    pub language: CellLanguage,
    pub source: String,
    pub status: CellStatus,
    /// What it printed.
    pub stdout: String,
    pub results: Vec<Output>,
    pub error: Option<CellError>,
    pub seconds: f64,
}

impl Output {
    /// A frame's rows as a table: the first `limit`.
    ///
    /// # Errors
    /// If the frame doesn't fit its own schema: a defect.
    pub fn table(
        frame: &Frame,
        zone: Tz,
        limit: usize,
        streaming: bool,
    ) -> Result<Output, FrameError> {
        let fields = &frame.schema().fields;
        let columns = fields
            .iter()
            .map(|field| OutputColumn {
                name: field.name.clone(),
                data_type: field.data_type.simple_string(),
            })
            .collect();
        Ok(Output::Table {
            columns,
            rows: json_rows(frame, zone, limit)?,
            truncated: frame.height() > limit,
            streaming,
        })
    }
}

/// The first `limit` rows, one JSON value a cell.
///
/// # Errors
/// If the frame doesn't fit its own schema: a defect.
pub fn json_rows(
    frame: &Frame,
    zone: Tz,
    limit: usize,
) -> Result<Vec<Vec<Box<RawValue>>>, FrameError> {
    let fields = &frame.schema().fields;
    let mut rows = Vec::with_capacity(frame.height().min(limit));
    for row in 0..frame.height().min(limit) {
        let mut cells = Vec::with_capacity(fields.len());
        for (field, column) in fields.iter().zip(frame.columns()) {
            let mut text = String::new();
            Value::from_series(column, row, &field.data_type)?.push_json(
                &field.data_type,
                zone,
                &mut text,
            );
            cells.push(raw(text));
        }
        rows.push(cells);
    }
    Ok(rows)
}

/// JSON text as a value; NULL if it were none.
fn raw(text: String) -> Box<RawValue> {
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
