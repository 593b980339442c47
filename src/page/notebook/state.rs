//! The open notebook: its cells, what runs, what they show.

mod running;

use std::collections::VecDeque;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::keep;
use super::keys::{Action, Presses};
use super::script::Script;
use crate::page::app::App;
use crate::protocol::{
    CellLanguage, CellView, ErrorInfo, Language, NotebookEntry, NotebookView, RelationView, Reply,
    Request, WidgetView,
};

/// Deleted cells that can be taken back.
const MOST_DELETED: usize = 50;
/// Notebooks whose cells still show what they showed when another was opened.
const MOST_AWAY: usize = 20;
/// How long nobody types before what was typed is kept.
const TYPING_PAUSE: std::time::Duration = std::time::Duration::from_millis(500);

/// The open notebook. A copy names the same.
#[derive(Debug, Clone, Copy)]
pub struct NotebookState {
    /// The workspace's notebooks.
    pub list: RwSignal<Vec<NotebookEntry>>,
    /// The open one's path; empty before one is open.
    pub path: RwSignal<String>,
    pub language: RwSignal<Language>,
    pub cells: RwSignal<Vec<CellState>>,
    /// The cells of notebooks that were open before, by path, the longest ago first: they run on
    /// and show what they showed.
    away: StoredValue<Vec<(String, Vec<CellState>)>>,
    pub widgets: RwSignal<Vec<WidgetView>>,
    /// The chosen cell's id.
    pub chosen: RwSignal<u32>,
    /// Whether the chosen cell is being edited.
    pub is_editing: RwSignal<bool>,
    /// Cells that wait to run: the path of their notebook, and their id.
    queue: StoredValue<VecDeque<(String, u32)>>,
    bin: RwSignal<Vec<(usize, CellState)>>,
    /// Streams that cells show, by their relation's handle.
    live: StoredValue<Vec<TableState>>,
    presses: StoredValue<Presses>,
    pub script: RwSignal<Option<Script>, LocalStorage>,
    serials: StoredValue<u32>,
    /// The cells as they were kept last.
    saved: StoredValue<Vec<CellView>>,
    /// Counts changes that were typed.
    typed: StoredValue<u32>,
    /// Counts wishes that the keyboard be at the chosen cell, and those that were granted.
    pub focus: RwSignal<u32>,
    pub focused: StoredValue<u32>,
    /// What signals made later belong to: they outlive the view.
    owner: StoredValue<Option<Owner>>,
}

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellState {
    pub id: u32,
    /// Unique among all cells that were ever open.
    pub serial: u32,
    pub source: RwSignal<String>,
    pub title: RwSignal<Option<String>>,
    pub outputs: RwSignal<Vec<Output>>,
    pub run: RwSignal<Run>,
    pub is_collapsed: RwSignal<bool>,
}

/// How a cell's last run went.
#[derive(Debug, Clone, PartialEq)]
pub enum Run {
    Never,
    Queued,
    /// The request's id, to cancel it by.
    Running {
        request: u32,
        since_ms: f64,
    },
    Done {
        ms: f64,
        at_ms: f64,
    },
    Failed {
        error: ErrorInfo,
        ms: f64,
    },
}

/// What a cell shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    Text(String),
    Html(String),
    Table(TableState),
}

/// Rows that a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableState {
    pub handle: u32,
    pub relation: StoredValue<RelationView>,
    /// Counts changes of the rows, and says how many there are.
    pub changed: RwSignal<(u32, Option<f64>)>,
    pub stream: RwSignal<Option<LiveState>>,
}

/// The stream that a table shows.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveState {
    pub run_id: String,
    pub is_active: bool,
    pub batch_rows: f64,
    pub rows_per_second: f64,
    pub error: Option<ErrorInfo>,
}

impl Default for NotebookState {
    fn default() -> Self {
        NotebookState {
            list: RwSignal::default(),
            path: RwSignal::default(),
            language: RwSignal::default(),
            cells: RwSignal::default(),
            away: StoredValue::default(),
            widgets: RwSignal::default(),
            chosen: RwSignal::default(),
            is_editing: RwSignal::default(),
            queue: StoredValue::default(),
            bin: RwSignal::default(),
            live: StoredValue::default(),
            presses: StoredValue::default(),
            script: RwSignal::new_local(None),
            serials: StoredValue::default(),
            saved: StoredValue::default(),
            typed: StoredValue::default(),
            focus: RwSignal::default(),
            focused: StoredValue::default(),
            owner: StoredValue::new(Owner::current()),
        }
    }
}

