//! `CREATE`, `DROP`, `DESCRIBE DATABASE`, `USE`.

use super::{database_name, nothing, table as rows_table, text};
use crate::session::catalog::CatalogDatabase;
use crate::session::state::{GLOBAL_TEMP, quoted};
use crate::session::{DEFAULT_DATABASE, Session, SessionError, SessionState};
use crate::sql::command::Name;
use crate::storage::DbfsPath;
use crate::types::{DataType, Frame};

/// What `CREATE DATABASE` says.
pub(super) struct NewDatabase {
    pub name: Name,
    pub if_not_exists: bool,
    pub location: Option<String>,
    pub comment: Option<String>,
    pub properties: Vec<(String, String)>,
}

impl Session {
    pub(super) fn create_database(&mut self, new: NewDatabase) -> Result<Frame, SessionError> {
        let database = database_name(&new.name);
        if self.state.databases()?.contains(&database) || database == GLOBAL_TEMP {
            if new.if_not_exists {
                return Ok(nothing());
            }
            return Err(SessionError::DatabaseExists {
                name: crate::types::quote(&database),
            });
        }
        let location = new.location.as_deref().map(DbfsPath::parse).transpose()?;
        let entry = CatalogDatabase {
            location,
            comment: new.comment,
            properties: new.properties,
        };
        self.state.catalog.set_database(&database, entry);
        let location = self.state.database_location(&database)?;
        self.state.fs.mkdirs(&location)?;
        Ok(nothing())
    }

    pub(super) fn alter_database(
        &mut self,
        name: &Name,
        comment: Option<String>,
        properties: Vec<(String, String)>,
    ) -> Result<Frame, SessionError> {
        let database = database_name(name);
        self.state.require_database(&database)?;
        let mut entry = self
            .state
            .catalog
            .database(&database)
            .cloned()
            .unwrap_or_default();
        entry.comment = comment.or(entry.comment);
        for (key, value) in properties {
            entry.properties.retain(|(known, _)| *known != key);
            entry.properties.push((key, value));
        }
        self.state.catalog.set_database(&database, entry);
        Ok(nothing())
    }

    pub(super) fn drop_database(
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
            return Err(SessionError::DatabaseNotFound {
                name: crate::types::quote(&database),
            });
        }
        if database == DEFAULT_DATABASE {
            return Err(SessionError::DropDefaultDatabase);
        }
        let tables = self.state.tables(&database)?;
        let has_views = self.state.catalog.views_of(&database).next().is_some();
        if (!tables.is_empty() || has_views) && !cascade {
            return Err(SessionError::DatabaseNotEmpty { name: quoted(name) });
        }
        for table in tables {
            self.state.drop_table(&table)?;
        }
        let location = self.state.database_location(&database)?;
        self.state.catalog.remove_database(&database);
        self.state.fs.delete(&location)?;
        if self.state.current_database == database {
            self.state.current_database = DEFAULT_DATABASE.into();
        }
        Ok(nothing())
    }

    /// `USE CATALOG`: all have the same schemas.
    pub(super) fn use_catalog(&mut self, name: &str) -> Result<Frame, SessionError> {
        if self.state.catalog.has_catalog(name) {
            self.state.catalog.set_used(name);
            return Ok(nothing());
        }
        Err(SessionError::CatalogNotFound {
            name: crate::types::quote(name),
        })
    }

    pub(super) fn create_catalog(
        &mut self,
        name: &str,
        if_not_exists: bool,
    ) -> Result<Frame, SessionError> {
        if !self.state.catalog.add_catalog(name) && !if_not_exists {
            return Err(SessionError::CatalogExists {
                name: crate::types::quote(name),
            });
        }
        Ok(nothing())
    }

    pub(super) fn drop_catalog(
        &mut self,
        name: &str,
        if_exists: bool,
    ) -> Result<Frame, SessionError> {
        if !self.state.catalog.remove_catalog(name) && !if_exists {
            return Err(SessionError::CatalogNotFound {
                name: crate::types::quote(name),
            });
        }
        Ok(nothing())
    }
}

/// `DESCRIBE DATABASE`
pub(super) fn describe(
    state: &SessionState,
    name: &Name,
    extended: bool,
) -> Result<Frame, SessionError> {
    let database = database_name(name);
    state.require_database(&database)?;
    let entry = state.catalog.database(&database);
    let comment = match entry.and_then(|e| e.comment.clone()) {
        Some(comment) => comment,
        None if database == DEFAULT_DATABASE => "default database".into(),
        None => String::new(),
    };
    let mut lines = vec![
        ("Catalog Name", "spark_catalog".to_owned()),
        ("Namespace Name", database.clone()),
        ("Comment", comment),
        ("Location", state.database_location(&database)?.to_string()),
        ("Owner", "root".to_owned()),
    ];
    if extended {
        let mut properties: Vec<String> = entry
            .map(|e| e.properties.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|(key, value)| format!("({key},{value})"))
            .collect();
        properties.sort();
        let shown = match properties.is_empty() {
            true => String::new(),
            false => format!("({})", properties.join(", ")),
        };
        lines.push(("Properties", shown));
    }
    let rows = lines
        .into_iter()
        .map(|(name, value)| vec![text(name), text(value)])
        .collect();
    rows_table(
        &[
            (
                state
                    .conf
                    .column_name("info_name", "database_description_item"),
                DataType::String,
            ),
            (
                state
                    .conf
                    .column_name("info_value", "database_description_value"),
                DataType::String,
            ),
        ],
        rows,
    )
}
