//! Notices: what happened, in a corner.

use leptos::prelude::*;

use crate::page::app::App;
use crate::page::command::Command;
use crate::page::ui::{Content, ErrorView, Icon, Notice, Shape};

/// The notices on screen. What went well is a status; what went wrong, an alert.
#[component]
pub fn NoticeArea() -> impl IntoView {
    let app = App::get();
    let of_kind = move |is_error: bool| {
        app.store.notices.with(|notices| {
            notices
                .items
                .iter()
                .filter(|notice| matches!(notice.content, Content::Error(_)) == is_error)
                .cloned()
                .collect::<Vec<_>>()
        })
    };
    view! {
        <div class="notices">
            <div role="alert" class="notice-list">
                <For each=move || of_kind(true) key=|notice| notice.id let:notice>
                    <NoticeCard notice=notice/>
                </For>
            </div>
            <div role="status" class="notice-list">
                <For each=move || of_kind(false) key=|notice| notice.id let:notice>
                    <NoticeCard notice=notice/>
                </For>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn NoticeCard(notice: Notice) -> impl IntoView {
    let app = App::get();
    let id = notice.id;
    let (class, content) = match notice.content {
        Content::Done(text) => (
            "notice done",
            view! { <Icon shape=Shape::Check/> <p>{text}</p> }.into_any(),
        ),
        Content::Error(error) => {
            let query = notice.query.map(|query| {
                view! {
                    <p class="notice-title">
                        {format!("The stream {query} failed. ")}
                        <button type="button" class="link" on:click=move |_| app.run(Command::ShowStreams)>
                            "Show streams"
                        </button>
                    </p>
                }
            });
            (
                "notice error",
                view! { <div>{query} <ErrorView error=error/></div> }.into_any(),
            )
        }
    };
    view! {
        <div class=class>
            {content}
            <button
                type="button"
                class="icon-button"
                aria-label="Dismiss"
                on:click=move |_| app.store.notices.update(|notices| notices.dismiss(id))
            >
                <Icon shape=Shape::Close/>
            </button>
        </div>
    }
    .into_any()
}
