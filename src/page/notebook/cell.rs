//! A cell: its text, how it runs, what it shows.

use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::keys::{self, Action};
use super::output::Outputs;
use super::script::{Editor, Opening};
use super::state::{CellState, Run};
use super::view::AddLine;
use crate::page::app::App;
use crate::page::text;
use crate::page::ui::{ErrorView, Icon, Shape};
use crate::protocol::{CellLanguage, ErrorInfo};

fn language_title(language: CellLanguage) -> &'static str {
    match language {
        CellLanguage::Python => "Python",
        CellLanguage::Sql => "SQL",
        CellLanguage::Markdown => "Text",
        CellLanguage::Fs => "Files",
        CellLanguage::Sh => "Shell",
        CellLanguage::Run => "Run",
        CellLanguage::Pip => "Packages",
        CellLanguage::Scala => "Scala",
        CellLanguage::R => "R",
        CellLanguage::Raw => "Raw",
    }
}

/// A cell. The chosen one takes the keyboard.
#[component]
pub fn Cell(cell: CellState) -> impl IntoView {
    let app = App::get();
    let state = app.notebook;
    let id = cell.id;
    let language = Memo::new(move |_| {
        let default = state.language.get();
        cell.source
            .with(|source| CellLanguage::of(source, default).0)
    });
    let is_chosen = Memo::new(move |_| state.chosen.get() == id);
    let is_editing = Memo::new(move |_| is_chosen.get() && state.is_editing.get());
    let frame: NodeRef<html::Section> = NodeRef::new();
    // The keyboard goes with the choice where keys or buttons made it.
    Effect::new(move |_| {
        let wish = state.focus.get();
        if !is_chosen.get() || state.focused.get_value() == wish {
            return;
        }
        state.focused.set_value(wish);
        if !is_editing.get_untracked() {
            request_animation_frame(move || {
                if let Some(frame) = frame.get_untracked() {
                    let _ = frame.focus();
                }
            });
        }
    });
    let on_key = move |event: KeyboardEvent| {
        let is_frame = event.target() == event.current_target();
        if event.default_prevented() || event.is_composing() || !is_frame {
            return;
        }
        let key = event.key();
        let ctrl = event.ctrl_key() || event.meta_key();
        let name = keys::name(&key, ctrl, event.shift_key(), event.alt_key());
        if let Some(action) = state.key(&name) {
            event.prevent_default();
            state.act(app, action);
        }
        // A letter here is the notebook's, not a command of the page.
        if key.len() == 1 && !ctrl && key.chars().all(char::is_alphabetic) {
            event.stop_propagation();
        }
    };
    let on_focus = move |_: FocusEvent| {
        if state.chosen.get_untracked() != id {
            state.is_editing.set(false);
            state.chosen.set(id);
        }
    };
    let number = move || {
        state
            .cells
            .with(|cells| cells.iter().position(|cell| cell.id == id))
            .map_or(0, |at| at + 1)
    };
    let label = move || format!("Cell {}, {}", number(), language_title(language.get()));
    let error = Memo::new(move |_| {
        cell.run.with(|run| match run {
            Run::Failed { error, .. } => Some(error.clone()),
            _ => None,
        })
    });
    let text_part = move || {
        if is_editing.get() {
            view! { <EditorPart cell=cell language=language error=error label=label()/> }.into_any()
        } else if language.get() == CellLanguage::Markdown {
            view! { <MarkdownPart cell=cell/> }.into_any()
        } else if cell.is_collapsed.get() {
            let first = cell.source.with(|source| {
                let mut lines = source.lines().map(str::trim);
                lines
                    .find(|line| !line.is_empty())
                    .unwrap_or_default()
                    .to_owned()
            });
            view! {
                <button type="button" class="link nb-folded" on:click=move |_| cell.is_collapsed.set(false)>
                    {format!("{first} …")}
                </button>
            }
            .into_any()
        } else {
            view! { <CodePart cell=cell language=language error=error/> }.into_any()
        }
    };
    let failure = move || {
        error.get().map(|error| {
            let is_here = error.file.is_none();
            let source = if is_here { cell.source.get_untracked() } else { String::new() };
            view! { <div role="alert" class="nb-error"><ErrorView error=error source=source/></div> }
        })
    };
    view! {
        <div class="nb-slot">
            <AddLine at=Some(id)/>
            <section
                class="nb-cell"
                class:chosen=is_chosen
                class:editing=is_editing
                class:text=move || language.get() == CellLanguage::Markdown
                tabindex=move || if is_chosen.get() { "0" } else { "-1" }
                aria-label=label
                data-cell=id.to_string()
                node_ref=frame
                on:keydown=on_key
                on:focusin=on_focus
            >
                <div class="nb-head">
                    <RunButton cell=cell language=language/>
                    <span class="nb-title">{move || cell.title.get()}</span>
                    <RunState cell=cell/>
                    {move || is_chosen.get().then(|| view! { <Tools/> })}
                    <span class="nb-language">{move || language_title(language.get())}</span>
                </div>
                {text_part}
                <Outputs cell=cell/>
                {failure}
            </section>
        </div>
    }
    .into_any()
}

