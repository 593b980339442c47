//! A file's content for a decoder: at hand, or read from storage as it is asked for.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::{Damage, FormatError};
use crate::storage::{
    Content, DbfsPath, FileStatus, FileSystem, StorageError, exactly, part, unreadable,
};

/// The bytes of a file. Parquet asks for ranges of them, the other formats for all.
#[derive(Clone)]
pub struct FileBytes(Source);

#[derive(Clone)]
enum Source {
    AtHand(Bytes),
    Outside {
        content: Arc<dyn Content>,
        path: DbfsPath,
    },
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
            Some(file) => Ok(FileBytes(Source::Stored {
                fs: fs.clone(),
                file,
            })),
        }
    }

    /// A file that isn't in storage yet. `path` names it in errors.
    pub fn outside(content: Arc<dyn Content>, path: &DbfsPath) -> Self {
        let path = path.clone();
        FileBytes(Source::Outside { content, path })
    }

    /// Number of bytes.
    pub fn size(&self) -> u64 {
        match &self.0 {
            Source::AtHand(bytes) => bytes.len() as u64,
            Source::Outside { content, .. } => content.size(),
            Source::Stored { file, .. } => file.size,
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
            Source::AtHand(bytes) => Ok(part(bytes, start, length)),
            Source::Outside { content, path } => {
                let bytes = exactly(content.as_ref(), start, length);
                Ok(bytes.map_err(|reason| unreadable(path, reason))?)
            }
            Source::Stored { fs, file } => {
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
            Source::AtHand(bytes) => Ok(bytes.clone()),
            Source::Outside { content, .. } => self.range(0, content.size()),
            Source::Stored { fs, file } => {
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
        FileBytes(Source::AtHand(bytes))
    }
}

impl fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("FileBytes");
        if let Source::Stored {
            file: FileStatus { path, .. },
            ..
        }
        | Source::Outside { path, .. } = &self.0
        {
            text.field("path", path);
        }
        text.field("size", &self.size()).finish()
    }
}
