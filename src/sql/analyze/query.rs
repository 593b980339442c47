//! Queries: common table expressions, set operations, order and limit.

use std::sync::Arc;

use sqlparser::ast::{self, LimitClause, OrderByKind, SetExpr, SetOperator, SetQuantifier};

use super::expression::{Collected, Resolved, Resolver};
use super::function::sort_key_of;
use super::select::ordinal_key;
use super::{Analyzer, ident_start, scope, start, unsupported};
use crate::sql::coercion;
use crate::sql::error::{AnalysisReason, ParseError, ParseReason, Position, SqlError};
use crate::sql::functions::cast_expr;
use crate::sql::plan::{
    Attribute, EvalMode, Expr, ExprKind, Plan, PlanNode, SetOperationKind, SortKey,
};
use crate::types::{DataType, Value, quote};

impl Analyzer<'_> {
    /// A whole query.
    pub(super) fn query(&mut self, query: &ast::Query) -> Result<Arc<Plan>, SqlError> {
        let outside = self.ctes.len();
        let result = self.query_with_ctes(query);
        self.ctes.truncate(outside);
        result
    }

    fn query_with_ctes(&mut self, query: &ast::Query) -> Result<Arc<Plan>, SqlError> {
        if let Some(with) = &query.with {
            let names = with.cte_tables.iter().map(|cte| &cte.alias.name.value);
            let repeated: Vec<String> = names
                .clone()
                .enumerate()
                .filter(|(i, name)| names.clone().take(*i).any(|n| scope::same_name(n, name)))
                .map(|(_, name)| quote(name))
                .collect();
            if !repeated.is_empty() {
                let reason = ParseReason::DuplicateCteNames {
                    names: repeated.join(", "),
                };
                return Err(ParseError::whole(reason).into());
            }
            for cte in &with.cte_tables {
                let recursive = match with.recursive {
                    true => self.recursive(cte)?,
                    false => None,
                };
                let plan = match recursive {
                    Some(plan) => plan,
                    None => named_columns(self.query(&cte.query)?, cte)?,
                };
                self.ctes.push((cte.alias.name.value.clone(), plan));
            }
        }
        let order: &[ast::OrderByExpr] = match query.order_by.as_ref().map(|o| &o.kind) {
            Some(OrderByKind::Expressions(keys)) => keys,
            _ => &[],
        };
        let order_all = match query.order_by.as_ref().map(|o| &o.kind) {
            Some(OrderByKind::All(options)) => Some(options),
            _ => None,
        };
        let mut plan = match query.body.as_ref() {
            SetExpr::Select(select) => self.select(select, order)?,
            body => {
                let plan = self.set_expression(body)?;
                self.order_output(plan, order)?
            }
        };
        if let Some(options) = order_all {
            let keys = output_values(&plan)
                .into_iter()
                .map(|(_, value)| Ok(sort_key_of(value, options)?.0))
                .collect::<Result<_, SqlError>>()?;
            plan = sort(plan, keys);
        }
        if let Some(clause) = &query.limit_clause {
            plan = self.limit(plan, clause)?;
        }
        if let Some(fetch) = &query.fetch
            && let Some(quantity) = &fetch.quantity
        {
            let limit = Some(self.limit_value("limit", quantity)?);
            plan = limited(plan, limit, 0);
        }
        for operator in &query.pipe_operators {
            plan = self.pipe(plan, operator)?;
        }
        Ok(plan)
    }

    /// A common table expression that reads itself: an anchor `UNION ALL` a step. `None` for one that doesn't.
    fn recursive(&mut self, cte: &ast::Cte) -> Result<Option<Arc<Plan>>, SqlError> {
        let SetExpr::SetOperation {
            left,
            op: SetOperator::Union,
            set_quantifier,
            right,
        } = cte.query.body.as_ref()
        else {
            return Ok(None);
        };
        let anchor = named_columns(self.set_expression(left)?, cte)?;
        let mut output = anchor.output.clone();
        output.iter_mut().for_each(|a| a.nullable = true);
        let id = self.next_lambda.get();
        self.next_lambda.set(id + 1);
        let recursion = Arc::new(Plan {
            node: PlanNode::Recursion { id },
            output: output.clone(),
        });
        self.ctes.push((cte.alias.name.value.clone(), recursion));
        let step = self.set_expression(right);
        self.ctes.pop();
        let step = step?;
        if !step.reads_recursion(id) {
            return Ok(None);
        }
        let position = start(right.as_ref());
        if *set_quantifier != SetQuantifier::All {
            return Err(unsupported("UNION in a recursive query: use UNION ALL").at(position));
        }
        let types: Vec<DataType> = output.iter().map(|a| a.data_type.clone()).collect();
        let (_, step) = same_columns(anchor.clone(), step, "UNION", self.mode, position)?;
        let step = cast_columns(step, &types, self.mode);
        Ok(Some(Arc::new(Plan {
            node: PlanNode::Recursive { anchor, step, id },
            output,
        })))
    }

    fn set_expression(&mut self, body: &SetExpr) -> Result<Arc<Plan>, SqlError> {
        match body {
            SetExpr::Select(select) => self.select(select, &[]),
            SetExpr::Query(query) => self.query(query),
            SetExpr::Values(values) => {
                let at = self.before(start(body), "VALUES");
                self.inline_table(&values.rows, at)
            }
            SetExpr::SetOperation { .. } => self.set_operation(body),
            SetExpr::Table(table) => {
                let parts = [&table.schema_name, &table.table_name];
                let name: Vec<String> = parts.into_iter().flatten().cloned().collect();
                self.relation(&name, None, None)
            }
            other => Err(unsupported(format!("the query {other}"))),
        }
    }

    /// Set operations lean left: walked without recursion.
    fn set_operation(&mut self, body: &SetExpr) -> Result<Arc<Plan>, SqlError> {
        let mut pending = Vec::new();
        let mut at = body;
        while let SetExpr::SetOperation {
            left,
            op,
            set_quantifier,
            right,
        } = at
        {
            pending.push((op, set_quantifier, right.as_ref()));
            at = left;
        }
        let position = start(body);
        let mut left = self.set_expression(at)?;
        while let Some((op, quantifier, right)) = pending.pop() {
            let right = self.set_expression(right)?;
            left = self.combine(left, right, *op, *quantifier, position)?;
        }
        Ok(left)
    }

    pub(super) fn combine(
        &mut self,
        left: Arc<Plan>,
        right: Arc<Plan>,
        op: SetOperator,
        quantifier: SetQuantifier,
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let (operator, kind) = match op {
            SetOperator::Union => ("UNION", None),
            SetOperator::Intersect => ("INTERSECT", Some(SetOperationKind::Intersect)),
            SetOperator::Except | SetOperator::Minus => ("EXCEPT", Some(SetOperationKind::Except)),
        };
        let all = matches!(quantifier, SetQuantifier::All | SetQuantifier::AllByName);
        let by_name = matches!(
            quantifier,
            SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName
        );
        let mut right = right;
        if by_name {
            right = reordered_by_name(&left, &right, position)?;
        }
        let operator = if all {
            format!("{operator} ALL")
        } else {
            operator.to_owned()
        };
        // Spark names UNION ALL by UNION.
        let operator = if kind.is_none() {
            "UNION".to_owned()
        } else {
            operator
        };
        let (left, right) = same_columns(left, right, &operator, self.mode, position)?;
        let output: Vec<Attribute> = left
            .output
            .iter()
            .zip(&right.output)
            .map(|(l, r)| {
                let nullable = match kind {
                    None => l.nullable || r.nullable,
                    Some(SetOperationKind::Intersect) => l.nullable && r.nullable,
                    Some(SetOperationKind::Except) => l.nullable,
                };
                Attribute::new(&l.name, l.data_type.clone(), nullable)
            })
            .collect();
        let Some(kind) = kind else {
            // A chain of UNION ALL is one node.
            let mut inputs = match &left.node {
                PlanNode::Union { inputs } if all => inputs.clone(),
                _ => vec![left],
            };
            inputs.push(right);
            let union = Arc::new(Plan {
                node: PlanNode::Union { inputs },
                output,
            });
            return Ok(if all { union } else { distinct(union) });
        };
        Ok(Arc::new(Plan {
            node: PlanNode::SetOperation {
                left,
                right,
                kind,
                all,
            },
            output,
        }))
    }

    /// `ORDER BY` over nothing but a plan's output.
    pub(super) fn order_output(
        &mut self,
        plan: Arc<Plan>,
        order: &[ast::OrderByExpr],
    ) -> Result<Arc<Plan>, SqlError> {
        if order.is_empty() {
            return Ok(plan);
        }
        let output = plan.output.clone();
        let mut keys = Vec::new();
        for key in order {
            let (found, _) = match ordinal_of(&key.expr) {
                Some(n) => ordinal_key(n, key, &output_values(&plan))?,
                None => {
                    let mut collected = Collected::default();
                    let found = Resolver::new(self, &output, &mut collected).sort_key(key)?;
                    refuse_collected(&collected, "ORDER BY")?;
                    found
                }
            };
            keys.push(found);
        }
        Ok(sort(plan, keys))
    }

    fn limit(&mut self, plan: Arc<Plan>, clause: &LimitClause) -> Result<Arc<Plan>, SqlError> {
        let (limit, offset) = match clause {
            LimitClause::LimitOffset { limit, offset, .. } => {
                (limit.as_ref(), offset.as_ref().map(|o| &o.value))
            }
            LimitClause::OffsetCommaLimit { offset, limit } => (Some(limit), Some(offset)),
        };
        let limit = limit.map(|e| self.limit_value("limit", e)).transpose()?;
        let offset = offset.map(|e| self.limit_value("offset", e)).transpose()?;
        Ok(limited(plan, limit, offset.unwrap_or(0)))
    }

    pub(super) fn limit_value(&mut self, name: &str, e: &ast::Expr) -> Result<u64, SqlError> {
        let mut collected = Collected::default();
        let position = match e {
            ast::Expr::UnaryOp { .. } => self.before(start(e), "-"),
            _ => start(e),
        };
        let found = Resolver::new(self, &[], &mut collected).expression(e);
        let invalid = |sub: &str, expression: &str, text: String| -> SqlError {
            let error: SqlError = AnalysisReason::InvalidLimit {
                sub: sub.into(),
                expression: expression.into(),
                text,
            }
            .into();
            error.at(position)
        };
        let unfoldable = |sql: &str| {
            invalid(
                "IS_UNFOLDABLE",
                sql,
                format!("The {name} expression must evaluate to a constant value."),
            )
        };
        let found = found.map_err(|_| unfoldable(&e.to_string()))?;
        let value = match constant(&found.expr) {
            Some(Value::Null) => {
                return Err(invalid(
                    "IS_NULL",
                    &found.sql,
                    format!("The evaluated {name} expression must not be null."),
                ));
            }
            Some(value) if found.expr.data_type.is_integral() => value.as_i64(),
            Some(_) => {
                return Err(invalid(
                    "DATA_TYPE",
                    &found.sql,
                    format!(
                        "The {name} expression must be integer type, but got \"{}\".",
                        found.expr.data_type.sql()
                    ),
                ));
            }
            None => None,
        };
        let value = value.ok_or_else(|| unfoldable(&found.sql))?;
        u64::try_from(value).map_err(|_| {
            invalid(
                "IS_NEGATIVE",
                &found.sql,
                format!(
                    "The {name} expression must be equal to or greater than 0, but got {value}."
                ),
            )
        })
    }

    /// A subquery in an expression over `columns`.
    pub(super) fn subquery(
        &mut self,
        query: &ast::Query,
        columns: &[Attribute],
    ) -> Result<Arc<Plan>, SqlError> {
        self.outer.push(columns.to_vec());
        let plan = self.query(query);
        self.outer.pop();
        let plan = plan?;
        if plan.is_streaming() {
            return Err(AnalysisReason::StreamingSubquery.into());
        }
        Ok(plan)
    }
}

