//! Session variables: `DECLARE`, `SET VARIABLE`, and their names in expressions.
//!
//! Source: Spark SQL reference, "DECLARE VARIABLE", "SET VAR".

use std::sync::Arc;

use sqlparser::ast;

use super::dataframe::plain;
use super::expression::Resolved;
use super::from::one_row;
use super::{Analyzer, scope, unsupported};
use crate::sql::command::{Command, Declaration, Name, Variable};
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::cast_expr;
use crate::sql::parse::{ParsedVariables, parse_select_item};
use crate::sql::plan::{Attribute, EvalMode, Expr, Plan, PlanNode};
use crate::types::{DataType, Value};

impl Analyzer<'_> {
    pub(super) fn declare(
        &mut self,
        name: &Name,
        replace: bool,
        data_type: Option<&DataType>,
        default: Option<&ast::Expr>,
    ) -> Result<Command, SqlError> {
        let Some(name) = variable_name(name) else {
            return Err(unsupported("a variable of another schema"));
        };
        let mut value = match default {
            Some(e) => plain(self, e, &[], "DECLARE")?.expr,
            None => Expr::literal(Value::Null, DataType::Null),
        };
        if let Some(to) = data_type {
            cast_expr(&mut value, to, EvalMode::Ansi);
        }
        Ok(Command::Declare(Declaration {
            name: name.to_owned(),
            replace,
            default: default.map_or_else(|| "NULL".into(), ToString::to_string),
            plan: values(vec![value]),
        }))
    }

    pub(super) fn set_variables(&mut self, set: &ParsedVariables) -> Result<Command, SqlError> {
        let (names, plan) = match set {
            ParsedVariables::Each(set) => {
                let (mut names, mut exprs) = (Vec::new(), Vec::new());
                for (name, value) in set {
                    let variable = self.variable(name)?;
                    let value = match value {
                        Some(value) => plain(self, value, &[], "SET")?.expr,
                        None => match parse_select_item(&variable.default)? {
                            ast::SelectItem::UnnamedExpr(e) => plain(self, &e, &[], "SET")?.expr,
                            other => return Err(unsupported(format!("the default {other}"))),
                        },
                    };
                    names.push(name);
                    exprs.push(value);
                }
                (names, values(exprs))
            }
            ParsedVariables::Together { names, query } => {
                let plan = Plan::visible_only(&self.query(query)?);
                (names.iter().collect(), plan)
            }
        };
        if names.len() != plan.output.len() {
            return Err(AnalysisReason::AssignmentArityMismatch {
                target: names.len(),
                source_columns: plan.output.len(),
            }
            .into());
        }
        let (mut set, mut exprs, mut output) = (Vec::new(), Vec::new(), Vec::new());
        for (i, (name, attribute)) in names.into_iter().zip(&plan.output).enumerate() {
            let variable = self.variable(name)?;
            let mut value = Expr::column(i, attribute);
            cast_expr(&mut value, &variable.data_type, EvalMode::Ansi);
            output.push(Attribute::new(&attribute.name, variable.data_type, true));
            exprs.push(value);
            set.push(variable_name(name).unwrap_or_default().to_owned());
        }
        Ok(Command::SetVariables {
            names: set,
            plan: Arc::new(Plan {
                node: PlanNode::Project { input: plan, exprs },
                output,
            }),
        })
    }

    fn variable(&self, name: &Name) -> Result<Variable, SqlError> {
        let known = variable_name(name).and_then(|name| self.catalog.variable(name));
        known.ok_or_else(|| {
            AnalysisReason::UnresolvedVariable {
                name: scope::quote_parts(name),
            }
            .into()
        })
    }

    /// The value of the variable that a name means where no column has it.
    pub(super) fn variable_value(
        &self,
        name: &[String],
        position: Option<Position>,
    ) -> Option<Resolved> {
        let short = variable_name(name)?;
        let Variable {
            value, data_type, ..
        } = self.catalog.variable(short)?;
        let mut found = Resolved::new((Expr::literal(value, data_type), name.join(".")), position);
        found.name = Some(short.to_owned());
        Some(found)
    }
}

/// `v`, `session.v`, `system.session.v`.
fn variable_name(name: &[String]) -> Option<&str> {
    let is = |part: &String, word: &str| part.eq_ignore_ascii_case(word);
    match name {
        [name] => Some(name),
        [session, name] if is(session, "session") => Some(name),
        [system, session, name] if is(system, "system") && is(session, "session") => Some(name),
        _ => None,
    }
}

/// A row of values.
fn values(exprs: Vec<Expr>) -> Arc<Plan> {
    let columns = exprs.iter().enumerate();
    let output = columns
        .map(|(i, e)| Attribute::new(format!("col{}", i + 1), e.data_type.clone(), e.nullable));
    Arc::new(Plan {
        output: output.collect(),
        node: PlanNode::Project {
            input: one_row(),
            exprs,
        },
    })
}
