//! Binding: argument counts, the casts Spark adds, result types.

use std::ops::RangeInclusive;

use super::error::{FunctionError, Mismatch};
use super::sql_text::{call_text, sql_text};
use super::{BindContext, Bound};
use crate::sql::coercion::{self, Accepts};
use crate::sql::error::SqlError;
use crate::sql::plan::{EvalMode, Expr, ExprKind};
use crate::types::{DataType, Value};

/// What binding gives.
pub type BindResult = Result<Bound, SqlError>;

/// Parameters that many functions have.
pub const STRING: Accepts = Accepts::Type(DataType::String);
pub const INT: Accepts = Accepts::Type(DataType::Integer);
pub const LONG: Accepts = Accepts::Type(DataType::Long);
pub const DOUBLE: Accepts = Accepts::Type(DataType::Double);
pub const BOOLEAN: Accepts = Accepts::Type(DataType::Boolean);
pub const DATE: Accepts = Accepts::Type(DataType::Date);
pub const TIMESTAMP: Accepts = Accepts::Type(DataType::Timestamp);
pub const BINARY: Accepts = Accepts::Type(DataType::Binary);
pub const STRING_OR_BINARY: Accepts = Accepts::OneOf(&[
    Accepts::Type(DataType::String),
    Accepts::Type(DataType::Binary),
]);

/// A call being bound.
#[derive(Debug)]
pub struct Binder<'c> {
    /// The arguments, with the casts added so far.
    pub args: Vec<Expr>,
    pub context: &'c BindContext,
    written: Vec<Expr>,
}

impl<'c> Binder<'c> {
    /// Starts with arguments as they were written.
    pub fn new(args: Vec<Expr>, context: &'c BindContext) -> Self {
        Binder {
            written: args.clone(),
            args,
            context,
        }
    }

    /// The function's name for messages.
    pub fn name(&self) -> String {
        self.context.written.to_lowercase()
    }

    /// The call as SQL, for messages.
    pub fn sql(&self) -> String {
        call_text(&self.name(), &self.written)
    }

    /// Wants exactly `n` arguments.
    pub fn count(self, n: usize) -> Result<Self, SqlError> {
        self.counts(n..=n)
    }

    /// Wants so many arguments.
    pub fn counts(self, range: RangeInclusive<usize>) -> Result<Self, SqlError> {
        if range.contains(&self.args.len()) {
            return Ok(self);
        }
        let expected = if range.start() == range.end() {
            range.start().to_string()
        } else {
            let all: Vec<String> = range.map(|n| n.to_string()).collect();
            format!("[{}]", all.join(", "))
        };
        Err(self.wrong_count(expected))
    }

    /// Wants at least `n` arguments.
    pub fn at_least(self, n: usize) -> Result<Self, SqlError> {
        if self.args.len() >= n {
            return Ok(self);
        }
        let expected = format!("> {}", n.saturating_sub(1));
        Err(self.wrong_count(expected))
    }

    /// `WRONG_NUM_ARGS`.
    pub fn wrong_count(&self, expected: String) -> SqlError {
        FunctionError::WrongNumArgs {
            function: self.name(),
            expected,
            actual: self.args.len(),
        }
        .into()
    }

    /// `DATATYPE_MISMATCH` for this call.
    pub fn mismatch(&self, mismatch: Mismatch) -> SqlError {
        FunctionError::DatatypeMismatch {
            sql: self.sql(),
            mismatch,
        }
        .into()
    }

    /// The type of an argument; `VOID` where there is none.
    pub fn type_of(&self, index: usize) -> DataType {
        self.args
            .get(index)
            .map_or(DataType::Null, |a| a.data_type.clone())
    }

    /// Casts an argument, if it is there, to what the parameter accepts.
    pub fn cast(mut self, index: usize, accepts: Accepts) -> Result<Self, SqlError> {
        let Some(arg) = self.args.get(index) else {
            return Ok(self);
        };
        match coercion::implicit_cast(&arg.data_type, &accepts, self.context.mode) {
            Some(to) => {
                self.cast_to(index, &to);
                Ok(self)
            }
            None => Err(self.unexpected_type(index, accepts.sql())),
        }
    }

    /// Casts all arguments from `index` on.
    pub fn cast_from(mut self, index: usize, accepts: Accepts) -> Result<Self, SqlError> {
        for i in index..self.args.len() {
            self = self.cast(i, accepts.clone())?;
        }
        Ok(self)
    }

    /// Casts an argument to a type, without asking whether Spark would.
    pub fn cast_to(&mut self, index: usize, to: &DataType) {
        let mode = self.context.mode;
        if let Some(arg) = self.args.get_mut(index) {
            cast_expr(arg, to, mode);
        }
    }

