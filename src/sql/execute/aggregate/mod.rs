//! `GROUP BY`: groups in a hash table, an accumulator for each aggregate.
//!
//! An accumulator's buffers are columns with a row a group; they can be merged into another
//! aggregator's, so that a group is computed in parts and kept as streaming state. The same
//! [`Aggregator`] serves batch queries, micro-batches and window functions.

mod accumulator;
mod bits;
mod collect;
mod decimal;
mod distinct;
mod listagg;
mod numeric;
mod pick;
mod session;
mod stateful;
mod statistics;

pub(super) use accumulator::{Accumulator, accumulator};
pub(super) use stateful::stateful;

use std::sync::Arc;

use polars_core::prelude::{BooleanChunked, IdxCa, IdxSize, PlSmallStr, Series};

use super::evaluate::Scope;
use super::keys::{KeyRows, KeyTable};
use super::stream::chunks;
use super::{ExecContext, ExecuteError, FrameStream};
use crate::sql::SqlError;
use crate::sql::functions::{AggregateKind, FunctionKind};
use crate::sql::plan::{AggregateCall, Expr, ExprKind};
use crate::types::{Frame, SchemaRef, StructField, StructType, physical_type};

/// Groups and their accumulators.
pub struct Aggregator {
    keys: Vec<Expr>,
    calls: Vec<AggregateCall>,
    accumulators: Vec<Box<dyn Accumulator>>,
    table: KeyTable,
    /// The groups' keys, in the order in which groups came.
    key_columns: Vec<Series>,
    /// Keys, then results.
    schema: SchemaRef,
    buffer_schema: SchemaRef,
    ctx: Arc<ExecContext>,
}

impl Aggregator {
    /// No groups yet. `schema` has the keys' fields, then the calls'.
    ///
    /// # Errors
    /// [`ExecuteError::Unsupported`] for a call that can't be computed.
    pub fn new(
        keys: Vec<Expr>,
        calls: Vec<AggregateCall>,
        schema: &SchemaRef,
        ctx: &Arc<ExecContext>,
    ) -> Result<Self, SqlError> {
        let mut calls = calls;
        for call in &mut calls {
            // `count(*)` is `count(1)`: a constant needs no column.
            let kind = &call.function.kind;
            let counts = matches!(kind, FunctionKind::Aggregate(AggregateKind::Count));
            if counts && !call.distinct {
                call.args
                    .retain(|arg| arg.nullable || !matches!(arg.kind, ExprKind::Literal(_)));
            }
        }
        let accumulators = calls
            .iter()
            .map(accumulator)
            .collect::<Result<Vec<_>, _>>()?;
        let mut fields: Vec<StructField> = schema.fields.iter().take(keys.len()).cloned().collect();
        for (i, accumulator) in accumulators.iter().enumerate() {
            for (j, data_type) in accumulator.buffer_types().into_iter().enumerate() {
                fields.push(StructField::new(format!("buffer_{i}_{j}"), data_type));
            }
        }
        let key_columns = keys
            .iter()
            .map(|k| Series::new_empty(PlSmallStr::EMPTY, &physical_type(&k.data_type)))
            .collect();
        let mut aggregator = Aggregator {
            keys,
            calls,
            accumulators,
            table: KeyTable::default(),
            key_columns,
            schema: schema.clone(),
            buffer_schema: Arc::new(StructType::new(fields)),
            ctx: ctx.clone(),
        };
        if aggregator.keys.is_empty() {
            // A global aggregate has its one group even without input.
            aggregator.groups(&[], 1)?;
        }
        Ok(aggregator)
    }