/// The value of an expression of literals: literals, and sums of them.
fn constant(e: &Expr) -> Option<Value> {
    match &e.kind {
        ExprKind::Literal(v) => Some(v.clone()),
        ExprKind::Call { function, args, .. } => {
            let [a, b] = args.as_slice() else { return None };
            let (a, b) = (constant(a)?.as_i64()?, constant(b)?.as_i64()?);
            let value = match function.name {
                "+" => a.checked_add(b)?,
                "-" => a.checked_sub(b)?,
                "*" => a.checked_mul(b)?,
                _ => return None,
            };
            Some(Value::Long(value))
        }
        _ => None,
    }
}

/// `ORDER BY 1`: a whole number means a column of the output.
pub fn ordinal_of(e: &ast::Expr) -> Option<i64> {
    match e {
        ast::Expr::Value(v) => match &v.value {
            ast::Value::Number(text, _) => text.parse().ok(),
            _ => None,
        },
        ast::Expr::UnaryOp {
            op: ast::UnaryOperator::Minus,
            expr,
        } => ordinal_of(expr).map(|n| -n),
        _ => None,
    }
}

/// The index of a position counted from 1.
pub fn in_range(n: i64, len: usize) -> Option<usize> {
    let index = usize::try_from(n).ok()?.checked_sub(1)?;
    (index < len).then_some(index)
}

