//! A `SELECT`'s nodes, stacked: Aggregate, Filter, Window, Generate, Project, Distinct, Sort.
//!
//! Each replaces what it computes, in all that is above, by its real columns.

use std::sync::Arc;

use super::expression::{AGGREGATE, GENERATED, OUTPUT, WINDOW, same};
use super::grouping::GroupBy;
use super::query::{distinct_rows, sort};
use super::select::{GENERATOR_COLUMNS, Item, Parts, filter};
use super::{Analyzer, scope};
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::plan::{Attribute, Expr, ExprKind, Plan, PlanNode, WindowCall};

impl Analyzer<'_> {
    /// Stacks the nodes.
    pub(super) fn stack(
        &mut self,
        input: Arc<Plan>,
        mut parts: Parts,
        group_by: Option<GroupBy>,
        is_distinct: bool,
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut group_by = group_by;
        let mut plan = self.with_time_windows(input, &mut parts, &mut group_by)?;
        let implied = group_by.is_none()
            && (!parts.collected.aggregates.is_empty() || parts.having.is_some());
        let group_by = group_by.or_else(|| implied.then(|| GroupBy::new(Vec::new())));
        match group_by {
            Some(group_by) => plan = self.aggregate_node(plan, group_by, &mut parts, position)?,
            None => {
                if let Some((_, _, at)) = parts.collected.groupings.first() {
                    let error: SqlError = AnalysisReason::UnsupportedGrouping.into();
                    return Err(error.at(*at));
                }
            }
        }
        if let Some(having) = parts.having.take() {
            plan = filter(plan, having.expr);
        }
        plan = window_nodes(plan, &mut parts);
        if let Some(qualify) = parts.qualify.take() {
            plan = filter(plan, qualify.expr);
        }
        plan = generate_nodes(plan, &mut parts);
        project_and_sort(plan, parts, is_distinct)
    }
}

/// An output column's stand-in, for `ORDER BY`.
pub(super) fn output_column(index: usize, item: &Item) -> Expr {
    Expr {
        kind: ExprKind::Column {
            index: OUTPUT + index,
            name: item.name.clone(),
        },
        data_type: item.value.expr.data_type.clone(),
        nullable: item.value.expr.nullable,
    }
}

/// Whether the expression holds stand-ins from `from` up to `to`.
pub fn holds(e: &Expr, from: usize, to: usize) -> bool {
    matches!(e.kind, ExprKind::Column { index, .. } if (from..to).contains(&index))
        || e.children().into_iter().any(|c| holds(c, from, to))
}

/// Replaces parts of an expression, outermost first; what `replacement` gives isn't entered.
pub fn replace(e: &mut Expr, replacement: &mut dyn FnMut(&Expr) -> Option<Expr>) {
    if let Some(new) = replacement(e) {
        *e = new;
        return;
    }
    for child in e.children_mut() {
        replace(child, replacement);
    }
}

/// Replaces parts in all that is still to become nodes.
pub fn replace_all(parts: &mut Parts, replacement: &mut dyn FnMut(&Expr) -> Option<Expr>) {
    for item in &mut parts.items {
        replace(&mut item.value.expr, replacement);
    }
    for predicate in parts.having.iter_mut().chain(&mut parts.qualify) {
        replace(&mut predicate.expr, replacement);
    }
    for key in &mut parts.order {
        replace(&mut key.expr, replacement);
    }
    for (window, _) in &mut parts.collected.windows {
        let call = window.call.args.iter_mut().chain(&mut window.call.filter);
        let keys = window.order_by.iter_mut().map(|k| &mut k.expr);
        for e in call.chain(&mut window.partition_by).chain(keys) {
            replace(e, replacement);
        }
    }
    for generator in &mut parts.collected.generators {
        for e in &mut generator.args {
            replace(e, replacement);
        }
    }
}

/// The windows: those whose arguments are other windows' values stand above them.
fn window_nodes(input: Arc<Plan>, parts: &mut Parts) -> Arc<Plan> {
    let mut plan = input;
    let all = std::mem::take(&mut parts.collected.windows);
    let mut waiting: Vec<(usize, (WindowCall, String))> = all.into_iter().enumerate().collect();
    while !waiting.is_empty() {
        let reads_window = |window: &WindowCall| {
            let call = window.call.args.iter().chain(&window.call.filter);
            let keys = window.order_by.iter().map(|k| &k.expr);
            let mut read = call.chain(&window.partition_by).chain(keys);
            read.any(|e| holds(e, WINDOW, GENERATED))
        };
        let (later, now): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(_, (w, _))| reads_window(w));
        if now.is_empty() {
            break;
        }
        let base = plan.output.len();
        let mut output = plan.output.clone();
        let (places, calls): (Vec<usize>, Vec<(WindowCall, String)>) = now.into_iter().unzip();
        for (window, sql) in &calls {
            let call = &window.call;
            output.push(Attribute::new(sql, call.data_type.clone(), call.nullable));
        }
        let mut by_column = |e: &Expr| match &e.kind {
            ExprKind::Column { index, name } if (WINDOW..GENERATED).contains(index) => {
                let at = places.iter().position(|p| WINDOW + p == *index)?;
                Some(Expr {
                    kind: ExprKind::Column {
                        index: base + at,
                        name: name.clone(),
                    },
                    ..e.clone()
                })
            }
            _ => None,
        };
        let numbers: Vec<usize> = later.iter().map(|(i, _)| *i).collect();
        parts.collected.windows = later.into_iter().map(|(_, w)| w).collect();
        replace_all(parts, &mut by_column);
        let later = std::mem::take(&mut parts.collected.windows);
        waiting = numbers.into_iter().zip(later).collect();
        plan = Arc::new(Plan {
            node: PlanNode::Window {
                input: plan,
                calls: calls.into_iter().map(|(call, _)| call).collect(),
            },
            output,
        });
    }
    plan
}

