//! Notebooks: the workspace, and cells that run a step at a time in the session that Flow shows.

mod live;
mod shown;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::json;

use super::jobs::{Job, Outcome};
use super::python::RunningPython;
use super::relations::Opened;
use super::{Engine, error};
use crate::connect::{Answer, Connect};
use crate::notebook::{
    Format, FsCommand, FsShown, MAX_RUN_DEPTH, Notebook, NotebookError, SqlStatement, Step,
    WidgetStatement, Workspace, bind,
};
use crate::protocol::{
    CellOutput, CellView, ErrorInfo, Event, Language, NotebookEntry, NotebookFormat, NotebookView,
    RelationKind, RelationView, Reply, keep_newest,
};
use crate::session::{Ran, SessionError};
use crate::sql::plan::Plan;
use crate::storage::{Content, DbfsPath, whole};
use crate::types::Frame;

/// Rows pulled before a result is shown, so that an error among them is the cell's.
const FIRST_ROWS: usize = 1000;

/// Notebooks, and what runs in them.
#[derive(Default)]
pub(super) struct Notebooks {
    pub(super) workspace: Workspace,
    /// Paths of notebooks that changed, or are gone, since they were written down.
    pub(super) changed: BTreeSet<String>,
    /// The files that they were written to, by path.
    pub(super) files: BTreeMap<String, DbfsPath>,
    /// What cells showed, by notebook.
    shown: BTreeMap<String, shown::ShownCells>,
    /// Notebooks of whose cells that isn't written down.
    changed_shown: BTreeSet<String>,
    /// Notebooks of an earlier engine whose cells' results the page doesn't know: in `shown`, or in their files alone.
    pub(super) is_unseen: BTreeSet<String>,
    /// Ids of the open notebooks' cells, in the order of the workspace's.
    ids: BTreeMap<String, Vec<u32>>,
    /// Streams that cells show.
    live: Vec<Live>,
    /// What each notebook's Python holds of the session, and its widgets.
    connects: BTreeMap<String, Connect>,
    /// Whether somebody runs Python.
    pub has_python: bool,
    /// The notebook whose `foreachBatch` function runs.
    pub batch_of: Option<String>,
    /// Calls of `dbutils.notebook.run` that have ended and are not told yet.
    replies: BTreeMap<u32, String>,
    last_call: u32,
}

/// Milliseconds that a cell waits at most for streams to come to rest.
const SETTLE_MS: i64 = 5000;

/// A stream that a cell shows.
struct Live {
    handle: u32,
    run_id: String,
    told: Option<(Option<i64>, bool)>,
}

/// A cell under way.
pub(super) struct CellRun {
    pub cell: u32,
    own: Level,
    /// Until when it lets streams come to rest before it begins; `None` once it has begun.
    settles_until_ms: Option<i64>,
    pub began_ms: i64,
    /// The notebooks that `dbutils.notebook.run` called, each by the one before it.
    called: Vec<Level>,
}

/// Steps that share names and widgets: a cell's own, or those of a notebook that it called.
pub(super) struct Level {
    /// Whose names and widgets: a key of [`Notebooks::connects`].
    pub scope: String,
    /// What Python waits for at the level below; 0 for the cell's own.
    call: u32,
    work: VecDeque<Work>,
    /// A result whose first rows are being pulled.
    pulling: Option<RelationView>,
    /// Python that runs or is to run: the level waits for it.
    pub python: Option<RunningPython>,
    /// How the last Python ended, if that ended the level.
    pub ended: Option<Result<Reply, ErrorInfo>>,
}

/// A step, and the notebook that it stands in.
struct Work {
    step: Step,
    notebook: String,
    /// The cell's number in it, from 1.
    number: usize,
    /// How many `%run`s led here.
    depth: usize,
}

impl Level {
    fn new(scope: String, call: u32, work: VecDeque<Work>) -> Level {
        Level {
            scope,
            call,
            work,
            pulling: None,
            python: None,
            ended: None,
        }
    }

    fn push_front(&mut self, work: Vec<Work>) {
        for work in work.into_iter().rev() {
            self.work.push_front(work);
        }
    }
}

impl CellRun {
    /// The notebook that the cell stands in.
    pub fn notebook(&self) -> &str {
        &self.own.scope
    }

