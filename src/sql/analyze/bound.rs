//! What the session binds to a table without a statement: an expression's text, a query's rows.

use std::sync::Arc;

use super::expression::Collected;
use super::query::refuse_collected;
use super::{Analyzer, Catalog, InsertBy};
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

/// The rows of a query as rows of a table: all of its columns in their order and of their types.
///
/// # Errors
/// As for `INSERT`.
pub fn insert_columns(
    table: &[String],
    query: Arc<Plan>,
    by: InsertBy<'_>,
    catalog: &dyn Catalog,
) -> Result<Arc<Plan>, SqlError> {
    let query = Plan::visible_only(&query);
    Analyzer::new(catalog).inserted(&table.to_vec(), query, by)
}
