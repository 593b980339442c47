//! `SELECT`: from one grammar node to a chain of plan nodes.
//!
//! Expressions are typed over the input first; calls that nodes of their own compute leave
//! columns that stand for them. Then the nodes are stacked (Filter, Aggregate, Filter, Window,
//! Generate, Project, Distinct, Sort), and each replaces what it computes by its real columns.

use std::sync::Arc;

use sqlparser::ast::{self, GroupByExpr, SelectItem, SelectItemQualifiedWildcardKind};

use super::correlated::{asks_subquery, conjuncts};
use super::expression::{
    AGGREGATE, Aliases, Collected, GENERATED, OUTPUT, Resolved, Resolver, WINDOW,
};
use super::function::sort_key_of;
use super::grouping::{GROUPING, GroupBy};
use super::query::{in_range, ordinal_of, refuse_collected};
use super::stack::{holds, output_column, replace};
use super::{Analyzer, ident_start, scope, start, unsupported};
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::{cast_expr, sql_text};
use crate::sql::naming;
use crate::sql::plan::{
    AggregateCall, Attribute, EvalMode, Expr, ExprKind, Plan, PlanNode, SortKey,
};
use crate::types::{DataType, quote, quote_if_needed};

/// How many columns a generator may have.
pub const GENERATOR_COLUMNS: usize = 1 << 12;

/// A column of the select list.
#[derive(Debug, Clone)]
pub struct Item {
    pub name: String,
    pub value: Resolved,
    /// A column of the input under its own name keeps its qualifier.
    pub qualifier: Vec<String>,
    pub metadata: crate::types::Metadata,
    /// `AS name` was written.
    pub aliased: bool,
}

/// What a `SELECT` still has to become nodes.
pub struct Parts {
    pub items: Vec<Item>,
    pub having: Option<Resolved>,
    pub qualify: Option<Resolved>,
    pub order: Vec<SortKey>,
    /// Where each key of the order stands.
    pub order_positions: Vec<Option<Position>>,
    pub collected: Collected,
}

impl Parts {
    /// A list and what its expressions call, without predicates or an order.
    pub fn new(items: Vec<Item>, collected: Collected) -> Self {
        Parts {
            items,
            having: None,
            qualify: None,
            order: Vec::new(),
            order_positions: Vec::new(),
            collected,
        }
    }
}

