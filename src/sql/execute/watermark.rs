//! Event time in a micro-batch: what is late, what expires, and how far time is.
//!
//! Source: Spark's `WatermarkSupport`, `EventTimeWatermarkExec`.

use std::sync::Arc;

use polars_core::prelude::{IdxSize, Series};

use super::context::Metrics;
use super::state::{OperatorReport, SharedTable, StateStore};
use super::{ExecuteError, FrameStream};
use crate::sql::SqlError;
use crate::types::{DataType, Frame};

/// The watermarks that a micro-batch works with, in milliseconds since the epoch.
///
/// What was late for the batch before is still late; what expires is decided by the newest
/// watermark. So a row that the batch before would have taken is never dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Watermarks {
    /// The batch before's: rows at or before it are dropped.
    pub late_ms: i64,
    /// This batch's: state at or before it is final.
    pub now_ms: i64,
}

/// Event times that a batch brought to one `withWatermark`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EventTimes {
    pub delay_ms: i64,
    pub count: u64,
    pub min_ms: i64,
    pub max_ms: i64,
    pub sum_ms: f64,
}

impl EventTimes {
    fn add(&mut self, ms: i64) {
        self.merge(&EventTimes {
            delay_ms: self.delay_ms,
            count: 1,
            min_ms: ms,
            max_ms: ms,
            sum_ms: ms as f64,
        });
    }

    pub(super) fn merge(&mut self, other: &EventTimes) {
        if other.count == 0 {
            return;
        }
        (self.min_ms, self.max_ms) = match self.count {
            0 => (other.min_ms, other.max_ms),
            _ => (self.min_ms.min(other.min_ms), self.max_ms.max(other.max_ms)),
        };
        self.count += other.count;
        self.sum_ms += other.sum_ms;
    }
}

/// A stateful operator's place in its query: its state, and the watermarks that reach it.
#[derive(Clone)]
pub(super) struct Stateful {
    pub number: usize,
    /// The number of the first operator at or below it.
    pub first: usize,
    pub state: Arc<dyn StateStore>,
    pub late_us: i64,
    pub watermark_us: i64,
}

impl Stateful {
    pub fn table(&self, name: &'static str) -> Result<SharedTable, SqlError> {
        self.state.table(self.number, name)
    }

    pub fn report(&self, report: OperatorReport) {
        let first = self.first;
        self.state
            .report(self.number, OperatorReport { first, ..report });
    }
}

/// The column that says when a row expires.
#[derive(Debug, Clone)]
pub(super) struct Expiry {
    pub column: usize,
    pub data_type: DataType,
    /// Microseconds that a row is kept beyond its time.
    pub after_us: i64,
}

impl Expiry {
    /// When each row expires, in microseconds; `None` where there is no time.
    pub fn times(&self, rows: &Frame) -> Result<Vec<Option<i64>>, SqlError> {
        let times = match rows.column(self.column) {
            Some(column) => event_times(column, &self.data_type)?,
            None => Vec::new(),
        };
        let later = |us: i64| us.saturating_add(self.after_us);
        Ok(times.into_iter().map(|t| t.map(later)).collect())
    }

    /// The rows that aren't late.
    pub fn in_time(&self, rows: &Frame, late_us: i64) -> Result<Vec<IdxSize>, SqlError> {
        let times = match rows.column(self.column) {
            Some(column) => event_times(column, &self.data_type)?,
            None => vec![None; rows.height()],
        };
        Ok((0..)
            .zip(times)
            .filter(|(_, time)| time.is_none_or(|us| us > late_us))
            .map(|(row, _)| row)
            .collect())
    }
}

/// The times of a column of event time, microseconds: a window's is its end.
pub(super) fn event_times(
    column: &Series,
    data_type: &DataType,
) -> Result<Vec<Option<i64>>, SqlError> {
    let end;
    let column = match data_type {
        DataType::Struct(_) => {
            end = column.struct_()?.field_by_name("end")?;
            &end
        }
        _ => column,
    };
    let times = column.to_physical_repr();
    let times = times.i64().map_err(|_| ExecuteError::Internal {
        what: "A column of event time is no time",
    })?;
    Ok(times.iter().collect())
}

/// Passes rows on, and notes their event times for the next watermark.
pub(super) fn observe(
    rows: FrameStream,
    column: usize,
    data_type: DataType,
    delay_ms: i64,
    metrics: Arc<Metrics>,
) -> FrameStream {
    let number = metrics.add_watermark(delay_ms);
    super::stream::map(rows, move |frame| {
        if let Some(times) = frame.column(column) {
            let mut seen = EventTimes::default();
            for us in event_times(times, &data_type)? {
                // Spark reads a time that is missing as the epoch.
                seen.add(us.unwrap_or(0).div_euclid(1000));
            }
            metrics.add_event_times(number, seen);
        }
        Ok(frame)
    })
}
