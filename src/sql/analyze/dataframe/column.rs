//! Columns as the grammar's expressions, so that one analysis serves both.

use sqlparser::ast::{self, FunctionArg, FunctionArgExpr, FunctionArguments, Ident};

use super::super::expression::Resolved;
use super::super::update_fields::update_field;
use super::super::{Analyzer, unsupported};
use crate::sql::column::{Column, Frame, LikeKind};
use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::parse::parse_select_item;
use crate::sql::plan::{Attribute, Expr};
use crate::types::{DataType, Value};

/// Begins an identifier without quotes that no text can have: the rest is the place of a typed
/// expression among [`Analyzer::given`].
pub const GIVEN: char = '\u{E000}';

/// Turns columns into the grammar's expressions, over an input's columns.
pub struct Grammar<'g, 'a> {
    pub analyzer: &'g mut Analyzer<'a>,
    pub columns: &'g [Attribute],
}

impl Grammar<'_, '_> {
    /// A column of a select list.
    pub fn item(&mut self, column: &Column) -> Result<ast::SelectItem, SqlError> {
        Ok(match column {
            Column::Sql(text) => parse_select_item(text)?,
            Column::Name(name) if name == "*" => {
                ast::SelectItem::Wildcard(ast::WildcardAdditionalOptions::default())
            }
            Column::Name(name) if name.ends_with(".*") => {
                let parts = attribute_name(name.trim_end_matches(".*"))?;
                let kind = ast::SelectItemQualifiedWildcardKind::ObjectName(object_name(&parts));
                ast::SelectItem::QualifiedWildcard(kind, ast::WildcardAdditionalOptions::default())
            }
            Column::Alias { child, names, .. } => {
                let expr = self.expression(child)?;
                match names.as_slice() {
                    [name] => ast::SelectItem::ExprWithAlias {
                        expr,
                        alias: ident(name),
                    },
                    names => ast::SelectItem::ExprWithAliases {
                        expr,
                        aliases: names.iter().map(|n| ident(n)).collect(),
                    },
                }
            }
            other => ast::SelectItem::UnnamedExpr(self.expression(other)?),
        })
    }

    /// A key of an order.
    pub fn sort_key(&mut self, column: &Column) -> Result<ast::OrderByExpr, SqlError> {
        let (child, descending, nulls_first) = match column {
            Column::Sort {
                child,
                descending,
                nulls_first,
            } => (child.as_ref(), *descending, *nulls_first),
            other => (other, false, None),
        };
        let sort = if descending {
            ast::OrderBySort::Desc
        } else {
            ast::OrderBySort::Asc
        };
        // A literal is a value here, never a position: it isn't the grammar's.
        Ok(ast::OrderByExpr {
            expr: self.expression(child)?,
            options: ast::OrderByOptions {
                sort: Some(sort),
                nulls_first,
            },
            with_fill: None,
        })
    }

