//! What all views share.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::command::Command;
use super::drop::Drops;
use super::engine::{Engine, EngineState, Store};
use super::flow::model;
use super::notebook::NotebookState;
use super::storage::{keep, kept};
use super::text;
use super::theme::Theme;
use crate::protocol::{ErrorInfo, PipelineView, RelationRef, Request};

/// The page's views, each a tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Flow,
    Notebook,
    Catalog,
    Streams,
    Files,
}

impl View {
    /// From left to right.
    pub const ALL: [View; 5] = [
        View::Flow,
        View::Notebook,
        View::Catalog,
        View::Streams,
        View::Files,
    ];

    /// The command that shows it.
    pub fn command(self) -> Command {
        match self {
            View::Flow => Command::ShowFlow,
            View::Notebook => Command::ShowNotebook,
            View::Catalog => Command::ShowCatalog,
            View::Streams => Command::ShowStreams,
            View::Files => Command::ShowFiles,
        }
    }

    /// Its tab's key.
    pub fn key(self) -> &'static str {
        match self {
            View::Flow => "flow",
            View::Notebook => "notebook",
            View::Catalog => "catalog",
            View::Streams => "streams",
            View::Files => "files",
        }
    }
}

/// A modal dialog that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenDialog {
    Palette,
    Shortcuts,
    Workspaces,
    /// Asks before a command that deletes.
    Confirm(Command),
    /// For the files of that drop that fit nowhere.
    NewPipeline(u32),
}

/// What all views share. A copy names the same.
#[derive(Debug, Clone, Copy)]
pub struct App {
    pub engine: Engine,
    pub store: Store,
    pub view: RwSignal<View>,
    /// The chosen pipeline's id; the first is shown if there is none of that id.
    pub pipeline: RwSignal<Option<String>>,
    /// The relation that is open beside the view.
    pub relation: RwSignal<Option<RelationRef>>,
    pub dialog: RwSignal<Option<OpenDialog>>,
    pub drops: Drops,
    pub notebook: NotebookState,
    pub theme: RwSignal<Theme>,
    /// Whether keys without Ctrl are shortcuts.
    pub single_keys: RwSignal<bool>,
    /// A clock for times ago, in milliseconds since the epoch; it ticks every five seconds.
    pub now: RwSignal<f64>,
    /// Whether the person dropped something that would be gone with the tab.
    pub has_own_files: StoredValue<bool>,
    /// Counts requests to choose files (`Some(true)`: a folder).
    pub choose_files: RwSignal<Option<bool>>,
}

const SINGLE_KEYS: &str = "multihop.single-keys";

impl App {
    /// Starts the engine, and shares itself with the components below.
    pub fn provide() -> App {
        let store = Store::default();
        let app = App {
            engine: Engine::start(store),
            store,
            view: RwSignal::new(View::Flow),
            pipeline: RwSignal::default(),
            relation: RwSignal::default(),
            dialog: RwSignal::default(),
            drops: Drops::default(),
            notebook: store.notebook,
            theme: RwSignal::new(Theme::kept()),
            single_keys: RwSignal::new(kept(SINGLE_KEYS).as_deref() != Some("off")),
            now: RwSignal::new(js_sys::Date::now()),
            has_own_files: StoredValue::new(false),
            choose_files: RwSignal::default(),
        };
        provide_context(app);
        super::scripting::offer(app);
        app.theme.get_untracked().apply();
        app
    }

    /// The app, in a component below the one that provided it.
    pub fn get() -> App {
        expect_context()
    }

    /// Whether the engine answers.
    pub fn is_ready(self) -> bool {
        self.store
            .engine
            .with(|engine| *engine == EngineState::Ready)
    }

    /// Reads the pipeline that is shown.
    pub fn with_pipeline<T>(self, read: impl FnOnce(Option<&PipelineView>) -> T) -> T {
        self.pipeline.with(|chosen| {
            self.store.flow.with(|flow| {
                read(
                    flow.as_ref()
                        .and_then(|flow| model::shown(flow, chosen.as_deref())),
                )
            })
        })
    }

    /// Whether any stream of any pipeline runs.
    pub fn has_active(self) -> bool {
        self.store
            .flow
            .with(|flow| flow.as_ref().is_some_and(model::has_active))
    }

    /// Why a command can't be done now, if it can't.
    pub fn refusal(self, command: Command) -> Option<String> {
        match command {
            Command::Start
            | Command::LoadNewData
            | Command::LoadAllRemaining
            | Command::UpdateGold
            | Command::StopAll
            | Command::Reset
            | Command::DeletePipeline => {
                if !self.is_ready() {
                    return Some(self.not_ready());
                }
                let has_active = self.has_active();
                self.with_pipeline(|pipeline| match pipeline {
                    Some(pipeline) => model::refusal(command, pipeline, has_active),
                    None => Some("There is no pipeline.".to_owned()),
                })
            }
            Command::NextPipeline => (self
                .store
                .flow
                .with(|flow| flow.as_ref().map_or(0, |flow| flow.pipelines.len()))
                < 2)
            .then(|| "There is one pipeline only.".to_owned()),
            Command::AddFiles | Command::AddFolder => (!self.is_ready()).then(|| self.not_ready()),
            _ => None,
        }
    }

