//! CSV files to frames; schema inference; frames to CSV.

mod infer;
mod options;
mod read;
mod records;
#[cfg(test)]
mod tests;
mod write;

pub use infer::infer_schema;
pub use options::{CsvOptions, INFER_SCHEMA, OPTIONS};
pub(super) use read::read_file;
pub use write::write;
