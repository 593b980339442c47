//! `DISTINCT`, `INTERSECT`, `EXCEPT`.

use std::sync::Arc;

use polars_core::prelude::{IdxCa, IdxSize, PlSmallStr, Series};

use super::keys::{KeyRows, KeyTable, NO_KEY};
use super::stream::{blocking, select};
use super::{ExecContext, FrameStream, StateChange};
use crate::sql::SqlError;
use crate::sql::plan::SetOperationKind;
use crate::types::{Frame, SchemaRef, StructType};

/// The first row of each key; the key is the columns at `on`, or all.
///
/// In a micro-batch the keys of earlier batches are loaded first, and new ones saved after the
/// last row: `dropDuplicates` over a stream.
pub(super) fn distinct(
    rows: FrameStream,
    on: Option<Vec<usize>>,
    operator: Option<usize>,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> FrameStream {
    let on = on.unwrap_or_else(|| (0..schema.len()).collect());
    let key_schema = Arc::new(StructType::new(
        on.iter()
            .filter_map(|i| schema.fields.get(*i).cloned())
            .collect(),
    ));
    Box::new(Distinct {
        rows,
        on,
        key_schema,
        table: KeyTable::default(),
        operator,
        started: false,
        added: Vec::new(),
        schema,
        ctx,
    })
}

struct Distinct {
    rows: FrameStream,
    on: Vec<usize>,
    key_schema: SchemaRef,
    table: KeyTable,
    operator: Option<usize>,
    started: bool,
    /// The keys that this batch brought, if they are to be saved.
    added: Vec<Frame>,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
}

impl Distinct {
    fn start(&mut self) -> Result<(), SqlError> {
        self.started = true;
        if let (Some(operator), Some(state)) = (self.operator, &self.ctx.state)
            && let Some(keys) = state.load(operator)?
        {
            self.table
                .insert(&KeyRows::encode(keys.columns(), keys.height())?);
        }
        Ok(())
    }

    fn pass(&mut self, frame: &Frame) -> Result<Frame, SqlError> {
        let keys: Vec<Series> = self
            .on
            .iter()
            .filter_map(|i| frame.column(*i).cloned())
            .collect();
        let (_, new) = self.table.insert(&KeyRows::encode(&keys, frame.height())?);
        let fresh = if new.len() == frame.height() {
            frame.clone()
        } else {
            frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, new))?
        };
        if self.operator.is_some() && fresh.height() > 0 {
            self.added.push(select(&fresh, &self.on, &self.key_schema)?);
        }
        Ok(fresh)
    }

    fn save(&mut self) -> Result<(), SqlError> {
        if let (Some(operator), Some(state)) = (self.operator.take(), &self.ctx.state) {
            let rows = Frame::concat(&std::mem::take(&mut self.added))?
                .unwrap_or_else(|| Frame::empty(self.key_schema.clone()));
            let key_columns = self.on.len();
            state.save(operator, StateChange { key_columns, rows })?;
        }
        Ok(())
    }
}

impl Iterator for Distinct {
    type Item = Result<Frame, SqlError>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.started {
            let started = self.start();
            return Some(started.map(|()| Frame::empty(self.schema.clone())));
        }
        match self.rows.next() {
            Some(Ok(frame)) => Some(self.pass(&frame)),
            Some(Err(error)) => Some(Err(error)),
            None => match self.save() {
                Ok(()) => None,
                Err(error) => Some(Err(error)),
            },
        }
    }
}

/// Rows of the left side that are (`INTERSECT`) or aren't (`EXCEPT`) on the right one; each
/// once, or with `all` as often as counting both sides leaves it. NULL equals NULL.
pub(super) fn operation(
    (left, right): (FrameStream, FrameStream),
    kind: SetOperationKind,
    all: bool,
    schema: SchemaRef,
) -> FrameStream {
    #[derive(Default)]
    struct Right {
        table: KeyTable,
        counts: Vec<u64>,
    }
    let out = schema.clone();
    blocking(
        right,
        schema,
        Right::default(),
        |state: &mut Right, frame| {
            let keys = KeyRows::encode(frame.columns(), frame.height())?;
            let (ids, _) = state.table.insert(&keys);
            state.counts.resize(state.table.len(), 0);
            for id in ids {
                if let Some(count) = state.counts.get_mut(id as usize) {
                    *count += 1;
                }
            }
            Ok(())
        },
        move |mut right| {
            let mut given = KeyTable::default();
            Ok(super::stream::map(left, move |frame| {
                let keys = KeyRows::encode(frame.columns(), frame.height())?;
                let ids = right.table.find(&keys, None);
                let fresh = if all {
                    None
                } else {
                    let (_, new) = given.insert(&keys);
                    let mut fresh = vec![false; frame.height()];
                    for row in new {
                        if let Some(slot) = fresh.get_mut(row as usize) {
                            *slot = true;
                        }
                    }
                    Some(fresh)
                };
                let mut rows: Vec<IdxSize> = Vec::new();
                for (row, id) in ids.into_iter().enumerate() {
                    let keep = match &fresh {
                        Some(fresh) => {
                            let there = id != NO_KEY;
                            fresh.get(row).copied().unwrap_or(false)
                                && there == (kind == SetOperationKind::Intersect)
                        }
                        None => {
                            let count = right.counts.get_mut(id as usize).filter(|c| **c > 0);
                            let counted = count.map(|c| *c -= 1).is_some();
                            counted == (kind == SetOperationKind::Intersect)
                        }
                    };
                    if keep {
                        rows.push(row as IdxSize);
                    }
                }
                let frame = frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, rows))?;
                Ok(frame.with_schema(out.clone())?)
            }))
        },
    )
}
