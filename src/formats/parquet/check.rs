//! What is checked before the parquet crate reads a file, so that a damaged or hostile one is an
//! error that says what is wrong, never a panic or a huge allocation.

use std::sync::Arc;

use parquet::arrow::ProjectionMask;
use parquet::basic::Type as PhysicalType;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};

use super::dictionary;
use super::parts::Parts;
use super::thrift::{Kind, NotThrift, Reader};
use crate::formats::Damage;
use crate::formats::sniff::magic;

const MAGIC: &[u8] = b"PAR1";
const ENCRYPTED_MAGIC: &[u8] = b"PARE";
/// Magic at both ends and the footer's length.
const LEAST_SIZE: u64 = 12;
/// Behind the footer: its length and the magic.
pub(super) const FOOTER_TAIL: u64 = 8;
/// The bytes at each end that tell what a file is.
pub(super) const MARK_BYTES: u64 = 64;
/// How deep a schema may be nested.
const MAX_SCHEMA_DEPTH: usize = 64;
/// The most bytes that one page may have when decompressed. Writers make pages of about 1 MiB.
const MAX_PAGE_BYTES: i64 = 256 * 1024 * 1024;
/// The most values of a column within lists that one row group may have: they could all belong to
/// one row, which is read at once.
const MAX_LIST_VALUES: i64 = 64 * 1024 * 1024;

/// Checks the marks at a file's ends and gives the length of the footer, which lies within the file.
///
/// `head` and `tail` are the file's first and last bytes; all of them, if there are no more than
/// [`MARK_BYTES`].
pub(super) fn ends(size: u64, head: &[u8], tail: &[u8]) -> Result<u64, Damage> {
    if size == 0 {
        return Err(Damage::Empty);
    }
    if head.starts_with(ENCRYPTED_MAGIC) || tail.ends_with(ENCRYPTED_MAGIC) {
        return Err(Damage::Encrypted);
    }
    if !head.starts_with(MAGIC) {
        return Err(match magic(head) {
            Some(what) => Damage::LooksLike { what },
            None => Damage::NotParquet,
        });
    }
    if size < LEAST_SIZE {
        return Err(Damage::TooShort { size });
    }
    if !tail.ends_with(MAGIC) {
        return Err(Damage::Truncated);
    }
    let length = tail.last_chunk().map_or(0, |[a, b, c, d, ..]: &[u8; 8]| {
        u32::from_le_bytes([*a, *b, *c, *d])
    });
    let length = u64::from(length);
    if length == 0 || length > size - LEAST_SIZE {
        return Err(Damage::Footer {
            reason: format!("it claims {length} bytes, the file has {size}"),
        });
    }
    Ok(length)
}

/// Checks the shape of the schema in the footer.
pub(super) fn schema(footer: &[u8]) -> Result<(), Damage> {
    let reason = match schema_is_sound(footer) {
        Ok(true) => return Ok(()),
        Ok(false) => "its schema is no tree of columns",
        Err(NotThrift) => "it can't be decoded",
    };
    Err(Damage::Footer {
        reason: reason.into(),
    })
}

/// Whether the schema's elements form one tree, each group with as many children as it says.
fn schema_is_sound(footer: &[u8]) -> Result<bool, NotThrift> {
    let mut children: Vec<i64> = Vec::new();
    Reader::new(footer).fields(|reader, id, kind| {
        if id != 2 || kind != Kind::List {
            return Ok(false);
        }
        let (kind, count) = reader.list()?;
        if kind != Kind::Struct {
            return Err(NotThrift);
        }
        for _ in 0..count {
            let mut number = 0;
            reader.fields(|reader, id, kind| {
                let is_number = id == 5 && kind == Kind::Integer;
                if is_number {
                    number = reader.integer()?;
                }
                Ok(is_number)
            })?;
            children.push(number);
        }
        Ok(true)
    })?;
    // How many elements each open group still lacks.
    let mut open: Vec<i64> = vec![1];
    for number in children {
        while open.last() == Some(&0) {
            open.pop();
        }
        let Some(lacks) = open.last_mut() else {
            return Ok(false);
        };
        *lacks -= 1;
        if number < 0 || open.len() > MAX_SCHEMA_DEPTH {
            return Ok(false);
        }
        open.push(number);
    }
    Ok(open.iter().all(|lacks| *lacks == 0))
}

/// Checks that what the footer says lies within the file.
pub(super) fn footer(metadata: &ParquetMetaData, size: u64) -> Result<(), Damage> {
    let leaves = metadata.file_metadata().schema_descr().num_columns();
    let mut total: i64 = 0;
    for (i, group) in metadata.row_groups().iter().enumerate() {
        let bad = |what: &str| Damage::Footer {
            reason: format!("row group {i} {what}"),
        };
        if group.num_rows() < 0 {
            return Err(bad("has a negative number of rows"));
        }
        total = total
            .checked_add(group.num_rows())
            .ok_or_else(|| bad("has too many rows"))?;
        if group.num_columns() != leaves {
            return Err(bad("has another number of columns than the schema"));
        }
        for column in group.columns() {
            let inside = column.uncompressed_size() >= 0
                && column.num_values() >= 0
                && range(column).is_some_and(|(_, end)| end <= size);
            if !inside {
                return Err(damaged(column, "the footer places it outside the file"));
            }
            let in_list = column.column_descr().max_rep_level() > 0;
            let limit = if in_list {
                MAX_LIST_VALUES
            } else {
                group.num_rows()
            };
            if column.num_values() > limit {
                return Err(damaged(column, "it has more values than it can have"));
            }
        }
    }
    if metadata.file_metadata().num_rows() < 0 || total > i64::from(u32::MAX) {
        return Err(Damage::Footer {
            reason: "the number of rows can't be right".into(),
        });
    }
    Ok(())
}