impl Analyzer<'_> {
    /// A `SELECT`, and the `ORDER BY` of its query.
    pub(super) fn select(
        &mut self,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
    ) -> Result<Arc<Plan>, SqlError> {
        if select.top.is_some() || !select.connect_by.is_empty() || select.into.is_some() {
            return Err(unsupported("this form of SELECT").at(start(select)));
        }
        let mut input = self.from(&select.from)?;
        for view in &select.lateral_views {
            input = self.lateral_view(input, view)?;
        }
        if let Some(predicate) = &select.selection {
            input = self.where_with_subqueries(input, predicate, start(select))?;
        }
        let columns = input.output.clone();
        let mut collected = Collected::default();
        let windows = self.grouped_windows(&select.group_by, &columns)?;
        let everything = [SelectItem::Wildcard(Default::default())];
        let projection = match select.flavor {
            ast::SelectFlavor::FromFirstNoSelect => everything.as_slice(),
            _ => &select.projection,
        };
        let items = self.items(
            projection,
            &columns,
            &select.named_window,
            &windows,
            &mut collected,
        )?;
        let group_by = self.group_by(&select.group_by, &items, &columns, &collected)?;

        let names: Vec<(String, Resolved)> = items
            .iter()
            .map(|i| (i.name.clone(), i.value.clone()))
            .collect();
        let mut resolve = |e: &ast::Expr, collected: &mut Collected| {
            let mut resolver = Resolver::new(self, &columns, collected);
            resolver.windows = &select.named_window;
            resolver.aliases = Aliases::Output(&names);
            resolver.grouped = &windows;
            resolver.expression(e)
        };
        let having = select
            .having
            .as_ref()
            .map(|e| resolve(e, &mut collected))
            .transpose()?
            .map(as_boolean);
        let qualify = select
            .qualify
            .as_ref()
            .map(|e| resolve(e, &mut collected))
            .transpose()?;
        for predicate in having.iter().chain(&qualify) {
            require_boolean(predicate)?;
        }
        let mut keys = Vec::new();
        for key in order {
            keys.push(self.order_key(
                key,
                &items,
                &columns,
                (&select.named_window, &windows),
                &mut collected,
            )?);
        }
        for key in select.sort_by.iter().filter(|_| order.is_empty()) {
            keys.push(self.order_key(
                key,
                &items,
                &columns,
                (&select.named_window, &windows),
                &mut collected,
            )?);
        }
        let mut parts = Parts {
            items,
            having,
            qualify,
            order: keys,
            order_positions: order.iter().map(|k| start(&k.expr)).collect(),
            collected,
        };
        let mut group_by = group_by;
        let input = self.with_subqueries(input, &mut parts, group_by.as_mut())?;
        let is_distinct = match &select.distinct {
            None | Some(ast::Distinct::All) => false,
            Some(ast::Distinct::Distinct) => true,
            Some(ast::Distinct::On(_)) => {
                return Err(unsupported("DISTINCT ON").at(start(select)));
            }
        };
        self.stack(input, parts, group_by, is_distinct, start(select))
    }

    /// `WHERE`, where correlated subqueries among its conjuncts become joins.
    fn where_with_subqueries(
        &mut self,
        input: Arc<Plan>,
        predicate: &ast::Expr,
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let (asking, plain): (Vec<_>, Vec<_>) = conjuncts(predicate)
            .into_iter()
            .partition(|c| asks_subquery(c));
        if asking.is_empty() {
            return self.where_clause(input, predicate, position);
        }
        let mut plan = input;
        for conjunct in plain {
            plan = self.where_clause(plan, conjunct, position)?;
        }
        for conjunct in asking {
            plan = match self.membership(&plan, conjunct)? {
                Some(kept) => kept,
                None => self.where_clause(plan, conjunct, position)?,
            };
        }
        Ok(plan)
    }

    /// `WHERE`. Spark places its errors at the start of the query.
    pub(super) fn where_clause(
        &mut self,
        input: Arc<Plan>,
        predicate: &ast::Expr,
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut collected = Collected::default();
        let columns = input.output.clone();
        let mut found = Resolver::new(self, &columns, &mut collected).expression(predicate)?;
        found.position = position;
        if !collected.aggregates.is_empty() {
            let calls: Vec<String> = collected
                .aggregates
                .iter()
                .map(|a| qualified_call(&a.call, &columns))
                .collect();
            let error: SqlError = AnalysisReason::InvalidWhereCondition {
                condition: found.sql,
                expressions: calls.join(", "),
            }
            .into();
            return Err(error.at(position));
        }
        let subqueries = std::mem::take(&mut collected.subqueries);
        refuse_collected(&collected, "WHERE")?;
        require_boolean(&found)?;
        match subqueries.is_empty() {
            true => Ok(filter(input, found.expr)),
            false => self.filter_with_subqueries(&input, found.expr, subqueries),
        }
    }

    /// The select list, stars expanded; `grouped` are names of what the query groups by.
    pub(super) fn items(
        &mut self,
        projection: &[SelectItem],
        columns: &[Attribute],
        windows: &[ast::NamedWindowDefinition],
        grouped: &[(String, Resolved)],
        collected: &mut Collected,
    ) -> Result<Vec<Item>, SqlError> {
        let mut items: Vec<Item> = Vec::new();
        let mut lateral: Vec<(String, Resolved)> = Vec::new();
        for item in projection {
            let (expr, aliases): (&ast::Expr, Vec<&ast::Ident>) = match item {
                SelectItem::Wildcard(options) => {
                    items.extend(self.star(columns, &|_| true, options)?);
                    continue;
                }
                SelectItem::QualifiedWildcard(kind, options) => {
                    items.extend(self.qualified_star(kind, options, columns, collected)?);
                    continue;
                }
                SelectItem::UnnamedExpr(e) => (e, Vec::new()),
                SelectItem::ExprWithAlias { expr, alias } => (expr, vec![alias]),
                SelectItem::ExprWithAliases { expr, aliases } => (expr, aliases.iter().collect()),
            };
            let mut resolver = Resolver::new(self, columns, collected);
            resolver.windows = windows;
            resolver.aliases = Aliases::Lateral(&lateral);
            resolver.grouped = grouped;
            let value = resolver.expression(expr)?;
            if let Some(generator) = generator_of(&value.expr) {
                items.extend(generated_items(
                    generator,
                    &aliases,
                    collected,
                    start(expr),
                )?);
                continue;
            }
            if holds(&value.expr, GENERATED, OUTPUT) {
                return Err(AnalysisReason::NestedGenerator {
                    expression: value.sql,
                }
                .into());
            }
            if aliases.len() > 1 {
                let error: SqlError = AnalysisReason::GeneratorAliases {
                    expected: 1,
                    aliases: aliases
                        .iter()
                        .map(|a| a.value.as_str())
                        .collect::<Vec<_>>()
                        .join(","),
                }
                .into();
                return Err(error.at(start(expr)));
            }
            let alias = aliases.first().map(|a| a.value.clone());
            if let Some(alias) = &alias {
                lateral.push((alias.clone(), value.clone()));
            }
            items.push(new_item(alias, value, columns));
        }
        Ok(items)
    }

    fn qualified_star(
        &mut self,
        kind: &SelectItemQualifiedWildcardKind,
        options: &ast::WildcardAdditionalOptions,
        columns: &[Attribute],
        collected: &mut Collected,
    ) -> Result<Vec<Item>, SqlError> {
        let value = match kind {
            SelectItemQualifiedWildcardKind::ObjectName(name) => {
                let idents: Vec<&ast::Ident> = name.0.iter().filter_map(|p| p.as_ident()).collect();
                let parts: Vec<String> = idents.iter().map(|i| i.value.clone()).collect();
                let position = idents.first().and_then(|i| ident_start(i));
                if columns
                    .iter()
                    .any(|a| !a.hidden && scope::has_qualifier(a, &parts))
                {
                    return self.star(columns, &|a| scope::has_qualifier(a, &parts), options);
                }
                // The fields of a struct.
                let found = scope::find(&parts, columns).map_err(|e| e.at(position))?;
                if found.is_none() {
                    let visible = columns.iter().filter(|a| !a.hidden);
                    let error: SqlError = AnalysisReason::CannotResolveStarExpand {
                        target: scope::quote_parts(&parts),
                        columns: visible.map(|a| quote(&a.name)).collect(),
                    }
                    .into();
                    return Err(error.at(position));
                }
                let idents: Vec<ast::Ident> = idents.into_iter().cloned().collect();
                Resolver::new(self, columns, collected)
                    .expression(&ast::Expr::CompoundIdentifier(idents))?
            }
            SelectItemQualifiedWildcardKind::Expr(e) => {
                Resolver::new(self, columns, collected).expression(e)?
            }
        };
        let DataType::Struct(fields) = &value.expr.data_type else {
            let error: SqlError = AnalysisReason::StarOfNoStruct {
                attribute: value.sql.clone(),
            }
            .into();
            return Err(error.at(value.position));
        };
        Ok(fields
            .fields
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let expr = Expr {
                    kind: ExprKind::GetField {
                        child: Box::new(value.expr.clone()),
                        index,
                    },
                    data_type: field.data_type.clone(),
                    nullable: value.expr.nullable || field.nullable,
                };
                let sql = format!("{}.{}", value.sql, field.name);
                new_item(
                    Some(field.name.clone()),
                    Resolved::new((expr, sql), value.position),
                    columns,
                )
            })
            .collect())
    }

    fn group_by(
        &mut self,
        group_by: &GroupByExpr,
        items: &[Item],
        columns: &[Attribute],
        collected: &Collected,
    ) -> Result<Option<GroupBy>, SqlError> {
        let (exprs, modifiers) = match group_by {
            GroupByExpr::All(modifiers) => {
                let mut keys = Vec::new();
                for item in items {
                    if !holds(&item.value.expr, AGGREGATE, OUTPUT) {
                        keys.push(item.value.clone());
                    }
                }
                return Ok(Some(GroupBy::new(keys).with_modifiers(modifiers)?));
            }
            GroupByExpr::Expressions(exprs, modifiers) => (exprs, modifiers),
        };
        if exprs.is_empty() && modifiers.is_empty() {
            let implied = !collected.aggregates.is_empty();
            return Ok(implied.then(|| GroupBy::new(Vec::new())));
        }
        let mut groups = GroupBy::new(Vec::new());
        for e in exprs {
            match e {
                ast::Expr::Rollup(sets) => {
                    let sets = self.key_sets(sets, items, columns, collected)?;
                    groups.add_rollup(sets);
                }
                ast::Expr::Cube(sets) => {
                    let sets = self.key_sets(sets, items, columns, collected)?;
                    groups.add_cube(sets)?;
                }
                ast::Expr::GroupingSets(sets) => {
                    let sets = self.key_sets(sets, items, columns, collected)?;
                    groups.add_sets(sets);
                }
                e => {
                    let key = self.group_key(e, items, columns, collected)?;
                    groups.add_key(key);
                }
            }
        }
        for modifier in modifiers {
            if let ast::GroupByWithModifier::GroupingSets(ast::Expr::GroupingSets(sets)) = modifier
            {
                let sets = self.key_sets(sets, items, columns, collected)?;
                groups.restrict(sets);
            }
        }
        Ok(Some(groups.with_modifiers(modifiers)?))
    }

    fn key_sets(
        &mut self,
        sets: &[Vec<ast::Expr>],
        items: &[Item],
        columns: &[Attribute],
        collected: &Collected,
    ) -> Result<Vec<Vec<Resolved>>, SqlError> {
        let mut out = Vec::new();
        for set in sets {
            let mut keys = Vec::new();
            for e in set {
                keys.push(self.group_key(e, items, columns, collected)?);
            }
            out.push(keys);
        }
        Ok(out)
    }

    /// A key: a column's position, an expression over the input, or an alias of the list.
    fn group_key(
        &mut self,
        e: &ast::Expr,
        items: &[Item],
        columns: &[Attribute],
        collected: &Collected,
    ) -> Result<Resolved, SqlError> {
        let position = start(e);
        if let Some(n) = ordinal_of(e) {
            let item = in_range(n, items.len()).and_then(|i| items.get(i));
            let Some(item) = item else {
                let error: SqlError = AnalysisReason::GroupByPosOutOfRange {
                    index: n,
                    size: items.len(),
                }
                .into();
                return Err(error.at(position));
            };
            if holds(&item.value.expr, AGGREGATE, WINDOW) {
                let error: SqlError = AnalysisReason::GroupByPosAggregate {
                    index: n,
                    expression: item_text(item, columns, collected),
                }
                .into();
                return Err(error.at(position));
            }
            return Ok(item.value.clone());
        }
        let mut own = Collected::default();
        let aliases: Vec<(String, Resolved)> = items
            .iter()
            .filter(|i| i.aliased)
            .map(|i| (i.name.clone(), i.value.clone()))
            .collect();
        let mut resolver = Resolver::new(self, columns, &mut own);
        resolver.aliases = Aliases::Lateral(&aliases);
        let key = resolver.expression(e)?;
        if let Some(a) = own.aggregates.first() {
            let error: SqlError = AnalysisReason::GroupByAggregate {
                expression: qualified_call(&a.call, columns),
            }
            .into();
            return Err(error.at(a.position));
        }
        if holds(&key.expr, AGGREGATE, WINDOW) {
            let error: SqlError = AnalysisReason::GroupByAggregate {
                expression: key.sql,
            }
            .into();
            return Err(error.at(position));
        }
        refuse_collected(&own, "GROUP BY")?;
        Ok(key)
    }

    /// A key of `ORDER BY`: a position, a name of the output, or an expression over the input.
    fn order_key(
        &mut self,
        key: &ast::OrderByExpr,
        items: &[Item],
        columns: &[Attribute],
        (windows, grouped): (&[ast::NamedWindowDefinition], &[(String, Resolved)]),
        collected: &mut Collected,
    ) -> Result<SortKey, SqlError> {
        let output: Vec<(String, Resolved)> = items
            .iter()
            .enumerate()
            .map(|(i, item)| {
                let mut value = item.value.clone();
                value.expr = output_column(i, item);
                (item.name.clone(), value)
            })
            .collect();
        let found = match ordinal_of(&key.expr) {
            Some(n) => ordinal_key(n, key, &output)?,
            None => {
                let mut resolver = Resolver::new(self, columns, collected);
                resolver.windows = windows;
                resolver.grouped = grouped;
                resolver.aliases = Aliases::Output(&output);
                resolver.sort_key(key)?
            }
        };
        Ok(found.0)
    }
}

