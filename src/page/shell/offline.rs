//! The site without a network, and newer versions of it (www/start.js).

use std::cell::Cell;

use js_sys::{Function, Promise};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use crate::page::app::App;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = keepSite)]
    fn keep_site_of_page(tell: &Function) -> Result<Promise, JsValue>;
}

thread_local! {
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Lets the browser keep the site, once. A later version is told to the store.
pub fn keep_site(app: App) {
    if ASKED.replace(true) {
        return;
    }
    let tell = Closure::<dyn Fn(Function)>::new(move |switch: Function| {
        app.store.new_version.try_set(Some(switch));
    });
    // A browser without it loads the site anew each time.
    drop(keep_site_of_page(tell.as_ref().unchecked_ref()));
    tell.forget();
}
