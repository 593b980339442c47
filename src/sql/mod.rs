//! Spark SQL: parse → analyze → plan → optimize → execute.

pub mod coercion;
pub mod error;
pub mod functions;
pub mod plan;

pub use error::SqlError;