impl NotebookState {
    /// Makes signals that live as long as the page.
    fn lasting<T>(self, make: impl FnOnce() -> T) -> T {
        match self.owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        }
    }

    fn cell_of(self, view: CellView) -> CellState {
        let mut serial = 0;
        self.serials.update_value(|last| {
            *last += 1;
            serial = *last;
        });
        self.lasting(|| CellState {
            id: view.id,
            serial,
            source: RwSignal::new(view.source),
            title: RwSignal::new(view.title),
            outputs: RwSignal::default(),
            run: RwSignal::new(Run::Never),
            is_collapsed: RwSignal::new(false),
        })
    }

    /// The open notebook's cell of that id.
    pub fn cell(self, id: u32) -> Option<CellState> {
        self.cells
            .with_untracked(|cells| cells.iter().find(|cell| cell.id == id).copied())
    }

    /// The cells of a notebook that is open, or was.
    fn cells_of(self, path: &str) -> Vec<CellState> {
        if self.path.with_untracked(|open| open == path) {
            return self.cells.get_untracked();
        }
        self.away.with_value(|away| {
            let notebook = away.iter().find(|(known, _)| known == path);
            notebook.map_or_else(Vec::new, |(_, cells)| cells.clone())
        })
    }

    fn cell_of_notebook(self, path: &str, id: u32) -> Option<CellState> {
        self.cells_of(path).into_iter().find(|cell| cell.id == id)
    }

    fn index(self, id: u32) -> Option<usize> {
        self.cells
            .with_untracked(|cells| cells.iter().position(|cell| cell.id == id))
    }

    // The workspace

    /// A new engine begins: nothing of the old one is there.
    pub fn begin(self) {
        self.path.set(String::new());
        self.widgets.set(Vec::new());
        self.cells.set(Vec::new());
        self.away.set_value(Vec::new());
        self.list.set(Vec::new());
        self.live.set_value(Vec::new());
        self.queue.set_value(VecDeque::new());
        self.bin.set(Vec::new());
    }

    /// Reads the list of notebooks anew, and opens the first if none is open.
    pub fn refresh(self, app: App) {
        spawn_local(async move {
            match app.engine.call(Request::Notebooks).await.map(|a| a.reply) {
                Ok(Reply::Notebooks { notebooks }) => {
                    // The walk-through is what a first visitor sees.
                    let first = notebooks.iter().rev().map(|n| n.path.clone()).next();
                    self.list.set(notebooks);
                    if let (true, Some(first)) = (self.path.get_untracked().is_empty(), first) {
                        self.open(app, Request::OpenNotebook { path: first });
                    }
                }
                Ok(_) => {}
                Err(error) => app.store.fail(error),
            }
        });
    }

    /// A request that answers with a notebook: shows it.
    pub fn open(self, app: App, request: Request) {
        self.save(app);
        let call = app.engine.call(request);
        self.show_answer(app, call, false);
    }

    /// Takes up notebooks' files, and opens the last.
    pub fn import(self, app: App, files: Vec<(String, web_sys::File)>) {
        self.save(app);
        let folder = self
            .path
            .with_untracked(|path| super::tree::split(path).0.to_owned());
        for (name, file) in files {
            let request = Request::ImportNotebook {
                folder: folder.clone(),
                name,
            };
            let call = app.engine.call_with_files(request, &[file]);
            self.show_answer(app, call, true);
        }
        app.run(crate::page::command::Command::ShowNotebook);
    }

    /// Shows the notebook of a reply; one from outside the browser keeps from now on.
    fn show_answer(self, app: App, call: crate::page::engine::Call, is_foreign: bool) {
        spawn_local(async move {
            match call.await.map(|answer| answer.reply) {
                Ok(Reply::Notebook { notebook }) => {
                    let (path, language) = (notebook.path.clone(), notebook.language);
                    self.show(app, notebook);
                    if is_foreign {
                        keep::keep(app, path, language).await;
                    }
                }
                Ok(_) => {}
                Err(error) => app.store.fail(error),
            }
            self.refresh(app);
        });
    }

    /// Shows a notebook; its cells show what they showed when it was open before.
    fn show(self, app: App, notebook: NotebookView) {
        self.put_away(app);
        let mut known = Vec::new();
        self.away.update_value(|away| {
            if let Some(at) = away.iter().position(|(path, _)| *path == notebook.path) {
                known = away.remove(at).1;
            }
        });
        let cells: Vec<CellState> = notebook
            .cells
            .into_iter()
            .map(|view| {
                let is_it = |cell: &CellState| {
                    cell.id == view.id && cell.source.with_untracked(|s| *s == view.source)
                };
                match known.iter().position(is_it) {
                    Some(at) => known.remove(at),
                    None => self.cell_of(view),
                }
            })
            .collect();
        for gone in known {
            self.clear(app, gone);
        }
        for shown in notebook.shown {
            if let Some(cell) = cells.iter().find(|cell| cell.id == shown.cell) {
                self.show_again(*cell, shown);
            }
        }
        self.path.set(notebook.path);
        self.language.set(notebook.language);
        self.widgets.set(notebook.widgets);
        self.chosen.set(cells.first().map_or(0, |cell| cell.id));
        self.cells.set(cells);
        self.saved.set_value(self.views());
    }

    /// Keeps what the open notebook's cells show, until it is opened again.
    fn put_away(self, app: App) {
        self.is_editing.set(false);
        for (_, cell) in self.bin.try_update(std::mem::take).unwrap_or_default() {
            self.clear(app, cell);
        }
        let path = self.path.get_untracked();
        if path.is_empty() {
            return;
        }
        let cells = self.cells.get_untracked();
        let mut oldest = None;
        self.away.update_value(|away| {
            away.push((path, cells));
            if away.len() > MOST_AWAY {
                oldest = Some(away.remove(0));
            }
        });
        if let Some((path, cells)) = oldest {
            self.end(app, &path, cells);
        }
    }

    /// Ends what a notebook runs, and forgets what it shows.
    fn end(self, app: App, path: &str, cells: Vec<CellState>) {
        self.drop_queue(path);
        for cell in cells {
            if let Run::Running { request, .. } = cell.run.get_untracked() {
                app.engine.cancel(request);
            }
            self.clear(app, cell);
        }
    }

    /// The open notebook was deleted: opens another.
    pub fn deleted(self, app: App) {
        self.end(app, &self.path.get_untracked(), self.cells.get_untracked());
        self.path.set(String::new());
        self.cells.set(Vec::new());
        self.widgets.set(Vec::new());
        self.refresh(app);
    }

    fn views(self) -> Vec<CellView> {
        self.cells.with_untracked(|cells| {
            let views = cells.iter().map(|cell| CellView {
                id: cell.id,
                source: cell.source.get_untracked(),
                title: cell.title.get_untracked(),
            });
            views.collect()
        })
    }

    /// Lets the engine and the browser keep the cells as they are, if they changed.
    pub fn save(self, app: App) {
        let (path, language) = (self.path.get_untracked(), self.language.get_untracked());
        let cells = self.views();
        if path.is_empty() || self.saved.with_value(|saved| *saved == cells) {
            return;
        }
        self.saved.set_value(cells.clone());
        let call = app.engine.call(Request::SaveNotebook {
            path: path.clone(),
            cells,
        });
        spawn_local(async move {
            match call.await {
                Ok(_) => keep::keep(app, path, language).await,
                Err(error) => app.store.fail(error),
            }
        });
    }

    /// The same once nothing was typed for a moment.
    pub fn save_soon(self, app: App) {
        let turn = self
            .typed
            .try_update_value(|typed| {
                *typed = typed.wrapping_add(1);
                *typed
            })
            .unwrap_or_default();
        set_timeout(
            move || {
                if self.typed.try_get_value() == Some(turn) {
                    self.save(app);
                }
            },
            TYPING_PAUSE,
        );
    }

    // Cells

    /// Does what a key or a button asks of the chosen cell.
    pub fn act(self, app: App, action: Action) {
        let Some(at) = self.index(self.chosen.get_untracked()) else {
            if matches!(action, Action::InsertAbove | Action::InsertBelow) {
                self.insert(0, "");
            }
            return;
        };
        match action {
            Action::Run => self.run(app, at..=at),
            Action::RunAndAdvance => {
                self.run(app, at..=at);
                self.leave(app);
                if at + 1 < self.cells.with_untracked(Vec::len) {
                    self.choose_at(at + 1);
                } else {
                    self.insert(at + 1, "");
                    self.is_editing.set(true);
                }
            }
            Action::RunAndInsert => {
                self.run(app, at..=at);
                self.insert(at + 1, "");
                self.is_editing.set(true);
            }
            Action::Edit => self.is_editing.set(true),
            Action::Leave => self.leave(app),
            Action::InsertAbove => self.insert(at, ""),
            Action::InsertBelow => self.insert(at + 1, ""),
            Action::Delete => self.delete(app, at),
            Action::Undelete => self.undelete(app),
            Action::Markdown => self.switch_markdown(at),
            Action::Up => self.choose_at(at.saturating_sub(1)),
            Action::Down => self.choose_at(at + 1),
            Action::First => self.choose_at(0),
            Action::Last => self.choose_at(usize::MAX),
            Action::MoveUp => self.move_to(app, at, at.saturating_sub(1)),
            Action::MoveDown => self.move_to(app, at, at + 1),
            Action::Collapse => {
                if let Some(cell) = self.cell(self.chosen.get_untracked()) {
                    cell.is_collapsed.update(|is| *is = !*is);
                }
            }
            Action::Save => {
                self.save(app);
                app.store
                    .tell("Kept in this browser. Download saves it as a file.");
            }
        }
    }

    /// What a key asks for where no editor is open.
    pub fn key(self, name: &str) -> Option<Action> {
        let mut action = None;
        self.presses.update_value(|presses| {
            action = presses.command(name, js_sys::Date::now());
        });
        action
    }

    fn leave(self, app: App) {
        if self.is_editing.get_untracked() {
            self.is_editing.set(false);
            self.save(app);
        }
        self.take_keyboard();
    }

    /// Wants the keyboard at the chosen cell.
    fn take_keyboard(self) {
        self.focus.update(|wishes| *wishes = wishes.wrapping_add(1));
    }

    /// Chooses the cell in that place, or the last, and shows it.
    fn choose_at(self, at: usize) {
        let id = self
            .cells
            .with_untracked(|cells| cells.get(at).or(cells.last()).map(|cell| cell.id));
        if let Some(id) = id {
            self.is_editing.set(false);
            self.chosen.set(id);
            self.take_keyboard();
        }
    }

    /// Edits a cell.
    pub fn edit(self, id: u32) {
        self.chosen.set(id);
        self.is_editing.set(true);
    }

    /// Puts a new cell in that place, and chooses it.
    pub fn insert(self, at: usize, source: &str) {
        let deleted = self
            .bin
            .with_untracked(|deleted| deleted.iter().map(|(_, cell)| cell.id).max().unwrap_or(0));
        let last = self
            .cells
            .with_untracked(|cells| cells.iter().map(|cell| cell.id).max().unwrap_or(0));
        let cell = self.cell_of(CellView {
            id: last.max(deleted) + 1,
            source: source.to_owned(),
            title: None,
        });
        self.is_editing.set(false);
        self.cells
            .update(|cells| cells.insert(at.min(cells.len()), cell));
        self.chosen.set(cell.id);
        self.take_keyboard();
    }

    fn delete(self, app: App, at: usize) {
        self.is_editing.set(false);
        let mut gone = None;
        self.cells.update(|cells| {
            if at < cells.len() {
                gone = Some(cells.remove(at));
            }
        });
        let Some(cell) = gone else { return };
        if let Run::Running { request, .. } = cell.run.get_untracked() {
            app.engine.cancel(request);
        }
        self.bin.update(|deleted| {
            deleted.push((at, cell));
            if deleted.len() > MOST_DELETED {
                let (_, oldest) = deleted.remove(0);
                self.clear(app, oldest);
            }
        });
        self.choose_at(at);
        self.save(app);
        app.store.tell("The cell was deleted. Z brings it back.");
    }

    /// Whether there is a deletion to take back.
    pub fn can_undelete(self) -> bool {
        self.bin.with(|deleted| !deleted.is_empty())
    }

    fn undelete(self, app: App) {
        let Some(Some((at, cell))) = self.bin.try_update(Vec::pop) else {
            return;
        };
        self.cells
            .update(|cells| cells.insert(at.min(cells.len()), cell));
        self.chosen.set(cell.id);
        self.take_keyboard();
        self.save(app);
    }

    fn move_to(self, app: App, from: usize, to: usize) {
        let is_editing = self.is_editing.get_untracked();
        self.cells.update(|cells| {
            if from < cells.len() && to < cells.len() {
                let cell = cells.remove(from);
                cells.insert(to, cell);
            }
        });
        self.is_editing.set(is_editing);
        self.take_keyboard();
        self.save(app);
    }

    fn switch_markdown(self, at: usize) {
        let Some(cell) = self.cells.with_untracked(|cells| cells.get(at).copied()) else {
            return;
        };
        let language = self.language.get_untracked();
        cell.source.update(|source| {
            let (now, body) = CellLanguage::of(source, language);
            let text = source.get(body..).unwrap_or_default();
            let text = text.strip_prefix('\n').unwrap_or(text).to_owned();
            *source = if now == CellLanguage::Markdown {
                text
            } else {
                format!("%md\n{text}")
            };
        });
        cell.run.set(Run::Never);
        self.is_editing.set(true);
    }
}
