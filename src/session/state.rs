//! What a session knows: configuration, tables, views. What names mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::SessionError;
use super::conf::Conf;
use crate::delta::{DeltaLog, DeltaLogs};
use crate::env::Env;
use crate::formats::partitions::partition_schema;
use crate::formats::{self, FileFormat, Options};
use crate::sql::analyze::Relation;
use crate::sql::command::TimeTravel;
use crate::sql::execute::ExecContext;
use crate::sql::plan::{DeltaScan, FileScan, Plan, PlanNode};
use crate::storage::{DbfsPath, FileStatus, FileSystem};
use crate::types::StructType;

/// The database that unqualified names mean at first.
pub const DEFAULT_DATABASE: &str = "default";

/// A session's state without its streams.
pub struct SessionState {
    pub fs: Arc<dyn FileSystem>,
    pub env: Env,
    pub conf: Conf,
    pub deltas: DeltaLogs,
    pub current_database: String,
    /// Tables outside the warehouse, by full name: `database.table`.
    external: BTreeMap<String, DbfsPath>,
    /// Temporary views by lower-case name: the name as given, and the plan.
    views: IndexMap<String, (String, Arc<Plan>)>,
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

    fn key(&self) -> String {
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
            external: BTreeMap::new(),
            views: IndexMap::new(),
        }
    }

    /// What a batch query runs with.
    pub fn exec_context(&self) -> ExecContext {
        let mut context = ExecContext::new(self.fs.clone(), self.env.clock.now_us());
        context.time_zone = self.conf.time_zone();
        context.current_database = self.current_database.as_str().into();
        context.delta_logs = self.deltas.clone();
        context
    }

    // Databases and tables

    /// The table that a name of one to three parts means. Table names have no case.
    ///
    /// # Errors
    /// A name with too many parts, or of another catalog.
    pub fn table_name(&self, parts: &[String]) -> Result<TableName, SessionError> {
        let (database, table) = match parts {
            [table] => (self.current_database.as_str(), table),
            [database, table] => (database.as_str(), table),
            [catalog, database, table]
                if ["spark_catalog", "hive_metastore"]
                    .contains(&catalog.to_lowercase().as_str()) =>
            {
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
        match self.external.get(&name.key()) {
            Some(path) => Ok(path.clone()),
            None => self.managed_location(name),
        }
    }

    /// Where a database's tables lie.
    pub fn database_location(&self, database: &str) -> Result<DbfsPath, SessionError> {
        let warehouse = self.conf.get("spark.sql.warehouse.dir").unwrap_or_default();
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
        names.sort();
        Ok(names)
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
        let prefix = format!("{database}.");
        names.extend(
            self.external
                .keys()
                .filter_map(|key| key.strip_prefix(&prefix).map(str::to_owned)),
        );
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

    /// Whether there is a table of that name.
    pub fn table_exists(&self, name: &TableName) -> Result<bool, SessionError> {
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

    /// Gives a table outside the warehouse a name.
    pub fn register(&mut self, name: &TableName, location: DbfsPath) {
        self.external.insert(name.key(), location);
    }

    /// Drops a table: a managed one with its files. Gives whether there was one.
    pub fn drop_table(&mut self, name: &TableName) -> Result<bool, SessionError> {
        if self.external.remove(&name.key()).is_some() {
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
        self.views.insert(name.to_lowercase(), (name.into(), plan));
    }

    /// A temporary view's plan.
    pub fn view(&self, name: &str) -> Option<&Arc<Plan>> {
        self.views.get(&name.to_lowercase()).map(|(_, plan)| plan)
    }

    /// Drops a temporary view. Gives whether there was one.
    pub fn drop_view(&mut self, name: &str) -> bool {
        self.views.shift_remove(&name.to_lowercase()).is_some()
    }

    /// The temporary views in the order of their creation.
    pub fn views(&self) -> impl Iterator<Item = (&str, &Arc<Plan>)> {
        self.views
            .values()
            .map(|(name, plan)| (name.as_str(), plan))
    }

    // Relations

    /// What a name means: a temporary view, or a table. `None` if it means nothing.
    pub fn find_relation(
        &self,
        parts: &[String],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Relation>, SessionError> {
        if let [name] = parts
            && let Some((name, plan)) = self.views.get(&name.to_lowercase())
        {
            return Ok(Some(Relation {
                plan: Arc::new(view_plan(name, plan)),
                qualifier: vec![name.clone()],
                is_view: true,
            }));
        }
        let Ok(name) = self.table_name(parts) else {
            return Ok(None);
        };
        let log = self.deltas.open(&self.location(&name)?);
        if !log.exists()? {
            return Ok(None);
        }
        let version = version_at(&log, at, self.conf.time_zone())?;
        Ok(Some(Relation {
            plan: Arc::new(delta_plan(&log, Some(name.full()), version)?),
            qualifier: name.full().split('.').map(str::to_owned).collect(),
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

    /// What a path means as a relation: `` json.`path` ``. `None` if there is no such format.
    pub fn path_relation(
        &self,
        format: &str,
        path: &str,
        options: &[(String, String)],
        at: Option<&TimeTravel>,
    ) -> Result<Option<Plan>, SessionError> {
        let is_delta = format.eq_ignore_ascii_case("delta");
        let file_format = FileFormat::from_name(format);
        if !is_delta && file_format.is_none() {
            return Ok(None);
        }
        let path = DbfsPath::parse(path)?;
        let Some(file_format) = file_format else {
            return self.delta_path(&path, at).map(Some);
        };
        let mut given = Options::new();
        for (name, value) in options {
            given.set(name, value);
        }
        Ok(Some(self.files(file_format, &path, &given, None)?))
    }

    /// The relation of files at or below `path`, which may be a glob; it doesn't see files that
    /// come later. The schema is inferred where none is given.
    ///
    /// # Errors
    /// `PATH_NOT_FOUND`, `UNABLE_TO_INFER_SCHEMA`.
    pub fn files(
        &self,
        format: FileFormat,
        path: &DbfsPath,
        options: &Options,
        schema: Option<StructType>,
    ) -> Result<Plan, SessionError> {
        self.files_at(format, std::slice::from_ref(path), options, schema)
    }

    /// The same of several paths.
    pub fn files_at(
        &self,
        format: FileFormat,
        paths: &[DbfsPath],
        options: &Options,
        schema: Option<StructType>,
    ) -> Result<Plan, SessionError> {
        let glob = options.get("pathGlobFilter");
        let mut roots = Vec::new();
        for path in paths {
            roots.extend(formats::expand_glob(self.fs.as_ref(), path)?);
        }
        let mut files: Vec<FileStatus> = Vec::new();
        for root in &roots {
            if !root.is_dir {
                files.push(root.clone());
                continue;
            }
            let below = self.fs.list_recursive(&root.path)?;
            files.extend(below.into_iter().filter(|f| {
                let relative = f.path.relative_to(&root.path).unwrap_or_default();
                !formats::is_hidden(relative)
                    && glob.is_none_or(|glob| formats::glob_matches(glob, f.path.name()))
            }));
        }
        let mut schema = match schema {
            Some(schema) => schema,
            None => {
                let mut contents = Vec::with_capacity(files.len());
                for file in &files {
                    contents.push((file.path.clone(), self.fs.read(&file.path)?));
                }
                formats::infer_schema(format, &mut contents.into_iter(), options)?
            }
        };
        // Directories of the glob itself are no partitions.
        let mut partitions = match roots.as_slice() {
            [root] => partition_schema(&root.path, &files, true),
            _ => StructType::default(),
        };
        partitions
            .fields
            .retain(|f| schema.index_of(&f.name).is_none());
        let partition_columns = partitions.len();
        schema.fields.extend(partitions.fields);
        Ok(Plan::file_scan(FileScan {
            format,
            options: options.clone(),
            paths: paths.to_vec(),
            files,
            schema: Arc::new(schema),
            partition_columns,
            rescued_column: options.get("rescuedDataColumn").map(str::to_owned),
            unknown: None,
            projection: None,
        }))
    }
}

/// The version that a time travel means; `None` is the newest.
///
/// # Errors
/// A timestamp that can't be read, or lies outside the table's history.
fn version_at(
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
