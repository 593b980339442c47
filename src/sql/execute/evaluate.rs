//! Expressions over the rows of a chunk.
//!
//! A value of an expression is a column with one value a row, or with one value that stands for
//! all rows (literals and what is made of them). [`Scope::evaluate`] gives either,
//! [`Scope::evaluate_rows`] always the first.
//!
//! A `CASE` branch, and the right side of `AND` and `OR`, is evaluated only over the rows that
//! need it, so that an ANSI error comes only from a row for which Spark would compute the value.

use std::borrow::Cow;
use std::sync::Arc;

use polars_core::prelude::{
    BooleanChunked, ChunkFull, DataType as PolarsType, IdxCa, IdxSize, IntoSeries, NewChunkedArray,
    PlSmallStr, Series,
};

use super::ExecuteError;
use super::context::ExecContext;
use super::fallible::is_infallible;
use super::subquery;
use crate::sql::SqlError;
use crate::sql::functions::{self, Call, EvalContext, FunctionKind, Lambda};
use crate::sql::plan::{EvalMode, Expr, ExprKind, LambdaParameter};
use crate::sql::python::PythonUdf;
use crate::types::{
    DataType, Frame, SchemaRef, Value, physical_type, series_from_values, values_from_series,
};

/// The value of `expr` for each row of `frame`: as long as the frame.
///
/// # Errors
/// What the functions in it say; [`ExecuteError`] for its subqueries.
pub fn evaluate(expr: &Expr, frame: &Frame, ctx: &Arc<ExecContext>) -> Result<Series, SqlError> {
    Scope::new(frame, ctx).evaluate_rows(expr)
}

/// The rows that expressions are evaluated over.
pub(super) struct Scope<'a> {
    columns: Cow<'a, [Series]>,
    lambda: Vec<(u32, Series)>,
    context: EvalContext,
    exec: &'a Arc<ExecContext>,
}

impl<'a> Scope<'a> {
    pub fn new(frame: &'a Frame, exec: &'a Arc<ExecContext>) -> Self {
        let mut context = exec.eval_context(frame.height());
        if let Some(origin) = frame.origin() {
            context.input_file = origin.clone();
        }
        Scope {
            columns: Cow::Borrowed(frame.columns()),
            lambda: Vec::new(),
            context,
            exec,
        }
    }

    /// The same rows as chunk `chunk` of their operator, the first being row `offset`.
    pub fn at(mut self, chunk: u64, offset: u64) -> Self {
        self.context.seed = self.context.seed.wrapping_add(chunk);
        self.context.row_offset = offset;
        self
    }

    fn rows(&self) -> usize {
        self.context.rows
    }

    /// One value a row.
    pub fn evaluate_rows(&self, expr: &Expr) -> Result<Series, SqlError> {
        let value = self.evaluate(expr)?;
        broadcast(value, self.rows())
    }

    /// The rows for which `predicate` is true (not false, not null).
    pub fn matches(&self, predicate: &Expr) -> Result<BooleanChunked, SqlError> {
        is_true(&self.evaluate_rows(predicate)?)
    }

    /// Those of the rows at `among` (all if `None`) for which `predicate` is true; it isn't
    /// evaluated over others.
    pub fn matches_after(
        &self,
        predicate: &Expr,
        among: &Option<Vec<IdxSize>>,
    ) -> Result<Option<Vec<IdxSize>>, SqlError> {
        let all: Vec<IdxSize>;
        let among = match among {
            Some(among) => among,
            None => {
                all = (0..self.rows() as IdxSize).collect();
                &all
            }
        };
        let mask = self.rows_at(among, &[predicate]).matches(predicate)?;
        let kept = among.iter().zip(&mask);
        Ok(Some(
            kept.filter(|(_, keep)| *keep == Some(true))
                .map(|(row, _)| *row)
                .collect(),
        ))
    }

