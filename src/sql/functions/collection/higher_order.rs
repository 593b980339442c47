//! Functions that take lambdas.
//!
//! Source: Spark SQL reference, "Lambda Functions"; Catalyst's `higherOrderFunctions`.

use std::cmp::Ordering;

use polars_core::prelude::*;

use super::lambda::{Children, evaluate, full, lambda};
use super::make::make_map;
use super::{array_of, element_of, entry_of};
use crate::sql::coercion;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, Binder};
use crate::sql::functions::{
    BindContext, Call, Function, FunctionError, FunctionKind, HigherOrder, Lambda, Mismatch,
};
use crate::sql::plan::{Expr, ExprKind};
use crate::types::{DataType as T, Value, list_from_parts, series_from_values, values_from_series};

/// A lambda's parameter: its type, and whether it may be null.
type Parameter = (T, bool);

type Parameters =
    fn(&[Option<Expr>], usize, usize, &BindContext) -> Result<Vec<Parameter>, SqlError>;
type Bind = fn(Vec<Expr>, &BindContext) -> BindResult;
type Eval = fn(&Call<'_>, &[&dyn Lambda]) -> Result<Series, SqlError>;

const fn higher_order(
    name: &'static str,
    usage: &'static str,
    description: &'static str,
    example: &'static str,
    parameters: Parameters,
    bind: Bind,
    eval: Eval,
) -> Function {
    Function {
        name,
        kind: FunctionKind::HigherOrder(HigherOrder { parameters, eval }),
        bind,
        usage,
        description,
        example,
    }
}

/// Functions that take lambdas.
pub(in crate::sql::functions) static HIGHER_ORDER: &[Function] = &[
    higher_order(
        "transform",
        "transform(array, x -> …)",
        "The lambda's value for each element; a second parameter is the position from 0.",
        "transform(array(1, 2, 3), x -> x + 1) → [2, 3, 4]",
        element_and_position,
        |args, context| {
            let binder = Binder::new(args, context).count(2)?;
            element_of(&binder, 0)?;
            let (body, nullable) = body(&binder, 1)?;
            returns(binder, array_of(body, nullable))
        },
        |call, lambdas| {
            let children = Children::new(call, 0)?;
            let values = evaluate(
                lambda(lambdas, 0)?,
                &[children.values.clone(), children.position_column()],
                &children.parents,
            )?;
            relist(&children.lengths(), &values)
        },
    ),
    higher_order(
        "filter",
        "filter(array, x -> …)",
        "The elements for which the lambda is true.",
        "filter(array(1, 2, 3), x -> x % 2 == 1) → [1, 3]",
        element_and_position,
        |args, context| {
            let binder = predicate(args, context)?;
            let data_type = binder.type_of(0);
            returns(binder, data_type)
        },
        |call, lambdas| {
            let children = Children::new(call, 0)?;
            let mask = evaluate(
                lambda(lambdas, 0)?,
                &[children.values.clone(), children.position_column()],
                &children.parents,
            )?;
            let mask = mask.bool()?;
            let mut lengths = children.lengths();
            for (parent, keep) in children.parents.iter().flatten().zip(mask.iter()) {
                if keep != Some(true)
                    && let Some(Some(length)) = lengths.get_mut(parent as usize)
                {
                    *length -= 1;
                }
            }
            relist(&lengths, &children.values.filter(mask)?)
        },
    ),
    higher_order(
        "exists",
        "exists(array, x -> …)",
        "Whether the lambda is true for an element.",
        "exists(array(1, 2, 3), x -> x % 2 == 0) → true",
        element_only,
        |args, context| predicate(args, context)?.returns(T::Boolean),
        |call, lambdas| quantify(call, lambdas, true),
    ),
    higher_order(
        "any_match",
        "any_match(array, x -> …)",
        "Whether the lambda is true for an element.",
        "any_match(array(1, 2, 3), x -> x % 2 == 0) → true",
        element_only,
        |args, context| predicate(args, context)?.returns(T::Boolean),
        |call, lambdas| quantify(call, lambdas, true),
    ),
    higher_order(
        "forall",
        "forall(array, x -> …)",
        "Whether the lambda is true for every element.",
        "forall(array(1, 2, 3), x -> x % 2 == 0) → false",
        element_only,
        |args, context| predicate(args, context)?.returns(T::Boolean),
        |call, lambdas| quantify(call, lambdas, false),
    ),
    higher_order(
        "aggregate",
        "aggregate(array, start, (acc, x) -> …[, acc -> …])",
        "The elements folded into one value.",
        "aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x) → 6",
        fold_parameters,
        bind_fold,
        fold,
    ),
    higher_order(
        "reduce",
        "reduce(array, start, (acc, x) -> …[, acc -> …])",
        "The elements folded into one value.",
        "reduce(array(1, 2, 3), 0, (acc, x) -> acc + x) → 6",
        fold_parameters,
        bind_fold,
        fold,
    ),
    higher_order(
        "zip_with",
        "zip_with(a, b, (x, y) -> …)",
        "The lambda's value for each pair of elements.",
        "zip_with(array(1, 2, 3), array(4, 5, 6), (x, y) -> x + y) → [5, 7, 9]",
        |args, _, arity, context| {
            expect_arity(arity, 2..=2)?;
            let (a, _) = known_element(args, 0, context)?;
            let (b, _) = known_element(args, 1, context)?;
            Ok(vec![(a, true), (b, true)])
        },
        |args, context| {
            let binder = Binder::new(args, context).count(3)?;
            let (body, nullable) = body(&binder, 2)?;
            returns(binder, array_of(body, nullable))
        },
        zip_with,
    ),
    higher_order(
        "map_filter",
        "map_filter(map, (k, v) -> …)",
        "The entries for which the lambda is true.",
        "map_filter(map(1, 0, 2, 2, 3, -1), (k, v) -> k > v) → {1 -> 0, 3 -> -1}",
        entry_parameters,
        |args, context| {
            let mut binder = Binder::new(args, context).count(2)?;
            check_boolean(&mut binder, 1)?;
            let data_type = binder.type_of(0);
            returns(binder, data_type)
        },
        |call, lambdas| {
            let children = Children::new(call, 0)?;
            let (keys, values) = children.entries()?;
            let mask = evaluate(lambda(lambdas, 0)?, &[keys, values], &children.parents)?;
            let mask = mask.bool()?;
            let mut lengths = children.lengths();
            for (parent, keep) in children.parents.iter().flatten().zip(mask.iter()) {
                if keep != Some(true)
                    && let Some(Some(length)) = lengths.get_mut(parent as usize)
                {
                    *length -= 1;
                }
            }
            relist(&lengths, &children.values.filter(mask)?)
        },
    ),
    higher_order(
        "transform_values",
        "transform_values(map, (k, v) -> …)",
        "The map with each value replaced by the lambda's.",
        "transform_values(map_from_arrays(array(1, 2), array(1, 2)), (k, v) -> v + 1) → {1 -> 2, 2 -> 3}",
        entry_parameters,
        |args, context| {
            let binder = Binder::new(args, context).count(2)?;
            let (key, _, _) = entry_of(&binder, 0)?;
            let (body, nullable) = body(&binder, 1)?;
            returns(
                binder,
                T::Map {
                    key: Box::new(key),
                    value: Box::new(body),
                    value_contains_null: nullable,
                },
            )
        },
        |call, lambdas| {
            let children = Children::new(call, 0)?;
            let (keys, values) = children.entries()?;
            let values = evaluate(
                lambda(lambdas, 0)?,
                &[keys.clone(), values],
                &children.parents,
            )?;
            let entries = [
                keys.with_name("key".into()),
                values.with_name("value".into()),
            ];
            let child = StructChunked::from_series(
                PlSmallStr::EMPTY,
                children.parents.len(),
                entries.iter(),
            )?;
            relist(&children.lengths(), &child.into_series())
        },
    ),
    higher_order(
        "transform_keys",
        "transform_keys(map, (k, v) -> …)",
        "The map with each key replaced by the lambda's value.",
        "transform_keys(map_from_arrays(array(1, 2), array(1, 2)), (k, v) -> k + 1) → {2 -> 1, 3 -> 2}",
        entry_parameters,
        |args, context| {
            let binder = Binder::new(args, context).count(2)?;
            let (_, value, nullable) = entry_of(&binder, 0)?;
            let (body, _) = body(&binder, 1)?;
            returns(
                binder,
                T::Map {
                    key: Box::new(body),
                    value: Box::new(value),
                    value_contains_null: nullable,
                },
            )
        },
        |call, lambdas| {
            let children = Children::new(call, 0)?;
            let (keys, values) = children.entries()?;
            let found = lambda(lambdas, 0)?;
            let new_keys = values_from_series(
                &evaluate(found, &[keys, values.clone()], &children.parents)?,
                found.data_type(),
            )?;
            let T::Map { value, .. } = call.type_of(0) else {
                return Err(FunctionError::LambdaNotAccepted.into());
            };
            let values = values_from_series(&values, value)?;
            let mut pairs = new_keys.into_iter().zip(values);
            let mut out = Vec::new();
            for length in children.lengths() {
                out.push(match length {
                    Some(n) => make_map(pairs.by_ref().take(n), call.result)?,
                    None => Value::Null,
                });
            }
            Ok(series_from_values("", &out, call.result)?)
        },
    ),
    higher_order(
        "map_zip_with",
        "map_zip_with(a, b, (k, x, y) -> …)",
        "A map of the lambda's value for every key of either map.",
        "map_zip_with(map(1, 'a'), map(1, 'x'), (k, x, y) -> concat(x, y)) → {1 -> ax}",
        |args, _, arity, context| {
            expect_arity(arity, 3..=3)?;
            let (key, (a, _)) = known_entry(args, 0, context)?;
            let (_, (b, _)) = known_entry(args, 1, context)?;
            Ok(vec![key, (a, true), (b, true)])
        },
        |args, context| {
            let binder = Binder::new(args, context).count(3)?;
            let (key, _, _) = entry_of(&binder, 0)?;
            let (body, nullable) = body(&binder, 2)?;
            returns(
                binder,
                T::Map {
                    key: Box::new(key),
                    value: Box::new(body),
                    value_contains_null: nullable,
                },
            )
        },
        map_zip_with,
    ),
    higher_order(
        "array_sort",
        "array_sort(array[, (a, b) -> …])",
        "The elements sorted, NULL last; or by a lambda that gives -1, 0 or 1.",
        "array_sort(array('b', 'd', null, 'c', 'a')) → [a, b, c, d, NULL]",
        |args, _, arity, context| {
            expect_arity(arity, 2..=2)?;
            let element = known_element(args, 0, context)?;
            Ok(vec![element.clone(), element])
        },
        |args, context| {
            let binder = Binder::new(args, context).counts(1..=2)?;
            let (element, _) = element_of(&binder, 0)?;
            if binder.args.len() == 1 && !coercion::is_orderable(&element) {
                return Err(binder.mismatch(Mismatch::InvalidOrderingType {
                    function: "array_sort".into(),
                    data_type: element.sql(),
                }));
            }
            let data_type = binder.type_of(0);
            returns(binder, data_type)
        },
        array_sort,
    ),
];

fn expect_arity(actual: usize, allowed: std::ops::RangeInclusive<usize>) -> Result<(), SqlError> {
    if allowed.contains(&actual) {
        return Ok(());
    }
    // Spark counts what was written as what was expected.
    Err(FunctionError::LambdaArity {
        expected: actual,
        actual: *allowed.start(),
    }
    .into())
}

fn known(args: &[Option<Expr>], index: usize) -> Parameter {
    match args.get(index) {
        Some(Some(expr)) => (expr.data_type.clone(), expr.nullable),
        _ => (T::Null, true),
    }
}

fn given(args: &[Option<Expr>]) -> Vec<Expr> {
    args.iter().flatten().cloned().collect()
}

fn known_element(
    args: &[Option<Expr>],
    index: usize,
    context: &BindContext,
) -> Result<Parameter, SqlError> {
    match known(args, index).0 {
        T::Array {
            element,
            contains_null,
        } => Ok((*element, contains_null)),
        T::Null => Ok((T::Null, true)),
        _ => Err(Binder::new(given(args), context).unexpected_type(index, "\"ARRAY\"".into())),
    }
}

fn known_entry(
    args: &[Option<Expr>],
    index: usize,
    context: &BindContext,
) -> Result<(Parameter, Parameter), SqlError> {
    match known(args, index).0 {
        T::Map {
            key,
            value,
            value_contains_null,
        } => Ok(((*key, false), (*value, value_contains_null))),
        _ => Err(Binder::new(given(args), context).unexpected_type(index, "\"MAP\"".into())),
    }
}

fn element_and_position(
    args: &[Option<Expr>],
    _: usize,
    arity: usize,
    context: &BindContext,
) -> Result<Vec<Parameter>, SqlError> {
    expect_arity(arity, 1..=2)?;
    Ok(vec![known_element(args, 0, context)?, (T::Integer, false)]
        .into_iter()
        .take(arity)
        .collect())
}

fn element_only(
    args: &[Option<Expr>],
    _: usize,
    arity: usize,
    context: &BindContext,
) -> Result<Vec<Parameter>, SqlError> {
    expect_arity(arity, 1..=1)?;
    Ok(vec![known_element(args, 0, context)?])
}

fn entry_parameters(
    args: &[Option<Expr>],
    _: usize,
    arity: usize,
    context: &BindContext,
) -> Result<Vec<Parameter>, SqlError> {
    expect_arity(arity, 2..=2)?;
    let (key, value) = known_entry(args, 0, context)?;
    Ok(vec![key, value])
}

fn fold_parameters(
    args: &[Option<Expr>],
    index: usize,
    arity: usize,
    context: &BindContext,
) -> Result<Vec<Parameter>, SqlError> {
    if index == 2 {
        expect_arity(arity, 2..=2)?;
        let accumulated = (known(args, 1).0, true);
        return Ok(vec![accumulated, known_element(args, 0, context)?]);
    }
    expect_arity(arity, 1..=1)?;
    Ok(vec![(known(args, 1).0, true)])
}

/// A lambda argument's type and nullability.
fn body(binder: &Binder<'_>, index: usize) -> Result<(T, bool), SqlError> {
    match binder.args.get(index).map(|a| &a.kind) {
        Some(ExprKind::Lambda { body, .. }) => Ok((body.data_type.clone(), body.nullable)),
        _ => Err(FunctionError::LambdaNotAccepted.into()),
    }
}

/// The result is null where the first argument is; lambdas don't count.
fn returns(binder: Binder<'_>, data_type: T) -> BindResult {
    let nullable = binder
        .args
        .iter()
        .any(|a| !matches!(a.kind, ExprKind::Lambda { .. }) && a.nullable);
    binder.finish(data_type, nullable)
}

fn check_boolean(binder: &mut Binder<'_>, index: usize) -> Result<(), SqlError> {
    match body(binder, index)?.0 {
        T::Boolean | T::Null => {
            let mode = binder.context.mode;
            if let Some(Expr {
                kind: ExprKind::Lambda { body, .. },
                data_type,
                ..
            }) = binder.args.get_mut(index)
            {
                crate::sql::functions::cast_expr(body, &T::Boolean, mode);
                *data_type = T::Boolean;
            }
            Ok(())
        }
        _ => Err(binder.unexpected_type(index, "\"BOOLEAN\"".into())),
    }
}

fn predicate<'c>(args: Vec<Expr>, context: &'c BindContext) -> Result<Binder<'c>, SqlError> {
    let mut binder = Binder::new(args, context).count(2)?;
    element_of(&binder, 0)?;
    check_boolean(&mut binder, 1)?;
    Ok(binder)
}

