//! Notebooks in the engine, asked as the page asks.

use bytes::Bytes;

use super::*;
use crate::protocol::{
    Cell, CellOutput, CellView, Completion, Language, NotebookFormat, NotebookView, PythonOutcome,
    RowsFormat,
};
use crate::storage::{Content, MemoryFileSystem};

const START_MS: i64 = 1_767_225_600_000;

struct Page {
    engine: Engine,
    last: u32,
    events: Vec<Event>,
    bytes: Option<Bytes>,
}

impl Page {
    fn new() -> Page {
        let env = Env::deterministic(START_MS, 7);
        let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 30));
        let mut engine = Engine::open(fs, env);
        let files = crate::bookstore::files(crate::bookstore::SEED).unwrap();
        engine.add_bookstore(files).unwrap();
        Page {
            engine,
            last: 0,
            events: Vec::new(),
            bytes: None,
        }
    }

    fn send(&mut self, request: Request, files: Vec<Arc<dyn Content>>) -> u32 {
        self.last += 1;
        let id = self.last;
        self.engine.handle(ToEngine { id, request }, files);
        id
    }

    /// The reply to a request, if it has come.
    fn reply_to(&mut self, id: u32) -> Option<Result<Reply, ErrorInfo>> {
        let mut found = None;
        for outgoing in self.engine.take_messages() {
            match outgoing.message {
                FromEngine::Reply { id: of, result } => {
                    if of == id {
                        found = Some(result);
                        self.bytes = outgoing.bytes;
                    }
                }
                FromEngine::Event { event } => self.events.push(event),
            }
        }
        found
    }

    /// Asks, and lets the engine work until it has answered.
    fn ask(&mut self, request: Request) -> Result<Reply, ErrorInfo> {
        self.ask_with(request, Vec::new())
    }

    fn ask_with(
        &mut self,
        request: Request,
        files: Vec<Arc<dyn Content>>,
    ) -> Result<Reply, ErrorInfo> {
        let id = self.send(request, files);
        for _ in 0..10_000 {
            if let Some(reply) = self.reply_to(id) {
                return reply;
            }
            self.engine.step();
        }
        panic!("no reply");
    }

    fn new_notebook(&mut self, language: Language) -> NotebookView {
        let folder = "/".to_owned();
        match self.ask(Request::NewNotebook { folder, language }).unwrap() {
            Reply::Notebook { notebook } => notebook,
            other => panic!("{other:?}"),
        }
    }

    fn run(&mut self, notebook: &str, source: &str) -> Result<Reply, ErrorInfo> {
        self.events.clear();
        self.ask(run(notebook, source))
    }

    /// What the cell showed since it began.
    fn shown(&self) -> Vec<&CellOutput> {
        let outputs = self.events.iter().filter_map(|event| match event {
            Event::Cell { output, .. } => Some(output),
            _ => None,
        });
        outputs.collect()
    }

    fn table(&self) -> u32 {
        match self.shown().last() {
            Some(CellOutput::Table { relation, .. }) => relation.handle,
            other => panic!("{other:?}"),
        }
    }

    fn rows(&mut self, handle: u32) -> Vec<Vec<String>> {
        let request = Request::FetchRows {
            handle,
            offset: 0.0,
            limit: 1000,
        };
        let Reply::Rows { rows, .. } = self.ask(request).unwrap() else {
            panic!("no rows");
        };
        let text = |cell: &Cell| match cell {
            Cell::Null => "NULL".to_owned(),
            Cell::Text(text) | Cell::Nested(text) => text.clone(),
        };
        rows.iter()
            .map(|row| row.iter().map(text).collect())
            .collect()
    }
}

fn run(notebook: &str, source: &str) -> Request {
    Request::RunCell {
        notebook: notebook.into(),
        cell: 1,
        source: source.into(),
        settle: false,
    }
}

#[test]
fn a_sql_cell_runs_its_statements_and_shows_their_rows() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Sql).path;
    let source = "-- two\nCREATE TABLE t AS SELECT 1 AS a;\nSELECT a + 1 AS b FROM t";
    assert_eq!(page.run(&notebook, source), Ok(Reply::Done));
    let handle = page.table();
    assert_eq!(page.rows(handle), [["2"]]);
}

