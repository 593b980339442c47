//! Files that outlive the program: a journal of what was put and deleted.
//!
//! Records are appended to segments ([`log`], [`record`]) and never changed. What a file system holds is what they say in their
//! order, so that a crash at any instruction loses at most the last of them, those that weren't acknowledged: opening
//! reads the headers and cuts off a torn end ([`recover`]). [`FileSystem::put_if_absent`], by which commits are made,
//! comes back when its record is durable, and with it all before it; [`FileSystem::sync`] does the same for the rest.
//! Segments of which little is alive are copied together and emptied ([`JournalFileSystem::compact`]).

mod cache;
mod compact;
mod log;
mod record;
mod recover;
mod segment;
#[cfg(test)]
pub(super) mod tests;

pub use segment::{Segment, SegmentError};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use log::{Journal, NewFile, Place, Source};
use record::BLOCK;

use super::content::{unreadable, whole};
use super::tree::Tree;
use super::{Change, Content, DbfsPath, FileStatus, FileSystem, PutResult, StorageError, Usage};
use crate::env::Clock;

/// How large things are.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Bytes of contents kept in memory.
    pub cache: usize,
    /// Bytes of a segment, at least and at most, before the next is begun. In between, so that there are some tens of
    /// them: each is held open.
    pub segment: (u64, u64),
    /// Bytes that are kept back so that deleting works when the disk is full.
    pub reserve: u64,
    /// Dead bytes from which on compaction is worth it.
    pub worth: u64,
    /// Bytes of a record, at most, that are written at once. Of a longer one the content is written first, by pieces.
    pub at_once: u64,
}

impl Default for Sizes {
    fn default() -> Self {
        Sizes {
            cache: 64 << 20,
            segment: (4 << 20, 256 << 20),
            reserve: 256 << 10,
            worth: 4 << 20,
            at_once: 64 << 10,
        }
    }
}

/// A [`FileSystem`] in a journal.
pub struct JournalFileSystem {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

/// What opening a journal found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Whether a crash had torn the end. What was acknowledged isn't part of it.
    pub was_torn: bool,
    /// Bytes that can't be read any more, and whatever files they were.
    pub damaged_bytes: u64,
}

struct State {
    tree: Tree<Place>,
    journal: Journal,
    /// Bytes of content that may fit, as somebody estimated it.
    capacity: u64,
}

impl JournalFileSystem {
    /// Opens the journal in these segments, in any order; new ones are empty. `capacity` is an estimate of the bytes that
    /// fit.
    ///
    /// # Errors
    /// A segment that can't be read or mended.
    pub fn open(
        clock: Arc<dyn Clock>,
        segments: Vec<Box<dyn Segment>>,
        capacity: u64,
        sizes: Sizes,
    ) -> Result<(Self, Recovery), SegmentError> {
        let (journal, tree, recovery) = Journal::open(segments, sizes)?;
        let state = Mutex::new(State {
            tree,
            journal,
            capacity,
        });
        Ok((JournalFileSystem { clock, state }, recovery))
    }

    /// Empty segments that are ready. A segment can't be opened in the middle of a write: whoever owns this sees to it
    /// that there are one or two.
    pub fn spares(&self) -> usize {
        self.lock().journal.spares.len()
    }

    /// Adds an empty segment.
    ///
    /// # Errors
    /// If it can't be emptied.
    pub fn add_spare(&self, segment: Box<dyn Segment>) -> Result<(), SegmentError> {
        self.lock().journal.add_spare(segment)
    }

    /// Says how many bytes of content may fit.
    pub fn set_capacity(&self, capacity: u64) {
        self.lock().capacity = capacity;
    }

    /// Copies together what is alive, about `budget` bytes of it. Gives whether there may be more to do. Nothing that
    /// can be seen changes.
    ///
    /// # Errors
    /// A segment that can't be read or written.
    pub fn compact(&self, budget: u64) -> Result<bool, SegmentError> {
        let State { tree, journal, .. } = &mut *self.lock();
        journal.compact(tree, budget)
    }

    /// Bytes of all segments: those of files, and those that compaction will free.
    pub fn journal_bytes(&self) -> u64 {
        self.lock().journal.bytes()
    }

