//! The command line: the engine without a browser.

mod host;
mod print;
mod run;
mod workspace;
mod workspaces;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::bookstore;
use crate::connect::ConnectError;
use crate::env::{Env, SeededIds};
use crate::notebook::NotebookError;
use crate::pipeline::{self, DATASET};
use crate::session::{Ran, Session, SessionError};
use crate::storage::{
    ArchiveError, DbfsPath, DirectoryFileSystem, FileSystem, MemoryFileSystem, StorageError,
};
use host::{Mount, SystemClock};
use run::RunArgs;
use workspaces::WorkspaceCommand;

/// Spark SQL, PySpark and Delta Lake's multi-hop pipeline, without a cluster.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a notebook's cells in order and prints what they show.
    ///
    /// Databricks source (.py, .sql), Jupyter (.ipynb) and plain Python run as they are:
    ///   multihop run "Course/4.6 Multihop.py" --workspace Course
    ///   multihop run lab.ipynb --mount ./data=dbfs:/mnt/data --json
    #[command(verbatim_doc_comment)]
    Run(RunArgs),
    /// Runs SQL statements and prints their rows.
    ///
    /// The sample data lies under dbfs:/mnt/demo-datasets/bookstore:
    ///   multihop sql "SELECT count(*) FROM parquet.`dbfs:/mnt/demo-datasets/bookstore/orders-raw`"
    #[command(verbatim_doc_comment)]
    Sql {
        /// One statement or several, separated by semicolons.
        text: String,
        #[command(flatten)]
        files: FileArgs,
        /// How rows are printed: as Spark's `show`, or as JSON, one object a line.
        #[arg(long, value_enum, default_value_t)]
        format: print::Format,
        /// Rows printed at most.
        #[arg(long, default_value_t = 10_000)]
        max_rows: usize,
    },
    /// Lists, copies, renames and deletes workspaces, saves one as a .zip and opens it from one.
    ///
    /// A workspace is a directory that --dbfs works in. Its .zip is the one that the page saves and opens:
    ///   multihop workspace open "My workspace.zip" work
    ///   multihop sql --dbfs work "SELECT count(*) FROM orders_silver"
    #[command(verbatim_doc_comment, subcommand)]
    Workspace(WorkspaceCommand),
    /// Runs the bookstore pipeline: bronze and silver streams over all ten files, gold updated
    /// after the fourth and after the last.
    Bookstore {
        /// Writes the session's dbfs:/ (tables, logs, checkpoints) below this directory.
        #[arg(long)]
        export: Option<PathBuf>,
    },
}

/// What lies under `dbfs:/` at first.
#[derive(clap::Args, Default)]
struct FileArgs {
    /// Reads and writes this directory in place as dbfs:/, instead of the sample data in memory. Tables, views and
    /// checkpoints are there again the next time.
    #[arg(long, value_name = "DIR")]
    dbfs: Option<PathBuf>,
    /// Puts a directory or file of this machine under a dbfs:/ path first.
    #[arg(long, value_name = "HOST_DIR=dbfs:/path")]
    mount: Vec<Mount>,
}

impl FileArgs {
    /// Writes down what is to be there the next time, where there is one.
    fn keep(&self, session: &mut Session) -> Result<(), CliError> {
        if self.dbfs.is_some() {
            session.keep()?;
        }
        Ok(())
    }
}

/// Why the program ends with an error.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Notebook(#[from] NotebookError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("{path}: {error}")]
    Host {
        path: PathBuf,
        error: std::io::Error,
    },
    #[error("the sample data can't be made: {0}")]
    Sample(#[from] crate::formats::FormatError),
    #[error("{0}")]
    Stream(String),
}