#[test]
fn an_error_names_the_line_of_the_cell_and_what_ran_before_stays() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Python).path;
    let source = "%sql\nCREATE TABLE t AS SELECT 1 AS a;\n\nSELECT a,\n  oops FROM t";
    let error = page.run(&notebook, source).unwrap_err();
    assert_eq!(
        error.condition.as_deref(),
        Some("UNRESOLVED_COLUMN.WITH_SUGGESTION")
    );
    assert_eq!((error.line, error.column), (Some(5), Some(3)));
    assert!(
        error.details.contains("line 2 pos 2"),
        "Spark counts from the statement's start"
    );
    let error = page.run(&notebook, "%sql SELECT oops FROM t").unwrap_err();
    assert_eq!((error.line, error.column), (Some(1), Some(13)));
    page.run(&notebook, "%sql SELECT * FROM t").unwrap();
}

#[test]
fn rows_that_cannot_be_had_fail_their_cell() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Sql).path;
    let error = page
        .run(&notebook, "SELECT 1 / (id - 3) FROM range(5)")
        .unwrap_err();
    assert_eq!(error.condition.as_deref(), Some("DIVIDE_BY_ZERO"));
    assert_eq!(page.shown(), [] as [&CellOutput; 0]);
}

#[test]
fn a_streaming_view_shows_live_rows_until_it_is_stopped() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Sql).path;
    let pipeline = "bookstore".to_owned();
    page.ask(Request::Start { pipeline }).unwrap();
    page.run(
        &notebook,
        "SELECT count(*) AS n, max(order_id) AS last FROM orders_raw_temp",
    )
    .unwrap();
    let Some(CellOutput::Table {
        relation,
        stream: Some(run_id),
    }) = page.shown().last().map(|output| (*output).clone())
    else {
        panic!("{:?}", page.shown());
    };
    for _ in 0..2000 {
        page.engine.step();
    }
    assert_eq!(page.rows(relation.handle)[0][0], "3000");
    let told = page.events.iter().any(
        |event| matches!(event, Event::CellStream { handle, rows, .. } if *handle == relation.handle && *rows == 1.0),
    );
    assert!(told, "{:?}", page.events.last());

    page.events.clear();
    page.ask(Request::StopRun { run_id }).unwrap();
    page.engine.step();
    page.reply_to(0);
    let ended = page.events.iter().any(|event| {
        matches!(
            event,
            Event::CellStream {
                is_active: false,
                ..
            }
        )
    });
    assert!(ended);
}

#[test]
fn a_stream_that_nobody_looks_at_any_more_is_stopped() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Sql).path;
    let pipeline = "bookstore".to_owned();
    page.ask(Request::Start { pipeline }).unwrap();
    page.run(&notebook, "SELECT * FROM orders_raw_temp")
        .unwrap();
    let before = page.engine.session().active().count();
    let handle = page.table();
    page.ask(Request::CloseRelation { handle }).unwrap();
    page.engine.step();
    assert_eq!(page.engine.session().active().count(), before - 1);
}

#[test]
fn a_cell_of_several_finds_what_the_streams_before_it_write() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Sql).path;
    let pipeline = "bookstore".to_owned();
    page.ask(Request::Start { pipeline }).unwrap();
    page.ask(Request::RunCell {
        notebook,
        cell: 1,
        source: "SELECT count(*) FROM orders_bronze".into(),
        settle: true,
    })
    .unwrap();
    let handle = page.table();
    assert_eq!(page.rows(handle), [["3000"]]);
}

#[test]
fn a_query_tells_how_many_rows_it_has_read_while_it_runs() {
    let mut page = Page::new();
    let told = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let hears = told.clone();
    page.engine
        .report_to(move |message| hears.borrow_mut().push(message));
    let notebook = page.new_notebook(Language::Sql).path;
    // Each reading of the clock is a millisecond.
    let query =
        "SELECT DISTINCT customer_id FROM parquet.`dbfs:/mnt/demo-datasets/bookstore/orders-raw`;";
    page.run(&notebook, &query.repeat(40)).unwrap();
    let told = told.borrow();
    assert!(
        matches!(told.last(), Some(FromEngine::Event { event: Event::Task { id, done, .. } }) if *id == page.last && *done > 0.0),
        "{told:?}"
    );
}

