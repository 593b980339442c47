//! JSON in strings: paths, `from_json`, `to_json`.

mod convert;
mod path;
mod scan;

pub(super) use convert::CONVERT;
pub(super) use path::PATHS;
