//! A box for SQL statements, and what came of them.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::page::app::App;
use crate::page::relation::Grid;
use crate::page::text;
use crate::page::ui::{ErrorView, Icon, Shape};
use crate::protocol::{ErrorInfo, RelationView, Request};

const START: &str = "SHOW TABLES";

/// What the box shows below the text.
#[derive(Debug, Clone)]
enum Outcome {
    Nothing,
    /// The request's id, to cancel it by.
    Running(u32),
    Rows {
        view: RelationView,
        ms: f64,
    },
    /// With the text that it is about, whatever the box holds by now.
    Failed {
        error: ErrorInfo,
        sql: String,
    },
}

/// Statements to run: Ctrl+Enter, or the button.
#[component]
pub fn SqlBox(
    /// Called after each run: tables may have come or gone.
    on_run: Callback<()>,
) -> impl IntoView {
    let app = App::get();
    let sql = RwSignal::new(START.to_owned());
    let outcome = RwSignal::new(Outcome::Nothing);
    let free = move || {
        if let Some(Outcome::Rows { view, .. }) = outcome.try_get_untracked() {
            app.engine.close(view.handle);
        }
    };
    on_cleanup(free);
    let run = move || {
        if !app.is_ready() || matches!(outcome.get_untracked(), Outcome::Running(_)) {
            return;
        }
        free();
        let text = sql.get_untracked();
        let started = js_sys::Date::now();
        let call = app.engine.call(Request::Sql { text: text.clone() });
        outcome.set(Outcome::Running(call.id));
        spawn_local(async move {
            let result = match call.await.map(|answer| answer.reply) {
                Ok(crate::protocol::Reply::Relation { relation }) => Outcome::Rows {
                    view: relation,
                    ms: js_sys::Date::now() - started,
                },
                Ok(_) => Outcome::Nothing,
                Err(error) => Outcome::Failed { error, sql: text },
            };
            let _ = outcome.try_set(result);
            on_run.try_run(());
        });
    };
    let area: NodeRef<html::Textarea> = NodeRef::new();
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            untrack(run);
        }
    };
    let result = move || {
        match outcome.get() {
        Outcome::Nothing => view! { <p class="empty">"The result appears here."</p> }.into_any(),
        Outcome::Running(id) => view! {
            <div class="running" role="status">
                <span class="spinner" aria-hidden="true"></span>
                "Running…"
                <button type="button" class="button small" on:click=move |_| app.engine.cancel(id)>"Cancel"</button>
            </div>
        }
        .into_any(),
        Outcome::Rows { view, ms } if view.columns.is_empty() => {
            view! { <p class="empty" role="status">{format!("Done in {}.", text::duration(ms))} {view.name}</p> }.into_any()
        }
        Outcome::Rows { view, ms } => view! {
            <p class="muted" role="status">{format!("Took {}", text::duration(ms))}</p>
            <Grid view=view/>
        }
        .into_any(),
        Outcome::Failed { error, sql } => {
            view! { <div role="alert"><ErrorView error=error source=sql/></div> }.into_any()
        }
    }
    };
    view! {
        <section class="box sql-box" aria-labelledby="sql-title">
            <div class="box-head">
                <h2 id="sql-title">"SQL"</h2>
                <button
                    type="button"
                    class="button primary small"
                    aria-keyshortcuts="Control+Enter"
                    aria-disabled=move || (!app.is_ready()).to_string()
                    on:click=move |_| untrack(run)
                >
                    <Icon shape=Shape::Start/>
                    "Run"
                    <kbd aria-hidden="true">"Ctrl ⏎"</kbd>
                </button>
            </div>
            <textarea
                class="input code-input"
                rows="6"
                aria-label="SQL statements"
                spellcheck="false"
                autocapitalize="off"
                autocomplete="off"
                node_ref=area
                prop:value=move || sql.get()
                on:input=move |event| sql.set(event_target_value(&event))
                on:keydown=on_key
            ></textarea>
            <div class="sql-result">{result}</div>
        </section>
    }
    .into_any()
}
