//! What a notebook says to a session, as data.
//!
//! A pipeline is a list of [`Statement`]s. The builders of the DataFrame API come down to the
//! same two structs, [`Reader`] and [`StreamWriter`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// One statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Statement {
    /// SQL text: one or several statements.
    Sql(String),
    /// `spark.read.….createOrReplaceTempView(view)`
    Read { reader: Reader, view: String },
    /// `spark.readStream.….createOrReplaceTempView(view)`
    ReadStream { reader: Reader, view: String },
    /// `spark.table(from).writeStream.…`
    WriteStream { from: String, writer: StreamWriter },
}

/// A reader: what `spark.read` and `spark.readStream` collect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reader {
    pub format: Option<String>,
    /// DDL: `id INT, name STRING`.
    pub schema: Option<String>,
    pub options: Vec<(String, String)>,
    pub from: ReadFrom,
}

/// What a reader reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ReadFrom {
    /// `load(path)`, which may be a glob.
    Path(String),
    /// `load([path, …])`
    Paths(Vec<String>),
    /// `table(name)`
    Table(String),
}

/// A stream's writer: what `df.writeStream` collects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StreamWriter {
    pub format: Option<String>,
    pub output_mode: Option<String>,
    pub options: Vec<(String, String)>,
    pub trigger: Option<TriggerSpec>,
    pub query_name: Option<String>,
    pub partition_by: Vec<String>,
    pub to: WriteTo,
}

/// `trigger(…)`'s argument.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TriggerSpec {
    ProcessingTime(String),
    Once,
    AvailableNow,
}

/// A batch writer: what `df.write` collects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Writer {
    /// `None` is Delta.
    pub format: Option<String>,
    pub mode: SaveMode,
    /// `mergeSchema`, `overwriteSchema`, `replaceWhere`, `partitionOverwriteMode`,
    /// `userMetadata`, `txnAppId`, `txnVersion`, Delta's table properties, and a format's own.
    pub options: Vec<(String, String)>,
    pub partition_by: Vec<String>,
    #[serde(default)]
    pub cluster_by: Vec<String>,
    pub to: WriteTo,
}

/// What a writer does where something is already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaveMode {
    #[default]
    ErrorIfExists,
    Append,
    Overwrite,
    Ignore,
}

impl SaveMode {
    /// `df.write.mode(text)`
    ///
    /// # Errors
    /// `INVALID_SAVE_MODE`.
    pub fn parse(text: &str) -> Result<SaveMode, super::SessionError> {
        Ok(match text.to_lowercase().as_str() {
            "append" => SaveMode::Append,
            "overwrite" => SaveMode::Overwrite,
            "ignore" => SaveMode::Ignore,
            "error" | "errorifexists" | "default" => SaveMode::ErrorIfExists,
            _ => return Err(super::SessionError::InvalidSaveMode { mode: text.into() }),
        })
    }
}

/// Where a writer's rows go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum WriteTo {
    /// `table(name)`, `toTable(name)`, `saveAsTable(name)`: columns by name.
    Table(String),
    /// `start(path)`, `save(path)`
    Path(String),
    /// `insertInto(name)`: columns by position. Not for streams.
    InsertInto(String),
    /// `foreachBatch(f)`: the function's number, as who runs it knows it. For streams.
    ForeachBatch(u64),
    /// `start()` of a sink without a place (`memory`).
    Nowhere,
}

impl Reader {
    /// A reader of a table.
    pub fn table(name: &str) -> Reader {
        Reader {
            format: None,
            schema: None,
            options: Vec::new(),
            from: ReadFrom::Table(name.into()),
        }
    }

    /// A reader of files.
    pub fn load(format: &str, path: &str) -> Reader {
        Reader {
            format: Some(format.into()),
            schema: None,
            options: Vec::new(),
            from: ReadFrom::Path(path.into()),
        }
    }

    /// The same with an option.
    #[must_use]
    pub fn option(mut self, name: &str, value: &str) -> Reader {
        self.options.push((name.into(), value.into()));
        self
    }
}

impl Writer {
    /// A writer of Delta rows.
    pub fn new(mode: SaveMode, to: WriteTo) -> Writer {
        Writer {
            format: None,
            mode,
            options: Vec::new(),
            partition_by: Vec::new(),
            cluster_by: Vec::new(),
            to,
        }
    }

    /// The same in another format.
    #[must_use]
    pub fn format(mut self, format: &str) -> Writer {
        self.format = Some(format.into());
        self
    }

    /// The same with an option.
    #[must_use]
    pub fn option(mut self, name: &str, value: &str) -> Writer {
        self.options.push((name.into(), value.into()));
        self
    }