    /// An expression.
    pub fn expression(&mut self, column: &Column) -> Result<ast::Expr, SqlError> {
        Ok(match column {
            Column::Name(name) => {
                let parts = attribute_name(name)?;
                match parts.as_slice() {
                    [one] => ast::Expr::Identifier(ident(one)),
                    several => {
                        ast::Expr::CompoundIdentifier(several.iter().map(|p| ident(p)).collect())
                    }
                }
            }
            Column::Position(index) => {
                let Some(attribute) = self.columns.get(*index) else {
                    return Err(unsupported("a column that isn't there"));
                };
                let mut value = Resolved::new(
                    (Expr::column(*index, attribute), attribute.name.clone()),
                    None,
                );
                value.name = Some(attribute.name.clone());
                self.given(value)
            }
            Column::Literal(value, data_type) => {
                let shown = shown_literal(value, data_type, self.analyzer);
                let expr = Expr::literal(value.clone(), data_type.clone());
                self.given(Resolved::new((expr, shown), None))
            }
            Column::Call {
                function,
                args,
                distinct,
            } => ast::Expr::Function(self.call(function, args, *distinct)?),
            Column::UpdateField { child, path, value } => {
                let mut args = vec![child.as_ref().clone()];
                args.extend(value.as_deref().cloned());
                let mut call = self.call(&update_field(), &args, false)?;
                if let FunctionArguments::List(list) = &mut call.args {
                    let path = ast::Value::SingleQuotedString(path.clone());
                    let path = ast::Expr::Value(path.with_empty_span());
                    let path = FunctionArg::Unnamed(FunctionArgExpr::Expr(path));
                    list.args.insert(1, path);
                }
                ast::Expr::Function(call)
            }
            Column::Udf { udf, args } => {
                self.analyzer.udfs.push(udf.clone());
                let name = format!("{GIVEN}{}", self.analyzer.udfs.len() - 1);
                ast::Expr::Function(self.call(&name, args, false)?)
            }
            Column::Operator { operator, args } => self.operator(operator, args)?,
            Column::Cast { child, to, is_try } => ast::Expr::Cast {
                kind: if *is_try {
                    ast::CastKind::TryCast
                } else {
                    ast::CastKind::Cast
                },
                expr: self.boxed(child)?,
                data_type: ast::DataType::Custom(object_name(std::slice::from_ref(to)), Vec::new()),
                format: None,
            },
            Column::Alias { child, names, .. } => match names.as_slice() {
                [name] => ast::Expr::Named {
                    expr: self.boxed(child)?,
                    name: ident(name),
                },
                _ => self.expression(child)?,
            },
            Column::Sort { child, .. } => self.expression(child)?,
            Column::Case {
                branches,
                otherwise,
            } => {
                let mut conditions = Vec::new();
                for (condition, result) in branches {
                    conditions.push(ast::CaseWhen {
                        condition: self.expression(condition)?,
                        result: self.expression(result)?,
                    });
                }
                ast::Expr::Case {
                    case_token: ast::helpers::attached_token::AttachedToken::empty(),
                    end_token: ast::helpers::attached_token::AttachedToken::empty(),
                    operand: None,
                    conditions,
                    else_result: otherwise.as_ref().map(|o| self.boxed(o)).transpose()?,
                }
            }
            Column::Field { child, name } => ast::Expr::CompoundFieldAccess {
                root: self.boxed(child)?,
                access_chain: attribute_name(name)?
                    .iter()
                    .map(|n| ast::AccessExpr::Dot(ast::Expr::Identifier(ident(n))))
                    .collect(),
            },
            Column::Item { child, key } => ast::Expr::CompoundFieldAccess {
                root: self.boxed(child)?,
                access_chain: vec![ast::AccessExpr::Subscript(ast::Subscript::Index {
                    index: self.expression(key)?,
                })],
            },
            Column::In { child, values } => ast::Expr::InList {
                expr: self.boxed(child)?,
                list: self.expressions(values)?,
                negated: false,
            },
            Column::Between { child, low, high } => ast::Expr::Between {
                expr: self.boxed(child)?,
                negated: false,
                low: self.boxed(low)?,
                high: self.boxed(high)?,
            },
            Column::Like {
                kind,
                child,
                pattern,
                escape,
            } => {
                let (expr, pattern) = (self.boxed(child)?, self.boxed(pattern)?);
                let escape_char = escape.map(|c| {
                    let text = ast::Value::SingleQuotedString(c.to_string());
                    Box::new(ast::Expr::value(text))
                });
                match kind {
                    LikeKind::Like => ast::Expr::Like {
                        negated: false,
                        any: false,
                        expr,
                        pattern,
                        escape_char,
                    },
                    LikeKind::ILike => ast::Expr::ILike {
                        negated: false,
                        any: false,
                        expr,
                        pattern,
                        escape_char,
                    },
                    LikeKind::RLike => ast::Expr::RLike {
                        negated: false,
                        expr,
                        pattern,
                        regexp: false,
                    },
                }
            }
            Column::IsNull { child, negated } => {
                let child = self.boxed(child)?;
                if *negated {
                    ast::Expr::IsNotNull(child)
                } else {
                    ast::Expr::IsNull(child)
                }
            }
            Column::Over {
                child,
                partition_by,
                order_by,
                frame,
            } => {
                let ast::Expr::Function(mut call) = self.expression(child)? else {
                    return Err(AnalysisReason::UnsupportedExprForWindow {
                        expression: format!("{child:?}"),
                    }
                    .into());
                };
                let keys: Result<Vec<_>, _> = order_by.iter().map(|k| self.sort_key(k)).collect();
                call.over = Some(ast::WindowType::WindowSpec(ast::WindowSpec {
                    window_name: None,
                    partition_by: self.expressions(partition_by)?,
                    order_by: keys?,
                    window_frame: frame.as_ref().map(window_frame),
                }));
                ast::Expr::Function(call)
            }
            Column::Lambda { parameters, body } => ast::Expr::Lambda(ast::LambdaFunction {
                params: ast::OneOrManyWithParens::Many(
                    parameters
                        .iter()
                        .map(|name| ast::LambdaFunctionParameter {
                            name: ident(name),
                            data_type: None,
                        })
                        .collect(),
                ),
                body: self.boxed(body)?,
                syntax: ast::LambdaSyntax::Arrow,
            }),
            Column::Sql(text) => match parse_select_item(text)? {
                ast::SelectItem::UnnamedExpr(e) => e,
                ast::SelectItem::ExprWithAlias { expr, alias } => ast::Expr::Named {
                    expr: Box::new(expr),
                    name: alias,
                },
                other => return Err(unsupported(format!("{other} in an expression"))),
            },
        })
    }

