//! `df.write`: formats, modes, options, and what each refuses. Spark's texts and names are those
//! that PySpark 4.0.1 gave.

use std::sync::Arc;

use multihop::session::{Reader, SaveMode, Session, SessionError, WriteTo, Writer};
use multihop::sql::plan::Plan;
use multihop::storage::FileSystem;

use crate::support::{path, rows, session, sql, texts};

fn query(session: &mut Session, text: &str) -> Arc<Plan> {
    match session.sql(text).unwrap().pop() {
        Some(multihop::session::Ran::Rows(plan)) => plan,
        other => panic!("{other:?}"),
    }
}

fn three(session: &mut Session) -> Arc<Plan> {
    query(session, "SELECT id, CAST(id AS STRING) s FROM range(3)")
}

fn to_path(mode: SaveMode, path: &str) -> Writer {
    Writer::new(mode, WriteTo::Path(path.into()))
}

fn to_table(mode: SaveMode, name: &str) -> Writer {
    Writer::new(mode, WriteTo::Table(name.into()))
}

fn refusal(result: Result<(), SessionError>) -> String {
    result.unwrap_err().to_string()
}

fn names(fs: &dyn FileSystem, dir: &str) -> Vec<String> {
    fs.list_recursive(&path(dir))
        .unwrap()
        .into_iter()
        .map(|f| f.path.relative_to(&path(dir)).unwrap().to_owned())
        .collect()
}

fn read(session: &Session, format: &str, path: &str) -> Vec<Vec<String>> {
    let reader = Reader::load(format, path).option("header", "true");
    let plan = session.read(&reader).unwrap();
    let mut rows = texts(&session.collect(&plan, None).unwrap());
    rows.sort();
    rows
}

/// The commits' infos, newest first.
fn history(session: &Session, table: &str) -> Vec<multihop::delta::CommitInfo> {
    let log = session.state().deltas.open(&path(table));
    let entries = log.history(None).unwrap();
    entries.into_iter().map(|e| e.commit_info).collect()
}

#[test]
fn files_of_every_format_are_written_under_sparks_names_and_read_back() {
    let (fs, mut session) = session();
    let plan = three(&mut session);
    let strings = query(
        &mut session,
        "SELECT CAST(id AS STRING) value FROM range(3)",
    );
    for (format, extension) in [
        ("parquet", ".snappy.parquet"),
        ("json", ".json"),
        ("csv", ".csv"),
        ("text", ".txt"),
    ] {
        let plan = if format == "text" { &strings } else { &plan };
        let dir = format!("dbfs:/out/{format}");
        let writer = to_path(SaveMode::ErrorIfExists, &dir)
            .format(format)
            .option("header", "true");
        session.write(plan.clone(), &writer).unwrap();
        let names = names(fs.as_ref(), &dir);
        assert_eq!(names.len(), 2);
        assert_eq!(names[0], "_SUCCESS");
        assert!(names[1].starts_with("part-00000-"), "{names:?}");
        assert!(
            names[1].ends_with(&format!("-c000{extension}")),
            "{names:?}"
        );
        let rows = read(&session, format, &dir);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1][0], "1");
        assert_eq!(
            refusal(session.write(plan.clone(), &writer)),
            format!(
                "[PATH_ALREADY_EXISTS] Path {dir} already exists. Set mode as \"overwrite\" to overwrite the existing path. SQLSTATE: 42K04"
            )
        );
    }
}

#[test]
fn append_adds_files_overwrite_replaces_them_and_ignore_leaves_them() {
    let (fs, mut session) = session();
    let plan = three(&mut session);
    let write = |session: &mut Session, mode| {
        let writer = to_path(mode, "dbfs:/out/j").format("json");
        session.write(plan.clone(), &writer).unwrap();
        read(session, "json", "dbfs:/out/j").len()
    };
    assert_eq!(write(&mut session, SaveMode::Append), 3);
    assert_eq!(write(&mut session, SaveMode::Append), 6);
    assert_eq!(write(&mut session, SaveMode::Ignore), 6);
    assert_eq!(write(&mut session, SaveMode::Overwrite), 3);
    assert_eq!(names(fs.as_ref(), "dbfs:/out/j").len(), 2);
}

