//! JSON in strings: paths, `from_json`, `to_json`.

mod convert;
mod path;
mod scan;

pub(super) use convert::CONVERT;
pub use convert::JSON_OPTIONS;
pub(super) use path::PATHS;
