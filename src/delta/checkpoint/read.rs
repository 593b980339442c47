//! Reads checkpoints: classic ones in one or more parts, and v2 with its sidecars.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, MapArray, RecordBatch, StringArray,
    StructArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;
use bytes::Bytes;
use indexmap::IndexMap;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::super::actions::{
    Action, AddFile, DeletionVector, DomainMetadata, Format, Metadata, Protocol, RemoveFile,
    SetTransaction,
};
use super::super::error::DeltaError;
use super::super::paths::decode_path;
use super::super::snapshot::State;
use super::Files;
use crate::storage::{DbfsPath, FileSystem};

/// What we take from a checkpoint; parsed statistics and unknown columns stay unread.
const COLUMNS: [&str; 33] = [
    "txn.appId",
    "txn.version",
    "txn.lastUpdated",
    "add.path",
    "add.partitionValues",
    "add.size",
    "add.modificationTime",
    "add.dataChange",
    "add.stats",
    "add.tags",
    "add.deletionVector",
    "add.baseRowId",
    "add.defaultRowCommitVersion",
    "add.clusteringProvider",
    "remove.path",
    "remove.deletionTimestamp",
    "remove.dataChange",
    "remove.extendedFileMetadata",
    "remove.partitionValues",
    "remove.size",
    "remove.deletionVector",
    "metaData.id",
    "metaData.name",
    "metaData.description",
    "metaData.format",
    "metaData.schemaString",
    "metaData.partitionColumns",
    "metaData.configuration",
    "metaData.createdTime",
    "protocol",
    "domainMetadata",
    "sidecar.path",
    "checkpointMetadata.version",
];

/// The state that a checkpoint holds.
pub(in super::super) fn read(
    fs: &dyn FileSystem,
    log: &DbfsPath,
    files: &Files,
) -> Result<State, DeltaError> {
    let mut state = State::default();
    let mut sidecars = Vec::new();
    for path in &files.paths {
        let bytes = fs.read(path)?;
        if files.json {
            read_json(path, &bytes, &mut state, &mut sidecars)?;
        } else {
            read_parquet(path, bytes, &mut state, &mut sidecars)?;
        }
    }
    for sidecar in std::mem::take(&mut sidecars) {
        let path = log.join("_sidecars")?.join(&decode_path(&sidecar))?;
        read_parquet(&path, fs.read(&path)?, &mut state, &mut sidecars)?;
    }
    Ok(state)
}

fn read_json(
    path: &DbfsPath,
    bytes: &[u8],
    state: &mut State,
    sidecars: &mut Vec<String>,
) -> Result<(), DeltaError> {
    #[derive(serde::Deserialize)]
    struct SidecarLine {
        sidecar: Option<Sidecar>,
    }
    #[derive(serde::Deserialize)]
    struct Sidecar {
        path: String,
    }
    for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let invalid = |e: serde_json::Error| DeltaError::InvalidLogEntry {
            path: path.clone(),
            line: index + 1,
            reason: e.to_string(),
        };
        match Action::from_json(line).map_err(invalid)? {
            Some(action) => state.apply(action),
            None => {
                let line: SidecarLine = serde_json::from_slice(line).map_err(invalid)?;
                sidecars.extend(line.sidecar.map(|s| s.path));
            }
        }
    }
    Ok(())
}

fn read_parquet(
    path: &DbfsPath,
    bytes: Bytes,
    state: &mut State,
    sidecars: &mut Vec<String>,
) -> Result<(), DeltaError> {
    let invalid = |reason: String| DeltaError::InvalidCheckpoint {
        path: path.clone(),
        reason,
    };
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|e| invalid(e.to_string()))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
    let reader = builder
        .with_projection(mask)
        .build()
        .map_err(|e| invalid(e.to_string()))?;
    for batch in reader {
        let batch = batch.map_err(|e| invalid(e.to_string()))?;
        read_batch(&batch, state, sidecars).map_err(invalid)?;
    }
    Ok(())
}

