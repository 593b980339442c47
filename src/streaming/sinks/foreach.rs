//! `foreachBatch`: each batch's rows go to a function of the user.
//!
//! The function may use the session, so nothing here calls it: the batch waits in a
//! [`ForeachBatch`] until who drives the session has run the function and said how it went.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Sink;
use crate::sql::execute::OutputMode;
use crate::streaming::StreamError;
use crate::types::{Frame, SchemaRef};

/// A batch that waits for its function.
#[derive(Debug, Clone)]
pub struct WaitingBatch {
    /// The function's number, as who registered it knows it.
    pub function: u64,
    pub batch_id: i64,
    pub schema: SchemaRef,
    pub frames: Vec<Frame>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Collecting,
    /// For somebody to take.
    Waiting(WaitingBatch),
    /// Somebody runs it.
    Taken,
    Done(Result<(), String>),
}

/// The place where a batch waits, shared with who runs the functions.
#[derive(Debug, Clone, Default)]
pub struct ForeachBatch(Arc<Mutex<State>>);

impl ForeachBatch {
    /// The batch that waits, once.
    pub fn take(&self) -> Option<WaitingBatch> {
        let mut state = self.lock();
        match std::mem::take(&mut *state) {
            State::Waiting(batch) => {
                *state = State::Taken;
                Some(batch)
            }
            other => {
                *state = other;
                None
            }
        }
    }

    /// The number of the function that a batch waits for.
    pub fn function(&self) -> Option<u64> {
        match &*self.lock() {
            State::Waiting(batch) => Some(batch.function),
            _ => None,
        }
    }

    /// Says how the function went: an error's text ends the query.
    pub fn done(&self, result: Result<(), String>) {
        *self.lock() = State::Done(result);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sink of `writeStream.foreachBatch(f)`.
pub struct ForeachBatchSink {
    function: u64,
    schema: SchemaRef,
    place: ForeachBatch,
    batch_id: i64,
    frames: Vec<Frame>,
}

impl ForeachBatchSink {
    pub fn new(function: u64, schema: SchemaRef) -> Self {
        ForeachBatchSink {
            function,
            schema,
            place: ForeachBatch::default(),
            batch_id: 0,
            frames: Vec::new(),
        }
    }

    /// Where its batches wait.
    pub fn place(&self) -> ForeachBatch {
        self.place.clone()
    }
}

impl Sink for ForeachBatchSink {
    fn description(&self) -> String {
        "ForeachBatchSink".into()
    }

    fn begin(&mut self, batch_id: i64, _: OutputMode) -> Result<bool, StreamError> {
        self.batch_id = batch_id;
        self.abort();
        Ok(true)
    }

    fn write(&mut self, frame: &Frame) -> Result<(), StreamError> {
        if frame.height() > 0 {
            self.frames.push(frame.clone());
        }
        Ok(())
    }

    fn prepare(&mut self) -> Result<bool, StreamError> {
        let mut state = self.place.lock();
        match std::mem::take(&mut *state) {
            State::Collecting => {
                *state = State::Waiting(WaitingBatch {
                    function: self.function,
                    batch_id: self.batch_id,
                    schema: self.schema.clone(),
                    frames: std::mem::take(&mut self.frames),
                });
                Ok(false)
            }
            State::Done(Ok(())) => Ok(true),
            State::Done(Err(message)) => Err(StreamError::ForeachBatch { message }),
            waiting => {
                *state = waiting;
                Ok(false)
            }
        }
    }

    fn commit(&mut self) -> Result<(), StreamError> {
        Ok(())
    }

    fn abort(&mut self) {
        self.frames.clear();
        *self.place.lock() = State::Collecting;
    }
}
