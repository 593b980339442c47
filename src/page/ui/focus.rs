//! Where the keyboard is, when something opens and closes.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Call in a component that takes the focus: when it goes, the focus returns to what had it
/// before, if that is still there.
pub fn return_focus() {
    let before = document()
        .active_element()
        .and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let before = StoredValue::new_local(before);
    on_cleanup(move || {
        if let Some(Some(element)) = before.try_get_value() {
            request_animation_frame(move || {
                if element.is_connected() {
                    let _ = element.focus();
                }
            });
        }
    });
}

/// Handles `Escape` on an element, once.
pub fn use_escape(close: impl Fn() + 'static) -> impl Fn(KeyboardEvent) + 'static {
    move |event| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            event.stop_propagation();
            close();
        }
    }
}
