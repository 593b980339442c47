//! Arrays, maps and structs from their parts.

use super::{MAX_ELEMENTS, array_of, element_of, entries, items, number};
use crate::sql::coercion;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, INT, STRING};
use crate::sql::functions::{
    BindContext, Binder, Call, Function, FunctionError, Mismatch, scalar, sql_text,
};
use crate::sql::plan::{Expr, ExprKind};
use crate::types::{DataType as T, StructField, StructType, Value, physical_type};
use polars_core::prelude::{IntoSeries, PlSmallStr, Series, StructChunked};

/// Functions that make collections.
pub(in crate::sql::functions) static MAKE: &[Function] = &[
    scalar(
        "array",
        "array(a, …)",
        "An array of the values.",
        "array(1, 2, 3) → [1, 2, 3]",
        |args, context| {
            let (binder, element) = Binder::new(args, context).same_type(0)?;
            let contains_null = binder.any_nullable();
            binder.returns_not_null(array_of(element, contains_null))
        },
        |call| call.rows(|v| Ok(Value::Array(v.iter().map(|v| (*v).clone()).collect()))),
    ),
    scalar(
        "array_repeat",
        "array_repeat(a, n)",
        "An array of n times the value.",
        "array_repeat('123', 2) → [123, 123]",
        |args, context| {
            let binder = Binder::new(args, context).count(2)?.cast(1, INT)?;
            let contains_null = binder.args.first().is_some_and(|a| a.nullable);
            let nullable = binder.args.get(1).is_some_and(|a| a.nullable);
            let element = binder.type_of(0);
            binder.finish(array_of(element, contains_null), nullable)
        },
        |call| {
            call.rows(|v| {
                let (Some(value), Some(n)) = (v.first(), v.get(1)) else {
                    return Ok(Value::Null);
                };
                if n.is_null() {
                    return Ok(Value::Null);
                }
                let n = usize::try_from(number(v, 1)).unwrap_or(0);
                if n.saturating_mul(parts_of(value)) > MAX_ELEMENTS {
                    return Err(FunctionError::CollectionSizeLimit {
                        count: n as i128,
                        limit: MAX_ELEMENTS,
                        function: "array_repeat",
                    }
                    .into());
                }
                Ok(Value::Array(vec![(*value).clone(); n]))
            })
        },
    ),
    scalar(
        "struct",
        "struct(a, …)",
        "A struct of the values; fields are named by their expressions, or `col1`, ….",
        "struct(1, 'a') → {1, a}",
        |args, context| {
            let binder = Binder::new(args, context);
            let fields = binder
                .args
                .iter()
                .enumerate()
                .map(|(i, arg)| StructField {
                    nullable: arg.nullable,
                    ..StructField::new(field_name(arg, i), arg.data_type.clone())
                })
                .collect();
            binder.returns_not_null(T::Struct(StructType::new(fields)))
        },
        |call| struct_of(call, 0, 1),
    ),
    scalar(
        "named_struct",
        "named_struct(name, a, …)",
        "A struct of named values.",
        "named_struct('a', 1, 'b', 2) → {1, 2}",
        |args, context| {
            let binder = Binder::new(args, context);
            if !binder.args.len().is_multiple_of(2) {
                return Err(binder.wrong_count("2n (n > 0)".into()));
            }
            let mut fields = Vec::new();
            for (i, pair) in binder.args.chunks(2).enumerate() {
                let [_, value] = pair else { continue };
                let Some(name) = binder.literal_string(2 * i) else {
                    let inputs: Vec<String> = binder
                        .args
                        .iter()
                        .step_by(2)
                        .map(|e| format!("\"{}\"", sql_text(e)))
                        .collect();
                    return Err(binder.mismatch(Mismatch::NamedStructWithoutLiteral {
                        inputs: inputs.join(", "),
                    }));
                };
                fields.push(StructField {
                    nullable: value.nullable,
                    ..StructField::new(name, value.data_type.clone())
                });
            }
            binder.returns_not_null(T::Struct(StructType::new(fields)))
        },
        |call| struct_of(call, 1, 2),
    ),
    scalar(
        "map",
        "map(key, value, …)",
        "A map of the keys and values.",
        "map(1.0, '2', 3.0, '4') → {1.0 -> 2, 3.0 -> 4}",
        bind_map,
        |call| {
            call.rows(|v| {
                make_map(
                    v.chunks(2).filter_map(|pair| match pair {
                        [key, value] => Some(((*key).clone(), (*value).clone())),
                        _ => None,
                    }),
                    call.result,
                )
            })
        },
    ),
    scalar(
        "map_from_arrays",
        "map_from_arrays(keys, values)",
        "A map of two arrays.",
        "map_from_arrays(array(1.0, 3.0), array('2', '4')) → {1.0 -> 2, 3.0 -> 4}",
        |args, context| {
            let binder = Binder::new(args, context).count(2)?;
            let ((key, _), (value, nullable)) = (element_of(&binder, 0)?, element_of(&binder, 1)?);
            binder.returns(T::Map {
                key: Box::new(key),
                value: Box::new(value),
                value_contains_null: nullable,
            })
        },
        |call| {
            call.rows_not_null(|v| {
                let (keys, values) = (items(v, 0), items(v, 1));
                if keys.len() != values.len() {
                    return Err(FunctionError::Column {
                        reason: "The given two arrays of map_from_arrays have different lengths"
                            .into(),
                    }
                    .into());
                }
                make_map(
                    keys.iter().cloned().zip(values.iter().cloned()),
                    call.result,
                )
            })
        },
    ),
    scalar(
        "map_from_entries",
        "map_from_entries(array of entries)",
        "A map of an array of structs of key and value.",
        "map_from_entries(array(struct(1, 'a'), struct(2, 'b'))) → {1 -> a, 2 -> b}",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            if let (T::Struct(s), contains_null) = element_of(&binder, 0)?
                && let [key, value] = s.fields.as_slice()
            {
                let data_type = T::Map {
                    key: Box::new(key.data_type.clone()),
                    value: Box::new(value.data_type.clone()),
                    value_contains_null: value.nullable,
                };
                let nullable = contains_null || binder.args.iter().any(|a| a.nullable);
                return binder.finish(data_type, nullable);
            }
            Err(binder.unexpected_type(0, "\"ARRAY\" of pair \"STRUCT\"".into()))
        },
        |call| {
            call.rows_not_null(|v| {
                if items(v, 0).iter().any(Value::is_null) {
                    return Ok(Value::Null);
                }
                make_map(
                    items(v, 0).iter().filter_map(|e| match e {
                        Value::Struct(fields) => match fields.as_slice() {
                            [key, value] => Some((key.clone(), value.clone())),
                            _ => None,
                        },
                        _ => None,
                    }),
                    call.result,
                )
            })
        },
    ),
    scalar(
        "map_concat",
        "map_concat(map, …)",
        "The entries of all maps.",
        "map_concat(map(1, 'a'), map(2, 'b')) → {1 -> a, 2 -> b}",
        |args, context| {
            let (binder, data_type) = Binder::new(args, context).same_type(0)?;
            let data_type = if data_type == T::Null {
                T::map(T::String, T::String)
            } else {
                data_type
            };
            binder.returns(data_type)
        },
        |call| {
            call.rows_not_null(|v| {
                make_map(
                    (0..v.len()).flat_map(|i| entries(v, i).iter().cloned()),
                    call.result,
                )
            })
        },
    ),
    scalar(
        "str_to_map",
        "str_to_map(s[, pair_delimiter[, key_value_delimiter]])",
        "A map of text; the delimiters are regular expressions.",
        "str_to_map('a:1,b:2,c:3', ',', ':') → {a -> 1, b -> 2, c -> 3}",
        |args, context| {
            Binder::new(args, context)
                .counts(1..=3)?
                .cast_from(0, STRING)?
                .returns(T::map(T::String, T::String))
        },
        |call| {
            call.rows_not_null(|v| {
                let text = |i: usize, default: &'static str| {
                    v.get(i)
                        .and_then(|v| v.as_str())
                        .unwrap_or(default)
                        .to_string()
                };
                let pairs = crate::sql::functions::string::regex("str_to_map", &text(1, ","))?;
                let separator = crate::sql::functions::string::regex("str_to_map", &text(2, ":"))?;
                let whole = text(0, "");
                let parsed = pairs.split(&whole).map(|pair| {
                    let mut parts = separator.splitn(pair, 2);
                    let key = Value::from(parts.next().unwrap_or(""));
                    (key, parts.next().map_or(Value::Null, Value::from))
                });
                make_map(parsed, call.result)
            })
        },
    ),
];

