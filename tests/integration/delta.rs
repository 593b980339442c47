//! Delta tables on a disk: ours for other engines, and theirs for us.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use multihop::delta::{
    AddFile, CommitInfo, DeltaLog, FileWriter, Metadata, Properties, Snapshot, TableScan,
};
use multihop::env::Env;
use multihop::storage::{DbfsPath, FileSystem, MemoryFileSystem};
use multihop::types::{DataType, Frame, StructType, Value, series_from_values};

fn new_env() -> Env {
    Env::deterministic(1_700_000_000_000, 11)
}

fn new_file_system(env: &Env) -> Arc<dyn FileSystem> {
    Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 30))
}

fn path(text: &str) -> DbfsPath {
    DbfsPath::parse(text).unwrap()
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn frame(schema: &StructType, rows: &[Vec<Value>]) -> Frame {
    let columns = schema.fields.iter().enumerate().map(|(i, f)| {
        let values: Vec<Value> = rows.iter().map(|r| r[i].clone()).collect();
        series_from_values(&f.name, &values, &f.data_type).unwrap()
    });
    Frame::new(Arc::new(schema.clone()), columns.collect(), rows.len()).unwrap()
}

/// One commit: a new table or an append; with `overwrite` instead of what is there.
fn write(log: &DeltaLog, env: &Env, frame: &Frame, partition_by: &[&str], overwrite: bool) {
    let mut txn = log.transaction().unwrap();
    let metadata = match txn.snapshot().cloned() {
        Some(snapshot) => {
            let merged = snapshot.merge_schema(frame.schema(), true, env).unwrap();
            if let Some(metadata) = &merged {
                txn.set_metadata(metadata.clone());
            }
            merged.unwrap_or_else(|| snapshot.metadata().clone())
        }
        None => {
            let columns: Vec<String> = partition_by.iter().map(|c| (*c).into()).collect();
            let new =
                Metadata::for_new_table(frame.schema(), &columns, Properties::new(), env).unwrap();
            txn.set_metadata(new.clone());
            new
        }
    };
    let fs = log.file_system().clone();
    let mut writer = FileWriter::new(fs, log.table_path().clone(), &metadata, env).unwrap();
    writer.write(frame).unwrap();
    if overwrite {
        txn.remove_all(env.clock.now_ms());
    }
    for add in writer.finish().unwrap() {
        txn.add(add);
    }
    let outcome = txn.commit(CommitInfo::new("WRITE"), env).unwrap();
    assert!(outcome.checkpoint_failure.is_none(), "{outcome:?}");
}

fn rows(log: &DeltaLog, snapshot: &Snapshot) -> Vec<Vec<Value>> {
    let scan = TableScan::new(log.file_system().clone(), snapshot, None).unwrap();
    let read = |file: &Arc<AddFile>| {
        let frames: Vec<Frame> = scan.read(file).unwrap().map(Result::unwrap).collect();
        frames
    };
    let mut rows = Vec::new();
    for frame in snapshot.files().flat_map(read) {
        for row in 0..frame.height() {
            let fields = frame.schema().fields.iter().zip(frame.columns());
            rows.push(
                fields
                    .map(|(f, c)| Value::from_series(c, row, &f.data_type).unwrap())
                    .collect(),
            );
        }
    }
    rows
}

fn copy_to_disk(fs: &dyn FileSystem, to: &Path) {
    for status in fs.list_recursive(&DbfsPath::root()).unwrap() {
        let target = to.join(status.path.without_scheme().trim_start_matches('/'));
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, fs.read(&status.path).unwrap()).unwrap();
    }
}

fn copy_from_disk(from: &Path, fs: &dyn FileSystem, to: &DbfsPath) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name().to_str().unwrap()).unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy_from_disk(&entry.path(), fs, &target);
        } else {
            fs.put(&target, std::fs::read(entry.path()).unwrap().into())
                .unwrap();
        }
    }
}

/// An empty directory for other engines to look into: `<MULTIHOP_TABLES_DIR>/<name>`.
fn disk(name: &str) -> PathBuf {
    let base = std::env::var_os("MULTIHOP_TABLES_DIR").map_or_else(
        || Path::new(env!("CARGO_TARGET_TMPDIR")).join("delta"),
        PathBuf::from,
    );
    let dir = base.join(name);
    let _ = std::fs::remove_dir_all(&dir);
    dir
}

