//! What can go wrong while rows flow.

use crate::types::{DataType, StructType};

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
        "[RECURSION_LEVEL_LIMIT_EXCEEDED] Recursion level limit {limit} reached but query has not exhausted, try increasing 'spark.sql.cteRecursionLevelLimit'. SQLSTATE: 42836"
    )]
    RecursionLevels { limit: usize },
    #[error(
        "[RECURSION_ROW_LIMIT_EXCEEDED] Recursion row limit {limit} reached but query has not exhausted, try setting a larger LIMIT value when querying the CTE relation. SQLSTATE: 42836"
    )]
    RecursionRows { limit: usize },
    #[error(
        "[SCALAR_SUBQUERY_TOO_MANY_ROWS] More than one row returned by a subquery used as an expression. SQLSTATE: 21000"
    )]
    ScalarSubqueryTooManyRows,
    #[error(
        "[ROW_SUBQUERY_TOO_MANY_ROWS] More than one row returned by a subquery used as a row. SQLSTATE: 21000"
    )]
    RowSubqueryTooManyRows,
    #[error(
        "[DELTA_SCHEMA_CHANGE_SINCE_ANALYSIS] The schema of your Delta table has changed in an incompatible way since your DataFrame or DeltaTable object was created. Please redefine your DataFrame or DeltaTable object. Changes: the column `{column}` is missing or has another type. SQLSTATE: KD007"
    )]
    SchemaChanged { column: String },
    #[error(
        "[STREAMING_NOT_STARTED] Queries with streaming sources must be executed with writeStream.start()"
    )]
    StreamNotStarted,
    #[error(
        "Redefining watermark is disallowed. You can set the config 'spark.sql.streaming.statefulOperator.allowMultiple' to 'false' to restore the previous behavior. Note that multiple stateful operators will be disallowed."
    )]
    WatermarkAgain,
    #[error("Stream-stream join without equality predicate is not supported.;\n{plan}")]
    JoinWithoutEquality { plan: String },
    #[error(
        "[STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE] Provided key schema does not match existing state key schema.\nPlease check number and type of fields.\nExisting key_schema={stored} and new key_schema={new}.\nIf you want to force running the query without schema validation, please set spark.sql.streaming.stateStore.stateSchemaCheck to false.\nHowever, please note that running the query with incompatible schema could cause non-deterministic behavior. SQLSTATE: XXKST"
    )]
    StateKeySchema { stored: String, new: String },
    #[error(
        "[STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE] Provided value schema does not match existing state value schema.\nPlease check number and type of fields.\nExisting value_schema={stored} and new value_schema={new}.\nIf you want to force running the query without schema validation, please set spark.sql.streaming.stateStore.stateSchemaCheck to false.\nHowever, please note that running the query with incompatible schema could cause non-deterministic behavior. SQLSTATE: XXKST"
    )]
    StateValueSchema { stored: String, new: String },
    /// What a state store says that it can't give.
    #[error("{message}")]
    StateStore { message: String },
    #[error("[UNSUPPORTED_FUNCTION] The function `{function}` can't be computed here: {reason}.")]
    Unsupported {
        function: String,
        reason: &'static str,
    },
    /// A frame or buffer didn't have the shape that the plan promised. A defect of the program.
    #[error("[INTERNAL_ERROR] {what}. Please report this as a bug. SQLSTATE: XX000")]
    Internal { what: &'static str },
}

impl ExecuteError {
    /// The error of state whose columns, the first of them its key, differ from the operator's.
    pub(super) fn state_schema(
        (stored_keys, stored): (usize, &StructType),
        (new_keys, new): (usize, &StructType),
    ) -> Self {
        let split = |schema: &StructType, keys: usize| {
            let mut key = schema.clone();
            let value = key.fields.split_off(keys.min(key.fields.len()));
            (key, StructType::new(value))
        };
        let types = |schema: &StructType| -> Vec<DataType> {
            let fields = schema.fields.iter();
            fields.map(|f| f.data_type.clone()).collect()
        };
        let text = |schema: StructType| DataType::Struct(schema).simple_string();
        let (stored, new) = (split(stored, stored_keys), split(new, new_keys));
        if types(&stored.0) != types(&new.0) {
            return ExecuteError::StateKeySchema {
                stored: text(stored.0),
                new: text(new.0),
            };
        }
        ExecuteError::StateValueSchema {
            stored: text(stored.1),
            new: text(new.1),
        }
    }
}
