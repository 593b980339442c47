//! The page's program, on the browser's main thread.

fn main() {
    #[cfg(target_arch = "wasm32")]
    multihop::page::mount();
}
