//! The engine: answers the page's requests and moves streams, a small step at a time.
//!
//! It knows nothing of the browser. The worker hands it messages and asks for steps in between
//! ([`Engine::step`]), so that a Cancel is heard while work goes on; tests drive it the same way.

mod adopt;
mod completion;
mod drops;
mod error;
mod flow;
mod jobs;
mod keep;
mod notebook;
mod progress;
mod python;
mod relations;
mod requests;
#[cfg(test)]
mod tests;
#[cfg(all(feature = "worker", target_arch = "wasm32"))]
mod worker;

pub use python::{PythonAnswer, PythonCell, PythonWait};
#[cfg(all(feature = "worker", target_arch = "wasm32"))]
pub use worker::start as start_worker;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use crate::env::Env;
use crate::pipeline::bookstore;
use crate::protocol::{
    CellEnd, ErrorInfo, Event, FlowState, FromEngine, Reply, Request, StorageView, ToEngine,
    WorkspaceView,
};
use crate::session::{Session, SessionError};
use crate::storage::{Content, DbfsPath, FileSystem, Quarantine};

use drops::Drop;
use flow::{Counts, PipelineRun};
use jobs::{Job, Outcome};
use keep::Kept;
use notebook::Notebooks;
use progress::Progress;
use relations::Relations;

/// Milliseconds between two [`Event::Flow`]s, at least.
const FLOW_INTERVAL_MS: i64 = 100;

/// A message for the page, with the bytes that travel beside it.
pub struct Outgoing {
    pub message: FromEngine,
    pub bytes: Option<Bytes>,
}

/// The engine of one page.
pub struct Engine {
    fs: Arc<dyn FileSystem>,
    /// The same.
    quarantine: Arc<Quarantine>,
    session: Session,
    env: Env,
    pipelines: Vec<PipelineRun>,
    drops: Vec<Drop>,
    last_drop: u32,
    relations: Relations,
    notebooks: Notebooks,
    /// How many of the session's streams have their place in Flow.
    adopted: usize,
    counts: Counts,
    jobs: VecDeque<(u32, Job)>,
    progress: Progress,
    outbox: Vec<Outgoing>,
    /// The files of the sample data as they were at the start.
    initial: Vec<(DbfsPath, Bytes)>,
    /// What the last [`Event::Flow`] was made from.
    told_changes: Option<u64>,
    told_at_ms: i64,
    flow_is_stale: bool,
    /// Whether no stream had anything to do in the last step.
    streams_idle: bool,
    kept: Kept,
}

impl Engine {
    /// An engine over the workspace in this file system: what an earlier engine left there is there again. What can't be
    /// taken up is told by events.
    pub fn open(fs: Arc<dyn FileSystem>, env: Env) -> Self {
        let quarantine = Arc::new(Quarantine::over(fs));
        let fs: Arc<dyn FileSystem> = quarantine.clone();
        let mut session = Session::new(fs.clone(), env.clone());
        let progress = Progress::default();
        session.state_mut().on_read = progress.listener(env.clock.clone());
        let mut engine = Engine {
            session,
            fs,
            quarantine,
            env,
            pipelines: Vec::new(),
            drops: Vec::new(),
            last_drop: 0,
            relations: Relations::default(),
            notebooks: Notebooks::default(),
            adopted: 0,
            counts: Counts::default(),
            jobs: VecDeque::new(),
            progress,
            outbox: Vec::new(),
            initial: Vec::new(),
            told_changes: None,
            told_at_ms: 0,
            flow_is_stale: true,
            streams_idle: true,
            kept: Kept::default(),
        };
        engine.restore();
        engine
    }

    /// Declares the bookstore pipeline over the sample data, which is put in its place in a new workspace. `files` are
    /// paths below the dataset, and contents.
    ///
    /// # Errors
    /// If they don't fit.
    pub fn add_bookstore(&mut self, files: Vec<(String, Bytes)>) -> Result<(), SessionError> {
        let root = DbfsPath::parse(crate::pipeline::DATASET)?;
        for (path, bytes) in files {
            let path = root.join(&path)?;
            if self.kept.is_new() {
                // An engine that died may have begun with it.
                let _ = self.fs.put_if_absent(&path, bytes.clone())?;
            }
            self.initial.push((path, bytes));
        }
        self.pipelines
            .insert(0, PipelineRun::new(bookstore(), false));
        self.flow_is_stale = true;
        Ok(())
    }

    /// Says who hears at once how far a step is that takes long. Other messages wait for
    /// [`Engine::take_messages`].
    pub fn report_to(&self, reporter: impl Fn(FromEngine) + 'static) {
        self.progress.report_to(Box::new(reporter));
    }

    /// The session, for tests and the command line.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Says that requests are answered from now on, and which workspace is open.
    pub fn ready(&mut self, mut workspace: WorkspaceView) {
        workspace.is_resumed = !self.kept.is_new();
        workspace.was_running = self.kept.was_running();
        let flow = self.flow();
        self.event(Event::Ready { flow, workspace });
    }

    /// Takes a request. `files` are the contents that travelled with it.
    pub fn handle(&mut self, message: ToEngine, files: Vec<Arc<dyn Content>>) {
        let id = message.id;
        if let Request::Cancel { id: cancelled } = message.request {
            self.cancel(cancelled);
            self.reply(id, Ok(Reply::Done));
            return;
        }
        match self.request(message.request, files) {
            Ok(Outcome::Reply(reply)) => self.reply(id, Ok(reply)),
            Ok(Outcome::Bytes(bytes)) => self.outbox.push(Outgoing {
                message: FromEngine::Reply {
                    id,
                    result: Ok(Reply::Done),
                },
                bytes: Some(bytes),
            }),
            Ok(Outcome::Job(job)) => self.jobs.push_back((id, job)),
            Err(error) => self.reply(id, Err(error)),
        }
    }

