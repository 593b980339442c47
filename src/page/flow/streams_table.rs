//! The pipeline's streams, a line each.

use leptos::prelude::*;

use super::model;
use crate::page::app::App;
use crate::page::ui::{ErrorView, Icon, Shape};
use crate::protocol::Request;

/// A table of the streams of the pipeline that is shown.
#[component]
pub fn StreamsTable() -> impl IntoView {
    let app = App::get();
    let keys = Memo::new(move |_| {
        app.with_pipeline(|pipeline| {
            pipeline
                .map(|pipeline| {
                    pipeline
                        .queries
                        .iter()
                        .map(|query| query.key.clone())
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
        })
    });
    view! {
        <section class="box streams-box" aria-labelledby="streams-title">
            <h3 id="streams-title">"Streams"</h3>
            <div class="table-scroll" tabindex="0" role="group" aria-labelledby="streams-title">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Stream"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="number">"Batch"</th>
                            <th scope="col" class="number">"Rows in"</th>
                            <th scope="col" class="number">"Last batch"</th>
                            <th scope="col" class="number">"Rows/s"</th>
                            <th scope="col" class="number">"Took"</th>
                            <th scope="col"><span class="hidden-text">"Stop"</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || keys.get() key=|key| key.clone() let:key>
                            <Line key=key/>
                        </For>
                    </tbody>
                </table>
            </div>
            {move || keys.with(Vec::is_empty).then(|| view! { <p class="empty">"This pipeline has no streams."</p> })}
        </section>
    }
    .into_any()
}

#[component]
fn Line(key: String) -> impl IntoView {
    let app = App::get();
    let wanted = key.clone();
    let line = Memo::new(move |_| {
        app.with_pipeline(|pipeline| {
            pipeline?
                .queries
                .iter()
                .find(|query| query.key == wanted)
                .map(model::stream_line)
        })
    });
    let error =
        Memo::new(move |_| line.with(|line| line.as_ref().and_then(|line| line.error.clone())));
    let stop = move || {
        let key = key.clone();
        line.with(|line| line.as_ref().is_some_and(|line| line.can_stop))
            .then(|| {
                view! {
                    <button
                        type="button"
                        class="button small"
                        aria-label=format!("Stop {key}")
                        on:click=move |_| app.send(Request::Stop { query: Some(key.clone()) })
                    >
                        <Icon shape=Shape::Stop/>
                        "Stop"
                    </button>
                }
            })
    };
    let cells = move || {
        line.get().map(|line| {
            view! {
                <th scope="row">
                    <span class="strong">{line.key}</span>
                    <span class="sub">{format!("{} · {}", line.trigger, line.output_mode)}</span>
                </th>
                <td>
                    <span class=format!("state tone-{}", line.tone.class())>
                        <span class="dot"></span>
                        {line.state}
                    </span>
                    <span class="sub">{line.message}</span>
                </td>
                <td class="number">{line.batch}</td>
                <td class="number">{line.total_rows}</td>
                <td class="number">{line.batch_rows}</td>
                <td class="number">{line.rate}</td>
                <td class="number">{line.duration}</td>
            }
        })
    };
    view! {
        <tr>{cells} <td class="number">{stop}</td></tr>
        {move || {
            error
                .get()
                .map(|error| view! { <tr class="error-row"><td colspan="8"><ErrorView error=error/></td></tr> })
        }}
    }
    .into_any()
}
