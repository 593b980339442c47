//! chrono, as Polars takes it: see Cargo.toml.

#![no_std]

pub use real::*;
