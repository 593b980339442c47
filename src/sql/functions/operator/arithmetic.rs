//! `+ - * / % div`, unary minus, and the `try_` functions.

use polars_core::prelude::*;

use super::{decimal, temporal};
use crate::sql::coercion::{self, is_interval};
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, Binder, constant};
use crate::sql::functions::{BindContext, Call, Function, FunctionError, Mismatch, scalar};
use crate::sql::plan::{EvalMode, Expr};
use crate::types::{DataType as SparkType, Value};

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql::functions) enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    IntegralDivide,
    /// The remainder that is never negative for a positive divisor.
    Pmod,
}

impl Op {
    fn symbol(self) -> &'static str {
        match self {
            Op::Add => "+",
            Op::Subtract => "-",
            Op::Multiply => "*",
            Op::Divide => "/",
            Op::Remainder | Op::Pmod => "%",
            Op::IntegralDivide => "div",
        }
    }

    /// What gives NULL on overflow.
    fn tolerant(self) -> Option<&'static str> {
        match self {
            Op::Add => Some("try_add"),
            Op::Subtract => Some("try_subtract"),
            Op::Multiply => Some("try_multiply"),
            Op::IntegralDivide => Some("try_divide"),
            _ => None,
        }
    }

    fn divides(self) -> bool {
        matches!(
            self,
            Op::Divide | Op::Remainder | Op::IntegralDivide | Op::Pmod
        )
    }
}

macro_rules! operator {
    ($name:literal, $op:expr, $usage:literal, $what:literal, $example:literal) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| bind($op, args, context),
            |call| eval($op, call, call.mode),
        )
    };
}

macro_rules! tolerant {
    ($name:literal, $op:expr, $usage:literal, $what:literal, $example:literal) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| {
                let mut bound = bind($op, args, context)?;
                bound.nullable = true;
                Ok(bound)
            },
            |call| eval($op, call, EvalMode::Try),
        )
    };
}

/// Arithmetic operators and their functions.
pub(in crate::sql::functions) static ARITHMETIC: &[Function] = &[
    operator!("+", Op::Add, "a + b", "The sum.", "1 + 2 → 3"),
    operator!("-", Op::Subtract, "a - b", "The difference.", "2 - 1 → 1"),
    operator!("*", Op::Multiply, "a * b", "The product.", "2 * 3 → 6"),
    operator!(
        "/",
        Op::Divide,
        "a / b",
        "The quotient, never a whole number's division.",
        "3 / 2 → 1.5"
    ),
    operator!(
        "%",
        Op::Remainder,
        "a % b",
        "The remainder, with the sign of a.",
        "5 % 3 → 2"
    ),
    operator!(
        "mod",
        Op::Remainder,
        "mod(a, b)",
        "The remainder, with the sign of a.",
        "mod(5, 3) → 2"
    ),
    operator!(
        "div",
        Op::IntegralDivide,
        "a div b",
        "The whole part of the quotient.",
        "3 div 2 → 1"
    ),
    operator!(
        "pmod",
        Op::Pmod,
        "pmod(a, b)",
        "The remainder, with the sign of b.",
        "pmod(-10, 3) → 2"
    ),
    tolerant!(
        "try_add",
        Op::Add,
        "try_add(a, b)",
        "The sum, NULL on overflow.",
        "try_add(1, 2) → 3"
    ),
    tolerant!(
        "try_subtract",
        Op::Subtract,
        "try_subtract(a, b)",
        "The difference, NULL on overflow.",
        "try_subtract(2, 1) → 1"
    ),
    tolerant!(
        "try_multiply",
        Op::Multiply,
        "try_multiply(a, b)",
        "The product, NULL on overflow.",
        "try_multiply(2, 3) → 6"
    ),
    tolerant!(
        "try_divide",
        Op::Divide,
        "try_divide(a, b)",
        "The quotient, NULL for a divisor of 0.",
        "try_divide(3, 2) → 1.5"
    ),
    tolerant!(
        "try_mod",
        Op::Remainder,
        "try_mod(a, b)",
        "The remainder, NULL for a divisor of 0.",
        "try_mod(3, 2) → 1"
    ),
    scalar(
        "negative",
        "negative(a)",
        "The number with its sign changed; also unary minus.",
        "negative(1) → -1",
        bind_sign,
        |call| negate_values(call, |n| n.checked_neg(), |x| -x),
    ),
    scalar(
        "positive",
        "positive(a)",
        "The number itself; also unary plus.",
        "positive(1) → 1",
        bind_sign,
        |call| Ok(call.arg(0)?.clone()),
    ),
];

