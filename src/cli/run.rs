//! `multihop run`: a notebook's cells in order.
//!
//! Nobody waits here: when the streams have nothing to do, the session's clock is set ahead to
//! whatever is waited for, so that a notebook that sleeps for a minute takes no minute.

use std::cell::{Cell as Slot, RefCell};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::host::{self, SystemClock};
use super::{CliError, FileArgs, print, workspace};
use crate::connect::{Answer, Connect, ConnectError, JsonPython, Shown, Wait, reply};
use crate::env::Clock;
use crate::notebook::{
    Cell, CellError, CellResult, CellStatus, FsCommand, MAX_RUN_DEPTH, Notebook, NotebookError,
    Output, SqlStatement, Step, Workspace, markers, substitute,
};
use crate::python::{Host, Interpreter, Outcome, Stream};
use crate::session::{Ran, Session, SessionError, StreamWriter, WriteTo};
use crate::sql::SqlError;
use crate::sql::plan::Plan;
use crate::streaming::Trigger;
use crate::types::Frame;

/// The arguments of `multihop run`.
#[derive(clap::Args)]
pub struct RunArgs {
    /// The notebook: .py, .sql, .ipynb.
    notebook: PathBuf,
    /// The folder in which `%run` finds other notebooks; by default the notebook's own, or as
    /// far above it as its `%run ../…` go.
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
    #[command(flatten)]
    files: FileArgs,
    /// Writes the session's dbfs:/ (tables, logs, checkpoints) below this directory at the end.
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,
    /// Prints an object a line for each cell.
    #[arg(long)]
    json: bool,
    /// Ends a cell that takes longer.
    #[arg(long, value_name = "SECONDS", default_value_t = 600.0)]
    cell_timeout: f64,
    /// Rows of a result at most.
    #[arg(long, default_value_t = 10_000)]
    max_rows: usize,
    /// Stops at the first cell that fails.
    #[arg(long)]
    fail_fast: bool,
}

/// Rows of a table that people see; `--json` gives them all.
const PRINTED_ROWS: usize = 20;
/// A batch of work after which a stream that never comes to rest is left alone.
const MAX_ROUNDS: usize = 1_000;

