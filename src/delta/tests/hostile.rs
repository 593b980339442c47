//! Logs that nobody should have written.

use proptest::prelude::*;

use super::*;

fn log_with(files: &[(&str, &str)]) -> DeltaLog {
    let log = new_log(&env());
    for (name, text) in files {
        let path = log.log_path().join(name).unwrap();
        let bytes = bytes::Bytes::copy_from_slice(text.as_bytes());
        log.file_system().put(&path, bytes).unwrap();
    }
    log
}

const CREATE: &str = concat!(
    r#"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#,
    "\n",
    r#"{"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}}"#,
);

fn v(version: u64) -> String {
    format!("{version:020}.json")
}

#[test]
fn garbage_in_a_commit_is_an_error_that_names_file_and_line() {
    for garbage in [
        "}{",
        "[]",
        "\"add\"",
        r#"{"add":{"path":7}}"#,
        r#"{"add":{}}"#,
        "\u{0}",
    ] {
        let log = log_with(&[(&v(0), &format!("{CREATE}\n{garbage}\n"))]);
        let error = log.snapshot().unwrap_err().to_string();
        assert!(
            error.contains("Line 3 of dbfs:/t/_delta_log/00000000000000000000.json"),
            "{error}"
        );
    }
}

#[test]
fn a_gap_in_the_versions_is_an_error_that_names_it() {
    let log = log_with(&[(&v(0), CREATE), (&v(1), ""), (&v(4), "")]);
    let error = log.snapshot().unwrap_err();
    assert!(matches!(error, DeltaError::VersionsNotContiguous { .. }));
    assert!(
        error
            .to_string()
            .contains("Versions (1, 4) are not contiguous."),
        "{error}"
    );
    assert_eq!(log.snapshot_at(1).unwrap().version(), 1);
}

#[test]
fn a_log_that_lost_its_beginning_says_so() {
    let log = log_with(&[(&v(3), "")]);
    assert!(matches!(
        log.snapshot(),
        Err(DeltaError::TruncatedLog { version: 3, .. })
    ));
}

#[test]
fn a_log_without_protocol_or_metadata_says_which_is_missing() {
    let log = log_with(&[(&v(0), "")]);
    let error = log.snapshot().unwrap_err().to_string();
    assert!(
        error.contains("The protocol of your Delta table"),
        "{error}"
    );
}

#[test]
fn huge_numbers_and_deep_nesting_are_errors_not_crashes() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let schema = format!(
        "{{\"type\":\"array\",\"elementType\":{}\"long\"{}",
        "{\"type\":\"array\",\"elementType\":".repeat(5_000),
        "}".repeat(5_001)
    );
    let metadata = serde_json::json!({"metaData": {"id": "i", "schemaString": schema}}).to_string();
    for line in [
        &format!(r#"{{"add":{deep}}}"#),
        r#"{"add":{"path":"a","size":99999999999999999999999,"modificationTime":0,"dataChange":true}}"#,
        r#"{"txn":{"appId":"a","version":1e400}}"#,
        r#"{"protocol":{"minReaderVersion":99999999999,"minWriterVersion":2}}"#,
        &metadata,
    ] {
        let log = log_with(&[(&v(0), CREATE), (&v(1), line)]);
        assert!(log.snapshot().is_err(), "{}", &line[..60]);
    }
    let log = log_with(&[
        (&v(0), CREATE),
        (
            &v(1),
            &format!(
                "{}\n{}",
                add(i64::MAX),
                add(i64::MIN).replace("\"a\"", "\"b\"")
            ),
        ),
        (&v(2), &add(i64::MAX).replace("\"a\"", "\"c\"")),
        (&v(3), &add(i64::MAX).replace("\"a\"", "\"d\"")),
    ]);
    assert_eq!(log.snapshot().unwrap().size_in_bytes(), u64::MAX);
}

