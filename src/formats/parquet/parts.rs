//! The parts of a parquet file that are in memory: its end, or the column chunks to be decoded next.

use std::sync::Arc;

use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::formats::{FileBytes, FormatError};

/// Ranges that lie no further apart are read as one: storage reads and checks blocks of about this
/// size anyway.
const GAP: u64 = 64 * 1024;
/// Ranges are joined up to this size, so that memory is needed in moderate pieces.
const JOINED: u64 = 4 * 1024 * 1024;

/// Parts of a file at their offsets in it. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    file_size: u64,
    /// Offsets and bytes, in order; they don't overlap.
    parts: Arc<[(u64, Bytes)]>,
}

impl Parts {
    /// A file's end from the offset `start`.
    pub fn of_end(file_size: u64, start: u64, bytes: Bytes) -> Self {
        Parts {
            file_size,
            parts: Arc::new([(start, bytes)]),
        }
    }

    /// Reads the wanted ranges, each given by its start and end.
    ///
    /// # Errors
    /// As [`FileBytes::range`].
    pub fn read(file: &FileBytes, wanted: Vec<(u64, u64)>) -> Result<Self, FormatError> {
        let read = |(start, end)| Ok((start, file.range(start, end)?));
        let parts: Vec<(u64, Bytes)> = joined(wanted)
            .into_iter()
            .map(read)
            .collect::<Result<_, FormatError>>()?;
        Ok(Parts {
            file_size: file.size(),
            parts: parts.into(),
        })
    }

    /// The bytes from `start` up to `end`; `None` if not all of them are here.
    pub fn get(&self, start: u64, end: u64) -> Option<Bytes> {
        if start == end {
            return Some(Bytes::new());
        }
        let bytes = self.onwards(start)?;
        let length = usize::try_from(end.checked_sub(start)?).ok()?;
        (length <= bytes.len()).then(|| bytes.slice(..length))
    }

    /// The bytes from `start` up to the end of the part that it is in.
    fn onwards(&self, start: u64) -> Option<Bytes> {
        let behind = self.parts.partition_point(|(offset, _)| *offset <= start);
        let (offset, bytes) = self.parts.get(behind.checked_sub(1)?)?;
        let skipped = usize::try_from(start - offset).ok()?;
        (skipped <= bytes.len()).then(|| bytes.slice(skipped..))
    }
}

/// The ranges in order, joined where they overlap or lie close together.
fn joined(mut ranges: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    ranges.retain(|(start, end)| start < end);
    ranges.sort_unstable();
    let mut out: Vec<(u64, u64)> = Vec::new();
    for (start, end) in ranges {
        match out.last_mut() {
            Some((first, last))
                if start < *last || (start - *last <= GAP && end - *first <= JOINED) =>
            {
                *last = end.max(*last);
            }
            _ => out.push((start, end)),
        }
    }
    out
}

impl Length for Parts {
    fn len(&self) -> u64 {
        self.file_size
    }
}

impl ChunkReader for Parts {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let bytes = self.onwards(start).ok_or_else(|| outside(start, 0))?;
        Ok(bytes.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let end = start.checked_add(length as u64);
        end.and_then(|end| self.get(start, end))
            .ok_or_else(|| outside(start, length))
    }
}

fn outside(start: u64, length: usize) -> ParquetError {
    ParquetError::EOF(format!(
        "{length} bytes at offset {start} lie outside the column"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_lie_close_together_are_read_as_one() {
        let kib = |n: u64| n * 1024;
        let ranges = vec![
            (kib(500), kib(600)),
            (4, kib(10)),
            (kib(10), kib(10)),
            (kib(20), kib(30)),
            (kib(25), kib(26)),
        ];
        assert_eq!(joined(ranges), [(4, kib(30)), (kib(500), kib(600))]);
        let large = vec![(0, JOINED), (JOINED, JOINED + 1), (JOINED + 1, JOINED + 9)];
        assert_eq!(joined(large), [(0, JOINED), (JOINED, JOINED + 9)]);
        let overlapping = vec![(0, JOINED), (9, JOINED + 9)];
        assert_eq!(joined(overlapping), [(0, JOINED + 9)]);
    }

    #[test]
    fn parts_are_found_by_their_offset_in_the_file() {
        let file: Bytes = (0..200_000_u32).map(|n| n as u8).collect::<Vec<_>>().into();
        let wanted = vec![(4, 9), (150_000, 150_010)];
        let parts = Parts::read(&file.clone().into(), wanted).unwrap();
        assert_eq!(parts.len(), 200_000);
        assert_eq!(parts.get(5, 9).unwrap(), file.slice(5..9));
        let bytes = parts.get_bytes(150_002, 8).unwrap();
        assert_eq!(bytes, file.slice(150_002..150_010));
        assert!(parts.get_bytes(150_002, 9).is_err());
        assert!(parts.get_read(3).is_err());
        assert!(parts.get_read(10).is_err());
        assert_eq!(parts.get(u64::MAX, 0), None);
    }
}
