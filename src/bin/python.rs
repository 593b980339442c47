//! Python's program: a WebAssembly module that the engine's worker loads at the first Python cell.
//! What it exports is in `multihop::python::browser`.

// Linked for its exports.
use multihop as _;

fn main() {}
