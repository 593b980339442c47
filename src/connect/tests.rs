use serde_json::{Value, json};

use super::{Answer, Connect, Shown};
use crate::env::Env;
use crate::session::Session;
use crate::storage::MemoryFileSystem;
use std::sync::Arc;

struct Python {
    connect: Connect,
    session: Session,
}

impl Python {
    fn new() -> Self {
        let env = Env::deterministic(1_767_225_600_000, 1);
        let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), u64::MAX));
        Python {
            connect: Connect::default(),
            session: Session::new(fs, env),
        }
    }

    fn call(&mut self, request: Value) -> Value {
        match self.connect.call(&mut self.session, &request.to_string()) {
            Answer::Done(reply) => serde_json::from_str(&reply).unwrap(),
            other => panic!("{request} waits: {other:?}"),
        }
    }

    fn ok(&mut self, request: Value) -> Value {
        let reply = self.call(request);
        assert!(reply.get("ok").is_some(), "{reply}");
        reply["ok"].clone()
    }

    fn df(&mut self, request: Value) -> u64 {
        self.ok(request)["df"].as_u64().unwrap()
    }

    fn error(&mut self, request: Value) -> String {
        let reply = self.call(request);
        reply["error"]["message"].as_str().unwrap().to_owned()
    }

    fn show(&mut self, df: u64) -> String {
        let text = self.ok(json!({"op": "show", "df": df, "n": 20, "truncate": 20}));
        text.as_str().unwrap().to_owned()
    }

    /// (1, "x"), (2, "y"), (3, NULL)
    fn letters(&mut self) -> u64 {
        self.df(json!({
            "op": "local",
            "schema": {"type": "struct", "fields": [
                {"name": "id", "type": "integer", "nullable": true, "metadata": {}},
                {"name": "v", "type": "string", "nullable": true, "metadata": {}},
            ]},
            "rows": [[1, "x"], [2, "y"], [3, null]],
        }))
    }
}

fn col(name: &str) -> Value {
    json!({"col": name})
}

fn lit(n: i64) -> Value {
    json!({"lit": n, "type": "int"})
}

#[test]
fn a_select_names_its_columns_as_spark_does() {
    let mut python = Python::new();
    let df = python.letters();
    let reply = python.ok(json!({"op": "select", "df": df, "columns": [
        {"op": "+", "args": [col("id"), lit(1)]},
        {"cast": col("id"), "to": "string"},
        {"op": "negative", "args": [col("id")]},
        {"op": "not", "args": [{"op": ">", "args": [col("id"), lit(1)]}]},
        {"in": col("id"), "values": [lit(1), lit(2)]},
        {"like": col("v"), "pattern": {"lit": "x%", "type": "string"}},
        {"case": [[{"op": ">", "args": [col("id"), lit(1)]}, {"lit": "a", "type": "string"}]],
         "else": {"lit": "b", "type": "string"}},
        {"isnull": col("v")},
        {"lit": 1.5, "type": "double"},
    ]}));
    let names: Vec<&str> = reply["schema"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "(id + 1)",
            "id",
            "negative(id)",
            "(NOT (id > 1))",
            "(id IN (1, 2))",
            "v LIKE x%",
            "CASE WHEN (id > 1) THEN a ELSE b END",
            "(v IS NULL)",
            "1.5",
        ]
    );
}

#[test]
fn a_column_of_a_dataframe_is_found_in_what_is_made_from_it() {
    let mut python = Python::new();
    let left = python.letters();
    let right = python.letters();
    let kept = python.df(json!({"op": "filter", "df": left, "condition":
        {"op": ">", "args": [{"dfcol": [left, "id"]}, lit(1)]}}));
    let joined = python.df(
        json!({"op": "join", "left": kept, "right": right, "how": "left",
        "on": {"op": "=", "args": [{"dfcol": [left, "id"]}, {"dfcol": [right, "id"]}]}}),
    );
    let picked = python.df(json!({"op": "select", "df": joined, "columns":
        [{"dfcol": [left, "id"]}, {"alias": {"dfcol": [right, "v"]}, "names": ["right_v"]}]}));
    assert_eq!(
        python.show(picked),
        "+---+-------+\n| id|right_v|\n+---+-------+\n|  2|      y|\n|  3|   NULL|\n+---+-------+\n"
    );
    let error = python.error(json!({"op": "select", "df": joined, "columns": [col("id")]}));
    assert!(error.starts_with("[AMBIGUOUS_REFERENCE]"), "{error}");
}

