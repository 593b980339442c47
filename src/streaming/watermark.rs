//! The query's watermark: how far event time is, by what the batches brought.
//!
//! Source: Spark's `WatermarkTracker`.

use crate::sql::execute::EventTimes;

/// What several watermarks make together
/// (`spark.sql.streaming.multipleWatermarkPolicy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WatermarkPolicy {
    /// The slowest input counts: nothing of it is dropped.
    #[default]
    Min,
    /// The fastest input counts.
    Max,
}

/// Computes the watermark at the end of each batch. It never goes back.
#[derive(Debug, Default)]
pub(super) struct WatermarkTracker {
    policy: WatermarkPolicy,
    current_ms: i64,
    /// The watermark of each `withWatermark`.
    operators: Vec<i64>,
}

impl WatermarkTracker {
    pub fn new(policy: WatermarkPolicy) -> Self {
        WatermarkTracker {
            policy,
            ..WatermarkTracker::default()
        }
    }

    /// The watermark for the next batch.
    pub fn current_ms(&self) -> i64 {
        self.current_ms
    }

    /// Sets the watermark to what a checkpoint has.
    pub fn advance(&mut self, watermark_ms: i64) {
        self.current_ms = self.current_ms.max(watermark_ms);
    }

    /// Takes in the event times of a batch, one entry for each `withWatermark`.
    pub fn observe(&mut self, times: &[EventTimes]) {
        self.operators.resize(times.len(), 0);
        for (watermark_ms, times) in self.operators.iter_mut().zip(times) {
            if times.count > 0 {
                let seen = times.max_ms.saturating_sub(times.delay_ms);
                *watermark_ms = (*watermark_ms).max(seen);
            }
        }
        let all = self.operators.iter().copied();
        let chosen = match self.policy {
            WatermarkPolicy::Min => all.min(),
            WatermarkPolicy::Max => all.max(),
        };
        self.advance(chosen.unwrap_or(0));
    }
}
