//! What Flow shows, made from the session's state.

use std::collections::HashMap;

use super::error;
use crate::delta::{Action, DeltaLog};
use crate::pipeline::{Edge, Lineage, Node, Pipeline};
use crate::protocol::{
    EdgeView, HopPoint, Lane, NodeKind, NodeState, NodeView, PipelineView, QueryState, QueryView,
    RelationRef,
};
use crate::session::{Session, SessionError, Statement, StreamWriter, TriggerSpec, WriteTo};
use crate::storage::DbfsPath;
use crate::streaming::{QueryPhase, StreamingQuery};

/// Points of the chart that are kept.
const POINTS: usize = 600;

/// A pipeline with what has happened to it.
pub(super) struct PipelineRun {
    pub pipeline: Pipeline,
    pub lineage: Lineage,
    pub is_custom: bool,
    pub queries: Vec<QueryRun>,
    pub points: Vec<HopPoint>,
}

/// A streaming query of a pipeline.
pub(super) struct QueryRun {
    /// The table it writes.
    pub key: String,
    pub title: String,
    pub writer: StreamWriter,
    /// The newest run.
    pub run_id: Option<String>,
    /// Rows of earlier runs.
    pub earlier_rows: u64,
    /// Batches that were told.
    pub told: Option<i64>,
    pub told_failure: bool,
    /// Whether it was active, and its message, when that was last told.
    pub told_status: Option<(bool, String)>,
}

impl PipelineRun {
    pub fn new(pipeline: Pipeline, is_custom: bool) -> Self {
        let queries = pipeline
            .statements()
            .filter_map(|declared| match &declared.statement {
                Statement::WriteStream { writer, .. } => {
                    let key = target_of(writer)?;
                    Some(QueryRun::new(&key, &declared.title, writer.clone()))
                }
                _ => None,
            })
            .collect();
        PipelineRun {
            lineage: Lineage::of(&pipeline),
            pipeline,
            is_custom,
            queries,
            points: Vec::new(),
        }
    }

    /// Whether somebody declared it, so that it is there again with the workspace: not the sample, nor what stands for a
    /// notebook's streams.
    pub fn is_declared(&self) -> bool {
        self.is_custom && !self.pipeline.start.is_empty()
    }

    /// The id of the edge that a query moves.
    pub fn edge_of(&self, key: &str) -> Option<String> {
        let edge = self
            .lineage
            .edges
            .iter()
            .find(|e| e.query.as_deref() == Some(key))?;
        Some(edge_id(edge))
    }

    /// What Flow shows of it.
    pub fn view(
        &self,
        session: &Session,
        counts: &mut Counts,
    ) -> Result<PipelineView, SessionError> {
        let queries: Vec<QueryView> = self.queries.iter().map(|q| q.view(session)).collect();
        let mut nodes = Vec::new();
        for node in &self.lineage.nodes {
            nodes.push(self.node(node, session, counts, &queries)?);
        }
        Ok(PipelineView {
            id: self.pipeline.id.clone(),
            title: self.pipeline.title.clone(),
            nodes,
            edges: self.lineage.edges.iter().map(edge_view).collect(),
            queries,
            points: Vec::new(), // the newest point is made of this view
            remaining_files: match &self.pipeline.sample {
                Some(_) => Some(remaining_sample(&self.pipeline, session)?.len() as u32),
                None => None,
            },
            is_custom: self.is_custom,
            statements: self
                .pipeline
                .statements()
                .map(|d| (d.title.clone(), d.statement.to_string()))
                .collect(),
        })
    }

    /// Adds a point to the chart if a table's rows changed.
    pub fn add_point(&mut self, view: &PipelineView, now_ms: i64) {
        let rows = |lane| {
            let of_lane = view
                .nodes
                .iter()
                .filter(|n| n.lane == lane && n.kind == NodeKind::Table);
            of_lane.filter_map(|n| n.rows).sum::<f64>()
        };
        let point = HopPoint {
            time_ms: now_ms as f64,
            bronze: rows(Lane::Bronze),
            silver: rows(Lane::Silver),
            gold: rows(Lane::Gold),
        };
        let is_new = self.points.last().is_none_or(|last| {
            (last.bronze, last.silver, last.gold) != (point.bronze, point.silver, point.gold)
        });
        if is_new {
            if self.points.len() >= POINTS {
                // Every second old point goes: the whole time stays on the chart.
                let mut keep = false;
                self.points.retain(|_| {
                    keep = !keep;
                    keep
                });
            }
            self.points.push(point);
        }
    }

