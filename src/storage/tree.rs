//! Which files and directories there are: what every [`FileSystem`](super::FileSystem) here knows by heart, wherever
//! the bytes lie.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::changes::Changes;
use super::{Amount, Change, DbfsPath, FileStatus, PutResult, StorageError};

/// Directories that an error names as the largest.
const LARGEST: usize = 3;

/// Files by path, each with a `T` that says where its bytes are; directories; the changes to both.
pub(super) struct Tree<T> {
    files: BTreeMap<DbfsPath, Node<T>>,
    /// Made with `mkdirs`; a directory also exists while it holds a file.
    dirs: BTreeSet<DbfsPath>,
    used: u64,
    pub changes: Changes,
}

/// A file.
pub(super) struct Node<T> {
    pub content: T,
    pub size: u64,
    /// Milliseconds since the epoch.
    pub modification_time: i64,
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Tree {
            files: BTreeMap::new(),
            dirs: BTreeSet::new(),
            used: 0,
            changes: Changes::default(),
        }
    }
}

impl<T> Tree<T> {
    /// Bytes of all files.
    pub fn used(&self) -> u64 {
        self.used
    }

    pub fn file(&self, path: &DbfsPath) -> Option<&Node<T>> {
        self.files.get(path)
    }

    pub fn file_mut(&mut self, path: &DbfsPath) -> Option<&mut Node<T>> {
        self.files.get_mut(path)
    }

    pub fn has_dir(&self, path: &DbfsPath) -> bool {
        self.dirs.contains(path)
    }

    /// A file to read.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::IsDirectory`].
    pub fn require(&self, path: &DbfsPath) -> Result<&Node<T>, StorageError> {
        match self.files.get(path) {
            Some(file) => Ok(file),
            None if self.is_dir(path) => Err(StorageError::IsDirectory { path: path.clone() }),
            None => Err(StorageError::NotFound { path: path.clone() }),
        }
    }

    /// Whether a file may be written at `path`, and what it would come to.
    ///
    /// # Errors
    /// [`StorageError::IsDirectory`], [`StorageError::NotDirectory`].
    pub fn check_put(&self, path: &DbfsPath, replace: bool) -> Result<PutResult, StorageError> {
        let exists = self.files.contains_key(path);
        if exists && !replace {
            return Ok(PutResult::Exists);
        }
        if *path == DbfsPath::root() || (!exists && self.is_dir(path)) {
            return Err(StorageError::IsDirectory { path: path.clone() });
        }
        self.no_file_above(path.parent())?;
        Ok(PutResult::Created)
    }

    /// Puts a file that [`Tree::check_put`] allows. Gives the one that was there.
    pub fn insert(&mut self, path: DbfsPath, node: Node<T>) -> Option<Node<T>> {
        let size = node.size;
        self.used += size;
        let old = self.files.insert(path.clone(), node);
        self.used -= old.as_ref().map_or(0, |old| old.size);
        self.changes.tell(Change::Written { path, size });
        old
    }

    /// Whether a directory may be made.
    ///
    /// # Errors
    /// [`StorageError::NotDirectory`].
    pub fn check_mkdirs(&self, dir: &DbfsPath) -> Result<(), StorageError> {
        self.no_file_above(Some(dir.clone()))
    }

    /// Makes a directory. Gives whether it is new.
    pub fn insert_dir(&mut self, dir: DbfsPath) -> bool {
        self.dirs.insert(dir)
    }

    /// The files and the made directories at `path` and below it.
    pub fn at_or_below(&self, path: &DbfsPath) -> (Vec<DbfsPath>, Vec<DbfsPath>) {
        let mut files: Vec<DbfsPath> = self.files_below(path).map(|(p, _)| p.clone()).collect();
        if self.files.contains_key(path) {
            files.push(path.clone());
        }
        let mut dirs: Vec<DbfsPath> = self.dirs_below(path).cloned().collect();
        if self.dirs.contains(path) {
            dirs.push(path.clone());
        }
        (files, dirs)
    }

    /// Removes a file.
    pub fn remove(&mut self, path: &DbfsPath) -> Option<Node<T>> {
        let node = self.files.remove(path)?;
        self.used -= node.size;
        self.changes.tell(Change::Deleted { path: path.clone() });
        Some(node)
    }

    /// Removes a directory that was made.
    pub fn remove_dir(&mut self, path: &DbfsPath) -> bool {
        self.dirs.remove(path)
    }

    pub fn status(&self, path: &DbfsPath) -> Option<FileStatus> {
        match self.files.get(path) {
            Some(file) => Some(status(path, file)),
            None => self.is_dir(path).then(|| directory(path.clone())),
        }
    }

