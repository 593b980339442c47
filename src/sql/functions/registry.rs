//! All functions by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Function, FunctionKind, ScalarEval};
use super::{
    aggregate, collection, conditional, convert, datetime, generator, hash, json, math, misc,
    operator, string, window,
};
use crate::sql::error::{AnalysisReason, SqlError};
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

/// Functions of one subject.
struct Family {
    group: &'static str,
    functions: &'static [Function],
}

const fn family(group: &'static str, functions: &'static [Function]) -> Family {
    Family { group, functions }
}

const CONDITIONAL: &str = "Conditional functions";
const CONVERSION: &str = "Conversion functions";
const STRING: &str = "String functions";
const MATH: &str = "Math functions";
const BITWISE: &str = "Bitwise functions";
const DATE_AND_TIME: &str = "Date and time functions";
const COLLECTION: &str = "Array, map and struct functions";
const HIGHER_ORDER: &str = "Functions with lambdas";
const JSON: &str = "JSON functions";
const URL: &str = "URL functions";
const HASH: &str = "Hash functions";
const AGGREGATE: &str = "Aggregate functions";
const WINDOW: &str = "Window functions";
const GENERATOR: &str = "Generator functions";
const MISCELLANEOUS: &str = "Miscellaneous functions";

/// A function of which the analyzer makes other expressions.
pub(super) const fn rewritten(
    name: &'static str,
    usage: &'static str,
    description: &'static str,
    example: &'static str,
) -> Function {
    Function {
        name,
        kind: FunctionKind::Rewritten,
        bind: |_, context| {
            Err(AnalysisReason::Unsupported {
                feature: format!("{} without the form of its own", context.written),
            }
            .into())
        },
        usage,
        description,
        example,
    }
}

/// The families, in the order of the documentation. Operators stand with the functions of their subject.
static FAMILIES: &[Family] = &[
    family(CONDITIONAL, conditional::CONDITIONAL),
    family(CONDITIONAL, operator::COMPARISON),
    family(CONDITIONAL, operator::LOGIC),
    family(CONVERSION, convert::CONVERT),
    family(STRING, string::CASE),
    family(STRING, string::MEASURE),
    family(STRING, string::PARTS),
    family(STRING, string::MATCHING),
    family(STRING, string::FORMAT),
    family(STRING, string::NUMBER_FORMAT),
    family(STRING, string::ENCODE),
    family(MATH, operator::ARITHMETIC),
    family(MATH, math::MATH),
    family(BITWISE, operator::BITS),
    family(DATE_AND_TIME, datetime::NOW),
    family(DATE_AND_TIME, datetime::TRUNC),
    family(DATE_AND_TIME, datetime::UNIX),
    family(DATE_AND_TIME, datetime::ARITHMETIC),
    family(DATE_AND_TIME, datetime::FIELDS),
    family(DATE_AND_TIME, datetime::MAKE),
    family(DATE_AND_TIME, datetime::ZONE),
    family(DATE_AND_TIME, datetime::WINDOW),
    family(COLLECTION, collection::MAKE),
    family(COLLECTION, collection::ACCESS),
    family(COLLECTION, collection::ARRAY),
    family(COLLECTION, collection::SET),
    family(COLLECTION, collection::MAP),
    family(COLLECTION, collection::SEQUENCE),
    family(HIGHER_ORDER, collection::HIGHER_ORDER),
    family(JSON, json::PATHS),
    family(JSON, json::CONVERT),
    family(URL, string::URL),
    family(HASH, hash::HASH),
    family(AGGREGATE, aggregate::AGGREGATES),
    family(WINDOW, window::WINDOWS),
    family(GENERATOR, generator::GENERATORS),
    family(MISCELLANEOUS, misc::MISC),
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
    grouped_functions().map(|(_, function)| function)
}

/// Every function and operator with the title of its group; those of a group are together.
pub fn grouped_functions() -> impl Iterator<Item = (&'static str, &'static Function)> {
    FAMILIES
        .iter()
        .flat_map(|family| family.functions.iter().map(|f| (family.group, f)))
}
