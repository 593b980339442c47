//! Errors as people see them.

use serde_json::{Value, json};

use crate::formats::FormatError;
use crate::notebook::NotebookError;
use crate::protocol::ErrorInfo;
use crate::session::SessionError;
use crate::sql::SqlError;
use crate::sql::error::{condition, sentence};
use crate::streaming::StreamError;

/// An error of the engine for the page: condition, sentence, hint, details.
pub(super) fn info(error: &SessionError) -> ErrorInfo {
    let details = error.to_string();
    let mut info = split(&details);
    if let Some(sql) = sql_of(error) {
        info.hint = sql.hint();
        if let Some(position) = sql.position() {
            info.line = Some(position.line);
            info.column = Some(position.column + 1);
        }
    }
    info.class = error.exception_class().into();
    if let Some(format) = format_of(error) {
        info.hint = info.hint.or_else(|| format.hint());
        info.file = format.path().map(|p| p.to_string());
    }
    info.details = details;
    info
}

/// The same of a stream's error: what ended it comes first, the query it ended in the details.
pub(super) fn stream_info(error: &StreamError) -> ErrorInfo {
    let details = error.to_string();
    let cause = match error {
        StreamError::Failed { cause, .. } => cause.as_ref(),
        other => other,
    };
    let mut info = split(&cause.to_string());
    info.class = "StreamingQueryException".into();
    if let Some(sql) = stream_sql(cause) {
        info.hint = sql.hint();
    }
    if let Some(format) = stream_format(cause) {
        info.hint = info.hint.or_else(|| format.hint());
        info.file = format.path().map(|p| p.to_string());
    }
    info.details = details;
    info
}

/// An error of a notebook or a cell.
pub(super) fn notebook_info(error: &NotebookError) -> ErrorInfo {
    plain(error.class(), &error.to_string())
}

/// An error that has no more than a sentence.
pub(super) fn plain(class: &str, message: &str) -> ErrorInfo {
    ErrorInfo {
        condition: None,
        class: class.into(),
        message: message.into(),
        hint: None,
        details: message.into(),
        file: None,
        line: None,
        column: None,
    }
}

/// The value of a reply of `connect`.
///
/// # Errors
/// What it refused.
pub(super) fn connect_reply(reply: &str) -> Result<Value, ErrorInfo> {
    let mut reply: Value = serde_json::from_str(reply).unwrap_or_default();
    let Some(error) = reply.get("error") else {
        return Ok(reply.get_mut("ok").map(Value::take).unwrap_or_default());
    };
    let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    let message = text("message").unwrap_or_default();
    let mut info = split(&message);
    info.class = text("class").unwrap_or_default();
    info.condition = text("condition").or(info.condition);
    info.details = message;
    Err(info)
}

/// An error as `connect` replies it.
pub(super) fn connect_error(error: &ErrorInfo) -> String {
    json!({"error": {
        "class": error.class,
        "condition": error.condition,
        "sqlState": null,
        "message": error.details,
        "parameters": {},
    }})
    .to_string()
}

/// Python's reply when a notebook that it ran has failed.
pub(super) fn failed_notebook_run(error: ErrorInfo) -> String {
    connect_error(&ErrorInfo {
        class: "Py4JJavaError".into(),
        details: format!("com.databricks.WorkflowException: {}", error.message),
        ..error
    })
}

/// Takes `[CONDITION] message SQLSTATE: x` apart.
pub(super) fn split(text: &str) -> ErrorInfo {
    ErrorInfo {
        condition: condition(text).map(str::to_owned),
        details: text.into(),
        ..plain("", sentence(text))
    }
}

fn sql_of(error: &SessionError) -> Option<&SqlError> {
    match error {
        SessionError::Sql(sql) => Some(sql),
        SessionError::Stream(stream) => stream_sql(stream),
        _ => None,
    }
}

fn stream_sql(error: &StreamError) -> Option<&SqlError> {
    match error {
        StreamError::Sql(sql) => Some(sql),
        StreamError::Failed { cause, .. } => stream_sql(cause),
        _ => None,
    }
}

fn format_of(error: &SessionError) -> Option<&FormatError> {
    match error {
        SessionError::Format(format) | SessionError::Sql(SqlError::Format(format)) => Some(format),
        SessionError::Stream(stream) => stream_format(stream),
        _ => None,
    }
}

fn stream_format(error: &StreamError) -> Option<&FormatError> {
    match error {
        StreamError::Format(format) | StreamError::Sql(SqlError::Format(format)) => Some(format),
        StreamError::Failed { cause, .. } => stream_format(cause),
        _ => None,
    }
}
