//! `PIVOT` and `UNPIVOT`: columns from values, and rows from columns.
//!
//! Source: Catalyst's `PivotTransformer` and `UnpivotTransformer`.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlparser::ast;

use super::dataframe::plain;
use super::expression::{AGGREGATE, Collected, Resolved, Resolver};
use super::grouping::GroupBy;
use super::select::{Parts, filter, new_item};
use super::stack::holds;
use super::{Analyzer, literal, start, unsupported};
use crate::sql::coercion;
use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::functions::cast_expr;
use crate::sql::parse::PIVOTED;
use crate::sql::plan::{Attribute, EvalMode, Expr, ExprKind, Plan, PlanNode};
use crate::types::{DataType, Value, quote};

/// A value of a pivot's columns: what must hold for a row to count, and what it is called.
pub struct PivotValue {
    pub condition: Expr,
    pub name: String,
}

/// An aggregate of a pivot, and its alias.
pub type PivotAggregate = (ast::Expr, Option<String>);

/// Columns that become rows together, and what the rows' column of names says.
pub struct UnpivotRow {
    pub name: String,
    pub values: Vec<Resolved>,
}

impl Analyzer<'_> {
    /// `PIVOT (aggregates FOR column IN (values))`.
    pub(super) fn pivot(
        &mut self,
        input: Arc<Plan>,
        aggregates: &[ast::ExprWithAlias],
        columns: &[ast::Expr],
        source: &ast::PivotValueSource,
    ) -> Result<Arc<Plan>, SqlError> {
        let ast::PivotValueSource::List(values) = source else {
            return Err(unsupported("PIVOT without a list of values"));
        };
        let mut pivots = Vec::new();
        for column in columns {
            pivots.push(plain(self, column, &input.output, "PIVOT")?);
        }
        let mut pivoted = Vec::new();
        for value in values {
            let items = match &value.expr {
                ast::Expr::Tuple(items) => items.iter().collect(),
                e => vec![e],
            };
            if items.len() != pivots.len() {
                return Err(unsupported("a PIVOT value of another width").at(start(&value.expr)));
            }
            let (mut conditions, mut shown) = (Vec::new(), Vec::new());
            for (item, pivot) in items.into_iter().zip(&pivots) {
                let found = plain(self, item, &input.output, "PIVOT")?;
                if !reads_nothing(&found.expr) {
                    return Err(AnalysisReason::NonLiteralPivotValues {
                        expression: found.sql,
                    }
                    .into());
                }
                shown.push(self.pivot_name(&found));
                let (of, value) = (&pivot.expr.data_type, found.expr);
                conditions.push(match coercion::can_cast(&value.data_type, of, self.mode) {
                    true => self.call("<=>", vec![pivot.expr.clone(), value])?,
                    // No row has such a value.
                    false => Expr::literal(Value::Boolean(false), DataType::Boolean),
                });
            }
            let name = match (&value.alias, shown.as_slice()) {
                (Some(alias), _) => alias.value.clone(),
                (None, [one]) => one.clone(),
                (None, several) => format!("{{{}}}", several.join(", ")),
            };
            if let Some(condition) = self.conjunction(conditions)? {
                pivoted.push(PivotValue { condition, name });
            }
        }
        let aggregates: Vec<PivotAggregate> = aggregates
            .iter()
            .map(|a| {
                let alias = a.alias.as_ref().map(|i| i.value.clone());
                (pivoted_aggregate(&a.expr).clone(), alias)
            })
            .collect();
        let mut used = BTreeSet::new();
        pivots.iter().for_each(|p| columns_in(&p.expr, &mut used));
        for (aggregate, _) in &aggregates {
            let mut collected = Collected::default();
            let found = Resolver::new(self, &input.output, &mut collected).expression(aggregate)?;
            columns_in(&found.expr, &mut used);
            for call in collected.aggregates {
                call.call.args.iter().for_each(|e| columns_in(e, &mut used));
            }
        }
        let keys = input.output.iter().enumerate();
        let keys = keys.filter(|(i, a)| !a.hidden && !used.contains(i));
        let keys = keys.map(|(i, a)| {
            let mut key = Resolved::new((Expr::column(i, a), a.name.clone()), None);
            key.name = Some(a.name.clone());
            key
        });
        let keys = keys.collect();
        self.pivot_columns(input, keys, &aggregates, &pivoted)
    }

    /// What a value is called.
    fn pivot_name(&self, value: &Resolved) -> String {
        match &value.expr.kind {
            ExprKind::Literal(Value::Null) => "null".into(),
            ExprKind::Literal(v) => v.cast_text(&value.expr.data_type, self.catalog.time_zone()),
            _ => value.sql.clone(),
        }
    }

    /// The keys, then each aggregate for each value, over the rows for which its condition holds.
    pub(super) fn pivot_columns(
        &mut self,
        input: Arc<Plan>,
        keys: Vec<Resolved>,
        aggregates: &[PivotAggregate],
        values: &[PivotValue],
    ) -> Result<Arc<Plan>, SqlError> {
        let columns = input.output.clone();
        let mut parts = Parts::new(Vec::new(), Collected::default());
        for key in &keys {
            parts.items.push(new_item(None, key.clone(), &columns));
        }
        let mut alone = Vec::new();
        for (aggregate, _) in aggregates {
            let mut collected = Collected::default();
            let found = Resolver::new(self, &columns, &mut collected).expression(aggregate)?;
            let outside = holds(&found.expr, 0, AGGREGATE);
            if outside || collected.aggregates.is_empty() {
                return Err(AnalysisReason::PivotWithoutAggregate {
                    expression: outside_aggregates(&found.expr, &columns).unwrap_or(found.sql),
                }
                .into());
            }
            alone.push(found);
        }
        // Numbers of a value that a group doesn't have are NULL, even counts (`PivotFirst`).
        let numbers = alone
            .iter()
            .all(|a| a.expr.data_type.is_numeric() || a.expr.data_type == DataType::Boolean);
        for value in values {
            for ((aggregate, alias), alone) in aggregates.iter().zip(&alone) {
                let before = parts.collected.aggregates.len();
                let resolver = &mut Resolver::new(self, &columns, &mut parts.collected);
                let mut found = resolver.expression(aggregate)?;
                let there = match numbers {
                    true => Some(resolver.expression(&count_all())?),
                    false => None,
                };
                for call in parts.collected.aggregates.iter_mut().skip(before) {
                    let filters = call.call.filter.take().into_iter();
                    let filters = filters.chain([value.condition.clone()]);
                    call.call.filter = self.conjunction(filters.collect())?;
                }
                if let Some(there) = there {
                    let zero = Expr::literal(Value::Long(0), DataType::Long);
                    let some = self.call(">", vec![there.expr, zero])?;
                    found.expr = Expr {
                        data_type: found.expr.data_type.clone(),
                        nullable: true,
                        kind: ExprKind::Case {
                            branches: vec![(some, found.expr)],
                            otherwise: None,
                        },
                    };
                }
                let name = match (aggregates.len(), alias) {
                    (1, _) => value.name.clone(),
                    (_, Some(alias)) => format!("{}_{alias}", value.name),
                    (_, None) => format!("{}_{}", value.name, alone.sql),
                };
                parts.items.push(new_item(Some(name), found, &columns));
            }
        }
        self.stack(input, parts, Some(GroupBy::new(keys)), false, None)
    }

    /// `UNPIVOT (value FOR name IN (columns))`.
    pub(super) fn unpivot(
        &mut self,
        input: &Arc<Plan>,
        value: &ast::Expr,
        name: &ast::Ident,
        columns: &[ast::ExprWithAlias],
        keep_nulls: bool,
    ) -> Result<Arc<Plan>, SqlError> {
        let values = match value {
            ast::Expr::Tuple(values) => values.iter().collect(),
            value => vec![value],
        };
        let values: Option<Vec<&str>> = values
            .into_iter()
            .map(|v| match v {
                ast::Expr::Identifier(ident) => Some(ident.value.as_str()),
                _ => None,
            })
            .collect();
        let Some(values) = values else {
            return Err(unsupported(format!("UNPIVOT to {value}")).at(start(value)));
        };
        let mut rows = Vec::new();
        let mut used = BTreeSet::new();
        for column in columns {
            let exprs = match &column.expr {
                ast::Expr::Tuple(exprs) => exprs.iter().collect(),
                e => vec![e],
            };
            let mut found = Vec::new();
            for e in exprs {
                let value = plain(self, e, &input.output, "UNPIVOT")?;
                columns_in(&value.expr, &mut used);
                found.push(value);
            }
            let names: Vec<&str> = found.iter().map(Resolved::column_name).collect();
            rows.push(UnpivotRow {
                name: match &column.alias {
                    Some(alias) => alias.value.clone(),
                    None => names.join("_"),
                },
                values: found,
            });
        }
        let ids: Vec<usize> = (0..input.output.len())
            .filter(|i| !used.contains(i) && input.output.get(*i).is_some_and(|a| !a.hidden))
            .collect();
        self.unpivot_rows(input, &ids, &rows, &name.value, &values, keep_nulls)
    }

    /// The columns `ids` with each of `rows`, whose values have common types.
    pub(super) fn unpivot_rows(
        &mut self,
        input: &Arc<Plan>,
        ids: &[usize],
        rows: &[UnpivotRow],
        name: &str,
        values: &[&str],
        keep_nulls: bool,
    ) -> Result<Arc<Plan>, SqlError> {
        let width = input.output.len();
        let mut args = Vec::new();
        let count = i32::try_from(rows.len()).unwrap_or(i32::MAX);
        args.push(Expr::literal(Value::Integer(count), DataType::Integer));
        let mut output = input.output.clone();
        output.push(Attribute::new(name, DataType::String, false));
        for (k, value) in values.iter().enumerate() {
            let column: Vec<&Resolved> = rows.iter().filter_map(|r| r.values.get(k)).collect();
            if column.len() != rows.len() || rows.iter().any(|r| r.values.len() != values.len()) {
                return Err(AnalysisReason::UnpivotValueSize {
                    values: values.len(),
                }
                .into());
            }
            let types = column.iter().map(|r| &r.expr.data_type);
            let Some(common) = coercion::common_type(types, EvalMode::Legacy) else {
                return Err(AnalysisReason::UnpivotValueTypes {
                    types: types_of(&column),
                }
                .into());
            };
            let nullable = column.iter().any(|r| r.expr.nullable);
            output.push(Attribute::new(*value, common, nullable));
        }
        for row in rows {
            args.push(literal::string(&row.name).0);
            for (value, attribute) in row.values.iter().zip(output.iter().skip(width + 1)) {
                let mut expr = value.expr.clone();
                cast_expr(&mut expr, &attribute.data_type, self.mode);
                args.push(expr);
            }
        }
        let generator = self.routine("stack", None)?;
        let mut plan = Arc::new(Plan {
            node: PlanNode::Generate {
                input: input.clone(),
                generator,
                args,
                outer: false,
            },
            output,
        });
        if !keep_nulls {
            let mut any: Option<Expr> = None;
            for (i, a) in plan.output.iter().enumerate().skip(width + 1) {
                let there = self.call("isnotnull", vec![Expr::column(i, a)])?;
                any = Some(match any {
                    None => there,
                    Some(before) => self.call("or", vec![before, there])?,
                });
            }
            plan = any.map_or(plan.clone(), |any| filter(plan, any));
        }
        Ok(Plan::keep_columns(&plan, |i, _| {
            i >= width || ids.contains(&i)
        }))
    }
}

