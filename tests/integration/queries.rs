//! Queries from their text to their rows, as PySpark 4.0.1 answers them.
//!
//! `queries/spark.txt` holds statements and Spark's answers: a row a line, values cast to STRING
//! and joined by `|`, or `!` and the error's condition. Each runs as analysed and as optimised.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use multihop::env::Env;
use multihop::sql::SqlError;
use multihop::sql::analyze::{Catalog, Relation, analyze};
use multihop::sql::command::{Command, Statement, TimeTravel};
use multihop::sql::execute::{ExecContext, collect};
use multihop::sql::optimize::optimize;
use multihop::sql::parse::parse_one;
use multihop::sql::plan::Plan;
use multihop::storage::MemoryFileSystem;
use multihop::types::{DataType, Value, values_from_series};

#[derive(Default)]
struct Views(RefCell<HashMap<String, Arc<Plan>>>);

impl Catalog for Views {
    fn relation(
        &self,
        name: &[String],
        _: Option<&TimeTravel>,
    ) -> Result<Option<Relation>, SqlError> {
        let name = name.last().cloned().unwrap_or_default().to_lowercase();
        Ok(self.0.borrow().get(&name).map(|plan| Relation {
            plan: plan.clone(),
            qualifier: vec![name],
            is_view: true,
        }))
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
}

fn run(plan: &Plan) -> Result<Vec<String>, SqlError> {
    let env = Env::deterministic(1_700_000_000_000, 1);
    let fs = MemoryFileSystem::new(env.clock, 1 << 20);
    let ctx = Arc::new(ExecContext::new(Arc::new(fs), 1_700_000_000_000_000));
    let frame = collect(plan, &ctx, None)?;
    let columns: Vec<(Vec<Value>, DataType)> = frame
        .columns()
        .iter()
        .zip(&frame.schema().fields)
        .map(|(c, f)| {
            let values = values_from_series(c, &f.data_type).unwrap();
            (values, f.data_type.clone())
        })
        .collect();
    let cell = |(values, data_type): &(Vec<Value>, DataType), row: usize| match &values[row] {
        Value::Null => "NULL".to_string(),
        // Inside of a value `show()` writes NULL where a cast to STRING writes null.
        value => value
            .show(data_type, chrono_tz::UTC)
            .replace("NULL", "null"),
    };
    Ok((0..frame.height())
        .map(|row| {
            let cells: Vec<_> = columns.iter().map(|c| cell(c, row)).collect();
            cells.join("|")
        })
        .collect())
}

fn answer(views: &Views, sql: &str) -> Result<[Vec<String>; 2], SqlError> {
    match analyze(&parse_one(sql)?, views)? {
        Statement::Query(plan) => Ok([run(&plan)?, run(&optimize(&plan))?]),
        Statement::Command(Command::CreateView(view)) => {
            let name = view.name.last().unwrap().to_lowercase();
            views.0.borrow_mut().insert(name, view.plan);
            Ok([vec![], vec![]])
        }
        Statement::Command(other) => panic!("{other:?}"),
    }
}

#[test]
fn queries_give_sparks_rows() {
    let views = Views::default();
    let mut failures = Vec::new();
    let suite = include_str!("queries/spark.txt");
    for entry in suite.trim_end().split("\n%%\n") {
        let (sql, expected) = entry.split_once("\n=>").unwrap();
        let mut expected: Vec<&str> = expected.lines().skip(1).collect();
        let found = match answer(&views, sql) {
            Ok([plain, optimized]) if plain == optimized => plain,
            Ok([plain, optimized]) => vec![format!("{plain:?} but optimised {optimized:?}")],
            Err(e) => match e.condition() {
                Some(condition) if expected == [format!("![{condition}]")] => {
                    vec![format!("![{condition}]")]
                }
                _ => vec![format!("!{e}")],
            },
        };
        let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
        if !sql.contains("ORDER BY") {
            found.sort_unstable();
            expected.sort_unstable();
        }
        if found != expected {
            failures.push(format!("{sql}\n  Spark: {expected:?}\n  found: {found:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
