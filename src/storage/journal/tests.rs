//! Crashes, full disks and damage, on a disk that forgets what wasn't flushed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::env::Env;

const SIZES: Sizes = Sizes {
    cache: 64,
    segment: (300, 1_000),
    reserve: 800,
    worth: 200,
    at_once: 200,
};

/// What a write to a disk comes to before a flush: some sectors of it, in any order.
const SECTOR: usize = 64;

#[derive(Debug, Clone)]
enum Pending {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

#[derive(Default)]
struct DiskFile {
    /// As programs see it.
    seen: Vec<u8>,
    /// As it is after a loss of power, at least.
    durable: Vec<u8>,
    pending: Vec<Pending>,
    /// Bytes that no other file can have while it is open, where a disk keeps them for it.
    room: u64,
}

#[derive(Default)]
struct DiskState {
    files: BTreeMap<String, DiskFile>,
    /// Operations until it fails, as when the program dies in the middle of one.
    left: Option<usize>,
    capacity: Option<u64>,
    /// Whether a write without room says so, or writes less.
    is_silent: bool,
    /// Whether a file that is cut keeps its room as long as it is open.
    keeps_room: bool,
    flushes: usize,
}

/// A disk whose files segments are.
#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<DiskState>>);

struct DiskSegment {
    disk: Disk,
    name: String,
}

impl Disk {
    fn state(&self) -> std::sync::MutexGuard<'_, DiskState> {
        self.0.lock().unwrap()
    }

    fn segment(&self, name: &str) -> Box<dyn Segment> {
        self.state().files.entry(name.into()).or_default();
        Box::new(DiskSegment {
            disk: self.clone(),
            name: name.into(),
        })
    }

    fn segments(&self) -> Vec<Box<dyn Segment>> {
        let names: Vec<String> = self.state().files.keys().cloned().collect();
        names.iter().map(|name| self.segment(name)).collect()
    }

    pub fn open(&self) -> (JournalFileSystem, Recovery) {
        let clock = Env::deterministic(1_000, 1).clock;
        JournalFileSystem::open(clock, self.segments(), 1 << 20, SIZES).unwrap()
    }

    /// The program dies: what it wrote is there, but for the end of the last write.
    fn kill(&self) {
        self.state().left = None;
    }

    /// The machine dies: of what wasn't flushed, `choice` says which sectors are there.
    fn lose_power(&self, mut choice: impl FnMut() -> bool) {
        let mut state = self.state();
        state.left = None;
        for file in state.files.values_mut() {
            let mut durable = std::mem::take(&mut file.durable);
            for pending in std::mem::take(&mut file.pending) {
                match pending {
                    Pending::Truncate(size) => {
                        if choice() {
                            durable.truncate(size as usize);
                        }
                    }
                    Pending::Write(offset, bytes) => {
                        for (i, sector) in bytes.chunks(SECTOR).enumerate() {
                            if choice() {
                                put_at(&mut durable, offset as usize + i * SECTOR, sector);
                            }
                        }
                    }
                }
            }
            file.seen.clone_from(&durable);
            file.durable = durable;
        }
    }

    /// Changes a byte of what is stored.
    fn damage(&self, name: &str, at: usize) {
        let mut state = self.state();
        let file = state.files.get_mut(name).unwrap();
        file.seen[at] ^= 0x55;
        file.durable = file.seen.clone();
    }
}

impl DiskFile {
    /// Bytes that it takes of the disk.
    fn taken(&self) -> u64 {
        self.room.max(self.seen.len() as u64)
    }
}

fn put_at(bytes: &mut Vec<u8>, at: usize, content: &[u8]) {
    if bytes.len() < at + content.len() {
        bytes.resize(at + content.len(), 0);
    }
    bytes[at..at + content.len()].copy_from_slice(content);
}

impl DiskState {
    /// Counts an operation. Gives whether it happens whole.
    fn happens(&mut self) -> Result<bool, SegmentError> {
        match &mut self.left {
            None => Ok(true),
            Some(0) => Err(SegmentError::Failed("the program is dead".into())),
            Some(left) => {
                *left -= 1;
                Ok(*left > 0)
            }
        }
    }
}

fn dead() -> SegmentError {
    SegmentError::Failed("the program dies".into())
}

impl Drop for DiskSegment {
    fn drop(&mut self) {
        self.disk.state().files.get_mut(&self.name).unwrap().room = 0;
    }
}

impl Segment for DiskSegment {
    fn name(&self) -> &str {
        &self.name
    }

