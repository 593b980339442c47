//! Requests that wait for their reply.

use std::collections::HashMap;

/// Numbers requests, and matches replies to them. `T` is what waits.
#[derive(Debug)]
pub struct Pending<T> {
    last: u32,
    waiting: HashMap<u32, T>,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Pending {
            last: 0,
            waiting: HashMap::new(),
        }
    }
}

impl<T> Pending<T> {
    /// Takes up a request, and gives the id to send it with. Ids are never reused, not even for
    /// another engine after a restart: a reply that comes late meets nobody.
    pub fn add(&mut self, waiting: T) -> u32 {
        self.last = self.last.wrapping_add(1);
        self.waiting.insert(self.last, waiting);
        self.last
    }

    /// Who waits for the reply of that id; `None` for a stale one.
    pub fn take(&mut self, id: u32) -> Option<T> {
        self.waiting.remove(&id)
    }

    /// The one that has waited longest.
    pub fn oldest(&self) -> Option<&T> {
        let oldest = self.waiting.iter().min_by_key(|(id, _)| **id);
        oldest.map(|(_, waiting)| waiting)
    }

    /// All that wait, when no reply can come any more.
    pub fn drain(&mut self) -> Vec<T> {
        self.waiting.drain().map(|(_, waiting)| waiting).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_finds_its_request_once() {
        let mut pending = Pending::default();
        let first = pending.add("first");
        let second = pending.add("second");
        assert_eq!(pending.oldest(), Some(&"first"));
        assert_eq!(pending.take(second), Some("second"));
        assert_eq!(pending.take(second), None);
        assert_eq!(pending.take(first), Some("first"));
    }

    #[test]
    fn a_reply_from_before_a_restart_meets_nobody() {
        let mut pending = Pending::default();
        let old = pending.add("old");
        assert_eq!(pending.drain(), ["old"]);
        let new = pending.add("new");
        assert_ne!(old, new);
        assert_eq!(pending.take(old), None);
    }
}
