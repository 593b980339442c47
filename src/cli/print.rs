//! Rows on the terminal.

use chrono_tz::Tz;
use serde_json::value::RawValue;

use super::CliError;
use crate::connect::{boxed, show};
use crate::notebook::{CellResult, Output, OutputColumn};
use crate::session::SessionError;
use crate::sql::SqlError;
use crate::types::{Frame, Value};

/// Rows of a table that people see; `--json` gives them all.
const PRINTED_ROWS: usize = 20;

/// How rows are printed.
#[derive(Clone, Copy, Default, PartialEq, clap::ValueEnum)]
pub enum Format {
    #[default]
    Table,
    Json,
}

/// Prints rows as Spark's `show` does, whole, or as JSON lines.
pub fn frame(frame: &Frame, format: Format, zone: Tz) -> Result<(), CliError> {
    if format == Format::Table {
        if !frame.schema().is_empty() {
            println!("{}", show(frame, frame.height(), 0, zone)?);
        }
        return Ok(());
    }
    let schema = frame.schema();
    for row in 0..frame.height() {
        let mut line = String::from("{");
        for (i, (field, column)) in schema.fields.iter().zip(frame.columns()).enumerate() {
            if i > 0 {
                line.push(',');
            }
            line.push_str(&serde_json::Value::from(field.name.as_str()).to_string());
            line.push(':');
            Value::from_series(column, row, &field.data_type)
                .map_err(|e| SessionError::from(SqlError::from(e)))?
                .push_json(&field.data_type, zone, &mut line);
        }
        println!("{line}}}");
    }
    Ok(())
}

/// A cell's result for people.
pub fn cell(result: &CellResult) {
    let first = result.source.lines().find(|l| !l.trim().is_empty());
    println!("── Cell {} ── {}", result.cell, first.unwrap_or_default());
    print!("{}", result.stdout);
    if !result.stdout.is_empty() && !result.stdout.ends_with('\n') {
        println!();
    }
    for output in &result.results {
        match output {
            Output::Table {
                columns,
                rows,
                truncated,
                streaming,
            } => {
                let shown = rows.get(..PRINTED_ROWS).unwrap_or(rows);
                print!("{}", table(columns, shown));
                let more = if *truncated {
                    ", and there are more"
                } else {
                    ""
                };
                let live = if *streaming { " of a stream" } else { "" };
                match rows.len().checked_sub(shown.len()) {
                    Some(0) | None => println!("{} rows{live}{more}\n", rows.len()),
                    Some(_) => println!(
                        "the first {PRINTED_ROWS} of {} rows{live}{more}\n",
                        rows.len()
                    ),
                }
            }
            Output::Text { text } => println!("{text}"),
            Output::Html { html } => println!("{html}"),
            Output::Markdown { .. } => {}
            Output::Chart { spec } => println!("{spec}"),
        }
    }
    if let Some(error) = &result.error {
        match &error.traceback {
            Some(traceback) => println!("{traceback}"),
            None => println!("{}: {}", error.class, error.message),
        }
    }
}

/// A table that a cell shows, in a box.
fn table(columns: &[OutputColumn], rows: &[Vec<Box<RawValue>>]) -> String {
    let names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
    let cells: Vec<Vec<String>> = (0..columns.len())
        .map(|i| {
            rows.iter()
                .map(|row| value_text(row.get(i).map(AsRef::as_ref)))
                .collect()
        })
        .collect();
    boxed(&names, &cells, false)
}

fn value_text(value: Option<&RawValue>) -> String {
    let text = value.map_or("null", RawValue::get);
    match serde_json::from_str(text) {
        Ok(serde_json::Value::String(text)) => text.replace('\n', "\\n"),
        Ok(serde_json::Value::Null) => "NULL".into(),
        _ => text.to_owned(),
    }
}
