//! Choices among values that are all computed: `decode`, `nullifzero`, `zeroifnull`. Of those that compute a value only
//! where it counts (`if`, `coalesce`) the analyzer makes a `CASE`.

use super::bind::{BINARY, BindResult, STRING};
use super::string::decode_bytes;
use super::{BindContext, Binder, Call, Function, Mismatch, rewritten, scalar};
use crate::sql::coercion::{self, Accepts};
use crate::sql::error::SqlError;
use crate::sql::plan::Expr;
use crate::types::{DataType as T, Value};
use polars_core::prelude::Series;

/// Functions that choose.
pub(super) static CONDITIONAL: &[Function] = &[
    rewritten(
        "case",
        "CASE [a] WHEN b THEN c … [ELSE d] END",
        "The value behind the first condition that is true, or behind the first value that equals a.",
        "CASE WHEN 1 > 2 THEN 'more' ELSE 'less' END → less",
    ),
    rewritten(
        "coalesce",
        "coalesce(a, …)",
        "The first argument that isn't NULL.",
        "coalesce(NULL, 1, NULL) → 1",
    ),
    rewritten(
        "if",
        "if(condition, a, b)",
        "The first value where the condition is true, else the second.",
        "if(1 < 2, 'a', 'b') → a",
    ),
    rewritten(
        "iff",
        "iff(condition, a, b)",
        "The first value where the condition is true, else the second.",
        "iff(1 < 2, 'a', 'b') → a",
    ),
    rewritten(
        "nvl",
        "nvl(a, b)",
        "The first value, or the second where it is NULL.",
        "nvl(NULL, 2) → 2",
    ),
    rewritten(
        "ifnull",
        "ifnull(a, b)",
        "The first value, or the second where it is NULL.",
        "ifnull(NULL, 2) → 2",
    ),
    rewritten(
        "nvl2",
        "nvl2(a, b, c)",
        "The second value where the first isn't NULL, else the third.",
        "nvl2(NULL, 2, 1) → 1",
    ),
    rewritten(
        "nullif",
        "nullif(a, b)",
        "NULL where both are equal, else the first value.",
        "nullif(2, 2) → NULL",
    ),
    scalar(
        "decode",
        "decode(bytes, charset), decode(a, search, result, …[, default])",
        "Bytes as text; or the result whose search value a is, NULL being equal to NULL.",
        "decode(2, 1, 'Southlake', 2, 'San Francisco') → San Francisco",
        bind_decode,
        eval_decode,
    ),
    scalar(
        "nullifzero",
        "nullifzero(a)",
        "The number, NULL for 0.",
        "nullifzero(0) → NULL",
        bind_number,
        |call| {
            call.rows(|v| {
                let value = v.first().copied().unwrap_or(&Value::Null);
                Ok(if is_zero(value) {
                    Value::Null
                } else {
                    value.clone()
                })
            })
        },
    ),
    scalar(
        "zeroifnull",
        "zeroifnull(a)",
        "The number, 0 for NULL.",
        "zeroifnull(NULL) → 0",
        |args, context| {
            let mut bound = bind_number(args, context)?;
            bound.nullable = false;
            Ok(bound)
        },
        |call| {
            call.rows(|v| {
                let value = v.first().copied().unwrap_or(&Value::Null);
                Ok(match (value, call.result) {
                    (Value::Null, T::Byte) => Value::Byte(0),
                    (Value::Null, T::Short) => Value::Short(0),
                    (Value::Null, T::Integer) => Value::Integer(0),
                    (Value::Null, T::Long) => Value::Long(0),
                    (Value::Null, T::Float) => Value::Float(0.0),
                    (Value::Null, T::Double) => Value::Double(0.0),
                    (Value::Null, T::Decimal { .. }) => Value::Decimal(0),
                    (value, _) => value.clone(),
                })
            })
        },
    ),
];

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Decimal(n) => *n == 0,
        other => other.as_f64() == Some(0.0),
    }
}

fn bind_number(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(1)?;
    if binder.type_of(0) == T::Null {
        binder.cast_to(0, &T::Integer);
    }
    let binder = binder.cast(0, Accepts::Numeric)?;
    let data_type = binder.type_of(0);
    binder.returns_nullable(data_type)
}

fn bind_decode(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).at_least(2)?;
    if binder.args.len() == 2 {
        let binder = binder.cast(0, BINARY)?.cast(1, STRING)?;
        return binder.returns_nullable(T::String);
    }
    // The value and what is searched for have one type, the results another.
    let n = binder.args.len();
    let has_default = n % 2 == 0;
    let searches: Vec<usize> = std::iter::once(0)
        .chain((1..n - usize::from(has_default)).step_by(2))
        .collect();
    let results: Vec<usize> = (2..n)
        .step_by(2)
        .chain(has_default.then_some(n - 1))
        .collect();
    let mut data_type = T::Null;
    for (group, is_result) in [(searches, false), (results, true)] {
        let types: Vec<T> = group.iter().map(|i| binder.type_of(*i)).collect();
        let Some(common) = coercion::common_type(&types, context.mode) else {
            let types: Vec<String> = types.iter().map(|t| format!("\"{}\"", t.sql())).collect();
            return Err(binder.mismatch(Mismatch::DataDiffTypes {
                function: "decode".into(),
                types: format!("({})", types.join(" or ")),
            }));
        };
        for i in group {
            binder.cast_to(i, &common);
        }
        if is_result {
            data_type = common;
        }
    }
    binder.returns_nullable(data_type)
}

fn eval_decode(call: &Call<'_>) -> Result<Series, SqlError> {
    if call.args.len() == 2 {
        let (bytes, sets) = (call.binaries(0)?, call.strings(1)?);
        return call.try_out(|i| match (bytes.get(i), sets.get(i)) {
            (Some(bytes), Some(set)) => decode_bytes(bytes, set).map(Some),
            _ => Ok(None),
        });
    }
    call.rows(|v| {
        let Some((value, rest)) = v.split_first() else {
            return Ok(Value::Null);
        };
        let mut pairs = rest.chunks_exact(2);
        let found = pairs.find_map(|pair| match pair {
            [search, result] if search.same(value) => Some((*result).clone()),
            _ => None,
        });
        let default = rest.chunks_exact(2).remainder().first();
        Ok(found
            .or_else(|| default.map(|d| (*d).clone()))
            .unwrap_or(Value::Null))
    })
}
