//! Runtime configuration (`spark.conf`).

use std::collections::BTreeMap;

use super::{SessionError, SessionState};
use crate::formats::{OptionSpec, option_table};

option_table! {
    /// The settings that have a meaning here, with Spark's defaults. Others are kept, and change nothing.
    pub SETTINGS {
        pub(super) ANSI = OptionSpec::new(
            "spark.sql.ansi.enabled",
            "true",
            "Whether overflow, division by zero and malformed input are errors; else they give NULL or wrap around.",
        );
        TIME_ZONE = OptionSpec::new(
            "spark.sql.session.timeZone",
            "UTC",
            "The zone in which timestamps are shown, and read where none is given.",
        );
        KEEP_COMMAND_OUTPUT = OptionSpec::new(
            // As on Databricks: SHOW TABLES has a column `database`, not `namespace`.
            "spark.sql.legacy.keepCommandOutputSchema",
            "true",
            "Whether commands have the columns that they have on Databricks; else Spark's.",
        );
        pub(super) PARTITION_OVERWRITE_MODE = OptionSpec::new(
            "spark.sql.sources.partitionOverwriteMode",
            "static",
            "What `INSERT OVERWRITE` and mode `overwrite` replace: `static` all rows, `dynamic` the partitions that are written.",
        );
        pub(super) STREAM_CHECKPOINT_LOCATION = OptionSpec::new(
            "spark.sql.streaming.checkpointLocation",
            "",
            "Where streams without a `checkpointLocation` keep their checkpoints, each in a directory of its own.",
        );
        pub(super) STREAM_SCHEMA_INFERENCE = OptionSpec::new(
            "spark.sql.streaming.schemaInference",
            "false",
            "Whether a stream of files may go without a schema.",
        );
        pub(super) MULTIPLE_WATERMARK_POLICY = OptionSpec::new(
            "spark.sql.streaming.multipleWatermarkPolicy",
            "min",
            "Which of several watermarks a stream follows: `min` or `max`.",
        );
        pub(super) AUTO_MERGE = OptionSpec::new(
            "spark.databricks.delta.schema.autoMerge.enabled",
            "false",
            "Whether writes and `MERGE` add columns that a table lacks.",
        );
        pub(super) RETENTION_CHECK = OptionSpec::new(
            "spark.databricks.delta.retentionDurationCheck.enabled",
            "true",
            "Whether `VACUUM` refuses to retain less than the table's retention period.",
        );
        pub(super) COMMIT_USER_METADATA = OptionSpec::new(
            "spark.databricks.delta.commitInfo.userMetadata",
            "",
            "A note that each commit of a write carries, where the write has none of its own.",
        );
        PROPERTY_DEFAULTS = OptionSpec::new(
            "spark.databricks.delta.properties.defaults.…",
            "",
            "A [table property](#delta-table-properties) that new Delta tables get, without its `delta.`.",
        );
        LAST_COMMIT = OptionSpec::new(
            "spark.databricks.delta.lastCommitVersionInSession",
            "",
            "The version that this session committed last; the session sets it.",
        );
        pub(super) WAREHOUSE = OptionSpec::new(
            "spark.sql.warehouse.dir",
            "dbfs:/user/hive/warehouse",
            "Where managed tables lie. It can't be set.",
        );
        SHUFFLE_PARTITIONS = OptionSpec {
            default: "200",
            ..OptionSpec::without_effect(
                "spark.sql.shuffle.partitions",
                "Nothing is shuffled. The value must be a number.",
            )
        };
        CLUSTER_ID = OptionSpec::new(
            "spark.databricks.clusterUsageTags.clusterId",
            "0000-000000-multihop",
            "For notebooks that ask for it.",
        );
        CLUSTER_NAME = OptionSpec::new(
            "spark.databricks.clusterUsageTags.clusterName",
            "Multihop",
            "For notebooks that ask for it.",
        );
        RUNTIME_VERSION = OptionSpec::new(
            "spark.databricks.clusterUsageTags.sparkVersion",
            "17.0.x-scala2.13",
            "The Databricks runtime that has Spark 4.0.",
        );
    }
}

