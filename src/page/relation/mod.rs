//! A relation opened: its rows, schema, files, history and log.

pub mod columns;
pub mod json;
pub mod pages;
pub mod scroll;

#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod cells;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod drawer;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod grid;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod panels;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use drawer::RelationDrawer;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use grid::Grid;
