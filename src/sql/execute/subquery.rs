//! Subqueries in expressions: each runs once a run.

use std::sync::{Arc, Mutex, PoisonError};

use polars_core::prelude::{BooleanChunked, IntoSeries, PlSmallStr, Series};

use super::keys::{KeyRows, KeyTable, NO_KEY, non_null_rows};
use super::{ExecContext, ExecuteError, collect};
use crate::sql::SqlError;
use crate::sql::plan::{Expr, ExprKind, Plan};
use crate::types::{DataType, Frame, physical_type};

/// Results by plan. The plans are kept, so that an address stays one plan's.
#[derive(Default)]
pub struct SubqueryCache(Mutex<Vec<(Arc<Plan>, Frame)>>);

impl SubqueryCache {
    /// The rows of `plan`: from the cache, else run now.
    pub(super) fn result(
        &self,
        plan: &Arc<Plan>,
        ctx: &Arc<ExecContext>,
    ) -> Result<Frame, SqlError> {
        if let Some(frame) = self.get(plan) {
            return Ok(frame);
        }
        let frame = collect(plan, ctx, None)?;
        self.put(plan.clone(), frame.clone());
        Ok(frame)
    }

    pub(super) fn get(&self, plan: &Arc<Plan>) -> Option<Frame> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached
            .iter()
            .find(|(p, _)| Arc::ptr_eq(p, plan))
            .map(|(_, frame)| frame.clone())
    }

    pub(super) fn put(&self, plan: Arc<Plan>, frame: Frame) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.push((plan, frame));
    }
}

/// The subqueries in the expressions of `plan`'s nodes, not those inside of other subqueries.
pub(super) fn subqueries(plan: &Plan, out: &mut Vec<Arc<Plan>>) {
    for expr in plan.expressions() {
        in_expression(expr, out);
    }
    for input in plan.inputs() {
        subqueries(input, out);
    }
}

fn in_expression(expr: &Expr, out: &mut Vec<Arc<Plan>>) {
    match &expr.kind {
        ExprKind::ScalarSubquery(plan)
        | ExprKind::Exists { plan, .. }
        | ExprKind::InSubquery { plan, .. }
            if !out.iter().any(|p| Arc::ptr_eq(p, plan)) =>
        {
            out.push(plan.clone());
        }
        _ => {}
    }
    for child in expr.children() {
        in_expression(child, out);
    }
}

/// The one value of a scalar subquery; NULL for no row.
pub(super) fn scalar(frame: &Frame, data_type: &DataType) -> Result<Series, SqlError> {
    match (frame.height(), frame.column(0)) {
        (1, Some(column)) => Ok(column.clone()),
        (0, _) | (_, None) => Ok(Series::full_null(
            PlSmallStr::EMPTY,
            1,
            &physical_type(data_type),
        )),
        _ => Err(ExecuteError::ScalarSubqueryTooManyRows.into()),
    }
}

/// `value IN (rows)`: NULL where it can't be known because of a NULL on either side.
pub(super) fn is_in(value: &Series, rows: &Frame, negated: bool) -> Result<Series, SqlError> {
    let Some(column) = rows.column(0).filter(|c| !c.is_empty()) else {
        let answer: BooleanChunked = (0..value.len()).map(|_| Some(negated)).collect();
        return Ok(answer.into_series());
    };
    let mut table = KeyTable::default();
    table.insert(&KeyRows::encode(
        &[column.drop_nulls()],
        column.len() - column.null_count(),
    )?);
    let has_null = column.null_count() > 0;
    let keys = KeyRows::encode(std::slice::from_ref(value), value.len())?;
    let valid = non_null_rows(std::slice::from_ref(value));
    let found = table.find(&keys, valid.as_ref());
    let answer: BooleanChunked = found
        .into_iter()
        .enumerate()
        .map(|(row, key)| {
            let is_null = valid.as_ref().is_some_and(|v| !v.get(row).unwrap_or(false));
            if is_null {
                None
            } else if key != NO_KEY {
                Some(!negated)
            } else if has_null {
                None
            } else {
                Some(negated)
            }
        })
        .collect();
    Ok(answer.into_series())
}
