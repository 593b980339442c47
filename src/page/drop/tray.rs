//! Dropped files on screen: a card each.

use leptos::prelude::*;

use super::model::{Fate, directory_name, file_card};
use super::state::{Landing, Progress, Stage, Tray};
use crate::page::app::{App, OpenDialog};
use crate::page::text;
use crate::page::ui::{ErrorView, Icon, Shape};
use crate::protocol::{DropPreview, FilePreview};

/// Cards shown before the rest folds away.
const CARDS: usize = 12;
/// Columns named on a card.
const COLUMNS: usize = 8;

/// All drops that are still on screen.
#[component]
pub fn DropTray() -> impl IntoView {
    let app = App::get();
    let ids = Memo::new(move |_| {
        app.drops
            .trays
            .with(|trays| trays.iter().map(|tray| tray.id).collect::<Vec<_>>())
    });
    view! {
        <For each=move || ids.get() key=|id| *id let:id>
            <TrayView id=id/>
        </For>
    }
    .into_any()
}

#[component]
fn TrayView(id: u32) -> impl IntoView {
    let app = App::get();
    let tray: Memo<Option<Tray>> = Memo::new(move |_| {
        app.drops
            .trays
            .with(|trays| trays.iter().find(|tray| tray.id == id).cloned())
    });
    let content = move || {
        tray.get().map(|tray| match tray.stage {
            Stage::Looking(call) => view! { <Under title=format!("Looking at {}", text::counted(tray.files as f64, "file")) call=call/> }.into_any(),
            Stage::Failed(error) => view! { <div role="alert"><ErrorView error=error/></div> }.into_any(),
            Stage::Seen { preview, landings, made } => {
                view! { <Seen preview=preview landings=landings made=made/> }.into_any()
            }
        })
    };
    view! {
        <section class="box tray" aria-label="Dropped files">
            <div class="box-head">
                <h2>{move || tray.get().map(|tray| format!("Dropped {}", text::counted(tray.files as f64, "file")))}</h2>
                <button
                    type="button"
                    class="icon-button"
                    aria-label="Dismiss dropped files"
                    on:click=move |_| app.drops.dismiss(app, id)
                >
                    <Icon shape=Shape::Close/>
                </button>
            </div>
            {content}
        </section>
    }
    .into_any()
}

#[component]
fn Seen(preview: DropPreview, landings: Vec<Landing>, made: Option<String>) -> impl IntoView {
    let app = App::get();
    let drop = preview.drop;
    let waits = preview.new_pipeline.is_some();
    let who = if landings.is_empty() {
        "They"
    } else {
        "The others"
    };
    let landing = landings.into_iter().map(|landing| {
        let name = directory_name(&landing.target).to_owned();
        let files = text::counted(landing.files as f64, "file");
        match landing.progress {
            Progress::Running(call) => view! { <Under title=format!("Landing {files} in {name}") call=call/> }.into_any(),
            Progress::Landed => view! {
                <p class="landed"><Icon shape=Shape::Check/>{format!("{files} landed in {name}")}</p>
            }
            .into_any(),
            Progress::Cancelled => view! {
                <p class="landed muted" role="status">{format!("Landing {files} in {name} was cancelled")}</p>
            }
            .into_any(),
            Progress::Failed(error) => view! { <div role="alert"><ErrorView error=error/></div> }.into_any(),
        }
    });
    let new_pipeline = match (waits, made) {
        (true, None) => view! {
            <p class="landed">
                "Some files fit no directory of a pipeline. "
                <button
                    type="button"
                    class="button small"
                    on:click=move |_| app.dialog.set(Some(OpenDialog::NewPipeline(drop)))
                >
                    "New pipeline…"
                </button>
            </p>
        }
        .into_any(),
        (true, Some(name)) => view! {
            <p class="landed"><Icon shape=Shape::Check/>{format!("{who} flow through the pipeline {name}")}</p>
        }
        .into_any(),
        (false, _) => ().into_any(),
    };
    let mut files = preview.files;
    let rest = files.split_off(files.len().min(CARDS));
    let cards = |files: Vec<FilePreview>| {
        let cards = files
            .into_iter()
            .map(|file| view! { <FileCardView file=file/> });
        view! { <ul class="file-cards">{cards.collect_view()}</ul> }
    };
    view! {
        {landing.collect_view()}
        {new_pipeline}
        {cards(files)}
        {(!rest.is_empty())
            .then(|| {
                view! {
                    <details>
                        <summary>{format!("{} more", text::counted(rest.len() as f64, "file"))}</summary>
                        {cards(rest)}
                    </details>
                }
            })}
    }
    .into_any()
}

/// A request under way: what, how far, elapsed, Cancel.
#[component]
fn Under(title: String, call: u32) -> impl IntoView {
    let app = App::get();
    let task = Memo::new(move |_| app.store.task(call));
    let figures = move || {
        task.get().map(|task| {
            let elapsed = text::duration(js_sys::Date::now() - task.started_ms);
            format!("{} · {elapsed}", task.amount())
        })
    };
    view! {
        <div class="task">
            <p role="status">{title.clone()}</p>
            <progress
                class="bar"
                aria-label=title
                max="1"
                value=move || {
                    task.get()
                        .and_then(|task| task.total.filter(|total| *total > 0.0).map(|total| (task.done / total).to_string()))
                }
            ></progress>
            <span class="figure">{figures}</span>
            <button type="button" class="button small" on:click=move |_| app.engine.cancel(call)>
                "Cancel"
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn FileCardView(file: FilePreview) -> impl IntoView {
    let card = file_card(&file);
    let hidden = card.columns.len().saturating_sub(COLUMNS);
    let columns = (!card.columns.is_empty()).then(|| {
        let names = card.columns.iter().take(COLUMNS).map(|(name, data_type)| {
            view! { <li title=format!("{name}: {data_type}")>{name.clone()} " " <span class="muted">{crate::page::relation::columns::short_type(data_type)}</span></li> }
        });
        view! {
            <ul class="file-columns">
                {names.collect_view()}
                {(hidden > 0).then(|| view! { <li class="muted">{format!("and {hidden} more")}</li> })}
            </ul>
        }
    });
    let (class, fate) = match card.fate {
        Fate::Lands { target } => (
            "file-card lands",
            view! { <p class="file-fate" title=target.clone()>{format!("→ {}", directory_name(&target))}</p> }.into_any(),
        ),
        Fate::Waits => ("file-card waits", view! { <p class="file-fate">"→ a new pipeline"</p> }.into_any()),
        Fate::Refused(error) => ("file-card refused", view! { <ErrorView error=error/> }.into_any()),
    };
    view! {
        <li class=class>
            <p class="file-title"><Icon shape=Shape::File/><span title=card.name.clone()>{card.name.clone()}</span></p>
            <p class="muted">{card.facts}</p>
            {columns}
            {card.warning.map(|warning| view! { <p class="file-warning">{warning}</p> })}
            {fate}
        </li>
    }
    .into_any()
}
