//! Files that outlive the program: a journal of what was put and deleted.
//!
//! Records are appended to segments ([`record`]) and never changed. What a file system holds is what they say in their
//! order, so that a crash at any instruction loses at most the last of them, those that weren't acknowledged: opening
//! reads the headers and cuts off a torn end ([`recover`]). [`FileSystem::put_if_absent`], by which commits are made,
//! comes back when its record is durable, and with it all before it; [`FileSystem::sync`] does the same for the rest.
//! Segments of which little is alive are copied together and emptied ([`JournalFileSystem::compact`]).

mod cache;
mod compact;
mod record;
mod recover;
mod segment;
#[cfg(test)]
pub(super) mod tests;

pub use segment::{Segment, SegmentError};

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use cache::Cache;
use compact::Compaction;
use record::{BLOCK, Entry, Record, checksum, seed_of};
use recover::{Gap, cut_torn_tail, scan};

use super::tree::{Node, Tree};
use super::{Change, DbfsPath, FileStatus, FileSystem, PutResult, StorageError, Usage};
use crate::env::Clock;

/// Records up to this many bytes are written at once.
const SMALL: usize = 64 << 10;

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
}

impl Default for Sizes {
    fn default() -> Self {
        Sizes {
            cache: 64 << 20,
            segment: (4 << 20, 256 << 20),
            reserve: 256 << 10,
            worth: 4 << 20,
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

/// Where a file's content lies.
#[derive(Debug, Clone)]
struct Place {
    segment: usize,
    /// Its record's number: names it in the cache, whatever later lies at that place.
    sequence: u64,
    header_length: u64,
    offset: u64,
    blocks: Arc<[u64]>,
}

struct Slot {
    file: Box<dyn Segment>,
    seed: u64,
    /// Where the next record goes.
    end: u64,
    /// Bytes of the records that say what is.
    live: u64,
    /// Bytes of the records that say what is no more.
    deletions: u64,
}

impl Slot {
    /// Bytes that say nothing any more; some deletions among the others don't, either.
    fn dead(&self) -> u64 {
        self.end.saturating_sub(self.live + self.deletions)
    }
}

struct Journal {
    slots: Vec<Slot>,
    /// The segment that is appended to.
    active: Option<usize>,
    /// Empty segments.
    spares: Vec<usize>,
    /// An empty segment that takes up room, to be had back when nothing else is free.
    reserve: Option<usize>,
    /// Whether the reserve was used up: until there is another, nothing but deletions is written.
    needs_reserve: bool,
    next_sequence: u64,
    /// Whether something was written that isn't durable.
    is_dirty: bool,
    /// Where the directories' records lie.
    dirs: HashMap<DbfsPath, (usize, u64)>,
    /// How many records a path has that no longer count. While it has some, a record of its deletion must stay.
    dead: HashMap<DbfsPath, u32>,
    cache: Cache,
    sizes: Sizes,
    compaction: Option<Compaction>,
    /// Segments with a content that can't be read: they stay as they are.
    damaged: BTreeSet<usize>,
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

    /// Writes a file, replacing one that is there, with the time of another's last change: a copy of it.
    ///
    /// # Errors
    /// As [`FileSystem::put`].
    pub fn put_as_of(
        &self,
        path: &DbfsPath,
        bytes: Bytes,
        modification_time: i64,
    ) -> Result<(), StorageError> {
        self.write(path, bytes, true, modification_time).map(|_| ())
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
        bytes: Bytes,
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
            let content = Content {
                path,
                modification_time,
                bytes: &bytes,
            };
            let place = journal
                .put(tree, &content)
                .map_err(|error| failed(tree, path, bytes.len() as u64, *capacity, error))?;
            journal.cache.put(place.sequence, bytes.clone());
            journal.enter_file(tree, path.clone(), modification_time, &bytes, place);
            if !replace {
                journal.sync().map_err(|e| io(path, &e))?;
            }
        }
        Ok(result)
    }
}

impl FileSystem for JournalFileSystem {
    fn put_if_absent(&self, path: &DbfsPath, bytes: Bytes) -> Result<PutResult, StorageError> {
        self.write(path, bytes, false, self.clock.now_ms())
    }

    fn put(&self, path: &DbfsPath, bytes: Bytes) -> Result<(), StorageError> {
        self.write(path, bytes, true, self.clock.now_ms()).map(|_| ())
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

/// A file to write.
struct Content<'a> {
    path: &'a DbfsPath,
    modification_time: i64,
    bytes: &'a [u8],
}

/// A record to append.
enum Append<'a> {
    File(&'a Content<'a>),
    Directory(&'a DbfsPath),
    Deleted(Vec<DbfsPath>),
    DeletedTree(&'a DbfsPath),
}

impl Append<'_> {
    fn entry(&self, seed: u64) -> Entry {
        match self {
            Append::File(content) => Entry::file(
                content.path.clone(),
                content.modification_time,
                content.bytes,
                seed,
            ),
            Append::Directory(path) => Entry::Directory {
                path: (*path).clone(),
            },
            Append::Deleted(paths) => Entry::Deleted {
                paths: paths.clone(),
            },
            Append::DeletedTree(path) => Entry::DeletedTree {
                path: (*path).clone(),
            },
        }
    }

    fn content(&self) -> &[u8] {
        match self {
            Append::File(content) => content.bytes,
            Append::Directory(_) | Append::Deleted(_) | Append::DeletedTree(_) => &[],
        }
    }
}

impl Journal {
    /// Reads what the segments say.
    fn open(
        segments: Vec<Box<dyn Segment>>,
        sizes: Sizes,
    ) -> Result<(Journal, Tree<Place>, Recovery), SegmentError> {
        let slots: Vec<Slot> = segments
            .into_iter()
            .map(|file| Slot {
                seed: seed_of(file.name()),
                file,
                end: 0,
                live: 0,
                deletions: 0,
            })
            .collect();
        let mut scans = Vec::new();
        for (i, slot) in slots.iter().enumerate() {
            scans.push((i, scan(slot.file.as_ref(), slot.seed)?));
        }
        scans.sort_by_key(|(_, scan)| scan.records.first().map(|found| found.record.sequence));
        let mut recovery = Recovery::default();
        // Every segment but the last was durable before the next was begun.
        let active = match scans.last_mut().filter(|(_, scan)| !scan.records.is_empty()) {
            Some((i, scan)) => {
                if let Some(slot) = slots.get(*i) {
                    recovery.was_torn = cut_torn_tail(slot.file.as_ref(), slot.seed, scan)?;
                    recovery.was_torn |= slot.file.size()? > scan.end;
                    if recovery.was_torn {
                        slot.file.truncate(scan.end)?;
                    }
                    // A program that died left it to the system when to write; the next record says that it is durable.
                    slot.file.flush()?;
                }
                Some(*i)
            }
            None => None,
        };
        let mut journal = Journal {
            spares: Vec::new(),
            reserve: None,
            needs_reserve: false,
            active,
            next_sequence: 1,
            is_dirty: false,
            dirs: HashMap::new(),
            dead: HashMap::new(),
            cache: Cache::new(sizes.cache),
            sizes,
            compaction: None,
            damaged: BTreeSet::new(),
            slots,
        };
        let mut tree = Tree::default();
        for (i, scan) in scans {
            recovery.damaged_bytes += scan.gaps.iter().map(|gap: &Gap| gap.length).sum::<u64>();
            if let Some(slot) = journal.slots.get_mut(i) {
                slot.end = scan.end;
            }
            if scan.records.is_empty() {
                journal.spares.push(i);
            }
            for found in scan.records {
                journal.next_sequence = found.record.sequence + 1;
                journal.replay(&mut tree, i, &found);
            }
        }
        journal.spares.retain(|spare| Some(*spare) != active);
        journal.find_reserve()?;
        Ok((journal, tree, recovery))
    }

    /// Keeps back a spare segment: the one that was, or another if there are two.
    fn find_reserve(&mut self) -> Result<(), SegmentError> {
        let mut reserve = None;
        for (at, spare) in self.spares.iter().enumerate() {
            if let Some(slot) = self.slots.get(*spare)
                && slot.file.size()? == self.sizes.reserve
            {
                reserve = Some(at);
            }
        }
        match reserve {
            Some(at) => self.reserve = Some(self.spares.remove(at)),
            None if self.spares.len() > 1 => {
                let segment = self.spares.remove(0);
                self.empty(segment)?;
                self.keep_back(segment)?;
            }
            None => {}
        }
        Ok(())
    }

    fn replay(&mut self, tree: &mut Tree<Place>, segment: usize, found: &recover::Found) {
        match &found.record.entry {
            Entry::File {
                path,
                modification_time,
                length,
                blocks,
            } => {
                let place = Place {
                    segment,
                    sequence: found.record.sequence,
                    header_length: found.header_length,
                    offset: found.content_offset(),
                    blocks: blocks.clone(),
                };
                let node = Node {
                    size: *length,
                    modification_time: *modification_time,
                    content: place,
                };
                self.enter(tree, path.clone(), node);
            }
            Entry::Directory { path } => {
                self.enter_dir(tree, path.clone(), segment, found.header_length);
            }
            Entry::Deleted { paths } => {
                if let Some(slot) = self.slots.get_mut(segment) {
                    slot.deletions += found.header_length;
                }
                for path in paths {
                    self.enter_deletion(tree, path);
                }
            }
            Entry::DeletedTree { path } => {
                if let Some(slot) = self.slots.get_mut(segment) {
                    slot.deletions += found.header_length;
                }
                let (files, dirs) = tree.at_or_below(path);
                for path in files.iter().chain(&dirs) {
                    self.enter_deletion(tree, path);
                }
            }
        }
    }

    fn enter_file(
        &mut self,
        tree: &mut Tree<Place>,
        path: DbfsPath,
        modification_time: i64,
        bytes: &[u8],
        place: Place,
    ) {
        let node = Node {
            size: bytes.len() as u64,
            modification_time,
            content: place,
        };
        self.enter(tree, path, node);
    }

    fn enter(&mut self, tree: &mut Tree<Place>, path: DbfsPath, node: Node<Place>) {
        let bytes = node.content.header_length + node.size;
        if let Some(slot) = self.slots.get_mut(node.content.segment) {
            slot.live += bytes;
        }
        if let Some(old) = tree.insert(path.clone(), node) {
            self.file_died(&path, &old);
        }
    }

    fn enter_dir(&mut self, tree: &mut Tree<Place>, path: DbfsPath, segment: usize, bytes: u64) {
        if let Some(slot) = self.slots.get_mut(segment) {
            slot.live += bytes;
        }
        if let Some(old) = self.dirs.insert(path.clone(), (segment, bytes)) {
            self.died(path.clone(), old.0, old.1);
        }
        tree.insert_dir(path);
    }

    fn enter_deletion(&mut self, tree: &mut Tree<Place>, path: &DbfsPath) {
        if let Some(old) = tree.remove(path) {
            self.file_died(path, &old);
        }
        if tree.remove_dir(path)
            && let Some((segment, bytes)) = self.dirs.remove(path)
        {
            self.died(path.clone(), segment, bytes);
        }
    }

    fn file_died(&mut self, path: &DbfsPath, old: &Node<Place>) {
        self.cache.forget(old.content.sequence);
        let bytes = old.content.header_length + old.size;
        self.died(path.clone(), old.content.segment, bytes);
    }

    fn died(&mut self, path: DbfsPath, segment: usize, bytes: u64) {
        if let Some(slot) = self.slots.get_mut(segment) {
            slot.live = slot.live.saturating_sub(bytes);
        }
        *self.dead.entry(path).or_default() += 1;
    }

    /// Writes a file's record.
    fn put(
        &mut self,
        tree: &mut Tree<Place>,
        content: &Content<'_>,
    ) -> Result<Place, SegmentError> {
        let (segment, record, header_length, offset) =
            self.append(tree, &Append::File(content), false)?;
        let Entry::File { blocks, .. } = record.entry else {
            return Err(SegmentError::Failed("no file was written".into()));
        };
        Ok(Place {
            segment,
            sequence: record.sequence,
            header_length,
            offset,
            blocks,
        })
    }

    fn make_dir(&mut self, tree: &mut Tree<Place>, dir: &DbfsPath) -> Result<(), SegmentError> {
        let (segment, _, bytes, _) = self.append(tree, &Append::Directory(dir), false)?;
        self.enter_dir(tree, dir.clone(), segment, bytes);
        Ok(())
    }

    fn delete(
        &mut self,
        tree: &mut Tree<Place>,
        path: &DbfsPath,
        files: &[DbfsPath],
        dirs: &[DbfsPath],
    ) -> Result<(), SegmentError> {
        match (files, dirs) {
            ([one], []) => self.append(tree, &Append::Deleted(vec![one.clone()]), true)?,
            _ => self.append(tree, &Append::DeletedTree(path), true)?,
        };
        for path in files.iter().chain(dirs) {
            self.enter_deletion(tree, path);
        }
        Ok(())
    }

    /// Makes all that was written durable.
    fn sync(&mut self) -> Result<(), SegmentError> {
        if self.is_dirty {
            if let Some(slot) = self.active.and_then(|i| self.slots.get(i)) {
                slot.file.flush()?;
            }
            self.is_dirty = false;
        }
        Ok(())
    }

    /// Appends a record. Gives its segment, itself, its header's length, and where its content lies.
    fn append(
        &mut self,
        tree: &mut Tree<Place>,
        append: &Append<'_>,
        is_deletion: bool,
    ) -> Result<(usize, Record, u64, u64), SegmentError> {
        if self.needs_reserve && !is_deletion && !self.renew_reserve(tree)? {
            return Err(SegmentError::Full);
        }
        let target = self.segment_bytes();
        let active = self.active.and_then(|i| self.slots.get(i));
        if active.is_none_or(|slot| slot.end >= target) {
            // Without another segment, this one grows.
            self.roll()?;
        }
        match self.append_here(append) {
            Err(SegmentError::Full) => {}
            other => return other,
        }
        // One file may be as long as it can get where another still grows.
        if self.active.and_then(|i| self.slots.get(i)).is_some_and(|slot| slot.end > 0)
            && self.roll()?
        {
            match self.append_here(append) {
                Err(SegmentError::Full) => {}
                other => return other,
            }
        }
        for make_room in [Journal::free_dead, Journal::free_half_dead] {
            if make_room(self, tree)? {
                match self.append_here(append) {
                    Err(SegmentError::Full) => {}
                    other => return other,
                }
            }
        }
        if is_deletion && self.use_reserve()? {
            return self.append_here(append);
        }
        Err(SegmentError::Full)
    }

    fn append_here(
        &mut self,
        append: &Append<'_>,
    ) -> Result<(usize, Record, u64, u64), SegmentError> {
        let missing = || SegmentError::Failed("no segment is open".into());
        let active = self.active.ok_or_else(missing)?;
        let slot = self.slots.get_mut(active).ok_or_else(missing)?;
        let record = Record {
            sequence: self.next_sequence,
            follows_flush: !self.is_dirty,
            entry: append.entry(slot.seed),
        };
        // A number is used once, even for a record that isn't finished.
        self.next_sequence += 1;
        let mut header = record.header(slot.seed);
        let header_length = header.len() as u64;
        let content = append.content();
        let written = if header.len() + content.len() <= SMALL {
            header.extend_from_slice(content);
            write_all(slot.file.as_ref(), slot.end, &header)
        } else {
            write_all(slot.file.as_ref(), slot.end, &header)
                .and_then(|()| write_all(slot.file.as_ref(), slot.end + header_length, content))
        };
        if let Err(error) = written {
            // What can't be cut off is written over, and cut off when the journal is next opened.
            let _ = slot.file.truncate(slot.end);
            return Err(error);
        }
        self.is_dirty = true;
        if let Append::Deleted(_) | Append::DeletedTree(_) = append {
            slot.deletions += header_length;
        }
        let offset = slot.end + header_length;
        slot.end = offset + content.len() as u64;
        Ok((active, record, header_length, offset))
    }

    /// Begins another segment. Gives whether there is one.
    fn roll(&mut self) -> Result<bool, SegmentError> {
        let Some(next) = self.spares.last().copied() else {
            return Ok(false);
        };
        self.sync()?;
        self.spares.pop();
        self.empty(next)?;
        self.active = Some(next);
        Ok(true)
    }

    /// Cuts a segment to nothing, durably.
    fn empty(&mut self, segment: usize) -> Result<(), SegmentError> {
        if let Some(slot) = self.slots.get_mut(segment) {
            if slot.file.size()? > 0 {
                slot.file.truncate(0)?;
                slot.file.flush()?;
            }
            slot.end = 0;
            slot.live = 0;
            slot.deletions = 0;
        }
        Ok(())
    }

    fn add_spare(&mut self, file: Box<dyn Segment>) -> Result<(), SegmentError> {
        let segment = self.slots.len();
        self.slots.push(Slot {
            seed: seed_of(file.name()),
            file,
            end: 0,
            live: 0,
            deletions: 0,
        });
        self.empty(segment)?;
        if self.reserve.is_none() {
            self.keep_back(segment)?;
        } else {
            self.spares.push(segment);
        }
        Ok(())
    }

    /// Makes the reserve of a spare segment.
    fn keep_back(&mut self, segment: usize) -> Result<(), SegmentError> {
        let Some(slot) = self.slots.get(segment) else {
            return Ok(());
        };
        match write_all(slot.file.as_ref(), self.sizes.reserve - 1, &[0]) {
            Ok(()) => {
                self.reserve = Some(segment);
                self.needs_reserve = false;
            }
            Err(SegmentError::Full) => self.spares.push(segment),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn use_reserve(&mut self) -> Result<bool, SegmentError> {
        let Some(reserve) = self.reserve.take() else {
            return Ok(false);
        };
        self.needs_reserve = true;
        self.spares.push(reserve);
        self.roll()
    }

    /// Keeps room back anew. Gives whether there was some.
    fn renew_reserve(&mut self, tree: &mut Tree<Place>) -> Result<bool, SegmentError> {
        for make_room in [Journal::free_dead, Journal::free_half_dead] {
            make_room(self, tree)?;
            if self.reserve.is_none()
                && let Some(spare) = self.spares.pop()
            {
                self.keep_back(spare)?;
            }
            if self.reserve.is_some() {
                return Ok(true);
            }
            // What is dead in the segment that is written to can be had back, too.
            self.roll()?;
        }
        Ok(false)
    }

    /// Bytes at which the next segment is begun.
    fn segment_bytes(&self) -> u64 {
        let share = (self.bytes() / 16).max(1).next_power_of_two();
        share.clamp(self.sizes.segment.0, self.sizes.segment.1)
    }

    fn bytes(&self) -> u64 {
        self.slots.iter().map(|slot| slot.end).sum()
    }

    /// A part of a content that begins and ends with a block.
    fn read(
        &self,
        path: &DbfsPath,
        place: &Place,
        start: u64,
        end: u64,
    ) -> Result<Bytes, StorageError> {
        let bytes = self.read_blocks(place, start, end);
        match bytes {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(StorageError::Damaged { path: path.clone() }),
            Err(error) => Err(io(path, &error)),
        }
    }

    /// The same; `None` if it isn't what was written.
    fn read_blocks(
        &self,
        place: &Place,
        start: u64,
        end: u64,
    ) -> Result<Option<Bytes>, SegmentError> {
        let too_large = || SegmentError::Failed("memory doesn't hold that much of it".into());
        let length = usize::try_from(end - start).map_err(|_| too_large())?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| too_large())?;
        bytes.resize(length, 0);
        let Some(slot) = self.slots.get(place.segment) else {
            return Ok(None);
        };
        if slot.file.read(place.offset + start, &mut bytes)? < length {
            return Ok(None);
        }
        let first = usize::try_from(start / BLOCK).map_err(|_| too_large())?;
        let sums = place.blocks.get(first..).unwrap_or_default();
        let blocks = bytes.chunks(BLOCK as usize);
        let is_whole = blocks.len() <= sums.len()
            && blocks
                .zip(sums)
                .all(|(block, sum)| checksum(block, slot.seed) == *sum);
        Ok(is_whole.then(|| bytes.into()))
    }
}

fn write_all(segment: &dyn Segment, mut offset: u64, mut bytes: &[u8]) -> Result<(), SegmentError> {
    while !bytes.is_empty() {
        let written = segment.write(offset, bytes)?;
        bytes = bytes.get(written..).unwrap_or_default();
        offset += written as u64;
        if written == 0 {
            return Err(SegmentError::Full);
        }
    }
    Ok(())
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
        SegmentError::Failed(_) => io(path, &error),
    }
}

fn io(path: &DbfsPath, error: &SegmentError) -> StorageError {
    StorageError::Io {
        path: path.clone(),
        reason: error.to_string(),
    }
}
