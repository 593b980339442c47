//! SQL commands: tables of files, views, functions, databases, ALTER, and upkeep. What PySpark
//! 4.0.1 gave is recorded here where Spark, not Delta, decides.

use multihop::delta::CommitInfo;
use multihop::session::{Reader, Session, StreamWriter};
use multihop::storage::FileSystem;

use crate::support::{path, put, rows, session, sql};

fn refusal(session: &mut Session, text: &str) -> String {
    match session.sql(text) {
        Err(e) => e.to_string(),
        Ok(_) => panic!("{text} went well"),
    }
}

/// The commits' infos, newest first.
fn history(session: &Session, table: &str) -> Vec<CommitInfo> {
    let name = session.state().table_name(&[table.to_owned()]).unwrap();
    let log = session.state().table_log(&name).unwrap();
    let entries = log.history(None).unwrap();
    entries.into_iter().map(|e| e.commit_info).collect()
}

fn lines(rows: &[Vec<String>]) -> Vec<String> {
    rows.iter().map(|row| row[..2].join("=")).collect()
}

#[test]
fn a_csv_table_shows_new_files_after_refresh_only() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/c/a.csv", "id;s\n1;one\n2;two\n".into());
    sql(
        &mut session,
        "CREATE TABLE c (id INT, s STRING) USING CSV OPTIONS (header = 'true', delimiter = ';') LOCATION 'dbfs:/c'",
    );
    assert_eq!(rows(&session, "c"), [["1", "one"], ["2", "two"]]);
    put(fs.as_ref(), "dbfs:/c/b.csv", "id;s\n3;three\n".into());
    assert_eq!(rows(&session, "c").len(), 2);
    sql(&mut session, "REFRESH TABLE c");
    assert_eq!(rows(&session, "c").len(), 3);
    sql(&mut session, "INSERT INTO c VALUES (4, 'four')");
    assert_eq!(rows(&session, "c").len(), 4);
    let told = lines(&sql(&mut session, "DESCRIBE EXTENDED c"));
    for line in [
        "id=int",
        "Type=EXTERNAL",
        "Provider=csv",
        "Location=dbfs:/c",
        "Storage Properties=[header=true, delimiter=;]",
    ] {
        assert!(told.contains(&line.to_owned()), "{line} in {told:?}");
    }
    assert_eq!(
        sql(&mut session, "SHOW CREATE TABLE c")[0][0],
        "CREATE TABLE spark_catalog.default.c (\n  id INT,\n  s STRING)\nUSING csv\nOPTIONS (\n  'delimiter' = ';',\n  'header' = 'true')\nLOCATION 'dbfs:/c'\n"
    );
    let text = refusal(&mut session, "DELETE FROM c WHERE id = 1");
    assert!(text.starts_with("[UNSUPPORTED_FEATURE.TABLE_OPERATION] The feature is not supported: Table `spark_catalog`.`default`.`c` does not support DELETE."), "{text}");
    let text = refusal(&mut session, "DESCRIBE HISTORY c");
    assert_eq!(
        text,
        "[DELTA_TABLE_ONLY_OPERATION] `spark_catalog`.`default`.`c` is not a Delta table. DESCRIBE HISTORY is only supported for Delta tables."
    );
    sql(&mut session, "DROP TABLE c");
    assert!(fs.status(&path("dbfs:/c/a.csv")).unwrap().is_some());
}

