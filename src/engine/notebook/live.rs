//! Streams that cells show, as their rows come.

use std::sync::Arc;

use super::{CellRun, Live};
use crate::engine::relations::Opened;
use crate::engine::{Engine, error};
use crate::protocol::{CellOutput, Event, RelationKind};
use crate::session::SessionError;
use crate::sql::plan::Plan;

impl Engine {
    /// Starts a stream whose newest rows the cell shows.
    pub(in crate::engine) fn show_stream(
        &mut self,
        run: &CellRun,
        plan: Arc<Plan>,
        name: Option<&str>,
    ) -> Result<(), SessionError> {
        let run_id = self.session.start_display(plan.clone(), name)?;
        let name = self
            .session
            .query_of_run(&run_id)
            .and_then(|query| query.name())
            .map(str::to_owned);
        self.streams_idle = false;
        let zone = self.session.state().conf.time_zone();
        let relation = self.relations.open(
            name.unwrap_or_default(),
            RelationKind::Result,
            &plan.schema(),
            None,
            Opened::of_frames(Vec::new(), zone),
        );
        self.notebooks.live.push(Live {
            handle: relation.handle,
            run_id: run_id.clone(),
            told: None,
        });
        let output = CellOutput::Table {
            relation,
            stream: Some(run_id),
        };
        self.show(run, output);
        Ok(())
    }

    /// Tells of streams that cells show: new rows, and their end.
    pub(in crate::engine) fn tell_live(&mut self) {
        let mut live = std::mem::take(&mut self.notebooks.live);
        live.retain_mut(|shown| {
            // Nobody looks any more: the stream has no other purpose.
            if self.relations.get_mut(shown.handle).is_none() {
                // It may have ended by itself.
                let _ = self.session.stop(&shown.run_id);
                return false;
            }
            let Some(query) = self.session.query_of_run(&shown.run_id) else {
                return false;
            };
            let last = query.recent_progress().next_back();
            let now = (last.map(|p| p.batch_id), query.is_active());
            if shown.told == Some(now) {
                return now.1;
            }
            shown.told = Some(now);
            let (batch_rows, rows_per_second) = last.map_or((0.0, 0.0), |p| {
                (p.num_input_rows as f64, p.processed_rows_per_second)
            });
            let error = query.error().map(error::stream_info);
            let frames = self
                .session
                .memory_rows(&shown.run_id)
                .map(|rows| rows.frames())
                .unwrap_or_default();
            let opened = Opened::of_frames(frames, self.session.state().conf.time_zone());
            let rows = opened.pulled() as f64;
            if let Some(slot) = self.relations.get_mut(shown.handle) {
                *slot = opened;
            }
            self.event(Event::CellStream {
                handle: shown.handle,
                rows,
                is_active: now.1,
                batch_rows,
                rows_per_second,
                error,
            });
            now.1
        });
        self.notebooks.live.append(&mut live);
    }
}
