//! The walk-through on the bookstore's data, as the page drives it: through the engine's
//! messages.

use bytes::Bytes;
use multihop::engine::Engine;
use multihop::env::Env;
use multihop::protocol::{
    Cell, DroppedFile, ErrorInfo, Event, FlowState, FromEngine, Lane, NodeState, QueryState,
    RelationRef, Reply, Request, ToEngine, WorkspaceView,
};
use multihop::storage::{Content, MemoryFileSystem};
use std::sync::Arc;

use crate::support::START_MS;

/// The page's side.
struct Page {
    engine: Engine,
    next_id: u32,
    flow: FlowState,
    events: Vec<Event>,
}

impl Page {
    fn open() -> Self {
        let env = Env::deterministic(START_MS, 1);
        let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 30));
        let mut engine = Engine::open(fs, env);
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/bookstore");
        engine.add_bookstore(files_below(root.as_ref())).unwrap();
        engine.ready(WorkspaceView::default());
        let mut page = Page {
            engine,
            next_id: 0,
            flow: FlowState::default(),
            events: Vec::new(),
        };
        page.settle();
        page
    }

    /// Lets the engine do all there is to do.
    fn settle(&mut self) -> Vec<(u32, Result<Reply, ErrorInfo>)> {
        let mut replies = Vec::new();
        loop {
            let more = self.engine.step();
            for out in self.engine.take_messages() {
                match out.message {
                    FromEngine::Reply { id, result } => replies.push((id, result)),
                    FromEngine::Event { event } => {
                        if let Event::Flow { flow } | Event::Ready { flow, .. } = &event {
                            self.flow = flow.clone();
                        }
                        self.events.push(event);
                    }
                }
            }
            if !more {
                return replies;
            }
        }
    }

    fn ask_with(
        &mut self,
        request: Request,
        files: Vec<Arc<dyn Content>>,
    ) -> Result<Reply, ErrorInfo> {
        self.next_id += 1;
        let id = self.next_id;
        self.engine.handle(ToEngine { id, request }, files);
        let replies = self.settle();
        assert_eq!(replies.len(), 1, "one reply a request");
        assert_eq!(replies[0].0, id);
        replies.into_iter().next().unwrap().1
    }

    fn ask(&mut self, request: Request) -> Reply {
        self.ask_with(request, Vec::new()).unwrap()
    }

    fn rows(&self, node: &str) -> Option<f64> {
        let pipeline = &self.flow.pipelines[0];
        pipeline.nodes.iter().find(|n| n.id == node).unwrap().rows
    }

    fn query(&self, key: &str) -> QueryState {
        let pipeline = &self.flow.pipelines[0];
        pipeline
            .queries
            .iter()
            .find(|q| q.key == key)
            .unwrap()
            .state
    }

    fn open_table(&mut self, name: &str, version: Option<u32>) -> Vec<Vec<Cell>> {
        let relation = RelationRef::Table {
            name: name.into(),
            version,
        };
        let Reply::Relation { relation } = self.ask(Request::OpenRelation { relation }) else {
            panic!("no relation");
        };
        let request = Request::FetchRows {
            handle: relation.handle,
            offset: 0.0,
            limit: 100_000,
        };
        let Reply::Rows { rows, total, .. } = self.ask(request) else {
            panic!("no rows");
        };
        assert_eq!(total, relation.row_count);
        rows
    }

    /// `books_counts` of the gold table.
    fn gold_counts(&mut self) -> Vec<i64> {
        let rows = self.open_table("daily_customer_books", None);
        rows.iter().map(|row| number(&row[4])).collect()
    }

    fn drop_file(&mut self, name: &str, bytes: Bytes) -> multihop::protocol::DropPreview {
        self.drop_files(vec![(name, bytes)])
    }

    fn drop_files(&mut self, files: Vec<(&str, Bytes)>) -> multihop::protocol::DropPreview {
        let names = files.iter().map(|(name, bytes)| DroppedFile {
            name: (*name).into(),
            size: bytes.len() as f64,
        });
        let request = Request::PreviewDrop {
            files: names.collect(),
        };
        let mut contents: Vec<Arc<dyn Content>> = Vec::new();
        for (_, bytes) in files {
            contents.push(Arc::new(bytes));
        }
        match self.ask_with(request, contents).unwrap() {
            Reply::Drop { preview } => preview,
            other => panic!("{other:?}"),
        }
    }
}

