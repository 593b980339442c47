//! Names in expressions: columns, aliases, fields, elements, JSON paths.

use sqlparser::ast::{self, AccessExpr, JsonPathElem, Subscript};

use super::dataframe::GIVEN;
use super::expression::{AGGREGATE, Aliases, OUTER, Resolved, Resolver, same};
use super::{literal, scope, unsupported};
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::plan::{Attribute, Expr, ExprKind};
use crate::types::{DataType, Value, quote};

impl Resolver<'_, '_> {
    pub(super) fn column(
        &mut self,
        idents: &[ast::Ident],
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        if let [ident] = idents
            && ident.quote_style.is_none()
            && let Some(place) = ident.value.strip_prefix(GIVEN)
            && let Some(given) = place
                .parse()
                .ok()
                .and_then(|i: usize| self.analyzer.given.get(i))
        {
            return Ok(given.clone());
        }
        let parts: Vec<String> = idents.iter().map(|i| i.value.clone()).collect();
        if let Some(first) = parts.first()
            && let Some(parameter) = self
                .lambdas
                .iter()
                .rev()
                .find(|p| scope::same_name(&p.name, first))
        {
            let expr = Expr {
                kind: ExprKind::LambdaVariable(parameter.clone()),
                data_type: parameter.data_type.clone(),
                nullable: parameter.nullable,
            };
            let value = Resolved::new((expr, "namedlambdavariable()".into()), position);
            return self.fields(value, parts.get(1..).unwrap_or_default());
        }
        if let Aliases::Output(items) = self.aliases
            && let Some(found) = self.alias(items, &parts, false, position)?
        {
            return Ok(found);
        }
        let found = scope::find(&parts, self.columns).map_err(|e| e.at(position))?;
        if let Some(found) = found
            && let Some(attribute) = self.columns.get(found.index)
        {
            let mut value = Resolved::new(
                (
                    Expr::column(found.index, attribute),
                    parts
                        .get(found.parts.saturating_sub(1))
                        .cloned()
                        .unwrap_or_default(),
                ),
                position,
            );
            value.name = Some(value.sql.clone());
            return self.fields(value, parts.get(found.parts..).unwrap_or_default());
        }
        if let Aliases::Lateral(items) = self.aliases
            && let Some(found) = self.alias(items, &parts, true, position)?
        {
            return Ok(found);
        }
        if let Some(found) = self.alias(self.grouped, &parts, false, position)? {
            return Ok(found);
        }
        if let [ident] = idents
            && ident.quote_style.is_none()
            && let Some(name) = literal_function(&ident.value)
        {
            return self.operator(name, Vec::new(), position);
        }
        if let Some(around) = self.analyzer.outer.last()
            && let Ok(Some(found)) = scope::find(&parts, around)
            && let Some(attribute) = around.get(found.index)
        {
            let name = parts.get(found.parts.saturating_sub(1));
            let qualified = attribute
                .qualifier
                .last()
                .into_iter()
                .chain([&attribute.name]);
            let qualified: Vec<&str> = qualified.map(String::as_str).collect();
            let sql = format!("outer({})", qualified.join("."));
            let column = Expr::column(OUTER + found.index, attribute);
            let mut value = Resolved::new((column, sql), position);
            value.name = name.cloned();
            return self.fields(value, parts.get(found.parts..).unwrap_or_default());
        }
        if let Some(value) = self.analyzer.variable_value(&parts, position) {
            return Ok(value);
        }
        let error = match self.aliases {
            Aliases::Output(items) => {
                let output: Vec<Attribute> = items
                    .iter()
                    .map(|(name, r)| {
                        Attribute::new(name, r.expr.data_type.clone(), r.expr.nullable)
                    })
                    .collect();
                scope::unresolved(&parts, &output)
            }
            _ => scope::unresolved(&parts, self.columns),
        };
        Err(error.at(position))
    }

