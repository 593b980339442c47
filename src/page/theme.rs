//! Light, dark, or as the system has it.

use leptos::prelude::*;

/// Which colours the page has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// The theme after it.
    pub fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    /// Its name, as `data-theme` has it and as it is kept.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme that was chosen on an earlier visit.
    pub fn kept() -> Theme {
        match kept(KEY).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// Shows it, and keeps it for the next visit.
    pub fn apply(self) {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", self.name());
        }
        keep(KEY, self.name());
    }
}

const KEY: &str = "multihop.theme";

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
