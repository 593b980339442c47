//! Cells that run: what waits, what they show.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{CellState, LiveState, NotebookState, Output, Run, TableState};
use crate::page::app::App;
use crate::protocol::{
    CellEnd, CellLanguage, CellOutput, CellShown, Event, Reply, Request, add_printed,
};

impl NotebookState {
    /// Runs the cells in those places, one after the other.
    pub fn run(self, app: App, places: impl std::ops::RangeBounds<usize>) {
        if !app.is_ready() {
            app.store.tell("The engine is still loading.");
            return;
        }
        // What a cell shows belongs to the text that ran.
        self.save(app);
        let cells: Vec<CellState> = self.cells.with_untracked(|cells| {
            cells
                .iter()
                .enumerate()
                .filter(|(at, _)| places.contains(at))
                .map(|(_, cell)| *cell)
                .collect()
        });
        let language = self.language.get_untracked();
        let path = self.path.get_untracked();
        let waits = self
            .queue
            .with_value(|queue| queue.iter().any(|(of, _)| *of == path));
        let is_idle = !waits && self.running().is_none();
        for cell in cells {
            let kind = cell
                .source
                .with_untracked(|source| CellLanguage::of(source, language).0);
            let is_busy = matches!(cell.run.get_untracked(), Run::Queued | Run::Running { .. });
            if kind == CellLanguage::Markdown || is_busy {
                continue;
            }
            cell.run.set(Run::Queued);
            self.queue
                .update_value(|queue| queue.push_back((path.clone(), cell.id)));
        }
        if is_idle {
            self.run_next(app, path, false);
        }
    }

    /// The open notebook's cell that runs.
    fn running(self) -> Option<(CellState, u32)> {
        self.cells.with_untracked(|cells| {
            cells
                .iter()
                .find_map(|cell| match cell.run.get_untracked() {
                    Run::Running { request, .. } => Some((*cell, request)),
                    _ => None,
                })
        })
    }

    /// Runs the next of a notebook's cells that wait; behind another, once streams are at rest.
    fn run_next(self, app: App, path: String, is_behind: bool) {
        let next = self.queue.try_update_value(|queue| {
            let at = queue.iter().position(|(of, _)| *of == path)?;
            queue.remove(at)
        });
        let Some((_, id)) = next.flatten() else {
            return;
        };
        let Some(cell) = self.cell_of_notebook(&path, id) else {
            self.run_next(app, path, is_behind);
            return;
        };
        self.clear(app, cell);
        let since_ms = js_sys::Date::now();
        let call = app.engine.call(Request::RunCell {
            notebook: path.clone(),
            cell: id,
            source: cell.source.get_untracked(),
            settle: is_behind,
        });
        cell.run.set(Run::Running {
            request: call.id,
            since_ms,
        });
        spawn_local(async move {
            let result = call.await.map(|answer| answer.reply);
            let at_ms = js_sys::Date::now();
            let ms = at_ms - since_ms;
            let goes_on = match result {
                Ok(Reply::Text { text }) => {
                    self.show_output(cell, Output::Text(format!("Notebook exited: {text}\n")));
                    cell.run.set(Run::Done { ms, at_ms });
                    false
                }
                Ok(_) => {
                    cell.run.set(Run::Done { ms, at_ms });
                    true
                }
                Err(error) => {
                    cell.run.set(Run::Failed { error, ms });
                    false
                }
            };
            if !goes_on {
                self.drop_queue(&path);
            }
            self.run_next(app, path, true);
        });
    }

    pub(super) fn drop_queue(self, path: &str) {
        self.queue
            .update_value(|queue| queue.retain(|(of, _)| of != path));
        for cell in self.cells_of(path) {
            if cell.run.with_untracked(|run| *run == Run::Queued) {
                cell.run.set(Run::Never);
            }
        }
    }

    /// Ends what runs and what waits in the open notebook.
    pub fn stop(self, app: App) {
        self.drop_queue(&self.path.get_untracked());
        if let Some((_, request)) = self.running() {
            app.engine.cancel(request);
        }
    }

    /// Whether a cell runs or waits.
    pub fn is_running(self) -> bool {
        self.cells.with(|cells| {
            cells.iter().any(|cell| {
                cell.run
                    .with(|run| matches!(run, Run::Running { .. } | Run::Queued))
            })
        })
    }

    /// Forgets what a cell shows.
    pub fn clear(self, app: App, cell: CellState) {
        for output in cell.outputs.get_untracked() {
            if let Output::Table(table) = output {
                app.engine.close(table.handle);
                self.live
                    .update_value(|live| live.retain(|known| known.handle != table.handle));
            }
        }
        cell.outputs.set(Vec::new());
        cell.run.set(Run::Never);
    }

    fn show_output(self, cell: CellState, output: Output) {
        cell.outputs.update(|outputs| {
            match (outputs.last_mut(), output) {
                (Some(Output::Text(before)), Output::Text(more)) => add_printed(before, &more),
                (_, output) => outputs.push(output),
            };
        });
    }

    fn output_of(self, output: CellOutput) -> Output {
        match output {
            CellOutput::Text { text } => Output::Text(text),
            CellOutput::Html { html } => Output::Html(html),
            CellOutput::Table { relation, stream } => {
                let table = self.lasting(|| TableState {
                    handle: relation.handle,
                    changed: RwSignal::new((0, relation.row_count)),
                    relation: StoredValue::new(relation),
                    stream: RwSignal::new(stream.map(|run_id| LiveState {
                        run_id,
                        is_active: true,
                        batch_rows: 0.0,
                        rows_per_second: 0.0,
                        error: None,
                    })),
                });
                self.live.update_value(|live| live.push(table));
                Output::Table(table)
            }
        }
    }

    /// Shows what a cell showed before the engine began.
    pub(super) fn show_again(self, cell: CellState, shown: CellShown) {
        for output in shown.outputs {
            let output = self.output_of(output);
            self.show_output(cell, output);
        }
        cell.run.set(match shown.end {
            None => Run::Never,
            Some(CellEnd {
                error: Some(error),
                ms,
                ..
            }) => Run::Failed { error, ms },
            Some(CellEnd { ms, at_ms, .. }) => Run::Done { ms, at_ms },
        });
    }

    /// Takes up an event of a cell.
    pub fn take(self, event: Event) {
        match event {
            Event::Cell {
                notebook,
                cell,
                output,
            } => {
                let Some(cell) = self.cell_of_notebook(&notebook, cell) else {
                    return;
                };
                let output = self.output_of(output);
                self.show_output(cell, output);
            }
            Event::CellStream {
                handle,
                rows,
                is_active,
                batch_rows,
                rows_per_second,
                error,
            } => {
                let table = self
                    .live
                    .with_value(|live| live.iter().find(|table| table.handle == handle).copied());
                let Some(table) = table else { return };
                table.stream.update(|stream| {
                    if let Some(stream) = stream {
                        stream.is_active = is_active;
                        stream.batch_rows = batch_rows;
                        stream.rows_per_second = rows_per_second;
                        stream.error = error;
                    }
                });
                table
                    .changed
                    .update(|changed| *changed = (changed.0.wrapping_add(1), Some(rows)));
            }
            Event::Widgets { notebook, widgets }
                if self.path.with_untracked(|path| *path == notebook) =>
            {
                self.widgets.set(widgets);
            }
            _ => {}
        }
    }
}
