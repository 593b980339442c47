//! The workspace: notebooks in folders.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{keep, tree};
use crate::page::app::App;
use crate::page::drop::chosen_files;
use crate::page::ui::{Icon, Shape};
use crate::protocol::{Language, Reply, Request};

/// The notebooks to choose from, and ways to more of them.
#[component]
pub fn Sidebar() -> impl IntoView {
    let app = App::get();
    let state = app.notebook;
    let files: NodeRef<html::Input> = NodeRef::new();
    let folder = move || {
        state
            .path
            .with_untracked(|path| tree::split(path).0.to_owned())
    };
    let create = move |language| {
        state.open(
            app,
            Request::NewNotebook {
                folder: folder(),
                language,
            },
        );
    };
    let take = move |_| {
        if let Some(input) = files.get_untracked() {
            if let Some(list) = input.files() {
                state.import(app, chosen_files(&list));
            }
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    // Whether the path is being changed, and to what.
    let is_renaming = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let rename = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (to, path) = (name.get_untracked(), state.path.get_untracked());
        is_renaming.set(false);
        spawn_local(async move {
            let before = path.clone();
            match app.engine.text(Request::MoveNotebook { path, to }).await {
                Ok(path) => {
                    keep::drop_kept(&before);
                    keep::keep(app, path.clone(), state.language.get_untracked()).await;
                    state.path.set(path);
                    state.refresh(app);
                }
                Err(error) => app.store.fail(error),
            }
        });
    };
    let choose = move |event| {
        match event_target_value(&event).as_str() {
            "python" => create(Language::Python),
            "sql" => create(Language::Sql),
            "open" => {
                if let Some(input) = files.get_untracked() {
                    input.click();
                }
            }
            "rename" => {
                name.set(state.path.get_untracked());
                is_renaming.set(true);
            }
            "delete" => {
                let path = state.path.get_untracked();
                spawn_local(async move {
                    keep::drop_kept(&path);
                    let call = app.engine.call(Request::DeleteNotebook { path });
                    match call.await.map(|answer| answer.reply) {
                        Ok(Reply::Done) => state.deleted(app),
                        Ok(_) => {}
                        Err(error) => app.store.fail(error),
                    }
                });
            }
            _ => {}
        }
        let select: web_sys::HtmlSelectElement = event_target(&event);
        select.set_value("");
    };
    let folders = move || {
        let folders = state.list.with(|list| tree::folders(list));
        let line = move |(name, path): (String, String)| {
            let (open, current) = (path.clone(), path);
            view! {
                <li>
                    <button
                        type="button"
                        class="catalog-item"
                        aria-current=move || (state.path.get() == current).then_some("page")
                        on:click=move |_| {
                            // What the open one shows would be gone.
                            if state.path.with_untracked(|path| *path != open) {
                                state.open(app, Request::OpenNotebook { path: open.clone() });
                            }
                        }
                    >
                        <Icon shape=Shape::File/>
                        <span class="catalog-name">{name}</span>
                    </button>
                </li>
            }
        };
        folders
            .into_iter()
            .map(|(folder, lines)| {
                view! {
                    <h3 class="group-title">{folder}</h3>
                    <ul class="plain">{lines.into_iter().map(line).collect_view()}</ul>
                }
            })
            .collect_view()
    };
    view! {
        <section class="box nb-side" aria-labelledby="notebooks-title">
            <div class="box-head">
                <h2 id="notebooks-title">"Notebooks"</h2>
                <select class="select small" aria-label="Add or change notebooks" on:change=choose>
                    <option value="">"File…"</option>
                    <option value="python">"New Python notebook"</option>
                    <option value="sql">"New SQL notebook"</option>
                    <option value="open">"Open .py, .sql or .ipynb…"</option>
                    <option value="rename">"Rename or move…"</option>
                    <option value="delete">"Delete this notebook"</option>
                </select>
            </div>
            <input
                type="file"
                multiple
                hidden
                aria-hidden="true"
                tabindex="-1"
                data-choose="notebooks"
                accept=".py,.sql,.ipynb"
                node_ref=files
                on:change=take
            />
            <Show when=move || is_renaming.get()>
                <form class="nb-rename" on:submit=rename>
                    <input
                        class="input"
                        aria-label="Path of the notebook"
                        prop:value=move || name.get()
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                    <button type="submit" class="button small">"Rename"</button>
                </form>
            </Show>
            <nav aria-label="Notebooks">{folders}</nav>
        </section>
    }
    .into_any()
}