/// How many values a value is made of, itself included.
fn parts_of(value: &Value) -> usize {
    match value {
        Value::Array(items) | Value::Struct(items) => {
            items.iter().map(parts_of).fold(1, usize::saturating_add)
        }
        Value::Map(entries) => entries
            .iter()
            .map(|(k, v)| parts_of(k).saturating_add(parts_of(v)))
            .fold(1, usize::saturating_add),
        _ => 1,
    }
}

/// A struct's field is named by its column, else by its position from 1.
fn field_name(expr: &Expr, index: usize) -> String {
    match &expr.kind {
        ExprKind::Column { name, .. } => name.clone(),
        ExprKind::GetField { child, index: at } => match &child.data_type {
            T::Struct(s) => s.fields.get(*at).map(|f| f.name.clone()),
            _ => None,
        }
        .unwrap_or_else(|| format!("col{}", index + 1)),
        ExprKind::LambdaVariable(p) => p.name.clone(),
        _ => format!("col{}", index + 1),
    }
}

fn struct_of(call: &Call<'_>, first: usize, step: usize) -> Result<Series, SqlError> {
    let T::Struct(s) = call.result else {
        return Err(FunctionError::UnexpectedColumn {
            function: "struct",
            found: call.result.sql(),
        }
        .into());
    };
    let len = call.len();
    let mut fields = Vec::with_capacity(s.len());
    for (column, field) in call.args.iter().skip(first).step_by(step).zip(&s.fields) {
        let column = if column.len() == len {
            column.clone()
        } else {
            column.new_from_index(0, len)
        };
        fields.push(column.with_name(PlSmallStr::from_str(&field.name)));
    }
    if fields.is_empty() {
        return Ok(Series::full_null(
            PlSmallStr::EMPTY,
            len,
            &physical_type(call.result),
        ));
    }
    Ok(StructChunked::from_series(PlSmallStr::EMPTY, len, fields.iter())?.into_series())
}

