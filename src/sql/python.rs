//! Functions that Python computes (`udf`).

use std::fmt;
use std::sync::Arc;

use crate::types::{DataType, Value};

/// A Python function, as the session knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonUdf {
    /// Its number in Python.
    pub function: u64,
    pub name: String,
    pub return_type: DataType,
    /// Whether the same arguments always give the same value.
    pub is_deterministic: bool,
}

/// Who runs Python functions.
pub trait PythonRuntime {
    /// The function's value for each row of arguments, in order.
    ///
    /// # Errors
    /// The Python traceback.
    fn call(
        &self,
        udf: &PythonUdf,
        types: &[&DataType],
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Value>, String>;
}

/// The session's Python, once it has one.
#[derive(Clone, Default)]
pub struct Python(pub Option<Arc<dyn PythonRuntime>>);

impl fmt::Debug for Python {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Python"
        } else {
            "no Python"
        })
    }
}
