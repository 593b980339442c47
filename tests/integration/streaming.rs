//! Streams: Auto Loader, Delta sources, recovery.

use multihop::session::{
    ReadFrom, Reader, Session, SessionError, Statement, StreamWriter, TriggerSpec, WriteTo,
};
use multihop::storage::FileSystem;
use multihop::streaming::{QueryPhase, StreamingQuery};

use crate::support::{after_each_crash, ids, path, put, rows, session, sql, texts, world};

/// Auto Loader over `dbfs:/in`, as the view `raw`.
fn auto_loader(options: &[(&str, &str)]) -> Statement {
    let mut reader = Reader::load("cloudFiles", "dbfs:/in")
        .option("cloudFiles.format", "parquet")
        .option("cloudFiles.schemaLocation", "dbfs:/check/bronze");
    for (name, value) in options {
        reader = reader.option(name, value);
    }
    Statement::ReadStream {
        reader,
        view: "raw".into(),
    }
}

fn write(from: &str, table: &str, trigger: Option<TriggerSpec>) -> Statement {
    let mut writer = StreamWriter::table(table, &format!("dbfs:/check/{table}"));
    writer.trigger = trigger;
    Statement::WriteStream {
        from: from.into(),
        writer,
    }
}

/// A stream of the table `from` as the view `{from}_tmp`.
fn read_table(from: &str) -> Statement {
    Statement::ReadStream {
        reader: Reader::table(from),
        view: format!("{from}_tmp"),
    }
}

fn run(session: &mut Session, statements: &[Statement]) {
    for statement in statements {
        session.run(statement).unwrap();
    }
}

/// Auto Loader into `bronze`, and its rows on into `silver`.
fn two_hops(options: &[(&str, &str)]) -> [Statement; 4] {
    [
        auto_loader(options),
        write("raw", "bronze", None),
        read_table("bronze"),
        write("bronze_tmp", "silver", None),
    ]
}

fn only_query(session: &Session) -> &StreamingQuery {
    session.queries().last().unwrap()
}

fn batches(query: &StreamingQuery) -> Vec<(i64, u64)> {
    query
        .recent_progress()
        .map(|p| (p.batch_id, p.num_input_rows))
        .collect()
}

fn id_rows(range: std::ops::Range<i64>) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = range.map(|i| vec![i.to_string()]).collect();
    rows.sort();
    rows
}

/// The ids of a bronze table, which also has `_rescued_data`.
fn bronze_ids(session: &Session, table: &str) -> Vec<Vec<String>> {
    rows(session, table)
        .into_iter()
        .map(|row| vec![row[0].clone()])
        .collect()
}

#[test]
fn files_that_arrive_flow_through_two_tables() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..3));
    run(&mut session, &two_hops(&[]));
    session.process_all_available();
    assert_eq!(bronze_ids(&session, "silver"), id_rows(0..3));
    put(fs.as_ref(), "dbfs:/in/2.parquet", ids(3..5));
    session.process_all_available();
    assert_eq!(bronze_ids(&session, "silver"), id_rows(0..5));
    assert_eq!(session.active().count(), 2);
}

#[test]
fn a_file_is_ingested_once_even_if_it_is_written_again() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..3));
    run(
        &mut session,
        &[auto_loader(&[]), write("raw", "bronze", None)],
    );
    session.process_all_available();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..9));
    session.process_all_available();
    assert_eq!(bronze_ids(&session, "bronze"), id_rows(0..3));
}

#[test]
fn available_now_honours_the_rate_limit_and_then_stops() {
    let (fs, mut session) = session();
    for i in 0..5 {
        put(fs.as_ref(), &format!("dbfs:/in/{i}.parquet"), ids(i..i + 1));
    }
    run(
        &mut session,
        &[
            auto_loader(&[("cloudFiles.maxFilesPerTrigger", "2")]),
            write("raw", "bronze", Some(TriggerSpec::AvailableNow)),
        ],
    );
    session.process_all_available();
    let query = only_query(&session);
    assert_eq!(query.phase(), QueryPhase::Finished);
    assert_eq!(batches(query), [(0, 2), (1, 2), (2, 1)]);
}

