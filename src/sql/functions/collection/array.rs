//! Arrays: searched, cut, joined, sorted.

use std::cmp::Ordering;

use super::{MAX_ELEMENTS, array_of, element_of, items, number};
use crate::sql::coercion;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BOOLEAN, BindResult, INT, STRING};
use crate::sql::functions::{BindContext, Binder, Function, FunctionError, Mismatch, scalar};
use crate::sql::plan::Expr;
use crate::types::{DataType as T, StructField, StructType, Value};

/// Functions over arrays.
pub(in crate::sql::functions) static ARRAY: &[Function] = &[
    scalar(
        "array_contains",
        "array_contains(array, a)",
        "Whether the value is in the array; NULL if it can't be known.",
        "array_contains(array(1, 2, 3), 2) → true",
        |args, context| {
            let mut bound = bind_with_element(args, context, None)?;
            let holds_null = bound.nullable
                || matches!(
                    bound.data_type,
                    T::Array {
                        contains_null: true,
                        ..
                    }
                );
            bound.data_type = T::Boolean;
            bound.nullable = holds_null;
            Ok(bound)
        },
        |call| {
            call.rows_not_null(|v| {
                let (all, wanted) = (items(v, 0), v.get(1).copied().unwrap_or(&Value::Null));
                Ok(if all.iter().any(|x| x.same(wanted)) {
                    Value::Boolean(true)
                } else if all.iter().any(Value::is_null) {
                    Value::Null
                } else {
                    Value::Boolean(false)
                })
            })
        },
    ),
    scalar(
        "array_position",
        "array_position(array, a)",
        "The first position of the value, from 1; 0 if it isn't there.",
        "array_position(array(312, 773, 708, 708), 708) → 3",
        |args, context| {
            let mut bound = bind_with_element(args, context, None)?;
            bound.data_type = T::Long;
            Ok(bound)
        },
        |call| {
            call.rows_not_null(|v| {
                let wanted = v.get(1).copied().unwrap_or(&Value::Null);
                let at = items(v, 0).iter().position(|x| x.same(wanted));
                Ok(Value::Long(at.map_or(0, |p| p as i64 + 1)))
            })
        },
    ),
    scalar(
        "array_remove",
        "array_remove(array, a)",
        "The array without the value.",
        "array_remove(array(1, 2, 3, null, 3), 3) → [1, 2, NULL]",
        |args, context| bind_with_element(args, context, None),
        |call| {
            call.rows_not_null(|v| {
                let unwanted = v.get(1).copied().unwrap_or(&Value::Null);
                Ok(Value::Array(
                    items(v, 0)
                        .iter()
                        .filter(|x| !x.same(unwanted))
                        .cloned()
                        .collect(),
                ))
            })
        },
    ),
    scalar(
        "array_append",
        "array_append(array, a)",
        "The array with the value at its end.",
        "array_append(array('b', 'd'), 'x') → [b, d, x]",
        |args, context| bind_with_element(args, context, Some(())),
        |call| {
            call.rows(|v| {
                if v.first().is_none_or(|a| a.is_null()) {
                    return Ok(Value::Null);
                }
                let mut all = items(v, 0).to_vec();
                all.extend(v.get(1).map(|x| (*x).clone()));
                Ok(Value::Array(all))
            })
        },
    ),
    scalar(
        "array_prepend",
        "array_prepend(array, a)",
        "The array with the value at its start.",
        "array_prepend(array('b', 'd'), 'x') → [x, b, d]",
        |args, context| bind_with_element(args, context, Some(())),
        |call| {
            call.rows(|v| {
                if v.first().is_none_or(|a| a.is_null()) {
                    return Ok(Value::Null);
                }
                let mut all: Vec<Value> = v.get(1).map(|x| (*x).clone()).into_iter().collect();
                all.extend_from_slice(items(v, 0));
                Ok(Value::Array(all))
            })
        },
    ),
    scalar(
        "array_insert",
        "array_insert(array, position, a)",
        "The array with the value at a position, from 1, or from the end if negative.",
        "array_insert(array(1, 2, 3, 4), 5, 5) → [1, 2, 3, 4, 5]",
        |args, context| {
            let mut binder = Binder::new(args, context).count(3)?.cast(1, INT)?;
            let (element, _) = element_of(&binder, 0)?;
            let common = coercion::wider_type(&element, &binder.type_of(2), context.mode);
            let Some(common) = common else {
                return Err(different(&binder, 2));
            };
            let data_type = array_of(common.clone(), true);
            binder.cast_to(0, &data_type);
            binder.cast_to(2, &common);
            let nullable = binder.args.iter().take(2).any(|a| a.nullable);
            binder.finish(data_type, nullable)
        },
        |call| {
            call.rows(|v| {
                if v.iter().take(2).any(|v| v.is_null()) {
                    return Ok(Value::Null);
                }
                insert(
                    items(v, 0),
                    number(v, 1),
                    v.get(2).copied().unwrap_or(&Value::Null),
                )
            })
        },
    ),
    scalar(
        "array_compact",
        "array_compact(array)",
        "The elements that aren't NULL.",
        "array_compact(array(1, 2, 3, null)) → [1, 2, 3]",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            let (element, _) = element_of(&binder, 0)?;
            binder.returns(array_of(element, false))
        },
        |call| {
            call.rows_not_null(|v| {
                Ok(Value::Array(
                    items(v, 0)
                        .iter()
                        .filter(|x| !x.is_null())
                        .cloned()
                        .collect(),
                ))
            })
        },
    ),
    scalar(
        "array_join",
        "array_join(array, delimiter[, null_replacement])",
        "The elements as text with a delimiter; NULL is left out or replaced.",
        "array_join(array('hello', null, 'world'), ' ', ',') → hello , world",
        |args, context| {
            let mut binder = Binder::new(args, context).counts(2..=3)?;
            element_of(&binder, 0)?;
            binder.cast_to(0, &T::array(T::String));
            binder.cast(1, STRING)?.cast(2, STRING)?.returns(T::String)
        },
        |call| {
            call.rows_not_null(|v| {
                let delimiter = v.get(1).and_then(|d| d.as_str()).unwrap_or("");
                let replacement = v.get(2).and_then(|r| r.as_str());
                let parts: Vec<&str> = items(v, 0)
                    .iter()
                    .filter_map(|x| x.as_str().or(replacement))
                    .collect();
                Ok(Value::from(parts.join(delimiter)))
            })
        },
    ),
    scalar(
        "array_max",
        "array_max(array)",
        "The greatest element; NULL is left out.",
        "array_max(array(1, 20, null, 3)) → 20",
        bind_extreme,
        |call| {
            call.rows_not_null(|v| {
                Ok(items(v, 0)
                    .iter()
                    .filter(|x| !x.is_null())
                    .max_by(|a, b| a.compare(b))
                    .cloned()
                    .unwrap_or(Value::Null))
            })
        },
    ),
    scalar(
        "array_min",
        "array_min(array)",
        "The least element; NULL is left out.",
        "array_min(array(1, 20, null, 3)) → 1",
        bind_extreme,
        |call| {
            call.rows_not_null(|v| {
                Ok(items(v, 0)
                    .iter()
                    .filter(|x| !x.is_null())
                    .min_by(|a, b| a.compare(b))
                    .cloned()
                    .unwrap_or(Value::Null))
            })
        },
    ),
    scalar(
        "sort_array",
        "sort_array(array[, ascending])",
        "The elements sorted, NULL first; descending, NULL last.",
        "sort_array(array('b', 'd', null, 'c', 'a'), true) → [NULL, a, b, c, d]",
        |args, context| {
            let binder = Binder::new(args, context).counts(1..=2)?.cast(1, BOOLEAN)?;
            check_order(&binder)?;
            let data_type = binder.type_of(0);
            binder.returns(data_type)
        },
        |call| {
            call.rows_not_null(|v| {
                let ascending = v.get(1).and_then(|a| a.as_bool()).unwrap_or(true);
                let mut all = items(v, 0).to_vec();
                all.sort_by(|a, b| {
                    if ascending {
                        a.compare(b)
                    } else {
                        b.compare(a)
                    }
                });
                Ok(Value::Array(all))
            })
        },
    ),
    scalar(
        "slice",
        "slice(array, start, length)",
        "A part of the array; start counts from 1, or from the end if negative.",
        "slice(array(1, 2, 3, 4), 2, 2) → [2, 3]",
        |args, context| {
            let binder = Binder::new(args, context)
                .count(3)?
                .cast(1, INT)?
                .cast(2, INT)?;
            element_of(&binder, 0)?;
            let data_type = binder.type_of(0);
            binder.returns(data_type)
        },
        |call| call.rows_not_null(|v| slice(items(v, 0), number(v, 1), number(v, 2))),
    ),
    scalar(
        "flatten",
        "flatten(array of arrays)",
        "The arrays in one.",
        "flatten(array(array(1, 2), array(3, 4))) → [1, 2, 3, 4]",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            match element_of(&binder, 0)? {
                (inner @ T::Array { .. }, false) => binder.returns(inner),
                (inner @ T::Array { .. }, true) => binder.returns_nullable(inner),
                _ => Err(binder.unexpected_type(0, "\"ARRAY\" of \"ARRAY\"".into())),
            }
        },
        |call| {
            call.rows_not_null(|v| {
                let mut all = Vec::new();
                for part in items(v, 0) {
                    match part {
                        Value::Array(inner) => all.extend(inner.iter().cloned()),
                        _ => return Ok(Value::Null),
                    }
                }
                Ok(Value::Array(all))
            })
        },
    ),
    scalar(
        "arrays_zip",
        "arrays_zip(a, …)",
        "An array of structs of the arrays' elements.",
        "arrays_zip(array(1, 2, 3), array(2, 3, 4)) → [{1, 2}, {2, 3}, {3, 4}]",
        |args, context| {
            let binder = Binder::new(args, context);
            let mut fields = Vec::new();
            for (i, arg) in binder.args.iter().enumerate() {
                let (element, _) = element_of(&binder, i)?;
                let name = match &arg.kind {
                    crate::sql::plan::ExprKind::Column { name, .. } => name.clone(),
                    _ => i.to_string(),
                };
                fields.push(StructField::new(name, element));
            }
            binder.returns(array_of(T::Struct(StructType::new(fields)), false))
        },
        |call| {
            call.rows_not_null(|v| {
                let longest = (0..v.len()).map(|i| items(v, i).len()).max().unwrap_or(0);
                Ok(Value::Array(
                    (0..longest)
                        .map(|k| {
                            Value::Struct(
                                (0..v.len())
                                    .map(|i| items(v, i).get(k).cloned().unwrap_or(Value::Null))
                                    .collect(),
                            )
                        })
                        .collect(),
                ))
            })
        },
    ),
    scalar(
        "shuffle",
        "shuffle(array)",
        "The elements in a random order.",
        "shuffle(array(1, 2, 3))",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            element_of(&binder, 0)?;
            let data_type = binder.type_of(0);
            binder.returns(data_type)
        },
        |call| {
            let mut state = call.context.seed | 1;
            call.rows_not_null(|v| {
                let mut all = items(v, 0).to_vec();
                for i in (1..all.len()).rev() {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    all.swap(i, (state % (i as u64 + 1)) as usize);
                }
                Ok(Value::Array(all))
            })
        },
    ),
];

