//! What a file is, from its first bytes and its name.

use super::FileFormat;

/// What a dropped file seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sniffed {
    /// The format to read it with; `None` if it is nothing that can be read.
    pub format: Option<FileFormat>,
    /// For a person: `a parquet file`, `a PNG image`.
    pub what: &'static str,
}

/// Tells a file's format from its first bytes, and where they leave it open from its name.
pub fn sniff(bytes: &[u8], name: &str) -> Sniffed {
    let is = |format, what| Sniffed {
        format: Some(format),
        what,
    };
    let lower = name.to_lowercase();
    if bytes.is_empty() {
        return Sniffed {
            format: FileFormat::from_extension(&lower),
            what: "an empty file",
        };
    }
    if bytes.starts_with(b"PAR1") {
        return is(FileFormat::Parquet, "a parquet file");
    }
    if let Some(what) = magic(bytes) {
        return Sniffed { format: None, what };
    }
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let first = text.iter().find(|b| !b.is_ascii_whitespace());
    if text.contains(&0) {
        return Sniffed {
            format: None,
            what: "a binary file of an unknown kind",
        };
    }
    match (FileFormat::from_extension(&lower), first) {
        (Some(FileFormat::Csv), _) => is(FileFormat::Csv, "a CSV file"),
        (Some(FileFormat::Text), _) => is(FileFormat::Text, "a text file"),
        (_, Some(b'{')) => is(FileFormat::Json, "JSON objects"),
        (_, Some(b'[')) => is(FileFormat::Json, "a JSON array"),
        (Some(FileFormat::Json), _) => Sniffed {
            format: None,
            what: "a text file that isn't JSON",
        },
        (Some(FileFormat::Parquet), _) => Sniffed {
            format: None,
            what: "a file that isn't parquet, whatever its name says",
        },
        _ => is(FileFormat::Text, "a text file"),
    }
}

/// The delimiter of CSV text: which of the usual ones its first line has most often.
pub fn csv_delimiter(bytes: &[u8]) -> char {
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |c: char| line.iter().filter(|b| char::from(**b) == c).count();
    // The first of several as many.
    [',', ';', '\t', '|']
        .into_iter()
        .rev()
        .max_by_key(|c| count(*c))
        .unwrap_or(',')
}

/// The kind of file that begins with these bytes, with its article: `a PNG image`.
pub(super) fn magic(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x28\xb5\x2f\xfd", "a zstd archive"),
        (b"ORC", "an ORC file"),
        (b"Obj\x01", "an Avro file"),
        (b"ARROW1", "an Arrow file"),
        (b"SQLite format 3", "an SQLite database"),
        (b"<?xml", "an XML document"),
        (b"<!DOCTYPE", "a web page"),
        (b"<html", "a web page"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
    ];
    KINDS
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|(_, what)| *what)
}
