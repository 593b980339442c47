//! Room that deleted and replaced files still take is had back: what is alive in a segment is appended anew, then the
//! segment is emptied.

use std::collections::{HashMap, VecDeque};

use super::SegmentError;
use super::log::{Append, Journal, NewFile, Place, Slot, Source};
use super::record::Entry;
use super::recover::{Found, scan};
use crate::storage::DbfsPath;
use crate::storage::tree::{Node, Tree};

/// Paths in one record of deletions, at most.
const PATHS: usize = 1000;

/// A segment on its way to being empty.
pub(super) struct Compaction {
    segment: usize,
    /// Its records that were not looked at yet.
    left: VecDeque<Found>,
    /// How many records of files and directories it has, by path.
    paths: HashMap<DbfsPath, u32>,
}

impl Journal {
    /// Does a piece of it. Gives whether there may be more.
    pub(super) fn compact(
        &mut self,
        tree: &mut Tree<Place>,
        budget: u64,
    ) -> Result<bool, SegmentError> {
        if self.compaction.is_none() {
            let dead: u64 = self.slots.iter().map(Slot::dead).sum();
            if dead < self.sizes.worth {
                return Ok(false);
            }
            let Some(segment) = self.emptiest(|slot| slot.dead() >= slot.end / 2) else {
                return Ok(false);
            };
            self.compaction = Some(self.begin(segment)?);
        }
        self.go_on(tree, budget)
    }

    /// Goes on with the compaction that was begun. Gives whether there may be more to do.
    fn go_on(&mut self, tree: &mut Tree<Place>, budget: u64) -> Result<bool, SegmentError> {
        let Some(mut compaction) = self.compaction.take() else {
            return Ok(false);
        };
        let mut left = budget;
        // Carrying asks for no room that only compaction could give.
        while let Some(found) = compaction.left.pop_front() {
            match self.carry(tree, &compaction, &found) {
                Ok(()) => {}
                // A content that isn't what was written stays where it is, to be told to who reads it.
                Err(SegmentError::Damaged) => {
                    self.damaged.insert(compaction.segment);
                    return Ok(true);
                }
                // It isn't worth room that is needed.
                Err(SegmentError::Full) => return Ok(false),
                Err(error) => return Err(error),
            }
            let bytes = found.end() - found.offset;
            left = left.saturating_sub(bytes);
            if left == 0 {
                self.compaction = Some(compaction);
                return Ok(true);
            }
        }
        self.finish(compaction)?;
        Ok(true)
    }

    /// Empties, at once, the segments in which nothing is alive. Gives whether there was one.
    pub(super) fn free_dead(&mut self, tree: &mut Tree<Place>) -> Result<bool, SegmentError> {
        self.compaction = None;
        let mut freed = false;
        while let Some(segment) =
            self.emptiest(|slot| slot.live == 0 && slot.dead() >= slot.end / 2)
        {
            self.compaction = Some(self.begin(segment)?);
            // Where not even a deletion finds room, the reserve helps, and the next try frees this.
            if !self.go_on(tree, u64::MAX)? {
                return Ok(freed);
            }
            freed = true;
        }
        Ok(freed)
    }

    /// Compacts, at once, all that is worth it. Gives whether there was something.
    pub(super) fn free_half_dead(&mut self, tree: &mut Tree<Place>) -> Result<bool, SegmentError> {
        let before = self.bytes();
        while self.compact(tree, u64::MAX)? {}
        Ok(self.bytes() < before)
    }

    /// The full segment with the least to carry, of those that are `worth` it. What is carried is at most half of it, so that
    /// carrying comes to an end.
    fn emptiest(&self, worth: impl Fn(&Slot) -> bool) -> Option<usize> {
        let is_full = |i: &usize| {
            Some(*i) != self.active && !self.damaged.contains(i) && !self.spares.contains(i)
        };
        (0..self.slots.len())
            .filter(is_full)
            .filter_map(|i| self.slots.get(i).map(|slot| (i, slot)))
            .filter(|(_, slot)| slot.end > 0 && worth(slot))
            .min_by_key(|(i, slot)| (slot.live + slot.deletions, *i))
            .map(|(i, _)| i)
    }

