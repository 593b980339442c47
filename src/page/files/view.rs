//! The Files view.

use js_sys::Uint8Array;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::path::{ROOT, is_directory, is_text, trail};
use crate::page::app::App;
use crate::page::relation::json;
use crate::page::text;
use crate::page::ui::{Dialog, ErrorView, Icon, Shape, download};
use crate::protocol::{FileInfo, Request};

/// Characters shown of a file: more makes no one wiser.
const MOST_SHOWN: usize = 200_000;

/// The file that is shown: its path and its text.
type Shown = RwSignal<Option<(String, String)>>;
/// What is done with a file's bytes.
type WithBytes = fn(App, String, Uint8Array, Shown);

/// A directory's entries, and the way back to the root.
#[component]
pub fn FilesView() -> impl IntoView {
    let app = App::get();
    let directory = RwSignal::new(ROOT.to_owned());
    let shown = RwSignal::new(None::<(String, String)>);
    // Files come and go with what Flow shows.
    let stamp = Memo::new(move |_| {
        app.store
            .flow
            .with(|flow| flow.as_ref().map_or(0.0, |flow| flow.storage.used))
    });
    let entries = LocalResource::new(move || {
        stamp.track();
        let path = directory.get();
        async move { app.engine.files(Request::ListDirectory { path }).await }
    });
    let title: NodeRef<html::Nav> = NodeRef::new();
    let read = move |path: String, then: WithBytes| {
        spawn_local(async move {
            match app.engine.read_file(path.clone()).await {
                Ok(bytes) => then(app, path, bytes, shown),
                Err(error) => app.store.fail(error),
            }
        });
    };
    let line = move |file: FileInfo| {
        let is_directory = is_directory(&file.path);
        let name = file.path.clone();
        let full = file.full_path.clone();
        let (show_path, save_path, enter_path) = (full.clone(), full.clone(), full.clone());
        let is_shown = !is_directory && is_text(&full);
        let name_cell = if is_directory {
            view! {
                <button
                    type="button"
                    class="link"
                    on:click=move |_| {
                        let path = enter_path.trim_end_matches('/');
                        directory.set(format!("{path}/"));
                    }
                >
                    <Icon shape=Shape::Directory/>
                    {name}
                </button>
            }
            .into_any()
        } else {
            view! { <span class="file-name"><Icon shape=Shape::File/>{name}</span> }.into_any()
        };
        view! {
            <tr>
                <th scope="row" class="path">{name_cell}</th>
                <td class="number">{(!is_directory).then(|| text::bytes(file.size))}</td>
                <td class="number">
                    {(file.modification_time_ms > 0.0).then(|| text::ago(app.now.get_untracked(), file.modification_time_ms))}
                </td>
                <td class="number actions">
                    {file.is_quarantined.then(|| action("Read it again", &file.path, Callback::new(move |()| {
                        app.send(Request::ReadAgain { path: full.clone() });
                    })))}
                    {is_shown.then(|| action("Show", &file.path, Callback::new(move |()| read(show_path.clone(), show))))}
                    {(!is_directory).then(|| action("Download", &file.path, Callback::new(move |()| read(save_path.clone(), save))))}
                </td>
            </tr>
        }
    };
    let list = move || match entries.get() {
        None => view! { <p class="empty" role="status">"Reading…"</p> }.into_any(),
        Some(Err(error)) => view! { <div role="alert"><ErrorView error=error/></div> }.into_any(),
        Some(Ok(files)) if files.is_empty() => {
            view! { <p class="empty">"This directory is empty."</p> }.into_any()
        }
        Some(Ok(mut files)) => {
            files.sort_by(|a, b| {
                (!is_directory(&a.path), &a.path).cmp(&(!is_directory(&b.path), &b.path))
            });
            view! {
                <div class="table-scroll">
                    <table class="table files-table">
                        <thead>
                            <tr>
                                <th scope="col">"Name"</th>
                                <th scope="col" class="number">"Size"</th>
                                <th scope="col" class="number">"Changed"</th>
                                <th scope="col"><span class="hidden-text">"Actions"</span></th>
                            </tr>
                        </thead>
                        <tbody>{files.into_iter().map(line).collect_view()}</tbody>
                    </table>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <section class="box files" aria-labelledby="files-title">
            <h2 id="files-title">"Files"</h2>
            <nav class="trail" aria-label="Directory" node_ref=title>
                <ol>
                    {move || {
                        let here = directory.get();
                        trail(&here)
                            .into_iter()
                            .map(|(name, path)| {
                                let is_here = path == here;
                                view! {
                                    <li>
                                        <button
                                            type="button"
                                            class="link"
                                            aria-current=is_here.then_some("page")
                                            on:click=move |_| directory.set(path.clone())
                                        >
                                            {name}
                                        </button>
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ol>
            </nav>
            {list}
        </section>
        {move || {
            shown
                .get()
                .map(|(path, text)| {
                    let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
                    view! {
                        <Dialog title=name class="wide" on_close=Callback::new(move |()| shown.set(None))>
                            <p class="muted mono break">{path}</p>
                            <div class="dialog-scroll"><pre class="code" tabindex="0">{text}</pre></div>
                        </Dialog>
                    }
                })
        }}
    }
    .into_any()
}

/// A button for something that is done with a file.
fn action(text: &'static str, file: &str, run: Callback<()>) -> AnyView {
    view! {
        <button type="button" class="button small" aria-label=format!("{text} {file}") on:click=move |_| run.run(())>
            {text}
        </button>
    }
    .into_any()
}

fn show(_: App, path: String, bytes: Uint8Array, shown: Shown) {
    let whole = String::from_utf8_lossy(&bytes.to_vec()).into_owned();
    let mut text: String = if path.ends_with(".json") {
        json::commit_actions(&whole)
            .into_iter()
            .map(|action| action.text)
            .collect::<Vec<_>>()
            .join("\n")
    } else {
        whole
    };
    if let Some((at, _)) = text.char_indices().nth(MOST_SHOWN) {
        text.truncate(at);
        text.push_str("\n… (download the file to see the rest)");
    }
    let _ = shown.try_set(Some((path, text)));
}

fn save(app: App, path: String, bytes: Uint8Array, _: Shown) {
    download(app, path.rsplit('/').next().unwrap_or("file"), &bytes);
}
