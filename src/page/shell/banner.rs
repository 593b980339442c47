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
    /// What to do so that it isn't told again, where that is up to people.
    dismiss: Option<Callback<()>>,
}

/// A button: what it says, and what it does.
#[derive(Clone)]
struct Action(&'static str, Callback<()>);

/// While the engine loads: what it does and how far it is. Then what people should know of it.
#[component]
pub fn EngineBanner() -> impl IntoView {
    let app = App::get();
    // That is told once.
    let is_loss_read = RwSignal::new(false);
    move || {
        let notes = match app.store.engine.get() {
            EngineState::Loading { what, fraction } => return loading(what, fraction),
            EngineState::Ready => [
                app.store.opening.get().map(|opening| opened(app, opening)),
                app.store
                    .workspace
                    .with(|workspace| lost(workspace.as_ref()?, is_loss_read)),
                new_version(app),
            ],
            EngineState::Occupied { name } => only(Note {
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
                dismiss: None,
            }),
            EngineState::TakenOver { name } => only(Note {
                is_bad: false,
                title: format!("Another tab has taken over “{}”.", name),
                details: None,
                text: "All that was done here is there.".to_owned(),
                actions: vec![command(app, "Open it here again", Command::RestartEngine)],
                dismiss: None,
            }),
            EngineState::Stopped { message } => only(Note {
                is_bad: true,
                title: "The engine stopped.".to_owned(),
                details: Some(message),
                text: "What was committed is kept; running streams and variables are gone.".to_owned(),
                actions: vec![command(app, Command::RestartEngine.text(), Command::RestartEngine)],
                dismiss: None,
            }),
        };
        let notes = notes.into_iter().flatten();
        notes
            .map(|note| view! { <NoteView note=note/> })
            .collect_view()
            .into_any()
    }
}

fn only(note: Note) -> [Option<Note>; 3] {
    [Some(note), None, None]
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
        dismiss: Some(Callback::new(move |()| app.store.opening.set(None))),
    }
}

/// That the workspace ends with the tab, and why; or that a part of it is damaged.
fn lost(workspace: &WorkspaceView, is_read: RwSignal<bool>) -> Option<Note> {
    if is_read.get() {
        return None;
    }
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
        dismiss: Some(Callback::new(move |()| is_read.set(true))),
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
        dismiss: None,
    })
}

/// A note above the views; its first button is what most people want.
#[component]
fn NoteView(note: Note) -> impl IntoView {
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
            {note.dismiss.map(|dismiss| view! {
                <button type="button" class="icon-button" aria-label="Dismiss" on:click=move |_| dismiss.run(())>
                    <Icon shape=Shape::Close/>
                </button>
            })}
        </div>
    }
    .into_any()
}