#[test]
fn a_table_of_files_without_a_schema_takes_that_of_its_files() {
    let (fs, mut session) = session();
    put(
        fs.as_ref(),
        "dbfs:/j/a.json",
        "{\"id\":1,\"s\":\"x\"}\n".into(),
    );
    sql(&mut session, "CREATE TABLE j USING json LOCATION 'dbfs:/j'");
    assert_eq!(rows(&session, "j"), [["1", "x"]]);
    sql(
        &mut session,
        "CREATE TABLE p USING parquet PARTITIONED BY (s) AS SELECT id, CAST(id % 2 AS STRING) s FROM range(4)",
    );
    assert_eq!(rows(&session, "p").len(), 4);
    assert_eq!(sql(&mut session, "SHOW PARTITIONS p"), [["s=0"], ["s=1"]]);
    sql(&mut session, "INSERT OVERWRITE p VALUES (9, '9')");
    assert_eq!(rows(&session, "p"), [["9", "9"]]);
    sql(&mut session, "DROP TABLE p");
    assert!(
        fs.status(&path("dbfs:/user/hive/warehouse/p"))
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_delta_table_copied_from_a_csv_table_lists_no_files_of_it() {
    let (fs, mut session) = session();
    put(fs.as_ref(), "dbfs:/c/a.csv", "1\n2\n".into());
    sql(
        &mut session,
        "CREATE TEMP VIEW v (id INT) USING CSV OPTIONS (path 'dbfs:/c')",
    );
    sql(&mut session, "CREATE OR REPLACE TABLE d AS SELECT * FROM v");
    assert_eq!(rows(&session, "d"), [["1"], ["2"]]);
    sql(&mut session, "CREATE TABLE e LIKE d");
    assert_eq!(rows(&session, "e").len(), 0);
    assert_eq!(sql(&mut session, "DESCRIBE e"), [["id", "int", "NULL"]]);
}

#[test]
fn constraints_hold_on_every_write() {
    let (_, mut session) = session();
    sql(&mut session, "CREATE TABLE t (id INT NOT NULL, age INT)");
    sql(&mut session, "INSERT INTO t VALUES (1, 5)");
    assert_eq!(
        refusal(&mut session, "INSERT INTO t VALUES (NULL, 5)"),
        "[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] NOT NULL constraint violated for column: id.\n"
    );
    let text = refusal(
        &mut session,
        "ALTER TABLE t ADD CONSTRAINT grown CHECK (age > 10)",
    );
    assert_eq!(
        text,
        "[DELTA_NEW_CHECK_CONSTRAINT_VIOLATION] 1 rows in spark_catalog.default.t violate the new CHECK constraint (age > 10)"
    );
    sql(
        &mut session,
        "ALTER TABLE t ADD CONSTRAINT valid_age CHECK (age >= 0)",
    );
    let broken = "[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint valid_age (age >= 0) violated by row with values:\n - age : -1";
    assert_eq!(
        refusal(&mut session, "INSERT INTO t VALUES (2, -1)"),
        broken
    );
    assert_eq!(refusal(&mut session, "UPDATE t SET age = -1"), broken);
    assert_eq!(
        refusal(
            &mut session,
            "MERGE INTO t USING (SELECT 9 AS id, -1 AS age) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *"
        ),
        broken
    );
    assert_eq!(
        refusal(&mut session, "INSERT INTO t VALUES (2, NULL)"),
        broken.replace("-1", "null")
    );
    let properties = sql(&mut session, "SHOW TBLPROPERTIES t");
    assert!(properties.contains(&vec![
        "delta.constraints.valid_age".into(),
        "age >= 0".into()
    ]));
    assert!(properties.contains(&vec!["delta.minWriterVersion".into(), "3".into()]));
    assert!(
        refusal(
            &mut session,
            "ALTER TABLE t ADD CONSTRAINT valid_age CHECK (age > 1)"
        )
        .starts_with("[DELTA_CONSTRAINT_ALREADY_EXISTS] Constraint 'valid_age' already exists.")
    );
    sql(&mut session, "ALTER TABLE t DROP CONSTRAINT valid_age");
    sql(&mut session, "INSERT INTO t VALUES (2, -1)");
    let operations: Vec<String> = history(&session, "t")
        .into_iter()
        .map(|i| i.operation)
        .collect();
    assert_eq!(
        operations,
        [
            "WRITE",
            "DROP CONSTRAINT",
            "ADD CONSTRAINT",
            "WRITE",
            "CREATE TABLE"
        ]
    );
}

#[test]
fn generated_columns_are_computed_and_checked() {
    let (_, mut session) = session();
    sql(
        &mut session,
        "CREATE TABLE t (id INT, twice INT GENERATED ALWAYS AS (id * 2))",
    );
    sql(&mut session, "INSERT INTO t (id) VALUES (1), (2)");
    sql(&mut session, "UPDATE t SET id = 5 WHERE id = 1");
    assert_eq!(rows(&session, "t"), [["2", "4"], ["5", "10"]]);
    let text = refusal(&mut session, "INSERT INTO t VALUES (1, 3)");
    assert!(
        text.starts_with(
            "[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK constraint Generated Column"
        ),
        "{text}"
    );
}

#[test]
fn defaults_fill_columns_that_an_insert_leaves_out() {
    let (_, mut session) = session();
    let text = refusal(&mut session, "CREATE TABLE t (id INT, n INT DEFAULT 7)");
    assert!(
        text.starts_with("[WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED]"),
        "{text}"
    );
    sql(
        &mut session,
        "CREATE TABLE t (id INT, n INT DEFAULT 7) TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')",
    );
    sql(&mut session, "INSERT INTO t (id) VALUES (1)");
    assert_eq!(rows(&session, "t"), [["1", "7"]]);
}

#[test]
fn columns_are_added_renamed_and_dropped() {
    let (_, mut session) = session();
    sql(&mut session, "CREATE TABLE t (id INT, v STRING)");
    sql(&mut session, "INSERT INTO t VALUES (1, 'a')");
    sql(
        &mut session,
        "ALTER TABLE t ADD COLUMNS (w INT COMMENT 'new' AFTER id, x DATE)",
    );
    assert_eq!(
        sql(&mut session, "DESCRIBE t"),
        [
            ["id", "int", "NULL"],
            ["w", "int", "new"],
            ["v", "string", "NULL"],
            ["x", "date", "NULL"]
        ]
    );
    assert_eq!(rows(&session, "t"), [["1", "NULL", "a", "NULL"]]);
    let text = refusal(&mut session, "ALTER TABLE t RENAME COLUMN v TO value");
    assert!(
        text.starts_with("[DELTA_UNSUPPORTED_RENAME_COLUMN] Column rename is not supported for your Delta table. \nPlease enable Column Mapping on your Delta table with mapping mode 'name'."),
        "{text}"
    );
    sql(
        &mut session,
        "ALTER TABLE t SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.minReaderVersion' = '2', 'delta.minWriterVersion' = '5')",
    );
    sql(&mut session, "ALTER TABLE t RENAME COLUMN v TO value");
    sql(&mut session, "ALTER TABLE t DROP COLUMN w");
    sql(
        &mut session,
        "INSERT INTO t VALUES (2, 'b', DATE '2026-01-01')",
    );
    assert_eq!(
        rows(&session, "t"),
        [["1", "a", "NULL"], ["2", "b", "2026-01-01"]]
    );
    assert_eq!(
        sql(&mut session, "SELECT value FROM t WHERE id = 1"),
        [["a"]]
    );
    sql(
        &mut session,
        "ALTER TABLE t ALTER COLUMN value COMMENT 'the value'",
    );
    assert_eq!(
        sql(&mut session, "DESCRIBE t")[1],
        ["value", "string", "the value"]
    );
    let text = refusal(&mut session, "ALTER TABLE t ALTER COLUMN id TYPE STRING");
    assert!(
        text.starts_with("[DELTA_ALTER_TABLE_CHANGE_COL_NOT_SUPPORTED]"),
        "{text}"
    );
    sql(&mut session, "ALTER TABLE t RENAME TO u");
    assert_eq!(rows(&session, "u").len(), 2);
    assert!(session.table("t").is_err());
}

#[test]
fn optimize_packs_small_files_and_keeps_the_rows() {
    let (_, mut session) = session();
    sql(&mut session, "CREATE TABLE t (id INT, v INT)");
    for i in 0..4 {
        sql(
            &mut session,
            &format!("INSERT INTO t VALUES ({i}, {})", 9 - i),
        );
    }
    let result = sql(&mut session, "OPTIMIZE t");
    assert_eq!(result[0][0], "dbfs:/user/hive/warehouse/t");
    assert!(result[0][1].starts_with("{1, 4, "), "{result:?}");
    assert_eq!(rows(&session, "t").len(), 4);
    let info = &history(&session, "t")[0];
    assert_eq!(info.operation, "OPTIMIZE");
    assert_eq!(info.operation_metrics["numRemovedFiles"], "4");
    assert_eq!(info.operation_metrics["numAddedFiles"], "1");
    // One file is as good as it gets.
    sql(&mut session, "OPTIMIZE t");
    assert_eq!(history(&session, "t").len(), 6);
    sql(&mut session, "OPTIMIZE t ZORDER BY (v, id)");
    assert_eq!(
        history(&session, "t")[0].operation_parameters["zOrderBy"],
        r#"["v","id"]"#
    );
    assert_eq!(rows(&session, "t").len(), 4);
    assert_eq!(
        refusal(&mut session, "OPTIMIZE t ZORDER BY nope"),
        "[DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST] Z-Ordering column nope does not exist in data schema."
    );
    assert_eq!(
        refusal(&mut session, "OPTIMIZE t WHERE id = 1"),
        "[DELTA_NON_PARTITION_COLUMN_REFERENCE] Predicate references non-partition column 'id'. Only the partition columns may be referenced: []"
    );
}

#[test]
fn vacuum_checks_the_retention_then_deletes_what_time_travel_would_need() {
    let (fs, mut session) = session();
    sql(&mut session, "CREATE TABLE t AS SELECT 1 AS id");
    sql(&mut session, "UPDATE t SET id = 2");
    let files = |fs: &dyn FileSystem| {
        let all = fs.list_recursive(&path("dbfs:/user/hive/warehouse/t"));
        let all = all.unwrap().into_iter();
        all.filter(|f| f.path.name().ends_with(".parquet")).count()
    };
    assert_eq!(files(fs.as_ref()), 2);
    let text = refusal(&mut session, "VACUUM t RETAIN 0 HOURS");
    assert!(
        text.starts_with("[DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT] The specified VACUUM retention period is too low and may corrupt this Delta table if any writes are in progress."),
        "{text}"
    );
    sql(&mut session, "VACUUM t");
    assert_eq!(files(fs.as_ref()), 2);
    sql(
        &mut session,
        "SET spark.databricks.delta.retentionDurationCheck.enabled = false",
    );
    let listed = sql(&mut session, "VACUUM t RETAIN 0 HOURS DRY RUN");
    assert_eq!(listed.len(), 1);
    assert!(listed[0][0].ends_with(".parquet"));
    assert_eq!(files(fs.as_ref()), 2);
    assert_eq!(
        sql(&mut session, "VACUUM t RETAIN 0 HOURS"),
        [["dbfs:/user/hive/warehouse/t"]]
    );
    assert_eq!(files(fs.as_ref()), 1);
    assert_eq!(rows(&session, "t"), [["2"]]);
    let operations: Vec<String> = history(&session, "t")
        .into_iter()
        .take(2)
        .map(|i| i.operation)
        .collect();
    assert_eq!(operations, ["VACUUM END", "VACUUM START"]);
    let plan = match session
        .sql("SELECT * FROM t VERSION AS OF 0")
        .unwrap()
        .pop()
    {
        Some(multihop::session::Ran::Rows(plan)) => plan,
        other => panic!("{other:?}"),
    };
    let text = session.collect(&plan, None).unwrap_err().to_string();
    assert!(
        text.starts_with("[FAILED_READ_FILE.FILE_NOT_EXIST] Encountered error while reading file dbfs:/user/hive/warehouse/t/part-00000-"),
        "{text}"
    );
    let text = refusal(&mut session, "RESTORE TABLE t TO VERSION AS OF 0");
    assert!(
        text.starts_with("Not all files from version 0 are available in file system."),
        "{text}"
    );
}

#[test]
fn restore_brings_a_version_back_as_a_new_one() {
    let (_, mut session) = session();
    sql(&mut session, "CREATE TABLE t AS SELECT id FROM range(3)");
    sql(&mut session, "DELETE FROM t");
    sql(&mut session, "INSERT INTO t VALUES (9)");
    let result = sql(&mut session, "RESTORE TABLE t TO VERSION AS OF 0");
    assert_eq!(result[0][1..4], ["1", "1", "1"]);
    assert_eq!(rows(&session, "t"), [["0"], ["1"], ["2"]]);
    let info = &history(&session, "t")[0];
    assert_eq!(info.operation, "RESTORE");
    assert_eq!(info.operation_parameters["version"], "0");
    assert_eq!(info.operation_metrics["numRestoredFiles"], "1");
    assert_eq!(
        refusal(&mut session, "RESTORE t TO VERSION AS OF 99"),
        "[DELTA_CANNOT_RESTORE_TABLE_VERSION] Cannot restore table to version 99. Available versions: [0, 3]."
    );
    // Time travel in its other spellings.
    assert_eq!(sql(&mut session, "SELECT count(*) FROM t@v1"), [["0"]]);
    assert_eq!(sql(&mut session, "SELECT count(*) FROM t@v2"), [["1"]]);
    let text = refusal(&mut session, "SELECT * FROM t VERSION AS OF 42");
    assert!(
        text.contains("Cannot time travel Delta table to version 42. Available versions: [0, 3]."),
        "{text}"
    );
    let text = refusal(&mut session, "SELECT * FROM t TIMESTAMP AS OF '2099-01-01'");
    assert!(
        text.contains(
            "[DELTA_TIMESTAMP_GREATER_THAN_COMMIT] The provided timestamp (2099-01-01 00:00:00"
        ),
        "{text}"
    );
}

#[test]
fn persisted_views_follow_their_tables_and_refuse_temporary_ones() {
    let (_, mut session) = session();
    sql(&mut session, "CREATE TABLE p AS SELECT 1 AS id, 2 AS v");
    sql(&mut session, "CREATE TEMP VIEW s AS SELECT 1 AS id");
    assert_eq!(
        refusal(&mut session, "CREATE VIEW pv AS SELECT * FROM s"),
        "[INVALID_TEMP_OBJ_REFERENCE] Cannot create the persistent object `spark_catalog`.`default`.`pv` of the type VIEW because it references to the temporary object `s` of the type VIEW. Please make the temporary object `s` persistent, or make the persistent object `spark_catalog`.`default`.`pv` temporary. SQLSTATE: 42K0F"
    );
    sql(
        &mut session,
        "CREATE VIEW pv (a COMMENT 'x', b) COMMENT 'cc' TBLPROPERTIES ('k' = 'v') AS SELECT * FROM p",
    );
    sql(&mut session, "INSERT INTO p VALUES (3, 4)");
    assert_eq!(
        sql(&mut session, "SELECT a + b FROM pv ORDER BY 1"),
        [["3"], ["7"]]
    );
    let told = lines(&sql(&mut session, "DESCRIBE EXTENDED pv"));
    for line in [
        "a=int",
        "Type=VIEW",
        "Comment=cc",
        "View Text=SELECT * FROM p",
        "View Query Output Columns=[`id`, `v`]",
        "Table Properties=[k=v]",
    ] {
        assert!(told.contains(&line.to_owned()), "{line} in {told:?}");
    }
    assert_eq!(
        sql(&mut session, "SHOW VIEWS"),
        [["default", "pv", "false"], ["", "s", "true"]]
    );
    assert_eq!(
        sql(&mut session, "SHOW TABLES"),
        [
            ["default", "p", "false"],
            ["default", "pv", "false"],
            ["", "s", "true"]
        ]
    );
    assert_eq!(
        refusal(&mut session, "DROP VIEW p"),
        "[WRONG_COMMAND_FOR_OBJECT_TYPE] The operation DROP VIEW requires a VIEW. But spark_catalog.default.p is a MANAGED. Use DROP TABLE instead. SQLSTATE: 42809"
    );
    assert_eq!(
        refusal(&mut session, "DROP TABLE pv"),
        "[WRONG_COMMAND_FOR_OBJECT_TYPE] The operation DROP TABLE requires a EXTERNAL or MANAGED. But spark_catalog.default.pv is a VIEW. Use DROP VIEW instead. SQLSTATE: 42809"
    );
    assert_eq!(
        sql(&mut session, "SHOW CREATE TABLE pv")[0][0],
        "CREATE VIEW default.pv (\n  a COMMENT 'x',\n  b)\nCOMMENT 'cc'\nTBLPROPERTIES (\n  'k' = 'v')\nWITH SCHEMA COMPENSATION\nAS SELECT * FROM p\n"
    );
    let text = refusal(
        &mut session,
        "CREATE OR REPLACE VIEW pv AS SELECT * FROM pv",
    );
    assert!(text.starts_with("[RECURSIVE_VIEW]"), "{text}");
    sql(&mut session, "DROP TABLE p");
    let text = refusal(&mut session, "SELECT * FROM pv");
    assert!(
        text.starts_with("[TABLE_OR_VIEW_NOT_FOUND] The table or view `p` cannot be found."),
        "{text}"
    );
    sql(&mut session, "DROP VIEW pv");
    assert_eq!(sql(&mut session, "SHOW VIEWS"), [["", "s", "true"]]);
}

#[test]
fn global_temporary_views_live_under_global_temp() {
    let (_, mut session) = session();
    sql(&mut session, "CREATE GLOBAL TEMP VIEW g AS SELECT 1 AS a");
    assert_eq!(sql(&mut session, "SELECT a FROM global_temp.g"), [["1"]]);
    assert!(refusal(&mut session, "SELECT * FROM g").starts_with("[TABLE_OR_VIEW_NOT_FOUND]"));
    assert_eq!(
        sql(&mut session, "SHOW TABLES IN global_temp"),
        [["global_temp", "g", "true"]]
    );
    sql(&mut session, "DROP VIEW global_temp.g");
    assert!(refusal(&mut session, "SELECT * FROM global_temp.g").starts_with("[TABLE_OR"));
}

#[test]
fn functions_made_in_sql_take_their_arguments_place() {
    let (_, mut session) = session();
    sql(
        &mut session,
        "CREATE FUNCTION plus_one(x INT) RETURNS INT RETURN x + 1",
    );
    sql(
        &mut session,
        "CREATE OR REPLACE TEMPORARY FUNCTION tf(x INT, y STRING DEFAULT 'a') RETURNS STRING RETURN concat(y, x)",
    );
    assert_eq!(
        sql(
            &mut session,
            "SELECT plus_one(id), default.plus_one(plus_one(1)), tf(3), tf(3, 'z') FROM VALUES (5) AS t(id)"
        ),
        [["6", "3", "a3", "z3"]]
    );
    let plan = match session.sql("SELECT plus_one(2), tf(3)").unwrap().pop() {
        Some(multihop::session::Ran::Rows(plan)) => plan,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        plan.schema().names(),
        ["spark_catalog.default.plus_one(2)", "tf(3)"]
    );
    let text = refusal(&mut session, "SELECT tf()");
    assert!(
        text.starts_with("[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] The `tf` requires 2 parameters but the actual number is 0."),
        "{text}"
    );
    let text = refusal(
        &mut session,
        "CREATE TEMPORARY FUNCTION f3(a INT) RETURNS INT RETURN a + b",
    );
    assert!(
        text.starts_with("[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `b` cannot be resolved. Did you mean one of the following? [`a`]."),
        "{text}"
    );
    assert_eq!(
        refusal(&mut session, "CREATE FUNCTION plus_one(x INT) RETURN x"),
        "[ROUTINE_ALREADY_EXISTS] Cannot create the routine `default`.`plus_one` because a routine of that name already exists.\nChoose a different name, drop or replace the existing routine, or add the IF NOT EXISTS clause to tolerate a pre-existing routine. SQLSTATE: 42723"
    );
    assert_eq!(
        sql(&mut session, "SHOW USER FUNCTIONS"),
        [["spark_catalog.default.plus_one"], ["tf"]]
    );
    sql(&mut session, "DROP FUNCTION plus_one");
    assert!(refusal(&mut session, "SELECT plus_one(1)").starts_with("[UNRESOLVED_ROUTINE]"));
    sql(&mut session, "DESCRIBE FUNCTION upper");
}

#[test]
fn a_function_that_becomes_a_case_is_told_like_any_other() {
    let (_, mut session) = session();
    assert_eq!(
        sql(&mut session, "DESCRIBE FUNCTION EXTENDED nvl2"),
        [
            ["Function: nvl2"],
            ["Usage: nvl2(a, b, c) - The second value where the first isn't NULL, else the third."],
            ["Extended Usage:\n    Examples:\n      > SELECT nvl2(NULL, 2, 1);\n       1\n"],
        ]
    );
    assert_eq!(
        sql(&mut session, "SHOW FUNCTIONS LIKE 'coalesc*'"),
        [["coalesce"]]
    );
    // Its form is all that can be called.
    assert!(refusal(&mut session, "SELECT case(1, 2)").starts_with("[UNSUPPORTED_FEATURE"));
}

#[test]
fn databases_have_a_place_and_a_comment() {
    let (fs, mut session) = session();
    sql(
        &mut session,
        "CREATE DATABASE d1 COMMENT 'hello' LOCATION 'dbfs:/elsewhere' WITH DBPROPERTIES (a = 1)",
    );
    assert_eq!(
        lines(&sql(&mut session, "DESCRIBE DATABASE EXTENDED d1")),
        [
            "Catalog Name=spark_catalog",
            "Namespace Name=d1",
            "Comment=hello",
            "Location=dbfs:/elsewhere",
            "Owner=root",
            "Properties=((a,1))"
        ]
    );
    sql(&mut session, "USE d1");
    sql(&mut session, "CREATE TABLE t AS SELECT 1 AS id");
    assert!(
        fs.status(&path("dbfs:/elsewhere/t/_delta_log"))
            .unwrap()
            .is_some()
    );
    assert_eq!(
        refusal(&mut session, "DROP DATABASE d1"),
        "[SCHEMA_NOT_EMPTY] Cannot drop a schema `d1` because it contains objects.\nUse DROP SCHEMA ... CASCADE to drop the schema and all its objects. SQLSTATE: 2BP01"
    );
    sql(&mut session, "DROP DATABASE d1 CASCADE");
    assert_eq!(sql(&mut session, "SHOW DATABASES"), [["default"]]);
    assert_eq!(
        refusal(&mut session, "DROP DATABASE default"),
        "[UNSUPPORTED_FEATURE.DROP_DATABASE] The feature is not supported: Drop the default database `spark_catalog`.`default`. SQLSTATE: 0A000"
    );
    assert!(
        refusal(&mut session, "GRANT SELECT ON TABLE t TO x").starts_with("[UNSUPPORTED_FEATURE")
    );
}

#[test]
fn clones_share_or_copy_files() {
    let (fs, mut session) = session();
    sql(&mut session, "CREATE TABLE t AS SELECT id FROM range(3)");
    sql(&mut session, "CREATE TABLE shallow SHALLOW CLONE t");
    sql(
        &mut session,
        "CREATE TABLE deep DEEP CLONE t VERSION AS OF 0",
    );
    sql(&mut session, "DELETE FROM deep WHERE id = 0");
    sql(&mut session, "INSERT INTO shallow VALUES (9)");
    assert_eq!(rows(&session, "t").len(), 3);
    assert_eq!(rows(&session, "shallow").len(), 4);
    assert_eq!(rows(&session, "deep").len(), 2);
    let files = fs.list_recursive(&path("dbfs:/user/hive/warehouse/shallow"));
    let data = |f: &multihop::storage::FileStatus| f.path.name().ends_with(".parquet");
    assert_eq!(files.unwrap().iter().filter(|f| data(f)).count(), 1);
    let info = &history(&session, "deep")[1];
    assert_eq!(info.operation, "CLONE");
    assert_eq!(info.operation_parameters["isShallow"], "false");
}

#[test]
fn copy_into_loads_each_file_once() {
    let (fs, mut session) = session();
    put(
        fs.as_ref(),
        "dbfs:/in/a.json",
        "{\"id\":1,\"s\":\"x\"}\n".into(),
    );
    sql(&mut session, "CREATE TABLE t (id BIGINT, s STRING)");
    let copy = "COPY INTO t FROM 'dbfs:/in' FILEFORMAT = JSON";
    assert_eq!(sql(&mut session, copy), [["1", "1", "0"]]);
    assert_eq!(sql(&mut session, copy), [["0", "0", "0"]]);
    put(
        fs.as_ref(),
        "dbfs:/in/b.json",
        "{\"id\":2,\"s\":\"y\"}\n".into(),
    );
    assert_eq!(sql(&mut session, copy), [["1", "1", "0"]]);
    assert_eq!(rows(&session, "t"), [["1", "x"], ["2", "y"]]);
    put(fs.as_ref(), "dbfs:/csv/c.csv", "n,t\n3,z\n".into());
    sql(
        &mut session,
        "COPY INTO t FROM (SELECT CAST(n AS BIGINT) AS id, upper(t) AS s FROM 'dbfs:/csv') FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true')",
    );
    assert_eq!(rows(&session, "t")[2], ["3", "Z"]);
}

#[test]
fn replace_where_replaces_what_fits_and_refuses_what_does_not() {
    let (_, mut session) = session();
    sql(
        &mut session,
        "CREATE TABLE t AS SELECT * FROM VALUES (1, 'a'), (2, 'a'), (3, 'b') AS t(id, p)",
    );
    sql(
        &mut session,
        "INSERT INTO t REPLACE WHERE p = 'a' SELECT 9 AS id, 'a' AS p",
    );
    assert_eq!(rows(&session, "t"), [["3", "b"], ["9", "a"]]);
    let text = refusal(
        &mut session,
        "INSERT INTO t REPLACE WHERE p = 'a' SELECT 9 AS id, 'c' AS p",
    );
    assert!(text.starts_with("[DELTA_REPLACE_WHERE_MISMATCH]"), "{text}");
    sql(
        &mut session,
        "CREATE TABLE q (id INT, p STRING) PARTITIONED BY (p)",
    );
    sql(&mut session, "INSERT INTO q PARTITION (p = 'x') VALUES (1)");
    sql(&mut session, "INSERT INTO q VALUES (2, 'y')");
    sql(
        &mut session,
        "INSERT OVERWRITE q PARTITION (p = 'x') VALUES (7)",
    );
    assert_eq!(rows(&session, "q"), [["2", "y"], ["7", "x"]]);
}

#[test]
fn table_changes_tells_what_each_version_changed() {
    let (_, mut session) = session();
    sql(
        &mut session,
        "CREATE TABLE t (id INT, v STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true)",
    );
    sql(&mut session, "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    sql(&mut session, "UPDATE t SET v = 'z' WHERE id = 1");
    sql(&mut session, "DELETE FROM t WHERE id = 2");
    sql(
        &mut session,
        "MERGE INTO t USING (SELECT * FROM VALUES (1, 'm'), (5, 'n') AS s(id, v)) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
    );
    let mut changes = sql(
        &mut session,
        "SELECT _commit_version, _change_type, id, v FROM table_changes('t', 1)",
    );
    changes.sort();
    assert_eq!(
        changes,
        [
            ["1", "insert", "1", "a"],
            ["1", "insert", "2", "b"],
            ["2", "update_postimage", "1", "z"],
            ["2", "update_preimage", "1", "a"],
            ["3", "delete", "2", "b"],
            ["4", "insert", "5", "n"],
            ["4", "update_postimage", "1", "m"],
            ["4", "update_preimage", "1", "z"],
        ]
    );
    assert_eq!(
        sql(
            &mut session,
            "SELECT count(*) FROM table_changes('t', 2, 3)"
        ),
        [["3"]]
    );
    let reader = Reader::table("t")
        .option("readChangeFeed", "true")
        .option("startingVersion", "3")
        .option("endingVersion", "3");
    let plan = session.read(&reader).unwrap();
    assert_eq!(session.collect(&plan, None).unwrap().height(), 1);
    sql(&mut session, "CREATE TABLE u AS SELECT 1 AS id");
    let text = refusal(&mut session, "SELECT * FROM table_changes('u', 0)");
    assert!(text.starts_with("[DELTA_MISSING_CHANGE_DATA] Error getting change data for range [0 , 0] as change data was not\nrecorded for version [0]."), "{text}");
}

#[test]
fn a_stream_of_the_change_data_feed_begins_with_the_rows_that_are_there() {
    let (_, mut session) = session();
    sql(
        &mut session,
        "CREATE TABLE t (id INT, v STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true)",
    );
    sql(&mut session, "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    let reader = Reader::table("t").option("readChangeFeed", "true");
    let plan = session.read_stream(&reader).unwrap();
    let writer = StreamWriter::table("log", "dbfs:/checkpoints/log");
    session
        .write_stream(std::sync::Arc::new(plan), &writer)
        .unwrap();
    session.process_all_available();
    sql(&mut session, "UPDATE t SET v = 'z' WHERE id = 1");
    sql(&mut session, "DELETE FROM t WHERE id = 2");
    session.process_all_available();
    for query in session.queries() {
        assert!(query.is_active(), "{:?}", query.error());
    }
    let mut changes = sql(
        &mut session,
        "SELECT _commit_version, _change_type, id, v FROM log",
    );
    changes.sort();
    assert_eq!(
        changes,
        [
            ["1", "insert", "1", "a"],
            ["1", "insert", "2", "b"],
            ["2", "update_postimage", "1", "z"],
            ["2", "update_preimage", "1", "a"],
            ["3", "delete", "2", "b"],
        ]
    );
}

#[test]
fn a_recursive_query_follows_a_hierarchy_to_its_end_and_stops_where_it_has_none() {
    let (_, mut session) = session();
    sql(
        &mut session,
        "CREATE TABLE staff USING parquet AS
         SELECT * FROM VALUES (1, NULL, 'boss'), (2, 1, 'a'), (3, 2, 'b'), (4, 1, 'c') AS t(id, manager, name)",
    );
    let paths = sql(
        &mut session,
        "WITH RECURSIVE chain AS (
           SELECT id, name AS path FROM staff WHERE manager IS NULL
           UNION ALL
           SELECT s.id, c.path || '/' || s.name FROM staff s JOIN chain c ON s.manager = c.id)
         SELECT path FROM chain ORDER BY path",
    );
    assert_eq!(paths, [["boss"], ["boss/a"], ["boss/a/b"], ["boss/c"]]);
    let endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)";
    let first = sql(&mut session, &format!("{endless} SELECT n FROM r LIMIT 3"));
    assert_eq!(first, [["1"], ["2"], ["3"]]);
    let plan = match session.sql_one(&format!("{endless} SELECT count(*) FROM r")) {
        Ok(multihop::session::Ran::Rows(plan)) => plan,
        other => panic!("{other:?}"),
    };
    let error = session.collect(&plan, None).unwrap_err().to_string();
    assert!(
        error.contains("[RECURSION_LEVEL_LIMIT_EXCEEDED]"),
        "{error}"
    );
}
