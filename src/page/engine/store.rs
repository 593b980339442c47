//! What the engine told, for the views to follow.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::page::notebook::NotebookState;
use crate::page::text;
use crate::page::ui::{Content, Notices};
use crate::protocol::{ErrorInfo, Event, FlowState, TaskUnit};

/// Whether the engine answers.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineState {
    /// What it does, and how far it is (0..1) if it said so.
    Loading {
        what: String,
        fraction: Option<f64>,
    },
    Ready,
    /// It stopped, and why.
    Stopped {
        message: String,
    },
}

/// How far a request is.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskView {
    pub id: u32,
    pub title: String,
    pub done: f64,
    pub total: Option<f64>,
    pub unit: TaskUnit,
    pub started_ms: f64,
}

impl TaskView {
    /// How far it is: `3 MB of 13 MB`, `1 200 rows`.
    pub fn amount(&self) -> String {
        let amount = |value: f64| match self.unit {
            TaskUnit::Bytes => text::bytes(value),
            TaskUnit::Rows => text::counted(value, "row"),
            TaskUnit::Files => text::counted(value, "file"),
        };
        match self.total {
            Some(total) => format!("{} of {}", amount(self.done), amount(total)),
            None => amount(self.done),
        }
    }
}

/// The engine's state as signals. A copy names the same signals.
#[derive(Debug, Clone, Copy)]
pub struct Store {
    pub engine: RwSignal<EngineState>,
    /// `None` before the engine told it for the first time.
    pub flow: RwSignal<Option<FlowState>>,
    /// Batches that passed, by pipeline and edge: how many, and the rows of the last.
    pub batches: RwSignal<HashMap<(String, String), (u32, f64)>>,
    pub tasks: RwSignal<Vec<TaskView>>,
    pub notices: RwSignal<Notices>,
    /// The open notebook: what its cells show is told by events.
    pub notebook: NotebookState,
}

impl Default for Store {
    fn default() -> Self {
        Store {
            engine: RwSignal::new(loading()),
            flow: RwSignal::new(None),
            batches: RwSignal::default(),
            tasks: RwSignal::default(),
            notices: RwSignal::default(),
            notebook: NotebookState::default(),
        }
    }
}

impl Store {
    /// How far a request is, while it has said so.
    pub fn task(self, id: u32) -> Option<TaskView> {
        self.tasks
            .with(|tasks| tasks.iter().find(|task| task.id == id).cloned())
    }

    /// Says that something went well; the notice leaves by itself.
    pub fn tell(self, text: impl Into<String>) {
        let mut id = 0;
        self.notices
            .update(|notices| id = notices.add(Content::Done(text.into()), None));
        set_timeout(
            move || {
                self.notices.try_update(|notices| notices.dismiss(id));
            },
            std::time::Duration::from_secs(7),
        );
    }

    /// Shows an error that no view has a place for. What the person did themselves (`Cancelled`)
    /// is told, not shown as an error.
    pub fn fail(self, error: ErrorInfo) {
        if error.class == "Cancelled" {
            self.tell("Cancelled.");
        } else {
            self.notices.update(|notices| {
                notices.add(Content::Error(error), None);
            });
        }
    }

    /// A new engine begins.
    pub(super) fn begin(self) {
        self.engine.set(loading());
        self.flow.set(None);
        self.batches.update(HashMap::clear);
        self.tasks.update(Vec::clear);
        self.notices.set(Notices::default());
        self.notebook.begin();
    }

    pub(super) fn stopped(self, message: String) {
        self.tasks.update(Vec::clear);
        self.engine.set(EngineState::Stopped { message });
    }

    /// A request ended, and its task with it.
    pub(super) fn ended(self, id: u32) {
        if self
            .tasks
            .with_untracked(|tasks| tasks.iter().any(|task| task.id == id))
        {
            self.tasks
                .update(|tasks| tasks.retain(|task| task.id != id));
        }
    }

    /// Takes up an event.
    pub(super) fn take(self, event: Event) {
        match event {
            Event::Loading { what, fraction } => self.engine.set(EngineState::Loading {
                what,
                fraction: Some(fraction),
            }),
            Event::Ready { flow } => {
                self.engine.set(EngineState::Ready);
                self.flow.set(Some(flow));
            }
            Event::Flow { flow } => {
                if self
                    .notices
                    .with_untracked(|notices| notices.has_stale(&flow))
                {
                    self.notices.update(|notices| notices.settle(&flow));
                }
                self.flow.set(Some(flow));
            }
            Event::Batch {
                pipeline,
                edge,
                rows,
                ..
            } => self.batches.update(|batches| {
                let batch = batches.entry((pipeline, edge)).or_default();
                *batch = (batch.0.wrapping_add(1), rows);
            }),
            Event::Task {
                id,
                title,
                done,
                total,
                unit,
            } => self
                .tasks
                .update(|tasks| match tasks.iter_mut().find(|task| task.id == id) {
                    Some(task) => {
                        task.done = done;
                        task.total = total;
                        task.title = title;
                        task.unit = unit;
                    }
                    None => tasks.push(TaskView {
                        id,
                        title,
                        done,
                        total,
                        unit,
                        started_ms: js_sys::Date::now(),
                    }),
                }),
            Event::Failed { query, error } => self.notices.update(|notices| {
                notices.add(Content::Error(error), query);
            }),
            Event::Cell { .. } | Event::CellStream { .. } | Event::Widgets { .. } => {
                self.notebook.take(event);
            }
            // The client ends the worker on it.
            Event::Panicked { message } => self.stopped(message),
        }
    }
}

fn loading() -> EngineState {
    EngineState::Loading {
        what: "Starting the engine".to_owned(),
        fraction: None,
    }
}