/// Aggregates, windows and generators where there is no place for them.
pub fn refuse_collected(collected: &Collected, clause: &str) -> Result<(), SqlError> {
    if clause == "WHERE" && !collected.windows.is_empty() {
        return Err(AnalysisReason::WindowFunctionInClause {
            clause: clause.into(),
        }
        .into());
    }
    let aggregates = collected.aggregates.iter().map(|a| a.sql.clone());
    let windows = collected.windows.iter().map(|(_, sql)| sql.clone());
    let expressions: Vec<String> = aggregates.chain(windows).collect();
    if !expressions.is_empty() {
        let error: SqlError = AnalysisReason::UnsupportedExprForOperator { expressions }.into();
        return Err(error.at(collected.aggregates.first().and_then(|a| a.position)));
    }
    if let Some(g) = collected.generators.first() {
        return Err(AnalysisReason::GeneratorOutsideSelect {
            clause: format!("{clause} {}", g.sql),
        }
        .into());
    }
    if !collected.groupings.is_empty() {
        return Err(AnalysisReason::UnsupportedGrouping.into());
    }
    if !collected.subqueries.is_empty() {
        return Err(unsupported(format!("a correlated subquery in {clause}")));
    }
    Ok(())
}

/// A common table expression's columns under the names that it gives them.
fn named_columns(plan: Arc<Plan>, cte: &ast::Cte) -> Result<Arc<Plan>, SqlError> {
    let names: Vec<&ast::Ident> = cte.alias.columns.iter().map(|c| &c.name).collect();
    super::from::rename(plan, &names, ident_start(&cte.alias.name))
}

