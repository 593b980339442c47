//! `SparkSession`: configuration, catalog, views, streams.
//!
//! One thread drives it: statements through [`Session::sql`] and [`Session::run`], streams
//! through [`Session::step`].

mod catalog;
mod commands;
mod conf;
mod error;
mod files;
mod listeners;
mod metastore;
mod options;
mod state;
mod statement;
mod streams;
#[cfg(test)]
mod tests;
mod write;

pub use commands::COPY_OPTIONS;
pub use conf::{Conf, SETTINGS, is_modifiable};
pub use error::SessionError;
pub use options::{DELTA_READ_OPTIONS, DELTA_WRITE_OPTIONS, STREAM_WRITE_OPTIONS};
pub use state::{DEFAULT_DATABASE, SessionState, TableName, delta_plan};
pub use statement::{
    ReadFrom, Reader, SaveMode, Statement, StreamWriter, TriggerSpec, WriteTo, Writer,
};

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::env::Env;
use crate::sql::analyze::Parameters;
use crate::sql::execute::{FrameStream, collect};
use crate::sql::optimize::optimize;
use crate::sql::parse::{parse, parse_one};
use crate::sql::plan::{DeltaScan, Plan, PlanNode, StreamSource, StreamSourceSpec};
use crate::sql::streaming_rules::check_batch;
use crate::storage::FileSystem;
use crate::streaming::sinks::{ForeachBatch, MemorySinkRows, WaitingBatch};
use crate::streaming::{Step, StreamingQuery};
use crate::types::Frame;

/// A session over a file system.
pub struct Session {
    state: SessionState,
    queries: Vec<StreamingQuery>,
    /// Rows of memory sinks, by run.
    memory: Vec<(String, MemorySinkRows)>,
    /// Where batches of `foreachBatch` wait, by run.
    foreach: Vec<(String, ForeachBatch)>,
    /// What each query was started with, in the order of `queries`.
    writers: Vec<StreamWriter>,
    /// How many streams without a name were shown.
    displays: u32,
    /// Ended runs that `awaitAnyTermination` doesn't see any more.
    forgotten: BTreeSet<String>,
    listeners: listeners::Listeners,
    /// The catalog's changes that were written down.
    kept_changes: u64,
}

/// What a statement came to.
#[derive(Debug)]
pub enum Ran {
    /// A query: run it with [`Session::rows`] or [`Session::collect`].
    Rows(Arc<Plan>),
    /// A command's result.
    Frame(Frame),
    /// A stream was started.
    Started { run_id: String },
}

impl Session {
    pub fn new(fs: Arc<dyn FileSystem>, env: Env) -> Self {
        Session {
            state: SessionState::new(fs, env),
            queries: Vec::new(),
            memory: Vec::new(),
            foreach: Vec::new(),
            writers: Vec::new(),
            displays: 0,
            forgotten: BTreeSet::new(),
            listeners: listeners::Listeners::default(),
            kept_changes: 0,
        }
    }

    pub fn state(&self) -> &SessionState {
        &self.state
    }

    pub fn state_mut(&mut self) -> &mut SessionState {
        &mut self.state
    }

    /// Runs SQL statements one after the other. Commands take effect at once; a query's rows
    /// are for the caller to pull.
    ///
    /// # Errors
    /// The first statement's error; those before it have taken effect.
    pub fn sql(&mut self, text: &str) -> Result<Vec<Ran>, SessionError> {
        let mut results = Vec::new();
        for statement in parse(text)? {
            results.push(self.run_sql(&statement, &Parameters::None)?);
        }
        Ok(results)
    }

    /// Runs one SQL statement (`spark.sql`).
    ///
    /// # Errors
    /// The statement's error; a text of no statement, or of several.
    pub fn sql_one(&mut self, text: &str) -> Result<Ran, SessionError> {
        self.sql_with(text, &Parameters::None)
    }

    /// The same with values for its parameter markers (`spark.sql(text, args)`).
    ///
    /// # Errors
    /// As [`Session::sql_one`]; `UNBOUND_SQL_PARAMETER`.
    pub fn sql_with(&mut self, text: &str, parameters: &Parameters) -> Result<Ran, SessionError> {
        self.run_sql(&parse_one(text)?, parameters)
    }

