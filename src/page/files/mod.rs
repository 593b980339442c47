//! Files: the file system, a directory at a time.

pub mod path;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod view;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use view::FilesView;
