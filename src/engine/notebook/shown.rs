//! What cells showed, kept with the workspace: it is there again when the notebook is opened after a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars_core::prelude::{NamedFrom, Series};
use serde::{Deserialize, Serialize};

use crate::engine::relations::Opened;
use crate::engine::{Engine, error};
use crate::formats::parquet::{ParquetReader, ParquetWriteOptions, ParquetWriter};
use crate::formats::{FileBytes, Options};
use crate::protocol::{Cell, CellEnd, CellOutput, CellShown, Event, RelationKind, add_printed};
use crate::session::SessionError;
use crate::sql::SqlError;
use crate::storage::{self, DbfsPath};
use crate::types::{DataType, Frame, SchemaRef, StructField, StructType};

/// Where it is kept, in the system directory.
const OUTPUTS: &str = "outputs";

/// Rows of a result that are kept.
const ROWS: usize = 1000;

/// What a notebook's cells showed, by their ids.
pub(in crate::engine) type ShownCells = BTreeMap<u32, Shown>;

/// What a cell showed, and how it ended.
#[derive(Clone, Default)]
pub(in crate::engine) struct Shown {
    outputs: Vec<Output>,
    end: Option<CellEnd>,
}

#[derive(Clone)]
enum Output {
    Text(String),
    Html(String),
    /// The first rows, and how many there were if that is known.
    Table(Frame, Option<f64>),
}

/// The same in a notebook's file: cells in their order, rows in files of their own.
#[derive(Serialize, Deserialize)]
struct KeptCell {
    outputs: Vec<KeptOutput>,
    end: Option<CellEnd>,
}

#[derive(Serialize, Deserialize)]
enum KeptOutput {
    Text(String),
    Html(String),
    Table {
        schema: StructType,
        /// Its name beside this file.
        file: String,
        total: Option<f64>,
    },
}

impl Shown {
    fn print(&mut self, text: &str) {
        match self.outputs.last_mut() {
            Some(Output::Text(before)) => add_printed(before, text),
            _ => self.outputs.push(Output::Text(text.to_owned())),
        }
    }
}

impl Engine {
    /// A cell begins: what it showed before is gone.
    pub(super) fn forget_shown(&mut self, notebook: &str, cell: u32) {
        if let Some(cells) = self.notebooks.shown.get_mut(notebook)
            && cells.remove(&cell).is_some()
        {
            self.notebooks.changed_shown.insert(notebook.to_owned());
        }
    }

    /// Notes what a cell shows. A stream's rows are not its result: they come from running it.
    pub(super) fn note_shown(&mut self, notebook: &str, cell: u32, output: &CellOutput) {
        if !self.is_of_notebook(notebook, cell) {
            return;
        }
        let kept = match output {
            CellOutput::Text { .. } => None,
            CellOutput::Html { html } => Some(Output::Html(html.clone())),
            CellOutput::Table {
                stream: Some(_), ..
            } => return,
            CellOutput::Table { relation, .. } => {
                let opened = self.relations.get_mut(relation.handle);
                // Rows that can't be put together weren't shown either.
                let Some(frame) = opened.and_then(|o| o.head(ROWS).ok()) else {
                    return;
                };
                Some(Output::Table(frame, relation.row_count))
            }
        };
        let cells = self.notebooks.shown.entry(notebook.to_owned()).or_default();
        let shown = cells.entry(cell).or_default();
        match (kept, output) {
            (Some(kept), _) => shown.outputs.push(kept),
            (None, CellOutput::Text { text }) => shown.print(text),
            (None, _) => {}
        }
    }

    /// A cell has ended, well or not.
    pub(in crate::engine) fn note_end(&mut self, notebook: &str, cell: u32, end: CellEnd) {
        if !self.is_of_notebook(notebook, cell) {
            return;
        }
        let cells = self.notebooks.shown.entry(notebook.to_owned()).or_default();
        cells.entry(cell).or_default().end = Some(end);
        self.notebooks.changed_shown.insert(notebook.to_owned());
    }

    /// Scripts run cells that no notebook has.
    fn is_of_notebook(&self, notebook: &str, cell: u32) -> bool {
        let ids = self.notebooks.ids.get(notebook);
        ids.is_some_and(|ids| ids.contains(&cell))
    }

