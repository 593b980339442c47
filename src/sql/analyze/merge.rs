//! `MERGE INTO`: which side each clause sees, `*`, and columns that the target doesn't have yet.

use std::sync::Arc;

use sqlparser::ast;

use super::dataframe::plain;
use super::expression::Resolved;
use super::select::require_boolean;
use super::{Analyzer, scope};
use crate::sql::command::{Merge, MergeAction, MergeClause, MergeWhen, Name};
use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::parse::{ParsedAction, ParsedClause, ParsedMerge};
use crate::sql::plan::{Attribute, Expr, Plan, PlanNode};
use crate::types::Value;

/// What the clauses of a merge are bound to.
struct Sides {
    table: Name,
    target: Arc<Plan>,
    source: Arc<Plan>,
    /// Whether columns may be new.
    evolves: bool,
}

impl Analyzer<'_> {
    /// A merge.
    pub(super) fn merge(&mut self, merge: &ParsedMerge) -> Result<Merge, SqlError> {
        let (table, target) = self.target(&merge.target)?;
        let source = self.table_factor(&merge.source)?;
        self.bind_merge(
            table,
            target,
            source,
            &merge.condition,
            &merge.clauses,
            merge.schema_evolution,
        )
    }

    /// A merge of relations that are at hand.
    pub(super) fn bind_merge(
        &mut self,
        table: Name,
        target: Arc<Plan>,
        source: Arc<Plan>,
        condition: &ast::Expr,
        clauses: &[ParsedClause],
        schema_evolution: bool,
    ) -> Result<Merge, SqlError> {
        if clauses.is_empty() {
            return Err(AnalysisReason::MergeWithoutWhen.into());
        }
        check_conditions(clauses)?;
        let evolves = schema_evolution || self.catalog.auto_merge();
        let target = match evolves {
            true => evolved(target, &source, clauses),
            false => target,
        };
        let sides = Sides {
            table,
            target,
            source,
            evolves,
        };
        let columns = sides.columns(None);
        let condition = plain(self, condition, &columns, "ON")?;
        require_boolean(&condition)?;
        let clauses = clauses
            .iter()
            .map(|clause| self.clause(clause, &sides))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Merge {
            table: sides.table,
            target: sides.target,
            source: sides.source,
            condition: condition.expr,
            clauses,
            schema_evolution: sides.evolves,
        })
    }

    fn clause(&mut self, clause: &ParsedClause, sides: &Sides) -> Result<MergeClause, SqlError> {
        let columns = sides.columns(Some(clause.when));
        let condition = self.predicate(clause.condition.as_ref(), &columns)?;
        let action = match &clause.action {
            ParsedAction::Delete => MergeAction::Delete,
            ParsedAction::Update(assignments) => MergeAction::Update(self.assignments(
                assignments,
                &sides.target,
                &columns,
                &sides.table,
            )?),
            ParsedAction::UpdateAll => MergeAction::Update(self.all(sides)?),
            ParsedAction::InsertAll => MergeAction::Insert(self.all(sides)?),
            ParsedAction::Insert {
                columns: names,
                values,
            } => {
                if names.len() != values.len() {
                    return Err(AnalysisReason::AssignmentArityMismatch {
                        target: names.len(),
                        source_columns: values.len(),
                    }
                    .into());
                }
                let mut given = Vec::new();
                for (name, value) in names.iter().zip(values) {
                    let index = self.assigned(name, &sides.target)?;
                    let value = plain(self, value, &columns, "VALUES")?;
                    given.push((
                        index,
                        self.stored(value, index, &sides.target, &sides.table)?,
                    ));
                }
                MergeAction::Insert(given)
            }
        };
        Ok(MergeClause {
            when: clause.when,
            condition,
            action,
        })
    }

    /// What `*` assigns: each column of the target from the source's of that name.
    fn all(&self, sides: &Sides) -> Result<Vec<(usize, Expr)>, SqlError> {
        let width = sides.target.output.len();
        let mut all = Vec::new();
        for (index, column) in sides.target.output.iter().enumerate() {
            if column.hidden {
                continue;
            }
            let name = std::slice::from_ref(&column.name);
            let found = scope::find(name, &sides.source.output)?;
            match found.and_then(|f| Some((f.index, sides.source.output.get(f.index)?))) {
                Some((i, a)) => {
                    let value = Resolved::new((Expr::column(width + i, a), a.name.clone()), None);
                    all.push((
                        index,
                        self.stored(value, index, &sides.target, &sides.table)?,
                    ));
                }
                // With schema evolution, what the source lacks stays, or is NULL.
                None if sides.evolves => {}
                None => return Err(scope::unresolved(name, &sides.source.output)),
            }
        }
        Ok(all)
    }
}