    /// Takes in the rows of a chunk.
    ///
    /// # Errors
    /// What the keys' and arguments' evaluation says; overflow in ANSI mode.
    pub fn update(&mut self, frame: &Frame) -> Result<(), SqlError> {
        if frame.height() == 0 {
            return Ok(());
        }
        let ctx = self.ctx.clone();
        let scope = Scope::new(frame, &ctx);
        let keys = self
            .keys
            .iter()
            .map(|key| scope.evaluate_rows(key))
            .collect::<Result<Vec<_>, _>>()?;
        let groups = self.groups(&keys, frame.height())?;
        for (call, accumulator) in self.calls.iter().zip(&mut self.accumulators) {
            let mask = match &call.filter {
                Some(filter) => Some(scope.matches(filter)?),
                None => None,
            };
            let kept;
            let scope = match &mask {
                // A filtered-out row's arguments aren't evaluated: they may fail.
                Some(mask) => {
                    kept = frame.filter(mask)?;
                    &Scope::new(&kept, &ctx)
                }
                None => &scope,
            };
            let args = call
                .args
                .iter()
                .map(|arg| scope.evaluate_rows(arg))
                .collect::<Result<Vec<_>, _>>()?;
            match &mask {
                Some(mask) => accumulator.update(&filtered(&groups, mask), &args)?,
                None => accumulator.update(&groups, &args)?,
            }
        }
        Ok(())
    }

    /// Takes in buffers that another aggregator of the same kind gave.
    ///
    /// # Errors
    /// If they don't have this aggregator's columns; overflow in ANSI mode.
    pub fn merge(&mut self, buffers: &Frame) -> Result<(), SqlError> {
        if buffers.columns().len() != self.buffer_schema.len() {
            return Err(ExecuteError::Internal {
                what: "The state of an aggregate has other columns than the query",
            }
            .into());
        }
        let (keys, mut rest) = buffers.columns().split_at(self.keys.len());
        let groups = self.groups(keys, buffers.height())?;
        for accumulator in &mut self.accumulators {
            let (own, others) = rest.split_at(accumulator.buffer_types().len());
            accumulator.merge(&groups, own)?;
            rest = others;
        }
        Ok(())
    }

    /// The number of groups.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The groups' keys and buffers.
    pub fn buffers(&self) -> Result<Frame, SqlError> {
        let mut columns = self.key_columns.clone();
        for accumulator in &self.accumulators {
            columns.extend(accumulator.buffers()?);
        }
        Ok(Frame::new(self.buffer_schema.clone(), columns, self.len())?)
    }

    /// The groups' keys and results, groups in the order in which they came.
    ///
    /// # Errors
    /// Overflow of a result's type in ANSI mode.
    pub fn finish(&self) -> Result<Frame, SqlError> {
        let mut columns = self.key_columns.clone();
        for (call, accumulator) in self.calls.iter().zip(&self.accumulators) {
            let result = accumulator.finish()?;
            let physical = physical_type(&call.data_type);
            columns.push(if result.dtype() == &physical {
                result
            } else {
                result.cast(&physical)?
            });
        }
        Ok(Frame::new(self.schema.clone(), columns, self.len())?)
    }

    /// An aggregator of the same kind, without groups.
    fn fresh(&self) -> Result<Self, SqlError> {
        let (keys, calls) = (self.keys.clone(), self.calls.clone());
        Aggregator::new(keys, calls, &self.schema, &self.ctx)
    }

    /// The group of each row, made where it is new.
    fn groups(&mut self, keys: &[Series], rows: usize) -> Result<Vec<IdxSize>, SqlError> {
        let (groups, new) = self.table.insert(&KeyRows::encode(keys, rows)?);
        if !new.is_empty() {
            let new = IdxCa::from_vec(PlSmallStr::EMPTY, new);
            for (column, key) in self.key_columns.iter_mut().zip(keys) {
                column.append(&key.take(&new)?)?;
            }
            for accumulator in &mut self.accumulators {
                accumulator.resize(self.table.len());
            }
        }
        Ok(groups)
    }
}

fn filtered(groups: &[IdxSize], mask: &BooleanChunked) -> Vec<IdxSize> {
    groups
        .iter()
        .zip(mask)
        .filter(|(_, keep)| *keep == Some(true))
        .map(|(group, _)| *group)
        .collect()
}

/// The aggregate operator over all of its input.
pub(super) fn aggregate(rows: FrameStream, aggregator: Aggregator) -> FrameStream {
    let schema = aggregator.schema.clone();
    super::stream::blocking(
        rows,
        schema,
        aggregator,
        |aggregator: &mut Aggregator, frame| aggregator.update(&frame),
        |aggregator| Ok(chunks(aggregator.sessions()?.finish()?)),
    )
}