    fn expressions(&mut self, columns: &[Column]) -> Result<Vec<ast::Expr>, SqlError> {
        columns.iter().map(|c| self.expression(c)).collect()
    }

    fn boxed(&mut self, column: &Column) -> Result<Box<ast::Expr>, SqlError> {
        self.expression(column).map(Box::new)
    }

    fn given(&mut self, value: Resolved) -> ast::Expr {
        self.analyzer.given.push(value);
        let place = self.analyzer.given.len() - 1;
        ast::Expr::Identifier(Ident::new(format!("{GIVEN}{place}")))
    }

    fn call(
        &mut self,
        function: &str,
        args: &[Column],
        distinct: bool,
    ) -> Result<ast::Function, SqlError> {
        let mut arguments = Vec::new();
        for arg in args {
            arguments.push(FunctionArg::Unnamed(match arg {
                Column::Name(name) if name == "*" => FunctionArgExpr::Wildcard,
                Column::Name(name) if name.ends_with(".*") => {
                    let parts = attribute_name(name.trim_end_matches(".*"))?;
                    FunctionArgExpr::QualifiedWildcard(object_name(&parts))
                }
                other => FunctionArgExpr::Expr(self.expression(other)?),
            }));
        }
        Ok(ast::Function {
            name: object_name(&[function.to_owned()]),
            uses_odbc_syntax: false,
            parameters: FunctionArguments::None,
            args: FunctionArguments::List(ast::FunctionArgumentList {
                duplicate_treatment: distinct.then_some(ast::DuplicateTreatment::Distinct),
                args: arguments,
                clauses: Vec::new(),
            }),
            filter: None,
            null_treatment: None,
            over: None,
            within_group: Vec::new(),
        })
    }

    fn operator(&mut self, operator: &str, args: &[Column]) -> Result<ast::Expr, SqlError> {
        use ast::{BinaryOperator as Binary, UnaryOperator as Unary};
        if operator == "negative" {
            return Ok(ast::Expr::Function(self.call("negative", args, false)?));
        }
        let unary = match operator {
            "not" => Some(Unary::Not),
            "~" => Some(Unary::BitwiseNot),
            _ => None,
        };
        if let (Some(op), [one]) = (unary, args) {
            return Ok(ast::Expr::UnaryOp {
                op,
                expr: Box::new(ast::Expr::Nested(self.boxed(one)?)),
            });
        }
        let op = match operator {
            "+" => Binary::Plus,
            "-" => Binary::Minus,
            "*" => Binary::Multiply,
            "/" => Binary::Divide,
            "%" => Binary::Modulo,
            "=" => Binary::Eq,
            "!=" => Binary::NotEq,
            "<" => Binary::Lt,
            "<=" => Binary::LtEq,
            ">" => Binary::Gt,
            ">=" => Binary::GtEq,
            "<=>" => Binary::Spaceship,
            "and" => Binary::And,
            "or" => Binary::Or,
            "&" => Binary::BitwiseAnd,
            "|" => Binary::BitwiseOr,
            "^" => Binary::BitwiseXor,
            other => return Err(unsupported(format!("the operator {other}"))),
        };
        let [left, right] = args else {
            return Err(unsupported(format!(
                "the operator {operator} over {} values",
                args.len()
            )));
        };
        Ok(ast::Expr::BinaryOp {
            left: self.boxed(left)?,
            op,
            right: Box::new(ast::Expr::Nested(self.boxed(right)?)),
        })
    }
}