    /// `UNEXPECTED_INPUT_TYPE` for an argument.
    pub fn unexpected_type(&self, index: usize, required: String) -> SqlError {
        let input = self.args.get(index).map(sql_text).unwrap_or_default();
        self.mismatch(Mismatch::UnexpectedInputType {
            ordinal: ordinal(index),
            required,
            input,
            found: self.type_of(index).sql(),
        })
    }

    /// Casts the arguments from `index` on to their common type, and gives it.
    pub fn same_type(mut self, index: usize) -> Result<(Self, DataType), SqlError> {
        let types: Vec<DataType> = self
            .args
            .iter()
            .skip(index)
            .map(|a| a.data_type.clone())
            .collect();
        match coercion::common_type(&types, self.context.mode) {
            Some(common) => {
                for i in index..self.args.len() {
                    self.cast_to(i, &common);
                }
                Ok((self, common))
            }
            None => {
                let types: Vec<String> = types.iter().map(|t| format!("\"{}\"", t.sql())).collect();
                let types = match self.name().as_str() {
                    "in" => format!("[{}]", types.join(", ")),
                    _ => format!("({})", types.join(" or ")),
                };
                Err(self.mismatch(Mismatch::DataDiffTypes {
                    function: self.name(),
                    types,
                }))
            }
        }
    }

    /// An argument that must be a constant string: a schema, a field's name.
    pub fn literal_string(&self, index: usize) -> Option<String> {
        match self.args.get(index).and_then(constant) {
            Some(Value::String(s)) => Some(s.to_string()),
            _ => None,
        }
    }

    /// Whether an argument can be null.
    pub fn any_nullable(&self) -> bool {
        self.args.iter().any(|a| a.nullable)
    }

    /// The result is null where an argument is.
    pub fn returns(self, data_type: DataType) -> BindResult {
        let nullable = self.any_nullable();
        self.finish(data_type, nullable)
    }

    /// The result can be null whatever the arguments are.
    pub fn returns_nullable(self, data_type: DataType) -> BindResult {
        self.finish(data_type, true)
    }

    /// The result is never null.
    pub fn returns_not_null(self, data_type: DataType) -> BindResult {
        self.finish(data_type, false)
    }

    /// The result of that type and nullability.
    pub fn finish(self, data_type: DataType, nullable: bool) -> BindResult {
        Ok(Bound {
            args: self.args,
            data_type,
            nullable,
        })
    }
}

/// Wraps an expression in a cast, if its type differs.
pub fn cast_expr(expr: &mut Expr, to: &DataType, mode: EvalMode) {
    if expr.data_type == *to {
        return;
    }
    if let ExprKind::Literal(Value::Null) = expr.kind {
        expr.data_type = to.clone();
        return;
    }
    let nullable = expr.nullable || cast_adds_null(&expr.data_type, to, mode);
    let child = std::mem::replace(expr, Expr::literal(Value::Null, DataType::Null));
    *expr = Expr {
        kind: ExprKind::Cast {
            child: Box::new(child),
            mode,
        },
        data_type: to.clone(),
        nullable,
    };
}

/// Whether a cast can give NULL for a value that isn't (`Cast.forceNullable`).
pub fn cast_adds_null(from: &DataType, to: &DataType, mode: EvalMode) -> bool {
    if mode == EvalMode::Try {
        return from != to;
    }
    match (from, to) {
        (_, DataType::String) | (DataType::String, DataType::Binary) => false,
        (DataType::String, _) => true,
        (DataType::Float | DataType::Double, DataType::Decimal { .. }) => true,
        (f, DataType::Decimal { precision, scale }) => match coercion::decimal_for(f) {
            Some((p, s)) => precision - scale < p.saturating_sub(s) || *scale < s,
            None => true,
        },
        // What isn't a number has no whole one.
        (DataType::Decimal { .. } | DataType::Float | DataType::Double, t) if t.is_integral() => {
            true
        }
        (DataType::Float | DataType::Double, DataType::Timestamp) => true,
        (DataType::Date, t) => t.is_numeric() || *t == DataType::Boolean,
        _ => false,
    }
}

/// The value of a constant argument: a literal, or a cast string literal.
pub fn constant(expr: &Expr) -> Option<&Value> {
    match &expr.kind {
        ExprKind::Literal(value) => Some(value),
        _ => None,
    }
}

fn ordinal(index: usize) -> &'static str {
    const ORDINALS: [&str; 10] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth",
    ];
    ORDINALS.get(index).copied().unwrap_or("next")
}

/// Binds a function without arguments, or whose arguments don't matter to its type.
pub fn no_args(args: Vec<Expr>, context: &BindContext, data_type: DataType) -> BindResult {
    Binder::new(args, context)
        .count(0)?
        .returns_not_null(data_type)
}
