//! The engine's program: what the page's web worker runs.

#[cfg(target_arch = "wasm32")]
fn main() -> Result<(), wasm_bindgen::JsValue> {
    multihop::engine::start_worker()
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The engine runs in a web worker: build it for wasm32-unknown-unknown.");
}
