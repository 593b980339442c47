//! Python in cells: the seam between a cell that waits and the interpreter that runs its source.
//!
//! Who runs Python (the worker) says so once ([`Engine::offer_python`]), takes what is to run
//! ([`Engine::take_python`]), hands on what Python asks and prints, and says how it ended. In
//! between the engine's steps go on: streams move, and a Cancel becomes an interrupt.

use super::jobs::Job;
use super::notebook::CellRun;
use super::{Engine, error};
use std::sync::Arc;

use crate::connect::{Answer, BatchCall, Connect, Shown, Wait};
use crate::notebook::NotebookError;
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
        let python = self.running()?.python.as_mut()?;
        if python.is_taken {
            return None;
        }
        python.is_taken = true;
        Some(python.cell.clone())
    }

    /// Answers what Python asks. What it displays is shown before the answer; rows that can't
    /// be had are the answer's error.
    pub fn python_call(&mut self, request: &str) -> Answer {
        let of_batch = self.notebooks.batch_of.clone();
        let of_cell = || self.running().map(|run| run.notebook.clone());
        let Some(notebook) = of_batch.or_else(of_cell) else {
            return Answer::Done(error::connect_error(&error::plain(
                "Cancelled",
                "Cancelled.",
            )));
        };
        self.flow_is_stale = true;
        self.streams_idle = false;
        let widgets = self.widget_views(&notebook);
        let connect = self.notebooks.connect(&notebook);
        let answer = connect.call(&mut self.session, request);
        let shown = connect.take_shown();
        for shown in shown {
            if let Err(refused) = self.show_now(shown) {
                return Answer::Done(error::connect_error(&refused));
            }
        }
        let after = self.widget_views(&notebook);
        if after != widgets {
            self.event(Event::Widgets {
                notebook,
                widgets: after,
            });
        }
        answer
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
    pub fn python_poll(&self, wait: &Wait) -> Option<String> {
        Connect::poll(&self.session, wait)
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
            Job::Cell(run) => run.python.as_ref().is_some_and(|p| p.is_interrupted),
            _ => false,
        })
    }

    /// Takes up how Python ended; the cell goes on with its next step, or ends.
    pub fn python_done(&mut self, outcome: PythonOutcome) {
        self.with_running(|engine, run| {
            run.python = None;
            match outcome {
                PythonOutcome::Done { result } => {
                    if let Some(text) = result {
                        engine.print(run, &text);
                    }
                }
                PythonOutcome::Exit { value } => run.ended = Some(Ok(Reply::Text { text: value })),
                PythonOutcome::Interrupted => {
                    run.ended = Some(Err(error::plain("Cancelled", "Cancelled.")));
                }
                PythonOutcome::Error(failure) => run.ended = Some(Err(failure_info(failure))),
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
        let name = if notebook == run.notebook {
            format!("Cell {number}")
        } else {
            format!("{notebook}, cell {number}")
        };
        run.python = Some(RunningPython {
            cell: PythonCell {
                notebook: run.notebook.clone(),
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
            Job::Cell(run) if *job == id => match &mut run.python {
                Some(python) if python.is_taken => {
                    python.is_interrupted = true;
                    true
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// The cell that waits for Python.
    fn running(&mut self) -> Option<&mut CellRun> {
        self.jobs.iter_mut().find_map(|(_, job)| match job {
            Job::Cell(run) if run.python.is_some() => Some(run.as_mut()),
            _ => None,
        })
    }

    /// Works on the cell that waits for Python, and on the engine.
    fn with_running<T>(&mut self, work: impl FnOnce(&mut Engine, &mut CellRun) -> T) -> Option<T> {
        let place = self
            .jobs
            .iter()
            .position(|(_, job)| matches!(job, Job::Cell(run) if run.python.is_some()))?;
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