#[test]
fn files_are_listed_as_dbutils_lists_them() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Python).path;
    let source = "%fs ls dbfs:/mnt/demo-datasets/bookstore/orders-raw";
    page.run(&notebook, source).unwrap();
    let handle = page.table();
    let rows = page.rows(handle);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0][1], "01.parquet");

    let error = page.run(&notebook, "%fs ls dbfs:/nowhere").unwrap_err();
    assert!(error.message.contains("nowhere"), "{error:?}");
}

#[test]
fn another_notebook_runs_in_place_with_its_arguments() {
    let mut page = Page::new();
    let other = "-- Databricks notebook source\nCREATE OR REPLACE TEMP VIEW v AS SELECT '${who}' AS who\n\n-- COMMAND ----------\n\nSELECT * FROM nowhere_$who\n";
    let file: Arc<dyn Content> = Arc::new(Bytes::from(other));
    let request = Request::ImportNotebook {
        folder: "/Includes".into(),
        name: "Other.sql".into(),
    };
    page.ask_with(request, vec![file]).unwrap();
    let notebook = page.new_notebook(Language::Python).path;
    let error = page
        .run(&notebook, "%run ./Includes/Other $who=\"me\"")
        .unwrap_err();
    // The second cell fails, and says in which notebook.
    assert!(error.message.contains("nowhere_me"), "{error:?}");
    assert_eq!(error.file.as_deref(), Some("/Includes/Other"));
    page.run(&notebook, "%sql SELECT who, :who AS again FROM v")
        .unwrap();
    let handle = page.table();
    assert_eq!(page.rows(handle), [["me", "me"]]);
}

#[test]
fn python_waits_for_its_interpreter_and_streams_move_meanwhile() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Python).path;
    let refused = page.run(&notebook, "print(1)").unwrap_err();
    assert_eq!(refused.class, "UnsupportedOperationException");

    page.engine.offer_python();
    let id = page.send(run(&notebook, "%python\nprint(1)"), Vec::new());
    wanted_python(&mut page);
    assert_eq!(page.engine.take_python(), None, "it is given once");
    page.engine.python_write("1\n");
    let answer = page
        .engine
        .python_call(r#"{"op":"sql","text":"SELECT 7 AS x","args":null}"#);
    let PythonAnswer::Done(reply) = answer else {
        panic!("{answer:?}");
    };
    let reply: serde_json::Value = serde_json::from_str(&reply).unwrap();
    let display = serde_json::json!({"op": "display", "df": reply["ok"]["df"]});
    page.engine.python_call(&display.to_string());
    assert!(
        !page.engine.step(),
        "the engine doesn't spin while it waits"
    );
    page.engine
        .python_done(PythonOutcome::Done { result: None });
    while page.reply_to(id).is_none() {
        page.engine.step();
    }
    let text = CellOutput::Text { text: "1\n".into() };
    assert_eq!(page.shown().first(), Some(&&text));
    let handle = page.table();
    assert_eq!(page.rows(handle), [["7"]]);
}

/// Puts a notebook of Python and SQL beside the one that runs it.
fn page_with_child() -> (Page, String) {
    let mut page = Page::new();
    let child = "# Databricks notebook source\nx = dbutils.widgets.get('who')\n\n# COMMAND ----------\n\n# MAGIC %sql SELECT '${who}' AS who\n\n# COMMAND ----------\n\ndbutils.notebook.exit(x)\n";
    let file: Arc<dyn Content> = Arc::new(Bytes::from(child));
    let request = Request::ImportNotebook {
        folder: "/".into(),
        name: "Child.py".into(),
    };
    page.ask_with(request, vec![file]).unwrap();
    page.engine.offer_python();
    let notebook = page.new_notebook(Language::Python).path;
    (page, notebook)
}

/// Lets the engine work until it wants Python.
fn wanted_python(page: &mut Page) -> PythonCell {
    (0..1000)
        .find_map(|_| {
            page.engine.step();
            page.engine.take_python()
        })
        .expect("Python is wanted")
}

const CALL: &str = r#"{"op":"notebook.run","path":"./Child","arguments":{"who":"me"}}"#;

