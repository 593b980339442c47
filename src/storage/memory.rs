//! Files in memory.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{Change, DbfsPath, FileStatus, FileSystem, PutResult, StorageError};
use crate::env::Clock;

/// Changes kept for [`FileSystem::changes_since`].
const CHANGES_KEPT: usize = 4096;

/// A [`FileSystem`] in memory, with a limit on the bytes it holds.
pub struct MemoryFileSystem {
    clock: Arc<dyn Clock>,
    capacity: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<DbfsPath, File>,
    /// Made with `mkdirs`; a directory also exists while it holds a file.
    dirs: BTreeSet<DbfsPath>,
    used: u64,
    change_count: u64,
    changes: VecDeque<Change>,
}

struct File {
    bytes: Bytes,
    modification_time: i64,
}

impl MemoryFileSystem {
    /// An empty file system that holds `capacity` bytes of content and takes modification
    /// times from `clock`.
    pub fn new(clock: Arc<dyn Clock>, capacity: u64) -> Self {
        MemoryFileSystem {
            clock,
            capacity,
            state: Mutex::default(),
        }
    }

    /// Bytes held, and bytes that fit.
    pub fn usage(&self) -> (u64, u64) {
        (self.lock().used, self.capacity)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the maps whole: every change below is one step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(
        &self,
        path: &DbfsPath,
        bytes: Bytes,
        replace: bool,
    ) -> Result<PutResult, StorageError> {
        let modification_time = self.clock.now_ms();
        let mut state = self.lock();
        let old = state.files.get(path).map(|f| f.bytes.len() as u64);
        if old.is_some() && !replace {
            return Ok(PutResult::Exists);
        }
        if *path == DbfsPath::root() || (old.is_none() && state.is_dir(path)) {
            return Err(StorageError::IsDirectory { path: path.clone() });
        }
        let mut ancestor = path.parent();
        while let Some(dir) = ancestor {
            if state.files.contains_key(&dir) {
                return Err(StorageError::NotDirectory { path: dir });
            }
            ancestor = dir.parent();
        }
        let size = bytes.len() as u64;
        let others = state.used - old.unwrap_or(0);
        if others + size > self.capacity {
            return Err(StorageError::Full {
                path: path.clone(),
                needed: size,
                free: self.capacity.saturating_sub(others),
                capacity: self.capacity,
            });
        }
        state.used = others + size;
        state.files.insert(
            path.clone(),
            File {
                bytes,
                modification_time,
            },
        );
        state.tell(Change::Written {
            path: path.clone(),
            size,
        });
        Ok(PutResult::Created)
    }
}

impl State {
    fn is_dir(&self, path: &DbfsPath) -> bool {
        *path == DbfsPath::root()
            || self.dirs.contains(path)
            || self.files_below(path).next().is_some()
            || self
                .dirs
                .range((Bound::Excluded(path.clone()), Bound::Unbounded))
                .take_while(|d| d.without_scheme().starts_with(path.without_scheme()))
                .any(|d| d.is_in(path))
    }

    fn files_below<'a>(
        &'a self,
        dir: &'a DbfsPath,
    ) -> impl Iterator<Item = (&'a DbfsPath, &'a File)> {
        // Names such as `dir-x` sort between `dir` and `dir/…`, so the range starts at `dir/`.
        let from = dir.first_below();
        self.files
            .range((Bound::Included(from), Bound::Unbounded))
            .take_while(move |(path, _)| path.is_in(dir))
    }

    fn tell(&mut self, change: Change) {
        self.change_count += 1;
        if self.changes.len() == CHANGES_KEPT {
            self.changes.pop_front();
        }
        self.changes.push_back(change);
    }
}

fn status(path: &DbfsPath, file: &File) -> FileStatus {
    FileStatus {
        path: path.clone(),
        size: file.bytes.len() as u64,
        modification_time: file.modification_time,
        is_dir: false,
    }
}

impl FileSystem for MemoryFileSystem {
    fn put_if_absent(&self, path: &DbfsPath, bytes: Bytes) -> Result<PutResult, StorageError> {
        self.write(path, bytes, false)
    }

    fn put(&self, path: &DbfsPath, bytes: Bytes) -> Result<(), StorageError> {
        self.write(path, bytes, true).map(|_| ())
    }