fn bind_map(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context);
    if !binder.args.len().is_multiple_of(2) {
        return Err(binder.wrong_count("2n (n > 0)".into()));
    }
    let types = |offset: usize, binder: &Binder<'_>| -> Vec<T> {
        let parts = binder.args.iter().skip(offset).step_by(2);
        parts.map(|a| a.data_type.clone()).collect()
    };
    let mut common = Vec::with_capacity(2);
    for offset in 0..2 {
        let found = types(offset, &binder);
        let Some(t) = coercion::common_type(&found, context.mode) else {
            let found: Vec<String> = found.iter().map(|t| format!("\"{}\"", t.sql())).collect();
            return Err(binder.mismatch(Mismatch::DataDiffTypes {
                function: "map".into(),
                types: format!("[{}]", found.join(", ")),
            }));
        };
        for i in (offset..binder.args.len()).step_by(2) {
            binder.cast_to(i, &t);
        }
        common.push(t);
    }
    let value_contains_null = binder.args.iter().skip(1).step_by(2).any(|a| a.nullable);
    let mut common = common.into_iter();
    let (key, value) = (
        common.next().unwrap_or(T::Null),
        common.next().unwrap_or(T::Null),
    );
    let key = if binder.args.is_empty() {
        T::String
    } else {
        key
    };
    if matches!(key, T::Map { .. }) {
        return Err(binder.mismatch(Mismatch::InvalidMapKeyType {
            data_type: key.sql(),
        }));
    }
    binder.returns_not_null(T::Map {
        key: Box::new(key),
        value: Box::new(value),
        value_contains_null,
    })
}

/// A map value; keys are unique and not NULL.
pub(super) fn make_map(
    pairs: impl Iterator<Item = (Value, Value)>,
    data_type: &T,
) -> Result<Value, SqlError> {
    let key_type = match data_type {
        T::Map { key, .. } => key,
        other => other,
    };
    let mut out: Vec<(Value, Value)> = Vec::new();
    for (key, value) in pairs {
        if key.is_null() {
            return Err(FunctionError::NullMapKey.into());
        }
        if out.iter().any(|(k, _)| k.same(&key)) {
            return Err(FunctionError::DuplicatedMapKey {
                key: key.cast_text(key_type, chrono_tz::Tz::UTC),
            }
            .into());
        }
        out.push((key, value));
    }
    Ok(Value::Map(out))
}