#[test]
fn a_notebook_that_python_runs_has_its_own_names_and_widgets_and_gives_its_value() {
    let (mut page, notebook) = page_with_child();
    let id = page.send(run(&notebook, "dbutils.notebook.run(…)"), Vec::new());
    let outer = wanted_python(&mut page);
    let PythonAnswer::Wait(wait) = page.engine.python_call(CALL) else {
        panic!("the call waits");
    };
    let first = wanted_python(&mut page);
    assert_ne!(first.notebook, outer.notebook, "names of its own");
    assert_eq!(first.name, "/Child, cell 1");
    let who = page
        .engine
        .python_call(r#"{"op":"widgets.get","name":"who"}"#);
    assert!(
        matches!(&who, PythonAnswer::Done(text) if text.contains("me")),
        "{who:?}"
    );
    let done = || PythonOutcome::Done { result: None };
    page.engine.python_done(done());
    assert!(page.engine.python_poll(&wait).is_none());
    // Its SQL runs in between, with its widgets.
    let last = wanted_python(&mut page);
    assert_eq!(last.notebook, first.notebook);
    page.engine
        .python_done(PythonOutcome::Exit { value: "me".into() });
    page.engine.step();
    assert_eq!(
        page.engine.python_poll(&wait).as_deref(),
        Some(r#"{"ok":"me"}"#)
    );
    page.engine.python_done(done());
    while page.reply_to(id).is_none() {
        page.engine.step();
    }
    let handle = page.table();
    assert_eq!(page.rows(handle), [["me"]]);
}

#[test]
fn a_notebook_that_python_runs_fails_as_a_workflow_and_the_cell_goes_on() {
    let (mut page, notebook) = page_with_child();
    let id = page.send(run(&notebook, "try: …"), Vec::new());
    wanted_python(&mut page);
    let missing = page.engine.python_call(&CALL.replace("Child", "Missing"));
    let PythonAnswer::Done(missing) = missing else {
        panic!("there is nothing to wait for");
    };
    assert!(
        missing.contains("There is no notebook /Missing"),
        "{missing}"
    );
    let PythonAnswer::Wait(wait) = page.engine.python_call(CALL) else {
        panic!("the call waits");
    };
    wanted_python(&mut page);
    let outcome = r#"{"kind":"error","class":"ValueError","message":"no","condition":null,"traceback":"Traceback…","line":1}"#;
    page.engine
        .python_done(serde_json::from_str(outcome).unwrap());
    page.engine.step();
    let reply = page.engine.python_poll(&wait).unwrap();
    assert!(reply.contains("WorkflowException"), "{reply}");
    page.engine
        .python_done(PythonOutcome::Done { result: None });
    page.engine.step();
    assert!(page.reply_to(id).unwrap().is_ok());
}

#[test]
fn cancelling_a_cell_ends_the_notebook_that_it_runs_too() {
    let (mut page, notebook) = page_with_child();
    let id = page.send(run(&notebook, "dbutils.notebook.run(…)"), Vec::new());
    wanted_python(&mut page);
    let PythonAnswer::Wait(_) = page.engine.python_call(CALL) else {
        panic!("the call waits");
    };
    wanted_python(&mut page);
    page.ask(Request::Cancel { id }).unwrap();
    assert!(page.engine.python_interrupted());
    page.engine.python_done(PythonOutcome::Interrupted);
    page.engine.python_done(PythonOutcome::Interrupted);
    page.engine.step();
    let ended = page.reply_to(id).unwrap().unwrap_err();
    assert_eq!(ended.class, "Cancelled");
}

#[test]
fn cancelling_python_interrupts_it_and_the_cell_ends_when_it_does() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Python).path;
    page.engine.offer_python();
    let id = page.send(run(&notebook, "while True: pass"), Vec::new());
    wanted_python(&mut page);
    assert!(!page.engine.python_interrupted());
    page.ask(Request::Cancel { id }).unwrap();
    assert!(page.engine.python_interrupted());
    page.engine.python_done(PythonOutcome::Interrupted);
    page.engine.step();
    let ended = page.reply_to(id).unwrap().unwrap_err();
    assert_eq!(ended.class, "Cancelled");
}

#[test]
fn a_python_error_shows_its_condition_line_and_traceback() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Python).path;
    page.engine.offer_python();
    let id = page.send(run(&notebook, "spark.table('x')"), Vec::new());
    wanted_python(&mut page);
    let outcome = r#"{"kind":"error","class":"AnalysisException","message":"[TABLE_OR_VIEW_NOT_FOUND] No x. SQLSTATE: 42P01","condition":"TABLE_OR_VIEW_NOT_FOUND","traceback":"Traceback…","line":1}"#;
    page.engine
        .python_done(serde_json::from_str(outcome).unwrap());
    page.engine.step();
    let error = page.reply_to(id).unwrap().unwrap_err();
    assert_eq!(error.condition.as_deref(), Some("TABLE_OR_VIEW_NOT_FOUND"));
    assert_eq!((error.message.as_str(), error.line), ("No x.", Some(1)));
    assert_eq!(error.details, "Traceback…");
}

