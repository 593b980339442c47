//! What has a name in a session: databases, tables, views, functions. A managed Delta table needs no entry:
//! its directory in the warehouse is one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::formats::FileFormat;
use crate::sql::command::SqlFunction;
use crate::sql::plan::Plan;
use crate::storage::{DbfsPath, FileStatus};
use crate::types::StructType;

/// The named things of a session (Spark's `SessionCatalog`).
#[derive(Default)]
pub struct SessionCatalog {
    kept: Metastore,
    /// Counts changes of what is kept.
    changes: u64,
    /// What `USE CATALOG` named last.
    used: Option<String>,
    /// Temporary functions by lower-case name.
    temporary_functions: BTreeMap<String, SqlFunction>,
    /// Temporary views by lower-case name: the name as given, and the plan.
    temporary: IndexMap<String, (String, Arc<Plan>)>,
    /// Those under `global_temp`.
    global_temporary: IndexMap<String, (String, Arc<Plan>)>,
}

/// What outlives a session.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Metastore {
    /// Those that were made, lower case.
    catalogs: BTreeSet<String>,
    /// By `database.table`, lower case.
    tables: BTreeMap<String, Arc<CatalogTable>>,
    views: BTreeMap<String, CatalogView>,
    databases: BTreeMap<String, CatalogDatabase>,
    /// By `database.function`, lower case.
    functions: BTreeMap<String, SqlFunction>,
    /// Files that `COPY INTO` has loaded, by the table's id.
    copied: BTreeMap<String, BTreeSet<DbfsPath>>,
}

/// A view that isn't temporary: its text, which is analysed when it is used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CatalogView {
    pub text: String,
    /// Names that the view gives its columns, each with its comment; empty for the query's own.
    pub columns: Vec<(String, Option<String>)>,
    /// What the columns were when it was made.
    pub schema: StructType,
    /// The query's own names of them.
    pub query_columns: Vec<String>,
    pub comment: Option<String>,
    pub properties: Vec<(String, String)>,
    /// The database that unqualified names in the text mean.
    pub database: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
}

/// A database that was made with more than a name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CatalogDatabase {
    pub location: Option<DbfsPath>,
    pub comment: Option<String>,
    pub properties: Vec<(String, String)>,
}

/// A table that the catalog keeps an entry for.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct CatalogTable {
    /// `None` is Delta, whose log says the rest.
    pub format: Option<FileFormat>,
    pub location: Option<DbfsPath>,
    /// Whether its files go when it is dropped.
    pub is_managed: bool,
    /// Data columns, then partition columns.
    pub schema: StructType,
    pub partition_columns: Vec<String>,
    /// As given, in order.
    pub options: Vec<(String, String)>,
    pub comment: Option<String>,
    pub properties: Vec<(String, String)>,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// The files as they were first listed: a table of files shows these until it is refreshed.
    #[serde(skip)]
    pub listing: Mutex<Option<Vec<FileStatus>>>,
}

impl CatalogTable {
    /// The files that the table shows.
    ///
    /// # Errors
    /// Those of `list`, which is asked when nothing is remembered.
    pub fn files<E>(
        &self,
        list: impl FnOnce() -> Result<Vec<FileStatus>, E>,
    ) -> Result<Vec<FileStatus>, E> {
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = listing.as_ref() {
            return Ok(files.clone());
        }
        let files = list()?;
        *listing = Some(files.clone());
        Ok(files)
    }

    /// The same entry, whose files aren't listed yet.
    pub fn unlisted(&self) -> CatalogTable {
        CatalogTable {
            format: self.format,
            location: self.location.clone(),
            is_managed: self.is_managed,
            schema: self.schema.clone(),
            partition_columns: self.partition_columns.clone(),
            options: self.options.clone(),
            comment: self.comment.clone(),
            properties: self.properties.clone(),
            created_ms: self.created_ms,
            listing: Mutex::default(),
        }
    }

