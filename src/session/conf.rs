//! Runtime configuration (`spark.conf`).

use std::collections::BTreeMap;

use super::{SessionError, SessionState};

/// The settings that have a meaning here, with Spark's defaults.
const DEFAULTS: &[(&str, &str)] = &[
    (
        "spark.databricks.clusterUsageTags.clusterId",
        "0000-000000-multihop",
    ),
    ("spark.databricks.clusterUsageTags.clusterName", "Multihop"),
    // The runtime that has Spark 4.0.
    (
        "spark.databricks.clusterUsageTags.sparkVersion",
        "17.0.x-scala2.13",
    ),
    (
        "spark.databricks.delta.retentionDurationCheck.enabled",
        "true",
    ),
    ("spark.databricks.delta.schema.autoMerge.enabled", "false"),
    ("spark.sql.ansi.enabled", "true"),
    // As on Databricks: SHOW TABLES has a column `database`, not `namespace`.
    ("spark.sql.legacy.keepCommandOutputSchema", "true"),
    ("spark.sql.session.timeZone", "UTC"),
    ("spark.sql.shuffle.partitions", "200"),
    ("spark.sql.warehouse.dir", "dbfs:/user/hive/warehouse"),
];

/// The version that this session committed last, as notebooks' checks ask for it.
const LAST_COMMIT: &str = "spark.databricks.delta.lastCommitVersionInSession";

impl SessionState {
    /// Brings up to date what the session sets by itself.
    pub fn refresh_conf(&mut self) {
        if let Some(version) = self.deltas.last_commit() {
            let version = version.to_string();
            self.conf.values.insert(LAST_COMMIT.into(), version);
        }
    }
}

/// Whether a session may set it: not what a cluster starts with.
pub fn is_modifiable(name: &str) -> bool {
    const STATIC: [&str; 3] = [
        "spark.sql.warehouse.dir",
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
        self.values.get(name).map(String::as_str).or_else(|| {
            DEFAULTS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| *value)
        })
    }

    /// Sets a value. Unknown names are kept, as Spark keeps them.
    ///
    /// # Errors
    /// A time zone or flag that isn't one.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SessionError> {
        if !is_modifiable(name) {
            return Err(SessionError::StaticConf { name: name.into() });
        }
        if name == "spark.sql.shuffle.partitions" && value.trim().parse::<i32>().is_err() {
            return Err(SessionError::ConfOfType {
                name: name.into(),
                expected: "int",
                value: value.into(),
            });
        }
        let is_valid = match name {
            "spark.sql.session.timeZone" => value.parse::<chrono_tz::Tz>().is_ok(),
            "spark.sql.ansi.enabled"
            | "spark.sql.legacy.keepCommandOutputSchema"
            | "spark.databricks.delta.retentionDurationCheck.enabled"
            | "spark.databricks.delta.schema.autoMerge.enabled" => {
                matches!(value.to_lowercase().as_str(), "true" | "false")
            }
            _ => true,
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
        let mut all: BTreeMap<String, String> = DEFAULTS
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
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
            let property = name.strip_prefix("spark.databricks.delta.properties.defaults.")?;
            Some((format!("delta.{property}"), value.clone()))
        })
    }

    /// A command's column by its name in Spark, or by the one that it had before Spark 3
    /// (`spark.sql.legacy.keepCommandOutputSchema`).
    pub fn column_name(&self, name: &'static str, before: &'static str) -> &'static str {
        match self.is_true("spark.sql.legacy.keepCommandOutputSchema") {
            true => before,
            false => name,
        }
    }

    /// `spark.sql.session.timeZone`
    pub fn time_zone(&self) -> chrono_tz::Tz {
        self.get("spark.sql.session.timeZone")
            .and_then(|name| name.parse().ok())
            .unwrap_or(chrono_tz::UTC)
    }
}
