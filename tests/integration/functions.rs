//! Expressions and what Spark answers to them: `tests/sql/functions.txt`.

use std::sync::Arc;

use chrono_tz::Tz;
use multihop::env::Env;
use multihop::sql::SqlError;
use multihop::sql::analyze::{Catalog, Relation, analyze};
use multihop::sql::command::{Statement, TimeTravel};
use multihop::sql::execute::{ExecContext, collect};
use multihop::sql::functions::functions;
use multihop::sql::parse::parse_one;
use multihop::sql::plan::Plan;
use multihop::storage::MemoryFileSystem;
use multihop::types::{Frame, Value};

use crate::support::assert_as_recorded;

/// A session without tables.
struct Empty {
    ansi: bool,
}

impl Catalog for Empty {
    fn relation(&self, _: &[String], _: Option<&TimeTravel>) -> Result<Option<Relation>, SqlError> {
        Ok(None)
    }

    fn files(
        &self,
        _: &str,
        _: &str,
        _: &[(String, String)],
        _: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError> {
        Ok(None)
    }

    fn current_database(&self) -> String {
        "default".into()
    }

    fn ansi(&self) -> bool {
        self.ansi
    }
}

fn rows_of(expression: &str, ansi: bool) -> Result<Frame, SqlError> {
    let statement = parse_one(&format!("SELECT {expression}"))?;
    let Statement::Query(plan) = analyze(&statement, &Empty { ansi })? else {
        panic!("not a query");
    };
    let env = Env::deterministic(1_700_000_000_000, 1);
    let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 20));
    let context = Arc::new(ExecContext::new(fs, 1_700_000_000_000_000));
    collect(&plan, &context, None)
}

fn run(expression: &str, ansi: bool) -> Result<(String, String), SqlError> {
    let frame = rows_of(expression, ansi)?;
    let field = &frame.schema().fields[0];
    let value = Value::from_series(frame.column(0).unwrap(), 0, &field.data_type)?;
    Ok((
        value.show(&field.data_type, Tz::UTC),
        field.data_type.simple_string(),
    ))
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
        .replace('\r', "\\r")
}

/// What we answer, in the file's form.
fn answer(expression: &str) -> String {
    let (expression, ansi) = match expression.strip_prefix("~ ") {
        Some(rest) => (rest, false),
        None => (expression, true),
    };
    match run(expression, ansi) {
        Ok((value, kind)) => format!("{}\t{kind}", escape(&value)),
        Err(error) => {
            let text = error.to_string();
            let text = text.split("; line ").next().unwrap_or_default();
            let text = text.split("\n== SQL").next().unwrap_or_default();
            format!("! {}", escape(text.trim()))
        }
    }
}

#[test]
fn expressions_have_the_values_types_and_errors_that_spark_gives() {
    let file = include_str!("../sql/functions.txt");
    let different: Vec<&str> = include_str!("../sql/functions-different.txt")
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .collect();
    let mut wrong = Vec::new();
    let mut right = Vec::new();
    let mut checked = 0;
    for line in file.lines() {
        let Some((expression, expected)) = line.split_once('\t') else {
            continue;
        };
        if different.contains(&expression) {
            if answer(expression) == expected {
                right.push(expression);
            }
            continue;
        }
        checked += 1;
        let found = answer(expression);
        if found != expected {
            wrong.push(format!(
                "{expression}\n  spark: {expected}\n  ours:  {found}"
            ));
        }
    }
    assert!(checked > 400, "only {checked} expressions");
    assert_as_recorded(checked, &wrong, &right, "functions-different.txt");
}

/// What an example comes to, in the form in which examples show it; or the error.
fn shown(expression: &str) -> Result<String, String> {
    let frame = rows_of(expression, true).map_err(|error| {
        let text = error.to_string();
        text.split(" SQLSTATE").next().unwrap().to_owned()
    })?;
    let fields = &frame.schema().fields;
    let row = |row: usize| {
        let columns = fields.iter().enumerate().map(|(i, field)| {
            let value = Value::from_series(frame.column(i).unwrap(), row, &field.data_type);
            value.unwrap().show(&field.data_type, Tz::UTC)
        });
        columns.collect::<Vec<_>>().join(", ")
    };
    let rows: Vec<String> = (0..frame.height()).map(row).collect();
    Ok(rows.join("; "))
}

/// Those whose value depends on time, chance or place; the documentation shows a call alone.
const WITHOUT_A_VALUE: [&str; 16] = [
    "curdate",
    "current_date",
    "current_timestamp",
    "current_user",
    "input_file_name",
    "localtimestamp",
    "monotonically_increasing_id",
    "now",
    "rand",
    "randn",
    "random",
    "session_user",
    "shuffle",
    "user",
    "uuid",
    "version",
];

#[test]
fn every_function_s_example_has_the_value_that_it_shows() {
    let mut wrong = Vec::new();
    let mut without = Vec::new();
    for function in functions() {
        let (expression, expected) = function.example_parts();
        let found = shown(expression);
        match expected {
            Some(expected) => {
                // `raise_error` shows its error.
                let found = found.unwrap_or_else(|error| error);
                if found != expected {
                    wrong.push(format!(
                        "{expression}\n  shown: {expected}\n  found: {found}"
                    ));
                }
            }
            None => {
                without.push(function.name);
                if let Err(error) = found {
                    wrong.push(format!("{expression}\n  fails: {error}"));
                }
            }
        }
    }
    without.sort_unstable();
    assert_eq!(without, WITHOUT_A_VALUE);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
