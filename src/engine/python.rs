//! Python in cells: the seam between a cell that waits and the interpreter that runs its source.
//!
//! Who runs Python (the worker) says so once ([`Engine::offer_python`]), takes what is to run
//! ([`Engine::take_python`]), hands on what Python asks and prints, and says how it ended. In
//! between the engine's steps go on: streams move, and a Cancel becomes an interrupt.

use super::jobs::Job;
use super::notebook::CellRun;
use super::{Engine, error};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::connect::{Answer, BatchCall, Connect, Shown, Wait, reply};
use crate::notebook::{Module, NotebookError};
use crate::protocol::{
    CellOutput, ErrorInfo, Event, PythonFailure, PythonOutcome, Reply, TaskUnit, WidgetView,
};
use crate::session::SessionError;
use crate::sql::python::PythonRuntime;

/// Python source to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonCell {
    /// Whose names it sees.
    pub notebook: String,
    pub source: String,
    /// What a traceback calls it: `Cell 3`.
    pub name: String,
}

/// Python that a cell waits for.
pub(super) struct RunningPython {
    cell: PythonCell,
    is_taken: bool,
    is_interrupted: bool,
}

impl RunningPython {
    /// Whether it is to end.
    pub fn is_interrupted(&self) -> bool {
        self.is_interrupted
    }
}

/// What Python hears of what it asked.
#[derive(Debug)]
pub enum PythonAnswer {
    Done(String),
    /// It comes later: [`Engine::python_poll`].
    Wait(PythonWait),
}

/// What Python waits for.
#[derive(Debug)]
pub enum PythonWait {
    /// The session's streams.
    Session(Wait),
    /// A notebook that `dbutils.notebook.run` called, by the number of the call.
    Notebook(u32),
}

impl Engine {
    /// Says that somebody runs Python from now on.
    pub fn offer_python(&mut self) {
        self.notebooks.has_python = true;
    }

    /// Says how many of the bytes of Python's program are here, for the cell that waits for it.
    pub fn python_loads(&mut self, loaded: f64, size: f64) {
        let waiting = self.jobs.iter().find(|(_, job)| job.waits());
        let Some(id) = waiting.map(|(id, _)| *id) else {
            return;
        };
        self.event(Event::Task {
            id,
            title: "Loading Python".into(),
            done: loaded,
            total: Some(size),
            unit: TaskUnit::Bytes,
        });
    }

    /// What is to run now, if anything; it is given once.
    pub fn take_python(&mut self) -> Option<PythonCell> {
        let python = self.running()?.top().python.as_mut()?;
        if python.is_taken {
            return None;
        }
        python.is_taken = true;
        Some(python.cell.clone())
    }

    /// Answers what Python asks. What it displays is shown before the answer; rows that can't
    /// be had are the answer's error.
    pub fn python_call(&mut self, request: &str) -> PythonAnswer {
        let refused = |info: &ErrorInfo| PythonAnswer::Done(error::connect_error(info));
        let of_batch = self.notebooks.batch_of.clone();
        let of_cell = || self.running().map(|run| run.top().scope.clone());
        let Some(scope) = of_batch.or_else(of_cell) else {
            return refused(&error::plain("Cancelled", "Cancelled."));
        };
        if let Some((id, _)) = self.running_place().and_then(|at| self.jobs.get(at)) {
            self.progress.begin(*id, self.env.clock.now_ms());
        }
        self.flow_is_stale = true;
        self.streams_idle = false;
        let widgets = self.widget_views(&scope);
        let connect = self.notebooks.connect(&scope);
        let answer = connect.call(&mut self.session, request);
        let shown = connect.take_shown();
        let from = connect.notebook().to_owned();
        for shown in shown {
            if let Err(info) = self.show_now(shown) {
                return refused(&info);
            }
        }
        if self.widget_views(&scope) != widgets {
            self.tell_widgets(scope);
        }
        match answer {
            Answer::Done(reply) => PythonAnswer::Done(reply),
            Answer::Wait(wait) => PythonAnswer::Wait(PythonWait::Session(wait)),
            Answer::Module { name, folders } => {
                let found = self.notebooks.workspace.module(&from, &folders, &name);
                PythonAnswer::Done(reply(Ok(found.map_or(Json::Null, Module::into_json))))
            }
            Answer::Notebook { path, arguments } => {
                let of_cell = self.notebooks.batch_of.is_none();
                let called = of_cell.then(|| {
                    self.with_running(|engine, run| engine.call_notebook(run, &path, &arguments))
                });
                let refused = || NotebookError::Refused {
                    what: "dbutils.notebook.run".into(),
                    reason: "it belongs to cells, not to the functions that streams call.",
                };
                match called.flatten().unwrap_or_else(|| Err(refused())) {
                    Ok(call) => PythonAnswer::Wait(PythonWait::Notebook(call)),
                    Err(e) => {
                        PythonAnswer::Done(error::failed_notebook_run(error::notebook_info(&e)))
                    }
                }
            }
        }
    }

