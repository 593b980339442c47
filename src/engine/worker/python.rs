//! Python in the worker: loads the module `python` at the first cell (`www/python_loader.js`) and drives it.
//!
//! While a cell computes or waits, the interpreter is suspended now and then, and the worker's other work goes on:
//! nothing here holds the engine across an await.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

use super::{Worker, get, text_of};
use crate::connect::JsonPython;
use crate::engine::{PythonAnswer, PythonCell, PythonWait};
use crate::protocol::{FUNCTIONS_OF_ONE, PythonFailure, PythonOutcome};

/// Milliseconds between two looks at what a call waits for.
const POLL_MS: i32 = 10;

/// Said once, where a browser has no JavaScript Promise Integration.
const CANNOT_SUSPEND: &str = "Note: this browser can't suspend WebAssembly. A Python cell can't be cancelled while it computes, and nothing else is shown while it waits. Chrome and Edge can, from version 137.\n\n";

/// The interpreters, one a notebook.
#[derive(Default)]
pub(super) struct Python {
    /// What `startPython` gave.
    module: RefCell<Option<JsValue>>,
    /// The notebooks, by the number of their interpreter; `None` for one that ended.
    notebooks: RefCell<Vec<Option<String>>>,
    /// Whether a batch's function is under way.
    batch: Cell<bool>,
}

impl Worker {
    /// Runs what waits for Python, if anything does.
    pub(super) fn serve_python(self: &Rc<Self>) {
        if self.desk.is_still() {
            return;
        }
        // A second one comes while the first waits: of a notebook that it runs.
        let cell = {
            let mut engine = self.engine.borrow_mut();
            engine.offer_python();
            engine.take_python()
        };
        if let Some(cell) = cell {
            let worker = self.clone();
            spawn_local(async move {
                let outcome = worker.run_python(&cell).await;
                let outcome = outcome.unwrap_or_else(|error| worker.python.failed(&error));
                worker.engine.borrow_mut().python_done(outcome);
                worker.send();
                worker.wake();
            });
        }
        if !self.python.batch.get() {
            let notebook_of = |function: u64| {
                let number = function.saturating_sub(1) / FUNCTIONS_OF_ONE;
                let notebooks = self.python.notebooks.borrow();
                notebooks.get(usize::try_from(number).ok()?).cloned()?
            };
            let Some(call) = self.engine.borrow_mut().take_python_batch(notebook_of) else {
                return;
            };
            self.python.batch.set(true);
            let worker = self.clone();
            spawn_local(async move {
                let function = JsValue::from_f64(call.function as f64);
                let arguments = [function, call.arguments.as_str().into()];
                let reply = worker.python.call("invoke", &arguments).await;
                let reply = reply
                    .unwrap_or_else(|error| error_reply("PythonException", &ended(&error).message));
                worker.python.batch.set(false);
                worker.engine.borrow_mut().python_batch_done(&call, &reply);
                worker.send();
                worker.wake();
            });
        }
    }

    async fn run_python(self: &Rc<Self>, cell: &PythonCell) -> Result<PythonOutcome, JsValue> {
        if !self.python.lives() {
            let module = self.start_python().await?;
            self.python.module.replace(Some(module));
            self.python.notebooks.borrow_mut().fill(None);
        }
        let known = self
            .python
            .notebooks
            .borrow()
            .iter()
            .position(|n| n.as_ref() == Some(&cell.notebook));
        let number = match known {
            Some(number) => number,
            None => {
                let number = {
                    let mut notebooks = self.python.notebooks.borrow_mut();
                    notebooks.push(Some(cell.notebook.clone()));
                    notebooks.len() - 1
                };
                self.python.call("begin", &[number.into()]).await?;
                number
            }
        };
        let arguments = [
            number.into(),
            cell.source.as_str().into(),
            cell.name.as_str().into(),
        ];
        let outcome = self.python.call("run", &arguments).await?;
        serde_json::from_str(&outcome).map_err(|e| JsValue::from_str(&e.to_string()))
    }

    /// Loads the module, or starts it anew, and gives it its way back to the engine.
    async fn start_python(self: &Rc<Self>) -> Result<JsValue, JsValue> {
        let program = Object::new();
        let set = |name: &str, function: &JsValue| Reflect::set(&program, &name.into(), function);

        let worker = self.clone();
        let call = Closure::<dyn Fn(String) -> JsValue>::new(move |request: String| {
            worker.answer_python(&request)
        });
        set("call", &call.into_js_value())?;
        let worker = self.clone();
        let write = Closure::<dyn Fn(i32, String)>::new(move |_stream: i32, text: String| {
            if let Ok(mut engine) = worker.engine.try_borrow_mut() {
                engine.python_write(&text);
            }
        });
        set("write", &write.into_js_value())?;
        let worker = self.clone();
        let stop = Closure::<dyn Fn() -> bool>::new(move || worker.is_python_interrupted());
        set("stop", &stop.into_js_value())?;
        let worker = self.clone();
        let pause = Closure::<dyn Fn() -> JsValue>::new(move || worker.pause_python());
        set("pause", &pause.into_js_value())?;
        let worker = self.clone();
        let progress = Closure::<dyn Fn(f64, f64)>::new(move |loaded: f64, size: f64| {
            worker.engine.borrow_mut().python_loads(loaded, size);
            worker.send();
        });

        let start: Function = get(&self.desk.scope, "startPython").dyn_into()?;
        let started: Promise = start
            .call2(&JsValue::UNDEFINED, &program, &progress.into_js_value())?
            .dyn_into()?;
        let module = JsFuture::from(started).await?;
        if !get(&module, "suspends").is_truthy() {
            self.engine.borrow_mut().python_write(CANNOT_SUSPEND);
        }
        let invoke: Function = get(&module, "invokeNow").dyn_into()?;
        let functions = JsonPython(move |function: u64, arguments: &str| {
            let function = JsValue::from_f64(function as f64);
            let reply = invoke.call2(&JsValue::UNDEFINED, &function, &arguments.into());
            reply.map_or_else(
                |error| error_reply("PythonException", &ended(&error).message),
                |reply| reply.as_string().unwrap_or_default(),
            )
        });
        self.engine.borrow_mut().set_python_functions(functions);
        Ok(module)
    }

