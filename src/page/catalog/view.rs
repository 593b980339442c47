//! The Catalog view.

use leptos::prelude::*;

use super::sql_box::SqlBox;
use crate::page::app::App;
use crate::page::ui::{ErrorView, Icon, Shape};
use crate::protocol::{CatalogEntry, RelationKind};

/// All tables and views, and a box for SQL.
#[component]
pub fn CatalogView() -> impl IntoView {
    let app = App::get();
    // Tables come and go with what Flow shows.
    let stamp = Memo::new(move |_| {
        app.store.flow.with(|flow| {
            flow.as_ref().map(|flow| {
                flow.pipelines
                    .iter()
                    .flat_map(|pipeline| &pipeline.nodes)
                    .map(|node| {
                        (
                            node.name.clone(),
                            node.state == crate::protocol::NodeState::Absent,
                        )
                    })
                    .collect::<Vec<_>>()
            })
        })
    });
    let ran = RwSignal::new(0_u32);
    let relations = LocalResource::new(move || {
        stamp.track();
        ran.track();
        async move { app.engine.catalog().await }
    });
    let list = move || {
        match relations.get() {
        None => view! { <p class="empty" role="status">"Reading…"</p> }.into_any(),
        Some(Err(error)) => view! { <ErrorView error=error/> }.into_any(),
        Some(Ok(relations)) if relations.is_empty() => {
            view! { <p class="empty">"There are no tables or views yet. Start a pipeline, or create one in SQL."</p> }
                .into_any()
        }
        Some(Ok(relations)) => {
            let (tables, views): (Vec<_>, Vec<_>) =
                relations.into_iter().partition(|entry| entry.kind == RelationKind::Table);
            view! { <Group title="Tables" entries=tables/> <Group title="Temporary views" entries=views/> }.into_any()
        }
    }
    };
    view! {
        <div class="catalog">
            <section class="box catalog-list" aria-labelledby="catalog-title">
                <h2 id="catalog-title">"Catalog"</h2>
                {list}
            </section>
            <SqlBox on_run=Callback::new(move |()| ran.update(|ran| *ran += 1))/>
        </div>
    }
    .into_any()
}

#[component]
fn Group(title: &'static str, entries: Vec<CatalogEntry>) -> impl IntoView {
    let app = App::get();
    if entries.is_empty() {
        return ().into_any();
    }
    let lines = entries.into_iter().map(|entry| {
        let relation = entry.relation.clone();
        let (shape, kind) = match (entry.kind, entry.is_streaming) {
            (RelationKind::Table, _) => (Shape::Table, "Delta table"),
            (_, true) => (Shape::Stream, "streaming view"),
            _ => (Shape::View, "view"),
        };
        view! {
            <li>
                <button type="button" class="catalog-item" on:click=move |_| app.relation.set(Some(relation.clone()))>
                    <Icon shape=shape/>
                    <span class="catalog-name">{entry.name}</span>
                    <span class="muted">{kind}</span>
                </button>
            </li>
        }
    });
    view! { <h3 class="group-title">{title}</h3> <ul class="plain">{lines.collect_view()}</ul> }
        .into_any()
}
