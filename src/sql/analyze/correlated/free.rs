//! A subquery's plan freed from the query around it: what reads that query's columns becomes
//! conditions of a join.
//!
//! Conditions rise through the nodes of the subquery as far as they give the same there. Where
//! they don't (an aggregate, a limit), the node works on groups: by the columns that equalities
//! compare with the outside, or else by the outside's own values, which join the rows below.
//!
//! Source: Neumann and Kemper, "Unnesting Arbitrary Queries"; Catalyst's
//! `DecorrelateInnerQuery`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::expression::{Collected, OUTER, Resolved, Resolver};
use super::super::join::join_node;
use super::super::query::distinct;
use super::super::select::filter;
use super::super::stack::replace;
use super::super::{Analyzer, unsupported};
use crate::sql::error::SqlError;
use crate::sql::execute::conjuncts;
use crate::sql::functions::lookup;
use crate::sql::plan::{
    AggregateCall, Attribute, Expr, ExprKind, JoinKind, Plan, PlanNode, SortKey, WindowCall,
    WindowFrame,
};
use crate::types::{DataType, Value};

/// A plan that reads nothing of the query around it.
///
/// Its first columns are those of the plan that it came from; what the conditions need follows.
pub struct Free {
    pub plan: Arc<Plan>,
    /// What must hold: over the plan's columns and, from [`OUTER`] on, those of the query around.
    pub conditions: Vec<Expr>,
}

/// Whether a plan reads columns of the query around it.
pub fn is_correlated(plan: &Plan) -> bool {
    plan.expressions().into_iter().any(reads_outer)
        || plan.inputs().into_iter().any(|p| is_correlated(p))
}

pub fn reads_outer(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Column { index, .. } if index >= OUTER)
        || e.children().into_iter().any(reads_outer)
}

/// The expression with its columns renumbered.
pub fn renumbered(e: &Expr, to: &dyn Fn(usize) -> usize) -> Expr {
    let mut e = e.clone();
    replace(&mut e, &mut |e| match &e.kind {
        ExprKind::Column { index, name } => Some(Expr {
            kind: ExprKind::Column {
                index: to(*index),
                name: name.clone(),
            },
            ..e.clone()
        }),
        _ => None,
    });
    e
}

/// The condition of a join of the query around, which has `width` columns, with the freed plan.
pub fn across(condition: &Expr, width: usize) -> Expr {
    renumbered(condition, &|i| match i.checked_sub(OUTER) {
        Some(outer) => outer,
        None => i + width,
    })
}

fn outer_columns(e: &Expr, found: &mut BTreeSet<usize>) {
    if let ExprKind::Column { index, .. } = e.kind
        && index >= OUTER
    {
        found.insert(index - OUTER);
    }
    for child in e.children() {
        outer_columns(child, found);
    }
}

fn all_outer_columns(plan: &Plan, found: &mut BTreeSet<usize>) {
    for e in plan.expressions() {
        outer_columns(e, found);
    }
    for input in plan.inputs() {
        all_outer_columns(input, found);
    }
}

/// Where the columns that a subquery reads of the query around stand in a plan below.
type Places = Vec<(usize, usize)>;

fn placed(e: &Expr, places: &Places) -> Expr {
    renumbered(e, &|i| {
        let known = places.iter().find(|(outer, _)| OUTER + outer == i);
        known.map_or(i, |(_, at)| *at)
    })
}

