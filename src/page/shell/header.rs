//! The header: name, tabs, storage, workspace, what concerns the whole page.

use leptos::prelude::*;

use crate::page::app::{App, View};
use crate::page::command::Command;
use crate::page::text;
use crate::page::theme::Theme;
use crate::page::ui::{Icon, Shape, Tab, TabList};

/// The page's header.
#[component]
pub fn Header() -> impl IntoView {
    let app = App::get();
    let tabs: Vec<Tab> = View::ALL
        .into_iter()
        .map(|view| Tab {
            key: view.key(),
            text: view.command().text(),
            shortcut: view.command().shortcut().map(|shortcut| shortcut.key),
        })
        .collect();
    let choose = Callback::new(move |key: &'static str| {
        if let Some(view) = View::ALL.into_iter().find(|view| view.key() == key) {
            app.run(view.command());
        }
    });
    let theme_shape = move || match app.theme.get() {
        Theme::System => view! { <Icon shape=Shape::System/> },
        Theme::Light => view! { <Icon shape=Shape::Sun/> },
        Theme::Dark => view! { <Icon shape=Shape::Moon/> },
    };
    view! {
        <header class="header">
            <div class="brand">
                <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
                    <path d="M7 16h18"/>
                    <circle class="bronze" cx="7" cy="16" r="4.5"/>
                    <circle class="silver" cx="16" cy="16" r="4.5"/>
                    <circle class="gold" cx="25" cy="16" r="4.5"/>
                </svg>
                <h1>"Multihop"</h1>
            </div>
            <TabList id="view" label="Views" tabs=tabs chosen=Signal::derive(move || app.view.get().key()) on_choose=choose/>
            <div class="header-end">
                <Storage/>
                <WorkspaceButton/>
                <button
                    type="button"
                    class="palette-button"
                    title=Command::OpenPalette.tooltip()
                    aria-keyshortcuts="Control+k"
                    on:click=move |_| app.run(Command::OpenPalette)
                >
                    <Icon shape=Shape::Command/>
                    <span>{Command::OpenPalette.text()}</span>
                    <kbd aria-hidden="true">"Ctrl K"</kbd>
                </button>
                <button
                    type="button"
                    class="icon-button"
                    title=move || format!("Theme: {}", app.theme.get().name())
                    aria-label=move || format!("Theme: {}. Switch", app.theme.get().name())
                    on:click=move |_| app.run(Command::SwitchTheme)
                >
                    {theme_shape}
                </button>
                <a
                    class="icon-button"
                    href="docs/"
                    target="_blank"
                    rel="noopener"
                    title=Command::OpenDocs.text()
                    aria-label=Command::OpenDocs.text()
                >
                    <Icon shape=Shape::Book/>
                </a>
                <button
                    type="button"
                    class="icon-button"
                    title=Command::ShowShortcuts.text()
                    aria-label=Command::ShowShortcuts.text()
                    on:click=move |_| app.run(Command::ShowShortcuts)
                >
                    <Icon shape=Shape::Help/>
                </button>
            </div>
        </header>
    }
    .into_any()
}

/// The open workspace's name, which leads to all of them.
#[component]
fn WorkspaceButton() -> impl IntoView {
    let app = App::get();
    let name = move || {
        app.store
            .workspace
            .with(|workspace| workspace.as_ref().map(|w| w.name.clone()))
            .unwrap_or_else(|| Command::ShowWorkspaces.text().to_owned())
    };
    view! {
        <button
            type="button"
            class="palette-button workspace-button"
            title=Command::ShowWorkspaces.tooltip()
            aria-label=move || format!("Workspace: {}", name())
            on:click=move |_| app.run(Command::ShowWorkspaces)
        >
            <Icon shape=Shape::Directory/>
            <span>{name}</span>
        </button>
    }
    .into_any()
}

/// How much of the workspace's room is used.
#[component]
fn Storage() -> impl IntoView {
    let app = App::get();
    let memory = Memo::new(move |_| {
        app.store
            .flow
            .with(|flow| {
                flow.as_ref()
                    .map(|flow| (flow.storage.used, flow.storage.capacity))
            })
            .filter(|(_, capacity)| *capacity > 0.0)
    });
    move || {
        memory.get().map(|(used, capacity)| {
            let words = format!("{} of {} used", text::bytes(used), text::bytes(capacity));
            let title = format!("Files: {words}");
            view! {
                <div class="memory" title=title>
                    <meter
                        aria-label="Storage"
                        aria-valuetext=words
                        min="0"
                        max=capacity.to_string()
                        high=(capacity * 0.85).to_string()
                        value=used.to_string()
                    ></meter>
                    <span class="figure">{text::bytes(used)}</span>
                </div>
            }
        })
    }
}
