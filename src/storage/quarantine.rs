//! Files that ended the engine when they were read. They aren't read again until somebody asks for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::{DbfsPath, FileStatus, FileSystem, Layer, StorageError, keep, read_kept};

const FILE: &str = "quarantine.json";

/// A [`FileSystem`] over another, in which some files are there but not read. Which, is kept in the other.
pub struct Quarantine {
    inner: Arc<dyn FileSystem>,
    files: Mutex<BTreeMap<DbfsPath, Version>>,
}

/// What tells a file from the one that took its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    size: u64,
    modification_time: i64,
}

impl Version {
    fn of(status: &FileStatus) -> Self {
        Version {
            size: status.size,
            modification_time: status.modification_time,
        }
    }
}

impl Quarantine {
    /// Takes up what is kept. A list that can't be read is none.
    pub fn over(inner: Arc<dyn FileSystem>) -> Self {
        let files = read_kept(inner.as_ref(), FILE).ok().flatten();
        Quarantine {
            files: Mutex::new(files.unwrap_or_default()),
            inner,
        }
    }

    /// Has a file not be read, as it is now.
    ///
    /// # Errors
    /// If there is no such file; what can't be kept.
    pub fn put_under(&self, path: &DbfsPath) -> Result<(), StorageError> {
        let status = self.inner.status(path)?.filter(|status| !status.is_dir);
        let status = status.ok_or_else(|| StorageError::NotFound { path: path.clone() })?;
        let mut files = self.lock();
        files.insert(path.clone(), Version::of(&status));
        keep(self.inner.as_ref(), FILE, &*files)
    }

    /// Has a file be read again.
    ///
    /// # Errors
    /// What can't be kept.
    pub fn release(&self, path: &DbfsPath) -> Result<(), StorageError> {
        let mut files = self.lock();
        match files.remove(path) {
            Some(_) => keep(self.inner.as_ref(), FILE, &*files),
            None => Ok(()),
        }
    }

    /// Whether a file isn't read.
    pub fn holds(&self, path: &DbfsPath) -> bool {
        let Some(version) = self.lock().get(path).copied() else {
            return false;
        };
        let status = self.inner.status(path);
        status.is_ok_and(|status| status.is_some_and(|status| Version::of(&status) == version))
    }

    /// The files as they are, all of them readable: to save them, byte by byte.
    pub fn beneath(&self) -> &Arc<dyn FileSystem> {
        &self.inner
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<DbfsPath, Version>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Layer for Quarantine {
    fn inner(&self) -> &dyn FileSystem {
        self.inner.as_ref()
    }

    fn before_read(&self, path: &DbfsPath, _: Option<(u64, u64)>) -> Result<(), StorageError> {
        match self.holds(path) {
            true => Err(StorageError::Quarantined { path: path.clone() }),
            false => Ok(()),
        }
    }
}
