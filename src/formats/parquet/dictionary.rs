//! Whether the values of a dictionary-encoded column all lie in its dictionary.
//!
//! The parquet crate checks it itself, except for FIXED_LEN_BYTE_ARRAY, where it panics.

use std::sync::Arc;

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::parts::Parts;

/// Whether every value of the column chunk is in its dictionary.
pub(super) fn is_sound(
    parts: &Arc<Parts>,
    column: &ColumnChunkMetaData,
    rows: usize,
) -> Result<bool, ParquetError> {
    let mut pages = SerializedPageReader::new(parts.clone(), column, rows, None)?;
    let mut size = 0;
    while let Some(page) = pages.get_next_page()? {
        let is_dictionary_encoded = matches!(
            page.encoding(),
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY
        );
        if let Page::DictionaryPage { num_values, .. } = page {
            size = u64::from(num_values);
        } else if is_dictionary_encoded {
            let inside = values(&page, column).is_some_and(|v| keys_are_below(v, size));
            if !inside {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// A data page's part behind its levels; `None` if the levels go beyond the page.
fn values<'p>(page: &'p Page, column: &ColumnChunkMetaData) -> Option<&'p [u8]> {
    match page {
        Page::DataPage {
            buf,
            num_values,
            def_level_encoding,
            rep_level_encoding,
            ..
        } => {
            let descr = column.column_descr();
            let levels = [
                (descr.max_rep_level(), *rep_level_encoding),
                (descr.max_def_level(), *def_level_encoding),
            ];
            let mut rest: &[u8] = buf;
            for (max, encoding) in levels {
                if max == 0 {
                    continue;
                }
                let length = match encoding {
                    Encoding::RLE => {
                        let (length, behind) = rest.split_first_chunk::<4>()?;
                        rest = behind;
                        usize::try_from(u32::from_le_bytes(*length)).ok()?
                    }
                    // Bit-packed, which only old files are.
                    _ => {
                        let bits = 16 - max.unsigned_abs().leading_zeros() as usize;
                        usize::try_from(*num_values)
                            .ok()?
                            .checked_mul(bits)?
                            .div_ceil(8)
                    }
                };
                rest = rest.get(length..)?;
            }
            Some(rest)
        }
        Page::DataPageV2 {
            buf,
            def_levels_byte_len,
            rep_levels_byte_len,
            ..
        } => {
            let levels = def_levels_byte_len.checked_add(*rep_levels_byte_len)?;
            buf.get(usize::try_from(levels).ok()?..)
        }
        Page::DictionaryPage { .. } => None,
    }
}

/// Whether all keys in the hybrid of runs and bit-packed groups are below `size`. The first byte
/// is the keys' width in bits.
///
/// Source: parquet-format, "Encodings", RLE_DICTIONARY and RLE.
fn keys_are_below(values: &[u8], size: u64) -> bool {
    let Some((width, mut rest)) = values.split_first() else {
        return true;
    };
    let width = usize::from(*width);
    if width > 32 {
        return false;
    }
    while !rest.is_empty() {
        let Some((header, behind)) = varint(rest) else {
            return false;
        };
        let bytes = match header & 1 {
            0 => width.div_ceil(8),
            _ => usize::try_from(header >> 1)
                .unwrap_or(usize::MAX)
                .saturating_mul(width),
        };
        let (run, behind) = behind.split_at(bytes.min(behind.len()));
        rest = behind;
        let inside = match header & 1 {
            0 => {
                let key = run
                    .iter()
                    .rev()
                    .fold(0, |key, b| (key << 8) | u64::from(*b));
                key < size || header == 0
            }
            _ => packed_are_below(run, width, size),
        };
        if !inside {
            return false;
        }
    }
    true
}

fn packed_are_below(packed: &[u8], width: usize, size: u64) -> bool {
    let mask = (1u64 << width) - 1;
    if width == 0 || mask < size {
        return width > 0 || size > 0;
    }
    let (mut bits, mut count) = (0u64, 0);
    for byte in packed {
        bits |= u64::from(*byte) << count;
        count += 8;
        while count >= width {
            if bits & mask >= size {
                return false;
            }
            bits >>= width;
            count -= width;
        }
    }
    true
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (i, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(i + 1..)?));
        }
    }
    None
}
