//! JSON: lines, or one value a file, to frames; schema inference; frames to JSON lines.

mod infer;
mod options;
mod read;
mod records;
mod tape;
#[cfg(test)]
mod tests;
mod write;

use bytes::Bytes;
use indexmap::IndexMap;

pub use options::{JsonOptions, OPTIONS, PRIMITIVES_AS_STRING};
pub(super) use read::read_file;
pub use write::write;

use self::infer::{Shape, merge, shape};
use self::records::Records;
use self::tape::Tape;
use super::{FormatError, ParseMode};
use crate::storage::DbfsPath;
use crate::types::{DataType, StructField, StructType};

/// The schema of JSON files as `spark.read.json` infers it: whole numbers are BIGINT, or DECIMAL
/// beyond 64 bits; what differs between records takes the narrowest type that holds both, STRING
/// if there is no other; fields are in alphabetical order. Records that aren't JSON objects add
/// the corrupt record column.
///
/// # Errors
/// In mode FAILFAST, [`FormatError::MalformedRecord`].
pub fn infer_schema(
    files: &mut dyn Iterator<Item = (DbfsPath, Bytes)>,
    options: &JsonOptions,
) -> Result<StructType, FormatError> {
    let mut fields = Shape::Struct(IndexMap::new());
    let mut corrupt = false;
    let mut tape = Tape::default();
    for (path, bytes) in files {
        let mut records = Records::new(bytes, options);
        while let Some(record) = records.next(&mut tape, options) {
            let text = record.text();
            let root = record.parsed.then(|| shape(&tape, 0, &text, options));
            match root {
                Some(object @ Shape::Struct(_)) => fields = merge(fields, object),
                Some(Shape::Array(element)) if matches!(*element, Shape::Struct(_)) => {
                    fields = merge(fields, *element);
                }
                // An empty array has no rows.
                Some(Shape::Array(element)) if *element == Shape::Null => {}
                _ if options.mode == ParseMode::FailFast => {
                    return Err(FormatError::MalformedRecord {
                        path,
                        record: text.chars().take(200).collect(),
                    });
                }
                _ => corrupt = true,
            }
        }
    }
    let Shape::Struct(fields) = fields else {
        return Ok(StructType::default());
    };
    let mut schema = infer::schema(fields, options);
    let name = &options.column_name_of_corrupt_record;
    if corrupt && options.mode == ParseMode::Permissive && schema.index_of(name).is_none() {
        let at = schema.fields.partition_point(|f| f.name < *name);
        let column = StructField::new(name.as_str(), DataType::String);
        schema.fields.insert(at, column);
    }
    Ok(schema)
}
