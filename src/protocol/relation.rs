//! Rows, schemas, files and history of one relation.

use serde::{Deserialize, Serialize};

/// Names something that has rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RelationRef {
    /// Files in a directory, read as `format`.
    Directory { path: String, format: String },
    /// A temporary view. A streaming one is read as a batch over what is there now.
    View { name: String },
    /// A table, at a version or its newest.
    Table { name: String, version: Option<u32> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RelationKind {
    Directory,
    View,
    Table,
    /// A statement's result.
    Result,
}

/// An opened relation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelationView {
    /// Names it in `FetchRows` and `CloseRelation`.
    pub handle: u32,
    pub name: String,
    pub kind: RelationKind,
    pub columns: Vec<ColumnInfo>,
    /// The schema as `printSchema` shows it.
    pub schema_tree: String,
    /// `None` until all rows were pulled once.
    pub row_count: Option<f64>,
    /// A table's oldest readable and newest version.
    pub versions: Option<(u32, u32)>,
}

/// A column as a header shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnInfo {
    pub name: String,
    /// `array<struct<book_id:string>>`
    pub data_type: String,
    pub nullable: bool,
    /// Whether values align right.
    pub is_numeric: bool,
}

/// A value as a grid shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    Null,
    /// As Spark's `show` prints it, whole.
    Text(String),
    /// A struct, array or map: its JSON, opened on demand.
    Nested(String),
}

/// A file of a directory or table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileInfo {
    /// Below the directory or table.
    pub path: String,
    pub full_path: String,
    pub size: f64,
    pub modification_time_ms: f64,
    /// From a table's statistics.
    pub rows: Option<f64>,
    /// The statistics' JSON, of a table's data file.
    pub stats: Option<String>,
    /// Whether it isn't read, because the engine stopped when it was.
    pub is_quarantined: bool,
}

/// A commit as `DESCRIBE HISTORY` shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    pub version: f64,
    pub timestamp_ms: f64,
    pub operation: String,
    /// Operation parameters, as name and value.
    pub parameters: Vec<(String, String)>,
    /// Operation metrics, as name and value.
    pub metrics: Vec<(String, String)>,
    pub is_blind_append: Option<bool>,
}
