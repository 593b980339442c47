//! What a segment holds when it is opened, perhaps after a crash.

use super::record::{BLOCK, Entry, FIXED, MAGIC, Record, checksum};
use super::segment::{Segment, SegmentError};

/// Bytes read at once while headers are looked for.
const WINDOW: usize = 16 << 10;

/// A record, and where it begins.
#[derive(Debug, Clone)]
pub struct Found {
    pub offset: u64,
    pub header_length: u64,
    pub record: Record,
}

impl Found {
    /// Where the next record begins.
    pub fn end(&self) -> u64 {
        self.content_offset() + self.record.entry.content_length()
    }

    /// Where its content begins.
    pub fn content_offset(&self) -> u64 {
        self.offset + self.header_length
    }
}

/// Bytes that aren't what was written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    pub offset: u64,
    pub length: u64,
}

/// What a segment holds.
#[derive(Debug, Default)]
pub struct Scan {
    pub records: Vec<Found>,
    /// Damage between records; never read as data.
    pub gaps: Vec<Gap>,
    /// Where the next record goes.
    pub end: u64,
}

/// Reads the headers of a segment, from record to record, without their contents.
///
/// What follows the last record is cut off by who writes next. Something else between two records is damage, since a
/// crash tears only the end.
///
/// # Errors
/// A segment that can't be read at all.
pub fn scan(segment: &dyn Segment, seed: u64) -> Result<Scan, SegmentError> {
    let size = segment.size()?;
    let mut window = Window::new(segment, size);
    let mut scan = Scan::default();
    let mut at = 0;
    let mut last = None;
    while at < size {
        if let Some(found) = record_at(&mut window, at, seed, last)? {
            last = Some(found.record.sequence);
            at = found.end();
            scan.records.push(found);
            continue;
        }
        let Some(next) = next_record(&mut window, at + 1, seed, last)? else {
            break;
        };
        scan.gaps.push(Gap {
            offset: at,
            length: next - at,
        });
        at = next;
    }
    scan.end = scan.records.last().map_or(0, Found::end);
    Ok(scan)
}

/// Cuts off what a crash has torn: of the records since the last that says that all before it was durable, those from
/// the first on that isn't whole. Gives whether there was one.
///
/// # Errors
/// A segment that can't be read.
pub fn cut_torn_tail(
    segment: &dyn Segment,
    seed: u64,
    scan: &mut Scan,
) -> Result<bool, SegmentError> {
    // A segment's first record says so, too. Without any, the first is what was torn.
    let durable = scan.records.iter().rposition(|f| f.record.follows_flush);
    let mut whole = durable.unwrap_or(0);
    if let Some(first) = durable {
        let mut expected = scan.records.get(first).map_or(0, |found| found.offset);
        for found in scan.records.iter().skip(first) {
            if found.offset != expected || !is_whole(segment, seed, found)? {
                break;
            }
            expected = found.end();
            whole += 1;
        }
    }
    let is_torn = whole < scan.records.len();
    scan.records.truncate(whole);
    scan.end = scan.records.last().map_or(0, Found::end);
    let end = scan.end;
    scan.gaps.retain(|gap| gap.offset < end);
    Ok(is_torn)
}

/// Whether a record's content is what was written.
fn is_whole(segment: &dyn Segment, seed: u64, found: &Found) -> Result<bool, SegmentError> {
    let Entry::File { length, blocks, .. } = &found.record.entry else {
        return Ok(true);
    };
    let mut block = vec![0; BLOCK as usize];
    for (i, sum) in (0_u64..).zip(blocks.iter()) {
        let wanted = BLOCK.min(length - i * BLOCK) as usize;
        let Some(into) = block.get_mut(..wanted) else {
            return Ok(false);
        };
        let read = segment.read(found.content_offset() + i * BLOCK, into)?;
        if read < wanted || checksum(into, seed) != *sum {
            return Ok(false);
        }
    }
    Ok(true)
}

fn record_at(
    window: &mut Window<'_>,
    offset: u64,
    seed: u64,
    last: Option<u64>,
) -> Result<Option<Found>, SegmentError> {
    let Some(length) = window.bytes(offset, FIXED)?.and_then(Record::header_length) else {
        return Ok(None);
    };
    let Some(header) = window.bytes(offset, length)? else {
        return Ok(None);
    };
    let Some(record) = Record::parse(header, seed) else {
        return Ok(None);
    };
    let found = Found {
        offset,
        header_length: length as u64,
        record,
    };
    // A record of an earlier life of this file, behind the end of this one, has a smaller number.
    let is_next = last.is_none_or(|last| found.record.sequence > last);
    Ok((is_next && found.end() <= window.size).then_some(found))
}

/// Where the next readable record begins.
fn next_record(
    window: &mut Window<'_>,
    mut from: u64,
    seed: u64,
    last: Option<u64>,
) -> Result<Option<u64>, SegmentError> {
    while from < window.size {
        let length = usize::try_from(window.size - from).map_or(WINDOW, |left| left.min(WINDOW));
        let Some(bytes) = window.bytes(from, length)? else {
            return Ok(None);
        };
        match bytes.windows(MAGIC.len()).position(|w| w == MAGIC) {
            Some(position) => {
                let at = from + position as u64;
                if record_at(window, at, seed, last)?.is_some() {
                    return Ok(Some(at));
                }
                from = at + 1;
            }
            // The word may begin in one window and end in the next.
            None => from += (length.saturating_sub(MAGIC.len() - 1)).max(1) as u64,
        }
    }
    Ok(None)
}

/// A segment's bytes, read some at a time.
struct Window<'a> {
    segment: &'a dyn Segment,
    size: u64,
    offset: u64,
    bytes: Vec<u8>,
}

impl<'a> Window<'a> {
    fn new(segment: &'a dyn Segment, size: u64) -> Self {
        Window {
            segment,
            size,
            offset: 0,
            bytes: Vec::new(),
        }
    }

    /// `length` bytes from `offset`; `None` if the segment ends before.
    fn bytes(&mut self, offset: u64, length: usize) -> Result<Option<&[u8]>, SegmentError> {
        let end = offset.saturating_add(length as u64);
        if end > self.size {
            return Ok(None);
        }
        if offset < self.offset || end > self.offset + self.bytes.len() as u64 {
            let left = usize::try_from(self.size - offset).unwrap_or(usize::MAX);
            self.bytes.resize(length.max(WINDOW).min(left), 0);
            self.offset = offset;
            let read = self.segment.read(offset, &mut self.bytes)?;
            self.bytes.truncate(read);
        }
        let start = usize::try_from(offset - self.offset).unwrap_or(usize::MAX);
        Ok(self.bytes.get(start..start.saturating_add(length)))
    }
}