#[component]
fn RunButton(cell: CellState, language: Memo<CellLanguage>) -> impl IntoView {
    let app = App::get();
    let state = app.notebook;
    let is_busy = Memo::new(move |_| {
        cell.run
            .with(|run| matches!(run, Run::Running { .. } | Run::Queued))
    });
    let press = move |_| {
        if is_busy.get_untracked() {
            state.stop(app);
        } else {
            state.chosen.set(cell.id);
            state.act(app, Action::Run);
        }
    };
    move || {
        (language.get() != CellLanguage::Markdown).then(|| {
            let (shape, text) = if is_busy.get() {
                (Shape::Stop, "Cancel")
            } else {
                (Shape::Start, "Run cell")
            };
            view! {
                <button type="button" class="icon-button nb-run" aria-label=text title=text on:click=press>
                    <Icon shape=shape/>
                </button>
            }
        })
    }
}

/// How the cell's run goes or went.
#[component]
fn RunState(cell: CellState) -> impl IntoView {
    let app = App::get();
    let now = RwSignal::new(js_sys::Date::now());
    let state = move || {
        match cell.run.get() {
        Run::Never => ().into_any(),
        Run::Queued => view! { <span class="nb-state">"Waiting"</span> }.into_any(),
        Run::Running { request, since_ms } => {
            let task = Memo::new(move |_| app.store.task(request));
            let ticks = set_interval_with_handle(
                move || {
                    now.try_set(js_sys::Date::now());
                },
                std::time::Duration::from_millis(200),
            );
            on_cleanup(move || {
                if let Ok(ticks) = ticks {
                    ticks.clear();
                }
            });
            view! {
                <span class="nb-state">
                    <span class="spinner" aria-hidden="true"></span>
                    {move || task.get().map_or_else(|| "Running".to_owned(), |task| task.title)}
                    " "
                    <span class="figure" aria-hidden="true">
                        {move || task.get().map(|task| format!("{} · ", task.amount()))}
                        {move || text::duration((now.get() - since_ms).max(0.0))}
                    </span>
                </span>
            }
            .into_any()
        }
        Run::Done { ms, .. } => {
            view! { <span class="nb-state good"><Icon shape=Shape::Check/>{text::duration(ms)}</span> }.into_any()
        }
        Run::Failed { ms, error } => {
            let word = if error.class == "Cancelled" { "Cancelled" } else { "Failed" };
            view! { <span class="nb-state bad">{format!("{word} after {}", text::duration(ms))}</span> }.into_any()
        }
    }
    };
    view! { <span role="status">{state}</span> }.into_any()
}

/// Buttons for the chosen cell.
#[component]
fn Tools() -> impl IntoView {
    let app = App::get();
    let button = move |action: Action, text: &'static str, sign: &'static str| {
        view! {
            <button
                type="button"
                class="icon-button nb-tool"
                aria-label=text
                title=text
                on:click=move |_| app.notebook.act(app, action)
            >
                {sign}
            </button>
        }
    };
    view! {
        <span class="nb-cell-tools">
            {button(Action::MoveUp, "Move up", "↑")}
            {button(Action::MoveDown, "Move down", "↓")}
            {button(Action::Collapse, "Hide or show the code", "⌄")}
            {button(Action::Delete, "Delete cell", "×")}
        </span>
    }
    .into_any()
}

