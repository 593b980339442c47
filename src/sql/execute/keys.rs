//! Rows as hash keys: grouping, joining and deduplicating share this.

use hashbrown::{DefaultHashBuilder, HashTable};
use polars_arrow::array::BinaryArray;
use polars_arrow::bitmap::Bitmap;
use polars_core::chunked_array::ops::row_encode::{_get_rows_encoded_ca, encode_rows_unordered};
use polars_core::prelude::{Column, IdxSize, PlSmallStr, Series};
use std::hash::BuildHasher;

use crate::sql::SqlError;

/// No key: what [`KeyTable::find`] gives for a row that isn't there.
pub(super) const NO_KEY: IdxSize = IdxSize::MAX;

/// The key columns of a chunk, each row as bytes.
///
/// Rows are equal as Spark groups them when their bytes are: NULL equals NULL, NaN equals NaN,
/// -0.0 equals 0.0.
pub(super) struct KeyRows {
    rows: BinaryArray<i64>,
    len: usize,
}

impl KeyRows {
    /// Encodes `columns`, all of `len` values. No columns make all rows equal.
    pub fn encode(columns: &[Series], len: usize) -> Result<Self, SqlError> {
        if columns.is_empty() || len == 0 {
            return Ok(KeyRows {
                rows: BinaryArray::new_empty(polars_arrow::datatypes::ArrowDataType::LargeBinary),
                len,
            });
        }
        let columns: Vec<Column> = columns.iter().cloned().map(Column::from).collect();
        let encoded = encode_rows_unordered(&columns)?;
        let rows = first_chunk(encoded.rechunk().downcast_iter());
        Ok(KeyRows { rows, len })
    }

    /// The bytes of a row.
    pub fn get(&self, row: usize) -> &[u8] {
        if row < self.rows.len() {
            self.rows.value(row)
        } else {
            &[]
        }
    }

    pub fn len(&self) -> usize {
        self.len
    }
}

/// Each row as bytes that compare as Spark orders the columns: by `descending` and `nulls_last`,
/// NaN above all numbers.
pub(super) fn encode_ordered(
    columns: &[Series],
    descending: &[bool],
    nulls_last: &[bool],
) -> Result<BinaryArray<i64>, SqlError> {
    let columns: Vec<Column> = columns.iter().cloned().map(Column::from).collect();
    let encoded = _get_rows_encoded_ca(PlSmallStr::EMPTY, &columns, descending, nulls_last, false)?;
    Ok(first_chunk(encoded.rechunk().downcast_iter()))
}

fn first_chunk<'a>(mut chunks: impl Iterator<Item = &'a BinaryArray<i64>>) -> BinaryArray<i64> {
    chunks.next().cloned().unwrap_or_else(|| {
        BinaryArray::new_empty(polars_arrow::datatypes::ArrowDataType::LargeBinary)
    })
}

/// The rows in which all of `columns` have a value; `None` if all rows do.
pub(super) fn non_null_rows(columns: &[Series]) -> Option<Bitmap> {
    columns
        .iter()
        .filter(|c| c.null_count() > 0)
        .filter_map(|c| c.rechunk_validity())
        .reduce(|a, b| &a & &b)
}

/// Distinct keys, numbered from 0 in the order they were first seen.
#[derive(Default)]
pub(super) struct KeyTable {
    table: HashTable<IdxSize>,
    hasher: DefaultHashBuilder,
    hashes: Vec<u64>,
    /// Where each key ends in `bytes`.
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl KeyTable {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of each row's key, adding those that are new; and the rows that brought a new
    /// key, in order.
    pub fn insert(&mut self, rows: &KeyRows) -> (Vec<IdxSize>, Vec<IdxSize>) {
        let mut ids = Vec::with_capacity(rows.len());
        let mut new = Vec::new();
        for row in 0..rows.len() {
            let key = rows.get(row);
            let (id, is_new) = self.insert_one(key);
            if is_new {
                new.push(row as IdxSize);
            }
            ids.push(id);
        }
        (ids, new)
    }

    /// The number of `key`, and whether it is new.
    pub fn insert_one(&mut self, key: &[u8]) -> (IdxSize, bool) {
        let hash = self.hasher.hash_one(key);
        let (ends, bytes, hashes) = (&self.ends, &self.bytes, &self.hashes);
        let entry = self.table.entry(
            hash,
            |id| key_at(ends, bytes, *id) == key,
            |id| hashes.get(*id as usize).copied().unwrap_or_default(),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(entry) => (*entry.get(), false),
            hashbrown::hash_table::Entry::Vacant(entry) => {
                let id = self.ends.len() as IdxSize;
                entry.insert(id);
                self.hashes.push(hash);
                self.bytes.extend_from_slice(key);
                self.ends.push(self.bytes.len());
                (id, true)
            }
        }
    }

    /// The number of each row's key, [`NO_KEY`] where it isn't there or `valid` is unset.
    pub fn find(&self, rows: &KeyRows, valid: Option<&Bitmap>) -> Vec<IdxSize> {
        (0..rows.len())
            .map(|row| {
                if valid.is_some_and(|v| !v.get(row).unwrap_or(false)) {
                    return NO_KEY;
                }
                let key = rows.get(row);
                let hash = self.hasher.hash_one(key);
                self.table
                    .find(hash, |id| key_at(&self.ends, &self.bytes, *id) == key)
                    .copied()
                    .unwrap_or(NO_KEY)
            })
            .collect()
    }
}

fn key_at<'a>(ends: &[usize], bytes: &'a [u8], id: IdxSize) -> &'a [u8] {
    let id = id as usize;
    let start = id
        .checked_sub(1)
        .and_then(|before| ends.get(before))
        .copied()
        .unwrap_or(0);
    let end = ends.get(id).copied().unwrap_or(start);
    bytes.get(start..end).unwrap_or_default()
}
