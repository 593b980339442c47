//! Reading and starting streams (`spark.readStream`, `df.writeStream`).

use std::sync::Arc;

use super::catalog::CatalogTable;
use super::conf::{
    AUTO_MERGE, MULTIPLE_WATERMARK_POLICY, STREAM_CHECKPOINT_LOCATION, STREAM_SCHEMA_INFERENCE,
};
use super::options::{
    CHECKPOINT_LOCATION, ENDING_TIMESTAMP, ENDING_VERSION, MERGE_SCHEMA, STARTING_TIMESTAMP,
    STARTING_VERSION, TIMESTAMP_AS_OF, VERSION_AS_OF,
};
use super::state::{SessionState, TableName, version_at};
use super::statement::{ReadFrom, Reader, StreamWriter, TriggerSpec, WriteTo};
use super::write::{partition_positions, table_schema};
use super::{SessionError, parse_name};
use crate::formats::{FileFormat, OptionSpec, Options};
use crate::sql::SqlError;
use crate::sql::changes::{changes, feed_schema, reads_changes};
use crate::sql::command::TimeTravel;
use crate::sql::execute::OutputMode;
use crate::sql::plan::{Plan, StreamSource, StreamSourceSpec};
use crate::sql::streaming_rules::check_streaming;
use crate::storage::DbfsPath;
use crate::streaming::sinks::{
    DeltaSink, DeltaSinkOptions, FileSink, FileSinkOptions, ForeachBatch, ForeachBatchSink,
    MemorySink, MemorySinkRows,
};
use crate::streaming::sources::{
    CLOUD_FILES_FORMAT, FileSourceOptions, RateOptions, infer_cloud_files_schema, rate_schema,
};
use crate::streaming::{
    Checkpoint, MakeSink, QueryContext, QueryDefinition, QuerySession, StreamError, StreamingQuery,
    Trigger, WatermarkPolicy, mode_name, parse_output_mode,
};
use crate::types::{DataType, StructField, StructType};

/// The options of a reader or writer.
pub(super) fn options_of(given: &[(String, String)]) -> Options {
    let mut options = Options::new();
    for (name, value) in given {
        options.set(name, value);
    }
    options
}

/// A static relation (`spark.read`).
pub(super) fn read(state: &SessionState, reader: &Reader) -> Result<Plan, SessionError> {
    let options = options_of(&reader.options);
    let paths: Vec<DbfsPath> = match &reader.from {
        ReadFrom::Table(name) => {
            let parts = parse_name(name)?;
            if reads_changes(&options)? {
                let table = state.table_name(&parts)?;
                let log = state.table_log(&table)?;
                return changes_of(state, &log, Some(table.full()), &options);
            }
            return state.require_relation(&parts);
        }
        ReadFrom::Path(path) => vec![DbfsPath::parse(path)?],
        ReadFrom::Paths(paths) => paths
            .iter()
            .map(|p| DbfsPath::parse(p))
            .collect::<Result<_, _>>()?,
    };
    let format = reader.format.as_deref().unwrap_or("delta");
    if format.eq_ignore_ascii_case("delta")
        && let [path] = paths.as_slice()
    {
        return delta_at(state, path, &options);
    }
    let format = FileFormat::from_name(format).ok_or_else(|| StreamError::UnknownFormat {
        format: format.into(),
    })?;
    let schema = reader.schema.as_deref().map(parse_schema).transpose()?;
    state.files_at(format, &paths, &options, schema)
}

/// A Delta directory, at the version that the options name.
fn delta_at(
    state: &SessionState,
    path: &DbfsPath,
    options: &Options,
) -> Result<Plan, SessionError> {
    if reads_changes(options)? {
        let log = state.deltas.open(path);
        if !log.exists()? {
            return Err(SessionError::NotDelta { path: path.clone() });
        }
        return changes_of(state, &log, None, options);
    }
    let at = match (options.get(VERSION_AS_OF), options.get(TIMESTAMP_AS_OF)) {
        (Some(text), _) => {
            let version = text
                .trim()
                .parse()
                .map_err(|_| StreamError::InvalidOption {
                    option: VERSION_AS_OF.name.into(),
                    value: text.into(),
                    expected: "a version number",
                })?;
            Some(TimeTravel::Version(version))
        }
        (None, Some(text)) => Some(TimeTravel::Timestamp(text.into())),
        (None, None) => None,
    };
    state.delta_path(path, at.as_ref())
}

