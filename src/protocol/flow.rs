//! What the Flow view shows.

use serde::{Deserialize, Serialize};

use super::{ErrorInfo, RelationRef};

/// Everything that Flow shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FlowState {
    pub pipelines: Vec<PipelineView>,
    pub storage: StorageView,
}

/// Bytes held in files, and bytes that fit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StorageView {
    pub used: f64,
    pub capacity: f64,
}

/// A pipeline: nodes in lanes, joined by edges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PipelineView {
    /// What requests name it by.
    pub id: String,
    /// What people read.
    pub title: String,
    pub nodes: Vec<NodeView>,
    pub edges: Vec<EdgeView>,
    pub queries: Vec<QueryView>,
    /// Rows over time per hop, oldest first: the chart.
    pub points: Vec<HopPoint>,
    /// Files of the sample data that haven't landed; `None` if it has no sample data.
    pub remaining_files: Option<u32>,
    /// Whether the user made it (and may delete it).
    pub is_custom: bool,
    /// The SQL texts that declare it, with a title each, as they were given.
    pub statements: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lane {
    Source,
    Bronze,
    Silver,
    Gold,
}

/// A directory, view or table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeView {
    /// Unique in its pipeline.
    pub id: String,
    pub lane: Lane,
    pub kind: NodeKind,
    pub name: String,
    /// What opens it.
    pub relation: RelationRef,
    pub state: NodeState,
    /// `None` if not counted (a view).
    pub rows: Option<f64>,
    pub files: Option<f64>,
    pub bytes: Option<f64>,
    /// A table's version.
    pub version: Option<f64>,
    /// Milliseconds since the epoch.
    pub last_change_ms: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeKind {
    Directory,
    /// A temporary view over static data.
    View,
    /// A temporary view over a stream.
    StreamingView,
    Table,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeState {
    /// Declared, but nothing is there yet.
    Absent,
    Ready,
    /// A batch is being written to it.
    Busy,
    /// The query that writes it failed.
    Failed,
}

/// Data goes from one node to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EdgeView {
    /// Unique in its pipeline.
    pub id: String,
    pub from: String,
    pub to: String,
    /// The query ([`QueryView::key`]) that moves the data; `None` where one relation is just
    /// defined over another.
    pub query: Option<String>,
}

/// A streaming query of a pipeline, started or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryView {
    /// Unique in the session, stable over restarts: the target table's name.
    pub key: String,
    pub title: String,
    /// Spark's ids, once started.
    pub id: Option<String>,
    pub run_id: Option<String>,
    /// `availableNow`, `processingTime 0`, …
    pub trigger: String,
    pub output_mode: String,
    pub state: QueryState,
    /// Spark's status message (`Waiting for next trigger`).
    pub message: String,
    pub batch_id: Option<f64>,
    pub last_batch_rows: Option<f64>,
    pub last_batch_ms: Option<f64>,
    /// Since it was first started in this session.
    pub total_rows: f64,
    pub input_rows_per_second: Option<f64>,
    pub processed_rows_per_second: Option<f64>,
    pub error: Option<ErrorInfo>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueryState {
    NotStarted,
    /// Started, waiting for data.
    Waiting,
    /// A batch runs.
    Running,
    Stopped,
    /// An `availableNow` or `once` query that did all it had to.
    Finished,
    Failed,
}

/// A point of the chart: rows of a node at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HopPoint {
    pub time_ms: f64,
    /// Rows by lane: bronze, silver, gold.
    pub bronze: f64,
    pub silver: f64,
    pub gold: f64,
}
