//! Expressions of the grammar to typed ones.

use std::sync::Arc;

use sqlparser::ast::{self, AccessExpr, BinaryOperator, JsonPathElem, Subscript, UnaryOperator};

use super::correlated::outer_column;
use super::select::holds;
use super::{Analyzer, ident_start, literal, scope, start, unsupported};
use crate::sql::coercion;
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::{Function, FunctionError, Mismatch, cast, cast_expr};
use crate::sql::naming;
use crate::sql::parse::parse_data_type;
use crate::sql::plan::{
    AggregateCall, Attribute, EvalMode, Expr, ExprKind, LambdaParameter, WindowCall,
};
use crate::types::{DataType, StructType, Value, quote};

/// Where columns begin that stand for what is computed elsewhere: a call that a node below
/// computes, or a column of the output above. Real columns are below all of them.
pub const AGGREGATE: usize = 1 << 26;
pub const WINDOW: usize = 2 << 26;
pub const GENERATED: usize = 3 << 26;
pub const OUTPUT: usize = 4 << 26;
pub const OUTER: usize = 6 << 26;

/// A typed expression, and how it reads.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub expr: Expr,
    /// Its text in messages and generated names.
    pub sql: String,
    /// What a column of it is called without an alias, if not by its text.
    pub name: Option<String>,
    pub position: Option<Position>,
}

impl Resolved {
    pub fn new((expr, sql): (Expr, String), position: Option<Position>) -> Self {
        Resolved {
            expr,
            sql,
            name: None,
            position,
        }
    }

    /// What a column of it is called.
    pub fn column_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.sql)
    }
}

/// An aggregate call found in an expression.
#[derive(Debug, Clone)]
pub struct FoundAggregate {
    pub call: AggregateCall,
    pub sql: String,
    pub position: Option<Position>,
}

/// A generator call found in an expression.
#[derive(Debug, Clone)]
pub struct FoundGenerator {
    pub function: &'static Function,
    pub args: Vec<Expr>,
    pub columns: StructType,
    pub outer: bool,
    pub sql: String,
}

/// What expressions call that isn't computed row by row: nodes of their own will.
#[derive(Debug, Default)]
pub struct Collected {
    pub aggregates: Vec<FoundAggregate>,
    pub windows: Vec<(WindowCall, String)>,
    pub generators: Vec<FoundGenerator>,
    /// `grouping(x)`, `grouping_id()`: the arguments, whether it is the first, and where.
    pub groupings: Vec<(Vec<Expr>, bool, Option<Position>)>,
}