    /// What runs now: the level that was called last.
    pub fn top(&mut self) -> &mut Level {
        self.called.last_mut().unwrap_or(&mut self.own)
    }

    /// Whether it waits for Python rather than for its turn.
    pub fn waits(&self) -> bool {
        self.called.last().unwrap_or(&self.own).python.is_some()
    }

    /// Leaves what was called above the last level that has Python: that has ended.
    pub fn unwind(&mut self) {
        while self.called.last().is_some_and(|l| l.python.is_none()) {
            self.called.pop();
        }
    }

    /// The Python of each level that has some, the cell's own first.
    pub fn pythons(&self) -> impl Iterator<Item = &RunningPython> {
        let levels = std::iter::once(&self.own).chain(&self.called);
        levels.filter_map(|level| level.python.as_ref())
    }

    /// As [`CellRun::pythons`].
    pub fn pythons_mut(&mut self) -> impl Iterator<Item = &mut RunningPython> {
        let levels = std::iter::once(&mut self.own).chain(&mut self.called);
        levels.filter_map(|level| level.python.as_mut())
    }
}

impl Engine {
    /// The workspace's notebooks.
    pub(super) fn notebooks(&self) -> Reply {
        let notebooks = self
            .notebooks
            .workspace
            .iter()
            .map(|(path, notebook)| NotebookEntry {
                path: path.into(),
                language: notebook.language,
            })
            .collect();
        Reply::Notebooks { notebooks }
    }

    /// A notebook's cells. Those that the page knows have their ids.
    pub(super) fn open_notebook(&mut self, path: &str) -> Result<Reply, NotebookError> {
        let notebook = self.notebooks.require(path)?;
        let known = self.notebooks.ids.get(path);
        let ids: Vec<u32> = match known.filter(|ids| ids.len() == notebook.cells.len()) {
            Some(ids) => ids.clone(),
            None => (1..).take(notebook.cells.len()).collect(),
        };
        let cells: Vec<CellView> = notebook
            .cells
            .iter()
            .zip(ids)
            .map(|(cell, id)| CellView {
                id,
                source: cell.source.clone(),
                title: cell.title.clone(),
            })
            .collect();
        let view = NotebookView {
            path: path.into(),
            language: notebook.language,
            cells,
            widgets: self.widget_views(path),
            shown: self.shown_before(path),
        };
        let ids = view.cells.iter().map(|cell| cell.id).collect();
        self.notebooks.ids.insert(path.into(), ids);
        Ok(Reply::Notebook { notebook: view })
    }

    pub(super) fn new_notebook(
        &mut self,
        folder: &str,
        language: Language,
    ) -> Result<Reply, NotebookError> {
        let path = self.notebooks.workspace.free_path(folder, "Untitled");
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let mut notebook = Notebook::new(name, language);
        notebook.cells.push(crate::notebook::Cell::default());
        self.notebooks.put(folder, notebook);
        self.open_notebook(&path)
    }

    /// Takes up a notebook's file.
    pub(super) fn import_notebook(
        &mut self,
        folder: &str,
        name: &str,
        files: &[Arc<dyn Content>],
    ) -> Result<Reply, NotebookError> {
        let unreadable = |reason: String| NotebookError::Unreadable {
            name: name.into(),
            reason,
        };
        let file = files
            .first()
            .ok_or_else(|| unreadable("it didn't arrive.".into()))?;
        let bytes = whole(file.as_ref()).map_err(|reason| unreadable(format!("{reason}.")))?;
        let mut notebook = Notebook::read(name, &bytes)?;
        let path = self.notebooks.workspace.free_path(folder, &notebook.name);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        notebook.name = name.into();
        self.notebooks.put(folder, notebook);
        self.open_notebook(&path)
    }

    /// Puts a notebook at a path, read from its file's text.
    pub(super) fn put_notebook(
        &mut self,
        path: &str,
        extension: &str,
        text: &str,
    ) -> Result<Reply, NotebookError> {
        let mut notebook = Notebook::read(&format!("{path}.{extension}"), text.as_bytes())?;
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        notebook.name = name.into();
        self.notebooks.put(folder, notebook);
        self.notebooks.ids.remove(path);
        Ok(Reply::Done)
    }

