//! `FROM`: relations, joins, table functions, `VALUES`, `LATERAL VIEW`, `PIVOT`.

use std::sync::Arc;

use sqlparser::ast::{
    self, JoinConstraint, JoinOperator, TableFactor, TableVersion, TableWithJoins,
};

use super::expression::{Collected, Resolved, Resolver};
use super::join::cross;
use super::query::limited;
use super::select::filter;
use super::table_function::call_of;
use super::{Analyzer, Relation, ident_start, scope, start, unsupported};
use crate::sql::coercion;
use crate::sql::command::TimeTravel;
use crate::sql::error::{AnalysisReason, ParseError, ParseReason, Position, SqlError};
use crate::sql::functions::cast_expr;
use crate::sql::plan::{Attribute, Expr, ExprKind, JoinKind, Plan, PlanNode};
use crate::types::{DataType, Value, quote};

impl Analyzer<'_> {
    /// Comma-separated relations, each with its joins.
    pub(super) fn from(&mut self, from: &[TableWithJoins]) -> Result<Arc<Plan>, SqlError> {
        let mut plan: Option<Arc<Plan>> = None;
        for tables in from {
            plan = Some(match plan {
                None => self.table_with_joins(None, tables)?,
                Some(left) => self.table_with_joins(Some(left), tables)?,
            });
        }
        Ok(plan.unwrap_or_else(one_row))
    }

    fn table_with_joins(
        &mut self,
        before: Option<Arc<Plan>>,
        tables: &TableWithJoins,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut plan = match before {
            // FROM t, LATERAL explode(t.xs)
            Some(left) => match self.lateral(&left, &tables.relation, None)? {
                Some(plan) => plan,
                None => {
                    let right = self.table_factor(&tables.relation)?;
                    cross(left, right)
                }
            },
            None => self.table_factor(&tables.relation)?,
        };
        for join in &tables.joins {
            plan = self.joined(plan, join)?;
        }
        Ok(plan)
    }

    /// What stands before a join, with it.
    pub(super) fn joined(
        &mut self,
        left: Arc<Plan>,
        join: &ast::Join,
    ) -> Result<Arc<Plan>, SqlError> {
        let operator = Some(&join.join_operator);
        if let Some(lateral) = self.lateral(&left, &join.relation, operator)? {
            return Ok(lateral);
        }
        let right = self.table_factor(&join.relation)?;
        self.join(left, right, &join.join_operator)
    }

    /// A relation of `FROM`.
    pub(super) fn table_factor(&mut self, factor: &TableFactor) -> Result<Arc<Plan>, SqlError> {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                version,
                sample,
                ..
            } => {
                let position = start(name);
                let parts = name_parts(name);
                if let Some(args) = args {
                    let plan = self.table_function(&parts, &args.args, position)?;
                    let plan = self.sampled(plan, sample.as_ref(), position)?;
                    return aliased(plan, alias.as_ref());
                }
                let at = version.as_ref().map(|v| self.time_travel(v)).transpose()?;
                let plan = self.relation(&parts, at.as_ref(), position)?;
                let plan = self.sampled(plan, sample.as_ref(), position)?;
                aliased(plan, alias.as_ref())
            }
            TableFactor::Derived {
                subquery,
                alias,
                lateral,
                sample,
            } => {
                let plan = match lateral {
                    // The first relation has none before it to read.
                    true => self.subquery(subquery, &[])?,
                    false => self.query(subquery)?,
                };
                let plan = self.sampled(plan, sample.as_ref(), start(factor))?;
                match alias {
                    Some(_) => aliased(plan, alias.as_ref()),
                    None if matches!(subquery.body.as_ref(), ast::SetExpr::Values(_)) => Ok(plan),
                    None => Ok(subquery_alias(
                        plan,
                        vec!["__auto_generated_subquery_name".into()],
                    )),
                }
            }
            TableFactor::Function {
                name, args, alias, ..
            } => {
                let plan = self.table_function(&name_parts(name), args, start(name))?;
                aliased(plan, alias.as_ref())
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                let plan = self.table_with_joins(None, table_with_joins)?;
                aliased(plan, alias.as_ref())
            }
            TableFactor::Pivot {
                table,
                aggregate_functions,
                value_column,
                value_source,
                alias,
                ..
            } => {
                let input = self.table_factor(table)?;
                let plan = self.pivot(input, aggregate_functions, value_column, value_source)?;
                aliased(plan, alias.as_ref())
            }
            TableFactor::Unpivot {
                table,
                value,
                name,
                columns,
                null_inclusion,
                alias,
            } => {
                let input = self.table_factor(table)?;
                let keep = matches!(null_inclusion, Some(ast::NullInclusion::IncludeNulls));
                let plan = self.unpivot(&input, value, name, columns, keep)?;
                aliased(plan, alias.as_ref())
            }
            other => Err(unsupported(format!("the relation {other}")).at(start(factor))),
        }
    }

    /// A table, view or common table expression by name, or files by format and path.
    pub(super) fn relation(
        &mut self,
        name: &[String],
        at: Option<&TimeTravel>,
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        if let [only] = name {
            let cte = self
                .ctes
                .iter()
                .rev()
                .find(|(n, _)| scope::same_name(n, only));
            if let Some((cte_name, plan)) = cte {
                return Ok(subquery_alias(plan.clone(), vec![cte_name.clone()]));
            }
        }
        let found = self
            .catalog
            .relation(name, at)
            .map_err(|e| e.at(position))?;
        if let Some(relation) = found {
            return Ok(relation_plan(relation));
        }
        if let [format, path] = name {
            let format = format.to_lowercase();
            let files = self.catalog.files(&format, path, &[], at);
            if let Some(plan) = files.map_err(|e| e.at(position))? {
                return Ok(Arc::new(plan));
            }
        }
        let error: SqlError = AnalysisReason::TableOrViewNotFound {
            name: scope::quote_parts(name),
        }
        .into();
        Err(error.at(position))
    }

    fn time_travel(&mut self, version: &TableVersion) -> Result<TimeTravel, SqlError> {
        let (is_version, e) = match version {
            TableVersion::VersionAsOf(e) => (true, e),
            TableVersion::TimestampAsOf(e) | TableVersion::ForSystemTimeAsOf(e) => (false, e),
            other => return Err(unsupported(format!("{other}"))),
        };
        let mut collected = Collected::default();
        let found = Resolver::new(self, &[], &mut collected).expression(e)?;
        match (&found.expr.kind, is_version) {
            (ExprKind::Literal(Value::String(text)), true) => text
                .parse()
                .map(TimeTravel::Version)
                .map_err(|_| unsupported(format!("the version '{text}'")).at(start(e))),
            (ExprKind::Literal(value), true) => value
                .as_i64()
                .and_then(|v| u64::try_from(v).ok())
                .map(TimeTravel::Version)
                .ok_or_else(|| unsupported(format!("the version {}", found.sql)).at(start(e))),
            (ExprKind::Literal(value), false) => Ok(TimeTravel::Timestamp(
                value.cast_text(&found.expr.data_type, self.catalog.time_zone()),
            )),
            _ => Err(unsupported(format!("time travel to {}", found.sql)).at(start(e))),
        }
    }

    /// `LATERAL VIEW [OUTER] explode(x) t AS c`.
    pub(super) fn lateral_view(
        &mut self,
        input: Arc<Plan>,
        view: &ast::LateralView,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut names: Vec<&ast::Ident> = view.lateral_col_alias.iter().collect();
        let mut table = view
            .lateral_view_name
            .0
            .last()
            .and_then(|p| p.as_ident())
            .map(|i| i.value.clone());
        // `explode(x) AS c`: the grammar takes AS for the name.
        if table
            .as_deref()
            .is_some_and(|t| t.eq_ignore_ascii_case("as"))
        {
            table = None;
        }
        if names.len() == 1 && table.is_none() {
            names.truncate(1);
        }
        self.generate(input, &view.lateral_view, &names, table, view.outer)
    }

    /// `LATERAL explode(x)` and `LATERAL (SELECT …)` in `FROM`; `None` for another relation.
    fn lateral(
        &mut self,
        left: &Arc<Plan>,
        factor: &TableFactor,
        operator: Option<&JoinOperator>,
    ) -> Result<Option<Arc<Plan>>, SqlError> {
        let (kind, on) = match operator {
            None => (JoinKind::Cross, None),
            Some(JoinOperator::CrossJoin(c) | JoinOperator::Join(c) | JoinOperator::Inner(c)) => {
                (JoinKind::Inner, Some(c))
            }
            Some(JoinOperator::Left(c) | JoinOperator::LeftOuter(c)) => (JoinKind::Left, Some(c)),
            Some(_) => (JoinKind::Full, None),
        };
        let on = match on {
            None | Some(JoinConstraint::None) => Some(None),
            Some(JoinConstraint::On(e)) => Some(Some(e)),
            Some(_) => None,
        };
        let place = || match (kind, on) {
            (JoinKind::Full, _) | (_, None) => {
                Err(unsupported("this kind of join with LATERAL").at(start(factor)))
            }
            (kind, Some(on)) => Ok((kind, on)),
        };
        match factor {
            TableFactor::Function {
                lateral: true,
                name,
                args,
                alias,
                ..
            } => {
                let (kind, _) = place()?;
                let written = name_parts(name).pop().unwrap_or_default();
                let call = call_of(&written, args.clone(), start(name));
                let columns = alias.iter().flat_map(|a| &a.columns);
                let names: Vec<&ast::Ident> = columns.map(|c| &c.name).collect();
                let table = alias.as_ref().map(|a| a.name.value.clone());
                let outer = kind == JoinKind::Left;
                self.generate(left.clone(), &call, &names, table, outer)
                    .map(Some)
            }
            TableFactor::Derived {
                lateral: true,
                subquery,
                alias,
                ..
            } => {
                let (kind, on) = place()?;
                let right = self.subquery(subquery, &left.output)?;
                let right = aliased(right, alias.as_ref())?;
                self.lateral_join(left.clone(), &right, kind, on).map(Some)
            }
            _ => Ok(None),
        }
    }

    pub(super) fn generate(
        &mut self,
        input: Arc<Plan>,
        call: &ast::Expr,
        names: &[&ast::Ident],
        table: Option<String>,
        outer: bool,
    ) -> Result<Arc<Plan>, SqlError> {
        let columns = input.output.clone();
        let mut collected = Collected::default();
        let found = Resolver::new(self, &columns, &mut collected).expression(call)?;
        let Some(generator) = collected.generators.pop() else {
            let error: SqlError = AnalysisReason::NotAGenerator {
                function: quote(&found.sql),
            }
            .into();
            return Err(error.at(start(call)));
        };
        if !names.is_empty() && names.len() != generator.columns.len() {
            let given: Vec<&str> = names.iter().map(|n| n.value.as_str()).collect();
            let error: SqlError = AnalysisReason::GeneratorAliases {
                expected: generator.columns.len(),
                aliases: given.join(","),
            }
            .into();
            return Err(error.at(start(call)));
        }
        let outer = outer || generator.outer;
        let mut output = columns;
        for (i, field) in generator.columns.fields.iter().enumerate() {
            let name = names.get(i).map_or(&field.name, |n| &n.value);
            let mut attribute =
                Attribute::new(name, field.data_type.clone(), field.nullable || outer);
            attribute.qualifier = table.iter().cloned().collect();
            output.push(attribute);
        }
        Ok(Arc::new(Plan {
            node: PlanNode::Generate {
                input,
                generator: generator.function,
                args: generator.args,
                outer,
            },
            output,
        }))
    }

    // Rows at hand.

    /// `VALUES (1, 'a'), (2, 'b')`: a projection of each row, united.
    pub(super) fn inline_table(
        &mut self,
        rows: &[ast::Parens<Vec<ast::Expr>>],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut values: Vec<Vec<Resolved>> = Vec::new();
        for row in rows {
            let mut typed = Vec::new();
            for e in &row.content {
                let mut collected = Collected::default();
                let found = Resolver::new(self, &[], &mut collected).expression(e)?;
                let computes = !collected.aggregates.is_empty()
                    || !collected.windows.is_empty()
                    || !collected.generators.is_empty();
                if computes {
                    let error: SqlError = AnalysisReason::InlineTableExpression {
                        expression: found.sql,
                    }
                    .into();
                    return Err(error.at(start(e)));
                }
                typed.push(found);
            }
            values.push(typed);
        }
        let width = values.first().map_or(0, Vec::len);
        if let Some(row) = values.iter().position(|r| r.len() != width) {
            return Err(ParseError {
                reason: ParseReason::InlineTableColumns {
                    expected: width,
                    actual: values.get(row).map_or(0, Vec::len),
                    row,
                },
                position: position.unwrap_or(Position { line: 1, column: 0 }),
                sql: String::new(),
                fragment: Some(1),
            }
            .into());
        }
        let mut output = Vec::new();
        for i in 0..width {
            let column: Vec<&Resolved> = values.iter().filter_map(|r| r.get(i)).collect();
            let name = format!("col{}", i + 1);
            let types = column.iter().map(|r| &r.expr.data_type);
            let common = coercion::common_type_without_promotion(types, self.mode);
            let common = common.ok_or_else(|| {
                let error: SqlError = AnalysisReason::InlineTableTypes {
                    column: quote(&name),
                }
                .into();
                error.at(position)
            })?;
            let nullable = column.iter().any(|r| r.expr.nullable);
            output.push(Attribute::new(name, common, nullable));
        }
        let mut inputs: Vec<Arc<Plan>> = values
            .into_iter()
            .map(|row| {
                let exprs = row
                    .into_iter()
                    .zip(&output)
                    .map(|(r, a)| {
                        let mut expr = r.expr;
                        cast_expr(&mut expr, &a.data_type, self.mode);
                        expr
                    })
                    .collect();
                Arc::new(Plan {
                    node: PlanNode::Project {
                        input: one_row(),
                        exprs,
                    },
                    output: output.clone(),
                })
            })
            .collect();
        if inputs.len() == 1
            && let Some(only) = inputs.pop()
        {
            return Ok(only);
        }
        Ok(Arc::new(Plan {
            node: PlanNode::Union { inputs },
            output,
        }))
    }

    /// `TABLESAMPLE (n PERCENT)`, `(n ROWS)`, `(BUCKET x OUT OF y)`: each row with that
    /// probability, or the first ones. The rows aren't those that Spark picks, whose choice
    /// depends on its partitions.
    pub(super) fn sampled(
        &mut self,
        plan: Arc<Plan>,
        sample: Option<&ast::TableSampleKind>,
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let Some(
            ast::TableSampleKind::BeforeTableAlias(sample)
            | ast::TableSampleKind::AfterTableAlias(sample),
        ) = sample
        else {
            return Ok(plan);
        };
        let number = |text: &str| text.parse::<f64>().ok();
        let value = |v: &ast::Value| match v {
            ast::Value::Number(text, _) => number(text),
            _ => None,
        };
        let fraction = match (&sample.quantity, &sample.bucket) {
            (Some(quantity), _) => {
                let amount = match &quantity.value {
                    ast::Expr::Value(v) => value(&v.value),
                    _ => None,
                };
                match (quantity.unit, amount) {
                    (Some(ast::TableSampleUnit::Rows), Some(rows)) => {
                        return Ok(limited(plan, Some(rows.max(0.0) as u64), 0));
                    }
                    (Some(ast::TableSampleUnit::Percent), Some(percent)) => Some(percent / 100.0),
                    _ => None,
                }
            }
            (None, Some(bucket)) => match (value(&bucket.bucket.value), value(&bucket.total.value))
            {
                (Some(part), Some(total)) if total != 0.0 => Some(part / total),
                _ => None,
            },
            (None, None) => None,
        };
        let Some(fraction) = fraction else {
            return Err(unsupported("this form of TABLESAMPLE").at(position));
        };
        if !(0.0..=1.0).contains(&fraction) {
            return Err(ParseError::whole(ParseReason::SamplingFraction { fraction }).into());
        }
        let seed = match sample.seed.as_ref().map(|s| value(&s.value.value)) {
            Some(Some(seed)) => seed as i64,
            _ => 0,
        };
        let random = self.call(
            "rand",
            vec![Expr::literal(Value::Long(seed), DataType::Long)],
        )?;
        let most = Expr::literal(Value::Double(fraction), DataType::Double);
        let predicate = self.call("<", vec![random, most])?;
        Ok(filter(plan, predicate))
    }
}