/// A plan's columns by name, as values.
fn output_values(plan: &Plan) -> Vec<(String, Resolved)> {
    let columns = plan.output.iter().enumerate();
    let values = columns.map(|(i, a)| {
        let value = Resolved::new((Expr::column(i, a), a.name.clone()), None);
        (a.name.clone(), value)
    });
    values.collect()
}

pub fn sort(input: Arc<Plan>, keys: Vec<SortKey>) -> Arc<Plan> {
    Arc::new(Plan {
        output: input.output.clone(),
        node: PlanNode::Sort { input, keys },
    })
}

/// `DISTINCT`, of what can be compared.
pub fn distinct_rows(input: Arc<Plan>) -> Result<Arc<Plan>, SqlError> {
    for a in &input.output {
        if matches!(a.data_type, DataType::Map { .. }) {
            return Err(AnalysisReason::SetOperationOnMap {
                column: quote(&a.name),
                data_type: a.data_type.sql(),
            }
            .into());
        }
    }
    Ok(distinct(input))
}

pub fn distinct(input: Arc<Plan>) -> Arc<Plan> {
    Arc::new(Plan {
        output: input.output.clone(),
        node: PlanNode::Distinct {
            input,
            on: None,
            within_watermark: false,
        },
    })
}

pub(super) fn limited(input: Arc<Plan>, limit: Option<u64>, offset: u64) -> Arc<Plan> {
    if limit.is_none() && offset == 0 {
        return input;
    }
    Arc::new(Plan {
        output: input.output.clone(),
        node: PlanNode::Limit {
            input,
            limit,
            offset,
        },
    })
}