    pub(super) fn alias(
        &mut self,
        items: &[(String, Resolved)],
        parts: &[String],
        lateral: bool,
        position: Option<Position>,
    ) -> Result<Option<Resolved>, SqlError> {
        let Some((first, fields)) = parts.split_first() else {
            return Ok(None);
        };
        let mut fits = items
            .iter()
            .filter(|(name, _)| scope::same_name(name, first));
        let Some((name, item)) = fits.next() else {
            return Ok(None);
        };
        let more: Vec<&(String, Resolved)> = fits.collect();
        if !more.is_empty() {
            let all_same = more.iter().all(|(_, r)| same(&r.expr, &item.expr));
            if lateral {
                let error: SqlError = AnalysisReason::AmbiguousLateralColumnAlias {
                    name: quote(first),
                    matches: more.len() + 1,
                }
                .into();
                return Err(error.at(position));
            }
            if !all_same {
                let error: SqlError = AnalysisReason::AmbiguousReference {
                    name: quote(first),
                    candidates: vec![quote(name); more.len() + 1],
                }
                .into();
                return Err(error.at(position));
            }
        }
        let mut value = item.clone();
        value.position = position;
        value.sql = if lateral {
            format!("lateralAliasReference({first})")
        } else {
            first.clone()
        };
        value.name = None;
        self.fields(value, fields).map(Some)
    }

    /// Fields within a value, one after the other.
    pub(super) fn fields(
        &mut self,
        mut value: Resolved,
        names: &[String],
    ) -> Result<Resolved, SqlError> {
        for name in names {
            value = self.field(value, name)?;
            value.name = Some(name.clone());
        }
        Ok(value)
    }

    /// `value.name`.
    pub(super) fn field(&mut self, value: Resolved, name: &str) -> Result<Resolved, SqlError> {
        let position = value.position;
        let over = match &value.expr.data_type {
            DataType::Struct(s) => Some((s.clone(), false)),
            DataType::Array { element, .. } => match element.as_ref() {
                DataType::Struct(s) => Some((s.clone(), true)),
                _ => None,
            },
            DataType::Map { .. } => {
                let key = Resolved::new(literal::string(name), position);
                let sql = format!("{}[{name}]", value.sql);
                let mut found = self.operator("[]", vec![value, key], position)?;
                found.sql = sql;
                return Ok(found);
            }
            _ => None,
        };
        let Some((fields, in_array)) = over else {
            let error: SqlError = AnalysisReason::InvalidExtractBaseFieldType {
                base: value.sql.clone(),
                actual: value.expr.data_type.clone(),
            }
            .into();
            return Err(error.at(position));
        };
        let fits: Vec<usize> = (0..fields.len())
            .filter(|i| {
                fields
                    .fields
                    .get(*i)
                    .is_some_and(|f| scope::same_name(&f.name, name))
            })
            .collect();
        let index = match fits.as_slice() {
            [index] => *index,
            [] => {
                let error: SqlError = AnalysisReason::FieldNotFound {
                    field: quote(name),
                    fields: fields.names().into_iter().map(quote).collect(),
                }
                .into();
                return Err(error.at(position));
            }
            several => {
                let error: SqlError = AnalysisReason::AmbiguousReferenceToFields {
                    field: quote(name),
                    count: several.len(),
                }
                .into();
                return Err(error.at(position));
            }
        };
        let field = fields.fields.get(index).cloned();
        let (field_type, field_nullable) =
            field.map_or((DataType::Null, true), |f| (f.data_type, f.nullable));
        let data_type = if in_array {
            let contains_null = match &value.expr.data_type {
                DataType::Array { contains_null, .. } => *contains_null || field_nullable,
                _ => true,
            };
            DataType::Array {
                element: Box::new(field_type),
                contains_null,
            }
        } else {
            field_type
        };
        let nullable = value.expr.nullable || (!in_array && field_nullable);
        let sql = format!("{}.{name}", value.sql);
        let expr = Expr {
            kind: ExprKind::GetField {
                child: Box::new(value.expr),
                index,
            },
            data_type,
            nullable,
        };
        Ok(Resolved::new((expr, sql), position))
    }