#[test]
fn once_takes_everything_in_one_batch() {
    let (fs, mut session) = session();
    for i in 0..5 {
        put(fs.as_ref(), &format!("dbfs:/in/{i}.parquet"), ids(i..i + 1));
    }
    run(
        &mut session,
        &[
            auto_loader(&[("cloudFiles.maxFilesPerTrigger", "2")]),
            write("raw", "bronze", Some(TriggerSpec::Once)),
        ],
    );
    session.process_all_available();
    assert_eq!(batches(only_query(&session)), [(0, 5)]);
}

#[test]
fn a_stopped_stream_goes_on_where_it_was() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..3));
    run(
        &mut session,
        &[auto_loader(&[]), write("raw", "bronze", None)],
    );
    session.process_all_available();
    session.stop_all();
    put(fs.as_ref(), "dbfs:/in/2.parquet", ids(3..5));
    session.process_all_available();
    assert_eq!(bronze_ids(&session, "bronze"), id_rows(0..3));
    let first = only_query(&session).id().to_owned();
    run(&mut session, &[write("raw", "bronze", None)]);
    session.process_all_available();
    assert_eq!(bronze_ids(&session, "bronze"), id_rows(0..5));
    assert_eq!(only_query(&session).id(), first);
    assert_eq!(batches(only_query(&session)), [(1, 2)]);
}

#[test]
fn starting_a_checkpoint_again_stops_the_run_that_has_it() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..3));
    run(
        &mut session,
        &[auto_loader(&[]), write("raw", "bronze", None)],
    );
    session.process_all_available();
    run(&mut session, &[write("raw", "bronze", None)]);
    assert_eq!(session.active().count(), 1);
    let ids: Vec<&str> = session.queries().map(StreamingQuery::id).collect();
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn the_checkpoint_has_sparks_files() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..3));
    run(
        &mut session,
        &[auto_loader(&[]), write("raw", "bronze", None)],
    );
    session.process_all_available();
    let text = |file: &str| {
        let bytes = fs
            .read(&path(&format!("dbfs:/check/bronze/{file}")))
            .unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    let id = only_query(&session).id().to_owned();
    assert_eq!(text("metadata"), format!("{{\"id\":\"{id}\"}}"));
    assert_eq!(text("commits/0"), "v1\n{\"nextBatchWatermarkMs\":0}");
    let offsets = text("offsets/0");
    let lines: Vec<&str> = offsets.lines().collect();
    assert_eq!(lines[0], "v1");
    assert!(lines[1].starts_with("{\"batchWatermarkMs\":0,\"batchTimestampMs\":17672256"));
    assert!(lines[2].starts_with("{\"seqNum\":1,"));
    assert!(text("sources/0/0").starts_with("v1\n{\"path\":\"dbfs:/in/1.parquet\""));
    assert!(text("_schemas/0").contains("dataSchemaJson"));
}

#[test]
fn a_crash_between_any_two_writes_loses_no_row_and_doubles_none() {
    let prepare = |fs: &dyn FileSystem| {
        put(fs, "dbfs:/in/1.parquet", ids(0..3));
        put(fs, "dbfs:/in/2.parquet", ids(3..5));
    };
    let hops = |session: &mut Session| {
        let statements = two_hops(&[("cloudFiles.maxFilesPerTrigger", "1")]);
        statements.iter().try_for_each(|s| session.run(s).map(drop))
    };
    after_each_crash(prepare, hops, |session, writes| {
        for table in ["bronze", "silver"] {
            assert_eq!(bronze_ids(session, table), id_rows(0..5), "{writes} writes");
        }
    });
}

#[test]
fn a_crash_between_any_two_writes_leaves_no_file_that_is_read_twice() {
    let prepare = |fs: &dyn FileSystem| {
        put(fs, "dbfs:/in/1.parquet", ids(0..3));
        put(fs, "dbfs:/in/2.parquet", ids(3..5));
    };
    let read = |path: &str| {
        let mut reader = Reader::load("parquet", path).option("maxFilesPerTrigger", "1");
        reader.schema = Some("id BIGINT".into());
        reader
    };
    let write_files = |from: &str, to: &str| Statement::WriteStream {
        from: from.into(),
        writer: StreamWriter {
            format: Some("parquet".into()),
            to: WriteTo::Path(format!("dbfs:/{to}")),
            ..StreamWriter::table("", &format!("dbfs:/check/{to}"))
        },
    };
    // The second stream reads what the first one writes, while it does.
    let hops = |session: &mut Session| -> Result<(), SessionError> {
        for (from, to) in [("in", "out"), ("out", "further")] {
            session.state().fs.mkdirs(&path(&format!("dbfs:/{from}")))?;
            let reader = read(&format!("dbfs:/{from}"));
            let view = from.to_owned();
            session.run(&Statement::ReadStream { reader, view })?;
            session.run(&write_files(from, to))?;
        }
        Ok(())
    };
    after_each_crash(prepare, hops, |session, writes| {
        for folder in ["out", "further"] {
            let plan = session.read(&read(&format!("dbfs:/{folder}"))).unwrap();
            let mut rows = texts(&session.collect(&plan, None).unwrap());
            rows.sort();
            assert_eq!(rows, id_rows(0..5), "{folder} after {writes} writes");
        }
    });
}