/// The files below a directory of the host, with their paths relative to it.
fn files_below(root: &std::path::Path) -> Vec<(String, Bytes)> {
    let mut files = Vec::new();
    for dir in std::fs::read_dir(root).unwrap() {
        let dir = dir.unwrap();
        if !dir.file_type().unwrap().is_dir() {
            continue;
        }
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let file = file.unwrap();
            let name = format!(
                "{}/{}",
                dir.file_name().to_str().unwrap(),
                file.file_name().to_str().unwrap()
            );
            files.push((name, Bytes::from(std::fs::read(file.path()).unwrap())));
        }
    }
    files.sort();
    files
}

fn number(cell: &Cell) -> i64 {
    match cell {
        Cell::Text(text) => text.parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn bookstore() -> String {
    "bookstore".into()
}

#[test]
fn before_the_start_the_lanes_show_the_whole_pipeline() {
    let page = Page::open();
    let pipeline = &page.flow.pipelines[0];
    let lanes: Vec<(Lane, &str, NodeState)> = pipeline
        .nodes
        .iter()
        .map(|n| (n.lane, n.name.as_str(), n.state))
        .collect();
    assert_eq!(
        lanes,
        [
            (Lane::Source, "orders-raw", NodeState::Ready),
            (Lane::Bronze, "orders_raw_temp", NodeState::Absent),
            (Lane::Bronze, "orders_tmp", NodeState::Absent),
            (Lane::Bronze, "orders_bronze", NodeState::Absent),
            (Lane::Source, "customers-json", NodeState::Ready),
            (Lane::Silver, "customers_lookup", NodeState::Absent),
            (Lane::Silver, "orders_bronze_tmp", NodeState::Absent),
            (Lane::Silver, "orders_enriched_tmp", NodeState::Absent),
            (Lane::Silver, "orders_silver", NodeState::Absent),
            (Lane::Gold, "orders_silver_tmp", NodeState::Absent),
            (Lane::Gold, "daily_customer_books_tmp", NodeState::Absent),
            (Lane::Gold, "daily_customer_books", NodeState::Absent),
        ]
    );
    let edges: Vec<&str> = pipeline.edges.iter().map(|e| e.id.as_str()).collect();
    assert!(
        edges.contains(&"customers_lookup → orders_enriched_tmp"),
        "{edges:?}"
    );
    assert_eq!(pipeline.remaining_files, Some(7));
}

#[test]
fn the_walk_through_gives_the_counts_of_the_course() {
    let mut page = Page::open();
    page.ask(Request::Start {
        pipeline: bookstore(),
    });
    assert_eq!(page.rows("orders_bronze"), Some(3000.0));
    let silver = page.rows("orders_silver").unwrap();
    assert!(silver > 2500.0 && silver < 3000.0, "{silver}");

    let loaded = page.ask(Request::LoadNewData {
        pipeline: bookstore(),
        all: false,
    });
    assert_eq!(
        loaded,
        Reply::Text {
            text: "04.parquet has arrived.".into()
        }
    );
    assert_eq!(page.rows("orders_bronze"), Some(4000.0));

    page.ask(Request::UpdateGold {
        pipeline: bookstore(),
    });
    assert_eq!(page.query("daily_customer_books"), QueryState::Finished);
    assert_eq!(page.query("orders_bronze"), QueryState::Waiting);
    let first = page.gold_counts();
    let between = first.iter().filter(|n| (5..=10).contains(*n)).count();
    assert!(
        between * 2 > first.len(),
        "mostly between 5 and 10: {first:?}"
    );

    page.ask(Request::LoadNewData {
        pipeline: bookstore(),
        all: true,
    });
    assert_eq!(page.rows("orders_bronze"), Some(10_000.0));
    assert_eq!(page.gold_counts(), first, "gold waits");
    page.ask(Request::UpdateGold {
        pipeline: bookstore(),
    });
    assert!(page.gold_counts().iter().max() > first.iter().max());

    let again = page.ask(Request::LoadNewData {
        pipeline: bookstore(),
        all: false,
    });
    assert_eq!(
        again,
        Reply::Text {
            text: "All files have arrived.".into()
        }
    );

    page.ask(Request::Stop { query: None });
    assert_eq!(page.query("orders_bronze"), QueryState::Stopped);

    page.ask(Request::Reset {
        pipeline: bookstore(),
    });
    assert_eq!(page.rows("orders_bronze"), None);
    assert_eq!(page.flow.pipelines[0].remaining_files, Some(7));
    page.ask(Request::Start {
        pipeline: bookstore(),
    });
    assert_eq!(page.rows("orders_bronze"), Some(3000.0));
}

#[test]
fn gold_holds_each_customers_books_a_day() {
    let mut page = Page::open();
    page.ask(Request::Start {
        pipeline: bookstore(),
    });
    page.ask(Request::UpdateGold {
        pipeline: bookstore(),
    });
    let silver = page.open_table("orders_silver", None);
    let gold = page.open_table("daily_customer_books", None);
    let sold: i64 = silver.iter().map(|row| number(&row[1])).sum();
    let counted: i64 = gold.iter().map(|row| number(&row[4])).sum();
    assert_eq!(sold, counted);
    assert!(silver.iter().all(|row| number(&row[1]) > 0), "quantity > 0");
    assert!(matches!(&gold[0][3], Cell::Text(day) if day.ends_with(" 00:00:00")));
    assert!(
        silver
            .iter()
            .all(|row| matches!(&row[3], Cell::Text(name) if !name.is_empty()))
    );
}

#[test]
fn golds_history_has_an_entry_for_each_update() {
    let mut page = Page::open();
    page.ask(Request::Start {
        pipeline: bookstore(),
    });
    page.ask(Request::UpdateGold {
        pipeline: bookstore(),
    });
    page.ask(Request::LoadNewData {
        pipeline: bookstore(),
        all: false,
    });
    page.ask(Request::UpdateGold {
        pipeline: bookstore(),
    });
    let history = page.ask(Request::History {
        table: "daily_customer_books".into(),
    });
    let Reply::History { entries } = history else {
        panic!("no history");
    };
    let operations: Vec<&str> = entries.iter().map(|e| e.operation.as_str()).collect();
    assert_eq!(
        operations,
        ["STREAMING UPDATE", "STREAMING UPDATE", "CREATE TABLE"]
    );
}

#[test]
fn the_bronze_table_keeps_the_unaliased_column_by_column_mapping() {
    let mut page = Page::open();
    page.ask(Request::Start {
        pipeline: bookstore(),
    });
    let plan = page.engine.session().table("orders_bronze").unwrap();
    let schema = plan.schema();
    assert!(
        schema.names().contains(&"current_timestamp()"),
        "{:?}",
        schema.names()
    );
    let Reply::Text { text } = page.ask(Request::Commit {
        table: "orders_bronze".into(),
        version: 0.0,
    }) else {
        panic!("no commit");
    };
    assert!(text.contains("\"minReaderVersion\":2"), "{text}");
    assert!(text.contains("delta.columnMapping.mode"), "{text}");
}

#[test]
fn a_dropped_file_of_the_landings_schema_flows_on() {
    let mut page = Page::open();
    page.ask(Request::Start {
        pipeline: bookstore(),
    });
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/bookstore");
    let bytes = std::fs::read(format!("{root}/orders-streaming/07.parquet")).unwrap();
    let preview = page.drop_file("mine.parquet", bytes.into());
    let target = preview.files[0].target.clone().unwrap();
    assert!(target.ends_with("/orders-raw"));
    assert_eq!(preview.files[0].rows, Some(1000.0));
    assert_eq!(preview.new_pipeline, None);
    page.ask(Request::LandDrop {
        drop: preview.drop,
        target,
    });
    assert_eq!(page.rows("orders_bronze"), Some(4000.0));
}

#[test]
fn a_gold_update_without_new_data_ends_too_and_is_told() {
    let mut page = Page::open();
    page.ask(Request::Start {
        pipeline: bookstore(),
    });
    for _ in 0..2 {
        page.ask(Request::UpdateGold {
            pipeline: bookstore(),
        });
        assert_eq!(page.query("daily_customer_books"), QueryState::Finished);
    }
}

#[test]
fn files_that_fit_nowhere_stay_behind_when_the_others_land() {
    let mut page = Page::open();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/bookstore");
    let orders = std::fs::read(format!("{root}/orders-streaming/07.parquet")).unwrap();
    let weather = "{\"city\":\"Porto\",\"temp\":20.5}\n";
    let preview = page.drop_files(vec![
        ("mine.parquet", orders.into()),
        ("weather.json", weather.into()),
    ]);
    let target = preview.files[0].target.clone().unwrap();
    page.ask(Request::LandDrop {
        drop: preview.drop,
        target: target.clone(),
    });
    let relation = RelationRef::Directory {
        path: target,
        format: "parquet".into(),
    };
    let Reply::Files { files } = page.ask(Request::Files {
        relation,
        version: None,
    }) else {
        panic!("no files");
    };
    assert!(files.iter().any(|file| file.path.ends_with("mine.parquet")));
    assert!(!files.iter().any(|file| file.path.contains("weather")));
    page.ask(Request::CreatePipeline {
        drop: preview.drop,
        pipeline: preview.new_pipeline.unwrap(),
    });
    assert_eq!(page.open_table("weather_bronze", None).len(), 1);
}

#[test]
fn files_that_fit_nowhere_become_a_pipeline_of_their_own() {
    let mut page = Page::open();
    let json = "{\"city\":\"Porto\",\"temp\":20.5}\n{\"city\":\"Oslo\",\"temp\":3.0}\n{\"city\":\"Porto\",\"temp\":22.0}\n";
    let preview = page.drop_file("weather.json", json.into());
    assert_eq!(preview.files[0].target, None);
    let mut pipeline = preview.new_pipeline.unwrap();
    assert_eq!(pipeline.name, "weather");
    pipeline.silver_sql = "SELECT * FROM nowhere".into();
    let refused = page
        .ask_with(
            Request::CreatePipeline {
                drop: preview.drop,
                pipeline: pipeline.clone(),
            },
            Vec::new(),
        )
        .unwrap_err();
    assert_eq!(
        refused.condition.as_deref(),
        Some("TABLE_OR_VIEW_NOT_FOUND")
    );
    assert_eq!(refused.file.as_deref(), Some("silver_sql"));
    assert_eq!(refused.line, Some(1));
    assert_eq!(page.flow.pipelines.len(), 1);

    pipeline.silver_sql = "SELECT * FROM weather_bronze_tmp WHERE temp > 10".into();
    page.ask(Request::CreatePipeline {
        drop: preview.drop,
        pipeline,
    });
    assert_eq!(page.open_table("weather_bronze", None).len(), 3);
    assert_eq!(page.open_table("weather_silver", None).len(), 2);
    let gold = page.open_table("weather_gold", None);
    assert_eq!(gold.len(), 1);
    assert_eq!(gold[0][0], Cell::Text("Porto".into()));
}

#[test]
fn hostile_names_are_refused_with_the_reason() {
    let mut page = Page::open();
    for name in [
        "../evil.json",
        "a/../../evil.json",
        "<script>.json",
        "a\u{0}b.json",
    ] {
        let preview = page.drop_file(name, "{\"a\":1}\n".into());
        let error = preview.files[0].error.clone().unwrap();
        assert_eq!(error.file.as_deref(), Some(name));
        assert!(!error.message.is_empty());
    }
}

#[test]
fn the_chart_ends_with_the_rows_that_the_cards_show() {
    let mut page = Page::open();
    page.ask(Request::Start {
        pipeline: bookstore(),
    });
    page.ask(Request::LoadNewData {
        pipeline: bookstore(),
        all: false,
    });
    let last = page.flow.pipelines[0].points.last().unwrap();
    assert_eq!(Some(last.bronze), page.rows("orders_bronze"));
    assert_eq!(Some(last.silver), page.rows("orders_silver"));
}

#[test]
fn a_dropped_file_doesnt_take_the_name_of_a_sample_file_still_to_come() {
    let mut page = Page::open();
    page.ask(Request::Start {
        pipeline: bookstore(),
    });
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/bookstore");
    let bytes = std::fs::read(format!("{root}/orders-streaming/07.parquet")).unwrap();
    let preview = page.drop_file("04.parquet", bytes.into());
    let target = preview.files[0].target.clone().unwrap();
    page.ask(Request::LandDrop {
        drop: preview.drop,
        target,
    });
    assert_eq!(page.rows("orders_bronze"), Some(4000.0));
    page.ask(Request::LoadNewData {
        pipeline: bookstore(),
        all: true,
    });
    assert_eq!(page.rows("orders_bronze"), Some(11_000.0));
}

#[test]
fn records_that_are_no_json_are_told_before_they_flow() {
    let mut page = Page::open();
    let text = "{\"city\":\"Porto\"}\n{\"city\":\n{\"city\":\"Lima\"}\n";
    let preview = page.drop_file("cities.json", text.into());
    let warning = preview.files[0].warning.clone().unwrap();
    assert!(
        warning.starts_with("Record 2 isn't valid JSON."),
        "{warning}"
    );
    assert_eq!(preview.files[0].error, None);
}

#[test]
fn a_csv_file_parted_by_semicolons_becomes_a_pipeline_of_its_columns() {
    let mut page = Page::open();
    let text = "city;temp\nPorto;20.5\nLima;18.0\n";
    let preview = page.drop_file("weather.csv", text.into());
    let names: Vec<&str> = preview.files[0]
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(names, ["city", "temp"]);
    let texts = preview.new_pipeline.unwrap();
    page.ask(Request::CreatePipeline {
        drop: preview.drop,
        pipeline: texts,
    });
    assert_eq!(page.open_table("weather_bronze", None).len(), 2);
    assert_eq!(page.open_table("weather_silver", None).len(), 2);
}
