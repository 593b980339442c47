//! `DISTINCT`, `INTERSECT`, `EXCEPT`.

use std::sync::Arc;

use polars_core::prelude::{IdxCa, IdxSize, PlSmallStr, Series};

use super::FrameStream;
use super::keys::{KeyRows, KeyTable, NO_KEY};
use super::state::OperatorReport;
use super::stream::{blocking, select, take_rows, to_end};
use super::watermark::{Expiry, Stateful};
use crate::sql::plan::SetOperationKind;
use crate::types::{Frame, SchemaRef, StructType};

/// The first row of each key; the key is the columns at `on`, or all.
pub(super) fn distinct(
    rows: FrameStream,
    on: Option<Vec<usize>>,
    schema: &SchemaRef,
) -> FrameStream {
    let on = on.unwrap_or_else(|| (0..schema.len()).collect());
    let mut table = KeyTable::default();
    super::stream::map(rows, move |frame| {
        let keys = columns(&frame, &on);
        let (_, new) = table.insert(&KeyRows::encode(&keys, frame.height())?);
        take_rows(&frame, new)
    })
}

fn columns(frame: &Frame, at: &[usize]) -> Vec<Series> {
    at.iter()
        .filter_map(|i| frame.column(*i).cloned())
        .collect()
}

/// How a stream drops duplicates.
pub(super) struct Deduplication {
    /// The key's columns.
    pub on: Vec<usize>,
    /// The column that says which rows are late.
    pub late: Option<Expiry>,
    /// Until when a key is remembered; `None` is for ever.
    pub expiry: Option<Expiry>,
    /// `dropDuplicatesWithinWatermark`.
    pub within_watermark: bool,
}

/// The first row of each key over all batches: `dropDuplicates` over a stream.
///
/// Source: Spark's `StreamingDeduplicateExec`, `StreamingDeduplicateWithinWatermarkExec`.
pub(super) fn deduplicate(
    rows: FrameStream,
    how: Deduplication,
    schema: &SchemaRef,
    operator: Stateful,
) -> FrameStream {
    let key_schema = Arc::new(StructType::new(
        how.on
            .iter()
            .filter_map(|i| schema.fields.get(*i).cloned())
            .collect(),
    ));
    let mut report = OperatorReport {
        name: match how.within_watermark {
            true => "dedupeWithinWatermark",
            false => "dedupe",
        },
        ..OperatorReport::default()
    };
    let mut duplicates = 0;
    to_end(rows, move |frame| {
        let shared = operator.table("")?;
        let mut table = shared.lock();
        table.set_schema(how.on.len(), &key_schema)?;
        let Some(mut frame) = frame else {
            let expired = match how.expiry {
                Some(_) => table.expired(operator.watermark_us),
                None => Vec::new(),
            };
            table.remove(&expired)?;
            report.rows_removed = expired.len() as u64;
            report.custom = vec![("numDroppedDuplicateRows", duplicates)];
            operator.report(std::mem::take(&mut report));
            return Ok(None);
        };
        if let Some(late) = &how.late {
            let all = frame.height();
            frame = take_rows(&frame, late.in_time(&frame, operator.late_us)?)?;
            report.rows_dropped += (all - frame.height()) as u64;
        }
        let keys = KeyRows::encode(&columns(&frame, &how.on), frame.height())?;
        let mut here = KeyTable::default();
        let (_, mut fresh) = here.insert(&keys);
        fresh.retain(|row| table.find(keys.get(*row as usize)).is_empty());
        duplicates += (frame.height() - fresh.len()) as u64;
        report.rows_updated += fresh.len() as u64;
        let fresh = take_rows(&frame, fresh)?;
        let expiries = match &how.expiry {
            Some(expiry) => expiry.times(&fresh)?,
            None => Vec::new(),
        };
        let state = select(&fresh, &how.on, &key_schema)?;
        let keys = KeyRows::encode(state.columns(), state.height())?;
        table.insert(&keys, &state, &expiries)?;
        Ok(Some(fresh))
    })
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