    /// As [`FileSystem::list`](super::FileSystem::list).
    pub fn list(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        if self.files.contains_key(dir) {
            return Err(StorageError::NotDirectory { path: dir.clone() });
        }
        if !self.is_dir(dir) {
            return Err(StorageError::NotFound { path: dir.clone() });
        }
        let mut found: BTreeMap<String, FileStatus> = BTreeMap::new();
        let files = self.files_below(dir).map(|(path, file)| (path, Some(file)));
        let dirs = self.dirs_below(dir).map(|path| (path, None));
        for (path, file) in files.chain(dirs) {
            let Some(name) = path.relative_to(dir) else {
                continue;
            };
            match (name.split_once('/'), file) {
                (None, Some(file)) => {
                    found.insert(name.into(), status(path, file));
                }
                (parts, _) => {
                    let name = parts.map_or(name, |(first, _)| first);
                    if !found.contains_key(name) {
                        found.insert(name.into(), directory(dir.join(name)?));
                    }
                }
            }
        }
        found.retain(|_, status| !status.path.is_system_directory());
        Ok(found.into_values().collect())
    }

    /// As [`FileSystem::list_from`](super::FileSystem::list_from).
    pub fn list_from(&self, dir: &DbfsPath, start: &str) -> Result<Vec<FileStatus>, StorageError> {
        let from = if start.is_empty() {
            dir.first_below()
        } else {
            dir.join(start)?
        };
        Ok(self
            .files
            .range((Bound::Included(from), Bound::Unbounded))
            .take_while(|(path, _)| path.is_in(dir))
            .filter(|(path, _)| path.relative_to(dir).is_some_and(|n| !n.contains('/')))
            .map(|(path, file)| status(path, file))
            .collect())
    }

    /// As [`FileSystem::list_recursive`](super::FileSystem::list_recursive).
    pub fn list_recursive(&self, dir: &DbfsPath) -> Vec<FileStatus> {
        self.files_below(dir)
            .map(|(path, file)| status(path, file))
            .collect()
    }

    /// Why `needed` bytes for `path` don't fit.
    pub fn full(&self, path: &DbfsPath, needed: u64, capacity: u64) -> StorageError {
        let replaced = self.files.get(path).map_or(0, |file| file.size);
        StorageError::Full {
            path: path.clone(),
            needed,
            free: capacity.saturating_sub(self.used - replaced),
            capacity,
            largest: self.largest(),
        }
    }

    /// What takes most room: `dbfs:/a/b (12 MB), …`. A Delta table counts as one directory.
    fn largest(&self) -> String {
        let mut sizes: BTreeMap<DbfsPath, u64> = BTreeMap::new();
        for (path, file) in &self.files {
            let dir = path.parent().unwrap_or_else(DbfsPath::root);
            let owner = dir
                .without_scheme()
                .split_once("/_delta_log")
                .and_then(|(table, _)| DbfsPath::parse(table).ok());
            *sizes.entry(owner.unwrap_or(dir)).or_default() += file.size;
        }
        let mut sizes: Vec<(DbfsPath, u64)> = sizes.into_iter().collect();
        sizes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let named: Vec<String> = sizes
            .iter()
            .take(LARGEST)
            .map(|(path, size)| format!("{path} ({})", Amount(*size)))
            .collect();
        named.join(", ")
    }

    fn is_dir(&self, path: &DbfsPath) -> bool {
        *path == DbfsPath::root()
            || self.dirs.contains(path)
            || self.files_below(path).next().is_some()
            || self.dirs_below(path).next().is_some()
    }

    fn no_file_above(&self, mut path: Option<DbfsPath>) -> Result<(), StorageError> {
        while let Some(dir) = path {
            if self.files.contains_key(&dir) {
                return Err(StorageError::NotDirectory { path: dir });
            }
            path = dir.parent();
        }
        Ok(())
    }

    fn files_below<'a>(
        &'a self,
        dir: &'a DbfsPath,
    ) -> impl Iterator<Item = (&'a DbfsPath, &'a Node<T>)> {
        // Names such as `dir-x` sort between `dir` and `dir/…`, so the range starts at `dir/`.
        self.files
            .range((Bound::Included(dir.first_below()), Bound::Unbounded))
            .take_while(move |(path, _)| path.is_in(dir))
    }

    fn dirs_below<'a>(&'a self, dir: &'a DbfsPath) -> impl Iterator<Item = &'a DbfsPath> {
        self.dirs
            .range((Bound::Included(dir.first_below()), Bound::Unbounded))
            .take_while(move |path| path.is_in(dir))
    }
}

fn status<T>(path: &DbfsPath, file: &Node<T>) -> FileStatus {
    FileStatus {
        path: path.clone(),
        size: file.size,
        modification_time: file.modification_time,
        is_dir: false,
    }
}

pub(super) fn directory(path: DbfsPath) -> FileStatus {
    FileStatus {
        path,
        size: 0,
        modification_time: 0,
        is_dir: true,
    }
}