    /// What the cells of a notebook showed before the engine began, each cell's once.
    pub(super) fn shown_before(&mut self, notebook: &str) -> Vec<CellShown> {
        self.take_up_shown(notebook);
        if !self.notebooks.is_unseen.remove(notebook) {
            return Vec::new();
        }
        let zone = self.session.state().conf.time_zone();
        let cells = self.notebooks.shown.get(notebook).cloned();
        cells
            .unwrap_or_default()
            .into_iter()
            .map(|(cell, shown)| {
                let outputs = shown.outputs.into_iter().map(|output| match output {
                    Output::Text(text) => CellOutput::Text { text },
                    Output::Html(html) => CellOutput::Html { html },
                    Output::Table(frame, total) => {
                        let schema = frame.schema().clone();
                        let mut relation = self.relations.open(
                            "Result".into(),
                            RelationKind::Result,
                            &schema,
                            None,
                            Opened::of_frames(vec![frame], zone),
                        );
                        relation.row_count = relation.row_count.or(total);
                        CellOutput::Table {
                            relation,
                            stream: None,
                        }
                    }
                });
                CellShown {
                    cell,
                    outputs: outputs.collect(),
                    end: shown.end,
                }
            })
            .collect()
    }

    /// What an earlier engine kept of a notebook, read when it is first wanted. Cells are numbered as an unopened
    /// notebook's are.
    fn read_shown(&self, notebook: &str) -> Result<ShownCells, SessionError> {
        let dir = directory_of(notebook)?;
        let kept = storage::read_kept(self.fs.as_ref(), &cells_of(notebook))?;
        let kept: Vec<KeptCell> = kept.unwrap_or_default();
        let mut cells = ShownCells::new();
        for (cell, kept) in (1..).zip(kept) {
            if kept.outputs.is_empty() && kept.end.is_none() {
                continue;
            }
            let outputs = kept.outputs.into_iter().filter_map(|output| match output {
                KeptOutput::Text(text) => Some(Output::Text(text)),
                KeptOutput::Html(html) => Some(Output::Html(html)),
                KeptOutput::Table {
                    schema,
                    file,
                    total,
                } => {
                    let frame = dir
                        .join(&file)
                        .ok()
                        .and_then(|file| self.table(&file, schema));
                    Some(Output::Table(frame?, total))
                }
            });
            let outputs = outputs.collect();
            let end = kept.end;
            cells.insert(cell, Shown { outputs, end });
        }
        Ok(cells)
    }

    /// Has what the cells of a notebook showed at hand, also if that is in its files alone.
    pub(super) fn take_up_shown(&mut self, notebook: &str) {
        if !self.notebooks.is_unseen.contains(notebook)
            || self.notebooks.shown.contains_key(notebook)
        {
            return;
        }
        match self.read_shown(notebook) {
            Ok(cells) => {
                self.notebooks.shown.insert(notebook.to_owned(), cells);
            }
            Err(error) => self.event(Event::Failed {
                query: None,
                error: error::info(&error),
            }),
        }
    }

    fn table(&self, file: &DbfsPath, schema: StructType) -> Option<Frame> {
        let kept = FileBytes::stored(&self.fs, file).ok()?;
        let stored = Arc::new(stored_schema(&schema));
        let reader = ParquetReader::open(kept, file).ok()?;
        let frames: Vec<Frame> = reader
            .read(stored.clone())
            .ok()?
            .collect::<Result<_, _>>()
            .ok()?;
        let whole = Frame::concat(&frames).ok()?;
        let whole = whole.unwrap_or_else(|| Frame::empty(stored));
        let (columns, height) = (whole.columns().to_vec(), whole.height());
        Frame::new(Arc::new(schema), columns, height).ok()
    }

