//! Flow: the pipeline as lanes of cards with edges that move.

pub mod chart;
pub mod layout;
pub mod model;

#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod chart_view;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod graph;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod statements;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod streams_table;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod toolbar;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
mod view;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub use view::FlowView;

#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod tests;