/// The value that a setting has from the start.
fn default_of(name: &str) -> Option<&'static str> {
    let setting = SETTINGS.iter().find(|s| s.name == name)?;
    (!setting.default.is_empty()).then_some(setting.default)
}

impl SessionState {
    /// Brings up to date what the session sets by itself.
    pub fn refresh_conf(&mut self) {
        if let Some(version) = self.deltas.last_commit() {
            let version = version.to_string();
            self.conf.values.insert(LAST_COMMIT.name.into(), version);
        }
    }
}

/// Whether a session may set it: not what a cluster starts with.
pub fn is_modifiable(name: &str) -> bool {
    const STATIC: [&str; 3] = [
        WAREHOUSE.name,
        "spark.sql.catalogImplementation",
        "spark.sql.extensions",
    ];
    const OF_A_CLUSTER: [&str; 4] = [
        "spark.driver.",
        "spark.executor.",
        "spark.app.",
        "spark.master",
    ];
    !STATIC.contains(&name) && !OF_A_CLUSTER.iter().any(|start| name.starts_with(start))
}

/// Settings by name: what was set, over the defaults.
#[derive(Debug, Clone, Default)]
pub struct Conf {
    values: BTreeMap<String, String>,
}

impl Conf {
    /// A setting's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let set = self.values.get(name).map(String::as_str);
        set.or_else(|| default_of(name))
    }

    /// Sets a value. Unknown names are kept, as Spark keeps them.
    ///
    /// # Errors
    /// A time zone or flag that isn't one.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SessionError> {
        if !is_modifiable(name) {
            return Err(SessionError::StaticConf { name: name.into() });
        }
        if name == SHUFFLE_PARTITIONS.name && value.trim().parse::<i32>().is_err() {
            return Err(SessionError::ConfOfType {
                name: name.into(),
                expected: "int",
                value: value.into(),
            });
        }
        let is_flag = [ANSI, KEEP_COMMAND_OUTPUT, RETENTION_CHECK, AUTO_MERGE]
            .iter()
            .any(|flag| flag.name == name);
        let is_valid = if name == TIME_ZONE.name {
            value.parse::<chrono_tz::Tz>().is_ok()
        } else {
            !is_flag || matches!(value.to_lowercase().as_str(), "true" | "false")
        };
        if !is_valid {
            return Err(SessionError::InvalidConf {
                name: name.into(),
                value: value.into(),
            });
        }
        self.values.insert(name.into(), value.into());
        Ok(())
    }

    /// Back to the default.
    pub fn unset(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// All settings, by name.
    pub fn entries(&self) -> BTreeMap<String, String> {
        let mut all: BTreeMap<String, String> = SETTINGS
            .iter()
            .filter(|setting| !setting.default.is_empty())
            .map(|setting| (setting.name.into(), setting.default.into()))
            .collect();
        all.extend(self.values.clone());
        all
    }

    /// Whether a flag is on.
    pub fn is_true(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|v| v.eq_ignore_ascii_case("true"))
    }

    /// What a new Delta table is set to: `spark.databricks.delta.properties.defaults.…`
    pub fn delta_properties(&self) -> impl Iterator<Item = (String, String)> {
        self.values.iter().filter_map(|(name, value)| {
            let property = name.strip_prefix(PROPERTY_DEFAULTS.name.trim_end_matches('…'))?;
            Some((format!("delta.{property}"), value.clone()))
        })
    }

    /// A command's column by its name in Spark, or by the one that it had before Spark 3
    /// (`spark.sql.legacy.keepCommandOutputSchema`).
    pub fn column_name(&self, name: &'static str, before: &'static str) -> &'static str {
        match self.is_true(KEEP_COMMAND_OUTPUT.name) {
            true => before,
            false => name,
        }
    }

    /// `spark.sql.session.timeZone`
    pub fn time_zone(&self) -> chrono_tz::Tz {
        self.get(TIME_ZONE.name)
            .and_then(|name| name.parse().ok())
            .unwrap_or(chrono_tz::UTC)
    }
}