impl Analyzer<'_> {
    /// Frees a plan from the query around it, whose rows are `around`'s.
    pub(super) fn free(&mut self, plan: &Arc<Plan>, around: &Arc<Plan>) -> Result<Free, SqlError> {
        if !is_correlated(plan) {
            return Ok(Free {
                plan: plan.clone(),
                conditions: Vec::new(),
            });
        }
        let width = plan.output.len();
        match &plan.node {
            PlanNode::SubqueryAlias { input, .. } | PlanNode::View { input, .. } => {
                self.free(input, around)
            }
            PlanNode::Filter { input, predicate } => {
                let mut free = self.free(input, around)?;
                for part in conjuncts(predicate) {
                    match reads_outer(part) {
                        true => free.conditions.push(part.clone()),
                        false => free.plan = filter(free.plan, part.clone()),
                    }
                }
                Ok(free)
            }
            PlanNode::Project { input, exprs } => {
                let free = self.free(input, around)?;
                let (free, places) = self.with_outer(free, input.output.len(), exprs, around)?;
                let exprs = exprs.iter().map(|e| placed(e, &places)).collect();
                Ok(project(free, exprs, plan.output.clone()))
            }
            PlanNode::Sort { input, keys } => {
                let free = self.free(input, around)?;
                let read: Vec<Expr> = keys.iter().map(|k| k.expr.clone()).collect();
                let (free, places) = self.with_outer(free, input.output.len(), &read, around)?;
                let keys = keys.iter().map(|k| SortKey {
                    expr: placed(&k.expr, &places),
                    ..k.clone()
                });
                Ok(Free {
                    plan: super::super::query::sort(free.plan, keys.collect()),
                    ..free
                })
            }
            PlanNode::Aggregate {
                input,
                keys,
                aggregates,
            } => {
                let free = self.free(input, around)?;
                match keys.is_empty() {
                    true => self.one_group(free, plan, aggregates, around),
                    false => self.grouped(free, plan, (input, keys, aggregates), around),
                }
            }
            PlanNode::Distinct {
                input,
                on,
                within_watermark,
            } => {
                let free = self.free(input, around)?;
                let free = self.settled(free, width, around)?;
                let keys = width..free.plan.output.len();
                let on = on
                    .as_ref()
                    .map(|on| on.iter().copied().chain(keys).collect());
                Ok(Free {
                    plan: Arc::new(Plan {
                        output: free.plan.output.clone(),
                        node: PlanNode::Distinct {
                            input: free.plan,
                            on,
                            within_watermark: *within_watermark,
                        },
                    }),
                    conditions: free.conditions,
                })
            }
            PlanNode::Limit {
                input,
                limit,
                offset,
            } => self.limited_groups(input, *limit, *offset, around),
            PlanNode::Window { input, calls } => {
                let before = input.output.len();
                let free = self.free(input, around)?;
                let free = self.settled(free, before, around)?;
                let keys = columns_of(&free.plan, before..free.plan.output.len());
                let calls = calls.iter().map(|call| WindowCall {
                    partition_by: [call.partition_by.clone(), keys.clone()].concat(),
                    ..call.clone()
                });
                let node = PlanNode::Window {
                    input: free.plan.clone(),
                    calls: calls.collect(),
                };
                Ok(appended(free, before, plan, node))
            }
            PlanNode::Generate {
                input,
                generator,
                args,
                outer,
            } => {
                let before = input.output.len();
                let free = self.free(input, around)?;
                let (free, places) = self.with_outer(free, before, args, around)?;
                let node = PlanNode::Generate {
                    input: free.plan.clone(),
                    generator,
                    args: args.iter().map(|e| placed(e, &places)).collect(),
                    outer: *outer,
                };
                Ok(appended(free, before, plan, node))
            }
            PlanNode::Join {
                left,
                right,
                kind,
                condition,
            } => self.free_join(plan, (left, right), *kind, condition.as_ref(), around),
            PlanNode::Union { .. } | PlanNode::SetOperation { .. } => {
                let mut outer = BTreeSet::new();
                all_outer_columns(plan, &mut outer);
                let (mut inputs, mut conditions) = (Vec::new(), Vec::new());
                for input in plan.inputs() {
                    let free = self.free(input, around)?;
                    let (free, _) = self.joined_outside(free, width, &outer, around)?;
                    inputs.push(free.plan);
                    conditions = free.conditions;
                }
                let mut freed = plan.with_inputs(inputs);
                let first = freed.inputs().first().map(|p| p.output.clone());
                freed.output.extend(first.into_iter().flatten().skip(width));
                Ok(Free {
                    plan: Arc::new(freed),
                    conditions,
                })
            }
            _ => Err(unsupported("this form of correlated subquery")),
        }
    }

    /// The free plan with columns for all that expressions over it read of the query around.
    fn with_outer(
        &mut self,
        free: Free,
        width: usize,
        exprs: &[Expr],
        around: &Arc<Plan>,
    ) -> Result<(Free, Places), SqlError> {
        let mut outer = BTreeSet::new();
        exprs.iter().for_each(|e| outer_columns(e, &mut outer));
        // `o.cid = c.id` gives `c.id`.
        let equal_to = |outer: usize| {
            free.conditions.iter().find_map(|condition| {
                let (outside, inside) = equality(condition)?;
                match (&outside.kind, &inside.kind) {
                    (ExprKind::Column { index: a, .. }, ExprKind::Column { index: b, .. }) => {
                        (*a == OUTER + outer).then_some(*b)
                    }
                    _ => None,
                }
            })
        };
        let known: Option<Places> = outer.iter().map(|o| Some((*o, equal_to(*o)?))).collect();
        match known {
            Some(places) => Ok((free, places)),
            None => self.joined_outside(free, width, &outer, around),
        }
    }

    /// The free plan's rows beside each combination of values that the query around has in the
    /// columns `outer` and in those of the conditions: no condition is left but that these are
    /// the row's own.
    fn joined_outside(
        &mut self,
        free: Free,
        width: usize,
        outer: &BTreeSet<usize>,
        around: &Arc<Plan>,
    ) -> Result<(Free, Places), SqlError> {
        let mut outer = outer.clone();
        free.conditions
            .iter()
            .for_each(|c| outer_columns(c, &mut outer));
        let values = outside_values(&outer, around)?;
        let count = values.output.len();
        let condition = self.conjunction(inside_join(&free.conditions, &outer, count))?;
        let kind = match condition {
            None => JoinKind::Cross,
            Some(_) => JoinKind::Inner,
        };
        let joined = join_node(values, free.plan, kind, condition);
        let order: Vec<usize> = (count..count + width).chain(0..count).collect();
        let plan = reordered(&joined, &order);
        let places = outer.iter().copied().zip(width..).collect();
        let conditions = self.same_values(&plan, &places, around)?;
        Ok((Free { plan, conditions }, places))
    }

    /// The free plan of no columns but its first ones and those that say which group a row is
    /// in: its conditions compare each of these with the query around.
    pub(super) fn settled(
        &mut self,
        free: Free,
        width: usize,
        around: &Arc<Plan>,
    ) -> Result<Free, SqlError> {
        let pairs: Option<Vec<_>> = free.conditions.iter().map(equality).collect();
        let Some(pairs) = pairs else {
            let none = BTreeSet::new();
            return Ok(self.joined_outside(free, width, &none, around)?.0);
        };
        let mut exprs = columns_of(&free.plan, 0..width);
        let mut output: Vec<Attribute> = free.plan.output.iter().take(width).cloned().collect();
        let mut conditions = Vec::new();
        for (condition, (outside, inside)) in free.conditions.iter().zip(pairs) {
            let attribute = key_attribute(inside.data_type.clone(), inside.nullable);
            let key = Expr::column(exprs.len(), &attribute);
            let mut compared = condition.clone();
            if let ExprKind::Call { args, .. } = &mut compared.kind {
                *args = vec![outside.clone(), key];
            }
            conditions.push(compared);
            exprs.push(inside.clone());
            output.push(attribute);
        }
        Ok(Free {
            plan: Arc::new(Plan {
                node: PlanNode::Project {
                    input: free.plan,
                    exprs,
                },
                output,
            }),
            conditions,
        })
    }

    /// An aggregate of all rows has a row even where there are none: the query around brings its
    /// values, and those that found nothing make a group of no row that counts.
    fn one_group(
        &mut self,
        free: Free,
        plan: &Plan,
        aggregates: &[AggregateCall],
        around: &Arc<Plan>,
    ) -> Result<Free, SqlError> {
        let mut outer = BTreeSet::new();
        all_outer_columns(plan, &mut outer);
        let values = outside_values(&outer, around)?;
        let count = values.output.len();
        let places: Places = outer.iter().copied().zip(0..).collect();
        let mut exprs = columns_of(&free.plan, 0..free.plan.output.len());
        let mut output = free.plan.output.clone();
        exprs.push(Expr::literal(Value::Boolean(true), DataType::Boolean));
        output.push(key_attribute(DataType::Boolean, false));
        let marked = Arc::new(Plan {
            node: PlanNode::Project {
                input: free.plan,
                exprs,
            },
            output,
        });
        let condition = self.conjunction(inside_join(&free.conditions, &outer, count))?;
        let joined = join_node(values, marked, JoinKind::Left, condition);
        let there = columns_of(&joined, joined.output.len() - 1..joined.output.len());
        let inside = |e: &Expr| {
            let known = |i: usize| places.iter().find(|(o, _)| OUTER + o == i);
            renumbered(e, &|i| known(i).map_or(i + count, |(_, at)| *at))
        };
        let mut calls = Vec::new();
        for call in aggregates {
            let filters = call.filter.iter().map(inside);
            calls.push(AggregateCall {
                args: call.args.iter().map(inside).collect(),
                filter: self.conjunction(there.iter().cloned().chain(filters).collect())?,
                ..call.clone()
            });
        }
        let keys = columns_of(&joined, 0..count);
        let mut output: Vec<Attribute> = joined.output.iter().take(count).cloned().collect();
        output.extend(plan.output.iter().cloned());
        let width = plan.output.len();
        let aggregate = Arc::new(Plan {
            node: PlanNode::Aggregate {
                input: joined,
                keys,
                aggregates: calls,
            },
            output,
        });
        let order: Vec<usize> = (count..count + width).chain(0..count).collect();
        let plan = reordered(&aggregate, &order);
        let places = outer.iter().copied().zip(width..).collect();
        let conditions = self.same_values(&plan, &places, around)?;
        Ok(Free { plan, conditions })
    }

    fn grouped(
        &mut self,
        free: Free,
        plan: &Plan,
        (input, keys, aggregates): (&Arc<Plan>, &[Expr], &[AggregateCall]),
        around: &Arc<Plan>,
    ) -> Result<Free, SqlError> {
        let before = input.output.len();
        let own = plan.expressions().into_iter().any(reads_outer);
        let (free, places) = match own {
            true => {
                let mut outer = BTreeSet::new();
                plan.expressions()
                    .into_iter()
                    .for_each(|e| outer_columns(e, &mut outer));
                self.joined_outside(free, before, &outer, around)?
            }
            false => (self.settled(free, before, around)?, Vec::new()),
        };
        let groups = columns_of(&free.plan, before..free.plan.output.len());
        let extra = groups.len();
        let inside = |e: &Expr| placed(e, &places);
        let own_keys: Vec<Expr> = keys.iter().map(inside).collect();
        let calls = aggregates.iter().map(|call| AggregateCall {
            args: call.args.iter().map(inside).collect(),
            filter: call.filter.as_ref().map(inside),
            ..call.clone()
        });
        let (key_output, call_output) = plan.output.split_at(keys.len().min(plan.output.len()));
        let mut output = key_output.to_vec();
        output.extend(free.plan.output.iter().skip(before).cloned());
        output.extend(call_output.iter().cloned());
        let aggregate = Arc::new(Plan {
            node: PlanNode::Aggregate {
                input: free.plan.clone(),
                keys: own_keys.into_iter().chain(groups).collect(),
                aggregates: calls.collect(),
            },
            output,
        });
        let keys = keys.len();
        let order: Vec<usize> = (0..keys)
            .chain(keys + extra..aggregate.output.len())
            .chain(keys..keys + extra)
            .collect();
        let width = plan.output.len();
        Ok(Free {
            plan: reordered(&aggregate, &order),
            conditions: moved(&free.conditions, before, width),
        })
    }

    /// `LIMIT` and `OFFSET` count within each group, in the order of the sort below.
    fn limited_groups(
        &mut self,
        input: &Arc<Plan>,
        limit: Option<u64>,
        offset: u64,
        around: &Arc<Plan>,
    ) -> Result<Free, SqlError> {
        let width = input.output.len();
        let order_by = match &input.node {
            PlanNode::Sort { keys, .. } if !keys.iter().any(|k| reads_outer(&k.expr)) => {
                keys.clone()
            }
            _ => Vec::new(),
        };
        let free = self.free(input, around)?;
        let free = self.settled(free, width, around)?;
        let function = self.routine("row_number", None)?;
        let number = key_attribute(DataType::Integer, false);
        let call = WindowCall {
            call: AggregateCall {
                function,
                args: Vec::new(),
                distinct: false,
                filter: None,
                mode: self.mode,
                data_type: DataType::Integer,
                nullable: false,
            },
            partition_by: columns_of(&free.plan, width..free.plan.output.len()),
            order_by,
            frame: WindowFrame {
                range: false,
                start: None,
                end: Some(0),
            },
        };
        let at = free.plan.output.len();
        let mut output = free.plan.output.clone();
        output.push(number.clone());
        let mut numbered = Arc::new(Plan {
            node: PlanNode::Window {
                input: free.plan,
                calls: vec![call],
            },
            output,
        });
        let bound = |n: u64| {
            let n = i64::try_from(n).unwrap_or(i64::MAX);
            Expr::literal(Value::Long(n), DataType::Long)
        };
        let last = limit.map(|limit| ("<=", offset.saturating_add(limit)));
        for (operator, n) in [(">", offset)].into_iter().chain(last) {
            let predicate = self.call(operator, vec![Expr::column(at, &number), bound(n)])?;
            numbered = filter(numbered, predicate);
        }
        let plan = Plan::keep_columns(&numbered, |i, _| i != at);
        Ok(Free {
            plan,
            conditions: free.conditions,
        })
    }

    fn free_join(
        &mut self,
        plan: &Plan,
        (left, right): (&Arc<Plan>, &Arc<Plan>),
        kind: JoinKind,
        condition: Option<&Expr>,
        around: &Arc<Plan>,
    ) -> Result<Free, SqlError> {
        let inner = matches!(kind, JoinKind::Inner | JoinKind::Cross);
        let one_sided = !is_correlated(right) && kind != JoinKind::Right && kind != JoinKind::Full;
        let parts: Vec<&Expr> = condition.map(conjuncts).unwrap_or_default();
        if !(inner || one_sided && !parts.iter().any(|p| reads_outer(p))) {
            return Err(unsupported("a correlated subquery in an outer join"));
        }
        let (before, right_width) = (left.output.len(), right.output.len());
        let l = self.free(left, around)?;
        let r = self.free(right, around)?;
        let (l_width, extra) = (l.plan.output.len(), l.plan.output.len() - before);
        // The right side's columns stand behind those that the left one was given.
        let shift = |e: &Expr| {
            renumbered(e, &|i| match i < before || i >= OUTER {
                true => i,
                false => i + extra,
            })
        };
        let (outer, own): (Vec<Expr>, Vec<Expr>) =
            parts.into_iter().map(shift).partition(reads_outer);
        let own = self.conjunction(own)?;
        let kind = match (kind, &own) {
            (JoinKind::Inner, None) => JoinKind::Cross,
            (kind, _) => kind,
        };
        let joined = join_node(l.plan, r.plan, kind, own);
        let mut conditions = l.conditions;
        conditions.extend(r.conditions.iter().map(|c| {
            renumbered(c, &|i| match i >= OUTER {
                true => i,
                false => i + l_width,
            })
        }));
        conditions.extend(outer);
        // The columns of both, then what was added to either.
        let mut order: Vec<usize> = (0..before).collect();
        if plan.output.len() > before {
            order.extend(l_width..l_width + right_width);
        }
        let added: Vec<usize> = (0..joined.output.len())
            .filter(|i| !order.contains(i))
            .collect();
        order.extend(added);
        let place = |i: usize| order.iter().position(|o| *o == i).unwrap_or(i);
        Ok(Free {
            plan: reordered(&joined, &order),
            conditions: conditions.iter().map(|c| renumbered(c, &place)).collect(),
        })
    }

    /// That columns are the values of the row of the query around.
    fn same_values(
        &mut self,
        plan: &Plan,
        places: &Places,
        around: &Plan,
    ) -> Result<Vec<Expr>, SqlError> {
        let mut conditions = Vec::new();
        for (outer, at) in places {
            if let (Some(a), Some(b)) = (around.output.get(*outer), plan.output.get(*at)) {
                let sides = vec![Expr::column(OUTER + outer, a), Expr::column(*at, b)];
                conditions.push(self.call("<=>", sides)?);
            }
        }
        Ok(conditions)
    }

    /// All of the conditions at once.
    pub(in crate::sql::analyze) fn conjunction(
        &mut self,
        conditions: Vec<Expr>,
    ) -> Result<Option<Expr>, SqlError> {
        let mut all: Option<Expr> = None;
        for condition in conditions {
            all = Some(match all {
                None => condition,
                Some(before) => self.call("and", vec![before, condition])?,
            });
        }
        Ok(all)
    }

    /// A function of typed expressions.
    pub(in crate::sql::analyze) fn call(
        &mut self,
        name: &str,
        args: Vec<Expr>,
    ) -> Result<Expr, SqlError> {
        let args = args.into_iter();
        let args = args.map(|e| Resolved::new((e, String::new()), None));
        let mut collected = Collected::default();
        let mut resolver = Resolver::new(self, &[], &mut collected);
        Ok(resolver.operator(name, args.collect(), None)?.expr)
    }
}