    fn size(&self) -> Result<u64, SegmentError> {
        Ok(self.disk.state().files[&self.name].seen.len() as u64)
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> Result<usize, SegmentError> {
        let state = self.disk.state();
        let seen = &state.files[&self.name].seen;
        let from = seen.get(offset as usize..).unwrap_or_default();
        let length = from.len().min(into.len());
        into[..length].copy_from_slice(&from[..length]);
        Ok(length)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<usize, SegmentError> {
        let mut state = self.disk.state();
        let whole = state.happens()?;
        let mut length = if whole { bytes.len() } else { bytes.len() / 2 };
        if let Some(capacity) = state.capacity {
            let used: u64 = state.files.values().map(DiskFile::taken).sum();
            let end = offset + length as u64;
            let grows = end.saturating_sub(state.files[&self.name].taken());
            if used + grows > capacity {
                if !state.is_silent {
                    return Err(SegmentError::Full);
                }
                length -= ((used + grows - capacity) as usize).min(length);
            }
        }
        let keeps_room = state.keeps_room;
        let file = state.files.get_mut(&self.name).unwrap();
        let written = bytes[..length].to_vec();
        if length > 0 {
            put_at(&mut file.seen, offset as usize, &written);
        }
        if keeps_room {
            file.room = file.room.max(file.seen.len() as u64);
        }
        file.pending.push(Pending::Write(offset, written));
        if whole { Ok(length) } else { Err(dead()) }
    }

    fn truncate(&self, size: u64) -> Result<(), SegmentError> {
        let mut state = self.disk.state();
        let whole = state.happens()?;
        if !whole {
            return Err(dead());
        }
        let file = state.files.get_mut(&self.name).unwrap();
        file.seen.truncate(size as usize);
        file.pending.push(Pending::Truncate(size));
        Ok(())
    }

    fn flush(&self) -> Result<(), SegmentError> {
        let mut state = self.disk.state();
        if !state.happens()? {
            return Err(dead());
        }
        state.flushes += 1;
        let file = state.files.get_mut(&self.name).unwrap();
        file.durable = file.seen.clone();
        file.pending.clear();
        Ok(())
    }
}

/// Files and made directories: what a person would find.
type Contents = (BTreeMap<String, Vec<u8>>, BTreeSet<String>);

fn path(text: &str) -> DbfsPath {
    DbfsPath::parse(text).unwrap()
}

fn contents(fs: &dyn FileSystem) -> Contents {
    let mut files = BTreeMap::new();
    let mut dirs = BTreeSet::new();
    let mut open = vec![DbfsPath::root()];
    while let Some(dir) = open.pop() {
        for status in fs.list(&dir).unwrap() {
            let name = status.path.to_string();
            if status.is_dir {
                dirs.insert(name);
                open.push(status.path);
            } else {
                files.insert(name, fs.read(&status.path).unwrap().to_vec());
            }
        }
    }
    (files, dirs)
}

#[derive(Debug, Clone)]
enum Operation {
    Put(u8, usize),
    PutIfAbsent(u8, usize),
    Delete(u8),
    DeleteAll,
    MakeDir(u8),
    Sync,
    Compact,
    Spare,
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        5 => (0..8_u8, 0..600_usize).prop_map(|(f, n)| Operation::Put(f, n)),
        5 => (0..8_u8, 0..200_usize).prop_map(|(f, n)| Operation::PutIfAbsent(f, n)),
        3 => (0..8_u8).prop_map(Operation::Delete),
        1 => Just(Operation::DeleteAll),
        1 => (0..4_u8).prop_map(Operation::MakeDir),
        1 => Just(Operation::Sync),
        4 => Just(Operation::Compact),
        2 => Just(Operation::Spare),
    ]
}

fn file(number: u8) -> DbfsPath {
    path(&format!("/d{}/f{number}", number % 3))
}

/// Does an operation. Gives whether all so far is durable, or that it failed.
fn run(
    disk: &Disk,
    fs: &JournalFileSystem,
    i: usize,
    operation: &Operation,
) -> Result<bool, StorageError> {
    let content = |n: usize| Bytes::from(vec![i as u8; n]);
    match operation {
        Operation::Put(f, n) => fs.put(&file(*f), content(*n)).map(|()| false),
        Operation::PutIfAbsent(f, n) => fs
            .put_if_absent(&file(*f), content(*n))
            .map(|result| result == PutResult::Created),
        Operation::Delete(f) => fs.delete(&file(*f)).map(|_| false),
        Operation::DeleteAll => fs.delete(&path("/d1")).map(|_| false),
        Operation::MakeDir(d) => fs.mkdirs(&path(&format!("/d{d}/made"))).map(|()| false),
        Operation::Sync => fs.sync().map(|()| true),
        Operation::Compact => {
            let before = contents(fs);
            let compacted = fs.compact(300);
            assert_eq!(contents(fs), before, "compaction changes nothing");
            compacted.map(|_| false).map_err(|e| StorageError::Io {
                path: DbfsPath::root(),
                reason: e.to_string(),
            })
        }
        Operation::Spare => {
            let name = format!("segment-{}", disk.state().files.len());
            fs.add_spare(disk.segment(&name))
                .map(|()| false)
                .map_err(|e| StorageError::Io {
                    path: DbfsPath::root(),
                    reason: e.to_string(),
                })
        }
    }
}

/// A disk with three empty segments.
pub fn disk() -> Disk {
    let disk = Disk::default();
    for name in ["a", "b", "c"] {
        disk.segment(name);
    }
    disk
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Crashes in the middle of anything, twice; the machine's or the program's.
    #[test]
    fn what_was_acknowledged_is_there_after_a_crash_and_nothing_that_never_was(
        lives in prop::collection::vec(
            (prop::collection::vec(operation(), 1..60), 1..200_usize, any::<bool>(), any::<u64>()),
            1..4,
        ),
    ) {
        let disk = disk();
        let mut number = 0;
        for (operations, crash_after, power, seed) in lives {
            let (fs, _) = disk.open();
            let mut possible = vec![contents(&fs)];
            disk.state().left = Some(crash_after);
            for operation in &operations {
                number += 1;
                match run(&disk, &fs, number, operation) {
                    Ok(true) => possible = vec![contents(&fs)],
                    Ok(false) => possible.push(contents(&fs)),
                    Err(_) => {
                        // What it would have come to is possible, too.
                        possible.push(contents(&fs));
                        disk.kill();
                        let (again, _) = { drop(fs); disk.open() };
                        possible.push(contents(&again));
                        break;
                    }
                }
            }
            let mut state = seed;
            if power {
                disk.lose_power(|| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 40) & 1 == 1
                });
            } else {
                disk.kill();
            }
            let (fs, recovery) = disk.open();
            prop_assert_eq!(recovery.damaged_bytes, 0);
            let found = contents(&fs);
            prop_assert!(possible.contains(&found), "{:?} is none of {:?}", found, possible);
            // Opened twice, it is the same.
            drop(fs);
            let (fs, recovery) = disk.open();
            prop_assert!(!recovery.was_torn);
            prop_assert_eq!(contents(&fs), found);
        }
    }

    /// A disk that is full says so, whichever way it has, and keeps what there was; deleting makes room.
    #[test]
    fn a_full_disk_loses_nothing(
        operations in prop::collection::vec(operation(), 1..80),
        capacity in 4_000..9_000_u64,
        is_silent in any::<bool>(),
        keeps_room in any::<bool>(),
    ) {
        let disk = disk();
        let (fs, _) = disk.open();
        {
            let mut state = disk.state();
            state.capacity = Some(capacity);
            state.is_silent = is_silent;
            state.keeps_room = keeps_room;
        }
        for (i, operation) in operations.iter().enumerate() {
            let before = contents(&fs);
            if let Err(error) = run(&disk, &fs, i, operation) {
                prop_assert!(
                    matches!(error, StorageError::Full { .. }) || matches!(operation, Operation::Compact | Operation::Spare),
                    "{}", error
                );
                prop_assert_eq!(contents(&fs), before);
            }
        }
        let before = contents(&fs);
        drop(fs);
        let (fs, _) = disk.open();
        prop_assert_eq!(contents(&fs), before);
        // Every file can be deleted.
        for f in 0..8 {
            fs.delete(&file(f)).unwrap();
        }
    }
}

