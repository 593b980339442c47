//! `FROM`: relations, joins, table functions, `VALUES`, `LATERAL VIEW`, `PIVOT`.

use std::sync::Arc;

use sqlparser::ast::{self, TableFactor, TableVersion, TableWithJoins};

use super::expression::{Collected, Resolved, Resolver};
use super::grouping::GroupBy;
use super::join::cross;
use super::select::{Parts, new_item};
use super::{Analyzer, Relation, ident_start, scope, start, unsupported};
use crate::sql::coercion;
use crate::sql::command::TimeTravel;
use crate::sql::error::{AnalysisReason, ParseError, ParseReason, Position, SqlError};
use crate::sql::functions::{FunctionError, FunctionKind, cast_expr, lookup};
use crate::sql::parse::TOLD;
use crate::sql::plan::{Attribute, Expr, ExprKind, Plan, PlanNode};
use crate::types::{DataType, Value, quote};

impl Analyzer<'_> {
    /// Comma-separated relations, each with its joins.
    pub(super) fn from(&mut self, from: &[TableWithJoins]) -> Result<Arc<Plan>, SqlError> {
        let mut plan: Option<Arc<Plan>> = None;
        for tables in from {
            plan = Some(match plan {
                None => self.table_with_joins(None, tables)?,
                Some(left) => self.table_with_joins(Some(left), tables)?,
            });
        }
        Ok(plan.unwrap_or_else(one_row))
    }

    fn table_with_joins(
        &mut self,
        before: Option<Arc<Plan>>,
        tables: &TableWithJoins,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut plan = match before {
            // FROM t, LATERAL explode(t.xs)
            Some(left) => match self.lateral_table(&left, &tables.relation)? {
                Some(plan) => plan,
                None => {
                    let right = self.table_factor(&tables.relation)?;
                    cross(left, right)
                }
            },
            None => self.table_factor(&tables.relation)?,
        };
        for join in &tables.joins {
            if let Some(lateral) = self.lateral_table(&plan, &join.relation)? {
                plan = lateral;
                continue;
            }
            let right = self.table_factor(&join.relation)?;
            plan = self.join(plan, right, &join.join_operator)?;
        }
        Ok(plan)
    }

    /// A relation of `FROM`.
    pub(super) fn table_factor(&mut self, factor: &TableFactor) -> Result<Arc<Plan>, SqlError> {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                version,
                sample,
                ..
            } => {
                let position = start(name);
                if sample.is_some() {
                    return Err(unsupported("TABLESAMPLE").at(position));
                }
                let parts = name_parts(name);
                if let Some(args) = args {
                    let plan = self.table_function(&parts, &args.args, position)?;
                    return aliased(plan, alias.as_ref());
                }
                let at = version.as_ref().map(|v| self.time_travel(v)).transpose()?;
                let plan = self.relation(&parts, at.as_ref(), position)?;
                aliased(plan, alias.as_ref())
            }
            TableFactor::Derived {
                subquery,
                alias,
                lateral,
                sample,
            } => {
                if *lateral || sample.is_some() {
                    return Err(unsupported("LATERAL subqueries").at(start(factor)));
                }
                let plan = self.query(subquery)?;
                match alias {
                    Some(_) => aliased(plan, alias.as_ref()),
                    None if matches!(subquery.body.as_ref(), ast::SetExpr::Values(_)) => Ok(plan),
                    None => Ok(subquery_alias(
                        plan,
                        vec!["__auto_generated_subquery_name".into()],
                    )),
                }
            }
            TableFactor::Function {
                name, args, alias, ..
            } => {
                let plan = self.table_function(&name_parts(name), args, start(name))?;
                aliased(plan, alias.as_ref())
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                let plan = self.table_with_joins(None, table_with_joins)?;
                aliased(plan, alias.as_ref())
            }
            TableFactor::Pivot {
                table,
                aggregate_functions,
                value_column,
                value_source,
                alias,
                ..
            } => {
                let input = self.table_factor(table)?;
                let plan = self.pivot(input, aggregate_functions, value_column, value_source)?;
                aliased(plan, alias.as_ref())
            }
            other => Err(unsupported(format!("the relation {other}")).at(start(factor))),
        }
    }

    /// A table, view or common table expression by name, or files by format and path.
    pub(super) fn relation(
        &mut self,
        name: &[String],
        at: Option<&TimeTravel>,
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        if let [only] = name {
            let cte = self
                .ctes
                .iter()
                .rev()
                .find(|(n, _)| scope::same_name(n, only));
            if let Some((cte_name, plan)) = cte {
                return Ok(subquery_alias(plan.clone(), vec![cte_name.clone()]));
            }
        }
        let found = self
            .catalog
            .relation(name, at)
            .map_err(|e| e.at(position))?;
        if let Some(relation) = found {
            return Ok(relation_plan(relation));
        }
        if let [format, path] = name {
            let format = format.to_lowercase();
            let files = self.catalog.files(&format, path, &[], at);
            if let Some(plan) = files.map_err(|e| e.at(position))? {
                return Ok(Arc::new(plan));
            }
        }
        let error: SqlError = AnalysisReason::TableOrViewNotFound {
            name: scope::quote_parts(name),
        }
        .into();
        Err(error.at(position))
    }

    fn time_travel(&mut self, version: &TableVersion) -> Result<TimeTravel, SqlError> {
        let (is_version, e) = match version {
            TableVersion::VersionAsOf(e) => (true, e),
            TableVersion::TimestampAsOf(e) | TableVersion::ForSystemTimeAsOf(e) => (false, e),
            other => return Err(unsupported(format!("{other}"))),
        };
        let mut collected = Collected::default();
        let found = Resolver::new(self, &[], &mut collected).expression(e)?;
        match (&found.expr.kind, is_version) {
            (ExprKind::Literal(Value::String(text)), true) => text
                .parse()
                .map(TimeTravel::Version)
                .map_err(|_| unsupported(format!("the version '{text}'")).at(start(e))),
            (ExprKind::Literal(value), true) => value
                .as_i64()
                .and_then(|v| u64::try_from(v).ok())
                .map(TimeTravel::Version)
                .ok_or_else(|| unsupported(format!("the version {}", found.sql)).at(start(e))),
            (ExprKind::Literal(value), false) => Ok(TimeTravel::Timestamp(
                value.cast_text(&found.expr.data_type, self.catalog.time_zone()),
            )),
            _ => Err(unsupported(format!("time travel to {}", found.sql)).at(start(e))),
        }
    }

    // Table functions and generators.

    fn table_function(
        &mut self,
        name: &[String],
        args: &[ast::FunctionArg],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let written = name.last().map(|n| n.to_lowercase()).unwrap_or_default();
        match written.as_str() {
            "range" => self.range(args, position),
            "table_changes" => self.table_changes(args, position),
            TOLD => self.told(args),
            "read_files" | "cloud_files" => self.read_files(&written, args, position),
            _ => match lookup(&written).map(|f| &f.kind) {
                Some(FunctionKind::Generator(_)) => {
                    let call = call_of(&written, args.to_vec(), position);
                    self.generate(one_row(), &call, &[], None, false)
                }
                _ => {
                    let error: SqlError = AnalysisReason::UnresolvableTableFunction {
                        name: scope::quote_parts(name),
                    }
                    .into();
                    Err(error.at(position))
                }
            },
        }
    }

    /// A command in brackets, as `tokens` has rewritten it.
    fn told(&self, args: &[ast::FunctionArg]) -> Result<Arc<Plan>, SqlError> {
        let text = match args {
            [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Value(value)))] => {
                value.clone().into_string()
            }
            _ => None,
        };
        let frame = self.catalog.told(&text.unwrap_or_default())?;
        Ok(Arc::new(Plan::local(frame)))
    }

    /// `table_changes('t', from [, to])`: versions, or timestamps as text.
    fn table_changes(
        &mut self,
        args: &[ast::FunctionArg],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut values = Vec::new();
        for arg in args {
            let ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) = arg else {
                return Err(unsupported(format!("the argument {arg}")).at(position));
            };
            let mut collected = Collected::default();
            let found = Resolver::new(self, &[], &mut collected).expression(e)?;
            let ExprKind::Literal(value) = found.expr.kind else {
                return Err(unsupported(format!("table_changes over {arg}")).at(position));
            };
            values.push((value, found.expr.data_type));
        }
        let zone = self.catalog.time_zone();
        let place = |(value, data_type): &(Value, DataType)| match value.as_i64() {
            Some(version) if data_type.is_integral() => u64::try_from(version)
                .map(TimeTravel::Version)
                .map_err(|_| unsupported(format!("the version {version}")).at(position)),
            _ => Ok(TimeTravel::Timestamp(value.cast_text(data_type, zone))),
        };
        let (Some((Value::String(name), _)), Some(from), true) =
            (values.first(), values.get(1), values.len() <= 3)
        else {
            let error: SqlError = AnalysisReason::IncorrectNumberOfArguments {
                function: "table_changes".into(),
                least: 2,
                most: 3,
            }
            .into();
            return Err(error.at(position));
        };
        let (from, to) = (place(from)?, values.get(2).map(place).transpose()?);
        let parts: Vec<String> = name.split('.').map(str::to_owned).collect();
        match self.catalog.table_changes(&parts, &from, to.as_ref())? {
            Some(plan) => Ok(subquery_alias(Arc::new(plan), vec!["table_changes".into()])),
            None => {
                let error: SqlError = AnalysisReason::TableOrViewNotFound {
                    name: scope::quote_parts(&parts),
                }
                .into();
                Err(error.at(position))
            }
        }
    }

    fn range(
        &mut self,
        args: &[ast::FunctionArg],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut numbers = Vec::new();
        for arg in args {
            let value = match arg {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) => {
                    let mut collected = Collected::default();
                    let found = Resolver::new(self, &[], &mut collected).expression(e)?;
                    match found.expr.kind {
                        ExprKind::Literal(v) => v.as_i64(),
                        _ => None,
                    }
                }
                _ => None,
            };
            let Some(value) = value else {
                return Err(unsupported(format!("range over {arg}")).at(position));
            };
            numbers.push(value);
        }
        let (start, end, step) = match numbers.as_slice() {
            [end] => (0, *end, 1),
            [start, end] => (*start, *end, 1),
            [start, end, step] | [start, end, step, _] if *step != 0 => (*start, *end, *step),
            other => {
                let error: SqlError = FunctionError::WrongNumArgs {
                    function: "range".into(),
                    expected: "[1, 2, 3, 4]".into(),
                    actual: other.len(),
                }
                .into();
                return Err(error.of_binding(position, "", &[]));
            }
        };
        Ok(Arc::new(Plan {
            node: PlanNode::Range { start, end, step },
            output: vec![Attribute::new("id", DataType::Long, false)],
        }))
    }

    /// `read_files('path', format => 'json')`.
    fn read_files(
        &mut self,
        written: &str,
        args: &[ast::FunctionArg],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let (mut path, mut format, mut options) = (None, None, Vec::new());
        for arg in args {
            let (name, value) = match arg {
                ast::FunctionArg::Named { name, arg, .. } => (Some(name.value.clone()), arg),
                ast::FunctionArg::Unnamed(arg) => (None, arg),
                ast::FunctionArg::ExprNamed { .. } => {
                    return Err(unsupported(format!("the argument {arg}")).at(position));
                }
            };
            let ast::FunctionArgExpr::Expr(e) = value else {
                return Err(unsupported(format!("the argument {arg}")).at(position));
            };
            let mut collected = Collected::default();
            let found = Resolver::new(self, &[], &mut collected).expression(e)?;
            let ExprKind::Literal(value) = &found.expr.kind else {
                return Err(unsupported(format!("the argument {arg}")).at(position));
            };
            let text = value.cast_text(&found.expr.data_type, self.catalog.time_zone());
            match name.as_deref() {
                None if path.is_none() => path = Some(text),
                None => format = Some(text.to_lowercase()),
                Some("format") => format = Some(text.to_lowercase()),
                Some(other) => options.push((other.to_owned(), text)),
            }
        }
        let (Some(path), Some(format)) = (path, format) else {
            return Err(unsupported(format!("{written} without a path and a format")).at(position));
        };
        let plan = self
            .catalog
            .files(&format, &path, &options, None)
            .map_err(|e| e.at(position))?;
        plan.map(Arc::new).ok_or_else(|| {
            let error: SqlError = AnalysisReason::DataSourceNotFound { format }.into();
            error.at(position)
        })
    }

    /// `LATERAL VIEW [OUTER] explode(x) t AS c`.
    pub(super) fn lateral_view(
        &mut self,
        input: Arc<Plan>,
        view: &ast::LateralView,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut names: Vec<&ast::Ident> = view.lateral_col_alias.iter().collect();
        let mut table = view
            .lateral_view_name
            .0
            .last()
            .and_then(|p| p.as_ident())
            .map(|i| i.value.clone());
        // `explode(x) AS c`: the grammar takes AS for the name.
        if table
            .as_deref()
            .is_some_and(|t| t.eq_ignore_ascii_case("as"))
        {
            table = None;
        }
        if names.len() == 1 && table.is_none() {
            names.truncate(1);
        }
        self.generate(input, &view.lateral_view, &names, table, view.outer)
    }

    /// `LATERAL explode(x)` in `FROM`.
    fn lateral_table(
        &mut self,
        left: &Arc<Plan>,
        factor: &TableFactor,
    ) -> Result<Option<Arc<Plan>>, SqlError> {
        let TableFactor::Function {
            lateral: true,
            name,
            args,
            alias,
            ..
        } = factor
        else {
            return Ok(None);
        };
        let written = name_parts(name).pop().unwrap_or_default();
        let call = call_of(&written, args.clone(), start(name));
        let names: Vec<&ast::Ident> = alias
            .iter()
            .flat_map(|a| a.columns.iter().map(|c| &c.name))
            .collect();
        let table = alias.as_ref().map(|a| a.name.value.clone());
        self.generate(left.clone(), &call, &names, table, false)
            .map(Some)
    }

    fn generate(
        &mut self,
        input: Arc<Plan>,
        call: &ast::Expr,
        names: &[&ast::Ident],
        table: Option<String>,
        outer: bool,
    ) -> Result<Arc<Plan>, SqlError> {
        let columns = input.output.clone();
        let mut collected = Collected::default();
        let found = Resolver::new(self, &columns, &mut collected).expression(call)?;
        let Some(generator) = collected.generators.pop() else {
            let error: SqlError = AnalysisReason::NotAGenerator {
                function: quote(&found.sql),
            }
            .into();
            return Err(error.at(start(call)));
        };
        if !names.is_empty() && names.len() != generator.columns.len() {
            let given: Vec<&str> = names.iter().map(|n| n.value.as_str()).collect();
            let error: SqlError = AnalysisReason::GeneratorAliases {
                expected: generator.columns.len(),
                aliases: given.join(","),
            }
            .into();
            return Err(error.at(start(call)));
        }
        let outer = outer || generator.outer;
        let mut output = columns;
        for (i, field) in generator.columns.fields.iter().enumerate() {
            let name = names.get(i).map_or(&field.name, |n| &n.value);
            let mut attribute =
                Attribute::new(name, field.data_type.clone(), field.nullable || outer);
            attribute.qualifier = table.iter().cloned().collect();
            output.push(attribute);
        }
        Ok(Arc::new(Plan {
            node: PlanNode::Generate {
                input,
                generator: generator.function,
                args: generator.args,
                outer,
            },
            output,
        }))
    }

    // Rows at hand.

    /// `VALUES (1, 'a'), (2, 'b')`: a projection of each row, united.
    pub(super) fn inline_table(
        &mut self,
        rows: &[ast::Parens<Vec<ast::Expr>>],
        position: Option<Position>,
    ) -> Result<Arc<Plan>, SqlError> {
        let mut values: Vec<Vec<Resolved>> = Vec::new();
        for row in rows {
            let mut typed = Vec::new();
            for e in &row.content {
                let mut collected = Collected::default();
                let found = Resolver::new(self, &[], &mut collected).expression(e)?;
                let computes = !collected.aggregates.is_empty()
                    || !collected.windows.is_empty()
                    || !collected.generators.is_empty();
                if computes {
                    let error: SqlError = AnalysisReason::InlineTableExpression {
                        expression: found.sql,
                    }
                    .into();
                    return Err(error.at(start(e)));
                }
                typed.push(found);
            }
            values.push(typed);
        }
        let width = values.first().map_or(0, Vec::len);
        if let Some(row) = values.iter().position(|r| r.len() != width) {
            return Err(ParseError {
                reason: ParseReason::InlineTableColumns {
                    expected: width,
                    actual: values.get(row).map_or(0, Vec::len),
                    row,
                },
                position: position.unwrap_or(Position { line: 1, column: 0 }),
                sql: String::new(),
                fragment: Some(1),
            }
            .into());
        }
        let mut output = Vec::new();
        for i in 0..width {
            let column: Vec<&Resolved> = values.iter().filter_map(|r| r.get(i)).collect();
            let name = format!("col{}", i + 1);
            let types = column.iter().map(|r| &r.expr.data_type);
            let common = coercion::common_type(types, self.mode).ok_or_else(|| {
                let error: SqlError = AnalysisReason::InlineTableTypes {
                    column: quote(&name),
                }
                .into();
                error.at(position)
            })?;
            let nullable = column.iter().any(|r| r.expr.nullable);
            output.push(Attribute::new(name, common, nullable));
        }
        let mut inputs: Vec<Arc<Plan>> = values
            .into_iter()
            .map(|row| {
                let exprs = row
                    .into_iter()
                    .zip(&output)
                    .map(|(r, a)| {
                        let mut expr = r.expr;
                        cast_expr(&mut expr, &a.data_type, self.mode);
                        expr
                    })
                    .collect();
                Arc::new(Plan {
                    node: PlanNode::Project {
                        input: one_row(),
                        exprs,
                    },
                    output: output.clone(),
                })
            })
            .collect();
        if inputs.len() == 1
            && let Some(only) = inputs.pop()
        {
            return Ok(only);
        }
        Ok(Arc::new(Plan {
            node: PlanNode::Union { inputs },
            output,
        }))
    }

    // PIVOT.

    /// Each aggregate once for each value, over the rows that have it; grouped by what is left.
    fn pivot(
        &mut self,
        input: Arc<Plan>,
        aggregates: &[ast::ExprWithAlias],
        value_column: &[ast::Expr],
        source: &ast::PivotValueSource,
    ) -> Result<Arc<Plan>, SqlError> {
        let [pivot] = value_column else {
            return Err(unsupported("PIVOT over several columns"));
        };
        let ast::PivotValueSource::List(values) = source else {
            return Err(unsupported("PIVOT without a list of values"));
        };
        let columns = input.output.clone();
        let mut parts = Parts {
            items: Vec::new(),
            having: None,
            qualify: None,
            order: Vec::new(),
            order_positions: Vec::new(),
            collected: Collected::default(),
        };
        let mut used = Vec::new();
        let mut pivoted = Vec::new();
        for value in values {
            for aggregate in aggregates {
                let mut filtered = aggregate.expr.clone();
                let ast::Expr::Function(f) = &mut filtered else {
                    return Err(
                        unsupported("PIVOT over anything but an aggregate").at(start(pivot))
                    );
                };
                let mut collected = Collected::default();
                let plain =
                    Resolver::new(self, &columns, &mut collected).expression(&aggregate.expr)?;
                used.extend(
                    collected
                        .aggregates
                        .iter()
                        .flat_map(|a| a.call.args.clone()),
                );
                f.filter = Some(Box::new(ast::Expr::BinaryOp {
                    left: Box::new(pivot.clone()),
                    op: ast::BinaryOperator::Spaceship,
                    right: Box::new(value.expr.clone()),
                }));
                let found =
                    Resolver::new(self, &columns, &mut parts.collected).expression(&filtered)?;
                let mut collected = Collected::default();
                let shown = match &value.alias {
                    Some(alias) => alias.value.clone(),
                    None => {
                        Resolver::new(self, &columns, &mut collected)
                            .expression(&value.expr)?
                            .sql
                    }
                };
                let name = match (&aggregate.alias, aggregates.len()) {
                    (Some(alias), n) if n > 1 => format!("{shown}_{}", alias.value),
                    (None, n) if n > 1 => format!("{shown}_{}", plain.sql),
                    _ => shown,
                };
                pivoted.push((name, found));
            }
        }
        let mut collected = Collected::default();
        let pivot = Resolver::new(self, &columns, &mut collected).expression(pivot)?;
        used.push(pivot.expr);
        let mut taken = std::collections::BTreeSet::new();
        for e in &used {
            columns_in(e, &mut taken);
        }
        let mut keys = Vec::new();
        for (i, a) in columns.iter().enumerate() {
            if !a.hidden && !taken.contains(&i) {
                let mut key = Resolved::new((Expr::column(i, a), a.name.clone()), None);
                key.name = Some(a.name.clone());
                parts.items.push(new_item(None, key.clone(), &columns));
                keys.push(key);
            }
        }
        for (name, value) in pivoted {
            parts.items.push(new_item(Some(name), value, &columns));
        }
        self.stack(input, parts, Some(GroupBy::new(keys)), false, None)
    }
}

