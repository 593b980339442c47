use proptest::prelude::*;

use super::*;

fn sources(notebook: &Notebook) -> Vec<&str> {
    notebook.cells.iter().map(|c| c.source.as_str()).collect()
}

fn read(path: &str, text: &str) -> Notebook {
    Notebook::read(path, text.as_bytes()).unwrap()
}

const SOURCE: &str = "\
# Databricks notebook source
# MAGIC %md
# MAGIC # Bronze
# MAGIC
# MAGIC Orders as they came.

# COMMAND ----------

# DBTITLE 1,Read
orders = spark.read.parquet(\"/orders\")

display(orders)

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT count(*)
# MAGIC FROM orders_bronze;
";

#[test]
fn a_databricks_source_file_is_read_into_its_cells() {
    let notebook = read("Shared/4.6 Bronze.py", SOURCE);
    assert_eq!(notebook.name, "4.6 Bronze");
    assert_eq!(notebook.language, Language::Python);
    assert_eq!(
        sources(&notebook),
        [
            "%md\n# Bronze\n\nOrders as they came.",
            "orders = spark.read.parquet(\"/orders\")\n\ndisplay(orders)",
            "%sql\nSELECT count(*)\nFROM orders_bronze;",
        ]
    );
    assert_eq!(notebook.cells[1].title.as_deref(), Some("Read"));
    let languages: Vec<_> = notebook
        .cells
        .iter()
        .map(|c| c.language(notebook.language))
        .collect();
    assert_eq!(
        languages,
        [
            CellLanguage::Markdown,
            CellLanguage::Python,
            CellLanguage::Sql
        ]
    );
}

#[test]
fn a_databricks_source_file_is_written_as_databricks_writes_it() {
    let mut notebook = read("n.py", SOURCE);
    // Said to be changed, so that it is written anew.
    notebook.read_from = None;
    assert_eq!(notebook.write(Format::Source), SOURCE);
    notebook.cells.remove(1);
    let text = notebook.write(Format::Source);
    assert!(!text.contains("DBTITLE"), "{text}");
    assert_eq!(text.matches("COMMAND").count(), 1, "{text}");
}

#[test]
fn a_sql_notebook_hides_python_behind_magic() {
    let text = "-- Databricks notebook source\nSELECT 1\n\n-- COMMAND ----------\n\n-- MAGIC %python\n-- MAGIC print(1)\n";
    let mut notebook = read("n.sql", text);
    assert_eq!(notebook.language, Language::Sql);
    assert_eq!(sources(&notebook), ["SELECT 1", "%python\nprint(1)"]);
    notebook.read_from = None;
    assert_eq!(notebook.write(Format::Source), text);
}

#[test]
fn an_unchanged_notebook_is_written_byte_for_byte() {
    for (path, format, text) in [
        (
            "n.py",
            Format::Source,
            "\u{feff}# Databricks notebook source\r\nx = 1\r\n\r\n\r\n# COMMAND ----------\r\ny",
        ),
        ("n.py", Format::Plain, "# %% one\n\n\nprint(1)\n# %%\n"),
        (
            "n.ipynb",
            Format::Jupyter,
            "{\"nbformat\":4, \"x\":1e3,\"cells\":[{\"cell_type\":\"code\",\"source\":\"a\"}]}",
        ),
    ] {
        assert_eq!(read(path, text).write(format), text, "{path}");
    }
}

#[test]
fn a_jupyter_notebook_keeps_metadata_and_outputs_when_a_cell_changes() {
    let text = r##"{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "a",
   "metadata": {"tags": ["x"]},
   "source": ["# Title\n", "text"]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "metadata": {"application/vnd.databricks.v1+cell": {"title": "Count", "nuid": "7"}},
   "outputs": [{"output_type": "stream", "name": "stdout", "text": ["hi\n"]}],
   "source": ["print('hi')"]
  }
 ],
 "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
"##;
    let mut notebook = read("n.ipynb", text);
    assert_eq!(sources(&notebook), ["%md\n# Title\ntext", "print('hi')"]);
    assert_eq!(notebook.cells[1].title.as_deref(), Some("Count"));
    notebook.cells[1].source = "print('ho')".into();
    let written: Value = serde_json::from_str(&notebook.write(Format::Jupyter)).unwrap();
    let mut expected: Value = serde_json::from_str(text).unwrap();
    expected["cells"][1]["source"] = serde_json::json!(["print('ho')"]);
    assert_eq!(written, expected);
}

