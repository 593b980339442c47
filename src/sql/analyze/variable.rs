//! Session variables: `DECLARE`, `SET VARIABLE`, and their names in expressions; `EXECUTE IMMEDIATE`.
//!
//! Source: Spark SQL reference, "DECLARE VARIABLE", "SET VAR", "EXECUTE IMMEDIATE".

use std::sync::Arc;

use sqlparser::ast;

use super::dataframe::plain;
use super::expression::Resolved;
use super::from::one_row;
use super::{Analyzer, Parameters, analyze_with, scope, unsupported};
use crate::sql::command::{Command, Declaration, Name, Statement, Variable};
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::cast_expr;
use crate::sql::parse::{
    ParsedImmediate, ParsedKind, ParsedVariables, Part, parse_one, parse_select_item,
};
use crate::sql::plan::{Attribute, EvalMode, Expr, ExprKind, Plan, PlanNode};
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
        self.assign(names, plan)
    }

    /// A query's columns to variables.
    fn assign(&self, names: Vec<&Name>, plan: Arc<Plan>) -> Result<Command, SqlError> {
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

    /// `EXECUTE IMMEDIATE`: the statement that its text is.
    pub(super) fn execute_immediate(
        &mut self,
        immediate: &ParsedImmediate,
    ) -> Result<Statement, SqlError> {
        let text = plain(self, &immediate.text, &[], "EXECUTE IMMEDIATE")?;
        let ExprKind::Literal(Value::String(sql)) = &text.expr.kind else {
            return Err(match &text.expr.kind {
                ExprKind::Literal(Value::Null) => {
                    AnalysisReason::NullQueryString { variable: text.sql }
                }
                _ => AnalysisReason::QueryStringType {
                    actual: text.expr.data_type,
                },
            }
            .into());
        };
        let mut values = Vec::new();
        for (value, name) in &immediate.using {
            let value = plain(self, value, &[], "USING")?;
            let ExprKind::Literal(constant) = value.expr.kind else {
                return Err(AnalysisReason::UsingNotConstant {
                    expression: value.sql,
                }
                .into());
            };
            // A variable is known by its own name.
            let name = name.clone().or(value.name);
            values.push((name, (constant, value.expr.data_type)));
        }
        let parsed = parse_one(sql)?;
        if let ParsedKind::ExecuteImmediate(_) = parsed.kind {
            return Err(AnalysisReason::NestedExecuteImmediate {
                text: sql.to_string(),
            }
            .into());
        }
        let parameters = match parsed.markers().is_empty() {
            true => Parameters::Named(
                values
                    .into_iter()
                    .filter_map(|(name, value)| Some((name?, value)))
                    .collect(),
            ),
            false => Parameters::Positional(values.into_iter().map(|(_, value)| value).collect()),
        };
        let statement = analyze_with(&parsed, self.catalog, &parameters)?;
        match (statement, immediate.into.is_empty()) {
            (statement, true) => Ok(statement),
            (Statement::Query(plan), false) => {
                let set = self.assign(immediate.into.iter().collect(), plan)?;
                Ok(Statement::Command(set))
            }
            (Statement::Command(_), false) => Err(AnalysisReason::IntoOfNoQuery {
                text: sql.to_uppercase(),
            }
            .into()),
        }
    }

    /// The text of a part of a name.
    ///
    /// # Errors
    /// `UNBOUND_SQL_PARAMETER`; `NOT_A_CONSTANT_STRING` for a variable that isn't there, and for what is no text.
    pub(super) fn text_of(&self, part: &Part) -> Result<String, SqlError> {
        let (expression, value) = match (part, self.parameters) {
            (Part::Parameter(name), Parameters::Named(values)) if values.contains_key(name) => {
                (name, values.get(name).map(|(value, _)| value.clone()))
            }
            (Part::Parameter(name), _) => {
                return Err(AnalysisReason::UnboundParameter { name: name.clone() }.into());
            }
            (Part::Variable(name), _) => {
                let parts: Name = name.split('.').map(str::to_owned).collect();
                let variable = variable_name(&parts).and_then(|name| self.catalog.variable(name));
                (name, variable.map(|v| v.value))
            }
        };
        match value {
            Some(Value::String(text)) => Ok(text.to_string()),
            _ => Err(AnalysisReason::NotAConstantName {
                expression: expression.clone(),
            }
            .into()),
        }
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
