//! Native tests across modules, by subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests say what they mean; clippy knows helper functions only in cfg(test)"
)]

mod bookstore;
mod commands;
mod damaged;
mod delta;
mod delta_streams;
mod dml;
mod event_time;
mod formats;
mod functions;
#[cfg(feature = "cli")]
mod notebooks;
#[cfg(feature = "python")]
mod python;
mod queries;
#[cfg(feature = "cli")]
mod reference;
#[cfg(feature = "cli")]
mod spark;
mod streaming;
mod support;
mod tables;
#[cfg(feature = "cli")]
mod workspaces;
mod writes;
