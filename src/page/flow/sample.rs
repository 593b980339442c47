//! The bookstore pipeline as the engine shows it, for tests.

use crate::protocol::{
    EdgeView, FlowState, Lane, NodeKind, NodeState, NodeView, PipelineView, QueryState, QueryView,
    RelationRef, StorageView,
};

fn node(id: &str, lane: Lane, kind: NodeKind) -> NodeView {
    NodeView {
        id: id.to_owned(),
        lane,
        kind,
        name: id.to_owned(),
        relation: RelationRef::View {
            name: id.to_owned(),
        },
        state: NodeState::Ready,
        rows: None,
        files: None,
        bytes: None,
        version: None,
        last_change_ms: None,
    }
}

fn query(key: &str, trigger: &str, output_mode: &str) -> QueryView {
    QueryView {
        key: key.to_owned(),
        title: key.to_owned(),
        id: None,
        run_id: None,
        trigger: trigger.to_owned(),
        output_mode: output_mode.to_owned(),
        state: QueryState::NotStarted,
        message: String::new(),
        batch_id: None,
        last_batch_rows: None,
        last_batch_ms: None,
        total_rows: 0.0,
        input_rows_per_second: None,
        processed_rows_per_second: None,
        error: None,
    }
}

/// Nothing has been started.
pub fn flow() -> FlowState {
    let edges = [
        ("orders-raw", "orders_raw_temp", None),
        ("orders_raw_temp", "orders_tmp", None),
        ("orders_tmp", "orders_bronze", Some("orders_bronze")),
        ("orders_bronze", "orders_bronze_tmp", None),
        ("customers-json", "customers_lookup", None),
        ("orders_bronze_tmp", "orders_enriched_tmp", None),
        ("customers_lookup", "orders_enriched_tmp", None),
        (
            "orders_enriched_tmp",
            "orders_silver",
            Some("orders_silver"),
        ),
        ("orders_silver", "orders_silver_tmp", None),
        ("orders_silver_tmp", "daily_customer_books_tmp", None),
        (
            "daily_customer_books_tmp",
            "daily_customer_books",
            Some("daily_customer_books"),
        ),
    ];
    let (stream, view, table) = (NodeKind::StreamingView, NodeKind::View, NodeKind::Table);
    FlowState {
        pipelines: vec![PipelineView {
            id: "bookstore".to_owned(),
            title: "Bookstore".to_owned(),
            nodes: vec![
                node("orders-raw", Lane::Source, NodeKind::Directory),
                node("customers-json", Lane::Source, NodeKind::Directory),
                node("orders_bronze", Lane::Bronze, table),
                node("orders_tmp", Lane::Bronze, stream),
                node("orders_raw_temp", Lane::Bronze, stream),
                node("orders_silver", Lane::Silver, table),
                node("orders_bronze_tmp", Lane::Silver, stream),
                node("customers_lookup", Lane::Silver, view),
                node("orders_enriched_tmp", Lane::Silver, stream),
                node("orders_silver_tmp", Lane::Gold, stream),
                node("daily_customer_books_tmp", Lane::Gold, stream),
                node("daily_customer_books", Lane::Gold, table),
            ],
            edges: edges
                .iter()
                .map(|(from, to, query)| EdgeView {
                    id: format!("{from}-{to}"),
                    from: (*from).to_owned(),
                    to: (*to).to_owned(),
                    query: query.map(str::to_owned),
                })
                .collect(),
            queries: vec![
                query("orders_bronze", "processingTime 0", "append"),
                query("orders_silver", "processingTime 0", "append"),
                query("daily_customer_books", "availableNow", "complete"),
            ],
            points: Vec::new(),
            remaining_files: Some(7),
            is_custom: false,
            statements: Vec::new(),
        }],
        storage: StorageView::default(),
    }
}
