//! `GROUP BY`: keys, grouping sets, and the Aggregate node.

use std::sync::Arc;

use sqlparser::ast::GroupByWithModifier;

use super::Analyzer;
use super::expression::{AGGREGATE, Resolved, WINDOW, same};
use super::select::Parts;
use super::stack::{first_input, holds, replace_all};
use super::{scope, unsupported};
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::cast_expr;
use crate::sql::plan::{AggregateCall, Attribute, EvalMode, Expr, ExprKind, Plan, PlanNode};
use crate::types::{DataType, Value};

/// Where stand-ins of `grouping(x)` and `grouping_id()` begin.
pub const GROUPING: usize = 5 << 26;

/// More grouping sets than a statement can want.
const MAX_SETS: usize = 4096;

/// What rows are grouped by.
#[derive(Debug, Clone)]
pub struct GroupBy {
    /// All keys, each once.
    keys: Vec<Resolved>,
    /// The keys of each grouping set; `None` is one set of all keys.
    sets: Option<Vec<Vec<usize>>>,
}

impl GroupBy {
    pub fn new(keys: Vec<Resolved>) -> Self {
        let mut groups = GroupBy {
            keys: Vec::new(),
            sets: None,
        };
        for key in keys {
            groups.index(key);
        }
        groups
    }

    /// The keys, to change.
    pub fn keys_mut(&mut self) -> impl Iterator<Item = &mut Resolved> {
        self.keys.iter_mut()
    }

    fn index(&mut self, key: Resolved) -> usize {
        let known = self.keys.iter().position(|k| same(&k.expr, &key.expr));
        known.unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        })
    }

    /// A plain key is in every set.
    pub fn add_key(&mut self, key: Resolved) {
        let index = self.index(key);
        for set in self.sets.iter_mut().flatten() {
            if !set.contains(&index) {
                set.push(index);
            }
        }
    }

    /// `ROLLUP (a, b)`: `(a, b)`, `(a)`, `()`.
    pub fn add_rollup(&mut self, parts: Vec<Vec<Resolved>>) {
        let sets = (0..=parts.len())
            .rev()
            .map(|n| parts.iter().take(n).flatten().cloned().collect())
            .collect();
        self.add_sets(sets);
    }

    /// `CUBE (a, b)`: every subset.
    pub fn add_cube(&mut self, parts: Vec<Vec<Resolved>>) -> Result<(), SqlError> {
        if parts.len() > 12 {
            return Err(unsupported("CUBE over more than 12 expressions"));
        }
        let sets = (0..1usize << parts.len())
            .map(|left_out| {
                parts
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| left_out & (1 << (parts.len() - 1 - i)) == 0)
                    .flat_map(|(_, p)| p.clone())
                    .collect()
            })
            .collect();
        self.add_sets(sets);
        Ok(())
    }

    /// Each set so far with each of these.
    pub fn add_sets(&mut self, sets: Vec<Vec<Resolved>>) {
        let plain: Vec<usize> = (0..self.keys.len()).collect();
        let before = self.sets.take().unwrap_or_else(|| vec![plain]);
        let new: Vec<Vec<usize>> = sets
            .into_iter()
            .map(|set| set.into_iter().map(|key| self.index(key)).collect())
            .collect();
        let mut product = Vec::new();
        for b in &before {
            for n in &new {
                let mut set = b.clone();
                set.extend(n.iter().filter(|i| !b.contains(i)));
                product.push(set);
            }
        }
        self.sets = Some(product);
    }

    /// `GROUP BY a, b GROUPING SETS (…)`: only these.
    pub fn restrict(&mut self, sets: Vec<Vec<Resolved>>) {
        let sets = sets
            .into_iter()
            .map(|set| set.into_iter().map(|key| self.index(key)).collect())
            .collect();
        self.sets = Some(sets);
    }

    /// `WITH ROLLUP`, `WITH CUBE`.
    pub fn with_modifiers(mut self, modifiers: &[GroupByWithModifier]) -> Result<Self, SqlError> {
        for modifier in modifiers {
            let parts = || {
                self.keys
                    .iter()
                    .map(|k| vec![k.clone()])
                    .collect::<Vec<_>>()
            };
            match modifier {
                GroupByWithModifier::Rollup => {
                    let parts = parts();
                    self = GroupBy::new(Vec::new());
                    self.add_rollup(parts);
                }
                GroupByWithModifier::Cube => {
                    let parts = parts();
                    self = GroupBy::new(Vec::new());
                    self.add_cube(parts)?;
                }
                GroupByWithModifier::GroupingSets(_) => {}
                GroupByWithModifier::Totals => return Err(unsupported("WITH TOTALS")),
            }
        }
        Ok(self)
    }
}