/// Runs a notebook. The exit status tells whether all cells passed.
pub fn run(args: RunArgs) -> Result<ExitCode, CliError> {
    let (workspace, path) = workspace::load(&args.notebook, args.workspace.as_deref())?;
    let clock = Arc::new(SystemClock::default());
    let session = super::session(&args.files, clock.clone())?;
    let runner = Rc::new(Runner {
        session: RefCell::new(session),
        connect: RefCell::default(),
        python: RefCell::default(),
        clock,
        workspace,
        shows: RefCell::default(),
        deadline: Slot::new(None),
        cancelled: Slot::new(None),
        depth: Slot::new(0),
        max_rows: args.max_rows,
    });
    let Some(notebook) = runner.workspace.get(&path).cloned() else {
        return Err(NotebookError::NotFound {
            path,
            hint: String::new(),
        }
        .into());
    };
    let mut all_passed = true;
    let mut ended: Option<CellStatus> = None;
    for (index, cell) in notebook.cells.iter().enumerate() {
        let result = match ended {
            Some(_) => runner.skipped(&notebook, index, cell),
            None => {
                let limit = Duration::try_from_secs_f64(args.cell_timeout).ok();
                let (result, exited) = runner.cell(&path, &notebook, index, cell, limit);
                if exited || (args.fail_fast && result.status == CellStatus::Error) {
                    ended = Some(result.status);
                }
                result
            }
        };
        all_passed &= result.status != CellStatus::Error;
        if args.json {
            println!("{}", serde_json::to_string(&result).unwrap_or_default());
        } else {
            print_cell(&result);
        }
        // A reader at the other end of a pipe sees each cell as it ends.
        let _ = std::io::stdout().flush();
    }
    if let Some(dir) = &args.export {
        host::export(runner.session.borrow().state().fs.as_ref(), dir)?;
    }
    Ok(if all_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The session, its Python, and what the running cell has shown.
struct Runner {
    session: RefCell<Session>,
    connect: RefCell<Connect>,
    /// Started at the first Python cell.
    python: RefCell<Option<Rc<Interpreter>>>,
    clock: Arc<SystemClock>,
    workspace: Workspace,
    shows: RefCell<Shows>,
    deadline: Slot<Option<Instant>>,
    /// Why the cell was cancelled.
    cancelled: Slot<Option<&'static str>>,
    /// How many notebooks run one another.
    depth: Slot<usize>,
    max_rows: usize,
}

#[derive(Default)]
struct Shows {
    stdout: String,
    results: Vec<Output>,
}

/// How a cell's steps ended, if not at their end.
enum End {
    Failed(CellError),
    Exited(String),
}

type Steps<T = ()> = Result<T, End>;

const TOOK_TOO_LONG: &str = "The cell took longer than --cell-timeout and was cancelled.";
const WAITS_FOR_EVER: &str = "The cell waited for a stream that doesn't end by itself, and was cancelled. Give awaitTermination a timeout, or the stream the trigger availableNow.";

impl Runner {
    fn skipped(&self, notebook: &Notebook, index: usize, cell: &Cell) -> CellResult {
        CellResult {
            cell: index + 1,
            language: cell.language(notebook.language),
            source: cell.source.clone(),
            status: CellStatus::Skipped,
            stdout: String::new(),
            results: Vec::new(),
            error: None,
            seconds: 0.0,
        }
    }

    /// Runs a cell, then lets the streams settle. Also tells whether the notebook ended itself.
    fn cell(
        self: &Rc<Self>,
        path: &str,
        notebook: &Notebook,
        index: usize,
        cell: &Cell,
        limit: Option<Duration>,
    ) -> (CellResult, bool) {
        let started = Instant::now();
        self.deadline
            .set(limit.and_then(|l| started.checked_add(l)));
        self.cancelled.set(None);
        let ended = self.steps(path, notebook, index, cell);
        self.settle();
        let shows = self.shows.take();
        let mut result = CellResult {
            status: CellStatus::Ok,
            stdout: shows.stdout,
            results: shows.results,
            seconds: started.elapsed().as_secs_f64(),
            ..self.skipped(notebook, index, cell)
        };
        let mut exited = false;
        match ended {
            Ok(()) => {}
            Err(End::Exited(value)) => {
                exited = true;
                result.results.push(Output::Text {
                    text: format!("Notebook exited: {value}"),
                });
            }
            Err(End::Failed(error)) => {
                result.status = CellStatus::Error;
                result.error = Some(error);
            }
        }
        (result, exited)
    }

    fn steps(self: &Rc<Self>, path: &str, notebook: &Notebook, index: usize, cell: &Cell) -> Steps {
        let steps = cell.steps(notebook.language).map_err(notebook_failed)?;
        let last = steps.len().saturating_sub(1);
        for (i, step) in steps.into_iter().enumerate() {
            match step {
                // Of several statements the last one's rows are shown, as on Databricks.
                Step::Sql(statement) => self.sql(&statement, i == last)?,
                Step::Python(source) => self.python(&source, &format!("Cell {}", index + 1))?,
                Step::Fs(command) => self.fs(&command)?,
                Step::Run {
                    path: target,
                    arguments,
                } => self.run(path, &target, &arguments)?,
                Step::Print(text) => self.show(Output::Text { text }),
                Step::Markdown(text) => self.show(Output::Markdown { text }),
            }
        }
        Ok(())
    }

    fn show(&self, output: Output) {
        self.shows.borrow_mut().results.push(output);
    }

    // SQL

    fn sql(self: &Rc<Self>, statement: &SqlStatement, is_shown: bool) -> Steps {
        let text = self.substituted(&statement.text);
        let failed = |error: SessionError| {
            let mut failed = session_failed(&error);
            if let Some(line) = failed.line.as_mut() {
                *line += statement.line.saturating_sub(1);
            }
            End::Failed(failed)
        };
        let ran = self.session.borrow_mut().sql_one(&text).map_err(failed)?;
        let output = match ran {
            Ran::Rows(plan) if is_shown => Some(self.table(&plan).map_err(failed)?),
            Ran::Rows(plan) => {
                self.session
                    .borrow()
                    .collect(&plan, Some(1))
                    .map_err(failed)?;
                None
            }
            Ran::Frame(frame) if is_shown && !frame.schema().is_empty() => {
                Some(self.output(&frame, false).map_err(failed)?)
            }
            Ran::Frame(_) | Ran::Started { .. } => None,
        };
        if let Some(output) = output {
            self.show(output);
        }
        Ok(())
    }

    /// The statement with `${…}` and `:parameters` replaced, by widgets and configuration.
    fn substituted(&self, text: &str) -> String {
        let widgets: BTreeMap<String, String> = self
            .connect
            .borrow()
            .widgets()
            .iter()
            .map(|w| (w.name.clone(), w.value.clone()))
            .collect();
        let session = self.session.borrow();
        let conf = &session.state().conf;
        let text = substitute(text, |name| {
            widgets
                .get(name)
                .cloned()
                .or_else(|| conf.get(name).map(str::to_owned))
        });
        markers(&text, |name| widgets.get(name).cloned())
    }

    /// A relation's rows; those of a streaming one as a live result would show them.
    fn table(self: &Rc<Self>, plan: &Arc<Plan>) -> Result<Output, SessionError> {
        if plan.is_streaming() {
            return self.live(plan);
        }
        let limit = self.max_rows.saturating_add(1);
        let frame = self.session.borrow().collect(plan, Some(limit))?;
        self.output(&frame, false)
    }

    fn output(&self, frame: &Frame, streaming: bool) -> Result<Output, SessionError> {
        let zone = self.session.borrow().state().conf.time_zone();
        Ok(Output::table(frame, zone, self.max_rows, streaming).map_err(SqlError::from)?)
    }

    /// Runs a streaming relation until its sources are drained, and stops it.
    fn live(self: &Rc<Self>, plan: &Arc<Plan>) -> Result<Output, SessionError> {
        let writer = |mode: &str| StreamWriter {
            format: Some("memory".into()),
            output_mode: Some(mode.into()),
            options: Vec::new(),
            trigger: None,
            query_name: None,
            partition_by: Vec::new(),
            to: WriteTo::Nowhere,
        };
        let start = |mode: &str| {
            let mut session = self.session.borrow_mut();
            session.write_stream(plan.clone(), &writer(mode))
        };
        let run_id = start("append").or_else(|error| start("complete").map_err(|_| error))?;
        self.settle();
        let mut session = self.session.borrow_mut();
        session.stop(&run_id)?;
        let failed = session
            .query_of_run(&run_id)
            .and_then(|q| q.error())
            .map(ToString::to_string);
        if let Some(message) = failed {
            return Err(SessionError::StreamEnded { message });
        }
        let rows = session.memory_rows(&run_id).map(|rows| rows.frames());
        drop(session);
        let frame = Frame::concat(&rows.unwrap_or_default()).map_err(SqlError::from)?;
        let frame = frame.unwrap_or_else(|| Frame::empty(plan.schema()));
        self.output(&frame, true)
    }

    // Files

    fn fs(self: &Rc<Self>, command: &FsCommand) -> Steps {
        let request = match command {
            FsCommand::Ls { path } => json!({"op": "fs.ls", "path": path}),
            FsCommand::Head { path } => json!({"op": "fs.head", "path": path}),
            FsCommand::Mkdirs { path } => json!({"op": "fs.mkdirs", "path": path}),
            FsCommand::Rm { path, recurse } => {
                json!({"op": "fs.rm", "path": path, "recurse": recurse})
            }
            FsCommand::Cp { from, to, recurse } => {
                json!({"op": "fs.cp", "from": from, "to": to, "recurse": recurse})
            }
            FsCommand::Mv { from, to, recurse } => {
                json!({"op": "fs.mv", "from": from, "to": to, "recurse": recurse})
            }
            FsCommand::Put {
                path,
                contents,
                overwrite,
            } => {
                json!({"op": "fs.put", "path": path, "contents": contents, "overwrite": overwrite})
            }
        };
        let answer: Value =
            serde_json::from_str(&self.call(&request.to_string())).unwrap_or_default();
        if let Some(error) = answer.get("error") {
            let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
            return Err(End::Failed(CellError {
                class: text("class").unwrap_or_default(),
                condition: text("condition"),
                message: text("message").unwrap_or_default(),
                ..CellError::default()
            }));
        }
        let value = answer.get("ok").cloned().unwrap_or_default();
        let output = match (command, value) {
            (FsCommand::Ls { .. }, Value::Array(files)) => file_table(&files),
            (_, Value::String(text)) => Some(Output::Text { text }),
            (_, other) => Some(Output::Text {
                text: format!("res: {other}"),
            }),
        };
        if let Some(output) = output {
            self.show(output);
        }
        Ok(())
    }

    // Other notebooks

    /// `%run`: another notebook's cells in this one's place.
    fn run(self: &Rc<Self>, from: &str, target: &str, arguments: &[(String, String)]) -> Steps {
        let resolved = self
            .workspace
            .resolve(from, target)
            .map_err(notebook_failed)?;
        if let Some(note) = resolved.note {
            self.show(Output::Text { text: note });
        }
        let Some(notebook) = self.workspace.get(&resolved.path) else {
            return Ok(());
        };
        if self.depth.get() >= MAX_RUN_DEPTH {
            return Err(notebook_failed(NotebookError::TooDeep {
                path: resolved.path,
                depth: MAX_RUN_DEPTH,
            }));
        }
        for (name, value) in arguments {
            self.connect.borrow_mut().set_widget(name, value);
        }
        self.depth.set(self.depth.get() + 1);
        let ended = notebook.cells.iter().enumerate().try_for_each(|(i, cell)| {
            self.steps(&resolved.path, notebook, i, cell)?;
            self.settle();
            Ok(())
        });
        self.depth.set(self.depth.get() - 1);
        match ended {
            // An exit ends that notebook, not this one.
            Err(End::Exited(_)) => Ok(()),
            other => other,
        }
    }

    /// `dbutils.notebook.run`: in a Python of its own. Gives its reply.
    fn notebook_run(self: &Rc<Self>, path: &str, arguments: &[(String, String)]) -> String {
        let before = self.python.take();
        let from = self.connect.borrow().notebook().to_owned();
        let exit = self.run_apart(&from, path, arguments);
        self.python.replace(before);
        self.connect.borrow_mut().set_notebook(&from);
        match exit {
            Ok(value) => json!({"ok": value}).to_string(),
            Err(error) => json!({"error": {
                "class": "Py4JJavaError",
                "condition": error.condition,
                "message": format!("com.databricks.WorkflowException: {}", error.message),
            }})
            .to_string(),
        }
    }

    fn run_apart(
        self: &Rc<Self>,
        from: &str,
        target: &str,
        arguments: &[(String, String)],
    ) -> Result<Value, CellError> {
        let resolved = self
            .workspace
            .resolve(from, target)
            .map_err(|e| CellError::from(&e))?;
        let Some(notebook) = self.workspace.get(&resolved.path) else {
            return Ok(Value::Null);
        };
        if self.depth.get() >= MAX_RUN_DEPTH {
            return Err(CellError::from(&NotebookError::TooDeep {
                path: resolved.path,
                depth: MAX_RUN_DEPTH,
            }));
        }
        for (name, value) in arguments {
            self.connect.borrow_mut().set_widget(name, value);
        }
        self.connect.borrow_mut().set_notebook(&resolved.path);
        self.depth.set(self.depth.get() + 1);
        let mut exit = Ok(Value::Null);
        for (i, cell) in notebook.cells.iter().enumerate() {
            match self.steps(&resolved.path, notebook, i, cell) {
                Ok(()) => {
                    self.settle();
                }
                Err(End::Exited(value)) => {
                    exit = Ok(Value::String(value));
                    break;
                }
                Err(End::Failed(error)) => {
                    exit = Err(error);
                    break;
                }
            }
        }
        self.depth.set(self.depth.get() - 1);
        exit
    }

    // Python

    fn python(self: &Rc<Self>, source: &str, name: &str) -> Steps {
        let python = self.interpreter()?;
        match python.run_cell(source, name) {
            Outcome::Done { result } => {
                if let Some(text) = result {
                    self.show(Output::Text { text });
                }
                Ok(())
            }
            Outcome::Exit { value } => Err(End::Exited(value)),
            Outcome::Error(failure) => Err(End::Failed(CellError {
                class: failure.class,
                condition: failure.condition,
                message: failure.message,
                line: failure.line,
                traceback: Some(failure.traceback),
            })),
            Outcome::Interrupted => Err(End::Failed(CellError {
                class: "Cancelled".into(),
                message: self.cancelled.get().unwrap_or(TOOK_TOO_LONG).into(),
                ..CellError::default()
            })),
        }
    }

    fn interpreter(self: &Rc<Self>) -> Steps<Rc<Interpreter>> {
        if let Some(python) = self.python.borrow().as_ref() {
            return Ok(python.clone());
        }
        let host: Rc<dyn Host> = Rc::new(RunnerHost(self.clone()));
        let python = Interpreter::new(host).map_err(|message| {
            End::Failed(CellError {
                class: "PythonError".into(),
                message,
                ..CellError::default()
            })
        })?;
        let python = Rc::new(python);
        let weak = Rc::downgrade(&python);
        let invoke = move |function: u64, arguments: &str| match weak.upgrade() {
            Some(python) => python.invoke(function, arguments),
            None => json!({"error": {"message": "Its Python has ended."}}).to_string(),
        };
        self.session.borrow_mut().state_mut().python.0 = Some(Arc::new(JsonPython(invoke)));
        self.python.replace(Some(python.clone()));
        Ok(python)
    }

    /// Answers a request of Python's.
    fn call(self: &Rc<Self>, request: &str) -> String {
        // A Python function runs within a query, which has the session.
        let answer = match self.session.try_borrow_mut() {
            Ok(mut session) => self.connect.borrow_mut().call(&mut session, request),
            Err(_) => return reply(Err(ConnectError::WithinFunction)),
        };
        match answer {
            Answer::Done(done) => {
                let shown = self.connect.borrow_mut().take_shown();
                for one in shown {
                    let output = match one {
                        Shown::Relation(plan) => self.table(&plan),
                        Shown::Rows(frame) => self.output(&frame, false),
                        Shown::Text(text) => Ok(Output::Text { text }),
                        Shown::Html(html) => Ok(Output::Html { html }),
                    };
                    match output {
                        Ok(output) => self.show(output),
                        Err(error) => return reply(Err(error.into())),
                    }
                }
                done
            }
            Answer::Wait(wait) => self.wait(&wait),
            Answer::Notebook { path, arguments } => self.notebook_run(&path, &arguments),
        }
    }

    // Streams

    /// Moves the streams, and runs a `foreachBatch` function that waits. Gives whether anything
    /// happened.
    fn advance(self: &Rc<Self>) -> bool {
        let worked = self.session.borrow_mut().step();
        let call = {
            let mut session = self.session.borrow_mut();
            self.connect.borrow_mut().waiting_batch(&mut session)
        };
        let Some(call) = call else {
            return worked;
        };
        let python = self.python.borrow().clone();
        let answer = match python {
            Some(python) => python.invoke(call.function, &call.arguments),
            None => json!({"error": {"message": "Python has ended."}}).to_string(),
        };
        let mut session = self.session.borrow_mut();
        self.connect
            .borrow_mut()
            .batch_done(&mut session, &call, &answer);
        true
    }

    /// Lets the streams do all there is to do, those with a slow trigger too. Gives whether
    /// anything happened.
    fn settle(self: &Rc<Self>) -> bool {
        let mut worked = false;
        for _ in 0..MAX_ROUNDS {
            let mut moved = false;
            while !self.is_late() && self.advance() {
                moved = true;
            }
            worked |= moved;
            let interval = self.longest_interval();
            if self.is_late() || (!moved && worked) || (!moved && interval == 0) {
                break;
            }
            if interval > 0 {
                self.clock.skip(interval);
                if !self.advance() && !moved {
                    break;
                }
                worked = true;
            }
        }
        worked
    }

    /// The longest trigger of an active query, in milliseconds.
    fn longest_interval(&self) -> i64 {
        let session = self.session.borrow();
        let intervals = session.active().map(|q| match q.trigger() {
            Trigger::ProcessingTime { interval_ms } => interval_ms,
            _ => 0,
        });
        intervals.max().unwrap_or(0)
    }

    /// Waits for what a call waits for. Gives its reply.
    fn wait(self: &Rc<Self>, wait: &Wait) -> String {
        let mut idle = 0;
        loop {
            if let Some(done) = Connect::poll(&self.session.borrow(), wait) {
                return done;
            }
            if self.is_late() {
                self.cancelled.set(Some(TOOK_TOO_LONG));
                return json!({"ok": null}).to_string();
            }
            if self.settle() {
                idle = 0;
                continue;
            }
            let now = self.session.borrow().state().env.clock.now_ms();
            let deadline = match wait {
                Wait::Until { deadline } => Some(*deadline),
                Wait::Termination { deadline, .. } | Wait::AnyTermination { deadline } => *deadline,
                Wait::Available { .. } => None,
            };
            match deadline {
                Some(deadline) => self.clock.skip(deadline - now),
                None if idle > 1 => {
                    self.cancelled.set(Some(WAITS_FOR_EVER));
                    return json!({"ok": null}).to_string();
                }
                None => idle += 1,
            }
        }
    }

    fn is_late(&self) -> bool {
        self.deadline
            .get()
            .is_some_and(|deadline| Instant::now() > deadline)
    }
}

/// What Python asks of the runner.
struct RunnerHost(Rc<Runner>);

impl Host for RunnerHost {
    fn call(&self, request: &str) -> String {
        self.0.call(request)
    }

    fn write(&self, _: Stream, text: &str) {
        self.0.shows.borrow_mut().stdout.push_str(text);
    }

    fn interrupted(&self) -> bool {
        self.0.cancelled.get().is_some() || self.0.is_late()
    }

    fn now_ms(&self) -> f64 {
        self.0.clock.now_ms() as f64
    }

    fn entropy(&self) -> u64 {
        host::entropy() as u64
    }
}

fn notebook_failed(error: NotebookError) -> End {
    End::Failed(CellError::from(&error))
}

fn session_failed(error: &SessionError) -> CellError {
    let message = error.to_string();
    let condition = message
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map(|(condition, _)| condition.to_owned());
    CellError {
        class: error.exception_class().into(),
        condition,
        line: match error {
            SessionError::Sql(sql) => sql.position().map(|p| p.line),
            _ => None,
        },
        message,
        traceback: None,
    }
}

/// `%fs ls` as a table.
fn file_table(files: &[Value]) -> Option<Output> {
    let columns = [
        ("path", "string"),
        ("name", "string"),
        ("size", "bigint"),
        ("modificationTime", "bigint"),
    ];
    let rows = files
        .iter()
        .map(|file| {
            let cell = |(name, _): &(&str, &str)| {
                let value = file.get(*name).cloned().unwrap_or_default();
                serde_json::value::to_raw_value(&value).ok()
            };
            columns.iter().map(cell).collect::<Option<Vec<_>>>()
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Output::Table {
        columns: columns
            .iter()
            .map(|(name, data_type)| crate::notebook::OutputColumn {
                name: (*name).into(),
                data_type: (*data_type).into(),
            })
            .collect(),
        rows,
        truncated: false,
        streaming: false,
    })
}

/// A cell's result for people.
fn print_cell(result: &CellResult) {
    let first = result.source.lines().find(|l| !l.trim().is_empty());
    println!("── Cell {} ── {}", result.cell, first.unwrap_or_default());
    print!("{}", result.stdout);
    if !result.stdout.is_empty() && !result.stdout.ends_with('\n') {
        println!();
    }
    for output in &result.results {
        match output {
            Output::Table {
                columns,
                rows,
                truncated,
                streaming,
            } => {
                let shown = rows.get(..PRINTED_ROWS).unwrap_or(rows);
                print!("{}", print::table(columns, shown));
                let more = if *truncated {
                    ", and there are more"
                } else {
                    ""
                };
                let live = if *streaming { " of a stream" } else { "" };
                match rows.len().checked_sub(shown.len()) {
                    Some(0) | None => println!("{} rows{live}{more}\n", rows.len()),
                    Some(_) => println!(
                        "the first {PRINTED_ROWS} of {} rows{live}{more}\n",
                        rows.len()
                    ),
                }
            }
            Output::Text { text } => println!("{text}"),
            Output::Html { html } => println!("{html}"),
            Output::Markdown { .. } => {}
            Output::Chart { spec } => println!("{spec}"),
        }
    }
    if let Some(error) = &result.error {
        match &error.traceback {
            Some(traceback) => println!("{traceback}"),
            None => println!("{}: {}", error.class, error.message),
        }
    }
}