#[test]
fn on_a_full_disk_deleting_makes_room_and_the_error_names_what_takes_it() {
    for (is_silent, keeps_room) in [(false, false), (true, false), (false, true)] {
        let disk = disk();
        let (fs, _) = disk.open();
        {
            let mut state = disk.state();
            state.capacity = Some(60_000);
            state.is_silent = is_silent;
            state.keeps_room = keeps_room;
        }
        for round in 0..5 {
            let error = (0..)
                .find_map(|i| {
                    if fs.spares() == 0 {
                        let name = format!("more-{}", disk.state().files.len());
                        fs.add_spare(disk.segment(&name)).unwrap();
                    }
                    let file = path(&format!("/{round}/table/{i}"));
                    fs.put(&file, Bytes::from(vec![1; 500])).err()
                })
                .unwrap();
            let text = error.to_string();
            assert!(
                text.contains(&format!("Most room is taken by dbfs:/{round}/table (")),
                "{text}"
            );
            let full = fs.usage().used;
            assert!(full > 40_000, "{full} of 60 000 bytes were used");
            fs.delete(&path(&format!("/{round}"))).unwrap();
            assert_eq!(fs.usage().used, 0);
        }
    }
}

#[test]
fn what_is_put_is_there_when_the_journal_is_opened_again() {
    let disk = disk();
    let (fs, recovery) = disk.open();
    assert_eq!(recovery, Recovery::default());
    let large: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
    fs.put(&path("/a/large"), large.clone().into()).unwrap();
    fs.put(&path("/a/empty"), Bytes::new()).unwrap();
    fs.mkdirs(&path("/made")).unwrap();
    fs.put(&path("/local_disk0/x"), "on the driver".into())
        .unwrap();
    let times = |fs: &JournalFileSystem| fs.list_recursive(&DbfsPath::root()).unwrap();
    let before = times(&fs);
    drop(fs);
    let (fs, recovery) = disk.open();
    assert_eq!(recovery, Recovery::default());
    assert_eq!(times(&fs), before, "sizes and times, too");
    assert_eq!(fs.read(&path("/a/large")).unwrap(), large);
    assert_eq!(
        fs.read_range(&path("/a/large"), 65_000, 2_000).unwrap(),
        large[65_000..67_000]
    );
    assert_eq!(
        fs.read_range(&path("/a/large"), 199_990, 100).unwrap(),
        large[199_990..]
    );
    assert_eq!(fs.read(&path("/a/empty")).unwrap(), "");
    assert!(fs.status(&path("/made")).unwrap().unwrap().is_dir);
    assert_eq!(fs.read(&path("file:/x")).unwrap(), "on the driver");
}

