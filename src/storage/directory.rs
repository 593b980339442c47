//! Files in a directory of this machine, read and written in place.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::changes::Changes;
use super::content::{exactly, pieces};
use super::tree::directory;
use super::{
    Change, Content, DbfsPath, FileStatus, FileSystem, PutResult, SYSTEM_DIRECTORY, StorageError,
    Usage,
};

/// Within the system directory, for this program's own use: no path of the file system leads there.
const OWN: &str = ".own";

/// In there, a file that is locked while a program has the directory. All others are on their way to their place.
const LOCK: &str = "lock";

/// A [`FileSystem`] in a directory. One program at a time has it.
///
/// A file is written elsewhere and moved to its place when it is whole and durable, so that a crash at any moment leaves
/// the file that was, or the new one. No path leads out of the directory, symbolic links neither.
pub struct DirectoryFileSystem {
    /// Without symbolic links.
    root: PathBuf,
    own: PathBuf,
    changes: Mutex<Changes>,
    temporary: AtomicU64,
    /// Gives the lock back when it is closed.
    _lock: File,
}

impl DirectoryFileSystem {
    /// Opens a directory, and makes it if it isn't there. What an earlier program left half done is removed.
    ///
    /// # Errors
    /// What the machine refuses; another program that has it.
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let root = dir.canonicalize()?;
        let own = root
            .join(SYSTEM_DIRECTORY.trim_start_matches('/'))
            .join(OWN);
        fs::create_dir_all(&own)?;
        let lock = File::create(own.join(LOCK))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => {
                io::Error::other("another program has this directory open")
            }
            fs::TryLockError::Error(error) => error,
        })?;
        for left in fs::read_dir(&own)? {
            let left = left?;
            if left.file_name() != LOCK {
                fs::remove_file(left.path())?;
            }
        }
        Ok(DirectoryFileSystem {
            root,
            own,
            changes: Mutex::default(),
            temporary: AtomicU64::new(0),
            _lock: lock,
        })
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a path lies on this machine, symbolic links not followed.
    fn host(&self, path: &DbfsPath) -> PathBuf {
        self.root
            .join(path.without_scheme().trim_start_matches('/'))
    }

    /// What lies there; `None` if nothing does, or something that leads out of the directory or is its own.
    fn metadata(&self, path: &DbfsPath) -> Result<Option<fs::Metadata>, StorageError> {
        let host = self.host(path);
        match host.canonicalize() {
            Ok(real) if real.starts_with(&self.root) && !real.starts_with(&self.own) => {
                match fs::metadata(&real) {
                    Ok(metadata) => Ok(Some(metadata)),
                    Err(error) if is_missing(&error) => Ok(None),
                    Err(error) => Err(io_error(path, &error)),
                }
            }
            Ok(_) => Ok(None),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(io_error(path, &error)),
        }
    }

    fn require(&self, path: &DbfsPath) -> Result<(PathBuf, fs::Metadata), StorageError> {
        match self.metadata(path)? {
            Some(metadata) if metadata.is_dir() => {
                Err(StorageError::IsDirectory { path: path.clone() })
            }
            Some(metadata) => Ok((self.host(path), metadata)),
            None => Err(StorageError::NotFound { path: path.clone() }),
        }
    }

    /// Makes the directories above a path. None of them is a file, and none leads out.
    fn make_parents(&self, path: &DbfsPath) -> Result<(), StorageError> {
        let Some(parent) = path.parent() else {
            return Ok(());
        };
        let mut above = Some(parent.clone());
        while let Some(dir) = above {
            let host = self.host(&dir);
            if host.symlink_metadata().is_ok() {
                return match self.metadata(&dir)? {
                    Some(metadata) if metadata.is_dir() => fs::create_dir_all(self.host(&parent))
                        .map_err(|error| io_error(path, &error)),
                    Some(_) => Err(StorageError::NotDirectory { path: dir }),
                    None => Err(StorageError::InvalidPath {
                        path: path.to_string(),
                        reason: "A symbolic link there leads out of its directory.",
                    }),
                };
            }
            above = dir.parent();
        }
        Ok(())
    }

    fn write(
        &self,
        path: &DbfsPath,
        content: &dyn Content,
        replace: bool,
        modified: Option<SystemTime>,
    ) -> Result<PutResult, StorageError> {
        match self.metadata(path)? {
            Some(metadata) if metadata.is_dir() => {
                return Err(StorageError::IsDirectory { path: path.clone() });
            }
            Some(_) if !replace => return Ok(PutResult::Exists),
            _ => {}
        }
        self.make_parents(path)?;
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StorageError::Full {
                path: path.clone(),
                needed: content.size(),
                free: 0,
                capacity: 0,
                largest: String::new(),
            },
            _ => io_error(path, &error),
        };
        let number = self.temporary.fetch_add(1, Ordering::Relaxed);
        let temporary = self.own.join(number.to_string());
        let placed = File::create(&temporary)
            .and_then(|mut file| {
                for (offset, length) in pieces(content.size()) {
                    let piece = exactly(content, offset, length).map_err(io::Error::other)?;
                    file.write_all(&piece)?;
                }
                if let Some(modified) = modified {
                    file.set_modified(modified)?;
                }
                file.sync_all()
            })
            .and_then(|()| {
                let target = self.host(path);
                if replace {
                    return fs::rename(&temporary, target).map(|()| PutResult::Created);
                }
                // A link, unlike a rename, fails where a file is already.
                match fs::hard_link(&temporary, target) {
                    Ok(()) => Ok(PutResult::Created),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        Ok(PutResult::Exists)
                    }
                    Err(error) => Err(error),
                }
            });
        if !replace || placed.is_err() {
            // What stays is removed when the directory is opened next.
            let _ = fs::remove_file(&temporary);
        }
        let placed = placed.map_err(failed)?;
        if placed == PutResult::Created {
            self.sync_parent(path)?;
            self.changes().tell(Change::Written {
                path: path.clone(),
                size: content.size(),
            });
        }
        Ok(placed)
    }

    /// Makes durable that a name was added to a directory.
    fn sync_parent(&self, path: &DbfsPath) -> Result<(), StorageError> {
        #[cfg(unix)]
        if let Some(parent) = path.parent() {
            File::open(self.host(&parent))
                .and_then(|dir| dir.sync_all())
                .map_err(|error| io_error(path, &error))?;
        }
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }

    /// What lies directly in a directory, by name. What has no name under `dbfs:/` isn't there.
    fn entries(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        let mut found = Vec::new();
        let entries = fs::read_dir(self.host(dir)).map_err(|error| io_error(dir, &error))?;
        for entry in entries {
            let name = entry.map_err(|error| io_error(dir, &error))?.file_name();
            let Some(path) = name.to_str().and_then(|name| dir.join(name).ok()) else {
                continue;
            };
            if path.name() == name
                && let Some(metadata) = self.metadata(&path)?
            {
                found.push(status(path, &metadata));
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn collect(&self, dir: &DbfsPath, into: &mut Vec<FileStatus>) -> Result<(), StorageError> {
        for entry in self.entries(dir)? {
            // Links within the directory could lead in a circle.
            let is_link = self.host(&entry.path).is_symlink();
            if !entry.is_dir {
                into.push(entry);
            } else if !is_link && !self.is_own(&entry.path) {
                self.collect(&entry.path, into)?;
            }
        }
        Ok(())
    }

    /// Whether a directory is for this program's own use.
    fn is_own(&self, path: &DbfsPath) -> bool {
        path.parent().is_some_and(|dir| dir.is_system_directory()) && path.name() == OWN
    }
}

impl FileSystem for DirectoryFileSystem {
    fn put_if_absent(&self, path: &DbfsPath, bytes: Bytes) -> Result<PutResult, StorageError> {
        self.write(path, &bytes, false, None)
    }

    fn put_content(
        &self,
        path: &DbfsPath,
        content: &dyn Content,
        modification_time: Option<i64>,
    ) -> Result<(), StorageError> {
        let since =
            modification_time.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
        let modified = since.and_then(|since| UNIX_EPOCH.checked_add(since));
        self.write(path, content, true, modified).map(|_| ())
    }

    fn read(&self, path: &DbfsPath) -> Result<Bytes, StorageError> {
        let (host, _) = self.require(path)?;
        let bytes = fs::read(host).map_err(|error| io_error(path, &error))?;
        Ok(bytes.into())
    }

    fn read_range(&self, path: &DbfsPath, offset: u64, length: u64) -> Result<Bytes, StorageError> {
        let (host, metadata) = self.require(path)?;
        let start = offset.min(metadata.len());
        let length = length.min(metadata.len() - start);
        let mut bytes = Vec::new();
        File::open(host)
            .and_then(|mut file| {
                file.seek(SeekFrom::Start(start))?;
                file.take(length).read_to_end(&mut bytes)
            })
            .map_err(|error| io_error(path, &error))?;
        Ok(bytes.into())
    }

    fn status(&self, path: &DbfsPath) -> Result<Option<FileStatus>, StorageError> {
        let metadata = self.metadata(path)?;
        Ok(metadata.map(|metadata| status(path.clone(), &metadata)))
    }

    fn list(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        match self.metadata(dir)? {
            Some(metadata) if metadata.is_dir() => {
                let mut entries = self.entries(dir)?;
                entries.retain(|entry| !entry.path.is_system_directory());
                Ok(entries)
            }
            Some(_) => Err(StorageError::NotDirectory { path: dir.clone() }),
            None => Err(StorageError::NotFound { path: dir.clone() }),
        }
    }

    fn list_from(&self, dir: &DbfsPath, start: &str) -> Result<Vec<FileStatus>, StorageError> {
        let from = dir.join(start)?;
        if !self.metadata(dir)?.is_some_and(|found| found.is_dir()) {
            return Ok(Vec::new());
        }
        let mut entries = self.entries(dir)?;
        entries.retain(|entry| !entry.is_dir && entry.path >= from);
        Ok(entries)
    }

    fn list_recursive(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        let mut found = Vec::new();
        if self.metadata(dir)?.is_some_and(|found| found.is_dir()) {
            self.collect(dir, &mut found)?;
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn mkdirs(&self, dir: &DbfsPath) -> Result<(), StorageError> {
        match self.metadata(dir)? {
            Some(metadata) if metadata.is_dir() => Ok(()),
            Some(_) => Err(StorageError::NotDirectory { path: dir.clone() }),
            None => {
                self.make_parents(dir)?;
                fs::create_dir_all(self.host(dir)).map_err(|error| io_error(dir, &error))
            }
        }
    }

    fn delete(&self, path: &DbfsPath) -> Result<bool, StorageError> {
        let host = self.host(path);
        let failed = |error: io::Error| io_error(path, &error);
        let Ok(metadata) = host.symlink_metadata() else {
            return Ok(false);
        };
        let mut gone = Vec::new();
        if metadata.is_dir() {
            self.collect(path, &mut gone)?;
            let is_empty = fs::read_dir(&host).map_err(failed)?.next().is_none();
            if *path == DbfsPath::root() || path.is_system_directory() {
                // The lock stays.
                for file in &gone {
                    fs::remove_file(self.host(&file.path)).map_err(failed)?;
                }
                for entry in self.entries(path)? {
                    if entry.is_dir
                        && !entry.path.is_system_directory()
                        && !self.is_own(&entry.path)
                    {
                        fs::remove_dir_all(self.host(&entry.path)).map_err(failed)?;
                    }
                }
                if is_empty {
                    return Ok(false);
                }
            } else {
                fs::remove_dir_all(&host).map_err(failed)?;
            }
        } else {
            fs::remove_file(&host).map_err(failed)?;
            gone.push(status(path.clone(), &metadata));
        }
        self.sync_parent(path)?;
        let mut changes = self.changes();
        for file in gone {
            changes.tell(Change::Deleted { path: file.path });
        }
        Ok(true)
    }

    fn change_count(&self) -> u64 {
        self.changes().count()
    }

    fn changes_since(&self, since: u64) -> Option<Vec<Change>> {
        self.changes().since(since)
    }

    fn usage(&self) -> Usage {
        let files = self.list_recursive(&DbfsPath::root()).unwrap_or_default();
        Usage {
            used: files.iter().map(|file| file.size).sum(),
            capacity: u64::MAX,
        }
    }
}

fn status(path: DbfsPath, metadata: &fs::Metadata) -> FileStatus {
    if metadata.is_dir() {
        return directory(path);
    }
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    FileStatus {
        path,
        size: metadata.len(),
        modification_time: modified.map_or(0, |time| time.as_millis() as i64),
        is_dir: false,
    }
}

/// Whether an error says that nothing is there: a file in the place of a directory above hides what would be below.
fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn io_error(path: &DbfsPath, error: &io::Error) -> StorageError {
    StorageError::Io {
        path: path.clone(),
        reason: error.to_string(),
    }
}