/// Names that aren't columns of the input: earlier items of the list, or its output.
#[derive(Clone, Copy)]
pub enum Aliases<'r> {
    None,
    /// Looked at after the input: lateral column aliases.
    Lateral(&'r [(String, Resolved)]),
    /// Looked at before the input: `HAVING`, `ORDER BY`.
    Output(&'r [(String, Resolved)]),
}

/// Resolves expressions over one input.
pub struct Resolver<'r, 'a> {
    pub analyzer: &'r mut Analyzer<'a>,
    pub columns: &'r [Attribute],
    pub aliases: Aliases<'r>,
    pub collected: &'r mut Collected,
    /// `WINDOW` clause.
    pub windows: &'r [ast::NamedWindowDefinition],
    pub lambdas: Vec<LambdaParameter>,
    /// Columns of the query around, for names that `columns` doesn't have.
    pub around: &'r [Attribute],
}

impl<'r, 'a> Resolver<'r, 'a> {
    pub fn new(
        analyzer: &'r mut Analyzer<'a>,
        columns: &'r [Attribute],
        collected: &'r mut Collected,
    ) -> Self {
        Resolver {
            analyzer,
            columns,
            aliases: Aliases::None,
            collected,
            windows: &[],
            lambdas: Vec::new(),
            around: &[],
        }
    }

    /// Types an expression.
    pub fn expression(&mut self, e: &ast::Expr) -> Result<Resolved, SqlError> {
        if let ast::Expr::BinaryOp { .. } = e {
            return self.binary_chain(e);
        }
        match e {
            ast::Expr::Identifier(ident) => {
                self.column(std::slice::from_ref(ident), ident_start(ident))
            }
            ast::Expr::CompoundIdentifier(idents) => {
                self.column(idents, idents.first().and_then(ident_start))
            }
            ast::Expr::Nested(inner) => self.expression(inner),
            ast::Expr::Value(v) => {
                let at = start(e);
                Ok(Resolved::new(self.analyzer.value(&v.value, at)?, at))
            }
            ast::Expr::TypedString(t) => {
                let at = start(e);
                Ok(Resolved::new(self.analyzer.typed_string(t, at)?, at))
            }
            ast::Expr::Interval(i) => {
                let at = start(e);
                Ok(Resolved::new(self.analyzer.interval(i, at)?, at))
            }
            ast::Expr::Function(f) => self.function(f, start(e)),
            ast::Expr::Cast {
                kind,
                expr,
                data_type,
                ..
            } => {
                let is_try = matches!(kind, ast::CastKind::TryCast | ast::CastKind::SafeCast);
                let child = self.expression(expr)?;
                let at = match kind {
                    ast::CastKind::DoubleColon => child.position,
                    _ if is_try => self.analyzer.before(start(expr.as_ref()), "TRY_CAST"),
                    _ => self.analyzer.before(start(expr.as_ref()), "CAST"),
                };
                let to = self.data_type(data_type)?;
                self.cast(child, to, is_try, at)
            }
            ast::Expr::UnaryOp { op, expr } => {
                let word = match op {
                    UnaryOperator::Minus => "-",
                    UnaryOperator::Plus => "+",
                    UnaryOperator::Not => "NOT",
                    UnaryOperator::BangNot => "!",
                    _ => "~",
                };
                let at = self.analyzer.before(start(expr.as_ref()), word);
                self.unary(*op, expr, at)
            }
            ast::Expr::IsNull(x) | ast::Expr::IsUnknown(x) => self.operator_on("isnull", &[x], e),
            ast::Expr::IsNotNull(x) | ast::Expr::IsNotUnknown(x) => {
                self.operator_on("isnotnull", &[x], e)
            }
            ast::Expr::IsTrue(x) => self.is_boolean(x, true, false, e),
            ast::Expr::IsNotTrue(x) => self.is_boolean(x, true, true, e),
            ast::Expr::IsFalse(x) => self.is_boolean(x, false, false, e),
            ast::Expr::IsNotFalse(x) => self.is_boolean(x, false, true, e),
            ast::Expr::IsDistinctFrom(a, b) => {
                let same = self.operator_on("<=>", &[a, b], e)?;
                self.not(same)
            }
            ast::Expr::IsNotDistinctFrom(a, b) => self.operator_on("<=>", &[a, b], e),
            ast::Expr::InList {
                expr,
                list,
                negated,
            } => {
                let mut args = vec![self.expression(expr)?];
                for item in list {
                    args.push(self.expression(item)?);
                }
                let at = self.analyzer.before(list.first().and_then(start), "IN");
                let found = self.operator("in", args, at)?;
                self.negate_if(*negated, found)
            }
            ast::Expr::InSubquery {
                expr,
                subquery,
                negated,
            } => self.in_subquery(expr, subquery, *negated),
            ast::Expr::Between {
                expr,
                negated,
                low,
                high,
            } => self.between(expr, low, high, *negated, e),
            ast::Expr::Like {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => self.like(
                "like",
                expr,
                pattern,
                escape_char.as_deref(),
                *any,
                *negated,
                e,
            ),
            ast::Expr::ILike {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => self.like(
                "ilike",
                expr,
                pattern,
                escape_char.as_deref(),
                *any,
                *negated,
                e,
            ),
            ast::Expr::RLike {
                negated,
                expr,
                pattern,
                ..
            } => {
                let found = self.operator_on("rlike", &[expr, pattern], e)?;
                self.negate_if(*negated, found)
            }
            ast::Expr::AnyOp { left, right, .. } | ast::Expr::AllOp { left, right, .. } => {
                let (_, _) = (left, right);
                Err(unsupported("ANY and ALL comparisons").at(start(e)))
            }
            ast::Expr::Case {
                operand,
                conditions,
                else_result,
                ..
            } => self.case(
                operand.as_deref(),
                conditions,
                else_result.as_deref(),
                start(e),
            ),
            ast::Expr::Exists { subquery, negated } => {
                let plan = self.analyzer.subquery(subquery, self.columns)?;
                let expr = Expr {
                    kind: ExprKind::Exists {
                        plan,
                        negated: *negated,
                    },
                    data_type: DataType::Boolean,
                    nullable: false,
                };
                let sql = if *negated {
                    "(NOT exists())"
                } else {
                    "exists()"
                };
                Ok(Resolved::new((expr, sql.into()), start(e)))
            }
            ast::Expr::Subquery(query) => {
                let at = self.analyzer.before(start(e), "(");
                let plan = self.analyzer.subquery(query, self.columns)?;
                let visible: Vec<&Attribute> = plan.output.iter().filter(|a| !a.hidden).collect();
                let [column] = visible.as_slice() else {
                    let error: SqlError = AnalysisReason::ScalarSubqueryColumns {
                        columns: visible.len(),
                    }
                    .into();
                    return Err(error.at(at));
                };
                let expr = Expr {
                    data_type: column.data_type.clone(),
                    nullable: true,
                    kind: ExprKind::ScalarSubquery(plan.clone()),
                };
                Ok(Resolved::new((expr, "scalarsubquery()".into()), at))
            }
            ast::Expr::CompoundFieldAccess { root, access_chain } => {
                self.field_access(root, access_chain, start(e))
            }
            ast::Expr::JsonAccess { value, path } => self.json_access(value, path, start(e)),
            ast::Expr::Extract { field, expr, .. } => {
                let at = self.analyzer.before(start(expr.as_ref()), "EXTRACT");
                self.extract(field, expr, at)
            }
            ast::Expr::Ceil { expr, field } => {
                let at = self.analyzer.before(start(expr.as_ref()), "CEIL");
                self.ceil_floor("ceil", expr, field, at)
            }
            ast::Expr::Floor { expr, field } => {
                let at = self.analyzer.before(start(expr.as_ref()), "FLOOR");
                self.ceil_floor("floor", expr, field, at)
            }
            ast::Expr::Position { expr, r#in } => self.operator_on("locate", &[expr, r#in], e),
            ast::Expr::Substring {
                expr,
                substring_from,
                substring_for,
                shorthand,
                ..
            } => {
                let mut args = vec![self.expression(expr)?];
                for part in [substring_from, substring_for].into_iter().flatten() {
                    args.push(self.expression(part)?);
                }
                let name = if *shorthand { "substr" } else { "substring" };
                let at = self.analyzer.before(start(expr.as_ref()), "SUBSTR");
                self.operator(name, args, at)
            }
            ast::Expr::Trim {
                trim_where,
                trim_what,
                expr,
                ..
            } => self.trim(trim_where.as_ref(), trim_what.as_deref(), expr, start(e)),
            ast::Expr::Overlay {
                expr,
                overlay_what,
                overlay_from,
                overlay_for,
            } => {
                let mut args = Vec::new();
                for part in [
                    Some(expr),
                    Some(overlay_what),
                    Some(overlay_from),
                    overlay_for.as_ref(),
                ]
                .into_iter()
                .flatten()
                {
                    args.push(self.expression(part)?);
                }
                self.operator("overlay", args, start(e))
            }
            ast::Expr::Tuple(items) => {
                let mut args = Vec::new();
                for (i, item) in items.iter().enumerate() {
                    let value = self.expression(item)?;
                    args.push((format!("col{}", i + 1), value));
                }
                self.named_struct(args, "struct", start(e))
            }
            ast::Expr::Named { expr, name } => {
                let mut value = self.expression(expr)?;
                value.sql = format!("{} AS {}", value.sql, name.value);
                value.name = Some(name.value.clone());
                Ok(value)
            }
            ast::Expr::Lambda(_) => Err(AnalysisReason::LambdaOutsideHigherOrder {
                function: "this".into(),
            }
            .into()),
            ast::Expr::Wildcard(_) | ast::Expr::QualifiedWildcard(..) => {
                let error: SqlError = AnalysisReason::InvalidUsageOfStar {
                    place: "expression".into(),
                }
                .into();
                Err(error.at(start(e)))
            }
            other => Err(unsupported(format!("the expression {other}")).at(start(e))),
        }
    }

    // Names.

    fn column(
        &mut self,
        idents: &[ast::Ident],
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
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
                nullable: true,
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
        if let [ident] = idents
            && ident.quote_style.is_none()
            && let Some(name) = literal_function(&ident.value)
        {
            return self.operator(name, Vec::new(), position);
        }
        if let Some((expr, taken)) = outer_column(&parts, self.around) {
            let value = Resolved::new((expr, parts.join(".")), position);
            return self.fields(value, parts.get(taken..).unwrap_or_default());
        }
        for columns in self.analyzer.outer.iter().rev() {
            if let Ok(Some(_)) = scope::find(&parts, columns) {
                let error: SqlError = AnalysisReason::UnsupportedSubquery {
                    category: "CORRELATED_REFERENCE".into(),
                    text: format!(
                        "Expressions referencing the outer query are only supported here as equalities in the WHERE clause of EXISTS and IN: \"{}\".",
                        parts.join(".")
                    ),
                }
                .into();
                return Err(error.at(position));
            }
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

    fn alias(
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
    fn fields(&mut self, mut value: Resolved, names: &[String]) -> Result<Resolved, SqlError> {
        for name in names {
            value = self.field(value, name)?;
            value.name = Some(name.clone());
        }
        Ok(value)
    }

    /// `value.name`.
    fn field(&mut self, value: Resolved, name: &str) -> Result<Resolved, SqlError> {
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
    fn field_access(
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

    fn subscript(
        &mut self,
        value: Resolved,
        index: Resolved,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        if let (DataType::Struct(_), ExprKind::Literal(Value::String(name))) =
            (&value.expr.data_type, &index.expr.kind)
        {
            let name = name.to_string();
            return self.field(value, &name);
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
    fn json_access(
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

    // Operators.

    /// Chains of operators lean left and may be long: walked without recursion.
    fn binary_chain(&mut self, e: &ast::Expr) -> Result<Resolved, SqlError> {
        let mut pending = Vec::new();
        let mut at = e;
        while let ast::Expr::BinaryOp { left, op, right } = at {
            pending.push((op, right.as_ref()));
            at = left;
        }
        let mut value = self.expression(at)?;
        let position = value.position.or_else(|| start(e));
        while let Some((op, right)) = pending.pop() {
            let right = self.expression(right)?;
            let symbol = match op {
                BinaryOperator::Plus => "+",
                BinaryOperator::Minus => "-",
                BinaryOperator::Multiply => "*",
                BinaryOperator::Divide => "/",
                BinaryOperator::Modulo => "%",
                BinaryOperator::MyIntegerDivide => "div",
                BinaryOperator::StringConcat => "||",
                BinaryOperator::Gt => ">",
                BinaryOperator::Lt => "<",
                BinaryOperator::GtEq => ">=",
                BinaryOperator::LtEq => "<=",
                BinaryOperator::Spaceship => "<=>",
                BinaryOperator::Eq | BinaryOperator::NotEq => "=",
                BinaryOperator::And => "and",
                BinaryOperator::Or => "or",
                BinaryOperator::BitwiseAnd => "&",
                BinaryOperator::BitwiseOr => "|",
                BinaryOperator::BitwiseXor => "^",
                BinaryOperator::PGBitwiseShiftLeft => "<<",
                BinaryOperator::PGBitwiseShiftRight => ">>",
                other => return Err(unsupported(format!("the operator {other}")).at(position)),
            };
            let days = date_days(symbol, &value, &right);
            value = self.operator(symbol, vec![value, right], position)?;
            if let Some(sql) = days {
                value.sql = sql;
            }
            if *op == BinaryOperator::NotEq {
                value = self.not(value)?;
            }
        }
        Ok(value)
    }

    /// A call by the registry's name, over arguments already typed.
    pub fn operator(
        &mut self,
        name: &str,
        args: Vec<Resolved>,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let function = self.analyzer.routine(name, position)?;
        let texts: Vec<String> = args.iter().map(|a| a.sql.clone()).collect();
        let sql = naming::call(name, &texts);
        self.bind_scalar(function, name, args, sql, position)
    }

    fn operator_on(
        &mut self,
        name: &str,
        args: &[&ast::Expr],
        whole: &ast::Expr,
    ) -> Result<Resolved, SqlError> {
        let args: Result<Vec<_>, _> = args.iter().map(|a| self.expression(a)).collect();
        self.operator(name, args?, start(whole))
    }

    /// Binds a scalar function to its arguments.
    pub fn bind_scalar(
        &mut self,
        function: &'static Function,
        written: &str,
        args: Vec<Resolved>,
        sql: String,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        if args.iter().any(|a| holds(&a.expr, GENERATED, OUTPUT)) {
            return Err(AnalysisReason::NestedGenerator { expression: sql }.into());
        }
        let inputs: Vec<String> = args.iter().map(|a| a.sql.clone()).collect();
        let context = self.analyzer.context(written);
        let args = args.into_iter().map(|a| a.expr).collect();
        let bound =
            (function.bind)(args, &context).map_err(|e| e.of_binding(position, &sql, &inputs))?;
        let expr = Expr {
            kind: ExprKind::Call {
                function,
                args: bound.args,
                mode: self.analyzer.mode,
            },
            data_type: bound.data_type,
            nullable: bound.nullable,
        };
        Ok(Resolved::new((expr, sql), position))
    }

    fn not(&mut self, value: Resolved) -> Result<Resolved, SqlError> {
        let position = value.position;
        self.operator("not", vec![value], position)
    }

    fn negate_if(&mut self, negated: bool, value: Resolved) -> Result<Resolved, SqlError> {
        if negated { self.not(value) } else { Ok(value) }
    }

    fn unary(
        &mut self,
        op: UnaryOperator,
        child: &ast::Expr,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        if op == UnaryOperator::Minus
            && let ast::Expr::Value(v) = child
            && let ast::Value::Number(text, _) = &v.value
        {
            let place = position.unwrap_or(Position { line: 1, column: 0 });
            return Ok(Resolved::new(literal::number(text, true, place)?, position));
        }
        let value = self.expression(child)?;
        let name = match op {
            UnaryOperator::Minus => "negative",
            UnaryOperator::Plus => "positive",
            UnaryOperator::Not | UnaryOperator::BangNot => "not",
            UnaryOperator::BitwiseNot => "~",
            other => return Err(unsupported(format!("the operator {other}")).at(position)),
        };
        self.operator(name, vec![value], position)
    }

    fn is_boolean(
        &mut self,
        child: &ast::Expr,
        truth: bool,
        negated: bool,
        whole: &ast::Expr,
    ) -> Result<Resolved, SqlError> {
        let value = self.expression(child)?;
        let truth = Resolved::new(
            (
                Expr::literal(Value::Boolean(truth), DataType::Boolean),
                truth.to_string(),
            ),
            None,
        );
        let found = self.operator("<=>", vec![value, truth], start(whole))?;
        self.negate_if(negated, found)
    }

    fn between(
        &mut self,
        value: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        negated: bool,
        whole: &ast::Expr,
    ) -> Result<Resolved, SqlError> {
        let position = start(whole);
        let value = self.expression(value)?;
        let (low, high) = (self.expression(low)?, self.expression(high)?);
        let sql = format!("between({}, {}, {})", value.sql, low.sql, high.sql);
        let above = self.operator(">=", vec![value.clone(), low], position)?;
        let below = self.operator("<=", vec![value, high], position)?;
        let mut found = self.operator("and", vec![above, below], position)?;
        found.sql = sql;
        self.negate_if(negated, found)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one piece of grammar"
    )]
    fn like(
        &mut self,
        name: &str,
        value: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::Expr>,
        any: bool,
        negated: bool,
        whole: &ast::Expr,
    ) -> Result<Resolved, SqlError> {
        let position = start(whole);
        let value = self.expression(value)?;
        // LIKE ANY (…), and LIKE ALL (…), which the grammar gives as a call.
        let (patterns, all) = match pattern {
            ast::Expr::Tuple(items) if any => (items.iter().collect(), false),
            ast::Expr::Nested(item) if any => (vec![item.as_ref()], false),
            ast::Expr::Function(f) if f.name.to_string().eq_ignore_ascii_case("all") => {
                (plain_args(f), true)
            }
            other => (vec![other], false),
        };
        let mut found: Option<Resolved> = None;
        for pattern in patterns {
            let mut args = vec![value.clone(), self.expression(pattern)?];
            if let Some(escape) = escape {
                args.push(self.expression(escape)?);
            }
            let one = self.operator(name, args, position)?;
            let one = self.negate_if(negated, one)?;
            found = Some(match found {
                None => one,
                Some(before) => {
                    // NOT LIKE ALL is: none fits.
                    let joined = if all { "and" } else { "or" };
                    self.operator(joined, vec![before, one], position)?
                }
            });
        }
        found.ok_or_else(|| unsupported("LIKE without a pattern").at(position))
    }

    /// The type that a cast names.
    pub fn data_type(&mut self, data_type: &ast::DataType) -> Result<DataType, SqlError> {
        let at = start_of_type(data_type);
        let text = match data_type {
            ast::DataType::Custom(name, _) => name
                .0
                .iter()
                .filter_map(|p| p.as_ident())
                .map(|i| i.value.clone())
                .collect::<Vec<_>>()
                .join("."),
            other => other.to_string(),
        };
        Ok(parse_data_type(&text).map_err(|mut e| {
            e.position = at.unwrap_or(e.position);
            e.fragment = Some(text.chars().count());
            e
        })?)
    }

    /// A cast that was written.
    pub fn cast(
        &mut self,
        child: Resolved,
        to: DataType,
        is_try: bool,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let mode = if is_try {
            EvalMode::Try
        } else {
            self.analyzer.mode
        };
        let sql = naming::cast(&child.sql, &to.sql(), is_try);
        let name = match child.expr.kind {
            ExprKind::Column { .. } => child.name.clone(),
            _ => None,
        };
        cast::cast_binding(&sql, &child.expr.data_type, &to, mode)
            .map_err(|e| SqlError::from(e).of_binding(position, &sql, &[]))?;
        let mut expr = child.expr;
        cast_expr(&mut expr, &to, mode);
        Ok(Resolved {
            expr,
            sql,
            name,
            position,
        })
    }

    // Branches.

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let operand = operand.map(|o| self.expression(o)).transpose()?;
        let mut branches = Vec::new();
        for case in conditions {
            let mut when = self.expression(&case.condition)?;
            if let Some(operand) = &operand {
                let at = when.position;
                when = self.operator("=", vec![operand.clone(), when], at)?;
            }
            branches.push((when, self.expression(&case.result)?));
        }
        let otherwise = otherwise.map(|o| self.expression(o)).transpose()?;
        let texts: Vec<(String, String)> = branches
            .iter()
            .map(|(w, t)| (w.sql.clone(), t.sql.clone()))
            .collect();
        let sql = naming::case(&texts, otherwise.as_ref().map(|o| o.sql.as_str()));
        self.branches(branches, otherwise, "casewhen", sql, position)
    }

    /// A `CASE` of these branches, their values cast to a common type.
    pub fn branches(
        &mut self,
        branches: Vec<(Resolved, Resolved)>,
        otherwise: Option<Resolved>,
        function: &str,
        sql: String,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let mode = self.analyzer.mode;
        let mismatch = |mismatch| -> SqlError {
            SqlError::from(FunctionError::DatatypeMismatch {
                sql: sql.clone(),
                mismatch,
            })
            .of_binding(position, &sql, &[])
        };
        for (when, _) in &branches {
            if !matches!(when.expr.data_type, DataType::Boolean | DataType::Null) {
                return Err(mismatch(Mismatch::UnexpectedInputType {
                    ordinal: "first",
                    required: "\"BOOLEAN\"".into(),
                    input: when.sql.clone(),
                    found: when.expr.data_type.sql(),
                }));
            }
        }
        let values = branches.iter().map(|(_, then)| then).chain(&otherwise);
        let types: Vec<DataType> = values.map(|v| v.expr.data_type.clone()).collect();
        let Some(common) = coercion::common_type(&types, mode) else {
            let quoted: Vec<String> = types.iter().map(|t| format!("\"{}\"", t.sql())).collect();
            let types = if function == "casewhen" {
                format!("[{}]", quoted.join(", "))
            } else {
                format!("({})", quoted.join(" or "))
            };
            return Err(mismatch(Mismatch::DataDiffTypes {
                function: function.into(),
                types,
            }));
        };
        let cast = |r: Resolved, to: &DataType| {
            let mut expr = r.expr;
            cast_expr(&mut expr, to, mode);
            expr
        };
        let branches: Vec<(Expr, Expr)> = branches
            .into_iter()
            .map(|(when, then)| (cast(when, &DataType::Boolean), cast(then, &common)))
            .collect();
        let otherwise = otherwise.map(|o| Box::new(cast(o, &common)));
        let nullable = branches.iter().any(|(_, then)| then.nullable)
            || otherwise.as_ref().is_none_or(|o| o.nullable);
        let expr = Expr {
            kind: ExprKind::Case {
                branches,
                otherwise,
            },
            data_type: common,
            nullable,
        };
        Ok(Resolved::new((expr, sql), position))
    }

    // Subqueries.

    fn in_subquery(
        &mut self,
        value: &ast::Expr,
        query: &ast::Query,
        negated: bool,
    ) -> Result<Resolved, SqlError> {
        let position = self.analyzer.before(start(query), "IN");
        let value = self.expression(value)?;
        let plan = self.analyzer.subquery(query, self.columns)?;
        let visible: Vec<&Attribute> = plan.output.iter().filter(|a| !a.hidden).collect();
        let [column] = visible.as_slice() else {
            let right: Vec<String> = visible.iter().map(|a| format!("\"{}\"", a.name)).collect();
            let error: SqlError = AnalysisReason::InSubqueryLength {
                left: value.sql,
                columns: visible.len(),
                right: right.join(", "),
            }
            .into();
            return Err(error.at(position));
        };
        let mode = self.analyzer.mode;
        let Some(common) =
            coercion::comparison_type(&value.expr.data_type, &column.data_type, mode)
        else {
            let error: SqlError = AnalysisReason::InSubqueryType {
                left: value.sql,
                left_type: value.expr.data_type,
                right: quote(&column.name),
                right_type: column.data_type.clone(),
            }
            .into();
            return Err(error.at(position));
        };
        let sql = if negated {
            format!("(NOT ({} IN (listquery())))", value.sql)
        } else {
            format!("({} IN (listquery()))", value.sql)
        };
        let column_nullable = column.nullable;
        let plan = super::query::cast_columns(plan, std::slice::from_ref(&common), mode);
        let mut operand = value.expr;
        cast_expr(&mut operand, &common, mode);
        let expr = Expr {
            nullable: operand.nullable || column_nullable,
            kind: ExprKind::InSubquery {
                value: Box::new(operand),
                plan,
                negated,
            },
            data_type: DataType::Boolean,
        };
        Ok(Resolved::new((expr, sql), position))
    }

    // Functions with a grammar of their own.

    fn extract(
        &mut self,
        field: &ast::DateTimeField,
        source: &ast::Expr,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let source = self.expression(source)?;
        let unit = field.to_string().to_uppercase();
        let sql = format!("extract({unit} FROM {})", source.sql);
        let field = Resolved::new(literal::string(&field.to_string()), None);
        let mut found = self.operator("extract", vec![field, source], position)?;
        found.sql = sql;
        Ok(found)
    }

    fn ceil_floor(
        &mut self,
        name: &str,
        child: &ast::Expr,
        field: &ast::CeilFloorKind,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let mut args = vec![self.expression(child)?];
        match field {
            ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime) => {}
            ast::CeilFloorKind::Scale(scale) => {
                let scale = self.analyzer.value(&scale.value, position)?;
                args.push(Resolved::new(scale, position));
            }
            other @ ast::CeilFloorKind::DateTimeField(_) => {
                return Err(unsupported(format!("{name} to {other:?}")).at(position));
            }
        }
        self.operator(name, args, position)
    }

    fn trim(
        &mut self,
        side: Option<&ast::TrimWhereField>,
        what: Option<&ast::Expr>,
        text: &ast::Expr,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let text = self.expression(text)?;
        let what = what.map(|w| self.expression(w)).transpose()?;
        let (name, word) = match side {
            Some(ast::TrimWhereField::Leading) => ("ltrim", "LEADING"),
            Some(ast::TrimWhereField::Trailing) => ("rtrim", "TRAILING"),
            _ => ("trim", "BOTH"),
        };
        let sql = what
            .as_ref()
            .map(|w| format!("TRIM({word} {} FROM {})", w.sql, text.sql));
        let args = what.into_iter().chain([text]).collect();
        let mut found = self.operator(name, args, position)?;
        if let Some(sql) = sql {
            found.sql = sql;
        }
        Ok(found)
    }

    /// A struct of named values.
    pub fn named_struct(
        &mut self,
        fields: Vec<(String, Resolved)>,
        written: &str,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let texts: Vec<&str> = fields.iter().map(|(_, r)| r.sql.as_str()).collect();
        let sql = format!("{written}({})", texts.join(", "));
        let args = fields
            .into_iter()
            .flat_map(|(name, value)| [Resolved::new(literal::string(&name), None), value])
            .collect();
        let function = self.analyzer.routine("named_struct", position)?;
        self.bind_scalar(function, "named_struct", args, sql, position)
    }

    /// A parameter of a lambda, with an id of its own.
    pub fn new_parameter(&mut self, name: &str, data_type: DataType) -> LambdaParameter {
        let id = self.analyzer.next_lambda.get();
        self.analyzer.next_lambda.set(id.wrapping_add(1));
        LambdaParameter {
            id,
            name: name.to_owned(),
            data_type,
        }
    }
}

/// A date plus or minus days reads as the function that Spark puts in its place.
fn date_days(symbol: &str, left: &Resolved, right: &Resolved) -> Option<String> {
    let (l, r) = (&left.expr.data_type, &right.expr.data_type);
    let name = match symbol {
        "+" if *l == DataType::Date && r.is_integral() => "date_add",
        "-" if *l == DataType::Date && r.is_integral() => "date_sub",
        "+" if *l == DataType::Date && right.sql.ends_with("' DAY") => {
            return Some(format!(
                "date_add({}, extractansiintervaldays({}))",
                left.sql, right.sql
            ));
        }
        "+" | "-"
            if matches!(l, DataType::Timestamp | DataType::Date) && coercion::is_interval(r) =>
        {
            return Some(format!("{} {symbol} {}", left.sql, right.sql));
        }
        _ => return None,
    };
    Some(format!("{name}({}, {})", left.sql, right.sql))
}

fn start_of_type(data_type: &ast::DataType) -> Option<Position> {
    match data_type {
        ast::DataType::Custom(name, _) => {
            let ident = name.0.first().and_then(|p| p.as_ident())?;
            ident_start(ident)
        }
        _ => None,
    }
}

fn plain_args(f: &ast::Function) -> Vec<&ast::Expr> {
    match &f.args {
        ast::FunctionArguments::List(list) => list
            .args
            .iter()
            .filter_map(|a| match a {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) => Some(e),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
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

/// Whether two expressions compute the same from the same row.
pub fn same(a: &Expr, b: &Expr) -> bool {
    if a.data_type != b.data_type {
        return false;
    }
    let kinds = match (&a.kind, &b.kind) {
        (ExprKind::Column { index: x, .. }, ExprKind::Column { index: y, .. })
        | (ExprKind::GetField { index: x, .. }, ExprKind::GetField { index: y, .. }) => x == y,
        (ExprKind::Literal(x), ExprKind::Literal(y)) => x == y,
        (ExprKind::Cast { mode: x, .. }, ExprKind::Cast { mode: y, .. }) => x == y,
        (
            ExprKind::Call {
                function: f,
                mode: x,
                ..
            },
            ExprKind::Call {
                function: g,
                mode: y,
                ..
            },
        ) => std::ptr::eq(*f, *g) && x == y,
        (
            ExprKind::Case {
                branches: x,
                otherwise: xo,
            },
            ExprKind::Case {
                branches: y,
                otherwise: yo,
            },
        ) => x.len() == y.len() && xo.is_some() == yo.is_some(),
        (ExprKind::Lambda { parameters: x, .. }, ExprKind::Lambda { parameters: y, .. }) => x == y,
        (ExprKind::LambdaVariable(x), ExprKind::LambdaVariable(y)) => x == y,
        (ExprKind::ScalarSubquery(x), ExprKind::ScalarSubquery(y)) => Arc::ptr_eq(x, y),
        (
            ExprKind::Exists {
                plan: x,
                negated: n,
            },
            ExprKind::Exists {
                plan: y,
                negated: m,
            },
        )
        | (
            ExprKind::InSubquery {
                plan: x,
                negated: n,
                ..
            },
            ExprKind::InSubquery {
                plan: y,
                negated: m,
                ..
            },
        ) => n == m && Arc::ptr_eq(x, y),
        _ => false,
    };
    let (left, right) = (a.children(), b.children());
    kinds && left.len() == right.len() && left.iter().zip(&right).all(|(x, y)| same(x, y))
}
