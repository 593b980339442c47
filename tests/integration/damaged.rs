//! Files as people drop them: damaged at random, they are rows or an error, and the session goes on.
//!
//! `DAMAGED=10000 cargo test --test integration damaged` tries so many of each kind.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use multihop::env::Env;
use multihop::session::{Ran, Session};
use multihop::storage::{FileSystem, MemoryFileSystem};

use crate::support::{START_MS, path, sql};

/// Kinds of files: a format, and whole ones to damage.
const KINDS: [(&str, &[&str]); 4] = [
    (
        "parquet",
        &[
            "bookstore/orders-raw/01.parquet",
            "broken/new-column.parquet",
            "delta/types/part-00000-49614dec-0b19-4b13-98db-4c5301ddc5c4-c000.snappy.parquet",
        ],
    ),
    (
        "json",
        &["broken/new-column.json", "broken/other-types.json"],
    ),
    ("csv", &["broken/ragged.csv"]),
    (
        "delta",
        &["delta/types/_delta_log/00000000000000000000.json"],
    ),
];

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }
}

/// The same bytes with a few changed, cut out, doubled or cut off.
fn damaged(whole: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len());
        let to = (at + numbers.below(64)).min(bytes.len());
        match numbers.below(6) {
            0..3 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = numbers.below(256) as u8;
                }
            }
            3 => drop(bytes.drain(at..to)),
            4 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn fixture(name: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    std::fs::read(fixtures.join(name)).unwrap()
}

fn read(fs: &dyn FileSystem, session: &mut Session, format: &str, bytes: Vec<u8>) -> bool {
    let dir = path("dbfs:/in");
    fs.delete(&dir).unwrap();
    let name = match format {
        "delta" => "_delta_log/00000000000000000000.json",
        _ => "file",
    };
    fs.put(&dir.join(name).unwrap(), Bytes::from(bytes))
        .unwrap();
    let ran = session.sql(&format!("SELECT * FROM {format}.`dbfs:/in`"));
    let Ok(Some(Ran::Rows(plan))) = ran.map(|mut ran| ran.pop()) else {
        return false;
    };
    session.collect(&plan, None).is_ok()
}

#[test]
fn a_damaged_file_is_rows_or_an_error_and_the_session_goes_on() {
    let count = std::env::var("DAMAGED").map_or(150, |count| count.parse().unwrap());
    for (format, names) in KINDS {
        let mut rows = 0;
        for i in 0..count {
            let env = Env::deterministic(START_MS, 7);
            let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 30));
            let mut session = Session::new(fs.clone(), env);
            let whole = fixture(names[i % names.len()]);
            let bytes = damaged(&whole, &mut Numbers(0x9e37_79b9_7f4a_7c15 ^ (i as u64 + 1)));
            rows += usize::from(read(fs.as_ref(), &mut session, format, bytes));
            assert_eq!(sql(&mut session, "SELECT 1"), [["1"]], "{format} {i}");
        }
        // Text is what it is: a reader that is permissive takes all of it.
        let is_text = matches!(format, "json" | "csv");
        assert!(is_text || rows < count, "{format}: none of them is damaged");
        println!("{format}: {count} files, {rows} of them readable");
    }
}