/// Where a column chunk begins and ends, as the parquet crate reckons.
pub(super) fn range(column: &ColumnChunkMetaData) -> Option<(u64, u64)> {
    let data = column.data_page_offset();
    let start = column.dictionary_page_offset().unwrap_or(data);
    let end = start.checked_add(column.compressed_size())?;
    let (start, end) = (u64::try_from(start).ok()?, u64::try_from(end).ok()?);
    (start <= end).then_some((start, end))
}

fn damaged(column: &ColumnChunkMetaData, reason: &str) -> Damage {
    Damage::Column {
        column: column.column_path().string(),
        reason: reason.into(),
    }
}

/// What a page's header says.
#[derive(Default)]
struct PageHeader {
    uncompressed: i64,
    compressed: i64,
    values: i64,
    is_dictionary: bool,
    encoding: i64,
    /// Of the definition and repetition levels.
    level_encodings: [i64; 2],
}

/// Parquet's numbers of encodings.
const PLAIN_DICTIONARY: i64 = 2;
const RLE: i64 = 3;
const BIT_PACKED: i64 = 4;
const RLE_DICTIONARY: i64 = 8;

/// Checks the headers of the pages of the columns of a row group that will be read.
pub(super) fn pages(
    parts: &Parts,
    group: &RowGroupMetaData,
    mask: &ProjectionMask,
) -> Result<(), Damage> {
    for (leaf, column) in group.columns().iter().enumerate() {
        if !mask.leaf_included(leaf) {
            continue;
        }
        column_pages(parts, column)?;
        if column.column_type() == PhysicalType::FIXED_LEN_BYTE_ARRAY {
            let rows = usize::try_from(group.num_rows()).unwrap_or(0);
            match dictionary::is_sound(&Arc::new(parts.clone()), column, rows) {
                Ok(true) => {}
                Ok(false) => {
                    return Err(damaged(column, "a value isn't in its dictionary"));
                }
                Err(e) => return Err(damaged(column, &e.to_string())),
            }
        }
    }
    Ok(())
}

fn column_pages(parts: &Parts, column: &ColumnChunkMetaData) -> Result<(), Damage> {
    let chunk = range(column).and_then(|(start, end)| parts.get(start, end));
    let Some(chunk) = chunk else {
        return Err(damaged(column, "the footer places it outside the file"));
    };
    let mut at = 0;
    let (mut values, mut has_dictionary) = (0, false);
    while at < chunk.len() && values < column.num_values() {
        let rest = chunk.get(at..).unwrap_or_default();
        let mut reader = Reader::new(rest);
        let page = page_header(&mut reader)
            .map_err(|NotThrift| damaged(column, "a page's header can't be decoded"))?;
        let body = usize::try_from(page.compressed).ok();
        let next = body.and_then(|b| at.checked_add(reader.position())?.checked_add(b));
        let Some(next) = next.filter(|next| *next <= chunk.len()) else {
            return Err(damaged(column, "a page goes beyond its end"));
        };
        if !(0..=MAX_PAGE_BYTES).contains(&page.uncompressed) {
            return Err(damaged(column, "a page is too large"));
        }
        let most = match page.is_dictionary {
            true => page.uncompressed,
            false => column.num_values() - values,
        };
        if !(0..=most).contains(&page.values) {
            return Err(damaged(column, "a page has more values than it can have"));
        }
        let needs_dictionary = matches!(page.encoding, PLAIN_DICTIONARY | RLE_DICTIONARY);
        if !page.is_dictionary && needs_dictionary && !has_dictionary {
            return Err(damaged(column, "its dictionary is missing"));
        }
        let levels = page.level_encodings;
        if !levels.iter().all(|e| matches!(*e, RLE | BIT_PACKED)) {
            return Err(damaged(column, "a page has levels of an unknown encoding"));
        }
        has_dictionary |= page.is_dictionary;
        if !page.is_dictionary {
            values += page.values;
        }
        at = next;
    }
    Ok(())
}

/// Source: `parquet.thrift`, `PageHeader`.
fn page_header(reader: &mut Reader<'_>) -> Result<PageHeader, NotThrift> {
    let mut page = PageHeader {
        level_encodings: [RLE; 2],
        ..PageHeader::default()
    };
    reader.fields(|reader, id, kind| {
        match (id, kind) {
            (2, Kind::Integer) => page.uncompressed = reader.integer()?,
            (3, Kind::Integer) => page.compressed = reader.integer()?,
            // The headers of data pages, dictionary pages, and data pages of version 2.
            (header @ (5 | 7 | 8), Kind::Struct) => {
                page.is_dictionary = header == 7;
                let [definition, repetition] = &mut page.level_encodings;
                reader.fields(|reader, id, kind| {
                    if kind != Kind::Integer {
                        return Ok(false);
                    }
                    match (header, id) {
                        (_, 1) => page.values = reader.integer()?,
                        (5 | 7, 2) | (8, 4) => page.encoding = reader.integer()?,
                        (5, 3) => *definition = reader.integer()?,
                        (5, 4) => *repetition = reader.integer()?,
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(page)
}
