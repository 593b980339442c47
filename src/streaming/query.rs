//! A streaming query: a machine that is moved one small step at a time.
//!
//! ```text
//! Idle ──offsets/N written──▶ Batch ──rows pulled, a frame a step──▶ sink commit ─▶ commits/N ─▶ Idle
//! ```
//!
//! Whoever drives it ([`StreamingQuery::step`]) can do other things between two steps, or never
//! come back: every step leaves the checkpoint so that a new query on it goes on exactly once.
//!
//! Source: Spark's `MicroBatchExecution`.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::StreamError;
use super::checkpoint::{Checkpoint, Offset, OffsetMetadata, OffsetSeq};
use super::progress::{
    SinkProgress, SourceProgress, StateOperatorProgress, StreamingQueryProgress, iso_timestamp,
    rate,
};
use super::sinks::Sink;
use super::sources::{self, Source};
use super::state::{CheckpointState, OperatorRows};
use super::trigger::Trigger;
use super::watermark::{WatermarkPolicy, WatermarkTracker};
use crate::delta::DeltaLogs;
use crate::env::Env;
use crate::sql::event_time::{has_watermark, waits_for_watermark};
use crate::sql::execute::{
    Cancellation, ExecContext, FrameStream, OutputMode, Watermarks, execute,
};
use crate::sql::optimize::optimize;
use crate::sql::plan::Plan;
use crate::sql::python::Python;
use crate::storage::FileSystem;

/// Progress reports kept (`spark.sql.streaming.numRecentProgressUpdates`).
const RECENT_PROGRESS: usize = 100;

/// What a query is made of.
pub struct QueryDefinition {
    pub name: Option<String>,
    /// Analysed, with at least one streaming source, checked for its output mode.
    pub plan: Arc<Plan>,
    pub trigger: Trigger,
    pub output_mode: OutputMode,
    pub watermark_policy: WatermarkPolicy,
    pub checkpoint: Checkpoint,
    /// Made with the query's id, which the checkpoint knows.
    pub sink: MakeSink,
}

/// Makes a sink for the query of that id.
pub type MakeSink = Box<dyn FnOnce(&str) -> Result<Box<dyn Sink>, StreamError>>;

/// What a query needs of its session.
#[derive(Clone)]
pub struct QueryContext {
    pub env: Env,
    pub session: QuerySession,
}

/// The session's settings when the query was started, and its tables.
#[derive(Clone)]
pub struct QuerySession {
    pub fs: Arc<dyn FileSystem>,
    pub deltas: DeltaLogs,
    /// `spark.sql.session.timeZone`
    pub time_zone: chrono_tz::Tz,
    pub current_database: String,
    /// Who computes Python functions.
    pub python: Python,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Something; call again.
    Worked,
    /// Nothing: there is no new data, or the trigger's time hasn't come.
    Idle,
    /// The query has ended.
    Ended,
}

/// How a query stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryPhase {
    /// Not yet stepped.
    Initializing,
    /// Waiting for data or its trigger.
    Waiting,
    /// A batch runs.
    Running,
    /// Stopped from outside.
    Stopped,
    /// A bounded trigger's work is done.
    Finished,
    Failed,
}

/// `query.status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamingQueryStatus {
    pub message: String,
    pub is_data_available: bool,
    pub is_trigger_active: bool,
}

/// A started query.
pub struct StreamingQuery {
    id: String,
    run_id: String,
    name: Option<String>,
    plan: Arc<Plan>,
    trigger: Trigger,
    output_mode: OutputMode,
    checkpoint: Checkpoint,
    context: QueryContext,
    sources: Vec<Box<dyn Source>>,
    sink: Box<dyn Sink>,
    phase: QueryPhase,
    message: String,
    next_batch: i64,
    /// Where each source stands after the last committed batch.
    committed: Vec<Option<Offset>>,
    /// Offsets of a batch that was begun in an earlier run and isn't committed.
    replay: Option<OffsetSeq>,
    batch: Option<Batch>,
    state: Option<Arc<CheckpointState>>,
    watermark: WatermarkTracker,
    /// The watermark of the batch before the next one.
    last_watermark_ms: i64,
    /// Whether a batch without data has something to do, because the watermark has moved.
    owes_batch: bool,
    cancel: Cancellation,
    error: Option<StreamError>,
    progress: VecDeque<StreamingQueryProgress>,
    /// The file system's change count when nothing was found to do.
    idle_at: Option<u64>,
    last_trigger_ms: Option<i64>,
    total_rows: u64,
}

