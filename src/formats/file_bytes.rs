//! A file's content for a decoder: at hand, or read from storage as it is asked for.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::{Damage, FormatError};
use crate::storage::{DbfsPath, FileStatus, FileSystem, StorageError};

/// The bytes of a file. Parquet asks for ranges of them, the other formats for all.
#[derive(Clone)]
pub struct FileBytes(Content);

#[derive(Clone)]
enum Content {
    AtHand(Bytes),
    Stored {
        fs: Arc<dyn FileSystem>,
        file: FileStatus,
    },
}

impl FileBytes {
    /// A file in storage, of which nothing is read yet.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::IsDirectory`].
    pub fn stored(fs: &Arc<dyn FileSystem>, path: &DbfsPath) -> Result<Self, StorageError> {
        let path = || path.clone();
        match fs.status(&path())? {
            None => Err(StorageError::NotFound { path: path() }),
            Some(file) if file.is_dir => Err(StorageError::IsDirectory { path: path() }),
            Some(file) => Ok(FileBytes(Content::Stored {
                fs: fs.clone(),
                file,
            })),
        }
    }

    /// Number of bytes.
    pub fn size(&self) -> u64 {
        match &self.0 {
            Content::AtHand(bytes) => bytes.len() as u64,
            Content::Stored { file, .. } => file.size,
        }
    }

    /// The bytes from `start` up to `end`, which lie within the file.
    ///
    /// # Errors
    /// [`FormatError::FileNotExist`] and [`Damage::Replaced`] if the file is another by now; what
    /// reading it gives.
    pub fn range(&self, start: u64, end: u64) -> Result<Bytes, FormatError> {
        let length = end.saturating_sub(start);
        match &self.0 {
            Content::AtHand(bytes) => {
                let at = |n: u64| usize::try_from(n).map_or(bytes.len(), |n| n.min(bytes.len()));
                Ok(bytes.slice(at(start)..at(start.saturating_add(length))))
            }
            Content::Stored { fs, file } => {
                let read = || fs.read_range(&file.path, start, length);
                of_same_file(fs.as_ref(), file, read, length)
            }
        }
    }

    /// All of them.
    ///
    /// # Errors
    /// As [`FileBytes::range`].
    pub fn whole(&self) -> Result<Bytes, FormatError> {
        match &self.0 {
            Content::AtHand(bytes) => Ok(bytes.clone()),
            Content::Stored { fs, file } => {
                of_same_file(fs.as_ref(), file, || fs.read(&file.path), file.size)
            }
        }
    }
}

/// Reads `length` bytes, provided that the file is still the one that was opened: ranges of two
/// files don't fit together.
fn of_same_file(
    fs: &dyn FileSystem,
    file: &FileStatus,
    read: impl FnOnce() -> Result<Bytes, StorageError>,
    length: u64,
) -> Result<Bytes, FormatError> {
    let found = fs.status(&file.path);
    let is_same = found
        .map_err(FormatError::of_missing_file)?
        .is_none_or(|found| found == *file);
    let bytes = read().map_err(FormatError::of_missing_file)?;
    if is_same && bytes.len() as u64 == length {
        return Ok(bytes);
    }
    Err(FormatError::ReadFile {
        path: file.path.clone(),
        damage: Damage::Replaced,
    })
}

impl From<Bytes> for FileBytes {
    fn from(bytes: Bytes) -> Self {
        FileBytes(Content::AtHand(bytes))
    }
}

impl fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("FileBytes");
        if let Content::Stored { file, .. } = &self.0 {
            text.field("path", &file.path);
        }
        text.field("size", &self.size()).finish()
    }
}