#[test]
fn partitioned_files_have_a_directory_a_value_and_dynamic_overwrite_keeps_the_others() {
    let (fs, mut session) = session();
    let plan = query(
        &mut session,
        "SELECT * FROM VALUES (1, 'a'), (2, 'b'), (3, NULL) AS t(id, p)",
    );
    let writer = to_path(SaveMode::ErrorIfExists, "dbfs:/out/p")
        .format("parquet")
        .partition_by(&["p"]);
    session.write(plan, &writer).unwrap();
    let found = names(fs.as_ref(), "dbfs:/out/p");
    let dirs: Vec<&str> = found.iter().map(|n| n.split('/').next().unwrap()).collect();
    assert_eq!(
        dirs,
        ["_SUCCESS", "p=__HIVE_DEFAULT_PARTITION__", "p=a", "p=b"]
    );
    assert!(found[2].ends_with(".c000.snappy.parquet"), "{found:?}");

    let plan = query(&mut session, "SELECT 9 AS id, 'a' AS p");
    let writer = to_path(SaveMode::Overwrite, "dbfs:/out/p")
        .format("parquet")
        .option("partitionOverwriteMode", "dynamic")
        .partition_by(&["p"]);
    session.write(plan, &writer).unwrap();
    assert_eq!(
        read(&session, "parquet", "dbfs:/out/p"),
        [["2", "b"], ["3", "NULL"], ["9", "a"]]
    );
}

#[test]
fn what_a_format_cannot_hold_is_refused_in_sparks_words() {
    let (_, mut session) = session();
    let plan = three(&mut session);
    let text = to_path(SaveMode::ErrorIfExists, "dbfs:/out/t").format("text");
    assert_eq!(
        refusal(session.write(plan.clone(), &text)),
        "[UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE] The Text datasource doesn't support the column `id` of the type \"BIGINT\". SQLSTATE: 0A000"
    );
    let all = to_path(SaveMode::ErrorIfExists, "dbfs:/out/t").format("parquet");
    assert_eq!(
        refusal(session.write(plan.clone(), &all.clone().partition_by(&["id", "s"]))),
        "[ALL_PARTITION_COLUMNS_NOT_ALLOWED] Cannot use all columns for partition columns. SQLSTATE: KD005"
    );
    assert_eq!(
        refusal(session.write(plan.clone(), &all.clone().partition_by(&["zz"]))),
        "Partition column `zz` not found in schema struct<id:bigint,s:string>."
    );
    let twice = query(&mut session, "SELECT 1 AS id, 2 AS ID");
    assert_eq!(
        refusal(session.write(twice, &all)),
        "[COLUMN_ALREADY_EXISTS] The column `id` already exists. Choose another name or rename the existing column. SQLSTATE: 42711"
    );
    assert_eq!(
        refusal(session.write(plan.clone(), &all.format("bogus"))),
        "[DATA_SOURCE_NOT_FOUND] Failed to find the data source: bogus. Make sure the provider name is correct and the package is properly registered and compatible with your Spark version. SQLSTATE: 42K02"
    );
    let nowhere = Writer::new(SaveMode::ErrorIfExists, WriteTo::Nowhere).format("parquet");
    assert_eq!(
        refusal(session.write(plan, &nowhere)),
        "Expected exactly one path to be specified, but got: ."
    );
    assert_eq!(
        SaveMode::parse("bogus").unwrap_err().to_string(),
        "[INVALID_SAVE_MODE] The specified save mode \"bogus\" is invalid. Valid save modes include \"append\", \"overwrite\", \"ignore\", \"error\", \"errorifexists\", and \"default\". SQLSTATE: 42000"
    );
}

#[test]
fn a_delta_path_is_created_appended_to_and_overwritten() {
    let (_, mut session) = session();
    let plan = three(&mut session);
    let write =
        |session: &mut Session, mode| session.write(plan.clone(), &to_path(mode, "dbfs:/d"));
    write(&mut session, SaveMode::ErrorIfExists).unwrap();
    assert_eq!(
        refusal(write(&mut session, SaveMode::ErrorIfExists)),
        "[DELTA_PATH_EXISTS] Cannot write to already existent path dbfs:/d without setting OVERWRITE = 'true'."
    );
    write(&mut session, SaveMode::Append).unwrap();
    assert_eq!(read(&session, "delta", "dbfs:/d").len(), 6);
    write(&mut session, SaveMode::Overwrite).unwrap();
    write(&mut session, SaveMode::Ignore).unwrap();
    assert_eq!(read(&session, "delta", "dbfs:/d").len(), 3);
    let told: Vec<_> = history(&session, "dbfs:/d")
        .into_iter()
        .map(|info| {
            let mode = info.operation_parameters["mode"].clone();
            let removed = info.operation_metrics.get("numRemovedFiles").cloned();
            (info.operation, mode, removed)
        })
        .collect();
    let write = |mode: &str, removed: Option<&str>| {
        ("WRITE".to_owned(), mode.into(), removed.map(Into::into))
    };
    assert_eq!(
        told,
        [
            write("Overwrite", Some("2")),
            write("Append", None),
            write("ErrorIfExists", None)
        ]
    );
}

