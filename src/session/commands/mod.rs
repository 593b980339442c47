//! Carrying out SQL's commands.

mod describe;
mod tables;

use std::sync::Arc;

use super::state::quoted;
use super::{DEFAULT_DATABASE, Ran, Session, SessionError, SessionState};
use crate::sql::SqlError;
use crate::sql::analyze::{Catalog, Parameters, Relation, analyze_with};
use crate::sql::command::{Command, CreateView, Name, Statement, TimeTravel, ViewKind};
use crate::sql::parse::ParsedStatement;
use crate::sql::plan::Plan;
use crate::sql::python::PythonUdf;
use crate::types::{DataType, Frame, StructType, Value};

impl Session {
    /// Analyses a statement and carries it out.
    pub(super) fn run_sql(
        &mut self,
        statement: &ParsedStatement,
        parameters: &Parameters,
    ) -> Result<Ran, SessionError> {
        match analyze_with(statement, &self.state, parameters)? {
            Statement::Query(plan) => Ok(Ran::Rows(plan)),
            Statement::Command(command) => self.command(command),
        }
    }

    fn command(&mut self, command: Command) -> Result<Ran, SessionError> {
        let frame = match command {
            Command::CreateView(view) => self.create_view(view)?,
            Command::DropView { name, if_exists } => {
                let dropped = match name.as_slice() {
                    [view] => self.state.drop_view(view),
                    _ => false,
                };
                if !dropped && !if_exists {
                    return Err(not_found(&name));
                }
                nothing()
            }
            Command::CreateTable(table) => self.create_table(table)?,
            Command::Insert(insert) => self.insert(insert)?,
            Command::DropTable { name, if_exists } => {
                let table = self.state.table_name(&name)?;
                if !self.state.drop_table(&table)? && !if_exists {
                    return Err(not_found(&name));
                }
                nothing()
            }
            Command::CreateDatabase {
                name,
                if_not_exists,
                ..
            } => self.create_database(&name, if_not_exists)?,
            Command::DropDatabase {
                name,
                if_exists,
                cascade,
            } => self.drop_database(&name, if_exists, cascade)?,
            Command::Use { database } => {
                let name = self.database(Some(&database))?;
                self.state.current_database = name;
                nothing()
            }
            Command::Set { key, value } => self.set(key, value)?,
            Command::Reset { key } => {
                match key {
                    Some(key) => self.state.conf.unset(&key),
                    None => self.state.conf = super::Conf::default(),
                }
                nothing()
            }
            Command::ShowTables { database, pattern } => {
                let database = self.database(database.as_ref())?;
                describe::show_tables(&self.state, &database, pattern.as_deref())?
            }
            Command::ShowViews { pattern, .. } => {
                describe::show_views(&self.state, pattern.as_deref())?
            }
            Command::ShowDatabases { pattern } => {
                describe::show_databases(&self.state, pattern.as_deref())?
            }
            Command::ShowCatalogs => strings("catalog", vec!["spark_catalog".into()])?,
            Command::ShowColumns { table } => {
                let plan = self.relation_of(&table)?;
                let names = plan
                    .schema()
                    .names()
                    .iter()
                    .map(|n| (*n).to_owned())
                    .collect();
                strings("col_name", names)?
            }
            Command::DescribeTable { name, extended } => {
                describe::table(&self.state, &name, extended)?
            }
            Command::DescribeQuery { plan } => describe::columns(&plan.schema(), &[])?,
            Command::DescribeHistory { table, limit } => {
                let log = self.log_of(&table)?;
                describe::history(&log, limit)?
            }
            Command::DescribeDetail { table } => {
                let log = self.log_of(&table)?;
                describe::detail(&log, &self.state, &table)?
            }
            Command::Explain { plan, .. } => {
                strings("plan", vec![crate::sql::explain::explain(&plan)])?
            }
            Command::CacheTable { .. }
            | Command::UncacheTable { .. }
            | Command::ClearCache
            | Command::RefreshTable { .. } => nothing(),
            Command::TruncateTable { table } => {
                let log = self.log_of(&table)?;
                self.truncate(&log)?
            }
            other => {
                return Err(SessionError::Unsupported {
                    statement: name_of(&other).into(),
                });
            }
        };
        Ok(Ran::Frame(frame))
    }

    fn create_view(&mut self, view: CreateView) -> Result<Frame, SessionError> {
        if view.kind != ViewKind::Temporary {
            return Err(SessionError::Unsupported {
                statement: "CREATE VIEW without TEMPORARY".into(),
            });
        }
        let [name] = view.name.as_slice() else {
            return Err(SessionError::Unsupported {
                statement: "A qualified name for a temporary view".into(),
            });
        };
        if self.state.view(name).is_some() {
            if view.if_not_exists {
                return Ok(nothing());
            }
            if !view.replace {
                return Err(SessionError::TemporaryViewExists {
                    name: crate::types::quote(name),
                });
            }
        }
        self.state.set_view(name, view.plan);
        Ok(nothing())
    }

    fn create_database(&mut self, name: &Name, if_exists: bool) -> Result<Frame, SessionError> {
        let database = database_name(name);
        let location = self.state.database_location(&database)?;
        if self.state.fs.status(&location)?.is_some() && !if_exists {
            return Err(SessionError::DatabaseExists {
                name: crate::types::quote(&database),
            });
        }
        self.state.fs.mkdirs(&location)?;
        Ok(nothing())
    }

