//! The options of file streams: Auto Loader's `cloudFiles.*`, and the plain file source's.
//!
//! Source: Databricks documentation, "Auto Loader options"; Structured Streaming Programming
//! Guide, "Input Sources".

use super::StreamError;
use crate::formats::Options;
use crate::storage::DbfsPath;

/// Auto Loader's own options, lower case; those of the file format carry no prefix.
const KNOWN: &[&str] = &[
    "allowoverwrites",
    "backfillinterval",
    "cleansource",
    "cleansource.movedestination",
    "cleansource.retentionduration",
    "format",
    "includeexistingfiles",
    "infercolumntypes",
    "maxbytespertrigger",
    "maxfileage",
    "maxfilespertrigger",
    "partitioncolumns",
    "schemaevolutionmode",
    "schemahints",
    "schemalocation",
    "usemanagedfileevents",
    "useincrementallisting",
    "usenotifications",
    "usestrictglobber",
    "validateoptions",
];

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
        let mut cloud = Options::new();
        let mut reader = Options::new();
        let mut unknown = Vec::new();
        for (name, value) in options.iter() {
            match name.to_lowercase().strip_prefix("cloudfiles.") {
                Some(key) => {
                    if !KNOWN.contains(&key) {
                        unknown.push(format!("cloudFiles.{key}"));
                    }
                    cloud.set(key, value);
                }
                None => reader.set(name, value),
            }
        }
        if !unknown.is_empty() && cloud.get_bool("validateOptions", true)? {
            return Err(StreamError::UnknownCloudFilesOptions {
                keys: unknown.join(", "),
            });
        }
        let evolution = cloud
            .get("schemaEvolutionMode")
            .map(|mode| match mode.to_lowercase().as_str() {
                "addnewcolumns" => Ok(SchemaEvolutionMode::AddNewColumns),
                "rescue" => Ok(SchemaEvolutionMode::Rescue),
                "failonnewcolumns" => Ok(SchemaEvolutionMode::FailOnNewColumns),
                "none" => Ok(SchemaEvolutionMode::None),
                _ => Err(StreamError::InvalidOption {
                    option: "cloudFiles.schemaEvolutionMode".into(),
                    value: mode.into(),
                    expected: "addNewColumns, rescue, failOnNewColumns or none",
                }),
            })
            .transpose()?;
        Ok(FileSourceOptions {
            is_auto_loader: true,
            schema_location: cloud
                .get("schemaLocation")
                .map(DbfsPath::parse)
                .transpose()?,
            evolution,
            infer_column_types: cloud.get_bool("inferColumnTypes", false)?,
            schema_hints: cloud.get("schemaHints").map(str::to_owned),
            max_files: Some(number(&cloud, "maxFilesPerTrigger")?.unwrap_or(1000)),
            max_bytes: size(&cloud, "maxBytesPerTrigger")?,
            include_existing_files: cloud.get_bool("includeExistingFiles", true)?,
            allow_overwrites: cloud.get_bool("allowOverwrites", false)?,
            glob: reader.get("pathGlobFilter").map(str::to_owned),
            rescued_column: reader.get("rescuedDataColumn").map(str::to_owned),
            ignore_corrupt_files: reader.get_bool("ignoreCorruptFiles", false)?,
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
            max_files: number(options, "maxFilesPerTrigger")?,
            max_bytes: size(options, "maxBytesPerTrigger")?,
            include_existing_files: true,
            allow_overwrites: false,
            glob: options.get("pathGlobFilter").map(str::to_owned),
            rescued_column: None,
            ignore_corrupt_files: options.get_bool("ignoreCorruptFiles", false)?,
            reader: options.clone(),
        })
    }
}

/// A whole number above 0.
pub(super) fn number(options: &Options, name: &str) -> Result<Option<u64>, StreamError> {
    read(options, name, "a whole number above 0", |text| {
        text.parse().ok()
    })
}

/// A size: bytes, or with a unit (`10g`, `512mb`).
pub(super) fn size(options: &Options, name: &str) -> Result<Option<u64>, StreamError> {
    read(options, name, "a size such as 10g", |text| {
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
    name: &str,
    expected: &'static str,
    parse: impl Fn(&str) -> Option<u64>,
) -> Result<Option<u64>, StreamError> {
    let Some(value) = options.get(name) else {
        return Ok(None);
    };
    match parse(value.trim()).filter(|n| *n > 0) {
        Some(n) => Ok(Some(n)),
        None => Err(StreamError::InvalidOption {
            option: name.into(),
            value: value.into(),
            expected,
        }),
    }
}
