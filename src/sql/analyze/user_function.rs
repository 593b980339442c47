//! Calls of functions that were made with `CREATE FUNCTION`: the body takes their place, with the
//! arguments where it names parameters.
//!
//! Source: Databricks documentation, "CREATE FUNCTION (SQL)"; Spark's `SQLFunctionExpression`.

use std::sync::Arc;

use sqlparser::ast::{self, FunctionArg, FunctionArgExpr};

use super::Catalog;
use super::expression::{Collected, Resolved, Resolver};
use super::function::texts;
use super::named_arguments::{Parameter, any_named, in_order};
use super::{Analyzer, scope, unsupported};
use crate::sql::command::SqlFunction;
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::{cast_expr, lookup};
use crate::sql::parse::parse_select_item;
use crate::sql::plan::{Attribute, Expr, ExprKind};
use crate::sql::python::PythonUdf;

/// Functions may call functions, this deep.
const MAX_DEPTH: u32 = 32;

impl Resolver<'_, '_> {
    /// The value of a call of a Python function, or of one that the catalog has.
    pub(super) fn user_function(
        &mut self,
        call: &ast::Function,
        list: Option<&ast::FunctionArgumentList>,
        position: Option<Position>,
    ) -> Result<Option<Resolved>, SqlError> {
        let name = super::from::name_parts(&call.name);
        if let Some(last) = name.last()
            && let Some(udf) = self.analyzer.udf(&last.to_lowercase())
        {
            return self.python_call(udf, list, position).map(Some);
        }
        if let [only] = name.as_slice()
            && lookup(&only.to_lowercase()).is_some()
        {
            return Ok(None);
        }
        let Some((called, function)) = self.analyzer.catalog.function(&name) else {
            return Ok(None);
        };
        if self.analyzer.function_depth >= MAX_DEPTH {
            return Err(unsupported(format!("the function {called} in itself")).at(position));
        }
        let args = list.map(|l| l.args.as_slice()).unwrap_or_default();
        let ordered;
        let args = match any_named(args) {
            false => args,
            true => {
                let parameters = parameters_of(&function)?;
                let called = called.rsplit('.').next().unwrap_or_default();
                ordered = in_order(called, Some(&parameters), args).map_err(|e| e.at(position))?;
                &ordered
            }
        };
        let given: Vec<ast::Expr> = {
            args.iter()
                .map(|arg| match arg {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) => Ok(e.clone()),
                    other => Err(unsupported(format!("the argument {other}")).at(position)),
                })
                .collect::<Result<_, _>>()?
        };
        let required = function
            .parameters
            .iter()
            .filter(|p| p.default.is_none())
            .count();
        if given.len() < required || given.len() > function.parameters.len() {
            let error: SqlError = AnalysisReason::WrongNumberOfArguments {
                function: format!("`{}`", called.rsplit('.').next().unwrap_or_default()),
                expected: function.parameters.len(),
                actual: given.len(),
            }
            .into();
            return Err(error.at(position));
        }
        let mut texts = Vec::new();
        let mut values: Vec<Expr> = Vec::new();
        for (i, parameter) in function.parameters.iter().enumerate() {
            let mut value = match (given.get(i), &parameter.default) {
                (Some(argument), _) => {
                    let found = self.expression(argument)?;
                    texts.push(found.sql.clone());
                    found.expr
                }
                (None, Some(default)) => self.expression(&parsed(default)?)?.expr,
                (None, None) => continue,
            };
            cast_expr(&mut value, &parameter.data_type, self.analyzer.mode);
            values.push(value);
        }
        self.analyzer.function_depth += 1;
        let nullable: Vec<bool> = values.iter().map(|value| value.nullable).collect();
        let body = self.analyzer.body_of(&function, &nullable);
        self.analyzer.function_depth -= 1;
        let mut expr = body.map_err(|e| e.at(position))?;
        substitute(&mut expr, &values);
        let sql = format!("{called}({})", texts.join(", "));
        Ok(Some(Resolved::new((expr, sql), position)))
    }

    /// A call of a Python function.
    fn python_call(
        &mut self,
        udf: Arc<PythonUdf>,
        list: Option<&ast::FunctionArgumentList>,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let mut args = Vec::new();
        for arg in list.map(|l| l.args.as_slice()).unwrap_or_default() {
            args.extend(self.values(arg, &udf.name)?);
        }
        let sql = format!("{}({})", udf.name, texts(&args).join(", "));
        let expr = Expr {
            data_type: udf.return_type.clone(),
            nullable: true,
            kind: ExprKind::Udf {
                udf,
                args: args.into_iter().map(|a| a.expr).collect(),
            },
        };
        Ok(Resolved::new((expr, sql), position))
    }
}

impl Analyzer<'_> {
    /// A function's body over its parameters, which may be NULL as `nullable` says.
    fn body_of(&mut self, function: &SqlFunction, nullable: &[bool]) -> Result<Expr, SqlError> {
        let nullable = nullable.iter().copied().chain(std::iter::repeat(true));
        let columns: Vec<Attribute> = function
            .parameters
            .iter()
            .zip(nullable)
            .map(|(p, nullable)| Attribute::new(&p.name, p.data_type.clone(), nullable))
            .collect();
        let body = parsed(&function.body)?;
        let mut collected = Collected::default();
        let found = Resolver::new(self, &columns, &mut collected).expression(&body)?;
        super::query::refuse_collected(&collected, "RETURN")?;
        let mut expr = found.expr;
        if let Some(returns) = &function.returns {
            if !crate::sql::coercion::can_cast(&expr.data_type, returns, self.mode) {
                return Err(AnalysisReason::FunctionReturns {
                    expression: found.sql,
                    from: expr.data_type.clone(),
                    to: returns.clone(),
                }
                .into());
            }
            cast_expr(&mut expr, returns, self.mode);
        }
        Ok(expr)
    }
}

/// Checks a function's body, and gives its type.
///
/// # Errors
/// What the body can't be given a meaning for.
pub fn check_function(
    function: &SqlFunction,
    catalog: &dyn Catalog,
) -> Result<crate::types::DataType, SqlError> {
    let mut seen: Vec<&str> = Vec::new();
    for parameter in &function.parameters {
        if seen.iter().any(|s| scope::same_name(s, &parameter.name)) {
            return Err(AnalysisReason::ColumnAlreadyExists {
                column: crate::types::quote(&parameter.name.to_lowercase()),
            }
            .into());
        }
        seen.push(&parameter.name);
    }
    Ok(Analyzer::new(catalog).body_of(function, &[])?.data_type)
}

/// What calls of a function may name.
fn parameters_of(function: &SqlFunction) -> Result<Vec<Parameter>, SqlError> {
    let parameters = function.parameters.iter().map(|p| {
        Ok(Parameter {
            name: p.name.clone(),
            default: p.default.as_deref().map(parsed).transpose()?,
        })
    });
    parameters.collect()
}

fn parsed(text: &str) -> Result<ast::Expr, SqlError> {
    match parse_select_item(text)? {
        ast::SelectItem::UnnamedExpr(e) => Ok(e),
        other => Err(unsupported(format!("the expression {other}"))),
    }
}

/// Puts values where an expression reads columns.
fn substitute(expr: &mut Expr, values: &[Expr]) {
    if let crate::sql::plan::ExprKind::Column { index, .. } = &expr.kind {
        if let Some(value) = values.get(*index) {
            *expr = value.clone();
        }
        return;
    }
    for child in expr.children_mut() {
        substitute(child, values);
    }
}
