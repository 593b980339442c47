//! Functions: those that `CREATE FUNCTION` makes, and telling about all of them.

use super::{nothing, strings};
use crate::formats::glob_matches;
use crate::session::state::quoted;
use crate::session::{Session, SessionError, SessionState};
use crate::sql::SqlError;
use crate::sql::analyze::check_function;
use crate::sql::command::{CreateFunction, Name, SqlFunction};
use crate::sql::functions::{functions, lookup};
use crate::types::Frame;

impl Session {
    pub(super) fn create_function(
        &mut self,
        create: CreateFunction,
    ) -> Result<Frame, SessionError> {
        let key = key_of(&self.state, &create.name, create.temporary)?;
        if self.state.catalog.function(&key).is_some() && !create.replace {
            if create.if_not_exists {
                return Ok(nothing());
            }
            return Err(SessionError::RoutineExists {
                name: quoted_key(&key),
            });
        }
        let mut function = create.function;
        let returns = check_function(&function, &self.state)?;
        function.returns.get_or_insert(returns);
        self.state.catalog.set_function(key, function);
        Ok(nothing())
    }

    pub(super) fn drop_function(
        &mut self,
        name: &Name,
        temporary: bool,
        if_exists: bool,
    ) -> Result<Frame, SessionError> {
        let key = key_of(&self.state, name, temporary)?;
        if self.state.catalog.remove_function(&key) || if_exists {
            return Ok(nothing());
        }
        if lookup(&key).is_some() || name.last().is_some_and(|n| lookup(n).is_some()) {
            return Err(SessionError::BuiltinFunction {
                name: crate::types::quote(&name.join(".")),
            });
        }
        Err(unresolved(&self.state, name))
    }
}

/// By which name the catalog keeps a function.
fn key_of(state: &SessionState, name: &Name, temporary: bool) -> Result<String, SessionError> {
    if temporary {
        let [only] = name.as_slice() else {
            return Err(SessionError::Unsupported {
                statement: "A qualified name for a temporary function".into(),
            });
        };
        return Ok(only.to_lowercase());
    }
    Ok(state.table_name(name)?.key())
}

fn quoted_key(key: &str) -> String {
    let parts: Vec<String> = key.split('.').map(crate::types::quote).collect();
    parts.join(".")
}

fn unresolved(state: &SessionState, name: &Name) -> SessionError {
    SqlError::from(crate::sql::AnalysisReason::UnresolvedRoutine {
        name: quoted(name),
        database: crate::types::quote(&state.current_database),
    })
    .into()
}

/// The function that a name means, and what its calls are called.
pub(super) fn find(state: &SessionState, name: &[String]) -> Option<(String, SqlFunction)> {
    if let [only] = name {
        let key = only.to_lowercase();
        if let Some(function) = state.catalog.function(&key) {
            return Some((key, function.clone()));
        }
    }
    let name = state.table_name(name).ok()?;
    let function = state.catalog.function(&name.key())?;
    Some((name.full(), function.clone()))
}

/// `SHOW FUNCTIONS`
pub(super) fn show(
    state: &SessionState,
    kinds: &str,
    pattern: Option<&str>,
) -> Result<Frame, SessionError> {
    let mut names: Vec<String> = Vec::new();
    if kinds != "USER" {
        names.extend(functions().map(|f| f.name.to_owned()));
    }
    if kinds != "SYSTEM" {
        names.extend(
            state
                .catalog
                .functions()
                .map(|key| match key.contains('.') {
                    true => format!("spark_catalog.{key}"),
                    false => key.to_owned(),
                }),
        );
    }
    names.retain(|name| {
        let last = name.rsplit('.').next().unwrap_or(name);
        pattern.is_none_or(|glob| glob_matches(glob, last))
    });
    names.sort();
    names.dedup();
    strings("function", names)
}

/// `DESCRIBE FUNCTION`
pub(super) fn describe(
    state: &SessionState,
    name: &str,
    extended: bool,
) -> Result<Frame, SessionError> {
    let parts: Vec<String> = name.split('.').map(str::to_owned).collect();
    let mut lines = Vec::new();
    if let Some((called, function)) = find(state, &parts) {
        let parameters: Vec<String> = function
            .parameters
            .iter()
            .map(|p| format!("{} {}", p.name, p.data_type.sql()))
            .collect();
        lines.push(format!("Function: {called}"));
        lines.push("Type: SCALAR".into());
        lines.push(format!("Input: {}", parameters.join(", ")));
        let returns = function.returns.as_ref().map(|t| t.sql());
        lines.push(format!("Returns: {}", returns.unwrap_or_default()));
        if extended {
            if let Some(comment) = &function.comment {
                lines.push(format!("Comment: {comment}"));
            }
            lines.push("Deterministic: true".into());
            lines.push(format!("Body: {}", function.body));
        }
        return strings("function_desc", lines);
    }
    let Some(function) = lookup(&name.to_lowercase()) else {
        return Err(unresolved(state, &parts));
    };
    lines.push(format!("Function: {}", function.name));
    lines.push(format!(
        "Usage: {} - {}",
        function.usage, function.description
    ));
    if extended {
        let (expression, value) = function.example_parts();
        let value = value.map(|v| format!("       {v}\n")).unwrap_or_default();
        lines.push(format!(
            "Extended Usage:\n    Examples:\n      > SELECT {expression};\n{value}"
        ));
    }
    strings("function_desc", lines)
}
