//! Reads checkpoints: classic ones in one or more parts, and v2 with its sidecars.

use std::sync::Arc;

use serde::Deserialize;

use super::super::actions::Action;
use super::super::error::DeltaError;
use super::super::paths::decode_path;
use super::super::snapshot::State;
use super::Files;
use crate::formats::parquet::ParquetReader;
use crate::formats::{FileBytes, FormatError};
use crate::storage::{DbfsPath, FileSystem};
use crate::types::{DataType, StructType, Value, values_from_series};

/// The state that a checkpoint holds.
pub(in super::super) fn read(
    fs: &Arc<dyn FileSystem>,
    log: &DbfsPath,
    files: &Files,
) -> Result<State, DeltaError> {
    let mut rows = Rows::default();
    for path in &files.paths {
        if files.json {
            rows.read_json(path, &fs.read(path)?)?;
        } else {
            rows.read_parquet(path, FileBytes::stored(fs, path)?)?;
        }
    }
    // Sidecars hold files alone: they name no further ones.
    for sidecar in std::mem::take(&mut rows.sidecars) {
        let path = log.join("_sidecars")?.join(&decode_path(&sidecar))?;
        rows.read_parquet(&path, FileBytes::stored(fs, &path)?)?;
    }
    Ok(rows.state)
}

#[derive(Default)]
struct Rows {
    state: State,
    sidecars: Vec<String>,
}

impl Rows {
    fn read_json(&mut self, path: &DbfsPath, bytes: &[u8]) -> Result<(), DeltaError> {
        for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            self.action(line).map_err(|e| DeltaError::InvalidLogEntry {
                path: path.clone(),
                line: index + 1,
                reason: e.to_string(),
            })?;
        }
        Ok(())
    }

    /// Each row has one struct that isn't null: written as JSON it is a line of a commit.
    fn read_parquet(&mut self, path: &DbfsPath, file: FileBytes) -> Result<(), DeltaError> {
        let invalid = |reason: String| DeltaError::InvalidCheckpoint {
            path: path.clone(),
            reason,
        };
        let unreadable = |e: FormatError| match e {
            FormatError::Storage(e) => e.into(),
            e => invalid(e.hint().unwrap_or_else(|| e.to_string())),
        };
        let frames = ParquetReader::open(file, path)
            .and_then(|reader| reader.read(Arc::new(schema())))
            .map_err(unreadable)?;
        let mut line = String::new();
        for frame in frames {
            let frame = frame.map_err(unreadable)?;
            for (field, column) in frame.schema().fields.iter().zip(frame.columns()) {
                if column.null_count() == column.len() {
                    continue;
                }
                let present = column.filter(&column.is_not_null());
                let present = present.map_err(crate::types::FrameError::from)?;
                for value in values_from_series(&present, &field.data_type)? {
                    line.clear();
                    line.push_str("{\"");
                    line.push_str(&field.name);
                    line.push_str("\":");
                    without_empty_structs(value).push_json(
                        &field.data_type,
                        chrono_tz::Tz::UTC,
                        &mut line,
                    );
                    line.push('}');
                    self.action(line.as_bytes())
                        .map_err(|e| invalid(format!("{e}: {line}")))?;
                }
            }
        }
        Ok(())
    }

    fn action(&mut self, line: &[u8]) -> Result<(), serde_json::Error> {
        #[derive(Deserialize)]
        struct Line {
            sidecar: Option<Sidecar>,
        }
        #[derive(Deserialize)]
        struct Sidecar {
            path: String,
        }
        match Action::from_json(line)? {
            Some(action) => self.state.apply(action),
            None => {
                let line: Line = serde_json::from_slice(line)?;
                self.sidecars.extend(line.sidecar.map(|s| s.path));
            }
        }
        Ok(())
    }
}

/// Some writers give a struct of nulls where there is none (a file without deletion vector).
fn without_empty_structs(value: Value) -> Value {
    match value {
        Value::Struct(fields) => {
            let fields: Vec<Value> = fields.into_iter().map(without_empty_structs).collect();
            if fields.iter().all(Value::is_null) {
                Value::Null
            } else {
                Value::Struct(fields)
            }
        }
        other => other,
    }
}

/// What we take from a checkpoint; parsed statistics and what we don't know stay unread.
fn schema() -> StructType {
    use DataType::{Boolean, Integer, Long, String};
    let of = |fields: &[(&str, DataType)]| DataType::Struct(StructType::of(fields.to_vec()));
    let texts = || DataType::map(String, String);
    let vector = of(&[
        ("storageType", String),
        ("pathOrInlineDv", String),
        ("offset", Integer),
        ("sizeInBytes", Integer),
        ("cardinality", Long),
    ]);
    let txn = of(&[("appId", String), ("version", Long), ("lastUpdated", Long)]);
    let add = of(&[
        ("path", String),
        ("partitionValues", texts()),
        ("size", Long),
        ("modificationTime", Long),
        ("dataChange", Boolean),
        ("stats", String),
        ("tags", texts()),
        ("deletionVector", vector.clone()),
        ("baseRowId", Long),
        ("defaultRowCommitVersion", Long),
        ("clusteringProvider", String),
    ]);
    let remove = of(&[
        ("path", String),
        ("deletionTimestamp", Long),
        ("dataChange", Boolean),
        ("extendedFileMetadata", Boolean),
        ("partitionValues", texts()),
        ("size", Long),
        ("deletionVector", vector),
    ]);
    let metadata = of(&[
        ("id", String),
        ("name", String),
        ("description", String),
        ("format", of(&[("provider", String), ("options", texts())])),
        ("schemaString", String),
        ("partitionColumns", DataType::array(String)),
        ("configuration", texts()),
        ("createdTime", Long),
    ]);
    let protocol = of(&[
        ("minReaderVersion", Integer),
        ("minWriterVersion", Integer),
        ("readerFeatures", DataType::array(String)),
        ("writerFeatures", DataType::array(String)),
    ]);
    let domain = of(&[
        ("domain", String),
        ("configuration", String),
        ("removed", Boolean),
    ]);
    StructType::of([
        ("txn", txn),
        ("add", add),
        ("remove", remove),
        ("metaData", metadata),
        ("protocol", protocol),
        ("domainMetadata", domain),
        ("sidecar", of(&[("path", String)])),
    ])
}