/// A column of every type that a table can have.
fn every_type() -> (StructType, Vec<Vec<Value>>) {
    let inner = StructType::of([("x", DataType::Long), ("y", DataType::String)]);
    let schema = StructType::of([
        ("b", DataType::Boolean),
        ("i8", DataType::Byte),
        ("i16", DataType::Short),
        ("i32", DataType::Integer),
        ("i64", DataType::Long),
        ("f32", DataType::Float),
        ("f64", DataType::Double),
        ("dec", DataType::decimal(10, 2)),
        ("big", DataType::decimal(38, 10)),
        ("s", DataType::String),
        ("bin", DataType::Binary),
        ("d", DataType::Date),
        ("t", DataType::Timestamp),
        ("st", DataType::Struct(inner)),
        ("arr", DataType::array(DataType::Integer)),
        ("m", DataType::map(DataType::String, DataType::Long)),
    ]);
    let full = vec![
        Value::Boolean(true),
        Value::Byte(-8),
        Value::Short(16),
        Value::Integer(-32),
        Value::Long(64),
        Value::Float(1.5),
        Value::Double(-2.25),
        Value::Decimal(12345),
        Value::Decimal(-1),
        text("ü"),
        Value::Binary(vec![0, 1, 255].into()),
        Value::Date(19_000),
        Value::Timestamp(1_700_000_000_123_456),
        Value::Struct(vec![Value::Long(1), text("z")]),
        Value::Array(vec![Value::Integer(1), Value::Null]),
        Value::Map(vec![(text("k"), Value::Long(1))]),
    ];
    let nulls = vec![Value::Null; full.len()];
    (schema, vec![full, nulls])
}

/// Other engines open what this writes; delta-rs gives the same rows.
#[test]
fn tables_are_written_that_other_engines_open() {
    let (env, dir) = (new_env(), disk("written"));
    let fs = new_file_system(&env);
    let open = |name: &str| DeltaLog::for_table(fs.clone(), path(&format!("dbfs:/{name}")));

    let plain = open("plain");
    let schema = StructType::of([("id", DataType::Long), ("name", DataType::String)]);
    for i in 0..25 {
        let row = vec![Value::Long(i), text(&format!("n{i}"))];
        write(&plain, &env, &frame(&schema, &[row]), &[], i == 12);
    }

    let (schema, all) = every_type();
    let types = open("types");
    write(&types, &env, &frame(&schema, &all), &[], false);

    let ntz = open("ntz");
    let schema = StructType::of([("id", DataType::Long), ("n", DataType::TimestampNtz)]);
    let row = vec![Value::Long(1), Value::TimestampNtz(1_700_000_000_000_000)];
    write(&ntz, &env, &frame(&schema, &[row]), &[], false);

    let partitioned = open("partitioned");
    let schema = StructType::of([
        ("id", DataType::Long),
        ("p", DataType::String),
        ("d", DataType::Date),
        ("t", DataType::Timestamp),
    ]);
    for i in 0..12 {
        let names = ["plain", "a b", "x=y/z", "100%", "ä?#", "'q\"", "{[^]}"];
        let mut rows: Vec<Vec<Value>> = names
            .iter()
            .map(|p| {
                let time = Value::Timestamp(1_700_000_000_000_000 + i % 2);
                vec![Value::Long(i), text(p), Value::Date(19_000), time]
            })
            .collect();
        rows.push(vec![Value::Long(i), Value::Null, Value::Null, Value::Null]);
        write(
            &partitioned,
            &env,
            &frame(&schema, &rows),
            &["p", "d", "t"],
            false,
        );
    }

    let mapped = open("mapped");
    let inner = StructType::of([("e f", DataType::Long)]);
    let schema = StructType::of([
        ("id", DataType::Long),
        ("current_timestamp()", DataType::Timestamp),
        ("a,b", DataType::Struct(inner)),
        ("p q", DataType::String),
    ]);
    for i in 0..11 {
        let time = Value::Timestamp(1_700_000_000_000_000);
        let nested = Value::Struct(vec![Value::Long(i)]);
        let row = vec![Value::Long(i), time, nested, text("part 1")];
        write(&mapped, &env, &frame(&schema, &[row]), &["p q"], false);
    }

    copy_to_disk(fs.as_ref(), &dir);
    // What another client of ours reads back from the disk is the same.
    let again = new_file_system(&env);
    copy_from_disk(&dir, again.as_ref(), &DbfsPath::root());
    for log in [plain, types, ntz, partitioned, mapped] {
        let copy = DeltaLog::for_table(again.clone(), log.table_path().clone());
        let (ours, theirs) = (log.snapshot().unwrap(), copy.snapshot().unwrap());
        assert_eq!(ours.metadata(), theirs.metadata());
        assert_eq!(rows(&log, &ours), rows(&copy, &theirs));
        assert!(!rows(&copy, &theirs).is_empty());
    }
}

