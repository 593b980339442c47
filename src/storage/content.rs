//! What is put into a file system, piece by piece.

use bytes::Bytes;

use super::{DbfsPath, FileStatus, FileSystem, StorageError};

/// Bytes that are read and written at once: so much memory a large file needs.
const PIECE: u64 = 4 << 20;

/// The bytes of a file that is elsewhere: on a person's disk, in another file system, in memory. They don't change.
pub trait Content: Send + Sync {
    /// Number of bytes.
    fn size(&self) -> u64;

    /// `length` bytes from `offset`, which lie within it.
    ///
    /// # Errors
    /// A sentence that says why it can't be read (the file was deleted meanwhile).
    fn read(&self, offset: u64, length: u64) -> Result<Bytes, String>;
}

impl Content for Bytes {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, offset: u64, length: u64) -> Result<Bytes, String> {
        Ok(part(self, offset, length))
    }
}

/// `length` bytes from `offset`, fewer where they end.
pub fn part(bytes: &Bytes, offset: u64, length: u64) -> Bytes {
    let at = |n: u64| usize::try_from(n).map_or(bytes.len(), |n| n.min(bytes.len()));
    bytes.slice(at(offset)..at(offset.saturating_add(length)))
}

/// A file of a file system.
pub struct Stored<'a> {
    pub fs: &'a dyn FileSystem,
    pub file: &'a FileStatus,
}

impl Content for Stored<'_> {
    fn size(&self) -> u64 {
        self.file.size
    }

    fn read(&self, offset: u64, length: u64) -> Result<Bytes, String> {
        let bytes = self.fs.read_range(&self.file.path, offset, length);
        bytes.map_err(|error| error.to_string())
    }
}

/// Exactly `length` bytes from `offset`.
///
/// # Errors
/// What reading gives; a sentence if it is shorter than it was said to be.
pub fn exactly(content: &dyn Content, offset: u64, length: u64) -> Result<Bytes, String> {
    let bytes = content.read(offset, length)?;
    match bytes.len() as u64 == length {
        true => Ok(bytes),
        false => Err("it is shorter than it was said to be".into()),
    }
}

/// All of a content.
///
/// # Errors
/// As [`exactly`].
pub fn whole(content: &dyn Content) -> Result<Bytes, String> {
    exactly(content, 0, content.size())
}

/// Offsets and lengths of the pieces that so many bytes are read in. They begin at multiples of 64 KiB.
pub fn pieces(size: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..size.div_ceil(PIECE)).map(move |i| (i * PIECE, PIECE.min(size - i * PIECE)))
}

pub fn unreadable(path: &DbfsPath, reason: String) -> StorageError {
    StorageError::Io {
        path: path.clone(),
        reason,
    }
}
