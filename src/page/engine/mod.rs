//! The page's side of the engine: the worker, requests and their replies, and what it tells.

#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod client;
mod pending;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod requests;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod store;

#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use client::{Answer, Call, Engine};
pub use pending::Pending;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use store::{EngineState, Opening, Store, TaskView};