/// A batch under way.
struct Batch {
    offsets: OffsetSeq,
    started_ms: i64,
    durations: Map<String, Value>,
    frames: FrameStream,
    /// Whether the sink has the batch already: it runs once more for its state and watermark.
    is_known: bool,
    /// Whether the sink has all frames.
    is_written: bool,
    exec: Arc<ExecContext>,
    running_since_ms: i64,
}

impl StreamingQuery {
    /// Prepares a query: opens its checkpoint and sources. It does nothing until it is stepped.
    ///
    /// # Errors
    /// If a source or the checkpoint can't be opened.
    pub fn start(definition: QueryDefinition, context: QueryContext) -> Result<Self, StreamError> {
        let id = definition.checkpoint.query_id(|| context.env.new_uuid())?;
        let run_id = context.env.new_uuid();
        let sources = definition
            .plan
            .stream_sources()
            .iter()
            .enumerate()
            .map(|(i, source)| sources::open(source, i, &definition.checkpoint, &context))
            .collect::<Result<Vec<_>, _>>()?;
        let sink = (definition.sink)(&id)?;
        Ok(StreamingQuery {
            committed: vec![None; sources.len()],
            id,
            run_id,
            name: definition.name,
            plan: definition.plan,
            trigger: definition.trigger,
            output_mode: definition.output_mode,
            checkpoint: definition.checkpoint,
            context,
            sources,
            sink,
            phase: QueryPhase::Initializing,
            message: "Initializing sources".into(),
            next_batch: 0,
            replay: None,
            batch: None,
            state: None,
            watermark: WatermarkTracker::new(definition.watermark_policy),
            last_watermark_ms: 0,
            owes_batch: false,
            cancel: Cancellation::default(),
            error: None,
            progress: VecDeque::new(),
            idle_at: None,
            last_trigger_ms: None,
            total_rows: 0,
        })
    }

