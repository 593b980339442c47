//! The file system under `dbfs:/`.
//!
//! [`FileSystem`] is the contract. [`JournalFileSystem`] keeps files from one visit of the page to the next,
//! [`DirectoryFileSystem`] in a directory of this machine, [`MemoryFileSystem`] until the program ends. Nothing else in the program touches files.

mod archive;
mod changes;
mod content;
#[cfg(not(target_arch = "wasm32"))]
mod directory;
mod journal;
mod kept;
mod layer;
mod memory;
#[cfg(all(feature = "worker", target_arch = "wasm32"))]
pub mod opfs;
mod path;
mod quarantine;
#[cfg(test)]
mod tests;
mod tree;

pub use archive::{ArchiveError, Opening, Saving};
pub use content::{Content, exactly, part, unreadable, whole};
#[cfg(not(target_arch = "wasm32"))]
pub use directory::DirectoryFileSystem;
pub use journal::{JournalFileSystem, Recovery, Segment, SegmentError, Sizes};
pub use kept::{keep, kept_path, read_kept};
pub use layer::Layer;
pub use memory::MemoryFileSystem;
pub use path::DbfsPath;
pub use quarantine::Quarantine;

use std::fmt;

use bytes::Bytes;

use content::Stored;

/// The directory for what a workspace holds beside its files: catalog, notebooks, pipelines. A listing of the root
/// leaves it out.
pub const SYSTEM_DIRECTORY: &str = "/.multihop";

/// A file or directory as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStatus {
    pub path: DbfsPath,
    /// Bytes; 0 for a directory.
    pub size: u64,
    /// Milliseconds since the epoch; 0 for a directory.
    pub modification_time: i64,
    pub is_dir: bool,
}

/// What [`FileSystem::put_if_absent`] did. Finding the file there is an expected outcome, not
/// an error: it is how a commit learns that it lost the race.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum PutResult {
    Created,
    Exists,
}

/// A change that a [`FileSystem`] made, told in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Written { path: DbfsPath, size: u64 },
    Deleted { path: DbfsPath },
}

/// Why a file operation failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    #[error("[PATH_NOT_FOUND] Path does not exist: {path}. SQLSTATE: 42K03")]
    NotFound { path: DbfsPath },
    #[error(
        "No space left: {path} needs {}, {} of {} are free.{} Delete files, VACUUM tables or drop what you don't need, then try again.",
        Amount(*needed), Amount(*free), Amount(*capacity), taken_by(largest)
    )]
    Full {
        path: DbfsPath,
        needed: u64,
        free: u64,
        capacity: u64,
        /// The largest directories and tables with their sizes; empty where nobody knows.
        largest: String,
    },
    #[error(
        "{path} is damaged: what is stored isn't what was written. Delete it, or put it there again."
    )]
    Damaged { path: DbfsPath },
    #[error(
        "{path} isn't read: the engine stopped when it read it. Delete it, put another in its place, or choose “Read it again” in Files."
    )]
    Quarantined { path: DbfsPath },
    #[error("{path} is a directory.")]
    IsDirectory { path: DbfsPath },
    #[error("{path} is a file, not a directory.")]
    NotDirectory { path: DbfsPath },
    #[error("'{path}' is not a path under dbfs:/. {reason}")]
    InvalidPath { path: String, reason: &'static str },
    #[error("Reading or writing {path} failed: {reason}")]
    Io { path: DbfsPath, reason: String },
}

/// Bytes as people read them: `12 bytes`, `1.5 MiB`.
struct Amount(u64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = self.0 as f64;
        if value < 1024.0 {
            return write!(f, "{} bytes", self.0);
        }
        let mut unit = "bytes";
        for next in ["KiB", "MiB", "GiB", "TiB"] {
            if value < 1024.0 {
                break;
            }
            value /= 1024.0;
            unit = next;
        }
        write!(f, "{value:.1} {unit}")
    }
}

fn taken_by(largest: &str) -> String {
    match largest {
        "" => String::new(),
        largest => format!(" Most room is taken by {largest}."),
    }
}

/// How much a file system holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of its files.
    pub used: u64,
    /// Bytes that fit, or an estimate.
    pub capacity: u64,
}

