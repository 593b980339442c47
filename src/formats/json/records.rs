//! A JSON file's records: its lines, or the parts of the one value that fills it.

use std::borrow::Cow;

use bytes::Bytes;

use super::JsonOptions;
use super::tape::Tape;

/// A record's text, and whether the tape that it was parsed into holds it.
pub(super) struct Record {
    bytes: Bytes,
    /// Whether it is JSON; if so it is UTF-8.
    pub parsed: bool,
}

impl Record {
    /// The text; what isn't UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// Walks over a file's records.
pub(super) struct Records {
    bytes: Bytes,
    at: usize,
    form: Form,
    /// Where the elements end, in [`Form::Elements`].
    ends: std::vec::IntoIter<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One value a line.
    Lines,
    /// One value, the whole file.
    Whole,
    /// One array, known to be well-formed, of which each element is a record.
    Elements,
}

impl Records {
    pub fn new(bytes: Bytes, options: &JsonOptions) -> Self {
        let at = if bytes.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        let first = bytes.iter().skip(at).position(|b| !b.is_ascii_whitespace());
        let array = first
            .map(|i| at + i)
            .filter(|i| bytes.get(*i) == Some(&b'['));
        let mut records = Records {
            bytes,
            at,
            ends: Vec::new().into_iter(),
            form: if options.multi_line {
                Form::Whole
            } else {
                Form::Lines
            },
        };
        if let Some(start) = array {
            let lines = options.detect_array && !options.multi_line;
            let wanted = options.multi_line || (lines && !records.first_line_is_json(options));
            if wanted {
                records.form = Form::Whole;
            }
            if let Some(ends) = wanted.then(|| records.elements(start, options)).flatten() {
                records.at = start + 1;
                records.form = Form::Elements;
                records.ends = ends.into_iter();
            }
        }
        records
    }

    /// How far the file has been read, in bytes.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The next record, parsed into `tape`.
    pub fn next(&mut self, tape: &mut Tape, options: &JsonOptions) -> Option<Record> {
        match self.form {
            Form::Lines => loop {
                let line = self.next_line()?;
                if let Some(record) = parse(line, tape, options) {
                    return Some(record);
                }
            },
            Form::Whole => {
                let rest = self.bytes.slice(self.at..);
                self.at = self.bytes.len();
                (!rest.is_empty())
                    .then(|| parse(rest, tape, options))
                    .flatten()
            }
            Form::Elements => {
                let end = self.ends.next()?;
                let element = self.bytes.slice(self.at..end);
                self.at = end + 1;
                parse(element, tape, options)
            }
        }
    }

    /// The next line without its end: `\n`, `\r\n` or `\r`.
    fn next_line(&mut self) -> Option<Bytes> {
        let start = self.at;
        let rest = self.bytes.get(start..).filter(|r| !r.is_empty())?;
        let length = rest
            .iter()
            .position(|b| matches!(b, b'\n' | b'\r'))
            .unwrap_or(rest.len());
        let crlf = rest.get(length..length + 2) == Some(b"\r\n");
        let end = start + length;
        self.at = (end + if crlf { 2 } else { 1 }).min(self.bytes.len());
        Some(self.bytes.slice(start..end))
    }

    fn first_line_is_json(&mut self, options: &JsonOptions) -> bool {
        let before = self.at;
        let mut tape = Tape::default();
        let mut first = None;
        while first.is_none() {
            let Some(line) = self.next_line() else { break };
            first = parse(line, &mut tape, options);
        }
        self.at = before;
        first.is_some_and(|r| r.parsed)
    }

    /// Where the elements of the array end; `None` if it isn't JSON.
    fn elements(&self, start: usize, options: &JsonOptions) -> Option<Vec<usize>> {
        let text = std::str::from_utf8(&self.bytes).ok()?;
        let mut tape = Tape::default();
        let mut ends = Vec::new();
        let mut at = start + 1;
        if text.get(at..)?.trim_start().starts_with(']') {
            return Some(ends);
        }
        loop {
            let end = element(text, at, &mut tape, options)?;
            ends.push(end);
            if text.as_bytes().get(end) == Some(&b']') {
                return Some(ends);
            }
            at = end + 1;
        }
    }
}

/// Parses the array element that begins at `from`; gives the position of the comma or bracket
/// behind it. `None` if there is none, or it isn't JSON.
fn element(text: &str, from: usize, tape: &mut Tape, options: &JsonOptions) -> Option<usize> {
    let end = tape.parse(text, from, options).ok()??;
    let rest = text.as_bytes().get(end..)?;
    let space = rest.iter().position(|b| !b.is_ascii_whitespace())?;
    matches!(rest.get(space), Some(b',' | b']')).then_some(end + space)
}

/// `None` for a blank record.
fn parse(bytes: Bytes, tape: &mut Tape, options: &JsonOptions) -> Option<Record> {
    let parsed = match std::str::from_utf8(&bytes) {
        Ok(text) => match tape.parse(text, 0, options) {
            Ok(None) => return None,
            Ok(Some(_)) => true,
            Err(_) => false,
        },
        Err(_) => false,
    };
    Some(Record { bytes, parsed })
}
