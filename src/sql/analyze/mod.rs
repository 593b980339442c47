//! From a parsed statement to a typed plan: what every name means, what type everything has.
//!
//! | file | what it gives a meaning |
//! |---|---|
//! | `query` | `WITH`, set operations, `ORDER BY`, `LIMIT` |
//! | `table_function`, `over` | functions that give rows; windows of functions |
//! | `from` | relations, joins, `LATERAL VIEW`, `VALUES` |
//! | `select` | `SELECT … WHERE … GROUP BY … HAVING …` as a chain of nodes |
//! | `join` | `ON`, `USING`, `NATURAL` |
//! | `grouping`, `stack` | the nodes of a `SELECT` |
//! | `expression`, `reference`, `operator`, `function`, `literal` | expressions |
//! | `scope` | names of columns |
//! | `correlated` | subqueries that read the query around |
//! | `pipe` | `|>` |
//! | `pivot` | `PIVOT`, `UNPIVOT` |
//! | `command`, `merge` | statements that aren't queries |
//! | `bound` | texts and rows bound to a table |
//! | `dataframe` | the same over plans at hand, for the DataFrame API |

mod bound;
mod command;
mod correlated;
mod dataframe;
mod expression;
mod from;
mod function;
mod grouping;
mod join;
mod literal;
mod merge;
mod named_arguments;
mod operator;
mod over;
mod pipe;
mod pivot;
mod query;
mod reference;
mod scope;
mod select;
mod stack;
mod star;
mod table_function;
mod time_window;
mod update_fields;
mod user_function;
mod variable;

pub use bound::{insert_columns, resolve_expression};
pub use command::InsertBy;
pub use dataframe::{
    ColumnAction, ColumnClause, DataFrames, Grouping, JoinOn, Pivot, attribute_name, find_column,
    positions_of,
};
pub use scope::refuse_duplicates;
pub use table_function::READ_FILES_OPTIONS;
pub use user_function::check_function;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::command::{SqlFunction, Statement, TimeTravel, Variable};
use super::error::{AnalysisReason, Position, SqlError};
use super::functions::{BindContext, Function, lookup};
use super::parse::{ParsedKind, ParsedStatement, parse_named};
use super::plan::{Attribute, EvalMode, Plan};
use super::python::PythonUdf;
use crate::types::{DataType, Frame, Value, quote};

