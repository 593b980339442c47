//! What a batch did, in the very JSON that Spark gives (`query.lastProgress`).

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::checkpoint::Offset;

/// Progress of one trigger.
///
/// Source: Spark's `StreamingQueryProgress`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamingQueryProgress {
    pub id: String,
    pub run_id: String,
    pub name: Option<String>,
    /// When the trigger started, UTC.
    pub timestamp: String,
    pub batch_id: i64,
    /// Milliseconds.
    pub batch_duration: i64,
    pub num_input_rows: u64,
    pub input_rows_per_second: f64,
    pub processed_rows_per_second: f64,
    pub duration_ms: Map<String, Value>,
    /// `avg`, `max`, `min` of the batch, and its `watermark`; nothing without `withWatermark`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub event_time: Map<String, Value>,
    pub state_operators: Vec<StateOperatorProgress>,
    pub sources: Vec<SourceProgress>,
    pub sink: SinkProgress,
}

/// What a stateful operator keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateOperatorProgress {
    pub operator_name: String,
    pub num_rows_total: u64,
    pub num_rows_updated: u64,
    pub all_updates_time_ms: u64,
    pub num_rows_removed: u64,
    pub all_removals_time_ms: u64,
    pub commit_time_ms: u64,
    pub memory_used_bytes: u64,
    pub num_rows_dropped_by_watermark: u64,
    pub num_shuffle_partitions: u64,
    pub num_state_store_instances: u64,
    pub custom_metrics: Map<String, Value>,
}

/// What a source gave to the batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceProgress {
    pub description: String,
    pub start_offset: Option<Offset>,
    pub end_offset: Option<Offset>,
    pub latest_offset: Option<Offset>,
    pub num_input_rows: u64,
    pub input_rows_per_second: f64,
    pub processed_rows_per_second: f64,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metrics: Map<String, Value>,
}

/// What the sink took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SinkProgress {
    pub description: String,
    /// -1 where the sink doesn't say, as Delta's doesn't.
    pub num_output_rows: i64,
}

/// A time as progress shows it: `2026-11-22T08:10:15.771Z`.
pub fn iso_timestamp(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms)
        .map(|t| t.to_rfc3339_opts(SecondsFormat::Millis, true))
        .unwrap_or_default()
}

/// Rows a second; 0 where no time has passed.
pub(super) fn rate(rows: u64, ms: i64) -> f64 {
    if ms <= 0 {
        return 0.0;
    }
    rows as f64 * 1000.0 / ms as f64
}