/// `"INT" (`x`, `y`), "STRING" (`z`)`
fn types_of(column: &[&Resolved]) -> String {
    let mut types: Vec<(String, Vec<String>)> = Vec::new();
    for value in column {
        let data_type = value.expr.data_type.sql();
        let name = quote(value.column_name());
        match types.iter_mut().find(|(t, _)| *t == data_type) {
            Some((_, names)) => names.push(name),
            None => types.push((data_type, vec![name])),
        }
    }
    types.sort();
    let texts = types.into_iter();
    let texts = texts.map(|(t, names)| format!("\"{t}\" ({})", names.join(", ")));
    texts.collect::<Vec<_>>().join(", ")
}

/// The first column that stands outside of aggregates, with its table.
fn outside_aggregates(e: &Expr, columns: &[Attribute]) -> Option<String> {
    if let ExprKind::Column { index, .. } = e.kind
        && let Some(a) = columns.get(index)
    {
        let parts: Vec<String> = a.qualifier.iter().chain([&a.name]).cloned().collect();
        return Some(parts.join("."));
    }
    let mut children = e.children().into_iter();
    children.find_map(|child| outside_aggregates(child, columns))
}

/// The aggregate in the call that it was wrapped in to be read.
fn pivoted_aggregate(e: &ast::Expr) -> &ast::Expr {
    match e {
        ast::Expr::Function(ast::Function {
            name,
            args: ast::FunctionArguments::List(list),
            ..
        }) if name.to_string() == PIVOTED => match list.args.as_slice() {
            [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(inner))] => inner,
            _ => e,
        },
        e => e,
    }
}

fn count_all() -> ast::Expr {
    let one = ast::Value::Number("1".into(), false).with_empty_span();
    super::table_function::call_of(
        "count",
        vec![ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(
            ast::Expr::Value(one),
        ))],
        None,
    )
}

fn reads_nothing(e: &Expr) -> bool {
    let mut found = BTreeSet::new();
    columns_in(e, &mut found);
    found.is_empty()
}

fn columns_in(e: &Expr, found: &mut BTreeSet<usize>) {
    if let ExprKind::Column { index, .. } = e.kind
        && index < AGGREGATE
    {
        found.insert(index);
    }
    for child in e.children() {
        columns_in(child, found);
    }
}
