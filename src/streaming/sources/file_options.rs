//! The options of file streams: Auto Loader's `cloudFiles.*`, and the plain file source's.
//!
//! Source: Databricks documentation, "Auto Loader options"; Structured Streaming Programming
//! Guide, "Input Sources".

use super::StreamError;
use crate::formats::{
    IGNORE_CORRUPT_FILES, OptionSpec, Options, PATH_GLOB_FILTER, RESCUED_DATA_COLUMN, option_table,
};
use crate::storage::DbfsPath;

option_table! {
    /// Auto Loader's own options. Those of the file format carry no prefix.
    pub CLOUD_FILES_OPTIONS {
        pub FORMAT = OptionSpec::new(
            "cloudFiles.format",
            "",
            "`parquet`, `json`, `csv`, `text` or `binaryFile`. It is required.",
        );
        SCHEMA_LOCATION = OptionSpec::new(
            "cloudFiles.schemaLocation",
            "",
            "Where the inferred schema is kept, so that it can grow. It is required where no schema is given.",
        );
        INFER_COLUMN_TYPES = OptionSpec::new(
            "cloudFiles.inferColumnTypes",
            "false",
            "Whether types are inferred; else the columns of CSV and JSON are STRING.",
        );
        SCHEMA_HINTS = OptionSpec::new(
            "cloudFiles.schemaHints",
            "",
            "Columns whose types are not inferred, as in `id BIGINT, day DATE`.",
        );
        SCHEMA_EVOLUTION_MODE = OptionSpec::new(
            "cloudFiles.schemaEvolutionMode",
            "",
            "What happens to new columns: `addNewColumns` (the default where the schema is inferred), `rescue`, `failOnNewColumns` or `none` (the default where it is given).",
        );
        MAX_FILES = OptionSpec::new(
            "cloudFiles.maxFilesPerTrigger",
            "1000",
            "The most files of a batch.",
        );
        MAX_BYTES = OptionSpec::new(
            "cloudFiles.maxBytesPerTrigger",
            "",
            "How much a batch reads, such as `10g`; a batch has one file at least.",
        );
        INCLUDE_EXISTING_FILES = OptionSpec::new(
            "cloudFiles.includeExistingFiles",
            "true",
            "Whether files are read that were there before the stream first started.",
        );
        ALLOW_OVERWRITES = OptionSpec::new(
            "cloudFiles.allowOverwrites",
            "false",
            "Whether a file is read again that has changed.",
        );
        VALIDATE_OPTIONS = OptionSpec::new(
            "cloudFiles.validateOptions",
            "true",
            "Whether an unknown option beginning with `cloudFiles.` is an error.",
        );
        USE_NOTIFICATIONS = OptionSpec::without_effect(
            "cloudFiles.useNotifications",
            "The file system tells what changed; there is no cloud to notify.",
        );
        USE_MANAGED_FILE_EVENTS = OptionSpec::without_effect("cloudFiles.useManagedFileEvents", "As `cloudFiles.useNotifications`.");
        USE_INCREMENTAL_LISTING = OptionSpec::without_effect("cloudFiles.useIncrementalListing", "As `cloudFiles.useNotifications`.");
        BACKFILL_INTERVAL = OptionSpec::without_effect("cloudFiles.backfillInterval", "No file is missed, so there is none to look for.");
        CLEAN_SOURCE = OptionSpec::without_effect("cloudFiles.cleanSource", "Files stay where they are.");
        CLEAN_SOURCE_MOVE_DESTINATION = OptionSpec::without_effect("cloudFiles.cleanSource.moveDestination", "Files stay where they are.");
        CLEAN_SOURCE_RETENTION_DURATION = OptionSpec::without_effect("cloudFiles.cleanSource.retentionDuration", "Files stay where they are.");
        MAX_FILE_AGE = OptionSpec::without_effect("cloudFiles.maxFileAge", "The stream remembers every file.");
        PARTITION_COLUMNS = OptionSpec::without_effect("cloudFiles.partitionColumns", "The columns of directories such as `day=2026-01-31` are always found.");
        USE_STRICT_GLOBBER = OptionSpec::without_effect("cloudFiles.useStrictGlobber", "Globs are read as Spark reads them.");
    }
}

option_table! {
    /// Options of streams of files without Auto Loader.
    pub FILE_STREAM_OPTIONS {
        MAX_FILES_PER_TRIGGER = OptionSpec::new("maxFilesPerTrigger", "", "The most files of a batch.");
        MAX_BYTES_PER_TRIGGER = OptionSpec::new(
            "maxBytesPerTrigger",
            "",
            "How much a batch reads, such as `10g`; a batch has one file at least.",
        );
    }
}

/// What happens when files have columns that the schema lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaEvolutionMode {
    /// The stream fails; the stored schema grows, so that the restarted stream goes on.
    AddNewColumns,
    /// New columns go to the rescued data column.
    Rescue,
    /// The stream fails, and fails again.
    FailOnNewColumns,
    /// New columns are ignored.
    None,
}

