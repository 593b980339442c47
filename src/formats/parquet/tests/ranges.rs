//! Files in storage: what is read of them, and when.

use std::sync::{Arc, Mutex};

use super::*;
use crate::env::Env;
use crate::formats::FileBytes;
use crate::storage::{FileSystem, Layer, MemoryFileSystem, StorageError};

/// Notes the ranges that are read of its files.
struct Noting {
    inner: MemoryFileSystem,
    ranges: Mutex<Vec<(u64, u64)>>,
}

impl Noting {
    /// With the file at [`path`].
    fn with(file: Bytes) -> Arc<Self> {
        let inner = MemoryFileSystem::new(Env::deterministic(1_000, 1).clock, u64::MAX);
        inner.put(&path(), file).unwrap();
        let ranges = Mutex::default();
        Arc::new(Noting { inner, ranges })
    }

    /// What was read since the last call.
    fn take(&self) -> Vec<(u64, u64)> {
        std::mem::take(&mut *self.ranges.lock().unwrap())
    }
}

impl Layer for Noting {
    fn inner(&self) -> &dyn FileSystem {
        &self.inner
    }
    fn before_read(&self, path: &DbfsPath, range: Option<(u64, u64)>) -> Result<(), StorageError> {
        let all = || (0, self.inner.status(path).unwrap().unwrap().size);
        let (offset, length) = range.unwrap_or_else(all);
        self.ranges.lock().unwrap().push((offset, offset + length));
        Ok(())
    }
}

fn open(fs: &Arc<Noting>) -> ParquetReader {
    let fs: Arc<dyn FileSystem> = fs.clone();
    ParquetReader::open(FileBytes::stored(&fs, &path()).unwrap(), &path()).unwrap()
}

fn stored(fs: &Arc<Noting>, wanted: &StructType) -> ParquetFrames {
    open(fs).read(Arc::new(wanted.clone())).unwrap()
}

/// Three columns of long integers, of about 8 bytes a row.
fn longs() -> StructType {
    StructType::of(["a", "b", "c"].map(|name| (name, DataType::Long)))
}

fn groups_of(rows: usize, groups: usize) -> Bytes {
    let options = ParquetWriteOptions {
        compression: Compression::UNCOMPRESSED,
        row_group_rows: rows,
        ..ParquetWriteOptions::default()
    };
    write(&random(&longs(), rows * groups, 1), &options)
}

fn size(ranges: &[(u64, u64)]) -> u64 {
    ranges.iter().map(|(start, end)| end - start).sum()
}

#[test]
fn a_schema_costs_the_ends_of_a_file() {
    let file = groups_of(100_000, 2);
    let fs = Noting::with(file.clone());
    assert_eq!(open(&fs).schema().unwrap(), longs());
    let ends = fs.take();
    assert_eq!(ends.len(), 2, "{ends:?}");
    assert!(size(&ends) < 70_000, "{ends:?} of {}", file.len());
}

#[test]
fn a_row_group_is_read_when_its_rows_are_wanted_and_only_the_columns_that_are() {
    let file = groups_of(100_000, 4);
    let fs = Noting::with(file.clone());
    let mut frames = stored(&fs, &StructType::of([("b", DataType::Long)]));
    fs.take();
    let mut starts = Vec::new();
    for _ in 0..4 {
        assert_eq!(frames.next().unwrap().unwrap().height(), 100_000);
        let read = fs.take();
        assert_eq!(read.len(), 1, "{read:?}");
        assert!(size(&read) * 9 < file.len() as u64, "{read:?}");
        starts.extend(read.into_iter().map(|(start, _)| start));
    }
    assert!(frames.next().is_none());
    assert!(starts.is_sorted());
    assert_eq!(fs.take(), []);
}

#[test]
fn small_row_groups_are_read_and_decoded_together() {
    let file = groups_of(1_000, 140);
    let fs = Noting::with(file.clone());
    let frames: Vec<Frame> = stored(&fs, &longs()).map(Result::unwrap).collect();
    let heights: Vec<usize> = frames.iter().map(Frame::height).collect();
    assert_eq!(heights, [131_000, 9_000]);
    let read = fs.take();
    assert!(read.len() < 6, "{read:?}");
    assert!(size(&read) < file.len() as u64 + 70_000, "{read:?}");
}

#[test]
fn rows_are_the_same_from_storage_as_from_bytes_at_hand() {
    let pair = StructType::of([("x", DataType::Long), ("y", DataType::String)]);
    let schema = StructType::of([
        ("id", DataType::Integer),
        ("text", DataType::String),
        ("pairs", DataType::array(DataType::Struct(pair))),
        ("map", DataType::map(DataType::String, DataType::Double)),
        (
            "price",
            DataType::Decimal {
                precision: 30,
                scale: 2,
            },
        ),
    ]);
    let options = ParquetWriteOptions {
        row_group_rows: 3_000,
        ..ParquetWriteOptions::default()
    };
    let frame = random(&schema, 20_000, 5);
    let file = write(&frame, &options);
    assert!(file.len() > 300_000, "{}", file.len());
    let fs = Noting::with(file);
    let frames = stored(&fs, &schema).collect::<Result<Vec<_>, _>>().unwrap();
    let back = Frame::concat(&frames).unwrap().unwrap();
    assert_eq!(back.to_arrow().unwrap(), frame.to_arrow().unwrap());
}

#[test]
fn rows_before_the_damage_are_read_and_nothing_behind_it() {
    let mut file = groups_of(100_000, 3).to_vec();
    let fs = Noting::with(file.clone().into());
    let mut frames = stored(&fs, &longs());
    frames.next().unwrap().unwrap();
    fs.take();
    frames.next().unwrap().unwrap();
    // The header of a page in the second row group.
    let start = fs.take()[0].0 as usize;
    file[start..start + 8].fill(0xff);
    let fs = Noting::with(file.into());
    let mut frames = stored(&fs, &longs());
    assert_eq!(frames.next().unwrap().unwrap().height(), 100_000);
    let error = frames.next().unwrap().unwrap_err();
    assert!(
        error.to_string().starts_with("[FAILED_READ_FILE.NO_HINT]"),
        "{error}"
    );
    assert_eq!(
        error.hint().unwrap(),
        "The data of the column a is damaged: a page's header can't be decoded."
    );
    assert!(frames.next().is_none());
}

#[test]
fn a_file_that_is_replaced_or_deleted_while_it_is_read_is_an_error() {
    let file = groups_of(100_000, 3);
    let fs = Noting::with(file.clone());
    let mut frames = stored(&fs, &longs());
    frames.next().unwrap().unwrap();
    fs.put(&path(), groups_of(100_000, 2)).unwrap();
    let error = frames.next().unwrap().unwrap_err();
    assert!(matches!(
        error,
        FormatError::ReadFile {
            damage: Damage::Replaced,
            ..
        }
    ));
    assert!(frames.next().is_none());

    let fs = Noting::with(file);
    let mut frames = stored(&fs, &longs());
    frames.next().unwrap().unwrap();
    fs.delete(&path()).unwrap();
    let error = frames.next().unwrap().unwrap_err();
    assert!(matches!(error, FormatError::FileNotExist { .. }), "{error}");
}
