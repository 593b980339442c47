//! Delta tables as sources of streams: where they begin, how much a batch takes, what changes do.

use multihop::session::{Reader, Session, Statement, StreamWriter, TriggerSpec};

use crate::support::{rows, session, sql, world};

/// A table of four commits with a row each, after the one that made it.
fn numbers(session: &mut Session) {
    sql(
        session,
        "CREATE TABLE numbers (id BIGINT) TBLPROPERTIES (delta.enableChangeDataFeed = true)",
    );
    for id in 1..5 {
        sql(session, &format!("INSERT INTO numbers VALUES ({id})"));
    }
}

/// Runs a stream of `numbers` into the table `to`: the rows of each batch, or why it failed.
fn run(session: &mut Session, to: &str, options: &[(&str, &str)]) -> Result<Vec<u64>, String> {
    let mut reader = Reader::table("numbers");
    for (name, value) in options {
        reader = reader.option(name, value);
    }
    let view = format!("{to}_source");
    let writer = StreamWriter::table(to, &format!("dbfs:/check/{to}"));
    let from = view.clone();
    let statements = [
        Statement::ReadStream { reader, view },
        Statement::WriteStream {
            from,
            writer: writer.trigger(TriggerSpec::AvailableNow),
        },
    ];
    for statement in &statements {
        session.run(statement).map_err(|e| e.to_string())?;
    }
    session.process_all_available();
    let query = session.queries().last().unwrap();
    match query.error() {
        Some(error) => Err(error.to_string()),
        None => Ok(query.recent_progress().map(|p| p.num_input_rows).collect()),
    }
}

fn ids(session: &Session, table: &str) -> Vec<String> {
    rows(session, table)
        .into_iter()
        .map(|row| row[0].clone())
        .collect()
}

#[test]
fn a_stream_begins_at_the_version_or_time_that_it_is_told() {
    let (_, mut session) = session();
    numbers(&mut session);
    run(&mut session, "all", &[]).unwrap();
    assert_eq!(ids(&session, "all"), ["1", "2", "3", "4"]);
    run(&mut session, "later", &[("startingVersion", "3")]).unwrap();
    assert_eq!(ids(&session, "later"), ["3", "4"]);
    run(
        &mut session,
        "long_ago",
        &[("startingTimestamp", "2020-01-01")],
    )
    .unwrap();
    assert_eq!(ids(&session, "long_ago"), ["1", "2", "3", "4"]);
    let history = sql(
        &mut session,
        "SELECT timestamp FROM (DESCRIBE HISTORY numbers) WHERE version = 3",
    );
    let time = history[0][0].clone();
    run(&mut session, "since", &[("startingTimestamp", &time)]).unwrap();
    assert_eq!(ids(&session, "since"), ["3", "4"]);
    let error = run(
        &mut session,
        "never",
        &[("startingTimestamp", "2090-01-01")],
    )
    .unwrap_err();
    assert!(error.contains("2090-01-01"), "{error}");
    let both = [
        ("startingVersion", "1"),
        ("startingTimestamp", "2020-01-01"),
    ];
    let error = run(&mut session, "both", &both).unwrap_err();
    assert!(
        error.contains("[DELTA_UNSUPPORTED_STARTING_VERSION]") || error.contains("not both"),
        "{error}"
    );
}

#[test]
fn a_stream_from_the_latest_version_gives_what_comes_after_its_start_even_to_a_later_run() {
    let (fs, env) = world();
    let latest = [("startingVersion", "latest")];
    let mut session = Session::new(fs.clone(), env.clone());
    numbers(&mut session);
    run(&mut session, "new", &latest).unwrap();
    assert!(ids(&session, "new").is_empty());
    sql(&mut session, "INSERT INTO numbers VALUES (5)");
    let mut session = Session::new(fs, env);
    sql(&mut session, "INSERT INTO numbers VALUES (6)");
    run(&mut session, "new", &latest).unwrap();
    assert_eq!(ids(&session, "new"), ["5", "6"]);
}

#[test]
fn limits_part_the_files_into_batches() {
    let (_, mut session) = session();
    numbers(&mut session);
    let files = [("maxFilesPerTrigger", "3")];
    assert_eq!(run(&mut session, "threes", &files).unwrap(), [3, 1]);
    // A batch takes files until it has reached the size, the one that does among them.
    let bytes = [("maxBytesPerTrigger", "1b")];
    assert_eq!(run(&mut session, "ones", &bytes).unwrap(), [1, 1, 1, 1]);
    let changes = [
        ("readChangeFeed", "true"),
        ("startingVersion", "1"),
        ("maxFilesPerTrigger", "2"),
    ];
    assert_eq!(run(&mut session, "changes", &changes).unwrap(), [2, 2]);
    for table in ["threes", "ones", "changes"] {
        assert_eq!(ids(&session, table), ["1", "2", "3", "4"], "{table}");
    }
}

#[test]
fn deletes_and_updates_end_a_stream_unless_it_is_told_what_to_do() {
    let (_, mut session) = session();
    numbers(&mut session);
    sql(&mut session, "DELETE FROM numbers WHERE id = 2");
    let from_start = |more: (&'static str, &'static str)| [("startingVersion", "0"), more];
    let error = run(&mut session, "a", &[("startingVersion", "0")]).unwrap_err();
    assert!(
        error.contains("[DELTA_SOURCE_IGNORE_DELETE] Detected deleted data"),
        "{error}"
    );
    run(&mut session, "b", &from_start(("ignoreDeletes", "true"))).unwrap();
    assert_eq!(ids(&session, "b"), ["1", "2", "3", "4"]);

    // One file of two rows, so that an update has something to copy.
    sql(&mut session, "INSERT INTO numbers VALUES (7), (8)");
    sql(&mut session, "UPDATE numbers SET id = 70 WHERE id = 7");
    let error = run(&mut session, "c", &from_start(("ignoreDeletes", "true"))).unwrap_err();
    assert!(
        error.contains("[DELTA_SOURCE_TABLE_IGNORE_CHANGES] Detected a data update"),
        "{error}"
    );
    run(&mut session, "d", &from_start(("ignoreChanges", "true"))).unwrap();
    assert_eq!(
        ids(&session, "d"),
        ["1", "2", "3", "4", "7", "70", "8", "8"]
    );
    run(
        &mut session,
        "e",
        &from_start(("skipChangeCommits", "true")),
    )
    .unwrap();
    assert_eq!(ids(&session, "e"), ["1", "2", "3", "4", "7", "8"]);
    run(&mut session, "f", &[]).unwrap();
    assert_eq!(ids(&session, "f"), ["1", "3", "4", "70", "8"]);
}

#[test]
fn the_change_feed_streams_each_change_with_its_kind() {
    let (_, mut session) = session();
    numbers(&mut session);
    let options = [("readChangeFeed", "true"), ("startingVersion", "0")];
    run(&mut session, "feed", &options).unwrap();
    sql(&mut session, "UPDATE numbers SET id = 10 WHERE id = 1");
    sql(&mut session, "DELETE FROM numbers WHERE id = 2");
    run(&mut session, "feed", &options).unwrap();
    let found = sql(
        &mut session,
        "SELECT id, _change_type, _commit_version FROM feed ORDER BY 3, 1, 2",
    );
    let expected = [
        ["1", "insert", "1"],
        ["2", "insert", "2"],
        ["3", "insert", "3"],
        ["4", "insert", "4"],
        ["1", "update_preimage", "5"],
        ["10", "update_postimage", "5"],
        ["2", "delete", "6"],
    ];
    assert_eq!(found, expected);
}