/// How a file stream is set up.
#[derive(Debug, Clone)]
pub struct FileSourceOptions {
    /// Whether this is Auto Loader.
    pub is_auto_loader: bool,
    pub schema_location: Option<DbfsPath>,
    /// `None` where it wasn't said: the default depends on whether a schema is given.
    pub evolution: Option<SchemaEvolutionMode>,
    pub infer_column_types: bool,
    pub schema_hints: Option<String>,
    pub max_files: Option<u64>,
    pub max_bytes: Option<u64>,
    pub include_existing_files: bool,
    pub allow_overwrites: bool,
    /// `pathGlobFilter`, over file names.
    pub glob: Option<String>,
    /// `rescuedDataColumn`.
    pub rescued_column: Option<String>,
    pub ignore_corrupt_files: bool,
    /// The format's own options.
    pub reader: Options,
}

impl FileSourceOptions {
    /// Reads the options of a `cloudFiles` stream.
    ///
    /// # Errors
    /// Unknown `cloudFiles.` keys (unless `cloudFiles.validateOptions` is false), and values that
    /// can't be read.
    pub fn cloud_files(options: &Options) -> Result<Self, StreamError> {
        let mut reader = Options::new();
        let mut unknown = Vec::new();
        for (name, value) in options.iter() {
            match name.to_lowercase().strip_prefix("cloudfiles.") {
                Some(key) => {
                    if !CLOUD_FILES_OPTIONS.iter().any(|o| o.is_named(name)) {
                        unknown.push(format!("cloudFiles.{key}"));
                    }
                }
                None => reader.set(name, value),
            }
        }
        if !unknown.is_empty() && options.get_bool(VALIDATE_OPTIONS)? {
            return Err(StreamError::UnknownCloudFilesOptions {
                keys: unknown.join(", "),
            });
        }
        let evolution = options
            .get(SCHEMA_EVOLUTION_MODE)
            .map(|mode| match mode.to_lowercase().as_str() {
                "addnewcolumns" => Ok(SchemaEvolutionMode::AddNewColumns),
                "rescue" => Ok(SchemaEvolutionMode::Rescue),
                "failonnewcolumns" => Ok(SchemaEvolutionMode::FailOnNewColumns),
                "none" => Ok(SchemaEvolutionMode::None),
                _ => Err(StreamError::InvalidOption {
                    option: SCHEMA_EVOLUTION_MODE.name.into(),
                    value: mode.into(),
                    expected: "addNewColumns, rescue, failOnNewColumns or none",
                }),
            })
            .transpose()?;
        Ok(FileSourceOptions {
            is_auto_loader: true,
            schema_location: options
                .get(SCHEMA_LOCATION)
                .map(DbfsPath::parse)
                .transpose()?,
            evolution,
            infer_column_types: options.get_bool(INFER_COLUMN_TYPES)?,
            schema_hints: options.get(SCHEMA_HINTS).map(str::to_owned),
            max_files: number(options, MAX_FILES)?.or(MAX_FILES.default_number()),
            max_bytes: size(options, MAX_BYTES)?,
            include_existing_files: options.get_bool(INCLUDE_EXISTING_FILES)?,
            allow_overwrites: options.get_bool(ALLOW_OVERWRITES)?,
            glob: reader.get(PATH_GLOB_FILTER).map(str::to_owned),
            rescued_column: reader.get(RESCUED_DATA_COLUMN).map(str::to_owned),
            ignore_corrupt_files: reader.get_bool(IGNORE_CORRUPT_FILES)?,
            reader,
        })
    }

    /// Reads the options of a plain file stream (`readStream.format("json")`).
    pub fn plain(options: &Options) -> Result<Self, StreamError> {
        Ok(FileSourceOptions {
            is_auto_loader: false,
            schema_location: None,
            evolution: None,
            infer_column_types: true,
            schema_hints: None,
            max_files: number(options, MAX_FILES_PER_TRIGGER)?,
            max_bytes: size(options, MAX_BYTES_PER_TRIGGER)?,
            include_existing_files: true,
            allow_overwrites: false,
            glob: options.get(PATH_GLOB_FILTER).map(str::to_owned),
            rescued_column: None,
            ignore_corrupt_files: options.get_bool(IGNORE_CORRUPT_FILES)?,
            reader: options.clone(),
        })
    }
}

/// A whole number above 0.
pub(super) fn number(options: &Options, option: OptionSpec) -> Result<Option<u64>, StreamError> {
    read(options, option, "a whole number above 0", |text| {
        text.parse().ok()
    })
}

/// A size: bytes, or with a unit (`10g`, `512mb`).
pub(super) fn size(options: &Options, option: OptionSpec) -> Result<Option<u64>, StreamError> {
    read(options, option, "a size such as 10g", |text| {
        let text = text.to_lowercase();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit: u64 = match text.get(digits.len()..)? {
            "" | "b" => 1,
            "k" | "kb" => 1 << 10,
            "m" | "mb" => 1 << 20,
            "g" | "gb" => 1 << 30,
            "t" | "tb" => 1 << 40,
            _ => return None,
        };
        digits.trim().parse::<u64>().ok()?.checked_mul(unit)
    })
}

fn read(
    options: &Options,
    option: OptionSpec,
    expected: &'static str,
    parse: impl Fn(&str) -> Option<u64>,
) -> Result<Option<u64>, StreamError> {
    let Some(value) = options.get(option) else {
        return Ok(None);
    };
    match parse(value.trim()).filter(|n| *n > 0) {
        Some(n) => Ok(Some(n)),
        None => Err(StreamError::InvalidOption {
            option: option.name.into(),
            value: value.into(),
            expected,
        }),
    }
}
