//! What PySpark answers to snippets, and what we do: `tests/spark`.
//!
//! `snippets/<subject>.py` has them, `expected/<subject>.jsonl` what Spark 4.0.1 answered (`make record-spark`),
//! `different.txt` those that we answer differently, below the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::assert_as_recorded;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spark")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Results by the snippet's name, from the lines that the harness prints.
fn results(text: &str) -> BTreeMap<String, Value> {
    let lines = text.lines().filter_map(|line| {
        let mut line: Value = serde_json::from_str(line).ok()?;
        Some((line["name"].as_str()?.to_owned(), line["is"].take()))
    });
    lines.collect()
}

/// Runs a subject's snippets in a notebook of two cells: the harness, and the snippets.
fn run(subject: &str) -> BTreeMap<String, Value> {
    let harness = read(&folder().join("harness.py")) + &read(&folder().join("multihop.py"));
    let snippets = read(&folder().join(format!("snippets/{subject}.py")));
    // A JSON text is a Python text.
    let all = format!(
        "for snippet in snippets({}):\n    print(RUNNER.run(*snippet))\n",
        json!(snippets)
    );
    let cell = |source: &str| json!({"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": null});
    let notebook = json!({
        "cells": [cell(&harness), cell(&all)], "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    });
    let name = format!("multihop-spark-{}-{subject}.ipynb", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, notebook.to_string()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_multihop"))
        .arg("run")
        .arg(&path)
        .arg("--json")
        .output()
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let mut cells = printed.lines().map(|line| {
        let cell: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            cell["error"],
            Value::Null,
            "{subject}: {}",
            cell["error"]["traceback"]
        );
        cell["stdout"].as_str().unwrap_or_default().to_owned()
    });
    results(&cells.nth(1).unwrap_or_default())
}

/// Snippets that differ, as `subject/name`. Each stands below a comment that says why.
fn different() -> BTreeSet<String> {
    let mut reason = false;
    let mut names = BTreeSet::new();
    for line in read(&folder().join("different.txt")).lines() {
        if line.is_empty() {
            reason = false;
        } else if line.starts_with('#') {
            reason = true;
        } else {
            assert!(reason, "{line} has no reason in different.txt");
            names.insert(line.to_owned());
        }
    }
    names
}

#[test]
fn snippets_of_pyspark_give_the_rows_schemas_texts_and_errors_that_spark_gives() {
    let mut subjects: Vec<String> = std::fs::read_dir(folder().join("snippets"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    subjects.sort();
    let answers: Vec<(String, BTreeMap<String, Value>)> = std::thread::scope(|scope| {
        let halves: Vec<_> = [0, 1]
            .map(|half| {
                let subjects = &subjects;
                scope.spawn(move || {
                    let mine = subjects.iter().skip(half).step_by(2);
                    mine.map(|s| (s.clone(), run(s))).collect::<Vec<_>>()
                })
            })
            .into_iter()
            .collect();
        halves.into_iter().flat_map(|h| h.join().unwrap()).collect()
    });
    let mut different = different();
    let (mut wrong, mut right, mut checked) = (Vec::new(), Vec::new(), 0);
    for (subject, ours) in answers {
        let expected = results(&read(&folder().join(format!("expected/{subject}.jsonl"))));
        for name in ours.keys().filter(|name| !expected.contains_key(*name)) {
            wrong.push(format!(
                "{subject}/{name}\n  isn't recorded: make record-spark"
            ));
        }
        for (name, spark) in expected {
            checked += 1;
            let id = format!("{subject}/{name}");
            let ours = ours.get(&name).unwrap_or(&Value::Null);
            let same = *ours == spark;
            match (different.remove(&id), same) {
                (false, false) => wrong.push(format!("{id}\n  spark: {spark}\n  ours:  {ours}")),
                (true, true) => right.push(id),
                _ => {}
            }
        }
    }
    assert!(checked > 500, "only {checked} snippets");
    assert_as_recorded(checked, &wrong, &right, "different.txt");
    assert!(
        different.is_empty(),
        "different.txt names snippets that aren't there: {different:?}"
    );
}