/// Children as lists again.
fn relist(lengths: &[Option<usize>], child: &Series) -> Result<Series, SqlError> {
    let mut end = 0i64;
    let mut offsets = vec![0i64];
    for length in lengths {
        end += length.unwrap_or(0) as i64;
        offsets.push(end);
    }
    let valid: polars_arrow::bitmap::Bitmap = lengths.iter().map(Option::is_some).collect();
    let validity = (valid.unset_bits() > 0).then_some(valid);
    Ok(list_from_parts("", offsets, child, validity)?)
}

/// `exists` looks for true, `forall` for false; where neither is found and the lambda gave NULL,
/// the answer is NULL.
fn quantify(call: &Call<'_>, lambdas: &[&dyn Lambda], wanted: bool) -> Result<Series, SqlError> {
    let children = Children::new(call, 0)?;
    let found = evaluate(
        lambda(lambdas, 0)?,
        std::slice::from_ref(&children.values),
        &children.parents,
    )?;
    let mut answers: Vec<Option<bool>> = children
        .lengths()
        .iter()
        .map(|l| l.map(|_| !wanted))
        .collect();
    for (parent, value) in children.parents.iter().flatten().zip(found.bool()?.iter()) {
        if let Some(answer) = answers.get_mut(parent as usize) {
            match value {
                Some(v) if v == wanted => *answer = Some(wanted),
                None if *answer == Some(!wanted) => *answer = None,
                _ => {}
            }
        }
    }
    Ok(BooleanChunked::from_iter_options(PlSmallStr::EMPTY, answers.into_iter()).into_series())
}

