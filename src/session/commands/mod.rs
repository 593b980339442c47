//! Carrying out SQL's commands.

mod alter;
mod clone;
mod convert;
mod copy_into;
mod databases;
mod describe;
mod dml;
mod functions;
mod maintenance;
mod show;
mod tables;
mod variables;
mod views;
mod volumes;

pub use copy_into::COPY_OPTIONS;
pub(super) use dml::{at_version, touched};
pub(super) use views::view_query;

use std::sync::Arc;

use super::conf::{ANSI, AUTO_MERGE};
use super::state::{GLOBAL_TEMP, quoted, version_at};
use super::{Ran, Session, SessionError, SessionState};
use crate::delta::CommitInfo;
use crate::sql::SqlError;
use crate::sql::analyze::{Catalog, Parameters, Relation, analyze_with};
use crate::sql::changes::changes;
use crate::sql::command::{Command, Name, SqlFunction, Statement, TimeTravel, Variable};
use crate::sql::parse::{ParsedStatement, parse_one};
use crate::sql::plan::Plan;
use crate::sql::python::PythonUdf;
use crate::types::{DataType, Frame, StructType, Value};
use databases::NewDatabase;
use maintenance::Vacuum;

/// What Databricks says of a pipeline's declaration in a notebook.
const FOR_PIPELINE: &str = "This Delta Live Tables query is syntactically valid, but you must create a pipeline in order to define and populate your table.";

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

    /// Carries out a bound command.
    ///
    /// # Errors
    /// As [`Session::sql`].
    pub fn command(&mut self, command: Command) -> Result<Ran, SessionError> {
        let frame = match command {
            Command::CreateView(view) => self.create_view(view)?,
            Command::DropView { name, if_exists } => self.drop_view(&name, if_exists)?,
            Command::CreateTable(table) => self.create_table(table)?,
            Command::CreateTableLike {
                name,
                source,
                if_not_exists,
                definition,
            } => self.create_table_like(name, &source, if_not_exists, definition)?,
            Command::CloneTable(clone) => self.clone_table(clone)?,
            Command::Insert(insert) => self.insert(insert)?,
            Command::CopyInto(copy) => self.copy_into(&copy)?,
            Command::ConvertToDelta(convert) => self.convert_to_delta(&convert)?,
            Command::Generate { mode, table } => self.generate(&mode, &table)?,
            Command::CreateVolume {
                name,
                if_not_exists,
            } => self.create_volume(&name, if_not_exists)?,
            Command::DropVolume { name, if_exists } => self.drop_volume(&name, if_exists)?,
            Command::ShowVolumes { database, pattern } => {
                volumes::show(&self.state, database.as_ref(), pattern.as_deref())?
            }
            Command::List { path, limit } => volumes::list(&self.state, &path, limit)?,
            Command::Delete(delete) => self.delete(&delete)?,
            Command::Update(update) => self.update(&update)?,
            Command::Merge(merge) => self.merge(&merge)?,
            Command::DropTable { name, if_exists } => self.drop_table(&name, if_exists)?,
            Command::TruncateTable { table } => self.truncate(&table)?,
            Command::RefreshTable { name } => self.refresh(&name)?,
            Command::AlterTable { name, change } => self.alter(&name, change)?,
            Command::CreateDatabase {
                name,
                if_not_exists,
                location,
                comment,
                properties,
            } => self.create_database(NewDatabase {
                name,
                if_not_exists,
                location,
                comment,
                properties,
            })?,
            Command::AlterDatabase {
                name,
                comment,
                properties,
            } => self.alter_database(&name, comment, properties)?,
            Command::DropDatabase {
                name,
                if_exists,
                cascade,
            } => self.drop_database(&name, if_exists, cascade)?,
            Command::Declare(declaration) => self.declare(declaration)?,
            Command::SetVariables { names, plan } => self.set_variables(&names, &plan)?,
            Command::DropVariable { name, if_exists } => self.drop_variable(&name, if_exists)?,
            Command::CreateFunction(function) => self.create_function(function)?,
            Command::DropFunction {
                name,
                temporary,
                if_exists,
            } => self.drop_function(&name, temporary, if_exists)?,
            Command::Use { database } => {
                let name = self.state.database(Some(&database))?;
                self.state.current_database = name;
                nothing()
            }
            Command::UseCatalog { name } => self.use_catalog(&name)?,
            Command::CreateCatalog {
                name,
                if_not_exists,
            } => self.create_catalog(&name, if_not_exists)?,
            Command::DropCatalog { name, if_exists } => self.drop_catalog(&name, if_exists)?,
            Command::Set { key, value } => {
                self.state.refresh_conf();
                self.set(key, value)?
            }
            Command::Reset { key } => {
                match key {
                    Some(key) => self.state.conf.unset(&key),
                    None => self.state.conf = super::Conf::default(),
                }
                nothing()
            }
            Command::Maintain { table } => {
                self.state.relation_of(&table)?;
                nothing()
            }
            Command::DefineForPipeline => strings("message", vec![FOR_PIPELINE.into()])?,
            Command::Privileges { statement } => {
                return Err(SessionError::NoPrivileges { statement });
            }
            Command::CacheTable { .. } | Command::UncacheTable { .. } | Command::ClearCache => {
                nothing()
            }
            Command::Optimize {
                table,
                predicate,
                z_order,
            } => maintenance::optimize(&self.state, &table, predicate.as_ref(), &z_order)?,
            Command::Vacuum {
                table,
                retain_hours,
                dry_run,
            } => maintenance::vacuum(
                &self.state,
                &Vacuum {
                    table: &table,
                    retain_hours,
                    dry_run,
                },
            )?,
            Command::Restore { table, to } => maintenance::restore(&self.state, &table, &to)?,
            told => self.state.tell(told)?,
        };
        Ok(Ran::Frame(frame))
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
        full_table(
            &[("key", DataType::String), ("value", DataType::String)],
            rows,
        )
    }
}