    /// Writes down what changed: each notebook's cells in their order.
    pub(in crate::engine) fn keep_shown(&mut self) -> Result<(), SessionError> {
        while let Some(path) = self.notebooks.changed_shown.first().cloned() {
            let dir = directory_of(&path)?;
            let before = self.fs.list_from(&dir, "")?;
            let mut files = Vec::new();
            if self.notebooks.workspace.get(&path).is_some() {
                let ids = self.notebooks.ids.get(&path).cloned().unwrap_or_default();
                let shown = self.notebooks.shown.get(&path).cloned().unwrap_or_default();
                let mut kept = Vec::new();
                for id in ids {
                    let shown = shown.get(&id).cloned().unwrap_or_default();
                    let mut outputs = Vec::new();
                    for output in shown.outputs {
                        outputs.push(self.keep_output(&dir, output, &mut files)?);
                    }
                    let end = shown.end;
                    kept.push(KeptCell { outputs, end });
                }
                storage::keep(self.fs.as_ref(), &cells_of(&path), &kept)?;
                files.push(storage::kept_path(&cells_of(&path))?);
            }
            // Only now nothing speaks of them.
            for old in before.iter().filter(|old| !files.contains(&old.path)) {
                self.fs.delete(&old.path)?;
            }
            self.notebooks.changed_shown.remove(&path);
        }
        Ok(())
    }

    fn keep_output(
        &self,
        dir: &DbfsPath,
        output: Output,
        files: &mut Vec<DbfsPath>,
    ) -> Result<KeptOutput, SessionError> {
        Ok(match output {
            Output::Text(text) => KeptOutput::Text(text),
            Output::Html(html) => KeptOutput::Html(html),
            Output::Table(frame, total) => {
                let file = format!("{}.parquet", self.env.new_uuid());
                let frame = self.as_writable(frame)?;
                let schema = frame.schema().as_ref().clone();
                let path = dir.join(&file)?;
                if !schema.is_empty() {
                    let stored: SchemaRef = Arc::new(stored_schema(&schema));
                    let (columns, height) = (frame.columns().to_vec(), frame.height());
                    let stored_frame =
                        Frame::new(stored.clone(), columns, height).map_err(SqlError::from)?;
                    let options = ParquetWriteOptions::from_options(&Options::new())?;
                    let mut writer = ParquetWriter::new(&stored, &options)?;
                    writer.write(&stored_frame)?;
                    self.fs.put(&path, writer.finish()?)?;
                    files.push(path);
                }
                KeptOutput::Table {
                    schema,
                    file,
                    total,
                }
            }
        })
    }

    /// The rows in types that parquet has: each column as it is, or as it is shown.
    fn as_writable(&self, frame: Frame) -> Result<Frame, SessionError> {
        let options = ParquetWriteOptions::from_options(&Options::new())?;
        let is_writable = |field: &StructField| {
            let alone = stored_schema(&StructType::new(vec![field.clone()]));
            ParquetWriter::new(&Arc::new(alone), &options).is_ok()
        };
        let writable: Vec<bool> = frame.schema().fields.iter().map(is_writable).collect();
        if writable.iter().all(|writable| *writable) {
            return Ok(frame);
        }
        let zone = self.session.state().conf.time_zone();
        let (columns, height) = (frame.columns().to_vec(), frame.height());
        let mut fields = frame.schema().fields.clone();
        let opened = Opened::of_frames(vec![frame], zone);
        let rows = opened.rows(0, height).map_err(SqlError::from)?;
        let as_shown = |at: usize| {
            let texts = rows.iter().map(|row| match row.get(at) {
                Some(Cell::Text(text) | Cell::Nested(text)) => Some(text.as_str()),
                Some(Cell::Null) | None => None,
            });
            Series::new("".into(), texts.collect::<Vec<_>>())
        };
        let columns = columns.into_iter().zip(&writable).enumerate();
        let columns = columns.map(|(at, (column, writable))| match writable {
            true => column,
            false => as_shown(at),
        });
        let columns = columns.collect();
        for (field, writable) in fields.iter_mut().zip(&writable) {
            if !writable {
                *field = StructField::new(&field.name, DataType::String);
            }
        }
        let frame = Frame::new(Arc::new(StructType::new(fields)), columns, height);
        Ok(frame.map_err(SqlError::from)?)
    }
}

/// Columns by their places: a result may have two of one name.
fn stored_schema(schema: &StructType) -> StructType {
    let fields = schema.fields.iter().enumerate();
    let fields =
        fields.map(|(i, field)| StructField::new(format!("c{i}"), field.data_type.clone()));
    StructType::new(fields.collect())
}

fn directory_of(notebook: &str) -> Result<DbfsPath, SessionError> {
    Ok(storage::kept_path(&format!("{OUTPUTS}{notebook}"))?)
}

fn cells_of(notebook: &str) -> String {
    format!("{OUTPUTS}{notebook}/cells.json")
}
