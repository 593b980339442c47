//! Python cells: RustPython, a frozen standard library, and the `pyspark` package over the session.
//!
//! An [`Interpreter`] runs cells in one `__main__`. It knows no files, no network and no clock: all that Python asks
//! goes through its [`Host`]. Natively the host is the session itself; in the browser the interpreter is a WebAssembly
//! module of its own and the host is the engine's worker ([`browser`]).
//!
//! `pyspark` (in `lib/`, our own text) holds handles of relations, in the manner of Spark Connect: each call is one
//! JSON text to [`Host::call`], `{"op": …, …}`, and one back, `{"ok": …}` or `{"error": {"class", "condition",
//! "sqlState", "message", "parameters"}}`. What a request says is described with `connect`, which answers it.

#[cfg(target_arch = "wasm32")]
mod browser;
mod interpreter;
mod json;
mod library;
mod module;
mod ticks;

pub use crate::protocol::{PythonFailure as Failure, PythonOutcome as Outcome};
pub use interpreter::Interpreter;

/// Where Python's text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// What the interpreter asks of the program around it.
pub trait Host {
    /// Answers a request of `pyspark`: a JSON text for a JSON text.
    fn call(&self, request: &str) -> String;

    /// Takes what Python prints.
    fn write(&self, stream: Stream, text: &str);

    /// Is the cell to end? Asked often while Python computes, so that a host may let other work happen meanwhile.
    fn interrupted(&self) -> bool;

    /// Milliseconds since 1970, for `time` and `datetime`.
    fn now_ms(&self) -> f64;

    /// Bits for `random` and `uuid`, others at each call.
    fn entropy(&self) -> u64;
}