    fn drop_database(
        &mut self,
        name: &Name,
        if_exists: bool,
        cascade: bool,
    ) -> Result<Frame, SessionError> {
        let database = database_name(name);
        if !self.state.databases()?.contains(&database) {
            if if_exists {
                return Ok(nothing());
            }
            return Err(SessionError::DatabaseNotFound { name: quoted(name) });
        }
        let tables = self.state.tables(&database)?;
        if database == DEFAULT_DATABASE || (!tables.is_empty() && !cascade) {
            return Err(SessionError::DatabaseNotEmpty { name: quoted(name) });
        }
        for table in tables {
            self.state.drop_table(&table)?;
        }
        let location = self.state.database_location(&database)?;
        self.state.fs.delete(&location)?;
        if self.state.current_database == database {
            self.state.current_database = DEFAULT_DATABASE.into();
        }
        Ok(nothing())
    }

    fn set(&mut self, key: Option<String>, value: Option<String>) -> Result<Frame, SessionError> {
        let rows = match (key, value) {
            (Some(key), Some(value)) => {
                self.state.conf.set(&key, &value)?;
                vec![(key, value)]
            }
            (Some(key), None) => {
                let value = self
                    .state
                    .conf
                    .get(&key)
                    .unwrap_or("<undefined>")
                    .to_owned();
                vec![(key, value)]
            }
            (None, _) => self.state.conf.entries().into_iter().collect(),
        };
        let rows = rows
            .into_iter()
            .map(|(key, value)| vec![text(key), text(value)])
            .collect();
        table(
            &[("key", DataType::String), ("value", DataType::String)],
            rows,
        )
    }

    /// The database of a `USE`, `SHOW … IN`; the current one if none is named.
    fn database(&self, name: Option<&Name>) -> Result<String, SessionError> {
        let Some(name) = name else {
            return Ok(self.state.current_database.clone());
        };
        let database = database_name(name);
        if self.state.databases()?.contains(&database) {
            Ok(database)
        } else {
            Err(SessionError::DatabaseNotFound { name: quoted(name) })
        }
    }

    fn relation_of(&self, name: &Name) -> Result<Arc<Plan>, SessionError> {
        self.state
            .find_relation(name, None)?
            .map(|relation| relation.plan)
            .ok_or_else(|| not_found(name))
    }

    /// The log that a table's name, or `` delta.`path` ``, means.
    fn log_of(&self, name: &Name) -> Result<crate::delta::DeltaLog, SessionError> {
        self.state.log_of(name)
    }
}

impl Catalog for SessionState {
    fn relation(
        &self,
        name: &[String],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Relation>, SqlError> {
        self.find_relation(name, at).map_err(SqlError::from)
    }

    fn files(
        &self,
        format: &str,
        path: &str,
        options: &[(String, String)],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError> {
        self.path_relation(format, path, options, at)
            .map_err(SqlError::from)
    }

    fn python_udf(&self, name: &str) -> Option<Arc<PythonUdf>> {
        self.udf(name).cloned()
    }

    fn current_database(&self) -> String {
        self.current_database.clone()
    }

    fn ansi(&self) -> bool {
        self.conf.is_true("spark.sql.ansi.enabled")
    }

    fn time_zone(&self) -> chrono_tz::Tz {
        self.conf.time_zone()
    }
}

/// The last part: `default` of `spark_catalog.default`.
fn database_name(name: &Name) -> String {
    name.last().map(|n| n.to_lowercase()).unwrap_or_default()
}

fn not_found(name: &Name) -> SessionError {
    SessionError::RelationNotFound { name: quoted(name) }
}

/// What a command without a result gives.
fn nothing() -> Frame {
    Frame::empty(Arc::default())
}

fn text(text: impl Into<String>) -> Value {
    Value::String(text.into().into())
}

/// A column of texts.
fn strings(name: &str, values: Vec<String>) -> Result<Frame, SessionError> {
    let rows = values.into_iter().map(|v| vec![text(v)]).collect();
    table(&[(name, DataType::String)], rows)
}

/// Rows of values as a frame.
fn table(columns: &[(&str, DataType)], rows: Vec<Vec<Value>>) -> Result<Frame, SessionError> {
    let schema = Arc::new(StructType::of(columns.iter().cloned()));
    let height = rows.len();
    let mut series = Vec::with_capacity(columns.len());
    for (i, (name, data_type)) in columns.iter().enumerate() {
        let values: Vec<Value> = rows
            .iter()
            .map(|row| row.get(i).cloned().unwrap_or(Value::Null))
            .collect();
        let column = crate::types::series_from_values(name, &values, data_type);
        series.push(column.map_err(SqlError::from)?);
    }
    Ok(Frame::new(schema, series, height).map_err(SqlError::from)?)
}

/// A command's name, for the message that it isn't supported.
fn name_of(command: &Command) -> &'static str {
    match command {
        Command::Optimize { .. } => "OPTIMIZE",
        Command::Vacuum { .. } => "VACUUM",
        Command::Restore { .. } => "RESTORE",
        Command::Delete { .. } => "DELETE",
        Command::Update { .. } => "UPDATE",
        Command::Merge(_) => "MERGE INTO",
        Command::AlterTable { .. } => "ALTER TABLE",
        Command::ShowCreateTable { .. } => "SHOW CREATE TABLE",
        Command::ShowTableProperties { .. } => "SHOW TBLPROPERTIES",
        Command::ShowPartitions { .. } => "SHOW PARTITIONS",
        Command::ShowFunctions { .. } => "SHOW FUNCTIONS",
        Command::DescribeFunction { .. } => "DESCRIBE FUNCTION",
        Command::DescribeDatabase { .. } => "DESCRIBE DATABASE",
        _ => "This statement",
    }
}