    /// `root[0].name['key']`.
    pub(super) fn field_access(
        &mut self,
        root: &ast::Expr,
        chain: &[AccessExpr],
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let mut value = self.expression(root)?;
        value.name = None;
        value.position = position;
        for access in chain {
            value = match access {
                AccessExpr::Dot(ast::Expr::Identifier(ident)) => {
                    let was_column = matches!(value.expr.kind, ExprKind::Column { index, .. } if index < AGGREGATE);
                    let mut found = self.field(value, &ident.value)?;
                    if was_column {
                        found.name = Some(ident.value.clone());
                    }
                    found
                }
                AccessExpr::Subscript(Subscript::Index { index }) => {
                    let index = self.expression(index)?;
                    self.subscript(value, index, position)?
                }
                other => {
                    return Err(unsupported(format!("the access {other}")).at(position));
                }
            };
            value.position = position;
        }
        Ok(value)
    }

    pub(super) fn subscript(
        &mut self,
        value: Resolved,
        index: Resolved,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        if let ExprKind::Literal(Value::String(name)) = &index.expr.kind {
            // `col("items").price` asks for that field of each struct.
            let has_fields = match &value.expr.data_type {
                DataType::Struct(_) => true,
                DataType::Array { element, .. } => matches!(**element, DataType::Struct(_)),
                _ => false,
            };
            if has_fields {
                let name = name.to_string();
                return self.field(value, &name);
            }
        }
        match &value.expr.data_type {
            DataType::Array { .. } | DataType::Map { .. } => {
                self.operator("[]", vec![value, index], position)
            }
            DataType::Struct(_) => {
                let error: SqlError = AnalysisReason::InvalidExtractFieldType {
                    extraction: index.sql,
                }
                .into();
                Err(error.at(position))
            }
            other => {
                let error: SqlError = AnalysisReason::InvalidExtractBaseFieldType {
                    base: value.sql.clone(),
                    actual: other.clone(),
                }
                .into();
                Err(error.at(position))
            }
        }
    }

    /// Databricks' `column:path`. The column is called by the path's last name.
    pub(super) fn json_access(
        &mut self,
        value: &ast::Expr,
        path: &ast::JsonPath,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let value = self.expression(value)?;
        let mut text = String::new();
        let mut name = None;
        for element in &path.path {
            match element {
                JsonPathElem::Dot { key, quoted } => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    if *quoted {
                        text.push_str(&quote(key));
                    } else {
                        text.push_str(key);
                    }
                    name = Some(key.clone());
                }
                JsonPathElem::Bracket { key } | JsonPathElem::ColonBracket { key } => match key {
                    ast::Expr::Wildcard(_) => text.push_str("[*]"),
                    ast::Expr::Value(v) => match &v.value {
                        ast::Value::SingleQuotedString(s) => {
                            text.push_str(&format!("['{s}']"));
                            name = Some(s.clone());
                        }
                        other => text.push_str(&format!("[{other}]")),
                    },
                    other => text.push_str(&format!("[{other}]")),
                },
            }
        }
        let sql = format!("{}:{text}", value.sql);
        let path = Resolved::new(literal::string(&text), position);
        let mut found = self.operator("get_json_path", vec![value, path], position)?;
        found.sql = sql;
        found.name = name;
        Ok(found)
    }
}

/// Functions that may be called without brackets, where no column has that name.
fn literal_function(name: &str) -> Option<&'static str> {
    [
        "current_date",
        "current_timestamp",
        "current_user",
        "current_database",
        "current_catalog",
        "current_schema",
        "localtimestamp",
        "user",
        "session_user",
    ]
    .into_iter()
    .find(|f| f.eq_ignore_ascii_case(name))
}
