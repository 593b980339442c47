//! Catalog: all tables and views, and a box to ask them in SQL.

pub mod caret;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod sql_box;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod view;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use view::CatalogView;
