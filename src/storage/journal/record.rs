//! Records: what a segment is a sequence of.
//!
//! ```text
//! 0   4   "MHR1"
//! 4   8   checksum of the header that follows
//! 12  8   sequence number: grows from record to record, over all segments
//! 20  1   kind
//! 21  1   1 if everything before this record was durable when it was written
//! 22  2   0
//! 24  4   bytes of text
//! 28  8   bytes of content
//! 36  8   modification time, ms since the epoch
//! 44  …   text: a path, or paths, one a line
//!     8…  checksums of the content, one for each block of 64 KiB
//!     …   content
//! ```
//!
//! Numbers are little-endian. Checksums are XXH64, seeded by the segment's name, which is random: a dropped file that
//! imitates a record is none.

use std::sync::Arc;

use twox_hash::XxHash64;

use crate::storage::DbfsPath;

/// Bytes of content that share a checksum: what reading a part of a file reads at least.
pub const BLOCK: u64 = 64 << 10;

/// Bytes before a record's text.
pub const FIXED: usize = 44;

pub const MAGIC: [u8; 4] = *b"MHR1";

/// More text than a record has: a length beyond it is damage.
const MAX_TEXT: u32 = 64 << 20;

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file's content follows.
    File {
        path: DbfsPath,
        modification_time: i64,
        length: u64,
        blocks: Arc<[u64]>,
    },
    /// A directory was made.
    Directory { path: DbfsPath },
    /// Files and directories are no more.
    Deleted { paths: Vec<DbfsPath> },
    /// A path is no more, with all that was below it: short, however much that was.
    DeletedTree { path: DbfsPath },
}

/// A record as it stands in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub sequence: u64,
    /// Whether everything before it was durable when it was written.
    pub follows_flush: bool,
    pub entry: Entry,
}

impl Entry {
    /// Bytes of content behind the header.
    pub fn content_length(&self) -> u64 {
        match self {
            Entry::File { length, .. } => *length,
            Entry::Directory { .. } | Entry::Deleted { .. } | Entry::DeletedTree { .. } => 0,
        }
    }
}

impl Record {
    /// The header: all but the content.
    pub fn header(&self, seed: u64) -> Vec<u8> {
        let (kind, text, time) = match &self.entry {
            Entry::File {
                path,
                modification_time,
                ..
            } => (1_u8, path.without_scheme().to_owned(), *modification_time),
            Entry::Directory { path } => (2, path.without_scheme().to_owned(), 0),
            Entry::Deleted { paths } => {
                let lines: Vec<&str> = paths.iter().map(DbfsPath::without_scheme).collect();
                (3, lines.join("\n"), 0)
            }
            Entry::DeletedTree { path } => (4, path.without_scheme().to_owned(), 0),
        };
        let mut header = Vec::with_capacity(FIXED + text.len() + 8);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&[0; 8]);
        header.extend_from_slice(&self.sequence.to_le_bytes());
        header.extend_from_slice(&[kind, u8::from(self.follows_flush), 0, 0]);
        header.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        header.extend_from_slice(&self.entry.content_length().to_le_bytes());
        header.extend_from_slice(&time.to_le_bytes());
        header.extend_from_slice(text.as_bytes());
        if let Entry::File { blocks, .. } = &self.entry {
            header.extend(blocks.iter().flat_map(|sum| sum.to_le_bytes()));
        }
        let sum = header.get(12..).map_or(0, |rest| checksum(rest, seed));
        if let Some(place) = header.get_mut(4..12) {
            place.copy_from_slice(&sum.to_le_bytes());
        }
        header
    }

    /// How long the header of a file's record is.
    pub fn header_length_of(path: &DbfsPath, content: u64) -> u64 {
        header_bytes(path.without_scheme().len() as u64, content)
    }

    /// How long the header is that begins with these [`FIXED`] bytes; `None` if none does.
    pub fn header_length(fixed: &[u8]) -> Option<usize> {
        if fixed.get(..4)? != MAGIC.as_slice() {
            return None;
        }
        let text = u32_at(fixed, 24)?;
        let length = header_bytes(u64::from(text), u64_at(fixed, 28)?);
        (text <= MAX_TEXT).then(|| usize::try_from(length).ok())?
    }

    /// Reads a header; `None` if it isn't one, or not as it was written.
    pub fn parse(header: &[u8], seed: u64) -> Option<Record> {
        if header.len() != Record::header_length(header)? {
            return None;
        }
        if u64_at(header, 4)? != checksum(header.get(12..)?, seed) {
            return None;
        }
        let text_end = FIXED + usize::try_from(u32_at(header, 24)?).ok()?;
        let text = std::str::from_utf8(header.get(FIXED..text_end)?).ok()?;
        let length = u64_at(header, 28)?;
        let path = |text| DbfsPath::parse(text).ok();
        let entry = match header.get(20)? {
            1 => Entry::File {
                path: path(text)?,
                modification_time: i64::from_le_bytes(array_at(header, 36)?),
                length,
                blocks: header
                    .get(text_end..)?
                    .chunks_exact(8)
                    .map(|sum| u64_at(sum, 0))
                    .collect::<Option<_>>()?,
            },
            2 => Entry::Directory { path: path(text)? },
            3 => Entry::Deleted {
                paths: text.split('\n').map(path).collect::<Option<_>>()?,
            },
            4 => Entry::DeletedTree { path: path(text)? },
            _ => return None,
        };
        Some(Record {
            sequence: u64_at(header, 12)?,
            follows_flush: *header.get(21)? == 1,
            entry,
        })
    }
}

/// Bytes of a header by those of its text and of the content: it has a checksum for each block.
fn header_bytes(text: u64, content: u64) -> u64 {
    FIXED as u64 + text + 8 * content.div_ceil(BLOCK)
}

/// The seed of a segment's checksums.
pub fn seed_of(segment: &str) -> u64 {
    XxHash64::oneshot(0, segment.as_bytes())
}

pub fn checksum(bytes: &[u8], seed: u64) -> u64 {
    XxHash64::oneshot(seed, bytes)
}

/// The checksum of each block.
pub fn checksums(content: &[u8], seed: u64) -> impl Iterator<Item = u64> {
    content
        .chunks(BLOCK as usize)
        .map(move |block| checksum(block, seed))
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}
