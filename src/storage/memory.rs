//! Files in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::content::{unreadable, whole};
use super::tree::{Node, Tree};
use super::{Change, Content, DbfsPath, FileStatus, FileSystem, PutResult, StorageError, Usage};
use crate::env::Clock;

/// A [`FileSystem`] in memory, with a limit on the bytes it holds. It ends with the program.
pub struct MemoryFileSystem {
    clock: Arc<dyn Clock>,
    capacity: u64,
    tree: Mutex<Tree<Bytes>>,
}

impl MemoryFileSystem {
    /// An empty file system that holds `capacity` bytes of content and takes modification
    /// times from `clock`.
    pub fn new(clock: Arc<dyn Clock>, capacity: u64) -> Self {
        MemoryFileSystem {
            clock,
            capacity,
            tree: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tree<Bytes>> {
        // A panic elsewhere leaves the maps whole: every change below is one step.
        self.tree.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(
        &self,
        path: &DbfsPath,
        bytes: Bytes,
        replace: bool,
        modification_time: i64,
    ) -> Result<PutResult, StorageError> {
        let mut tree = self.lock();
        let result = tree.check_put(path, replace)?;
        if result == PutResult::Exists {
            return Ok(result);
        }
        let size = bytes.len() as u64;
        let old = tree.file(path).map_or(0, |file| file.size);
        if tree.used() - old + size > self.capacity {
            return Err(tree.full(path, size, self.capacity));
        }
        let node = Node {
            content: bytes,
            size,
            modification_time,
        };
        tree.insert(path.clone(), node);
        Ok(result)
    }
}

impl FileSystem for MemoryFileSystem {
    fn put_if_absent(&self, path: &DbfsPath, bytes: Bytes) -> Result<PutResult, StorageError> {
        self.write(path, bytes, false, self.clock.now_ms())
    }

    fn put_content(
        &self,
        path: &DbfsPath,
        content: &dyn Content,
        modification_time: Option<i64>,
    ) -> Result<(), StorageError> {
        let bytes = whole(content).map_err(|reason| unreadable(path, reason))?;
        let time = modification_time.unwrap_or_else(|| self.clock.now_ms());
        self.write(path, bytes, true, time).map(|_| ())
    }

    fn read(&self, path: &DbfsPath) -> Result<Bytes, StorageError> {
        Ok(self.lock().require(path)?.content.clone())
    }

    fn status(&self, path: &DbfsPath) -> Result<Option<FileStatus>, StorageError> {
        Ok(self.lock().status(path))
    }

    fn list(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        self.lock().list(dir)
    }

    fn list_from(&self, dir: &DbfsPath, start: &str) -> Result<Vec<FileStatus>, StorageError> {
        self.lock().list_from(dir, start)
    }

    fn list_recursive(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        Ok(self.lock().list_recursive(dir))
    }

    fn mkdirs(&self, dir: &DbfsPath) -> Result<(), StorageError> {
        let mut tree = self.lock();
        tree.check_mkdirs(dir)?;
        tree.insert_dir(dir.clone());
        Ok(())
    }

    fn delete(&self, path: &DbfsPath) -> Result<bool, StorageError> {
        let mut tree = self.lock();
        let (files, dirs) = tree.at_or_below(path);
        for dir in &dirs {
            tree.remove_dir(dir);
        }
        for file in &files {
            tree.remove(file);
        }
        Ok(!files.is_empty() || !dirs.is_empty())
    }

    fn change_count(&self) -> u64 {
        self.lock().changes.count()
    }

    fn changes_since(&self, since: u64) -> Option<Vec<Change>> {
        self.lock().changes.since(since)
    }

    fn usage(&self) -> Usage {
        Usage {
            used: self.lock().used(),
            capacity: self.capacity,
        }
    }
}