#[test]
fn a_notebook_keeps_what_the_page_does_not_know_of_its_cells() {
    let mut page = Page::new();
    let text = r#"{"cells":[{"cell_type":"code","metadata":{"tags":["x"]},"source":"1"},{"cell_type":"markdown","metadata":{"b":2},"source":"hi"}],"metadata":{},"nbformat":4,"nbformat_minor":5}"#;
    let file: Arc<dyn Content> = Arc::new(Bytes::from(text));
    let request = Request::ImportNotebook {
        folder: "/".into(),
        name: "n.ipynb".into(),
    };
    let Ok(Reply::Notebook { notebook }) = page.ask_with(request, vec![file]) else {
        panic!("not opened");
    };
    let mut cells = notebook.cells.clone();
    cells.reverse();
    cells.push(CellView {
        id: 9,
        source: "2".into(),
        title: None,
    });
    let path = notebook.path;
    let save = Request::SaveNotebook {
        path: path.clone(),
        cells,
    };
    page.ask(save).unwrap();
    let format = NotebookFormat::Jupyter;
    let Ok(Reply::Text { text }) = page.ask(Request::ExportNotebook { path, format }) else {
        panic!("not exported");
    };
    let written: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written["cells"][0]["metadata"]["b"], 2);
    assert_eq!(written["cells"][1]["metadata"]["tags"][0], "x");
    assert_eq!(written["cells"][2]["source"][0], "2");
}

#[test]
fn notebooks_are_moved_and_deleted_and_never_overwrite_one_another() {
    let mut page = Page::new();
    let (a, b) = (
        page.new_notebook(Language::Sql).path,
        page.new_notebook(Language::Sql).path,
    );
    assert_eq!((a.as_str(), b.as_str()), ("/Untitled", "/Untitled (2)"));
    let moved = Request::MoveNotebook {
        path: b,
        to: "/Untitled".into(),
    };
    let moved = page.ask(moved).unwrap();
    let text = "/Untitled (2)".to_owned();
    assert_eq!(moved, Reply::Text { text });
    page.ask(Request::DeleteNotebook { path: a.clone() })
        .unwrap();
    assert!(page.ask(Request::OpenNotebook { path: a }).is_err());
}

#[test]
fn results_are_sorted_and_saved_as_files() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Sql).path;
    let source = "SELECT * FROM VALUES (2, 'b'), (NULL, 'n'), (10, 'a') AS t(n, s)";
    page.run(&notebook, source).unwrap();
    let handle = page.table();
    let sort = |descending| Request::SortRelation {
        handle,
        column: 0,
        descending,
    };
    page.ask(sort(true)).unwrap();
    let numbers: Vec<String> = page
        .rows(handle)
        .into_iter()
        .map(|r| r[0].clone())
        .collect();
    assert_eq!(numbers, ["10", "2", "NULL"]);
    page.ask(sort(false)).unwrap();
    assert_eq!(page.rows(handle)[0][0], "NULL");
    let format = RowsFormat::Csv;
    page.ask(Request::ExportRows { handle, format }).unwrap();
    let csv = page.bytes.take().unwrap();
    assert_eq!(csv, "n,s\n,n\n2,b\n10,a\n".as_bytes());
    let format = RowsFormat::Parquet;
    page.ask(Request::ExportRows { handle, format }).unwrap();
    assert!(page.bytes.take().unwrap().starts_with(b"PAR1"));
    let format = RowsFormat::Json;
    page.ask(Request::ExportRows { handle, format }).unwrap();
    let json = page.bytes.take().unwrap();
    assert_eq!(json, "[[null,\"n\"],\n[2,\"b\"],\n[10,\"a\"]]".as_bytes());
}

