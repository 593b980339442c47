//! `EXISTS` and `IN` whose subquery reads the query around it: semi and anti joins.

use std::sync::Arc;

use sqlparser::ast::{self, BinaryOperator, SetExpr, UnaryOperator};

use super::expression::{Collected, OUTER, Resolved, Resolver};
use super::join::join_node;
use super::query::refuse_collected;
use super::select::{filter, require_boolean};
use super::stack::replace;
use super::{Analyzer, scope, start, unsupported};
use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::plan::{Attribute, Expr, ExprKind, JoinKind, Plan};

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
        let alone = self.subquery(found.query, &input.output);
        match alone {
            Err(SqlError::Analysis(e))
                if matches!(e.reason, AnalysisReason::UnsupportedSubquery { .. }) =>
            {
                self.semi_join(input, &found).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn semi_join(
        &mut self,
        input: &Arc<Plan>,
        found: &Membership<'_>,
    ) -> Result<Arc<Plan>, SqlError> {
        let SetExpr::Select(select) = found.query.body.as_ref() else {
            return Err(unsupported("a set operation in a correlated subquery"));
        };
        let grouped = !matches!(&select.group_by,
            ast::GroupByExpr::Expressions(e, m) if e.is_empty() && m.is_empty());
        if grouped
            || select.having.is_some()
            || select.qualify.is_some()
            || found.query.limit_clause.is_some()
            || found.query.with.is_some()
        {
            return Err(
                unsupported("GROUP BY, HAVING, LIMIT or WITH in a correlated subquery")
                    .at(start(select.as_ref())),
            );
        }
        self.outer.push(input.output.clone());
        let joined = self.semi_join_inside(input, found, select);
        self.outer.pop();
        joined
    }

    fn semi_join_inside(
        &mut self,
        input: &Arc<Plan>,
        found: &Membership<'_>,
        select: &ast::Select,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut inner = self.from(&select.from)?;
        for view in &select.lateral_views {
            inner = self.lateral_view(inner, view)?;
        }
        let columns = inner.output.clone();
        let width = input.output.len();
        let mut local: Vec<Expr> = Vec::new();
        let mut condition: Option<Resolved> = None;
        for part in select.selection.iter().flat_map(|e| conjuncts(e)) {
            let value = self.beside(part, &columns, &input.output)?;
            require_boolean(&value)?;
            if reads_outer(&value.expr) {
                condition = Some(self.both_hold(condition, value)?);
            } else {
                local.push(value.expr);
            }
        }
        if let Some(value) = found.value {
            let [
                ast::SelectItem::UnnamedExpr(item)
                | ast::SelectItem::ExprWithAlias { expr: item, .. },
            ] = select.projection.as_slice()
            else {
                return Err(
                    unsupported("IN over several columns of a correlated subquery")
                        .at(start(value)),
                );
            };
            let mut collected = Collected::default();
            let outside = input.output.clone();
            let mut operand = Resolver::new(self, &outside, &mut collected).expression(value)?;
            replace(&mut operand.expr, &mut |e| match &e.kind {
                ExprKind::Column { index, .. } if *index < OUTER => {
                    Some(with_index(e, OUTER + index))
                }
                _ => None,
            });
            let item = self.beside(item, &columns, &input.output)?;
            let mut collected = Collected::default();
            let mut resolver = Resolver::new(self, &columns, &mut collected);
            let mut equal = resolver.operator("=", vec![operand, item], start(value))?;
            if found.negated {
                // NOT IN is unknown where a side is NULL: such rows go too.
                let unknown = resolver.operator("isnull", vec![equal.clone()], None)?;
                equal = resolver.operator("or", vec![equal, unknown], None)?;
            }
            condition = Some(self.both_hold(condition, equal)?);
        }
        for predicate in local {
            inner = filter(inner, predicate);
        }
        let condition = condition.map(|c| {
            let mut expr = c.expr;
            replace(&mut expr, &mut |e| match &e.kind {
                ExprKind::Column { index, .. } if *index >= OUTER => {
                    Some(with_index(e, index - OUTER))
                }
                ExprKind::Column { index, .. } => Some(with_index(e, index + width)),
                _ => None,
            });
            expr
        });
        let kind = if found.negated {
            JoinKind::LeftAnti
        } else {
            JoinKind::LeftSemi
        };
        Ok(join_node(input.clone(), inner, kind, condition))
    }

    /// An expression over a subquery's columns, and those around it where those have no such
    /// name.
    fn beside(
        &mut self,
        e: &ast::Expr,
        columns: &[Attribute],
        around: &[Attribute],
    ) -> Result<Resolved, SqlError> {
        let mut collected = Collected::default();
        let mut resolver = Resolver::new(self, columns, &mut collected);
        resolver.around = around;
        let value = resolver.expression(e)?;
        refuse_collected(&collected, "WHERE")?;
        Ok(value)
    }

    fn both_hold(
        &mut self,
        before: Option<Resolved>,
        value: Resolved,
    ) -> Result<Resolved, SqlError> {
        let Some(before) = before else {
            return Ok(value);
        };
        let mut collected = Collected::default();
        Resolver::new(self, &[], &mut collected).operator("and", vec![before, value], None)
    }
}

fn reads_outer(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Column { index, .. } if index >= OUTER)
        || e.children().into_iter().any(reads_outer)
}

fn with_index(e: &Expr, index: usize) -> Expr {
    let name = match &e.kind {
        ExprKind::Column { name, .. } => name.clone(),
        _ => String::new(),
    };
    Expr {
        kind: ExprKind::Column { index, name },
        ..e.clone()
    }
}

/// The column of the query around that a name means.
pub fn outer_column(name: &[String], around: &[Attribute]) -> Option<(Expr, usize)> {
    let found = scope::find(name, around).ok().flatten()?;
    let attribute = around.get(found.index)?;
    Some((Expr::column(OUTER + found.index, attribute), found.parts))
}
