//! JSON in strings: paths, `from_json`, `to_json`.

mod path;
mod scan;

pub(super) use path::PATHS;
