//! Writes a classic checkpoint in one file: a row an action, a struct column per kind of action.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Int32Array, Int64Array, ListBuilder, MapBuilder, MapFieldNames,
    RecordBatch, StringArray, StringBuilder, StructArray, new_null_array,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::super::actions::{
    AddFile, DeletionVector, DomainMetadata, Metadata, Protocol, RemoveFile, SetTransaction,
};
use super::super::error::DeltaError;
use super::super::intervals::interval_ms;
use super::super::log_file::{LAST_CHECKPOINT, checkpoint_name};
use super::super::properties::DELETED_FILE_RETENTION;
use super::super::snapshot::Snapshot;
use super::LastCheckpoint;
use crate::storage::{DbfsPath, FileSystem};

/// Rows in one batch, so that a large table's checkpoint needs no second copy of itself.
const BATCH_ROWS: usize = 8192;

/// Writes the checkpoint of `snapshot` and points `_last_checkpoint` at it. Tombstones that have
/// expired at `now_ms` are left out.
pub(in super::super) fn write(
    fs: &dyn FileSystem,
    log: &DbfsPath,
    snapshot: &Snapshot,
    now_ms: i64,
) -> Result<(), DeltaError> {
    let path = log.join(&checkpoint_name(snapshot.version()))?;
    let failed = |e: ParquetError| DeltaError::InvalidCheckpoint {
        path: path.clone(),
        reason: e.to_string(),
    };
    let (bytes, size) = encode(snapshot, now_ms).map_err(failed)?;
    let hint = LastCheckpoint {
        version: snapshot.version(),
        size,
        size_in_bytes: u64::try_from(bytes.len()).ok(),
        num_of_add_files: u64::try_from(snapshot.num_files()).ok(),
    };
    fs.put(&path, bytes.into())?;
    let hint = serde_json::to_vec(&hint).map_err(|e| DeltaError::NotSerializable {
        reason: e.to_string(),
    })?;
    Ok(fs.put(&log.join(LAST_CHECKPOINT)?, hint.into())?)
}

/// The file's bytes, and the number of its actions.
fn encode(snapshot: &Snapshot, now_ms: i64) -> Result<(Vec<u8>, u64), ParquetError> {
    let state = snapshot.state();
    let retention = snapshot
        .configuration()
        .get(DELETED_FILE_RETENTION.name)
        .and_then(|text| interval_ms(text))
        .or_else(|| interval_ms(DELETED_FILE_RETENTION.default))
        .unwrap_or(0);
    let keep_from = now_ms.saturating_sub(retention);
    let removes: Vec<&RemoveFile> = state
        .tombstones
        .values()
        .map(Arc::as_ref)
        .filter(|r| r.deletion_timestamp.unwrap_or(0) > keep_from)
        .collect();
    let adds: Vec<&AddFile> = state.files.values().map(Arc::as_ref).collect();
    let txns: Vec<&SetTransaction> = state.txns.values().map(Arc::as_ref).collect();
    let domains: Vec<&DomainMetadata> = state.domains.values().map(Arc::as_ref).collect();

    let schema = Arc::new(schema());
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties))?;
    let mut size = 0;
    let mut put = |column: &str, rows: usize, array: StructArray| -> Result<(), ParquetError> {
        size += rows as u64;
        writer.write(&batch(&schema, column, rows, array)?)
    };
    put("protocol", 1, protocol(snapshot.protocol())?)?;
    put("metaData", 1, metadata(snapshot.metadata())?)?;
    for chunk in txns.chunks(BATCH_ROWS) {
        put("txn", chunk.len(), txn(chunk)?)?;
    }
    for chunk in domains.chunks(BATCH_ROWS) {
        put("domainMetadata", chunk.len(), domain(chunk)?)?;
    }
    for chunk in adds.chunks(BATCH_ROWS) {
        put("add", chunk.len(), add(chunk)?)?;
    }
    for chunk in removes.chunks(BATCH_ROWS) {
        put("remove", chunk.len(), remove(chunk)?)?;
    }
    Ok((writer.into_inner()?, size))
}

/// Rows of one kind of action; the other columns are null.
fn batch(
    schema: &SchemaRef,
    column: &str,
    rows: usize,
    array: StructArray,
) -> Result<RecordBatch, ArrowError> {
    let array: ArrayRef = Arc::new(array);
    let columns = schema
        .fields()
        .iter()
        .map(|field| {
            if field.name() == column {
                array.clone()
            } else {
                new_null_array(field.data_type(), rows)
            }
        })
        .collect();
    RecordBatch::try_new(schema.clone(), columns)
}

