//! Expressions as SQL, the way Spark's messages show them (`toPrettySQL`).

use chrono_tz::Tz;

use crate::sql::plan::{Expr, ExprKind};
use crate::types::{DataType, Value};

/// An expression as Spark's messages and generated column names show it.
pub fn sql_text(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Column { name, .. } => name.clone(),
        ExprKind::Literal(value) => literal_text(value, &expr.data_type),
        ExprKind::Cast { child, .. } => {
            format!("CAST({} AS {})", sql_text(child), expr.data_type.sql())
        }
        ExprKind::Call { function, args, .. } => call_text(function.name, args),
        ExprKind::Case {
            branches,
            otherwise,
        } => {
            let mut out = String::from("CASE");
            for (when, then) in branches {
                out.push_str(&format!(" WHEN {} THEN {}", sql_text(when), sql_text(then)));
            }
            if let Some(otherwise) = otherwise {
                out.push_str(&format!(" ELSE {}", sql_text(otherwise)));
            }
            out.push_str(" END");
            out
        }
        ExprKind::GetField { child, index } => {
            let mut data_type = &child.data_type;
            if let DataType::Array { element, .. } = data_type {
                data_type = element;
            }
            let name = match data_type {
                DataType::Struct(s) => s.fields.get(*index).map_or("", |f| f.name.as_str()),
                _ => "",
            };
            format!("{}.{name}", sql_text(child))
        }
        ExprKind::Udf { udf, args } => {
            let args: Vec<String> = args.iter().map(sql_text).collect();
            format!("{}({})", udf.name, args.join(", "))
        }
        ExprKind::Lambda { body, parameters } => {
            let names: Vec<String> = parameters
                .iter()
                .map(|p| format!("namedlambdavariable({})", p.name))
                .collect();
            format!("lambdafunction({}, {})", sql_text(body), names.join(", "))
        }
        ExprKind::LambdaVariable(p) => format!("namedlambdavariable({})", p.name),
        ExprKind::ScalarSubquery(_) => "scalarsubquery()".into(),
        ExprKind::Exists { negated, .. } => if *negated {
            "(NOT exists())"
        } else {
            "exists()"
        }
        .into(),
        ExprKind::InSubquery { value, negated, .. } => {
            let not = if *negated { "NOT " } else { "" };
            format!("({}{} IN (listquery()))", not, sql_text(value))
        }
    }
}

/// A call of a function or operator as SQL.
pub fn call_text(name: &str, args: &[Expr]) -> String {
    let texts: Vec<String> = args.iter().map(sql_text).collect();
    match (name, texts.as_slice()) {
        (
            "+" | "-" | "*" | "/" | "%" | "div" | "=" | "<=>" | "<" | "<=" | ">" | ">=" | "and"
            | "or" | "&" | "|" | "^" | "==" | "<<" | ">>" | ">>>",
            [a, b],
        ) => format!("({a} {} {b})", name.to_uppercase()),
        ("!=" | "<>", [a, b]) => format!("(NOT ({a} = {b}))"),
        ("||", [a, b]) => format!("concat({a}, {b})"),
        ("-" | "negative", [a]) => format!("(- {a})"),
        ("+" | "positive", [a]) => format!("(+ {a})"),
        ("~", [a]) => format!("~{a}"),
        ("not" | "!", [a]) => format!("(NOT {a})"),
        ("isnull", [a]) => format!("({a} IS NULL)"),
        ("isnotnull", [a]) => format!("({a} IS NOT NULL)"),
        ("like" | "ilike" | "rlike" | "regexp" | "regexp_like", [a, b])
            if name != "regexp_like" =>
        {
            let operator = if name == "regexp" { "RLIKE" } else { name };
            match operator {
                "RLIKE" | "rlike" => format!("RLIKE({a}, {b})"),
                "ilike" => format!("ilike({a}, {b})"),
                _ => format!("{a} LIKE {b}"),
            }
        }
        ("in", [value, list @ ..]) => format!("({value} IN ({}))", list.join(", ")),
        ("[]", [a, b]) => format!("{a}[{b}]"),
        _ => format!("{name}({})", texts.join(", ")),
    }
}

fn literal_text(value: &Value, data_type: &DataType) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Date(_) | Value::Timestamp(_) | Value::TimestampNtz(_) => value.sql(data_type),
        other => other.cast_text(data_type, Tz::UTC),
    }
}
