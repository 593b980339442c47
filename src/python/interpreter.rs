//! The interpreter and the cells that it runs.

use std::cell::Cell;
use std::rc::Rc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode};
use rustpython_vm::compiler::{self, CompileError, CompileOpts, Mode};
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, Settings, VirtualMachine};
use serde::Deserialize;

use super::{Failure, Host, Outcome, module, ticks};

/// Brackets within brackets, as CPython allows them: the parser's stack ends somewhere.
const NESTING: usize = 200;

/// Calls within calls.
const RECURSION: usize = if cfg!(target_arch = "wasm32") {
    400
} else if cfg!(debug_assertions) {
    200
} else {
    1000
};

/// Python, with one `__main__` for all its cells.
pub struct Interpreter {
    python: rustpython_vm::Interpreter,
    /// `__main__`'s names.
    main: Scope,
    host: Rc<dyn Host>,
    /// The value of a cell's last expression.
    results: Rc<Cell<Option<PyObjectRef>>>,
}

/// What `_cell.describe` says of an exception.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Described {
    Exit { value: String },
    Interrupted,
    Error(Failure),
}

impl Interpreter {
    /// Starts Python and imports `pyspark`: `spark`, `dbutils`, `display` and their like are there.
    ///
    /// # Errors
    /// What the embedded files raise, which they don't do unless the host refuses something.
    pub fn new(host: Rc<dyn Host>) -> Result<Self, String> {
        Self::with_functions_from(host, 0)
    }

    /// The same, for one of several interpreters over a session: functions that the session calls get numbers
    /// from `first` + 1.
    ///
    /// # Errors
    /// As [`Interpreter::new`].
    pub fn with_functions_from(host: Rc<dyn Host>, first: u64) -> Result<Self, String> {
        let mut settings = Settings::default();
        settings.install_signal_handlers = false;
        settings.import_site = false;
        settings.ignore_environment = true;
        settings.isolated = true;
        settings.write_bytecode = false;
        settings.allow_external_library = false;
        settings.hash_seed = Some(0);
        let python = rustpython_vm::Interpreter::builder(settings).build();
        let results = Rc::default();
        let main = python.enter(|vm| {
            vm.recursion_limit.set(RECURSION);
            start(&host, first, &results, vm).map_err(|e| text_of(&e, vm))
        })?;
        Ok(Interpreter {
            python,
            main,
            host,
            results,
        })
    }

    /// Runs a cell. `name` is what tracebacks call it: "Cell 3".
    pub fn run_cell(&self, source: &str, name: &str) -> Outcome {
        self.python.enter(|vm| {
            let ran = compile(source, name, vm).and_then(|code| {
                remember(source, name, vm)?;
                vm.run_code_obj(code, self.main.clone())?;
                let value = self.results.take().unwrap_or_else(|| vm.ctx.none());
                if vm.is_none(&value) {
                    return Ok(None);
                }
                Ok(Some(value.repr(vm)?.to_string_lossy().into_owned()))
            });
            match ran {
                Ok(result) => Outcome::Done { result },
                Err(error) => describe(error, name, vm),
            }
        })
    }

    /// Calls a function that Python registered, for a UDF or `foreachBatch`. A JSON text in, one out:
    /// `{"ok": …}`, or `{"error": {"class", "message", "condition"}}` with the traceback as its message.
    pub fn invoke(&self, function: u64, arguments: &str) -> String {
        self.python.enter(|vm| {
            let called = vm.import("_cell", 0).and_then(|cell| {
                let invoke = cell.get_attr("invoke", vm)?;
                let text = invoke.call((function, arguments.to_owned()), vm)?;
                Ok(text.str(vm)?.to_string_lossy().into_owned())
            });
            called.unwrap_or_else(|error| {
                let message = text_of(&error, vm);
                serde_json::json!({"error": {"class": "PythonException", "message": message}})
                    .to_string()
            })
        })
    }

    /// Words that complete what stands before the cursor: names and attributes, from live objects.
    pub fn complete(&self, text: &str) -> Vec<String> {
        self.python.enter(|vm| {
            let found = vm.import("_cell", 0).and_then(|cell| {
                let words = cell
                    .get_attr("complete", vm)?
                    .call((text.to_owned(),), vm)?;
                words.str(vm).map(|s| s.to_string_lossy().into_owned())
            });
            let words = found.unwrap_or_default();
            words.split_whitespace().map(str::to_owned).collect()
        })
    }

