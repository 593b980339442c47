//! The Flow view.

use leptos::prelude::*;

use super::chart_view::ChartView;
use super::graph::Graph;
use super::statements::Statements;
use super::streams_table::StreamsTable;
use super::toolbar::Toolbar;
use crate::page::app::App;
use crate::page::engine::EngineState;

/// The pipeline: what it can be told, its graph, its streams, its rows over time, its statements.
#[component]
pub fn FlowView() -> impl IntoView {
    let app = App::get();
    let has_pipeline = Memo::new(move |_| app.with_pipeline(|pipeline| pipeline.is_some()));
    view! {
        <Show when=move || has_pipeline.get() fallback=Placeholder>
            <div class="flow">
                <Toolbar/>
                <Graph/>
                <div class="flow-below">
                    <StreamsTable/>
                    <ChartView/>
                </div>
                <Statements/>
            </div>
        </Show>
    }
    .into_any()
}

/// While the engine has told nothing yet: the lanes, empty.
#[component]
fn Placeholder() -> impl IntoView {
    let app = App::get();
    let text = move || {
        app.store.engine.with(|engine| match engine {
            EngineState::Loading { .. } => {
                "The pipeline appears here as soon as the engine is there."
            }
            EngineState::Ready => "There is no pipeline. Drop parquet or JSON files to make one.",
            EngineState::Occupied { .. } | EngineState::TakenOver { .. } => {
                "Another tab has this workspace."
            }
            EngineState::Stopped { .. } => "Restart the engine to go on.",
        })
    };
    view! {
        <div class="flow">
            <div class="placeholder-lanes" aria-hidden="true">
                {super::model::LANES
                    .map(|lane| {
                        view! {
                            <div class=format!("lane-placeholder lane-{}", super::model::lane_class(lane))>
                                <span class="lane-title">{super::model::lane_title(lane)}</span>
                                <span class="skeleton"></span>
                            </div>
                        }
                    })
                    .into_iter()
                    .collect_view()}
            </div>
            <p class="empty">{text}</p>
        </div>
    }
    .into_any()
}