fn protocol(p: &Protocol) -> Result<StructArray, ArrowError> {
    structs(
        protocol_fields(),
        vec![
            Arc::new(Int32Array::from(vec![p.min_reader_version])),
            Arc::new(Int32Array::from(vec![p.min_writer_version])),
            string_lists([p.reader_features.as_deref()]),
            string_lists([p.writer_features.as_deref()]),
        ],
    )
}

fn metadata(m: &Metadata) -> Result<StructArray, ArrowError> {
    let options = string_maps([Some(some_values(&m.format.options))])?;
    let format = structs(
        format_fields(),
        vec![strings([Some(m.format.provider.as_str())]), options],
    )?;
    structs(
        metadata_fields(),
        vec![
            strings([Some(m.id.as_str())]),
            strings([m.name.as_deref()]),
            strings([m.description.as_deref()]),
            Arc::new(format),
            strings([Some(m.schema_string.as_str())]),
            string_lists([Some(m.partition_columns.as_slice())]),
            string_maps([Some(some_values(&m.configuration))])?,
            Arc::new(Int64Array::from(vec![m.created_time])),
        ],
    )
}

fn txn(rows: &[&SetTransaction]) -> Result<StructArray, ArrowError> {
    structs(
        txn_fields(),
        vec![
            strings(rows.iter().map(|t| Some(t.app_id.as_str()))),
            longs(rows.iter().map(|t| Some(t.version))),
            longs(rows.iter().map(|t| t.last_updated)),
        ],
    )
}

fn domain(rows: &[&DomainMetadata]) -> Result<StructArray, ArrowError> {
    structs(
        domain_fields(),
        vec![
            strings(rows.iter().map(|d| Some(d.domain.as_str()))),
            strings(rows.iter().map(|d| Some(d.configuration.as_str()))),
            booleans(rows.iter().map(|d| Some(d.removed))),
        ],
    )
}

fn add(rows: &[&AddFile]) -> Result<StructArray, ArrowError> {
    structs(
        add_fields(),
        vec![
            strings(rows.iter().map(|a| Some(a.path.as_str()))),
            string_maps(
                rows.iter()
                    .map(|a| Some(optional_values(&a.partition_values))),
            )?,
            longs(rows.iter().map(|a| Some(a.size))),
            longs(rows.iter().map(|a| Some(a.modification_time))),
            // A checkpoint only reconciles: its actions change no data.
            booleans(rows.iter().map(|_| Some(false))),
            strings(rows.iter().map(|a| a.stats.as_deref())),
            string_maps(rows.iter().map(|a| a.tags.as_ref().map(optional_values)))?,
            deletion_vectors(rows.iter().map(|a| a.deletion_vector.as_ref()))?,
        ],
    )
}

fn remove(rows: &[&RemoveFile]) -> Result<StructArray, ArrowError> {
    let partitions = rows
        .iter()
        .map(|r| r.partition_values.as_ref().map(optional_values));
    structs(
        remove_fields(),
        vec![
            strings(rows.iter().map(|r| Some(r.path.as_str()))),
            longs(rows.iter().map(|r| r.deletion_timestamp)),
            booleans(rows.iter().map(|_| Some(false))),
            booleans(rows.iter().map(|r| r.extended_file_metadata)),
            string_maps(partitions)?,
            longs(rows.iter().map(|r| r.size)),
            deletion_vectors(rows.iter().map(|r| r.deletion_vector.as_ref()))?,
        ],
    )
}

fn deletion_vectors<'a>(
    rows: impl Iterator<Item = Option<&'a DeletionVector>>,
) -> Result<ArrayRef, ArrowError> {
    let rows: Vec<Option<&DeletionVector>> = rows.collect();
    let each = || rows.iter().copied();
    let arrays: Vec<ArrayRef> = vec![
        strings(each().map(|v| v.map(|v| v.storage_type.as_str()))),
        strings(each().map(|v| v.map(|v| v.path_or_inline_dv.as_str()))),
        Arc::new(Int32Array::from_iter(each().map(|v| v?.offset))),
        Arc::new(Int32Array::from_iter(
            each().map(|v| Some(v?.size_in_bytes)),
        )),
        longs(each().map(|v| Some(v?.cardinality))),
    ];
    let valid = NullBuffer::from_iter(each().map(|v| v.is_some()));
    Ok(Arc::new(StructArray::try_new(
        vector_fields(),
        arrays,
        Some(valid),
    )?))
}

fn schema() -> Schema {
    let column = |name: &str, fields: Fields| Field::new(name, DataType::Struct(fields), true);
    Schema::new(vec![
        column("txn", txn_fields()),
        column("add", add_fields()),
        column("remove", remove_fields()),
        column("metaData", metadata_fields()),
        column("protocol", protocol_fields()),
        column("domainMetadata", domain_fields()),
    ])
}

fn txn_fields() -> Fields {
    fields([
        ("appId", DataType::Utf8),
        ("version", DataType::Int64),
        ("lastUpdated", DataType::Int64),
    ])
}

