//! The records themselves: what is appended where, and what of it still counts.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;

use super::cache::Cache;
use super::compact::Compaction;
use super::record::{BLOCK, Entry, Record, checksums, seed_of};
use super::recover::{Found, Gap, cut_torn_tail, scan};
use super::{Recovery, Segment, SegmentError, Sizes, io};
use crate::storage::content::{exactly, pieces};
use crate::storage::tree::{Node, Tree};
use crate::storage::{Content, DbfsPath, StorageError};

/// Where a record lies, and a file's content.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) segment: usize,
    /// Its record's number: names it in the cache, whatever later lies at that place.
    pub(super) sequence: u64,
    pub(super) header_length: u64,
    pub(super) offset: u64,
    pub(super) blocks: Arc<[u64]>,
}

pub(super) struct Slot {
    pub(super) file: Box<dyn Segment>,
    pub(super) seed: u64,
    /// Where the next record goes.
    pub(super) end: u64,
    /// Bytes of the records that say what is.
    pub(super) live: u64,
    /// Bytes of the records that say what is no more.
    pub(super) deletions: u64,
}

impl Slot {
    /// A segment that isn't read yet.
    fn new(file: Box<dyn Segment>) -> Self {
        Slot {
            seed: seed_of(file.name()),
            file,
            end: 0,
            live: 0,
            deletions: 0,
        }
    }

    /// Bytes that say nothing any more; some deletions among the others don't, either.
    pub(super) fn dead(&self) -> u64 {
        self.end.saturating_sub(self.live + self.deletions)
    }
}

pub(super) struct Journal {
    pub(super) slots: Vec<Slot>,
    /// The segment that is appended to.
    pub(super) active: Option<usize>,
    /// Empty segments.
    pub(super) spares: Vec<usize>,
    /// An empty segment that takes up room, to be had back when nothing else is free.
    pub(super) reserve: Option<usize>,
    /// Whether the reserve was used up: until there is another, nothing but deletions is written.
    pub(super) needs_reserve: bool,
    pub(super) next_sequence: u64,
    /// Whether something was written that isn't durable.
    pub(super) is_dirty: bool,
    /// Where the directories' records lie.
    pub(super) dirs: HashMap<DbfsPath, (usize, u64)>,
    /// How many records a path has that no longer count. While it has some, a record of its deletion must stay.
    pub(super) dead: HashMap<DbfsPath, u32>,
    pub(super) cache: Cache,
    pub(super) sizes: Sizes,
    pub(super) compaction: Option<Compaction>,
    /// Segments with a content that can't be read: they stay as they are.
    pub(super) damaged: BTreeSet<usize>,
}

/// A file to write.
pub(super) struct NewFile<'a> {
    pub(super) path: &'a DbfsPath,
    pub(super) modification_time: i64,
    pub(super) size: u64,
    pub(super) source: Source<'a>,
}

/// Where a file's content comes from.
pub(super) enum Source<'a> {
    Outside(&'a dyn Content),
    /// It lies in this journal already.
    Here(Place),
}