    fn read(&self, path: &DbfsPath) -> Result<Bytes, StorageError> {
        let state = self.lock();
        match state.files.get(path) {
            Some(file) => Ok(file.bytes.clone()),
            None if state.is_dir(path) => Err(StorageError::IsDirectory { path: path.clone() }),
            None => Err(StorageError::NotFound { path: path.clone() }),
        }
    }

    fn status(&self, path: &DbfsPath) -> Result<Option<FileStatus>, StorageError> {
        let state = self.lock();
        if let Some(file) = state.files.get(path) {
            return Ok(Some(status(path, file)));
        }
        Ok(state.is_dir(path).then(|| directory(path.clone())))
    }

    fn list(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        let state = self.lock();
        if state.files.contains_key(dir) {
            return Err(StorageError::NotDirectory { path: dir.clone() });
        }
        if !state.is_dir(dir) {
            return Err(StorageError::NotFound { path: dir.clone() });
        }
        let mut found: BTreeMap<String, FileStatus> = BTreeMap::new();
        let mut subdirectory = |path: &DbfsPath| -> Option<()> {
            let (name, _) = path.relative_to(dir)?.split_once('/')?;
            if !found.contains_key(name) {
                found.insert(name.into(), directory(dir.join(name).ok()?));
            }
            Some(())
        };
        for (path, _) in state.files_below(dir) {
            subdirectory(path);
        }
        let made: Vec<&DbfsPath> = state
            .dirs
            .iter()
            .filter(|d| *d != dir && d.is_in(dir))
            .collect();
        for path in &made {
            subdirectory(path);
        }
        for path in made {
            if let Some(name) = path.relative_to(dir).filter(|n| !n.contains('/')) {
                found.insert(name.into(), directory(path.clone()));
            }
        }
        for (path, file) in state.files_below(dir) {
            if let Some(name) = path.relative_to(dir).filter(|n| !n.contains('/')) {
                found.insert(name.into(), status(path, file));
            }
        }
        Ok(found.into_values().collect())
    }

    fn list_from(&self, dir: &DbfsPath, start: &str) -> Result<Vec<FileStatus>, StorageError> {
        let from = if start.is_empty() {
            dir.first_below()
        } else {
            dir.join(start)?
        };
        let state = self.lock();
        Ok(state
            .files
            .range((Bound::Included(from), Bound::Unbounded))
            .take_while(|(path, _)| path.is_in(dir))
            .filter(|(path, _)| path.relative_to(dir).is_some_and(|n| !n.contains('/')))
            .map(|(path, file)| status(path, file))
            .collect())
    }

    fn list_recursive(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        let state = self.lock();
        Ok(state
            .files_below(dir)
            .map(|(path, file)| status(path, file))
            .collect())
    }

    fn mkdirs(&self, dir: &DbfsPath) -> Result<(), StorageError> {
        let mut state = self.lock();
        let mut next = Some(dir.clone());
        while let Some(path) = next {
            if state.files.contains_key(&path) {
                return Err(StorageError::NotDirectory { path });
            }
            next = path.parent();
        }
        state.dirs.insert(dir.clone());
        Ok(())
    }

    fn delete(&self, path: &DbfsPath) -> Result<bool, StorageError> {
        let mut state = self.lock();
        let mut doomed: Vec<DbfsPath> = state.files_below(path).map(|(p, _)| p.clone()).collect();
        if state.files.contains_key(path) {
            doomed.push(path.clone());
        }
        let dirs: Vec<DbfsPath> = state
            .dirs
            .iter()
            .filter(|d| d.is_in(path))
            .cloned()
            .collect();
        let existed = !doomed.is_empty() || !dirs.is_empty();
        for dir in &dirs {
            state.dirs.remove(dir);
        }
        for path in doomed {
            if let Some(file) = state.files.remove(&path) {
                state.used -= file.bytes.len() as u64;
                state.tell(Change::Deleted { path });
            }
        }
        Ok(existed)
    }

    fn change_count(&self) -> u64 {
        self.lock().change_count
    }

    fn changes_since(&self, since: u64) -> Option<Vec<Change>> {
        let state = self.lock();
        let new = usize::try_from(state.change_count.saturating_sub(since)).ok()?;
        let skip = state.changes.len().checked_sub(new)?;
        Some(state.changes.iter().skip(skip).cloned().collect())
    }
}

fn directory(path: DbfsPath) -> FileStatus {
    FileStatus {
        path,
        size: 0,
        modification_time: 0,
        is_dir: true,
    }
}
