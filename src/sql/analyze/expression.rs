//! Expressions of the grammar to typed ones.

use std::sync::Arc;

use sqlparser::ast::{self, UnaryOperator};

use super::correlated::{Asks, FoundSubquery, reads_around};
use super::{Analyzer, ident_start, literal, start, unsupported};
use crate::sql::coercion;
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::{Function, FunctionError, Mismatch, cast, cast_expr};
use crate::sql::naming;
use crate::sql::parse::parse_data_type;
use crate::sql::plan::{
    AggregateCall, Attribute, EvalMode, Expr, ExprKind, LambdaParameter, WindowCall,
};
use crate::types::{DataType, StructType, quote};

/// Where columns begin that stand for what is computed elsewhere: a call that a node below
/// computes, or a column of the output above. Real columns are below all of them.
pub const AGGREGATE: usize = 1 << 26;
pub const WINDOW: usize = 2 << 26;
pub const GENERATED: usize = 3 << 26;
pub const OUTPUT: usize = 4 << 26;
pub const OUTER: usize = 6 << 26;
pub const SUBQUERY: usize = 8 << 26;

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
    /// Subqueries that read the columns of this query.
    pub subqueries: Vec<FoundSubquery>,
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
    /// Windows of time that are grouped by, looked up after the input.
    pub grouped: &'r [(String, Resolved)],
    pub collected: &'r mut Collected,
    /// `WINDOW` clause.
    pub windows: &'r [ast::NamedWindowDefinition],
    pub lambdas: Vec<LambdaParameter>,
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
            grouped: &[],
            collected,
            windows: &[],
            lambdas: Vec::new(),
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
                let asks = Asks::Rows { negated: *negated };
                let correlated = self.correlated(&plan, asks, DataType::Boolean);
                let expr = correlated.unwrap_or(Expr {
                    kind: ExprKind::Exists {
                        plan,
                        negated: *negated,
                    },
                    data_type: DataType::Boolean,
                    nullable: false,
                });
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
                let data_type = column.data_type.clone();
                let correlated = self.correlated(&plan, Asks::Value, data_type.clone());
                let expr = correlated.unwrap_or(Expr {
                    data_type,
                    nullable: true,
                    kind: ExprKind::ScalarSubquery(plan.clone()),
                });
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
            let types = if matches!(function, "casewhen" | "in") {
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
        if reads_around(&plan) {
            return Err(unsupported("a correlated IN among other conditions").at(position));
        }
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
    pub fn new_parameter(
        &mut self,
        name: &str,
        (data_type, nullable): (DataType, bool),
    ) -> LambdaParameter {
        let id = self.analyzer.next_lambda.get();
        self.analyzer.next_lambda.set(id.wrapping_add(1));
        LambdaParameter {
            id,
            name: name.to_owned(),
            data_type,
            nullable,
        }
    }
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
        (ExprKind::Udf { udf: x, .. }, ExprKind::Udf { udf: y, .. }) => {
            x == y && x.is_deterministic
        }
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
