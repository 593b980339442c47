//! The analyzer's door for the DataFrame API: SQL expressions over a plan at hand.

use std::sync::Arc;

use sqlparser::ast;

use super::expression::{Collected, Resolver};
use super::grouping::GroupBy;
use super::query::refuse_collected;
use super::select::Parts;
use super::{Analyzer, Catalog, start};
use crate::sql::error::SqlError;
use crate::sql::parse::parse_select_item;
use crate::sql::plan::{Expr, Plan};

/// An expression over a plan's columns, and the name of a column of it.
///
/// # Errors
/// As for a column of `SELECT`; aggregates and window functions have no place here.
pub fn resolve_expression(
    text: &str,
    plan: &Plan,
    catalog: &dyn Catalog,
) -> Result<(Expr, String), SqlError> {
    let item = parse_select_item(text)?;
    let mut analyzer = Analyzer::new(catalog);
    let mut collected = Collected::default();
    let items = analyzer.items(
        std::slice::from_ref(&item),
        &plan.output,
        &[],
        &mut collected,
    )?;
    refuse_collected(&collected, "expression")?;
    items
        .into_iter()
        .next()
        .map(|i| (i.value.expr, i.name))
        .ok_or_else(|| super::unsupported(format!("the expression {text}")))
}

/// `df.selectExpr(…)`.
///
/// # Errors
/// As for `SELECT`.
pub fn select(
    plan: &Arc<Plan>,
    expressions: &[&str],
    catalog: &dyn Catalog,
) -> Result<Arc<Plan>, SqlError> {
    let projection: Result<Vec<_>, _> = expressions.iter().map(|e| parse_select_item(e)).collect();
    let mut analyzer = Analyzer::new(catalog);
    let mut collected = Collected::default();
    let items = analyzer.items(&projection?, &plan.output, &[], &mut collected)?;
    let group_by = (!collected.aggregates.is_empty()).then(|| GroupBy::new(Vec::new()));
    let parts = Parts {
        items,
        having: None,
        qualify: None,
        order: Vec::new(),
        order_positions: Vec::new(),
        collected,
    };
    analyzer.stack(plan.clone(), parts, group_by, false, None)
}

/// `df.filter("…")`.
///
/// # Errors
/// As for `WHERE`.
pub fn filter(
    plan: &Arc<Plan>,
    predicate: &str,
    catalog: &dyn Catalog,
) -> Result<Arc<Plan>, SqlError> {
    match parse_select_item(predicate)? {
        ast::SelectItem::UnnamedExpr(e) => {
            Analyzer::new(catalog).where_clause(plan.clone(), &e, start(&e))
        }
        other => Err(super::unsupported(format!("the predicate {other}"))),
    }
}

/// One expression over columns that can hold nothing but plain ones.
pub(super) fn plain(
    analyzer: &mut Analyzer<'_>,
    e: &ast::Expr,
    columns: &[crate::sql::plan::Attribute],
    clause: &str,
) -> Result<super::expression::Resolved, SqlError> {
    let mut collected = Collected::default();
    let found = Resolver::new(analyzer, columns, &mut collected).expression(e)?;
    refuse_collected(&collected, clause)?;
    Ok(found)
}