    /// The same, partitioned by these columns.
    #[must_use]
    pub fn partition_by(mut self, columns: &[&str]) -> Writer {
        self.partition_by = columns.iter().map(|c| (*c).into()).collect();
        self
    }
}

impl StreamWriter {
    /// A writer to a Delta table with a checkpoint.
    pub fn table(name: &str, checkpoint: &str) -> StreamWriter {
        StreamWriter {
            format: Some("delta".into()),
            output_mode: Some("append".into()),
            options: vec![("checkpointLocation".into(), checkpoint.into())],
            trigger: None,
            query_name: None,
            partition_by: Vec::new(),
            to: WriteTo::Table(name.into()),
        }
    }

    /// The same in another output mode.
    #[must_use]
    pub fn output_mode(mut self, mode: &str) -> StreamWriter {
        self.output_mode = Some(mode.into());
        self
    }

    /// The same with a trigger.
    #[must_use]
    pub fn trigger(mut self, trigger: TriggerSpec) -> StreamWriter {
        self.trigger = Some(trigger);
        self
    }
}

impl Statement {
    /// The directories in which it keeps how far it is: checkpoints and schema locations.
    pub fn checkpoints(&self) -> impl Iterator<Item = &str> {
        let options: &[(String, String)] = match self {
            Statement::Sql(_) => &[],
            Statement::Read { reader, .. } | Statement::ReadStream { reader, .. } => {
                &reader.options
            }
            Statement::WriteStream { writer, .. } => &writer.options,
        };
        options
            .iter()
            .filter(|(name, _)| {
                ["checkpointlocation", "cloudfiles.schemalocation"]
                    .contains(&name.to_lowercase().as_str())
            })
            .map(|(_, path)| path.as_str())
    }
}

/// The text that a notebook would have: Python, or SQL as it is.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Statement::Sql(text) => f.write_str(text),
            Statement::Read { reader, view } => {
                write!(f, "(spark.read{reader}")?;
                write!(f, "\n  .createOrReplaceTempView({}))", python(view))
            }
            Statement::ReadStream { reader, view } => {
                write!(f, "(spark.readStream{reader}")?;
                write!(f, "\n  .createOrReplaceTempView({}))", python(view))
            }
            Statement::WriteStream { from, writer } => {
                write!(f, "(spark.table({})\n  .writeStream{writer})", python(from))
            }
        }
    }
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(format) = &self.format {
            write!(f, "\n  .format({})", python(format))?;
        }
        if let Some(schema) = &self.schema {
            write!(f, "\n  .schema({})", python(schema))?;
        }
        options(f, &self.options)?;
        match &self.from {
            ReadFrom::Path(path) => write!(f, "\n  .load({})", python(path)),
            ReadFrom::Paths(paths) => {
                let paths: Vec<String> = paths.iter().map(|p| python(p)).collect();
                write!(f, "\n  .load([{}])", paths.join(", "))
            }
            ReadFrom::Table(name) => write!(f, "\n  .table({})", python(name)),
        }
    }
}

impl fmt::Display for StreamWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(format) = &self.format {
            write!(f, "\n  .format({})", python(format))?;
        }
        options(f, &self.options)?;
        if let Some(mode) = &self.output_mode {
            write!(f, "\n  .outputMode({})", python(mode))?;
        }
        if !self.partition_by.is_empty() {
            let columns: Vec<String> = self.partition_by.iter().map(|c| python(c)).collect();
            write!(f, "\n  .partitionBy({})", columns.join(", "))?;
        }
        match &self.trigger {
            None => {}
            Some(TriggerSpec::ProcessingTime(interval)) => {
                write!(f, "\n  .trigger(processingTime={})", python(interval))?;
            }
            Some(TriggerSpec::Once) => f.write_str("\n  .trigger(once=True)")?,
            Some(TriggerSpec::AvailableNow) => f.write_str("\n  .trigger(availableNow=True)")?,
        }
        if let Some(name) = &self.query_name {
            write!(f, "\n  .queryName({})", python(name))?;
        }
        match &self.to {
            WriteTo::Table(name) => write!(f, "\n  .table({})", python(name)),
            WriteTo::Path(path) => write!(f, "\n  .start({})", python(path)),
            WriteTo::InsertInto(name) => write!(f, "\n  .insertInto({})", python(name)),
            WriteTo::ForeachBatch(_) => f.write_str("\n  .foreachBatch(…)\n  .start()"),
            WriteTo::Nowhere => f.write_str("\n  .start()"),
        }
    }
}

fn options(f: &mut fmt::Formatter<'_>, options: &[(String, String)]) -> fmt::Result {
    for (name, value) in options {
        write!(f, "\n  .option({}, {})", python(name), python(value))?;
    }
    Ok(())
}

/// A Python string literal.
fn python(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
