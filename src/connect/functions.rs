//! Python functions in queries.

use serde_json::{Value as Json, json};

use super::column::data_type;
use super::values::{row_to_json, value_from_json};
use super::{ConnectError, Reply, Request};
use crate::session::Session;
use crate::sql::python::{PythonRuntime, PythonUdf};
use crate::types::{DataType, StructType, Value};

/// A function of a request.
pub(super) fn udf(r: &Request<'_>, function: u64) -> Result<PythonUdf, ConnectError> {
    Ok(PythonUdf {
        function,
        name: r.text_or("name").unwrap_or("<lambda>").to_owned(),
        return_type: data_type(r.text_or("returnType").unwrap_or("string"))?,
        is_deterministic: r
            .get("deterministic")
            .and_then(Json::as_bool)
            .unwrap_or(true),
    })
}

/// `spark.udf.register`
pub(super) fn register(session: &mut Session, r: &Request<'_>) -> Reply {
    let udf = udf(r, r.number("function")?)?;
    session.state_mut().register_udf(udf);
    Ok(Json::Null)
}

/// Python behind a function of JSON texts: `invoke(function, arguments)`.
///
/// The arguments are `{"rows": [[…]…], "types": […]}`, the reply `{"ok": {"values": […]}}` or
/// `{"error": {"message": traceback}}`.
pub struct JsonPython<F>(pub F);

impl<F: Fn(u64, &str) -> String> PythonRuntime for JsonPython<F> {
    fn call(
        &self,
        udf: &PythonUdf,
        types: &[&DataType],
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Value>, String> {
        let schema = StructType::of(types.iter().map(|t| ("", (*t).clone())));
        let rows: Vec<Json> = rows.iter().map(|row| row_to_json(row, &schema)).collect();
        // As JSON: a function runs within a request, when Python can't ask what DDL means.
        let schema = schema.to_json();
        let fields = schema.get("fields").and_then(Json::as_array);
        let types: Vec<&Json> = fields
            .into_iter()
            .flatten()
            .filter_map(|f| f.get("type"))
            .collect();
        let arguments = json!({"rows": rows, "types": types});
        let reply = (self.0)(udf.function, &arguments.to_string());
        let reply: Json = serde_json::from_str(&reply).map_err(|e| e.to_string())?;
        if let Some(error) = reply.get("error") {
            let message = error.get("message").and_then(Json::as_str);
            return Err(message.map_or_else(|| error.to_string(), str::to_owned));
        }
        let values = reply.pointer("/ok/values").and_then(Json::as_array);
        values
            .into_iter()
            .flatten()
            .map(|v| returned(v, &udf.return_type))
            .collect()
    }
}

/// A function's value as its declared type. A value of another kind is NULL, as Spark has it.
fn returned(value: &Json, data_type: &DataType) -> Result<Value, String> {
    if *data_type == DataType::String && !value.is_string() && !value.is_null() {
        return Ok(value.to_string().into());
    }
    Ok(value_from_json(value, data_type).unwrap_or(Value::Null))
}
