//! Where files are dropped: anywhere.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::DragEvent;

use super::reader;
use crate::page::app::App;
use crate::page::ui::{Icon, Shape};

/// Takes drops on the whole page, and shows so while files are held over it; holds the inputs by
/// which files are chosen with the keyboard.
#[component]
pub fn DropZone() -> impl IntoView {
    let app = App::get();
    // Entering a child comes before leaving its parent, so both are counted.
    let depth = RwSignal::new(0_i32);
    let has_files = |event: &DragEvent| {
        event
            .data_transfer()
            .is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
    };
    let listeners = [
        window_event_listener(ev::dragenter, move |event| {
            if has_files(&event) {
                event.prevent_default();
                depth.update(|depth| *depth += 1);
            }
        }),
        window_event_listener(ev::dragover, move |event| {
            if has_files(&event) {
                event.prevent_default();
                if let Some(transfer) = event.data_transfer() {
                    transfer.set_drop_effect("copy");
                }
            }
        }),
        window_event_listener(ev::dragleave, move |event| {
            if has_files(&event) {
                // Leaving the window has nowhere to go: whatever was counted, it is over.
                let is_out = event.related_target().is_none();
                depth.update(|depth| *depth = if is_out { 0 } else { (*depth - 1).max(0) });
            }
        }),
        window_event_listener(ev::drop, move |event| {
            depth.set(0);
            if let Some(transfer) = event.data_transfer().filter(|_| has_files(&event)) {
                event.prevent_default();
                let files = reader::dropped(&transfer);
                spawn_local(async move { app.drops.take(app, files.await) });
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));

    let files: NodeRef<html::Input> = NodeRef::new();
    let folder: NodeRef<html::Input> = NodeRef::new();
    folder.on_load(|input| {
        let _ = input.set_attribute("webkitdirectory", "");
    });
    Effect::new(move |_| {
        let input = match app.choose_files.get() {
            None => return,
            Some(false) => files,
            Some(true) => folder,
        };
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    });
    let take = move |input: NodeRef<html::Input>| {
        let Some(input) = input.get_untracked() else {
            return;
        };
        if let Some(list) = input.files() {
            app.drops.take(app, reader::chosen(&list));
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <input
            type="file"
            multiple
            hidden
            aria-hidden="true"
            tabindex="-1"
            data-choose="files"
            accept=".parquet,.json,.jsonl,.ndjson,.csv,.txt,.py,.sql,.ipynb"
            node_ref=files
            on:change=move |_| take(files)
        />
        <input
            type="file"
            multiple
            hidden
            aria-hidden="true"
            tabindex="-1"
            data-choose="folder"
            node_ref=folder
            on:change=move |_| take(folder)
        />
        <Show when=move || { depth.get() > 0 }>
            <div class="drop-overlay" aria-hidden="true">
                <div class="drop-target">
                    <Icon shape=Shape::Upload/>
                    <p class="strong">"Drop parquet, JSON or CSV files, folders, or notebooks"</p>
                    <p class="muted">"Files land where their schema fits; others get a pipeline of their own."</p>
                </div>
            </div>
        </Show>
    }
    .into_any()
}
