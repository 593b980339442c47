//! The latest changes to a file system, for [`FileSystem::changes_since`](super::FileSystem::changes_since).

use std::collections::VecDeque;

use super::Change;

/// Changes kept.
const KEPT: usize = 4096;

#[derive(Default)]
pub(super) struct Changes {
    count: u64,
    latest: VecDeque<Change>,
}

impl Changes {
    pub fn tell(&mut self, change: Change) {
        self.count += 1;
        if self.latest.len() == KEPT {
            self.latest.pop_front();
        }
        self.latest.push_back(change);
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Those after the `since`th; `None` if they aren't all kept.
    pub fn since(&self, since: u64) -> Option<Vec<Change>> {
        let new = usize::try_from(self.count.saturating_sub(since)).ok()?;
        let skip = self.latest.len().checked_sub(new)?;
        Some(self.latest.iter().skip(skip).cloned().collect())
    }
}
