//! Any bytes, dropped as parquet, JSON, CSV or a Delta table's first commit, are rows or an error. The first byte chooses.

#![no_main]

use std::sync::Arc;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use multihop::env::Env;
use multihop::session::{Ran, Session};
use multihop::storage::{DbfsPath, FileSystem, MemoryFileSystem};

const KINDS: [(&str, &str); 4] = [
    ("parquet", "file"),
    ("json", "file"),
    ("csv", "file"),
    ("delta", "_delta_log/00000000000000000000.json"),
];

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    let (format, name) = KINDS[usize::from(*kind) % KINDS.len()];
    let env = Env::deterministic(0, 1);
    let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 30));
    let path = DbfsPath::parse("/in").and_then(|dir| dir.join(name));
    if let Ok(path) = path {
        let _ = fs.put(&path, Bytes::copy_from_slice(bytes));
    }
    let mut session = Session::new(fs, env);
    let ran = session.sql(&format!("SELECT * FROM {format}.`dbfs:/in`"));
    if let Ok(Some(Ran::Rows(plan))) = ran.map(|mut ran| ran.pop()) {
        let _ = session.collect(&plan, None);
    }
});
