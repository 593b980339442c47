//! `f(b => 2, a => 1)`: arguments by the names of their parameters.
//!
//! Source: Spark SQL reference, "Function Invocation"; Catalyst's `NamedParametersSupport`.

use sqlparser::ast::{self, FunctionArg, FunctionArgExpr};

use super::scope;
use crate::sql::error::{AnalysisReason, SqlError};
use crate::types::quote;

/// A parameter that calls may name.
pub struct Parameter {
    pub name: String,
    /// What stands for it where a call leaves it out; `None` where it mustn't.
    pub default: Option<ast::Expr>,
}

/// The parameters of a function of Spark's that has names for them.
pub fn parameters_of(function: &str) -> Option<Vec<Parameter>> {
    let text = |text: &str| ast::Value::SingleQuotedString(text.into());
    let parameters: Vec<(&str, Option<ast::Value>)> = match function {
        "mask" => vec![
            ("str", None),
            ("upperChar", Some(text("X"))),
            ("lowerChar", Some(text("x"))),
            ("digitChar", Some(text("n"))),
            ("otherChar", Some(ast::Value::Null)),
        ],
        "explode" | "explode_outer" | "posexplode" | "posexplode_outer" => {
            vec![("collection", None)]
        }
        "inline" | "inline_outer" => vec![("input", None)],
        _ => return None,
    };
    let parameter = |(name, default): (&str, Option<ast::Value>)| Parameter {
        name: name.into(),
        default: default.map(|value| ast::Expr::Value(value.with_empty_span())),
    };
    Some(parameters.into_iter().map(parameter).collect())
}

/// Whether any argument has a name.
pub fn any_named(args: &[FunctionArg]) -> bool {
    args.iter().any(|arg| named(arg).is_some())
}

/// The arguments of a call in the order of the parameters, with the defaults of those that it leaves out before the last.
///
/// # Errors
/// `NAMED_PARAMETERS_NOT_SUPPORTED` without parameters; a name that isn't theirs, or is given twice; a parameter without
/// a value.
pub fn in_order(
    function: &str,
    parameters: Option<&[Parameter]>,
    args: &[FunctionArg],
) -> Result<Vec<FunctionArg>, SqlError> {
    let function = quote(function);
    let Some(parameters) = parameters else {
        return Err(AnalysisReason::NamedParametersNotSupported { function }.into());
    };
    let mut values: Vec<Option<FunctionArg>> = vec![None; parameters.len().max(args.len())];
    let mut last_named: Option<&str> = None;
    for (i, arg) in args.iter().enumerate() {
        let Some((name, _)) = named(arg) else {
            if let Some(before) = last_named {
                let parameter = quote(before);
                return Err(AnalysisReason::UnexpectedPositionalArgument {
                    function,
                    parameter,
                }
                .into());
            }
            if let Some(slot) = values.get_mut(i) {
                *slot = Some(arg.clone());
            }
            continue;
        };
        let place = parameters
            .iter()
            .position(|p| scope::same_name(&p.name, name));
        let Some(slot) = place.and_then(|i| values.get_mut(i)) else {
            let names = parameters.iter().map(|p| quote(&p.name)).collect();
            let mut proposal = scope::nearest_first(names, name);
            proposal.truncate(3);
            return Err(AnalysisReason::UnrecognizedParameterName {
                function,
                argument: quote(name),
                proposal: proposal.join(" "),
            }
            .into());
        };
        if let Some(before) = slot {
            return Err(AnalysisReason::DuplicateParameter {
                function,
                parameter: quote(name),
                both_named: named(before).is_some(),
            }
            .into());
        }
        *slot = Some(arg.clone());
        last_named = Some(name);
    }
    let given = values
        .iter()
        .rposition(Option::is_some)
        .map_or(0, |i| i + 1);
    let mut ordered = Vec::new();
    for (i, value) in values.into_iter().enumerate() {
        let parameter = parameters.get(i);
        match (value, parameter.and_then(|p| p.default.clone())) {
            (Some(arg), _) => ordered.push(match named(&arg) {
                Some((_, value)) => FunctionArg::Unnamed(value.clone()),
                None => arg,
            }),
            (None, Some(_)) if i >= given => {}
            (None, Some(default)) => {
                ordered.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(default)));
            }
            (None, None) => {
                return Err(AnalysisReason::RequiredParameterNotFound {
                    function,
                    parameter: quote(parameter.map_or("", |p| p.name.as_str())),
                    index: i,
                }
                .into());
            }
        }
    }
    Ok(ordered)
}

/// The name and the value of a named argument.
fn named(arg: &FunctionArg) -> Option<(&str, &FunctionArgExpr)> {
    match arg {
        FunctionArg::Named { name, arg, .. } => Some((&name.value, arg)),
        FunctionArg::ExprNamed {
            name: ast::Expr::Identifier(name),
            arg,
            ..
        } => Some((&name.value, arg)),
        _ => None,
    }
}
