//! The frame around the views: header, tabs, notices, dialogs, shortcuts.

mod banner;
mod confirm;
mod header;
mod keys;
mod notices;
mod offline;
mod palette;
mod shortcuts;
mod workspaces;

use leptos::prelude::*;

use banner::EngineBanner;
use confirm::ConfirmDialog;
use header::Header;
use notices::NoticeArea;
use palette::Palette;
use shortcuts::ShortcutsDialog;
use workspaces::WorkspacesDialog;

use super::app::{App, OpenDialog, View};
use super::catalog::CatalogView;
use super::drop::{DropTray, DropZone, NewPipelineDialog};
use super::files::FilesView;
use super::flow::FlowView;
use super::notebook::{NotebookView, keep};
use super::relation::RelationDrawer;
use super::streams::StreamsView;
use super::ui::{panel_id, tab_id};

/// The whole page.
#[component]
pub fn Shell() -> impl IntoView {
    let app = App::provide();
    keys::listen(app);
    keys::guard(app);
    let is_ready = Memo::new(move |_| app.is_ready());
    Effect::new(move |_| {
        if is_ready.get() {
            keep::restore(app);
            offline::keep_site(app);
        }
    });
    set_interval(
        move || {
            app.now.try_set(js_sys::Date::now());
        },
        std::time::Duration::from_secs(5),
    );
    let panel = move |view: View| {
        let content = move || {
            (app.view.get() == view).then(|| match view {
                View::Flow => view! { <FlowView/> }.into_any(),
                View::Notebook => view! { <NotebookView/> }.into_any(),
                View::Catalog => view! { <CatalogView/> }.into_any(),
                View::Streams => view! { <StreamsView/> }.into_any(),
                View::Files => view! { <FilesView/> }.into_any(),
            })
        };
        view! {
            <section
                class="panel"
                role="tabpanel"
                id=panel_id("view", view.key())
                aria-labelledby=tab_id("view", view.key())
                hidden=move || app.view.get() != view
            >
                {content}
            </section>
        }
        .into_any()
    };
    view! {
        <a class="skip-link" href="#main">"Skip to content"</a>
        <Header/>
        <EngineBanner/>
        <main id="main" tabindex="-1">
            <DropTray/>
            {View::ALL.map(panel).into_iter().collect_view()}
        </main>
        <RelationDrawer/>
        <NoticeArea/>
        <DropZone/>
        {move || {
            let close = Callback::new(move |()| app.dialog.set(None));
            app.dialog
                .get()
                .map(|dialog| match dialog {
                    OpenDialog::Palette => view! { <Palette on_close=close/> }.into_any(),
                    OpenDialog::Shortcuts => view! { <ShortcutsDialog on_close=close/> }.into_any(),
                    OpenDialog::Workspaces => view! { <WorkspacesDialog on_close=close/> }.into_any(),
                    OpenDialog::Confirm(command) => {
                        view! { <ConfirmDialog command=command on_close=close/> }.into_any()
                    }
                    OpenDialog::NewPipeline(drop) => {
                        view! { <NewPipelineDialog drop=drop on_close=close/> }.into_any()
                    }
                })
        }}
    }
    .into_any()
}