fn bind_sign(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(1)?;
    let data_type = match binder.type_of(0) {
        SparkType::String | SparkType::Null => SparkType::Double,
        t if t.is_numeric() || is_interval(&t) => t,
        _ => {
            return Err(binder.unexpected_type(
                0,
                "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")".into(),
            ));
        }
    };
    binder.cast_to(0, &data_type);
    binder.returns(data_type)
}

/// The types that arithmetic takes, for messages.
const NUMERIC_OR_INTERVAL: &str =
    "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")";

fn bind(op: Op, args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?;
    let nullable = op.divides() || binder.any_nullable();
    if let Some(result) = temporal::bind(op, &mut binder) {
        let (data_type, adds_null) = result?;
        let nullable = binder.any_nullable() || adds_null;
        return binder.finish(data_type, nullable);
    }
    let (left, right) = (binder.type_of(0), binder.type_of(1));
    let numeric = number_types(op, &left, &right, &binder);
    let Some((left_to, right_to, result)) = numeric else {
        return Err(binder.mismatch(wrong_types(op, &left, &right, context.mode)));
    };
    binder.cast_to(0, &left_to);
    binder.cast_to(1, &right_to);
    let nullable = nullable || binder.any_nullable();
    binder.finish(result, nullable)
}

fn wrong_types(op: Op, left: &SparkType, right: &SparkType, mode: EvalMode) -> Mismatch {
    let required = match op {
        Op::Add | Op::Subtract => NUMERIC_OR_INTERVAL,
        Op::Divide => "(\"DOUBLE\" or \"DECIMAL\")",
        Op::IntegralDivide => {
            "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")"
        }
        _ => "\"NUMERIC\"",
    };
    // `div` has cast whole numbers to BIGINT before it looks.
    let shown = |t: &SparkType| match op {
        Op::IntegralDivide if t.is_integral() => SparkType::Long.sql(),
        _ => t.sql(),
    };
    match coercion::wider_type(left, right, mode) {
        Some(common) if left == right => Mismatch::BinaryOpWrongType {
            required: required.into(),
            found: common.sql(),
        },
        _ => Mismatch::BinaryOpDiffTypes {
            left: shown(left),
            right: shown(right),
        },
    }
}

/// What both sides are cast to, and the result's type.
fn number_types(
    op: Op,
    left: &SparkType,
    right: &SparkType,
    binder: &Binder<'_>,
) -> Option<(SparkType, SparkType, SparkType)> {
    use SparkType as T;
    let legacy = binder.context.mode == EvalMode::Legacy;
    // Strings and NULL take a number's type.
    let resolve = |t: &T, other: &T| -> Option<T> {
        match (t, other) {
            (T::Null, T::Null) => Some(T::Double),
            (T::Null, T::String) => Some(T::Double),
            (T::Null, other) if other.is_numeric() => Some(other.clone()),
            (T::String, _) if legacy => Some(T::Double),
            (T::String, T::Null) => Some(T::Double),
            (T::String, other) if other.is_integral() => Some(T::Long),
            (T::String, other) if other.is_numeric() => Some(T::Double),
            (t, _) if t.is_numeric() => Some(t.clone()),
            _ => None,
        }
    };
    let (left, right) = (resolve(left, right)?, resolve(right, left)?);
    let floating = |t: &T| matches!(t, T::Float | T::Double);
    let is_decimal = |t: &T| matches!(t, T::Decimal { .. });
    if (is_decimal(&left) || is_decimal(&right)) && !floating(&left) && !floating(&right) {
        let (l, r) = (
            exact_decimal(&left, binder.args.first())?,
            exact_decimal(&right, binder.args.get(1))?,
        );
        let symbol = op.symbol();
        let result = if op == Op::IntegralDivide {
            T::Long
        } else {
            coercion::decimal_result(symbol, l, r)
        };
        return Some((T::decimal(l.0, l.1), T::decimal(r.0, r.1), result));
    }
    match op {
        Op::Divide => Some((T::Double, T::Double, T::Double)),
        Op::IntegralDivide => {
            (left.is_integral() && right.is_integral()).then_some((T::Long, T::Long, T::Long))
        }
        _ => {
            let common = coercion::wider_type(&left, &right, binder.context.mode)?;
            Some((common.clone(), common.clone(), common))
        }
    }
}

/// A whole number beside a decimal: its type's digits, or a literal's own.
fn exact_decimal(data_type: &SparkType, expr: Option<&Expr>) -> Option<(u8, u8)> {
    if data_type.is_integral()
        && let Some(n) = expr.and_then(constant).and_then(Value::as_i64)
    {
        let digits = n.unsigned_abs().max(1).to_string().len();
        return Some((u8::try_from(digits).ok()?, 0));
    }
    coercion::decimal_for(data_type)
}

