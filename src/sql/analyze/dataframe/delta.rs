//! `DeltaTable.delete`, `update`, `merge`: SQL's commands with columns in the place of texts.

use std::sync::Arc;

use sqlparser::ast;

use super::column::Grammar;
use super::{DataFrames, Result, attribute_name};
use crate::sql::analyze::Analyzer;
use crate::sql::analyze::from::subquery_alias;
use crate::sql::column::Column;
use crate::sql::command::{Delete, Merge, MergeWhen, Name, Update};
use crate::sql::parse::{ParsedAction, ParsedClause};
use crate::sql::plan::{Attribute, Plan};

/// A clause of `DeltaTable.merge`.
#[derive(Debug, Clone)]
pub struct ColumnClause {
    pub when: MergeWhen,
    pub condition: Option<Column>,
    pub action: ColumnAction,
}

/// What a clause does; columns are named as texts (`"v"`, `"t.v"`).
#[derive(Debug, Clone)]
pub enum ColumnAction {
    Delete,
    UpdateAll,
    Update(Vec<(String, Column)>),
    InsertAll,
    Insert(Vec<(String, Column)>),
}

impl DataFrames<'_> {
    /// `DeltaTable.delete(condition)`.
    ///
    /// # Errors
    /// As for `DELETE FROM`.
    pub fn delete(
        &self,
        table: &Name,
        alias: Option<&str>,
        condition: Option<&Column>,
    ) -> Result<Delete> {
        let mut analyzer = Analyzer::new(self.catalog);
        let target = analyzer.aliased_table(table, alias)?;
        let condition = analyzer.optional(&target.output, condition)?;
        let predicate = analyzer.predicate(condition.as_ref(), &target.output)?;
        Ok(Delete {
            table: table.clone(),
            target,
            predicate,
        })
    }

    /// `DeltaTable.update(condition, set)`.
    ///
    /// # Errors
    /// As for `UPDATE`.
    pub fn update(
        &self,
        table: &Name,
        alias: Option<&str>,
        condition: Option<&Column>,
        set: &[(String, Column)],
    ) -> Result<Update> {
        let mut analyzer = Analyzer::new(self.catalog);
        let target = analyzer.aliased_table(table, alias)?;
        let condition = analyzer.optional(&target.output, condition)?;
        let predicate = analyzer.predicate(condition.as_ref(), &target.output)?;
        let set = analyzer.named(&target.output, set)?;
        let assignments = analyzer.assignments(&set, &target, &target.output, table)?;
        Ok(Update {
            table: table.clone(),
            target,
            assignments,
            predicate,
        })
    }

    /// `DeltaTable.merge(source, condition)` with its clauses.
    ///
    /// # Errors
    /// As for `MERGE INTO`.
    pub fn merge(
        &self,
        table: &Name,
        alias: Option<&str>,
        source: &Arc<Plan>,
        condition: &Column,
        clauses: &[ColumnClause],
        schema_evolution: bool,
    ) -> Result<Merge> {
        let mut analyzer = Analyzer::new(self.catalog);
        let target = analyzer.aliased_table(table, alias)?;
        let columns: Vec<Attribute> = target
            .output
            .iter()
            .chain(&source.output)
            .cloned()
            .collect();
        let condition = analyzer.grammar(&columns, condition)?;
        let mut parsed = Vec::new();
        for clause in clauses {
            let action = match &clause.action {
                ColumnAction::Delete => ParsedAction::Delete,
                ColumnAction::UpdateAll => ParsedAction::UpdateAll,
                ColumnAction::InsertAll => ParsedAction::InsertAll,
                ColumnAction::Update(set) => ParsedAction::Update(analyzer.named(&columns, set)?),
                ColumnAction::Insert(set) => {
                    let (columns, values) = analyzer.named(&columns, set)?.into_iter().unzip();
                    ParsedAction::Insert { columns, values }
                }
            };
            parsed.push(ParsedClause {
                when: clause.when,
                condition: analyzer.optional(&columns, clause.condition.as_ref())?,
                action,
            });
        }
        analyzer.bind_merge(
            table.clone(),
            target,
            source.clone(),
            &condition,
            &parsed,
            schema_evolution,
        )
    }
}

impl Analyzer<'_> {
    fn aliased_table(&mut self, table: &Name, alias: Option<&str>) -> Result<Arc<Plan>> {
        let plan = self.relation(table, None, None)?;
        Ok(match alias {
            Some(alias) => subquery_alias(plan, vec![alias.to_owned()]),
            None => plan,
        })
    }

    fn grammar(&mut self, columns: &[Attribute], column: &Column) -> Result<ast::Expr> {
        Grammar {
            analyzer: self,
            columns,
        }
        .expression(column)
    }

    fn optional(
        &mut self,
        columns: &[Attribute],
        column: Option<&Column>,
    ) -> Result<Option<ast::Expr>> {
        column.map(|c| self.grammar(columns, c)).transpose()
    }

    fn named(
        &mut self,
        columns: &[Attribute],
        set: &[(String, Column)],
    ) -> Result<Vec<(Name, ast::Expr)>> {
        set.iter()
            .map(|(name, value)| Ok((attribute_name(name)?, self.grammar(columns, value)?)))
            .collect()
    }
}
