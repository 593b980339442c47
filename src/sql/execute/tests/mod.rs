//! Operators over small frames.

mod aggregate;
mod generate;
mod join;
mod pipeline;
mod state;
mod support;
mod window;
