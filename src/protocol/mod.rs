//! The messages between page and engine: plain serde types.
//!
//! The page sends a [`ToEngine`] and gets exactly one [`FromEngine::Reply`] with the same id;
//! in between and at any other time come [`FromEngine::Event`]s. Files (browser `File` handles)
//! and bytes travel beside the message, not in it: `{message, files}` one way,
//! `{message, bytes}` the other.
//!
//! Enums are tagged from outside, as serde does by itself (`"Done"`, `{"Text": {"text": …}}`): read as
//! they come, which tags within would forbid, at a seventh of the page's size.
//!
//! Numbers of rows and bytes are `f64` where they cross to JavaScript: exact to 2^53.

mod flow;
mod notebook;
mod python;
mod relation;
mod workspace;

pub use flow::{
    EdgeView, FlowState, HopPoint, Lane, NodeKind, NodeState, NodeView, PipelineView, QueryState,
    QueryView, StorageView,
};
pub use notebook::{
    CellEnd, CellLanguage, CellOutput, CellShown, CellView, Completion, Language, NotebookEntry,
    NotebookFormat, NotebookView, RowsFormat, WidgetView, add_printed, keep_newest,
};
pub use python::{FUNCTIONS_OF_ONE, PythonFailure, PythonOutcome};
pub use relation::{
    Cell, ColumnInfo, FileInfo, HistoryEntry, RelationKind, RelationRef, RelationView,
};

pub use workspace::{WorkspaceEntry, WorkspaceView};

use serde::{Deserialize, Serialize};

/// What the page sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToEngine {
    /// Chosen by the page, never reused; a reply carries it back.
    pub id: u32,
    pub request: Request,
}

