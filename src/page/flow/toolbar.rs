//! What a pipeline can be told.

use leptos::prelude::*;

use super::model;
use crate::page::app::App;
use crate::page::command::Command;
use crate::page::ui::{Icon, Shape};

/// The pipeline's title or selector, and its buttons. A button that can't be used says why.
#[component]
pub fn Toolbar() -> impl IntoView {
    let app = App::get();
    let titles = Memo::new(move |_| {
        app.store.flow.with(|flow| {
            flow.as_ref()
                .map(|flow| {
                    flow.pipelines
                        .iter()
                        .map(|pipeline| (pipeline.id.clone(), pipeline.title.clone()))
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
        })
    });
    let shown = Memo::new(move |_| {
        app.with_pipeline(|pipeline| pipeline.map(|pipeline| pipeline.id.clone()))
    });
    let actions = Memo::new(move |_| {
        let has_active = app.has_active();
        app.with_pipeline(|pipeline| {
            pipeline
                .map(|pipeline| model::actions(pipeline, has_active))
                .unwrap_or_default()
        })
    });
    let commands = Memo::new(move |_| {
        actions.with(|actions| {
            actions
                .iter()
                .map(|action| action.command)
                .collect::<Vec<_>>()
        })
    });
    let selector = move || {
        let titles = titles.get();
        if titles.len() > 1 {
            view! {
                <select
                    class="select"
                    aria-label="Pipeline"
                    on:change=move |event| app.pipeline.set(Some(event_target_value(&event)))
                    prop:value=move || shown.get().unwrap_or_default()
                >
                    {titles
                        .into_iter()
                        .map(|(id, title)| {
                            let is_shown = Some(&id) == shown.get_untracked().as_ref();
                            view! { <option value=id selected=is_shown>{title}</option> }
                        })
                        .collect_view()}
                </select>
            }
            .into_any()
        } else {
            let title = titles.into_iter().next().map(|(_, title)| title);
            view! { <h2 class="pipeline-title">{title}</h2> }.into_any()
        }
    };
    view! {
        <div class="toolbar">
            {selector}
            <div class="toolbar-actions" role="group" aria-label="Pipeline actions">
                <For each=move || commands.get() key=|command| *command let:command>
                    {
                        let action = Memo::new(move |_| {
                            actions.with(|actions| actions.iter().find(|action| action.command == command).cloned())
                        });
                        view! { <CommandButton command=command action=action/> }
                    }
                </For>
                <button
                    type="button"
                    class="button"
                    title=Command::AddFiles.tooltip()
                    aria-keyshortcuts="u"
                    on:click=move |_| app.run(Command::AddFiles)
                >
                    <Icon shape=Shape::Upload/>
                    {Command::AddFiles.text()}
                </button>
                <button
                    type="button"
                    class="button quiet"
                    title=Command::AddFolder.tooltip()
                    on:click=move |_| app.run(Command::AddFolder)
                >
                    <Icon shape=Shape::Directory/>
                    {Command::AddFolder.text()}
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// A command's button.
#[component]
fn CommandButton(command: Command, action: Memo<Option<model::Action>>) -> impl IntoView {
    let app = App::get();
    let reason = move || {
        if !app.is_ready() {
            return app.refusal(command);
        }
        action.with(|action| action.as_ref().and_then(|action| action.disabled.clone()))
    };
    let label = move || action.with(|action| action.as_ref().map(|action| action.label.clone()));
    let (shape, class) = match command {
        Command::Start => (Shape::Start, "button primary"),
        Command::LoadNewData => (Shape::Load, "button"),
        Command::LoadAllRemaining => (Shape::LoadAll, "button"),
        Command::UpdateGold => (Shape::Update, "button"),
        Command::StopAll => (Shape::Stop, "button"),
        Command::DeletePipeline => (Shape::Trash, "button quiet"),
        _ => (Shape::Reset, "button quiet"),
    };
    view! {
        <button
            type="button"
            class=class
            aria-disabled=move || reason().is_some().to_string()
            title=move || reason().unwrap_or_else(|| command.tooltip().to_owned())
            aria-keyshortcuts=command.shortcut().map(|shortcut| shortcut.aria())
            on:click=move |_| app.run(command)
        >
            <Icon shape=shape/>
            {label}
        </button>
    }
    .into_any()
}
