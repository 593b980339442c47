//! `DELETE`, `UPDATE`, `MERGE INTO`: what the table holds, what the history tells, what is
//! refused.

use multihop::delta::{Action, CommitInfo};
use multihop::session::{Ran, Session};
use multihop::sql::analyze::{ColumnAction, ColumnClause, DataFrames};
use multihop::sql::column::Column;
use multihop::sql::command::MergeWhen;
use multihop::types::{DataType, Value};

use crate::support::{path, rows, session, sql};

/// The newest commit's info.
fn last(session: &Session, table: &str) -> CommitInfo {
    let log = session
        .state()
        .deltas
        .open(&path(&format!("dbfs:/user/hive/warehouse/{table}")));
    let mut entries = log.history(Some(1)).unwrap();
    entries.remove(0).commit_info
}

fn metric(info: &CommitInfo, name: &str) -> i64 {
    let value = &info.operation_metrics[name];
    value.as_str().unwrap().parse().unwrap()
}

fn parameter<'a>(info: &'a CommitInfo, name: &str) -> &'a str {
    info.operation_parameters[name].as_str().unwrap()
}

fn version(session: &Session, table: &str) -> u64 {
    let name = session.state().table_name(&[table.to_owned()]).unwrap();
    session
        .state()
        .table_log(&name)
        .unwrap()
        .latest_version()
        .unwrap()
        .unwrap()
}

fn refusal(session: &mut Session, text: &str) -> String {
    match session.sql(text) {
        Err(e) => e.to_string(),
        Ok(_) => panic!("{text} went well"),
    }
}

/// Ids 1 to 6 in three files of two rows.
fn three_files() -> Session {
    let (_, mut session) = session();
    sql(&mut session, "CREATE TABLE t (id INT, v STRING)");
    for i in [1, 3, 5] {
        let next = i + 1;
        sql(
            &mut session,
            &format!("INSERT INTO t VALUES ({i}, 'v{i}'), ({next}, 'v{next}')"),
        );
    }
    session
}

fn ids(session: &Session, table: &str) -> Vec<String> {
    rows(session, table)
        .into_iter()
        .map(|mut r| r.remove(0))
        .collect()
}