    /// Forgets the listing (`REFRESH TABLE`, an `INSERT`).
    pub fn refresh(&self) {
        *self.listing.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The session's own catalog, by Spark's name and by Databricks'.
const OWN_CATALOGS: [&str; 2] = ["spark_catalog", "hive_metastore"];

impl SessionCatalog {
    /// Whether there is a catalog of that name. All share their schemas: `a.s.t` is `b.s.t`.
    pub fn has_catalog(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        OWN_CATALOGS.contains(&name.as_str()) || self.kept.catalogs.contains(&name)
    }

    /// Remembers what `USE CATALOG` names.
    pub fn set_used(&mut self, name: &str) {
        self.used = Some(name.to_lowercase());
    }

    /// The catalog that paths of volumes have where none is named: what `USE CATALOG` said last.
    pub fn used(&self) -> &str {
        self.used.as_deref().unwrap_or("spark_catalog")
    }

    /// Makes a catalog. Gives whether it is new.
    pub fn add_catalog(&mut self, name: &str) -> bool {
        self.changes += 1;
        !self.has_catalog(name) && self.kept.catalogs.insert(name.to_lowercase())
    }

    /// Removes a catalog that was made. Gives whether there was one; its schemas stay.
    pub fn remove_catalog(&mut self, name: &str) -> bool {
        self.changes += 1;
        self.kept.catalogs.remove(&name.to_lowercase())
    }

    /// The catalogs' names in order.
    pub fn catalogs(&self) -> impl Iterator<Item = String> {
        let mut all = self.kept.catalogs.clone();
        all.insert("spark_catalog".into());
        all.into_iter()
    }

    /// The entry of `database.table`.
    pub fn table(&self, key: &str) -> Option<&Arc<CatalogTable>> {
        self.kept.tables.get(key)
    }

    pub fn set_table(&mut self, key: String, table: CatalogTable) {
        self.changes += 1;
        self.kept.tables.insert(key, Arc::new(table));
    }

    pub fn remove_table(&mut self, key: &str) -> Option<Arc<CatalogTable>> {
        self.changes += 1;
        self.kept.tables.remove(key)
    }

    /// The names of a database's tables that have entries.
    pub fn tables_of(&self, database: &str) -> impl Iterator<Item = &str> {
        in_database(self.kept.tables.keys(), database)
    }

    /// The view `database.view`.
    pub fn view(&self, key: &str) -> Option<&CatalogView> {
        self.kept.views.get(key)
    }

    pub fn set_view(&mut self, key: String, view: CatalogView) {
        self.changes += 1;
        self.kept.views.insert(key, view);
    }

    pub fn remove_view(&mut self, key: &str) -> Option<CatalogView> {
        self.changes += 1;
        self.kept.views.remove(key)
    }

    /// The names of a database's views.
    pub fn views_of(&self, database: &str) -> impl Iterator<Item = &str> {
        in_database(self.kept.views.keys(), database)
    }

    pub fn database(&self, name: &str) -> Option<&CatalogDatabase> {
        self.kept.databases.get(name)
    }

    pub fn databases(&self) -> impl Iterator<Item = &str> {
        self.kept.databases.keys().map(String::as_str)
    }

    pub fn set_database(&mut self, name: &str, database: CatalogDatabase) {
        self.changes += 1;
        self.kept.databases.insert(name.into(), database);
    }

    /// Forgets a database with its tables' entries, views and functions.
    pub fn remove_database(&mut self, name: &str) {
        self.changes += 1;
        self.kept.databases.remove(name);
        let prefix = format!("{name}.");
        self.kept.tables.retain(|key, _| !key.starts_with(&prefix));
        self.kept.views.retain(|key, _| !key.starts_with(&prefix));
        self.kept
            .functions
            .retain(|key, _| !key.starts_with(&prefix));
    }

    /// The function `database.function`, or a temporary one.
    pub fn function(&self, key: &str) -> Option<&SqlFunction> {
        let temporary = self.temporary_functions.get(key);
        temporary.or_else(|| self.kept.functions.get(key))
    }

    /// Makes or replaces `database.function`, or a temporary one, whose key has one part.
    pub fn set_function(&mut self, key: String, function: SqlFunction) {
        if key.contains('.') {
            self.changes += 1;
            self.kept.functions.insert(key, function);
        } else {
            self.temporary_functions.insert(key, function);
        }
    }

    pub fn remove_function(&mut self, key: &str) -> bool {
        self.changes += 1;
        let temporary = self.temporary_functions.remove(key);
        temporary.is_some() || self.kept.functions.remove(key).is_some()
    }

    /// All functions' keys.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        let all = self
            .kept
            .functions
            .keys()
            .chain(self.temporary_functions.keys());
        all.map(String::as_str)
    }

    /// The files that `COPY INTO` has loaded into the table of that id.
    pub fn copied(&self, table_id: &str) -> BTreeSet<DbfsPath> {
        self.kept.copied.get(table_id).cloned().unwrap_or_default()
    }

    /// The same, to add to them.
    pub fn copied_into(&mut self, table_id: String) -> &mut BTreeSet<DbfsPath> {
        self.changes += 1;
        self.kept.copied.entry(table_id).or_default()
    }

    /// What outlives the session, and a number that grows with its changes.
    pub fn kept(&self) -> (&Metastore, u64) {
        (&self.kept, self.changes)
    }

    /// Takes up what an earlier session left.
    pub fn restore(&mut self, kept: Metastore) {
        self.kept = kept;
    }

    /// Makes or replaces a view under `global_temp`.
    pub fn set_global_temporary(&mut self, name: &str, plan: Arc<Plan>) {
        self.global_temporary
            .insert(name.to_lowercase(), (name.into(), plan));
    }

    /// A view under `global_temp`: its name as given, and its plan.
    pub fn global_temporary(&self, name: &str) -> Option<(&str, &Arc<Plan>)> {
        let (name, plan) = self.global_temporary.get(&name.to_lowercase())?;
        Some((name, plan))
    }

    pub fn remove_global_temporary(&mut self, name: &str) -> bool {
        self.global_temporary
            .shift_remove(&name.to_lowercase())
            .is_some()
    }

    /// The names of the views under `global_temp`.
    pub fn global_temporaries(&self) -> impl Iterator<Item = &str> {
        self.global_temporary
            .values()
            .map(|(name, _)| name.as_str())
    }

    /// Makes or replaces a temporary view.
    pub fn set_temporary(&mut self, name: &str, plan: Arc<Plan>) {
        self.temporary
            .insert(name.to_lowercase(), (name.into(), plan));
    }

    /// A temporary view: its name as given, and its plan.
    pub fn temporary(&self, name: &str) -> Option<(&str, &Arc<Plan>)> {
        let (name, plan) = self.temporary.get(&name.to_lowercase())?;
        Some((name, plan))
    }

    /// Drops a temporary view. Gives whether there was one.
    pub fn remove_temporary(&mut self, name: &str) -> bool {
        self.temporary.shift_remove(&name.to_lowercase()).is_some()
    }

    /// The temporary views in the order of their creation.
    pub fn temporaries(&self) -> impl Iterator<Item = (&str, &Arc<Plan>)> {
        self.temporary
            .values()
            .map(|(name, plan)| (name.as_str(), plan))
    }
}

/// The names after `database.`.
fn in_database<'a>(
    keys: impl Iterator<Item = &'a String>,
    database: &str,
) -> impl Iterator<Item = &'a str> {
    let prefix = format!("{database}.");
    keys.filter_map(move |key| key.strip_prefix(&prefix))
}
