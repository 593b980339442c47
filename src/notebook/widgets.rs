//! `CREATE WIDGET` and `REMOVE WIDGET`: a notebook's parameters, declared in SQL.
//!
//! Source: Databricks' documentation, "Databricks widgets".

use serde_json::{Value as Json, json};

use super::steps::words;
use crate::connect::{Answer, Connect};
use crate::session::{Ran, Session, SessionError};
use crate::sql::SqlError;
use crate::types::Value;

/// A statement about a widget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WidgetStatement {
    Create {
        /// `text`, `dropdown`, `combobox`, `multiselect`.
        kind: String,
        name: String,
        default: String,
        /// The query whose first column has the choices.
        choices: Option<String>,
    },
    Remove {
        name: String,
    },
}

impl WidgetStatement {
    /// Reads a statement; `None` if it is another.
    pub fn read(statement: &str) -> Option<WidgetStatement> {
        let text = without_comments(statement);
        let (head, choices) = match text.to_lowercase().find(" choices ") {
            Some(at) => {
                let (head, rest) = text.split_at_checked(at)?;
                (head, Some(rest.get(" choices ".len()..)?.trim().to_owned()))
            }
            None => (text, None),
        };
        let all = words(head.trim_end().trim_end_matches(';'));
        let upper: Vec<String> = all.iter().take(3).map(|w| w.to_uppercase()).collect();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        match (upper.as_slice(), all.as_slice()) {
            (["REMOVE", "WIDGET", _], [_, _, name]) => {
                Some(WidgetStatement::Remove { name: name.clone() })
            }
            (
                [
                    "CREATE",
                    "WIDGET",
                    kind @ ("TEXT" | "DROPDOWN" | "COMBOBOX" | "MULTISELECT"),
                ],
                [_, _, _, name, word, default],
            ) if word.eq_ignore_ascii_case("default") => Some(WidgetStatement::Create {
                kind: kind.to_lowercase(),
                name: name.clone(),
                default: default.clone(),
                choices,
            }),
            _ => None,
        }
    }

    /// Carries it out, as `dbutils.widgets` would. Gives the reply.
    ///
    /// # Errors
    /// Those of the query for the choices.
    pub fn run(
        &self,
        session: &mut Session,
        connect: &mut Connect,
    ) -> Result<String, SessionError> {
        let request = match self {
            WidgetStatement::Remove { name } => json!({"op": "widgets.remove", "name": name}),
            WidgetStatement::Create {
                kind,
                name,
                default,
                choices,
            } => {
                let choices: Vec<Json> = match choices {
                    Some(query) => choices_of(session, query)?,
                    None => Vec::new(),
                };
                json!({"op": "widgets.create", "kind": kind, "name": name, "default": default, "choices": choices})
            }
        };
        Ok(match connect.call(session, &request.to_string()) {
            Answer::Done(reply) => reply,
            // Widgets are never waited for.
            Answer::Wait(_) | Answer::Notebook { .. } | Answer::Module { .. } => {
                json!({"ok": null}).to_string()
            }
        })
    }
}

/// The first column of a query, as texts.
fn choices_of(session: &mut Session, query: &str) -> Result<Vec<Json>, SessionError> {
    let Ran::Rows(plan) = session.sql_one(query)? else {
        return Ok(Vec::new());
    };
    let frame = session.collect(&plan, None)?;
    let zone = session.state().conf.time_zone();
    let (Some(field), Some(column)) = (frame.schema().fields.first(), frame.column(0)) else {
        return Ok(Vec::new());
    };
    let text = |row| {
        let value = Value::from_series(column, row, &field.data_type).map_err(SqlError::from)?;
        Ok(json!(value.cast_text(&field.data_type, zone)))
    };
    (0..frame.height()).map(text).collect()
}

/// A statement behind the comments before it.
fn without_comments(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    loop {
        let after = if rest.starts_with("--") {
            rest.split_once('\n').map(|(_, after)| after)
        } else if rest.starts_with("/*") {
            rest.split_once("*/").map(|(_, after)| after)
        } else {
            return rest;
        };
        rest = after.unwrap_or_default().trim_start();
    }
}
