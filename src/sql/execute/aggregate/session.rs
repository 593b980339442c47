//! Sessions: windows of one key that touch become one.
//!
//! Rows are grouped by windows of their own first, each as long as the gap; then the groups are
//! merged whose windows touch. So it doesn't matter in how many pieces rows come.
//!
//! Source: Spark's `MergingSessionsIterator`.

use std::collections::BTreeMap;

use polars_core::prelude::Int64Chunked;

use super::super::ExecuteError;
use super::super::keys::KeyRows;
use super::Aggregator;
use crate::sql::SqlError;
use crate::sql::functions::windows;
use crate::sql::plan::{Expr, ExprKind};
use crate::types::{DataType, Frame};

/// Which of the keys is a `session_window`.
pub(super) fn session_key(keys: &[Expr]) -> Option<usize> {
    keys.iter().position(|key| {
        matches!(&key.kind, ExprKind::Call { function, .. } if function.name == "session_window")
    })
}

impl Aggregator {
    /// The same groups, where those of one session are one group.
    pub(super) fn sessions(self) -> Result<Self, SqlError> {
        let Some(session) = session_key(&self.keys) else {
            return Ok(self);
        };
        let mut merged = self.fresh()?;
        merged.merge(&with_sessions(&self.buffers()?, self.keys.len(), session)?)?;
        Ok(merged)
    }
}

/// Groups with the window of their session in place of their own. `buffers` has `keys` columns
/// of keys first, the windows at `session`.
pub(super) fn with_sessions(
    buffers: &Frame,
    keys: usize,
    session: usize,
) -> Result<Frame, SqlError> {
    let no_window = || ExecuteError::Internal {
        what: "A session has no window",
    };
    let column = buffers.column(session).ok_or_else(no_window)?;
    let parts = column.struct_()?;
    let (starts, ends) = (parts.field_by_name("start")?, parts.field_by_name("end")?);
    let (starts, ends) = (starts.to_physical_repr(), ends.to_physical_repr());
    let (starts, ends) = (starts.i64()?, ends.i64()?);
    let others: Vec<_> = (0..keys)
        .filter(|i| *i != session)
        .filter_map(|i| buffers.column(i).cloned())
        .collect();
    let others = KeyRows::encode(&others, buffers.height())?;
    let mut by_key: BTreeMap<&[u8], Vec<(i64, i64, usize)>> = BTreeMap::new();
    for (row, (start, end)) in starts.iter().zip(ends).enumerate() {
        if let (Some(start), Some(end)) = (start, end) {
            let windows = by_key.entry(others.get(row)).or_default();
            windows.push((start, end, row));
        }
    }
    let mut sessions: Vec<(Option<i64>, Option<i64>)> = vec![(None, None); buffers.height()];
    for windows in by_key.values_mut() {
        windows.sort_unstable();
        let mut rest = windows.as_slice();
        while let Some((first, _)) = rest.split_first() {
            let mut end = first.1;
            let mut length = 0;
            for (start, own_end, _) in rest {
                if *start > end {
                    break;
                }
                end = end.max(*own_end);
                length += 1;
            }
            let (session, after) = rest.split_at(length);
            for (_, _, row) in session {
                if let Some(slot) = sessions.get_mut(*row) {
                    *slot = (Some(first.0), Some(end));
                }
            }
            rest = after;
        }
    }
    let time = match buffers.schema().fields.get(session).map(|f| &f.data_type) {
        Some(DataType::Struct(fields)) => fields.field("start").map(|f| f.data_type.clone()),
        _ => None,
    };
    let starts: Int64Chunked = sessions.iter().map(|(start, _)| *start).collect();
    let ends: Int64Chunked = sessions.iter().map(|(_, end)| *end).collect();
    let mut columns = buffers.columns().to_vec();
    if let Some(slot) = columns.get_mut(session) {
        *slot = windows(starts, ends, &time.ok_or_else(no_window)?)?;
    }
    Ok(Frame::new(
        buffers.schema().clone(),
        columns,
        buffers.height(),
    )?)
}
