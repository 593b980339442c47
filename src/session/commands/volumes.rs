//! Volumes: directories under `/Volumes/catalog/schema/volume`. `LIST`.
//!
//! Source: Databricks documentation, "What are Unity Catalog volumes?".

use super::{full_table, nothing, text};
use crate::formats::glob_matches;
use crate::session::{Session, SessionError, SessionState};
use crate::sql::command::Name;
use crate::storage::{DbfsPath, StorageError};
use crate::types::{DataType, Frame, Value};

impl Session {
    pub(super) fn create_volume(
        &mut self,
        name: &Name,
        if_not_exists: bool,
    ) -> Result<Frame, SessionError> {
        let path = path_of(&self.state, name)?;
        if self.state.fs.status(&path)?.is_none() {
            self.state.fs.mkdirs(&path)?;
        } else if !if_not_exists {
            return Err(SessionError::VolumeExists {
                name: crate::session::state::quoted(name),
            });
        }
        Ok(nothing())
    }

    pub(super) fn drop_volume(
        &mut self,
        name: &Name,
        if_exists: bool,
    ) -> Result<Frame, SessionError> {
        if !self.state.fs.delete(&path_of(&self.state, name)?)? && !if_exists {
            return Err(SessionError::VolumeNotFound {
                name: crate::session::state::quoted(name),
            });
        }
        Ok(nothing())
    }
}

/// Where a volume is.
fn path_of(state: &SessionState, name: &Name) -> Result<DbfsPath, SessionError> {
    let (schema, volume) = match name.as_slice() {
        [volume] => (None, volume),
        [schema @ .., volume] => (Some(schema.to_vec()), volume),
        [] => {
            return Err(SessionError::InvalidName {
                name: String::new(),
            });
        }
    };
    Ok(directory(state, schema.as_ref())?.join(volume)?)
}

/// Where the volumes of a schema are.
fn directory(state: &SessionState, schema: Option<&Name>) -> Result<DbfsPath, SessionError> {
    let catalog = match schema.map(Vec::as_slice) {
        Some([catalog, _]) => catalog,
        _ => state.catalog.used(),
    };
    let schema = match schema.and_then(|name| name.last()) {
        Some(schema) => schema,
        None => &state.current_database,
    };
    state.require_database(schema)?;
    Ok(DbfsPath::parse(&format!("/Volumes/{catalog}/{schema}"))?)
}

/// `SHOW VOLUMES`
pub(super) fn show(
    state: &SessionState,
    schema: Option<&Name>,
    pattern: Option<&str>,
) -> Result<Frame, SessionError> {
    let directory = directory(state, schema)?;
    let listed = match state.fs.status(&directory)? {
        Some(_) => state.fs.list(&directory)?,
        None => Vec::new(),
    };
    let names = listed.iter().map(|entry| entry.path.name());
    let rows = names
        .filter(|name| pattern.is_none_or(|glob| glob_matches(glob, name)))
        .map(|name| vec![text(directory.name()), text(name)])
        .collect();
    full_table(
        &[
            ("database", DataType::String),
            ("volume_name", DataType::String),
        ],
        rows,
    )
}

/// `LIST 'path'`
pub(super) fn list(
    state: &SessionState,
    path: &str,
    limit: Option<usize>,
) -> Result<Frame, SessionError> {
    let path = DbfsPath::parse(path)?;
    if state.fs.status(&path)?.is_none() {
        return Err(StorageError::NotFound { path }.into());
    }
    let listed = state.fs.list(&path)?;
    let rows = listed
        .iter()
        .take(limit.unwrap_or(usize::MAX))
        .map(|entry| {
            let end = if entry.is_dir { "/" } else { "" };
            vec![
                text(format!("{}{end}", entry.path)),
                text(format!("{}{end}", entry.path.name())),
                Value::Long(i64::try_from(entry.size).unwrap_or(i64::MAX)),
                Value::Long(entry.modification_time),
            ]
        })
        .collect();
    full_table(
        &[
            ("path", DataType::String),
            ("name", DataType::String),
            ("size", DataType::Long),
            ("modification_time", DataType::Long),
        ],
        rows,
    )
}
