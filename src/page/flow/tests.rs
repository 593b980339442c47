//! What a person sees of a pipeline.

use std::collections::HashMap;

use super::chart::{chart, table_points};
use super::layout::{Area, NARROW, layout};
use super::model::{Tone, actions, card, edge_label, is_active, next, refusal, shown, stream_line};
use super::sample;
use crate::page::command::Command;
use crate::protocol::{HopPoint, Lane, NodeState, PipelineView, QueryState};

fn pipeline() -> PipelineView {
    sample::flow().pipelines.remove(0)
}

fn areas(pipeline: &PipelineView, width: f64) -> HashMap<String, Area> {
    layout(pipeline, width)
        .cards
        .into_iter()
        .map(|card| (card.id, card.area))
        .collect()
}

#[test]
fn lanes_stand_side_by_side_and_cards_lie_inside_them_without_touching() {
    for width in [320.0, 700.0, NARROW, 1280.0, 2400.0] {
        let placed = layout(&pipeline(), width);
        assert_eq!(placed.cards.len(), 12);
        assert_eq!(placed.edges.len(), 11);
        for card in &placed.cards {
            let inside = placed.lanes.iter().any(|lane| {
                card.area.x >= lane.area.x
                    && card.area.y >= lane.area.y
                    && card.area.x + card.area.width <= lane.area.x + lane.area.width + 0.1
                    && card.area.y + card.area.height <= lane.area.y + lane.area.height + 0.1
            });
            assert!(inside, "{} at {width}", card.id);
        }
        for (at, one) in placed.cards.iter().enumerate() {
            for other in &placed.cards[at + 1..] {
                let apart = one.area.x + one.area.width <= other.area.x
                    || other.area.x + other.area.width <= one.area.x
                    || one.area.y + one.area.height <= other.area.y
                    || other.area.y + other.area.height <= one.area.y;
                assert!(apart, "{} and {} at {width}", one.id, other.id);
            }
        }
    }
}

#[test]
fn within_a_lane_data_flows_down() {
    let areas = areas(&pipeline(), 1280.0);
    assert!(areas["orders_raw_temp"].y < areas["orders_tmp"].y);
    assert!(areas["orders_tmp"].y < areas["orders_bronze"].y);
    assert!(areas["orders_enriched_tmp"].y < areas["orders_silver"].y);
    assert!(areas["customers_lookup"].y < areas["orders_enriched_tmp"].y);
}

#[test]
fn on_a_narrow_screen_lanes_lie_under_each_other() {
    let areas = areas(&pipeline(), 360.0);
    assert!(areas["orders-raw"].y < areas["orders_bronze"].y);
    assert!(areas["orders_bronze"].y < areas["orders_silver"].y);
    assert_eq!(areas["orders_bronze"].x, areas["orders_silver"].x);
}

#[test]
fn a_cycle_or_an_edge_to_nowhere_is_no_harm() {
    let mut pipeline = pipeline();
    let mut back = pipeline.edges[1].clone();
    back.id = "back".to_owned();
    std::mem::swap(&mut back.from, &mut back.to);
    let mut lost = pipeline.edges[0].clone();
    lost.id = "lost".to_owned();
    lost.to = "nowhere".to_owned();
    pipeline.edges.extend([back, lost]);
    assert_eq!(layout(&pipeline, 1280.0).edges.len(), 12);
}

#[test]
fn cards_say_in_words_what_their_colour_says() {
    let mut pipeline = pipeline();
    let node = &mut pipeline.nodes[2];
    node.state = NodeState::Absent;
    assert_eq!(card(node).state, "Not created yet");
    node.state = NodeState::Ready;
    node.rows = Some(3000.0);
    node.files = Some(1.0);
    node.bytes = Some(2048.0);
    node.version = Some(1.0);
    let card = card(node);
    assert_eq!(card.figure, Some(("3,000".to_owned(), "rows")));
    assert_eq!(card.facts, ["1 file", "2.0 KiB", "version 1"]);
    assert_eq!(card.tone, Tone::Good);
}

