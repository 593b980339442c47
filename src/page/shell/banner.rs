//! How the engine is: that it loads, stopped, came back, or that another tab has its workspace.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::page::app::App;
use crate::page::command::Command;
use crate::page::engine::{EngineState, Opening};
use crate::page::text;
use crate::page::ui::{Icon, Shape};
use crate::protocol::{Request, WorkspaceView};

/// What stays as it was, and what doesn't, when an engine ends.
const LIKE_A_CLUSTER: &str = "Files, tables, notebooks and checkpoints are as they were. Streams, temporary views and Python's variables ended, as when a cluster restarts.";

/// Something that people should know, until they have read it or it is over.
#[derive(Clone)]
struct Note {
    /// Whether something went wrong.
    is_bad: bool,
    title: String,
    details: Option<String>,
    text: String,
    actions: Vec<Action>,
}

/// A button: what it says, and what it does.
#[derive(Clone)]
struct Action(&'static str, Callback<()>);

/// While the engine loads: what it does and how far it is. Then what people should know of it.
#[component]
pub fn EngineBanner() -> impl IntoView {
    let app = App::get();
    // Each is told once.
    let is_read = RwSignal::new(false);
    move || {
        let notes = match app.store.engine.get() {
            EngineState::Loading { what, fraction } => return loading(what, fraction),
            EngineState::Ready => [
                app.store.opening.get().map(|opening| opened(app, opening)),
                app.store
                    .workspace
                    .with(|workspace| workspace.as_ref().and_then(lost))
                    .filter(|_| !is_read.get()),
                new_version(app),
            ],
            EngineState::Occupied { name } => [
                Some(Note {
                    is_bad: false,
                    title: format!("“{}” is open in another tab.", name),
                    details: None,
                    text: "One tab at a time can write to a workspace. What the other tab runs ends if this one takes over; nothing is lost.".to_owned(),
                    actions: vec![
                        Action(
                            "Take over here",
                            Callback::new(move |()| drop(app.engine.call_at_once(Request::TakeOver))),
                        ),
                        command(app, "Open another workspace", Command::ShowWorkspaces),
                    ],
                }),
                None,
                None,
            ],
            EngineState::TakenOver { name } => [
                Some(Note {
                    is_bad: false,
                    title: format!("Another tab has taken over “{}”.", name),
                    details: None,
                    text: "All that was done here is there.".to_owned(),
                    actions: vec![command(app, "Open it here again", Command::RestartEngine)],
                }),
                None,
                None,
            ],
            EngineState::Stopped { message } => [
                Some(Note {
                    is_bad: true,
                    title: "The engine stopped.".to_owned(),
                    details: Some(message),
                    text: "What was committed is kept; running streams and variables are gone.".to_owned(),
                    actions: vec![command(app, Command::RestartEngine.text(), Command::RestartEngine)],
                }),
                None,
                None,
            ],
        };
        let dismiss = [
            Some(Callback::new(move |()| app.store.opening.set(None))),
            Some(Callback::new(move |()| is_read.set(true))),
            None,
        ];
        let is_ready = app.is_ready();
        let shown = notes
            .into_iter()
            .zip(dismiss)
            .filter_map(|(note, dismiss)| {
                let dismiss = dismiss.filter(|_| is_ready);
                Some(view! { <NoteView note=note? dismiss=dismiss/> })
            });
        shown.collect_view().into_any()
    }
}

fn loading(what: String, fraction: Option<f64>) -> AnyView {
    view! {
        <div class="engine-loading" role="region" aria-label="Engine">
            <p role="status">{what}</p>
            <progress
                class="bar"
                aria-label="Loading the engine"
                max="1"
                value=fraction.map(|fraction| fraction.to_string())
            ></progress>
            <span class="figure" aria-hidden="true">{fraction.map(text::percent)}</span>
        </div>
    }
    .into_any()
}

fn command(app: App, text: &'static str, command: Command) -> Action {
    Action(text, Callback::new(move |()| app.run(command)))
}

/// What a workspace brought back and what it didn't. It offers to start again what ran.
fn opened(app: App, opening: Opening) -> Note {
    let (title, details, file, was_running) = match opening {
        Opening::Resumed { was_running } => {
            let title = "Your workspace is back.".to_owned();
            (title, None, None, was_running)
        }
        Opening::Died {
            message,
            file,
            doing,
            was_running,
        } => {
            let doing = doing.map_or_else(String::new, |doing| format!(" ({doing})"));
            let title = format!("The engine stopped{doing} and was started again.");
            (title, Some(message), file, was_running)
        }
    };
    let start = move |()| {
        if let Some(Opening::Resumed { was_running } | Opening::Died { was_running, .. }) =
            app.store.opening.get_untracked()
        {
            app.store.opening.set(None);
            for pipeline in was_running {
                app.send(Request::Start { pipeline });
            }
        }
    };
    Note {
        is_bad: details.is_some(),
        title,
        details,
        text: match file {
            None => LIKE_A_CLUSTER.to_owned(),
            Some(file) => format!(
                "It was reading {file}, which isn't read again until you choose “Read it again” in Files. {LIKE_A_CLUSTER}"
            ),
        },
        actions: match was_running.is_empty() {
            true => Vec::new(),
            false => vec![Action("Start the streams again", Callback::new(start))],
        },
    }
}

/// That the workspace ends with the tab, and why; or that a part of it is damaged.
fn lost(workspace: &WorkspaceView) -> Option<Note> {
    let (title, text) = match &workspace.not_kept {
        Some(reason) => (
            "This workspace is in memory: it ends with the tab.",
            format!("{reason} Download what you want to keep."),
        ),
        None if workspace.damaged_bytes > 0.0 => (
            "A part of this workspace is damaged.",
            format!(
                "{} that were stored can't be read any more; the files in them are missing.",
                text::bytes(workspace.damaged_bytes)
            ),
        ),
        None => return None,
    };
    Some(Note {
        is_bad: true,
        title: title.to_owned(),
        details: None,
        text,
        actions: Vec::new(),
    })
}

/// That a newer version of the site is there.
fn new_version(app: App) -> Option<Note> {
    let switch = app.store.new_version.get()?;
    let switch = StoredValue::new_local(switch);
    let use_it = move |()| drop(switch.with_value(|switch| switch.call0(&JsValue::NULL)));
    Some(Note {
        is_bad: false,
        title: "A new version of Multihop is ready.".to_owned(),
        details: None,
        text: "Your workspace stays as it is; running streams have to be started again.".to_owned(),
        actions: vec![
            Action("Use it now", Callback::new(use_it)),
            Action(
                "Later",
                Callback::new(move |()| app.store.new_version.set(None)),
            ),
        ],
    })
}

/// A note above the views; its first button is what most people want.
#[component]
fn NoteView(note: Note, dismiss: Option<Callback<()>>) -> impl IntoView {
    let (class, shape, role) = match note.is_bad {
        true => ("engine-stopped", Shape::Alert, "alert"),
        false => ("engine-note", Shape::Help, "status"),
    };
    let buttons = note.actions.into_iter().enumerate().map(|(at, Action(text, run))| {
        let class = if at == 0 { "button primary" } else { "button" };
        view! { <button type="button" class=class on:click=move |_| run.run(())>{text}</button> }
    });
    view! {
        <div class=class role=role>
            <Icon shape=shape/>
            <div>
                <p class="strong">{note.title}</p>
                {note.details.map(|details| view! { <p class="break">{details}</p> })}
                <p class="muted">{note.text}</p>
            </div>
            {buttons.collect_view()}
            {dismiss.map(|dismiss| view! {
                <button type="button" class="icon-button" aria-label="Dismiss" on:click=move |_| dismiss.run(())>
                    <Icon shape=Shape::Close/>
                </button>
            })}
        </div>
    }
    .into_any()
}
