//! Properties of the registry, and what SQL texts don't reach. Values and errors of expressions
//! are in tests/sql/functions.txt.

mod speed;

use std::collections::HashSet;

use super::*;

fn context(rows: usize) -> EvalContext {
    EvalContext {
        rows,
        time_zone: chrono_tz::Tz::UTC,
        now_us: 0,
        input_file: "".into(),
        current_database: "default".into(),
        seed: 7,
        row_offset: 0,
    }
}

fn call(name: &str, args: &[Series], types: &[&DataType], result: &DataType) -> Series {
    let context = context(args.iter().map(|a| a.len()).max().unwrap_or(1));
    let call = Call {
        args,
        types,
        result,
        mode: EvalMode::Ansi,
        context: &context,
    };
    match &lookup(name).unwrap().kind {
        FunctionKind::Scalar(eval) => eval(&call).unwrap(),
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn every_function_has_one_entry_a_usage_a_description_and_an_example() {
    let mut names = HashSet::new();
    for function in functions() {
        assert!(
            names.insert(function.name),
            "{} is there twice",
            function.name
        );
        assert_eq!(function.name, function.name.to_lowercase());
        assert!(!function.usage.is_empty(), "{}", function.name);
        assert!(function.description.ends_with('.'), "{}", function.name);
        // Whoever looks a function up sees that one, not its alias.
        let (expression, _) = function.example_parts();
        let shown = match function.name {
            "[]" => "[",
            "get_json_path" => "':",
            name => name,
        };
        assert!(
            expression.to_lowercase().contains(shown),
            "{}: {expression}",
            function.name
        );
    }
    assert!(names.len() > 350, "{} functions", names.len());
}

#[test]
fn functions_are_found_without_case() {
    assert_eq!(lookup("DATE_TRUNC").unwrap().name, "date_trunc");
    assert!(lookup("no_such_function").is_none());
}

#[test]
fn calls_without_arguments_or_with_too_many_are_errors_and_never_panics() {
    let arg = |data_type: DataType| Expr::literal(crate::types::Value::Null, data_type);
    let types = [
        DataType::Null,
        DataType::String,
        DataType::Integer,
        DataType::decimal(38, 38),
        DataType::array(DataType::Integer),
        DataType::map(DataType::String, DataType::Date),
        DataType::Struct(crate::types::StructType::default()),
        DataType::DayTimeInterval,
    ];
    for function in functions() {
        let context = BindContext {
            mode: EvalMode::Ansi,
            written: function.name.into(),
        };
        for count in 0..6 {
            for data_type in &types {
                let args = vec![arg(data_type.clone()); count];
                let Ok(bound) = (function.bind)(args, &context) else {
                    continue;
                };
                // What binds computes over one row, and over none.
                let FunctionKind::Scalar(eval) = &function.kind else {
                    continue;
                };
                let bound_types: Vec<&DataType> = bound.args.iter().map(|a| &a.data_type).collect();
                for rows in [0, 1, 3] {
                    let args: Vec<Series> = bound_types
                        .iter()
                        .map(|t| {
                            Series::full_null("".into(), rows, &crate::types::physical_type(t))
                        })
                        .collect();
                    let context = super::tests::context(rows);
                    let result = eval(&Call {
                        args: &args,
                        types: &bound_types,
                        result: &bound.data_type,
                        mode: EvalMode::Legacy,
                        context: &context,
                    });
                    if let Ok(column) = result {
                        assert_eq!(
                            column.dtype(),
                            &crate::types::physical_type(&bound.data_type),
                            "{} over {data_type}",
                            function.name
                        );
                        assert!(
                            column.len() == rows || column.len() == 1,
                            "{} gave {} rows of {rows}",
                            function.name,
                            column.len()
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn paths_of_the_colon_operator_find_names_without_case() {
    use crate::types::Value;
    let profile = r#"{"first_name":"Thomas","address":{"street":"06 Boulevard","City":"Paris"},"tags":["a",{"b":null}],"n":null,"x y":1}"#;
    let text = |t: &str| Value::from(t).to_series(&DataType::String).unwrap();
    for (path, expected) in [
        ("first_name", Some("Thomas")),
        ("FIRST_NAME", Some("Thomas")),
        ("address.city", Some("Paris")),
        ("address:city", Some("Paris")),
        ("['address'].city", Some("Paris")),
        ("['Address'].city", None),
        (
            "address",
            Some(r#"{"street":"06 Boulevard","City":"Paris"}"#),
        ),
        ("tags[0]", Some("a")),
        ("tags[1]", Some(r#"{"b":null}"#)),
        ("tags[1].b", None),
        ("tags[7]", None),
        ("tags[*]", Some(r#"["a",{"b":null}]"#)),
        ("n", None),
        ("`x y`", Some("1")),
        ("nothing", None),
        ("first_name.x", None),
    ] {
        let found = call(
            "get_json_path",
            &[text(profile), text(path)],
            &[&DataType::String, &DataType::String],
            &DataType::String,
        );
        assert_eq!(found.str().unwrap().get(0), expected, "{path}");
    }
    for broken in [
        "",
        "nonsense",
        "{\"a\":",
        "{\"a\"",
        "[",
        "{\"a\":1",
        "\"\\",
        "{\"a\":\"\\u12",
    ] {
        let found = call(
            "get_json_path",
            &[text(broken), text("a.b[0]")],
            &[&DataType::String, &DataType::String],
            &DataType::String,
        );
        assert_eq!(found.str().unwrap().get(0), None, "{broken}");
    }
}

#[test]
fn a_time_falls_into_the_window_that_starts_at_or_before_it() {
    use crate::types::{StructType, Value, values_from_series};
    let window = DataType::Struct(StructType::of([
        ("start", DataType::Timestamp),
        ("end", DataType::Timestamp),
    ]));
    const MINUTE: i64 = 60_000_000;
    let times = [
        Value::Timestamp(0),
        Value::Timestamp(10 * MINUTE - 1),
        Value::Timestamp(10 * MINUTE),
        Value::Timestamp(-1),
        Value::Null,
    ];
    let column = crate::types::series_from_values("", &times, &DataType::Timestamp).unwrap();
    let duration = Value::from("10 minutes")
        .to_series(&DataType::String)
        .unwrap();
    let found = call(
        "window",
        &[column, duration],
        &[&DataType::Timestamp, &DataType::String],
        &window,
    );
    let starts = [Some(0), Some(0), Some(10), Some(-10), None];
    let expected: Vec<Value> = starts
        .iter()
        .map(|start| match start {
            Some(m) => Value::Struct(vec![
                Value::Timestamp(m * MINUTE),
                Value::Timestamp((m + 10) * MINUTE),
            ]),
            None => Value::Null,
        })
        .collect();
    assert_eq!(values_from_series(&found, &window).unwrap(), expected);
}

#[test]
fn hostile_paths_patterns_and_repetitions_are_refused_and_never_overflow() {
    use crate::types::Value;
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let text = |t: &str| Value::from(t).to_series(&DataType::String).unwrap();
    for path in ["a".to_string(), "a.".repeat(100_000) + "a"] {
        let found = call(
            "get_json_path",
            &[text(&deep), text(&path)],
            &[&DataType::String, &DataType::String],
            &DataType::String,
        );
        assert_eq!(found.str().unwrap().get(0), None);
    }
    assert!(datetime::Pattern::compile(&"[".repeat(100_000)).is_err());
    let million = Value::Array(vec![Value::Integer(1); 1_000_000]);
    let array = DataType::array(DataType::Integer);
    let context = context(1);
    let call = Call {
        args: &[
            million.to_series(&array).unwrap(),
            Value::Integer(1_000_000)
                .to_series(&DataType::Integer)
                .unwrap(),
        ],
        types: &[&array, &DataType::Integer],
        result: &DataType::array(array.clone()),
        mode: EvalMode::Ansi,
        context: &context,
    };
    let FunctionKind::Scalar(eval) = &lookup("array_repeat").unwrap().kind else {
        panic!("array_repeat is scalar");
    };
    let error = eval(&call).unwrap_err().to_string();
    assert!(
        error.starts_with("[COLLECTION_SIZE_LIMIT_EXCEEDED"),
        "{error}"
    );
}
