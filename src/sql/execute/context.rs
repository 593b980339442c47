//! What a running query may use of the world.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::ExecuteError;
use super::state::{OutputMode, StateStore};
use super::subquery::SubqueryCache;
use super::watermark::{EventTimes, Watermarks};
use crate::delta::DeltaLogs;
use crate::sql::SqlError;
use crate::sql::functions::EvalContext;
use crate::sql::python::Python;
use crate::storage::FileSystem;

/// What one run of a plan may use: files, the time, state, and the counters it fills.
///
/// A context serves one run: it caches the results of subqueries.
pub struct ExecContext {
    pub fs: Arc<dyn FileSystem>,
    /// `current_timestamp()`, microseconds: fixed for the run, so that a replay gives the same.
    pub now_us: i64,
    /// `spark.sql.session.timeZone`.
    pub time_zone: chrono_tz::Tz,
    /// `current_database()`.
    pub current_database: Arc<str>,
    /// Seeds `rand()` and its kin.
    pub seed: u64,
    /// A micro-batch's state; `None` for a batch query.
    pub state: Option<Arc<dyn StateStore>>,
    /// A micro-batch's watermarks.
    pub watermarks: Watermarks,
    /// What a streaming aggregate gives out. Batch queries give all groups.
    pub output_mode: OutputMode,
    pub metrics: Arc<Metrics>,
    pub cancel: Cancellation,
    /// The session's table logs, which have snapshots at hand.
    pub delta_logs: DeltaLogs,
    /// Who computes Python functions.
    pub python: Python,
    pub on_read: ReadListener,
    /// Results of this run's subqueries.
    pub subqueries: SubqueryCache,
}

impl ExecContext {
    /// A context for a batch query over `fs` at `now_us`, in UTC, database `default`.
    /// Set the other fields as needed.
    pub fn new(fs: Arc<dyn FileSystem>, now_us: i64) -> Self {
        let delta_logs = DeltaLogs::new(fs.clone());
        ExecContext {
            fs,
            now_us,
            time_zone: chrono_tz::UTC,
            current_database: "default".into(),
            seed: 0,
            state: None,
            watermarks: Watermarks::default(),
            output_mode: OutputMode::Append,
            metrics: Arc::default(),
            cancel: Cancellation::default(),
            delta_logs,
            python: Python::default(),
            on_read: ReadListener::default(),
            subqueries: SubqueryCache::default(),
        }
    }

    /// What a function may know while it computes over `rows` rows.
    pub(super) fn eval_context(&self, rows: usize) -> EvalContext {
        EvalContext {
            rows,
            time_zone: self.time_zone,
            now_us: self.now_us,
            input_file: "".into(),
            current_database: self.current_database.clone(),
            seed: self.seed,
            row_offset: 0,
        }
    }

    /// Counts rows that a scan gave.
    pub(super) fn count_read(&self, rows: usize) {
        self.metrics.add_rows_read(rows);
        if let Some(listener) = &self.on_read.0 {
            listener(rows);
        }
    }

    /// # Errors
    /// [`ExecuteError::Cancelled`] once someone cancelled.
    pub(super) fn check_cancelled(&self) -> Result<(), SqlError> {
        if self.cancel.is_cancelled() {
            return Err(ExecuteError::Cancelled.into());
        }
        Ok(())
    }
}

/// Hears how many rows each chunk has that a scan gives: how far a query is.
#[derive(Clone, Default)]
pub struct ReadListener(pub Option<Arc<dyn Fn(usize)>>);

/// A flag that stops a run at its next frame. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counters of a run, readable while it goes on.
#[derive(Debug, Default)]
pub struct Metrics {
    rows_read: AtomicU64,
    bytes_read: AtomicU64,
    files_read: AtomicU64,
    files_pruned: AtomicU64,
    rows_out: AtomicU64,
    /// By the ordinal of the streaming source.
    source_rows: Mutex<Vec<u64>>,
    /// One for each `withWatermark`, bottom up, left to right.
    event_times: Mutex<Vec<EventTimes>>,
}

impl Metrics {
    /// Rows that scans gave.
    pub fn rows_read(&self) -> u64 {
        self.rows_read.load(Ordering::Relaxed)
    }

    /// Bytes of the files that were read.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    pub fn files_read(&self) -> u64 {
        self.files_read.load(Ordering::Relaxed)
    }

    /// Files that weren't read because their statistics rule out every row.
    pub fn files_pruned(&self) -> u64 {
        self.files_pruned.load(Ordering::Relaxed)
    }

    /// Rows of the result so far.
    pub fn rows_out(&self) -> u64 {
        self.rows_out.load(Ordering::Relaxed)
    }

    /// Rows that came from each streaming source (`numInputRows`), by its ordinal.
    pub fn source_rows(&self) -> Vec<u64> {
        self.source_rows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The event times that each `withWatermark` saw, bottom up, left to right.
    pub fn event_times(&self) -> Vec<EventTimes> {
        self.lock_event_times().clone()
    }

    fn lock_event_times(&self) -> MutexGuard<'_, Vec<EventTimes>> {
        self.event_times
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room for one more `withWatermark`; gives its number.
    pub(super) fn add_watermark(&self, delay_ms: i64) -> usize {
        let mut all = self.lock_event_times();
        all.push(EventTimes {
            delay_ms,
            ..EventTimes::default()
        });
        all.len() - 1
    }

    pub(super) fn add_event_times(&self, number: usize, seen: EventTimes) {
        if let Some(times) = self.lock_event_times().get_mut(number) {
            times.merge(&seen);
        }
    }

    pub(super) fn add_file(&self, bytes: u64) {
        self.files_read.fetch_add(1, Ordering::Relaxed);
        self.bytes_read.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn add_pruned(&self, files: usize) {
        self.files_pruned.fetch_add(files as u64, Ordering::Relaxed);
    }

    fn add_rows_read(&self, rows: usize) {
        self.rows_read.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(super) fn add_rows_out(&self, rows: usize) {
        self.rows_out.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(super) fn add_source_rows(&self, ordinal: usize, rows: usize) {
        let mut counts = self
            .source_rows
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if counts.len() <= ordinal {
            counts.resize(ordinal + 1, 0);
        }
        if let Some(count) = counts.get_mut(ordinal) {
            *count += rows as u64;
        }
    }
}
