//! What outlives a session: tables, views, databases and functions, in a file beside those of the workspace, as a
//! metastore stands beside a cluster.

use super::catalog::Metastore;
use super::{Session, SessionError};
use crate::storage;

const FILE: &str = "catalog.json";

impl Session {
    /// Takes up the catalog that an earlier session over this file system left, if one did.
    ///
    /// # Errors
    /// A file that can't be read; the catalog is then empty, and the tables of the warehouse are there all the same.
    pub fn restore(&mut self) -> Result<(), SessionError> {
        let kept: Option<Metastore> = storage::read_kept(self.state.fs.as_ref(), FILE)?;
        if let Some(kept) = kept {
            self.state.catalog.restore(kept);
        }
        Ok(())
    }

    /// Writes the catalog down, if it changed.
    ///
    /// # Errors
    /// [`storage::StorageError`]; the next call tries again.
    pub fn keep(&mut self) -> Result<(), SessionError> {
        let (kept, changes) = self.state.catalog.kept();
        if changes != self.kept_changes {
            storage::keep(self.state.fs.as_ref(), FILE, kept)?;
            self.kept_changes = changes;
        }
        Ok(())
    }
}
