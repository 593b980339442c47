//! Notebooks in the browser's local storage, where the workspace itself ends with the tab.

use crate::page::app::App;
use crate::page::storage;
use crate::protocol::{Language, NotebookFormat, Request};

/// What a notebook's key begins with; its path and its file's extension follow.
const KEY: &str = "multihop.notebook:";

/// Keeps a notebook as the engine has it, in the format that it came in. A kept workspace does so by itself.
pub async fn keep(app: App, path: String, language: Language) {
    if app.store.is_kept() {
        return;
    }
    let export = Request::ExportNotebook {
        path: path.clone(),
        format: NotebookFormat::Own,
    };
    // It may have been deleted or moved meanwhile.
    let Ok(text) = app.engine.text(export).await else {
        return;
    };
    let extension = match language {
        _ if text.starts_with('{') => "ipynb",
        Language::Python => "py",
        Language::Sql => "sql",
        Language::Scala => "scala",
        Language::R => "r",
    };
    if !storage::keep(&format!("{KEY}{path}.{extension}"), &text) {
        app.store
            .tell("This browser keeps no more: the notebook is gone with the tab. Download saves it as a file.");
    }
}

/// Keeps a notebook no longer: it was deleted, or moved away from that path.
pub fn drop_kept(path: &str) {
    for (key, kept, _) in keys() {
        if kept == path {
            storage::forget(&key);
        }
    }
}

/// Gives the engine all that was kept. What a kept workspace has taken up needs no second place.
pub fn restore(app: App) {
    for (key, path, extension) in keys() {
        if let Some(text) = storage::kept(&key) {
            app.send(Request::PutNotebook {
                path,
                extension,
                text,
            });
            if app.store.is_kept() {
                storage::forget(&key);
            }
        }
    }
}

/// Keys of notebooks, with their path and extension.
fn keys() -> Vec<(String, String, String)> {
    let keys = storage::kept_keys().into_iter().filter_map(|key| {
        let (path, extension) = key.strip_prefix(KEY)?.rsplit_once('.')?;
        let (path, extension) = (path.to_owned(), extension.to_owned());
        Some((key, path, extension))
    });
    keys.collect()
}