fn generate_nodes(input: Arc<Plan>, parts: &mut Parts) -> Arc<Plan> {
    let mut plan = input;
    for (g, found) in std::mem::take(&mut parts.collected.generators)
        .into_iter()
        .enumerate()
    {
        let base = plan.output.len();
        let mut output = plan.output.clone();
        output.extend(
            found
                .columns
                .fields
                .iter()
                .map(|f| Attribute::new(&f.name, f.data_type.clone(), f.nullable)),
        );
        let first = GENERATED + g * GENERATOR_COLUMNS;
        replace_all(parts, &mut |e| match &e.kind {
            ExprKind::Column { index, name }
                if (first..first + GENERATOR_COLUMNS).contains(index) =>
            {
                Some(Expr {
                    kind: ExprKind::Column {
                        index: base + (index - first),
                        name: name.clone(),
                    },
                    ..e.clone()
                })
            }
            _ => None,
        });
        plan = Arc::new(Plan {
            node: PlanNode::Generate {
                input: plan,
                generator: found.function,
                args: found.args,
                outer: found.outer,
            },
            output,
        });
    }
    plan
}

/// The list, and the order: what the order needs beyond the list rides along and is dropped.
fn project_and_sort(
    input: Arc<Plan>,
    parts: Parts,
    is_distinct: bool,
) -> Result<Arc<Plan>, SqlError> {
    let Parts {
        items,
        mut order,
        order_positions,
        ..
    } = parts;
    let mut exprs: Vec<Expr> = items.iter().map(|i| i.value.expr.clone()).collect();
    let mut output: Vec<Attribute> = items
        .iter()
        .map(|item| Attribute {
            name: item.name.clone(),
            data_type: item.value.expr.data_type.clone(),
            nullable: item.value.expr.nullable,
            metadata: item.metadata.clone(),
            qualifier: item.qualifier.clone(),
            hidden: false,
        })
        .collect();
    let visible = output.len();
    for (k, key) in order.iter_mut().enumerate() {
        // An item written again is the item.
        replace(&mut key.expr, &mut |e| {
            let i = items.iter().position(|item| same(&item.value.expr, e))?;
            (!matches!(e.kind, ExprKind::Literal(_)))
                .then(|| items.get(i).map(|item| output_column(i, item)))?
        });
        if !holds_input(&key.expr) {
            replace(&mut key.expr, &mut |e| match &e.kind {
                ExprKind::Column { index, .. } if *index >= OUTPUT => output
                    .get(index - OUTPUT)
                    .map(|a| Expr::column(index - OUTPUT, a)),
                _ => None,
            });
            continue;
        }
        if is_distinct {
            let name = first_input(&key.expr).unwrap_or_default();
            let error = scope::unresolved(&[name], output.get(..visible).unwrap_or_default());
            return Err(error.at(order_positions.get(k).copied().flatten()));
        }
        let mut extra = key.expr.clone();
        replace(&mut extra, &mut |e| match &e.kind {
            ExprKind::Column { index, .. } if *index >= OUTPUT => {
                items.get(index - OUTPUT).map(|i| i.value.expr.clone())
            }
            _ => None,
        });
        let attribute = Attribute {
            hidden: true,
            ..Attribute::new("_order", extra.data_type.clone(), extra.nullable)
        };
        key.expr = Expr::column(exprs.len(), &attribute);
        exprs.push(extra);
        output.push(attribute);
    }
    let mut plan = Arc::new(Plan {
        node: PlanNode::Project { input, exprs },
        output,
    });
    if is_distinct {
        plan = distinct_rows(plan)?;
    }
    if !order.is_empty() {
        plan = sort(plan, order);
    }
    if plan.output.len() > visible {
        let kept: Vec<Attribute> = plan.output.iter().take(visible).cloned().collect();
        plan = Arc::new(Plan {
            node: PlanNode::Project {
                exprs: kept
                    .iter()
                    .enumerate()
                    .map(|(i, a)| Expr::column(i, a))
                    .collect(),
                input: plan,
            },
            output: kept,
        });
    }
    Ok(plan)
}

fn holds_input(e: &Expr) -> bool {
    holds(e, 0, AGGREGATE)
}

/// The name of the first column of the input that an expression reads.
pub fn first_input(e: &Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Column { index, name } if *index < AGGREGATE => Some(name.clone()),
        _ => e.children().into_iter().find_map(first_input),
    }
}
