//! Paths of data files. Delta PROTOCOL.md, "Add File and Remove File": a path is a URI, relative to
//! the table, percent-encoded.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::error::DeltaError;
use crate::storage::DbfsPath;

/// What a URI path can't hold as it is.
const NOT_IN_URI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A relative file path as the log writes it.
pub fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, NOT_IN_URI).to_string()
}

/// A path of the log as a file path; what isn't valid UTF-8 stays as it is.
pub(super) fn decode_path(path: &str) -> String {
    match percent_decode_str(path).decode_utf8() {
        Ok(text) => text.into_owned(),
        Err(_) => path.to_owned(),
    }
}

/// Where the file is that the log of `table` names `path`.
///
/// # Errors
/// [`DeltaError::InvalidFilePath`] for another scheme, and for a path that leaves the table.
pub(super) fn resolve(table: &DbfsPath, path: &str) -> Result<DbfsPath, DeltaError> {
    let decoded = decode_path(path);
    let found = if decoded.starts_with('/') || decoded.starts_with("dbfs:") {
        DbfsPath::parse(&decoded)
    } else if let Some((scheme, rest)) = path.split_once(':')
        && rest.starts_with('/')
        && !scheme.contains('/')
    {
        return Err(DeltaError::InvalidFilePath {
            path: path.into(),
            reason: format!("The scheme '{scheme}' isn't available here."),
        });
    } else {
        table.join(&decoded)
    };
    found.map_err(|e| DeltaError::InvalidFilePath {
        path: path.into(),
        reason: e.to_string(),
    })
}