fn bind_fold(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).counts(3..=4)?;
    element_of(&binder, 0)?;
    let accumulator = binder.type_of(1);
    let (merged, _) = body(&binder, 2)?;
    if merged != accumulator && !coercion::same_ignoring_nullability(&merged, &accumulator) {
        // The merge's value becomes the next accumulator, so it must have its type.
        let mode = context.mode;
        if merged != T::Null
            && coercion::tightest_common_type(&merged, &accumulator, mode).as_ref()
                != Some(&accumulator)
        {
            return Err(binder.unexpected_type(2, format!("\"{}\"", accumulator.sql())));
        }
        if let Some(Expr {
            kind: ExprKind::Lambda { body, .. },
            data_type,
            ..
        }) = binder.args.get_mut(2)
        {
            crate::sql::functions::cast_expr(body, &accumulator, mode);
            *data_type = accumulator.clone();
        }
    }
    let result = match binder.args.len() {
        4 => body(&binder, 3)?.0,
        _ => accumulator,
    };
    binder.returns_nullable(result)
}

/// Folds all rows' arrays at once, one element of each at a time.
fn fold(call: &Call<'_>, lambdas: &[&dyn Lambda]) -> Result<Series, SqlError> {
    let merge = lambda(lambdas, 0)?;
    let children = Children::new(call, 0)?;
    let lengths = children.lengths();
    let rows = lengths.len();
    let longest = lengths.iter().flatten().copied().max().unwrap_or(0);
    let mut accumulator = full(call, 1)?;
    for step in 0..longest {
        let mut parents: Vec<IdxSize> = Vec::new();
        let mut elements: Vec<IdxSize> = Vec::new();
        for row in 0..rows {
            if let Some(range) = children.parts.range(row)
                && step < range.len()
            {
                parents.push(row as IdxSize);
                elements.push((range.start + step) as IdxSize);
            }
        }
        let parents = IdxCa::from_slice(PlSmallStr::EMPTY, &parents);
        let elements = IdxCa::from_slice(PlSmallStr::EMPTY, &elements);
        let args = [
            accumulator.take(&parents)?,
            children.parts.child.take(&elements)?,
        ];
        let merged = evaluate(merge, &args, &parents)?;
        if parents.len() == rows {
            accumulator = merged;
            continue;
        }
        // Rows that have ended keep what they have.
        let mut pool = accumulator.clone();
        pool.append(&merged)?;
        let mut from: Vec<IdxSize> = (0..rows as IdxSize).collect();
        for (k, parent) in parents.iter().flatten().enumerate() {
            if let Some(slot) = from.get_mut(parent as usize) {
                *slot = (rows + k) as IdxSize;
            }
        }
        accumulator = pool.take(&IdxCa::from_slice(PlSmallStr::EMPTY, &from))?;
    }
    if let Some(finish) = lambdas.get(1) {
        let parents: Vec<IdxSize> = (0..rows as IdxSize).collect();
        let parents = IdxCa::from_slice(PlSmallStr::EMPTY, &parents);
        accumulator = evaluate(*finish, &[accumulator], &parents)?;
    }
    // A NULL array folds to NULL.
    let from = IdxCa::from_iter_options(
        PlSmallStr::EMPTY,
        lengths
            .iter()
            .enumerate()
            .map(|(row, l)| l.map(|_| row as IdxSize)),
    );
    Ok(accumulator.take(&from)?)
}

