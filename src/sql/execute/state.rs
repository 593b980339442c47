//! What a streaming operator keeps between micro-batches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use polars_core::prelude::{IdxCa, IdxSize, NamedFrom, NewChunkedArray, PlSmallStr, Series};

use super::ExecuteError;
use super::keys::KeyRows;
use crate::sql::SqlError;
use crate::types::{DataType, Frame, SchemaRef, StructField, StructType, physical_type};

/// Which rows of its result a streaming query gives out.
///
/// Source: Structured Streaming Programming Guide, "Output Modes".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutputMode {
    /// Rows that will never change.
    #[default]
    Append,
    /// The whole result.
    Complete,
    /// The rows that this batch changed.
    Update,
}

/// State by stateful operator, at the version that the micro-batch started from.
///
/// Stateful operators of a plan (streaming aggregates, distincts, limits and joins of two
/// streams) are numbered from 0 bottom up, left to right, as Spark numbers its
/// `state/<operator>` directories.
///
/// An operator changes its tables and then reports, before it gives out its last row. The store
/// makes what changed durable when the batch commits; after a batch that failed or was cancelled
/// the state is read anew.
pub trait StateStore: Send + Sync {
    /// A table of an operator; those that keep several name them.
    ///
    /// # Errors
    /// If what is stored can't be read.
    fn table(&self, operator: usize, name: &'static str) -> Result<SharedTable, SqlError>;

    /// What the operator did in this batch.
    fn report(&self, operator: usize, report: OperatorReport);
}

/// What a stateful operator did in a batch, as `query.lastProgress` tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperatorReport {
    /// Spark's short name: `stateStoreSave`.
    pub name: &'static str,
    /// The number of the first operator at or below it.
    pub first: usize,
    pub rows_updated: u64,
    pub rows_removed: u64,
    /// Rows that came after the watermark.
    pub rows_dropped: u64,
    pub custom: Vec<(&'static str, u64)>,
}

/// A table that its store and its operator share.
#[derive(Clone, Default)]
pub struct SharedTable(Arc<Mutex<StateTable>>);

impl SharedTable {
    pub fn new(table: StateTable) -> Self {
        SharedTable(Arc::new(Mutex::new(table)))
    }

    pub fn lock(&self) -> MutexGuard<'_, StateTable> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows of state, found by their key and by the time at which they expire.
///
/// Everything costs what is touched, not what is there: rows lie in segments of falling size,
/// as in a log-structured tree, and a removed row's place is reused when its segment is half
/// empty.
#[derive(Default)]
pub struct StateTable {
    key_columns: usize,
    schema: SchemaRef,
    rows: HashMap<u64, Row>,
    by_key: HashMap<Arc<[u8]>, Ids>,
    by_expiry: BTreeSet<(i64, u64)>,
    segments: BTreeMap<u64, Segment>,
    next_segment: u64,
    next_id: u64,
    /// Rows put and removed since [`StateTable::take_changes`].
    put: BTreeSet<u64>,
    removed: BTreeSet<u64>,
}

struct Row {
    segment: u64,
    place: IdxSize,
    key: Arc<[u8]>,
    expiry: Option<i64>,
}

/// The rows of a key: mostly one, so that it takes no memory of its own.
enum Ids {
    One(u64),
    Many(Vec<u64>),
}

impl Ids {
    fn as_slice(&self) -> &[u64] {
        match self {
            Ids::One(id) => std::slice::from_ref(id),
            Ids::Many(ids) => ids,
        }
    }

    fn push(&mut self, id: u64) {
        match self {
            Ids::One(first) => *self = Ids::Many(vec![*first, id]),
            Ids::Many(ids) => ids.push(id),
        }
    }

    /// Takes one out. Gives whether others are left.
    fn remove(&mut self, id: u64) -> bool {
        match self {
            Ids::One(only) => *only != id,
            Ids::Many(ids) => {
                ids.retain(|other| *other != id);
                !ids.is_empty()
            }
        }
    }
}

struct Segment {
    frame: Frame,
    ids: Vec<u64>,
    live: usize,
}

/// Columns of a table's changes before the keys and the rest.
const OWN_COLUMNS: usize = 3;

impl StateTable {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes that the rows take, about.
    pub fn estimated_size(&self) -> usize {
        let segments = self.segments.values();
        segments.map(|s| s.frame.estimated_size()).sum()
    }