/// The change data feed that options ask for.
fn changes_of(
    state: &SessionState,
    log: &crate::delta::DeltaLog,
    name: Option<String>,
    options: &Options,
) -> Result<Plan, SessionError> {
    let place = |version: OptionSpec, timestamp: OptionSpec| -> Result<Option<u64>, SessionError> {
        let at = match (options.get(version), options.get(timestamp)) {
            (Some(text), _) => Some(TimeTravel::Version(text.trim().parse().map_err(|_| {
                StreamError::InvalidOption {
                    option: version.name.into(),
                    value: text.into(),
                    expected: "a version number",
                }
            })?)),
            (None, Some(text)) => Some(TimeTravel::Timestamp(text.into())),
            (None, None) => None,
        };
        version_at(log, at.as_ref(), state.conf.time_zone())
    };
    let from = place(STARTING_VERSION, STARTING_TIMESTAMP)?
        .ok_or(crate::delta::DeltaError::NoChangeStart)?;
    let to = place(ENDING_VERSION, ENDING_TIMESTAMP)?;
    Ok(changes(log, name.as_deref(), from, to)?)
}

fn parse_schema(ddl: &str) -> Result<StructType, SessionError> {
    Ok(crate::sql::parse::parse_schema(ddl).map_err(SqlError::from)?)
}

/// A streaming relation (`spark.readStream`).
pub(super) fn read_stream(state: &SessionState, reader: &Reader) -> Result<Plan, SessionError> {
    let options = options_of(&reader.options);
    let is_rate = reader
        .format
        .as_deref()
        .is_some_and(|f| f.eq_ignore_ascii_case("rate"));
    let (spec, schema) = match &reader.from {
        ReadFrom::Paths(_) | ReadFrom::Path(_) if is_rate => {
            RateOptions::parse(&options)?;
            (StreamSourceSpec::Rate, rate_schema())
        }
        ReadFrom::Table(name) => {
            let parts = parse_name(name)?;
            let name = state.table_name(&parts)?;
            return stream_of_table(state, &name, options);
        }
        ReadFrom::Paths(paths) if paths.is_empty() => {
            let format = reader.format.clone().unwrap_or_else(|| "delta".into());
            return Err(match FileFormat::from_name(&format) {
                None => StreamError::UnknownFormat { format }.into(),
                Some(_) => SessionError::NoPath,
            });
        }
        ReadFrom::Paths(_) => {
            return Err(SessionError::Unsupported {
                statement: "A stream from several paths".into(),
            });
        }
        ReadFrom::Path(path) => {
            let path = DbfsPath::parse(path)?;
            let format = reader.format.as_deref().unwrap_or("delta");
            let schema = reader.schema.as_deref().map(parse_schema).transpose()?;
            if format.eq_ignore_ascii_case("delta") {
                let log = state.deltas.open(&path);
                if !log.exists()? {
                    return Err(SessionError::NotDelta { path });
                }
                let schema = delta_schema(&log, &options)?;
                let spec = StreamSourceSpec::Delta {
                    table: path,
                    name: None,
                };
                (spec, schema)
            } else if format.eq_ignore_ascii_case("cloudFiles") {
                cloud_files(state, path, &options, schema)?
            } else {
                let format =
                    FileFormat::from_name(format).ok_or_else(|| StreamError::UnknownFormat {
                        format: format.into(),
                    })?;
                let schema = match (schema, format) {
                    (Some(schema), _) => schema,
                    // Lines of text are always one column.
                    (None, FileFormat::Text) => StructType::of([("value", DataType::String)]),
                    (None, _) if state.conf.is_true(STREAM_SCHEMA_INFERENCE.name) => {
                        let files = state.files(format, &path, &options, None)?;
                        files.schema().as_ref().clone()
                    }
                    (None, _) => return Err(StreamError::SchemaRequired.into()),
                };
                (StreamSourceSpec::Files { path, format }, schema)
            }
        }
    };
    Ok(Plan::stream_source(StreamSource {
        spec,
        options,
        schema: Arc::new(schema),
    }))
}

