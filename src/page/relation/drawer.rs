//! A relation opened beside the view.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::grid::Grid;
use super::panels::{FilesPanel, HistoryPanel, LogPanel};
use crate::page::app::{App, Loaded};
use crate::page::ui::{
    ErrorView, Icon, Shape, Tab, TabList, panel_id, return_focus, tab_id, use_escape,
};
use crate::protocol::{RelationRef, RelationView};

/// The relation that is open, if one is.
#[component]
pub fn RelationDrawer() -> impl IntoView {
    let app = App::get();
    move || {
        app.relation
            .get()
            .map(|relation| view! { <Opened relation=relation/> })
    }
}

/// A relation's own name.
fn name_of(relation: &RelationRef) -> String {
    match relation {
        RelationRef::Directory { path, .. } => path.clone(),
        RelationRef::View { name } | RelationRef::Table { name, .. } => name.clone(),
    }
}

fn kind_of(relation: &RelationRef) -> &'static str {
    match relation {
        RelationRef::Directory { .. } => "Directory",
        RelationRef::View { .. } => "View",
        RelationRef::Table { .. } => "Delta table",
    }
}

/// The relation at a version.
fn at_version(relation: &RelationRef, version: Option<u32>) -> RelationRef {
    match relation {
        RelationRef::Table { name, .. } => RelationRef::Table {
            name: name.clone(),
            version,
        },
        other => other.clone(),
    }
}

const DATA: Tab = Tab {
    key: "data",
    text: "Data",
    shortcut: None,
};
const SCHEMA: Tab = Tab {
    key: "schema",
    text: "Schema",
    shortcut: None,
};
const FILES: Tab = Tab {
    key: "files",
    text: "Files",
    shortcut: None,
};
const HISTORY: Tab = Tab {
    key: "history",
    text: "History",
    shortcut: None,
};
const LOG: Tab = Tab {
    key: "log",
    text: "Log",
    shortcut: None,
};

fn tabs_of(relation: &RelationRef) -> Vec<Tab> {
    match relation {
        RelationRef::Directory { .. } => vec![DATA, SCHEMA, FILES],
        RelationRef::View { .. } => vec![DATA, SCHEMA],
        RelationRef::Table { .. } => vec![DATA, SCHEMA, FILES, HISTORY, LOG],
    }
}