/// A record to append.
pub(super) enum Append<'a> {
    File(&'a NewFile<'a>),
    Directory(&'a DbfsPath),
    Deleted(Vec<DbfsPath>),
    DeletedTree(&'a DbfsPath),
}

impl Append<'_> {
    /// What the record says. `blocks` are the checksums of a file's content.
    fn entry(&self, blocks: Arc<[u64]>) -> Entry {
        match self {
            Append::File(file) => Entry::File {
                path: file.path.clone(),
                modification_time: file.modification_time,
                length: file.size,
                blocks,
            },
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
}

impl Journal {
    /// Reads what the segments say.
    pub(super) fn open(
        segments: Vec<Box<dyn Segment>>,
        sizes: Sizes,
    ) -> Result<(Journal, Tree<Place>, Recovery), SegmentError> {
        let slots: Vec<Slot> = segments.into_iter().map(Slot::new).collect();
        let mut scans = Vec::new();
        for (i, slot) in slots.iter().enumerate() {
            scans.push((i, scan(slot.file.as_ref(), slot.seed)?));
        }
        scans.sort_by_key(|(_, scan)| scan.records.first().map(|found| found.record.sequence));
        let mut recovery = Recovery::default();
        // Every segment but the last was durable before the next was begun.
        let active = match scans
            .last_mut()
            .filter(|(_, scan)| !scan.records.is_empty())
        {
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
    pub(super) fn find_reserve(&mut self) -> Result<(), SegmentError> {
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

    pub(super) fn replay(&mut self, tree: &mut Tree<Place>, segment: usize, found: &Found) {
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

    pub(super) fn enter(&mut self, tree: &mut Tree<Place>, path: DbfsPath, node: Node<Place>) {
        let bytes = node.content.header_length + node.size;
        if let Some(slot) = self.slots.get_mut(node.content.segment) {
            slot.live += bytes;
        }
        if let Some(old) = tree.insert(path.clone(), node) {
            self.file_died(&path, &old);
        }
    }

    pub(super) fn enter_dir(
        &mut self,
        tree: &mut Tree<Place>,
        path: DbfsPath,
        segment: usize,
        bytes: u64,
    ) {
        if let Some(slot) = self.slots.get_mut(segment) {
            slot.live += bytes;
        }
        if let Some(old) = self.dirs.insert(path.clone(), (segment, bytes)) {
            self.died(path.clone(), old.0, old.1);
        }
        tree.insert_dir(path);
    }

    pub(super) fn enter_deletion(&mut self, tree: &mut Tree<Place>, path: &DbfsPath) {
        if let Some(old) = tree.remove(path) {
            self.file_died(path, &old);
        }
        if tree.remove_dir(path)
            && let Some((segment, bytes)) = self.dirs.remove(path)
        {
            self.died(path.clone(), segment, bytes);
        }
    }

    pub(super) fn file_died(&mut self, path: &DbfsPath, old: &Node<Place>) {
        self.cache.forget(old.content.sequence);
        let bytes = old.content.header_length + old.size;
        self.died(path.clone(), old.content.segment, bytes);
    }

    pub(super) fn died(&mut self, path: DbfsPath, segment: usize, bytes: u64) {
        if let Some(slot) = self.slots.get_mut(segment) {
            slot.live = slot.live.saturating_sub(bytes);
        }
        *self.dead.entry(path).or_default() += 1;
    }

    /// Writes a file, and enters it. Gives its record's number.
    pub(super) fn put(
        &mut self,
        tree: &mut Tree<Place>,
        file: &NewFile<'_>,
    ) -> Result<u64, SegmentError> {
        let place = self.append(tree, &Append::File(file), false)?;
        let sequence = place.sequence;
        let node = Node {
            size: file.size,
            modification_time: file.modification_time,
            content: place,
        };
        self.enter(tree, file.path.clone(), node);
        Ok(sequence)
    }

    pub(super) fn make_dir(
        &mut self,
        tree: &mut Tree<Place>,
        dir: &DbfsPath,
    ) -> Result<(), SegmentError> {
        let place = self.append(tree, &Append::Directory(dir), false)?;
        self.enter_dir(tree, dir.clone(), place.segment, place.header_length);
        Ok(())
    }

    pub(super) fn delete(
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
    pub(super) fn sync(&mut self) -> Result<(), SegmentError> {
        if self.is_dirty {
            if let Some(slot) = self.active.and_then(|i| self.slots.get(i)) {
                slot.file.flush()?;
            }
            self.is_dirty = false;
        }
        Ok(())
    }

    /// Appends a record, wherever there is room or can be made. Gives where it lies.
    pub(super) fn append(
        &mut self,
        tree: &mut Tree<Place>,
        append: &Append<'_>,
        is_deletion: bool,
    ) -> Result<Place, SegmentError> {
        if self.needs_reserve && !is_deletion && !self.renew_reserve(tree)? {
            return Err(SegmentError::Full);
        }
        match self.append_next(append) {
            Err(SegmentError::Full) => {}
            other => return other,
        }
        for make_room in [Journal::free_dead, Journal::free_half_dead] {
            if make_room(self, tree)? {
                match self.append_next(append) {
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

    /// Appends a record to the active segment, or to the next if that is long. Without a next one, it grows.
    ///
    /// Where it finds no room, one of the empty segments may have some: one file may be as long as it can get where another
    /// still grows, and Chromium keeps the room of a file that was cut for that file until it is closed.
    pub(super) fn append_next(&mut self, append: &Append<'_>) -> Result<Place, SegmentError> {
        let target = self.segment_bytes();
        let active = self.active.and_then(|i| self.slots.get(i));
        if active.is_none_or(|slot| slot.end >= target) {
            self.roll()?;
        }
        let mut appended = self.append_here(append);
        for _ in 0..self.spares.len() {
            if !matches!(appended, Err(SegmentError::Full)) {
                break;
            }
            self.roll()?;
            appended = self.append_here(append);
        }
        appended
    }

    pub(super) fn append_here(&mut self, append: &Append<'_>) -> Result<Place, SegmentError> {
        let missing = || SegmentError::Failed("no segment is open".into());
        let active = self.active.ok_or_else(missing)?;
        // A number is used once, even for a record that isn't finished.
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        let slot = self.slots.get(active).ok_or_else(missing)?;
        let (header_length, blocks) = match self.write_record(slot, sequence, append) {
            Ok(written) => written,
            Err(error) => {
                // What can't be cut off is written over, and cut off when the journal is next opened.
                let _ = slot.file.truncate(slot.end);
                return Err(error);
            }
        };
        self.is_dirty = true;
        let slot = self.slots.get_mut(active).ok_or_else(missing)?;
        let offset = slot.end + header_length;
        slot.end = offset;
        match append {
            Append::File(file) => slot.end += file.size,
            Append::Deleted(_) | Append::DeletedTree(_) => slot.deletions += header_length,
            Append::Directory(_) => {}
        }
        Ok(Place {
            segment: active,
            sequence,
            header_length,
            offset,
            blocks,
        })
    }

    /// Writes a record behind those of a segment. Gives its header's length, and its content's checksums.
    fn write_record(
        &self,
        slot: &Slot,
        sequence: u64,
        append: &Append<'_>,
    ) -> Result<(u64, Arc<[u64]>), SegmentError> {
        let header = |blocks: &Arc<[u64]>| {
            let record = Record {
                sequence,
                follows_flush: !self.is_dirty,
                entry: append.entry(blocks.clone()),
            };
            record.header(slot.seed)
        };
        let Append::File(file) = append else {
            let blocks = Arc::default();
            let header = header(&blocks);
            write_all(slot.file.as_ref(), slot.end, &header)?;
            return Ok((header.len() as u64, blocks));
        };
        let length = Record::header_length_of(file.path, file.size);
        if length + file.size <= self.sizes.at_once {
            let content = self.piece(&file.source, 0, file.size)?;
            let blocks = checksums(&content, slot.seed).collect();
            let mut record = header(&blocks);
            record.extend_from_slice(&content);
            write_all(slot.file.as_ref(), slot.end, &record)?;
            return Ok((length, blocks));
        }
        // The header comes last, as it holds the checksums of what comes by and by.
        let mut blocks = Vec::new();
        for (offset, bytes) in pieces(file.size) {
            let piece = self.piece(&file.source, offset, bytes)?;
            blocks.extend(checksums(&piece, slot.seed));
            write_all(slot.file.as_ref(), slot.end + length + offset, &piece)?;
        }
        let blocks = blocks.into();
        write_all(slot.file.as_ref(), slot.end, &header(&blocks))?;
        Ok((length, blocks))
    }

    fn piece(&self, source: &Source<'_>, offset: u64, length: u64) -> Result<Bytes, SegmentError> {
        match source {
            Source::Outside(content) => {
                exactly(*content, offset, length).map_err(SegmentError::Failed)
            }
            Source::Here(place) => self.read_blocks(place, offset, offset + length),
        }
    }

    /// Begins another segment. Gives whether there is one.
    pub(super) fn roll(&mut self) -> Result<bool, SegmentError> {
        let Some(next) = self.spares.last().copied() else {
            return Ok(false);
        };
        self.sync()?;
        self.spares.pop();
        self.empty(next)?;
        let before = self.active.replace(next);
        // The last to be tried again.
        let is_empty = |i: &usize| self.slots.get(*i).is_some_and(|slot| slot.end == 0);
        if let Some(before) = before.filter(is_empty) {
            self.spares.insert(0, before);
        }
        Ok(true)
    }

    /// Cuts a segment to nothing, durably.
    pub(super) fn empty(&mut self, segment: usize) -> Result<(), SegmentError> {
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

    pub(super) fn add_spare(&mut self, file: Box<dyn Segment>) -> Result<(), SegmentError> {
        let segment = self.slots.len();
        self.slots.push(Slot::new(file));
        self.empty(segment)?;
        self.offer(segment)
    }

    /// Has an empty segment ready: as the reserve if there is none.
    pub(super) fn offer(&mut self, segment: usize) -> Result<(), SegmentError> {
        if self.reserve.is_none() {
            return self.keep_back(segment);
        }
        self.spares.push(segment);
        Ok(())
    }

    /// Makes the reserve of a spare segment.
    pub(super) fn keep_back(&mut self, segment: usize) -> Result<(), SegmentError> {
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

    pub(super) fn use_reserve(&mut self) -> Result<bool, SegmentError> {
        let Some(reserve) = self.reserve.take() else {
            return Ok(false);
        };
        self.needs_reserve = true;
        self.spares.push(reserve);
        self.roll()
    }

    /// Keeps room back anew. Gives whether there was some.
    pub(super) fn renew_reserve(&mut self, tree: &mut Tree<Place>) -> Result<bool, SegmentError> {
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
    pub(super) fn segment_bytes(&self) -> u64 {
        let share = (self.bytes() / 16).max(1).next_power_of_two();
        share.clamp(self.sizes.segment.0, self.sizes.segment.1)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.slots.iter().map(|slot| slot.end).sum()
    }

    /// A part of a content that begins and ends with a block.
    pub(super) fn read(
        &self,
        path: &DbfsPath,
        place: &Place,
        start: u64,
        end: u64,
    ) -> Result<Bytes, StorageError> {
        let bytes = self.read_blocks(place, start, end);
        bytes.map_err(|error| match error {
            SegmentError::Damaged => StorageError::Damaged { path: path.clone() },
            error => io(path, &error),
        })
    }

    /// The same, for nobody in particular.
    fn read_blocks(&self, place: &Place, start: u64, end: u64) -> Result<Bytes, SegmentError> {
        let too_large = || SegmentError::Failed("memory doesn't hold that much of it".into());
        let length = usize::try_from(end - start).map_err(|_| too_large())?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| too_large())?;
        bytes.resize(length, 0);
        let slot = self.slots.get(place.segment);
        let slot = slot.ok_or(SegmentError::Damaged)?;
        if slot.file.read(place.offset + start, &mut bytes)? < length {
            return Err(SegmentError::Damaged);
        }
        let first = usize::try_from(start / BLOCK).map_err(|_| too_large())?;
        let sums = place.blocks.get(first..).unwrap_or_default();
        let is_whole = bytes.len().div_ceil(BLOCK as usize) <= sums.len()
            && checksums(&bytes, slot.seed)
                .zip(sums)
                .all(|(found, sum)| found == *sum);
        is_whole.then(|| bytes.into()).ok_or(SegmentError::Damaged)
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
