//! That the engine loads or stopped.

use leptos::prelude::*;

use crate::page::app::App;
use crate::page::command::Command;
use crate::page::engine::EngineState;
use crate::page::text;
use crate::page::ui::{Icon, Shape};

/// While the engine loads: what it does and how far it is. When it stopped: why, and a way on.
#[component]
pub fn EngineBanner() -> impl IntoView {
    let app = App::get();
    let stage = Memo::new(move |_| {
        app.store.engine.with(|engine| match engine {
            EngineState::Loading { .. } => Stage::Loading,
            EngineState::Ready => Stage::Ready,
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
        Stage::Ready => None,
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
        Stage::Stopped(message) => Some(
            view! {
                <div class="engine-stopped" role="alert">
                    <Icon shape=Shape::Alert/>
                    <div>
                        <p class="strong">"The engine stopped."</p>
                        <p class="break">{message}</p>
                        <p class="muted">"What it held in memory is gone; the page goes on."</p>
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
    Stopped(String),
}
