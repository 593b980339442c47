//! Statements that aren't queries.

use std::sync::Arc;

use sqlparser::ast::{self, TableFactor};

use super::dataframe::plain;
use super::expression::Resolved;
use super::from::{name_parts, relation_plan, rename};

use super::select::require_boolean;
use super::{Analyzer, scope, unsupported};
use crate::delta::{DEFAULT, DeltaError, GENERATION_EXPRESSION, Identity};
use crate::sql::coercion;
use crate::sql::command::{
    Command, CreateTable, CreateView, Delete, Insert, Name, Statement, Update, ViewKind,
};
use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::functions::store_assign;
use crate::sql::parse::{ParsedInsert, ParsedKind, ParsedTable, ParsedView};
use crate::sql::plan::{Attribute, EvalMode, Expr, Plan, PlanNode};
use crate::types::{DataType, Value, quote};

/// How a query's columns find their places in a table.
#[derive(Debug, Clone, Copy)]
pub enum InsertBy<'a> {
    Position,
    Name,
    /// The columns that an `INSERT` lists.
    Columns(&'a [String]),
}

impl Analyzer<'_> {
    /// A statement.
    pub(super) fn statement(&mut self, kind: &ParsedKind) -> Result<Statement, SqlError> {
        let command = match kind {
            ParsedKind::Query(query) => {
                return Ok(Statement::Query(Plan::visible_only(&self.query(query)?)));
            }
            ParsedKind::Command(command) => command.clone(),
            ParsedKind::Unnamed => return Err(unsupported("IDENTIFIER here")),
            ParsedKind::ExecuteImmediate(immediate) => return self.execute_immediate(immediate),
            ParsedKind::Declare {
                name,
                replace,
                data_type,
                default,
            } => self.declare(name, *replace, data_type.as_ref(), default.as_deref())?,
            ParsedKind::SetVariables(set) => self.set_variables(set)?,
            ParsedKind::CreateView(view) => self.create_view(view)?,
            ParsedKind::CreateTable(table) => self.create_table(table)?,
            ParsedKind::Insert(insert) => self.insert(insert)?,
            ParsedKind::Delete { target, predicate } => {
                let (table, plan) = self.target(target)?;
                let predicate = self.predicate(predicate.as_ref(), &plan.output)?;
                Command::Delete(Delete {
                    table,
                    target: plan,
                    predicate,
                })
            }
            ParsedKind::Update {
                target,
                assignments,
                predicate,
            } => {
                let (table, plan) = self.target(target)?;
                let assignments = self.assignments(assignments, &plan, &plan.output, &table)?;
                let predicate = self.predicate(predicate.as_ref(), &plan.output)?;
                Command::Update(Update {
                    table,
                    target: plan,
                    assignments,
                    predicate,
                })
            }
            ParsedKind::Merge(merge) => Command::Merge(Box::new(self.merge(merge)?)),
            ParsedKind::DescribeQuery(query) => Command::DescribeQuery {
                plan: Plan::visible_only(&self.query(query)?),
            },
            ParsedKind::Explain { mode, statement } => {
                let plan = match self.statement(statement)? {
                    Statement::Query(plan) => plan,
                    Statement::Command(Command::CreateView(v)) => v.plan,
                    Statement::Command(Command::Insert(i)) => i.plan,
                    Statement::Command(Command::CreateTable(CreateTable {
                        plan: Some(plan),
                        ..
                    })) => plan,
                    Statement::Command(_) => {
                        return Err(unsupported("EXPLAIN of this command"));
                    }
                };
                Command::Explain { mode: *mode, plan }
            }
            ParsedKind::Optimize {
                target,
                predicate,
                z_order,
            } => {
                let (table, predicate) = match predicate {
                    None => (factor_name(target), None),
                    Some(_) => {
                        let (table, plan) = self.target(target)?;
                        (table, self.predicate(predicate.as_ref(), &plan.output)?)
                    }
                };
                Command::Optimize {
                    table,
                    predicate,
                    z_order: z_order.clone(),
                }
            }
            ParsedKind::Cache { name, query, lazy } => Command::CacheTable {
                name: name.clone(),
                plan: Some(Plan::visible_only(&self.query(query)?)),
                lazy: *lazy,
            },
        };
        Ok(Statement::Command(command))
    }

    // Creating.

    fn create_view(&mut self, view: &ParsedView) -> Result<Command, SqlError> {
        let temporary = view.kind != ViewKind::Persisted;
        if temporary && view.name.len() > 1 {
            return Err(AnalysisReason::TempViewNameParts {
                name: scope::quote_parts(&view.name),
            }
            .into());
        }
        let plan = match &view.query {
            Some(query) => Plan::visible_only(&self.query(query)?),
            None => self.files_of(view)?,
        };
        let plan = if view.columns.is_empty() {
            plan
        } else {
            self.named_view(plan, view)?
        };
        Ok(Command::CreateView(CreateView {
            name: view.name.clone(),
            kind: view.kind,
            replace: view.replace,
            if_not_exists: view.if_not_exists,
            comment: view.comment.clone(),
            properties: view.definition.properties.clone(),
            columns: view.columns.clone(),
            plan,
            text: view.text.clone(),
        }))
    }

    /// `CREATE TEMP VIEW v USING csv OPTIONS (path '…')`.
    fn files_of(&mut self, view: &ParsedView) -> Result<Arc<Plan>, SqlError> {
        let format = view.definition.format.clone().unwrap_or_default();
        let mut options = view.definition.options.clone();
        let path = options
            .iter()
            .position(|(k, _)| k.eq_ignore_ascii_case("path"))
            .map(|i| options.remove(i).1);
        let Some(path) = path else {
            return Err(unsupported(format!("a view USING {format} without a path")));
        };
        if !view.definition.schema.is_empty() {
            let schema: Vec<String> = view
                .definition
                .schema
                .fields
                .iter()
                .map(|f| format!("{} {}", quote(&f.name), f.data_type.sql()))
                .collect();
            options.push(("schema".into(), schema.join(", ")));
        }
        let plan = self.catalog.files(&format, &path, &options, None)?;
        plan.map(Arc::new)
            .ok_or_else(|| AnalysisReason::DataSourceNotFound { format }.into())
    }

    fn named_view(&mut self, plan: Arc<Plan>, view: &ParsedView) -> Result<Arc<Plan>, SqlError> {
        let data: Vec<String> = plan.output.iter().map(|a| quote(&a.name)).collect();
        if data.len() != view.columns.len() {
            let sub = if data.len() > view.columns.len() {
                "TOO_MANY_DATA_COLUMNS"
            } else {
                "NOT_ENOUGH_DATA_COLUMNS"
            };
            let names: Vec<String> = view.columns.iter().map(|(n, _)| quote(n)).collect();
            return Err(AnalysisReason::CreateViewArity {
                sub: sub.into(),
                view: scope::quote_parts(&view.name),
                view_columns: names.join(", "),
                data_columns: data.join(", "),
            }
            .into());
        }
        let idents: Vec<ast::Ident> = view
            .columns
            .iter()
            .map(|(n, _)| ast::Ident::new(n.clone()))
            .collect();
        let idents: Vec<&ast::Ident> = idents.iter().collect();
        rename(plan, &idents, None)
    }

    fn create_table(&mut self, table: &ParsedTable) -> Result<Command, SqlError> {
        let plan = match &table.query {
            Some(query) => Some(Plan::visible_only(&self.query(query)?)),
            None => None,
        };
        let mut definition = table.definition.clone();
        if let Some(plan) = &plan {
            definition.schema = plan.schema().as_ref().clone();
        }
        scope::refuse_duplicates(&definition.schema)?;
        Ok(Command::CreateTable(CreateTable {
            name: table.name.clone(),
            replace: table.replace,
            if_not_exists: table.if_not_exists,
            definition,
            plan,
        }))
    }

    // Changing tables.

    fn insert(&mut self, insert: &ParsedInsert) -> Result<Command, SqlError> {
        let written = self.with_defaults(insert)?;
        let query = Plan::visible_only(&self.query(&written)?);
        let mut replace_where = insert.replace_where.clone();
        let fixed: Vec<(&String, &ast::Expr)> = insert
            .partition
            .iter()
            .filter_map(|(column, value)| Some((column, value.as_ref()?)))
            .collect();
        if insert.overwrite && !fixed.is_empty() {
            let parts: Vec<String> = fixed
                .iter()
                .map(|(column, value)| format!("{} = {value}", quote(column)))
                .collect();
            replace_where = Some(parts.join(" AND "));
        }
        let (query, columns) = match fixed.is_empty() {
            true => (query, insert.columns.clone()),
            false => self.in_partition(insert, query, &fixed)?,
        };
        let by = if insert.by_name {
            InsertBy::Name
        } else if columns.is_empty() {
            InsertBy::Position
        } else {
            InsertBy::Columns(&columns)
        };
        Ok(Command::Insert(Insert {
            table: insert.table.clone(),
            overwrite: insert.overwrite,
            replace_where,
            plan: self.inserted(&insert.table, query, by)?,
        }))
    }

    /// The query, with what the table says in place of each `DEFAULT` of its `VALUES`.
    fn with_defaults<'q>(
        &mut self,
        insert: &'q ParsedInsert,
    ) -> Result<std::borrow::Cow<'q, ast::Query>, SqlError> {
        use std::borrow::Cow;
        let is_default = |e: &ast::Expr| matches!(e, ast::Expr::Identifier(i) if i.quote_style.is_none() && i.value.eq_ignore_ascii_case("DEFAULT"));
        let ast::SetExpr::Values(values) = insert.query.body.as_ref() else {
            return Ok(Cow::Borrowed(&insert.query));
        };
        if !values
            .rows
            .iter()
            .flat_map(|row| &row.content)
            .any(is_default)
        {
            return Ok(Cow::Borrowed(&insert.query));
        }
        let target = self.table(&insert.table)?;
        let columns: Vec<&Attribute> = match insert.columns.is_empty() {
            true => target.output.iter().filter(|a| !a.hidden).collect(),
            false => {
                let named = insert.columns.iter();
                let found = named.filter_map(|name| {
                    let mut columns = target.output.iter();
                    columns.find(|a| scope::same_name(&a.name, name))
                });
                found.collect()
            }
        };
        let mut defaults = Vec::new();
        for column in columns {
            let text = column.metadata.get(DEFAULT).and_then(|v| v.as_str());
            let item = crate::sql::parse::parse_select_item(text.unwrap_or("NULL"))?;
            defaults.push(match item {
                ast::SelectItem::UnnamedExpr(expr) => expr,
                _ => return Err(unsupported("a default that is no expression")),
            });
        }
        let mut query = insert.query.clone();
        if let ast::SetExpr::Values(values) = query.body.as_mut() {
            for row in &mut values.rows {
                let places = row.content.iter_mut().zip(&defaults);
                for (value, default) in places.filter(|(value, _)| is_default(value)) {
                    value.clone_from(default);
                }
            }
        }
        Ok(Cow::Owned(*query))
    }

    /// The query with the values of `PARTITION (column = value)`, and all columns' names.
    fn in_partition(
        &mut self,
        insert: &ParsedInsert,
        query: Arc<Plan>,
        fixed: &[(&String, &ast::Expr)],
    ) -> Result<(Arc<Plan>, Vec<String>), SqlError> {
        let target = self.table(&insert.table)?;
        let is_fixed = |name: &str| fixed.iter().any(|(c, _)| scope::same_name(c, name));
        let mut names: Vec<String> = match insert.columns.is_empty() {
            true => target
                .output
                .iter()
                .filter(|a| !a.hidden && !is_fixed(&a.name))
                .map(|a| a.name.clone())
                .collect(),
            false => insert.columns.clone(),
        };
        let mut exprs = Vec::new();
        let mut output = query.output.clone();
        for (i, attribute) in query.output.iter().enumerate() {
            exprs.push(Expr::column(i, attribute));
        }
        for (column, value) in fixed {
            let value = plain(self, value, &[], "PARTITION")?;
            output.push(Attribute::new(
                column.as_str(),
                value.expr.data_type.clone(),
                value.expr.nullable,
            ));
            exprs.push(value.expr);
            names.push((*column).clone());
        }
        let plan = Plan {
            node: PlanNode::Project {
                input: query,
                exprs,
            },
            output,
        };
        Ok((Arc::new(plan), names))
    }

    /// The rows of `query` as rows of a table.
    pub(super) fn inserted(
        &mut self,
        table: &Name,
        query: Arc<Plan>,
        by: InsertBy<'_>,
    ) -> Result<Arc<Plan>, SqlError> {
        let target = self.table(table)?;
        let table_name = self.whole_name(table);
        let columns: Vec<&Attribute> = target.output.iter().filter(|a| !a.hidden).collect();
        // For each of the table's columns, the query's column that goes there.
        let names: Option<Vec<String>> = match by {
            InsertBy::Name => Some(query.output.iter().map(|a| a.name.clone()).collect()),
            InsertBy::Position => None,
            InsertBy::Columns(columns) => Some(columns.to_vec()),
        };
        let width = names.as_ref().map_or(columns.len(), Vec::len);
        // Delta takes what its schema check lets through: columns behind the table's are its to refuse.
        let is_delta = reads_delta(&target);
        let by_position = names.is_none();
        if is_delta && by_position && query.output.len() < width {
            return Err(DeltaError::InsertArity {
                table: self.full_name(table),
                columns: width,
                given: query.output.len(),
            }
            .into());
        }
        if query.output.len() != width && !(is_delta && by_position) {
            let sub = if query.output.len() > width {
                "TOO_MANY_DATA_COLUMNS"
            } else {
                "NOT_ENOUGH_DATA_COLUMNS"
            };
            let table_columns: Vec<String> = match &names {
                Some(names) => names.iter().map(|n| quote(n)).collect(),
                None => columns.iter().map(|a| quote(&a.name)).collect(),
            };
            let data: Vec<String> = query.output.iter().map(|a| quote(&a.name)).collect();
            return Err(AnalysisReason::InsertArity {
                sub: sub.into(),
                table: table_name,
                table_columns: table_columns.join(", "),
                data_columns: data.join(", "),
            }
            .into());
        }
        if let Some(names) = &names {
            for name in names {
                if !columns.iter().any(|a| scope::same_name(&a.name, name)) {
                    return Err(scope::unresolved(
                        std::slice::from_ref(name),
                        &target.output,
                    ));
                }
            }
        }
        let mut exprs = Vec::new();
        let mut output = Vec::new();
        for (i, column) in columns.iter().enumerate() {
            let from = match &names {
                None => Some(i),
                Some(names) => names.iter().position(|n| scope::same_name(n, &column.name)),
            };
            let text = |key: &str| column.metadata.get(key).and_then(|v| v.as_str());
            let identity = Identity::of_metadata(&column.metadata);
            if from.is_some() && identity.is_some_and(|identity| !identity.by_default) {
                return Err(DeltaError::IdentityExplicitInsert {
                    column: column.name.clone(),
                }
                .into());
            }
            let mut expr = match from.and_then(|f| Some((f, query.output.get(f)?))) {
                Some((f, a)) => Expr::column(f, a),
                // The table computes it.
                None if text(GENERATION_EXPRESSION).is_some() || identity.is_some() => continue,
                None => match text(DEFAULT) {
                    Some(default) => self.constant(default)?,
                    None => Expr::literal(Value::Null, DataType::Null),
                },
            };
            self.store(&mut expr, column, &table_name, is_delta)?;
            output.push(Attribute {
                nullable: expr.nullable,
                qualifier: Vec::new(),
                ..(*column).clone()
            });
            exprs.push(expr);
        }
        for (i, extra) in query.output.iter().enumerate().skip(width) {
            exprs.push(Expr::column(i, extra));
            output.push(extra.clone());
        }
        Ok(Arc::new(Plan {
            node: PlanNode::Project {
                input: query,
                exprs,
            },
            output,
        }))
    }

    /// A table's name with its schema and catalog.
    fn whole_name(&self, table: &Name) -> String {
        let database = self.catalog.current_database();
        let given: Vec<&str> = table.iter().map(String::as_str).collect();
        let parts = match given.as_slice() {
            [table] => vec!["spark_catalog", &database, table],
            [database, table] => vec!["spark_catalog", database, table],
            parts => parts.to_vec(),
        };
        let parts: Vec<String> = parts.into_iter().map(quote).collect();
        parts.join(".")
    }

    /// A constant by its text.
    fn constant(&mut self, text: &str) -> Result<Expr, SqlError> {
        match crate::sql::parse::parse_select_item(text)? {
            ast::SelectItem::UnnamedExpr(e) => Ok(plain(self, &e, &[], "DEFAULT")?.expr),
            other => Err(unsupported(format!("the default {other}"))),
        }
    }

    /// Casts a value to a column's type, where the ANSI store assignment policy allows it. Delta
    /// resolves its columns itself, and has every cast that there is: a text goes into a date.
    fn store(
        &self,
        expr: &mut Expr,
        column: &Attribute,
        table: &str,
        is_delta: bool,
    ) -> Result<(), SqlError> {
        let to = &column.data_type;
        let allowed = match is_delta {
            true => coercion::can_cast(&expr.data_type, to, EvalMode::Ansi),
            false => coercion::can_store_assign(&expr.data_type, to),
        };
        if !allowed {
            return Err(AnalysisReason::CannotSafelyCast {
                table: table.to_owned(),
                column: quote(&column.name),
                from: expr.data_type.clone(),
                to: to.clone(),
            }
            .into());
        }
        store_assign(expr, &column.name, to);
        Ok(())
    }

    /// `spark_catalog.default.t`
    fn full_name(&self, name: &[String]) -> String {
        let database = self.catalog.current_database();
        let full: Vec<&str> = match name {
            [table] => vec!["spark_catalog", &database, table],
            [database, table] => vec!["spark_catalog", database, table],
            parts => parts.iter().map(String::as_str).collect(),
        };
        full.join(".")
    }

    fn table(&mut self, name: &[String]) -> Result<Arc<Plan>, SqlError> {
        if let Some(relation) = self.catalog.relation(name, None)? {
            if relation.is_view {
                return Err(AnalysisReason::ExpectTableNotView {
                    operation: "INSERT".into(),
                    name: scope::quote_parts(name),
                }
                .into());
            }
            return Ok(relation_plan(relation));
        }
        self.relation(name, None, None)
    }

    /// The table that a statement changes.
    pub(super) fn target(&mut self, factor: &TableFactor) -> Result<(Name, Arc<Plan>), SqlError> {
        Ok((factor_name(factor), self.table_factor(factor)?))
    }

    pub(super) fn predicate(
        &mut self,
        predicate: Option<&ast::Expr>,
        columns: &[Attribute],
    ) -> Result<Option<Expr>, SqlError> {
        let Some(e) = predicate else {
            return Ok(None);
        };
        let found = plain(self, e, columns, "WHERE")?;
        require_boolean(&found)?;
        Ok(Some(found.expr))
    }

    pub(super) fn assignments(
        &mut self,
        assignments: &[(Name, ast::Expr)],
        target: &Plan,
        columns: &[Attribute],
        table: &Name,
    ) -> Result<Vec<(usize, Expr)>, SqlError> {
        let mut out = Vec::new();
        for (name, value) in assignments {
            let index = self.assigned(name, target)?;
            let value = plain(self, value, columns, "SET")?;
            out.push((index, self.stored(value, index, target, table)?));
        }
        Ok(out)
    }

    pub(super) fn assigned(&self, name: &Name, target: &Plan) -> Result<usize, SqlError> {
        match scope::find(name, &target.output)? {
            Some(found) if found.parts == name.len() => Ok(found.index),
            Some(_) => Err(unsupported("assigning to a field of a struct")),
            None => Err(scope::unresolved(name, &target.output)),
        }
    }

    pub(super) fn stored(
        &self,
        value: Resolved,
        index: usize,
        target: &Plan,
        table: &Name,
    ) -> Result<Expr, SqlError> {
        let mut expr = value.expr;
        if let Some(column) = target.output.get(index) {
            let table = scope::quote_parts(table);
            self.store(&mut expr, column, &table, true)?;
        }
        Ok(expr)
    }
}

/// Whether a table's plan reads a Delta table.
fn reads_delta(table: &Plan) -> bool {
    matches!(table.node, PlanNode::DeltaScan(_)) || table.inputs().iter().any(|i| reads_delta(i))
}

fn factor_name(factor: &TableFactor) -> Name {
    match factor {
        TableFactor::Table { name, .. } => name_parts(name),
        _ => Vec::new(),
    }
}
