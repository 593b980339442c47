//! What a session knows: configuration, tables, views. What names mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::SessionError;
use super::catalog::{CatalogTable, CatalogView, SessionCatalog};
use super::conf::{Conf, WAREHOUSE};
use crate::delta::{DeltaError, DeltaLog, DeltaLogs};
use crate::env::Env;
use crate::sql::SqlError;
use crate::sql::analyze::Relation;
use crate::sql::command::{TimeTravel, Variable};
use crate::sql::execute::{ExecContext, FrameStream, ReadListener, execute};
use crate::sql::optimize::optimize;
use crate::sql::plan::{DeltaScan, Plan, PlanNode};
use crate::sql::python::{Python, PythonUdf};
use crate::sql::streaming_rules::check_batch;
use crate::storage::{DbfsPath, FileSystem};
use crate::streaming::sinks::MemorySinkRows;
use crate::types::{Frame, SchemaRef};

/// The database that unqualified names mean at first.
pub const DEFAULT_DATABASE: &str = "default";

/// The database of global temporary views.
pub const GLOBAL_TEMP: &str = "global_temp";

/// A session's state without its streams.
pub struct SessionState {
    pub fs: Arc<dyn FileSystem>,
    pub env: Env,
    pub conf: Conf,
    pub deltas: DeltaLogs,
    pub current_database: String,
    pub(super) catalog: SessionCatalog,
    /// Python functions that SQL can call, by their name in lower case.
    udfs: BTreeMap<String, Arc<PythonUdf>>,
    /// By their name in lower case.
    pub(super) variables: BTreeMap<String, Variable>,
    /// Who runs them.
    pub python: Python,
    /// Who hears how far batch queries are.
    pub on_read: ReadListener,
    /// The rows of memory sinks, by their query's name in lower case.
    memory: BTreeMap<String, (SchemaRef, MemorySinkRows)>,
}

/// A table's name and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    pub database: String,
    pub table: String,
}

impl TableName {
    /// The name in error messages: `` `spark_catalog`.`default`.`t` ``.
    pub fn quoted(&self) -> String {
        format!(
            "`spark_catalog`.{}.{}",
            crate::types::quote(&self.database),
            crate::types::quote(&self.table)
        )
    }

    /// `spark_catalog.default.t`
    pub fn full(&self) -> String {
        format!("spark_catalog.{}.{}", self.database, self.table)
    }

    /// `default.t`, by which the catalog knows it.
    pub(super) fn key(&self) -> String {
        format!("{}.{}", self.database, self.table)
    }
}

impl SessionState {
    pub fn new(fs: Arc<dyn FileSystem>, env: Env) -> Self {
        SessionState {
            deltas: DeltaLogs::new(fs.clone()),
            fs,
            env,
            conf: Conf::default(),
            current_database: DEFAULT_DATABASE.into(),
            catalog: SessionCatalog::default(),
            udfs: BTreeMap::new(),
            variables: BTreeMap::new(),
            python: Python::default(),
            on_read: ReadListener::default(),
            memory: BTreeMap::new(),
        }
    }

    /// What a batch query runs with.
    pub fn exec_context(&self) -> ExecContext {
        let mut context = ExecContext::new(self.fs.clone(), self.env.clock.now_us());
        context.time_zone = self.conf.time_zone();
        context.current_database = self.current_database.as_str().into();
        context.delta_logs = self.deltas.clone();
        context.python = self.python.clone();
        context.on_read = self.on_read.clone();
        context
    }