    /// Keeps what the page has of a notebook's cells.
    pub(super) fn save_notebook(
        &mut self,
        path: &str,
        cells: Vec<CellView>,
    ) -> Result<Reply, NotebookError> {
        let before = self.notebooks.ids.get(path).cloned().unwrap_or_default();
        let notebook = self.notebooks.require_mut(path)?;
        let mut known: BTreeMap<u32, crate::notebook::Cell> = before
            .into_iter()
            .zip(std::mem::take(&mut notebook.cells))
            .collect();
        let ids = cells.iter().map(|cell| cell.id).collect();
        notebook.cells = cells
            .into_iter()
            .map(|view| {
                let mut cell = known.remove(&view.id).unwrap_or_default();
                cell.source = view.source;
                cell.title = view.title;
                cell
            })
            .collect();
        self.notebooks.ids.insert(path.into(), ids);
        self.notebooks.changed.insert(path.into());
        if self.notebooks.shown.contains_key(path) {
            self.notebooks.changed_shown.insert(path.into());
        }
        Ok(Reply::Done)
    }

    pub(super) fn move_notebook(&mut self, path: &str, to: &str) -> Result<Reply, NotebookError> {
        self.notebooks.require(path)?;
        let target = crate::notebook::resolve_path(path, to);
        let (folder, name) = target.rsplit_once('/').unwrap_or(("", &target));
        if name.is_empty() {
            return Err(NotebookError::NotFound {
                path: target.clone(),
                hint: " A notebook needs a name.".into(),
            });
        }
        self.take_up_shown(path);
        let Some(mut notebook) = self.notebooks.remove(path) else {
            return Ok(Reply::Done);
        };
        let free = self.notebooks.workspace.free_path(folder, name);
        let (folder, name) = free.rsplit_once('/').unwrap_or(("", &free));
        notebook.name = name.into();
        let cells = notebook.cells.len();
        self.notebooks.put(folder, notebook);
        let is_unseen = self.notebooks.is_unseen.remove(path);
        if is_unseen {
            self.notebooks.is_unseen.insert(free.clone());
        }
        let ids = self.notebooks.ids.remove(path);
        // An unopened notebook's cells are numbered.
        let ids = ids.or_else(|| is_unseen.then(|| (1..).take(cells).collect()));
        if let Some(ids) = ids {
            self.notebooks.ids.insert(free.clone(), ids);
        }
        if let Some(shown) = self.notebooks.shown.remove(path) {
            self.notebooks.shown.insert(free.clone(), shown);
            self.notebooks.changed_shown.insert(path.to_owned());
            self.notebooks.changed_shown.insert(free.clone());
        }
        Ok(Reply::Text { text: free })
    }

    pub(super) fn delete_notebook(&mut self, path: &str) -> Result<Reply, NotebookError> {
        self.notebooks.require(path)?;
        self.notebooks.remove(path);
        self.notebooks.is_unseen.remove(path);
        self.notebooks.shown.remove(path);
        self.notebooks.changed_shown.insert(path.to_owned());
        self.notebooks.ids.remove(path);
        Ok(Reply::Done)
    }

    pub(super) fn export_notebook(
        &self,
        path: &str,
        format: NotebookFormat,
    ) -> Result<Reply, NotebookError> {
        let notebook = self.notebooks.require(path)?;
        let format = match format {
            NotebookFormat::Jupyter => Format::Jupyter,
            NotebookFormat::Own => notebook.format,
            NotebookFormat::Source if notebook.format == Format::Plain => Format::Plain,
            NotebookFormat::Source => Format::Source,
        };
        Ok(Reply::Text {
            text: notebook.write(format),
        })
    }

    // Running

