//! Expressions and what Spark answers to them: `tests/sql/functions.txt`.

use std::sync::Arc;

use chrono_tz::Tz;
use multihop::env::Env;
use multihop::sql::SqlError;
use multihop::sql::analyze::{Catalog, Relation, analyze};
use multihop::sql::command::{Statement, TimeTravel};
use multihop::sql::execute::{ExecContext, collect};
use multihop::sql::parse::parse_one;
use multihop::sql::plan::Plan;
use multihop::storage::MemoryFileSystem;
use multihop::types::Value;

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

fn run(expression: &str, ansi: bool) -> Result<(String, String), SqlError> {
    let statement = parse_one(&format!("SELECT {expression}"))?;
    let Statement::Query(plan) = analyze(&statement, &Empty { ansi })? else {
        panic!("not a query");
    };
    let env = Env::deterministic(1_700_000_000_000, 1);
    let fs = Arc::new(MemoryFileSystem::new(env.clock.clone(), 1 << 20));
    let context = Arc::new(ExecContext::new(fs, 1_700_000_000_000_000));
    let frame = collect(&plan, &context, None)?;
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
