//! `WITH RECURSIVE`: rows made of the rows before, until there are no more.
//!
//! Source: Databricks SQL reference, "Common table expression (CTE)"; Catalyst's `UnionLoop`.

use std::sync::Arc;

use super::stream::concat;
use super::{ExecContext, ExecuteError, FrameStream, start};
use crate::sql::SqlError;
use crate::sql::plan::Plan;
use crate::types::{Frame, SchemaRef};

/// `spark.sql.cteRecursionLevelLimit`
const LEVELS: usize = 100;

/// `spark.sql.cteRecursionRowLimit`
const ROWS: usize = 1_000_000;

/// The anchor's rows, then those of each step. A step is one piece of work.
pub(super) fn recursive(
    anchor: FrameStream,
    step: Arc<Plan>,
    id: u32,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> FrameStream {
    Box::new(Recursive {
        anchor: Some(anchor),
        last: Vec::new(),
        level: 0,
        rows: 0,
        step,
        id,
        schema,
        ctx,
    })
}

struct Recursive {
    /// Until all of its rows are read.
    anchor: Option<FrameStream>,
    /// The rows that the next step begins with.
    last: Vec<Frame>,
    level: usize,
    rows: usize,
    step: Arc<Plan>,
    id: u32,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
}

impl Recursive {
    /// Keeps rows for the next step.
    fn keep(&mut self, frame: Frame) -> Result<Frame, SqlError> {
        let frame = frame.with_schema(self.schema.clone())?;
        self.rows += frame.height();
        if self.rows > ROWS {
            return Err(ExecuteError::RecursionRows { limit: ROWS }.into());
        }
        if frame.height() > 0 {
            self.last.push(frame.clone());
        }
        Ok(frame)
    }

    fn take_step(&mut self) -> Result<Frame, SqlError> {
        if self.level == LEVELS {
            return Err(ExecuteError::RecursionLevels { limit: LEVELS }.into());
        }
        self.level += 1;
        let before = concat(std::mem::take(&mut self.last))?;
        let plan = self.step.with_recursion(self.id, &before);
        let mut made = vec![Frame::empty(plan.schema())];
        for frame in start(&plan, &self.ctx, false)? {
            made.push(frame?);
        }
        self.keep(concat(made)?)
    }
}

impl Iterator for Recursive {
    type Item = Result<Frame, SqlError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(anchor) = &mut self.anchor {
            match anchor.next() {
                Some(Ok(frame)) => return Some(self.keep(frame)),
                Some(Err(error)) => return Some(Err(error)),
                None => self.anchor = None,
            }
        }
        (!self.last.is_empty()).then(|| self.take_step())
    }
}