fn cloud_files(
    state: &SessionState,
    path: DbfsPath,
    options: &Options,
    schema: Option<StructType>,
) -> Result<(StreamSourceSpec, StructType), SessionError> {
    let format = options
        .get(CLOUD_FILES_FORMAT)
        .ok_or(StreamError::OptionRequired {
            option: CLOUD_FILES_FORMAT.name,
            hint: " Say which format the files have, such as parquet or json.",
        })?;
    let format = FileFormat::from_name(format).ok_or_else(|| StreamError::UnknownFormat {
        format: format.into(),
    })?;
    let parsed = FileSourceOptions::cloud_files(options)?;
    let schema = match schema {
        Some(mut schema) => {
            if let Some(name) = &parsed.rescued_column {
                schema.fields.push(StructField::new(name, DataType::String));
            }
            schema
        }
        None => infer_cloud_files_schema(&state.fs, &path, format, &parsed)?,
    };
    Ok((StreamSourceSpec::CloudFiles { path, format }, schema))
}

/// The columns of a Delta stream, or of its change data feed.
fn delta_schema(
    log: &crate::delta::DeltaLog,
    options: &Options,
) -> Result<StructType, SessionError> {
    let snapshot = log.snapshot()?;
    Ok(match reads_changes(options)? {
        true => feed_schema(snapshot.schema()),
        false => snapshot.schema().as_ref().clone(),
    })
}

fn stream_of_table(
    state: &SessionState,
    name: &TableName,
    options: Options,
) -> Result<Plan, SessionError> {
    let log = state.table_log(name)?;
    let mut plan = Plan::stream_source(StreamSource {
        schema: Arc::new(delta_schema(&log, &options)?),
        spec: StreamSourceSpec::Delta {
            table: log.table_path().clone(),
            name: Some(name.full()),
        },
        options,
    });
    for attribute in &mut plan.output {
        attribute.qualifier = name.full().split('.').map(str::to_owned).collect();
    }
    Ok(plan)
}

/// Makes the table of files that a stream writes, if it isn't there.
fn create_table(
    state: &mut SessionState,
    name: &TableName,
    plan: &Plan,
    writer: &StreamWriter,
    location: &DbfsPath,
    format: FileFormat,
) -> Result<(), SessionError> {
    if state.table_exists(name)? {
        return Ok(());
    }
    state.fs.mkdirs(location)?;
    let table = CatalogTable {
        format: Some(format),
        location: Some(location.clone()),
        is_managed: true,
        schema: table_schema(&plan.schema(), &writer.partition_by)?,
        partition_columns: writer.partition_by.clone(),
        created_ms: state.env.clock.now_ms(),
        ..CatalogTable::default()
    };
    state.catalog.set_table(name.key(), table);
    Ok(())
}

fn watermark_policy(state: &SessionState) -> Result<WatermarkPolicy, StreamError> {
    let name = MULTIPLE_WATERMARK_POLICY.name;
    match state.conf.get(name).map(str::to_lowercase).as_deref() {
        None | Some("min") => Ok(WatermarkPolicy::Min),
        Some("max") => Ok(WatermarkPolicy::Max),
        Some(other) => Err(StreamError::InvalidOption {
            option: name.into(),
            value: other.into(),
            expected: "min or max",
        }),
    }
}

/// What a started writer gives.
pub(super) struct Started {
    pub query: StreamingQuery,
    /// The rows of a memory sink.
    pub rows: Option<MemorySinkRows>,
    /// Where batches wait for their function.
    pub foreach: Option<ForeachBatch>,
}