    /// Begins to run a cell.
    pub(super) fn run_cell(
        &mut self,
        notebook: String,
        cell: u32,
        source: String,
        settle: bool,
    ) -> Result<Outcome, ErrorInfo> {
        let language = self
            .notebooks
            .require(&notebook)
            .map_err(|e| error::notebook_info(&e))?
            .language;
        let steps = crate::notebook::Cell::new(source)
            .steps(language)
            .map_err(|e| error::notebook_info(&e))?;
        let ids = self.notebooks.ids.get(&notebook);
        let place = ids.and_then(|ids| ids.iter().position(|id| *id == cell));
        let number = place.map_or(cell as usize, |at| at + 1);
        let work = steps
            .into_iter()
            .map(|step| Work {
                step,
                notebook: notebook.clone(),
                number,
                depth: 0,
            })
            .collect();
        self.forget_shown(&notebook, cell);
        // Whether they rest is known after their next step.
        self.streams_idle &= !settle;
        Ok(Outcome::Job(Job::Cell(Box::new(CellRun {
            own: Level::new(notebook, 0, work),
            settles_until_ms: settle.then(|| self.env.clock.now_ms() + SETTLE_MS),
            began_ms: self.env.clock.now_ms(),
            cell,
            called: Vec::new(),
        }))))
    }

    /// Moves a cell on. Gives the reply once it has ended.
    pub(super) fn step_cell(&mut self, run: &mut CellRun) -> Result<Option<Reply>, ErrorInfo> {
        if let Some(until) = run.settles_until_ms {
            if !self.streams_idle && self.env.clock.now_ms() < until {
                return Ok(None);
            }
            run.settles_until_ms = None;
        }
        let is_interrupted = run.pythons().any(RunningPython::is_interrupted);
        let moved = if is_interrupted && run.top().ended.is_none() {
            Err(error::plain("Cancelled", "Cancelled."))
        } else {
            self.step_level(run)
        };
        if matches!(moved, Ok(None)) {
            return moved;
        }
        match run.called.pop() {
            Some(level) => {
                self.notebooks.end_call(level.call, moved);
                Ok(None)
            }
            None => moved,
        }
    }

    /// Moves the level on that was called last. Gives how it ended, once it has.
    fn step_level(&mut self, run: &mut CellRun) -> Result<Option<Reply>, ErrorInfo> {
        let level = run.top();
        if let Some(ended) = level.ended.take() {
            return ended.map(Some);
        }
        if level.pulling.is_some() {
            self.pull(run).map_err(|e| error::info(&e))?;
            return Ok(None);
        }
        let Some(work) = level.work.pop_front() else {
            return Ok(Some(Reply::Done));
        };
        let place = work.notebook.clone();
        self.step_work(run, work).map_err(|mut info| {
            // Lines are those of the notebook that the person looks at.
            if place != run.notebook() {
                info.line = None;
                info.column = None;
                info.file = Some(place);
            }
            info
        })?;
        Ok(None)
    }

    /// Begins `dbutils.notebook.run` for a cell's Python. Gives the number of the call, whose
    /// reply comes with [`Notebooks::take_reply`].
    pub(super) fn call_notebook(
        &mut self,
        run: &mut CellRun,
        path: &str,
        arguments: &[(String, String)],
    ) -> Result<u32, NotebookError> {
        let scope = &run.top().scope;
        let from = self.notebooks.connect(scope).notebook().to_owned();
        let resolved = self.notebooks.workspace.resolve(&from, path)?;
        let work = self.notebooks.work_of(&resolved.path, run.called.len())?;
        let call = self.notebooks.new_call();
        // A name that no notebook's path has.
        let scope = format!("{} (run {call})", resolved.path);
        let connect = self.notebooks.connect(&scope);
        connect.set_notebook(&resolved.path);
        for (name, value) in arguments {
            connect.set_widget(name, value);
        }
        run.called.push(Level::new(scope, call, work.into()));
        if let Some(note) = resolved.note {
            self.print(run, &note);
        }
        Ok(call)
    }

    /// Pulls one frame of the result that is shown next, and shows it once its first rows are
    /// there. Gives whether there is more to pull.
    fn pull(&mut self, run: &mut CellRun) -> Result<bool, SessionError> {
        let Some(view) = &mut run.top().pulling else {
            return Ok(false);
        };
        let handle = view.handle;
        if let Some(opened) = self.relations.get_mut(handle) {
            match opened.pull_up_to(FIRST_ROWS) {
                Ok(true) => return Ok(true),
                Ok(false) => view.row_count = opened.count().map(|rows| rows as f64),
                Err(e) => {
                    self.relations.close(handle);
                    run.top().pulling = None;
                    return Err(e);
                }
            }
        }
        if let Some(relation) = run.top().pulling.take() {
            let output = CellOutput::Table {
                relation,
                stream: None,
            };
            self.show(run, output);
        }
        Ok(false)
    }

