//! What a table demands of its rows in SQL: generated columns and CHECK constraints.
//!
//! Source: Delta documentation, "Constraints", "Use generated columns"; Delta PROTOCOL.md, "CHECK
//! Constraints", "Generated Columns".

use std::cell::Cell;
use std::sync::Arc;

use polars_core::prelude::Series;

use super::analyze::{Catalog, Relation, resolve_expression};
use super::command::TimeTravel;
use super::execute::{ExecContext, evaluate};
use super::functions::{cast_expr, sql_text};
use super::plan::{EvalMode, Expr, ExprKind, Plan, PlanNode};
use super::{AnalysisReason, SqlError};
use crate::delta::{
    DeltaError, Identity, Metadata, RowRules, constraints_of, generation_expression,
};
use crate::types::{
    DataType, Frame, SchemaRef, StructField, StructType, Value, series_from_values,
    values_from_series,
};

/// A table's generated columns and CHECK constraints, ready to be applied.
pub struct Constraints {
    schema: SchemaRef,
    generated: Vec<Generated>,
    identities: Vec<Numbered>,
    checks: Vec<Check>,
    /// The last check's text, if it is that of an overwrite.
    replace_where: Option<String>,
    context: Arc<ExecContext>,
}

struct Generated {
    column: StructField,
    /// Over the table's columns.
    expr: Expr,
}

/// An identity column.
struct Numbered {
    column: StructField,
    identity: Identity,
    /// The next row's number, and how many were given.
    next: Cell<i64>,
    given: Cell<u64>,
}

struct Check {
    name: String,
    /// Over the table's columns.
    expr: Expr,
    text: String,
}

impl Constraints {
    /// The rules of a table, to keep while it is written; `None` if it has none.
    ///
    /// # Errors
    /// For an expression that can't be read any more.
    pub fn rules(
        metadata: &Metadata,
        context: &Arc<ExecContext>,
    ) -> Result<Option<Box<dyn RowRules>>, SqlError> {
        Constraints::rules_within(metadata, None, context)
    }

    /// The same where all rows must fulfil a predicate besides (`replaceWhere`).
    ///
    /// # Errors
    /// As [`Constraints::rules`].
    pub fn rules_within(
        metadata: &Metadata,
        replace_where: Option<&str>,
        context: &Arc<ExecContext>,
    ) -> Result<Option<Box<dyn RowRules>>, SqlError> {
        let schema =
            StructType::from_json_str(&metadata.schema_string).map_err(DeltaError::from)?;
        let schema = Arc::new(schema);
        let mut generated = Vec::new();
        let mut checks = Vec::new();
        for (name, text) in constraints_of(&metadata.configuration) {
            let expr = resolve(text, &schema)?;
            checks.push(Check {
                name: name.to_owned(),
                text: in_parens(sql_text(&expr)),
                expr,
            });
        }
        for field in &schema.fields {
            if let Some(text) = generation_expression(field) {
                let mut expr = resolve(text, &schema)?;
                cast_expr(&mut expr, &field.data_type, EvalMode::Ansi);
                let check = resolve(
                    &format!("{} <=> ({text})", crate::types::quote(&field.name)),
                    &schema,
                )?;
                checks.push(Check {
                    name: "Generated Column".into(),
                    text: in_parens(sql_text(&check)),
                    expr: check,
                });
                generated.push(Generated {
                    column: field.clone(),
                    expr,
                });
            }
        }
        if let Some(predicate) = replace_where {
            let expr = resolve(predicate, &schema)?;
            let text = in_parens(sql_text(&expr));
            checks.push(Check {
                name: format!("EXPRESSION({text})"),
                text,
                expr,
            });
        }
        let replace_where = replace_where.map(str::to_owned);
        let identities: Vec<Numbered> = schema
            .fields
            .iter()
            .filter_map(|field| {
                let identity = Identity::of(field)?;
                Some(Numbered {
                    column: field.clone(),
                    identity,
                    next: Cell::new(identity.next()),
                    given: Cell::new(0),
                })
            })
            .collect();
        if generated.is_empty() && checks.is_empty() && identities.is_empty() {
            return Ok(None);
        }
        Ok(Some(Box::new(Constraints {
            schema,
            generated,
            identities,
            checks,
            replace_where,
            context: context.clone(),
        })))
    }

