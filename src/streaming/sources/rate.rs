//! `format("rate")`: numbers from 0 on, so many a second, each with its time.
//!
//! Source: Structured Streaming Programming Guide, "Input Sources"; Spark's
//! `RateStreamMicroBatchStream`.

use std::sync::Arc;

use super::super::checkpoint::{Offset, corrupt, read_v1};
use super::{Source, StreamError};
use crate::env::Env;
use crate::formats::{OptionSpec, Options, option_table};
use crate::sql::SqlError;
use crate::sql::plan::{PlanNode, StreamSource, metadata_attribute};
use crate::storage::{DbfsPath, FileSystem, PutResult};
use crate::types::{
    DataType, Frame, SchemaRef, StructField, StructType, Value, series_from_values,
};
use bytes::Bytes;

option_table! {
    /// Options of `format("rate")`.
    pub RATE_STREAM_OPTIONS {
        ROWS_PER_SECOND = OptionSpec::new("rowsPerSecond", "1", "How many rows come a second.");
        RAMP_UP_TIME = OptionSpec::new(
            "rampUpTime",
            "0s",
            "How long it takes until they come that fast, such as `5s` or `2m`.",
        );
        NUM_PARTITIONS = OptionSpec::without_effect("numPartitions", "There is one partition. The number must be above 0.");
    }
}

/// How fast rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateOptions {
    rows_per_second: i64,
    ramp_up_seconds: i64,
}

impl RateOptions {
    /// Reads `rowsPerSecond`, `rampUpTime` (`5s`) and `numPartitions`, which changes nothing here.
    ///
    /// # Errors
    /// [`StreamError::NotPositive`], [`StreamError::NotANumber`].
    pub fn parse(options: &Options) -> Result<Self, StreamError> {
        let number = |name: &'static str, text: &str| -> Result<i64, StreamError> {
            let value = text.trim().parse().map_err(|_| StreamError::NotANumber {
                text: text.to_owned(),
            })?;
            match value {
                1.. => Ok(value),
                _ => Err(StreamError::NotPositive {
                    option: name,
                    value: text.to_owned(),
                }),
            }
        };
        let optional = |option: OptionSpec| {
            let text = options.get(option);
            text.map(|text| number(option.name, text)).transpose()
        };
        optional(NUM_PARTITIONS)?;
        let ramp_up = options
            .get(RAMP_UP_TIME)
            .unwrap_or(RAMP_UP_TIME.default)
            .trim();
        let invalid = || StreamError::NotANumber {
            text: ramp_up.into(),
        };
        let digits = ramp_up.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match ramp_up.get(digits.len()..).unwrap_or_default() {
            "" | "s" => 1,
            "m" | "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return Err(invalid()),
        };
        let ramp_up: i64 = digits.trim().parse().map_err(|_| invalid())?;
        Ok(RateOptions {
            rows_per_second: optional(ROWS_PER_SECOND)?.unwrap_or(1),
            ramp_up_seconds: ramp_up.saturating_mul(unit).max(0),
        })
    }

    /// The number of rows in the first `seconds`.
    fn rows_until(self, seconds: i64) -> i64 {
        let ramp = self.ramp_up_seconds;
        let faster = self.rows_per_second / (ramp + 1);
        let rising = |s: i64| faster.saturating_mul(s).saturating_mul(s + 1) / 2;
        match seconds <= ramp {
            true => rising(seconds),
            false => {
                let level = (seconds - ramp).saturating_mul(self.rows_per_second);
                rising(ramp).saturating_add(level)
            }
        }
    }
}

/// The columns of a rate stream.
pub fn rate_schema() -> StructType {
    StructType::of([
        ("timestamp", DataType::Timestamp),
        ("value", DataType::Long),
    ])
}

/// Rows by the clock.
pub(super) struct RateSource {
    env: Env,
    options: RateOptions,
    created_ms: i64,
    /// With `availableNow`, the last second to offer.
    last: Option<i64>,
    schema: SchemaRef,
}

impl RateSource {
    /// A source that began when the checkpoint's `dir` says, or begins now.
    pub fn open(
        fs: &dyn FileSystem,
        env: Env,
        source: &StreamSource,
        dir: &DbfsPath,
    ) -> Result<Self, StreamError> {
        let path = dir.join("0")?;
        let now = env.clock.now_ms();
        let created_ms = match fs.put_if_absent(&path, Bytes::from(format!("v1\n{now}")))? {
            PutResult::Created => now,
            PutResult::Exists => {
                let lines = read_v1(fs, &path)?;
                let line = lines.first().map(String::as_str).unwrap_or_default();
                line.trim()
                    .parse()
                    .map_err(|_| corrupt(&path, "it has no time".into()))?
            }
        };
        let mut fields: Vec<StructField> = source.schema.fields.clone();
        let metadata = metadata_attribute();
        fields.push(StructField::new(metadata.name, metadata.data_type));
        Ok(RateSource {
            env,
            options: RateOptions::parse(&source.options)?,
            created_ms,
            last: None,
            schema: Arc::new(StructType::new(fields)),
        })
    }

    fn now(&self) -> i64 {
        (self.env.clock.now_ms() - self.created_ms).max(0) / 1000
    }
}

impl Source for RateSource {
    fn description(&self) -> String {
        let RateOptions {
            rows_per_second,
            ramp_up_seconds,
        } = self.options;
        format!(
            "RateStreamV2[rowsPerSecond={rows_per_second}, rampUpTimeSeconds={ramp_up_seconds}, numPartitions=default"
        )
    }

    fn next_offset(
        &mut self,
        start: Option<&Offset>,
        _: bool,
    ) -> Result<Option<Offset>, StreamError> {
        let seconds = self.last.unwrap_or_else(|| self.now());
        let from = start.and_then(Offset::as_i64).unwrap_or(0);
        Ok(Some(seconds.max(from).into()))
    }

    fn batch(&mut self, start: Option<&Offset>, end: &Offset) -> Result<PlanNode, StreamError> {
        let from = start.and_then(Offset::as_i64).unwrap_or(0);
        let to = end.as_i64().unwrap_or(from);
        let (first, last) = (self.options.rows_until(from), self.options.rows_until(to));
        let step_ms = ((to - from) * 1000) as f64 / (last - first).max(1) as f64;
        let start_ms = self.created_ms + from * 1000;
        let time = |i: i64| (start_ms + (i as f64 * step_ms).round() as i64) * 1000;
        let times: Vec<Value> = (0..last - first)
            .map(|i| Value::Timestamp(time(i)))
            .collect();
        let values: Vec<Value> = (first..last).map(Value::Long).collect();
        let nothing = vec![Value::Null; values.len()];
        let columns = self.schema.fields.iter().zip([times, values, nothing]);
        let columns = columns
            .map(|(field, values)| series_from_values(&field.name, &values, &field.data_type))
            .collect::<Result<Vec<_>, _>>()
            .map_err(SqlError::from)?;
        let height = columns.first().map_or(0, |c| c.len());
        let rows = Frame::new(self.schema.clone(), columns, height);
        Ok(PlanNode::Local(rows.map_err(SqlError::from)?))
    }

    fn prepare_available_now(&mut self) -> Result<(), StreamError> {
        self.last = Some(self.now());
        Ok(())
    }

    fn follows_clock(&self) -> bool {
        true
    }
}