fn zip_with(call: &Call<'_>, lambdas: &[&dyn Lambda]) -> Result<Series, SqlError> {
    let (a, b) = (Children::new(call, 0)?, Children::new(call, 1)?);
    let mut lengths = Vec::new();
    let mut parents: Vec<IdxSize> = Vec::new();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for row in 0..a.parts.len() {
        let (Some(x), Some(y)) = (a.parts.range(row), b.parts.range(row)) else {
            lengths.push(None);
            continue;
        };
        let longest = x.len().max(y.len());
        lengths.push(Some(longest));
        for k in 0..longest {
            parents.push(row as IdxSize);
            left.push((k < x.len()).then_some((x.start + k) as IdxSize));
            right.push((k < y.len()).then_some((y.start + k) as IdxSize));
        }
    }
    let left = IdxCa::from_iter_options(PlSmallStr::EMPTY, left.into_iter());
    let right = IdxCa::from_iter_options(PlSmallStr::EMPTY, right.into_iter());
    let args = [a.parts.child.take(&left)?, b.parts.child.take(&right)?];
    let parents = IdxCa::from_slice(PlSmallStr::EMPTY, &parents);
    let values = evaluate(lambda(lambdas, 0)?, &args, &parents)?;
    relist(&lengths, &values)
}

fn map_zip_with(call: &Call<'_>, lambdas: &[&dyn Lambda]) -> Result<Series, SqlError> {
    let (T::Map { key, value: at, .. }, T::Map { value: bt, .. }) =
        (call.type_of(0), call.type_of(1))
    else {
        return Err(FunctionError::LambdaNotAccepted.into());
    };
    let (a, b) = (call.values(0)?, call.values(1)?);
    let (mut keys, mut left, mut right) = (Vec::new(), Vec::new(), Vec::new());
    let mut parents: Vec<IdxSize> = Vec::new();
    let mut lengths = Vec::new();
    for row in 0..call.context.rows {
        let (Value::Map(a), Value::Map(b)) = (a.get(row), b.get(row)) else {
            lengths.push(None);
            continue;
        };
        let find = |entries: &[(Value, Value)], key: &Value| {
            let found = entries.iter().find(|(k, _)| k.same(key));
            found.map_or(Value::Null, |(_, v)| v.clone())
        };
        let only_right = b.iter().filter(|(k, _)| !a.iter().any(|(x, _)| x.same(k)));
        let before = keys.len();
        for (key, _) in a.iter().chain(only_right) {
            keys.push(key.clone());
            left.push(find(a, key));
            right.push(find(b, key));
            parents.push(row as IdxSize);
        }
        lengths.push(Some(keys.len() - before));
    }
    let key_column = series_from_values("key", &keys, key)?;
    let args = [
        key_column.clone(),
        series_from_values("", &left, at)?,
        series_from_values("", &right, bt)?,
    ];
    let parents = IdxCa::from_slice(PlSmallStr::EMPTY, &parents);
    let values = evaluate(lambda(lambdas, 0)?, &args, &parents)?;
    let fields = [key_column, values.with_name("value".into())];
    let child = StructChunked::from_series(PlSmallStr::EMPTY, keys.len(), fields.iter())?;
    relist(&lengths, &child.into_series())
}

