//! How far a cell's query is: told while the step that runs it is still under way.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::env::Clock;
use crate::protocol::{Event, FromEngine, TaskUnit};
use crate::sql::execute::ReadListener;

/// Milliseconds between two tellings.
const INTERVAL_MS: i64 = 100;

/// Who hears at once what can't wait for the end of a step.
type Reporter = Box<dyn Fn(FromEngine)>;

/// Counts the rows that the queries of the cell under way have read. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Progress(Rc<Shared>);

#[derive(Default)]
struct Shared {
    reporter: OnceCell<Reporter>,
    /// The request that runs the cell.
    request: Cell<u32>,
    rows: Cell<u64>,
    told_at_ms: Cell<i64>,
}

impl Progress {
    /// Says who hears of it.
    pub fn report_to(&self, reporter: Reporter) {
        // The first stays.
        let _ = self.0.reporter.set(reporter);
    }

    /// Says whose queries run from now on.
    pub fn begin(&self, request: u32, now_ms: i64) {
        if self.0.request.replace(request) != request {
            self.0.rows.set(0);
            self.0.told_at_ms.set(now_ms);
        }
    }

    /// What a session tells of the rows that it reads.
    #[expect(
        clippy::arc_with_non_send_sync,
        reason = "a session is driven by one thread"
    )]
    pub fn listener(&self, clock: Arc<dyn Clock>) -> ReadListener {
        let shared = self.0.clone();
        ReadListener(Some(Arc::new(move |rows| {
            shared.rows.set(shared.rows.get() + rows as u64);
            let now = clock.now_ms();
            if now - shared.told_at_ms.get() < INTERVAL_MS {
                return;
            }
            shared.told_at_ms.set(now);
            if let Some(report) = shared.reporter.get() {
                report(FromEngine::Event {
                    event: Event::Task {
                        id: shared.request.get(),
                        title: "Reading".into(),
                        done: shared.rows.get() as f64,
                        total: None,
                        unit: TaskUnit::Rows,
                    },
                });
            }
        })))
    }
}