#[test]
fn a_filter_finds_a_column_that_the_select_before_left_out() {
    let mut python = Python::new();
    let df = python.letters();
    let ids = python.df(json!({"op": "select", "df": df, "columns": [col("id")]}));
    let kept = python.df(json!({"op": "filter", "df": ids, "condition": {"sql": "v = 'x'"}}));
    assert_eq!(
        python.ok(json!({"op": "collect", "df": kept})),
        json!({"rows": [[1]]})
    );
    let sorted = python.df(json!({"op": "sort", "df": ids, "keys":
        [{"sort": {"dfcol": [df, "v"]}, "descending": true}]}));
    assert_eq!(
        python.ok(json!({"op": "collect", "df": sorted})),
        json!({"rows": [[2], [1], [3]]})
    );
}

#[test]
fn groups_are_aggregated_and_pivoted() {
    let mut python = Python::new();
    let df = python.letters();
    let count = json!({"fn": "count", "args": [{"star": null}]});
    let total = json!({"alias": {"fn": "sum", "args": [col("id")]}, "names": ["total"]});
    let grouped = python.df(json!({"op": "aggregate", "df": df, "kind": "groupBy",
        "keys": [{"alias": {"isnull": col("v")}, "names": ["empty"]}],
        "aggregates": [count, total]}));
    let sorted = python.df(json!({"op": "sort", "df": grouped, "keys": [col("empty")]}));
    assert_eq!(
        python.show(sorted),
        "+-----+--------+-----+\n|empty|count(1)|total|\n+-----+--------+-----+\n|false|       2|    3|\n| true|       1|    3|\n+-----+--------+-----+\n"
    );
    let pivoted = python.df(json!({"op": "aggregate", "df": df, "kind": "groupBy",
        "keys": [], "aggregates": [{"fn": "sum", "args": [col("id")]}],
        "pivot": {"column": col("v"), "values": null}}));
    assert_eq!(
        python.show(pivoted),
        "+----+---+---+\n|null|  x|  y|\n+----+---+---+\n|   3|  1|  2|\n+----+---+---+\n"
    );
}

#[test]
fn columns_are_added_replaced_renamed_and_dropped() {
    let mut python = Python::new();
    let df = python.letters();
    let with = python.df(json!({"op": "withColumns", "df": df, "columns": [
        ["ID", {"op": "*", "args": [col("id"), lit(10)]}],
        ["one", lit(1)],
    ]}));
    let renamed = python
        .df(json!({"op": "renameColumns", "df": with, "columns": [["one", "uno"], ["nope", "x"]]}));
    let dropped = python.df(json!({"op": "drop", "df": renamed, "columns": [col("v"), col("zz")]}));
    assert_eq!(
        python.ok(json!({"op": "collect", "df": dropped})),
        json!({"rows": [[10, 1], [20, 1], [30, 1]]})
    );
}

#[test]
fn views_and_sql_see_the_same_plan() {
    let mut python = Python::new();
    let df = python.letters();
    python.ok(json!({"op": "createView", "df": df, "name": "letters", "replace": true}));
    let counted =
        python.df(json!({"op": "sql", "text": "SELECT count(*) AS n FROM letters WHERE v > 'a'"}));
    assert_eq!(
        python.ok(json!({"op": "collect", "df": counted})),
        json!({"rows": [[2]]})
    );
    assert_eq!(python.ok(json!({"op": "count", "df": df})), json!(3));
    let error = python.error(json!({"op": "table", "name": "nope"}));
    assert!(error.starts_with("[TABLE_OR_VIEW_NOT_FOUND]"), "{error}");
}

#[test]
fn an_error_carries_its_class_and_condition() {
    let mut python = Python::new();
    let df = python.letters();
    let reply = python.call(json!({"op": "select", "df": df, "columns": [col("idd")]}));
    assert_eq!(reply["error"]["class"], "AnalysisException");
    assert_eq!(
        reply["error"]["condition"],
        "UNRESOLVED_COLUMN.WITH_SUGGESTION"
    );
    assert_eq!(reply["error"]["sqlState"], "42703");
    let reply = python.call(json!({"op": "sql", "text": "SELEC 1"}));
    assert_eq!(reply["error"]["class"], "ParseException");
    for odd in [
        "",
        "[]",
        "{}",
        "{\"op\": 3}",
        "{\"op\": \"fly\", \"df\": 9}",
    ] {
        let Answer::Done(reply) = python.connect.call(&mut python.session, odd) else {
            panic!("{odd} waits");
        };
        assert!(reply.contains("error"), "{odd}: {reply}");
    }
}