/// `ORDER BY 1`: the column of the output at that position.
pub fn ordinal_key(
    position: i64,
    key: &ast::OrderByExpr,
    output: &[(String, Resolved)],
) -> Result<(SortKey, String), SqlError> {
    let found = in_range(position, output.len()).and_then(|i| output.get(i));
    let Some((name, value)) = found else {
        let error: SqlError = AnalysisReason::OrderByPosOutOfRange {
            index: position,
            size: output.len(),
        }
        .into();
        return Err(error.at(start(&key.expr)));
    };
    let mut value = value.clone();
    value.sql.clone_from(name);
    value.position = start(&key.expr);
    sort_key_of(value, &key.options)
}

/// An item as Catalyst prints it: `sum(t.a) AS `sum(a)``.
fn item_text(item: &Item, columns: &[Attribute], collected: &Collected) -> String {
    let call = match &item.value.expr.kind {
        ExprKind::Column { index, .. } => collected.aggregates.get(index.wrapping_sub(AGGREGATE)),
        _ => None,
    };
    let text = call.map_or_else(
        || item.value.sql.clone(),
        |found| qualified_call(&found.call, columns),
    );
    format!("{text} AS {}", quote(&item.name))
}

/// A call with its columns' qualifiers: `sum(orders.quantity)`.
fn qualified_call(call: &AggregateCall, columns: &[Attribute]) -> String {
    let args: Vec<String> = call
        .args
        .iter()
        .map(|arg| {
            let mut arg = arg.clone();
            replace(&mut arg, &mut |e| match &e.kind {
                ExprKind::Column { index, .. } => columns.get(*index).map(|a| {
                    let parts = a.qualifier.iter().chain([&a.name]);
                    let parts: Vec<String> = parts.map(|p| quote_if_needed(p)).collect();
                    let named = Attribute {
                        name: parts.join("."),
                        ..a.clone()
                    };
                    Expr::column(*index, &named)
                }),
                ExprKind::Cast { child, .. } => Some(child.as_ref().clone()),
                _ => None,
            });
            sql_text(&arg)
        })
        .collect();
    naming::aggregate(call.function.name, &args, call.distinct, None)
}