    /// Pulls the first rows of the result that is shown next, at once.
    pub(super) fn pull_first(&mut self, run: &mut CellRun) -> Result<(), SessionError> {
        while self.pull(run)? {}
        Ok(())
    }

    fn step_work(&mut self, run: &mut CellRun, work: Work) -> Result<(), ErrorInfo> {
        let Work {
            step,
            notebook,
            number,
            depth,
        } = work;
        match step {
            Step::Sql(statement) => self.run_statement(run, &statement),
            // The page shows it by itself.
            Step::Markdown(_) => Ok(()),
            Step::Print(text) => {
                self.print(run, &text);
                Ok(())
            }
            Step::Run { path, arguments } => {
                let connect = self.notebooks.connect(&run.top().scope);
                for (name, value) in &arguments {
                    connect.set_widget(name, value);
                }
                let resolved = self
                    .notebooks
                    .workspace
                    .resolve(&notebook, &path)
                    .map_err(|e| error::notebook_info(&e))?;
                if let Some(note) = resolved.note {
                    self.print(run, &note);
                }
                let inlined = self
                    .notebooks
                    .work_of(&resolved.path, depth)
                    .map_err(|e| error::notebook_info(&e))?;
                run.top().push_front(inlined);
                Ok(())
            }
            Step::Fs(command) => self.run_files(run, &command),
            Step::Python(source) => self.begin_python(run, source, &notebook, number),
        }
    }

    fn run_statement(
        &mut self,
        run: &mut CellRun,
        statement: &SqlStatement,
    ) -> Result<(), ErrorInfo> {
        self.flow_is_stale = true;
        let scope = run.top().scope.clone();
        let widgets = self.notebooks.connect(&scope).widgets();
        let text = bind(&statement.text, widgets, &self.session.state().conf);
        let in_cell = |e: &SessionError| {
            let mut info = error::info(e);
            if let (Some(1), Some(column)) = (info.line, &mut info.column) {
                *column += statement.column;
            }
            info.line = info
                .line
                .map(|line| line + statement.line.saturating_sub(1));
            info
        };
        if let Some(widget) = WidgetStatement::read(&text) {
            let connect = self.notebooks.connect(&scope);
            let reply = widget.run(&mut self.session, connect);
            error::connect_reply(&reply.map_err(|e| in_cell(&e))?)?;
            self.tell_widgets(scope);
            return Ok(());
        }
        let results = self.session.sql(&text).map_err(|e| in_cell(&e))?;
        for ran in results {
            match ran {
                Ran::Rows(plan) => {
                    let connect = self.notebooks.connect(&scope);
                    connect.set_sql_result(plan.clone());
                    self.show_plan(run, plan, None).map_err(|e| in_cell(&e))?;
                }
                Ran::Frame(frame) => {
                    let plan = Arc::new(Plan::local(frame.clone()));
                    self.notebooks.connect(&scope).set_sql_result(plan);
                    self.show_frame(run, frame);
                }
                Ran::Started { .. } => {}
            }
        }
        Ok(())
    }

    /// A `%fs` command: what `dbutils.fs` does.
    fn run_files(&mut self, run: &mut CellRun, command: &FsCommand) -> Result<(), ErrorInfo> {
        self.flow_is_stale = true;
        let answer = self
            .notebooks
            .connect(&run.top().scope)
            .call(&mut self.session, &command.request().to_string());
        let Answer::Done(reply) = answer else {
            return Ok(()); // Files are never waited for.
        };
        let shown = command.shown(error::connect_reply(&reply)?);
        match shown.map_err(|e| error::info(&crate::sql::SqlError::from(e).into()))? {
            FsShown::Rows(frame) => self.show_frame(run, frame),
            FsShown::Text(text) => self.print(run, &text),
        }
        Ok(())
    }

    /// Shows a query's rows: the first once they are pulled, or a stream's as they come.
    pub(super) fn show_plan(
        &mut self,
        run: &mut CellRun,
        plan: Arc<Plan>,
        stream_name: Option<&str>,
    ) -> Result<(), SessionError> {
        if plan.is_streaming() {
            return self.show_stream(run, plan, stream_name);
        }
        let stream = self.session.rows(&plan)?;
        let zone = self.session.state().conf.time_zone();
        run.top().pulling = Some(self.relations.open(
            "Result".into(),
            RelationKind::Result,
            &plan.schema(),
            None,
            Opened::new(stream, zone, None),
        ));
        Ok(())
    }