/// Files under `dbfs:/`. Whole files only: written once, replaced or deleted, never appended to.
///
/// Every method is atomic: a reader sees a file whole or not at all, and a failed write leaves
/// what was there. Listings are ordered by name, bytewise.
pub trait FileSystem: Send + Sync {
    /// Writes a file that must not exist yet. Exactly one of several callers gets `Created`, once the file and all that was
    /// written before it are durable.
    fn put_if_absent(&self, path: &DbfsPath, bytes: Bytes) -> Result<PutResult, StorageError>;

    /// Writes a file, replacing one that is there.
    fn put(&self, path: &DbfsPath, bytes: Bytes) -> Result<(), StorageError> {
        self.put_content(path, &bytes, None)
    }

    /// Writes a file as [`FileSystem::put`] does, in bounded memory where files aren't kept in it. `modification_time`, in
    /// milliseconds since the epoch, is that of a file that this is a copy of.
    fn put_content(
        &self,
        path: &DbfsPath,
        content: &dyn Content,
        modification_time: Option<i64>,
    ) -> Result<(), StorageError>;

    /// A file's content. Cheap: the bytes are shared, not copied.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::IsDirectory`].
    fn read(&self, path: &DbfsPath) -> Result<Bytes, StorageError>;

    /// `length` bytes from `offset`, fewer where the file ends.
    fn read_range(&self, path: &DbfsPath, offset: u64, length: u64) -> Result<Bytes, StorageError> {
        Ok(part(&self.read(path)?, offset, length))
    }

    /// What lies at `path`; `None` if nothing does.
    fn status(&self, path: &DbfsPath) -> Result<Option<FileStatus>, StorageError>;

    /// The files and directories directly in `dir`, by name.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if `dir` doesn't exist.
    fn list(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError>;

    /// The *files* directly in `dir` whose name is not less than `start`, by name; empty if `dir`
    /// doesn't exist. Costs what it returns: it is how a Delta log is followed.
    fn list_from(&self, dir: &DbfsPath, start: &str) -> Result<Vec<FileStatus>, StorageError>;

    /// All files below `dir`, at any depth, by path; empty if it doesn't exist.
    fn list_recursive(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError>;

    /// Makes a directory and its parents. Fine if it exists.
    fn mkdirs(&self, dir: &DbfsPath) -> Result<(), StorageError>;

    /// Deletes a file, or a directory with all in it. Returns whether there was something.
    fn delete(&self, path: &DbfsPath) -> Result<bool, StorageError>;

    /// A number that grows with every change, to ask [`FileSystem::changes_since`] from.
    fn change_count(&self) -> u64;

    /// The changes after the `since`th, oldest first; `None` if they are no longer kept, so
    /// that the caller lists anew.
    fn changes_since(&self, since: u64) -> Option<Vec<Change>>;

    /// Bytes held, and bytes that fit.
    fn usage(&self) -> Usage;

    /// Makes durable what was written so far, where there is such a thing.
    ///
    /// # Errors
    /// [`StorageError::Io`], [`StorageError::Full`].
    fn sync(&self) -> Result<(), StorageError> {
        Ok(())
    }
}

/// All that a copy of a file system has to have: its files, and the directories in which nothing is. By path.
///
/// # Errors
/// What listing gives.
pub fn contents(fs: &dyn FileSystem) -> Result<Vec<FileStatus>, StorageError> {
    let mut found = fs.list_recursive(&DbfsPath::root())?;
    let mut open = vec![DbfsPath::root()];
    while let Some(dir) = open.pop() {
        for entry in fs.list(&dir)?.into_iter().filter(|entry| entry.is_dir) {
            if fs.list(&entry.path)?.is_empty() {
                found.push(entry);
            } else {
                open.push(entry.path);
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Puts a file or directory of one file system into another, with its time.
///
/// # Errors
/// What reading and writing give.
pub fn copy(
    from: &dyn FileSystem,
    file: &FileStatus,
    to: &dyn FileSystem,
) -> Result<(), StorageError> {
    match file.is_dir {
        true => to.mkdirs(&file.path),
        false => {
            let content = Stored { fs: from, file };
            to.put_content(&file.path, &content, Some(file.modification_time))
        }
    }
}
