//! JSON texts and Python's plain values.

use rustpython_vm::builtins::{PyDict, PyFloat, PyInt, PyList, PyStr, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use serde_json::Value;

/// Deeper values are refused, so that neither side's stack ends.
const DEPTH: usize = 200;

/// The JSON text of None, booleans, numbers, texts, lists, tuples and dicts.
///
/// # Errors
/// A Python TypeError for anything else.
pub(super) fn dumps(value: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    let mut text = String::new();
    write(value, &mut text, DEPTH, vm)?;
    Ok(text)
}

fn write(value: &PyObject, out: &mut String, depth: usize, vm: &VirtualMachine) -> PyResult<()> {
    if depth == 0 {
        return Err(vm.new_value_error("the value is nested too deeply".to_owned()));
    }
    if vm.is_none(value) {
        out.push_str("null");
    } else if value.class().is(vm.ctx.types.bool_type) {
        let truth = value.is(&vm.ctx.true_value);
        out.push_str(if truth { "true" } else { "false" });
    } else if let Some(int) = value.downcast_ref::<PyInt>() {
        out.push_str(&int.as_bigint().to_string());
    } else if let Some(float) = value.downcast_ref::<PyFloat>() {
        // JSON has no NaN: what could be one is written as a text before it comes here.
        match serde_json::Number::from_f64(float.to_f64()) {
            Some(number) => out.push_str(&number.to_string()),
            None => out.push_str("null"),
        }
    } else if let Some(text) = value.downcast_ref::<PyStr>() {
        write_text(text, out);
    } else if let Some(list) = value.downcast_ref::<PyList>() {
        // A copy, for writing may run Python, which may change the list.
        let items: Vec<PyObjectRef> = list.borrow_vec().to_vec();
        write_items(&items, out, depth, vm)?;
    } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
        write_items(tuple.as_slice(), out, depth, vm)?;
    } else if let Some(dict) = value.downcast_ref::<PyDict>() {
        out.push('{');
        let entries: Vec<_> = dict.into_iter().collect();
        for (i, (key, item)) in entries.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            match key.downcast_ref::<PyStr>() {
                Some(key) => write_text(key, out),
                None => write_text(&*key.str(vm)?, out),
            }
            out.push(':');
            write(item, out, depth - 1, vm)?;
        }
        out.push('}');
    } else {
        let class = value.class().name().to_string();
        return Err(vm.new_type_error(format!("a value of type {class} can't go to the session")));
    }
    Ok(())
}

fn write_items(
    items: &[PyObjectRef],
    out: &mut String,
    depth: usize,
    vm: &VirtualMachine,
) -> PyResult<()> {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(item, out, depth - 1, vm)?;
    }
    out.push(']');
    Ok(())
}

fn write_text(text: &PyStr, out: &mut String) {
    // Lone surrogates have no UTF-8.
    write_plain(&text.to_string_lossy(), out);
}

fn write_plain(text: &str, out: &mut String) {
    out.push_str(&Value::from(text).to_string());
}

/// The Python value of a JSON text.
///
/// # Errors
/// A Python ValueError if it isn't JSON.
pub(super) fn loads(text: &str, vm: &VirtualMachine) -> PyResult {
    let value: Value =
        serde_json::from_str(text).map_err(|e| vm.new_value_error(format!("not JSON: {e}")))?;
    to_python(value, vm)
}

fn to_python(value: Value, vm: &VirtualMachine) -> PyResult {
    Ok(match value {
        Value::Null => vm.ctx.none(),
        Value::Bool(truth) => vm.ctx.new_bool(truth).into(),
        Value::Number(number) => {
            if let Some(int) = number.as_i64() {
                vm.ctx.new_int(int).into()
            } else if let Some(int) = number.as_u64() {
                vm.ctx.new_int(int).into()
            } else {
                vm.ctx.new_float(number.as_f64().unwrap_or(f64::NAN)).into()
            }
        }
        Value::String(text) => vm.ctx.new_str(text).into(),
        Value::Array(items) => {
            let items: PyResult<Vec<_>> = items.into_iter().map(|v| to_python(v, vm)).collect();
            vm.ctx.new_list(items?).into()
        }
        Value::Object(entries) => {
            let dict = vm.ctx.new_dict();
            for (key, item) in entries {
                dict.set_item(key.as_str(), to_python(item, vm)?, vm)?;
            }
            dict.into()
        }
    })
}