    fn node(
        &self,
        node: &Node,
        session: &Session,
        counts: &mut Counts,
        queries: &[QueryView],
    ) -> Result<NodeView, SessionError> {
        let mut view = NodeView {
            id: node.id.clone(),
            lane: node.lane,
            kind: node.kind,
            name: node.id.clone(),
            relation: RelationRef::View {
                name: node.id.clone(),
            },
            state: NodeState::Absent,
            rows: None,
            files: None,
            bytes: None,
            version: None,
            last_change_ms: None,
        };
        match node.kind {
            NodeKind::Directory => {
                let path = DbfsPath::parse(&node.id)?;
                view.name = path.name().into();
                view.relation = RelationRef::Directory {
                    path: node.id.clone(),
                    format: node.format.clone().unwrap_or_default(),
                };
                let files = session.state().fs.list_recursive(&path)?;
                view.files = Some(files.len() as f64);
                view.bytes = Some(files.iter().map(|f| f.size as f64).sum());
                view.last_change_ms = files
                    .iter()
                    .map(|f| f.modification_time as f64)
                    .reduce(f64::max);
                if !files.is_empty() {
                    view.state = NodeState::Ready;
                }
            }
            NodeKind::View | NodeKind::StreamingView => {
                if session.state().view(&node.id).is_some() {
                    view.state = NodeState::Ready;
                }
            }
            NodeKind::Table => {
                view.relation = RelationRef::Table {
                    name: node.id.clone(),
                    version: None,
                };
                let log = table_log(session, &node.id)?;
                if let Some(count) = counts.of(&log)? {
                    view.rows = Some(count.rows as f64);
                    view.files = Some(count.files as f64);
                    view.bytes = Some(count.bytes as f64);
                    view.version = Some(count.version as f64);
                    view.last_change_ms = Some(count.timestamp_ms as f64);
                    view.state = NodeState::Ready;
                }
                match queries.iter().find(|q| q.key == node.id).map(|q| q.state) {
                    Some(QueryState::Failed) => view.state = NodeState::Failed,
                    Some(QueryState::Running) => view.state = NodeState::Busy,
                    _ => {}
                }
            }
        }
        Ok(view)
    }
}

impl QueryRun {
    /// A query that wasn't started yet.
    pub fn new(key: &str, title: &str, writer: StreamWriter) -> QueryRun {
        QueryRun {
            key: key.into(),
            title: title.into(),
            writer,
            run_id: None,
            earlier_rows: 0,
            told: None,
            told_failure: false,
            told_status: None,
        }
    }

    /// Takes up a newer run of it.
    pub fn adopt(&mut self, run_id: &str, session: &Session) {
        if self.run_id.as_deref() == Some(run_id) {
            return;
        }
        self.earlier_rows += self.query(session).map_or(0, StreamingQuery::total_rows);
        self.run_id = Some(run_id.into());
        self.told = None;
        self.told_failure = false;
    }

    /// The query of the newest run.
    pub fn query<'a>(&self, session: &'a Session) -> Option<&'a StreamingQuery> {
        session.query_of_run(self.run_id.as_deref()?)
    }

    fn view(&self, session: &Session) -> QueryView {
        let query = self.query(session);
        let last = query.and_then(|q| q.recent_progress().next_back());
        let mode = self.writer.output_mode.clone();
        QueryView {
            key: self.key.clone(),
            title: self.title.clone(),
            id: query.map(|q| q.id().into()),
            run_id: query.map(|q| q.run_id().into()),
            trigger: match &self.writer.trigger {
                None => "as soon as data arrives".into(),
                Some(TriggerSpec::AvailableNow) => "availableNow".into(),
                Some(TriggerSpec::Once) => "once".into(),
                Some(TriggerSpec::ProcessingTime(interval)) => format!("every {interval}"),
            },
            output_mode: mode.unwrap_or_else(|| "append".into()),
            state: query.map_or(QueryState::NotStarted, |q| state_of(q.phase())),
            message: query.map(|q| q.status().message).unwrap_or_default(),
            batch_id: last.map(|p| p.batch_id as f64),
            last_batch_rows: last.map(|p| p.num_input_rows as f64),
            last_batch_ms: last.map(|p| p.batch_duration as f64),
            total_rows: (self.earlier_rows + query.map_or(0, StreamingQuery::total_rows)) as f64,
            input_rows_per_second: last.map(|p| p.input_rows_per_second),
            processed_rows_per_second: last.map(|p| p.processed_rows_per_second),
            error: query
                .and_then(StreamingQuery::error)
                .map(error::stream_info),
        }
    }
}