    fn not_ready(self) -> String {
        self.store.engine.with(|engine| {
            match engine {
                EngineState::Stopped { .. } => "The engine stopped: restart it first.",
                EngineState::Occupied { .. } | EngineState::TakenOver { .. } => {
                    "Another tab has this workspace."
                }
                _ => "The engine is still loading.",
            }
            .to_owned()
        })
    }

    /// Does a command, or says why it can't be done.
    pub fn run(self, command: Command) {
        if let Some(reason) = untrack(|| self.refusal(command)) {
            self.store.tell(reason);
            return;
        }
        match command {
            Command::ShowFlow => self.view.set(View::Flow),
            Command::ShowNotebook => self.view.set(View::Notebook),
            Command::ShowCatalog => self.view.set(View::Catalog),
            Command::ShowStreams => self.view.set(View::Streams),
            Command::ShowFiles => self.view.set(View::Files),
            Command::Reset | Command::DeletePipeline => {
                self.dialog.set(Some(OpenDialog::Confirm(command)))
            }
            Command::Start
            | Command::LoadNewData
            | Command::LoadAllRemaining
            | Command::UpdateGold
            | Command::StopAll => self.run_confirmed(command),
            Command::NextPipeline => {
                let next = self.store.flow.with_untracked(|flow| {
                    let chosen = self.pipeline.get_untracked();
                    flow.as_ref()
                        .and_then(|flow| model::next(flow, chosen.as_deref()))
                });
                self.pipeline.set(next);
            }
            Command::AddFiles => self.choose_files.set(Some(false)),
            Command::AddFolder => self.choose_files.set(Some(true)),
            Command::SwitchTheme => {
                self.theme.update(|theme| *theme = theme.next());
                self.theme.get_untracked().apply();
            }
            Command::OpenDocs => {
                // A browser that refuses the tab says so itself.
                let _ =
                    window().open_with_url_and_target_and_features("docs/", "_blank", "noopener");
            }
            Command::OpenPalette => self.dialog.set(Some(OpenDialog::Palette)),
            Command::ShowShortcuts => self.dialog.set(Some(OpenDialog::Shortcuts)),
            Command::ShowWorkspaces => self.dialog.set(Some(OpenDialog::Workspaces)),
            Command::RestartEngine => {
                self.close_all();
                self.engine.restart();
            }
        }
    }

    /// Opens another workspace.
    pub fn open_workspace(self, id: &str) {
        self.close_all();
        self.engine.open_workspace(id);
    }

    /// Closes what shows something of the engine.
    fn close_all(self) {
        self.relation.set(None);
        self.drops.clear();
    }

    /// Asks the engine to do a pipeline command, and shows what came of it.
    pub fn run_confirmed(self, command: Command) {
        let Some((pipeline, title)) = untrack(|| {
            self.with_pipeline(|shown| shown.map(|shown| (shown.id.clone(), shown.title.clone())))
        }) else {
            return;
        };
        let (request, done) = match command {
            Command::Start => (
                Request::Start { pipeline },
                Some("Streams started.".to_owned()),
            ),
            Command::LoadNewData => (
                Request::LoadNewData {
                    pipeline,
                    all: false,
                },
                None,
            ),
            Command::LoadAllRemaining => (
                Request::LoadNewData {
                    pipeline,
                    all: true,
                },
                None,
            ),
            Command::UpdateGold => (
                Request::UpdateGold { pipeline },
                Some("Gold is being updated; the query stops by itself.".to_owned()),
            ),
            Command::StopAll => (
                Request::Stop { query: None },
                Some("All streams stopped.".to_owned()),
            ),
            Command::Reset => (
                Request::Reset { pipeline },
                Some(format!("{title} is as it was at the start.")),
            ),
            Command::DeletePipeline => (
                Request::DeletePipeline { pipeline },
                Some(format!("{title} was deleted.")),
            ),
            _ => return,
        };
        if matches!(command, Command::Reset | Command::DeletePipeline) {
            self.relation.set(None);
        }
        spawn_local(async move {
            match self.engine.text(request).await {
                Ok(text) if !text.trim().is_empty() => self.store.tell(text::first_lines(&text, 2)),
                Ok(_) => {
                    if let Some(done) = done {
                        self.store.tell(done);
                    }
                }
                Err(error) => self.store.fail(error),
            }
        });
    }

    /// Sends a request that has no answer to show; an error becomes a notice.
    pub fn send(self, request: Request) {
        spawn_local(async move {
            if let Err(error) = self.engine.run(request).await {
                self.store.fail(error);
            }
        });
    }

    /// Switches single-key shortcuts, and keeps the choice.
    pub fn set_single_keys(self, on: bool) {
        self.single_keys.set(on);
        keep(SINGLE_KEYS, if on { "on" } else { "off" });
    }
}

/// What a view has after it asked the engine for something.
pub type Loaded<T> = Option<Result<T, ErrorInfo>>;