    /// One value a row, or one for all.
    pub fn evaluate(&self, expr: &Expr) -> Result<Series, SqlError> {
        match &expr.kind {
            ExprKind::Column { index, .. } => self.columns.get(*index).cloned().ok_or_else(|| {
                ExecuteError::Internal {
                    what: "A column's position is out of range",
                }
                .into()
            }),
            ExprKind::Literal(value) => literal(value, &expr.data_type),
            ExprKind::Cast { child, mode } => {
                let value = self.evaluate(child)?;
                self.cast(&value, &child.data_type, &expr.data_type, *mode)
            }
            ExprKind::Call {
                function,
                args,
                mode,
            } => self.call(expr, function, args, *mode),
            ExprKind::Udf { udf, args } => self.udf(udf, args),
            ExprKind::Case {
                branches,
                otherwise,
            } => self.case(expr, branches, otherwise.as_deref()),
            ExprKind::GetField { child, index } => get_field(&self.evaluate(child)?, *index),
            ExprKind::LambdaVariable(parameter) => self
                .lambda
                .iter()
                .find(|(id, _)| *id == parameter.id)
                .map(|(_, value)| value.clone())
                .ok_or_else(|| {
                    ExecuteError::Internal {
                        what: "A lambda variable has no value",
                    }
                    .into()
                }),
            ExprKind::Lambda { .. } => Err(ExecuteError::Internal {
                what: "A lambda stands where a value is needed",
            }
            .into()),
            ExprKind::ScalarSubquery(plan) => {
                let frame = self.exec.subqueries.result(plan, self.exec)?;
                subquery::scalar(&frame, &expr.data_type)
            }
            ExprKind::Exists { plan, negated } => {
                let frame = self.exec.subqueries.result(plan, self.exec)?;
                Ok(boolean((frame.height() > 0) != *negated))
            }
            ExprKind::InSubquery {
                value,
                plan,
                negated,
            } => {
                let frame = self.exec.subqueries.result(plan, self.exec)?;
                subquery::is_in(&self.evaluate(value)?, &frame, *negated)
            }
        }
    }

    fn cast(
        &self,
        value: &Series,
        from: &DataType,
        to: &DataType,
        mode: EvalMode,
    ) -> Result<Series, SqlError> {
        functions::cast::cast(value, from, to, mode, self.context.time_zone)
    }

    fn call(
        &self,
        expr: &Expr,
        function: &'static crate::sql::functions::Function,
        args: &[Expr],
        mode: EvalMode,
    ) -> Result<Series, SqlError> {
        if let (Some(skip), [left, right]) = (short_circuits(function.name), args)
            && !is_infallible(right)
        {
            return self.short_circuit(expr, function, left, right, mode, skip);
        }
        match &function.kind {
            FunctionKind::Scalar(eval) => {
                let values = args
                    .iter()
                    .map(|arg| self.evaluate(arg))
                    .collect::<Result<Vec<_>, _>>()?;
                let types: Vec<&DataType> = args.iter().map(|a| &a.data_type).collect();
                eval(&self.as_call(&values, &types, expr, mode))
            }
            FunctionKind::HigherOrder(higher_order) => {
                let mut values = Vec::new();
                let mut types = Vec::new();
                let mut lambdas = Vec::new();
                for arg in args {
                    if let ExprKind::Lambda { body, parameters } = &arg.kind {
                        lambdas.push(BoundLambda {
                            body,
                            parameters,
                            scope: self,
                        });
                    } else {
                        values.push(self.evaluate(arg)?);
                        types.push(&arg.data_type);
                    }
                }
                let lambdas: Vec<&dyn Lambda> = lambdas.iter().map(|l| l as &dyn Lambda).collect();
                (higher_order.eval)(&self.as_call(&values, &types, expr, mode), &lambdas)
            }
            FunctionKind::Aggregate(_)
            | FunctionKind::Generator(_)
            | FunctionKind::Window(_)
            | FunctionKind::Rewritten => Err(ExecuteError::Internal {
                what: "An aggregate, generator or window function stands in an expression",
            }
            .into()),
        }
    }

    fn udf(&self, udf: &PythonUdf, args: &[Expr]) -> Result<Series, SqlError> {
        let Some(python) = &self.exec.python.0 else {
            return Err(ExecuteError::NoPython {
                function: udf.name.clone(),
            }
            .into());
        };
        let types: Vec<&DataType> = args.iter().map(|a| &a.data_type).collect();
        let mut columns = Vec::with_capacity(args.len());
        for arg in args {
            let values = values_from_series(&self.evaluate_rows(arg)?, &arg.data_type)?;
            columns.push(values.into_iter());
        }
        let rows = (0..self.rows())
            .map(|_| {
                let row = columns.iter_mut().map(|c| c.next().unwrap_or(Value::Null));
                row.collect()
            })
            .collect();
        let values = python
            .call(udf, &types, rows)
            .map_err(|traceback| ExecuteError::PythonException { traceback })?;
        if values.len() != self.rows() {
            return Err(ExecuteError::Internal {
                what: "Python gave another number of values",
            }
            .into());
        }
        Ok(series_from_values(&udf.name, &values, &udf.return_type)?)
    }

