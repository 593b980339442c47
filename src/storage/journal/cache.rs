//! Contents that were read or written lately.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

/// Contents by their record's number, the latest used of them, in bounded memory.
pub struct Cache {
    capacity: usize,
    used: usize,
    /// The moment of last use, and the content.
    contents: HashMap<u64, (u64, Bytes)>,
    by_use: BTreeMap<u64, u64>,
    moment: u64,
}

impl Cache {
    /// An empty cache of `capacity` bytes.
    pub fn new(capacity: usize) -> Self {
        Cache {
            capacity,
            used: 0,
            contents: HashMap::new(),
            by_use: BTreeMap::new(),
            moment: 0,
        }
    }

    pub fn get(&mut self, record: u64) -> Option<Bytes> {
        let (used, bytes) = self.contents.get_mut(&record)?;
        self.by_use.remove(used);
        self.moment += 1;
        *used = self.moment;
        self.by_use.insert(self.moment, record);
        Some(bytes.clone())
    }

    /// Whether a content of this size is kept: it must not push out most of the others.
    pub fn takes(&self, size: u64) -> bool {
        size <= (self.capacity / 8) as u64
    }

    /// Keeps a content, if it takes it.
    pub fn put(&mut self, record: u64, bytes: Bytes) {
        if !self.takes(bytes.len() as u64) {
            return;
        }
        self.forget(record);
        self.used += bytes.len();
        self.moment += 1;
        self.contents.insert(record, (self.moment, bytes));
        self.by_use.insert(self.moment, record);
        while self.used > self.capacity
            && let Some((_, oldest)) = self.by_use.first_key_value()
        {
            self.forget(*oldest);
        }
    }

    pub fn forget(&mut self, record: u64) {
        if let Some((used, bytes)) = self.contents.remove(&record) {
            self.by_use.remove(&used);
            self.used -= bytes.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_least_lately_goes_first() {
        let mut cache = Cache::new(80);
        for record in 0..8 {
            cache.put(record, Bytes::from(vec![0; 10]));
        }
        assert!(cache.get(0).is_some());
        cache.put(8, Bytes::from(vec![0; 10]));
        assert!(cache.get(1).is_none());
        assert!(cache.get(0).is_some());
        cache.put(9, Bytes::from(vec![0; 11]));
        assert!(cache.get(9).is_none(), "too large for this cache");
        cache.forget(0);
        assert!(cache.get(0).is_none());
        assert_eq!(cache.used, 70);
    }
}
