//! A relation's files, history and log.

use leptos::prelude::*;

use super::json;
use crate::page::app::App;
use crate::page::text;
use crate::page::ui::ErrorView;
use crate::protocol::{ErrorInfo, FileInfo, HistoryEntry, RelationRef, Request};

/// A moment as the person's place writes it.
fn moment(ms: f64) -> String {
    String::from(
        js_sys::Date::new(&ms.into())
            .to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED),
    )
}

/// What a request brought: its result, or why there is none, or that it is under way.
fn outcome<T: 'static>(
    result: Option<Result<T, ErrorInfo>>,
    show: impl FnOnce(T) -> AnyView,
) -> AnyView {
    match result {
        None => view! { <p class="empty" role="status">"Reading…"</p> }.into_any(),
        Some(Err(error)) => view! { <div role="alert"><ErrorView error=error/></div> }.into_any(),
        Some(Ok(value)) => show(value),
    }
}

/// The files of a directory, or of a table at a version.
#[component]
pub fn FilesPanel(
    relation: RelationRef,
    version: Memo<Option<u32>>,
    /// Changes when there is something new.
    stamp: Signal<String>,
) -> impl IntoView {
    let app = App::get();
    let files = LocalResource::new(move || {
        stamp.track();
        let request = Request::Files {
            relation: relation.clone(),
            version: version.get().map(f64::from),
        };
        async move { app.engine.files(request).await }
    });
    move || {
        outcome(files.get(), |files| {
            view! { <FileList files=files/> }.into_any()
        })
    }
}

#[component]
fn FileList(files: Vec<FileInfo>) -> impl IntoView {
    if files.is_empty() {
        return view! { <p class="empty">"There are no files."</p> }.into_any();
    }
    let size: f64 = files.iter().map(|file| file.size).sum();
    let summary = format!(
        "{} · {}",
        text::counted(files.len() as f64, "file"),
        text::bytes(size)
    );
    let lines = files.into_iter().map(|file| {
        let stats = file.stats.as_deref().map(json::pretty);
        view! {
            <tr>
                <th scope="row" class="path" title=file.full_path.clone()>
                    {file.path}
                    {stats
                        .map(|stats| {
                            view! {
                                <details class="stats">
                                    <summary>"Statistics"</summary>
                                    <pre class="code" tabindex="0">{stats}</pre>
                                </details>
                            }
                        })}
                </th>
                <td class="number">{text::bytes(file.size)}</td>
                <td class="number">{file.rows.map_or_else(|| "–".to_owned(), text::count)}</td>
                <td class="number">{moment(file.modification_time_ms)}</td>
            </tr>
        }
    });
    view! {
        <p class="muted">{summary}</p>
        <div class="table-scroll">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"File"</th>
                        <th scope="col" class="number">"Size"</th>
                        <th scope="col" class="number">"Rows"</th>
                        <th scope="col" class="number">"Modified"</th>
                    </tr>
                </thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A table's commits, newest first.
#[component]
pub fn HistoryPanel(
    table: String,
    /// Changes when there is something new.
    stamp: Signal<String>,
    /// Called with the version whose rows are wanted.
    on_version: Callback<u32>,
) -> impl IntoView {
    let app = App::get();
    let entries = LocalResource::new(move || {
        stamp.track();
        let table = table.clone();
        async move { app.engine.history(table).await }
    });
    move || {
        outcome(entries.get(), |entries| {
            let lines = entries
                .into_iter()
                .map(|entry| view! { <HistoryLine entry=entry on_version=on_version/> });
            view! { <ol class="history">{lines.collect_view()}</ol> }.into_any()
        })
    }
}

#[component]
fn HistoryLine(entry: HistoryEntry, on_version: Callback<u32>) -> impl IntoView {
    let pairs = |title: &'static str, pairs: Vec<(String, String)>| {
        (!pairs.is_empty()).then(|| {
            view! {
                <details>
                    <summary>{title}</summary>
                    <dl class="pairs">
                        {pairs
                            .into_iter()
                            .map(|(name, value)| view! { <dt>{name}</dt> <dd>{value}</dd> })
                            .collect_view()}
                    </dl>
                </details>
            }
        })
    };
    let version = entry.version as u32;
    view! {
        <li class="history-entry">
            <span class="history-version figure">{format!("{version}")}</span>
            <div class="history-body">
                <p>
                    <span class="strong">{entry.operation}</span>
                    <span class="muted">{format!(" · {}", moment(entry.timestamp_ms))}</span>
                    {(entry.is_blind_append == Some(true)).then(|| view! { <span class="chip">"blind append"</span> })}
                </p>
                {pairs("Metrics", entry.metrics)}
                {pairs("Parameters", entry.parameters)}
            </div>
            <button
                type="button"
                class="button small"
                aria-label=format!("Show rows of version {version}")
                on:click=move |_| on_version.run(version)
            >
                "Rows"
            </button>
        </li>
    }
    .into_any()
}

/// The commit file of a version, an action at a time.
#[component]
pub fn LogPanel(
    table: String,
    versions: Memo<Option<(u32, u32)>>,
    /// The version that the drawer shows; `None` for the newest.
    chosen: RwSignal<Option<u32>>,
) -> impl IntoView {
    let app = App::get();
    let version = Memo::new(move |_| {
        chosen
            .get()
            .or_else(|| versions.get().map(|(_, newest)| newest))
    });
    let commit = LocalResource::new(move || {
        let table = table.clone();
        let version = version.get();
        async move {
            let Some(version) = version else {
                return Ok(None);
            };
            let request = Request::Commit {
                table,
                version: f64::from(version),
            };
            app.engine
                .text(request)
                .await
                .map(|text| Some((version, text)))
        }
    });
    let step = move |by: i64| {
        let (Some(at), Some((oldest, newest))) =
            (version.get_untracked(), versions.get_untracked())
        else {
            return;
        };
        let to = (i64::from(at) + by).clamp(i64::from(oldest), i64::from(newest)) as u32;
        chosen.set((to < newest).then_some(to));
    };
    view! {
        <div class="log-steps" role="group" aria-label="Commit">
            <button type="button" class="button small" on:click=move |_| step(-1)>"Older"</button>
            <span class="mono">{move || version.get().map(|version| format!("_delta_log/{version:020}.json"))}</span>
            <button type="button" class="button small" on:click=move |_| step(1)>"Newer"</button>
        </div>
        {move || {
            outcome(commit.get(), |commit| match commit {
                None => view! { <p class="empty">"Nothing was committed yet."</p> }.into_any(),
                Some((_, text)) => {
                    json::commit_actions(&text)
                        .into_iter()
                        .map(|action| {
                            view! {
                                <section class="log-action">
                                    <h3>{action.name}</h3>
                                    <pre class="code" tabindex="0">{action.text}</pre>
                                </section>
                            }
                        })
                        .collect_view()
                        .into_any()
                }
            })
        }}
    }
    .into_any()
}
