//! `StreamingQueryListener`s: functions in Python that hear of queries' starts, batches and ends.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::Session;
use crate::streaming::{StreamingQuery, iso_timestamp};

/// The listeners, and what they haven't heard yet.
#[derive(Default)]
pub(super) struct Listeners {
    /// By their numbers in Python.
    functions: Vec<u64>,
    /// What they know, by run.
    told: BTreeMap<String, Told>,
    waiting: VecDeque<(u64, Value)>,
}

#[derive(Default)]
struct Told {
    /// The last batch's number, and when it began.
    progress: Option<(i64, String)>,
    ended: bool,
}

impl Told {
    fn of(query: &StreamingQuery) -> Told {
        let last = query.recent_progress().next_back();
        Told {
            progress: last.map(|p| (p.batch_id, p.timestamp.clone())),
            ended: !query.is_active(),
        }
    }
}

impl Listeners {
    /// Notes what has happened since it was last asked.
    pub(super) fn observe(&mut self, queries: &[StreamingQuery], now_ms: impl Fn() -> i64) {
        if self.functions.is_empty() {
            return;
        }
        for query in queries {
            let known = self.told.get(query.run_id());
            if known.is_some_and(|told| told.ended) {
                continue;
            }
            let mut events = Vec::new();
            let about = json!({"id": query.id(), "runId": query.run_id(), "name": query.name()});
            if known.is_none() {
                let timestamp = iso_timestamp(now_ms());
                events.push(json!({"event": "started", "query": about, "timestamp": timestamp}));
            }
            let heard = known.and_then(|told| told.progress.clone());
            let fresh: Vec<_> = query
                .recent_progress()
                .rev()
                .take_while(|p| {
                    heard
                        .as_ref()
                        .is_none_or(|(batch, at)| p.batch_id != *batch || p.timestamp != *at)
                })
                .collect();
            for progress in fresh.into_iter().rev() {
                events.push(json!({"event": "progress", "progress": progress}));
            }
            let told = Told::of(query);
            if told.ended {
                let exception = query.error().map(ToString::to_string);
                events.push(json!({"event": "terminated", "query": about, "exception": exception}));
            }
            self.told.insert(query.run_id().to_owned(), told);
            for event in events {
                let each = self.functions.iter().map(|f| (*f, event.clone()));
                self.waiting.extend(each);
            }
        }
    }

    /// The function that the next event is for.
    pub(super) fn function(&self) -> Option<u64> {
        self.waiting.front().map(|(function, _)| *function)
    }
}

impl Session {
    /// Tells a function of Python of what queries do from now on (`spark.streams.addListener`).
    pub fn add_listener(&mut self, function: u64) {
        if self.listeners.functions.is_empty() {
            let known = self.queries.iter();
            self.listeners.told = known
                .map(|query| (query.run_id().to_owned(), Told::of(query)))
                .collect();
        }
        self.listeners.functions.push(function);
    }

    /// Tells it nothing any more.
    pub fn remove_listener(&mut self, function: u64) {
        self.listeners.functions.retain(|f| *f != function);
    }

    /// The next event, and the function that it is for.
    pub fn take_event(&mut self) -> Option<(u64, Value)> {
        self.listeners.waiting.pop_front()
    }
}
