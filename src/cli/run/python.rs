//! Python in the runner: its interpreters, and what they ask.

use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Value, json};

use super::streams::TOOK_TOO_LONG;
use super::{End, Runner, Steps};
use crate::connect::{Answer, ConnectError, JsonPython, Shown, reply};
use crate::env::{Clock, IdSource};
use crate::notebook::{CellError, Module, Output};
use crate::protocol::FUNCTIONS_OF_ONE;
use crate::python::{Host, Interpreter, Outcome, Stream};

impl Runner {
    /// Runs a cell's Python; `name` is what tracebacks call the cell.
    pub(super) fn python(self: &Rc<Self>, source: &str, name: &str) -> Steps {
        let python = self.interpreter()?;
        match python.run_cell(source, name) {
            Outcome::Done { result } => {
                if let Some(text) = result {
                    self.show(Output::Text { text });
                }
                Ok(())
            }
            Outcome::Exit { value } => Err(End::Exited(value)),
            Outcome::Error(failure) => Err(End::Failed(CellError {
                class: failure.class,
                condition: failure.condition,
                message: failure.message,
                line: failure.line,
                traceback: Some(failure.traceback),
            })),
            Outcome::Interrupted => Err(End::Failed(CellError {
                class: "Cancelled".into(),
                message: self.cancelled.get().unwrap_or(TOOK_TOO_LONG).into(),
                ..CellError::default()
            })),
        }
    }

    /// The running notebook's interpreter, which starts at its first Python cell.
    fn interpreter(self: &Rc<Self>) -> Steps<Rc<Interpreter>> {
        if let Some(python) = self.python.borrow().as_ref() {
            return Ok(python.clone());
        }
        let mut pythons = self.pythons.borrow_mut();
        let first = FUNCTIONS_OF_ONE * pythons.len() as u64;
        let host: Rc<dyn Host> = Rc::new(RunnerHost(self.clone()));
        let started = Interpreter::with_functions_from(host, first).map_err(|message| {
            End::Failed(CellError {
                class: "PythonError".into(),
                message,
                ..CellError::default()
            })
        })?;
        let python = Rc::new(started);
        pythons.push(python.clone());
        self.python.replace(Some(python.clone()));
        let runner = Rc::downgrade(self);
        let invoke = move |function: u64, arguments: &str| match runner.upgrade() {
            Some(runner) => runner.invoke(function, arguments),
            None => no_python(),
        };
        self.session.borrow_mut().state_mut().python.0 = Some(Arc::new(JsonPython(invoke)));
        Ok(python)
    }

    /// Calls a function by its number, in the interpreter that has it: that of a notebook which
    /// has ended, too.
    pub(super) fn invoke(&self, function: u64, arguments: &str) -> String {
        let number = usize::try_from(function.saturating_sub(1) / FUNCTIONS_OF_ONE).ok();
        let python = number.and_then(|n| self.pythons.borrow().get(n).cloned());
        match python {
            Some(python) => python.invoke(function, arguments),
            None => no_python(),
        }
    }

    /// Answers a request of Python's.
    pub(super) fn call(self: &Rc<Self>, request: &str) -> String {
        // A Python function runs within a query, which has the session.
        let answer = match self.session.try_borrow_mut() {
            Ok(mut session) => self.connect.borrow_mut().call(&mut session, request),
            Err(_) => return reply(Err(ConnectError::WithinFunction)),
        };
        match answer {
            Answer::Done(done) => {
                let shown = self.connect.borrow_mut().take_shown();
                for one in shown {
                    let output = match one {
                        Shown::Relation { plan, stream_name } => {
                            self.table(&plan, stream_name.as_deref())
                        }
                        Shown::Rows(frame) => self.output(&frame, false),
                        Shown::Text(text) => Ok(Output::Text { text }),
                        Shown::Html(html) => Ok(Output::Html { html }),
                    };
                    match output {
                        Ok(output) => self.show(output),
                        Err(error) => return reply(Err(error.into())),
                    }
                }
                done
            }
            Answer::Wait(wait) => self.wait(&wait),
            Answer::Notebook { path, arguments } => self.notebook_run(&path, &arguments),
            Answer::Module { name, folders } => {
                let from = self.connect.borrow().notebook().to_owned();
                let found = self.workspace.module(&from, &folders, &name);
                reply(Ok(found.map_or(Value::Null, Module::into_json)))
            }
        }
    }
}

fn no_python() -> String {
    json!({"error": {"message": "There is no Python that has this function."}}).to_string()
}

/// What Python asks of the runner.
struct RunnerHost(Rc<Runner>);

impl Host for RunnerHost {
    fn call(&self, request: &str) -> String {
        self.0.call(request)
    }

    fn write(&self, _: Stream, text: &str) {
        self.0.shows.borrow_mut().stdout.push_str(text);
    }

    fn interrupted(&self) -> bool {
        self.0.cancelled.get().is_some() || self.0.is_late()
    }

    fn now_ms(&self) -> f64 {
        self.0.clock.now_ms() as f64
    }

    fn entropy(&self) -> u64 {
        self.0.random.next_bits() as u64
    }
}