    /// The same, for its operators to share.
    #[expect(
        clippy::arc_with_non_send_sync,
        reason = "a session is driven by one thread"
    )]
    pub(super) fn shared_context(&self) -> Arc<ExecContext> {
        Arc::new(self.exec_context())
    }

    /// Pulls a batch query's rows.
    pub(super) fn rows(&self, plan: &Plan) -> Result<FrameStream, SessionError> {
        check_batch(plan)?;
        Ok(execute(&optimize(plan), &self.shared_context())?)
    }

    // Databases and tables

    /// The table that a name of one to three parts means. Table names have no case.
    ///
    /// # Errors
    /// A name with too many parts, or of another catalog.
    pub fn table_name(&self, parts: &[String]) -> Result<TableName, SessionError> {
        self.table_name_in(parts, &self.current_database)
    }

    fn table_name_in(&self, parts: &[String], database: &str) -> Result<TableName, SessionError> {
        let (database, table) = match parts {
            [table] => (database, table),
            [database, table] => (database.as_str(), table),
            [catalog, database, table] if self.catalog.has_catalog(catalog) => {
                (database.as_str(), table)
            }
            _ => {
                return Err(SessionError::RelationNotFound {
                    name: quoted(parts),
                });
            }
        };
        Ok(TableName {
            database: database.to_lowercase(),
            table: table.to_lowercase(),
        })
    }

    /// Where a managed table of that name lies or would lie.
    pub fn managed_location(&self, name: &TableName) -> Result<DbfsPath, SessionError> {
        Ok(self.database_location(&name.database)?.join(&name.table)?)
    }

    /// Where a table lies: where it was created, or its place in the warehouse.
    pub fn location(&self, name: &TableName) -> Result<DbfsPath, SessionError> {
        match self.entry(name).and_then(|table| table.location.clone()) {
            Some(path) => Ok(path),
            None => self.managed_location(name),
        }
    }

    /// Where a database's tables lie: where it was created, or its place in the warehouse.
    pub fn database_location(&self, database: &str) -> Result<DbfsPath, SessionError> {
        if let Some(entry) = self.catalog.database(database)
            && let Some(location) = &entry.location
        {
            return Ok(location.clone());
        }
        let warehouse = self.conf.get(WAREHOUSE.name).unwrap_or_default();
        let warehouse = DbfsPath::parse(warehouse)?;
        if database == DEFAULT_DATABASE {
            Ok(warehouse)
        } else {
            Ok(warehouse.join(&format!("{database}.db"))?)
        }
    }

    /// The databases, by name.
    pub fn databases(&self) -> Result<Vec<String>, SessionError> {
        let warehouse = self.database_location(DEFAULT_DATABASE)?;
        let mut names = vec![DEFAULT_DATABASE.to_owned()];
        if self.fs.status(&warehouse)?.is_some() {
            let dirs = self.fs.list(&warehouse)?;
            names.extend(
                dirs.iter()
                    .filter(|d| d.is_dir)
                    .filter_map(|d| d.path.name().strip_suffix(".db").map(str::to_owned)),
            );
        }
        names.extend(self.catalog.databases().map(str::to_owned));
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// # Errors
    /// `SCHEMA_NOT_FOUND`.
    pub fn require_database(&self, database: &str) -> Result<(), SessionError> {
        if self.databases()?.iter().any(|name| name == database) {
            return Ok(());
        }
        Err(SessionError::DatabaseNotFound {
            name: crate::types::quote(database),
        })
    }

    /// A database's tables, by name.
    pub fn tables(&self, database: &str) -> Result<Vec<TableName>, SessionError> {
        let dir = self.database_location(database)?;
        let mut names: Vec<String> = Vec::new();
        if self.fs.status(&dir)?.is_some() {
            for entry in self.fs.list(&dir)? {
                if entry.is_dir && self.deltas.open(&entry.path).exists()? {
                    names.push(entry.path.name().into());
                }
            }
        }
        names.extend(self.catalog.tables_of(database).map(str::to_owned));
        names.sort();
        names.dedup();
        Ok(names
            .into_iter()
            .map(|table| TableName {
                database: database.into(),
                table,
            })
            .collect())
    }

    /// The names of a database's views, temporary ones left out.
    pub fn persisted_views(&self, database: &str) -> Vec<String> {
        self.catalog.views_of(database).map(str::to_owned).collect()
    }

    /// Whether a table's files go when it is dropped.
    pub fn is_managed(&self, name: &TableName) -> bool {
        self.entry(name).is_none_or(|table| table.is_managed)
    }

    /// Whether there is a table of that name.
    pub fn table_exists(&self, name: &TableName) -> Result<bool, SessionError> {
        if self.entry(name).is_some_and(|t| t.format.is_some()) {
            return Ok(true);
        }
        Ok(self.deltas.open(&self.location(name)?).exists()?)
    }

    /// The log of an existing table.
    ///
    /// # Errors
    /// `TABLE_OR_VIEW_NOT_FOUND`.
    pub fn table_log(&self, name: &TableName) -> Result<DeltaLog, SessionError> {
        let log = self.deltas.open(&self.location(name)?);
        if log.exists()? {
            Ok(log)
        } else {
            Err(SessionError::RelationNotFound {
                name: name.quoted(),
            })
        }
    }

    /// The log of a table that an operation changes.
    ///
    /// # Errors
    /// As [`SessionState::log_of`]; what a view and a table of files are refused with.
    pub(super) fn delta_log(
        &self,
        parts: &[String],
        operation: &'static str,
    ) -> Result<DeltaLog, SessionError> {
        if let Ok(name) = self.table_name(parts)
            && self.entry(&name).is_some_and(|t| t.format.is_some())
        {
            return Err(match operation {
                "DELETE" | "UPDATE" | "MERGE" => SessionError::TableOperation {
                    table: name.quoted(),
                    operation,
                },
                _ => DeltaError::OnlyDelta {
                    table: name.quoted(),
                    operation,
                }
                .into(),
            });
        }
        if let [view] = parts
            && self.view(view).is_some()
        {
            return Err(SessionError::ExpectedTable {
                operation,
                name: crate::types::quote(view),
            });
        }
        self.log_of(parts)
    }

    /// The log that a table's name, or `` delta.`path` ``, means.
    ///
    /// # Errors
    /// `TABLE_OR_VIEW_NOT_FOUND`, `DELTA_MISSING_DELTA_TABLE`, `EXPECT_TABLE_NOT_VIEW`.
    pub(super) fn log_of(&self, parts: &[String]) -> Result<DeltaLog, SessionError> {
        if let [format, path] = parts
            && format.eq_ignore_ascii_case("delta")
            && path.contains('/')
        {
            let path = DbfsPath::parse(path)?;
            let log = self.deltas.open(&path);
            return if log.exists()? {
                Ok(log)
            } else {
                Err(SessionError::NotDelta { path })
            };
        }
        if let [view] = parts
            && self.view(view).is_some()
        {
            return Err(SessionError::ExpectedTable {
                operation: "DESCRIBE",
                name: crate::types::quote(view),
            });
        }
        self.table_log(&self.table_name(parts)?)
    }

    /// The view of that name; `None` for a table, and if there is nothing.
    pub(super) fn persisted_view(&self, parts: &[String]) -> Option<(TableName, &CatalogView)> {
        let name = self.table_name(parts).ok()?;
        let view = self.catalog.view(&name.key())?;
        Some((name, view))
    }

    /// The catalog's entry of a table, if it has one.
    pub(super) fn entry(&self, name: &TableName) -> Option<&Arc<CatalogTable>> {
        self.catalog.table(&name.key())
    }

    /// Gives a Delta table outside the warehouse a name.
    pub fn register(&mut self, name: &TableName, location: DbfsPath) {
        let table = CatalogTable {
            location: Some(location),
            created_ms: self.env.clock.now_ms(),
            ..CatalogTable::default()
        };
        self.catalog.set_table(name.key(), table);
    }

    /// Drops a table: a managed one with its files. Gives whether there was one.
    pub fn drop_table(&mut self, name: &TableName) -> Result<bool, SessionError> {
        if let Some(entry) = self.catalog.remove_table(&name.key()) {
            if let Some(location) = entry.location.as_ref().filter(|_| entry.is_managed) {
                self.fs.delete(location)?;
                self.deltas.forget(location);
            }
            return Ok(true);
        }
        let location = self.managed_location(name)?;
        let existed = self.deltas.open(&location).exists()?;
        if existed {
            self.fs.delete(&location)?;
            self.deltas.forget(&location);
        }
        Ok(existed)
    }

    // Temporary views

    /// Makes or replaces a temporary view.
    pub fn set_view(&mut self, name: &str, plan: Arc<Plan>) {
        self.catalog.set_temporary(name, plan);
    }

    /// A temporary view's plan.
    pub fn view(&self, name: &str) -> Option<&Arc<Plan>> {
        self.catalog.temporary(name).map(|(_, plan)| plan)
    }

    /// Drops a temporary view. Gives whether there was one.
    pub fn drop_view(&mut self, name: &str) -> bool {
        self.catalog.remove_temporary(name)
    }

    /// Drops a view of `global_temp`. Gives whether there was one.
    pub fn drop_global_view(&mut self, name: &str) -> bool {
        self.catalog.remove_global_temporary(name)
    }

    /// The temporary views in the order of their creation.
    pub fn views(&self) -> impl Iterator<Item = (&str, &Arc<Plan>)> {
        self.catalog.temporaries()
    }

    /// Makes a Python function callable in SQL (`spark.udf.register`).
    pub fn register_udf(&mut self, udf: PythonUdf) {
        self.udfs.insert(udf.name.to_lowercase(), Arc::new(udf));
    }

    /// The Python function of that name.
    pub fn udf(&self, name: &str) -> Option<&Arc<PythonUdf>> {
        self.udfs.get(&name.to_lowercase())
    }

    // Relations

    /// The rows of a memory sink, as a table of its query's name.
    pub fn set_memory_table(&mut self, name: &str, schema: SchemaRef, rows: MemorySinkRows) {
        self.memory.insert(name.to_lowercase(), (schema, rows));
    }

    fn memory_table(&self, name: &str) -> Result<Option<Relation>, SessionError> {
        let Some((schema, rows)) = self.memory.get(&name.to_lowercase()) else {
            return Ok(None);
        };
        let frame = Frame::concat(&rows.frames()).map_err(SqlError::from)?;
        let frame = frame.unwrap_or_else(|| Frame::empty(schema.clone()));
        Ok(Some(Relation {
            plan: Arc::new(Plan::local(frame)),
            qualifier: vec![name.to_owned()],
            is_view: true,
        }))
    }

    /// What a name means: a temporary view, a view or a table. `None` if it means nothing.
    pub fn find_relation(
        &self,
        parts: &[String],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Relation>, SessionError> {
        if let [name] = parts
            && let Some(table) = self.memory_table(name)?
        {
            return Ok(Some(table));
        }
        if let Some((full, plan)) = self.temporary(parts) {
            if at.is_some() {
                return Err(DeltaError::TimeTravelOfView.into());
            }
            return Ok(Some(Relation {
                plan: Arc::new(view_plan(&full, plan)),
                qualifier: full.split('.').map(str::to_owned).collect(),
                is_view: true,
            }));
        }
        self.persisted_relation(parts, at, &self.current_database, 0)
    }

    /// A temporary view, a global one too: its name and its plan.
    pub(super) fn temporary(&self, parts: &[String]) -> Option<(String, &Arc<Plan>)> {
        match parts {
            [name] => self
                .catalog
                .temporary(name)
                .map(|(name, plan)| (name.to_owned(), plan)),
            [database, name] if database.eq_ignore_ascii_case(GLOBAL_TEMP) => self
                .catalog
                .global_temporary(name)
                .map(|(name, plan)| (format!("{GLOBAL_TEMP}.{name}"), plan)),
            _ => None,
        }
    }

    /// What a name means besides temporary views, unqualified in `database`. Views may read
    /// views, `depth` deep so far.
    pub(super) fn persisted_relation(
        &self,
        parts: &[String],
        at: Option<&TimeTravel>,
        database: &str,
        depth: usize,
    ) -> Result<Option<Relation>, SessionError> {
        let (parts, at) = at_version_of_name(parts, at);
        let at = at.as_ref();
        let Ok(name) = self.table_name_in(&parts, database) else {
            return Ok(None);
        };
        let qualifier: Vec<String> = name.full().split('.').map(str::to_owned).collect();
        if let Some(view) = self.catalog.view(&name.key()) {
            if at.is_some() {
                return Err(DeltaError::TimeTravelOfView.into());
            }
            let plan = super::commands::view_query(self, &name, view, depth)?;
            return Ok(Some(Relation {
                plan: Arc::new(view_plan(&name.full(), &plan)),
                qualifier,
                is_view: true,
            }));
        }
        if let Some(table) = self.entry(&name)
            && let Some(format) = table.format
        {
            let mut plan = self.file_table(&name, table, format)?;
            for attribute in &mut plan.output {
                attribute.qualifier.clone_from(&qualifier);
            }
            return Ok(Some(Relation {
                plan: Arc::new(plan),
                qualifier,
                is_view: false,
            }));
        }
        let log = self.deltas.open(&self.location(&name)?);
        if !log.exists()? {
            return Ok(None);
        }
        let version = version_at(&log, at, self.conf.time_zone())?;
        Ok(Some(Relation {
            plan: Arc::new(delta_plan(&log, Some(name.full()), version)?),
            qualifier,
            is_view: false,
        }))
    }

    /// The relation of that name.
    ///
    /// # Errors
    /// `TABLE_OR_VIEW_NOT_FOUND`.
    pub fn require_relation(&self, parts: &[String]) -> Result<Plan, SessionError> {
        match self.find_relation(parts, None)? {
            Some(relation) => Ok(relation.plan.as_ref().clone()),
            None => Err(SessionError::RelationNotFound {
                name: quoted(parts),
            }),
        }
    }

    /// A Delta table's directory as a relation.
    pub fn delta_path(
        &self,
        path: &DbfsPath,
        at: Option<&TimeTravel>,
    ) -> Result<Plan, SessionError> {
        let log = self.deltas.open(path);
        if !log.exists()? {
            return Err(SessionError::NotDelta { path: path.clone() });
        }
        let version = version_at(&log, at, self.conf.time_zone())?;
        delta_plan(&log, None, version)
    }
}

/// `t@v1` is `t VERSION AS OF 1`, and `t@20260131000000000` a time. Delta documentation, "@
/// syntax".
fn at_version_of_name(
    parts: &[String],
    at: Option<&TimeTravel>,
) -> (Vec<String>, Option<TimeTravel>) {
    let mut parts = parts.to_vec();
    if at.is_none()
        && let Some(last) = parts.last_mut()
        && let Some((name, place)) = last.rsplit_once('@')
        && let Some(travel) = parse_at(place)
    {
        *last = name.to_owned();
        return (parts, Some(travel));
    }
    (parts, at.cloned())
}

fn parse_at(place: &str) -> Option<TimeTravel> {
    if let Some(version) = place.strip_prefix(['v', 'V']) {
        return version.parse().ok().map(TimeTravel::Version);
    }
    if place.len() != 17 || !place.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (date, time) = place.split_at_checked(8)?;
    let (year, rest) = date.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    let (hour, rest) = time.split_at_checked(2)?;
    let (minute, rest) = rest.split_at_checked(2)?;
    let (second, milli) = rest.split_at_checked(2)?;
    Some(TimeTravel::Timestamp(format!(
        "{year}-{month}-{day} {hour}:{minute}:{second}.{milli}"
    )))
}

/// The version that a time travel means; `None` is the newest.
///
/// # Errors
/// A timestamp that can't be read, or lies outside the table's history.
pub(super) fn version_at(
    log: &DeltaLog,
    at: Option<&TimeTravel>,
    zone: chrono_tz::Tz,
) -> Result<Option<u64>, SessionError> {
    match at {
        None => Ok(None),
        Some(TimeTravel::Version(version)) => Ok(Some(*version)),
        Some(TimeTravel::Timestamp(text)) => {
            let us = crate::sql::functions::cast::parse_timestamp(text, Some(zone))
                .ok_or_else(|| SessionError::InvalidTimestamp { text: text.clone() })?;
            Ok(Some(log.version_at_timestamp(us.div_euclid(1000))?))
        }
    }
}

/// The relation of a table's log, at a version or whatever is newest when it runs.
pub fn delta_plan(
    log: &DeltaLog,
    name: Option<String>,
    version: Option<u64>,
) -> Result<Plan, SessionError> {
    let snapshot = match version {
        Some(version) => log.snapshot_at(version)?,
        None => log.snapshot()?,
    };
    let qualifier = name
        .as_deref()
        .map(|n| n.split('.').map(str::to_owned).collect::<Vec<_>>())
        .unwrap_or_default();
    let mut plan = Plan::delta_scan(DeltaScan {
        table: log.table_path().clone(),
        name,
        version,
        files: None,
        schema: snapshot.schema().clone(),
        projection: None,
    });
    for attribute in &mut plan.output {
        attribute.qualifier.clone_from(&qualifier);
    }
    Ok(plan)
}

fn view_plan(name: &str, plan: &Arc<Plan>) -> Plan {
    let mut output = plan.output.clone();
    for attribute in &mut output {
        attribute.qualifier = vec![name.into()];
    }
    Plan {
        node: PlanNode::View {
            input: plan.clone(),
            name: name.into(),
        },
        output,
    }
}

/// A name's parts as error messages show them.
pub fn quoted(parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|p| crate::types::quote(p)).collect();
    parts.join(".")
}
