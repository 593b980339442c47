//! All functions by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Function, FunctionKind, ScalarEval};
use super::{
    aggregate, collection, conditional, convert, datetime, generator, hash, json, math, misc,
    operator, string, window,
};
use crate::sql::error::SqlError;
use crate::sql::plan::Expr;

use super::{BindContext, Bound};

/// A scalar function.
pub(super) const fn scalar(
    name: &'static str,
    usage: &'static str,
    description: &'static str,
    example: &'static str,
    bind: fn(Vec<Expr>, &BindContext) -> Result<Bound, SqlError>,
    eval: ScalarEval,
) -> Function {
    Function {
        name,
        kind: FunctionKind::Scalar(eval),
        bind,
        usage,
        description,
        example,
    }
}

/// The families, in the order of the documentation.
static FAMILIES: &[&[Function]] = &[
    operator::ARITHMETIC,
    operator::COMPARISON,
    operator::LOGIC,
    operator::BITS,
    datetime::NOW,
    datetime::TRUNC,
    datetime::UNIX,
    datetime::ARITHMETIC,
    datetime::FIELDS,
    datetime::MAKE,
    datetime::ZONE,
    datetime::WINDOW,
    math::MATH,
    convert::CONVERT,
    conditional::CONDITIONAL,
    hash::HASH,
    string::CASE,
    string::MEASURE,
    string::PARTS,
    string::MATCHING,
    string::FORMAT,
    string::NUMBER_FORMAT,
    string::ENCODE,
    string::URL,
    json::PATHS,
    json::CONVERT,
    misc::MISC,
    collection::MAKE,
    collection::ACCESS,
    collection::ARRAY,
    collection::SET,
    collection::MAP,
    collection::SEQUENCE,
    collection::HIGHER_ORDER,
    aggregate::AGGREGATES,
    window::WINDOWS,
    generator::GENERATORS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> =
    LazyLock::new(|| functions().map(|f| (f.name, f)).collect());

/// The function of that name, without case.
pub fn lookup(name: &str) -> Option<&'static Function> {
    if let Some(function) = BY_NAME.get(name) {
        return Some(function);
    }
    BY_NAME.get(name.to_lowercase().as_str()).copied()
}

/// Every function and operator: for completion, `SHOW FUNCTIONS` and the documentation.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    FAMILIES.iter().flat_map(|family| family.iter())
}