    /// The query's id: the checkpoint's, the same after a restart.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// This run's id.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    pub fn trigger(&self) -> Trigger {
        self.trigger
    }

    pub fn output_mode(&self) -> OutputMode {
        self.output_mode
    }

    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    pub fn phase(&self) -> QueryPhase {
        self.phase
    }

    /// Whether it still runs.
    pub fn is_active(&self) -> bool {
        matches!(
            self.phase,
            QueryPhase::Initializing | QueryPhase::Waiting | QueryPhase::Running
        )
    }

    /// Whether it waits, having found nothing more to do when it last looked.
    pub fn is_idle(&self) -> bool {
        // A file that has come since may be for it.
        let changes = self.context.session.fs.change_count();
        self.phase == QueryPhase::Waiting && self.batch.is_none() && self.idle_at == Some(changes)
    }

    pub fn status(&self) -> StreamingQueryStatus {
        StreamingQueryStatus {
            message: self.message.clone(),
            is_data_available: self.batch.is_some(),
            is_trigger_active: self.batch.is_some(),
        }
    }

    /// Why it ended, if it failed: always [`StreamError::Failed`].
    pub fn error(&self) -> Option<&StreamError> {
        self.error.as_ref()
    }

    /// The last reports, oldest first.
    pub fn recent_progress(&self) -> impl DoubleEndedIterator<Item = &StreamingQueryProgress> {
        self.progress.iter()
    }

    /// Input rows of all batches of this run.
    pub fn total_rows(&self) -> u64 {
        self.total_rows
    }

    /// Stops the query. A batch under way is given up; a restart runs it again.
    pub fn stop(&mut self) {
        if !self.is_active() {
            return;
        }
        self.cancel.cancel();
        if self.batch.take().is_some() {
            self.sink.abort();
        }
        self.end(QueryPhase::Stopped, "Stopped".into());
    }

    /// Does the next small piece of work. A failure ends the query and is in
    /// [`StreamingQuery::error`].
    pub fn step(&mut self) -> Step {
        if !self.is_active() {
            return Step::Ended;
        }
        match self.try_step() {
            Ok(step) => step,
            Err(cause) => {
                if self.batch.take().is_some() {
                    self.sink.abort();
                }
                let message = format!("Terminated with exception: {cause}");
                self.error = Some(StreamError::Failed {
                    id: self.id.clone(),
                    run_id: self.run_id.clone(),
                    cause: Box::new(cause),
                });
                self.end(QueryPhase::Failed, message);
                Step::Ended
            }
        }
    }

    fn end(&mut self, phase: QueryPhase, message: String) {
        self.phase = phase;
        self.message = message;
    }

    fn try_step(&mut self) -> Result<Step, StreamError> {
        match (&self.phase, &self.batch) {
            (QueryPhase::Initializing, _) => {
                self.recover()?;
                self.phase = QueryPhase::Waiting;
                Ok(Step::Worked)
            }
            (_, Some(_)) => self.advance_batch(),
            (_, None) => self.begin_batch(),
        }
    }

    /// Finds out from the checkpoint where to go on.
    fn recover(&mut self) -> Result<(), StreamError> {
        if self.trigger == Trigger::AvailableNow {
            for source in &mut self.sources {
                source.prepare_available_now()?;
            }
        }
        let Some((batch_id, latest)) = self.checkpoint.latest_offsets()? else {
            return Ok(());
        };
        if latest.offsets.len() != self.sources.len() {
            return Err(StreamError::SourceCount {
                expected: self.sources.len(),
                found: latest.offsets.len(),
            });
        }
        self.watermark.advance(latest.metadata.batch_watermark_ms);
        let is_committed = self.checkpoint.latest_commit()? >= Some(batch_id);
        if is_committed {
            self.watermark
                .advance(self.checkpoint.next_watermark(batch_id)?);
            self.last_watermark_ms = latest.metadata.batch_watermark_ms;
            self.next_batch = batch_id + 1;
            self.committed = latest.offsets;
            return Ok(());
        }
        self.next_batch = batch_id;
        if let Some(before) = batch_id
            .checked_sub(1)
            .filter(|b| *b >= 0)
            .map(|b| self.checkpoint.offsets(b))
            .transpose()?
            .flatten()
        {
            self.committed = before.offsets;
            self.last_watermark_ms = before.metadata.batch_watermark_ms;
        }
        self.replay = Some(latest);
        Ok(())
    }

    /// Begins the next batch, if there is something to do and its time has come.
    fn begin_batch(&mut self) -> Result<Step, StreamError> {
        let changes = self.context.session.fs.change_count();
        let is_quiet = !self.sources.iter().any(|source| source.follows_clock());
        if self.idle_at == Some(changes) && self.replay.is_none() && is_quiet {
            return Ok(Step::Idle);
        }
        let now = self.context.env.clock.now_ms();
        if let (Trigger::ProcessingTime { interval_ms }, Some(last)) =
            (self.trigger, self.last_trigger_ms)
            && now - last < interval_ms
        {
            return Ok(Step::Idle);
        }
        self.last_trigger_ms = Some(now);
        let mut durations = Map::new();
        let offsets = match self.replay.take() {
            Some(offsets) => offsets,
            None => {
                let description = self.sources.first().map(|s| s.description());
                self.message = format!("Getting offsets from {}", description.unwrap_or_default());
                let offsets = self.next_offsets()?;
                durations.insert("latestOffset".into(), self.since(now));
                if offsets == self.committed && !self.owes_batch {
                    return Ok(self.no_data(changes, now, durations));
                }
                let offsets = OffsetSeq {
                    metadata: OffsetMetadata {
                        batch_watermark_ms: self.watermark.current_ms(),
                        batch_timestamp_ms: now,
                        conf: Map::new(),
                    },
                    offsets,
                };
                let write_start = self.context.env.clock.now_ms();
                self.checkpoint.write_offsets(self.next_batch, &offsets)?;
                durations.insert("walCommit".into(), self.since(write_start));
                offsets
            }
        };
        self.idle_at = None;
        self.phase = QueryPhase::Running;
        self.message = "Processing new data".into();
        self.batch = Some(self.plan_batch(offsets, now, durations)?);
        Ok(Step::Worked)
    }

    fn next_offsets(&mut self) -> Result<Vec<Option<Offset>>, StreamError> {
        let ignore_limits = self.trigger == Trigger::Once;
        self.sources
            .iter_mut()
            .zip(&self.committed)
            .map(|(source, start)| source.next_offset(start.as_ref(), ignore_limits))
            .collect()
    }

    fn no_data(
        &mut self,
        changes: u64,
        started_ms: i64,
        mut durations: Map<String, Value>,
    ) -> Step {
        self.idle_at = Some(changes);
        if self.trigger.is_bounded() {
            self.end(QueryPhase::Finished, "Stopped".into());
            return Step::Ended;
        }
        self.phase = QueryPhase::Waiting;
        self.message = "Waiting for data to arrive".into();
        durations.insert("triggerExecution".into(), self.since(started_ms));
        Step::Idle
    }

    fn plan_batch(
        &mut self,
        offsets: OffsetSeq,
        started_ms: i64,
        mut durations: Map<String, Value>,
    ) -> Result<Batch, StreamError> {
        let clock = self.context.env.clock.clone();
        let get_start = clock.now_ms();
        let mut scans = Vec::with_capacity(self.sources.len());
        let ends = self.committed.iter().zip(&offsets.offsets);
        let specs = self.plan.stream_sources();
        for ((source, (start, end)), spec) in self.sources.iter_mut().zip(ends).zip(&specs) {
            scans.push(match end {
                Some(end) => source.batch(start.as_ref(), end)?,
                None => spec.nothing(),
            });
        }
        durations.insert("getBatch".into(), self.since(get_start));

        let planning_start = clock.now_ms();
        let state = self.state.get_or_insert_with(|| {
            let (fs, checkpoint) = (self.context.session.fs.clone(), self.checkpoint.clone());
            Arc::new(CheckpointState::new(fs, checkpoint, self.next_batch))
        });
        let session = &self.context.session;
        let now_us = offsets.metadata.batch_timestamp_ms.saturating_mul(1000);
        let exec = Arc::new(ExecContext {
            time_zone: session.time_zone,
            current_database: session.current_database.as_str().into(),
            seed: u64::try_from(self.next_batch).unwrap_or(0),
            state: Some(state.clone()),
            watermarks: Watermarks {
                late_ms: self.last_watermark_ms,
                now_ms: offsets.metadata.batch_watermark_ms,
            },
            output_mode: self.output_mode,
            cancel: self.cancel.clone(),
            delta_logs: session.deltas.clone(),
            python: session.python.clone(),
            ..ExecContext::new(session.fs.clone(), now_us)
        });
        let is_known = !self.sink.begin(self.next_batch, self.output_mode)?;
        let plan = optimize(&self.plan.with_batches(&mut scans.into_iter()));
        let frames = execute(&plan, &exec)?;
        durations.insert("queryPlanning".into(), self.since(planning_start));
        Ok(Batch {
            offsets,
            started_ms,
            durations,
            frames,
            is_known,
            is_written: false,
            exec,
            running_since_ms: clock.now_ms(),
        })
    }

    /// Pulls the next frame of the batch, or ends it.
    fn advance_batch(&mut self) -> Result<Step, StreamError> {
        let Some(batch) = &mut self.batch else {
            return Ok(Step::Idle);
        };
        if !batch.is_written {
            if let Some(frame) = batch.frames.next() {
                let frame = frame?;
                if !batch.is_known {
                    self.sink.write(&frame)?;
                }
                return Ok(Step::Worked);
            }
            batch.is_written = true;
        }
        if !batch.is_known && !self.sink.prepare()? {
            return Ok(Step::Idle);
        }
        for source in &mut self.sources {
            source.check_batch()?;
        }
        let state = match &self.state {
            Some(store) => store.write()?,
            None => Vec::new(),
        };
        if !batch.is_known {
            self.sink.commit()?;
        }
        let batch_watermark_ms = batch.offsets.metadata.batch_watermark_ms;
        self.watermark.observe(&batch.exec.metrics.event_times());
        let commit_start = self.context.env.clock.now_ms();
        self.checkpoint
            .write_commit(self.next_batch, self.watermark.current_ms())?;
        // From here on nothing can fail: the batch is done.
        let Some(mut batch) = self.batch.take() else {
            return Ok(Step::Idle);
        };
        let running = commit_start - batch.running_since_ms;
        batch.durations.insert("addBatch".into(), running.into());
        batch
            .durations
            .insert("commitOffsets".into(), self.since(commit_start));
        self.last_watermark_ms = batch_watermark_ms;
        self.owes_batch = self.watermark.current_ms() > batch_watermark_ms
            && waits_for_watermark(&self.plan, self.output_mode);
        self.report(&batch, state);
        self.committed = batch.offsets.offsets;
        self.next_batch += 1;
        self.phase = QueryPhase::Waiting;
        self.message = "Waiting for next trigger".into();
        if self.trigger == Trigger::Once {
            self.end(QueryPhase::Finished, "Stopped".into());
        }
        Ok(Step::Worked)
    }

    fn report(&mut self, batch: &Batch, state: Vec<OperatorRows>) {
        let now = self.context.env.clock.now_ms();
        let duration = now - batch.started_ms;
        let rows_of = batch.exec.metrics.source_rows();
        let rows: u64 = rows_of.iter().sum();
        let since_last = self
            .progress
            .back()
            .and_then(|p| chrono::DateTime::parse_from_rfc3339(&p.timestamp).ok())
            .map(|t| batch.started_ms - t.timestamp_millis());
        let input_rate = |rows: u64| since_last.map_or(0.0, |ms| rate(rows, ms));
        let mut durations = batch.durations.clone();
        durations.insert("triggerExecution".into(), duration.into());
        let sources = self
            .sources
            .iter()
            .enumerate()
            .map(|(i, source)| {
                let rows = rows_of.get(i).copied().unwrap_or(0);
                SourceProgress {
                    description: source.description(),
                    start_offset: self.committed.get(i).cloned().flatten(),
                    end_offset: batch.offsets.offsets.get(i).cloned().flatten(),
                    latest_offset: None,
                    num_input_rows: rows,
                    input_rows_per_second: input_rate(rows),
                    processed_rows_per_second: rate(rows, duration),
                    metrics: source
                        .metrics()
                        .into_iter()
                        .map(|(name, value)| (name.into(), value.into()))
                        .collect(),
                }
            })
            .collect();
        let state_operators = state
            .into_iter()
            .map(|operator| StateOperatorProgress {
                operator_name: operator.report.name.into(),
                num_rows_total: operator.total,
                num_rows_updated: operator.report.rows_updated,
                all_updates_time_ms: 0,
                num_rows_removed: operator.report.rows_removed,
                all_removals_time_ms: 0,
                commit_time_ms: 0,
                memory_used_bytes: operator.bytes,
                num_rows_dropped_by_watermark: operator.report.rows_dropped,
                num_shuffle_partitions: 1,
                num_state_store_instances: 1,
                custom_metrics: operator
                    .report
                    .custom
                    .into_iter()
                    .map(|(name, value)| (name.into(), value.into()))
                    .collect(),
            })
            .collect();
        if self.progress.len() == RECENT_PROGRESS {
            self.progress.pop_front();
        }
        self.progress.push_back(StreamingQueryProgress {
            id: self.id.clone(),
            run_id: self.run_id.clone(),
            name: self.name.clone(),
            timestamp: iso_timestamp(batch.started_ms),
            batch_id: self.next_batch,
            batch_duration: duration,
            num_input_rows: rows,
            input_rows_per_second: input_rate(rows),
            processed_rows_per_second: rate(rows, duration),
            duration_ms: durations,
            event_time: self.event_time(batch),
            state_operators,
            sources,
            sink: SinkProgress {
                description: self.sink.description(),
                num_output_rows: self.sink.num_output_rows(),
            },
        });
        self.total_rows += rows;
    }

    /// The event times of the batch and its watermark, for progress.
    fn event_time(&self, batch: &Batch) -> Map<String, Value> {
        let mut told = Map::new();
        let times = batch.exec.metrics.event_times();
        if let Some(times) = times.iter().find(|times| times.count > 0) {
            let mean = times.sum_ms / times.count as f64;
            told.insert("avg".into(), iso_timestamp(mean as i64).into());
            told.insert("max".into(), iso_timestamp(times.max_ms).into());
            told.insert("min".into(), iso_timestamp(times.min_ms).into());
        }
        if has_watermark(&self.plan) {
            let watermark_ms = batch.offsets.metadata.batch_watermark_ms;
            told.insert("watermark".into(), iso_timestamp(watermark_ms).into());
        }
        told
    }

    fn since(&self, start_ms: i64) -> Value {
        (self.context.env.clock.now_ms() - start_ms).into()
    }
}
