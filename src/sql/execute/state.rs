//! What a streaming operator keeps between micro-batches.

use polars_core::prelude::{IdxCa, IdxSize};

use super::keys::{KeyRows, KeyTable, NO_KEY};
use crate::sql::SqlError;
use crate::types::Frame;

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
/// Stateful operators of a plan (streaming aggregates, distincts and limits) are numbered from 0
/// bottom up, left to right, as Spark numbers its `state/<operator>` directories.
///
/// Within one batch an operator loads once, before its first row, and saves once, after its last
/// one and before it gives out its result. The store makes what was saved durable when the batch
/// commits; a batch that fails or is cancelled leaves the version it started from.
pub trait StateStore: Send + Sync {
    /// All that the operator has saved in committed batches, one row a key; `None` if nothing.
    ///
    /// Columns are the key columns, then the buffers, as they were saved.
    fn load(&self, operator: usize) -> Result<Option<Frame>, SqlError>;

    /// Keeps what this batch changed.
    fn save(&self, operator: usize, change: StateChange) -> Result<(), SqlError>;
}

/// The keys that a batch touched, with their new buffers.
#[derive(Debug, Clone)]
pub struct StateChange {
    /// The first columns of `rows` that are the key; none for a global aggregate.
    pub key_columns: usize,
    /// New and replaced keys: the key columns, then the buffers. Each key once.
    pub rows: Frame,
}

impl StateChange {
    /// The rows of `before` with this change made to them.
    ///
    /// # Errors
    /// If the columns differ.
    pub fn apply_to(&self, before: &Frame) -> Result<Frame, SqlError> {
        let key = |frame: &Frame| {
            let columns = frame.columns().get(..self.key_columns).unwrap_or_default();
            KeyRows::encode(columns, frame.height())
        };
        let mut changed = KeyTable::default();
        changed.insert(&key(&self.rows)?);
        let kept: IdxCa = changed
            .find(&key(before)?, None)
            .into_iter()
            .enumerate()
            .filter(|(_, found)| *found == NO_KEY)
            .map(|(row, _)| Some(row as IdxSize))
            .collect();
        let kept = before
            .take(&kept)?
            .with_schema(self.rows.schema().clone())?;
        let both = Frame::concat(&[kept, self.rows.clone()])?;
        Ok(both.unwrap_or_else(|| self.rows.clone()))
    }
}
