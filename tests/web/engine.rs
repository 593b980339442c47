//! The engine in its worker: messages, and files through all hops.

use multihop::protocol::{DroppedFile, Reply, Request};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::worker::{Engine, file};

#[wasm_bindgen_test]
async fn the_engine_tells_how_far_it_is_until_it_is_ready() {
    let engine = Engine::start().await;
    let told = engine.loading.borrow();
    assert!(!told.is_empty());
    assert!(told.iter().all(|fraction| (0.0..=1.0).contains(fraction)));
}

#[wasm_bindgen_test]
async fn a_request_gets_the_reply_of_its_own_id() {
    let engine = Engine::start().await;
    let Ok(Reply::Flow { flow }) = engine.ask(Request::Flow).await else {
        panic!("not a flow");
    };
    assert_eq!(flow.pipelines[0].id, engine.pipeline());
    let missing = Request::History {
        table: "no_such_table".into(),
    };
    let error = engine.ask(missing).await.unwrap_err();
    assert!(error.message.contains("no_such_table"), "{error:?}");
}

#[wasm_bindgen_test]
async fn arriving_files_flow_through_bronze_and_silver_and_gold_when_asked() {
    let engine = Engine::start().await;
    let pipeline = engine.pipeline();
    let start = Request::Start {
        pipeline: pipeline.clone(),
    };
    engine.ask(start).await.unwrap();
    engine.until_rows("orders_bronze", 3000.0).await;
    let one = Request::LoadNewData {
        pipeline: pipeline.clone(),
        all: false,
    };
    engine.ask(one).await.unwrap();
    engine.until_rows("orders_bronze", 4000.0).await;
    engine
        .until("silver has fewer rows than bronze", |flow| {
            let node = |name| {
                flow.pipelines[0]
                    .nodes
                    .iter()
                    .find(|node| node.name == name)
            };
            node("orders_silver")
                .and_then(|node| node.rows)
                .is_some_and(|rows| rows > 0.0 && rows < 4000.0)
        })
        .await;
    assert_eq!(engine.rows("daily_customer_books").unwrap_or(0.0), 0.0);
    engine.ask(Request::UpdateGold { pipeline }).await.unwrap();
    // Had it run unasked before, this would be a later batch.
    engine
        .until("gold has the rows of its first batch", |flow| {
            let mut nodes = flow.pipelines[0].nodes.iter();
            let mut queries = flow.pipelines[0].queries.iter();
            nodes.any(|node| node.name == "daily_customer_books" && node.rows > Some(0.0))
                && queries
                    .any(|query| query.key == "daily_customer_books" && query.batch_id == Some(0.0))
        })
        .await;
}

#[wasm_bindgen_test]
async fn a_dropped_file_that_fits_the_landing_directory_flows_on() {
    let engine = Engine::start().await;
    let pipeline = engine.pipeline();
    engine.ask(Request::Start { pipeline }).await.unwrap();
    engine.until_rows("orders_bronze", 3000.0).await;

    let orders = file(
        "/fixtures/bookstore/orders-streaming/04.parquet",
        "more.parquet",
    )
    .await;
    let preview = Request::PreviewDrop {
        files: vec![DroppedFile {
            name: orders.name(),
            size: orders.size(),
        }],
    };
    let Ok(Reply::Drop { preview }) = engine.ask_with_files(preview, &[orders]).await else {
        panic!("no preview");
    };
    assert_eq!(preview.files[0].error, None);
    assert_eq!(preview.files[0].rows, Some(1000.0));
    let target = preview.files[0].target.clone().unwrap();
    let land = Request::LandDrop {
        drop: preview.drop,
        target,
    };
    engine.ask(land).await.unwrap();
    engine.until_rows("orders_bronze", 4000.0).await;
}

#[wasm_bindgen_test]
async fn a_picture_named_parquet_is_an_error_that_names_the_file() {
    let engine = Engine::start().await;
    let picture = file("/www/icon.svg", "picture.parquet").await;
    let preview = Request::PreviewDrop {
        files: vec![DroppedFile {
            name: picture.name(),
            size: picture.size(),
        }],
    };
    let Ok(Reply::Drop { preview }) = engine.ask_with_files(preview, &[picture]).await else {
        panic!("no preview");
    };
    let error = preview.files[0].error.as_ref().unwrap();
    assert!(error.details.contains("picture.parquet"), "{error:?}");
    assert_eq!(preview.files[0].target, None);
}