    /// A text, or the promise of one.
    fn answer_python(self: &Rc<Self>, request: &str) -> JsValue {
        // A function for rows runs within a query, which has the engine.
        let Ok(mut engine) = self.engine.try_borrow_mut() else {
            return refusal(
                "SparkRuntimeException",
                "A Python function for rows can't ask the session.",
            );
        };
        let answer = engine.python_call(request);
        drop(engine);
        self.send();
        self.wake();
        let wait = match answer {
            PythonAnswer::Done(reply) => return reply.into(),
            PythonAnswer::Wait(wait) => wait,
        };
        if !self.python.suspends() {
            if matches!(wait, PythonWait::Notebook(_)) {
                return self.engine.borrow_mut().python_leave().into();
            }
            // Nothing else can happen meanwhile, so the streams move from here.
            loop {
                if let Some(reply) = self.engine.borrow_mut().python_poll(&wait) {
                    return reply.into();
                }
                self.engine.borrow_mut().step();
            }
        }
        let worker = self.clone();
        future_to_promise(async move {
            loop {
                if let Some(reply) = worker.engine.borrow_mut().python_poll(&wait) {
                    return Ok(reply.into());
                }
                if worker.is_python_interrupted() {
                    return Ok(refusal("KeyboardInterrupt", "interrupted"));
                }
                super::sleep(POLL_MS).await?;
            }
        })
        .into()
    }

    /// Lets the worker's other work happen; gives (a promise of) whether the cell is to end.
    fn pause_python(self: &Rc<Self>) -> JsValue {
        if !self.python.suspends() {
            return self.is_python_interrupted().into();
        }
        self.send();
        self.wake();
        let worker = self.clone();
        future_to_promise(async move {
            super::sleep(0).await?;
            Ok(worker.is_python_interrupted().into())
        })
        .into()
    }

    fn is_python_interrupted(&self) -> bool {
        self.engine
            .try_borrow()
            .is_ok_and(|engine| engine.python_interrupted())
    }
}

impl Python {
    /// Whether there is a module that can be called.
    fn lives(&self) -> bool {
        let module = self.module.borrow();
        module
            .as_ref()
            .is_some_and(|module| !get(module, "ended").is_truthy())
    }

    /// How a cell ended in which the module itself failed.
    fn failed(&self, error: &JsValue) -> PythonOutcome {
        if !self.lives() && self.module.borrow().is_some() {
            return PythonOutcome::Error(ended(error));
        }
        let message = format!(
            "Python could not be loaded: {}. Run the cell again once the site can be reached.",
            text_of(error)
        );
        PythonOutcome::Error(failure("PythonError", message))
    }

    /// Whether a cell can be suspended while it computes or waits.
    fn suspends(&self) -> bool {
        self.module
            .borrow()
            .as_ref()
            .is_some_and(|module| get(module, "suspends").is_truthy())
    }

    /// Calls a function of the loader's object, and awaits its text.
    async fn call(&self, name: &str, arguments: &[JsValue]) -> Result<String, JsValue> {
        let module = self.module.borrow().clone().unwrap_or(JsValue::UNDEFINED);
        let function: Function = get(&module, name).dyn_into()?;
        let promise: Promise = function
            .apply(&module, &arguments.iter().cloned().collect())?
            .dyn_into()?;
        let value = JsFuture::from(promise).await?;
        Ok(value.as_string().unwrap_or_default())
    }
}

fn refusal(class: &str, message: &str) -> JsValue {
    error_reply(class, message).into()
}

fn error_reply(class: &str, message: &str) -> String {
    serde_json::json!({"error": {"class": class, "message": message}}).to_string()
}

/// The module's memory or stack ended, or the interpreter failed. It is started anew with the next cell.
fn ended(error: &JsValue) -> PythonFailure {
    let text = text_of(error);
    // As Chromium and Safari, and as Firefox say it.
    let is_stack = text.contains("call stack") || text.contains("too much recursion");
    let (class, what) = match text.as_str() {
        _ if is_stack => ("RecursionError", "Calls or values are nested too deeply."),
        // The program's own word for it is none.
        "unreachable" | "unreachable executed" => ("MemoryError", "Python's memory ended."),
        other => ("SystemError", other),
    };
    let message = format!(
        "{what} Python is started anew: the variables and functions of all notebooks are gone; tables, views and streams are as they were."
    );
    failure(class, message)
}

fn failure(class: &str, message: String) -> PythonFailure {
    PythonFailure {
        class: class.into(),
        traceback: format!("{class}: {message}"),
        message,
        condition: None,
        line: None,
    }
}