/// `outside = inside`, or `<=>`: the side of the query around, and the other.
fn equality(condition: &Expr) -> Option<(&Expr, &Expr)> {
    let ExprKind::Call { function, args, .. } = &condition.kind else {
        return None;
    };
    let is_equality = [lookup("="), lookup("<=>")]
        .into_iter()
        .flatten()
        .any(|f| std::ptr::eq(f, *function));
    let [a, b] = args.as_slice() else {
        return None;
    };
    let (a, b) = match reads_outer(a) {
        true => (a, b),
        false => (b, a),
    };
    (is_equality && !reads_outer(b) && !reads_inside(a)).then_some((a, b))
}

fn reads_inside(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Column { index, .. } if index < OUTER)
        || e.children().into_iter().any(reads_inside)
}

/// Conditions within a join of the outside's values, which stand first, with a free plan.
fn inside_join(conditions: &[Expr], outer: &BTreeSet<usize>, count: usize) -> Vec<Expr> {
    let place = |i: usize| match i.checked_sub(OUTER) {
        Some(o) => outer.iter().position(|x| *x == o).unwrap_or(i),
        None => i + count,
    };
    conditions.iter().map(|c| renumbered(c, &place)).collect()
}

/// Each combination of values that the query around has in some of its columns, once.
fn outside_values(outer: &BTreeSet<usize>, around: &Arc<Plan>) -> Result<Arc<Plan>, SqlError> {
    if around.is_streaming() {
        return Err(unsupported(
            "this form of correlated subquery over a stream",
        ));
    }
    let order: Vec<usize> = outer.iter().copied().collect();
    Ok(distinct(reordered(around, &order)))
}

