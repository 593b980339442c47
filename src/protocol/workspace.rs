//! Workspaces: what outlives a tab.

use serde::{Deserialize, Serialize};

/// A workspace in this browser.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkspaceEntry {
    pub id: String,
    pub name: String,
    /// Milliseconds since the epoch.
    pub opened_ms: f64,
}

/// The open workspace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkspaceView {
    /// Empty if it is in memory.
    pub id: String,
    pub name: String,
    /// The Web Lock that the engine holds as long as it lives; empty where there are none. Who gets it knows that the engine
    /// is dead, however it died.
    pub life: String,
    /// Why it ends with the tab; `None` if it doesn't.
    pub not_kept: Option<String>,
    /// Whether it was there before.
    pub is_resumed: bool,
    /// The ids of the pipelines whose streams ran when it was left.
    pub was_running: Vec<String>,
    /// Bytes that the browser lost; they held files, or parts of them.
    pub damaged_bytes: f64,
}
