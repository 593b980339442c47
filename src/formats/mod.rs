//! Files to frames and back: parquet, JSON, CSV, text, whole binary files.
//!
//! [`infer_schema`] and [`read_file`] are the door for every format. They take [`FileBytes`], of which
//! parquet reads the parts that it needs and the other formats all. Decoders yield frames of about [`parquet::FRAME_ROWS`] rows, so that a large file is
//! never in memory as rows.

mod columns;
pub mod csv;
mod door;
mod encode;
mod error;
mod file_bytes;
mod folder;
pub mod json;
mod listing;
mod option_spec;
mod options;
pub mod parquet;
pub mod partitions;
mod rows;
mod shared_options;
mod sink_log;
mod sniff;
mod temporal;
mod text;

pub use door::{
    FileFormat, FileRead, ReadRequest, UnknownFields, infer_schema, read_file,
    set_infer_column_types,
};
pub use encode::{FileEncoder, OPTIONS as TEXT_WRITER_OPTIONS, check_writable, file_extension};
pub use error::{Damage, FormatError};
pub use file_bytes::FileBytes;
pub use folder::{EncodedFile, FolderEncoder};
pub use listing::{expand_glob, glob_matches, glob_regex, is_hidden};
pub use option_spec::OptionSpec;
pub(crate) use option_spec::option_table;
pub use options::Options;
pub use rows::{OPTIONS as RECORD_OPTIONS, ParseMode};
pub use shared_options::{
    FILE_OPTIONS, IGNORE_CORRUPT_FILES, INFER_COLUMN_TYPES, PATH, PATH_GLOB_FILTER,
    RESCUED_DATA_COLUMN, SCHEMA_HINTS,
};
pub use sink_log::SinkLog;
pub use sniff::{Sniffed, csv_delimiter, sniff};
pub use temporal::OPTIONS as TEMPORAL_OPTIONS;
pub use text::OPTIONS as TEXT_OPTIONS;
