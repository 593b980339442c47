//! Two writers at once.

use super::*;

/// Commits `second` after `first` was faster, both begun on a table with the file `a`.
fn race(
    first: impl Fn(&mut Transaction),
    second: impl Fn(&mut Transaction),
) -> Result<u64, DeltaError> {
    let (env, log) = (env(), new_log(&env()));
    append(&log, &env, "a");
    let mut slow = fresh(&log).transaction().unwrap();
    second(&mut slow);
    let mut fast = log.transaction().unwrap();
    first(&mut fast);
    fast.commit(CommitInfo::new("WRITE"), &env).unwrap();
    let outcome = slow.commit(CommitInfo::new("WRITE"), &env)?;
    // Whatever it came to, the log must be readable by another client.
    fresh(&log).snapshot().unwrap();
    Ok(outcome.version)
}

fn add(path: &'static str) -> impl Fn(&mut Transaction) {
    move |txn| {
        txn.add(file(path));
    }
}

fn overwrite(txn: &mut Transaction) {
    txn.remove_all(START_MS).add(file("new"));
}

#[test]
fn two_appends_both_land() {
    assert_eq!(race(add("b"), add("c")).unwrap(), 2);
}

#[test]
fn an_append_lands_after_an_overwrite() {
    assert_eq!(race(overwrite, add("c")).unwrap(), 2);
}

#[test]
fn an_overwrite_fails_if_files_were_added_meanwhile() {
    let error = race(add("b"), overwrite).unwrap_err();
    assert!(
        matches!(error, DeltaError::ConcurrentAppend { .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("\"operation\":\"WRITE\""),
        "{error}"
    );
}

#[test]
fn a_writer_that_read_the_table_fails_if_files_were_removed_meanwhile() {
    let removed = |txn: &mut Transaction| {
        txn.remove_all(START_MS);
    };
    let error = race(removed, |txn| {
        txn.set_reads_table().add(file("c"));
    })
    .unwrap_err();
    assert!(
        matches!(error, DeltaError::ConcurrentDeleteRead { .. }),
        "{error}"
    );
    let error = race(removed, removed).unwrap_err();
    assert!(
        matches!(error, DeltaError::ConcurrentDeleteDelete { .. }),
        "{error}"
    );
}

#[test]
fn a_rearrangement_does_not_mind_new_files() {
    let optimize = |txn: &mut Transaction| {
        let old = txn.snapshot().unwrap().file("a").unwrap().clone();
        let new = AddFile {
            data_change: false,
            ..file("compacted")
        };
        txn.remove(&old, START_MS, false).add(new);
    };
    assert_eq!(race(add("b"), optimize).unwrap(), 2);
    let error = race(overwrite, optimize).unwrap_err();
    assert!(
        matches!(error, DeltaError::ConcurrentDeleteDelete { .. }),
        "{error}"
    );
}

#[test]
fn a_changed_schema_stops_every_other_writer() {
    let change = |txn: &mut Transaction| {
        let mut metadata = txn.snapshot().unwrap().metadata().clone();
        metadata.configuration.insert("p".into(), "1".into());
        txn.set_metadata(metadata);
    };
    let error = race(change, add("c")).unwrap_err();
    assert!(
        matches!(error, DeltaError::MetadataChanged { .. }),
        "{error}"
    );
}

#[test]
fn one_streaming_query_twice_on_one_table_is_found_out() {
    let batch = |txn: &mut Transaction| {
        txn.set_txn("query", 5, START_MS).add(file("b"));
    };
    let error = race(batch, batch).unwrap_err();
    assert!(
        matches!(error, DeltaError::ConcurrentTransaction { .. }),
        "{error}"
    );
}

#[test]
fn of_two_writers_that_create_the_table_one_fails() {
    let (env, log) = (env(), new_log(&env()));
    let mut transactions = [
        log.transaction().unwrap(),
        fresh(&log).transaction().unwrap(),
    ];
    for txn in &mut transactions {
        txn.set_metadata(metadata(&env));
    }
    let [first, second] = transactions;
    first.commit(CommitInfo::new("CREATE TABLE"), &env).unwrap();
    let error = second
        .commit(CommitInfo::new("CREATE TABLE"), &env)
        .unwrap_err();
    assert!(
        matches!(error, DeltaError::ProtocolChanged { .. }),
        "{error}"
    );
    assert_eq!(log.latest_version().unwrap(), Some(0));
}

#[test]
fn an_append_only_table_keeps_its_rows() {
    let (env, log) = (env(), new_log(&env()));
    let mut txn = log.transaction().unwrap();
    let mut metadata = metadata(&env);
    metadata
        .configuration
        .insert("delta.appendOnly".into(), "true".into());
    txn.set_metadata(metadata).add(file("a"));
    txn.commit(CommitInfo::new("CREATE TABLE"), &env).unwrap();
    let mut txn = log.transaction().unwrap();
    txn.remove_all(START_MS);
    let error = txn.commit(CommitInfo::new("DELETE"), &env).unwrap_err();
    assert!(matches!(error, DeltaError::AppendOnly { .. }), "{error}");
}

#[test]
fn an_append_does_not_go_to_a_table_that_was_upgraded_beyond_it() {
    let upgrade = |txn: &mut Transaction| {
        let mut protocol = txn.snapshot().unwrap().protocol().clone();
        protocol.min_writer_version = 6;
        txn.set_protocol(protocol);
    };
    assert_eq!(race(upgrade, add("b")).unwrap(), 2);

    let (env, log) = (env(), new_log(&env()));
    append(&log, &env, "a");
    let mut txn = log.transaction().unwrap();
    txn.add(file("b"));
    let next = log.log_path().join("00000000000000000001.json").unwrap();
    let line = r#"{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["rowTracking"]}}"#;
    log.file_system().put(&next, line.into()).unwrap();
    let error = txn.commit(CommitInfo::new("WRITE"), &env).unwrap_err();
    assert!(
        matches!(error, DeltaError::UnsupportedFeaturesForWrite { .. }),
        "{error}"
    );
    assert_eq!(log.latest_version().unwrap(), Some(1));
}

/// All files of the tests have one time, as if the clock stood still.
#[test]
fn files_are_in_the_order_of_their_commits_whatever_their_names_and_the_clock() {
    let (env, log) = (env(), new_log(&env()));
    for name in ["c", "a", "b"] {
        append(&log, &env, name);
    }
    let mut slow = fresh(&log).transaction().unwrap();
    slow.add(file("0-late")).add(file("0-last"));
    append(&log, &env, "z-early");
    slow.commit(CommitInfo::new("WRITE"), &env).unwrap();

    let snapshot = fresh(&log).snapshot().unwrap();
    let names: Vec<&str> = snapshot.files().map(|f| f.path.as_str()).collect();
    assert_eq!(names, ["c", "a", "b", "z-early", "0-late", "0-last"]);
    let times: Vec<i64> = snapshot.files().map(|f| f.modification_time).collect();
    assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
}