    /// Says what the rows' columns are: first those of the key.
    ///
    /// # Errors
    /// [`ExecuteError::StateSchema`] if the rows that are there have others.
    pub(super) fn set_schema(
        &mut self,
        key_columns: usize,
        schema: &SchemaRef,
    ) -> Result<(), SqlError> {
        if !self.segments.is_empty() {
            let types = |s: &StructType| -> Vec<DataType> {
                s.fields.iter().map(|f| f.data_type.clone()).collect()
            };
            if key_columns != self.key_columns || types(&self.schema) != types(schema) {
                return Err(ExecuteError::state_schema(
                    (self.key_columns, &self.schema),
                    (key_columns, schema),
                )
                .into());
            }
            for segment in self.segments.values_mut() {
                segment.frame = segment.frame.clone().with_schema(schema.clone())?;
            }
        }
        self.key_columns = key_columns;
        self.schema = schema.clone();
        Ok(())
    }

    /// The rows of a key, oldest first.
    pub(super) fn find(&self, key: &[u8]) -> &[u64] {
        self.by_key.get(key).map(Ids::as_slice).unwrap_or_default()
    }

    /// The columns of these rows, in their order.
    pub(super) fn rows(&self, ids: &[u64]) -> Result<Frame, SqlError> {
        let mut parts: BTreeMap<u64, (Vec<IdxSize>, Vec<IdxSize>)> = BTreeMap::new();
        for (position, id) in (0..).zip(ids) {
            if let Some(row) = self.rows.get(id) {
                let (places, positions) = parts.entry(row.segment).or_default();
                places.push(row.place);
                positions.push(position);
            }
        }
        let mut frames = vec![Frame::empty(self.schema.clone())];
        let mut order = vec![0; ids.len()];
        let mut taken: IdxSize = 0;
        for (segment, (places, positions)) in &parts {
            if let Some(segment) = self.segments.get(segment) {
                frames.push(take(&segment.frame, places)?);
            }
            for position in positions {
                if let Some(slot) = order.get_mut(*position as usize) {
                    *slot = taken;
                }
                taken += 1;
            }
        }
        let rows = concat(&self.schema, &frames)?;
        if parts.len() < 2 {
            return Ok(rows);
        }
        take(&rows, &order)
    }

    /// All rows.
    pub(super) fn all(&self) -> Result<Frame, SqlError> {
        self.rows(&self.ids())
    }

