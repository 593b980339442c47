//! Files that ended the engine when they were read. They aren't read again until somebody asks for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{
    Change, Content, DbfsPath, FileStatus, FileSystem, PutResult, StorageError, Usage, keep,
    read_kept,
};

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

    fn check(&self, path: &DbfsPath) -> Result<(), StorageError> {
        match self.holds(path) {
            true => Err(StorageError::Quarantined { path: path.clone() }),
            false => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<DbfsPath, Version>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileSystem for Quarantine {
    fn read(&self, path: &DbfsPath) -> Result<Bytes, StorageError> {
        self.check(path)?;
        self.inner.read(path)
    }

    fn read_range(&self, path: &DbfsPath, offset: u64, length: u64) -> Result<Bytes, StorageError> {
        self.check(path)?;
        self.inner.read_range(path, offset, length)
    }

    fn put_if_absent(&self, path: &DbfsPath, bytes: Bytes) -> Result<PutResult, StorageError> {
        self.inner.put_if_absent(path, bytes)
    }

    fn put_content(
        &self,
        path: &DbfsPath,
        content: &dyn Content,
        modification_time: Option<i64>,
    ) -> Result<(), StorageError> {
        self.inner.put_content(path, content, modification_time)
    }

    fn status(&self, path: &DbfsPath) -> Result<Option<FileStatus>, StorageError> {
        self.inner.status(path)
    }

    fn list(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        self.inner.list(dir)
    }

    fn list_from(&self, dir: &DbfsPath, start: &str) -> Result<Vec<FileStatus>, StorageError> {
        self.inner.list_from(dir, start)
    }

    fn list_recursive(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        self.inner.list_recursive(dir)
    }

    fn mkdirs(&self, dir: &DbfsPath) -> Result<(), StorageError> {
        self.inner.mkdirs(dir)
    }

    fn delete(&self, path: &DbfsPath) -> Result<bool, StorageError> {
        self.inner.delete(path)
    }

    fn change_count(&self) -> u64 {
        self.inner.change_count()
    }

    fn changes_since(&self, since: u64) -> Option<Vec<Change>> {
        self.inner.changes_since(since)
    }

    fn usage(&self) -> Usage {
        self.inner.usage()
    }

    fn sync(&self) -> Result<(), StorageError> {
        self.inner.sync()
    }
}
