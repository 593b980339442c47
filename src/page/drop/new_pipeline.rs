//! A pipeline for files that fit nowhere.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::model::{Fate, file_card};
use crate::page::app::App;
use crate::page::text;
use crate::page::ui::{Dialog, ErrorView};
use crate::protocol::{ErrorInfo, NewPipeline, Request};

/// Asks for a name and three SQL texts, with a start for each.
#[component]
pub fn NewPipelineDialog(
    /// The engine's number of the drop.
    drop: u32,
    on_close: Callback<()>,
) -> impl IntoView {
    let app = App::get();
    let Some((files, start)) = app.drops.preview(drop).and_then(|preview| {
        let waiting: Vec<_> = preview
            .files
            .into_iter()
            .filter(|file| file_card(file).fate == Fate::Waits)
            .collect();
        preview.new_pipeline.map(|start| (waiting, start))
    }) else {
        return view! {
            <Dialog title="New pipeline" on_close=on_close><p class="empty">"The dropped files are gone."</p></Dialog>
        }
        .into_any();
    };
    let name = RwSignal::new(start.name.clone());
    // The texts use the name, so a new name goes into texts that weren't touched otherwise.
    let used_name = StoredValue::new(start.name);
    let texts = [
        Text {
            field: "bronze_sql",
            title: "Bronze",
            hint: "over the Auto Loader stream",
            sql: RwSignal::new(start.bronze_sql),
        },
        Text {
            field: "silver_sql",
            title: "Silver",
            hint: "over the stream of the bronze table",
            sql: RwSignal::new(start.silver_sql),
        },
        Text {
            field: "gold_sql",
            title: "Gold",
            hint: "over the stream of the silver table",
            sql: RwSignal::new(start.gold_sql),
        },
    ];
    let error = RwSignal::new(None::<ErrorInfo>);
    let is_busy = RwSignal::new(false);
    let rename = move |to: String| {
        let from = used_name.get_value();
        let is_name = to.chars().all(|at| at.is_alphanumeric() || at == '_') && !to.is_empty();
        if is_name && !from.is_empty() {
            for text in texts {
                for suffix in ["raw_temp", "bronze_tmp", "silver_tmp"] {
                    text.sql.update(|sql| {
                        *sql = sql.replace(&format!("{from}_{suffix}"), &format!("{to}_{suffix}"))
                    });
                }
            }
            used_name.set_value(to.clone());
        }
        name.set(to);
    };
    let create = move || {
        if is_busy.get_untracked() {
            return;
        }
        let [bronze, silver, gold] = texts;
        let pipeline = NewPipeline {
            name: name.get_untracked().trim().to_owned(),
            bronze_sql: bronze.sql.get_untracked(),
            silver_sql: silver.sql.get_untracked(),
            gold_sql: gold.sql.get_untracked(),
        };
        is_busy.set(true);
        error.set(None);
        spawn_local(async move {
            let made = pipeline.name.to_lowercase();
            let result = app
                .engine
                .run(Request::CreatePipeline { drop, pipeline })
                .await;
            let _ = is_busy.try_set(false);
            match result {
                Ok(()) => {
                    app.drops.made(drop, &made);
                    app.store.tell(format!("The pipeline {made} is running."));
                    app.pipeline.set(Some(made));
                    app.run(crate::page::command::Command::ShowFlow);
                    on_close.try_run(());
                }
                Err(failed) => {
                    let _ = error.try_set(Some(failed));
                }
            }
        });
    };
    let rows: f64 = files.iter().filter_map(|file| file.rows).sum();
    let summary = format!(
        "{} · {}",
        text::counted(files.len() as f64, "file"),
        text::counted(rows, "row")
    );
    let columns = files
        .first()
        .map(|file| {
            file.columns
                .iter()
                .map(|column| {
                    view! { <li>{column.name.clone()} " " <span class="muted">{column.data_type.clone()}</span></li> }
                })
                .collect_view()
        });
    let own_error = move || {
        error.get().filter(|error| {
            !texts
                .iter()
                .any(|text| error.file.as_deref() == Some(text.field))
        })
    };
    view! {
        <Dialog title="New pipeline" class="wide" on_close=on_close>
            <form
                class="new-pipeline"
                on:submit=move |event| {
                    event.prevent_default();
                    create();
                }
            >
                <p class="dialog-text">
                    "These files fit no directory yet. They can flow through bronze, silver and gold tables of their own."
                </p>
                <div class="field-row">
                    <label class="field">
                        <span class="field-label">"Name"</span>
                        <input
                            class="input"
                            type="text"
                            required
                            autocomplete="off"
                            spellcheck="false"
                            autofocus
                            prop:value=move || name.get()
                            on:input=move |event| rename(event_target_value(&event))
                        />
                    </label>
                    <div class="field">
                        <span class="field-label">{summary}</span>
                        <ul class="file-columns">{columns}</ul>
                    </div>
                </div>
                {texts.map(|text| view! { <TextField text=text error=error/> }).into_iter().collect_view()}
                <div role="alert">{move || own_error().map(|error| view! { <ErrorView error=error/> })}</div>
                <footer class="dialog-actions">
                    <button type="button" class="button" on:click=move |_| on_close.run(())>"Cancel"</button>
                    <button type="submit" class="button primary" aria-disabled=move || is_busy.get().to_string()>
                        {move || if is_busy.get() { "Creating…" } else { "Create and start" }}
                    </button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}

/// One of the three SQL texts.
#[derive(Debug, Clone, Copy)]
struct Text {
    /// Its field in [`NewPipeline`], by which errors name it.
    field: &'static str,
    title: &'static str,
    hint: &'static str,
    sql: RwSignal<String>,
}

#[component]
fn TextField(text: Text, error: RwSignal<Option<ErrorInfo>>) -> impl IntoView {
    let own = Memo::new(move |_| {
        error
            .get()
            .filter(|error| error.file.as_deref() == Some(text.field))
    });
    let error_id = format!("{}-error", text.field);
    let described = error_id.clone();
    view! {
        <div class="field">
            <label class="field-label" for=text.field>
                {text.title}
                <span class="muted">{format!(" {}", text.hint)}</span>
            </label>
            <textarea
                class="input code-input"
                id=text.field
                rows="5"
                spellcheck="false"
                autocapitalize="off"
                aria-invalid=move || own.get().is_some().to_string()
                aria-describedby=described
                prop:value=move || text.sql.get()
                on:input=move |event| text.sql.set(event_target_value(&event))
            ></textarea>
            <div id=error_id role="alert">
                {move || {
                    own.get()
                        .map(|error| {
                            // The name of the field is the page's business.
                            let error = ErrorInfo { file: None, ..error };
                            view! { <ErrorView error=error source=text.sql.get_untracked()/> }
                        })
                }}
            </div>
        </div>
    }
    .into_any()
}
