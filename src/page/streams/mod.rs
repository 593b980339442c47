//! Streams: each query's progress, batch by batch, as Spark tells it.

use leptos::prelude::*;

use super::app::App;
use super::flow::model;
use super::relation::json;
use super::text;
use super::ui::{ErrorView, Icon, Shape};
use crate::protocol::{QueryView, Request};

/// All streaming queries of all pipelines.
#[component]
pub fn StreamsView() -> impl IntoView {
    let app = App::get();
    let queries = Memo::new(move |_| {
        app.store.flow.with(|flow| {
            flow.as_ref()
                .map(|flow| {
                    flow.pipelines
                        .iter()
                        .flat_map(|pipeline| {
                            pipeline
                                .queries
                                .iter()
                                .map(|query| (pipeline.title.clone(), query.key.clone()))
                        })
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
        })
    });
    view! {
        <div class="streams">
            <For each=move || queries.get() key=|query| query.clone() let:query>
                <Stream pipeline=query.0 key=query.1/>
            </For>
            {move || queries.with(Vec::is_empty).then(|| view! { <p class="empty">"There are no streams."</p> })}
        </div>
    }
    .into_any()
}

/// One query.
#[component]
fn Stream(pipeline: String, key: String) -> impl IntoView {
    let app = App::get();
    let wanted = key.clone();
    let query: Memo<Option<QueryView>> = Memo::new(move |_| {
        app.store.flow.with(|flow| {
            flow.as_ref()?
                .pipelines
                .iter()
                .flat_map(|pipeline| &pipeline.queries)
                .find(|query| query.key == wanted)
                .cloned()
        })
    });
    let is_open = RwSignal::new(false);
    let batch = Memo::new(move |_| {
        query.with(|query| {
            query
                .as_ref()
                .map(|query| (query.batch_id, query.run_id.clone()))
        })
    });
    let asked = key.clone();
    let progress = LocalResource::new(move || {
        let key = asked.clone();
        let wanted = is_open.get();
        batch.track();
        async move {
            if wanted {
                Some(app.engine.progress(key).await)
            } else {
                None
            }
        }
    });
    let facts = move || {
        query.get().map(|query| {
            let line = model::stream_line(&query);
            let fact = |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd class="figure">{value}</dd></div> };
            view! {
                <dl class="facts">
                    {fact("Batch", line.batch)}
                    {fact("Rows in", line.total_rows)}
                    {fact("Last batch", line.batch_rows)}
                    {fact(
                        "Input rows/s",
                        query.input_rows_per_second.map_or_else(|| "–".to_owned(), text::short_count),
                    )}
                    {fact("Processed rows/s", line.rate)}
                    {fact("Took", line.duration)}
                    {fact("Trigger", line.trigger)}
                    {fact("Output mode", line.output_mode)}
                </dl>
                {query.id.map(|id| view! { <p class="muted mono ids">{format!("id {id}")}</p> })}
                {query.run_id.map(|id| view! { <p class="muted mono ids">{format!("run {id}")}</p> })}
            }
        })
    };
    let state = move || {
        query.get().map(|query| {
            let (state, tone) = model::query_state(query.state);
            view! {
                <span class=format!("state tone-{}", tone.class())><span class="dot"></span>{state}</span>
                <span class="muted">{query.message}</span>
            }
        })
    };
    let error = Memo::new(move |_| {
        query.with(|query| query.as_ref().and_then(|query| query.error.clone()))
    });
    let can_stop =
        Memo::new(move |_| query.with(|query| query.as_ref().is_some_and(model::is_active)));
    let stopped = StoredValue::new(key.clone());
    let recent = move || {
        progress.get().flatten().map(|progress| match progress {
            Err(error) => view! { <ErrorView error=error/> }.into_any(),
            Ok(texts) if texts.is_empty() => {
                view! { <p class="empty">"No batch has run yet."</p> }.into_any()
            }
            Ok(texts) => texts
                .into_iter()
                .map(|text| view! { <pre class="code progress-json" tabindex="0">{json::pretty(&text)}</pre> })
                .collect_view()
                .into_any(),
        })
    };
    view! {
        <section class="box stream" aria-label=format!("Stream {key}")>
            <div class="box-head">
                <div>
                    <h2>{key.clone()}</h2>
                    <p class="muted">{pipeline}</p>
                </div>
                <div class="stream-state">{state}</div>
                <Show when=move || can_stop.get()>
                    <button
                        type="button"
                        class="button small"
                        on:click=move |_| app.send(Request::Stop { query: Some(stopped.get_value()) })
                    >
                        <Icon shape=Shape::Stop/>
                        "Stop"
                    </button>
                </Show>
            </div>
            {move || error.get().map(|error| view! { <ErrorView error=error/> })}
            {facts}
            <details
                class="recent"
                on:toggle=move |event| {
                    use wasm_bindgen::JsCast;
                    let open = event
                        .target()
                        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                        .is_some_and(|element| element.has_attribute("open"));
                    is_open.set(open);
                }
            >
                <summary>"Recent progress, newest first"</summary>
                <div class="recent-list">{recent}</div>
            </details>
        </section>
    }
    .into_any()
}
