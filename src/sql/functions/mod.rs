//! Spark's functions and operators: one registry for SQL and the DataFrame API.
//!
//! A [`Function`] knows how to bind to its arguments (which types it takes, what casts are
//! needed, what it returns) and how to compute. Operators are functions too (`+`, `and`, `=`).

use polars_core::prelude::Series;

use super::error::SqlError;
use super::plan::{EvalMode, Expr};
use crate::types::DataType;

/// A function that SQL can name.
#[derive(Debug)]
pub struct Function {
    /// Its name in Spark's registry, lower case; operators by their symbol.
    pub name: &'static str,
    pub kind: FunctionKind,
    /// Checks number and types of the arguments, adds the casts that Spark adds, and gives the
    /// result's type and whether it can be null.
    pub bind: fn(args: Vec<Expr>, context: &BindContext) -> Result<Bound, SqlError>,
}

/// How a function computes.
#[derive(Debug)]
pub enum FunctionKind {
    /// A value for each row.
    Scalar(ScalarEval),
    /// A value for each group.
    Aggregate(AggregateKind),
    /// Rows for each row (`explode`).
    Generator(GeneratorKind),
    /// Needs its place in a window (`rank`, `lag`).
    Window(WindowKind),
}

/// Computes a scalar function.
///
/// Each argument has `context.rows` values, or one that stands for all; so may the result.
pub type ScalarEval = fn(args: &[Series], context: &EvalContext) -> Result<Series, SqlError>;

/// What the executor does for an aggregate. Buffers can be merged, so that a group's value can
/// be computed in parts and kept as streaming state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateKind {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    First { ignore_nulls: bool },
    Last { ignore_nulls: bool },
    CollectList,
    CollectSet,
    StddevSamp,
    StddevPop,
    VarSamp,
    VarPop,
    ApproxCountDistinct,
    BoolAnd,
    BoolOr,
    CountIf,
    MaxBy,
    MinBy,
    Median,
    Percentile,
    Mode,
    Corr,
    AnyValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeneratorKind {
    Explode,
    PosExplode,
    Inline,
    Stack,
    JsonTuple,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowKind {
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumeDist,
    Ntile,
    Lag,
    Lead,
    FirstValue,
    LastValue,
    NthValue,
}

/// What binding needs to know of the session.
#[derive(Debug, Clone)]
pub struct BindContext {
    /// [`EvalMode::Ansi`] or [`EvalMode::Legacy`], from `spark.sql.ansi.enabled`.
    pub mode: EvalMode,
    /// The function's name as it was written, for messages.
    pub written: String,
}

/// A function bound to arguments.
#[derive(Debug)]
pub struct Bound {
    /// With casts added where Spark adds them.
    pub args: Vec<Expr>,
    pub data_type: DataType,
    pub nullable: bool,
}

/// What a function may know besides its arguments.
#[derive(Debug, Clone)]
pub struct EvalContext {
    /// Rows in the batch.
    pub rows: usize,
    pub mode: EvalMode,
    /// `spark.sql.session.timeZone`.
    pub time_zone: chrono_tz::Tz,
    /// `current_timestamp()`, microseconds: the batch's time, the same for all rows and on replay.
    pub now_us: i64,
    /// `input_file_name()`; empty where there is no file.
    pub input_file: std::sync::Arc<str>,
    /// `current_database()`.
    pub current_database: std::sync::Arc<str>,
    /// Seeds `rand()`, `uuid()`, `monotonically_increasing_id()`: differs for every chunk.
    pub seed: u64,
    /// The first row's number in the query's output partition.
    pub row_offset: u64,
}

/// The function of that name, without case.
pub fn lookup(name: &str) -> Option<&'static Function> {
    let _ = name;
    None
}