/// What the page can ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The whole of what Flow shows. Reply: [`Reply::Flow`]. Later changes come as
    /// [`Event::Flow`].
    Flow,
    /// Starts a pipeline's continuous streams (those without an `availableNow` trigger).
    Start {
        pipeline: String,
    },
    /// Runs a pipeline's `availableNow` queries: each stops by itself.
    UpdateGold {
        pipeline: String,
    },
    /// Lands the next file of a pipeline's sample data, or all that remain.
    /// Reply: [`Reply::Text`], what `load_new_data` prints.
    LoadNewData {
        pipeline: String,
        all: bool,
    },
    /// Stops one query, or all of them.
    Stop {
        query: Option<String>,
    },
    /// Deletes a pipeline's tables, checkpoints and landed files, and declares it anew.
    Reset {
        pipeline: String,
    },
    /// Deletes a pipeline that the user made, with its tables and files.
    DeletePipeline {
        pipeline: String,
    },

    /// Looks at dropped files, given beside the message in the same order.
    /// Reply: [`Reply::Drop`].
    PreviewDrop {
        files: Vec<DroppedFile>,
    },
    /// Puts those of the previewed files that fit the directory `target` there. Reply: [`Reply::Done`] once all are
    /// there; [`Event::Task`] tells how far. Files with an error are left out.
    LandDrop {
        drop: u32,
        target: String,
    },
    /// Makes a pipeline from previewed files and starts it; its id is its name in lower case. Reply:
    /// [`Reply::Done`]. Where the
    /// error is in one of the texts, its `file` is that text's field: `bronze_sql`, `silver_sql`
    /// or `gold_sql`.
    CreatePipeline {
        drop: u32,
        pipeline: NewPipeline,
    },
    /// Forgets previewed files.
    DiscardDrop {
        drop: u32,
    },

    /// Opens a directory, view, table or query to its rows. Reply: [`Reply::Relation`].
    OpenRelation {
        relation: RelationRef,
    },
    /// `limit` rows from `offset`. Reply: [`Reply::Rows`].
    FetchRows {
        handle: u32,
        offset: f64,
        limit: u32,
    },
    /// Frees an opened relation.
    CloseRelation {
        handle: u32,
    },
    /// A table's commits, newest first. Reply: [`Reply::History`].
    History {
        table: String,
    },
    /// The text of a table's commit. Reply: [`Reply::Text`].
    Commit {
        table: String,
        version: f64,
    },
    /// A table's data files at a version (the newest if `None`), or a directory's files.
    /// Reply: [`Reply::Files`].
    Files {
        relation: RelationRef,
        version: Option<f64>,
    },
    /// What lies directly in a directory of the file system, as `dbutils.fs.ls` lists it: a
    /// directory's `path` ends in `/`, and its size is 0. Reply: [`Reply::Files`].
    ListDirectory {
        path: String,
    },
    /// A query's recent progress, newest first, as Spark's JSON. Reply: [`Reply::Texts`].
    Progress {
        query: String,
    },

    /// Runs SQL statements. Reply: [`Reply::Relation`] of the last one's result.
    Sql {
        text: String,
    },
    /// All tables and views, for the catalog. Reply: [`Reply::Catalog`].
    Catalog,
    /// A file's bytes, beside the reply. Reply: [`Reply::Done`].
    ReadFile {
        path: String,
    },

    /// Puts a file, given beside the message, at a path, in the place of one that is there.
    /// Reply: [`Reply::Done`].
    PutFile {
        path: String,
    },

    /// The workspace's notebooks. Reply: [`Reply::Notebooks`].
    Notebooks,
    /// A notebook's cells. Reply: [`Reply::Notebook`].
    OpenNotebook {
        path: String,
    },
    /// An empty notebook, in a folder. Reply: [`Reply::Notebook`].
    NewNotebook {
        folder: String,
        language: Language,
    },
    /// Takes up a notebook's file, given beside the message; `name` is the file's.
    /// Reply: [`Reply::Notebook`].
    ImportNotebook {
        folder: String,
        name: String,
    },
    /// Puts a notebook at a path, in the place of one that is there: `text` is its file's, of this
    /// extension. Reply: [`Reply::Done`].
    PutNotebook {
        path: String,
        extension: String,
        text: String,
    },
    /// Keeps a notebook's cells, in this order. What the page doesn't know of them (a Jupyter
    /// cell's outputs and metadata) stays with their ids.
    SaveNotebook {
        path: String,
        cells: Vec<CellView>,
    },
    /// Gives a notebook another path. Reply: [`Reply::Text`], the path that it got.
    MoveNotebook {
        path: String,
        to: String,
    },
    DeleteNotebook {
        path: String,
    },
    /// A notebook as a file's text. Reply: [`Reply::Text`].
    ExportNotebook {
        path: String,
        format: NotebookFormat,
    },
    /// Runs a cell. What it shows comes as [`Event::Cell`]; the reply, [`Reply::Done`] or the
    /// error that it failed with, when it has ended. [`Reply::Text`] is what the notebook ended
    /// itself with (`dbutils.notebook.exit`).
    RunCell {
        notebook: String,
        cell: u32,
        source: String,
        /// Whether it first lets streams come to rest, some seconds at most: a person who runs
        /// cells one by one would wait for their rows.
        #[serde(default)]
        settle: bool,
    },
    /// Forgets what cells defined: Python's names, temporary views, widgets' values.
    ResetNotebook {
        notebook: String,
    },
    /// Sets a widget's value.
    SetWidget {
        notebook: String,
        name: String,
        value: String,
    },
    /// What may come next behind `before` in a cell. Reply: [`Reply::Completions`].
    Complete {
        language: CellLanguage,
        before: String,
    },
    /// Stops a stream by its run: one that a cell shows.
    StopRun {
        run_id: String,
    },
    /// Puts an opened relation's rows in the order of a column. Reply: [`Reply::Done`].
    SortRelation {
        handle: u32,
        column: u32,
        descending: bool,
    },
    /// An opened relation's rows as a file's bytes, beside the reply; those of a stream that a
    /// cell shows, once its sources are drained. Reply: [`Reply::Done`].
    ExportRows {
        handle: u32,
        format: RowsFormat,
    },
    /// Takes the workspace from the tab that has it. Reply: [`Reply::Done`], before [`Event::Ready`].
    TakeOver,
    /// All workspaces, the last opened first. Reply: [`Reply::Workspaces`].
    Workspaces,
    /// Makes a workspace. Reply: [`Reply::Text`], its id.
    CreateWorkspace {
        name: String,
    },
    /// Makes a workspace that holds what the open one holds. Reply: [`Reply::Text`], its id.
    DuplicateWorkspace {
        name: String,
    },
    /// Makes a workspace of a saved one, a `.zip` that travels beside the request. Reply: [`Reply::Text`], its id.
    UnpackWorkspace {
        name: String,
    },
    /// All of the open workspace as one `.zip`, a `Blob` beside the reply. Reply: [`Reply::Done`].
    SaveWorkspace,
    RenameWorkspace {
        id: String,
        name: String,
    },
    /// Deletes a workspace that no tab has open.
    DeleteWorkspace {
        id: String,
    },
    /// Has a file not be read any more: the engine before this one stopped when it was.
    Quarantine {
        path: String,
    },
    /// Has a file be read again that isn't.
    ReadAgain {
        path: String,
    },
    /// Stops the engine as a fault in it would, for who wants to see what is lost: nothing that was committed.
    Crash,
    /// Ends the request of that id, if it still runs; it replies with an error of class
    /// `Cancelled`.
    Cancel {
        id: u32,
    },
}

/// What the engine sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromEngine {
    Reply {
        id: u32,
        result: Result<Reply, ErrorInfo>,
    },
    Event {
        event: Event,
    },
}

