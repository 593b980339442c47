//! When a query runs, and what it emits.

use std::fmt;

use super::StreamError;
use crate::sql::execute::OutputMode;

/// When the next micro-batch starts.
///
/// Source: Structured Streaming Programming Guide, "Triggers".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// As soon as the last batch ended (0), or every so many milliseconds.
    ProcessingTime { interval_ms: i64 },
    /// One batch with all there is, rate limits ignored; then the query stops.
    Once,
    /// All that is there at the start, in batches that honour the rate limits; then the query
    /// stops.
    AvailableNow,
}

impl Default for Trigger {
    fn default() -> Self {
        Trigger::ProcessingTime { interval_ms: 0 }
    }
}

impl Trigger {
    /// Whether the query stops by itself.
    pub fn is_bounded(self) -> bool {
        !matches!(self, Trigger::ProcessingTime { .. })
    }

    /// Reads `processingTime`'s text (`10 seconds`, `1 minute`, `500 milliseconds`).
    pub fn processing_time(text: &str) -> Result<Trigger, StreamError> {
        let invalid = || StreamError::InvalidInterval { text: text.into() };
        let unrecognized = |word: &str| StreamError::IntervalNumber {
            text: text.into(),
            word: word.into(),
        };
        let text_lower = text.trim().to_lowercase();
        let words = text_lower
            .strip_prefix("interval ")
            .unwrap_or(&text_lower)
            .split_whitespace();
        let words: Vec<&str> = words.collect();
        if let Some(first) = words.first().filter(|w| w.parse::<i64>().is_err()) {
            return Err(unrecognized(first));
        }
        if words.is_empty() || !words.len().is_multiple_of(2) {
            return Err(invalid());
        }
        let mut interval_ms: i64 = 0;
        for pair in words.chunks(2) {
            let [number, unit] = pair else {
                return Err(invalid());
            };
            let number: i64 = number.parse().map_err(|_| unrecognized(number))?;
            let unit_ms = match unit.trim_end_matches('s') {
                "millisecond" | "m" => 1,
                "second" | "sec" => 1000,
                "minute" | "min" => 60_000,
                "hour" => 3_600_000,
                "day" => 86_400_000,
                "week" => 7 * 86_400_000,
                _ => return Err(invalid()),
            };
            interval_ms = number
                .checked_mul(unit_ms)
                .and_then(|ms| interval_ms.checked_add(ms))
                .filter(|ms| *ms >= 0)
                .ok_or_else(invalid)?;
        }
        Ok(Trigger::ProcessingTime { interval_ms })
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::ProcessingTime { interval_ms: 0 } => f.write_str("as soon as data arrives"),
            Trigger::ProcessingTime { interval_ms } => write!(f, "every {interval_ms} ms"),
            Trigger::Once => f.write_str("once"),
            Trigger::AvailableNow => f.write_str("availableNow"),
        }
    }
}

/// Reads `outputMode`'s text, without case.
///
/// # Errors
/// `STREAMING_OUTPUT_MODE.INVALID`.
pub fn parse_output_mode(text: &str) -> Result<OutputMode, StreamError> {
    match text.to_lowercase().as_str() {
        "append" => Ok(OutputMode::Append),
        "complete" => Ok(OutputMode::Complete),
        "update" => Ok(OutputMode::Update),
        _ => Err(StreamError::InvalidOutputMode { mode: text.into() }),
    }
}

/// An output mode's name, as Spark and the Delta log write it.
pub fn mode_name(mode: OutputMode) -> &'static str {
    match mode {
        OutputMode::Append => "Append",
        OutputMode::Complete => "Complete",
        OutputMode::Update => "Update",
    }
}
