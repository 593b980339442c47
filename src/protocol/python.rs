//! What the module of Python and the engine agree on: how a cell's Python ends, whose functions have which numbers.

use serde::{Deserialize, Serialize};

/// Functions that one interpreter may number, where a session has several: the second's begin behind these.
pub const FUNCTIONS_OF_ONE: u64 = 1_000_000;

/// How a cell's Python ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum PythonOutcome {
    /// All of it ran. `result` is the last expression's `repr`, if there is one and it isn't None.
    Done { result: Option<String> },
    /// `dbutils.notebook.exit(value)`: the notebook ends here.
    Exit { value: String },
    /// An exception that nobody caught.
    Error(PythonFailure),
    /// It was told to end.
    Interrupted,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PythonFailure {
    /// Its class: `ZeroDivisionError`, `AnalysisException`.
    pub class: String,
    /// What it says.
    pub message: String,
    /// Spark's error condition, if it is one of Spark's.
    pub condition: Option<String>,
    /// As Python prints it: the frames of cells, each with its line, and the exception.
    pub traceback: String,
    /// The line of this cell that was running, from 1.
    pub line: Option<u32>,
}
