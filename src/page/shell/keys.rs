//! What the window hears, wherever the focus is: shortcuts, and that the tab is about to go.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::page::app::App;
use crate::page::command::{Command, KeyPress};

/// Keeps what was typed just now before the tab goes, and lets the browser ask if it holds a person's own files that go
/// with it.
pub fn guard(app: App) {
    let handle = window_event_listener(ev::beforeunload, move |event| {
        app.notebook.save(app);
        if app.has_own_files.get_value() && !app.store.is_kept() {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Runs the commands of shortcuts. A modal dialog keeps its keys to itself.
pub fn listen(app: App) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.is_composing() || app.dialog.get_untracked().is_some()
        {
            return;
        }
        // An editor is in a shadow root: there the target is what the path begins with.
        let in_text = event
            .composed_path()
            .get(0)
            .dyn_into::<HtmlElement>()
            .ok()
            .is_some_and(|element| {
                matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
                    || element.is_content_editable()
            });
        let key = event.key();
        let press = KeyPress {
            key: &key,
            ctrl: event.ctrl_key() || event.meta_key(),
            alt: event.alt_key(),
            in_text,
            single_keys: app.single_keys.get_untracked(),
        };
        if let Some(command) = Command::for_key(&press) {
            event.prevent_default();
            if !event.repeat() {
                app.run(command);
            }
        }
    });
    on_cleanup(move || handle.remove());
}
