//! What a workspace holds beside its files, as JSON files in its system directory.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{DbfsPath, FileSystem, SYSTEM_DIRECTORY, StorageError};

/// Where what has this name is kept. A name may have several parts.
///
/// # Errors
/// [`StorageError::InvalidPath`]
pub fn kept_path(name: &str) -> Result<DbfsPath, StorageError> {
    DbfsPath::parse(SYSTEM_DIRECTORY)?.join(name)
}

/// What was kept under a name; `None` if nothing was.
///
/// # Errors
/// A file that can't be read, or that another version wrote.
pub fn read_kept<T: DeserializeOwned>(
    fs: &dyn FileSystem,
    name: &str,
) -> Result<Option<T>, StorageError> {
    let file = kept_path(name)?;
    if fs.status(&file)?.is_none() {
        return Ok(None);
    }
    serde_json::from_slice(&fs.read(&file)?)
        .map(Some)
        .map_err(|e| io(&file, &e))
}

/// Keeps something under a name, in the place of what was there.
///
/// # Errors
/// What doesn't fit.
pub fn keep<T: Serialize>(fs: &dyn FileSystem, name: &str, what: &T) -> Result<(), StorageError> {
    let file = kept_path(name)?;
    let text = serde_json::to_vec(what).map_err(|e| io(&file, &e))?;
    fs.put(&file, text.into())
}

fn io(file: &DbfsPath, error: &serde_json::Error) -> StorageError {
    StorageError::Io {
        path: file.clone(),
        reason: error.to_string(),
    }
}
