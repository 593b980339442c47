//! Parquet: files to frames and back.

mod check;
mod dictionary;
mod guard;
mod parts;
mod read;
mod rescue;
mod schema;
#[cfg(test)]
mod tests;
mod thrift;
mod write;

pub use guard::file_being_read;
pub use read::{FRAME_ROWS, ParquetFrames, ParquetReader, infer_schema};
pub(super) use rescue::read_file;
pub(super) use write::COMPRESSION;
pub use write::{OPTIONS, ParquetWriteOptions, ParquetWriter};
