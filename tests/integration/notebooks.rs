//! Notebooks through the command line: `tests/notebooks`.
//!
//! Each has what it comes to in `expected/`: the lines that `--json` prints, without sources and times.
//! `REWRITE=1 cargo test --test integration notebooks` writes them anew, for you to look at.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notebooks")
}

/// What `multihop run` prints for a notebook's cells, the clock and ids being always the same.
fn cells(notebook: &Path, arguments: &[&str]) -> Vec<Value> {
    cells_as(notebook, &[&["--replay"], arguments].concat())
}

fn cells_as(notebook: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_multihop"))
        .arg("run")
        .arg(notebook)
        .arg("--json")
        .args(arguments)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let lines = printed.lines().map(|line| {
        let mut cell: Value = serde_json::from_str(line).unwrap();
        let entries = cell.as_object_mut().unwrap();
        entries.remove("seconds");
        entries.remove("source");
        cell
    });
    lines.collect()
}

/// A Databricks notebook of these cells.
fn source(cells: &[&str]) -> String {
    let cells = cells.iter().map(|cell| match cell.strip_prefix('%') {
        Some(_) => cell.lines().map(|l| format!("# MAGIC {l}\n")).collect(),
        None => format!("{cell}\n"),
    });
    let cells: Vec<String> = cells.collect();
    format!(
        "# Databricks notebook source\n{}",
        cells.join("\n# COMMAND ----------\n\n")
    )
}

