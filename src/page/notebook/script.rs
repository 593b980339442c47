//! The notebook's script (`www/notebook`), as Rust calls it.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::HtmlElement;

use super::chart::Spec;
use crate::page::app::App;
use crate::protocol::{CellLanguage, ErrorInfo, Reply, Request};

/// The loaded script. A copy names the same.
#[derive(Debug, Clone)]
pub struct Script(JsValue);

impl Script {
    /// Loads it; `start.js` knows where it lies.
    pub async fn load() -> Result<Script, JsValue> {
        let load: Function = Reflect::get(&window(), &"loadNotebook".into())?.dyn_into()?;
        let promise: Promise = load.call0(&JsValue::UNDEFINED)?.dyn_into()?;
        JsFuture::from(promise).await.map(Script)
    }

    /// Shows a program in colours; the line `error`, if it isn't 0, is marked.
    pub fn highlight(&self, element: &HtmlElement, text: &str, language: CellLanguage, error: u32) {
        let arguments = Array::of4(
            element,
            &text.into(),
            &language_name(language).into(),
            &error.into(),
        );
        self.call("highlight", &arguments);
    }

    /// Shows markdown.
    pub fn markdown(&self, element: &HtmlElement, text: &str) {
        self.call("markdown", &Array::of2(element, &text.into()));
    }

    /// Draws a chart.
    pub fn chart(&self, element: &HtmlElement, spec: &Spec) {
        if let Ok(spec) = spec.serialize(&serde_wasm_bindgen::Serializer::json_compatible()) {
            self.call("chart", &Array::of2(element, &spec));
        }
    }

    fn call(&self, name: &str, arguments: &Array) -> JsValue {
        let called = Reflect::get(&self.0, &name.into())
            .and_then(|function| function.dyn_into::<Function>())
            .and_then(|function| function.apply(&JsValue::UNDEFINED, arguments));
        called.unwrap_or_else(|error| {
            web_sys::console::error_1(&error);
            JsValue::UNDEFINED
        })
    }
}

/// An open editor. It closes when it is dropped.
pub struct Editor {
    handle: JsValue,
    /// Kept while the editor may call them.
    _closures: Vec<JsValue>,
}

/// What an editor begins with, and whom it tells.
pub struct Opening {
    /// Names the cell, for its undo history.
    pub key: String,
    pub text: String,
    pub language: CellLanguage,
    pub label: String,
    pub error: Option<ErrorInfo>,
    /// Gets each new text.
    pub change: Box<dyn Fn(String)>,
    /// Gets the keys that are the notebook's.
    pub press: Box<dyn Fn(String)>,
    /// Called when the focus goes.
    pub leave: Box<dyn Fn()>,
    /// What the text is written in by now.
    pub language_now: Box<dyn Fn() -> CellLanguage>,
}

impl Editor {
    /// Opens an editor in `host`.
    pub fn open(app: App, script: &Script, host: &HtmlElement, opening: Opening) -> Editor {
        let change = Closure::wrap(opening.change).into_js_value();
        let press = Closure::wrap(opening.press).into_js_value();
        let leave = Closure::wrap(opening.leave).into_js_value();
        let language_now = opening.language_now;
        let complete = Closure::<dyn Fn(String) -> Promise>::new(move |before: String| {
            let language = language_now();
            future_to_promise(async move {
                let request = Request::Complete { language, before };
                let is_code = matches!(language, CellLanguage::Python | CellLanguage::Sql);
                let items = match is_code.then(|| app.engine.call(request)) {
                    None => Vec::new(),
                    Some(call) => match call.await.map(|answer| answer.reply) {
                        Ok(Reply::Completions { items }) => items,
                        // What can't be completed is typed.
                        _ => Vec::new(),
                    },
                };
                Ok(items.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
            })
        })
        .into_js_value();
        let options = Object::new();
        let error = opening.error.as_ref().map_or(JsValue::NULL, error_object);
        for (name, value) in [
            ("key", JsValue::from(opening.key)),
            ("text", opening.text.into()),
            ("language", language_name(opening.language).into()),
            ("label", opening.label.into()),
            ("error", error),
            ("change", change.clone()),
            ("press", press.clone()),
            ("leave", leave.clone()),
            ("complete", complete.clone()),
        ] {
            // Setting a field of a new object doesn't fail.
            let _ = Reflect::set(&options, &name.into(), &value);
        }
        let handle = script.call("edit", &Array::of2(host, &options));
        Editor {
            handle,
            _closures: vec![change, press, leave, complete],
        }
    }

    pub fn focus(&self) {
        self.method("focus", &Array::new());
    }

    /// Says what the text is now written in.
    pub fn set_language(&self, language: CellLanguage) {
        self.method("language", &Array::of1(&language_name(language).into()));
    }

    /// Underlines what an error is about, or nothing.
    pub fn set_error(&self, error: Option<&ErrorInfo>) {
        let error = error.map_or(JsValue::NULL, error_object);
        self.method("error", &Array::of1(&error));
    }

    fn method(&self, name: &str, arguments: &Array) {
        if let Some(function) = Reflect::get(&self.handle, &name.into())
            .ok()
            .and_then(|function| function.dyn_into::<Function>().ok())
        {
            let _ = function.apply(&self.handle, arguments);
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.method("close", &Array::new());
    }
}

fn error_object(error: &ErrorInfo) -> JsValue {
    let object = Object::new();
    for (name, value) in [
        ("line", JsValue::from(error.line.unwrap_or(0))),
        ("column", error.column.map_or(JsValue::NULL, JsValue::from)),
        ("message", error.message.as_str().into()),
    ] {
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

fn language_name(language: CellLanguage) -> &'static str {
    match language {
        CellLanguage::Python => "python",
        CellLanguage::Sql => "sql",
        CellLanguage::Markdown => "markdown",
        _ => "text",
    }
}