#[test]
fn delete_rewrites_only_the_files_that_hold_deleted_rows() {
    let mut session = three_files();
    assert_eq!(sql(&mut session, "DELETE FROM t WHERE id = 3"), [["1"]]);
    assert_eq!(ids(&session, "t"), ["1", "2", "4", "5", "6"]);
    let info = last(&session, "t");
    assert_eq!(info.operation, "DELETE");
    assert_eq!(parameter(&info, "predicate"), r#"["(id = 3)"]"#);
    assert_eq!(metric(&info, "numRemovedFiles"), 1);
    assert_eq!(metric(&info, "numAddedFiles"), 1);
    assert_eq!(metric(&info, "numDeletedRows"), 1);
    assert_eq!(metric(&info, "numCopiedRows"), 1);
    assert_eq!(info.is_blind_append, Some(false));
}

#[test]
fn delete_of_all_of_a_files_rows_removes_it_unread() {
    let mut session = three_files();
    sql(&mut session, "DELETE FROM t WHERE id >= 5");
    let info = last(&session, "t");
    assert_eq!(metric(&info, "numRemovedFiles"), 1);
    assert_eq!(metric(&info, "numAddedFiles"), 0);
    assert_eq!(metric(&info, "numDeletedRows"), 2);
    assert_eq!(sql(&mut session, "DELETE FROM t"), [["4"]]);
    assert_eq!(ids(&session, "t").len(), 0);
    assert_eq!(parameter(&last(&session, "t"), "predicate"), r#"["true"]"#);
}

#[test]
fn a_change_that_fits_no_row_makes_no_version() {
    let mut session = three_files();
    let before = version(&session, "t");
    assert_eq!(sql(&mut session, "DELETE FROM t WHERE id > 99"), [["0"]]);
    assert_eq!(
        sql(&mut session, "UPDATE t SET v = 'x' WHERE id > 99"),
        [["0"]]
    );
    assert_eq!(version(&session, "t"), before);
}

#[test]
fn delete_keeps_rows_for_which_the_condition_is_null_and_may_ask_a_subquery() {
    let (_, mut session) = session();
    sql(&mut session, "CREATE TABLE t (id INT)");
    sql(&mut session, "INSERT INTO t VALUES (1), (2), (NULL)");
    sql(&mut session, "DELETE FROM t WHERE id = 1");
    assert_eq!(ids(&session, "t"), ["2", "NULL"]);
    sql(
        &mut session,
        "DELETE FROM t WHERE id IN (SELECT id FROM t WHERE id > 1)",
    );
    assert_eq!(ids(&session, "t"), ["NULL"]);
}

#[test]
fn update_changes_the_rows_that_fit_and_copies_the_others_of_their_files() {
    let mut session = three_files();
    assert_eq!(
        sql(
            &mut session,
            "UPDATE t AS x SET v = concat(x.v, '!'), id = id * 10 WHERE x.id IN (1, 3, 4)"
        ),
        [["3"]]
    );
    assert_eq!(
        rows(&session, "t"),
        [
            ["10", "v1!"],
            ["2", "v2"],
            ["30", "v3!"],
            ["40", "v4!"],
            ["5", "v5"],
            ["6", "v6"]
        ]
    );
    let info = last(&session, "t");
    assert_eq!(info.operation, "UPDATE");
    assert_eq!(parameter(&info, "predicate"), r#"["(id IN (1, 3, 4))"]"#);
    assert_eq!(metric(&info, "numUpdatedRows"), 3);
    assert_eq!(metric(&info, "numCopiedRows"), 1);
    assert_eq!(metric(&info, "numRemovedFiles"), 2);
    assert_eq!(sql(&mut session, "UPDATE t SET v = NULL"), [["6"]]);
    assert!(rows(&session, "t").iter().all(|r| r[1] == "NULL"));
}

#[test]
fn an_update_moves_rows_between_partitions() {
    let (_, mut session) = session();
    sql(
        &mut session,
        "CREATE TABLE t (id INT, p STRING) PARTITIONED BY (p)",
    );
    sql(&mut session, "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    sql(&mut session, "UPDATE t SET p = 'c' WHERE id = 1");
    assert_eq!(rows(&session, "t"), [["1", "c"], ["2", "b"]]);
    assert_eq!(
        sql(&mut session, "SELECT count(*) FROM t WHERE p = 'a'"),
        [["0"]]
    );
}

#[test]
fn merge_updates_deletes_and_inserts_by_its_clauses_in_order() {
    let mut session = three_files();
    sql(
        &mut session,
        "CREATE TEMP VIEW s AS SELECT * FROM VALUES (1, 'one', false), (3, 'three', true), (9, 'nine', false), (10, 'ten', true) AS s(id, v, gone)",
    );
    let counts = sql(
        &mut session,
        "MERGE INTO t USING s ON t.id = s.id
         WHEN MATCHED AND s.gone THEN DELETE
         WHEN MATCHED THEN UPDATE SET t.v = s.v
         WHEN NOT MATCHED AND NOT s.gone THEN INSERT (id, v) VALUES (s.id, upper(s.v))",
    );
    assert_eq!(counts, [["3", "1", "1", "1"]]);
    assert_eq!(
        rows(&session, "t"),
        [
            ["1", "one"],
            ["2", "v2"],
            ["4", "v4"],
            ["5", "v5"],
            ["6", "v6"],
            ["9", "NINE"]
        ]
    );
    let info = last(&session, "t");
    assert_eq!(info.operation, "MERGE");
    assert_eq!(parameter(&info, "predicate"), r#"["(t.id = s.id)"]"#);
    assert_eq!(
        parameter(&info, "matchedPredicates"),
        r#"[{"predicate":"s.gone","actionType":"delete"},{"actionType":"update"}]"#
    );
    assert_eq!(
        parameter(&info, "notMatchedPredicates"),
        r#"[{"predicate":"(NOT s.gone)","actionType":"insert"}]"#
    );
    assert_eq!(parameter(&info, "notMatchedBySourcePredicates"), "[]");
    assert_eq!(metric(&info, "numSourceRows"), 4);
    assert_eq!(metric(&info, "numTargetRowsUpdated"), 1);
    assert_eq!(metric(&info, "numTargetRowsDeleted"), 1);
    assert_eq!(metric(&info, "numTargetRowsInserted"), 1);
    assert_eq!(metric(&info, "numTargetRowsCopied"), 2);
    assert_eq!(metric(&info, "numTargetFilesRemoved"), 2);
    assert_eq!(metric(&info, "numOutputRows"), 4);
}

#[test]
fn merge_with_stars_upserts_by_name() {
    let mut session = three_files();
    sql(
        &mut session,
        "CREATE TEMP VIEW s AS SELECT * FROM VALUES ('new', 6L), ('seven', 7L) AS s(v, id)",
    );
    let counts = sql(
        &mut session,
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
    );
    assert_eq!(counts, [["2", "1", "0", "1"]]);
    let found = rows(&session, "t");
    assert_eq!(found.len(), 7);
    assert_eq!(found[5..], [["6", "new"], ["7", "seven"]]);
}

#[test]
fn merge_acts_on_rows_that_the_source_lacks() {
    let mut session = three_files();
    let counts = sql(
        &mut session,
        "MERGE INTO t USING (SELECT 1 AS id) s ON t.id = s.id
         WHEN NOT MATCHED BY SOURCE AND t.id > 4 THEN DELETE
         WHEN NOT MATCHED BY SOURCE AND t.id = 2 THEN UPDATE SET v = 'alone'",
    );
    assert_eq!(counts, [["3", "1", "2", "0"]]);
    assert_eq!(
        rows(&session, "t"),
        [["1", "v1"], ["2", "alone"], ["3", "v3"], ["4", "v4"]]
    );
    let info = last(&session, "t");
    assert_eq!(metric(&info, "numTargetRowsNotMatchedBySourceDeleted"), 2);
    assert_eq!(metric(&info, "numTargetRowsNotMatchedBySourceUpdated"), 1);
    // The file of 3 and 4 stays.
    assert_eq!(metric(&info, "numTargetFilesRemoved"), 2);
}

#[test]
fn an_insert_only_merge_appends_and_leaves_files_alone() {
    let mut session = three_files();
    let text = "MERGE INTO t USING (SELECT * FROM VALUES (1, 'x'), (7, 'y'), (7, 'z') AS s(id, v)) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *";
    assert_eq!(sql(&mut session, text), [["2", "0", "0", "2"]]);
    assert_eq!(ids(&session, "t").len(), 8);
    assert_eq!(metric(&last(&session, "t"), "numTargetFilesRemoved"), 0);
    let before = version(&session, "t");
    assert_eq!(sql(&mut session, text), [["0", "0", "0", "0"]]);
    assert_eq!(version(&session, "t"), before);
}

#[test]
fn several_source_rows_for_one_target_row_are_refused_unless_they_only_delete() {
    let mut session = three_files();
    sql(
        &mut session,
        "CREATE TEMP VIEW s AS SELECT * FROM VALUES (1, 'a'), (1, 'b') AS s(id, v)",
    );
    let text = refusal(
        &mut session,
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET *",
    );
    assert_eq!(
        text,
        "[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] Cannot perform Merge as multiple source rows matched and attempted to modify the same\ntarget row in the Delta table in possibly conflicting ways. By SQL semantics of Merge,\nwhen multiple source rows match on the same target row, the result may be ambiguous\nas it is unclear which source row should be used to update or delete the matching\ntarget row. You can preprocess the source table to eliminate the possibility of\nmultiple matches. Please refer to\nhttps://docs.delta.io/latest/delta-update.html#upsert-into-a-table-using-merge"
    );
    assert_eq!(ids(&session, "t").len(), 6);
    // A condition that only one of them fulfils makes it clear.
    let counts = sql(
        &mut session,
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.v = 'b' THEN UPDATE SET *",
    );
    assert_eq!(counts, [["1", "1", "0", "0"]]);
    assert_eq!(rows(&session, "t")[0], ["1", "b"]);
    let counts = sql(
        &mut session,
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE",
    );
    assert_eq!(counts, [["1", "0", "1", "0"]]);
}

#[test]
fn merge_brings_new_columns_with_schema_evolution_only() {
    let mut session = three_files();
    sql(
        &mut session,
        "CREATE TEMP VIEW s AS SELECT * FROM VALUES (1, true), (7, false) AS s(id, extra)",
    );
    let upsert = "INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *";
    let text = refusal(&mut session, &format!("MERGE {upsert}"));
    assert!(
        text.starts_with("[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `v` cannot be resolved."),
        "{text}"
    );
    sql(
        &mut session,
        &format!("MERGE WITH SCHEMA EVOLUTION {upsert}"),
    );
    let found = rows(&session, "t");
    assert_eq!(found[0], ["1", "v1", "true"]);
    assert_eq!(found[1], ["2", "v2", "NULL"]);
    assert_eq!(found[6], ["7", "NULL", "false"]);
    // The same by the session's setting.
    sql(
        &mut session,
        "SET spark.databricks.delta.schema.autoMerge.enabled = true",
    );
    sql(
        &mut session,
        "MERGE INTO t USING (SELECT 8 AS id, 'u' AS more) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *",
    );
    assert_eq!(rows(&session, "t")[7], ["8", "NULL", "NULL", "u"]);
}

#[test]
fn clauses_see_their_own_side() {
    let mut session = three_files();
    sql(
        &mut session,
        "CREATE TEMP VIEW s AS SELECT 1 AS id, 'x' AS w",
    );
    let text = refusal(
        &mut session,
        "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, t.v)",
    );
    assert!(text.starts_with("[UNRESOLVED_COLUMN"), "{text}");
    let text = refusal(
        &mut session,
        "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN UPDATE SET v = s.w",
    );
    assert!(text.starts_with("[UNRESOLVED_COLUMN"), "{text}");
    let text = refusal(
        &mut session,
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN MATCHED THEN UPDATE SET v = 'x'",
    );
    assert!(
        text.starts_with("[NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION] When there are more than one MATCHED clauses in a MERGE statement, only the last MATCHED clause can omit the condition. SQLSTATE: 42613"),
        "{text}"
    );
    let text = refusal(&mut session, "MERGE INTO t USING s ON t.id = s.id");
    assert!(
        text.starts_with("[MERGE_WITHOUT_WHEN] There must be at least one WHEN clause in a MERGE statement. SQLSTATE: 42601"),
        "{text}"
    );
}

#[test]
fn tables_of_files_and_views_are_not_changed() {
    let (_, mut session) = session();
    sql(&mut session, "CREATE TEMP VIEW v AS SELECT 1 AS id");
    let text = refusal(&mut session, "DELETE FROM v");
    assert!(
        text.starts_with(
            "[EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE] 'DELETE' expects a table but `v` is a view."
        ),
        "{text}"
    );
}

#[test]
fn changes_are_recorded_in_change_data_files_where_the_table_asks_for_it() {
    let (_, mut session) = session();
    sql(
        &mut session,
        "CREATE TABLE t (id INT, v STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true)",
    );
    sql(
        &mut session,
        "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    );
    sql(&mut session, "UPDATE t SET v = 'z' WHERE id = 1");
    sql(&mut session, "DELETE FROM t WHERE id = 2");
    sql(&mut session, "INSERT INTO t VALUES (4, 'd')");
    let name = session.state().table_name(&["t".to_owned()]).unwrap();
    let log = session.state().table_log(&name).unwrap();
    let changes: Vec<usize> = (0..=4)
        .map(|version| {
            let actions = log.commit(version).unwrap();
            actions
                .iter()
                .filter(|a| matches!(a, Action::Cdc(file) if file.path.starts_with("_change_data/cdc-")))
                .count()
        })
        .collect();
    assert_eq!(changes, [0, 0, 1, 1, 0]);
    let protocol = log.snapshot().unwrap().protocol().clone();
    assert_eq!(
        (protocol.min_reader_version, protocol.min_writer_version),
        (1, 4)
    );
}

#[test]
fn delta_tables_of_the_dataframe_api_are_changed_with_columns() {
    let mut session = three_files();
    let table = vec!["t".to_owned()];
    let name = |name: &str| Column::Name(name.into());
    let equal = |a: Column, b: Column| Column::Operator {
        operator: "=".into(),
        args: vec![a, b],
    };
    let text = |text: &str| Column::Literal(Value::String(text.into()), DataType::String);
    let source = match session
        .sql("SELECT * FROM VALUES (1, 'one'), (7, 'seven') AS s(id, v)")
        .unwrap()
        .pop()
    {
        Some(Ran::Rows(plan)) => plan,
        other => panic!("{other:?}"),
    };
    let frames = DataFrames::new(session.state());
    let source = frames.alias(&source, "s");
    let merge = frames
        .merge(
            &table,
            Some("t"),
            &source,
            &equal(name("t.id"), name("s.id")),
            &[
                ColumnClause {
                    when: MergeWhen::Matched,
                    condition: None,
                    action: ColumnAction::Update(vec![("v".into(), name("s.v"))]),
                },
                ColumnClause {
                    when: MergeWhen::NotMatched,
                    condition: None,
                    action: ColumnAction::InsertAll,
                },
            ],
            false,
        )
        .unwrap();
    let update = frames
        .update(
            &table,
            None,
            Some(&equal(name("v"), text("v2"))),
            &[("v".into(), text("two"))],
        )
        .unwrap();
    let delete = frames
        .delete(&table, Some("x"), Some(&equal(name("x.v"), text("v3"))))
        .unwrap();
    session.merge(&merge).unwrap();
    session.update(&update).unwrap();
    session.delete(&delete).unwrap();
    assert_eq!(
        rows(&session, "t"),
        [
            ["1", "one"],
            ["2", "two"],
            ["4", "v4"],
            ["5", "v5"],
            ["6", "v6"],
            ["7", "seven"]
        ]
    );
}
