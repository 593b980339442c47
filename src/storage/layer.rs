//! A file system over another.

use bytes::Bytes;

use super::{Change, Content, DbfsPath, FileStatus, FileSystem, PutResult, StorageError, Usage};

/// A [`FileSystem`] that looks at what is read and written, and leaves it to another.
pub trait Layer: Send + Sync {
    /// The other.
    fn inner(&self) -> &dyn FileSystem;

    /// A file is to be read: `length` bytes from an offset, or all of it.
    ///
    /// # Errors
    /// Why it isn't.
    fn before_read(
        &self,
        _path: &DbfsPath,
        _range: Option<(u64, u64)>,
    ) -> Result<(), StorageError> {
        Ok(())
    }

    /// A file is to be written or deleted.
    ///
    /// # Errors
    /// Why it isn't.
    fn before_write(&self, _path: &DbfsPath) -> Result<(), StorageError> {
        Ok(())
    }
}

impl<T: Layer> FileSystem for T {
    fn put_if_absent(&self, path: &DbfsPath, bytes: Bytes) -> Result<PutResult, StorageError> {
        self.before_write(path)?;
        self.inner().put_if_absent(path, bytes)
    }

    fn put_content(
        &self,
        path: &DbfsPath,
        content: &dyn Content,
        modification_time: Option<i64>,
    ) -> Result<(), StorageError> {
        self.before_write(path)?;
        self.inner().put_content(path, content, modification_time)
    }

    fn read(&self, path: &DbfsPath) -> Result<Bytes, StorageError> {
        self.before_read(path, None)?;
        self.inner().read(path)
    }

    fn read_range(&self, path: &DbfsPath, offset: u64, length: u64) -> Result<Bytes, StorageError> {
        self.before_read(path, Some((offset, length)))?;
        self.inner().read_range(path, offset, length)
    }

    fn status(&self, path: &DbfsPath) -> Result<Option<FileStatus>, StorageError> {
        self.inner().status(path)
    }

    fn list(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        self.inner().list(dir)
    }

    fn list_from(&self, dir: &DbfsPath, start: &str) -> Result<Vec<FileStatus>, StorageError> {
        self.inner().list_from(dir, start)
    }

    fn list_recursive(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        self.inner().list_recursive(dir)
    }

    fn mkdirs(&self, dir: &DbfsPath) -> Result<(), StorageError> {
        self.inner().mkdirs(dir)
    }

    fn delete(&self, path: &DbfsPath) -> Result<bool, StorageError> {
        self.before_write(path)?;
        self.inner().delete(path)
    }

    fn change_count(&self) -> u64 {
        self.inner().change_count()
    }

    fn changes_since(&self, since: u64) -> Option<Vec<Change>> {
        self.inner().changes_since(since)
    }

    fn usage(&self) -> Usage {
        self.inner().usage()
    }

    fn sync(&self) -> Result<(), StorageError> {
        self.inner().sync()
    }
}