#[test]
fn a_notebook_is_put_where_it_was_with_its_own_format() {
    let mut page = Page::new();
    let text = "# Databricks notebook source\nprint(1)\n\n# COMMAND ----------\n\nprint(2)\n";
    let put = |text: &str| Request::PutNotebook {
        path: "/Course/4.6 Lab".into(),
        extension: "py".into(),
        text: text.into(),
    };
    page.ask(put("print(0)")).unwrap();
    page.ask(put(text)).unwrap();
    let path = "/Course/4.6 Lab".to_owned();
    let format = NotebookFormat::Own;
    let Reply::Notebook { notebook } = page
        .ask(Request::OpenNotebook { path: path.clone() })
        .unwrap()
    else {
        panic!("no notebook");
    };
    assert_eq!(notebook.cells.len(), 2);
    let kept = page.ask(Request::ExportNotebook { path, format }).unwrap();
    assert_eq!(kept, Reply::Text { text: text.into() });
}

#[test]
fn a_file_is_put_at_a_path_in_the_place_of_one_that_is_there() {
    let mut page = Page::new();
    let mut put = |path: &str, text: &'static str| {
        let path = path.to_owned();
        page.ask_with(Request::PutFile { path }, vec![Arc::new(Bytes::from(text))])
    };
    assert_eq!(put("/lab/a.json", "{\"n\":1}"), Ok(Reply::Done));
    assert_eq!(put("dbfs:/lab/a.json", "{\"n\":2}"), Ok(Reply::Done));
    assert!(put("dbfs:/lab/../../etc/a", "").is_err());
    let path = "dbfs:/lab/a.json".to_owned();
    page.ask(Request::ReadFile { path }).unwrap();
    assert_eq!(page.bytes.take().unwrap(), "{\"n\":2}".as_bytes());
}

#[test]
fn completion_knows_tables_columns_functions_and_methods() {
    let mut page = Page::new();
    let notebook = page.new_notebook(Language::Sql).path;
    page.run(&notebook, "CREATE TABLE books AS SELECT 1 AS pages")
        .unwrap();
    let mut has = |language, before: &str, label: &str| {
        let before = before.to_owned();
        let Ok(Reply::Completions { items }) = page.ask(Request::Complete { language, before })
        else {
            panic!("no completions");
        };
        items.iter().any(|item: &Completion| item.label == label)
    };
    use crate::protocol::CellLanguage::{Python, Sql};
    assert!(has(Sql, "SELECT pa", "pages"));
    assert!(has(Sql, "SELECT * FROM b", "books"));
    assert!(has(Sql, "SELECT date_tr", "date_trunc"));
    assert!(has(Python, "df.write", "writeStream"));
    assert!(!has(Python, "df.b", "books"));
    assert!(has(Python, "spark.sql(\"SELECT p", "pages"));
}

#[test]
fn a_stream_that_a_notebook_starts_appears_in_flow() {
    use crate::session::{Reader, Statement, StreamWriter};
    let mut page = Page::new();
    let start = |page: &mut Page, table: &str| {
        let view = format!("{table}_raw");
        let path = "dbfs:/mnt/demo-datasets/bookstore/orders-raw";
        let reader = Reader::load("cloudFiles", path)
            .option("cloudFiles.format", "parquet")
            .option("cloudFiles.schemaLocation", &format!("/c/{view}"));
        let read = Statement::ReadStream {
            reader,
            view: view.clone(),
        };
        page.engine.session.run(&read).unwrap();
        let write = Statement::WriteStream {
            from: view,
            writer: StreamWriter::table(table, &format!("/c/{table}")),
        };
        page.engine.session.run(&write).unwrap();
        for _ in 0..500 {
            page.engine.step();
        }
    };
    start(&mut page, "orders_bronze");
    start(&mut page, "mine");
    let Ok(Reply::Flow { flow }) = page.ask(Request::Flow) else {
        panic!("no flow");
    };
    let of = |id: &str| flow.pipelines.iter().find(|p| p.id == id).unwrap();
    let bronze = of("bookstore")
        .queries
        .iter()
        .find(|q| q.key == "orders_bronze");
    assert_eq!(bronze.map(|q| q.total_rows), Some(3000.0));
    let own = of("notebook");
    assert_eq!(own.queries[0].total_rows, 3000.0);
    let edges: Vec<_> = own
        .edges
        .iter()
        .map(|e| (e.from.as_str(), e.to.as_str()))
        .collect();
    assert_eq!(
        edges,
        [
            ("dbfs:/mnt/demo-datasets/bookstore/orders-raw", "mine_raw"),
            ("mine_raw", "mine")
        ]
    );
}