fn different(binder: &Binder<'_>, value: usize) -> SqlError {
    binder.mismatch(Mismatch::ArrayFunctionDiffTypes {
        function: binder.name(),
        expected: "\"ARRAY\"".into(),
        left: binder.type_of(0).sql(),
        right: binder.type_of(value).sql(),
    })
}

/// An array and a value of its elements' type. With `widen` NULL may be added.
fn bind_with_element(args: Vec<Expr>, context: &BindContext, widen: Option<()>) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?;
    if widen.is_none() && [0, 1].iter().any(|i| binder.type_of(*i) == T::Null) {
        let function = binder.name();
        return Err(binder.mismatch(Mismatch::NullType { function }));
    }
    let T::Array {
        element,
        contains_null,
    } = binder.type_of(0)
    else {
        return Err(different(&binder, 1));
    };
    let Some(common) = coercion::wider_type(&element, &binder.type_of(1), context.mode) else {
        return Err(different(&binder, 1));
    };
    // An array that is added to may hold a null, whatever is added.
    let data_type = array_of(common.clone(), contains_null || widen.is_some());
    binder.cast_to(0, &data_type);
    binder.cast_to(1, &common);
    match widen {
        Some(()) => {
            let nullable = binder.args.first().is_some_and(|a| a.nullable);
            binder.finish(data_type, nullable)
        }
        None => binder.returns(data_type),
    }
}