#[component]
fn Opened(relation: RelationRef) -> impl IntoView {
    let app = App::get();
    return_focus();
    let name = name_of(&relation);
    let tabs = tabs_of(&relation);
    let relation = StoredValue::new(relation);
    let tab = RwSignal::new("data");
    // `None` follows the newest.
    let version = RwSignal::new(None::<u32>);
    let loaded = RwSignal::new(
        None::<Result<RelationView, crate::protocol::ErrorInfo>> as Loaded<RelationView>,
    );
    let scrolled = RwSignal::new(0.0);
    // What tells that there is something new to show.
    let stamp = Memo::new(move |_| {
        app.store.flow.with(|flow| {
            let wanted = relation.with_value(|relation| at_version(relation, None));
            flow.as_ref()?
                .pipelines
                .iter()
                .flat_map(|pipeline| &pipeline.nodes)
                .find(|node| at_version(&node.relation, None) == wanted)
                .map(|node| (node.version, node.files, node.rows))
        })
    });
    let turn = StoredValue::new(0_u32);
    let reload = move || {
        let mine = turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        let wanted = relation.with_value(|relation| at_version(relation, version.get_untracked()));
        spawn_local(async move {
            let result = app.engine.open(wanted).await;
            if turn.try_get_value().is_some() && turn.try_get_value() == mine {
                let before = loaded.get_untracked();
                let _ = loaded.try_set(Some(result));
                if let Some(Ok(before)) = before {
                    app.engine.close(before.handle);
                }
            } else if let Ok(late) = result {
                app.engine.close(late.handle);
            }
        });
    };
    Effect::new(move |_| {
        version.track();
        reload();
    });
    // New commits come in bursts: follow them about once a second.
    let is_due = StoredValue::new(false);
    Effect::new(move |before: Option<_>| {
        let now = stamp.get();
        if before.is_some_and(|before| before != now)
            && version.get_untracked().is_none()
            && !is_due.get_value()
        {
            is_due.set_value(true);
            set_timeout(
                move || {
                    if is_due.try_set_value(false).is_none() && turn.try_get_value().is_some() {
                        reload();
                    }
                },
                Duration::from_millis(700),
            );
        }
        now
    });
    on_cleanup(move || {
        if let Some(Some(Ok(view))) = loaded.try_get_untracked() {
            app.engine.close(view.handle);
        }
    });
    let heading: NodeRef<html::H2> = NodeRef::new();
    heading.on_load(|heading| {
        request_animation_frame(move || {
            let _ = heading.focus();
        });
    });
    let close = move || app.relation.set(None);
    let versions = Memo::new(move |_| {
        loaded.with(|loaded| match loaded {
            Some(Ok(view)) => view.versions,
            _ => None,
        })
    });
    let data = move || match loaded.get() {
        None => view! { <p class="empty" role="status">"Opening…"</p> }.into_any(),
        Some(Err(error)) => view! { <div role="alert"><ErrorView error=error/></div> }.into_any(),
        Some(Ok(opened)) => view! { <Grid view=opened scrolled=scrolled/> }.into_any(),
    };
    let schema = move || match loaded.get() {
        Some(Ok(opened)) => {
            view! { <pre class="code" tabindex="0">{opened.schema_tree}</pre> }.into_any()
        }
        Some(Err(error)) => view! { <ErrorView error=error/> }.into_any(),
        None => ().into_any(),
    };
    let shown_version = Memo::new(move |_| version.get());
    let panel = move || {
        let key = tab.get();
        let content = match key {
            "schema" => schema.into_any(),
            "files" => view! {
                <FilesPanel relation=relation.get_value() version=shown_version stamp=Signal::derive(move || format!("{:?}", stamp.get()))/>
            }
            .into_any(),
            "history" => view! {
                <HistoryPanel
                    table=relation.with_value(name_of)
                    stamp=Signal::derive(move || format!("{:?}", stamp.get()))
                    on_version=Callback::new(move |chosen| {
                        version.set(Some(chosen));
                        tab.set("data");
                    })
                />
            }
            .into_any(),
            "log" => view! {
                <LogPanel table=relation.with_value(name_of) versions=versions chosen=version/>
            }
            .into_any(),
            _ => data.into_any(),
        };
        view! {
            <div
                class=format!("drawer-panel drawer-{key}")
                role="tabpanel"
                id=panel_id("relation", key)
                aria-labelledby=tab_id("relation", key)
            >
                {content}
            </div>
        }
        .into_any()
    };
    view! {
        <div
            class="drawer"
            role="dialog"
            aria-labelledby="drawer-title"
            on:keydown=use_escape(close)
        >
            <div class="drawer-head">
                <div class="drawer-title">
                    <p class="muted">{relation.with_value(kind_of)}</p>
                    <h2 id="drawer-title" tabindex="-1" node_ref=heading title=name.clone()>{name.clone()}</h2>
                </div>
                <button type="button" class="icon-button" aria-label="Close" on:click=move |_| close()>
                    <Icon shape=Shape::Close/>
                </button>
            </div>
            <VersionSlider versions=versions chosen=version/>
            <TabList
                id="relation"
                label="Parts of the relation"
                tabs=tabs
                chosen=tab
                on_choose=Callback::new(move |key| tab.set(key))
            />
            {panel}
        </div>
    }
    .into_any()
}

/// Goes through a table's versions.
#[component]
fn VersionSlider(
    versions: Memo<Option<(u32, u32)>>,
    chosen: RwSignal<Option<u32>>,
) -> impl IntoView {
    let newest = move || versions.get().map_or(0, |(_, newest)| newest);
    let at = move || chosen.get().unwrap_or_else(newest);
    let is_shown = Memo::new(move |_| {
        versions
            .get()
            .is_some_and(|(oldest, newest)| oldest < newest)
    });
    view! {
        <Show when=move || is_shown.get()>
            <div class="version">
                <label for="version-slider">"Version"</label>
                <input
                    type="range"
                    id="version-slider"
                    min=move || versions.get().map_or(0, |(oldest, _)| oldest).to_string()
                    max=move || newest().to_string()
                    prop:value=move || at().to_string()
                    aria-valuetext=move || format!("version {}", at())
                    on:change=move |event| {
                        if let Ok(version) = event_target_value(&event).parse::<u32>() {
                            chosen.set((version < newest()).then_some(version));
                        }
                    }
                />
                <output for="version-slider" class="figure">{move || format!("{} of {}", at(), newest())}</output>
                <button
                    type="button"
                    class="button small"
                    aria-disabled=move || chosen.get().is_none().to_string()
                    on:click=move |_| chosen.set(None)
                >
                    "Newest"
                </button>
            </div>
        </Show>
    }
    .into_any()
}
