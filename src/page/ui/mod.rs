//! Parts that every view uses.

mod notice;
pub use notice::{Content, Notice, Notices};

#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod dialog;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod download;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod error_view;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod focus;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod icon;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod tabs;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use dialog::Dialog;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use download::{download, download_blob};
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use error_view::ErrorView;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use focus::{return_focus, use_escape};
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use icon::{Icon, Shape};
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use tabs::{Tab, TabList, panel_id, tab_id};
