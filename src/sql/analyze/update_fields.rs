//! `Column.withField` and `Column.dropFields`: a struct with other fields.
//!
//! Source: Catalyst's `UpdateFields`.

use sqlparser::ast::{self, FunctionArg, FunctionArgExpr};

use super::dataframe::{GIVEN, attribute_name};
use super::expression::{Resolved, Resolver};
use super::{scope, unsupported};
use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::functions::{FunctionError, Mismatch};
use crate::sql::plan::{Expr, ExprKind};
use crate::types::{DataType, quote};

/// A field to set, or to drop where there is no value: the path to it in the struct.
type Update = (Vec<String>, Option<Resolved>);

/// The name of a call that updates a field, which SQL text can't write: of the struct, the
/// field's path as text and, if it isn't dropped, its value.
pub fn update_field() -> String {
    format!("{GIVEN}update_field")
}

impl Resolver<'_, '_> {
    /// A call of [`update_field`]; its struct may be such a call itself.
    pub(super) fn field_updates(&mut self, call: &ast::Function) -> Result<Resolved, SqlError> {
        let mut updates = Vec::new();
        let mut call = call;
        let base = loop {
            let (child, path, value) = parts(call).ok_or_else(|| unsupported("this update"))?;
            let value = value.map(|v| self.expression(v)).transpose()?;
            updates.push((attribute_name(path)?, value));
            match child {
                ast::Expr::Function(inner) if inner.name == call.name => call = inner,
                base => break base,
            }
        };
        updates.reverse();
        let base = self.expression(base)?;
        self.updated(base, updates)
    }

    /// A struct without the fields at these paths.
    pub(super) fn without_fields(
        &mut self,
        base: Resolved,
        paths: Vec<Vec<String>>,
    ) -> Result<Resolved, SqlError> {
        self.updated(base, paths.into_iter().map(|path| (path, None)).collect())
    }

    fn updated(&mut self, base: Resolved, updates: Vec<Update>) -> Result<Resolved, SqlError> {
        let mut sql = vec![base.sql.clone()];
        let fields = match &base.expr.data_type {
            DataType::Struct(s) => s.fields.clone(),
            other => {
                sql.extend(updates.iter().map(|(_, value)| text(value.as_ref())));
                let error: SqlError = FunctionError::DatatypeMismatch {
                    sql: format!("update_fields({})", sql.join(", ")),
                    mismatch: Mismatch::UnexpectedInputType {
                        ordinal: "first",
                        required: "\"STRUCT\"".into(),
                        input: base.sql.clone(),
                        found: other.sql(),
                    },
                }
                .into();
                let named = format!("update_fields({})", sql.join(", "));
                return Err(error.of_binding(base.position, &named, &[]));
            }
        };
        let mut values: Vec<(String, Resolved)> = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let expr = Expr {
                kind: ExprKind::GetField {
                    child: Box::new(base.expr.clone()),
                    index,
                },
                data_type: field.data_type.clone(),
                nullable: field.nullable || base.expr.nullable,
            };
            let shown = format!("{}.{}", base.sql, field.name);
            values.push((field.name.clone(), Resolved::new((expr, shown), None)));
        }
        for (path, value) in updates {
            let Some((name, rest)) = path.split_first() else {
                continue;
            };
            let known = values.iter().position(|(n, _)| scope::same_name(n, name));
            let value = match (rest.is_empty(), known.and_then(|i| values.get(i))) {
                (true, _) => value,
                (false, Some((_, inner))) => {
                    Some(self.updated(inner.clone(), vec![(rest.to_vec(), value)])?)
                }
                (false, None) => {
                    let fields = fields.iter().map(|f| quote(&f.name));
                    return Err(AnalysisReason::FieldNotFound {
                        field: quote(name),
                        fields: fields.collect(),
                    }
                    .into());
                }
            };
            sql.push(text(value.as_ref()));
            match value {
                None => values.retain(|(n, _)| !scope::same_name(n, name)),
                Some(value) if known.is_none() => values.push((name.clone(), value)),
                Some(value) => {
                    for field in &mut values {
                        if scope::same_name(&field.0, name) {
                            *field = (name.clone(), value.clone());
                        }
                    }
                }
            }
        }
        let sql = format!("update_fields({})", sql.join(", "));
        if values.is_empty() {
            return Err(AnalysisReason::DropOfAllFields { sql }.into());
        }
        let mut built = self.named_struct(values, "named_struct", base.position)?;
        if base.expr.nullable {
            let there = self.operator("isnotnull", vec![base.clone()], None)?;
            built.expr = Expr {
                data_type: built.expr.data_type.clone(),
                nullable: true,
                kind: ExprKind::Case {
                    branches: vec![(there.expr, built.expr)],
                    otherwise: None,
                },
            };
        }
        built.sql = sql;
        built.name = None;
        Ok(built)
    }
}

fn text(value: Option<&Resolved>) -> String {
    match value {
        Some(value) => format!("WithField({})", value.sql),
        None => "dropfield()".into(),
    }
}

/// The struct, the path and the value of a call.
fn parts(call: &ast::Function) -> Option<(&ast::Expr, &str, Option<&ast::Expr>)> {
    let ast::FunctionArguments::List(list) = &call.args else {
        return None;
    };
    let mut args = list.args.iter().map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) => Some(e),
        _ => None,
    });
    let child = args.next()??;
    let ast::Expr::Value(path) = args.next()?? else {
        return None;
    };
    let ast::Value::SingleQuotedString(path) = &path.value else {
        return None;
    };
    let value = match args.next() {
        None => None,
        Some(value) => Some(value?),
    };
    Some((child, path, value))
}