fn check_order(binder: &Binder<'_>) -> Result<T, SqlError> {
    let (element, _) = element_of(binder, 0)?;
    if coercion::is_orderable(&element) {
        return Ok(element);
    }
    Err(binder.mismatch(Mismatch::InvalidOrderingType {
        function: binder.name(),
        data_type: binder.type_of(0).sql(),
    }))
}

fn bind_extreme(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    let element = check_order(&binder)?;
    binder.returns_nullable(element)
}

fn insert(all: &[Value], position: i64, value: &Value) -> Result<Value, SqlError> {
    if position == 0 {
        return Err(FunctionError::InvalidIndexOfZero.into());
    }
    let size = all.len() as i64;
    let wanted = position.unsigned_abs() as usize;
    if wanted > MAX_ELEMENTS {
        return Err(FunctionError::CollectionSizeLimit {
            count: wanted as i128,
            limit: MAX_ELEMENTS,
            function: "array_insert",
        }
        .into());
    }
    let mut out = all.to_vec();
    if position > 0 {
        let at = wanted - 1;
        if out.len() < at {
            out.resize(at, Value::Null);
        }
        out.insert(at, value.clone());
    } else if size + position + 1 >= 0 {
        out.insert((size + position + 1) as usize, value.clone());
    } else {
        // Before the start: NULL fills the gap.
        let mut head = vec![value.clone()];
        head.resize(wanted - all.len(), Value::Null);
        head.extend(out);
        out = head;
    }
    Ok(Value::Array(out))
}

fn slice(all: &[Value], start: i64, length: i64) -> Result<Value, SqlError> {
    let bad = |condition, message: String| FunctionError::InvalidParameterValue {
        condition,
        parameter: if condition == "START" {
            "start"
        } else {
            "length"
        },
        function: "slice".into(),
        message,
    };
    if start == 0 {
        let message = "Expects a positive or a negative value for `start`, but got 0.".into();
        return Err(bad("START", message).into());
    }
    let Ok(length) = usize::try_from(length) else {
        let message = format!("Expects `length` greater than or equal to 0, but got {length}.");
        return Err(bad("LENGTH", message).into());
    };
    let from = match start.cmp(&0) {
        Ordering::Less => all.len() as i64 + start,
        _ => start - 1,
    };
    let Ok(from) = usize::try_from(from) else {
        return Ok(Value::Array(Vec::new()));
    };
    Ok(Value::Array(
        all.iter().skip(from).take(length).cloned().collect(),
    ))
}
