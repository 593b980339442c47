//! `a[i]`, `element_at`, `get`, `size`.

use polars_core::prelude::*;

use super::{element_of, entries};
use crate::sql::coercion::{self, Accepts};
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, INT, constant};
use crate::sql::functions::{BindContext, Binder, Call, Function, FunctionError, Mismatch, scalar};
use crate::sql::plan::{EvalMode, Expr, ExprKind};
use crate::types::{DataType as T, ListParts, Value};

/// What an index beyond the array gives.
#[derive(Clone, Copy, PartialEq)]
enum Access {
    /// `a[i]`: from 0, an error under ANSI.
    Subscript,
    /// `get`: from 0, NULL.
    Get,
    /// `element_at`: from 1, or from the end if negative, an error under ANSI.
    ElementAt,
    /// `try_element_at`: the same, NULL.
    TryElementAt,
}

macro_rules! access {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $kind:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| bind($kind, args, context),
            |call| eval($kind, call),
        )
    };
}

/// Functions that look into collections.
pub(in crate::sql::functions) static ACCESS: &[Function] = &[
    access!(
        "[]",
        "a[i], m[key]",
        "The array's element, from 0, or the map's value.",
        "array(1, 2)[0] → 1",
        Access::Subscript
    ),
    access!(
        "get",
        "get(array, i)",
        "The element, from 0; NULL beyond the array.",
        "get(array(1, 2, 3), 0) → 1",
        Access::Get
    ),
    access!(
        "element_at",
        "element_at(array, i), element_at(map, key)",
        "The element, from 1, or from the end if negative; or the map's value.",
        "element_at(array(1, 2, 3), 2) → 2",
        Access::ElementAt
    ),
    access!(
        "try_element_at",
        "try_element_at(array, i), try_element_at(map, key)",
        "As `element_at`, NULL beyond the array.",
        "try_element_at(array(1, 2, 3), 2) → 2",
        Access::TryElementAt
    ),
    scalar(
        "size",
        "size(array or map)",
        "How many elements or entries there are.",
        "size(array('b', 'd', 'c', 'a')) → 4",
        bind_size,
        eval_size,
    ),
    scalar(
        "cardinality",
        "cardinality(array or map)",
        "How many elements or entries there are.",
        "cardinality(map('a', 1)) → 1",
        bind_size,
        eval_size,
    ),
    scalar(
        "array_size",
        "array_size(array)",
        "How many elements there are.",
        "array_size(array('b', 'd', 'c', 'a')) → 4",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            element_of(&binder, 0)?;
            binder.returns(T::Integer)
        },
        eval_size,
    ),
];

fn bind_size(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    match binder.type_of(0) {
        T::Array { .. } | T::Map { .. } => binder.returns(T::Integer),
        T::Null => {
            let mut binder = binder;
            binder.cast_to(0, &T::array(T::Null));
            binder.returns_nullable(T::Integer)
        }
        _ => Err(binder.unexpected_type(0, "(\"ARRAY\" or \"MAP\")".into())),
    }
}

fn eval_size(call: &Call<'_>) -> Result<Series, SqlError> {
    let parts = ListParts::new(call.arg(0)?)?;
    let one = parts.len() == 1;
    call.out(|i| parts.range(if one { 0 } else { i }).map(|r| r.len() as i32))
}

