//! Streams move between a cell's steps, and while Python waits.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Instant;

use serde_json::json;

use super::{End, Runner, session_failed};
use crate::connect::{Connect, Wait};
use crate::session::SessionError;
use crate::streaming::Trigger;

/// A batch of work after which a stream that never comes to rest is left alone.
const MAX_ROUNDS: usize = 1_000;

pub(super) const TOOK_TOO_LONG: &str =
    "The cell took longer than --cell-timeout and was cancelled.";
const WAITS_FOR_EVER: &str = "The cell waited for a stream that doesn't end by itself, and was cancelled. Give awaitTermination a timeout, or the stream the trigger availableNow.";

const WAITS_IN_VAIN: &str =
    "The cell waited for six hours in which no stream had anything to do, and was cancelled.";

/// Six hours: no course waits so long.
const LONG_MS: i64 = 6 * 3_600_000;

impl Runner {
    /// The runs that go on.
    pub(super) fn active_runs(&self) -> BTreeSet<String> {
        let session = self.session.borrow();
        session.active().map(|q| q.run_id().to_owned()).collect()
    }

    /// The failure of one of these runs: it is shown where the stream was started, as on Databricks.
    pub(super) fn failed_stream(&self, runs: &[String]) -> Option<End> {
        let session = self.session.borrow();
        let mut queries = runs.iter().filter_map(|run| session.query_of_run(run));
        let message = queries.find_map(|q| q.error())?.to_string();
        Some(End::Failed(session_failed(&SessionError::StreamEnded {
            message,
        })))
    }

    /// Moves the streams, and runs a `foreachBatch` function that waits. Gives whether anything
    /// happened.
    pub(super) fn advance(self: &Rc<Self>) -> bool {
        let worked = self.session.borrow_mut().step();
        let call = {
            let mut session = self.session.borrow_mut();
            self.connect.borrow_mut().waiting_batch(&mut session)
        };
        let Some(call) = call else {
            return worked;
        };
        let answer = self.invoke(call.function, &call.arguments);
        let mut session = self.session.borrow_mut();
        self.connect
            .borrow_mut()
            .batch_done(&mut session, &call, &answer);
        true
    }

    /// Lets the streams do all there is to do, those with a slow trigger too. Gives whether
    /// anything happened.
    pub(super) fn settle(self: &Rc<Self>) -> bool {
        let mut worked = false;
        for _ in 0..MAX_ROUNDS {
            let mut moved = false;
            while !self.is_late() && self.advance() {
                moved = true;
            }
            worked |= moved;
            let interval = self.longest_interval();
            if self.is_late() || (!moved && worked) || (!moved && interval == 0) {
                break;
            }
            if interval > 0 {
                self.clock.skip(interval);
                if !self.advance() && !moved {
                    break;
                }
                worked = true;
            }
        }
        worked
    }

    /// The longest trigger of an active query, in milliseconds.
    fn longest_interval(&self) -> i64 {
        let session = self.session.borrow();
        let intervals = session.active().map(|q| match q.trigger() {
            Trigger::ProcessingTime { interval_ms } => interval_ms,
            _ => 0,
        });
        intervals.max().unwrap_or(0)
    }

    /// Waits for what a call waits for. Gives its reply.
    pub(super) fn wait(self: &Rc<Self>, wait: &Wait) -> String {
        let mut idle = 0;
        loop {
            if let Some(done) = Connect::poll(&self.session.borrow(), wait) {
                return done;
            }
            if self.is_late() {
                self.cancelled.set(Some(TOOK_TOO_LONG));
                return json!({"ok": null}).to_string();
            }
            if self.settle() {
                idle = 0;
                self.slept.set(0);
                continue;
            }
            let now = self.session.borrow().state().env.clock.now_ms();
            let deadline = match wait {
                Wait::Until { deadline } => Some(*deadline),
                Wait::Termination { deadline, .. } | Wait::AnyTermination { deadline } => *deadline,
                Wait::Available { .. } => None,
            };
            match deadline {
                Some(deadline) => {
                    self.clock.skip(deadline - now);
                    self.slept.set(self.slept.get() + deadline - now);
                    if self.slept.get() > LONG_MS {
                        self.cancelled.set(Some(WAITS_IN_VAIN));
                    }
                }
                None if idle > 1 => {
                    self.cancelled.set(Some(WAITS_FOR_EVER));
                    return json!({"ok": null}).to_string();
                }
                None => idle += 1,
            }
        }
    }

    pub(super) fn is_late(&self) -> bool {
        self.deadline
            .get()
            .is_some_and(|deadline| Instant::now() > deadline)
    }
}