impl Sides {
    /// The columns that a clause may name, each at its place: the target's, then the source's.
    fn columns(&self, when: Option<MergeWhen>) -> Vec<Attribute> {
        let unnamed = |attributes: &[Attribute]| -> Vec<Attribute> {
            attributes
                .iter()
                .map(|a| Attribute {
                    name: String::new(),
                    qualifier: Vec::new(),
                    hidden: true,
                    ..a.clone()
                })
                .collect()
        };
        let target = match when {
            Some(MergeWhen::NotMatched) => unnamed(&self.target.output),
            _ => self.target.output.clone(),
        };
        let source = match when {
            Some(MergeWhen::NotMatchedBySource) => unnamed(&self.source.output),
            _ => self.source.output.clone(),
        };
        target.into_iter().chain(source).collect()
    }
}

/// The target with the source's columns that it lacks, where a `*` would bring them.
fn evolved(target: Arc<Plan>, source: &Plan, clauses: &[ParsedClause]) -> Arc<Plan> {
    let all =
        |c: &ParsedClause| matches!(c.action, ParsedAction::UpdateAll | ParsedAction::InsertAll);
    let named = |c: &ParsedClause, name: &str| match &c.action {
        ParsedAction::Update(assignments) => assignments
            .iter()
            .any(|(n, _)| n.last().is_some_and(|n| scope::same_name(n, name))),
        ParsedAction::Insert { columns, .. } => columns
            .iter()
            .any(|n| n.last().is_some_and(|n| scope::same_name(n, name))),
        _ => false,
    };
    let new: Vec<&Attribute> = source
        .output
        .iter()
        .filter(|a| !a.hidden)
        .filter(|a| {
            !target
                .output
                .iter()
                .any(|t| !t.hidden && scope::same_name(&t.name, &a.name))
        })
        .filter(|a| clauses.iter().any(|c| all(c) || named(c, &a.name)))
        .collect();
    if new.is_empty() {
        return target;
    }
    let qualifier = target
        .output
        .iter()
        .find(|a| !a.hidden)
        .map(|a| a.qualifier.clone())
        .unwrap_or_default();
    let mut exprs = Vec::new();
    let mut output = target.output.clone();
    for (i, attribute) in target.output.iter().enumerate() {
        exprs.push(Expr::column(i, attribute));
    }
    for attribute in new {
        exprs.push(Expr::literal(Value::Null, attribute.data_type.clone()));
        output.push(Attribute {
            nullable: true,
            qualifier: qualifier.clone(),
            ..attribute.clone()
        });
    }
    Arc::new(Plan {
        node: PlanNode::Project {
            input: target,
            exprs,
        },
        output,
    })
}

/// Only the last clause of a kind may go without a condition.
fn check_conditions(clauses: &[ParsedClause]) -> Result<(), SqlError> {
    for (when, kind) in [
        (MergeWhen::Matched, "MATCHED"),
        (MergeWhen::NotMatched, "NOT_MATCHED_BY_TARGET"),
        (MergeWhen::NotMatchedBySource, "NOT_MATCHED_BY_SOURCE"),
    ] {
        let of_kind: Vec<&ParsedClause> = clauses.iter().filter(|c| c.when == when).collect();
        if let Some((_, before)) = of_kind.split_last()
            && before.iter().any(|c| c.condition.is_none())
        {
            return Err(AnalysisReason::NonLastMergeClause { kind }.into());
        }
    }
    Ok(())
}
