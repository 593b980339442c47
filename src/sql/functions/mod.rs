//! Spark's functions and operators: one registry for SQL and the DataFrame API.
//!
//! A [`Function`] knows how to bind to its arguments (which types it takes, what casts are
//! needed, what it returns) and how to compute. Operators are functions too (`+`, `and`, `=`).
//!
//! The analyzer looks a name up with [`lookup`] and calls [`Function::bind`]; the executor
//! evaluates the arguments and hands them over in a [`Call`].

mod aggregate;
mod bind;
mod call;
pub mod cast;
mod collection;
mod conditional;
mod convert;
pub mod datetime;
mod error;
mod generator;
mod hash;
mod json;
mod math;
mod misc;
mod operator;
mod registry;
mod sql_text;
mod store;
mod string;
mod window;

#[cfg(test)]
mod tests;

pub use aggregate::aggregate_mode;

pub use bind::{BindResult, Binder, cast_expr};
pub use call::{Arg, Output, Values};
pub use datetime::{OVERLAPPING, WindowSpec, windows};
pub use error::{FunctionError, Mismatch};
pub use json::JSON_OPTIONS;
pub use registry::{functions, grouped_functions, lookup};
pub use sql_text::{call_text, sql_text};
pub use store::store_assign;

use polars_core::prelude::{IdxCa, Series};
use registry::{rewritten, scalar};

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
    /// How to call it: `date_trunc(unit, ts)`.
    pub usage: &'static str,
    /// What it does, in one sentence.
    pub description: &'static str,
    /// What follows `SELECT` to show it, and the value: `upper('ab') → AB`. Rows are separated by `; `, their columns
    /// by `, `. An example without `→` has another value at each time or place.
    pub example: &'static str,
}

impl Function {
    /// The example's expression, and its value if that is always the same.
    pub fn example_parts(&self) -> (&'static str, Option<&'static str>) {
        match self.example.rsplit_once(" → ") {
            Some((expression, value)) => (expression, Some(value)),
            None => (self.example, None),
        }
    }

    /// Whether it is written between or before its arguments, rather than called.
    pub fn is_operator(&self) -> bool {
        let usage = self.usage.to_lowercase();
        let called = usage.strip_prefix(self.name);
        !called.is_some_and(|rest| rest.starts_with('('))
    }
}

/// How a function computes.
#[derive(Debug)]
pub enum FunctionKind {
    /// A value for each row.
    Scalar(ScalarEval),
    /// A value for each row, from arguments of which some are lambdas.
    HigherOrder(HigherOrder),
    /// A value for each group.
    Aggregate(AggregateKind),
    /// Rows for each row (`explode`).
    Generator(GeneratorKind),
    /// Needs its place in a window (`rank`, `lag`).
    Window(WindowKind),
    /// Has a form of its own, of which the analyzer makes other expressions (`coalesce`, `cast`).
    Rewritten,
}

/// Computes a scalar function.
///
/// Each argument has `context.rows` values, or one that stands for all; so may the result.
/// The result's physical type is that of [`Call::result`]; its name means nothing.
pub type ScalarEval = fn(call: &Call<'_>) -> Result<Series, SqlError>;

/// One call of a scalar function over a batch.
#[derive(Debug)]
pub struct Call<'a> {
    /// The arguments' values, without the lambdas of a higher-order function.
    pub args: &'a [Series],
    /// The arguments' Spark types, in the same order.
    pub types: &'a [&'a DataType],
    /// The result's type, as [`Bound::data_type`] said.
    pub result: &'a DataType,
    /// What ANSI mode was when the expression was analysed.
    pub mode: EvalMode,
    pub context: &'a EvalContext,
}

/// A function that takes lambdas (`transform(a, x -> x + 1)`).
#[derive(Debug)]
pub struct HigherOrder {
    /// The types of a lambda's parameters, so that its body can be analysed: `args` are the
    /// arguments analysed so far, `None` where one is a lambda not analysed yet; `index` is the
    /// lambda's position; `arity` how many parameters it was written with.
    pub parameters: LambdaParameters,
    /// Computes the call; `lambdas` are the lambda arguments in order.
    pub eval: fn(call: &Call<'_>, lambdas: &[&dyn Lambda]) -> Result<Series, SqlError>,
}

/// See [`HigherOrder::parameters`].
pub type LambdaParameters = fn(
    args: &[Option<Expr>],
    index: usize,
    arity: usize,
    context: &BindContext,
) -> Result<Vec<(DataType, bool)>, SqlError>;

/// A lambda argument, ready to be evaluated: the executor provides it.
pub trait Lambda {
    /// The body's value for each of `parents.len()` child rows.
    ///
    /// `args` are the parameters' values, each as long as `parents`. `parents` names the row of
    /// the batch that each child row belongs to, for the columns that the body takes from
    /// outside. The answer has one value for each child row.
    ///
    /// # Errors
    /// Whatever the body's evaluation says.
    fn evaluate(&self, args: &[Series], parents: &IdxCa) -> Result<Series, SqlError>;

    /// How many parameters the lambda takes.
    fn arity(&self) -> usize;

    /// The type of the body.
    fn data_type(&self) -> &DataType;
}

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
    PercentileApprox,
    PercentileCont,
    PercentileDisc,
    Mode,
    ListAgg,
    Skewness,
    Kurtosis,
    Regression(Regression),
    Corr,
    CovarSamp,
    CovarPop,
    BitAnd,
    BitOr,
    BitXor,
    AnyValue,
}

/// What `regr_…` tells of the line through pairs of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regression {
    Count,
    AvgX,
    AvgY,
    Sxx,
    Syy,
    Sxy,
    Slope,
    Intercept,
    R2,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeneratorKind {
    Explode,
    PosExplode,
    Inline,
    Stack,
    JsonTuple,
    /// The windows of time that a time falls into.
    TimeWindows,
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
