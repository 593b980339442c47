//! Replay against a model.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// What a step does; small numbers, so that files come and go and applications repeat.
#[derive(Debug, Clone)]
enum Step {
    Add(u8),
    Remove(u8),
    RemoveAll,
    Txn(u8),
    Property(u8),
    /// A reader that follows along looks now.
    Follow,
    /// The checkpoints are lost, or the hint alone.
    LoseCheckpoints,
    LoseHint,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..12u8).prop_map(Step::Add),
        4 => (0..12u8).prop_map(Step::Remove),
        1 => Just(Step::RemoveAll),
        2 => (0..3u8).prop_map(Step::Txn),
        1 => any::<u8>().prop_map(Step::Property),
        2 => Just(Step::Follow),
        1 => Just(Step::LoseCheckpoints),
        1 => Just(Step::LoseHint),
    ]
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    files: BTreeSet<String>,
    txns: BTreeMap<String, i64>,
    property: Option<String>,
}

fn seen(snapshot: &Snapshot) -> Model {
    Model {
        files: snapshot.files().map(|f| f.path.clone()).collect(),
        txns: snapshot
            .txns()
            .map(|t| (t.app_id.clone(), t.version))
            .collect(),
        property: snapshot.configuration().get("p").cloned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn replay_gives_the_same_table_with_checkpoints_without_and_step_by_step(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let (env, log) = (env(), new_log(&env()));
        let reader = fresh(&log);
        let fs = log.file_system().clone();
        let mut model = Model::default();
        let mut versions: Vec<Model> = Vec::new();
        let mut txn = log.transaction().unwrap();
        txn.set_metadata(metadata(&env));
        txn.commit(CommitInfo::new("CREATE TABLE"), &env).unwrap();
        versions.push(model.clone());
        for (index, step) in steps.iter().enumerate() {
            let mut txn = log.transaction().unwrap();
            let snapshot = txn.snapshot().unwrap().clone();
            // Names that have to be encoded, some written otherwise than we would.
            let name = |n: &u8| format!("p%20q=%C3%A4/f {n}.parquet").replace(' ', "%20");
            match step {
                Step::Add(n) => {
                    txn.add(file(&name(n)));
                    model.files.insert(name(n));
                }
                Step::Remove(n) => {
                    let Some(add) = snapshot.file(&name(n)) else { continue };
                    txn.remove(add, START_MS, true);
                    model.files.remove(&name(n));
                }
                Step::RemoveAll => {
                    txn.remove_all(START_MS);
                    model.files.clear();
                }
                Step::Txn(app) => {
                    txn.set_txn(format!("app{app}"), index as i64, START_MS);
                    model.txns.insert(format!("app{app}"), index as i64);
                }
                Step::Property(value) => {
                    let mut metadata = snapshot.metadata().clone();
                    metadata.configuration.insert("p".into(), value.to_string());
                    txn.set_metadata(metadata);
                    model.property = Some(value.to_string());
                }
                Step::Follow => {
                    prop_assert_eq!(&seen(&reader.snapshot().unwrap()), &model);
                    continue;
                }
                Step::LoseCheckpoints => {
                    for status in fs.list(log.log_path()).unwrap() {
                        if status.path.name().contains(".checkpoint.") {
                            fs.delete(&status.path).unwrap();
                        }
                    }
                    continue;
                }
                Step::LoseHint => {
                    fs.delete(&log.log_path().join("_last_checkpoint").unwrap()).unwrap();
                    continue;
                }
            }
            let outcome = txn.commit(CommitInfo::new("WRITE"), &env).unwrap();
            prop_assert!(outcome.checkpoint_failure.is_none());
            prop_assert_eq!(outcome.version, versions.len() as u64);
            versions.push(model.clone());
        }
        prop_assert_eq!(&seen(&reader.snapshot().unwrap()), &model);
        prop_assert_eq!(&seen(&fresh(&log).snapshot().unwrap()), &model);
        let sizes = reader.snapshot().unwrap();
        prop_assert_eq!(sizes.size_in_bytes(), 10 * sizes.num_files() as u64);
        for (version, expected) in versions.iter().enumerate() {
            let snapshot = fresh(&log).snapshot_at(version as u64).unwrap();
            prop_assert_eq!(&seen(&snapshot), expected);
        }
    }

    #[test]
    fn an_action_survives_its_json(path in ".*", size in any::<i64>(), stats in prop::option::of(".*")) {
        let add = AddFile { path, size, stats, ..file("") };
        let line = Action::Add(add.clone()).to_json().unwrap();
        prop_assert!(!line.contains('\n'));
        let Some(Action::Add(read)) = Action::from_json(line.as_bytes()).unwrap() else { panic!() };
        prop_assert_eq!(read, add);
    }
}

#[test]
fn a_remove_that_spells_its_path_otherwise_removes_the_file() {
    let (env, log) = (env(), new_log(&env()));
    append(&log, &env, "a%20b=%7B.parquet");
    let commit = r#"{"remove":{"path":"a b=%7b.parquet","dataChange":true}}"#;
    let next = log.log_path().join("00000000000000000001.json").unwrap();
    log.file_system().put(&next, commit.into()).unwrap();
    assert_eq!(log.snapshot().unwrap().num_files(), 0);
}

#[test]
fn expired_tombstones_are_not_in_a_checkpoint() {
    let (env, log) = (env(), new_log(&env()));
    append(&log, &env, "old");
    append(&log, &env, "young");
    let week = 7 * 24 * 3600 * 1000;
    for (path, deleted) in [
        ("old", START_MS - week),
        ("young", START_MS - week + 60_000),
    ] {
        let mut txn = log.transaction().unwrap();
        let add = txn.snapshot().unwrap().file(path).unwrap().clone();
        txn.remove(&add, deleted, true);
        txn.commit(CommitInfo::new("DELETE"), &env).unwrap();
    }
    for i in 0..8 {
        append(&log, &env, &format!("f{i}"));
    }
    let snapshot = fresh(&log).snapshot_at(10).unwrap();
    let tombstones: Vec<&str> = snapshot
        .state()
        .tombstones
        .values()
        .map(|r| r.path.as_str())
        .collect();
    assert_eq!(tombstones, ["young"]);
}

/// Puts the checkpoint of version 10 under other names, in place of all commits before it.
fn renamed_checkpoint(rename: impl Fn(&DeltaLog, Bytes)) -> (DeltaLog, DeltaLog) {
    let (env, log) = (env(), new_log(&env()));
    let mut txn = log.transaction().unwrap();
    let mut metadata = metadata(&env);
    metadata.configuration.insert("p".into(), "1".into());
    txn.set_metadata(metadata).set_txn("app", 3, START_MS);
    txn.commit(CommitInfo::new("CREATE TABLE"), &env).unwrap();
    for i in 0..12 {
        append(&log, &env, &format!("f{i}"));
    }
    let fs = log.file_system();
    for version in 0..10 {
        let commit = log.log_path().join(&format!("{version:020}.json")).unwrap();
        fs.delete(&commit).unwrap();
    }
    let name = |name: &str| log.log_path().join(name).unwrap();
    let checkpoint = name("00000000000000000010.checkpoint.parquet");
    let bytes = fs.read(&checkpoint).unwrap();
    fs.delete(&checkpoint).unwrap();
    fs.delete(&name("_last_checkpoint")).unwrap();
    rename(&log, bytes);
    let other = fresh(&log);
    (log, other)
}

#[test]
fn a_checkpoint_in_parts_is_read_when_all_parts_are_there() {
    let parts = |names: &'static [&str]| {
        move |log: &DeltaLog, bytes: Bytes| {
            for name in names {
                let path = log.log_path().join(name).unwrap();
                log.file_system().put(&path, bytes.clone()).unwrap();
            }
        }
    };
    // Both parts hold everything: the same actions twice are the same table.
    let (log, other) = renamed_checkpoint(parts(&[
        "00000000000000000010.checkpoint.0000000001.0000000002.parquet",
        "00000000000000000010.checkpoint.0000000002.0000000002.parquet",
    ]));
    assert_eq!(
        seen(&other.snapshot().unwrap()),
        seen(&log.snapshot().unwrap())
    );
    let (_, other) = renamed_checkpoint(parts(&[
        "00000000000000000010.checkpoint.0000000001.0000000002.parquet",
    ]));
    assert!(matches!(
        other.snapshot(),
        Err(DeltaError::TruncatedLog { .. })
    ));
}

#[test]
fn a_v2_checkpoint_with_a_sidecar_is_read() {
    let (log, other) = renamed_checkpoint(|log, bytes| {
        let put = |name: &str, bytes: Bytes| {
            let path = log.log_path().join(name).unwrap();
            log.file_system().put(&path, bytes).unwrap();
        };
        put("_sidecars/part%20one.parquet", bytes);
        let top = concat!(
            r#"{"checkpointMetadata":{"version":10}}"#,
            "\n",
            r#"{"sidecar":{"path":"part%2520one.parquet","sizeInBytes":1,"modificationTime":1}}"#,
            "\n"
        );
        let name = "00000000000000000010.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json";
        put(name, Bytes::from_static(top.as_bytes()));
    });
    assert_eq!(
        seen(&other.snapshot().unwrap()),
        seen(&log.snapshot().unwrap())
    );
}
