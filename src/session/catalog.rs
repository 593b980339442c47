//! What has a name in a session: databases, tables, views. A managed Delta table needs no entry:
//! its directory in the warehouse is one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;

use crate::formats::FileFormat;
use crate::sql::plan::Plan;
use crate::storage::{DbfsPath, FileStatus};
use crate::types::StructType;

/// The named things of a session (Spark's `SessionCatalog`).
#[derive(Default)]
pub struct SessionCatalog {
    /// By `database.table`, lower case.
    tables: BTreeMap<String, Arc<CatalogTable>>,
    /// Temporary views by lower-case name: the name as given, and the plan.
    temporary: IndexMap<String, (String, Arc<Plan>)>,
}

/// A table that the catalog keeps an entry for.
#[derive(Debug, Default)]
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

    /// Forgets the listing (`REFRESH TABLE`, an `INSERT`).
    pub fn refresh(&self) {
        *self.listing.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl SessionCatalog {
    /// The entry of `database.table`.
    pub fn table(&self, key: &str) -> Option<&Arc<CatalogTable>> {
        self.tables.get(key)
    }

    pub fn set_table(&mut self, key: String, table: CatalogTable) {
        self.tables.insert(key, Arc::new(table));
    }

    pub fn remove_table(&mut self, key: &str) -> Option<Arc<CatalogTable>> {
        self.tables.remove(key)
    }

    /// The names of a database's tables that have entries.
    pub fn tables_of(&self, database: &str) -> impl Iterator<Item = &str> {
        let prefix = format!("{database}.");
        self.tables
            .keys()
            .filter(move |key| key.starts_with(&prefix))
            .filter_map(|key| key.split_once('.').map(|(_, table)| table))
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