#[test]
fn files_are_listed_copied_and_removed() {
    let mut python = Python::new();
    python.ok(json!({"op": "fs.put", "path": "/tmp/a/x.txt", "contents": "hello"}));
    python.ok(json!({"op": "fs.cp", "from": "/tmp/a", "to": "dbfs:/tmp/b", "recurse": true}));
    let listed = python.ok(json!({"op": "fs.ls", "path": "dbfs:/tmp"}));
    assert_eq!(listed[1]["path"], "dbfs:/tmp/b/");
    assert_eq!(listed[1]["name"], "b/");
    assert_eq!(
        python.ok(json!({"op": "fs.head", "path": "/tmp/b/x.txt", "maxBytes": 4})),
        json!("hell")
    );
    assert_eq!(
        python.ok(json!({"op": "fs.rm", "path": "/tmp/b", "recurse": true})),
        json!(true)
    );
    assert_eq!(
        python.ok(json!({"op": "fs.rm", "path": "/tmp/b"})),
        json!(false)
    );
    let error = python.error(json!({"op": "fs.ls", "path": "/nope"}));
    assert_eq!(error, "java.io.FileNotFoundException: dbfs:/nope");
}

#[test]
fn a_wait_is_answered_when_the_stream_has_ended() {
    let mut python = Python::new();
    python.ok(json!({"op": "sql", "text": "CREATE TABLE t AS SELECT 1 AS a"}));
    let stream = python.df(json!({"op": "readStream", "table": "t", "options": [], "paths": []}));
    let query = python.ok(
        json!({"op": "writeStream", "df": stream, "format": "memory",
        "queryName": "shown", "options": [], "partitionBy": [], "trigger": {"availableNow": true}}),
    );
    let request = json!({"op": "stream.await", "runId": query["runId"], "timeoutMs": null});
    let Answer::Wait(wait) = python
        .connect
        .call(&mut python.session, &request.to_string())
    else {
        panic!("it has ended before it was moved");
    };
    python.session.process_all_available();
    assert_eq!(
        Connect::poll(&python.session, &wait),
        Some("{\"ok\":true}".into())
    );
    let progress = python.ok(json!({"op": "stream.progress", "runId": query["runId"], "last": 1}));
    assert_eq!(progress[0]["numInputRows"], 1);
}

#[test]
fn what_is_displayed_is_handed_over_once() {
    let mut python = Python::new();
    let df = python.letters();
    python.ok(json!({"op": "display", "df": df}));
    python.ok(json!({"op": "displayHTML", "html": "<b>x</b>"}));
    let shown = python.connect.take_shown();
    assert!(matches!(
        shown.as_slice(),
        [Shown::Relation { .. }, Shown::Html(_)]
    ));
    assert!(python.connect.take_shown().is_empty());
}

#[test]
fn a_foreach_batch_function_gets_each_batch_and_its_error_ends_the_query() {
    let mut python = Python::new();
    python.ok(json!({"op": "sql", "text": "CREATE TABLE t AS SELECT 1 AS a"}));
    let stream = python.df(json!({"op": "readStream", "table": "t", "options": [], "paths": []}));
    let query = python.ok(json!({"op": "writeStream", "df": stream, "foreachBatch": 7,
        "options": [], "partitionBy": []}));
    python.session.process_all_available();
    let call = python.connect.waiting_batch(&mut python.session).unwrap();
    assert_eq!(call.function, 7);
    let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
    assert_eq!(arguments["epoch"], 0);
    assert_eq!(
        python.ok(json!({"op": "collect", "df": arguments["df"]})),
        json!({"rows": [[1]]})
    );
    python
        .connect
        .batch_done(&mut python.session, &call, "{\"ok\": null}");
    python.ok(json!({"op": "sql", "text": "INSERT INTO t VALUES (2)"}));
    python.session.process_all_available();
    let call = python.connect.waiting_batch(&mut python.session).unwrap();
    python.connect.batch_done(
        &mut python.session,
        &call,
        "{\"error\": {\"message\": \"Traceback…\"}}",
    );
    python.session.process_all_available();
    let state = python.ok(json!({"op": "stream.state", "runId": query["runId"]}));
    assert_eq!(state["active"], false);
    let message = state["exception"]["message"].as_str().unwrap();
    assert!(message.contains("Traceback…"), "{message}");
}