/// The parts of a name.
pub fn name_parts(name: &ast::ObjectName) -> Vec<String> {
    name.0
        .iter()
        .filter_map(|p| p.as_ident())
        .map(|i| i.value.clone())
        .collect()
}

/// `SELECT 1` reads one row without columns.
pub fn one_row() -> Arc<Plan> {
    Arc::new(Plan {
        node: PlanNode::OneRow,
        output: Vec::new(),
    })
}

/// A catalog's answer as a plan.
pub fn relation_plan(relation: Relation) -> Arc<Plan> {
    subquery_alias(relation.plan, relation.qualifier)
}

/// The same columns under another qualifier.
pub fn subquery_alias(input: Arc<Plan>, qualifier: Vec<String>) -> Arc<Plan> {
    let output = input
        .output
        .iter()
        .map(|a| Attribute {
            qualifier: qualifier.clone(),
            ..a.clone()
        })
        .collect();
    Arc::new(Plan {
        node: PlanNode::SubqueryAlias {
            input,
            name: qualifier.last().cloned().unwrap_or_default(),
        },
        output,
    })
}

/// `AS t (a, b)`.
fn aliased(plan: Arc<Plan>, alias: Option<&ast::TableAlias>) -> Result<Arc<Plan>, SqlError> {
    let Some(alias) = alias else {
        return Ok(plan);
    };
    let names: Vec<&ast::Ident> = alias.columns.iter().map(|c| &c.name).collect();
    let plan = rename(plan, &names, ident_start(&alias.name))?;
    Ok(subquery_alias(plan, vec![alias.name.value.clone()]))
}

/// The visible columns under other names; none keeps them all.
pub fn rename(
    input: Arc<Plan>,
    names: &[&ast::Ident],
    position: Option<Position>,
) -> Result<Arc<Plan>, SqlError> {
    if names.is_empty() {
        return Ok(input);
    }
    let visible: Vec<(usize, &Attribute)> = input
        .output
        .iter()
        .enumerate()
        .filter(|(_, a)| !a.hidden)
        .collect();
    if visible.len() != names.len() {
        let error: SqlError = AnalysisReason::AssignmentArityMismatch {
            target: visible.len(),
            source_columns: names.len(),
        }
        .into();
        return Err(error.at(position));
    }
    let (exprs, output) = visible
        .into_iter()
        .zip(names)
        .map(|((i, a), name)| {
            let attribute = Attribute {
                name: name.value.clone(),
                ..a.clone()
            };
            (Expr::column(i, a), attribute)
        })
        .unzip();
    Ok(Arc::new(Plan {
        node: PlanNode::Project { input, exprs },
        output,
    }))
}