/// Columns of a plan, in another order.
fn reordered(input: &Arc<Plan>, order: &[usize]) -> Arc<Plan> {
    let (exprs, output) = order
        .iter()
        .filter_map(|i| {
            input
                .output
                .get(*i)
                .map(|a| (Expr::column(*i, a), a.clone()))
        })
        .unzip();
    Arc::new(Plan {
        node: PlanNode::Project {
            input: input.clone(),
            exprs,
        },
        output,
    })
}

fn columns_of(plan: &Plan, range: std::ops::Range<usize>) -> Vec<Expr> {
    let columns = plan.output.get(range.clone()).unwrap_or_default();
    range
        .zip(columns)
        .map(|(i, a)| Expr::column(i, a))
        .collect()
}

fn key_attribute(data_type: DataType, nullable: bool) -> Attribute {
    Attribute {
        hidden: true,
        ..Attribute::new("_outer", data_type, nullable)
    }
}

/// A projection that hands on what the conditions read.
fn project(free: Free, mut exprs: Vec<Expr>, mut output: Vec<Attribute>) -> Free {
    let mut read = BTreeSet::new();
    for condition in &free.conditions {
        inside_columns(condition, &mut read);
    }
    let mut places: Vec<(usize, usize)> = Vec::new();
    for i in read {
        if let Some(a) = free.plan.output.get(i) {
            places.push((i, exprs.len()));
            exprs.push(Expr::column(i, a));
            output.push(Attribute {
                hidden: true,
                ..a.clone()
            });
        }
    }
    let place = |i: usize| {
        places
            .iter()
            .find(|(from, _)| *from == i)
            .map_or(i, |p| p.1)
    };
    let conditions = free.conditions.iter();
    Free {
        conditions: conditions.map(|c| renumbered(c, &place)).collect(),
        plan: Arc::new(Plan {
            node: PlanNode::Project {
                input: free.plan,
                exprs,
            },
            output,
        }),
    }
}

fn inside_columns(e: &Expr, found: &mut BTreeSet<usize>) {
    if let ExprKind::Column { index, .. } = e.kind
        && index < OUTER
    {
        found.insert(index);
    }
    for child in e.children() {
        inside_columns(child, found);
    }
}

/// A node that adds columns to its input's: they stand before what its input had been given.
fn appended(free: Free, before: usize, plan: &Plan, node: PlanNode) -> Free {
    let width = plan.output.len();
    let given = free.plan.output.len();
    let added = width - before;
    let mut output = free.plan.output.clone();
    output.extend(plan.output.iter().skip(before).cloned());
    let node = Arc::new(Plan { node, output });
    let order: Vec<usize> = (0..before)
        .chain(given..given + added)
        .chain(before..given)
        .collect();
    Free {
        plan: reordered(&node, &order),
        conditions: moved(&free.conditions, before, width),
    }
}

/// Conditions whose columns from `before` on stand from `after` on.
fn moved(conditions: &[Expr], before: usize, after: usize) -> Vec<Expr> {
    let place = |i: usize| match (before..OUTER).contains(&i) {
        true => i - before + after,
        false => i,
    };
    conditions.iter().map(|c| renumbered(c, &place)).collect()
}