    fn as_call<'b>(
        &'b self,
        args: &'b [Series],
        types: &'b [&'b DataType],
        expr: &'b Expr,
        mode: EvalMode,
    ) -> Call<'b> {
        Call {
            args,
            types,
            result: &expr.data_type,
            mode,
            context: &self.context,
        }
    }

    /// `AND` and `OR` whose right side could fail: it is computed only where the left side
    /// isn't `skip` already.
    fn short_circuit(
        &self,
        expr: &Expr,
        function: &'static crate::sql::functions::Function,
        left: &Expr,
        right: &Expr,
        mode: EvalMode,
        skip: bool,
    ) -> Result<Series, SqlError> {
        let FunctionKind::Scalar(eval) = &function.kind else {
            return Err(ExecuteError::Internal {
                what: "AND and OR are scalar functions",
            }
            .into());
        };
        let left_value = self.evaluate_rows(left)?;
        let left_true = left_value.bool()?;
        let wanted: Vec<IdxSize> = (0..self.rows() as IdxSize)
            .zip(left_true)
            .filter(|(_, value)| *value != Some(skip))
            .map(|(row, _)| row)
            .collect();
        let right_value = if wanted.len() == self.rows() {
            self.evaluate(right)?
        } else {
            let part = self.rows_at(&wanted, &[right]).evaluate_rows(right)?;
            scatter(self.rows(), &[(wanted, part)], &DataType::Boolean)?
        };
        let values = [left_value, right_value];
        let types = [&left.data_type, &right.data_type];
        eval(&self.as_call(&values, &types, expr, mode))
    }

    fn case(
        &self,
        expr: &Expr,
        branches: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Result<Series, SqlError> {
        let mut remaining: Vec<IdxSize> = (0..self.rows() as IdxSize).collect();
        let mut parts: Vec<(Vec<IdxSize>, Series)> = Vec::new();
        for (when, then) in branches {
            if remaining.is_empty() {
                break;
            }
            let taken = self.rows_at(&remaining, &[when]).matches(when)?;
            let (yes, no): (Vec<_>, Vec<_>) = remaining
                .into_iter()
                .zip(&taken)
                .partition(|(_, taken)| *taken == Some(true));
            let yes: Vec<IdxSize> = yes.into_iter().map(|(row, _)| row).collect();
            remaining = no.into_iter().map(|(row, _)| row).collect();
            if !yes.is_empty() {
                let value = self.rows_at(&yes, &[then]).evaluate(then)?;
                parts.push((yes, value));
            }
        }
        if let Some(otherwise) = otherwise
            && !remaining.is_empty()
        {
            let value = self.rows_at(&remaining, &[otherwise]).evaluate(otherwise)?;
            parts.push((remaining, value));
        }
        match parts.as_mut_slice() {
            // One branch took all rows.
            [(rows, value)] if rows.len() == self.rows() => Ok(std::mem::take(value)),
            _ => scatter(self.rows(), &parts, &expr.data_type),
        }
    }

    /// The rows at `rows`, ascending; only the columns that `exprs` use are there.
    fn rows_at(&self, rows: &[IdxSize], exprs: &[&Expr]) -> Scope<'a> {
        let all = rows.len() == self.rows();
        let mut context = self.context.clone();
        context.rows = rows.len();
        let (columns, lambda) = if all {
            (self.columns.clone(), self.lambda.clone())
        } else {
            let mut used = vec![false; self.columns.len()];
            exprs.iter().for_each(|e| mark_columns(e, &mut used));
            let index = IdxCa::from_slice(PlSmallStr::EMPTY, rows);
            let columns = self.columns.iter().zip(used).map(|(column, used)| {
                if used {
                    take(column, &index)
                } else {
                    column.clear()
                }
            });
            let lambda = self.lambda.iter();
            (
                Cow::Owned(columns.collect()),
                lambda.map(|(id, v)| (*id, take(v, &index))).collect(),
            )
        };
        Scope {
            columns,
            lambda,
            context,
            exec: self.exec,
        }
    }
}

struct BoundLambda<'a> {
    body: &'a Expr,
    parameters: &'a [LambdaParameter],
    scope: &'a Scope<'a>,
}

impl Lambda for BoundLambda<'_> {
    fn evaluate(&self, args: &[Series], parents: &IdxCa) -> Result<Series, SqlError> {
        let outer = self.scope;
        let mut used = vec![false; outer.columns.len()];
        mark_columns(self.body, &mut used);
        let columns = outer.columns.iter().zip(used).map(|(column, used)| {
            if used {
                take(column, parents)
            } else {
                column.clear()
            }
        });
        let mut lambda: Vec<(u32, Series)> = self
            .parameters
            .iter()
            .zip(args)
            .map(|(parameter, value)| (parameter.id, value.clone()))
            .collect();
        lambda.extend(
            outer
                .lambda
                .iter()
                .map(|(id, value)| (*id, take(value, parents))),
        );
        let mut context = outer.context.clone();
        context.rows = parents.len();
        let scope = Scope {
            columns: Cow::Owned(columns.collect()),
            lambda,
            context,
            exec: outer.exec,
        };
        scope.evaluate_rows(self.body)
    }

    fn arity(&self) -> usize {
        self.parameters.len()
    }

    fn data_type(&self) -> &DataType {
        &self.body.data_type
    }
}

