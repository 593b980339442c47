//! How the engine is: that it loads, stopped, came back, or that another tab has its workspace.

use leptos::prelude::*;

use crate::page::app::App;
use crate::page::command::Command;
use crate::page::engine::{EngineState, Opening};
use crate::page::text;
use crate::page::ui::{Icon, Shape};
use crate::protocol::Request;

/// While the engine loads: what it does and how far it is. When it stopped: why, and a way on.
#[component]
pub fn EngineBanner() -> impl IntoView {
    let app = App::get();
    let stage = Memo::new(move |_| {
        app.store.engine.with(|engine| match engine {
            EngineState::Loading { .. } => Stage::Loading,
            EngineState::Ready => Stage::Ready,
            EngineState::Occupied { workspace } => Stage::Occupied(workspace.name.clone()),
            EngineState::TakenOver { workspace } => Stage::TakenOver(workspace.name.clone()),
            EngineState::Stopped { message } => Stage::Stopped(message.clone()),
        })
    });
    let loading = move || {
        app.store.engine.with(|engine| match engine {
            EngineState::Loading { what, fraction } => (what.clone(), *fraction),
            _ => (String::new(), None),
        })
    };
    move || {
        match stage.get() {
        Stage::Ready => Some(view! { <OpeningBanner/> <NotKeptBanner/> <NewVersionBanner/> }.into_any()),
        Stage::Loading => Some(
            view! {
                <div class="engine-loading" role="region" aria-label="Engine">
                    <p role="status">{move || loading().0}</p>
                    <progress
                        class="bar"
                        aria-label="Loading the engine"
                        max="1"
                        value=move || loading().1.map(|fraction| fraction.to_string())
                    ></progress>
                    <span class="figure" aria-hidden="true">{move || loading().1.map(text::percent)}</span>
                </div>
            }
            .into_any(),
        ),
        Stage::Occupied(name) => Some(
            view! {
                <div class="engine-note" role="alert">
                    <Icon shape=Shape::Alert/>
                    <div>
                        <p class="strong">{format!("“{name}” is open in another tab.")}</p>
                        <p class="muted">"One tab at a time can write to a workspace. What the other tab runs ends if this one takes over; nothing is lost."</p>
                    </div>
                    <button type="button" class="button primary" on:click=move |_| drop(app.engine.call_at_once(Request::TakeOver))>
                        "Take over here"
                    </button>
                    <button type="button" class="button" on:click=move |_| app.run(Command::ShowWorkspaces)>
                        "Open another workspace"
                    </button>
                </div>
            }
            .into_any(),
        ),
        Stage::TakenOver(name) => Some(
            view! {
                <div class="engine-note" role="alert">
                    <Icon shape=Shape::Alert/>
                    <div>
                        <p class="strong">{format!("Another tab has taken over “{name}”.")}</p>
                        <p class="muted">"All that was done here is there."</p>
                    </div>
                    <button type="button" class="button primary" on:click=move |_| app.run(Command::RestartEngine)>
                        "Open it here again"
                    </button>
                </div>
            }
            .into_any(),
        ),
        Stage::Stopped(message) => Some(
            view! {
                <div class="engine-stopped" role="alert">
                    <Icon shape=Shape::Alert/>
                    <div>
                        <p class="strong">"The engine stopped."</p>
                        <p class="break">{message}</p>
                        <p class="muted">"What was committed is kept; running streams and variables are gone."</p>
                    </div>
                    <button type="button" class="button primary" on:click=move |_| app.run(Command::RestartEngine)>
                        <Icon shape=Shape::Reset/>
                        {Command::RestartEngine.text()}
                    </button>
                </div>
            }
            .into_any(),
        ),
    }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Stage {
    Loading,
    Ready,
    Occupied(String),
    TakenOver(String),
    Stopped(String),
}

/// What a workspace brought back and what it didn't, until it is dismissed. It offers to start again what ran.
#[component]
fn OpeningBanner() -> impl IntoView {
    let app = App::get();
    move || {
        let opening = app.store.opening.get()?;
        let (class, title, details, was_running) = match opening {
            Opening::Resumed { was_running } => (
                "engine-note",
                "Your workspace is back.".to_owned(),
                None,
                was_running,
            ),
            Opening::Died {
                message,
                doing,
                was_running,
            } => {
                let title = match doing {
                    Some(doing) => format!("The engine stopped ({doing}) and was started again."),
                    None => "The engine stopped and was started again.".to_owned(),
                };
                ("engine-stopped", title, Some(message), was_running)
            }
        };
        let start = (!was_running.is_empty()).then(|| {
            view! {
                <button
                    type="button"
                    class="button primary"
                    on:click=move |_| {
                        app.store.opening.set(None);
                        for pipeline in was_running.clone() {
                            app.send(Request::Start { pipeline });
                        }
                    }
                >
                    <Icon shape=Shape::Start/>
                    "Start the streams again"
                </button>
            }
        });
        let icon = if details.is_some() {
            Shape::Alert
        } else {
            Shape::Check
        };
        Some(
            view! {
                <div class=class role="status">
                    <Icon shape=icon/>
                    <div>
                        <p class="strong">{title}</p>
                        {details.map(|details| view! { <p class="break">{details}</p> })}
                        <p class="muted">
                            "Files, tables, notebooks and checkpoints are as they were. Streams, temporary views and Python's variables ended, as when a cluster restarts."
                        </p>
                    </div>
                    {start}
                    <button
                        type="button"
                        class="icon-button"
                        aria-label="Dismiss"
                        on:click=move |_| app.store.opening.set(None)
                    >
                        <Icon shape=Shape::Close/>
                    </button>
                </div>
            }
            .into_any(),
        )
    }
}

/// That a newer version of the site is there.
#[component]
fn NewVersionBanner() -> impl IntoView {
    let app = App::get();
    move || {
        let switch = app.store.new_version.get()?;
        let later = move |_| app.store.new_version.set(None);
        Some(
            view! {
                <div class="engine-note" role="status">
                    <Icon shape=Shape::Update/>
                    <div>
                        <p class="strong">"A new version of Multihop is ready."</p>
                        <p class="muted">"Your workspace stays as it is; running streams have to be started again."</p>
                    </div>
                    <button
                        type="button"
                        class="button primary"
                        on:click=move |_| drop(switch.call0(&wasm_bindgen::JsValue::NULL))
                    >
                        "Use it now"
                    </button>
                    <button type="button" class="button" on:click=later>"Later"</button>
                </div>
            }
            .into_any(),
        )
    }
}

/// That the workspace ends with the tab, and why; or that a part of it is damaged.
#[component]
fn NotKeptBanner() -> impl IntoView {
    let app = App::get();
    let is_dismissed = RwSignal::new(false);
    move || {
        let workspace = app.store.workspace.get()?;
        let (title, text) = match (workspace.not_kept, workspace.damaged_bytes) {
            (Some(reason), _) => (
                "This workspace is in memory: it ends with the tab.",
                format!("{reason} Download what you want to keep."),
            ),
            (None, damaged) if damaged > 0.0 => (
                "A part of this workspace is damaged.",
                format!(
                    "{} that were stored can't be read any more; the files in them are missing.",
                    text::bytes(damaged)
                ),
            ),
            _ => return None,
        };
        (!is_dismissed.get()).then(|| {
            view! {
                <div class="engine-note" role="status">
                    <Icon shape=Shape::Alert/>
                    <div>
                        <p class="strong">{title}</p>
                        <p class="muted">{text}</p>
                    </div>
                    <button
                        type="button"
                        class="icon-button"
                        aria-label="Dismiss"
                        on:click=move |_| is_dismissed.set(true)
                    >
                        <Icon shape=Shape::Close/>
                    </button>
                </div>
            }
            .into_any()
        })
    }
}