    fn violation(&self, check: &Check, frame: &Frame, row: usize) -> Result<DeltaError, SqlError> {
        let mut columns = Vec::new();
        referenced(&check.expr, &mut columns);
        let mut lines = Vec::new();
        for index in columns {
            let (Some(field), Some(column)) = (self.schema.fields.get(index), frame.column(index))
            else {
                continue;
            };
            let value = match Value::from_series(column, row, &field.data_type)? {
                Value::Null => "null".to_owned(),
                value => value.cast_text(&field.data_type, self.context.time_zone),
            };
            lines.push(format!(" - {} : {value}", field.name));
        }
        lines.sort();
        let violation = DeltaError::ConstraintViolated {
            name: check.name.clone(),
            expression: check.text.clone(),
            values: lines.join("\n"),
        };
        Ok(match &self.replace_where {
            Some(predicate) if check.name.starts_with("EXPRESSION(") => {
                let text = violation.to_string();
                DeltaError::ReplaceWhereMismatch {
                    predicate: predicate.clone(),
                    violation: text
                        .split_once("] ")
                        .map_or(text.as_str(), |(_, rest)| rest)
                        .to_owned(),
                }
            }
            _ => violation,
        })
    }

    fn completed(&self, frame: &Frame) -> Result<Frame, SqlError> {
        let mut numbered = frame.clone();
        for column in &self.identities {
            numbered = column.number(&numbered)?;
        }
        let frame = &numbered;
        let missing: Vec<&Generated> = self
            .generated
            .iter()
            .filter(|g| frame.schema().index_of(&g.column.name).is_none())
            .collect();
        if missing.is_empty() {
            return Ok(frame.clone());
        }
        let all = self.in_order(frame)?;
        let mut fields = frame.schema().fields.clone();
        let mut columns: Vec<Series> = frame.columns().to_vec();
        for generated in missing {
            let values = evaluate(&generated.expr, &all, &self.context)?;
            columns.push(values.with_name(generated.column.name.as_str().into()));
            fields.push(generated.column.clone());
        }
        let schema = Arc::new(StructType::new(fields));
        Ok(Frame::new(schema, columns, frame.height())?)
    }

    /// The table's columns in its order, NULL where the frame lacks one.
    fn in_order(&self, frame: &Frame) -> Result<Frame, SqlError> {
        let mut columns = Vec::with_capacity(self.schema.len());
        for field in &self.schema.fields {
            let found = frame.schema().index_of(&field.name).and_then(|i| {
                let given = frame.schema().fields.get(i)?;
                Some((given, frame.column(i)?))
            });
            columns.push(match found {
                Some((given, column)) if given.data_type == field.data_type => column.clone(),
                Some((given, column)) => super::functions::cast::cast(
                    column,
                    &given.data_type,
                    &field.data_type,
                    EvalMode::Ansi,
                    self.context.time_zone,
                )?,
                None => Value::Null
                    .to_series(&field.data_type)?
                    .new_from_index(0, frame.height()),
            });
        }
        Ok(Frame::new(self.schema.clone(), columns, frame.height())?)
    }
}

impl Numbered {
    /// The rows with numbers where they have none.
    fn number(&self, frame: &Frame) -> Result<Frame, SqlError> {
        let place = frame.schema().index_of(&self.column.name);
        let given = place.and_then(|i| frame.column(i));
        let given = match given {
            Some(column) => values_from_series(column, &self.column.data_type)?,
            None => vec![Value::Null; frame.height()],
        };
        let values: Vec<Value> = given
            .into_iter()
            .map(|value| match value {
                Value::Null => {
                    let number = self.next.get();
                    self.next.set(number.saturating_add(self.identity.step));
                    self.given.set(self.given.get() + 1);
                    Value::Long(number)
                }
                own => own,
            })
            .collect();
        let series = series_from_values(&self.column.name, &values, &self.column.data_type)?;
        let mut fields = frame.schema().fields.clone();
        let mut columns: Vec<Series> = frame.columns().to_vec();
        match place {
            Some(i) => {
                if let Some(column) = columns.get_mut(i) {
                    *column = series;
                }
            }
            None => {
                columns.push(series);
                fields.push(self.column.clone());
            }
        }
        let schema = Arc::new(StructType::new(fields));
        Ok(Frame::new(schema, columns, frame.height())?)
    }
}