    /// A batch that waits for its `foreachBatch` function. `notebook_of` says whose function has a number. Until
    /// [`Engine::python_batch_done`], Python's requests are that notebook's.
    pub fn take_python_batch(
        &mut self,
        notebook_of: impl Fn(u64) -> Option<String>,
    ) -> Option<BatchCall> {
        let notebook = notebook_of(self.session.waiting_function()?)?;
        let connect = self.notebooks.connect(&notebook);
        let call = connect.waiting_batch(&mut self.session)?;
        self.notebooks.batch_of = Some(notebook);
        Some(call)
    }

    /// Takes up what a `foreachBatch` function replied.
    pub fn python_batch_done(&mut self, call: &BatchCall, reply: &str) {
        if let Some(notebook) = self.notebooks.batch_of.take() {
            let connect = self.notebooks.connect(&notebook);
            connect.batch_done(&mut self.session, call, reply);
        }
        self.streams_idle = false;
    }

    /// Who runs Python functions for rows.
    pub fn set_python_functions(&mut self, runtime: impl PythonRuntime + 'static) {
        self.session.state_mut().python.0 = Some(Arc::new(runtime));
    }

    /// Whether what a call waits for has come: its reply.
    pub fn python_poll(&mut self, wait: &PythonWait) -> Option<String> {
        match wait {
            PythonWait::Session(wait) => Connect::poll(&self.session, wait),
            PythonWait::Notebook(call) => self.notebooks.take_reply(*call),
        }
    }

    /// Leaves a called notebook that nobody can wait for, and gives Python's reply.
    pub fn python_leave(&mut self) -> String {
        self.with_running(|_, run| run.unwind());
        error::failed_notebook_run(error::notebook_info(&NotebookError::Refused {
            what: "dbutils.notebook.run".into(),
            reason: "this browser can't suspend WebAssembly. %run works here; Chrome and Edge can, from version 137.",
        }))
    }

    /// Shows what Python printed.
    pub fn python_write(&mut self, text: &str) {
        self.with_running(|engine, run| {
            let output = CellOutput::Text { text: text.into() };
            engine.show(run, output);
        });
    }

    /// Whether Python is to end: its cell was cancelled.
    pub fn python_interrupted(&self) -> bool {
        self.jobs.iter().any(|(_, job)| match job {
            Job::Cell(run) => run.pythons().any(RunningPython::is_interrupted),
            _ => false,
        })
    }

    /// Takes up how Python ended; the cell goes on with its next step, or ends.
    pub fn python_done(&mut self, outcome: PythonOutcome) {
        self.with_running(|engine, run| {
            run.unwind();
            let level = run.top();
            level.python = None;
            match outcome {
                PythonOutcome::Done { result } => {
                    if let Some(text) = result {
                        engine.print(run, &text);
                    }
                }
                PythonOutcome::Exit { value } => {
                    level.ended = Some(Ok(Reply::Text { text: value }));
                }
                PythonOutcome::Interrupted => {
                    level.ended = Some(Err(error::plain("Cancelled", "Cancelled.")));
                }
                PythonOutcome::Error(failure) => level.ended = Some(Err(failure_info(failure))),
            }
        });
    }