/// Starts a query over `plan` (`df.writeStream.….start()`).
pub(super) fn start(
    state: &mut SessionState,
    plan: Arc<Plan>,
    writer: &StreamWriter,
) -> Result<Started, SessionError> {
    if !plan.is_streaming() {
        return Err(StreamError::NotStreaming.into());
    }
    let output_mode = match &writer.output_mode {
        Some(text) => parse_output_mode(text)?,
        None => OutputMode::Append,
    };
    let trigger = match &writer.trigger {
        None => Trigger::default(),
        Some(TriggerSpec::Once) => Trigger::Once,
        Some(TriggerSpec::AvailableNow) => Trigger::AvailableNow,
        Some(TriggerSpec::ProcessingTime(text)) => Trigger::processing_time(text)?,
    };
    let options = options_of(&writer.options);
    let format = writer.format.as_deref().unwrap_or("delta").to_lowercase();
    let files = FileFormat::from_name(&format);
    let location = match (&writer.to, format.as_str()) {
        (WriteTo::Nowhere, "memory") if writer.query_name.is_none() => {
            return Err(StreamError::NoQueryName.into());
        }
        (WriteTo::ForeachBatch(_), _) | (WriteTo::Nowhere, "memory" | "console" | "noop") => None,
        (WriteTo::Nowhere, _) if files.is_some() => return Err(StreamError::NoSinkPath.into()),
        (WriteTo::Table(name), _) if files.is_some() || format == "delta" => {
            Some(state.location(&state.table_name(&parse_name(name)?)?)?)
        }
        (WriteTo::Path(path), _) if files.is_some() || format == "delta" => {
            Some(DbfsPath::parse(path)?)
        }
        _ => return Err(StreamError::UnknownSink { format }.into()),
    };
    if files.is_some() && location.is_some() && output_mode != OutputMode::Append {
        return Err(StreamError::OutputModeOfSink {
            mode: mode_name(output_mode).to_lowercase(),
            sink: format,
        }
        .into());
    }
    check_streaming(&plan, output_mode)?;
    let checkpoint = match options.get(CHECKPOINT_LOCATION) {
        Some(path) => DbfsPath::parse(path)?,
        None => match state.conf.get(STREAM_CHECKPOINT_LOCATION.name) {
            Some(root) => {
                let name = writer.query_name.clone();
                DbfsPath::parse(root)?.join(&name.unwrap_or_else(|| state.env.new_uuid()))?
            }
            None if location.is_none() => {
                DbfsPath::parse("dbfs:/tmp/checkpoints")?.join(&state.env.new_uuid())?
            }
            None => return Err(StreamError::NoCheckpointLocation.into()),
        },
    };

    let (mut rows, mut foreach) = (None, None);
    let sink: MakeSink = match location {
        None if let WriteTo::ForeachBatch(function) = writer.to => {
            let sink = ForeachBatchSink::new(function, plan.schema());
            foreach = Some(sink.place());
            Box::new(move |_| Ok(Box::new(sink)))
        }
        None => {
            // What Spark calls them; their rows can be looked at all the same.
            let description = match format.as_str() {
                "console" => "org.apache.spark.sql.execution.streaming.ConsoleTable$",
                "noop" => "org.apache.spark.sql.execution.datasources.noop.NoopTable$",
                _ => "MemorySink",
            };
            let sink = MemorySink::new(description, 1_000_000);
            rows = Some(sink.rows());
            Box::new(move |_| Ok(Box::new(sink)))
        }
        Some(folder) if let Some(format) = files => {
            let sink_options = FileSinkOptions {
                format,
                partitions: partition_positions(&plan.schema(), &writer.partition_by)?,
                options: options.clone(),
                time_zone: state.conf.time_zone(),
            };
            if let WriteTo::Table(name) = &writer.to {
                let name = state.table_name(&parse_name(name)?)?;
                create_table(state, &name, &plan, writer, &folder, format)?;
            }
            let (fs, env, schema) = (state.fs.clone(), state.env.clone(), plan.schema());
            Box::new(move |_| {
                Ok(Box::new(FileSink::open(
                    fs,
                    env,
                    folder,
                    schema,
                    sink_options,
                )?))
            })
        }
        Some(location) => {
            if output_mode == OutputMode::Update {
                return Err(StreamError::OutputModeOfDelta {
                    mode: "Update".into(),
                }
                .into());
            }
            let log = state.deltas.open(&location);
            let merge_default = state.conf.is_true(AUTO_MERGE.name);
            let sink_options = DeltaSinkOptions {
                merge_schema: options.get_bool_or(MERGE_SCHEMA, merge_default)?,
                partition_columns: writer.partition_by.clone(),
                properties: state.conf.delta_properties().collect(),
                time_zone: state.conf.time_zone(),
            };
            let (env, schema) = (state.env.clone(), plan.schema());
            let creates = matches!(writer.to, WriteTo::Table(_));
            Box::new(move |id| {
                let sink = DeltaSink::new(log, env, id.into(), schema, sink_options);
                if creates {
                    sink.create_table()?;
                }
                Ok(Box::new(sink))
            })
        }
    };
    let definition = QueryDefinition {
        name: writer.query_name.clone(),
        plan,
        trigger,
        output_mode,
        watermark_policy: watermark_policy(state)?,
        checkpoint: Checkpoint::new(state.fs.clone(), checkpoint),
        sink,
    };
    let session = QuerySession {
        fs: state.fs.clone(),
        deltas: state.deltas.clone(),
        time_zone: state.conf.time_zone(),
        current_database: state.current_database.clone(),
        python: state.python.clone(),
    };
    let context = QueryContext {
        env: state.env.clone(),
        session,
    };
    let query = StreamingQuery::start(definition, context)?;
    Ok(Started {
        query,
        rows,
        foreach,
    })
}