fn state_of(phase: QueryPhase) -> QueryState {
    match phase {
        QueryPhase::Initializing | QueryPhase::Running => QueryState::Running,
        QueryPhase::Waiting => QueryState::Waiting,
        QueryPhase::Stopped => QueryState::Stopped,
        QueryPhase::Finished => QueryState::Finished,
        QueryPhase::Failed => QueryState::Failed,
    }
}

/// The table or path that a writer writes.
pub(super) fn target_of(writer: &StreamWriter) -> Option<String> {
    match &writer.to {
        WriteTo::Table(name) | WriteTo::Path(name) => Some(name.clone()),
        WriteTo::InsertInto(_) | WriteTo::ForeachBatch(_) | WriteTo::Nowhere => None,
    }
}

fn edge_id(edge: &Edge) -> String {
    format!("{} → {}", edge.from, edge.to)
}

fn edge_view(edge: &Edge) -> EdgeView {
    EdgeView {
        id: edge_id(edge),
        from: edge.from.clone(),
        to: edge.to.clone(),
        query: edge.query.clone(),
    }
}

/// The log of the table of that name, whether or not it exists.
pub(super) fn table_log(session: &Session, name: &str) -> Result<DeltaLog, SessionError> {
    let state = session.state();
    let name = state.table_name(&crate::session::parse_name(name)?)?;
    Ok(state.deltas.open(&state.location(&name)?))
}

/// The sample files that haven't landed yet, in order.
pub(super) fn remaining_sample(
    pipeline: &Pipeline,
    session: &Session,
) -> Result<Vec<DbfsPath>, SessionError> {
    let Some(sample) = &pipeline.sample else {
        return Ok(Vec::new());
    };
    let fs = &session.state().fs;
    let to = DbfsPath::parse(&sample.to)?;
    let mut remaining = Vec::new();
    for file in fs.list_from(&DbfsPath::parse(&sample.from)?, "")? {
        if fs.status(&to.join(file.path.name())?)?.is_none() {
            remaining.push(file.path);
        }
    }
    Ok(remaining)
}

/// A table's size at a version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    pub version: u64,
    pub rows: u64,
    pub files: u64,
    pub bytes: u64,
    pub timestamp_ms: i64,
}

/// Tables' sizes, followed commit by commit: a new version costs what it added.
#[derive(Default)]
pub(super) struct Counts(HashMap<DbfsPath, Count>);

impl Counts {
    /// A table's size now; `None` if there is no table.
    pub fn of(&mut self, log: &DeltaLog) -> Result<Option<Count>, SessionError> {
        let Some(snapshot) = log.latest_snapshot()? else {
            self.0.remove(log.table_path());
            return Ok(None);
        };
        let version = snapshot.version();
        let known = self.0.get(log.table_path()).copied();
        if let Some(count) = known.filter(|c| c.version == version) {
            return Ok(Some(count));
        }
        let followed = match known.filter(|c| c.version < version) {
            Some(count) => follow(count, log, version)?,
            None => None,
        };
        let mut count = followed.unwrap_or_else(|| Count {
            version,
            rows: snapshot.files().filter_map(|f| f.num_records()).sum(),
            files: snapshot.num_files() as u64,
            bytes: snapshot.size_in_bytes(),
            timestamp_ms: 0,
        });
        count.timestamp_ms = snapshot.timestamp_ms();
        self.0.insert(log.table_path().clone(), count);
        Ok(Some(count))
    }
}

/// Adds what the commits up to `version` added; `None` if one removed something.
fn follow(mut count: Count, log: &DeltaLog, version: u64) -> Result<Option<Count>, SessionError> {
    for next in count.version + 1..=version {
        for action in log.commit(next)? {
            match action {
                Action::Add(add) => {
                    count.rows += add.num_records().unwrap_or(0);
                    count.files += 1;
                    count.bytes += u64::try_from(add.size).unwrap_or(0);
                }
                Action::Remove(_) => return Ok(None),
                _ => {}
            }
        }
    }
    count.version = version;
    Ok(Some(count))
}
