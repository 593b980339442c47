//! Where rows come from.

use std::sync::Arc;

use polars_core::prelude::{Int64Chunked, IntoSeries, PlSmallStr};

use super::stream::{self, chunks};
use super::{CHUNK_ROWS, ExecContext, ExecuteError, FrameStream, full_schema};
use crate::sql::SqlError;
use crate::sql::plan::{DeltaScan, FileScan, Plan};
use crate::types::{Frame, SchemaRef};

/// Rows at hand, under the plan's names.
pub(super) fn local(
    frame: Frame,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> Result<FrameStream, SqlError> {
    let frame = frame.with_schema(schema)?;
    Ok(stream::map(chunks(frame), move |frame| {
        ctx.metrics.add_rows_read(frame.height());
        Ok(frame)
    }))
}

/// `range(start, end, step)`, made as it is pulled.
pub(super) fn range(start: i64, end: i64, step: i64, schema: SchemaRef) -> FrameStream {
    let mut next = Some(start);
    let inside = move |id: i64| if step > 0 { id < end } else { id > end };
    Box::new(std::iter::from_fn(move || {
        let mut ids = Vec::new();
        while let Some(id) = next
            && step != 0
            && inside(id)
            && ids.len() < CHUNK_ROWS
        {
            ids.push(id);
            next = id.checked_add(step);
        }
        if ids.is_empty() {
            return None;
        }
        let rows = ids.len();
        let column = Int64Chunked::from_vec(PlSmallStr::EMPTY, ids).into_series();
        Some(Frame::new(schema.clone(), vec![column], rows).map_err(SqlError::from))
    }))
}

pub(super) fn files(
    scan: FileScan,
    plan: &Plan,
    ctx: Arc<ExecContext>,
) -> Result<FrameStream, SqlError> {
    let _ = (scan, full_schema(plan), ctx);
    Err(ExecuteError::Internal {
        what: "Files can't be scanned yet",
    }
    .into())
}

pub(super) fn delta(
    scan: DeltaScan,
    plan: &Plan,
    ctx: Arc<ExecContext>,
) -> Result<FrameStream, SqlError> {
    let _ = (scan, full_schema(plan), ctx);
    Err(ExecuteError::Internal {
        what: "Delta tables can't be scanned yet",
    }
    .into())
}