/// More pairs than this aren't compared at once.
const MAX_PAIRS: usize = 4 << 20;

fn array_sort(call: &Call<'_>, lambdas: &[&dyn Lambda]) -> Result<Series, SqlError> {
    let Some(comparator) = lambdas.first() else {
        return call.rows_not_null(|v| {
            let mut all = super::items(v, 0).to_vec();
            // NULL last.
            all.sort_by(|a, b| a.is_null().cmp(&b.is_null()).then_with(|| a.compare(b)));
            Ok(Value::Array(all))
        });
    };
    let children = Children::new(call, 0)?;
    // The lambda is asked for all pairs in one go; sorting then only looks up.
    let (mut left, mut right, mut parents) = (Vec::new(), Vec::new(), Vec::new());
    let mut starts = Vec::new();
    for row in 0..children.parts.len() {
        starts.push(left.len());
        let range = children.parts.range(row).unwrap_or(0..0);
        if left.len() + range.len() * range.len() > MAX_PAIRS {
            return Err(FunctionError::CollectionSizeLimit {
                count: range.len() as i128,
                limit: 2048,
                function: "array_sort",
            }
            .into());
        }
        for a in range.clone() {
            for b in range.clone() {
                left.push(a as IdxSize);
                right.push(b as IdxSize);
                parents.push(row as IdxSize);
            }
        }
    }
    let index = |v: &[IdxSize]| IdxCa::from_slice(PlSmallStr::EMPTY, v);
    let args = [
        children.parts.child.take(&index(&left))?,
        children.parts.child.take(&index(&right))?,
    ];
    let signs = evaluate(*comparator, &args, &index(&parents))?;
    let signs = values_from_series(&signs, comparator.data_type())?;
    let mut order: Vec<IdxSize> = Vec::new();
    let mut failed = None;
    for (row, start) in starts.iter().enumerate() {
        let range = children.parts.range(row).unwrap_or(0..0);
        let n = range.len();
        let mut positions: Vec<usize> = (0..n).collect();
        positions.sort_by(
            |a, b| match signs.get(start + a * n + b).and_then(Value::as_i64) {
                Some(sign) => sign.cmp(&0),
                None => {
                    failed = Some((range.start + a, range.start + b));
                    Ordering::Equal
                }
            },
        );
        order.extend(positions.iter().map(|p| (range.start + p) as IdxSize));
    }
    if let (Some((a, b)), T::Array { element, .. }) = (failed, call.type_of(0)) {
        let text = |at: usize| -> Result<String, SqlError> {
            let value = Value::from_series(&children.parts.child, at, element)?;
            Ok(value.cast_text(element, call.context.time_zone))
        };
        return Err(FunctionError::ComparatorReturnsNull {
            first: text(a)?,
            second: text(b)?,
        }
        .into());
    }
    relist(
        &children.lengths(),
        &children.parts.child.take(&index(&order))?,
    )
}