fn fixture(name: &str) -> DeltaLog {
    let fs = new_file_system(&new_env());
    let table = path(&format!("dbfs:/{name}"));
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/delta");
    copy_from_disk(&dir.join(name), fs.as_ref(), &table);
    DeltaLog::for_table(fs, table)
}

#[test]
fn a_partitioned_table_with_a_checkpoint_that_delta_rs_wrote_is_read() {
    let log = fixture("partitioned");
    let snapshot = log.snapshot().unwrap();
    assert_eq!(snapshot.version(), 12);
    assert_eq!(snapshot.partition_columns(), ["city", "day"]);
    let all = rows(&log, &snapshot);
    let mut ids: Vec<i64> = all.iter().filter_map(|r| r[0].as_i64()).collect();
    ids.sort_unstable();
    let expected: Vec<i64> = (0..12).filter(|i| *i != 3).chain(100..112).collect();
    assert_eq!(ids, expected);
    let five = all.iter().find(|r| r[0] == Value::Long(5)).unwrap();
    let day = Value::Date(19_724);
    let tags = Value::Array(vec![text("x"), Value::Null]);
    assert_eq!(five[1..], [text("a b/ä=%"), day, Value::Double(2.5), tags]);
    let other = all.iter().find(|r| r[0] == Value::Long(105)).unwrap();
    assert_eq!(
        other[1..],
        [Value::Null, Value::Null, Value::Null, Value::Array(vec![])]
    );

    assert_eq!(rows(&log, &log.snapshot_at(9).unwrap()).len(), 20);
    assert_eq!(
        log.snapshot_at(8).unwrap_err().to_string(),
        "Cannot time travel Delta table to version 8. Available versions: [9, 12]."
    );
    let history = log.history(Some(2)).unwrap();
    assert_eq!(history[0].commit_info.operation, "DELETE");
    assert_eq!(history[1].commit_info.operation, "WRITE");
}

#[test]
fn a_table_of_every_type_that_delta_rs_wrote_is_read() {
    let log = fixture("types");
    let snapshot = log.snapshot().unwrap();
    let all = rows(&log, &snapshot);
    let time = 1_709_168_523_000_004;
    let expected = vec![
        Value::Boolean(true),
        Value::Byte(-8),
        Value::Short(16),
        Value::Integer(32),
        Value::Float(1.5),
        Value::Null,
        Value::Binary(vec![0, 255].into()),
        Value::Date(-1),
        Value::Timestamp(time),
        Value::TimestampNtz(time),
        Value::Struct(vec![Value::Long(1), text("z")]),
        Value::Map(vec![(text("k"), Value::Long(1))]),
    ];
    let nulls = vec![Value::Null; expected.len()];
    assert_eq!(all, [expected, nulls]);
}

#[test]
fn a_table_that_delta_rs_wrote_takes_our_commits_and_checkpoints() {
    let (env, log) = (new_env(), fixture("partitioned"));
    let schema = StructType::of([("id", DataType::Long), ("city", DataType::String)]);
    for i in 0..10 {
        let row = vec![Value::Long(1000 + i), text("here")];
        write(&log, &env, &frame(&schema, &[row]), &[], false);
    }
    let copy = DeltaLog::for_table(log.file_system().clone(), log.table_path().clone());
    let snapshot = copy.snapshot().unwrap();
    assert_eq!(snapshot.version(), 22);
    assert_eq!(rows(&copy, &snapshot).len(), 33);
    copy_to_disk(log.file_system().as_ref(), &disk("continued"));
}