#[test]
fn percent_signs_part_a_python_program_into_cells() {
    let notebook = read(
        "p.py",
        "import os\n# %% [markdown] About\n# # Hello\n# there\n# %% Count\nprint(1)\n",
    );
    assert_eq!(
        sources(&notebook),
        ["import os", "%md\n# Hello\nthere", "print(1)"]
    );
    assert_eq!(notebook.cells[1].title.as_deref(), Some("About"));
    assert_eq!(notebook.cells[2].title.as_deref(), Some("Count"));
}

#[test]
fn files_that_are_no_notebooks_are_refused_by_name() {
    for (path, bytes) in [
        ("a/x.ipynb", &b"{"[..]),
        ("a/x.ipynb", b"[]"),
        ("a/x.ipynb", b"{\"nbformat\":3,\"worksheets\":[]}"),
        ("a/x.ipynb", b"{\"cells\":[1]}"),
        (
            "a/x.ipynb",
            b"{\"cells\":[{\"cell_type\":\"odd\",\"source\":\"\"}]}",
        ),
        (
            "a/x.ipynb",
            b"{\"cells\":[{\"cell_type\":\"code\",\"source\":[1]}]}",
        ),
        ("a/x.py", b"\xff\xfe"),
        ("a/x.dbc", b"PK"),
        ("a/x", b""),
    ] {
        let error = Notebook::read(path, bytes).unwrap_err();
        assert!(error.to_string().starts_with('x'), "{path}: {error}");
    }
}

#[test]
fn a_sql_cell_is_parted_into_statements_that_know_their_lines() {
    let cell = Cell::new(
        "%sql\n-- first; not yet\nSELECT ';' AS a, \"b;\", `c;`;\n\n/* ; */ SELECT 2 ;\n-- done;\n",
    );
    let steps = cell.steps(Language::Python).unwrap();
    let [Step::Sql(first), Step::Sql(second)] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    assert!(first.text.ends_with("`c;`"), "{first:?}");
    assert_eq!((first.line, first.column), (2, 0));
    assert_eq!((second.text.as_str(), second.line), ("SELECT 2", 5));
    assert_eq!(second.column, 8);
}

#[test]
fn cells_of_comments_alone_do_nothing() {
    for (source, language) in [
        ("# nothing\n\n  # at all", Language::Python),
        ("%sql\n-- nothing\n/* at all */", Language::Python),
        ("-- nothing", Language::Sql),
        ("", Language::Sql),
        ("  \n", Language::Python),
    ] {
        let steps = Cell::new(source).steps(language).unwrap();
        assert_eq!(steps, [], "{source}");
    }
}

#[test]
fn python_keeps_the_lines_of_its_cell() {
    let steps = Cell::new("\n%python x = 1\nprint(x)")
        .steps(Language::Sql)
        .unwrap();
    assert_eq!(steps, [Step::Python("\nx = 1\nprint(x)".into())]);
}

#[test]
fn pip_says_what_is_there_and_the_rest_of_the_cell_runs() {
    let steps = Cell::new("%pip install pandas\nprint(1)")
        .steps(Language::Python)
        .unwrap();
    assert!(matches!(&steps[0], Step::Print(text) if text.contains("pyspark")));
    assert_eq!(steps[1], Step::Python("\nprint(1)".into()));
}

#[test]
fn what_has_no_place_here_is_refused_with_a_reason() {
    for source in ["%sh ls", "!ls", "%scala 1", "%r 1", "%fortran x"] {
        let error = Cell::new(source).steps(Language::Python).unwrap_err();
        assert_eq!(error.class(), "UnsupportedOperationException", "{source}");
    }
}