#[test]
fn every_tenth_batch_of_files_has_a_log_of_all() {
    let (fs, mut session) = session();
    let mut reader = Reader::load("parquet", "dbfs:/in");
    reader.schema = Some("id BIGINT".into());
    let writer = StreamWriter {
        format: Some("parquet".into()),
        to: WriteTo::Path("dbfs:/out".into()),
        ..StreamWriter::table("", "dbfs:/check/out")
    };
    for i in 0..12 {
        put(fs.as_ref(), &format!("dbfs:/in/{i}.parquet"), ids(i..i + 1));
        if i == 0 {
            let reader = reader.clone();
            let (view, from) = ("raw".to_owned(), "raw".to_owned());
            let writer = writer.clone();
            let statements = [
                Statement::ReadStream { reader, view },
                Statement::WriteStream { from, writer },
            ];
            run(&mut session, &statements);
        }
        session.process_all_available();
    }
    let log = fs.list(&path("dbfs:/out/_spark_metadata")).unwrap();
    let names: Vec<&str> = log.iter().map(|f| f.path.name()).collect();
    assert!(
        names.contains(&"9.compact") && names.contains(&"11"),
        "{names:?}"
    );
    assert!(!names.contains(&"9"), "{names:?}");
    let compact = fs
        .read(&path("dbfs:/out/_spark_metadata/9.compact"))
        .unwrap();
    let compact = String::from_utf8(compact.to_vec()).unwrap();
    assert_eq!(compact.lines().count(), 11, "{compact}");
    let first = compact.lines().nth(1).unwrap();
    assert!(
        first.starts_with("{\"path\":\"dbfs:/out/part-00000-"),
        "{first}"
    );
    assert!(
        first.ends_with("\"blockReplication\":1,\"blockSize\":33554432,\"action\":\"add\"}"),
        "{first}"
    );
    let plan = session.read(&Reader::load("parquet", "dbfs:/out")).unwrap();
    assert_eq!(session.collect(&plan, None).unwrap().height(), 12);
}

#[test]
fn a_rate_stream_gives_each_number_once_also_after_a_restart() {
    let (fs, env) = world();
    let start = |session: &mut Session| {
        let statements = [
            Statement::ReadStream {
                reader: Reader {
                    from: ReadFrom::Paths(Vec::new()),
                    ..Reader::load("rate", "").option("rowsPerSecond", "10")
                },
                view: "ticks".into(),
            },
            write("ticks", "numbers", None),
        ];
        run(session, &statements);
    };
    let mut last = 0;
    for _ in 0..3 {
        let mut session = Session::new(fs.clone(), env.clone());
        start(&mut session);
        // Each reading of the clock moves it by a millisecond.
        for _ in 0..20_000 {
            session.step();
        }
        let found = sql(
            &mut session,
            "SELECT count(*), count(DISTINCT value), max(value) + 1, count(DISTINCT timestamp) FROM numbers",
        );
        let [count, rest @ ..] = found[0].as_slice() else {
            panic!()
        };
        assert!(rest.iter().all(|n| n == count), "{found:?}");
        let count: i64 = count.parse().unwrap();
        assert!(count >= last + 100, "{count} rows after {last}");
        assert_eq!(count % 10, 0);
        last = count;
    }
}

