//! `ORDER BY`.

use std::sync::Arc;

use polars_core::prelude::{IdxCa, IdxSize, NewChunkedArray, PlSmallStr, Series};

use super::evaluate::Scope;
use super::keys::encode_ordered;
use super::stream::{blocking, chunks, concat};
use super::{ExecContext, FrameStream};
use crate::sql::SqlError;
use crate::sql::plan::SortKey;
use crate::types::{Frame, SchemaRef};

/// Sorts all rows; rows with equal keys keep their order.
pub(super) fn sort(
    rows: FrameStream,
    keys: Vec<SortKey>,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> FrameStream {
    blocking(
        rows,
        schema.clone(),
        vec![Frame::empty(schema)],
        |frames: &mut Vec<Frame>, frame| {
            if frame.height() > 0 {
                frames.push(frame);
            }
            Ok(())
        },
        move |frames| {
            let frame = concat(frames)?;
            let order = order_of(&frame, &keys, &ctx)?;
            let mut start = 0;
            let take = std::iter::from_fn(move || {
                let end = order.len().min(start + super::CHUNK_ROWS);
                let part = order.get(start..end).filter(|p| !p.is_empty())?;
                start = end;
                Some(
                    frame
                        .take(&IdxCa::from_slice(PlSmallStr::EMPTY, part))
                        .map_err(SqlError::from),
                )
            });
            Ok(Box::new(take))
        },
    )
}

/// The positions of the rows in sorted order.
pub(super) fn order_of(
    frame: &Frame,
    keys: &[SortKey],
    ctx: &Arc<ExecContext>,
) -> Result<Vec<IdxSize>, SqlError> {
    let scope = Scope::new(frame, ctx);
    let columns = keys
        .iter()
        .map(|key| scope.evaluate_rows(&key.expr))
        .collect::<Result<Vec<Series>, _>>()?;
    let mut order: Vec<IdxSize> = (0..frame.height() as IdxSize).collect();
    if columns.is_empty() || order.is_empty() {
        return Ok(order);
    }
    let descending: Vec<bool> = keys.iter().map(|k| k.descending).collect();
    let nulls_last: Vec<bool> = keys.iter().map(|k| !k.nulls_first).collect();
    let encoded = encode_ordered(&columns, &descending, &nulls_last)?;
    order.sort_by(|a, b| encoded.value(*a as usize).cmp(encoded.value(*b as usize)));
    Ok(order)
}

/// Rows up to which [`top`] is worth its repeated sorting.
pub(super) const TOP: usize = 10_000;

/// The first `count` rows in order, keeping only that many as chunks come in.
pub(super) fn top(
    rows: FrameStream,
    keys: Vec<SortKey>,
    count: usize,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> FrameStream {
    let best = move |frames: Vec<Frame>, keys: &[SortKey], ctx: &Arc<ExecContext>| {
        let frame = concat(frames)?;
        let mut order = order_of(&frame, keys, ctx)?;
        order.truncate(count);
        Ok::<_, SqlError>(frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, order))?)
    };
    blocking(
        rows,
        schema.clone(),
        Frame::empty(schema),
        move |held: &mut Frame, frame| {
            if frame.height() > 0 && count > 0 {
                *held = best(vec![held.clone(), frame], &keys, &ctx)?;
            }
            Ok(())
        },
        |held| Ok(chunks(held)),
    )
}
