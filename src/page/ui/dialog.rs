//! A modal dialog.

use leptos::html;
use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::return_focus;

/// A modal dialog: what is behind it is inert, `Escape` closes it, the focus returns.
#[component]
pub fn Dialog(
    /// Its heading.
    #[prop(into)]
    title: String,
    /// A class for its size.
    #[prop(optional)]
    class: &'static str,
    /// Called when the person wants it gone.
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    return_focus();
    let dialog: NodeRef<html::Dialog> = NodeRef::new();
    dialog.on_load(move |dialog| {
        request_animation_frame(move || {
            if dialog.is_connected() && !dialog.open() {
                let _ = dialog.show_modal();
            }
        });
    });
    view! {
        <dialog
            class=format!("dialog {class}")
            aria-labelledby="dialog-title"
            node_ref=dialog
            // What is behind a modal dialog gets no keys.
            on:keydown=|event| event.stop_propagation()
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                on_close.run(());
            }
        >
            <div class="dialog-head">
                <h2 id="dialog-title">{title}</h2>
                <button type="button" class="icon-button" aria-label="Close" on:click=move |_| on_close.run(())>
                    <Icon shape=Shape::Close/>
                </button>
            </div>
            {children()}
        </dialog>
    }
    .into_any()
}