#[test]
fn run_takes_a_path_and_arguments() {
    let run = |text: &str| Cell::new(text).steps(Language::Python);
    let step = |path: &str, arguments: &[(&str, &str)]| {
        vec![Step::Run {
            path: path.into(),
            arguments: arguments
                .iter()
                .map(|(n, v)| ((*n).into(), (*v).into()))
                .collect(),
        }]
    };
    assert_eq!(
        run("%run ../Includes/Copy-Datasets").unwrap(),
        step("../Includes/Copy-Datasets", &[])
    );
    assert_eq!(
        run("%run \"./My notebook\" $a=\"x y\" $b='2' $c=3").unwrap(),
        step("./My notebook", &[("a", "x y"), ("b", "2"), ("c", "3")])
    );
    for wrong in [
        "%run",
        "%run ./a\n%run ./b",
        "%run ./a $b",
        "%run \"./a",
        "%run ./a $=1",
    ] {
        assert!(run(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn fs_commands_are_those_of_dbutils() {
    let fs = |text: &str| Cell::new(text).steps(Language::Python);
    assert_eq!(
        fs("%fs ls 'dbfs:/a b'").unwrap(),
        [Step::Fs(FsCommand::Ls {
            path: "dbfs:/a b".into()
        })]
    );
    assert_eq!(
        fs("%fs\nrm -r /x").unwrap(),
        [Step::Fs(FsCommand::Rm {
            path: "/x".into(),
            recurse: true
        })]
    );
    for wrong in ["%fs", "%fs list /", "%fs cp /a", "%fs ls /a\nls /b"] {
        assert!(fs(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn settings_and_widgets_stand_in_for_their_names() {
    let value = |name: &str| match name {
        "dataset.bookstore" => Some("dbfs:/books".to_owned()),
        "city" => Some("O'Hare".to_owned()),
        _ => None,
    };
    assert_eq!(
        substitute(
            "SELECT * FROM json.`${dataset.bookstore}/x` -- ${hiveconf:city}",
            value
        ),
        "SELECT * FROM json.`dbfs:/books/x` -- O'Hare"
    );
    assert_eq!(
        substitute("${unknown} $city $unknown rlike 'a$' ${", value),
        "${unknown} O'Hare $unknown rlike 'a$' ${"
    );
    assert_eq!(
        markers(
            "SELECT :city, c.profile:city, ':city' -- :city\n, (:unknown)",
            value
        ),
        "SELECT 'O\\'Hare', c.profile:city, ':city' -- :city\n, (:unknown)"
    );
}

#[test]
fn a_run_finds_its_notebook_and_never_leaves_the_root() {
    let mut workspace = Workspace::default();
    workspace.put(
        "/Includes",
        Notebook::new("Copy-Datasets", Language::Python),
    );
    workspace.put("/Course", Notebook::new("4.6 Multihop", Language::Python));
    let from = "/Course/4.6 Multihop";
    for target in [
        "../Includes/Copy-Datasets",
        "../../../Includes/./Copy-Datasets",
        "/Includes/Copy-Datasets",
        "../Includes/Copy-Datasets.py",
    ] {
        let resolved = workspace.resolve(from, target).unwrap();
        assert_eq!(resolved.path, "/Includes/Copy-Datasets", "{target}");
        assert_eq!(resolved.note, None, "{target}");
    }
    // The dot in a name is no extension.
    let resolved = workspace.resolve("/Includes/x", "../Course/4.6 Multihop");
    assert_eq!(resolved.unwrap().path, "/Course/4.6 Multihop");

    let typo = workspace.resolve(from, "../Includes/Copy-Datasts").unwrap();
    assert_eq!(typo.path, "/Includes/Copy-Datasets");
    assert!(typo.note.unwrap().contains("Copy-Datasts"));

    let error = workspace.resolve(from, "./Copy-Datasets").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Did you mean /Includes/Copy-Datasets?"),
        "{error}"
    );
}

#[test]
fn the_sample_notebooks_can_be_read_and_find_one_another() {
    let workspace = samples().unwrap();
    let mut runs = 0;
    for (path, notebook) in workspace.iter() {
        for cell in &notebook.cells {
            for step in cell.steps(notebook.language).unwrap() {
                if let Step::Run { path: target, .. } = step {
                    let resolved = workspace.resolve(path, &target).unwrap();
                    assert_eq!(resolved.note, None);
                    runs += 1;
                }
            }
        }
    }
    assert_eq!(runs, 1);
}

#[test]
fn a_result_is_printed_as_one_json_object() {
    let result = CellResult {
        cell: 3,
        language: CellLanguage::Sql,
        source: "SELECT 1".into(),
        status: CellStatus::Ok,
        stdout: String::new(),
        results: vec![Output::Table {
            columns: vec![OutputColumn {
                name: "1".into(),
                data_type: "int".into(),
            }],
            rows: vec![vec![serde_json::value::to_raw_value(&1).unwrap()]],
            truncated: false,
            streaming: false,
        }],
        error: None,
        seconds: 0.5,
    };
    assert_eq!(
        serde_json::to_string(&result).unwrap(),
        r#"{"cell":3,"language":"sql","source":"SELECT 1","status":"ok","stdout":"","results":[{"kind":"table","columns":[{"name":"1","type":"int"}],"rows":[[1]],"truncated":false,"streaming":false}],"error":null,"seconds":0.5}"#
    );
}

/// A cell's source that a program can hold: no line that would part cells or be a comment of the
/// format's own, no line end but `\n`.
fn source() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        "[ -~]{0,12}",
        "%(md|sql|python|fs|run|raw)( [a-z]{1,5})?",
        "\\PC{0,8}",
    ];
    proptest::collection::vec(line, 0..5).prop_map(|lines| {
        let lines: Vec<String> = lines
            .into_iter()
            .map(|line| line.replace(['\r', '\n'], " "))
            .filter(|line| !line.contains("MAGIC") && !line.contains("# %%"))
            .collect();
        lines.join("\n")
    })
}

fn notebook() -> impl Strategy<Value = Notebook> {
    let title = proptest::option::of("[a-zA-Z0-9,]([a-zA-Z0-9 ,]{0,8}[a-z])?");
    let cell = (source(), title).prop_map(|(source, title)| Cell {
        source,
        title,
        ..Cell::default()
    });
    let language = prop_oneof![
        Just(Language::Python),
        Just(Language::Sql),
        Just(Language::Scala),
        Just(Language::R),
    ];
    (proptest::collection::vec(cell, 0..6), language).prop_map(|(cells, language)| Notebook {
        name: "n".into(),
        language,
        cells,
        ..Notebook::default()
    })
}

proptest! {
    #[test]
    fn the_source_format_loses_nothing(notebook in notebook()) {
        let text = notebook.write(Format::Source);
        let again = read(&notebook.file_name(Format::Source), &text);
        prop_assert_eq!(&again.cells, &notebook.cells);
        prop_assert_eq!(again.language, notebook.language);
        prop_assert_eq!(again.write(Format::Source), text);
    }

    #[test]
    fn the_jupyter_format_loses_nothing(notebook in notebook()) {
        let text = notebook.write(Format::Jupyter);
        let mut again = read("n.ipynb", &text);
        prop_assert_eq!(again.language, notebook.language);
        let titles = |n: &Notebook| n.cells.iter().map(|c| c.title.clone()).collect::<Vec<_>>();
        prop_assert_eq!(titles(&again), titles(&notebook));
        for (cell, before) in again.cells.iter().zip(&notebook.cells) {
            // `%md text` comes back as `%md` with the text below it.
            let body = |c: &Cell| c.body(notebook.language).trim_start_matches(['\n', ' ']).to_owned();
            prop_assert_eq!(body(cell), body(before));
            prop_assert_eq!(
                cell.language(notebook.language),
                before.language(notebook.language)
            );
        }
        again.read_from = None;
        prop_assert_eq!(again.write(Format::Jupyter), text);
    }

    #[test]
    fn any_bytes_are_a_notebook_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200), n in 0_usize..4) {
        let name = ["a.py", "a.sql", "a.ipynb", "a.r"][n];
        if let Ok(notebook) = Notebook::read(name, &bytes) {
            for cell in &notebook.cells {
                let _ = cell.steps(notebook.language);
            }
        }
    }

    #[test]
    fn any_cell_has_steps_or_an_error(source in "[%$:;'\"`/*\\-a-z{}\n \\\\é!]{0,60}", n in 0_usize..6) {
        let magic = ["", "%sql", "%fs ", "%run ", "%md", "%python"][n];
        let cell = Cell::new(format!("{magic}{source}"));
        let _ = cell.steps(Language::Python);
        let none = |_: &str| None;
        prop_assert_eq!(substitute(&source, none), source.clone());
        prop_assert_eq!(markers(&source, none), source);
    }
}
