//! The workspaces in this browser.

use js_sys::Promise;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement};

use crate::page::app::{App, Loaded};
use crate::page::engine::Answer;
use crate::page::text;
use crate::page::ui::{Dialog, ErrorView, Icon, Shape, download_blob};
use crate::protocol::{ErrorInfo, Reply, Request, WorkspaceEntry};

/// What is done to one of them.
#[derive(Debug, Clone, PartialEq)]
enum Doing {
    Rename { id: String },
    Delete { id: String },
}

/// Lists the workspaces, and does what can be done with them.
#[component]
pub fn WorkspacesDialog(on_close: Callback<()>) -> impl IntoView {
    let app = App::get();
    let open_name = move || {
        let workspace = app.store.workspace;
        workspace.with_untracked(|w| {
            w.as_ref()
                .map_or_else(|| "workspace".to_owned(), |w| w.name.clone())
        })
    };
    let found = RwSignal::new(Loaded::<Vec<WorkspaceEntry>>::None);
    let failed = RwSignal::new(None::<ErrorInfo>);
    let doing = RwSignal::new(None::<Doing>);
    let name = RwSignal::new(String::new());
    let choose: NodeRef<html::Input> = NodeRef::new();
    let choose_file = Callback::new(move |()| {
        if let Some(input) = choose.get_untracked() {
            input.click();
        }
    });
    // Whether something is under way that may take long.
    let busy = RwSignal::new(false);
    let refresh = move || {
        spawn_local(async move {
            let reply = app.engine.call_at_once(Request::Workspaces).await;
            found.try_set(Some(reply.map(|answer| match answer.reply {
                Reply::Workspaces { workspaces } => workspaces,
                _ => Vec::new(),
            })));
        });
    };
    refresh();
    // Does a request, then shows what there is now. A workspace that was made is opened, one that was saved downloaded.
    let run_with = move |request: Request, files: Vec<File>| {
        spawn_local(async move {
            failed.set(None);
            busy.set(true);
            let answer = app.engine.call_at_once_with_files(request, &files).await;
            busy.try_set(false);
            match answer {
                Ok(Answer {
                    reply: Reply::Text { text },
                    ..
                }) => {
                    on_close.run(());
                    app.open_workspace(&text);
                }
                Ok(Answer {
                    blob: Some(blob), ..
                }) => {
                    download_blob(app, &format!("{}.zip", open_name()), Some(blob));
                }
                Ok(_) => {
                    doing.set(None);
                    refresh();
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    let run = move |request: Request| run_with(request, Vec::new());
    let unpack = move |input: HtmlInputElement| {
        let file = input.files().and_then(|files| files.get(0));
        if let Some(file) = file {
            let name = file.name();
            let name = name.strip_suffix(".zip").unwrap_or(&name).to_owned();
            run_with(Request::UnpackWorkspace { name }, vec![file]);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    let open = move |id: String| {
        on_close.run(());
        app.open_workspace(&id);
    };
    let open_id = move || {
        app.store
            .workspace
            .with(|w| w.as_ref().map(|w| w.id.clone()))
    };
    let used = move || {
        app.store
            .flow
            .with(|flow| flow.as_ref().map(|flow| flow.storage.clone()))
    };
    view! {
        <Dialog title="Workspaces" on_close=on_close>
            <p class="dialog-text">
                "A workspace is kept in this browser: its files, tables, notebooks, checkpoints. "
                {move || {
                    used().map(|s| format!("{} used, about {} available.", text::bytes(s.used), text::bytes(s.capacity - s.used)))
                }}
            </p>
            <PersistNote/>
            <p class="dialog-text" role="status">{move || if busy.get() { "Working…" } else { "" }}</p>
            {move || failed.get().map(|error| view! { <ErrorView error=error/> })}
            <ul class="workspaces">
                {move || match found.get() {
                    None => view! { <li class="muted">"Looking…"</li> }.into_any(),
                    Some(Err(error)) => view! { <li><ErrorView error=error/></li> }.into_any(),
                    Some(Ok(all)) => all.into_iter().map(|workspace| {
                        let is_open = open_id().as_ref() == Some(&workspace.id);
                        view! { <WorkspaceRow workspace=workspace is_open=is_open doing=doing name=name run=Callback::new(run) open=Callback::new(open)/> }
                    }).collect_view().into_any(),
                }}
            </ul>
            <form
                class="workspace-new"
                on:submit=move |event| {
                    event.prevent_default();
                    run(Request::CreateWorkspace { name: name.get_untracked() });
                }
            >
                <input
                    class="input"
                    type="text"
                    aria-label="Name of a new workspace"
                    placeholder="Name of a new workspace"
                    maxlength="100"
                    prop:value=move || if doing.get().is_none() { name.get() } else { String::new() }
                    on:input=move |event| { doing.set(None); name.set(event_target_value(&event)); }
                />
                <button type="submit" class="button">"Create"</button>
                {button("Open a .zip…", choose_file)}
                {button("Save this one as .zip", Callback::new(move |()| run(Request::SaveWorkspace)))}
                <input
                    type="file"
                    hidden
                    aria-hidden="true"
                    tabindex="-1"
                    data-choose="workspace"
                    accept=".zip"
                    node_ref=choose
                    on:change=move |event| unpack(event_target(&event))
                />
            </form>
        </Dialog>
    }
    .into_any()
}

/// Whether the browser may clear what it keeps when the disk fills up, and the question that it don't.
#[component]
fn PersistNote() -> impl IntoView {
    let is_persistent = RwSignal::new(None::<bool>);
    let ask = move |promise: Result<Promise, JsValue>| {
        spawn_local(async move {
            let Ok(promise) = promise else { return };
            let answer = JsFuture::from(promise).await;
            is_persistent.try_set(answer.ok().and_then(|answer| answer.as_bool()));
        });
    };
    let storage = || window().navigator().storage();
    ask(storage().persisted());
    move || {
        (is_persistent.get() == Some(false)).then(|| {
            view! {
                <p class="dialog-text">
                    "When the disk fills up, the browser may clear what sites keep, workspaces too. "
                    <button type="button" class="link" on:click=move |_| ask(storage().persist())>
                        "Ask the browser to keep them"
                    </button>
                </p>
            }
        })
    }
}

/// A workspace, and what can be done with it.
#[component]
fn WorkspaceRow(
    workspace: WorkspaceEntry,
    is_open: bool,
    doing: RwSignal<Option<Doing>>,
    name: RwSignal<String>,
    run: Callback<Request>,
    open: Callback<String>,
) -> impl IntoView {
    let app = App::get();
    let id = StoredValue::new(workspace.id.clone());
    let title = StoredValue::new(workspace.name.clone());
    let is = move |wanted: fn(String) -> Doing| {
        doing.with(|doing| *doing == Some(wanted(id.get_value())))
    };
    let rename = |id| Doing::Rename { id };
    let delete = |id| Doing::Delete { id };
    let opened = workspace.opened_ms;
    view! {
        <li class="workspace" aria-current=is_open.to_string()>
            {move || if is(rename) {
                view! {
                    <form
                        class="workspace-name"
                        on:submit=move |event| {
                            event.prevent_default();
                            run.run(Request::RenameWorkspace { id: id.get_value(), name: name.get_untracked() });
                        }
                    >
                        <input
                            class="input"
                            type="text"
                            aria-label="New name"
                            maxlength="100"
                            autofocus
                            prop:value=move || name.get()
                            on:input=move |event| name.set(event_target_value(&event))
                        />
                        <button type="submit" class="button">"Rename"</button>
                    </form>
                }.into_any()
            } else {
                view! {
                    <div class="workspace-name">
                        <span class="strong break">{title.get_value()}</span>
                        <span class="muted">
                            {move || if is_open { "open here".to_owned() } else { format!("opened {}", text::ago(app.now.get(), opened)) }}
                        </span>
                    </div>
                }.into_any()
            }}
            <div class="workspace-actions">
                {move || if is(delete) {
                    view! {
                        <span>"Delete it with all it holds?"</span>
                        <button type="button" class="button danger" on:click=move |_| run.run(Request::DeleteWorkspace { id: id.get_value() })>
                            "Delete"
                        </button>
                        {button("Keep", Callback::new(move |()| doing.set(None)))}
                    }.into_any()
                } else {
                    view! {
                        {match is_open {
                            false => button("Open", Callback::new(move |()| open.run(id.get_value()))),
                            true => button("Duplicate", Callback::new(move |()| {
                                run.run(Request::DuplicateWorkspace { name: format!("{} (copy)", title.get_value()) });
                            })),
                        }}
                        {button("Rename", Callback::new(move |()| {
                            name.set(title.get_value());
                            doing.set(Some(rename(id.get_value())));
                        }))}
                        {(!is_open).then(|| view! {
                            <button
                                type="button"
                                class="icon-button"
                                aria-label=format!("Delete {}", title.get_value())
                                on:click=move |_| doing.set(Some(delete(id.get_value())))
                            >
                                <Icon shape=Shape::Trash/>
                            </button>
                        })}
                    }.into_any()
                }}
            </div>
        </li>
    }
    .into_any()
}

fn button(text: &'static str, run: Callback<()>) -> AnyView {
    view! { <button type="button" class="button" on:click=move |_| run.run(())>{text}</button> }
        .into_any()
}
