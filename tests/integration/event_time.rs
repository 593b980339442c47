//! Event time: windows, joins and duplicates of streams, and their state after a crash.

use std::sync::Arc;

use bytes::Bytes;
use multihop::session::{Ran, Reader, Session, SessionError, StreamWriter};
use multihop::sql::analyze::DataFrames;
use multihop::storage::FileSystem;

use crate::support::{after_each_crash, path, put, session, sql};

/// A file of events: `10:01 a 1, 10:04 b 2` is two rows.
fn events(fs: &dyn FileSystem, file: &str, text: &str) {
    let lines = text.split(", ").map(|row| {
        let [at, key, value]: [&str; 3] = row.split(' ').collect::<Vec<_>>().try_into().unwrap();
        format!("{{\"t\": \"2024-01-01T{at}:00Z\", \"k\": \"{key}\", \"v\": {value}}}\n")
    });
    put(fs, file, Bytes::from(lines.collect::<String>()));
}

/// The events of a folder as a stream, a file a batch, late by ten minutes at most: the view of
/// that name.
fn stream(session: &mut Session, folder: &str) -> Result<(), SessionError> {
    let mut reader =
        Reader::load("json", &format!("dbfs:/{folder}")).option("maxFilesPerTrigger", "1");
    reader.schema = Some("t TIMESTAMP, k STRING, v BIGINT".into());
    let plan = Arc::new(session.read_stream(&reader)?);
    let plan = DataFrames::new(session.state()).with_watermark(&plan, "t", "10 minutes")?;
    session.create_temp_view(folder, plan, true)
}

fn write(session: &mut Session, text: &str, table: &str) -> Result<(), SessionError> {
    let Ran::Rows(plan) = session.sql_one(text)? else {
        panic!("{text} has no rows");
    };
    let writer = StreamWriter::table(table, &format!("dbfs:/check/{table}"));
    session.write_stream(plan, &writer).map(drop)
}

const WINDOWS: &str = "SELECT w.start AS start, k, n FROM (
    SELECT window(t, '10 minutes') AS w, k, sum(v) AS n FROM events
    GROUP BY window(t, '10 minutes'), k)";

#[test]
fn a_crash_between_any_two_writes_loses_no_window_and_gives_none_twice() {
    let prepare = |fs: &dyn FileSystem| {
        events(fs, "dbfs:/events/1.json", "10:01 a 1, 10:02 b 2, 10:14 a 4");
        events(fs, "dbfs:/events/2.json", "10:05 a 8, 10:31 b 16");
        events(fs, "dbfs:/events/3.json", "10:33 b 32, 10:58 a 64");
    };
    let start = |session: &mut Session| {
        stream(session, "events")?;
        write(session, WINDOWS, "windows")
    };
    after_each_crash(prepare, start, |session, writes| {
        // A restarted query gives out what is final when data arrive.
        let fs = session.state().fs.clone();
        events(fs.as_ref(), "dbfs:/events/4.json", "12:00 a 1");
        session.process_all_available();
        let found = sql(
            session,
            "SELECT hour(start), minute(start), k, n FROM windows ORDER BY ALL",
        );
        let expected = [
            ["10", "0", "a", "9"],
            ["10", "0", "b", "2"],
            ["10", "10", "a", "4"],
            ["10", "30", "b", "48"],
            ["10", "50", "a", "64"],
        ];
        assert_eq!(found, expected, "{writes} writes");
    });
}