    /// The program around Python.
    pub fn host(&self) -> &Rc<dyn Host> {
        &self.host
    }
}

/// Puts the native module and the importer of embedded files in place, then makes `__main__`.
fn start(
    host: &Rc<dyn Host>,
    first: u64,
    results: &Rc<Cell<Option<PyObjectRef>>>,
    vm: &VirtualMachine,
) -> PyResult<Scope> {
    let kept = results.clone();
    let keep = vm.new_function(ticks::RESULT, move |value: PyObjectRef| {
        kept.set(Some(value))
    });
    vm.builtins
        .set_attr(vm.ctx.intern_str(ticks::RESULT), keep, vm)?;
    let module = module::make(host, vm)?;
    module.set_attr("functions_from", vm.ctx.new_int(first), vm)?;
    let modules = vm.sys_module.get_attr("modules", vm)?;
    modules.set_item("_multihop", module.into(), vm)?;
    let boot = include_str!("boot.py");
    let code = vm
        .compile(boot, Mode::Exec, "<multihop>/boot".to_owned())
        .map_err(|e| e.into_pyexception(vm, Some(boot)))?;
    vm.run_code_obj(code, vm.new_scope_with_builtins())?;
    let main = vm.new_scope_with_main()?;
    let names = vm.import("_cell", 0)?.get_attr("names", vm)?.call((), vm)?;
    let globals: PyObjectRef = main.globals.clone().into();
    vm.call_method(&globals, "update", (names,))?;
    Ok(main)
}

fn compile(source: &str, name: &str, vm: &VirtualMachine) -> PyResult<PyRef<PyCode>> {
    if nesting(source) > NESTING {
        let class = vm.ctx.exceptions.syntax_error.to_owned();
        return Err(vm.new_exception_msg(class, "too many nested parentheses".into()));
    }
    let compiled = parse(source, name);
    let code = compiled.map_err(|e| vm.new_syntax_error(&e, Some(source)))?;
    Ok(vm.ctx.new_code(code))
}

/// The code of a cell, whose value is that of its last expression.
fn parse(source: &str, name: &str) -> Result<compiler::core::bytecode::CodeObject, CompileError> {
    let file = compiler::core::SourceFileBuilder::new(name, source).finish();
    let mut module = compiler::parser::parse_module(source)
        .map_err(|e| CompileError::from_ruff_parse_error(e, &file, Mode::Exec))?
        .into_syntax();
    ticks::add(&mut module);
    ticks::show_last(&mut module);
    Ok(compiler::codegen::compile::compile_program(
        &module,
        file,
        CompileOpts::default(),
    )?)
}

/// How deep brackets go, more or less: those in texts count as well.
fn nesting(source: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0_usize);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                most = most.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// Keeps a cell's lines for tracebacks.
fn remember(source: &str, name: &str, vm: &VirtualMachine) -> PyResult<()> {
    let cell = vm.import("_cell", 0)?;
    cell.get_attr("remember", vm)?
        .call((name.to_owned(), source.to_owned()), vm)?;
    Ok(())
}

fn describe(error: PyBaseExceptionRef, name: &str, vm: &VirtualMachine) -> Outcome {
    let described = vm.import("_cell", 0).and_then(|cell| {
        let describe = cell.get_attr("describe", vm)?;
        let error: PyObjectRef = error.clone().into();
        let text = describe.call((error, name.to_owned()), vm)?;
        Ok(text.str(vm)?.to_string_lossy().into_owned())
    });
    match described.map(|text| serde_json::from_str(&text)) {
        Ok(Ok(Described::Exit { value })) => Outcome::Exit { value },
        Ok(Ok(Described::Interrupted)) => Outcome::Interrupted,
        Ok(Ok(Described::Error(failure))) => Outcome::Error(failure),
        _ => {
            let message = text_of(&error, vm);
            Outcome::Error(Failure {
                class: error.class().name().to_string(),
                traceback: message.clone(),
                message,
                condition: None,
                line: None,
            })
        }
    }
}

/// An exception as Python prints it.
fn text_of(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    let mut text = String::new();
    // Writing to a String doesn't fail.
    let _ = vm.write_exception(&mut text, error);
    text
}