/// Computes an operator under a mode.
pub(in crate::sql::functions) fn eval(
    op: Op,
    call: &Call<'_>,
    mode: EvalMode,
) -> Result<Series, SqlError> {
    use SparkType as T;
    if call.type_of(0).is_datetime()
        || call.type_of(1).is_datetime()
        || is_interval(call.type_of(0))
        || is_interval(call.type_of(1))
    {
        return temporal::eval(op, call, mode);
    }
    match call.type_of(0) {
        T::Byte => small(op, call, mode, i64::from(i8::MIN), i64::from(i8::MAX)),
        T::Short => small(op, call, mode, i64::from(i16::MIN), i64::from(i16::MAX)),
        T::Integer => integers::<Int32Type>(
            op,
            call,
            mode,
            "integer",
            call.ints(0)?.column(),
            call.ints(1)?.column(),
        ),
        T::Long => integers::<Int64Type>(
            op,
            call,
            mode,
            "long",
            call.longs(0)?.column(),
            call.longs(1)?.column(),
        ),
        T::Float => {
            let (a, b) = (call.floats(0)?, call.floats(1)?);
            floats::<Float32Type>(op, call, mode, a.column(), b.column())
        }
        T::Double => {
            let (a, b) = (call.doubles(0)?, call.doubles(1)?);
            floats::<Float64Type>(op, call, mode, a.column(), b.column())
        }
        T::Decimal { .. } => decimal::eval(op, call, mode),
        other => Err(FunctionError::UnexpectedColumn {
            function: "arithmetic",
            found: other.sql(),
        }
        .into()),
    }
}

/// NULL, or `DIVIDE_BY_ZERO` under ANSI.
pub(super) fn by_zero<T>(mode: EvalMode) -> Result<Option<T>, FunctionError> {
    match mode {
        EvalMode::Ansi => Err(FunctionError::DivideByZero),
        _ => Ok(None),
    }
}

/// Whole numbers with checked and wrapping arithmetic.
pub(super) trait Whole: Copy + PartialEq {
    const ZERO: Self;
    fn checked(self, op: Op, other: Self) -> Option<Self>;
    fn wrapping(self, op: Op, other: Self) -> Self;
}

macro_rules! whole {
    ($($t:ty),*) => {
        $(impl Whole for $t {
            const ZERO: Self = 0;
            fn checked(self, op: Op, other: Self) -> Option<Self> {
                match op {
                    Op::Add => self.checked_add(other),
                    Op::Subtract => self.checked_sub(other),
                    Op::Multiply => self.checked_mul(other),
                    Op::Divide | Op::IntegralDivide => self.checked_div(other),
                    Op::Remainder | Op::Pmod => Some(self.wrapping(op, other)),
                }
            }
            fn wrapping(self, op: Op, other: Self) -> Self {
                match op {
                    Op::Add => self.wrapping_add(other),
                    Op::Subtract => self.wrapping_sub(other),
                    Op::Multiply => self.wrapping_mul(other),
                    _ if other == 0 => 0,
                    Op::Divide | Op::IntegralDivide => self.wrapping_div(other),
                    Op::Remainder => self.wrapping_rem(other),
                    Op::Pmod => {
                        let r = self.wrapping_rem(other);
                        if r < 0 { r.wrapping_add(other).wrapping_rem(other) } else { r }
                    }
                }
            }
        })*
    };
}

whole!(i32, i64);

fn integers<T>(
    op: Op,
    call: &Call<'_>,
    mode: EvalMode,
    what: &'static str,
    left: &ChunkedArray<T>,
    right: &ChunkedArray<T>,
) -> Result<Series, SqlError>
where
    T: PolarsNumericType,
    T::Native: Whole,
    ChunkedArray<T>: IntoSeries,
{
    let column = arity::broadcast_try_binary_elementwise::<T, T, T, _, T::Native, FunctionError>(
        left,
        right,
        |a, b| {
            let (Some(a), Some(b)) = (a, b) else {
                return Ok(None);
            };
            if op.divides() && b == T::Native::ZERO {
                return by_zero(mode);
            }
            match a.checked(op, b) {
                Some(n) => Ok(Some(n)),
                None => match mode {
                    EvalMode::Ansi => Err(FunctionError::ArithmeticOverflow {
                        what,
                        function: op.tolerant(),
                    }),
                    EvalMode::Legacy => Ok(Some(a.wrapping(op, b))),
                    EvalMode::Try => Ok(None),
                },
            }
        },
    )?;
    call.finish(column.into_series())
}