impl SessionState {
    /// Commands that tell about what is there.
    fn tell(&self, command: Command) -> Result<Frame, SessionError> {
        let state = self;
        match command {
            Command::ShowTables { database, pattern } => {
                let database = self.database_to_show(database.as_ref())?;
                show::tables(state, &database, pattern.as_deref())
            }
            Command::ShowViews { database, pattern } => {
                let database = self.database_to_show(database.as_ref())?;
                show::views(state, &database, pattern.as_deref())
            }
            Command::ShowDatabases { pattern } => show::databases(state, pattern.as_deref()),
            Command::ShowCatalogs => strings("catalog", state.catalog.catalogs().collect()),
            Command::ShowColumns { table } => {
                let plan = self.relation_of(&table)?;
                let schema = plan.schema();
                let names = schema.names().iter().map(|n| (*n).to_owned()).collect();
                strings("col_name", names)
            }
            Command::ShowCreateTable { table } => show::create_table(state, &table),
            Command::ShowTableProperties { table, key } => {
                show::properties(state, &table, key.as_deref())
            }
            Command::ShowPartitions { table } => show::partitions(state, &table),
            Command::ShowFunctions { kinds, pattern } => {
                functions::show(state, &kinds, pattern.as_deref())
            }
            Command::DescribeColumn { name, column } => describe::column_of(state, &name, &column),
            Command::DescribeTable { name, extended } => describe::table(state, &name, extended),
            Command::DescribeQuery { plan } => describe::columns(&plan.schema(), &[]),
            Command::DescribeHistory { table, limit } => {
                let log = state.delta_log(&table, "DESCRIBE HISTORY")?;
                describe::history(&log, limit)
            }
            Command::DescribeDetail { table } => describe::detail(state, &table),
            Command::DescribeFunction { name, extended } => {
                functions::describe(state, &name, extended)
            }
            Command::DescribeDatabase { name, extended } => {
                databases::describe(state, &name, extended)
            }
            Command::Explain { plan, .. } => {
                let text = crate::sql::explain::explain(&plan);
                strings("plan", vec![format!("== Physical Plan ==\n{text}\n")])
            }
            _ => Err(SessionError::Unsupported {
                statement: "This statement".into(),
            }),
        }
    }

    /// The database of a `SHOW … IN`, which `global_temp` may be.
    fn database_to_show(&self, name: Option<&Name>) -> Result<String, SessionError> {
        match name.map(database_name) {
            Some(name) if name == GLOBAL_TEMP => Ok(name),
            _ => self.database(name),
        }
    }

