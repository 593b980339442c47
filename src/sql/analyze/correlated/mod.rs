//! Subqueries that read the query around them: joins.
//!
//! `EXISTS` and `IN` among the conjuncts of `WHERE` are semi and anti joins; a value or an
//! `EXISTS` in an expression is a column of a left join; `LATERAL` is the join that it says.

mod free;

use std::sync::Arc;

use sqlparser::ast::{self, BinaryOperator, UnaryOperator};

use self::free::{across, is_correlated, renumbered};
use super::dataframe::plain;
use super::expression::{OUTER, Resolver, SUBQUERY};
use super::grouping::GroupBy;
use super::join::join_node;
use super::query::distinct;
use super::select::Parts;
use super::stack::{replace, replace_all};
use super::{Analyzer, start, unsupported};
use crate::sql::error::SqlError;
use crate::sql::plan::{Attribute, Expr, ExprKind, JoinKind, Plan, PlanNode};
use crate::types::{DataType, Value};

pub(super) use self::free::is_correlated as reads_around;

/// A subquery found in an expression that reads the query around it.
#[derive(Debug, Clone)]
pub struct FoundSubquery {
    pub plan: Arc<Plan>,
    pub asks: Asks,
}

/// What an expression wants to know of a subquery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Its one value.
    Value,
    /// Whether it has rows, or has none.
    Rows { negated: bool },
}

/// A conjunct that asks whether a subquery has rows.
struct Membership<'e> {
    query: &'e ast::Query,
    /// `value IN (…)`; `None` for `EXISTS`.
    value: Option<&'e ast::Expr>,
    negated: bool,
}

impl<'e> Membership<'e> {
    fn of(e: &'e ast::Expr) -> Option<Self> {
        match e {
            ast::Expr::Exists { subquery, negated } => Some(Membership {
                query: subquery,
                value: None,
                negated: *negated,
            }),
            ast::Expr::InSubquery {
                expr,
                subquery,
                negated,
            } => Some(Membership {
                query: subquery,
                value: Some(expr),
                negated: *negated,
            }),
            ast::Expr::Nested(inner) => Membership::of(inner),
            ast::Expr::UnaryOp {
                op: UnaryOperator::Not | UnaryOperator::BangNot,
                expr,
            } => Membership::of(expr).map(|m| Membership {
                negated: !m.negated,
                ..m
            }),
            _ => None,
        }
    }
}

/// Whether a conjunct asks a subquery for rows.
pub fn asks_subquery(e: &ast::Expr) -> bool {
    Membership::of(e).is_some()
}

/// The parts of a chain of `AND`.
pub fn conjuncts(e: &ast::Expr) -> Vec<&ast::Expr> {
    let mut parts = Vec::new();
    let mut at = e;
    while let ast::Expr::BinaryOp {
        left,
        op: BinaryOperator::And,
        right,
    } = at
    {
        parts.push(right.as_ref());
        at = left;
    }
    parts.push(at);
    parts.reverse();
    parts
}

impl Resolver<'_, '_> {
    /// What stands for a subquery in an expression; `None` if it reads nothing of this query.
    pub(super) fn correlated(
        &mut self,
        plan: &Arc<Plan>,
        asks: Asks,
        data_type: DataType,
    ) -> Option<Expr> {
        if !is_correlated(plan) {
            return None;
        }
        let index = SUBQUERY + self.collected.subqueries.len();
        self.collected.subqueries.push(FoundSubquery {
            plan: plan.clone(),
            asks,
        });
        Some(Expr {
            kind: ExprKind::Column {
                index,
                name: "scalarsubquery()".into(),
            },
            data_type,
            nullable: asks == Asks::Value,
        })
    }
}

