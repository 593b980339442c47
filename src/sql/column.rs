//! Columns of the DataFrame API: expressions as data, before analysis gives them a meaning.
//!
//! They say what SQL text says, and go through the same analysis.

use std::sync::Arc;

use super::python::PythonUdf;
use crate::types::{DataType, Metadata, Value};

/// An expression that isn't analysed (`pyspark.sql.Column`).
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// `col("a.b")`: a name as Spark reads it, with backticks around odd parts; `*` and `t.*` are stars.
    Name(String),
    /// A column of the input by its place: what `df["a"]` came to.
    Position(usize),
    Literal(Value, DataType),
    /// A call of a function by its SQL name.
    Call {
        function: String,
        args: Vec<Column>,
        distinct: bool,
    },
    /// `+`, `=`, `and`, …; one argument for `not`, `negative` and `~`.
    Operator {
        operator: String,
        args: Vec<Column>,
    },
    Cast {
        child: Box<Column>,
        /// As DDL writes it.
        to: String,
        is_try: bool,
    },
    Alias {
        child: Box<Column>,
        /// Several for a generator's columns.
        names: Vec<String>,
        /// In place of the child's own.
        metadata: Option<Metadata>,
    },
    /// A key of an order.
    Sort {
        child: Box<Column>,
        descending: bool,
        nulls_first: Option<bool>,
    },
    Case {
        branches: Vec<(Column, Column)>,
        otherwise: Option<Box<Column>>,
    },
    /// `getField`.
    Field {
        child: Box<Column>,
        name: String,
    },
    /// `getItem`.
    Item {
        child: Box<Column>,
        key: Box<Column>,
    },
    In {
        child: Box<Column>,
        values: Vec<Column>,
    },
    Between {
        child: Box<Column>,
        low: Box<Column>,
        high: Box<Column>,
    },
    Like {
        kind: LikeKind,
        child: Box<Column>,
        pattern: Box<Column>,
        escape: Option<char>,
    },
    IsNull {
        child: Box<Column>,
        negated: bool,
    },
    Over {
        child: Box<Column>,
        partition_by: Vec<Column>,
        order_by: Vec<Column>,
        frame: Option<Frame>,
    },
    Lambda {
        parameters: Vec<String>,
        body: Box<Column>,
    },
    /// A struct with a field set, or dropped where there is no value (`withField`,
    /// `dropFields`).
    UpdateField {
        child: Box<Column>,
        path: String,
        value: Option<Box<Column>>,
    },
    /// A call of a Python function.
    Udf {
        udf: Arc<PythonUdf>,
        args: Vec<Column>,
    },
    /// `expr("…")`
    Sql(String),
}

/// The kinds of pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeKind {
    Like,
    ILike,
    RLike,
}

/// A window's frame; rows or values before are negative, `None` is unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub is_range: bool,
    pub start: Option<i64>,
    pub end: Option<i64>,
}