    /// Does a small piece of what there is to do. Gives whether there may be more right now.
    pub fn step(&mut self) -> bool {
        let mut worked = false;
        let place = self.jobs.iter().position(|(_, job)| !job.waits());
        if let Some((id, mut job)) = place.and_then(|place| self.jobs.remove(place)) {
            worked = true;
            if matches!(job, Job::Cell(_)) {
                self.progress.begin(id, self.env.clock.now_ms());
            }
            let stepped = self.step_job(id, &mut job);
            if let Job::Cell(run) = &job
                && !matches!(stepped, Ok(None))
            {
                let at = self.env.clock.now_ms();
                let end = CellEnd {
                    ms: (at - run.began_ms) as f64,
                    at_ms: at as f64,
                    error: stepped.as_ref().err().cloned(),
                };
                self.note_end(run.notebook(), run.cell, end);
            }
            match stepped {
                Ok(None) => self.jobs.push_back((id, job)),
                Ok(Some((reply, bytes))) => self.outbox.push(Outgoing {
                    message: FromEngine::Reply {
                        id,
                        result: Ok(reply),
                    },
                    bytes,
                }),
                Err(error) => self.reply(id, Err(error)),
            }
        }
        self.streams_idle = !self.session.step();
        worked |= !self.streams_idle;
        self.adopt_streams();
        self.tell_streams();
        self.tell_live();
        self.tell_flow(!worked);
        worked
    }

    /// The messages since the last call, in order. What they tell is durable.
    pub fn take_messages(&mut self) -> Vec<Outgoing> {
        if !self.outbox.is_empty() {
            self.keep();
            self.sync();
        }
        std::mem::take(&mut self.outbox)
    }

    fn reply(&mut self, id: u32, result: Result<Reply, ErrorInfo>) {
        self.outbox.push(Outgoing {
            message: FromEngine::Reply { id, result },
            bytes: None,
        });
    }

    fn event(&mut self, event: Event) {
        self.outbox.push(Outgoing {
            message: FromEngine::Event { event },
            bytes: None,
        });
    }

    fn cancel(&mut self, id: u32) {
        if self.interrupt_python(id) {
            return;
        }
        let before = self.jobs.len();
        self.jobs.retain(|(job, _)| *job != id);
        if self.jobs.len() < before {
            self.reply(id, Err(error::plain("Cancelled", "Cancelled.")));
        }
    }

    /// Tells batches that ended and queries that failed since the last call.
    fn tell_streams(&mut self) {
        let mut events = Vec::new();
        // A query that ends without a batch changes no file, but Flow shows that it ended.
        let mut has_new_status = false;
        for run in &mut self.pipelines {
            for i in 0..run.queries.len() {
                let Some(query_run) = run.queries.get(i) else {
                    continue;
                };
                let Some(query) = query_run.query(&self.session) else {
                    continue;
                };
                let edge = run.edge_of(&query_run.key).unwrap_or_default();
                let told = query_run.told;
                let new = query
                    .recent_progress()
                    .filter(|p| told.is_none_or(|told| p.batch_id > told));
                let mut last = told;
                for progress in new {
                    last = Some(progress.batch_id);
                    events.push(Event::Batch {
                        pipeline: run.pipeline.id.clone(),
                        edge: edge.clone(),
                        batch_id: progress.batch_id as f64,
                        rows: progress.num_input_rows as f64,
                    });
                }
                let failure = query.error().filter(|_| !query_run.told_failure);
                if let Some(failure) = failure {
                    events.push(Event::Failed {
                        query: Some(query_run.key.clone()),
                        error: error::stream_info(failure),
                    });
                }
                let failed = failure.is_some();
                let status = Some((query.is_active(), query.status().message));
                has_new_status |= query_run.told_status != status;
                if let Some(query_run) = run.queries.get_mut(i) {
                    query_run.told = last;
                    query_run.told_failure |= failed;
                    query_run.told_status = status;
                }
            }
        }
        self.flow_is_stale |= has_new_status;
        for event in events {
            self.flow_is_stale = true;
            self.event(event);
        }
    }

    /// Tells what Flow shows, if it changed and it is time.
    fn tell_flow(&mut self, is_idle: bool) {
        let changes = self.fs.change_count();
        if !self.flow_is_stale && self.told_changes == Some(changes) {
            return;
        }
        let now = self.env.clock.now_ms();
        if now - self.told_at_ms < FLOW_INTERVAL_MS && !is_idle {
            return;
        }
        let flow = self.flow();
        self.told_changes = Some(changes);
        self.told_at_ms = now;
        self.flow_is_stale = false;
        self.event(Event::Flow { flow });
    }

    /// What Flow shows now.
    fn flow(&mut self) -> FlowState {
        let usage = self.fs.usage();
        let now = self.env.clock.now_ms();
        let mut pipelines = Vec::new();
        for run in &mut self.pipelines {
            // A pipeline whose state can't be read is left out rather than taking all with it.
            if let Ok(mut view) = run.view(&self.session, &mut self.counts) {
                run.add_point(&view, now);
                view.points.clone_from(&run.points);
                pipelines.push(view);
            }
        }
        FlowState {
            pipelines,
            storage: StorageView {
                used: usage.used as f64,
                capacity: usage.capacity as f64,
            },
        }
    }
}
