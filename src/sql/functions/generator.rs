//! Generators: how they bind. The result's type is the struct of the columns they make; the
//! executor makes the rows by their [`GeneratorKind`].

use super::bind::{BindResult, INT, STRING, constant};
use super::{BindContext, Binder, Function, FunctionKind, GeneratorKind, Mismatch};
use crate::sql::plan::Expr;
use crate::types::{DataType as T, StructField, StructType};

type Bind = fn(Vec<Expr>, &BindContext) -> BindResult;

const fn generator(
    name: &'static str,
    usage: &'static str,
    description: &'static str,
    example: &'static str,
    kind: GeneratorKind,
    bind: Bind,
) -> Function {
    Function {
        name,
        kind: FunctionKind::Generator(kind),
        bind,
        usage,
        description,
        example,
    }
}

/// Generators. A name that ends in `_outer` keeps a row of nulls where nothing is generated.
pub(super) static GENERATORS: &[Function] = &[
    generator(
        "explode",
        "explode(array or map)",
        "A row for each element (`col`) or entry (`key`, `value`).",
        "explode(array(10, 20)) → 10; 20",
        GeneratorKind::Explode,
        bind_explode,
    ),
    generator(
        "explode_outer",
        "explode_outer(array or map)",
        "As `explode`, with a row of NULL for an empty or NULL array.",
        "explode_outer(array()) → NULL",
        GeneratorKind::Explode,
        bind_explode,
    ),
    generator(
        "posexplode",
        "posexplode(array or map)",
        "As `explode`, with the position (`pos`).",
        "posexplode(array(10, 20)) → 0, 10; 1, 20",
        GeneratorKind::PosExplode,
        bind_posexplode,
    ),
    generator(
        "posexplode_outer",
        "posexplode_outer(array or map)",
        "As `posexplode`, with a row of NULL for an empty or NULL array.",
        "posexplode_outer(array()) → NULL, NULL",
        GeneratorKind::PosExplode,
        bind_posexplode,
    ),
    generator(
        "inline",
        "inline(array of structs)",
        "A row for each struct, a column for each field.",
        "inline(array(struct(1, 'a'), struct(2, 'b'))) → 1, a; 2, b",
        GeneratorKind::Inline,
        bind_inline,
    ),
    generator(
        "inline_outer",
        "inline_outer(array of structs)",
        "As `inline`, with a row of NULL for an empty or NULL array.",
        "inline_outer(array(struct(1, 'a'), struct(2, 'b'))) → 1, a; 2, b",
        GeneratorKind::Inline,
        bind_inline,
    ),
    generator(
        "stack",
        "stack(n, a, …)",
        "The values in n rows.",
        "stack(2, 1, 2, 3) → 1, 2; 3, NULL",
        GeneratorKind::Stack,
        bind_stack,
    ),
    generator(
        "json_tuple",
        "json_tuple(json, name, …)",
        "A column for each name in a JSON object.",
        "json_tuple('{\"a\":1, \"b\":2}', 'a', 'b') → 1, 2",
        GeneratorKind::JsonTuple,
        |args, context| {
            let binder = Binder::new(args, context)
                .at_least(2)?
                .cast_from(0, STRING)?;
            let fields = (0..binder.args.len() - 1)
                .map(|i| StructField::new(format!("c{i}"), T::String))
                .collect();
            binder.returns_not_null(T::Struct(StructType::new(fields)))
        },
    ),
];

fn field(name: &str, data_type: &T, nullable: bool) -> StructField {
    StructField {
        nullable,
        ..StructField::new(name, data_type.clone())
    }
}

fn exploded(binder: &Binder<'_>) -> Option<Vec<StructField>> {
    let outer = binder.name().ends_with("_outer");
    Some(match binder.type_of(0) {
        T::Array {
            element,
            contains_null,
        } => vec![field("col", &element, contains_null || outer)],
        T::Map {
            key,
            value,
            value_contains_null,
        } => vec![
            field("key", &key, outer),
            field("value", &value, value_contains_null || outer),
        ],
        _ => return None,
    })
}

fn bind_explode(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    match exploded(&binder) {
        Some(fields) => binder.returns_not_null(T::Struct(StructType::new(fields))),
        None => Err(binder.unexpected_type(0, "(\"ARRAY\" or \"MAP\")".into())),
    }
}

fn bind_posexplode(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    match exploded(&binder) {
        Some(mut fields) => {
            let outer = binder.name().ends_with("_outer");
            fields.insert(0, field("pos", &T::Integer, outer));
            binder.returns_not_null(T::Struct(StructType::new(fields)))
        }
        None => Err(binder.unexpected_type(0, "(\"ARRAY\" or \"MAP\")".into())),
    }
}

fn bind_inline(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    if let T::Array { element, .. } = binder.type_of(0)
        && let T::Struct(s) = *element
    {
        return binder.returns_not_null(T::Struct(s));
    }
    Err(binder.unexpected_type(0, "\"ARRAY<STRUCT>\"".into()))
}

fn bind_stack(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).at_least(2)?.cast(0, INT)?;
    let n = binder
        .args
        .first()
        .and_then(constant)
        .and_then(|v| v.as_i64())
        .and_then(|n| usize::try_from(n).ok())
        .filter(|n| *n > 0);
    let Some(rows) = n else {
        return Err(binder.mismatch(Mismatch::NonFoldableInput {
            input: "n",
            data_type: "INT",
            sql: binder.args.first().map(super::sql_text).unwrap_or_default(),
        }));
    };
    let values = binder.args.len() - 1;
    let columns = values.div_ceil(rows);
    let mut binder = binder;
    let mut fields = Vec::with_capacity(columns);
    for column in 0..columns {
        let indices: Vec<usize> = (0..rows)
            .map(|row| 1 + row * columns + column)
            .filter(|i| *i <= values)
            .collect();
        let types: Vec<T> = indices.iter().map(|i| binder.type_of(*i)).collect();
        let first = types
            .iter()
            .find(|t| **t != T::Null)
            .cloned()
            .unwrap_or(T::Null);
        for (index, data_type) in indices.iter().zip(&types) {
            if *data_type != first && *data_type != T::Null {
                return Err(binder.mismatch(Mismatch::StackColumnDiffTypes {
                    column,
                    left: first.sql(),
                    left_index: column + 1,
                    right: data_type.sql(),
                    right_index: *index,
                }));
            }
            binder.cast_to(*index, &first);
        }
        fields.push(StructField::new(format!("col{column}"), first));
    }
    binder.returns_not_null(T::Struct(StructType::new(fields)))
}