impl Analyzer<'_> {
    /// Puts the aggregation over its input, and lets everything above read from it.
    pub(super) fn aggregate_node(
        &mut self,
        input: Arc<Plan>,
        group_by: GroupBy,
        parts: &mut Parts,
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let GroupBy { keys, sets } = group_by;
        if sets.as_ref().is_some_and(|s| s.len() > MAX_SETS) {
            return Err(unsupported("so many grouping sets").at(position));
        }
        let found = std::mem::take(&mut parts.collected.aggregates);
        let aggregates: Vec<AggregateCall> = found.iter().map(|a| a.call.clone()).collect();
        let groupings = std::mem::take(&mut parts.collected.groupings);
        if let (None, Some((_, _, at))) = (&sets, groupings.first()) {
            let error: SqlError = AnalysisReason::UnsupportedGrouping.into();
            return Err(error.at(*at));
        }
        let mut output: Vec<Attribute> = keys
            .iter()
            .map(|key| {
                let column = match &key.expr.kind {
                    ExprKind::Column { index, .. } => input.output.get(*index).cloned(),
                    _ => None,
                };
                let mut attribute = column.unwrap_or_else(|| {
                    Attribute::new(&key.sql, key.expr.data_type.clone(), key.expr.nullable)
                });
                attribute.hidden = false;
                attribute.nullable |= sets.is_some();
                attribute
            })
            .collect();
        output.extend(
            found
                .iter()
                .map(|a| Attribute::new(&a.sql, a.call.data_type.clone(), a.call.nullable)),
        );
        let key_exprs: Vec<Expr> = keys.iter().map(|k| k.expr.clone()).collect();
        let plan = match sets {
            None => Arc::new(Plan {
                node: PlanNode::Aggregate {
                    input,
                    keys: key_exprs.clone(),
                    aggregates,
                },
                output: output.clone(),
            }),
            Some(sets) => {
                output.push(Attribute::new("spark_grouping_id", DataType::Long, false));
                union_of_sets(&input, &key_exprs, &aggregates, &sets, &output, self.mode)
            }
        };

        if let Some(having) = &parts.having
            && keys.is_empty()
            && !parts
                .items
                .iter()
                .any(|i| holds(&i.value.expr, 0, AGGREGATE))
            && let Some(name) = first_input(&having.expr)
        {
            let names = parts.items.iter().map(|i| {
                let e = &i.value.expr;
                Attribute::new(&i.name, e.data_type.clone(), e.nullable)
            });
            let error = scope::unresolved(&[name], &names.collect::<Vec<_>>());
            return Err(error.at(having.position));
        }
        let grouping_exprs = self.grouping_exprs(&groupings, &key_exprs, &output)?;
        let columns = &plan.output;
        let width = key_exprs.len();
        if !keys.is_empty() {
            refuse_ungrouped(parts, &key_exprs)?;
        }
        let mut missing: Option<String> = None;
        replace_all(parts, &mut |e| {
            if let Some(i) = key_exprs.iter().position(|k| same(k, e)) {
                return columns.get(i).map(|a| Expr::column(i, a));
            }
            match &e.kind {
                ExprKind::Column { index, .. } if *index >= GROUPING => {
                    grouping_exprs.get(index - GROUPING).cloned()
                }
                ExprKind::Column { index, .. } if *index >= WINDOW => Some(e.clone()),
                ExprKind::Column { index, .. } if *index >= AGGREGATE => {
                    let at = width + (index - AGGREGATE);
                    columns.get(at).map(|a| Expr::column(at, a))
                }
                ExprKind::Column { name, .. } => {
                    missing.get_or_insert_with(|| name.clone());
                    Some(e.clone())
                }
                _ => None,
            }
        });
        match missing {
            None => Ok(plan),
            Some(_) if keys.is_empty() => {
                let error: SqlError = AnalysisReason::MissingGroupBy.into();
                Err(error.at(position))
            }
            Some(expression) => Err(AnalysisReason::MissingAggregation { expression }.into()),
        }
    }

    /// `grouping(x)` and `grouping_id()` from the grouping id, whose bit is set where a key is
    /// left out; the last key has the lowest bit.
    fn grouping_exprs(
        &mut self,
        groupings: &[(Vec<Expr>, bool, Option<Position>)],
        keys: &[Expr],
        output: &[Attribute],
    ) -> Result<Vec<Expr>, SqlError> {
        let mut exprs = Vec::new();
        for (args, one, _) in groupings {
            let id_at = output.len().saturating_sub(1);
            let id = output.get(id_at).map(|a| Expr::column(id_at, a));
            let Some(id) = id else {
                return Err(AnalysisReason::UnsupportedGrouping.into());
            };
            if !*one {
                exprs.push(id);
                continue;
            }
            let key = args
                .first()
                .and_then(|arg| keys.iter().position(|k| same(k, arg)));
            let Some(key) = key else {
                return Err(AnalysisReason::UnsupportedGrouping.into());
            };
            let bit = keys.len() - 1 - key;
            let shift = self.routine(">>", None)?;
            let and = self.routine("&", None)?;
            let call = |function: &'static crate::sql::functions::Function, args| {
                let bound = (function.bind)(args, &self.context(function.name))?;
                Ok::<Expr, SqlError>(Expr {
                    kind: ExprKind::Call {
                        function,
                        args: bound.args,
                        mode: self.mode,
                    },
                    data_type: bound.data_type,
                    nullable: bound.nullable,
                })
            };
            let places = i32::try_from(bit).unwrap_or(i32::MAX);
            let places = Expr::literal(Value::Integer(places), DataType::Integer);
            let shifted = call(shift, vec![id, places])?;
            let one = Expr::literal(Value::Long(1), DataType::Long);
            let mut masked = call(and, vec![shifted, one])?;
            cast_expr(&mut masked, &DataType::Byte, EvalMode::Legacy);
            exprs.push(masked);
        }
        Ok(exprs)
    }
}

