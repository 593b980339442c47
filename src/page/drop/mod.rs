//! Dropped files: reading what was dropped, showing what the engine saw, landing it.

mod model;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod new_pipeline;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod reader;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod state;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod tray;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod zone;

pub use model::{Fate, FileCard, directory_name, file_card, is_litter, relative_name, targets};
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use new_pipeline::NewPipelineDialog;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use reader::chosen as chosen_files;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use state::Drops;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use tray::DropTray;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use zone::DropZone;
