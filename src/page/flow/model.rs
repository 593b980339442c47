//! What Flow shows, as plain data made from the engine's state.

use crate::page::command::Command;
use crate::page::text;
use crate::protocol::{
    ErrorInfo, FlowState, Lane, NodeKind, NodeState, NodeView, PipelineView, QueryState, QueryView,
    RelationRef,
};

/// Lanes from left to right.
pub const LANES: [Lane; 4] = [Lane::Source, Lane::Bronze, Lane::Silver, Lane::Gold];

/// A lane's heading.
pub fn lane_title(lane: Lane) -> &'static str {
    match lane {
        Lane::Source => "Source",
        Lane::Bronze => "Bronze",
        Lane::Silver => "Silver",
        Lane::Gold => "Gold",
    }
}

/// A lane's name in class names.
pub fn lane_class(lane: Lane) -> &'static str {
    match lane {
        Lane::Source => "source",
        Lane::Bronze => "bronze",
        Lane::Silver => "silver",
        Lane::Gold => "gold",
    }
}

/// What a node is, in words.
pub fn kind_text(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Directory => "Directory",
        NodeKind::View => "View",
        NodeKind::StreamingView => "Streaming view",
        NodeKind::Table => "Delta table",
    }
}

/// What a state means, beside its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Quiet,
    Good,
    Active,
    Bad,
}

impl Tone {
    /// Its name in class names.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Quiet => "quiet",
            Tone::Good => "good",
            Tone::Active => "active",
            Tone::Bad => "bad",
        }
    }
}

/// A node's card.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub id: String,
    pub lane: Lane,
    pub kind: NodeKind,
    pub name: String,
    pub relation: RelationRef,
    pub state: &'static str,
    pub tone: Tone,
    /// The big figure: rows, or files where rows aren't counted.
    pub figure: Option<(String, &'static str)>,
    /// The small figures: `4 files`, `1.2 MiB`, `version 3`.
    pub facts: Vec<String>,
    /// Milliseconds since the epoch.
    pub last_change_ms: Option<f64>,
}

impl Card {
    /// Views take less room than what holds data.
    pub fn is_compact(&self) -> bool {
        is_compact(self.kind)
    }
}

/// Whether nodes of this kind get the small card.
pub fn is_compact(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::View | NodeKind::StreamingView)
}

/// The card of a node.
pub fn card(node: &NodeView) -> Card {
    let (state, tone) = match (node.state, node.kind) {
        (NodeState::Absent, NodeKind::Table) => ("Not created yet", Tone::Quiet),
        (NodeState::Absent, NodeKind::Directory) => ("Empty", Tone::Quiet),
        (NodeState::Absent, _) => ("Not declared yet", Tone::Quiet),
        (NodeState::Ready, _) => ("Ready", Tone::Good),
        (NodeState::Busy, _) => ("Writing", Tone::Active),
        (NodeState::Failed, _) => ("Failed", Tone::Bad),
    };
    let mut facts = Vec::new();
    let figure = match (node.rows, node.files) {
        (Some(rows), _) => Some((text::count(rows), if rows == 1.0 { "row" } else { "rows" })),
        (None, Some(files)) => Some((
            text::count(files),
            if files == 1.0 { "file" } else { "files" },
        )),
        (None, None) => None,
    };
    if let (Some(_), Some(files)) = (node.rows, node.files) {
        facts.push(text::counted(files, "file"));
    }
    if let Some(bytes) = node.bytes {
        facts.push(text::bytes(bytes));
    }
    if let Some(version) = node.version {
        facts.push(format!("version {version:.0}"));
    }
    Card {
        id: node.id.clone(),
        lane: node.lane,
        kind: node.kind,
        name: node.name.clone(),
        relation: node.relation.clone(),
        state,
        tone,
        figure,
        facts,
        last_change_ms: node.last_change_ms,
    }
}

/// A query's state in a word, and its tone.
pub fn query_state(state: QueryState) -> (&'static str, Tone) {
    match state {
        QueryState::NotStarted => ("Not started", Tone::Quiet),
        QueryState::Waiting => ("Waiting", Tone::Good),
        QueryState::Running => ("Running", Tone::Active),
        QueryState::Stopped => ("Stopped", Tone::Quiet),
        QueryState::Finished => ("Finished", Tone::Good),
        QueryState::Failed => ("Failed", Tone::Bad),
    }
}

/// Whether a query takes up data now.
pub fn is_active(query: &QueryView) -> bool {
    matches!(query.state, QueryState::Waiting | QueryState::Running)
}

/// Whether a query goes on until it is stopped; the others run when told, and end.
pub fn is_continuous(query: &QueryView) -> bool {
    let trigger = query.trigger.to_lowercase();
    !trigger.starts_with("availablenow") && !trigger.starts_with("once")
}

/// What is written on an edge: its query's state, and rows a second if any passed.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeLabel {
    pub state: &'static str,
    pub tone: Tone,
    pub rate: Option<String>,
}

/// The label of a query's edge.
pub fn edge_label(query: &QueryView) -> EdgeLabel {
    let (state, tone) = query_state(query.state);
    EdgeLabel {
        state,
        tone,
        rate: query
            .processed_rows_per_second
            .filter(|rate| *rate > 0.0 && (is_active(query) || query.state == QueryState::Finished))
            .map(|rate| format!("{} rows/s", text::short_count(rate))),
    }
}