#[test]
fn a_commit_comes_back_when_it_is_durable_and_other_files_wait_for_the_next_sync() {
    let disk = disk();
    let (fs, _) = disk.open();
    let flushes = || disk.state().flushes;
    let start = flushes();
    fs.put(&path("/data"), "1".into()).unwrap();
    assert_eq!(flushes(), start);
    let _ = fs.put_if_absent(&path("/log/0"), "2".into()).unwrap();
    assert_eq!(flushes(), start + 1);
    fs.sync().unwrap();
    assert_eq!(flushes(), start + 1, "there was nothing to do");
    fs.put(&path("/data"), "3".into()).unwrap();
    fs.sync().unwrap();
    assert_eq!(flushes(), start + 2);
}

#[test]
fn damage_is_told_and_never_read_as_data() {
    let disk = Disk::default();
    disk.segment("a");
    let (fs, _) = disk.open();
    for name in ["/one", "/two", "/three"] {
        let _ = fs
            .put_if_absent(&path(name), Bytes::from(vec![7; 1_000]))
            .unwrap();
    }
    drop(fs);
    let place = {
        let state = disk.state();
        let seen = &state.files["a"].seen;
        let content = |n: usize| {
            seen.windows(5)
                .enumerate()
                .filter(|(_, w)| *w == [7; 5])
                .map(|(i, _)| i)
                .find(|i| *i > n)
                .unwrap()
        };
        content(1_100)
    };
    // A content: its file can't be read, the others can.
    disk.damage("a", place + 100);
    let (fs, recovery) = disk.open();
    assert_eq!(recovery.damaged_bytes, 0);
    let error = fs.read(&path("/two")).unwrap_err();
    assert!(matches!(error, StorageError::Damaged { .. }), "{error}");
    assert!(fs.read_range(&path("/two"), 0, 10).is_err());
    assert_eq!(fs.read(&path("/one")).unwrap(), vec![7; 1_000]);
    assert_eq!(fs.read(&path("/three")).unwrap(), vec![7; 1_000]);
    drop(fs);
    // A header: the file is gone, which is told, and what follows is found.
    disk.damage("a", 1_000 + 44 + 4 + 8 + 3);
    let (fs, recovery) = disk.open();
    assert!(recovery.damaged_bytes > 1_000, "{recovery:?}");
    assert_eq!(fs.status(&path("/two")).unwrap(), None);
    assert_eq!(fs.read(&path("/one")).unwrap(), vec![7; 1_000]);
    assert_eq!(fs.read(&path("/three")).unwrap(), vec![7; 1_000]);
}

#[test]
fn compaction_gives_back_what_replaced_and_deleted_files_took() {
    let disk = disk();
    let (fs, _) = disk.open();
    for round in 0..40_u8 {
        if fs.spares() == 0 {
            let name = format!("more-{}", disk.state().files.len());
            fs.add_spare(disk.segment(&name)).unwrap();
        }
        for f in 0..8 {
            fs.put(&file(f), Bytes::from(vec![round; 100])).unwrap();
        }
        fs.delete(&file(round % 8)).unwrap();
        while fs.compact(1_000).unwrap() {}
    }
    let before = contents(&fs);
    assert_eq!(fs.usage().used, 700);
    assert!(fs.journal_bytes() < 6_000, "{}", fs.journal_bytes());
    drop(fs);
    assert_eq!(contents(&disk.open().0), before);
}
