//! What `window.multihop` (`www/scripting.js`) asks of the page. It speaks the protocol's own form in
//! JavaScript: the page's program needs no second reading of it.

use std::cell::Cell;

use js_sys::{Array, Function, Promise};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::app::App;
use super::command::Command;
use crate::protocol::Request;

thread_local! {
    /// Exported functions have no component above them to get the app from.
    static APP: Cell<Option<App>> = const { Cell::new(None) };
}

/// Lets scripts reach the app.
pub(super) fn offer(app: App) {
    APP.set(Some(app));
}

fn app() -> Result<App, JsError> {
    APP.get()
        .ok_or_else(|| JsError::new("The page has not started."))
}

/// Sends a request to the engine. The promise gives the reply and the bytes beside it, or the
/// error.
///
/// # Errors
/// If the page has not started.
#[wasm_bindgen]
pub fn request(request: &JsValue, files: &Array) -> Result<Promise, JsError> {
    Ok(app()?.engine.call_of_script(request, files))
}

/// Calls a function with every event of the engine.
///
/// # Errors
/// If the page has not started.
#[wasm_bindgen]
pub fn listen(listener: Function) -> Result<(), JsError> {
    app()?.engine.listen(listener);
    Ok(())
}

/// The path of the open notebook; empty before one was opened.
///
/// # Errors
/// If the page has not started.
#[wasm_bindgen(js_name = shownNotebook)]
pub fn shown_notebook() -> Result<String, JsError> {
    Ok(app()?.notebook.path.get_untracked())
}

/// Shows a notebook of the workspace.
///
/// # Errors
/// If the page has not started.
#[wasm_bindgen(js_name = showNotebook)]
pub fn show_notebook(path: String) -> Result<(), JsError> {
    let app = app()?;
    app.notebook.open(app, Request::OpenNotebook { path });
    app.run(Command::ShowNotebook);
    Ok(())
}