/// Runs notebooks that a test makes: the first of them.
fn run(name: &str, notebooks: &[(&str, &[&str])]) -> Vec<Value> {
    let dir = std::env::temp_dir().join(format!("multihop-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    for (notebook, cells) in notebooks {
        std::fs::write(dir.join(format!("{notebook}.py")), source(cells)).unwrap();
    }
    let first = dir.join(format!("{}.py", notebooks[0].0));
    let cells = cells(&first, &[]);
    std::fs::remove_dir_all(&dir).unwrap();
    cells
}

fn names() -> BTreeSet<String> {
    std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .filter(|name| [".py", ".sql", ".ipynb"].iter().any(|e| name.ends_with(e)))
        .collect()
}

/// With this machine's clock and ids drawn at random. `TIMES=20` runs each so often; two runs are always compared.
#[test]
fn notebooks_come_to_the_same_in_every_run_but_for_ids_and_times() {
    let times = std::env::var("TIMES").map_or(2, |times| times.parse().unwrap());
    let drawn = regex::Regex::new(concat!(
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        r"|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z?|\d{4}-\d\d-\d\d|\b\d{13}\b",
        r"|[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}",
        r"|in \d+\.\d+s",
        // How long something took: `"…DurationMs": 12`, `"…TimeMs": "12"`.
        r#"|(Ms\\*"|PerSecond\\*"): ?\\*"?[0-9.E]+"#,
    ))
    .unwrap();
    for name in names() {
        let run = || -> Vec<String> {
            let cells = cells_as(&folder().join(&name), &[]).into_iter();
            cells
                .map(|cell| drawn.replace_all(&cell.to_string(), "…").into_owned())
                .collect()
        };
        let first = run();
        for _ in 1..times {
            for (was, is) in first.iter().zip(run()) {
                assert_eq!(*was, is, "{name}");
            }
        }
    }
}

#[test]
fn notebooks_come_to_what_they_came_to_before() {
    let rewrites = std::env::var_os("REWRITE").is_some();
    let names = names();
    let check = |name: &String| -> Option<String> {
        let came_to: Vec<String> = cells(&folder().join(name), &[])
            .iter()
            .map(ToString::to_string)
            .collect();
        let stem = name.rsplit_once('.').unwrap().0;
        let path = folder().join(format!("expected/{stem}.jsonl"));
        if rewrites {
            std::fs::write(&path, came_to.join("\n") + "\n").unwrap();
            return None;
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let expected: Vec<&str> = expected.lines().collect();
        let lines = (0..expected.len().max(came_to.len())).filter_map(|i| {
            let (was, is) = (expected.get(i).copied(), came_to.get(i).map(String::as_str));
            let (was, is) = (was.unwrap_or("no cell"), is.unwrap_or("no cell"));
            (was != is).then(|| format!("{name}\n  expected: {was}\n  is:       {is}"))
        });
        let lines: Vec<String> = lines.collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    };
    let wrong: Vec<String> = names.iter().filter_map(check).collect();
    assert!(!names.is_empty());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn functions_of_a_notebook_that_ran_another_still_run_and_so_do_the_others() {
    let cells = run(
        "functions",
        &[
            (
                "first",
                &[
                    "from pyspark.sql.types import LongType\nspark.udf.register('twice', lambda x: x * 2, LongType())",
                    "print(dbutils.notebook.run('./second', 60, {'n': '5'}))",
                    "print(spark.sql('SELECT twice(4), thrice(4)').collect())",
                    "dbutils.widgets.get('n')",
                ],
            ),
            (
                "second",
                &[
                    "from pyspark.sql.types import LongType\nspark.udf.register('thrice', lambda x: x * 3, LongType())",
                    "n = spark.sql(f\"SELECT twice({dbutils.widgets.get('n')})\").first()[0]",
                    "dbutils.notebook.exit(f'twice is {n}')",
                ],
            ),
        ],
    );
    assert_eq!(cells[1]["stdout"], "twice is 10\n");
    assert_eq!(cells[2]["error"], Value::Null);
    assert_eq!(cells[2]["stdout"], "[Row(twice(4)=8, thrice(4)=12)]\n");
    // The argument was the other notebook's.
    assert_eq!(cells[3]["error"]["class"], "Py4JJavaError");
}

#[test]
fn an_error_in_sql_tells_its_condition_and_its_line_in_the_cell() {
    let cells = run(
        "errors",
        &[(
            "errors",
            &["%sql\nSELECT 1;\nSELEC 2", "%sql\nSELECT *\nFROM nowhere"],
        )],
    );
    assert_eq!(cells[0]["error"]["condition"], "PARSE_SYNTAX_ERROR");
    assert_eq!(cells[0]["error"]["line"], 3);
    assert_eq!(cells[1]["error"]["condition"], "TABLE_OR_VIEW_NOT_FOUND");
    assert_eq!(cells[1]["error"]["line"], 3);
}

#[test]
fn a_shown_stream_with_a_name_is_the_notebooks_to_stop_and_others_end_by_themselves() {
    let cells = run(
        "streams",
        &[(
            "streams",
            &[
                "%sql\nCREATE TABLE t AS SELECT 1 AS a",
                "display(spark.readStream.table('t'))",
                "print(len(spark.streams.active))",
                "display(spark.readStream.table('t'), streamName='mine')",
                "[s.name for s in spark.streams.active]",
            ],
        )],
    );
    assert_eq!(cells[1]["results"][0]["rows"], json!([[1]]));
    assert_eq!(cells[1]["results"][0]["streaming"], true);
    assert_eq!(cells[2]["stdout"], "0\n");
    assert_eq!(cells[3]["results"][0]["rows"], json!([[1]]));
    assert_eq!(cells[4]["results"][0]["text"], "['mine']");
}

#[test]
fn a_streams_failure_is_shown_where_it_was_started_and_nobody_waits_for_it_for_ever() {
    let cells = run(
        "failures",
        &[(
            "failures",
            &[
                "def bad(batch, number):\n    raise ValueError('oh no')\nspark.range(3).write.saveAsTable('t')\nquery = (spark.readStream.table('t').writeStream.foreachBatch(bad)\n    .option('checkpointLocation', '/tmp/checkpoint').start())",
                "import time\nwhile len(query.recentProgress) < 1:\n    time.sleep(60)",
                "print(query.isActive, 'oh no' in str(query.exception()))",
            ],
        )],
    );
    assert_eq!(cells[0]["error"]["class"], "StreamingQueryException");
    assert_eq!(cells[0]["error"]["condition"], "STREAM_FAILED");
    assert_eq!(cells[1]["error"]["class"], "Cancelled");
    assert_eq!(cells[2]["stdout"], "False True\n");
}

#[test]
fn sql_in_a_foreach_batch_function_sees_the_batch_through_the_java_session_too() {
    let cells = run(
        "java",
        &[(
            "java",
            &[
                "spark.range(3).write.saveAsTable('source')\nspark.sql('CREATE TABLE target (id BIGINT)')",
                "class Upsert:\n    def __init__(self, query):\n        self.query = query\n    def batch(self, rows, number):\n        rows.createOrReplaceTempView('updates')\n        rows._jdf.sparkSession().sql(self.query)",
                "upsert = Upsert('MERGE INTO target t USING updates u ON t.id = u.id WHEN NOT MATCHED THEN INSERT *')\n(spark.readStream.table('source').writeStream.foreachBatch(upsert.batch)\n    .option('checkpointLocation', '/tmp/checkpoint').trigger(availableNow=True).start().awaitTermination())",
                "%sql\nSELECT count(*) FROM target",
            ],
        )],
    );
    assert_eq!(cells[2]["error"], Value::Null);
    assert_eq!(cells[3]["results"][0]["rows"], json!([[3]]));
}