impl Analyzer<'_> {
    /// The rows of `input` that a correlated `EXISTS` or `IN` keeps; `None` if the conjunct isn't
    /// one, and can be computed as any other expression.
    pub(super) fn membership(
        &mut self,
        input: &Arc<Plan>,
        conjunct: &ast::Expr,
    ) -> Result<Option<Arc<Plan>>, SqlError> {
        let Some(found) = Membership::of(conjunct) else {
            return Ok(None);
        };
        let plan = self.subquery(found.query, &input.output)?;
        if !is_correlated(&plan) && !matches!(found.value, Some(ast::Expr::Tuple(_))) {
            return Ok(None);
        }
        let width = input.output.len();
        let visible: Vec<(usize, Attribute)> = plan
            .output
            .iter()
            .enumerate()
            .filter(|(_, a)| !a.hidden)
            .map(|(i, a)| (i, a.clone()))
            .collect();
        let free = self.free(&plan, input)?;
        let mut conditions: Vec<Expr> = free.conditions.iter().map(|c| across(c, width)).collect();
        let values = match found.value {
            None => Vec::new(),
            Some(ast::Expr::Tuple(values)) => values.iter().collect(),
            Some(value) => vec![value],
        };
        if found.value.is_some() && values.len() != visible.len() {
            return Err(unsupported("IN over another number of columns").at(start(conjunct)));
        }
        for (value, (i, attribute)) in values.iter().zip(&visible) {
            let operand = plain(self, value, &input.output, "WHERE")?;
            let mut equal =
                self.call("=", vec![operand.expr, Expr::column(width + i, attribute)])?;
            if found.negated {
                // NOT IN is unknown where a side is NULL: such rows go too.
                let unknown = self.call("isnull", vec![equal.clone()])?;
                equal = self.call("or", vec![equal, unknown])?;
            }
            conditions.push(equal);
        }
        let kind = match found.negated {
            true => JoinKind::LeftAnti,
            false => JoinKind::LeftSemi,
        };
        let condition = self.conjunction(conditions)?;
        Ok(Some(join_node(input.clone(), free.plan, kind, condition)))
    }

    /// `input` with a column for each subquery, and these columns.
    fn beside(
        &mut self,
        input: &Arc<Plan>,
        subqueries: Vec<FoundSubquery>,
    ) -> Result<(Arc<Plan>, Vec<Expr>), SqlError> {
        let mut joined = input.clone();
        let mut columns = Vec::new();
        for FoundSubquery { plan, asks } in subqueries {
            let width = joined.output.len();
            let free = self.free(&plan, input)?;
            let (free, at, kind) = match asks {
                Asks::Value => {
                    let at = plan.output.iter().position(|a| !a.hidden);
                    (free, at.unwrap_or_default(), JoinKind::LeftSingle)
                }
                Asks::Rows { .. } => (self.groups_there(free, input)?, 0, JoinKind::Left),
            };
            let conditions = free.conditions.iter().map(|c| across(c, width)).collect();
            let condition = self.conjunction(conditions)?;
            joined = join_node(joined, free.plan, kind, condition);
            let Some(attribute) = joined.output.get(width + at) else {
                return Err(unsupported("a subquery without columns"));
            };
            let value = Expr::column(width + at, attribute);
            columns.push(match asks {
                Asks::Value => value,
                Asks::Rows { negated: false } => self.call("isnotnull", vec![value])?,
                Asks::Rows { negated: true } => self.call("isnull", vec![value])?,
            });
        }
        Ok((joined, columns))
    }

    /// Which groups have rows: a column that says so, then the groups' own, each once.
    fn groups_there(
        &mut self,
        free: free::Free,
        around: &Arc<Plan>,
    ) -> Result<free::Free, SqlError> {
        let settled = self.settled(free, 0, around)?;
        let there = Attribute::new("exists", DataType::Boolean, false);
        let mut exprs = vec![Expr::literal(Value::Boolean(true), DataType::Boolean)];
        let mut output = vec![there];
        for (i, a) in settled.plan.output.iter().enumerate() {
            exprs.push(Expr::column(i, a));
            output.push(a.clone());
        }
        let marked = Arc::new(Plan {
            node: PlanNode::Project {
                input: settled.plan,
                exprs,
            },
            output,
        });
        let next = |i: usize| if i >= OUTER { i } else { i + 1 };
        let conditions = settled.conditions.iter();
        Ok(free::Free {
            plan: distinct(marked),
            conditions: conditions.map(|c| renumbered(c, &next)).collect(),
        })
    }

    /// The input of a `SELECT` with the columns that its correlated subqueries give, which take
    /// the places of what stood for them.
    pub(super) fn with_subqueries(
        &mut self,
        input: Arc<Plan>,
        parts: &mut Parts,
        group_by: Option<&mut GroupBy>,
    ) -> Result<Arc<Plan>, SqlError> {
        let subqueries = std::mem::take(&mut parts.collected.subqueries);
        if subqueries.is_empty() {
            return Ok(input);
        }
        let (joined, columns) = self.beside(&input, subqueries)?;
        let mut by_column = |e: &Expr| stands_for(e, &columns);
        replace_all(parts, &mut by_column);
        for aggregate in &mut parts.collected.aggregates {
            let call = &mut aggregate.call;
            for e in call.args.iter_mut().chain(&mut call.filter) {
                replace(e, &mut by_column);
            }
        }
        for key in group_by.into_iter().flat_map(GroupBy::keys_mut) {
            replace(&mut key.expr, &mut by_column);
        }
        Ok(joined)
    }

    /// The rows of `input` for which a condition with correlated subqueries holds.
    pub(super) fn filter_with_subqueries(
        &mut self,
        input: &Arc<Plan>,
        mut predicate: Expr,
        subqueries: Vec<FoundSubquery>,
    ) -> Result<Arc<Plan>, SqlError> {
        let width = input.output.len();
        let (joined, columns) = self.beside(input, subqueries)?;
        replace(&mut predicate, &mut |e| stands_for(e, &columns));
        let kept = super::select::filter(joined, predicate);
        Ok(Plan::keep_columns(&kept, |i, _| i < width))
    }

    /// `left JOIN LATERAL (query) ON …`: `right` was analysed with `left`'s columns around it.
    pub(super) fn lateral_join(
        &mut self,
        left: Arc<Plan>,
        right: &Arc<Plan>,
        kind: JoinKind,
        on: Option<&ast::Expr>,
    ) -> Result<Arc<Plan>, SqlError> {
        let (width, columns) = (left.output.len(), right.output.len());
        let free = self.free(right, &left)?;
        let mut conditions: Vec<Expr> = free.conditions.iter().map(|c| across(c, width)).collect();
        if let Some(on) = on {
            let both: Vec<Attribute> = left.output.iter().chain(&right.output).cloned().collect();
            let found = plain(self, on, &both, "JOIN")?;
            super::select::require_boolean(&found)?;
            conditions.push(found.expr);
        }
        let condition = self.conjunction(conditions)?;
        let kind = match (kind, &condition) {
            (JoinKind::Cross, Some(_)) => JoinKind::Inner,
            (JoinKind::Inner, None) => JoinKind::Cross,
            (kind, _) => kind,
        };
        let mut joined = join_node(left, free.plan, kind, condition);
        // The columns are called what the relation calls them.
        if let Some(plan) = Arc::get_mut(&mut joined) {
            let given = plan.output.iter_mut().skip(width);
            for (mine, theirs) in given.zip(&right.output) {
                mine.name.clone_from(&theirs.name);
                mine.qualifier.clone_from(&theirs.qualifier);
                mine.hidden = theirs.hidden;
            }
        }
        Ok(Plan::keep_columns(&joined, |i, _| i < width + columns))
    }
}

fn stands_for(e: &Expr, columns: &[Expr]) -> Option<Expr> {
    match e.kind {
        ExprKind::Column { index, .. } => columns.get(index.checked_sub(SUBQUERY)?).cloned(),
        _ => None,
    }
}
