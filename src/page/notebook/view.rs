//! The Notebook view.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::cell::Cell;
use super::keys::Action;
use super::script::Script;
use super::sidebar::Sidebar;
use super::tree;
use crate::page::app::App;
use crate::page::ui::{Icon, Shape};
use crate::protocol::{CellLanguage, NotebookFormat, Reply, Request};

/// The workspace beside the open notebook.
#[component]
pub fn NotebookView() -> impl IntoView {
    let app = App::get();
    let state = app.notebook;
    if state.script.with_untracked(Option::is_none) {
        spawn_local(async move {
            match Script::load().await {
                Ok(script) => state.script.set(Some(script)),
                Err(_) => app
                    .store
                    .tell("The editor could not be loaded. Load the page again."),
            }
        });
    }
    // Once the engine answers, and each time it starts anew.
    Effect::new(move |_| {
        if app.is_ready() && state.list.with_untracked(Vec::is_empty) {
            state.refresh(app);
        }
    });
    on_cleanup(move || state.save(app));
    let name = move || state.path.with(|path| tree::split(path).1.to_owned());
    view! {
        <div class="notebook">
            <Sidebar/>
            <div class="nb-sheet">
                <div class="nb-top">
                    <h2>{name}</h2>
                    <Toolbar/>
                </div>
                <Widgets/>
                <div class="nb-cells">
                    <For each=move || state.cells.get() key=|cell| cell.serial let:cell>
                        <Cell cell=cell/>
                    </For>
                    <AddLine at=None/>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// The notebook's parameters.
#[component]
fn Widgets() -> impl IntoView {
    let app = App::get();
    let state = app.notebook;
    let one = move |widget: crate::protocol::WidgetView| {
        let name = widget.name.clone();
        let set = move |event| {
            app.send(Request::SetWidget {
                notebook: state.path.get_untracked(),
                name: name.clone(),
                value: event_target_value(&event),
            });
        };
        let field = if widget.choices.is_empty() {
            view! { <input class="input" prop:value=widget.value on:change=set/> }.into_any()
        } else {
            let options = widget
                .choices
                .into_iter()
                .map(|choice| {
                    let is_chosen = choice == widget.value;
                    view! { <option selected=is_chosen>{choice}</option> }
                })
                .collect_view();
            view! { <select class="select" on:change=set>{options}</select> }.into_any()
        };
        view! { <label class="field nb-axis">{widget.label} {field}</label> }
    };
    view! {
        <div class="nb-table-tools nb-widgets">
            {move || state.widgets.get().into_iter().map(one).collect_view()}
        </div>
    }
    .into_any()
}

#[component]
fn Toolbar() -> impl IntoView {
    let app = App::get();
    let state = app.notebook;
    let run_all = move |_| state.run(app, ..);
    let chosen = move || {
        let id = state.chosen.get_untracked();
        state
            .cells
            .with_untracked(|cells| cells.iter().position(|cell| cell.id == id))
            .unwrap_or(0)
    };
    let run = move || {
        if state.is_running() {
            view! {
                <button type="button" class="button danger small" on:click=move |_| state.stop(app)>
                    <Icon shape=Shape::Stop/>
                    "Cancel"
                </button>
            }
            .into_any()
        } else {
            view! {
                <button type="button" class="button primary small" on:click=run_all>
                    <Icon shape=Shape::Start/>
                    "Run all"
                </button>
            }
            .into_any()
        }
    };
    // A choice that is one of several things to do, and then waits for the next.
    let choose = move |event: leptos::ev::Event| {
        match event_target_value(&event).as_str() {
            "above" => state.run(app, ..chosen()),
            "below" => state.run(app, chosen()..),
            "clear" => state
                .cells
                .get_untracked()
                .into_iter()
                .for_each(|cell| state.clear(app, cell)),
            "source" => save_as(app, NotebookFormat::Source),
            "ipynb" => save_as(app, NotebookFormat::Jupyter),
            "undelete" => state.act(app, Action::Undelete),
            _ => {}
        }
        let target: web_sys::HtmlSelectElement = event_target(&event);
        target.set_value("");
    };
    view! {
        <div class="nb-tools">
            {run}
            <select class="select small" aria-label="More for this notebook" on:change=choose>
                <option value="">"More…"</option>
                <option value="above">"Run all above"</option>
                <option value="below">"Run this and all below"</option>
                <option value="clear">"Clear all results"</option>
                <option value="undelete" disabled=move || !state.can_undelete()>"Bring back the deleted cell"</option>
                <option value="source">"Download as source file"</option>
                <option value="ipynb">"Download as .ipynb"</option>
            </select>
        </div>
    }
    .into_any()
}

fn save_as(app: App, format: NotebookFormat) {
    let state = app.notebook;
    state.save(app);
    let path = state.path.get_untracked();
    let extension = match (format, state.language.get_untracked()) {
        (NotebookFormat::Jupyter, _) => "ipynb",
        (_, crate::protocol::Language::Sql) => "sql",
        _ => "py",
    };
    let name = format!("{}.{extension}", tree::split(&path).1);
    spawn_local(async move {
        match app
            .engine
            .call(Request::ExportNotebook { path, format })
            .await
            .map(|answer| answer.reply)
        {
            Ok(Reply::Text { text }) => {
                let bytes = js_sys::Uint8Array::from(text.as_bytes());
                crate::page::ui::download(app, &name, &bytes);
            }
            Ok(_) => {}
            Err(error) => app.store.fail(error),
        }
    });
}

/// Buttons that add a cell: above the cell of that id, or at the end.
#[component]
pub fn AddLine(at: Option<u32>) -> impl IntoView {
    let app = App::get();
    let state = app.notebook;
    let button = move |text: &'static str, kind: CellLanguage| {
        let add = move |_| {
            let place = state.cells.with_untracked(|cells| {
                at.and_then(|id| cells.iter().position(|cell| cell.id == id))
                    .unwrap_or(cells.len())
            });
            let own = CellLanguage::of("", state.language.get_untracked()).0;
            let source = match kind {
                kind if kind == own => "",
                CellLanguage::Sql => "%sql\n",
                CellLanguage::Markdown => "%md\n",
                _ => "%python\n",
            };
            state.insert(place, source);
            state.is_editing.set(true);
        };
        view! {
            <button
                type="button"
                class="nb-add-button"
                aria-label=format!("Add {text} here")
                tabindex=if at.is_some() { "-1" } else { "0" }
                on:click=add
            >
                {format!("+ {text}")}
            </button>
        }
    };
    view! {
        <div class="nb-add" class:last=at.is_none()>
            {button("Python", CellLanguage::Python)}
            {button("SQL", CellLanguage::Sql)}
            {button("text", CellLanguage::Markdown)}
        </div>
    }
    .into_any()
}