fn domain_fields() -> Fields {
    fields([
        ("domain", DataType::Utf8),
        ("configuration", DataType::Utf8),
        ("removed", DataType::Boolean),
    ])
}

fn add_fields() -> Fields {
    fields([
        ("path", DataType::Utf8),
        ("partitionValues", map_type()),
        ("size", DataType::Int64),
        ("modificationTime", DataType::Int64),
        ("dataChange", DataType::Boolean),
        ("stats", DataType::Utf8),
        ("tags", map_type()),
        ("deletionVector", DataType::Struct(vector_fields())),
    ])
}

fn remove_fields() -> Fields {
    fields([
        ("path", DataType::Utf8),
        ("deletionTimestamp", DataType::Int64),
        ("dataChange", DataType::Boolean),
        ("extendedFileMetadata", DataType::Boolean),
        ("partitionValues", map_type()),
        ("size", DataType::Int64),
        ("deletionVector", DataType::Struct(vector_fields())),
    ])
}

fn vector_fields() -> Fields {
    fields([
        ("storageType", DataType::Utf8),
        ("pathOrInlineDv", DataType::Utf8),
        ("offset", DataType::Int32),
        ("sizeInBytes", DataType::Int32),
        ("cardinality", DataType::Int64),
    ])
}

fn metadata_fields() -> Fields {
    fields([
        ("id", DataType::Utf8),
        ("name", DataType::Utf8),
        ("description", DataType::Utf8),
        ("format", DataType::Struct(format_fields())),
        ("schemaString", DataType::Utf8),
        ("partitionColumns", list_type()),
        ("configuration", map_type()),
        ("createdTime", DataType::Int64),
    ])
}

fn format_fields() -> Fields {
    fields([("provider", DataType::Utf8), ("options", map_type())])
}

fn protocol_fields() -> Fields {
    fields([
        ("minReaderVersion", DataType::Int32),
        ("minWriterVersion", DataType::Int32),
        ("readerFeatures", list_type()),
        ("writerFeatures", list_type()),
    ])
}

fn fields<const N: usize>(fields: [(&str, DataType); N]) -> Fields {
    fields
        .into_iter()
        .map(|(name, data_type)| Field::new(name, data_type, true))
        .collect()
}

/// Spark's names for the parts of a map.
fn map_names() -> MapFieldNames {
    MapFieldNames {
        entry: "key_value".into(),
        key: "key".into(),
        value: "value".into(),
    }
}

fn map_type() -> DataType {
    let entries = Fields::from(vec![
        Field::new("key", DataType::Utf8, false),
        Field::new("value", DataType::Utf8, true),
    ]);
    let entries = Field::new("key_value", DataType::Struct(entries), false);
    DataType::Map(Arc::new(entries), false)
}

fn list_type() -> DataType {
    DataType::List(Arc::new(Field::new("element", DataType::Utf8, true)))
}

fn structs(fields: Fields, arrays: Vec<ArrayRef>) -> Result<StructArray, ArrowError> {
    StructArray::try_new(fields, arrays, None)
}

fn strings<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(StringArray::from_iter(values))
}

fn longs(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(Int64Array::from_iter(values))
}

fn booleans(values: impl IntoIterator<Item = Option<bool>>) -> ArrayRef {
    Arc::new(BooleanArray::from_iter(values))
}

fn string_lists<'a>(rows: impl IntoIterator<Item = Option<&'a [String]>>) -> ArrayRef {
    let element = Field::new("element", DataType::Utf8, true);
    let mut builder = ListBuilder::new(StringBuilder::new()).with_field(element);
    for row in rows {
        builder.append_option(row.map(|items| items.iter().map(Some)));
    }
    Arc::new(builder.finish())
}

type Entries<'a> = Vec<(&'a str, Option<&'a str>)>;

fn some_values(map: &super::super::actions::Properties) -> Entries<'_> {
    map.iter()
        .map(|(key, value)| (key.as_str(), Some(value.as_str())))
        .collect()
}

fn optional_values(map: &BTreeMap<String, Option<String>>) -> Entries<'_> {
    map.iter()
        .map(|(key, value)| (key.as_str(), value.as_deref()))
        .collect()
}

fn string_maps<'a>(
    rows: impl IntoIterator<Item = Option<Entries<'a>>>,
) -> Result<ArrayRef, ArrowError> {
    let mut builder = MapBuilder::new(
        Some(map_names()),
        StringBuilder::new(),
        StringBuilder::new(),
    );
    for row in rows {
        for (key, value) in row.iter().flatten() {
            builder.keys().append_value(key);
            builder.values().append_option(*value);
        }
        builder.append(row.is_some())?;
    }
    Ok(Arc::new(builder.finish()))
}