#[test]
fn a_memory_sink_is_a_table_of_its_querys_name() {
    let mut python = Python::new();
    python.ok(json!({"op": "sql", "text": "CREATE TABLE t AS SELECT 1 AS a"}));
    let stream = python.df(json!({"op": "readStream", "table": "t", "options": [], "paths": []}));
    python.ok(
        json!({"op": "writeStream", "df": stream, "format": "memory", "queryName": "kept",
        "options": [], "partitionBy": []}),
    );
    python.session.process_all_available();
    let rows = python.df(json!({"op": "sql", "text": "SELECT a + 1 FROM kept"}));
    assert_eq!(
        python.ok(json!({"op": "collect", "df": rows})),
        json!({"rows": [[2]]})
    );
}

#[test]
fn a_python_function_is_called_row_by_row_in_sql_and_in_columns() {
    let mut python = Python::new();
    let doubled = |_: u64, arguments: &str| {
        let arguments: Value = serde_json::from_str(arguments).unwrap();
        let values: Vec<Value> = arguments["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| match row[0].as_i64() {
                Some(n) => json!(n * 2),
                None => json!("not a number"),
            })
            .collect();
        json!({"ok": {"values": values}}).to_string()
    };
    python.session.state_mut().python.0 = Some(Arc::new(super::JsonPython(doubled)));
    python.ok(json!({"op": "udf.register", "name": "twice", "function": 3, "returnType": "int"}));
    let rows = python.df(json!({"op": "sql",
        "text": "SELECT Twice(a), twice(NULL) AS n FROM VALUES (1), (2) AS t(a) WHERE twice(a) > 2"}));
    assert_eq!(
        python.ok(json!({"op": "collect", "df": rows})),
        json!({"rows": [[4, null]]})
    );
    let df = python.letters();
    let udf = json!({"udf": 3, "name": "twice", "returnType": "bigint", "args": [col("id")]});
    let rows = python.df(json!({"op": "select", "df": df, "columns": [udf]}));
    assert_eq!(
        python.show(rows),
        "+---------+\n|twice(id)|\n+---------+\n|        2|\n|        4|\n|        6|\n+---------+\n"
    );
}

#[test]
fn sql_takes_arguments_by_name_and_by_place() {
    let mut python = Python::new();
    let named = python.df(json!({"op": "sql", "text": "SELECT :a + 1 AS x, :b",
        "args": {"a": lit(1), "b": {"lit": "t", "type": "string"}}}));
    assert_eq!(
        python.ok(json!({"op": "collect", "df": named})),
        json!({"rows": [[2, "t"]]})
    );
    let placed = python.df(json!({"op": "sql",
        "text": "SELECT ? AS first FROM range(5) WHERE id > ?", "args": [lit(7), lit(3)]}));
    assert_eq!(
        python.ok(json!({"op": "collect", "df": placed})),
        json!({"rows": [[7]]})
    );
    let error = python.error(json!({"op": "sql", "text": "SELECT :nope", "args": {}}));
    assert!(error.starts_with("[UNBOUND_SQL_PARAMETER]"), "{error}");
}

#[test]
fn a_result_that_memory_would_not_hold_is_an_error() {
    let mut python = Python::new();
    let df = python.df(json!({"op": "range", "start": 0, "end": 1_000_000_000, "step": 1}));
    let error = python.error(json!({"op": "collect", "df": df}));
    assert!(
        error.contains("is bigger than spark.driver.maxResultSize"),
        "{error}"
    );
    let first = python.ok(json!({"op": "collect", "df": df, "limit": 2}));
    assert_eq!(first["rows"], json!([[0], [1]]));
}

#[test]
fn a_dataframe_is_made_of_hundreds_of_operations_and_of_thousands_is_an_error() {
    let run = || {
        let mut python = Python::new();
        let mut df = python.df(json!({"op": "range", "start": 0, "end": 1, "step": 1}));
        let next = json!({"op": "+", "args": [col("id"), lit(1)]});
        for made in 0_u32.. {
            let request = json!({"op": "withColumns", "df": df, "columns": [["id", next]]});
            let reply = python.call(request);
            match reply["ok"]["df"].as_u64() {
                Some(longer) => df = longer,
                None => {
                    let error = reply["error"]["message"].as_str().unwrap();
                    assert!(error.contains("StackOverflowError"), "{error}");
                    assert!(made >= 400, "{made}");
                    let rows = python.ok(json!({"op": "collect", "df": df}));
                    assert_eq!(rows["rows"], json!([[made]]));
                    return;
                }
            }
        }
    };
    // Code that isn't optimised needs more stack than a test has.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run);
    thread.unwrap().join().unwrap();
}
