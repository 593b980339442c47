//! Windows of time: rows without a time are in none, and where windows overlap a row is in
//! several.
//!
//! Source: Spark's rule `TimeWindowing`, `SessionWindowing`.

use std::sync::Arc;

use sqlparser::ast::{self, GroupByExpr};

use super::Analyzer;
use super::expression::{Collected, Resolved, Resolver, same};
use super::grouping::GroupBy;
use super::select::{Parts, filter};
use super::stack::{replace, replace_all};
use crate::sql::error::SqlError;
use crate::sql::functions::{OVERLAPPING, WindowSpec};
use crate::sql::plan::{Attribute, EvalMode, Expr, ExprKind, Plan, PlanNode};
use crate::types::{DataType, Value};

impl Analyzer<'_> {
    /// The windows that a query groups by, under the names that its list knows them by:
    /// `window.start`.
    pub(super) fn grouped_windows(
        &mut self,
        group_by: &GroupByExpr,
        columns: &[Attribute],
    ) -> Result<Vec<(String, Resolved)>, SqlError> {
        let GroupByExpr::Expressions(keys, _) = group_by else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for key in keys {
            let ast::Expr::Function(call) = key else {
                continue;
            };
            let name = call.name.to_string().to_lowercase();
            if matches!(name.as_str(), "window" | "session_window") {
                let mut collected = Collected::default();
                let value = Resolver::new(self, columns, &mut collected).expression(key)?;
                found.push((name, value));
            }
        }
        Ok(found)
    }

    /// Puts what windows of time need below what is still to become nodes.
    pub(super) fn with_time_windows(
        &mut self,
        input: Arc<Plan>,
        parts: &mut Parts,
        group_by: &mut Option<GroupBy>,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut found: Vec<Expr> = Vec::new();
        each(parts, group_by, &mut |e| {
            if is_window(e) && !found.iter().any(|f| same(f, e)) {
                found.push(e.clone());
            }
            None
        });
        let mut plan = input;
        for window in found {
            let ExprKind::Call { args, .. } = &window.kind else {
                continue;
            };
            let Some(time) = args.first().cloned() else {
                continue;
            };
            match WindowSpec::of(args).filter(|spec| spec.slide < spec.duration) {
                Some(spec) if is_called(&window, "window") => {
                    plan = overlapping(&plan, &window, time, spec);
                    let column = plan.output.len() - 1;
                    let attribute = plan.output.last().cloned();
                    each(parts, group_by, &mut |e| {
                        let attribute = attribute.as_ref().filter(|_| same(e, &window))?;
                        Some(Expr::column(column, attribute))
                    });
                }
                _ if time.nullable => {
                    let function = self.routine("isnotnull", None)?;
                    let predicate = Expr {
                        kind: ExprKind::Call {
                            function,
                            args: vec![time],
                            mode: EvalMode::Ansi,
                        },
                        data_type: DataType::Boolean,
                        nullable: false,
                    };
                    plan = filter(plan, predicate);
                }
                _ => {}
            }
        }
        Ok(plan)
    }
}

fn is_called(e: &Expr, name: &str) -> bool {
    matches!(&e.kind, ExprKind::Call { function, .. } if function.name == name)
}

fn is_window(e: &Expr) -> bool {
    is_called(e, "window") || is_called(e, "session_window")
}

/// Calls `f` for the parts of all expressions over the input, and replaces those for which it
/// gives another.
fn each(
    parts: &mut Parts,
    group_by: &mut Option<GroupBy>,
    f: &mut dyn FnMut(&Expr) -> Option<Expr>,
) {
    replace_all(parts, f);
    for found in &mut parts.collected.aggregates {
        let args = found.call.args.iter_mut().chain(&mut found.call.filter);
        args.for_each(|e| replace(e, f));
    }
    for key in group_by.iter_mut().flat_map(GroupBy::keys_mut) {
        replace(&mut key.expr, f);
    }
}

/// A row for each window that the time falls into: the input's columns, then the window.
fn overlapping(input: &Arc<Plan>, window: &Expr, time: Expr, spec: WindowSpec) -> Arc<Plan> {
    let mut output = input.output.clone();
    output.push(Attribute::new("window", window.data_type.clone(), false));
    let long = |us: i64| Expr::literal(Value::Long(us), DataType::Long);
    Arc::new(Plan {
        node: PlanNode::Generate {
            input: input.clone(),
            generator: &OVERLAPPING,
            args: vec![
                time,
                long(spec.duration),
                long(spec.slide),
                long(spec.start),
            ],
            outer: false,
        },
        output,
    })
}