fn add(size: i64) -> String {
    format!(r#"{{"add":{{"path":"a","size":{size},"modificationTime":{size},"dataChange":true}}}}"#)
}

#[test]
fn files_that_do_not_belong_to_the_log_are_not_read() {
    let log = log_with(&[
        (&v(0), CREATE),
        ("00000000000000000001.json.tmp", "}"),
        ("00000000000000000001.crc", "}"),
        ("1.json", "}"),
        ("99999999999999999999.json", "}"),
        (
            "00000000000000000000.00000000000000000009.compacted.json",
            "}",
        ),
        (
            "00000000000000000009.checkpoint.0000000001.0000000002.parquet",
            "}",
        ),
        (
            "00000000000000000009.checkpoint.0000000003.0000000002.parquet",
            "}",
        ),
    ]);
    assert_eq!(log.snapshot().unwrap().version(), 0);
}

#[test]
fn unknown_actions_and_fields_are_ignored() {
    let log = log_with(&[(
        &v(0),
        &format!(
            "{CREATE}\n\n{{\"newAction\":{{\"x\":1}}}}\n{{\"add\":{{\"path\":\"a\",\"size\":1,\"modificationTime\":0,\"dataChange\":true,\"newField\":[1]}}}}\r\n{{}}\n"
        ),
    )]);
    assert_eq!(log.snapshot().unwrap().num_files(), 1);
}

#[test]
fn a_broken_hint_or_checkpoint_does_not_lose_the_table() {
    for hint in [
        "",
        "}",
        r#"{"version":-1}"#,
        r#"{"version":7,"size":1}"#,
        r#"{"version":18446744073709551615}"#,
    ] {
        let (env, log) = (env(), new_log(&env()));
        for i in 0..12 {
            append(&log, &env, &format!("f{i}"));
        }
        let put = |name: &str, text: &str| {
            let path = log.log_path().join(name).unwrap();
            let bytes = bytes::Bytes::copy_from_slice(text.as_bytes());
            log.file_system().put(&path, bytes).unwrap();
        };
        put("_last_checkpoint", hint);
        assert_eq!(fresh(&log).snapshot().unwrap().num_files(), 12, "{hint}");
        put("00000000000000000010.checkpoint.parquet", "PAR1 not really");
        assert_eq!(fresh(&log).snapshot().unwrap().num_files(), 12, "{hint}");
        put("_last_checkpoint", r#"{"version":10,"size":1}"#);
        assert_eq!(fresh(&log).snapshot().unwrap().num_files(), 12, "{hint}");
    }
}

#[test]
fn a_table_is_read_from_its_checkpoint_when_older_commits_are_gone() {
    let (env, log) = (env(), new_log(&env()));
    for i in 0..12 {
        append(&log, &env, &format!("f{i}"));
    }
    for version in 0..10 {
        log.file_system()
            .delete(&log.log_path().join(&v(version)).unwrap())
            .unwrap();
    }
    let log = fresh(&log);
    assert_eq!(log.snapshot().unwrap().num_files(), 12);
    assert_eq!(log.earliest_version().unwrap(), Some(10));
    assert_eq!(
        log.snapshot_at(4).unwrap_err().to_string(),
        "Cannot time travel Delta table to version 4. Available versions: [10, 11]."
    );
    let checkpoint = log
        .log_path()
        .join("00000000000000000010.checkpoint.parquet")
        .unwrap();
    log.file_system().put(&checkpoint, "broken".into()).unwrap();
    let error = fresh(&log).snapshot().unwrap_err();
    assert!(
        matches!(error, DeltaError::InvalidCheckpoint { .. }),
        "{error}"
    );
}

#[test]
fn features_that_we_lack_are_named() {
    let protocol = |reader: &str| {
        format!(
            r#"{{"protocol":{{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[{reader}],"writerFeatures":[{reader},"rowTracking"]}}}}"#
        )
    };
    let log = log_with(&[(
        &v(0),
        &format!(
            "{CREATE}\n{}",
            protocol("\"columnMapping\",\"typeWidening\"")
        ),
    )]);
    assert_eq!(
        log.snapshot().unwrap_err().to_string(),
        "[DELTA_UNSUPPORTED_FEATURES_FOR_READ] Unable to read this table because it requires reader table feature(s) that are unsupported by this version of Delta Lake: typeWidening."
    );
    let log = log_with(&[(
        &v(0),
        &format!("{CREATE}\n{}", protocol("\"deletionVectors\"")),
    )]);
    let mut txn = log.transaction().unwrap();
    txn.add(file("a"));
    let error = txn.commit(CommitInfo::new("WRITE"), &env()).unwrap_err();
    assert!(
        error.to_string().ends_with("Delta Lake: rowTracking."),
        "{error}"
    );
    let log = log_with(&[(
        &v(0),
        &CREATE.replace("\"minReaderVersion\":1", "\"minReaderVersion\":4"),
    )]);
    assert!(matches!(
        log.snapshot(),
        Err(DeltaError::InvalidProtocolVersion { .. })
    ));
}

#[test]
fn a_file_path_that_leaves_the_table_is_refused() {
    for bad in [
        "../../etc/passwd",
        "%2e%2e/x",
        "s3://bucket/x",
        "file:/etc/passwd",
        "a%00b",
        "dbfs:/../x",
    ] {
        let line = format!(
            r#"{{"add":{{"path":"{bad}","size":1,"modificationTime":0,"dataChange":true}}}}"#
        );
        let log = log_with(&[(&v(0), CREATE), (&v(1), &line)]);
        let snapshot = log.snapshot().unwrap();
        let scan = TableScan::new(log.file_system().clone(), &snapshot, None).unwrap();
        let file = snapshot.files().next().unwrap();
        let error = scan.path_of(file).unwrap_err();
        assert!(
            matches!(error, DeltaError::InvalidFilePath { .. }),
            "{bad}: {error}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_checkpoint_never_panics(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (env, log) = (env(), new_log(&env()));
        for i in 0..11 {
            append(&log, &env, &format!("f{i}"));
        }
        let path = log.log_path().join("00000000000000000010.checkpoint.parquet").unwrap();
        let mut bytes = log.file_system().read(&path).unwrap().to_vec();
        for (at, byte) in &damage {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        log.file_system().put(&path, bytes.into()).unwrap();
        let _ = fresh(&log).snapshot();
    }

    #[test]
    fn a_damaged_commit_never_panics(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let (env, log) = (env(), new_log(&env()));
        append(&log, &env, "a");
        let path = log.log_path().join(&v(0)).unwrap();
        let mut bytes = log.file_system().read(&path).unwrap().to_vec();
        for (at, byte) in &damage {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        log.file_system().put(&path, bytes.into()).unwrap();
        if let Ok(snapshot) = fresh(&log).snapshot()
            && let Ok(scan) = TableScan::new(log.file_system().clone(), &snapshot, None)
        {
            prop_assert!(snapshot.files().all(|f| scan.read(f).is_err()), "no such file");
        }
    }
}
