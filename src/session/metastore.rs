//! What outlives a session: tables, views, databases and functions, in a file beside those of the workspace, as a
//! metastore stands beside a cluster.

use super::catalog::Metastore;
use super::{Session, SessionError};
use crate::storage::{DbfsPath, SYSTEM_DIRECTORY, StorageError};

const FILE: &str = "catalog.json";

impl Session {
    /// Takes up the catalog that an earlier session over this file system left, if one did.
    ///
    /// # Errors
    /// A file that can't be read; the catalog is then empty, and the tables of the warehouse are there all the same.
    pub fn restore(&mut self) -> Result<(), SessionError> {
        let file = file()?;
        if self.state.fs.status(&file)?.is_none() {
            return Ok(());
        }
        let text = self.state.fs.read(&file)?;
        let kept: Metastore = serde_json::from_slice(&text).map_err(|e| io(&file, &e))?;
        self.state.catalog.restore(kept);
        Ok(())
    }

    /// Writes the catalog down, if it changed.
    ///
    /// # Errors
    /// [`StorageError`]; the next call tries again.
    pub fn keep(&mut self) -> Result<(), SessionError> {
        let (kept, changes) = self.state.catalog.kept();
        if changes == self.kept_changes {
            return Ok(());
        }
        let file = file()?;
        let text = serde_json::to_vec(kept).map_err(|e| io(&file, &e))?;
        self.state.fs.put(&file, text.into())?;
        self.kept_changes = changes;
        Ok(())
    }
}

fn file() -> Result<DbfsPath, StorageError> {
    DbfsPath::parse(SYSTEM_DIRECTORY)?.join(FILE)
}

fn io(file: &DbfsPath, error: &serde_json::Error) -> StorageError {
    StorageError::Io {
        path: file.clone(),
        reason: error.to_string(),
    }
}