/// Answers to requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Done,
    Text {
        text: String,
    },
    Texts {
        texts: Vec<String>,
    },
    Flow {
        flow: FlowState,
    },
    Drop {
        preview: DropPreview,
    },
    Relation {
        relation: RelationView,
    },
    Rows {
        offset: f64,
        rows: Vec<Vec<Cell>>,
        total: Option<f64>,
    },
    History {
        entries: Vec<HistoryEntry>,
    },
    Files {
        files: Vec<FileInfo>,
    },
    Catalog {
        relations: Vec<CatalogEntry>,
    },
    Notebooks {
        notebooks: Vec<NotebookEntry>,
    },
    Notebook {
        notebook: NotebookView,
    },
    Completions {
        items: Vec<Completion>,
    },
    Workspaces {
        workspaces: Vec<WorkspaceEntry>,
    },
}

/// What happens without being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The engine starts: what it does, and how far it is (0..1).
    Loading { what: String, fraction: f64 },
    /// Requests are answered from now on.
    Ready {
        flow: FlowState,
        workspace: WorkspaceView,
    },
    /// Another tab has the workspace of that name. The engine waits for [`Request::TakeOver`].
    Occupied { name: String },
    /// Another tab has taken over the workspace: nothing more will come from this engine.
    TakenOver { name: String },
    /// Something in Flow changed. At most about ten a second.
    Flow { flow: FlowState },
    /// A batch passed an edge: what makes it move.
    Batch {
        pipeline: String,
        edge: String,
        batch_id: f64,
        rows: f64,
    },
    /// How far a request is. `total` is `None` where nobody knows.
    Task {
        id: u32,
        title: String,
        done: f64,
        total: Option<f64>,
        unit: TaskUnit,
    },
    /// A cell that runs shows something.
    Cell {
        notebook: String,
        cell: u32,
        output: CellOutput,
    },
    /// The rows of a stream that a cell shows changed, or it ended.
    CellStream {
        handle: u32,
        rows: f64,
        is_active: bool,
        /// Rows in the last batch, and how many it took in a second.
        batch_rows: f64,
        rows_per_second: f64,
        error: Option<ErrorInfo>,
    },
    /// A notebook's widgets changed.
    Widgets {
        notebook: String,
        widgets: Vec<WidgetView>,
    },
    /// Something went wrong that no request waits for: a stream failed.
    Failed {
        query: Option<String>,
        error: ErrorInfo,
    },
    /// The engine panicked: nothing more will come from it. `file` is the one that was being decoded.
    Panicked {
        message: String,
        #[serde(default)]
        file: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskUnit {
    Bytes,
    Rows,
    Files,
}

/// An error as people see it: a condition, a sentence, a hint, and details that unfold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorInfo {
    /// Spark's or Delta's condition (`UNRESOLVED_COLUMN.WITH_SUGGESTION`), if it has one.
    pub condition: Option<String>,
    /// The exception's class (`AnalysisException`, `Cancelled`).
    pub class: String,
    /// The message without the condition in brackets and without `SQLSTATE`.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The message whole, as Spark prints it.
    pub details: String,
    /// The file it is about.
    pub file: Option<String>,
    /// Where in the SQL text, both from 1.
    pub line: Option<u32>,
    pub column: Option<u32>,
}

/// A file that was dropped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DroppedFile {
    /// Its name, with its folder's path if a folder was dropped. Hostile until the engine
    /// has made a `dbfs:/` path of it.
    pub name: String,
    pub size: f64,
}

/// What the engine saw in dropped files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DropPreview {
    /// Names the drop in later requests.
    pub drop: u32,
    pub files: Vec<FilePreview>,
    /// A start for a pipeline of the files that fit nowhere; `None` if there are none.
    pub new_pipeline: Option<NewPipeline>,
}

/// What the engine saw in one dropped file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilePreview {
    pub name: String,
    pub size: f64,
    /// `parquet`, `json`, `csv`, `text`; `None` if unknown.
    pub format: Option<String>,
    pub columns: Vec<ColumnInfo>,
    /// Exact for parquet; for text formats the rows seen in the sample.
    pub rows: Option<f64>,
    /// The landing directory whose schema it fits.
    pub target: Option<String>,
    /// What is odd about a file that can flow all the same.
    pub warning: Option<String>,
    pub error: Option<ErrorInfo>,
}

/// A pipeline that a user makes: three SQL texts over what was dropped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewPipeline {
    pub name: String,
    /// Over `{name}_raw_temp`, the Auto Loader stream.
    pub bronze_sql: String,
    /// Over `{name}_bronze_tmp`, the stream of the bronze table.
    pub silver_sql: String,
    /// Over `{name}_silver_tmp`, the stream of the silver table.
    pub gold_sql: String,
}

/// A table or view in the catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CatalogEntry {
    pub name: String,
    pub relation: RelationRef,
    pub kind: RelationKind,
    pub is_streaming: bool,
}
