use std::sync::Arc;

use super::*;
use crate::env::Env;
use crate::storage::{DbfsPath, FileSystem, MemoryFileSystem};
use crate::types::{DataType, StructType};

fn env() -> Env {
    Env::deterministic(1_700_000_000_000, 7)
}

fn log_in_memory(env: &Env) -> DeltaLog {
    let fs: Arc<dyn FileSystem> = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 30));
    DeltaLog::for_table(fs, DbfsPath::parse("dbfs:/t").unwrap())
}

fn metadata(env: &Env) -> Metadata {
    Metadata {
        id: env.new_uuid(),
        schema_string: StructType::of([("id", DataType::Long)])
            .to_json()
            .to_string(),
        created_time: Some(env.clock.now_ms()),
        ..Metadata::default()
    }
}

fn file(path: &str, size: i64) -> AddFile {
    AddFile {
        path: path.into(),
        size,
        data_change: true,
        ..AddFile::default()
    }
}

fn append(log: &DeltaLog, env: &Env, path: &str) -> u64 {
    let mut txn = log.transaction().unwrap();
    if txn.snapshot().is_none() {
        txn.set_metadata(metadata(env));
    }
    txn.add(file(path, 10));
    let outcome = txn.commit(CommitInfo::new("WRITE"), env).unwrap();
    assert!(outcome.checkpoint_failure.is_none(), "{outcome:?}");
    outcome.version
}

#[test]
fn a_checkpoint_every_ten_commits_gives_the_same_table_as_the_commits_alone() {
    let env = env();
    let log = log_in_memory(&env);
    for i in 0..25 {
        assert_eq!(append(&log, &env, &format!("f{i}.parquet")), i);
    }
    let fs = log.file_system().clone();
    let names: Vec<String> = fs
        .list(log.log_path())
        .unwrap()
        .iter()
        .map(|s| s.path.name().to_owned())
        .collect();
    assert!(names.contains(&"00000000000000000020.checkpoint.parquet".to_owned()));
    assert!(names.contains(&"_last_checkpoint".to_owned()));
    let fresh = DeltaLog::for_table(fs.clone(), log.table_path().clone());
    let from_checkpoint = fresh.snapshot().unwrap();
    let followed = log.snapshot().unwrap();
    let paths = |s: &Snapshot| s.files().map(|f| f.path.clone()).collect::<Vec<_>>();
    assert_eq!(from_checkpoint.version(), 24);
    assert_eq!(paths(&from_checkpoint), paths(&followed));
    assert_eq!(followed.num_files(), 25);
    assert_eq!(from_checkpoint.metadata(), followed.metadata());
    assert_eq!(from_checkpoint.size_in_bytes(), 250);
    assert_eq!(fresh.snapshot_at(3).unwrap().num_files(), 4);
}
