//! Checkpoints: the state of a version in one place, so that reading need not replay every commit.
//! Delta PROTOCOL.md, "Checkpoints".

mod read;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::log_file::LAST_CHECKPOINT;
use crate::storage::{DbfsPath, FileSystem};

pub(super) use read::read;
pub(super) use write::write;

/// A checkpoint that a listing showed whole.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) version: u64,
    /// The parts in order.
    pub(super) paths: Vec<DbfsPath>,
    /// Whether it is written as JSON lines (only v2 may be).
    pub(super) json: bool,
}

/// Collects checkpoint files until it is known which are whole.
#[derive(Default)]
pub(super) struct Listing {
    parts: BTreeMap<(u64, u32), BTreeMap<u32, DbfsPath>>,
    v2: BTreeMap<u64, (bool, DbfsPath)>,
}

impl Listing {
    pub(super) fn part(&mut self, version: u64, part: u32, parts: u32, path: DbfsPath) {
        self.parts
            .entry((version, parts))
            .or_default()
            .insert(part, path);
    }

    pub(super) fn v2(&mut self, version: u64, json: bool, path: DbfsPath) {
        self.v2.insert(version, (json, path));
    }

    /// The whole checkpoints, newest first.
    pub(super) fn complete(self) -> Vec<Files> {
        let classic = self
            .parts
            .into_iter()
            .filter(|((_, parts), found)| usize::try_from(*parts) == Ok(found.len()))
            .map(|((version, _), found)| Files {
                version,
                paths: found.into_values().collect(),
                json: false,
            });
        let v2 = self.v2.into_iter().map(|(version, (json, path))| Files {
            version,
            paths: vec![path],
            json,
        });
        let mut all: Vec<Files> = classic.chain(v2).collect();
        all.sort_by_key(|files| std::cmp::Reverse(files.version));
        all
    }
}

/// `_last_checkpoint`. "Last Checkpoint File Schema".
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LastCheckpoint {
    version: u64,
    /// Actions in the checkpoint.
    #[serde(default)]
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    num_of_add_files: Option<u64>,
}

/// The version that `_last_checkpoint` names; `None` if it is missing or broken.
pub(super) fn last_checkpoint(fs: &dyn FileSystem, log: &DbfsPath) -> Option<u64> {
    let bytes = fs.read(&log.join(LAST_CHECKPOINT).ok()?).ok()?;
    let hint: LastCheckpoint = serde_json::from_slice(&bytes).ok()?;
    Some(hint.version)
}