fn read_batch(
    batch: &RecordBatch,
    state: &mut State,
    sidecars: &mut Vec<String>,
) -> Result<(), String> {
    for (name, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let Some(column) = column.as_struct_opt() else {
            continue;
        };
        let rows = Rows::new(column);
        let present = (0..column.len()).filter(|row| column.is_valid(*row));
        match name.name().as_str() {
            "add" => read_adds(&rows, present, state)?,
            "remove" => read_removes(&rows, present, state)?,
            "txn" => {
                let (app, version) = (rows.strings("appId")?, rows.longs("version")?);
                let updated = rows.longs("lastUpdated")?;
                for row in present {
                    state.apply(Action::Txn(SetTransaction {
                        app_id: app.required(row)?,
                        version: version.required(row)?,
                        last_updated: updated.get(row),
                    }));
                }
            }
            "metaData" => {
                for row in present {
                    state.apply(Action::Metadata(metadata(&rows, row)?));
                }
            }
            "protocol" => {
                let reader = rows.longs("minReaderVersion")?;
                let writer = rows.longs("minWriterVersion")?;
                for row in present {
                    state.apply(Action::Protocol(Protocol {
                        min_reader_version: version(reader.required(row)?),
                        min_writer_version: version(writer.required(row)?),
                        reader_features: rows.list("readerFeatures", row)?,
                        writer_features: rows.list("writerFeatures", row)?,
                    }));
                }
            }
            "domainMetadata" => {
                let (domain, text) = (rows.strings("domain")?, rows.strings("configuration")?);
                let removed = rows.booleans("removed")?;
                for row in present {
                    state.apply(Action::DomainMetadata(DomainMetadata {
                        domain: domain.required(row)?,
                        configuration: text.get(row).unwrap_or_default(),
                        removed: removed.get(row).unwrap_or(false),
                    }));
                }
            }
            "sidecar" => {
                let path = rows.strings("path")?;
                for row in present {
                    sidecars.push(path.required(row)?);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn read_adds(
    rows: &Rows<'_>,
    present: impl Iterator<Item = usize>,
    state: &mut State,
) -> Result<(), String> {
    let path = rows.strings("path")?;
    let size = rows.longs("size")?;
    let modified = rows.longs("modificationTime")?;
    let change = rows.booleans("dataChange")?;
    let stats = rows.strings("stats")?;
    let partitions = rows.maps("partitionValues")?;
    let tags = rows.maps("tags")?;
    let vectors = Vectors::new(rows)?;
    let base_row_id = rows.longs("baseRowId")?;
    let row_version = rows.longs("defaultRowCommitVersion")?;
    let clustering = rows.strings("clusteringProvider")?;
    for row in present {
        state.apply(Action::Add(AddFile {
            path: path.required(row)?,
            partition_values: partitions.collect(row)?.unwrap_or_default(),
            size: size.required(row)?,
            modification_time: modified.get(row).unwrap_or(0),
            data_change: change.get(row).unwrap_or(false),
            stats: stats.get(row),
            tags: tags.collect(row)?,
            deletion_vector: vectors.get(row)?,
            base_row_id: base_row_id.get(row),
            default_row_commit_version: row_version.get(row),
            clustering_provider: clustering.get(row),
        }));
    }
    Ok(())
}

fn read_removes(
    rows: &Rows<'_>,
    present: impl Iterator<Item = usize>,
    state: &mut State,
) -> Result<(), String> {
    let path = rows.strings("path")?;
    let deleted = rows.longs("deletionTimestamp")?;
    let change = rows.booleans("dataChange")?;
    let extended = rows.booleans("extendedFileMetadata")?;
    let partitions = rows.maps("partitionValues")?;
    let size = rows.longs("size")?;
    let vectors = Vectors::new(rows)?;
    for row in present {
        state.apply(Action::Remove(RemoveFile {
            path: path.required(row)?,
            deletion_timestamp: deleted.get(row),
            data_change: change.get(row).unwrap_or(false),
            extended_file_metadata: extended.get(row),
            partition_values: partitions.collect(row)?,
            size: size.get(row),
            deletion_vector: vectors.get(row)?,
            ..RemoveFile::default()
        }));
    }
    Ok(())
}

fn metadata(rows: &Rows<'_>, row: usize) -> Result<Metadata, String> {
    let format = match rows.child("format").and_then(|c| c.as_struct_opt()) {
        Some(format) => {
            let format = Rows::new(format);
            Format {
                provider: format.strings("provider")?.get(row).unwrap_or_default(),
                options: some_values(format.maps("options")?.collect(row)?),
            }
        }
        None => Format::default(),
    };
    Ok(Metadata {
        id: rows.strings("id")?.required(row)?,
        name: rows.strings("name")?.get(row),
        description: rows.strings("description")?.get(row),
        format,
        schema_string: rows.strings("schemaString")?.required(row)?,
        partition_columns: rows.list("partitionColumns", row)?.unwrap_or_default(),
        configuration: some_values(rows.maps("configuration")?.collect(row)?),
        created_time: rows.longs("createdTime")?.get(row),
    })
}

fn some_values(map: Option<IndexMap<String, Option<String>>>) -> IndexMap<String, String> {
    map.unwrap_or_default()
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

/// A version that a hostile file may give in 64 bits; what doesn't fit is unsupported anyway.
fn version(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// The fields of a struct column, whatever width or encoding the writer chose for them.
struct Rows<'a> {
    column: &'a StructArray,
}

impl<'a> Rows<'a> {
    fn new(column: &'a StructArray) -> Self {
        Rows { column }
    }

    fn child(&self, name: &str) -> Option<&'a ArrayRef> {
        self.column.column_by_name(name)
    }

    fn cast(&self, name: &'static str, to: &DataType) -> Result<Option<ArrayRef>, String> {
        let Some(child) = self.child(name) else {
            return Ok(None);
        };
        if child.data_type() == to {
            return Ok(Some(child.clone()));
        }
        let told = |e: ArrowError| format!("column {name}: {e}");
        cast(child, to).map(Some).map_err(told)
    }

    fn strings(&self, name: &'static str) -> Result<Values<StringArray>, String> {
        let array = self.cast(name, &DataType::Utf8)?;
        let array = array.and_then(|a| a.as_string_opt::<i32>().cloned());
        Ok(Values { name, array })
    }

    fn longs(&self, name: &'static str) -> Result<Values<Int64Array>, String> {
        let array = self.cast(name, &DataType::Int64)?;
        let array = array.and_then(|a| a.as_primitive_opt::<Int64Type>().cloned());
        Ok(Values { name, array })
    }

    fn booleans(&self, name: &'static str) -> Result<Values<BooleanArray>, String> {
        let array = self.cast(name, &DataType::Boolean)?;
        let array = array.and_then(|a| a.as_boolean_opt().cloned());
        Ok(Values { name, array })
    }

    fn maps(&self, name: &str) -> Result<Maps, String> {
        let map = self.child(name).and_then(|c| c.as_map_opt()).cloned();
        Ok(Maps(map))
    }

    /// The strings of a list column at `row`.
    fn list(&self, name: &str, row: usize) -> Result<Option<Vec<String>>, String> {
        let Some(list) = self.child(name).and_then(|c| c.as_list_opt::<i32>()) else {
            return Ok(None);
        };
        if list.is_null(row) {
            return Ok(None);
        }
        Ok(Some(
            texts(&list.value(row))?.into_iter().flatten().collect(),
        ))
    }
}

/// One field's values. A field that the file lacks is null everywhere.
struct Values<A> {
    name: &'static str,
    array: Option<A>,
}

impl Values<StringArray> {
    fn get(&self, row: usize) -> Option<String> {
        let array = self.array.as_ref()?;
        array.is_valid(row).then(|| array.value(row).to_owned())
    }

    fn required(&self, row: usize) -> Result<String, String> {
        self.get(row).ok_or_else(|| missing(self.name, row))
    }
}

impl Values<Int64Array> {
    fn get(&self, row: usize) -> Option<i64> {
        let array = self.array.as_ref()?;
        array.is_valid(row).then(|| array.value(row))
    }

    fn required(&self, row: usize) -> Result<i64, String> {
        self.get(row).ok_or_else(|| missing(self.name, row))
    }
}

impl Values<BooleanArray> {
    fn get(&self, row: usize) -> Option<bool> {
        let array = self.array.as_ref()?;
        array.is_valid(row).then(|| array.value(row))
    }
}

fn missing(name: &str, row: usize) -> String {
    format!("row {row} has no {name}")
}

/// A `map<string, string>` column.
struct Maps(Option<MapArray>);

impl Maps {
    fn collect<M: FromIterator<(String, Option<String>)>>(
        &self,
        row: usize,
    ) -> Result<Option<M>, String> {
        let Some(map) = self.0.as_ref().filter(|m| m.is_valid(row)) else {
            return Ok(None);
        };
        let entries = map.value(row);
        let (keys, values) = match entries.columns() {
            [keys, values] => (texts(keys)?, texts(values)?),
            _ => return Err("a map has no keys and values".into()),
        };
        let entries = keys.into_iter().zip(values);
        Ok(Some(
            entries
                .filter_map(|(key, value)| Some((key?, value)))
                .collect(),
        ))
    }
}

fn texts(array: &ArrayRef) -> Result<Vec<Option<String>>, String> {
    let array = cast(array, &DataType::Utf8).map_err(|e| e.to_string())?;
    let strings = array.as_string_opt::<i32>().ok_or("not a text")?;
    Ok(strings.iter().map(|s| s.map(str::to_owned)).collect())
}

/// The `deletionVector` of each row.
struct Vectors {
    valid: Option<StructArray>,
    storage_type: Values<StringArray>,
    path: Values<StringArray>,
    offset: Values<Int64Array>,
    size: Values<Int64Array>,
    cardinality: Values<Int64Array>,
}

impl Vectors {
    fn new(rows: &Rows<'_>) -> Result<Self, String> {
        let found = rows.child("deletionVector").and_then(|c| c.as_struct_opt());
        let nothing = StructArray::new_empty_fields(0, None);
        let fields = Rows::new(found.unwrap_or(&nothing));
        Ok(Vectors {
            storage_type: fields.strings("storageType")?,
            path: fields.strings("pathOrInlineDv")?,
            offset: fields.longs("offset")?,
            size: fields.longs("sizeInBytes")?,
            cardinality: fields.longs("cardinality")?,
            valid: found.cloned(),
        })
    }

    fn get(&self, row: usize) -> Result<Option<DeletionVector>, String> {
        if !self.valid.as_ref().is_some_and(|v| v.is_valid(row)) {
            return Ok(None);
        }
        // Some writers give a struct of nulls for no vector.
        let Some(storage_type) = self.storage_type.get(row) else {
            return Ok(None);
        };
        let small = |value: i64| {
            i32::try_from(value).map_err(|_| "a deletion vector is out of range".to_owned())
        };
        Ok(Some(DeletionVector {
            storage_type,
            path_or_inline_dv: self.path.required(row)?,
            offset: self.offset.get(row).map(small).transpose()?,
            size_in_bytes: small(self.size.required(row)?)?,
            cardinality: self.cardinality.required(row)?,
        }))
    }
}
