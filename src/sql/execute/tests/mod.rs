//! Operators over small frames.

mod aggregate;
mod join;
mod pipeline;
mod support;
