//! Maps taken apart.

use super::{array_of, entries, entry_of};
use crate::sql::functions::bind::BindResult;
use crate::sql::functions::{BindContext, Binder, Function, scalar};
use crate::sql::plan::Expr;
use crate::types::{DataType as T, StructField, StructType, Value};

/// Functions over maps.
pub(in crate::sql::functions) static MAP: &[Function] = &[
    scalar(
        "map_keys",
        "map_keys(map)",
        "The keys as an array.",
        "map_keys(map(1, 'a', 2, 'b')) → [1, 2]",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            let (key, _, _) = entry_of(&binder, 0)?;
            binder.returns(array_of(key, true))
        },
        |call| {
            call.rows_not_null(|v| {
                Ok(Value::Array(
                    entries(v, 0).iter().map(|(k, _)| k.clone()).collect(),
                ))
            })
        },
    ),
    scalar(
        "map_values",
        "map_values(map)",
        "The values as an array.",
        "map_values(map(1, 'a', 2, 'b')) → [a, b]",
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            let (_, value, _) = entry_of(&binder, 0)?;
            binder.returns(array_of(value, true))
        },
        |call| {
            call.rows_not_null(|v| {
                Ok(Value::Array(
                    entries(v, 0).iter().map(|(_, v)| v.clone()).collect(),
                ))
            })
        },
    ),
    scalar(
        "map_entries",
        "map_entries(map)",
        "The entries as an array of structs.",
        "map_entries(map(1, 'a', 2, 'b')) → [{1, a}, {2, b}]",
        bind_entries,
        |call| {
            call.rows_not_null(|v| {
                Ok(Value::Array(
                    entries(v, 0)
                        .iter()
                        .map(|(k, v)| Value::Struct(vec![k.clone(), v.clone()]))
                        .collect(),
                ))
            })
        },
    ),
    scalar(
        "map_contains_key",
        "map_contains_key(map, key)",
        "Whether the map has the key.",
        "map_contains_key(map(1, 'a', 2, 'b'), 1) → true",
        |args, context| {
            let mut binder = Binder::new(args, context).count(2)?;
            let (key, _, _) = entry_of(&binder, 0)?;
            binder.cast_to(1, &key);
            binder.returns_nullable(T::Boolean)
        },
        |call| {
            call.rows_not_null(|v| {
                let found = v
                    .get(1)
                    .is_some_and(|key| entries(v, 0).iter().any(|(k, _)| k.same(key)));
                Ok(Value::Boolean(found))
            })
        },
    ),
];

fn bind_entries(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    let (key, value, nullable) = entry_of(&binder, 0)?;
    let entry = T::Struct(StructType::new(vec![
        StructField {
            nullable: false,
            ..StructField::new("key", key)
        },
        StructField {
            nullable,
            ..StructField::new("value", value)
        },
    ]));
    binder.returns(array_of(entry, false))
}
