//! Pipe syntax: `FROM t |> WHERE … |> AGGREGATE … GROUP BY …`, an operator over what came before.
//!
//! Source: Spark SQL reference, "SQL Pipe Syntax".

use std::sync::Arc;

use sqlparser::ast::{self, PipeOperator, SelectItem, SetOperator};

use super::expression::Collected;
use super::from::{name_parts, subquery_alias};
use super::grouping::GroupBy;
use super::query::limited;
use super::select::Parts;
use super::{Analyzer, ident_start, scope, unsupported};
use crate::sql::error::SqlError;
use crate::sql::plan::Plan;

impl Analyzer<'_> {
    /// One operator over the rows so far.
    pub(super) fn pipe(
        &mut self,
        input: Arc<Plan>,
        operator: &PipeOperator,
    ) -> Result<Arc<Plan>, SqlError> {
        match operator {
            PipeOperator::Select { exprs } => self.pipe_select(input, exprs),
            PipeOperator::Extend { exprs } => {
                let mut items = vec![star()];
                items.extend(exprs.iter().cloned());
                self.pipe_select(input, &items)
            }
            PipeOperator::Set { assignments } => self.pipe_set(input, assignments),
            PipeOperator::Drop { columns } => {
                for column in columns {
                    let name = [column.value.clone()];
                    if scope::find(&name, &input.output)?.is_none() {
                        let error = scope::unresolved(&name, &input.output);
                        return Err(error.at(ident_start(column)));
                    }
                }
                let dropped = |name: &str| columns.iter().any(|c| scope::same_name(&c.value, name));
                Ok(Plan::keep_columns(&input, |_, a| !dropped(&a.name)))
            }
            PipeOperator::As { alias } => Ok(subquery_alias(input, vec![alias.value.clone()])),
            PipeOperator::Where { expr } => self.where_clause(input, expr, None),
            PipeOperator::Limit { expr, offset } => {
                let limit = self.limit_value("limit", expr)?;
                let offset = offset.as_ref().map(|o| self.limit_value("offset", o));
                Ok(limited(
                    input,
                    Some(limit),
                    offset.transpose()?.unwrap_or(0),
                ))
            }
            PipeOperator::OrderBy { exprs } => self.order_output(input, exprs),
            PipeOperator::Aggregate {
                full_table_exprs,
                group_by_expr,
            } => self.pipe_aggregate(input, full_table_exprs, group_by_expr),
            PipeOperator::TableSample { sample } => {
                let kind = ast::TableSampleKind::BeforeTableAlias(sample.clone());
                self.sampled(input, Some(&kind), None)
            }
            PipeOperator::Union {
                set_quantifier,
                queries,
            } => self.pipe_sets(input, SetOperator::Union, *set_quantifier, queries),
            PipeOperator::Intersect {
                set_quantifier,
                queries,
            } => self.pipe_sets(input, SetOperator::Intersect, *set_quantifier, queries),
            PipeOperator::Except {
                set_quantifier,
                queries,
            } => self.pipe_sets(input, SetOperator::Except, *set_quantifier, queries),
            PipeOperator::Join(join) => self.joined(input, join),
            other => Err(unsupported(format!("the operator |> {other}"))),
        }
    }

    fn pipe_select(
        &mut self,
        input: Arc<Plan>,
        exprs: &[SelectItem],
    ) -> Result<Arc<Plan>, SqlError> {
        let mut collected = Collected::default();
        let items = self.items(exprs, &input.output, &[], &[], &mut collected)?;
        if !collected.aggregates.is_empty() {
            return Err(unsupported("an aggregate in |> SELECT: use |> AGGREGATE"));
        }
        let mut parts = Parts::new(items, collected);
        let input = self.with_subqueries(input, &mut parts, None)?;
        self.stack(input, parts, None, false, None)
    }

    fn pipe_set(
        &mut self,
        input: Arc<Plan>,
        assignments: &[ast::Assignment],
    ) -> Result<Arc<Plan>, SqlError> {
        let mut set: Vec<(String, &ast::Expr)> = Vec::new();
        for assignment in assignments {
            let ast::AssignmentTarget::ColumnName(name) = &assignment.target else {
                return Err(unsupported("|> SET of several columns at once"));
            };
            let parts = name_parts(name);
            if scope::find(&parts, &input.output)?.is_none() {
                return Err(scope::unresolved(&parts, &input.output));
            }
            set.push((parts.concat(), &assignment.value));
        }
        let items: Vec<SelectItem> = input
            .output
            .iter()
            .filter(|a| !a.hidden)
            .map(|a| {
                let ident = ast::Ident::with_quote('`', &a.name);
                match set
                    .iter()
                    .rfind(|(name, _)| scope::same_name(name, &a.name))
                {
                    Some((_, value)) => SelectItem::ExprWithAlias {
                        expr: (*value).clone(),
                        alias: ident,
                    },
                    None => SelectItem::UnnamedExpr(ast::Expr::Identifier(ident)),
                }
            })
            .collect();
        self.pipe_select(input, &items)
    }

    /// The keys, then the aggregates.
    fn pipe_aggregate(
        &mut self,
        input: Arc<Plan>,
        aggregates: &[ast::ExprWithAliasAndOrderBy],
        keys: &[ast::ExprWithAliasAndOrderBy],
    ) -> Result<Arc<Plan>, SqlError> {
        let item = |e: &ast::ExprWithAliasAndOrderBy| match &e.expr.alias {
            Some(alias) => SelectItem::ExprWithAlias {
                expr: e.expr.expr.clone(),
                alias: alias.clone(),
            },
            None => SelectItem::UnnamedExpr(e.expr.expr.clone()),
        };
        let exprs: Vec<SelectItem> = keys.iter().chain(aggregates).map(item).collect();
        let mut collected = Collected::default();
        let items = self.items(&exprs, &input.output, &[], &[], &mut collected)?;
        let grouped = items.iter().take(keys.len()).map(|i| i.value.clone());
        let mut group_by = GroupBy::new(grouped.collect());
        let mut parts = Parts::new(items, collected);
        let input = self.with_subqueries(input, &mut parts, Some(&mut group_by))?;
        self.stack(input, parts, Some(group_by), false, None)
    }

    fn pipe_sets(
        &mut self,
        input: Arc<Plan>,
        operator: SetOperator,
        quantifier: ast::SetQuantifier,
        queries: &[ast::Query],
    ) -> Result<Arc<Plan>, SqlError> {
        let mut plan = input;
        for query in queries {
            let right = self.query(query)?;
            plan = self.combine(plan, right, operator, quantifier, None)?;
        }
        Ok(plan)
    }
}

fn star() -> SelectItem {
    SelectItem::Wildcard(ast::WildcardAdditionalOptions::default())
}