fn columns_in(e: &Expr, found: &mut std::collections::BTreeSet<usize>) {
    if let ExprKind::Column { index, .. } = e.kind {
        found.insert(index);
    }
    for child in e.children() {
        columns_in(child, found);
    }
}

/// The call that a table function or `LATERAL` names, as an expression.
fn call_of(name: &str, args: Vec<ast::FunctionArg>, position: Option<Position>) -> ast::Expr {
    let mut ident = ast::Ident::new(name);
    if let Some(p) = position {
        let place = sqlparser::tokenizer::Location::new(u64::from(p.line), u64::from(p.column) + 1);
        ident.span = sqlparser::tokenizer::Span::new(place, place);
    }
    ast::Expr::Function(ast::Function {
        name: ast::ObjectName(vec![ast::ObjectNamePart::Identifier(ident)]),
        uses_odbc_syntax: false,
        parameters: ast::FunctionArguments::None,
        args: ast::FunctionArguments::List(ast::FunctionArgumentList {
            duplicate_treatment: None,
            args,
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

/// The parts of a name.
pub fn name_parts(name: &ast::ObjectName) -> Vec<String> {
    name.0
        .iter()
        .filter_map(|p| p.as_ident())
        .map(|i| i.value.clone())
        .collect()
}

/// `SELECT 1` reads one row without columns.
pub fn one_row() -> Arc<Plan> {
    Arc::new(Plan {
        node: PlanNode::OneRow,
        output: Vec::new(),
    })
}

/// A catalog's answer as a plan: a view keeps its name for lineage.
pub fn relation_plan(relation: Relation) -> Arc<Plan> {
    let Relation {
        plan,
        qualifier,
        is_view,
    } = relation;
    let name = qualifier.last().cloned().unwrap_or_default();
    let plan = if is_view {
        Arc::new(Plan {
            output: plan.output.clone(),
            node: PlanNode::View { input: plan, name },
        })
    } else {
        plan
    };
    subquery_alias(plan, qualifier)
}

/// The same columns under another qualifier.
pub fn subquery_alias(input: Arc<Plan>, qualifier: Vec<String>) -> Arc<Plan> {
    let output = input
        .output
        .iter()
        .map(|a| Attribute {
            qualifier: qualifier.clone(),
            ..a.clone()
        })
        .collect();
    Arc::new(Plan {
        node: PlanNode::SubqueryAlias {
            input,
            name: qualifier.last().cloned().unwrap_or_default(),
        },
        output,
    })
}

/// `AS t (a, b)`.
fn aliased(plan: Arc<Plan>, alias: Option<&ast::TableAlias>) -> Result<Arc<Plan>, SqlError> {
    let Some(alias) = alias else {
        return Ok(plan);
    };
    let names: Vec<&ast::Ident> = alias.columns.iter().map(|c| &c.name).collect();
    let plan = rename(plan, &names, ident_start(&alias.name))?;
    Ok(subquery_alias(plan, vec![alias.name.value.clone()]))
}

/// The visible columns under other names; none keeps them all.
pub fn rename(
    input: Arc<Plan>,
    names: &[&ast::Ident],
    position: Option<Position>,
) -> Result<Arc<Plan>, SqlError> {
    if names.is_empty() {
        return Ok(input);
    }
    let visible: Vec<(usize, &Attribute)> = input
        .output
        .iter()
        .enumerate()
        .filter(|(_, a)| !a.hidden)
        .collect();
    if visible.len() != names.len() {
        let error: SqlError = AnalysisReason::AssignmentArityMismatch {
            target: visible.len(),
            source_columns: names.len(),
        }
        .into();
        return Err(error.at(position));
    }
    let (exprs, output) = visible
        .into_iter()
        .zip(names)
        .map(|((i, a), name)| {
            let attribute = Attribute {
                name: name.value.clone(),
                ..a.clone()
            };
            (Expr::column(i, a), attribute)
        })
        .unzip();
    Ok(Arc::new(Plan {
        node: PlanNode::Project { input, exprs },
        output,
    }))
}
