//! Session variables.

use super::nothing;
use crate::session::{Session, SessionError};
use crate::sql::SqlError;
use crate::sql::command::{Declaration, Name, Variable};
use crate::sql::execute::ExecuteError;
use crate::sql::plan::Plan;
use crate::types::{Frame, Value, quote, values_from_series};

impl Session {
    pub(super) fn declare(&mut self, declaration: Declaration) -> Result<Frame, SessionError> {
        let name = declaration.name;
        if !declaration.replace && self.state.variables.contains_key(&name.to_lowercase()) {
            return Err(SessionError::VariableExists {
                name: whole_name(&name),
            });
        }
        let value = self.row_of(&declaration.plan)?.into_iter().next();
        let data_type = declaration.plan.output.first().map(|a| a.data_type.clone());
        let variable = Variable {
            value: value.unwrap_or(Value::Null),
            data_type: data_type.unwrap_or(crate::types::DataType::Null),
            default: declaration.default,
        };
        self.state.variables.insert(name.to_lowercase(), variable);
        Ok(nothing())
    }

    pub(super) fn set_variables(
        &mut self,
        names: &[String],
        plan: &Plan,
    ) -> Result<Frame, SessionError> {
        let mut values = self.row_of(plan)?.into_iter();
        for name in names {
            let value = values.next().unwrap_or(Value::Null);
            if let Some(variable) = self.state.variables.get_mut(&name.to_lowercase()) {
                variable.value = value;
            }
        }
        Ok(nothing())
    }

    pub(super) fn drop_variable(
        &mut self,
        name: &Name,
        if_exists: bool,
    ) -> Result<Frame, SessionError> {
        let last = name.last().map(String::as_str).unwrap_or_default();
        match self.state.variables.remove(&last.to_lowercase()) {
            None if !if_exists => Err(SessionError::VariableNotFound {
                name: whole_name(last),
            }),
            _ => Ok(nothing()),
        }
    }

    /// The one row of a plan; none is NULLs.
    fn row_of(&self, plan: &Plan) -> Result<Vec<Value>, SessionError> {
        let frame = self.collect(plan, Some(2))?;
        if frame.height() > 1 {
            return Err(SqlError::from(ExecuteError::RowSubqueryTooManyRows).into());
        }
        let mut row = Vec::new();
        for (series, field) in frame.columns().iter().zip(&frame.schema().fields) {
            let values = values_from_series(series, &field.data_type).map_err(SqlError::from)?;
            row.push(values.into_iter().next().unwrap_or(Value::Null));
        }
        Ok(row)
    }
}

fn whole_name(name: &str) -> String {
    format!("`system`.`session`.{}", quote(name))
}