#[test]
fn another_schema_needs_merge_schema_or_overwrite_schema() {
    let (_, mut session) = session();
    let plan = three(&mut session);
    session
        .write(plan, &to_path(SaveMode::Append, "dbfs:/d"))
        .unwrap();
    let wider = query(&mut session, "SELECT 7L AS id, 'x' AS s, true AS new");
    let append = to_path(SaveMode::Append, "dbfs:/d");
    let text = refusal(session.write(wider.clone(), &append));
    assert!(
        text.starts_with("[DELTA_METADATA_MISMATCH] A metadata mismatch was detected when writing to the Delta table.\n- A schema mismatch detected when writing to the Delta table (Table ID: "),
        "{text}"
    );
    assert!(!text.contains("overwriteSchema"), "{text}");
    let overwrite = to_path(SaveMode::Overwrite, "dbfs:/d");
    let text = refusal(session.write(wider.clone(), &overwrite));
    assert!(
        text.contains("'.option(\"overwriteSchema\", \"true\")'."),
        "{text}"
    );
    session
        .write(wider.clone(), &append.option("mergeSchema", "true"))
        .unwrap();
    assert_eq!(read(&session, "delta", "dbfs:/d")[0], ["0", "0", "NULL"]);
    let other = query(&mut session, "SELECT 'now text' AS id, 1 AS p");
    let text = refusal(session.write(other.clone(), &overwrite));
    assert!(text.contains("[DELTA_FAILED_TO_MERGE_FIELDS]"), "{text}");
    let replace = overwrite
        .option("overwriteSchema", "true")
        .partition_by(&["p"]);
    session.write(other.clone(), &replace).unwrap();
    assert_eq!(read(&session, "delta", "dbfs:/d"), [["now text", "1"]]);
    let append = to_path(SaveMode::Append, "dbfs:/d").partition_by(&["id"]);
    assert_eq!(
        refusal(session.write(other, &append)),
        "[DELTA_METADATA_MISMATCH] A metadata mismatch was detected when writing to the Delta table.\n- Partition columns do not match the partition columns of the table.\nGiven: [`id`]\nTable: [`p`]\n"
    );
}

#[test]
fn dynamic_partition_overwrite_of_a_delta_table_keeps_the_other_partitions() {
    let (_, mut session) = session();
    let plan = query(
        &mut session,
        "SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(id, p)",
    );
    let writer = to_path(SaveMode::Append, "dbfs:/d").partition_by(&["p"]);
    session.write(plan, &writer).unwrap();
    let plan = query(&mut session, "SELECT 9 AS id, 'a' AS p");
    let writer =
        to_path(SaveMode::Overwrite, "dbfs:/d").option("partitionOverwriteMode", "dynamic");
    session.write(plan, &writer).unwrap();
    assert_eq!(read(&session, "delta", "dbfs:/d"), [["2", "b"], ["9", "a"]]);
}

#[test]
fn a_write_with_a_transaction_id_happens_once() {
    let (_, mut session) = session();
    let plan = three(&mut session);
    let writer = |version: &str| {
        to_path(SaveMode::Append, "dbfs:/d")
            .option("txnAppId", "app")
            .option("txnVersion", version)
    };
    for version in ["1", "1", "2"] {
        session.write(plan.clone(), &writer(version)).unwrap();
    }
    assert_eq!(read(&session, "delta", "dbfs:/d").len(), 6);
}