#[test]
fn a_broken_file_stops_its_own_stream_and_no_other() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..3));
    run(&mut session, &two_hops(&[]));
    session.process_all_available();
    put(fs.as_ref(), "dbfs:/in/2.parquet", ids(0..3).slice(0..40));
    session.process_all_available();
    let failed = session.queries().find(|q| q.error().is_some()).unwrap();
    let message = failed.error().unwrap().to_string();
    assert!(
        message.starts_with("[STREAM_FAILED] Query [id = "),
        "{message}"
    );
    assert!(message.contains("dbfs:/in/2.parquet"), "{message}");
    assert_eq!(session.active().count(), 1);
    assert_eq!(bronze_ids(&session, "bronze"), id_rows(0..3));
}

#[test]
fn a_new_column_ends_the_stream_once_and_the_restarted_one_has_it() {
    use crate::support::{frame, parquet};
    use multihop::types::{DataType, Value};
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..1));
    let merging = |session: &mut Session| {
        let mut writer = StreamWriter::table("bronze", "dbfs:/check/bronze");
        writer.options.push(("mergeSchema".into(), "true".into()));
        let statement = Statement::WriteStream {
            from: "raw".into(),
            writer,
        };
        run(session, &[auto_loader(&[]), statement]);
        session.process_all_available();
    };
    merging(&mut session);
    let wider = frame(&[
        ("id", DataType::Long, vec![Value::Long(1)]),
        (
            "channel",
            DataType::String,
            vec![Value::String("web".into())],
        ),
    ]);
    put(fs.as_ref(), "dbfs:/in/2.parquet", parquet(&wider));
    session.process_all_available();
    let message = only_query(&session).error().unwrap().to_string();
    assert!(
        message.contains("[UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE] Encountered unknown fields during parsing: [channel], which can be fixed by an automatic retry: true"),
        "{message}"
    );
    merging(&mut session);
    assert!(only_query(&session).error().is_none());
    let plan = session.table("bronze").unwrap();
    assert_eq!(plan.schema().names(), ["id", "_rescued_data", "channel"]);
    assert_eq!(rows(&session, "bronze").len(), 2);
}

#[test]
fn an_empty_table_gives_its_stream_no_batch() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..3));
    run(
        &mut session,
        &[
            auto_loader(&[]),
            write("raw", "bronze", None),
            read_table("bronze"),
        ],
    );
    // The bronze table exists, and nothing is in it yet.
    run(&mut session, &[write("bronze_tmp", "silver", None)]);
    session.process_all_available();
    assert_eq!(batches(only_query(&session)), [(0, 3)]);
}

#[test]
fn a_stream_below_an_overwritten_table_fails_and_says_why() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/in/1.parquet", ids(0..3));
    let counts = "CREATE OR REPLACE TEMP VIEW counts AS
        SELECT id % 2 AS odd, count(*) AS n FROM bronze_tmp GROUP BY id % 2";
    let gold = || Statement::WriteStream {
        from: "counts".into(),
        writer: StreamWriter::table("gold", "dbfs:/check/gold")
            .output_mode("complete")
            .trigger(TriggerSpec::AvailableNow),
    };
    run(
        &mut session,
        &[
            auto_loader(&[]),
            write("raw", "bronze", None),
            read_table("bronze"),
        ],
    );
    session.process_all_available();
    run(&mut session, &[Statement::Sql(counts.into()), gold()]);
    session.process_all_available();
    assert_eq!(
        sql(&mut session, "SELECT odd, n FROM gold ORDER BY odd"),
        [["0", "2"], ["1", "1"]]
    );
    run(
        &mut session,
        &[read_table("gold"), write("gold_tmp", "below", None)],
    );
    session.process_all_available();
    assert_eq!(rows(&session, "below").len(), 2);

    put(fs.as_ref(), "dbfs:/in/2.parquet", ids(3..4));
    session.process_all_available();
    run(&mut session, &[gold()]);
    session.process_all_available();
    assert_eq!(
        sql(&mut session, "SELECT odd, n FROM gold ORDER BY odd"),
        [["0", "2"], ["1", "2"]]
    );
    let failed = session.queries().find(|q| q.error().is_some()).unwrap();
    let message = failed.error().unwrap().to_string();
    assert!(
        message.contains("[DELTA_SOURCE_TABLE_IGNORE_CHANGES] Detected a data update (for example STREAMING UPDATE (Map(outputMode -> Complete, queryId -> "),
        "{message}"
    );
    assert_eq!(rows(&session, "below").len(), 2, "what was committed stays");
}
