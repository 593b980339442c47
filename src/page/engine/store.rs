//! What the engine told, for the views to follow.

use std::collections::HashMap;

use js_sys::Function;
use leptos::prelude::*;

use crate::page::notebook::NotebookState;
use crate::page::text;
use crate::page::ui::{Content, Notices};
use crate::protocol::{ErrorInfo, Event, FlowState, TaskUnit, WorkspaceView};

/// Whether the engine answers.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineState {
    /// What it does, and how far it is (0..1) if it said so.
    Loading {
        what: String,
        fraction: Option<f64>,
    },
    Ready,
    /// Another tab has the workspace.
    Occupied {
        name: String,
    },
    /// Another tab took the workspace over.
    TakenOver {
        name: String,
    },
    /// It stopped, and why.
    Stopped {
        message: String,
    },
}

/// How a workspace was opened, if not as a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// It is as it was left. The ids of the pipelines whose streams ran.
    Resumed { was_running: Vec<String> },
    /// The engine had died of this, while it did that.
    Died {
        message: String,
        /// The file that it was reading: it isn't read again.
        file: Option<String>,
        doing: Option<String>,
        was_running: Vec<String>,
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
    /// The open workspace; `None` before there is one.
    pub workspace: RwSignal<Option<WorkspaceView>>,
    /// What people should know of how the workspace was opened, until they have read it.
    pub opening: RwSignal<Option<Opening>>,
    /// What makes a newer version of the site the one that runs, once there is one.
    pub new_version: RwSignal<Option<Function>, LocalStorage>,
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
            workspace: RwSignal::default(),
            opening: RwSignal::default(),
            new_version: RwSignal::new_local(None),
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

    /// Whether the open workspace outlives the tab.
    pub fn is_kept(self) -> bool {
        self.workspace
            .with_untracked(|w| w.as_ref().is_some_and(|w| w.not_kept.is_none()))
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
        self.workspace.set(None);
        self.opening.set(None);
        self.flow.set(None);
        self.batches.update(HashMap::clear);
        self.tasks.update(Vec::clear);
        self.notices.set(Notices::default());
        self.notebook.begin();
    }

    /// The engine died and is started again. What it did is told once it is back.
    pub(super) fn died(self, message: String, file: Option<String>, doing: Option<&str>) {
        self.opening.set(Some(Opening::Died {
            message,
            file,
            doing: doing.map(str::to_owned),
            was_running: Vec::new(),
        }));
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
            Event::Ready { flow, workspace } => {
                let running = workspace.was_running.clone();
                self.opening.update(|opening| match opening {
                    Some(Opening::Died { was_running, .. }) => *was_running = running,
                    _ if workspace.is_resumed => {
                        *opening = Some(Opening::Resumed {
                            was_running: running,
                        });
                    }
                    _ => {}
                });
                self.workspace.set(Some(workspace));
                self.flow.set(Some(flow));
                self.engine.set(EngineState::Ready);
            }
            Event::Occupied { name } => self.engine.set(EngineState::Occupied { name }),
            // What it knew of the workspace is the other tab's by now.
            Event::TakenOver { name } => {
                self.flow.set(None);
                self.tasks.update(Vec::clear);
                self.engine.set(EngineState::TakenOver { name });
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
            Event::Panicked { message, .. } => self.stopped(message),
        }
    }
}

fn loading() -> EngineState {
    EngineState::Loading {
        what: "Starting the engine".to_owned(),
        fraction: None,
    }
}