#[test]
fn save_as_table_makes_managed_tables_of_delta_and_of_files() {
    let (_, mut session) = session();
    let plan = three(&mut session);
    let table = |mode| to_table(mode, "t");
    session
        .write(plan.clone(), &table(SaveMode::ErrorIfExists))
        .unwrap();
    assert_eq!(
        refusal(session.write(plan.clone(), &table(SaveMode::ErrorIfExists))),
        "[TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create table or view `spark_catalog`.`default`.`t` because it already exists.\nChoose a different name, drop or replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects. SQLSTATE: 42P07"
    );
    // Columns by name, in any order, cast to the table's types.
    let other = query(&mut session, "SELECT 's3' AS s, 3 AS id");
    session.write(other, &table(SaveMode::Append)).unwrap();
    assert_eq!(rows(&session, "t").len(), 4);
    session
        .write(plan.clone(), &table(SaveMode::Overwrite))
        .unwrap();
    assert_eq!(rows(&session, "t").len(), 3);
    assert_eq!(
        refusal(session.write(plan.clone(), &to_table(SaveMode::Append, "nodb.t"))),
        "[SCHEMA_NOT_FOUND] The schema `spark_catalog`.`nodb` cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a catalog, verify the current_schema() output, or qualify the name with the correct catalog.\nTo tolerate the error on drop use DROP SCHEMA IF EXISTS. SQLSTATE: 42704"
    );

    let parquet = |mode| to_table(mode, "p").format("parquet");
    session
        .write(plan.clone(), &parquet(SaveMode::ErrorIfExists))
        .unwrap();
    session
        .write(plan.clone(), &parquet(SaveMode::Append))
        .unwrap();
    assert_eq!(rows(&session, "p").len(), 6);
    assert_eq!(
        refusal(session.write(plan.clone(), &to_table(SaveMode::Append, "p").format("csv"))),
        "The format of the existing table spark_catalog.default.p is `ParquetDataSourceV2`. It doesn't match the specified format `CSVDataSourceV2`."
    );
    let narrow = query(&mut session, "SELECT 1L AS id");
    assert_eq!(
        refusal(session.write(narrow, &parquet(SaveMode::Append))),
        "The column number of the existing table spark_catalog.default.p (struct<id:bigint,s:string>) doesn't match the data schema (struct<id:bigint>)."
    );
    let itself = Arc::new(session.table("p").unwrap());
    assert_eq!(
        refusal(session.write(itself, &parquet(SaveMode::Overwrite))),
        "[UNSUPPORTED_OVERWRITE.TABLE] Can't overwrite the target that is also being read from. The target table is `spark_catalog`.`default`.`p`. SQLSTATE: 42902"
    );
    assert_eq!(sql(&mut session, "DROP TABLE p").len(), 0);
    assert!(session.table("p").is_err());
}

#[test]
fn insert_into_goes_by_position() {
    let (_, mut session) = session();
    sql(&mut session, "CREATE TABLE t (id BIGINT, s STRING)");
    let into = |mode, name: &str| Writer::new(mode, WriteTo::InsertInto(name.into()));
    let plan = query(&mut session, "SELECT 1 AS s, 2 AS id");
    session
        .write(plan.clone(), &into(SaveMode::Append, "t"))
        .unwrap();
    assert_eq!(rows(&session, "t"), [["1", "2"]]);
    session
        .write(plan.clone(), &into(SaveMode::Overwrite, "t"))
        .unwrap();
    assert_eq!(rows(&session, "t").len(), 1);
    assert_eq!(
        refusal(session.write(
            plan.clone(),
            &into(SaveMode::Append, "t").partition_by(&["s"])
        )),
        "insertInto() can't be used together with partitionBy(). Partition columns have already been defined for the table. It is not necessary to use partitionBy()."
    );
    let text = refusal(session.write(plan.clone(), &into(SaveMode::Append, "nope")));
    assert!(
        text.starts_with("[TABLE_OR_VIEW_NOT_FOUND] The table or view `nope` cannot be found."),
        "{text}"
    );
    sql(&mut session, "CREATE TEMP VIEW v AS SELECT 1");
    assert_eq!(
        refusal(session.write(plan, &into(SaveMode::Append, "v"))),
        "[UNSUPPORTED_INSERT.RDD_BASED] Can't insert into the target. An RDD-based table is not allowed. SQLSTATE: 42809"
    );
}

#[test]
fn files_cannot_be_written_into_a_delta_table() {
    let (_, mut session) = session();
    let plan = three(&mut session);
    session
        .write(plan.clone(), &to_path(SaveMode::Append, "dbfs:/d"))
        .unwrap();
    let text = refusal(session.write(
        plan,
        &to_path(SaveMode::Append, "dbfs:/d").format("parquet"),
    ));
    assert!(
        text.starts_with("[DELTA_INVALID_FORMAT] Incompatible format detected."),
        "{text}"
    );
}