/// A line of the table of streams.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamLine {
    /// The table that it writes.
    pub key: String,
    pub trigger: String,
    pub output_mode: String,
    pub state: &'static str,
    pub tone: Tone,
    pub message: String,
    pub batch: String,
    pub batch_rows: String,
    pub total_rows: String,
    pub rate: String,
    pub duration: String,
    pub can_stop: bool,
    pub error: Option<ErrorInfo>,
}

/// The line of a query. What isn't known is a dash.
pub fn stream_line(query: &QueryView) -> StreamLine {
    let (state, tone) = query_state(query.state);
    let known =
        |value: Option<f64>, text: fn(f64) -> String| value.map_or_else(|| "–".to_owned(), text);
    StreamLine {
        key: query.key.clone(),
        trigger: query.trigger.clone(),
        output_mode: query.output_mode.clone(),
        state,
        tone,
        message: if query.message.eq_ignore_ascii_case(state) {
            String::new()
        } else {
            query.message.clone()
        },
        batch: known(query.batch_id, |id| format!("{id:.0}")),
        batch_rows: known(query.last_batch_rows, text::count),
        total_rows: text::count(query.total_rows),
        rate: known(query.processed_rows_per_second, text::short_count),
        duration: known(query.last_batch_ms, text::duration),
        can_stop: is_active(query),
        error: query.error.clone(),
    }
}

/// A button of the toolbar.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub command: Command,
    /// What it says: the command's text, or one that fits the moment (`Load new data (7 left)`).
    pub label: String,
    /// Why it can't be done now.
    pub disabled: Option<String>,
}

/// Whether any stream of any pipeline runs.
pub fn has_active(flow: &FlowState) -> bool {
    flow.pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.queries)
        .any(is_active)
}

/// The toolbar of a pipeline, in order. `has_active` is whether any stream runs, of whatever
/// pipeline.
pub fn actions(pipeline: &PipelineView, has_active: bool) -> Vec<Action> {
    let action = |command: Command, disabled: Option<&str>| Action {
        command,
        label: command.text().to_owned(),
        disabled: disabled.map(str::to_owned),
    };
    let continuous: Vec<&QueryView> = pipeline
        .queries
        .iter()
        .filter(|query| is_continuous(query))
        .collect();
    let triggered: Vec<&QueryView> = pipeline
        .queries
        .iter()
        .filter(|query| !is_continuous(query))
        .collect();
    let mut actions = vec![action(
        Command::Start,
        if continuous.is_empty() {
            Some("This pipeline has no continuous streams.")
        } else if continuous.iter().all(|query| is_active(query)) {
            Some("The streams are running already.")
        } else {
            None
        },
    )];
    if let Some(left) = pipeline.remaining_files {
        let none_left = (left == 0).then_some("All files have arrived.");
        actions.push(Action {
            label: format!("{} ({left} left)", Command::LoadNewData.text()),
            ..action(Command::LoadNewData, none_left)
        });
        actions.push(action(Command::LoadAllRemaining, none_left));
    }
    if !triggered.is_empty() {
        let is_missing = pipeline.nodes.iter().any(|node| {
            node.lane == Lane::Silver
                && node.kind == NodeKind::Table
                && node.state == NodeState::Absent
        });
        actions.push(action(
            Command::UpdateGold,
            if triggered.iter().any(|query| is_active(query)) {
                Some("The gold query is running.")
            } else if is_missing {
                Some("There is no silver table yet: start the streams first.")
            } else {
                None
            },
        ));
    }
    actions.push(action(
        Command::StopAll,
        (!has_active).then_some("No stream is running."),
    ));
    actions.push(action(Command::Reset, None));
    if pipeline.is_custom {
        actions.push(action(Command::DeletePipeline, None));
    }
    actions
}

/// Why a pipeline command can't run now, if it can't.
pub fn refusal(command: Command, pipeline: &PipelineView, has_active: bool) -> Option<String> {
    match actions(pipeline, has_active)
        .into_iter()
        .find(|action| action.command == command)
    {
        Some(action) => action.disabled,
        None => Some(match command {
            Command::DeletePipeline => "Only pipelines that you made can be deleted.".to_owned(),
            Command::LoadNewData | Command::LoadAllRemaining => {
                "This pipeline has no sample data: drop files instead.".to_owned()
            }
            _ => "This pipeline has nothing to do that with.".to_owned(),
        }),
    }
}

/// The pipeline that is shown: the chosen one, or the first if it is gone.
pub fn shown<'a>(flow: &'a FlowState, chosen: Option<&str>) -> Option<&'a PipelineView> {
    flow.pipelines
        .iter()
        .find(|pipeline| Some(pipeline.id.as_str()) == chosen)
        .or_else(|| flow.pipelines.first())
}

/// The id of the pipeline after the chosen one, around the end.
pub fn next(flow: &FlowState, chosen: Option<&str>) -> Option<String> {
    let at = flow
        .pipelines
        .iter()
        .position(|pipeline| Some(pipeline.id.as_str()) == chosen)
        .unwrap_or(0);
    flow.pipelines
        .get((at + 1) % flow.pipelines.len().max(1))
        .map(|pipeline| pipeline.id.clone())
}