/// What analysis asks of the session.
pub trait Catalog {
    /// The table or view of that name, at a version if one is given; `None` if there is none.
    ///
    /// # Errors
    /// If it is there but can't be read, or has no such version.
    fn relation(
        &self,
        name: &[String],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Relation>, SqlError>;

    /// The files or the Delta table at a path, as `` json.`path` `` and
    /// `CREATE VIEW … USING json OPTIONS (path …)` name them; `None` if there is no such format.
    ///
    /// # Errors
    /// If nothing is there, or it can't be read.
    fn files(
        &self,
        format: &str,
        path: &str,
        options: &[(String, String)],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError>;

    /// The Python function of that name, if one is registered.
    fn python_udf(&self, _name: &str) -> Option<Arc<PythonUdf>> {
        None
    }

    /// The function of that name that was made with `CREATE FUNCTION`, and what its calls are
    /// called: `spark_catalog.default.f`, `f` if it is temporary.
    fn function(&self, name: &[String]) -> Option<(String, SqlFunction)> {
        let _ = name;
        None
    }

    /// The session's variable of that name.
    fn variable(&self, _name: &str) -> Option<Variable> {
        None
    }

    /// What changed in a table from a version on: `table_changes('t', 1, 2)`. `None` if there is
    /// no table of that name.
    ///
    /// # Errors
    /// If the changes weren't recorded, or the versions don't exist.
    fn table_changes(
        &self,
        name: &[String],
        from: &TimeTravel,
        to: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError> {
        let _ = (name, from, to);
        Ok(None)
    }

    /// What a command tells (`DESCRIBE HISTORY t`, `SHOW TABLES`), for a query over it.
    ///
    /// # Errors
    /// What the command refuses; a command that changes something.
    fn told(&self, command: &str) -> Result<Frame, SqlError> {
        Err(unsupported(format!("{command} in a query")))
    }

    /// `current_database()`.
    fn current_database(&self) -> String;

    /// `spark.sql.ansi.enabled`.
    fn ansi(&self) -> bool {
        true
    }

    /// `spark.databricks.delta.schema.autoMerge.enabled`.
    fn auto_merge(&self) -> bool {
        false
    }

    /// `spark.sql.session.timeZone`.
    fn time_zone(&self) -> chrono_tz::Tz {
        chrono_tz::UTC
    }
}

/// A table or view.
#[derive(Debug, Clone)]
pub struct Relation {
    /// A view's analysed plan, or the scan of a table.
    pub plan: Arc<Plan>,
    /// What may stand before its columns: `["spark_catalog", "default", "orders"]` for a table,
    /// `["orders_tmp"]` for a temporary view.
    pub qualifier: Vec<String>,
    pub is_view: bool,
}

/// Gives a statement its meaning.
///
/// # Errors
/// `AnalysisException`'s conditions, with the place in the statement's text.
pub fn analyze(statement: &ParsedStatement, catalog: &dyn Catalog) -> Result<Statement, SqlError> {
    analyze_with(statement, catalog, &Parameters::None)
}

/// The same with values for its parameter markers.
///
/// # Errors
/// As [`analyze`]; `UNBOUND_SQL_PARAMETER` for a marker without a value.
pub fn analyze_with(
    statement: &ParsedStatement,
    catalog: &dyn Catalog,
    parameters: &Parameters,
) -> Result<Statement, SqlError> {
    let mut analyzer = Analyzer::new(catalog);
    analyzer.parameters = parameters;
    if let Parameters::Positional(_) = parameters {
        analyzer.markers = statement.markers();
    }
    analyzer.lines = statement.text.lines().collect();
    let named;
    let kind = match &statement.kind {
        ParsedKind::Unnamed => {
            named = parse_named(&statement.text, &|part| analyzer.text_of(part))?;
            &named
        }
        kind => kind,
    };
    analyzer.statement(kind).map_err(|e| match e {
        SqlError::Parse(mut e) if e.fragment.is_some() => {
            e.sql.clone_from(&statement.text);
            SqlError::Parse(e)
        }
        other => other,
    })
}

/// Values for a statement's parameter markers (`spark.sql(text, args)`).
#[derive(Debug, Clone, Default)]
pub enum Parameters {
    #[default]
    None,
    /// `:name`
    Named(BTreeMap<String, (Value, DataType)>),
    /// `?`
    Positional(Vec<(Value, DataType)>),
}

/// The state of analysing one statement.
struct Analyzer<'a> {
    catalog: &'a dyn Catalog,
    /// The statement's lines, for places that the grammar doesn't keep.
    lines: Vec<&'a str>,
    mode: EvalMode,
    /// Common table expressions in sight, the innermost last.
    ctes: Vec<(String, Arc<Plan>)>,
    /// The columns of the queries around a subquery, the nearest last.
    outer: Vec<Vec<Attribute>>,
    next_lambda: Cell<u32>,
    /// Typed expressions that identifiers quoted by [`dataframe::GIVEN`] stand for.
    given: Vec<expression::Resolved>,
    parameters: &'a Parameters,
    /// Where the markers `?` stand.
    markers: Vec<Position>,
    /// The same for functions.
    udfs: Vec<Arc<PythonUdf>>,
    /// How deep functions made with SQL call one another.
    function_depth: u32,
}

impl<'a> Analyzer<'a> {
    fn new(catalog: &'a dyn Catalog) -> Self {
        Analyzer {
            catalog,
            lines: Vec::new(),
            mode: if catalog.ansi() {
                EvalMode::Ansi
            } else {
                EvalMode::Legacy
            },
            ctes: Vec::new(),
            outer: Vec::new(),
            next_lambda: Cell::new(0),
            function_depth: 0,
            given: Vec::new(),
            parameters: &Parameters::None,
            markers: Vec::new(),
            udfs: Vec::new(),
        }
    }

    /// Where the last `word` before a place starts, near it: the grammar keeps no place for
    /// operators.
    fn before(&self, at: Option<Position>, word: &str) -> Option<Position> {
        const LINES: usize = 4;
        const REACH: usize = 1000;
        let at = at?;
        let last = (at.line as usize).saturating_sub(1);
        for i in (last.saturating_sub(LINES)..=last).rev() {
            let line = self.lines.get(i)?;
            if !line.is_ascii() && line.len() > REACH {
                break;
            }
            let end = match i == last {
                true if line.is_ascii() => at.column as usize,
                true => line
                    .char_indices()
                    .nth(at.column as usize)
                    .map_or(line.len(), |(byte, _)| byte),
                false => line.len(),
            };
            let from = end.saturating_sub(REACH);
            let near = line.get(from..end).unwrap_or_default();
            if let Some(byte) = near.to_ascii_uppercase().rfind(word) {
                let before = line.get(..from + byte).unwrap_or_default();
                let column = if line.is_ascii() {
                    before.len()
                } else {
                    before.chars().count()
                };
                return Some(Position {
                    line: u32::try_from(i + 1).unwrap_or(u32::MAX),
                    column: u32::try_from(column).unwrap_or(u32::MAX),
                });
            }
        }
        Some(at)
    }

    fn context(&self, written: &str) -> BindContext {
        BindContext {
            mode: self.mode,
            written: written.to_owned(),
        }
    }

    /// The Python function of that name: one that a column brought, or one of the session's.
    fn udf(&self, name: &str) -> Option<Arc<PythonUdf>> {
        match name.strip_prefix(dataframe::GIVEN) {
            Some(place) => self.udfs.get(place.parse::<usize>().ok()?).cloned(),
            None => self.catalog.python_udf(name),
        }
    }

    /// The function of that name.
    fn routine(
        &self,
        name: &str,
        position: Option<Position>,
    ) -> Result<&'static Function, SqlError> {
        lookup(name).ok_or_else(|| {
            let error: SqlError = AnalysisReason::UnresolvedRoutine {
                name: quote(name),
                database: quote(&self.catalog.current_database()),
            }
            .into();
            error.at(position)
        })
    }
}

/// What is not supported (yet), as an error.
fn unsupported(feature: impl Into<String>) -> SqlError {
    AnalysisReason::Unsupported {
        feature: feature.into(),
    }
    .into()
}

/// Where a node's text starts.
fn start(node: &impl sqlparser::ast::Spanned) -> Option<Position> {
    let start = node.span().start;
    (start.line > 0).then(|| super::parse::position(start.line, start.column))
}

/// Where a name starts.
fn ident_start(ident: &sqlparser::ast::Ident) -> Option<Position> {
    let start = ident.span.start;
    (start.line > 0).then(|| super::parse::position(start.line, start.column))
}

#[cfg(test)]
pub(in crate::sql) mod tests;