    /// Closes all segments: what is asked for from now on fails.
    pub fn close(&self) {
        let State { journal, .. } = &mut *self.lock();
        journal.slots.clear();
        journal.spares.clear();
        journal.active = None;
        journal.reserve = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the maps whole: what is in the journal is entered at once.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(
        &self,
        path: &DbfsPath,
        content: &dyn Content,
        replace: bool,
        modification_time: i64,
    ) -> Result<PutResult, StorageError> {
        let State {
            tree,
            journal,
            capacity,
        } = &mut *self.lock();
        let result = tree.check_put(path, replace)?;
        if result == PutResult::Created {
            let size = content.size();
            // What the cache takes is read once, for both.
            let kept = match journal.cache.takes(size) {
                true => Some(whole(content).map_err(|reason| unreadable(path, reason))?),
                false => None,
            };
            let source = kept.as_ref().map_or(content, |bytes| bytes);
            let file = NewFile {
                path,
                modification_time,
                size,
                source: Source::Outside(source),
            };
            let sequence = journal
                .put(tree, &file)
                .map_err(|error| failed(tree, path, size, *capacity, error))?;
            if let Some(bytes) = kept {
                journal.cache.put(sequence, bytes);
            }
            if !replace {
                journal.sync().map_err(|e| io(path, &e))?;
            }
        }
        Ok(result)
    }
}

impl FileSystem for JournalFileSystem {
    fn put_if_absent(&self, path: &DbfsPath, bytes: Bytes) -> Result<PutResult, StorageError> {
        self.write(path, &bytes, false, self.clock.now_ms())
    }

    fn put_content(
        &self,
        path: &DbfsPath,
        content: &dyn Content,
        modification_time: Option<i64>,
    ) -> Result<(), StorageError> {
        let time = modification_time.unwrap_or_else(|| self.clock.now_ms());
        self.write(path, content, true, time).map(|_| ())
    }

    fn read(&self, path: &DbfsPath) -> Result<Bytes, StorageError> {
        let State { tree, journal, .. } = &mut *self.lock();
        let node = tree.require(path)?;
        if let Some(bytes) = journal.cache.get(node.content.sequence) {
            return Ok(bytes);
        }
        let bytes = journal.read(path, &node.content, 0, node.size)?;
        journal.cache.put(node.content.sequence, bytes.clone());
        Ok(bytes)
    }

    fn read_range(&self, path: &DbfsPath, offset: u64, length: u64) -> Result<Bytes, StorageError> {
        let State { tree, journal, .. } = &mut *self.lock();
        let node = tree.require(path)?;
        let start = offset.min(node.size);
        let end = start.saturating_add(length).min(node.size);
        if let Some(bytes) = journal.cache.get(node.content.sequence) {
            return Ok(bytes.slice(start as usize..end as usize));
        }
        // Whole blocks, as each has one checksum.
        let first = start - start % BLOCK;
        let last = end.div_ceil(BLOCK).saturating_mul(BLOCK).min(node.size);
        let bytes = journal.read(path, &node.content, first, last)?;
        Ok(bytes.slice((start - first) as usize..(end - first) as usize))
    }

    fn status(&self, path: &DbfsPath) -> Result<Option<FileStatus>, StorageError> {
        Ok(self.lock().tree.status(path))
    }

    fn list(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        self.lock().tree.list(dir)
    }

    fn list_from(&self, dir: &DbfsPath, start: &str) -> Result<Vec<FileStatus>, StorageError> {
        self.lock().tree.list_from(dir, start)
    }

    fn list_recursive(&self, dir: &DbfsPath) -> Result<Vec<FileStatus>, StorageError> {
        Ok(self.lock().tree.list_recursive(dir))
    }

    fn mkdirs(&self, dir: &DbfsPath) -> Result<(), StorageError> {
        let State {
            tree,
            journal,
            capacity,
        } = &mut *self.lock();
        tree.check_mkdirs(dir)?;
        if !tree.has_dir(dir) {
            journal
                .make_dir(tree, dir)
                .map_err(|error| failed(tree, dir, 0, *capacity, error))?;
        }
        Ok(())
    }

    fn delete(&self, path: &DbfsPath) -> Result<bool, StorageError> {
        let State {
            tree,
            journal,
            capacity,
        } = &mut *self.lock();
        let (files, dirs) = tree.at_or_below(path);
        if files.is_empty() && dirs.is_empty() {
            return Ok(false);
        }
        journal
            .delete(tree, path, &files, &dirs)
            .map_err(|error| failed(tree, path, 0, *capacity, error))?;
        Ok(true)
    }

    fn change_count(&self) -> u64 {
        self.lock().tree.changes.count()
    }

    fn changes_since(&self, since: u64) -> Option<Vec<Change>> {
        self.lock().tree.changes.since(since)
    }

    fn usage(&self) -> Usage {
        let state = self.lock();
        Usage {
            used: state.tree.used(),
            capacity: state.capacity.max(state.tree.used()),
        }
    }

    fn sync(&self) -> Result<(), StorageError> {
        let synced = self.lock().journal.sync();
        synced.map_err(|error| io(&DbfsPath::root(), &error))
    }
}

/// What a person is told of a write that failed.
fn failed(
    tree: &Tree<Place>,
    path: &DbfsPath,
    needed: u64,
    capacity: u64,
    error: SegmentError,
) -> StorageError {
    match error {
        SegmentError::Full => tree.full(path, needed, capacity),
        SegmentError::Damaged | SegmentError::Failed(_) => io(path, &error),
    }
}

fn io(path: &DbfsPath, error: &SegmentError) -> StorageError {
    StorageError::Io {
        path: path.clone(),
        reason: error.to_string(),
    }
}
