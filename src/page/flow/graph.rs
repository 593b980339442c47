//! The pipeline's graph: lanes, cards, and edges that move when a batch passes.

use leptos::html;
use leptos::prelude::*;
use leptos_use::{UseElementSizeReturn, use_element_size};

use super::layout::{self, Layout};
use super::model::{self, Card};
use crate::page::app::App;
use crate::page::text;
use crate::page::ui::{Icon, Shape};
use crate::protocol::{NodeKind, PipelineView};

/// The graph of the pipeline that is shown.
#[component]
pub fn Graph() -> impl IntoView {
    let app = App::get();
    let frame: NodeRef<html::Div> = NodeRef::new();
    let UseElementSizeReturn { width, .. } = use_element_size(frame);
    // The figures change all the time; the shape hardly ever.
    let shape = Memo::new(move |_| {
        app.with_pipeline(|pipeline| {
            pipeline.map(|pipeline| PipelineView {
                nodes: pipeline
                    .nodes
                    .iter()
                    .map(|node| crate::protocol::NodeView {
                        rows: None,
                        files: None,
                        bytes: None,
                        version: None,
                        last_change_ms: None,
                        state: crate::protocol::NodeState::Ready,
                        ..node.clone()
                    })
                    .collect(),
                edges: pipeline.edges.clone(),
                id: pipeline.id.clone(),
                title: pipeline.title.clone(),
                queries: Vec::new(),
                points: Vec::new(),
                remaining_files: None,
                is_custom: false,
                statements: Vec::new(),
            })
        })
    });
    let placed = Memo::new(move |_| {
        let width = width.get();
        shape.with(|shape| match shape {
            Some(shape) if width > 0.0 => layout::layout(shape, width),
            _ => Layout::default(),
        })
    });
    let lanes = move || placed.with(|placed| placed.lanes.clone());
    let cards = move || {
        let pipeline = shape.with(|shape| {
            shape
                .as_ref()
                .map(|shape| shape.id.clone())
                .unwrap_or_default()
        });
        placed.with(|placed| {
            placed
                .cards
                .iter()
                .map(|card| (pipeline.clone(), card.id.clone()))
                .collect::<Vec<_>>()
        })
    };
    let edges = move || {
        shape.with(|shape| {
            shape
                .as_ref()
                .map(|shape| {
                    shape
                        .edges
                        .iter()
                        .map(|edge| (shape.id.clone(), edge.id.clone(), edge.query.clone()))
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
        })
    };
    view! {
        <div
            class="graph"
            class:narrow=move || placed.with(|placed| placed.is_narrow)
            class:tight=move || placed.with(|placed| !placed.is_narrow && placed.width < 1080.0)
            node_ref=frame
            role="group"
            aria-label="Pipeline graph"
            style:height=move || format!("{}px", placed.with(|placed| placed.height))
        >
            <For each=lanes key=|lane| lane.lane let:lane>
                {
                    let kind = lane.lane;
                    let area = move || {
                        placed.with(|placed| {
                            placed.lanes.iter().find(|lane| lane.lane == kind).map(|lane| lane.area).unwrap_or_default()
                        })
                    };
                    view! {
                        <div
                            class=format!("lane lane-{}", model::lane_class(kind))
                            style:left=move || format!("{}px", area().x)
                            style:top=move || format!("{}px", area().y)
                            style:width=move || format!("{}px", area().width)
                            style:height=move || format!("{}px", area().height)
                        >
                            <h3 class="lane-title">{model::lane_title(kind)}</h3>
                        </div>
                    }
                }
            </For>
            <svg
                class="edges"
                aria-hidden="true"
                width=move || placed.with(|placed| placed.width.to_string())
                height=move || placed.with(|placed| placed.height.to_string())
            >
                <defs>
                    <marker id="arrow" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                        <path d="M1 1 6.5 4 1 7" class="arrow"/>
                    </marker>
                </defs>
                <For each=edges key=|edge| edge.clone() let:edge>
                    <Edge pipeline=edge.0 id=edge.1 query=edge.2 placed=placed/>
                </For>
            </svg>
            <For each=cards key=|card| card.clone() let:card>
                <NodeCard id=card.1 placed=placed/>
            </For>
            <For each=edges key=|edge| edge.clone() let:edge>
                <EdgeLabel id=edge.1 query=edge.2 placed=placed/>
            </For>
        </div>
    }
    .into_any()
}

/// An edge's line, coloured by its query's state; a light runs along it with each batch.
#[component]
fn Edge(
    pipeline: String,
    id: String,
    query: Option<String>,
    placed: Memo<Layout>,
) -> impl IntoView {
    let app = App::get();
    let key = (pipeline, id.clone());
    let path = Memo::new(move |_| {
        placed.with(|placed| {
            placed
                .edges
                .iter()
                .find(|edge| edge.id == id)
                .map(|edge| edge.path.clone())
                .unwrap_or_default()
        })
    });
    let passed = Memo::new(move |_| {
        app.store
            .batches
            .with(|batches| batches.get(&key).map(|(count, _)| *count))
    });
    let class = match query {
        None => "edge defined".to_owned(),
        Some(_) => "edge moved".to_owned(),
    };
    let tone = Memo::new(move |_| {
        let key = query.as_ref()?;
        app.with_pipeline(|pipeline| {
            pipeline?
                .queries
                .iter()
                .find(|query| &query.key == key)
                .map(|query| model::query_state(query.state).1.class())
        })
    });
    view! {
        <g class=class data-tone=move || tone.get().unwrap_or("quiet")>
            <path class="edge-line" d=move || path.get() marker-end="url(#arrow)"/>
            // A new element for each batch, so that the animation starts over.
            <For each=move || passed.get() key=|count| *count let:_count>
                <path class="edge-pulse" d=move || path.get() pathLength="100"/>
            </For>
        </g>
    }
    .into_any()
}

/// What an edge's query does, in words.
#[component]
fn EdgeLabel(id: String, query: Option<String>, placed: Memo<Layout>) -> impl IntoView {
    let app = App::get();
    let place = Memo::new(move |_| {
        placed.with(|placed| {
            placed
                .edges
                .iter()
                .find(|edge| edge.id == id)
                .map(|edge| edge.label)
        })
    });
    let label = Memo::new(move |_| {
        let key = query.as_ref()?;
        app.with_pipeline(|pipeline| {
            pipeline?
                .queries
                .iter()
                .find(|query| &query.key == key)
                .map(model::edge_label)
        })
    });
    move || {
        let (x, y) = place.get()?;
        let label = label.get()?;
        Some(view! {
            <div
                class=format!("edge-label tone-{}", label.tone.class())
                style:left=format!("{x}px")
                style:top=format!("{y}px")
            >
                <span class="state"><span class="dot"></span>{label.state}</span>
                {label.rate.map(|rate| view! { <span class="rate">{rate}</span> })}
            </div>
        })
    }
}

/// A directory, view or table: opens to its rows.
#[component]
fn NodeCard(id: String, placed: Memo<Layout>) -> impl IntoView {
    let app = App::get();
    let wanted = id.clone();
    let area = Memo::new(move |_| {
        placed.with(|placed| {
            placed
                .cards
                .iter()
                .find(|card| card.id == wanted)
                .map(|card| card.area)
                .unwrap_or_default()
        })
    });
    let card = Memo::new(move |_| {
        app.with_pipeline(|pipeline| {
            pipeline?
                .nodes
                .iter()
                .find(|node| node.id == id)
                .map(model::card)
        })
    });
    let is_open = move || {
        app.relation.with(|open| {
            open.is_some()
                && card.with(|card| card.as_ref().map(|card| &card.relation) == open.as_ref())
        })
    };
    let open = move |_| {
        if let Some(card) = card.get_untracked() {
            app.relation.set(Some(card.relation));
        }
    };
    let class = move || {
        card.with(|card| {
            card.as_ref().map_or_else(String::new, |card| {
                format!(
                    "card {} lane-{} tone-{}",
                    if card.is_compact() { "compact" } else { "full" },
                    model::lane_class(card.lane),
                    card.tone.class()
                )
            })
        })
    };
    view! {
        <button
            type="button"
            class=class
            aria-haspopup="dialog"
            aria-expanded=move || is_open().to_string()
            style:left=move || format!("{}px", area.get().x)
            style:top=move || format!("{}px", area.get().y)
            style:width=move || format!("{}px", area.get().width)
            style:height=move || format!("{}px", area.get().height)
            on:click=open
        >
            {move || card.get().map(|card| view! { <CardContent card=card/> })}
        </button>
    }
    .into_any()
}

#[component]
fn CardContent(card: Card) -> impl IntoView {
    let app = App::get();
    let shape = match card.kind {
        NodeKind::Directory => Shape::Directory,
        NodeKind::View => Shape::View,
        NodeKind::StreamingView => Shape::Stream,
        NodeKind::Table => Shape::Table,
    };
    let is_compact = card.is_compact();
    let changed = card.last_change_ms;
    let head = view! {
        <span class="card-head">
            <Icon shape=shape/>
            <span class="card-name" title=card.name.clone()>{card.name.clone()}</span>
        </span>
    };
    let state = view! {
        <span class="state">
            <span class="dot"></span>
            {card.state}
            {changed
                .map(|changed| {
                    view! { <span class="muted">{move || format!(" · {}", text::ago(app.now.get(), changed))}</span> }
                })}
        </span>
    };
    if is_compact {
        view! {
            {head}
            <span class="card-kind">
                {model::kind_text(card.kind)}
                {(card.tone != model::Tone::Good).then(|| format!(" · {}", card.state.to_lowercase()))}
            </span>
        }
        .into_any()
    } else {
        view! {
            {head}
            <span class="card-figure">
                {match card.figure {
                    Some((figure, noun)) => {
                        view! {
                            <span class="figure">{figure}</span>
                            <span class="noun">{noun}</span>
                        }
                        .into_any()
                    }
                    None => view! { <span class="noun">{model::kind_text(card.kind)}</span> }.into_any(),
                }}
            </span>
            <span class="card-facts">{card.facts.join(" · ")}</span>
            {state}
        }
        .into_any()
    }
}
