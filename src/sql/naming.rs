//! The texts of expressions in column names and messages: Spark's `toPrettySQL`.
//!
//! Texts are made while expressions are analysed, from the texts of their parts, so that casts
//! which analysis adds don't show.

/// A call of a function or operator over arguments' texts.
///
/// Spark shows the arguments that a function adds by itself: `round(1.5, 0)`.
pub fn call(name: &str, args: &[String]) -> String {
    match (name, args) {
        (
            "+" | "-" | "*" | "/" | "%" | "div" | "=" | "<=>" | "<" | "<=" | ">" | ">=" | "&" | "|"
            | "^" | "<<" | ">>" | ">>>",
            [a, b],
        ) => format!("({a} {name} {b})"),
        ("and" | "or", [a, b]) => format!("({a} {} {b})", name.to_uppercase()),
        ("not", [a]) => format!("(NOT {a})"),
        ("||", [a, b]) => format!("concat({a}, {b})"),
        ("current_database", []) => "current_schema()".into(),
        // The column's name whatever the arguments are, so that `window.start` can be selected.
        ("window" | "session_window", _) => name.into(),
        ("array_agg", _) => format!("collect_list({})", args.join(", ")),
        ("to_json", [value, ..]) => format!("to_json({value})"),
        ("log", [a]) => format!("LOG(E(), {a})"),
        (
            "acos" | "acosh" | "asin" | "asinh" | "atan" | "atan2" | "atanh" | "cbrt" | "cos"
            | "cosh" | "cot" | "csc" | "degrees" | "dense_rank" | "e" | "exp" | "expm1" | "hypot"
            | "log" | "log10" | "log1p" | "log2" | "percent_rank" | "pi" | "power" | "radians"
            | "rank" | "sec" | "signum" | "sin" | "sinh" | "sqrt" | "tan" | "tanh",
            _,
        ) => format!("{}({})", name.to_uppercase(), args.join(", ")),
        ("negative", [a]) => format!("(- {a})"),
        ("positive", [a]) => format!("(+ {a})"),
        ("~", [a]) => format!("~{a}"),
        ("isnull", [a]) => format!("({a} IS NULL)"),
        ("isnotnull", [a]) => format!("({a} IS NOT NULL)"),
        ("like", [a, b]) => format!("{a} LIKE {b}"),
        ("like", [a, b, escape]) => format!("{a} LIKE {b} ESCAPE '{escape}'"),
        ("rlike" | "regexp" | "regexp_like", _) => {
            format!("{}({})", name.to_uppercase(), args.join(", "))
        }
        ("in", [value, list @ ..]) => format!("({value} IN ({}))", list.join(", ")),
        ("[]", [a, b]) => format!("{a}[{b}]"),
        ("if", [a, b, c]) => format!("(IF({a}, {b}, {c}))"),
        ("from_json", [value, ..]) => format!("from_json({value})"),
        ("ceil" | "floor", _) => format!("{}({})", name.to_uppercase(), args.join(", ")),
        _ => {
            let mut all = args.to_vec();
            all.extend(defaults(name, args.len()).iter().map(|d| (*d).to_owned()));
            format!("{name}({})", all.join(", "))
        }
    }
}

/// What Spark adds to a call that leaves arguments out.
fn defaults(name: &str, given: usize) -> &'static [&'static str] {
    match (name, given) {
        ("round" | "bround", 1) => &["0"],
        ("substring" | "substr", 2) => &["2147483647"],
        ("split", 2) => &["-1"],
        ("locate" | "position", 2) => &["1"],
        ("overlay", 3) => &["-1"],
        ("lag" | "lead", 1) => &["1", "NULL"],
        ("lag" | "lead", 2) => &["NULL"],
        ("unix_timestamp" | "to_unix_timestamp", 0) => {
            &["current_timestamp()", "yyyy-MM-dd HH:mm:ss"]
        }
        ("unix_timestamp" | "to_unix_timestamp", 1) | ("from_unixtime", 1) => {
            &["yyyy-MM-dd HH:mm:ss"]
        }
        ("percentile_approx" | "approx_percentile", 2) => &["10000"],
        ("regexp_replace", 3) => &["1"],
        ("regexp_extract" | "regexp_extract_all", 2) => &["1"],
        ("lpad" | "rpad", 2) => &[" "],
        ("months_between", 2) => &["true"],
        ("sort_array", 1) => &["true"],
        ("percentile", 2) => &["1"],
        ("replace", 2) => &[""],
        ("regexp_instr", 2) => &["0"],
        ("array_sort", 1) => &[
            "lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, (IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, (IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable())",
        ],
        _ => &[],
    }
}

/// A cast that was written: `CAST(x AS INT)`.
pub fn cast(child: &str, to: &str, is_try: bool) -> String {
    let word = if is_try { "TRY_CAST" } else { "CAST" };
    format!("{word}({child} AS {to})")
}

/// `CASE WHEN … THEN … ELSE … END`.
pub fn case(branches: &[(String, String)], otherwise: Option<&str>) -> String {
    let mut text = String::from("CASE");
    for (when, then) in branches {
        text.push_str(&format!(" WHEN {when} THEN {then}"));
    }
    if let Some(otherwise) = otherwise {
        text.push_str(&format!(" ELSE {otherwise}"));
    }
    text.push_str(" END");
    text
}

/// `count(DISTINCT a)`, `sum(a) FILTER (WHERE (b > 1))`.
pub fn aggregate(name: &str, args: &[String], distinct: bool, filter: Option<&str>) -> String {
    let mut text = if distinct {
        format!("{name}(DISTINCT {})", args.join(", "))
    } else {
        call(name, args)
    };
    if let Some(filter) = filter {
        text.push_str(&format!(" FILTER (WHERE {filter})"));
    }
    text
}