/// The text while it is edited.
#[component]
fn EditorPart(
    cell: CellState,
    language: Memo<CellLanguage>,
    error: Memo<Option<ErrorInfo>>,
    label: String,
) -> impl IntoView {
    let app = App::get();
    let state = app.notebook;
    let host: NodeRef<html::Div> = NodeRef::new();
    let editor = StoredValue::new_local(None::<Editor>);
    Effect::new(move |_| {
        let (Some(host), Some(script)) = (host.get(), state.script.get()) else {
            return;
        };
        if editor.with_value(Option::is_some) {
            return;
        }
        let opening = Opening {
            key: format!("{}#{}", state.path.get_untracked(), cell.id),
            text: cell.source.get_untracked(),
            language: language.get_untracked(),
            label: label.clone(),
            error: error.get_untracked(),
            change: Box::new(move |text| {
                let _ = cell.source.try_set(text);
                state.save_soon(app);
            }),
            press: Box::new(move |name| {
                // The editor may go with what the key does: not while it is being asked.
                if let Some(action) = keys::in_editor(&name) {
                    request_animation_frame(move || state.act(app, action));
                }
            }),
            leave: Box::new(move || request_animation_frame(move || state.save(app))),
            language_now: Box::new(move || language.get_untracked()),
        };
        let opened = Editor::open(app, &script, &host, opening);
        opened.focus();
        editor.set_value(Some(opened));
    });
    Effect::new(move |_| {
        let language = language.get();
        editor.with_value(|editor| {
            if let Some(editor) = editor {
                editor.set_language(language);
            }
        });
    });
    Effect::new(move |_| {
        let error = error.get();
        editor.with_value(|editor| {
            if let Some(editor) = editor {
                editor.set_error(error.as_ref());
            }
        });
    });
    on_cleanup(move || {
        editor.try_update_value(Option::take);
    });
    view! { <div class="nb-editor" node_ref=host></div> }.into_any()
}

/// A program that isn't edited now; a click edits it.
#[component]
fn CodePart(
    cell: CellState,
    language: Memo<CellLanguage>,
    error: Memo<Option<ErrorInfo>>,
) -> impl IntoView {
    let state = App::get().notebook;
    let element: NodeRef<html::Pre> = NodeRef::new();
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let marked = error.with(|error| {
            let error = error.as_ref().filter(|error| error.file.is_none());
            error.and_then(|error| error.line).unwrap_or(0)
        });
        cell.source.with(|source| {
            state.script.with(|script| match script {
                Some(script) => script.highlight(&element, source, language.get(), marked),
                None => element.set_text_content(Some(source)),
            });
        });
    });
    let lines = cell
        .source
        .with_untracked(|source| source.matches('\n').count() + 1);
    view! {
        <pre
            class="nb-code"
            style=("--lines", lines.to_string())
            node_ref=element
            on:click=move |event| edit_unless_selecting(state, cell.id, &event)
        ></pre>
    }
    .into_any()
}

/// A text that isn't edited now; a double click edits it.
#[component]
fn MarkdownPart(cell: CellState) -> impl IntoView {
    let state = App::get().notebook;
    let element: NodeRef<html::Div> = NodeRef::new();
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let default = state.language.get();
        cell.source.with(|source| {
            let body = CellLanguage::of(source, default).1;
            let text = source.get(body..).unwrap_or_default();
            state.script.with(|script| match script {
                Some(script) => script.markdown(&element, text.trim_start()),
                None => element.set_text_content(Some(text.trim())),
            });
        });
    });
    view! {
        <div class="md" node_ref=element on:dblclick=move |_| state.edit(cell.id)></div>
    }
    .into_any()
}

fn edit_unless_selecting(state: super::state::NotebookState, id: u32, event: &MouseEvent) {
    let has_selection = window()
        .get_selection()
        .ok()
        .flatten()
        .is_some_and(|selection| !selection.is_collapsed());
    let is_link = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|element| element.closest("a").ok().flatten().is_some());
    if !has_selection && !is_link {
        state.edit(id);
    }
}
