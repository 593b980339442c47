//! The versions of an inferred schema: `<schemaLocation>/_schemas/N`, Auto Loader's own form.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::checkpoint::{corrupt, read_v1};
use super::StreamError;
use crate::storage::{DbfsPath, FileSystem, PutResult};
use crate::types::StructType;

/// A schema location.
pub(super) struct SchemaLog {
    dir: DbfsPath,
}

impl SchemaLog {
    pub fn new(location: &DbfsPath) -> Result<Self, StreamError> {
        Ok(SchemaLog {
            dir: location.join("_schemas")?,
        })
    }

    /// The newest schema and its version.
    pub fn latest(&self, fs: &dyn FileSystem) -> Result<Option<(u64, StructType)>, StreamError> {
        let newest = fs
            .list_from(&self.dir, "")?
            .into_iter()
            .filter_map(|f| f.path.name().parse::<u64>().ok().map(|n| (n, f.path)))
            .max();
        let Some((version, path)) = newest else {
            return Ok(None);
        };
        let lines = read_v1(fs, &path)?;
        let line = lines
            .first()
            .ok_or_else(|| corrupt(&path, "the schema's line is missing".into()))?;
        let entry: Value = serde_json::from_str(line).map_err(|e| corrupt(&path, e.to_string()))?;
        let text = entry
            .get("dataSchemaJson")
            .and_then(Value::as_str)
            .ok_or_else(|| corrupt(&path, "dataSchemaJson is missing".into()))?;
        let schema = StructType::from_json_str(text).map_err(|e| corrupt(&path, e.to_string()))?;
        Ok(Some((version, schema)))
    }

    /// Writes a version. If another stream on this location wrote it first, that one stays.
    pub fn write(
        &self,
        fs: &dyn FileSystem,
        version: u64,
        schema: &StructType,
    ) -> Result<(), StreamError> {
        let entry = json!({
            "dataSchemaJson": schema.to_json().to_string(),
            "partitionSchemaJson": StructType::default().to_json().to_string(),
        });
        let path = self.dir.join(&version.to_string())?;
        match fs.put_if_absent(&path, Bytes::from(format!("v1\n{entry}")))? {
            PutResult::Created | PutResult::Exists => Ok(()),
        }
    }
}
