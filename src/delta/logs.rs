//! The logs of a session's tables.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::DeltaLog;
use super::log::LastCommit;
use crate::storage::{DbfsPath, FileSystem};

/// Opens tables' logs and keeps them, so that their snapshots stay cached. Clones share them.
#[derive(Clone)]
pub struct DeltaLogs {
    fs: Arc<dyn FileSystem>,
    logs: Arc<Mutex<HashMap<DbfsPath, DeltaLog>>>,
    last_commit: LastCommit,
}

impl DeltaLogs {
    pub fn new(fs: Arc<dyn FileSystem>) -> Self {
        DeltaLogs {
            fs,
            logs: Arc::default(),
            last_commit: LastCommit::default(),
        }
    }

    /// The log of the table at `table`, whether or not there is one.
    pub fn open(&self, table: &DbfsPath) -> DeltaLog {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        logs.entry(table.clone())
            .or_insert_with(|| {
                DeltaLog::told(self.fs.clone(), table.clone(), self.last_commit.clone())
            })
            .clone()
    }

    /// The version that was committed last, to whichever table.
    pub fn last_commit(&self) -> Option<u64> {
        *self
            .last_commit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a table that was dropped.
    pub fn forget(&self, table: &DbfsPath) {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        logs.remove(table);
    }
}
