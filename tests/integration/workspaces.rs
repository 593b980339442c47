//! A workspace in a directory, from one run of the program to the next; and one that engines share, each after the other.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use multihop::engine::Engine;
use multihop::env::Env;
use multihop::protocol::{
    CellOutput, Event, FromEngine, Language, Reply, Request, ToEngine, WorkspaceView,
};
use multihop::storage::{FileSystem, MemoryFileSystem};

use crate::support::{Failing, START_MS};

/// A directory of its own for a test; gone with it.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let name = format!("multihop-{name}-{}", std::process::id());
        Directory(std::env::temp_dir().join(name))
    }

    /// What `multihop sql` prints, and whether it succeeded.
    fn sql(&self, text: &str) -> (String, bool) {
        let output = Command::new(env!("CARGO_BIN_EXE_multihop"))
            .args(["sql", "--format", "json", "--dbfs"])
            .arg(&self.0)
            .arg(text)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        (text, output.status.success())
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn a_directory_is_read_and_written_in_place_and_its_catalog_is_there_the_next_time() {
    let directory = Directory::new("in-place");
    let (said, succeeded) = directory.sql(
        "CREATE TABLE t (id INT); INSERT INTO t VALUES (1), (2); \
         CREATE TABLE outside (id INT) LOCATION 'dbfs:/elsewhere/outside'; INSERT INTO outside VALUES (7); \
         CREATE VIEW v AS SELECT id * 10 AS ten FROM t; \
         CREATE FUNCTION twice(x INT) RETURNS INT RETURN x * 2; \
         CREATE TEMPORARY VIEW gone AS SELECT 1 AS one",
    );
    assert!(succeeded, "{said}");
    assert!(
        directory
            .0
            .join("user/hive/warehouse/t/_delta_log/00000000000000000001.json")
            .exists()
    );
    let (said, succeeded) = directory
        .sql("SELECT max(ten) AS ten, max(twice(o.id)) AS twice FROM v CROSS JOIN outside o");
    assert!(succeeded, "{said}");
    assert_eq!(said.trim(), r#"{"ten":20,"twice":14}"#);
    let (said, succeeded) = directory.sql("SELECT * FROM gone");
    assert!(
        !succeeded && said.contains("TABLE_OR_VIEW_NOT_FOUND"),
        "{said}"
    );
}

/// The page's side of an engine over `fs`.
struct Page {
    engine: Engine,
    id: u32,
    workspace: WorkspaceView,
}

impl Page {
    fn open(fs: &Arc<MemoryFileSystem>) -> Page {
        let env = Env::deterministic(START_MS, 1);
        let mut engine = Engine::open(fs.clone(), env);
        let files = multihop::bookstore::files(multihop::bookstore::SEED).unwrap();
        engine.add_bookstore(files).unwrap();
        engine.ready(WorkspaceView::default());
        let workspace = engine
            .take_messages()
            .into_iter()
            .find_map(|out| match out.message {
                FromEngine::Event {
                    event: Event::Ready { workspace, .. },
                } => Some(workspace),
                FromEngine::Event {
                    event: Event::Failed { error, .. },
                } => panic!("{error:?}"),
                _ => None,
            });
        Page {
            engine,
            id: 0,
            workspace: workspace.unwrap(),
        }
    }

    fn ask(&mut self, request: Request) -> Reply {
        self.id += 1;
        let id = self.id;
        self.engine.handle(ToEngine { id, request }, Vec::new());
        for _ in 0..100_000 {
            let mut reply = None;
            for out in self.engine.take_messages() {
                match out.message {
                    FromEngine::Reply { id: of, result } if of == id => reply = Some(result),
                    FromEngine::Event {
                        event: Event::Failed { error, .. },
                    } => panic!("{error:?}"),
                    _ => {}
                }
            }
            if let Some(reply) = reply {
                return reply.unwrap();
            }
            self.engine.step();
        }
        panic!("no reply");
    }
}

#[test]
fn what_a_cell_showed_is_there_when_the_next_engine_opens_the_notebook_and_then_no_more() {
    let env = Env::deterministic(START_MS, 1);
    let fs = Arc::new(MemoryFileSystem::new(env.clock, 1 << 30));
    let mut page = Page::open(&fs);
    assert!(!page.workspace.is_resumed);
    let Reply::Notebook { notebook } = page.ask(Request::NewNotebook {
        folder: "/Mine".into(),
        language: Language::Sql,
    }) else {
        panic!("no notebook");
    };
    let mut cells = notebook.cells;
    // A result with two columns of one name, one without values, an array, and no row.
    cells[0].source =
        "SELECT 1 AS a, 2 AS a, NULL AS n, array('x') AS l;\nSELECT id FROM range(0)".into();
    page.ask(Request::SaveNotebook {
        path: notebook.path.clone(),
        cells: cells.clone(),
    });
    page.ask(Request::RunCell {
        notebook: notebook.path.clone(),
        cell: cells[0].id,
        source: cells[0].source.clone(),
        settle: false,
    });
    drop(page);

    let mut page = Page::open(&fs);
    assert!(page.workspace.is_resumed);
    let open = Request::OpenNotebook {
        path: notebook.path.clone(),
    };
    let Reply::Notebook { notebook: again } = page.ask(open.clone()) else {
        panic!("no notebook");
    };
    assert_eq!(again.cells[0].source, cells[0].source);
    let [shown] = again.shown.as_slice() else {
        panic!("{:?}", again.shown);
    };
    assert_eq!(shown.cell, again.cells[0].id);
    assert_eq!(shown.end.as_ref().unwrap().error, None);
    let names: Vec<Vec<String>> = shown
        .outputs
        .iter()
        .map(|output| match output {
            CellOutput::Table { relation, .. } => {
                relation.columns.iter().map(|c| c.name.clone()).collect()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, [vec!["a", "a", "n", "l"], vec!["id"]]);
    let handles: Vec<u32> = shown
        .outputs
        .iter()
        .filter_map(|output| match output {
            CellOutput::Table { relation, .. } => Some(relation.handle),
            _ => None,
        })
        .collect();
    let mut rows = |handle| match page.ask(Request::FetchRows {
        handle,
        offset: 0.0,
        limit: 10,
    }) {
        Reply::Rows { rows, .. } => format!("{rows:?}"),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        rows(handles[0]),
        r#"[[Text("1"), Text("2"), Null, Nested("[\"x\"]")]]"#
    );
    assert_eq!(rows(handles[1]), "[]");
    let Reply::Notebook { notebook: again } = page.ask(open) else {
        panic!("no notebook");
    };
    assert!(again.shown.is_empty(), "the page knows it by now");

    // With the notebook, its files go.
    page.ask(Request::DeleteNotebook {
        path: notebook.path,
    });
    let left = fs
        .list_recursive(&crate::support::path("dbfs:/.multihop"))
        .unwrap();
    let left: Vec<String> = left.iter().map(|file| file.path.to_string()).collect();
    assert!(left.iter().all(|file| !file.contains("/Mine/")), "{left:?}");
}

/// What `multihop workspace` prints, and whether it succeeded.
fn workspace(args: &[&std::path::Path]) -> (String, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_multihop"))
        .arg("workspace")
        .args(args)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (text, output.status.success())
}

#[test]
fn a_workspace_is_saved_opened_copied_renamed_and_deleted_with_its_tables_histories() {
    let all = Directory::new("all-workspaces");
    let at = |name: &str| all.0.join(name);
    let first = Directory(at("first"));
    let (said, succeeded) = first.sql(
        "CREATE TABLE t (id INT); INSERT INTO t VALUES (1), (2); DELETE FROM t WHERE id = 1; \
         CREATE VIEW v AS SELECT id * 10 AS ten FROM t",
    );
    assert!(succeeded, "{said}");
    let history = "SELECT version, timestamp, operation FROM (DESCRIBE HISTORY t) ORDER BY version";
    let (before, _) = first.sql(history);
    assert_eq!(before.lines().count(), 3, "{before}");

    let done = |args: &[&str]| {
        let paths: Vec<PathBuf> = args
            .iter()
            .enumerate()
            .map(|(i, arg)| if i == 0 { arg.into() } else { at(arg) })
            .collect();
        let paths: Vec<&std::path::Path> = paths.iter().map(PathBuf::as_path).collect();
        workspace(&paths)
    };
    for args in [
        vec!["save", "first", "saved.zip"],
        vec!["open", "saved.zip", "second"],
        vec!["duplicate", "second", "third"],
        vec!["rename", "third", "fourth"],
    ] {
        let (said, succeeded) = done(&args);
        assert!(succeeded, "{args:?}: {said}");
    }
    for name in ["second", "fourth"] {
        let other = Directory(at(name));
        assert_eq!(other.sql(history).0, before);
        assert_eq!(other.sql("SELECT ten FROM v").0.trim(), r#"{"ten":20}"#);
        std::mem::forget(other);
    }
    let (said, _) = workspace(&["list".as_ref(), all.0.as_path()]);
    let names: Vec<&str> = said.lines().filter_map(|l| l.split('\t').next()).collect();
    assert_eq!(names, ["first", "fourth", "second"], "{said}");

    let (said, succeeded) = done(&["delete", "fourth"]);
    assert!(succeeded && !at("fourth").exists(), "{said}");
    // What isn't a workspace, or isn't empty, stays as it is.
    std::fs::create_dir_all(at("mine")).unwrap();
    std::fs::write(at("mine/letter"), "dear").unwrap();
    for args in [
        vec!["delete", "mine"],
        vec!["rename", "mine", "yours"],
        vec!["save", "mine", "mine.zip"],
        vec!["open", "saved.zip", "mine"],
        vec!["duplicate", "second", "first"],
        vec!["rename", "second", "first"],
        vec!["open", "mine/letter", "fifth"],
    ] {
        let (said, succeeded) = done(&args);
        assert!(
            !succeeded && said.starts_with("multihop: "),
            "{args:?}: {said}"
        );
    }
    assert_eq!(std::fs::read(at("mine/letter")).unwrap(), b"dear");
    assert!(!at("mine.zip").exists() && !at("mine.zip.part").exists());
    std::mem::forget(first);
}

#[test]
fn a_workspace_whose_first_engine_dies_at_any_write_has_its_samples_when_it_is_opened_again() {
    let files = multihop::bookstore::files(multihop::bookstore::SEED).unwrap();
    for writes in 0.. {
        let env = Env::deterministic(START_MS, 1);
        let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 30));
        let failing = Failing::after(writes, fs.clone());
        let mut engine = Engine::open(failing.clone(), env);
        if engine.add_bookstore(files.clone()).is_ok() {
            engine.ready(WorkspaceView::default());
            engine.take_messages();
        }
        let is_whole = !failing.has_failed();
        drop(engine);

        let mut page = Page::open(&fs);
        let Reply::Notebooks { notebooks } = page.ask(Request::Notebooks) else {
            panic!("no notebooks");
        };
        let paths: Vec<&str> = notebooks.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(
            paths,
            ["/Includes/Copy-Datasets", "/Multihop/Multihop Architecture"],
            "after {writes} writes"
        );
        let root = crate::support::path(multihop::pipeline::DATASET);
        assert_eq!(fs.list_recursive(&root).unwrap().len(), files.len());
        if is_whole {
            assert!(writes > files.len() as u64);
            return;
        }
    }
}
