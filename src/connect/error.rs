//! Errors as PySpark raises them.

use serde_json::{Value, json};

use crate::session::SessionError;
use crate::sql::SqlError;
use crate::sql::error::{condition, sql_state};
use crate::storage::StorageError;
use crate::streaming::StreamError;
use crate::types::{FrameError, SchemaJsonError};

/// Why a call fails.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error("The request isn't one that the session knows: {reason}")]
    Protocol { reason: String },
    #[error("The session has no request called {op}.")]
    UnknownRequest { op: String },
    #[error("The request lacks {name}, or it isn't of its kind.")]
    Field { name: &'static str },
    #[error("There is no DataFrame number {id} any more.")]
    NoSuchDataFrame { id: u64 },
    #[error(
        "[SQL_CONF_NOT_FOUND] The SQL config \"{key}\" cannot be found. Please verify that the config exists. SQLSTATE: 42K0I"
    )]
    ConfNotFound { key: String },
    #[error("java.io.FileNotFoundException: {path}")]
    FileNotFound { path: String },
    #[error("{message}")]
    Files { message: String },
    #[error("InputWidgetNotDefined: No input widget named {name} is defined")]
    NoSuchWidget { name: String },
    #[error("{name} can't be {given}: its choices are {choices}")]
    WidgetChoice {
        name: String,
        given: String,
        choices: String,
    },
    #[error(
        "[CONTEXT_ONLY_VALID_ON_DRIVER] It appears that you are attempting to reference SparkContext from a broadcast variable, action, or transformation. SparkContext can only be used on the driver, not in code that it run on workers. For more information, see SPARK-5063."
    )]
    WithinFunction,
    #[error(
        "java.lang.StackOverflowError: This DataFrame is made of more than {most} operations, one on another. Do several in one, for example with withColumns or select; or write it to a table and go on from there."
    )]
    TooDeep { most: usize },
    #[error(
        "org.apache.spark.SparkException: Job aborted due to stage failure: Total size of serialized results of 1 tasks ({:.1} MiB) is bigger than spark.driver.maxResultSize ({:.1} MiB). Collect fewer rows: aggregate, filter or limit them first.",
        mebibytes(*bytes), mebibytes(*most)
    )]
    ResultTooLarge { bytes: usize, most: usize },
    /// A class of its own, such as `IllegalArgumentException`.
    #[error("{message}")]
    Other {
        class: &'static str,
        message: String,
    },
}

impl ConnectError {
    /// The class that Python raises, by its name in `pyspark.errors`.
    pub fn class(&self) -> &'static str {
        match self {
            ConnectError::Session(error) => error.exception_class(),
            ConnectError::Protocol { .. }
            | ConnectError::UnknownRequest { .. }
            | ConnectError::Field { .. }
            | ConnectError::NoSuchDataFrame { .. }
            | ConnectError::WithinFunction => "PySparkRuntimeError",
            ConnectError::ConfNotFound { .. } => "SparkNoSuchElementException",
            ConnectError::FileNotFound { .. }
            | ConnectError::Files { .. }
            | ConnectError::TooDeep { .. }
            | ConnectError::ResultTooLarge { .. }
            | ConnectError::NoSuchWidget { .. } => "Py4JJavaError",
            ConnectError::WidgetChoice { .. } => "IllegalArgumentException",
            ConnectError::Other { class, .. } => class,
        }
    }

    /// The error of a reply.
    pub fn to_json(&self) -> Value {
        let message = self.to_string();
        json!({
            "class": self.class(),
            "condition": condition(&message),
            "sqlState": sql_state(&message),
            "message": message,
        })
    }
}

impl From<SqlError> for ConnectError {
    fn from(error: SqlError) -> Self {
        ConnectError::Session(error.into())
    }
}

impl From<StreamError> for ConnectError {
    fn from(error: StreamError) -> Self {
        ConnectError::Session(error.into())
    }
}

impl From<StorageError> for ConnectError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NotFound { path } => ConnectError::FileNotFound {
                path: path.to_string(),
            },
            other => ConnectError::Session(other.into()),
        }
    }
}

impl From<FrameError> for ConnectError {
    fn from(error: FrameError) -> Self {
        SqlError::from(error).into()
    }
}

impl From<SchemaJsonError> for ConnectError {
    fn from(error: SchemaJsonError) -> Self {
        ConnectError::Protocol {
            reason: error.to_string(),
        }
    }
}

fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