fn bind(kind: Access, args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?;
    match binder.type_of(0) {
        T::Array {
            element,
            contains_null,
        } => {
            let binder = match binder.type_of(1) {
                t if kind == Access::Subscript && t.is_integral() => binder,
                t if t.is_integral()
                    || t == T::Null
                    || (t == T::String && kind != Access::Subscript) =>
                {
                    if kind == Access::Subscript {
                        binder.cast(1, Accepts::Integral)?
                    } else {
                        binder.cast(1, INT)?
                    }
                }
                _ if kind == Access::Subscript => {
                    return Err(binder.unexpected_type(1, "\"INTEGRAL\"".into()));
                }
                _ => return Err(binder.unexpected_type(1, "\"INT\"".into())),
            };
            let nullable = match (kind, context.mode) {
                (Access::Subscript | Access::ElementAt, EvalMode::Ansi) => {
                    element_may_be_null(&binder, kind, contains_null)
                }
                _ => true,
            };
            binder.finish(*element, nullable)
        }
        T::Map { key, value, .. } if kind != Access::Get => {
            if !coercion::is_orderable(&key) {
                return Err(binder.mismatch(Mismatch::InvalidOrderingType {
                    function: binder.name(),
                    data_type: key.sql(),
                }));
            }
            let index = binder.type_of(1);
            if coercion::wider_type(&index, &key, context.mode).is_none() {
                return Err(binder.unexpected_type(1, format!("\"{}\"", key.sql())));
            }
            binder.cast_to(1, &key);
            binder.returns_nullable(*value)
        }
        _ if kind == Access::Get => Err(binder.unexpected_type(0, "\"ARRAY\"".into())),
        _ => Err(binder.unexpected_type(0, "(\"ARRAY\" or \"MAP\")".into())),
    }
}

/// Whether an element that an index beyond the array is an error for may be NULL (Catalyst's
/// `computeNullabilityFromArray`).
fn element_may_be_null(binder: &Binder<'_>, kind: Access, contains_null: bool) -> bool {
    let (array, index) = (binder.args.first(), binder.args.get(1));
    let index = match index.and_then(constant) {
        Some(index) => index.as_i64(),
        None => return contains_null || binder.any_nullable(),
    };
    let elements = match array.map(|a| &a.kind) {
        Some(ExprKind::Call { function, args, .. }) if function.name == "array" => args,
        _ => return true,
    };
    let at = match index.map(|i| (i, usize::try_from(i.unsigned_abs()))) {
        Some((i, Ok(at))) if kind == Access::Subscript && i >= 0 => Some(at),
        Some((i, Ok(at))) if kind == Access::ElementAt && i < 0 => elements.len().checked_sub(at),
        Some((_, Ok(at))) if kind == Access::ElementAt => at.checked_sub(1),
        _ => None,
    };
    let element = at.and_then(|at| elements.get(at));
    element.is_none_or(|element| element.nullable)
}

fn eval(kind: Access, call: &Call<'_>) -> Result<Series, SqlError> {
    if let T::Map { .. } = call.type_of(0) {
        return call.rows_not_null(|v| {
            let Some(key) = v.get(1) else {
                return Ok(Value::Null);
            };
            let found = entries(v, 0).iter().find(|(k, _)| k.same(key));
            Ok(found.map_or(Value::Null, |(_, value)| value.clone()))
        });
    }
    // An array's elements are taken from its child column in one go.
    let parts = ListParts::new(call.arg(0)?)?;
    let index = call.values(1)?;
    let one = parts.len() == 1;
    let mut taken: Vec<Option<IdxSize>> = Vec::with_capacity(call.len());
    for row in 0..call.len() {
        let range = parts.range(if one { 0 } else { row });
        let (Some(range), Some(i)) = (range, index.get(row).as_i64()) else {
            taken.push(None);
            continue;
        };
        let size = range.len();
        let at = match kind {
            Access::Subscript | Access::Get => i,
            _ if i == 0 => return Err(FunctionError::InvalidIndexOfZero.into()),
            _ if i < 0 => size as i64 + i,
            _ => i - 1,
        };
        let inside = usize::try_from(at).ok().filter(|at| *at < size);
        if inside.is_none() && call.mode == EvalMode::Ansi {
            match kind {
                Access::Subscript => {
                    return Err(FunctionError::InvalidArrayIndex { index: i, size }.into());
                }
                Access::ElementAt => {
                    return Err(
                        FunctionError::InvalidArrayIndexInElementAt { index: i, size }.into(),
                    );
                }
                Access::Get | Access::TryElementAt => {}
            }
        }
        taken.push(inside.map(|at| (range.start + at) as IdxSize));
    }
    let taken = IdxCa::from_iter_options(PlSmallStr::EMPTY, taken.into_iter());
    Ok(parts.child.take(&taken)?)
}
