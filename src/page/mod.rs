//! The page: a Leptos app that shows what the engine holds, and asks it to do things.
//!
//! | module | what it is |
//! |---|---|
//! | `app` | what all views share: engine, chosen tab and pipeline, running a [`command::Command`] |
//! | [`command`] | everything that can be asked of the page, with texts and shortcuts |
//! | [`engine`] | the worker: requests, replies, and the signals that its events feed |
//! | `storage` | what the browser keeps for the next visit |
//! | `scripting` | what `window.multihop` (`www/scripting.js`) asks of the page |
//! | [`text`] | numbers, sizes and times as text |
//! | [`ui`] | parts that views share |
//! | `shell` | header, tabs, notices, palette |
//! | [`flow`], [`notebook`], [`relation`], [`catalog`], `streams`, [`files`], [`drop`] | a view each |
//!
//! A view is fed plain data by functions that know no browser (`model`, `layout`, …): those are
//! built and tested natively. What draws is built for wasm32 alone.

pub mod catalog;
pub mod command;
pub mod drop;
pub mod engine;
pub mod files;
pub mod flow;
pub mod notebook;
pub mod relation;
pub mod text;
pub mod ui;

#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod app;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod scripting;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod shell;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod storage;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod streams;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod theme;

/// Puts the app in the place of the document's content.
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub fn mount() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(shell::Shell);
    if let Some(shell) = leptos::prelude::document().get_element_by_id("shell") {
        shell.remove();
    }
}