    /// All rows' numbers, oldest first.
    pub(super) fn ids(&self) -> Vec<u64> {
        let mut ids: Vec<u64> = self.rows.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// The rows that expire at or before `time`, by time.
    pub(super) fn expired(&self, time: i64) -> Vec<u64> {
        let expired = self.by_expiry.range(..=(time, u64::MAX));
        expired.map(|(_, id)| *id).collect()
    }

    /// Adds rows. `expiries` has the time of each at which it goes; `None` is never.
    pub(super) fn insert(
        &mut self,
        keys: &KeyRows,
        rows: &Frame,
        expiries: &[Option<i64>],
    ) -> Result<Vec<u64>, SqlError> {
        let ids: Vec<u64> = (self.next_id..).take(rows.height()).collect();
        self.put(&ids, keys, rows, expiries)?;
        Ok(ids)
    }

    /// Adds rows, each in place of the one of its key.
    pub(super) fn replace(
        &mut self,
        keys: &KeyRows,
        rows: &Frame,
        expiries: &[Option<i64>],
    ) -> Result<(), SqlError> {
        let mut next = self.next_id;
        let ids: Vec<u64> = (0..rows.height())
            .map(|row| match self.find(keys.get(row)).first() {
                Some(id) => *id,
                None => {
                    next += 1;
                    next - 1
                }
            })
            .collect();
        self.put(&ids, keys, rows, expiries)
    }

    /// Puts other columns in place of those of rows that are there.
    pub(super) fn set_rows(&mut self, ids: &[u64], rows: &Frame) -> Result<(), SqlError> {
        let columns = rows.columns().get(..self.key_columns).unwrap_or_default();
        let keys = KeyRows::encode(columns, rows.height())?;
        let expiries: Vec<Option<i64>> = ids
            .iter()
            .map(|id| self.rows.get(id).and_then(|row| row.expiry))
            .collect();
        self.put(ids, &keys, rows, &expiries)
    }

    fn put(
        &mut self,
        ids: &[u64],
        keys: &KeyRows,
        rows: &Frame,
        expiries: &[Option<i64>],
    ) -> Result<(), SqlError> {
        if rows.height() == 0 {
            return Ok(());
        }
        let number = self.next_segment;
        self.next_segment += 1;
        for (place, id) in ids.iter().enumerate() {
            let expiry = expiries.get(place).copied().flatten();
            let key = match self.rows.remove(id) {
                Some(old) => {
                    self.leave(&old, *id);
                    old.key
                }
                None => {
                    let key: Arc<[u8]> = keys.get(place).into();
                    match self.by_key.get_mut(&key) {
                        Some(ids) => ids.push(*id),
                        None => {
                            self.by_key.insert(key.clone(), Ids::One(*id));
                        }
                    }
                    key
                }
            };
            if let Some(expiry) = expiry {
                self.by_expiry.insert((expiry, *id));
            }
            let row = Row {
                segment: number,
                place: place as IdxSize,
                key,
                expiry,
            };
            self.rows.insert(*id, row);
            self.put.insert(*id);
            self.next_id = self.next_id.max(id + 1);
        }
        let segment = Segment {
            frame: concat(&self.schema, std::slice::from_ref(rows))?,
            live: ids.len(),
            ids: ids.to_vec(),
        };
        self.segments.insert(number, segment);
        self.tidy()
    }

    /// Removes rows.
    pub(super) fn remove(&mut self, ids: &[u64]) -> Result<(), SqlError> {
        for id in ids {
            let Some(row) = self.rows.remove(id) else {
                continue;
            };
            self.leave(&row, *id);
            let others = self.by_key.get_mut(&row.key).map(|ids| ids.remove(*id));
            if others == Some(false) {
                self.by_key.remove(&row.key);
            }
            self.put.remove(id);
            self.removed.insert(*id);
        }
        self.tidy()
    }

    /// A row leaves its place.
    fn leave(&mut self, row: &Row, id: u64) {
        if let Some(expiry) = row.expiry {
            self.by_expiry.remove(&(expiry, id));
        }
        if let Some(segment) = self.segments.get_mut(&row.segment) {
            segment.live -= 1;
        }
    }

    /// Makes one segment of the last two while they are of about one size, and lets go of
    /// places that are empty.
    fn tidy(&mut self) -> Result<(), SqlError> {
        let sparse: Vec<u64> = self
            .segments
            .iter()
            .filter(|(_, s)| s.live * 2 < s.ids.len() || s.live == 0)
            .map(|(number, _)| *number)
            .collect();
        for number in sparse {
            self.rewrite(&[number])?;
        }
        loop {
            let mut last = self.segments.iter().rev();
            let (Some((b, newer)), Some((a, older))) = (last.next(), last.next()) else {
                return Ok(());
            };
            if newer.live * 2 < older.live {
                return Ok(());
            }
            let both = [*a, *b];
            self.rewrite(&both)?;
        }
    }

    /// One segment of the rows that are left in these, where the first of them was.
    fn rewrite(&mut self, numbers: &[u64]) -> Result<(), SqlError> {
        let mut frames = Vec::new();
        let mut ids = Vec::new();
        for number in numbers {
            let Some(segment) = self.segments.remove(number) else {
                continue;
            };
            let mut places = Vec::with_capacity(segment.live);
            for (place, id) in (0..).zip(&segment.ids) {
                let row = self.rows.get(id);
                if row.is_some_and(|r| r.segment == *number && r.place == place) {
                    places.push(place);
                    ids.push(*id);
                }
            }
            frames.push(take(&segment.frame, &places)?);
        }
        let Some(number) = numbers.first().filter(|_| !ids.is_empty()) else {
            return Ok(());
        };
        let frame = concat(&self.schema, &frames)?;
        for (place, id) in (0..).zip(&ids) {
            if let Some(row) = self.rows.get_mut(id) {
                (row.segment, row.place) = (*number, place);
            }
        }
        let live = ids.len();
        self.segments.insert(*number, Segment { frame, ids, live });
        Ok(())
    }

    /// What changed since the last call, as [`StateTable::apply`] takes it.
    pub fn take_changes(&mut self) -> Result<Frame, SqlError> {
        let put: Vec<u64> = std::mem::take(&mut self.put).into_iter().collect();
        let removed: Vec<u64> = std::mem::take(&mut self.removed)
            .into_iter()
            .filter(|id| !self.rows.contains_key(id))
            .collect();
        self.changes(&put, &removed)
    }

    /// All rows, as [`StateTable::apply`] takes them.
    pub fn snapshot(&self) -> Result<Frame, SqlError> {
        self.changes(&self.ids(), &[])
    }

    fn changes(&self, put: &[u64], removed: &[u64]) -> Result<Frame, SqlError> {
        let height = put.len() + removed.len();
        let rows = self.rows(put)?;
        let number = |id: &u64| i64::try_from(*id).unwrap_or(i64::MAX);
        let ids: Vec<i64> = put.iter().chain(removed).map(number).collect();
        let gone: Vec<bool> = (0..height).map(|i| i >= put.len()).collect();
        let expiry = |id: &u64| self.rows.get(id).and_then(|row| row.expiry);
        let expiries: Vec<Option<i64>> = put.iter().chain(removed).map(expiry).collect();
        let mut columns = vec![
            Series::new("id".into(), ids),
            Series::new("removed".into(), gone),
            Series::new("expiry".into(), expiries),
        ];
        let mut fields = vec![
            StructField::new("id", DataType::Long),
            StructField::new("removed", DataType::Boolean),
            StructField::new("expiry", DataType::Long),
        ];
        let own = self.schema.fields.iter().zip(rows.columns());
        for (i, (field, column)) in own.enumerate() {
            // The query's own names may repeat.
            let name = match i.checked_sub(self.key_columns) {
                None => format!("key{i}"),
                Some(i) => format!("value{i}"),
            };
            let physical = physical_type(&field.data_type);
            let mut column = column.clone();
            if !removed.is_empty() {
                column.append(&Series::full_null(
                    PlSmallStr::EMPTY,
                    removed.len(),
                    &physical,
                ))?;
            }
            columns.push(column);
            fields.push(StructField::new(&name, field.data_type.clone()));
        }
        Ok(Frame::new(
            Arc::new(StructType::new(fields)),
            columns,
            height,
        )?)
    }

    /// Makes changes that were taken from a table like this.
    ///
    /// # Errors
    /// If they are none.
    pub fn apply(&mut self, changes: &Frame) -> Result<(), SqlError> {
        let not_changes = || ExecuteError::Internal {
            what: "A state file has other columns than state has",
        };
        let fields = changes.schema().fields.get(OWN_COLUMNS..);
        let fields = fields.ok_or_else(not_changes)?;
        let keys = fields.iter().take_while(|f| f.name.starts_with("key"));
        self.set_schema(keys.count(), &Arc::new(StructType::new(fields.to_vec())))?;
        let [ids, removed, expiries, columns @ ..] = changes.columns() else {
            return Err(not_changes().into());
        };
        let (ids, removed, expiries) = (ids.i64()?, removed.bool()?, expiries.i64()?);
        let id = |row: usize| ids.get(row).and_then(|id| u64::try_from(id).ok());
        let is_removed = |row: &usize| removed.get(*row) == Some(true);
        let (gone, put): (Vec<usize>, Vec<usize>) =
            (0..changes.height()).partition(|row| is_removed(row));
        self.remove(&gone.into_iter().filter_map(id).collect::<Vec<_>>())?;
        let rows = Frame::new(self.schema.clone(), columns.to_vec(), changes.height())?;
        let places: Vec<IdxSize> = put.iter().map(|row| *row as IdxSize).collect();
        let rows = take(&rows, &places)?;
        let key = rows.columns().get(..self.key_columns).unwrap_or_default();
        let key = KeyRows::encode(key, rows.height())?;
        let expiries: Vec<Option<i64>> = put.iter().map(|row| expiries.get(*row)).collect();
        let ids: Vec<u64> = put.into_iter().filter_map(id).collect();
        self.put(&ids, &key, &rows, &expiries)?;
        self.put.clear();
        self.removed.clear();
        Ok(())
    }
}

fn take(frame: &Frame, rows: &[IdxSize]) -> Result<Frame, SqlError> {
    let whole = rows.len() == frame.height() && (0..).zip(rows).all(|(i, row)| i == *row);
    if whole {
        return Ok(frame.clone());
    }
    Ok(frame.take(&IdxCa::from_slice(PlSmallStr::EMPTY, rows))?)
}

/// One frame, its columns in one piece: rows are picked from it at random.
fn concat(schema: &SchemaRef, frames: &[Frame]) -> Result<Frame, SqlError> {
    let frames: Vec<Frame> = frames.iter().filter(|f| f.height() > 0).cloned().collect();
    let Some(all) = Frame::concat(&frames)? else {
        return Ok(Frame::empty(schema.clone()));
    };
    let columns = all.columns().iter().map(|c| c.rechunk()).collect();
    Ok(Frame::new(schema.clone(), columns, all.height())?)
}
