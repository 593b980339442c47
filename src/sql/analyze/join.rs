//! Joins: `ON`, `USING`, `NATURAL`.

use std::sync::Arc;

use sqlparser::ast::{self, JoinConstraint, JoinOperator};

use super::dataframe::plain;
use super::expression::{Collected, Resolved, Resolver};
use super::from::name_parts;
use super::{Analyzer, scope, start, unsupported};
use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::plan::{Attribute, Expr, JoinKind, Plan, PlanNode};
use crate::types::{DataType, quote};

impl Analyzer<'_> {
    pub(super) fn join(
        &mut self,
        left: Arc<Plan>,
        right: Arc<Plan>,
        operator: &JoinOperator,
    ) -> Result<Arc<Plan>, SqlError> {
        let (kind, constraint) = match operator {
            JoinOperator::Join(c) | JoinOperator::Inner(c) => (JoinKind::Inner, c),
            JoinOperator::Left(c) | JoinOperator::LeftOuter(c) => (JoinKind::Left, c),
            JoinOperator::Right(c) | JoinOperator::RightOuter(c) => (JoinKind::Right, c),
            JoinOperator::FullOuter(c) => (JoinKind::Full, c),
            JoinOperator::CrossJoin(c) => (JoinKind::Cross, c),
            JoinOperator::Semi(c) | JoinOperator::LeftSemi(c) => (JoinKind::LeftSemi, c),
            JoinOperator::Anti(c) | JoinOperator::LeftAnti(c) => (JoinKind::LeftAnti, c),
            _ => return Err(unsupported("this kind of join")),
        };
        match constraint {
            JoinConstraint::None => {
                let kind = if kind == JoinKind::Inner {
                    JoinKind::Cross
                } else {
                    kind
                };
                Ok(join_node(left, right, kind, None))
            }
            JoinConstraint::On(e) => self.join_on(left, right, kind, e),
            JoinConstraint::Using(names) => {
                let names: Vec<String> = names.iter().filter_map(|n| name_parts(n).pop()).collect();
                self.using(left, right, kind, &names)
            }
            JoinConstraint::Natural => {
                let names: Vec<String> = left
                    .output
                    .iter()
                    .filter(|a| !a.hidden)
                    .filter(|a| {
                        let mut right = right.output.iter().filter(|b| !b.hidden);
                        right.any(|b| scope::same_name(&a.name, &b.name))
                    })
                    .map(|a| a.name.clone())
                    .collect();
                self.using(left, right, kind, &names)
            }
        }
    }

    /// A join on a condition over both sides' columns.
    pub(super) fn join_on(
        &mut self,
        left: Arc<Plan>,
        right: Arc<Plan>,
        kind: JoinKind,
        condition: &ast::Expr,
    ) -> Result<Arc<Plan>, SqlError> {
        let columns = both(&left, &right);
        let found = plain(self, condition, &columns, "JOIN")?;
        if !matches!(found.expr.data_type, DataType::Boolean | DataType::Null) {
            let error: SqlError = AnalysisReason::JoinConditionIsNotBoolean {
                condition: found.sql,
                actual: found.expr.data_type,
            }
            .into();
            return Err(error.at(start(condition)));
        }
        let kind = match kind {
            JoinKind::Cross => JoinKind::Inner,
            kind => kind,
        };
        Ok(join_node(left, right, kind, Some(found.expr)))
    }

    /// `USING`: the columns come once, first; both sides' own stay reachable by qualifier.
    pub(super) fn using(
        &mut self,
        left: Arc<Plan>,
        right: Arc<Plan>,
        kind: JoinKind,
        names: &[String],
    ) -> Result<Arc<Plan>, SqlError> {
        let columns = both(&left, &right);
        let width = left.output.len();
        let side = |plan: &Plan, name: &String, side: &str| -> Result<usize, SqlError> {
            let found = scope::find(std::slice::from_ref(name), &plan.output)?;
            found.map(|f| f.index).ok_or_else(|| {
                let visible = plan.output.iter().filter(|a| !a.hidden);
                AnalysisReason::UnresolvedUsingColumn {
                    name: quote(name),
                    side: side.into(),
                    columns: visible.map(|a| quote(&a.name)).collect(),
                }
                .into()
            })
        };
        let mut pairs = Vec::new();
        let mut condition: Option<Resolved> = None;
        let mut collected = Collected::default();
        let mut resolver = Resolver::new(self, &columns, &mut collected);
        for name in names {
            let (l, r) = (
                side(&left, name, "left")?,
                side(&right, name, "right")? + width,
            );
            pairs.push((l, r));
            let column = |i: usize| {
                columns
                    .get(i)
                    .map(|a| Resolved::new((Expr::column(i, a), a.name.clone()), None))
            };
            let operands: Vec<Resolved> = [column(l), column(r)].into_iter().flatten().collect();
            let equal = resolver.operator("=", operands, None)?;
            condition = Some(match condition {
                None => equal,
                Some(before) => resolver.operator("and", vec![before, equal], None)?,
            });
        }
        let kind = match (kind, &condition) {
            (JoinKind::Cross, Some(_)) => JoinKind::Inner,
            (JoinKind::Inner, None) => JoinKind::Cross,
            (kind, _) => kind,
        };
        let joined = join_node(left, right, kind, condition.map(|c| c.expr));
        if pairs.is_empty() {
            return Ok(joined);
        }
        let semi = matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti);
        let mut exprs = Vec::new();
        let mut output = Vec::new();
        for (l, r) in &pairs {
            let at = |i: usize| {
                joined
                    .output
                    .get(i)
                    .map(|a| (Expr::column(i, a), a.clone()))
            };
            match kind {
                JoinKind::Right => {
                    if let Some((e, a)) = at(*r) {
                        exprs.push(e);
                        output.push(a);
                    }
                }
                JoinKind::Full => {
                    let values: Vec<Resolved> = [at(*l), at(*r)]
                        .into_iter()
                        .flatten()
                        .map(|(e, a)| Resolved::new((e, a.name), None))
                        .collect();
                    let Some(name) = joined.output.get(*l).map(|a| a.name.clone()) else {
                        continue;
                    };
                    let mut collected = Collected::default();
                    let columns = joined.output.clone();
                    let mut resolver = Resolver::new(self, &columns, &mut collected);
                    let first: Vec<Resolved> = values.first().cloned().into_iter().collect();
                    let there = resolver.operator("isnotnull", first.clone(), None)?;
                    let branches = first.into_iter().map(|v| (there.clone(), v)).collect();
                    let merged = resolver.branches(
                        branches,
                        values.get(1).cloned(),
                        "coalesce",
                        format!("coalesce({name}, {name})"),
                        None,
                    )?;
                    output.push(Attribute::new(
                        name,
                        merged.expr.data_type.clone(),
                        merged.expr.nullable,
                    ));
                    exprs.push(merged.expr);
                }
                _ => {
                    if let Some((e, a)) = at(*l) {
                        exprs.push(e);
                        output.push(a);
                    }
                }
            }
        }
        let is_key = |i: usize| pairs.iter().any(|(l, r)| *l == i || *r == i);
        for (i, a) in joined.output.iter().enumerate() {
            if !is_key(i) {
                exprs.push(Expr::column(i, a));
                output.push(a.clone());
            }
        }
        // The keys themselves, for `x.a` and `y.a`.
        for (l, r) in &pairs {
            let hidden = match kind {
                JoinKind::Right => vec![*l],
                JoinKind::Full => vec![*l, *r],
                _ if semi => Vec::new(),
                _ => vec![*r],
            };
            for i in hidden {
                if let Some(a) = joined.output.get(i) {
                    exprs.push(Expr::column(i, a));
                    output.push(Attribute {
                        hidden: true,
                        ..a.clone()
                    });
                }
            }
        }
        Ok(Arc::new(Plan {
            node: PlanNode::Project {
                input: joined,
                exprs,
            },
            output,
        }))
    }
}

pub(super) fn both(left: &Plan, right: &Plan) -> Vec<Attribute> {
    left.output.iter().chain(&right.output).cloned().collect()
}

pub(super) fn cross(left: Arc<Plan>, right: Arc<Plan>) -> Arc<Plan> {
    join_node(left, right, JoinKind::Cross, None)
}

/// A join with its output: the outer sides' columns can be null.
pub fn join_node(
    left: Arc<Plan>,
    right: Arc<Plan>,
    kind: JoinKind,
    condition: Option<Expr>,
) -> Arc<Plan> {
    let nullable = |plan: &Plan, outer: bool| -> Vec<Attribute> {
        plan.output
            .iter()
            .map(|a| Attribute {
                nullable: a.nullable || outer,
                ..a.clone()
            })
            .collect()
    };
    let mut output = nullable(&left, matches!(kind, JoinKind::Right | JoinKind::Full));
    if !matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti) {
        output.extend(nullable(
            &right,
            matches!(kind, JoinKind::Left | JoinKind::Full | JoinKind::LeftSingle),
        ));
    }
    Arc::new(Plan {
        node: PlanNode::Join {
            left,
            right,
            kind,
            condition,
        },
        output,
    })
}
