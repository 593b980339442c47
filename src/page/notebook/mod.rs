//! Notebook: cells as on Databricks.
//!
//! The cells' state outlives the view ([`NotebookState`]), so that a cell goes on running while
//! another view shows. Editor, coloured text, markdown and charts are one script of the site
//! (`www/notebook`), which is loaded when the view first opens.

pub mod chart;
pub mod keys;
pub mod tree;

#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod cell;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub mod keep;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod output;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod script;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod sidebar;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod state;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod view;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use state::NotebookState;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use view::NotebookView;
