//! Operators and predicates.

use sqlparser::ast::{self, BinaryOperator, UnaryOperator};

use super::expression::{GENERATED, OUTPUT, Resolved, Resolver};
use super::stack::holds;
use super::{literal, start, unsupported};
use crate::sql::coercion;
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::Function;
use crate::sql::naming;
use crate::sql::parse::UNSIGNED_SHIFT;
use crate::sql::plan::{Expr, ExprKind};
use crate::types::{DataType, Value};

impl Resolver<'_, '_> {
    /// Chains of operators lean left and may be long: walked without recursion.
    pub(super) fn binary_chain(&mut self, e: &ast::Expr) -> Result<Resolved, SqlError> {
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
                BinaryOperator::Custom(op) if op == UNSIGNED_SHIFT => UNSIGNED_SHIFT,
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

    pub(super) fn operator_on(
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

    pub(super) fn not(&mut self, value: Resolved) -> Result<Resolved, SqlError> {
        let position = value.position;
        self.operator("not", vec![value], position)
    }

    pub(super) fn negate_if(
        &mut self,
        negated: bool,
        value: Resolved,
    ) -> Result<Resolved, SqlError> {
        if negated { self.not(value) } else { Ok(value) }
    }

    pub(super) fn unary(
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

    pub(super) fn is_boolean(
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

    pub(super) fn between(
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
    pub(super) fn like(
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
        let several = any || all;
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
        let mut found = found.ok_or_else(|| unsupported("LIKE without a pattern").at(position))?;
        found.expr.nullable |= several;
        Ok(found)
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