    /// Shows a command's result, if it has columns.
    pub(super) fn show_frame(&mut self, run: &CellRun, frame: Frame) {
        if frame.schema().is_empty() {
            return;
        }
        let zone = self.session.state().conf.time_zone();
        let schema = frame.schema().clone();
        let relation = self.relations.open(
            "Result".into(),
            RelationKind::Result,
            &schema,
            None,
            Opened::of_frames(vec![frame], zone),
        );
        let output = CellOutput::Table {
            relation,
            stream: None,
        };
        self.show(run, output);
    }

    pub(super) fn show(&mut self, run: &CellRun, mut output: CellOutput) {
        if let CellOutput::Text { text } = &mut output {
            keep_newest(text);
        }
        self.note_shown(run.notebook(), run.cell, &output);
        self.event(Event::Cell {
            notebook: run.notebook().to_owned(),
            cell: run.cell,
            output,
        });
    }

    pub(super) fn print(&mut self, run: &CellRun, text: &str) {
        let output = CellOutput::Text {
            text: format!("{text}\n"),
        };
        self.show(run, output);
    }
}

impl Notebooks {
    /// Puts a notebook in a folder, in place of one of that name.
    fn put(&mut self, folder: &str, notebook: Notebook) {
        let path = self.workspace.put(folder, notebook);
        self.changed.insert(path);
    }

    fn remove(&mut self, path: &str) -> Option<Notebook> {
        self.changed.insert(path.to_owned());
        self.workspace.remove(path)
    }

    /// What a notebook's Python holds.
    pub fn connect(&mut self, notebook: &str) -> &mut Connect {
        self.connects.entry(notebook.to_owned()).or_insert_with(|| {
            let mut connect = Connect::default();
            connect.set_notebook(notebook);
            connect
        })
    }

    /// A notebook's steps, for a cell that came here through `depth` others.
    fn work_of(&self, path: &str, depth: usize) -> Result<Vec<Work>, NotebookError> {
        let depth = depth + 1;
        if depth >= MAX_RUN_DEPTH {
            return Err(NotebookError::TooDeep {
                path: path.into(),
                depth,
            });
        }
        let notebook = self.require(path)?;
        let mut work = Vec::new();
        for (cell, number) in notebook.cells.iter().zip(1..) {
            let steps = cell.included_steps(notebook.language)?;
            work.extend(steps.into_iter().map(|step| Work {
                step,
                notebook: path.to_owned(),
                number,
                depth,
            }));
        }
        Ok(work)
    }

    fn new_call(&mut self) -> u32 {
        self.last_call += 1;
        self.last_call
    }

    /// Keeps how a called notebook ended, for the Python that waits for it.
    fn end_call(&mut self, call: u32, ended: Result<Option<Reply>, ErrorInfo>) {
        let reply = match ended {
            Ok(Some(Reply::Text { text })) => json!({"ok": text}).to_string(),
            Ok(_) => json!({"ok": null}).to_string(),
            Err(info) => error::failed_notebook_run(info),
        };
        self.replies.insert(call, reply);
    }

    /// How a called notebook ended, once it has: Python's reply.
    pub fn take_reply(&mut self, call: u32) -> Option<String> {
        self.replies.remove(&call)
    }

    /// Whether a relation shows a stream that goes on.
    pub fn is_live(&self, handle: u32) -> bool {
        self.live.iter().any(|live| live.handle == handle)
    }

    /// Forgets what a notebook's Python held.
    pub fn forget(&mut self, notebook: &str) {
        self.connects.remove(notebook);
    }

    fn require(&self, path: &str) -> Result<&Notebook, NotebookError> {
        self.workspace
            .get(path)
            .ok_or_else(|| NotebookError::NotFound {
                path: path.into(),
                hint: String::new(),
            })
    }

    fn require_mut(&mut self, path: &str) -> Result<&mut Notebook, NotebookError> {
        self.workspace
            .get_mut(path)
            .ok_or_else(|| NotebookError::NotFound {
                path: path.into(),
                hint: String::new(),
            })
    }
}