/// A literal's text in generated names: a string as it is.
fn shown_literal(value: &Value, data_type: &DataType, analyzer: &Analyzer<'_>) -> String {
    match (value, data_type) {
        (Value::Null, _) => "NULL".into(),
        (Value::Date(_), _) => format!(
            "DATE '{}'",
            value.cast_text(data_type, analyzer.catalog.time_zone())
        ),
        (Value::Timestamp(_), _) => format!(
            "TIMESTAMP '{}'",
            value.cast_text(data_type, analyzer.catalog.time_zone())
        ),
        _ => value.cast_text(data_type, analyzer.catalog.time_zone()),
    }
}

/// The parts of a column's name (Spark's `UnresolvedAttribute.parseAttributeName`): dots part
/// them, backticks keep them.
///
/// # Errors
/// A backtick in the middle of a part, or without its other.
pub fn attribute_name(name: &str) -> Result<Vec<String>, SqlError> {
    let invalid = || -> SqlError {
        AnalysisReason::InvalidAttributeName {
            name: name.to_owned(),
        }
        .into()
    };
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut rest = name.chars().peekable();
    let mut quoted = false;
    let mut closed = false;
    while let Some(c) = rest.next() {
        match c {
            '`' if quoted && rest.peek() == Some(&'`') => {
                rest.next();
                part.push('`');
            }
            '`' if quoted => {
                quoted = false;
                closed = true;
                if rest.peek().is_some_and(|next| *next != '.') {
                    return Err(invalid());
                }
            }
            '`' if part.is_empty() && !closed => quoted = true,
            '`' => return Err(invalid()),
            '.' if !quoted => {
                if part.is_empty() && !closed {
                    return Err(invalid());
                }
                parts.push(std::mem::take(&mut part));
                closed = false;
                if rest.peek().is_none() {
                    return Err(invalid());
                }
            }
            c => part.push(c),
        }
    }
    if quoted {
        return Err(invalid());
    }
    parts.push(part);
    Ok(parts)
}

fn window_frame(frame: &Frame) -> ast::WindowFrame {
    let bound = |at: Option<i64>, start: bool| match at {
        None if start => ast::WindowFrameBound::Preceding(None),
        None => ast::WindowFrameBound::Following(None),
        Some(0) => ast::WindowFrameBound::CurrentRow,
        Some(n) => {
            let number = ast::Value::Number(n.unsigned_abs().to_string(), false);
            let number = Some(Box::new(ast::Expr::value(number)));
            if n < 0 {
                ast::WindowFrameBound::Preceding(number)
            } else {
                ast::WindowFrameBound::Following(number)
            }
        }
    };
    ast::WindowFrame {
        units: if frame.is_range {
            ast::WindowFrameUnits::Range
        } else {
            ast::WindowFrameUnits::Rows
        },
        start_bound: bound(frame.start, true),
        end_bound: Some(bound(frame.end, false)),
    }
}

/// A quoted identifier, so that no part is taken for a keyword or a function.
fn ident(name: &str) -> Ident {
    Ident::with_quote('`', name)
}

fn object_name(parts: &[String]) -> ast::ObjectName {
    ast::ObjectName(
        parts
            .iter()
            .map(|p| ast::ObjectNamePart::Identifier(ident(p)))
            .collect(),
    )
}
