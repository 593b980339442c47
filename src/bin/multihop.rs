//! Multihop on the command line: the engine without a browser.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};
use multihop::bookstore;
use multihop::env::{Clock, Env, SeededIds};
use multihop::pipeline::{self, DATASET};
use multihop::session::{Ran, Session, SessionError};
use multihop::storage::{DbfsPath, FileSystem, MemoryFileSystem, StorageError};
use multihop::types::{Frame, Value};

/// Runs the Delta Lake multi-hop pipeline without a browser.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs SQL statements and prints their rows.
    ///
    /// The sample data lies under dbfs:/mnt/demo-datasets/bookstore:
    /// multihop sql "SELECT count(*) FROM parquet.`dbfs:/mnt/demo-datasets/bookstore/orders-raw`"
    Sql {
        /// One statement or several, separated by semicolons.
        text: String,
        /// Takes a directory that `--export` wrote as dbfs:/, in place of the sample data.
        #[arg(long, value_name = "DIR")]
        dbfs: Option<PathBuf>,
        /// Puts a directory of this machine under a dbfs:/ path first: DIR=dbfs:/path
        #[arg(long, value_name = "DIR=PATH")]
        mount: Vec<Mount>,
        /// How rows are printed: as Spark's `show`, or as JSON, one object a line.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Rows printed at most.
        #[arg(long, default_value_t = 10_000)]
        max_rows: usize,
    },
    /// Runs the bookstore pipeline: bronze and silver streams over all ten files, gold updated
    /// after the fourth and after the last.
    Bookstore {
        /// Writes the session's dbfs:/ (tables, logs, checkpoints) below this directory.
        #[arg(long)]
        export: Option<PathBuf>,
    },
}

/// How rows are printed.
#[derive(Clone, Copy, Default, PartialEq, clap::ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
}

/// A directory of this machine, and where it goes.
#[derive(Clone)]
struct Mount {
    from: PathBuf,
    to: DbfsPath,
}

impl std::str::FromStr for Mount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once('=').ok_or("write it as DIR=dbfs:/path")?;
        Ok(Mount {
            from: from.into(),
            to: DbfsPath::parse(to).map_err(|e| e.to_string())?,
        })
    }
}

/// Why the program ends with an error.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("{path}: {error}")]
    Host {
        path: PathBuf,
        error: std::io::Error,
    },
    #[error("the sample data can't be made: {0}")]
    Sample(#[from] multihop::formats::FormatError),
    #[error("{0}")]
    Stream(String),
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), CliError> {
    let env = Env {
        clock: Arc::new(SystemClock),
        ids: Arc::new(SeededIds::new(entropy())),
    };
    let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), u64::MAX));
    let mut session = Session::new(fs.clone(), env);
    match cli.command {
        Command::Sql {
            text,
            dbfs,
            mount,
            format,
            max_rows,
        } => {
            match dbfs {
                Some(dir) => import(fs.as_ref(), &dir, &DbfsPath::root())?,
                None => add_sample_data(fs.as_ref())?,
            }
            for mount in &mount {
                import(fs.as_ref(), &mount.from, &mount.to)?;
            }
            for ran in session.sql(&text)? {
                let frame = match ran {
                    Ran::Rows(plan) => session.collect(&plan, Some(max_rows))?,
                    Ran::Frame(frame) => frame,
                    Ran::Started { .. } => continue,
                };
                print_frame(&frame, format)?;
            }
            Ok(())
        }
        Command::Bookstore { export } => {
            add_sample_data(fs.as_ref())?;
            run_bookstore(&mut session)?;
            if let Some(dir) = export {
                export_to(fs.as_ref(), &dir)?;
            }
            Ok(())
        }
    }
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

/// Prints rows as Spark's `show` does, or as JSON lines.
fn print_frame(frame: &Frame, format: Format) -> Result<(), CliError> {
    let schema = frame.schema();
    let mut rows = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let mut cells = Vec::new();
        for (field, column) in schema.fields.iter().zip(frame.columns()) {
            let value = Value::from_series(column, row, &field.data_type)
                .map_err(|e| SessionError::from(multihop::sql::SqlError::from(e)))?;
            cells.push(value);
        }
        rows.push(cells);
    }
    if format == Format::Json {
        for cells in &rows {
            let mut line = String::from("{");
            for (i, (field, value)) in schema.fields.iter().zip(cells).enumerate() {
                if i > 0 {
                    line.push(',');
                }
                line.push_str(&serde_json::Value::from(field.name.as_str()).to_string());
                line.push(':');
                value.push_json(&field.data_type, chrono_tz::UTC, &mut line);
            }
            println!("{line}}}");
        }
        return Ok(());
    }
    if schema.is_empty() {
        return Ok(());
    }
    let texts: Vec<Vec<String>> = rows
        .iter()
        .map(|cells| {
            schema
                .fields
                .iter()
                .zip(cells)
                .map(|(field, value)| value.show(&field.data_type, chrono_tz::UTC))
                .collect()
        })
        .collect();
    let widths: Vec<usize> = schema
        .fields
        .iter()
        .enumerate()
        .map(|(i, field)| {
            let cells = texts.iter().filter_map(|row| row.get(i));
            let widest = cells.map(|t| t.chars().count()).max().unwrap_or(0);
            widest.max(field.name.chars().count()).max(3)
        })
        .collect();
    let rule: String = widths
        .iter()
        .map(|w| format!("+{}", "-".repeat(*w)))
        .collect();
    let line = |cells: Vec<&str>| {
        let cells: String = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| {
                let pad = width.saturating_sub(cell.chars().count());
                format!("|{}{cell}", " ".repeat(pad))
            })
            .collect();
        println!("{cells}|");
    };
    println!("{rule}+");
    line(schema.names());
    println!("{rule}+");
    for row in &texts {
        line(row.iter().map(String::as_str).collect());
    }
    println!("{rule}+\n");
    Ok(())
}

/// Copies a directory of this machine into the session's file system.
fn import(fs: &dyn FileSystem, from: &Path, to: &DbfsPath) -> Result<(), CliError> {
    let host = |error| CliError::Host {
        path: from.into(),
        error,
    };
    if from.is_file() {
        let bytes = std::fs::read(from).map_err(host)?;
        fs.put(to, bytes.into())?;
        return Ok(());
    }
    for entry in std::fs::read_dir(from).map_err(host)? {
        let entry = entry.map_err(host)?;
        let name = entry.file_name();
        import(fs, &entry.path(), &to.join(&name.to_string_lossy())?)?;
    }
    Ok(())
}

/// Copies the session's files to a directory of this machine.
fn export_to(fs: &dyn FileSystem, dir: &Path) -> Result<(), CliError> {
    for file in fs.list_recursive(&DbfsPath::root())? {
        let relative = file.path.relative_to(&DbfsPath::root()).unwrap_or_default();
        let path = dir.join(relative);
        let host = |error| CliError::Host {
            path: path.clone(),
            error,
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(host)?;
        }
        std::fs::write(&path, fs.read(&file.path)?).map_err(host)?;
    }
    Ok(())
}

/// This machine's clock; never runs backwards.
struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        static LAST: AtomicI64 = AtomicI64::new(0);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
        LAST.fetch_max(now, Ordering::Relaxed).max(now)
    }
}

/// Bits that differ from run to run: the hasher's own random keys.
fn entropy() -> u128 {
    use std::hash::{BuildHasher, RandomState};
    let half = || u128::from(RandomState::new().hash_one(std::process::id()));
    (half() << 64) | half()
}