/// The visible columns, each cast to a type.
pub fn cast_columns(input: Arc<Plan>, types: &[DataType], mode: EvalMode) -> Arc<Plan> {
    let visible: Vec<(usize, &Attribute)> = input
        .output
        .iter()
        .enumerate()
        .filter(|(_, a)| !a.hidden)
        .collect();
    let fits = visible.len() == input.output.len()
        && visible
            .iter()
            .zip(types)
            .all(|((_, a), t)| a.data_type == *t);
    if fits {
        return input;
    }
    let (exprs, output) = visible
        .into_iter()
        .zip(types)
        .map(|((i, a), to)| {
            let mut expr = Expr::column(i, a);
            cast_expr(&mut expr, to, mode);
            let mut attribute = a.clone();
            attribute.data_type = to.clone();
            attribute.nullable = expr.nullable;
            (expr, attribute)
        })
        .unzip();
    Arc::new(Plan {
        node: PlanNode::Project { input, exprs },
        output,
    })
}

/// Both plans with as many columns, of the same types.
fn same_columns(
    left: Arc<Plan>,
    right: Arc<Plan>,
    operator: &str,
    mode: EvalMode,
    position: Option<Position>,
) -> Result<(Arc<Plan>, Arc<Plan>), SqlError> {
    let visible = |p: &Plan| -> Vec<DataType> {
        let columns = p.output.iter().filter(|a| !a.hidden);
        columns.map(|a| a.data_type.clone()).collect()
    };
    let (l, r) = (visible(&left), visible(&right));
    if l.len() != r.len() {
        let error: SqlError = AnalysisReason::NumColumnsMismatch {
            operator: operator.into(),
            first: l.len(),
            input: 2,
            actual: r.len(),
        }
        .into();
        return Err(error.at(position));
    }
    let mut types = Vec::new();
    for (i, (a, b)) in l.iter().zip(&r).enumerate() {
        let common = coercion::wider_type(a, b, mode).ok_or_else(|| {
            let error: SqlError = AnalysisReason::IncompatibleColumnType {
                operator: operator.into(),
                column: i + 1,
                table: 2,
                actual: b.clone(),
                expected: a.clone(),
            }
            .into();
            error.at(position)
        })?;
        types.push(common);
    }
    Ok((
        cast_columns(left, &types, mode),
        cast_columns(right, &types, mode),
    ))
}

/// `UNION BY NAME`: the right columns in the order of the left ones.
fn reordered_by_name(
    left: &Plan,
    right: &Arc<Plan>,
    position: Option<Position>,
) -> Result<Arc<Plan>, SqlError> {
    let mut exprs = Vec::new();
    let mut output = Vec::new();
    for column in left.output.iter().filter(|a| !a.hidden) {
        let found = scope::find(std::slice::from_ref(&column.name), &right.output)?;
        let Some((i, a)) = found.and_then(|f| Some((f.index, right.output.get(f.index)?))) else {
            let missing = scope::unresolved(std::slice::from_ref(&column.name), &right.output);
            return Err(missing.at(position));
        };
        exprs.push(Expr::column(i, a));
        output.push(a.clone());
    }
    Ok(Arc::new(Plan {
        node: PlanNode::Project {
            input: right.clone(),
            exprs,
        },
        output,
    }))
}
