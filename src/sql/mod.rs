//! Spark SQL: parse → analyze → plan → optimize → execute.

pub mod analyze;
pub mod changes;
pub mod coercion;
pub mod column;
pub mod command;
pub mod constraints;
pub mod error;
pub mod event_time;
pub mod execute;
pub mod explain;
pub mod functions;
pub mod naming;
pub mod optimize;
pub mod parse;
pub mod plan;
pub mod python;
pub mod streaming_rules;

pub use error::{AnalysisReason, Position, SqlError};
