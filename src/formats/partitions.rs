//! Columns that come from `k=v` directories.

use std::fmt::Write;

use crate::storage::{DbfsPath, FileStatus};
use crate::types::{DataType, StructField, StructType};

/// What a null is called in a directory's name (Hive's convention).
pub const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// The `k=v` parts of a file's path below `base`, percent-decoded, in order.
pub fn partition_values(base: &DbfsPath, file: &DbfsPath) -> Vec<(String, Option<String>)> {
    let Some((dirs, _)) = file.relative_to(base).and_then(|p| p.rsplit_once('/')) else {
        return Vec::new();
    };
    dirs.split('/')
        .filter_map(|dir| dir.split_once('='))
        .map(|(name, value)| {
            let value = (value != NULL_PARTITION).then(|| decode(value));
            (decode(name), value)
        })
        .collect()
}

/// The directory of a partition, `k=v`, escaped as Hive does; `None` is NULL.
pub fn partition_directory(column: &str, value: Option<&str>) -> String {
    let value = value.map_or_else(|| NULL_PARTITION.to_owned(), escape);
    format!("{}={value}", escape(column))
}

/// Spark's `ExternalCatalogUtils.escapePathName`; further control characters as well, since a
/// path can't hold them.
fn escape(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_control() || "\"#%'*/:=?\\{[]^".contains(c) {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).as_bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// The partition columns of files below `base`: those that all files have. With `infer_types`
/// a column whose values are all whole numbers or dates gets such a type, as Spark infers it
/// (`spark.sql.sources.partitionColumnTypeInference.enabled`); else it is a string.
pub fn partition_schema(base: &DbfsPath, files: &[FileStatus], infer_types: bool) -> StructType {
    let mut columns: Option<Vec<(String, Option<DataType>)>> = None;
    for file in files {
        let values = partition_values(base, &file.path);
        let columns = columns.get_or_insert_with(|| {
            values
                .iter()
                .map(|(name, _)| (name.clone(), None))
                .collect()
        });
        columns.retain(|(name, _)| values.iter().any(|(n, _)| n == name));
        for (name, data_type) in columns.iter_mut() {
            let value = values.iter().find(|(n, _)| n == name);
            if let Some((_, Some(value))) = value {
                let found = if infer_types {
                    type_of(value)
                } else {
                    DataType::String
                };
                *data_type = Some(match data_type.take() {
                    None => found,
                    Some(known) => common(known, found),
                });
            }
        }
    }
    StructType::new(
        columns
            .unwrap_or_default()
            .into_iter()
            .map(|(name, t)| StructField::new(name, t.unwrap_or(DataType::String)))
            .collect(),
    )
}

fn type_of(value: &str) -> DataType {
    let is_date = value.len() == 10 && chrono::NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok();
    if value.parse::<i32>().is_ok() {
        DataType::Integer
    } else if value.parse::<i64>().is_ok() {
        DataType::Long
    } else if is_date {
        DataType::Date
    } else {
        DataType::String
    }
}

fn common(a: DataType, b: DataType) -> DataType {
    match (a, b) {
        (a, b) if a == b => a,
        (DataType::Integer, DataType::Long) | (DataType::Long, DataType::Integer) => DataType::Long,
        _ => DataType::String,
    }
}