    fn begin(&self, segment: usize) -> Result<Compaction, SegmentError> {
        let missing = || SegmentError::Failed("no such segment".into());
        let slot = self.slots.get(segment).ok_or_else(missing)?;
        let left: VecDeque<Found> = scan(slot.file.as_ref(), slot.seed)?.records.into();
        let mut paths = HashMap::new();
        for found in &left {
            if let Entry::File { path, .. } | Entry::Directory { path } = &found.record.entry {
                *paths.entry(path.clone()).or_default() += 1;
            }
        }
        Ok(Compaction {
            segment,
            left,
            paths,
        })
    }

    /// Appends anew what a record says, if it still counts.
    fn carry(
        &mut self,
        tree: &mut Tree<Place>,
        compaction: &Compaction,
        found: &Found,
    ) -> Result<(), SegmentError> {
        match &found.record.entry {
            Entry::File { path, .. } => {
                let sequence = found.record.sequence;
                let live = tree.file(path);
                let Some(node) = live.filter(|node| node.content.sequence == sequence) else {
                    return Ok(());
                };
                let file = NewFile {
                    path,
                    modification_time: node.modification_time,
                    size: node.size,
                    source: Source::Here(node.content.clone()),
                };
                let place = self.append_next(&Append::File(&file))?;
                self.moved(tree, path, place);
            }
            Entry::Directory { path } => {
                let bytes = found.header_length;
                if self.dirs.get(path) == Some(&(compaction.segment, bytes)) {
                    let place = self.append_next(&Append::Directory(path))?;
                    self.enter_dir(tree, path.clone(), place.segment, place.header_length);
                }
            }
            Entry::Deleted { paths } => {
                let needed = |path: &&DbfsPath| self.needs_deletion(tree, compaction, path);
                let still: Vec<DbfsPath> = paths.iter().filter(needed).cloned().collect();
                self.carry_deletions(&still)?;
            }
            // What was put there since must not go with what was there.
            Entry::DeletedTree { path } => {
                let below = self.dead.keys().filter(|dead| dead.is_in(path));
                let needed = |path: &&DbfsPath| self.needs_deletion(tree, compaction, path);
                let still: Vec<DbfsPath> = below.filter(needed).cloned().collect();
                self.carry_deletions(&still)?;
            }
        }
        Ok(())
    }

    /// Whether another segment than the one that is emptied says that something is there that isn't.
    fn needs_deletion(&self, tree: &Tree<Place>, compaction: &Compaction, path: &DbfsPath) -> bool {
        self.dead.get(path) > compaction.paths.get(path)
            && tree.file(path).is_none()
            && !tree.has_dir(path)
    }

    fn carry_deletions(&mut self, paths: &[DbfsPath]) -> Result<(), SegmentError> {
        for some in paths.chunks(PATHS) {
            self.append_next(&Append::Deleted(some.to_vec()))?;
        }
        Ok(())
    }

    /// A file's content lies elsewhere now.
    fn moved(&mut self, tree: &mut Tree<Place>, path: &DbfsPath, place: Place) {
        let Some(node) = tree.file_mut(path) else {
            return;
        };
        let bytes = place.header_length + node.size;
        if let Some(slot) = self.slots.get_mut(place.segment) {
            slot.live += bytes;
        }
        let old = Node {
            content: std::mem::replace(&mut node.content, place),
            size: node.size,
            modification_time: node.modification_time,
        };
        self.file_died(path, &old);
    }

    /// What was carried is durable before the segment is emptied, and that before its records stop to count.
    fn finish(&mut self, compaction: Compaction) -> Result<(), SegmentError> {
        self.sync()?;
        self.empty(compaction.segment)?;
        for (path, records) in compaction.paths {
            if let Some(count) = self.dead.get_mut(&path) {
                *count = count.saturating_sub(records);
                if *count == 0 {
                    self.dead.remove(&path);
                }
            }
        }
        self.offer(compaction.segment)
    }
}