#[test]
fn a_crash_between_any_two_writes_loses_no_pair_and_gives_none_twice() {
    let prepare = |fs: &dyn FileSystem| {
        events(fs, "dbfs:/orders/1.json", "10:01 a 1, 10:02 b 2");
        events(fs, "dbfs:/payments/1.json", "10:03 a 10, 10:04 c 20");
        events(fs, "dbfs:/orders/2.json", "10:20 a 3, 10:21 d 4");
        events(fs, "dbfs:/payments/2.json", "10:22 d 30, 10:06 a 40");
    };
    let start = |session: &mut Session| {
        stream(session, "orders")?;
        stream(session, "payments")?;
        let text = "SELECT o.k, o.v AS o, p.v AS p FROM orders o LEFT JOIN payments p
            ON o.k = p.k AND p.t >= o.t AND p.t <= o.t + INTERVAL 5 MINUTES";
        write(session, text, "paid")
    };
    after_each_crash(prepare, start, |session, writes| {
        let fs = session.state().fs.clone();
        for (file, at) in [("3", "12:00"), ("4", "12:30")] {
            events(
                fs.as_ref(),
                &format!("dbfs:/orders/{file}.json"),
                &format!("{at} z 0"),
            );
            events(
                fs.as_ref(),
                &format!("dbfs:/payments/{file}.json"),
                &format!("{at} y 0"),
            );
            session.process_all_available();
        }
        let found = sql(session, "SELECT * FROM paid WHERE k <> 'z' ORDER BY ALL");
        let expected = [
            ["a", "1", "10"],
            ["a", "1", "40"],
            ["a", "3", "NULL"],
            ["b", "2", "NULL"],
            ["d", "4", "30"],
        ];
        assert_eq!(found, expected, "{writes} writes");
    });
}

#[test]
fn a_batch_writes_down_the_groups_that_it_touches_and_no_others() {
    let (fs, mut session) = session();
    let many: Vec<String> = (0..500).map(|i| format!("10:01 k{i} 1")).collect();
    events(fs.as_ref(), "dbfs:/events/1.json", &many.join(", "));
    stream(&mut session, "events").unwrap();
    write(&mut session, WINDOWS, "windows").unwrap();
    session.process_all_available();
    for i in 2..20 {
        events(fs.as_ref(), &format!("dbfs:/events/{i}.json"), "10:02 k7 1");
        session.process_all_available();
    }
    let sizes: Vec<(String, u64)> = fs
        .list(&path("dbfs:/check/windows/state/0/0"))
        .unwrap()
        .into_iter()
        .map(|file| (file.path.name().to_owned(), file.size))
        .collect();
    let size = |name: &str| sizes.iter().find(|(n, _)| n == name).unwrap().1;
    assert!(size("1.delta") > 3 * size("12.delta"), "{sizes:?}");
    // A second one would hold more than all changes since the first.
    let snapshots = sizes.iter().filter(|(name, _)| name.ends_with(".snapshot"));
    assert_eq!(snapshots.count(), 1, "{sizes:?}");
    let query = session.queries().last().unwrap();
    let rows: Vec<(u64, u64)> = query
        .recent_progress()
        .flat_map(|p| &p.state_operators)
        .map(|o| (o.num_rows_total, o.num_rows_updated))
        .collect();
    assert_eq!(rows.first(), Some(&(500, 500)));
    assert_eq!(rows.last(), Some(&(500, 1)));
}

/// What ended the query that was started last.
fn last_error(session: &Session) -> String {
    session
        .queries()
        .last()
        .unwrap()
        .error()
        .unwrap()
        .to_string()
}

#[test]
fn state_of_other_columns_is_refused() {
    let (fs, mut session) = session();
    events(fs.as_ref(), "dbfs:/events/1.json", "10:01 a 1");
    stream(&mut session, "events").unwrap();
    write(&mut session, WINDOWS, "windows").unwrap();
    session.process_all_available();
    session.stop_all();
    events(fs.as_ref(), "dbfs:/events/2.json", "10:02 a 1");
    let other = WINDOWS.replace("sum(v)", "CAST(avg(v) AS BIGINT)");
    write(&mut session, &other, "windows").unwrap();
    session.process_all_available();
    let error = last_error(&session);
    assert!(
        error.contains("[STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE]"),
        "{error}"
    );
}

#[test]
fn a_state_file_that_is_gone_is_named() {
    let (fs, mut session) = session();
    events(fs.as_ref(), "dbfs:/events/1.json", "10:01 a 1");
    stream(&mut session, "events").unwrap();
    write(&mut session, WINDOWS, "windows").unwrap();
    session.process_all_available();
    session.stop_all();
    let file = "dbfs:/check/windows/state/0/0/1.delta";
    fs.delete(&path(file)).unwrap();
    events(fs.as_ref(), "dbfs:/events/2.json", "10:02 a 1");
    write(&mut session, WINDOWS, "windows").unwrap();
    session.process_all_available();
    let error = last_error(&session);
    let expected = format!("Error reading delta file {file}");
    assert!(error.contains(&expected), "{error}");
}
