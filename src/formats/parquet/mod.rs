//! Parquet: files to frames and back.

mod check;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod write;

pub(super) use read::read_file;
pub use read::{FRAME_ROWS, ParquetFrames, ParquetReader, infer_schema};
pub use write::{ParquetWriteOptions, ParquetWriter};