impl RowRules for Constraints {
    fn complete(&self, frame: &Frame) -> Result<Frame, DeltaError> {
        self.completed(frame).map_err(rule_error)
    }

    fn marks(&self) -> Vec<(String, i64)> {
        let gave = self.identities.iter().filter(|n| n.given.get() > 0);
        gave.map(|n| {
            let last = n.next.get().saturating_sub(n.identity.step);
            (n.column.name.clone(), last)
        })
        .collect()
    }

    fn check(&self, frame: &Frame) -> Result<(), DeltaError> {
        if frame.height() == 0 {
            return Ok(());
        }
        for check in &self.checks {
            let values = evaluate(&check.expr, frame, &self.context).map_err(rule_error)?;
            let values = values.bool().map_err(|e| rule_error(frame_error(e)))?;
            // NULL is no fulfilment.
            let broken = values.iter().position(|fits| fits != Some(true));
            if let Some(row) = broken {
                return Err(self.violation(check, frame, row).map_err(rule_error)?);
            }
        }
        Ok(())
    }
}

/// An expression over a table's columns, whatever the session's views are.
///
/// # Errors
/// As for a column of `SELECT`.
pub fn resolve(text: &str, schema: &SchemaRef) -> Result<Expr, SqlError> {
    let plan = Plan {
        output: schema
            .fields
            .iter()
            .map(|f| super::plan::Attribute::new(&f.name, f.data_type.clone(), f.nullable))
            .collect(),
        node: PlanNode::Local(Frame::empty(schema.clone())),
    };
    Ok(resolve_expression(text, &plan, &NoTables)?.0)
}

/// The rows of a table that break a condition, which must be BOOLEAN.
///
/// # Errors
/// `DELTA_NON_BOOLEAN_CHECK_CONSTRAINT`; as for a column of `SELECT`.
pub fn check_constraint(name: &str, text: &str, schema: &SchemaRef) -> Result<Expr, SqlError> {
    let expr = resolve(text, schema)?;
    if expr.data_type != DataType::Boolean {
        return Err(DeltaError::NonBooleanConstraint {
            name: name.into(),
            expression: text.into(),
        }
        .into());
    }
    Ok(expr)
}

fn in_parens(text: String) -> String {
    match text.starts_with('(') && text.ends_with(')') {
        true => text,
        false => format!("({text})"),
    }
}

fn rule_error(error: SqlError) -> DeltaError {
    match error {
        SqlError::Delta(error) => error,
        other => DeltaError::Rule(Box::new(other)),
    }
}

fn frame_error(error: polars_core::error::PolarsError) -> SqlError {
    crate::types::FrameError::from(error).into()
}

/// The positions of the columns that an expression reads.
pub fn referenced(expr: &Expr, columns: &mut Vec<usize>) {
    if let ExprKind::Column { index, .. } = &expr.kind
        && !columns.contains(index)
    {
        columns.push(*index);
    }
    for child in expr.children() {
        referenced(child, columns);
    }
}

/// A catalog in which there is nothing: constraints read their own row alone.
struct NoTables;

impl Catalog for NoTables {
    fn relation(
        &self,
        name: &[String],
        _: Option<&TimeTravel>,
    ) -> Result<Option<Relation>, SqlError> {
        Err(AnalysisReason::Unsupported {
            feature: format!("the table {} in a table's constraint", name.join(".")),
        }
        .into())
    }

    fn files(
        &self,
        _: &str,
        _: &str,
        _: &[(String, String)],
        _: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError> {
        Ok(None)
    }

    fn current_database(&self) -> String {
        "default".into()
    }
}
