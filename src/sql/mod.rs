//! Spark SQL: parse → analyze → plan → optimize → execute.

pub mod coercion;
pub mod error;
pub mod execute;
pub mod functions;
pub mod optimize;
pub mod plan;
pub mod streaming_rules;

pub use error::{AnalysisReason, Position, SqlError};
