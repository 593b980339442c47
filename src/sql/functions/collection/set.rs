//! Arrays as sets.

use super::{array_of, element_of, items};
use crate::sql::coercion;
use crate::sql::functions::bind::BindResult;
use crate::sql::functions::{BindContext, Binder, Function, Mismatch, scalar};
use crate::sql::plan::Expr;
use crate::types::{DataType as T, Value};

/// Functions that treat arrays as sets.
pub(in crate::sql::functions) static SET: &[Function] = &[
    scalar(
        "array_distinct",
        "array_distinct(array)",
        "The elements without repetitions.",
        "array_distinct(array(1, 2, 3, null, 3)) → [1, 2, 3, NULL]",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            element_of(&binder, 0)?;
            let data_type = binder.type_of(0);
            binder.returns(data_type)
        },
        |call| call.rows_not_null(|v| Ok(Value::Array(distinct(items(v, 0).iter())))),
    ),
    scalar(
        "array_union",
        "array_union(a, b)",
        "The elements of either, without repetitions.",
        "array_union(array(1, 2, 3), array(1, 3, 5)) → [1, 2, 3, 5]",
        bind_two,
        |call| {
            call.rows_not_null(|v| {
                Ok(Value::Array(distinct(
                    items(v, 0).iter().chain(items(v, 1)),
                )))
            })
        },
    ),
    scalar(
        "array_intersect",
        "array_intersect(a, b)",
        "The elements of both, without repetitions.",
        "array_intersect(array(1, 2, 3), array(1, 3, 5)) → [1, 3]",
        bind_two,
        |call| {
            call.rows_not_null(|v| {
                let b = items(v, 1);
                Ok(Value::Array(distinct(
                    items(v, 0).iter().filter(|x| has(b, x)),
                )))
            })
        },
    ),
    scalar(
        "array_except",
        "array_except(a, b)",
        "The elements of a that aren't in b, without repetitions.",
        "array_except(array(1, 2, 3), array(1, 3, 5)) → [2]",
        bind_two,
        |call| {
            call.rows_not_null(|v| {
                let b = items(v, 1);
                Ok(Value::Array(distinct(
                    items(v, 0).iter().filter(|x| !has(b, x)),
                )))
            })
        },
    ),
    scalar(
        "arrays_overlap",
        "arrays_overlap(a, b)",
        "Whether an element is in both; NULL if it can't be known.",
        "arrays_overlap(array(1, 2, 3), array(3, 4, 5)) → true",
        |args, context| {
            let mut bound = bind_two(args, context)?;
            bound.data_type = T::Boolean;
            bound.nullable = true;
            Ok(bound)
        },
        |call| {
            call.rows_not_null(|v| {
                let (a, b) = (items(v, 0), items(v, 1));
                if a.iter().any(|x| !x.is_null() && has(b, x)) {
                    return Ok(Value::Boolean(true));
                }
                let unknown =
                    !a.is_empty() && !b.is_empty() && a.iter().chain(b).any(Value::is_null);
                Ok(if unknown {
                    Value::Null
                } else {
                    Value::Boolean(false)
                })
            })
        },
    ),
];

fn has(items: &[Value], value: &Value) -> bool {
    items.iter().any(|x| x.same(value))
}

/// The first of each group of equal values, in order: sorted positions find repetitions.
fn distinct<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let all: Vec<&Value> = values.collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    let at = |i: usize| all.get(i).copied().unwrap_or(&Value::Null);
    order.sort_by(|a, b| at(*a).compare(at(*b)));
    let mut keep = vec![false; all.len()];
    let mut last: Option<&Value> = None;
    for i in order {
        if !last.is_some_and(|l| l.same(at(i))) {
            if let Some(k) = keep.get_mut(i) {
                *k = true;
            }
            last = Some(at(i));
        }
    }
    all.into_iter()
        .zip(keep)
        .filter(|(_, keep)| *keep)
        .map(|(v, _)| v.clone())
        .collect()
}

fn bind_two(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?;
    let (left, right) = (binder.type_of(0), binder.type_of(1));
    let mismatch = |binder: &Binder<'_>| {
        binder.mismatch(Mismatch::BinaryArrayDiffTypes {
            function: binder.name(),
            left: left.sql(),
            right: right.sql(),
        })
    };
    match coercion::wider_type(&left, &right, context.mode) {
        Some(common @ T::Array { .. }) => {
            binder.cast_to(0, &common);
            binder.cast_to(1, &common);
            let (element, contains_null) = element_of(&binder, 0)?;
            binder.returns(array_of(element, contains_null))
        }
        _ => Err(mismatch(&binder)),
    }
}