/// Every value of a frame, cast or computed: one column for each of `exprs`.
pub(super) fn project(
    scope: &Scope<'_>,
    exprs: &[Expr],
    schema: &SchemaRef,
    frame: &Frame,
) -> Result<Frame, SqlError> {
    let columns = exprs
        .iter()
        .map(|e| scope.evaluate_rows(e))
        .collect::<Result<Vec<_>, _>>()?;
    let projected = Frame::new(schema.clone(), columns, frame.height())?;
    Ok(projected.with_origin(frame.origin().cloned()))
}

/// A constant column: the value once.
pub(super) fn literal(value: &Value, data_type: &DataType) -> Result<Series, SqlError> {
    Ok(value.to_series(data_type)?)
}

/// `value` for each of `rows` rows.
pub(super) fn broadcast(value: Series, rows: usize) -> Result<Series, SqlError> {
    match value.len() {
        len if len == rows => Ok(value),
        1 => Ok(value.new_from_index(0, rows)),
        _ => Err(ExecuteError::Internal {
            what: "A function gave another number of values than there are rows",
        }
        .into()),
    }
}

/// Which values are true; null isn't.
pub(super) fn is_true(value: &Series) -> Result<BooleanChunked, SqlError> {
    if value.dtype() == &PolarsType::Null {
        return Ok(BooleanChunked::full(PlSmallStr::EMPTY, false, value.len()));
    }
    let value = value.bool()?;
    Ok(if value.null_count() == 0 {
        value.clone()
    } else {
        value.iter().map(|v| Some(v == Some(true))).collect()
    })
}

fn boolean(value: bool) -> Series {
    BooleanChunked::from_slice(PlSmallStr::EMPTY, &[value]).into_series()
}

/// `AND` and `OR` by the left value that decides them.
fn short_circuits(function: &str) -> Option<bool> {
    match function {
        "and" => Some(false),
        "or" => Some(true),
        _ => None,
    }
}

/// A struct's field, null where the struct is; over an array of structs, the field of each.
pub(super) fn get_field(value: &Series, index: usize) -> Result<Series, SqlError> {
    match value.dtype() {
        PolarsType::Struct(_) => {
            let value = value.propagate_nulls().unwrap_or_else(|| value.clone());
            let fields = value.struct_()?.fields_as_series();
            fields.into_iter().nth(index).ok_or_else(|| {
                ExecuteError::Internal {
                    what: "A struct's field is out of range",
                }
                .into()
            })
        }
        PolarsType::List(_) => {
            let list = value.list()?;
            let inner = list.apply_to_inner(&|inner| {
                get_field(&inner, index)
                    .map_err(|e| polars_core::prelude::polars_err!(ComputeError: "{e}"))
            })?;
            Ok(inner.into_series())
        }
        // A struct of type VOID has void fields.
        other => Ok(Series::full_null(PlSmallStr::EMPTY, value.len(), other)),
    }
}

/// A column of `rows` values, put together from values at rows; null elsewhere. A part of one
/// value gives it to all its rows.
fn scatter(
    rows: usize,
    parts: &[(Vec<IdxSize>, Series)],
    data_type: &DataType,
) -> Result<Series, SqlError> {
    let physical = physical_type(data_type);
    let mut values = Series::full_null(PlSmallStr::EMPTY, 1, &physical);
    let mut source = vec![0 as IdxSize; rows];
    for (at, part) in parts {
        let start = values.len() as IdxSize;
        let one = part.len() == 1;
        for (i, row) in at.iter().enumerate() {
            if let Some(slot) = source.get_mut(*row as usize) {
                *slot = if one { start } else { start + i as IdxSize };
            }
        }
        if part.dtype() == &physical {
            values.append(part)?;
        } else {
            values.append(&part.cast(&physical)?)?;
        }
    }
    let index = IdxCa::from_vec(PlSmallStr::EMPTY, source);
    Ok(values.rechunk().take(&index)?)
}

/// The values at `rows`; a single value stands for all rows still.
fn take(column: &Series, rows: &IdxCa) -> Series {
    if rows.is_empty() {
        return column.clear();
    }
    if column.len() == 1 {
        // Row 0 of one, or a value for all: in both cases the value of every row asked for.
        return column.clone();
    }
    column
        .take(rows)
        .unwrap_or_else(|_| Series::full_null(PlSmallStr::EMPTY, rows.len(), column.dtype()))
}

/// Sets the positions of the columns that `expr` reads.
pub(super) fn mark_columns(expr: &Expr, used: &mut [bool]) {
    if let ExprKind::Column { index, .. } = &expr.kind
        && let Some(slot) = used.get_mut(*index)
    {
        *slot = true;
    }
    expr.children()
        .into_iter()
        .for_each(|child| mark_columns(child, used));
}