#[test]
fn the_toolbar_offers_what_can_be_done_and_says_why_the_rest_cannot() {
    let mut pipeline = pipeline();
    pipeline.nodes[5].state = NodeState::Absent;
    assert_eq!(
        refusal(
            Command::Start,
            &pipeline,
            pipeline.queries.iter().any(is_active)
        ),
        None
    );
    assert_eq!(
        refusal(
            Command::StopAll,
            &pipeline,
            pipeline.queries.iter().any(is_active)
        )
        .as_deref(),
        Some("No stream is running.")
    );
    assert!(
        refusal(
            Command::UpdateGold,
            &pipeline,
            pipeline.queries.iter().any(is_active)
        )
        .is_some_and(|why| why.contains("no silver table"))
    );
    let load = actions(&pipeline, true)
        .into_iter()
        .find(|action| action.command == Command::LoadNewData)
        .unwrap();
    assert_eq!(load.label, "Load new data (7 left)");

    pipeline.queries[0].state = QueryState::Waiting;
    pipeline.queries[1].state = QueryState::Running;
    pipeline.nodes[5].state = NodeState::Ready;
    pipeline.remaining_files = Some(0);
    assert!(
        refusal(
            Command::Start,
            &pipeline,
            pipeline.queries.iter().any(is_active)
        )
        .is_some()
    );
    assert_eq!(
        refusal(
            Command::StopAll,
            &pipeline,
            pipeline.queries.iter().any(is_active)
        ),
        None
    );
    assert_eq!(
        refusal(
            Command::UpdateGold,
            &pipeline,
            pipeline.queries.iter().any(is_active)
        ),
        None
    );
    assert!(
        refusal(
            Command::LoadNewData,
            &pipeline,
            pipeline.queries.iter().any(is_active)
        )
        .is_some_and(|why| why.starts_with("All files have arrived"))
    );
    assert!(
        refusal(
            Command::DeletePipeline,
            &pipeline,
            pipeline.queries.iter().any(is_active)
        )
        .is_some()
    );

    pipeline.remaining_files = None;
    assert!(
        !actions(&pipeline, true)
            .iter()
            .any(|action| action.command == Command::LoadNewData)
    );
    assert!(
        refusal(
            Command::LoadNewData,
            &pipeline,
            pipeline.queries.iter().any(is_active)
        )
        .is_some_and(|why| why.contains("no sample data"))
    );
}

#[test]
fn an_edge_tells_its_query_and_how_fast_rows_pass() {
    let mut query = pipeline().queries.remove(0);
    assert_eq!(
        (edge_label(&query).state, edge_label(&query).rate),
        ("Not started", None)
    );
    query.state = QueryState::Running;
    query.processed_rows_per_second = Some(12_345.0);
    assert_eq!(edge_label(&query).rate.as_deref(), Some("12k rows/s"));
}

#[test]
fn what_a_stream_has_not_told_yet_is_a_dash() {
    let line = stream_line(&pipeline().queries[0]);
    assert_eq!(
        (
            line.batch.as_str(),
            line.duration.as_str(),
            line.total_rows.as_str()
        ),
        ("–", "–", "0")
    );
    assert!(!line.can_stop);
}

#[test]
fn the_first_pipeline_is_shown_when_the_chosen_one_is_gone() {
    let mut flow = sample::flow();
    let mut mine = flow.pipelines[0].clone();
    mine.id = "mine".to_owned();
    flow.pipelines.push(mine);
    assert_eq!(shown(&flow, Some("mine")).unwrap().id, "mine");
    assert_eq!(shown(&flow, Some("gone")).unwrap().id, "bookstore");
    assert_eq!(next(&flow, Some("mine")).as_deref(), Some("bookstore"));
    assert_eq!(next(&flow, None).as_deref(), Some("mine"));
}

#[test]
fn the_chart_has_a_line_for_each_hop_and_says_what_it_shows() {
    let point = |time_ms, bronze, silver, gold| HopPoint {
        time_ms,
        bronze,
        silver,
        gold,
    };
    assert_eq!(chart(&[point(0.0, 0.0, 0.0, 0.0)]), None);
    let points = [
        point(0.0, 0.0, 0.0, 0.0),
        point(2000.0, 3000.0, 0.0, 0.0),
        point(5000.0, 4000.0, 3800.0, 900.0),
    ];
    let drawn = chart(&points).unwrap();
    assert_eq!(drawn.series.len(), 3);
    assert_eq!(drawn.series[0].lane, Lane::Bronze);
    assert_eq!(drawn.rows.last().unwrap().1, "4.0k");
    assert_eq!(
        drawn.summary,
        "Rows after 5.0 s: bronze 4,000, silver 3,800, gold 900."
    );
    assert_eq!(table_points(&points, 2), [&points[0], &points[2]]);
}

#[test]
fn a_chart_of_nothing_but_zeros_is_flat_not_broken() {
    let zero = HopPoint {
        time_ms: 7.0,
        bronze: 0.0,
        silver: 0.0,
        gold: 0.0,
    };
    let drawn = chart(&[zero.clone(), zero]).unwrap();
    assert!(
        drawn
            .series
            .iter()
            .all(|series| !series.line.contains("NaN") && !series.line.contains("inf"))
    );
}
