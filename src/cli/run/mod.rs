//! `multihop run`: a notebook's cells in order.
//!
//! Nobody waits here: when the streams have nothing to do, the session's clock is set ahead to
//! whatever is waited for, so that a notebook that sleeps for a minute takes no minute.

mod notebooks;
mod python;
mod rows;
mod streams;

use std::cell::{Cell as Slot, RefCell};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::host::{self, SystemClock};
use super::{CliError, FileArgs, print, workspace};
use crate::connect::Connect;
use crate::env::SeededIds;
use crate::notebook::{
    Cell, CellError, CellResult, CellStatus, Notebook, NotebookError, Output, Step, Workspace,
};
use crate::python::Interpreter;
use crate::session::{Session, SessionError};
use crate::sql::error::condition;

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
    /// Makes two runs the same: it is 2026-01-01, a clock moves when it is read, and ids come from
    /// a seed.
    #[arg(long)]
    replay: bool,
    /// Stops at the first cell that fails.
    #[arg(long)]
    fail_fast: bool,
}

/// 2026-01-01 00:00:00 UTC
const REPLAY_MS: i64 = 1_767_225_600_000;

/// Runs a notebook. The exit status tells whether all cells passed.
pub fn run(args: RunArgs) -> Result<ExitCode, CliError> {
    let (workspace, path) = workspace::load(&args.notebook, args.workspace.as_deref())?;
    let (clock, seed) = if args.replay {
        (SystemClock::stepping(REPLAY_MS), 0)
    } else {
        (SystemClock::default(), host::entropy())
    };
    let clock = Arc::new(clock);
    let session = super::session(&args.files, clock.clone(), seed)?;
    let runner = Rc::new(Runner {
        session: RefCell::new(session),
        connect: RefCell::default(),
        python: RefCell::default(),
        pythons: RefCell::default(),
        main: path.clone(),
        clock,
        random: SeededIds::new(seed),
        workspace,
        shows: RefCell::default(),
        deadline: Slot::new(None),
        cancelled: Slot::new(None),
        slept: Slot::new(0),
        depth: Slot::new(0),
        max_rows: args.max_rows,
    });
    runner.connect.borrow_mut().set_notebook(&path);
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
        args.files.keep(&mut runner.session.borrow_mut())?;
        all_passed &= result.status != CellStatus::Error;
        if args.json {
            println!("{}", serde_json::to_string(&result).unwrap_or_default());
        } else {
            print::cell(&result);
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
    /// That of the notebook that runs, once it has a Python cell.
    python: RefCell<Option<Rc<Interpreter>>>,
    /// All that were started, each with its numbers for functions. They are kept: streams and
    /// views may use functions of a notebook that has ended.
    pythons: RefCell<Vec<Rc<Interpreter>>>,
    /// The notebook that the person runs.
    main: String,
    clock: Arc<SystemClock>,
    /// Python's randomness.
    random: SeededIds,
    workspace: Workspace,
    shows: RefCell<Shows>,
    deadline: Slot<Option<Instant>>,
    /// Why the cell was cancelled.
    cancelled: Slot<Option<&'static str>>,
    /// Milliseconds that the cell has waited since a stream last had something to do.
    slept: Slot<i64>,
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
        self.slept.set(0);
        let before = self.active_runs();
        let mut ended = self.steps(path, notebook, index, cell);
        let new: Vec<String> = self.active_runs().difference(&before).cloned().collect();
        self.settle();
        if ended.is_ok() {
            ended = self.failed_stream(&new).map_or(Ok(()), Err);
        }
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
        let steps = match path == self.main {
            true => cell.steps(notebook.language),
            false => cell.included_steps(notebook.language),
        };
        let steps = steps.map_err(notebook_failed)?;
        let last = steps.len().saturating_sub(1);
        for (i, step) in steps.into_iter().enumerate() {
            match step {
                // Of several statements the last one's rows are shown, as on Databricks.
                Step::Sql(statement) => self.sql(&statement, i == last)?,
                Step::Python(source) => self.python(&source, &self.cell_name(path, index))?,
                Step::Fs(command) => self.fs(&command)?,
                Step::Run {
                    path: target,
                    arguments,
                } => self.run(path, &target, &arguments)?,
                Step::Print(text) => self.show(Output::Text { text }),
                Step::Markdown(text) if path == self.main => self.show(Output::Markdown { text }),
                // Another notebook's text stays there.
                Step::Markdown(_) => {}
            }
        }
        Ok(())
    }

    /// What a traceback calls a cell.
    fn cell_name(&self, notebook: &str, index: usize) -> String {
        if notebook == self.main {
            format!("Cell {}", index + 1)
        } else {
            format!("{notebook}, cell {}", index + 1)
        }
    }

    fn show(&self, output: Output) {
        self.shows.borrow_mut().results.push(output);
    }
}

fn notebook_failed(error: NotebookError) -> End {
    End::Failed(CellError::from(&error))
}

fn session_failed(error: &SessionError) -> CellError {
    let message = error.to_string();
    CellError {
        class: error.exception_class().into(),
        condition: condition(&message).map(str::to_owned),
        line: match error {
            SessionError::Sql(sql) => sql.position().map(|p| p.line),
            _ => None,
        },
        message,
        traceback: None,
    }
}
