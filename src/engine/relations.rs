//! Relations opened to their rows: pulled on demand, kept while they are open.

use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Tz;
use polars_core::prelude::{IdxCa, IdxSize};

use crate::protocol::{Cell, ColumnInfo, RelationKind, RelationView};
use crate::session::SessionError;
use crate::sql::execute::FrameStream;
use crate::types::{DataType, Frame, FrameError, SchemaRef, StructType, Value, values_from_series};

/// A relation that is open.
pub(super) struct Opened {
    /// Its rows' schema, once it is among the open ones.
    schema: SchemaRef,
    stream: Option<FrameStream>,
    frames: Vec<Frame>,
    pulled: usize,
    zone: Tz,
    /// Known before all rows were pulled: from a table's statistics.
    count: Option<u64>,
}

impl Opened {
    /// A relation whose rows `stream` gives, as timestamps of `zone`.
    pub fn new(stream: FrameStream, zone: Tz, count: Option<u64>) -> Self {
        Opened {
            schema: SchemaRef::default(),
            stream: Some(stream),
            frames: Vec::new(),
            pulled: 0,
            zone,
            count,
        }
    }

    /// A relation whose rows are at hand.
    pub fn of_frames(frames: Vec<Frame>, zone: Tz) -> Self {
        Opened {
            schema: SchemaRef::default(),
            stream: None,
            pulled: frames.iter().map(Frame::height).sum(),
            frames,
            zone,
            count: None,
        }
    }

    /// All rows, pulled before, in one frame; `None` if there are none.
    pub fn whole(&self) -> Result<Option<Frame>, FrameError> {
        Frame::concat(&self.frames)
    }

    /// The first of the rows that were pulled.
    pub fn head(&self, rows: usize) -> Result<Frame, FrameError> {
        let mut missing = rows;
        let mut parts = Vec::new();
        for frame in &self.frames {
            if missing == 0 {
                break;
            }
            let part = frame.slice(0, missing);
            missing -= part.height();
            parts.push(part);
        }
        let whole = Frame::concat(&parts)?;
        Ok(whole.unwrap_or_else(|| Frame::empty(self.schema.clone())))
    }

    /// The time zone that its timestamps show in.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Puts all rows, pulled before, in the order of a column; NULL first, as Spark sorts, and
    /// last where it descends.
    pub fn sort(&mut self, column: usize, descending: bool) -> Result<(), FrameError> {
        let Some(frame) = self.whole()? else {
            return Ok(());
        };
        let schema = frame.schema().clone();
        let (Some(series), Some(field)) = (frame.column(column), schema.fields.get(column)) else {
            return Ok(());
        };
        let values = values_from_series(series, &field.data_type)?;
        let mut order: Vec<(IdxSize, &Value)> = (0..).zip(&values).collect();
        order.sort_by(|(_, a), (_, b)| match descending {
            false => a.compare(b),
            true => b.compare(a),
        });
        let order = order.into_iter().map(|(i, _)| i).collect();
        self.frames = vec![frame.take(&IdxCa::from_vec("".into(), order))?];
        Ok(())
    }

    /// How many rows there are, if that is known.
    pub fn count(&self) -> Option<u64> {
        match self.stream {
            None => Some(self.pulled as u64),
            Some(_) => self.count,
        }
    }

    /// Rows pulled so far.
    pub fn pulled(&self) -> usize {
        self.pulled
    }

    /// Pulls one frame unless `rows` rows are there. Gives whether more has to be pulled.
    pub fn pull_up_to(&mut self, rows: usize) -> Result<bool, SessionError> {
        if self.pulled >= rows {
            return Ok(false);
        }
        let Some(stream) = &mut self.stream else {
            return Ok(false);
        };
        match stream.next().transpose()? {
            Some(frame) => {
                if frame.height() > 0 {
                    self.pulled += frame.height();
                    self.frames.push(frame);
                }
                Ok(self.pulled < rows)
            }
            None => {
                self.stream = None;
                Ok(false)
            }
        }
    }

    /// Rows that were pulled, as cells.
    pub fn rows(&self, offset: usize, limit: usize) -> Result<Vec<Vec<Cell>>, FrameError> {
        let (mut skip, mut missing) = (offset, limit);
        let mut rows = Vec::new();
        for frame in &self.frames {
            if skip >= frame.height() {
                skip -= frame.height();
                continue;
            }
            let part = frame.slice(skip, missing);
            skip = 0;
            missing -= part.height();
            cells(&part, self.zone, &mut rows)?;
            if missing == 0 {
                break;
            }
        }
        Ok(rows)
    }
}

fn cells(frame: &Frame, zone: Tz, rows: &mut Vec<Vec<Cell>>) -> Result<(), FrameError> {
    for row in 0..frame.height() {
        let mut cells = Vec::with_capacity(frame.columns().len());
        for (field, column) in frame.schema().fields.iter().zip(frame.columns()) {
            let value = Value::from_series(column, row, &field.data_type)?;
            cells.push(cell(&value, &field.data_type, zone));
        }
        rows.push(cells);
    }
    Ok(())
}

fn cell(value: &Value, data_type: &DataType, zone: Tz) -> Cell {
    if value.is_null() {
        return Cell::Null;
    }
    if data_type.is_atomic() {
        return Cell::Text(value.show(data_type, zone));
    }
    let mut json = String::new();
    value.push_json(data_type, zone, &mut json);
    Cell::Nested(json)
}

/// The relations that are open, by handle.
#[derive(Default)]
pub(super) struct Relations {
    open: HashMap<u32, Opened>,
    last_handle: u32,
}

impl Relations {
    /// Keeps a relation and describes it.
    pub fn open(
        &mut self,
        name: String,
        kind: RelationKind,
        schema: &StructType,
        versions: Option<(u32, u32)>,
        mut opened: Opened,
    ) -> RelationView {
        opened.schema = Arc::new(schema.clone());
        self.last_handle += 1;
        let view = RelationView {
            handle: self.last_handle,
            name,
            kind,
            columns: columns(schema),
            schema_tree: schema.tree_string(),
            row_count: opened.count().map(|n| n as f64),
            versions,
        };
        self.open.insert(self.last_handle, opened);
        view
    }

    pub fn get_mut(&mut self, handle: u32) -> Option<&mut Opened> {
        self.open.get_mut(&handle)
    }

    pub fn close(&mut self, handle: u32) {
        self.open.remove(&handle);
    }
}

/// A schema as a grid's header shows it.
pub(super) fn columns(schema: &StructType) -> Vec<ColumnInfo> {
    schema
        .fields
        .iter()
        .map(|f| ColumnInfo {
            name: f.name.clone(),
            data_type: f.data_type.simple_string(),
            nullable: f.nullable,
            is_numeric: f.data_type.is_numeric(),
        })
        .collect()
}