/// TINYINT and SMALLINT: computed as BIGINT, then checked.
fn small(op: Op, call: &Call<'_>, mode: EvalMode, min: i64, max: i64) -> Result<Series, SqlError> {
    let wide = |i: usize| -> Result<Int64Chunked, SqlError> {
        Ok(call.arg(i)?.cast(&DataType::Int64)?.i64()?.clone())
    };
    let (left, right) = (wide(0)?, wide(1)?);
    let column = arity::broadcast_try_binary_elementwise::<
        Int64Type,
        Int64Type,
        Int64Type,
        _,
        i64,
        FunctionError,
    >(&left, &right, |a, b| {
        let (Some(a), Some(b)) = (a, b) else {
            return Ok(None);
        };
        if op.divides() && b == 0 {
            return by_zero(mode);
        }
        let n = a.wrapping(op, b);
        if (min..=max).contains(&n) {
            return Ok(Some(n));
        }
        match mode {
            EvalMode::Ansi => Err(FunctionError::BinaryArithmeticOverflow {
                left: format!("{a}S"),
                symbol: op.symbol(),
                right: format!("{b}S"),
                function: op.tolerant().unwrap_or("try_divide"),
            }),
            EvalMode::Legacy => Ok(Some(if max == i64::from(i8::MAX) {
                i64::from(n as i8)
            } else {
                i64::from(n as i16)
            })),
            EvalMode::Try => Ok(None),
        }
    })?;
    Ok(column
        .into_series()
        .cast(&crate::types::physical_type(call.result))?)
}

fn floats<T>(
    op: Op,
    call: &Call<'_>,
    mode: EvalMode,
    left: &ChunkedArray<T>,
    right: &ChunkedArray<T>,
) -> Result<Series, SqlError>
where
    T: PolarsNumericType,
    T::Native: std::ops::Add<Output = T::Native>
        + std::ops::Sub<Output = T::Native>
        + std::ops::Mul<Output = T::Native>
        + std::ops::Div<Output = T::Native>
        + std::ops::Rem<Output = T::Native>
        + PartialOrd
        + Default,
    ChunkedArray<T>: IntoSeries,
{
    let zero = T::Native::default();
    let column = arity::broadcast_try_binary_elementwise::<T, T, T, _, T::Native, FunctionError>(
        left,
        right,
        |a, b| {
            let (Some(a), Some(b)) = (a, b) else {
                return Ok(None);
            };
            if op.divides() && b == zero {
                return by_zero(mode);
            }
            Ok(Some(match op {
                Op::Add => a + b,
                Op::Subtract => a - b,
                Op::Multiply => a * b,
                Op::Divide | Op::IntegralDivide => a / b,
                Op::Remainder => a % b,
                Op::Pmod => {
                    let r = a % b;
                    if r < zero { (r + b) % b } else { r }
                }
            }))
        },
    )?;
    call.finish(column.into_series())
}

/// A sign function over any number or interval: whole numbers can overflow.
pub(in crate::sql::functions) fn negate_values(
    call: &Call<'_>,
    whole: impl Fn(i128) -> Option<i128>,
    real: impl Fn(f64) -> f64,
) -> Result<Series, SqlError> {
    use SparkType as T;
    let mode = call.mode;
    let overflow = |what: &'static str, wrapped: i128| match mode {
        EvalMode::Ansi => Err(FunctionError::ArithmeticOverflow {
            what,
            function: None,
        }),
        EvalMode::Legacy => Ok(Some(wrapped)),
        EvalMode::Try => Ok(None),
    };
    let checked = |n: Option<i128>, min: i128, max: i128, what| match n.map(&whole) {
        None => Ok(None),
        Some(Some(n)) if n >= min && n <= max => Ok(Some(n)),
        Some(n) => overflow(what, n.unwrap_or(min)),
    };
    macro_rules! apply {
        ($arg:ident, $t:ty, $what:literal) => {{
            let a = call.$arg(0)?;
            call.try_out(|i| {
                let n = a.get(i).map(i128::from);
                Ok(checked(n, <$t>::MIN as i128, <$t>::MAX as i128, $what)?.map(|n| n as $t))
            })
        }};
    }
    match call.type_of(0) {
        T::Byte => apply!(bytes, i8, "byte"),
        T::Short => apply!(shorts, i16, "short"),
        T::Integer | T::YearMonthInterval => apply!(ints, i32, "integer"),
        T::Long | T::DayTimeInterval => apply!(longs, i64, "long"),
        T::Decimal { .. } => apply!(decimals, i128, "decimal"),
        T::Float => {
            let a = call.floats(0)?;
            call.out(|i| a.get(i).map(|x| real(f64::from(x)) as f32))
        }
        _ => {
            let a = call.doubles(0)?;
            call.out(|i| a.get(i).map(&real))
        }
    }
}