    /// Names a plan (`df.createOrReplaceTempView`).
    ///
    /// # Errors
    /// `TEMP_TABLE_OR_VIEW_ALREADY_EXISTS` without `replace`.
    pub fn create_temp_view(
        &mut self,
        name: &str,
        plan: Arc<Plan>,
        replace: bool,
    ) -> Result<(), SessionError> {
        let name = &view_name(name)?;
        if !replace && self.state.view(name).is_some() {
            return Err(SessionError::TemporaryViewExists {
                name: crate::types::quote(name),
            });
        }
        self.state.set_view(name, plan);
        Ok(())
    }

    /// Names a plan under `global_temp` (`df.createOrReplaceGlobalTempView`).
    ///
    /// # Errors
    /// As for [`Session::create_temp_view`].
    pub fn create_global_temp_view(
        &mut self,
        name: &str,
        plan: Arc<Plan>,
        replace: bool,
    ) -> Result<(), SessionError> {
        let name = &view_name(name)?;
        if !replace && self.state.catalog.global_temporary(name).is_some() {
            return Err(SessionError::TemporaryViewExists {
                name: format!("`{}`.{}", state::GLOBAL_TEMP, crate::types::quote(name)),
            });
        }
        self.state.catalog.set_global_temporary(name, plan);
        Ok(())
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// Whatever is wrong with it; a text of several SQL statements may have taken effect in part.
    pub fn run(&mut self, statement: &Statement) -> Result<Ran, SessionError> {
        match statement {
            Statement::Sql(text) => {
                let results = self.sql(text)?;
                Ok(results
                    .into_iter()
                    .next_back()
                    .unwrap_or_else(|| Ran::Frame(Frame::empty(Arc::default()))))
            }
            Statement::Read { reader, view } => {
                let plan = streams::read(&self.state, reader)?;
                self.state.set_view(view, Arc::new(plan));
                Ok(Ran::Frame(Frame::empty(Arc::default())))
            }
            Statement::ReadStream { reader, view } => {
                let plan = streams::read_stream(&self.state, reader)?;
                self.state.set_view(view, Arc::new(plan));
                Ok(Ran::Frame(Frame::empty(Arc::default())))
            }
            Statement::WriteStream { from, writer } => {
                let plan = self.table(from)?;
                let run_id = self.write_stream(Arc::new(plan), writer)?;
                Ok(Ran::Started { run_id })
            }
        }
    }

    /// The relation of that name (`spark.table`).
    ///
    /// # Errors
    /// `TABLE_OR_VIEW_NOT_FOUND`.
    pub fn table(&self, name: &str) -> Result<Plan, SessionError> {
        self.state.require_relation(&parse_name(name)?)
    }

    /// A static relation (`spark.read`).
    pub fn read(&self, reader: &Reader) -> Result<Plan, SessionError> {
        streams::read(&self.state, reader)
    }

    /// A streaming relation (`spark.readStream`). It isn't active until it is written.
    pub fn read_stream(&self, reader: &Reader) -> Result<Plan, SessionError> {
        streams::read_stream(&self.state, reader)
    }

    /// Starts a streaming query (`df.writeStream`) and gives its run's id. A query that runs on
    /// the same checkpoint is stopped, as Spark stops it.
    ///
    /// # Errors
    /// What the plan can't do in its output mode, and what the sink refuses.
    pub fn write_stream(
        &mut self,
        plan: Arc<Plan>,
        writer: &StreamWriter,
    ) -> Result<String, SessionError> {
        if let Some(name) = &writer.query_name
            && self.active().any(|q| q.name() == Some(name))
        {
            return Err(crate::streaming::StreamError::DuplicateName { name: name.clone() }.into());
        }
        let started = streams::start(&mut self.state, plan, writer)?;
        let checkpoint = started.query.checkpoint().dir().clone();
        for other in &mut self.queries {
            if *other.checkpoint().dir() == checkpoint {
                other.stop();
            }
        }
        let run_id = started.query.run_id().to_owned();
        if let Some(rows) = started.rows {
            if let Some(name) = &writer.query_name {
                let schema = started.query.plan().schema();
                self.state.set_memory_table(name, schema, rows.clone());
            }
            self.memory.push((run_id.clone(), rows));
        }
        if let Some(place) = started.foreach {
            self.foreach.push((run_id.clone(), place));
        }
        self.queries.push(started.query);
        self.writers.push(writer.clone());
        Ok(run_id)
    }

    /// Starts a stream whose rows are shown, as `display` of a streaming DataFrame does: in append
    /// mode, or complete where it aggregates. Without a name it is `display_query_1` and so on.
    /// Gives the run's id, by which [`Session::memory_rows`] has its rows.
    ///
    /// # Errors
    /// What the plan can't do in append mode, if it can't run in complete mode either.
    pub fn start_display(
        &mut self,
        plan: Arc<Plan>,
        name: Option<&str>,
    ) -> Result<String, SessionError> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => {
                self.displays += 1;
                format!("display_query_{}", self.displays)
            }
        };
        let writer = |mode: &str| StreamWriter {
            format: Some("memory".into()),
            output_mode: Some(mode.into()),
            options: Vec::new(),
            trigger: None,
            query_name: Some(name.clone()),
            partition_by: Vec::new(),
            to: WriteTo::Nowhere,
        };
        self.write_stream(plan.clone(), &writer("append"))
            .or_else(|refused| {
                self.write_stream(plan, &writer("complete"))
                    .map_err(|_| refused)
            })
    }

    /// Pulls a batch query's rows.
    ///
    /// # Errors
    /// `Queries with streaming sources must be executed with writeStream.start()`.
    pub fn rows(&self, plan: &Plan) -> Result<FrameStream, SessionError> {
        self.state.rows(plan)
    }

    /// Writes a batch query's rows (`df.write`).
    ///
    /// # Errors
    /// `PATH_ALREADY_EXISTS`, `TABLE_OR_VIEW_ALREADY_EXISTS` and `DELTA_PATH_EXISTS` where the
    /// mode is to fail; what doesn't fit a table's schema; what can't be computed. Then a Delta
    /// table is as it was.
    pub fn write(&mut self, plan: Arc<Plan>, writer: &Writer) -> Result<(), SessionError> {
        write::write(&mut self.state, plan, writer)
    }

    /// All rows of a batch query, or the first `limit`.
    pub fn collect(&self, plan: &Plan, limit: Option<usize>) -> Result<Frame, SessionError> {
        check_batch(plan)?;
        let context = self.state.shared_context();
        Ok(collect(&optimize(plan), &context, limit)?)
    }

    /// A streaming plan as a batch over what its sources hold now: what a table of it would
    /// hold, were it started afresh.
    pub fn as_batch(&self, plan: &Plan) -> Result<Plan, SessionError> {
        if let PlanNode::StreamSource(source) = &plan.node {
            return Ok(Plan {
                node: self.source_now(source)?,
                output: plan.output.clone(),
            });
        }
        let inputs = plan
            .inputs()
            .iter()
            .map(|input| Ok(Arc::new(self.as_batch(input)?)))
            .collect::<Result<Vec<_>, SessionError>>()?;
        Ok(plan.with_inputs(inputs))
    }

    fn source_now(&self, source: &StreamSource) -> Result<PlanNode, SessionError> {
        match &source.spec {
            StreamSourceSpec::CloudFiles { path, format }
            | StreamSourceSpec::Files { path, format } => {
                let schema = source.schema.as_ref().clone();
                let files = self
                    .state
                    .files(*format, path, &source.options, Some(schema))?;
                Ok(files.node)
            }
            StreamSourceSpec::Delta { table, name } => Ok(PlanNode::DeltaScan(DeltaScan {
                table: table.clone(),
                name: name.clone(),
                version: None,
                files: None,
                schema: source.schema.clone(),
                projection: None,
            })),
            StreamSourceSpec::Rate => Ok(source.nothing()),
        }
    }

    // Streams

    /// The queries of this session, ended ones too, oldest first.
    pub fn queries(&self) -> impl Iterator<Item = &StreamingQuery> {
        self.queries.iter()
    }

    /// The queries and what each was started with, oldest first.
    pub fn started(&self) -> impl Iterator<Item = (&StreamingQuery, &StreamWriter)> {
        self.queries.iter().zip(&self.writers)
    }

    /// The running queries (`spark.streams.active`).
    pub fn active(&self) -> impl Iterator<Item = &StreamingQuery> {
        self.queries.iter().filter(|q| q.is_active())
    }

    /// The query of that run.
    pub fn query_of_run(&self, run_id: &str) -> Option<&StreamingQuery> {
        self.queries.iter().find(|q| q.run_id() == run_id)
    }

    /// The rows of a memory sink.
    pub fn memory_rows(&self, run_id: &str) -> Option<&MemorySinkRows> {
        self.memory
            .iter()
            .find(|(id, _)| id == run_id)
            .map(|(_, rows)| rows)
    }

    /// The number of the function that the next waiting batch or event is for.
    pub fn waiting_function(&self) -> Option<u64> {
        let batch = self.foreach.iter().find_map(|(_, place)| place.function());
        batch.or_else(|| self.listeners.function())
    }

    /// A batch that waits for its `foreachBatch` function, and its run. Who takes it runs the
    /// function, then calls [`Session::foreach_batch_done`]; until then the query doesn't move.
    pub fn take_foreach_batch(&mut self) -> Option<(String, WaitingBatch)> {
        self.foreach
            .iter()
            .find_map(|(run_id, place)| Some((run_id.clone(), place.take()?)))
    }

    /// How a `foreachBatch` function went: an error's text ends the query.
    pub fn foreach_batch_done(&mut self, run_id: &str, result: Result<(), String>) {
        if let Some((_, place)) = self.foreach.iter().find(|(id, _)| id == run_id) {
            place.done(result);
        }
    }

    /// Stops a run.
    ///
    /// # Errors
    /// [`SessionError::NoSuchQuery`].
    pub fn stop(&mut self, run_id: &str) -> Result<(), SessionError> {
        let query = self.queries.iter_mut().find(|q| q.run_id() == run_id);
        query
            .ok_or_else(|| SessionError::NoSuchQuery {
                name: run_id.into(),
            })?
            .stop();
        Ok(())
    }

    /// The queries that have ended since [`Session::reset_terminated`].
    pub fn terminated(&self) -> impl Iterator<Item = &StreamingQuery> {
        let ended = self.queries.iter().filter(|q| !q.is_active());
        ended.filter(|q| !self.forgotten.contains(q.run_id()))
    }

    /// Lets `awaitAnyTermination` wait for another end than those so far
    /// (`spark.streams.resetTerminated`).
    pub fn reset_terminated(&mut self) {
        let ended = self.queries.iter().filter(|q| !q.is_active());
        self.forgotten = ended.map(|q| q.run_id().to_owned()).collect();
    }

    /// Stops all queries.
    pub fn stop_all(&mut self) {
        for query in &mut self.queries {
            query.stop();
        }
    }

    /// Moves every running query one step. Gives whether any did something.
    pub fn step(&mut self) -> bool {
        let mut worked = false;
        for query in &mut self.queries {
            if query.is_active() {
                worked |= query.step() != Step::Idle;
            }
        }
        let clock = &self.state.env.clock;
        self.listeners.observe(&self.queries, || clock.now_ms());
        worked
    }

    /// Steps until no query has anything to do.
    pub fn process_all_available(&mut self) {
        while self.step() {}
    }
}

/// A temporary view's name, which has one part.
fn view_name(name: &str) -> Result<String, SessionError> {
    match <[String; 1]>::try_from(parse_name(name)?) {
        Ok([name]) => Ok(name),
        Err(_) => Err(SessionError::InvalidName { name: name.into() }),
    }
}

/// The parts of a name: `db.table`, `` `odd name` ``.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR` for an empty part or an open backtick.
pub fn parse_name(name: &str) -> Result<Vec<String>, SessionError> {
    crate::sql::parse::name_parts(name)
        .ok_or_else(|| SessionError::InvalidName { name: name.into() })
}