    /// Begins to wait for Python.
    pub(super) fn begin_python(
        &mut self,
        run: &mut CellRun,
        source: String,
        notebook: &str,
        number: usize,
    ) -> Result<(), ErrorInfo> {
        if !self.notebooks.has_python {
            return Err(error::notebook_info(&NotebookError::Refused {
                what: "Python".into(),
                reason: "there is no interpreter. SQL, %fs and text run.",
            }));
        }
        let name = if notebook == run.notebook() {
            format!("Cell {number}")
        } else {
            format!("{notebook}, cell {number}")
        };
        let level = run.top();
        level.python = Some(RunningPython {
            cell: PythonCell {
                notebook: level.scope.clone(),
                source,
                name,
            },
            is_taken: false,
            is_interrupted: false,
        });
        Ok(())
    }

    /// Asks Python that runs for that request to end. Gives whether there is any.
    pub(super) fn interrupt_python(&mut self, id: u32) -> bool {
        self.jobs.iter_mut().any(|(job, work)| match work {
            Job::Cell(run) if *job == id => {
                let taken = run.pythons_mut().filter(|python| python.is_taken);
                taken.map(|python| python.is_interrupted = true).count() > 0
            }
            _ => false,
        })
    }

    /// The cell whose Python runs, or else is the next to run.
    fn running(&mut self) -> Option<&mut CellRun> {
        let place = self.running_place()?;
        match self.jobs.get_mut(place) {
            Some((_, Job::Cell(run))) => Some(run.as_mut()),
            _ => None,
        }
    }

    fn running_place(&self) -> Option<usize> {
        let place = |is_it: fn(&RunningPython) -> bool| {
            let mut jobs = self.jobs.iter();
            jobs.position(|(_, job)| matches!(job, Job::Cell(run) if run.pythons().any(is_it)))
        };
        place(|python| python.is_taken).or_else(|| place(|_| true))
    }

    /// Works on the cell whose Python runs, and on the engine.
    fn with_running<T>(&mut self, work: impl FnOnce(&mut Engine, &mut CellRun) -> T) -> Option<T> {
        let place = self.running_place()?;
        let (id, mut job) = self.jobs.remove(place)?;
        let done = match &mut job {
            Job::Cell(run) => Some(work(self, run)),
            _ => None,
        };
        self.jobs.insert(place.min(self.jobs.len()), (id, job));
        done
    }

    fn show_now(&mut self, shown: Shown) -> Result<(), ErrorInfo> {
        let shown = self.with_running(|engine, run| -> Result<(), SessionError> {
            match shown {
                Shown::Relation { plan, stream_name } => {
                    engine.show_plan(run, plan, stream_name.as_deref())?;
                    engine.pull_first(run)
                }
                Shown::Rows(frame) => {
                    engine.show_frame(run, frame);
                    Ok(())
                }
                Shown::Text(text) => {
                    engine.print(run, &text);
                    Ok(())
                }
                Shown::Html(html) => {
                    engine.show(run, CellOutput::Html { html });
                    Ok(())
                }
            }
        });
        shown.unwrap_or(Ok(())).map_err(|e| error::info(&e))
    }

    /// Says what a notebook's widgets are now, if the page shows it.
    pub(super) fn tell_widgets(&mut self, notebook: String) {
        let widgets = self.widget_views(&notebook);
        self.event(Event::Widgets { notebook, widgets });
    }

    /// A notebook's widgets, as the page shows them.
    pub(super) fn widget_views(&mut self, notebook: &str) -> Vec<WidgetView> {
        let widgets = self.notebooks.connect(notebook).widgets();
        widgets
            .iter()
            .map(|widget| WidgetView {
                name: widget.name.clone(),
                label: widget.label.clone().unwrap_or_else(|| widget.name.clone()),
                value: widget.value.clone(),
                choices: widget.choices.clone(),
            })
            .collect()
    }
}

/// What the page shows of an exception: Spark's without its condition in the sentence, the
/// traceback as details.
fn failure_info(failure: PythonFailure) -> ErrorInfo {
    let mut info = error::split(&failure.message);
    info.class = failure.class;
    info.condition = failure.condition.or(info.condition);
    info.line = failure.line;
    info.details = failure.traceback;
    info
}
