//! What can go wrong while rows flow.

/// Why a running query stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// Someone asked for it; never shown as a failure.
    #[error("The query was cancelled.")]
    Cancelled,
    #[error(
        "\n  An exception was thrown from the Python worker. Please see the stack trace below.\n{traceback}"
    )]
    PythonException { traceback: String },
    #[error("The Python function {function} can't be called: its Python has ended.")]
    NoPython { function: String },
    #[error(
        "[SCALAR_SUBQUERY_TOO_MANY_ROWS] More than one row returned by a subquery used as an expression. SQLSTATE: 21000"
    )]
    ScalarSubqueryTooManyRows,
    #[error(
        "[DELTA_SCHEMA_CHANGE_SINCE_ANALYSIS] The schema of your Delta table has changed in an incompatible way since your DataFrame or DeltaTable object was created. Please redefine your DataFrame or DeltaTable object. Changes: the column `{column}` is missing or has another type. SQLSTATE: KD007"
    )]
    SchemaChanged { column: String },
    #[error(
        "[STREAMING_NOT_STARTED] Queries with streaming sources must be executed with writeStream.start()"
    )]
    StreamNotStarted,
    #[error(
        "[UNSUPPORTED_STREAM_STREAM_JOIN] A join of two streams isn't supported yet: make one side static, or write each stream to a table and join the tables."
    )]
    StreamStreamJoin,
    #[error("[UNSUPPORTED_FUNCTION] The function `{function}` can't be computed here: {reason}.")]
    Unsupported {
        function: String,
        reason: &'static str,
    },
    /// A frame or buffer didn't have the shape that the plan promised. A defect of the program.
    #[error("[INTERNAL_ERROR] {what}. Please report this as a bug. SQLSTATE: XX000")]
    Internal { what: &'static str },
}
