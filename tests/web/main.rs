//! The engine in headless Chromium: what it depends on works in WebAssembly, and it answers in its worker.
//! Run by `make test-web`.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests say what they mean; clippy knows helper functions only in cfg(test)"
)]

mod codecs;
mod engine;
mod worker;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