/// An aggregation for each grouping set, keys left out being NULL.
fn union_of_sets(
    input: &Arc<Plan>,
    keys: &[Expr],
    aggregates: &[AggregateCall],
    sets: &[Vec<usize>],
    output: &[Attribute],
    mode: EvalMode,
) -> Arc<Plan> {
    let inputs = sets
        .iter()
        .map(|set| {
            let own: Vec<Expr> = set.iter().filter_map(|i| keys.get(*i).cloned()).collect();
            let mut own_output: Vec<Attribute> =
                set.iter().filter_map(|i| output.get(*i).cloned()).collect();
            own_output.extend(
                output
                    .iter()
                    .skip(keys.len())
                    .take(aggregates.len())
                    .cloned(),
            );
            let aggregate = Arc::new(Plan {
                node: PlanNode::Aggregate {
                    input: input.clone(),
                    keys: own,
                    aggregates: aggregates.to_vec(),
                },
                output: own_output,
            });
            let mut id = 0i64;
            let mut exprs = Vec::new();
            for (i, attribute) in output.iter().take(keys.len()).enumerate() {
                id <<= 1;
                let at = set.iter().position(|k| *k == i);
                match at.and_then(|at| Some((at, aggregate.output.get(at)?))) {
                    Some((at, a)) => exprs.push(Expr::column(at, a)),
                    None => {
                        id |= 1;
                        let mut null = Expr::literal(Value::Null, DataType::Null);
                        cast_expr(&mut null, &attribute.data_type, mode);
                        exprs.push(null);
                    }
                }
            }
            let rest = aggregate.output.iter().enumerate().skip(set.len());
            exprs.extend(rest.map(|(i, a)| Expr::column(i, a)));
            exprs.push(Expr::literal(Value::Long(id), DataType::Long));
            Arc::new(Plan {
                node: PlanNode::Project {
                    input: aggregate,
                    exprs,
                },
                output: output.to_vec(),
            })
        })
        .collect();
    Arc::new(Plan {
        node: PlanNode::Union { inputs },
        output: output.to_vec(),
    })
}

/// `HAVING` and `ORDER BY` read what the query groups by, and its output.
///
/// # Errors
/// `UNRESOLVED_COLUMN` for another column, if the list itself has none.
fn refuse_ungrouped(parts: &Parts, keys: &[Expr]) -> Result<(), SqlError> {
    let items = || parts.items.iter();
    if items().any(|item| ungrouped(&item.value.expr, keys).is_some()) {
        return Ok(());
    }
    let having = parts.having.iter().map(|h| (&h.expr, h.position));
    let positions = parts.order_positions.iter().copied();
    let order = parts
        .order
        .iter()
        .zip(positions.chain(std::iter::repeat(None)));
    let order = order.map(|(key, position)| (&key.expr, position));
    for (expr, position) in having.chain(order) {
        if let Some(name) = ungrouped(expr, keys) {
            let output: Vec<Attribute> = items()
                .map(|item| Attribute::new(&item.name, item.value.expr.data_type.clone(), true))
                .collect();
            let error = scope::unresolved(std::slice::from_ref(name), &output);
            return Err(error.at(position));
        }
    }
    Ok(())
}

/// The first column of the input that an expression reads outside of aggregates and keys.
fn ungrouped<'e>(e: &'e Expr, keys: &[Expr]) -> Option<&'e String> {
    if keys.iter().any(|k| same(k, e)) {
        return None;
    }
    match &e.kind {
        ExprKind::Column { index, name } if *index < AGGREGATE => Some(name),
        _ => e
            .children()
            .into_iter()
            .find_map(|child| ungrouped(child, keys)),
    }
}
