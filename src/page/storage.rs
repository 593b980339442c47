//! What the browser keeps for the next visit: settings, and notebooks' texts.

use leptos::prelude::*;

/// A setting from an earlier visit; `None` too where the browser keeps nothing.
pub fn kept(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Keeps a setting for the next visit. Gives whether the browser allowed it.
pub fn keep(key: &str, value: &str) -> bool {
    match window().local_storage() {
        Ok(Some(storage)) => storage.set_item(key, value).is_ok(),
        _ => false,
    }
}

/// Keeps a setting no longer.
pub fn forget(key: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // There is nothing to do where the browser refuses.
        let _ = storage.remove_item(key);
    }
}

/// The keys of all that is kept.
pub fn kept_keys() -> Vec<String> {
    let Ok(Some(storage)) = window().local_storage() else {
        return Vec::new();
    };
    let count = storage.length().unwrap_or(0);
    (0..count)
        .filter_map(|at| storage.key(at).ok().flatten())
        .collect()
}