/// The program `multihop`.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // Deep SQL and deep Python take a deep stack.
    let thread = std::thread::Builder::new().stack_size(256 << 20);
    let ended = thread.spawn(move || run(cli)).map(|t| t.join());
    match ended {
        Ok(Ok(Ok(code))) => code,
        Ok(Ok(Err(error))) => {
            eprintln!("multihop: {error}");
            ExitCode::FAILURE
        }
        Ok(Err(_)) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("multihop: no thread could be started: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, CliError> {
    match cli.command {
        Command::Run(args) => run::run(args),
        Command::Sql {
            text,
            files,
            format,
            max_rows,
        } => {
            let mut session = session(&files, Arc::default(), host::entropy())?;
            for ran in session.sql(&text)? {
                files.keep(&mut session)?;
                let frame = match ran {
                    Ran::Rows(plan) => session.collect(&plan, Some(max_rows))?,
                    Ran::Frame(frame) => frame,
                    Ran::Started { .. } => continue,
                };
                print::frame(&frame, format, session.state().conf.time_zone())?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Workspace(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Bookstore { export } => {
            let mut session = session(&FileArgs::default(), Arc::default(), host::entropy())?;
            run_bookstore(&mut session)?;
            if let Some(dir) = export {
                host::export(session.state().fs.as_ref(), &dir)?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A session over what the arguments name; ids come from the seed.
fn session(files: &FileArgs, clock: Arc<SystemClock>, seed: u128) -> Result<Session, CliError> {
    let env = Env {
        clock,
        ids: Arc::new(SeededIds::new(seed)),
    };
    let fs: Arc<dyn FileSystem> = match &files.dbfs {
        Some(dir) => {
            let opened = DirectoryFileSystem::open(dir);
            Arc::new(opened.map_err(|error| CliError::Host {
                path: dir.clone(),
                error,
            })?)
        }
        None => {
            let fs = MemoryFileSystem::new(env.clock.clone(), u64::MAX);
            add_sample_data(&fs)?;
            Arc::new(fs)
        }
    };
    for mount in &files.mount {
        host::import(fs.as_ref(), &mount.from, &mount.to)?;
    }
    let mut session = Session::new(fs, env);
    session.restore()?;
    Ok(session)
}

/// Puts the bookstore's files in their place.
fn add_sample_data(fs: &dyn FileSystem) -> Result<(), CliError> {
    let root = DbfsPath::parse(DATASET)?;
    for (path, bytes) in bookstore::files(bookstore::SEED)? {
        fs.put(&root.join(&path)?, bytes)?;
    }
    Ok(())
}

/// The walk-through, as a person would do it.
fn run_bookstore(session: &mut Session) -> Result<(), CliError> {
    let pipeline = pipeline::bookstore();
    for declared in &pipeline.start {
        session.run(&declared.statement)?;
    }
    settle(session)?;
    print_counts(session)?;
    let Some(sample) = &pipeline.sample else {
        return Ok(());
    };
    let fs = session.state().fs.clone();
    let (from, to) = (DbfsPath::parse(&sample.from)?, DbfsPath::parse(&sample.to)?);
    for file in fs.list_from(&from, "")? {
        let name = file.path.name();
        if fs.status(&to.join(name)?)?.is_some() {
            continue;
        }
        fs.put(&to.join(name)?, fs.read(&file.path)?)?;
        settle(session)?;
        println!("{name} has landed");
        if name.starts_with("04") {
            update_gold(session, &pipeline)?;
        }
    }
    update_gold(session, &pipeline)?;
    print_counts(session)
}

fn update_gold(session: &mut Session, pipeline: &pipeline::Pipeline) -> Result<(), CliError> {
    for declared in &pipeline.update {
        session.run(&declared.statement)?;
    }
    settle(session)
}

/// Lets the streams do all there is to do.
fn settle(session: &mut Session) -> Result<(), CliError> {
    session.process_all_available();
    match session.queries().find_map(|q| q.error()) {
        Some(error) => Err(CliError::Stream(error.to_string())),
        None => Ok(()),
    }
}

fn print_counts(session: &Session) -> Result<(), CliError> {
    let state = session.state();
    for table in state.tables(&state.current_database)? {
        let plan = session.table(&table.table)?;
        println!(
            "{:<24}{:>8} rows",
            table.table,
            session.collect(&plan, None)?.height()
        );
    }
    Ok(())
}