    /// The database of a `USE`, `SHOW … IN`; the current one if none is named.
    fn database(&self, name: Option<&Name>) -> Result<String, SessionError> {
        let Some(name) = name else {
            return Ok(self.current_database.clone());
        };
        let database = database_name(name);
        if self.databases()?.contains(&database) {
            Ok(database)
        } else {
            Err(SessionError::DatabaseNotFound {
                name: crate::types::quote(&database),
            })
        }
    }

    fn relation_of(&self, name: &Name) -> Result<Arc<Plan>, SessionError> {
        self.find_relation(name, None)?
            .map(|relation| relation.plan)
            .ok_or_else(|| not_found(name))
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

    fn function(&self, name: &[String]) -> Option<(String, SqlFunction)> {
        functions::find(self, name)
    }

    fn variable(&self, name: &str) -> Option<Variable> {
        self.variables.get(&name.to_lowercase()).cloned()
    }

    fn table_changes(
        &self,
        name: &[String],
        from: &TimeTravel,
        to: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SqlError> {
        let table = self.table_name(name)?;
        if !self.table_exists(&table)? {
            return Ok(None);
        }
        let log = self.delta_log(name, "table_changes")?;
        let zone = self.conf.time_zone();
        let from = version_at(&log, Some(from), zone)?.unwrap_or_default();
        let to = version_at(&log, to, zone)?;
        Ok(Some(changes(&log, Some(&table.full()), from, to)?))
    }

    fn told(&self, command: &str) -> Result<Frame, SqlError> {
        match analyze_with(&parse_one(command)?, self, &Parameters::default())? {
            Statement::Command(command) => Ok(self.tell(command)?),
            Statement::Query(plan) => Ok(Frame::empty(plan.schema())),
        }
    }

    fn current_database(&self) -> String {
        self.current_database.clone()
    }

    fn ansi(&self) -> bool {
        self.conf.is_true(ANSI.name)
    }

    fn auto_merge(&self) -> bool {
        self.conf.is_true(AUTO_MERGE.name)
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
    full_table(&[(name, DataType::String)], rows)
}

/// Rows of values as a frame.
fn table(columns: &[(&str, DataType)], rows: Vec<Vec<Value>>) -> Result<Frame, SessionError> {
    table_of(StructType::of(columns.iter().cloned()), rows)
}

/// The same, of columns that are never null.
fn full_table(columns: &[(&str, DataType)], rows: Vec<Vec<Value>>) -> Result<Frame, SessionError> {
    let mut schema = StructType::of(columns.iter().cloned());
    schema.fields.iter_mut().for_each(|f| f.nullable = false);
    table_of(schema, rows)
}

fn table_of(schema: StructType, rows: Vec<Vec<Value>>) -> Result<Frame, SessionError> {
    let schema = Arc::new(schema);
    let height = rows.len();
    let mut series = Vec::with_capacity(schema.len());
    for (i, field) in schema.fields.iter().enumerate() {
        let values: Vec<Value> = rows
            .iter()
            .map(|row| row.get(i).cloned().unwrap_or(Value::Null))
            .collect();
        let column = crate::types::series_from_values(&field.name, &values, &field.data_type);
        series.push(column.map_err(SqlError::from)?);
    }
    Ok(Frame::new(schema, series, height).map_err(SqlError::from)?)
}

/// A count as SQL has it.
fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// What a command tells of its work: as its result's name, as its commit's metric, how much.
type Told = (&'static str, &'static str, i64);

/// The commit with what it did.
fn with_metrics(info: CommitInfo, told: &[Told]) -> CommitInfo {
    told.iter()
        .fold(info, |info, (_, metric, n)| info.with_metric(metric, n))
}

/// What a command did, as its one row.
fn told_row(told: &[Told]) -> Result<Frame, SessionError> {
    let columns: Vec<(&str, DataType)> = told.iter().map(|t| (t.0, DataType::Long)).collect();
    let row = told.iter().map(|t| Value::Long(t.2)).collect();
    table(&columns, vec![row])
}

/// `num_affected_rows` and its kin.
fn counted(columns: &[(&str, u64)]) -> Result<Frame, SessionError> {
    let types: Vec<(&str, DataType)> = columns
        .iter()
        .map(|(name, _)| (*name, DataType::Long))
        .collect();
    let row = columns
        .iter()
        .map(|(_, n)| Value::Long(i64::try_from(*n).unwrap_or(i64::MAX)))
        .collect();
    table(&types, vec![row])
}
