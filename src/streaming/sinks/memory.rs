//! Rows kept in memory: what `display` of a streaming relation shows, and
//! `format("memory")` tables.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Sink;
use crate::sql::execute::OutputMode;
use crate::streaming::StreamError;
use crate::types::Frame;

/// Rows of a [`MemorySink`], shared with who shows them.
#[derive(Clone, Default)]
pub struct MemorySinkRows(Arc<Mutex<Vec<Frame>>>);

impl MemorySinkRows {
    /// What has been committed.
    pub fn frames(&self) -> Vec<Frame> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Frame>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sink in memory. It keeps at most `max_rows`: the newest.
pub struct MemorySink {
    description: &'static str,
    rows: MemorySinkRows,
    max_rows: usize,
    batch: Vec<Frame>,
    mode: OutputMode,
    last_batch: Option<i64>,
    batch_id: i64,
    /// Rows of the last batch.
    written: usize,
}

impl MemorySink {
    /// A sink that progress calls `description`.
    pub fn new(description: &'static str, max_rows: usize) -> Self {
        MemorySink {
            description,
            rows: MemorySinkRows::default(),
            max_rows,
            batch: Vec::new(),
            mode: OutputMode::Append,
            last_batch: None,
            batch_id: 0,
            written: 0,
        }
    }

    /// The rows, now and later.
    pub fn rows(&self) -> MemorySinkRows {
        self.rows.clone()
    }
}

impl Sink for MemorySink {
    fn description(&self) -> String {
        self.description.into()
    }

    fn begin(&mut self, batch_id: i64, mode: OutputMode) -> Result<bool, StreamError> {
        self.batch.clear();
        self.mode = mode;
        self.batch_id = batch_id;
        Ok(self.last_batch.is_none_or(|last| batch_id > last))
    }

    fn write(&mut self, frame: &Frame) -> Result<(), StreamError> {
        if frame.height() > 0 {
            self.batch.push(frame.clone());
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StreamError> {
        let mut rows = self.rows.lock();
        if self.mode == OutputMode::Complete {
            rows.clear();
        }
        self.written = self.batch.iter().map(Frame::height).sum();
        rows.append(&mut self.batch);
        let mut kept: usize = rows.iter().map(Frame::height).sum();
        while kept > self.max_rows && rows.len() > 1 {
            kept -= rows.remove(0).height();
        }
        self.last_batch = Some(self.batch_id);
        Ok(())
    }

    fn abort(&mut self) {
        self.batch.clear();
    }

    fn num_output_rows(&self) -> i64 {
        i64::try_from(self.written).unwrap_or(i64::MAX)
    }
}