pub fn new_item(alias: Option<String>, value: Resolved, columns: &[Attribute]) -> Item {
    let column = match &value.expr.kind {
        ExprKind::Column { index, .. } => columns.get(*index),
        _ => None,
    };
    let aliased = alias.is_some();
    Item {
        name: alias.unwrap_or_else(|| value.column_name().to_owned()),
        qualifier: match column {
            Some(a) if !aliased => a.qualifier.clone(),
            _ => Vec::new(),
        },
        metadata: column.map(|a| a.metadata.clone()).unwrap_or_default(),
        value,
        aliased,
    }
}

fn generator_of(e: &Expr) -> Option<usize> {
    match e.kind {
        ExprKind::Column { index, .. } if (GENERATED..OUTPUT).contains(&index) => {
            Some((index - GENERATED) / GENERATOR_COLUMNS)
        }
        _ => None,
    }
}

fn generated_items(
    generator: usize,
    aliases: &[&ast::Ident],
    collected: &Collected,
    position: Option<Position>,
) -> Result<Vec<Item>, SqlError> {
    let Some(found) = collected.generators.get(generator) else {
        return Ok(Vec::new());
    };
    let fields = &found.columns.fields;
    if fields.len() >= GENERATOR_COLUMNS {
        return Err(unsupported("a generator of so many columns").at(position));
    }
    if !aliases.is_empty() && aliases.len() != fields.len() {
        let names: Vec<&str> = aliases.iter().map(|a| a.value.as_str()).collect();
        let error: SqlError = AnalysisReason::GeneratorAliases {
            expected: fields.len(),
            aliases: names.join(","),
        }
        .into();
        return Err(error.at(position));
    }
    Ok(fields
        .iter()
        .enumerate()
        .map(|(c, field)| {
            let name = aliases.get(c).map_or(&field.name, |a| &a.value).clone();
            let expr = Expr {
                kind: ExprKind::Column {
                    index: GENERATED + generator * GENERATOR_COLUMNS + c,
                    name: name.clone(),
                },
                data_type: field.data_type.clone(),
                nullable: field.nullable,
            };
            Item {
                value: Resolved::new((expr, name.clone()), position),
                name,
                qualifier: Vec::new(),
                metadata: field.metadata.clone(),
                aliased: true,
            }
        })
        .collect())
}

/// `HAVING` casts what is no boolean.
fn as_boolean(mut predicate: Resolved) -> Resolved {
    let castable = predicate.expr.data_type.is_numeric();
    if castable {
        cast_expr(&mut predicate.expr, &DataType::Boolean, EvalMode::Ansi);
    }
    predicate
}

/// `WHERE`, `HAVING`, `QUALIFY` and `ON` take booleans.
pub fn require_boolean(predicate: &Resolved) -> Result<(), SqlError> {
    if matches!(predicate.expr.data_type, DataType::Boolean | DataType::Null) {
        return Ok(());
    }
    let error: SqlError = AnalysisReason::FilterNotBoolean {
        filter: predicate.sql.clone(),
        actual: predicate.expr.data_type.clone(),
    }
    .into();
    Err(error.at(predicate.position))
}

pub fn filter(input: Arc<Plan>, predicate: Expr) -> Arc<Plan> {
    Arc::new(Plan {
        output: input.output.clone(),
        node: PlanNode::Filter { input, predicate },
    })
}

/// Grouping stand-ins lie above all others.
const _: () = assert!(GROUPING > OUTPUT);
