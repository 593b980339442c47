//! Dropped files: looked at first, then landed.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::content::{Content, Reading};
use super::error;
use super::relations::columns;
use crate::formats::parquet::ParquetReader;
use crate::formats::{self, FileFormat, Options};
use crate::protocol::{DroppedFile, ErrorInfo, FilePreview};
use crate::session::SessionError;
use crate::storage::{DbfsPath, StorageError};
use crate::types::StructType;

/// Bytes of a text file that its preview looks at.
const SAMPLE: usize = 1 << 20;

/// Characters that some other system wouldn't take in a file's name, or a page in its text.
const FORBIDDEN: &[char] = &['<', '>', ':', '"', '|', '?', '*', '\\'];

/// A directory that takes files, with what it holds.
pub(super) struct LandingSchema {
    pub path: String,
    pub format: FileFormat,
    /// Names of its columns, lower case.
    pub columns: BTreeSet<String>,
}

/// Files that were dropped, read and looked at.
pub(super) struct Drop {
    pub id: u32,
    pub files: Vec<Looked>,
}

/// One of them.
pub(super) struct Looked {
    pub preview: FilePreview,
    pub schema: Option<StructType>,
    pub format: Option<FileFormat>,
    /// How a reader has to be told to read it: a CSV file's header and delimiter.
    pub options: Vec<(String, String)>,
    /// `None` if it can't be used.
    pub bytes: Option<Bytes>,
}

/// Files being read.
pub(super) struct Looking {
    waiting: std::vec::IntoIter<(DroppedFile, Box<dyn Content>)>,
    current: Option<(DroppedFile, Reading)>,
    pub looked: Vec<Looked>,
    pub done: u64,
    pub total: u64,
}

impl Looking {
    pub fn new(files: Vec<(DroppedFile, Box<dyn Content>)>) -> Self {
        Looking {
            total: files.iter().map(|(_, c)| c.size()).sum(),
            waiting: files.into_iter(),
            current: None,
            looked: Vec::new(),
            done: 0,
        }
    }

    /// Bytes read so far.
    pub fn progress(&self) -> u64 {
        self.done + self.current.as_ref().map_or(0, |(_, r)| r.done())
    }

    /// Reads the next piece. `free` is what the file system still takes. Gives whether there
    /// is more to read.
    pub fn step(&mut self, free: u64, landings: &[LandingSchema]) -> bool {
        let Some((file, reading)) = &mut self.current else {
            let Some((file, content)) = self.waiting.next() else {
                return false;
            };
            let refused = check_name(&file.name)
                .and_then(|name| check_size(&name, content.size(), free))
                .err();
            match refused {
                Some(refused) => self.looked.push(refuse(&file, error::info(&refused))),
                None => self.current = Some((file, Reading::new(content))),
            }
            return true;
        };
        match reading.step() {
            Ok(true) => {}
            Ok(false) => {
                if let Some((file, reading)) = self.current.take() {
                    self.done += reading.done();
                    self.looked.push(look(&file, reading.finish(), landings));
                }
            }
            Err(reason) => {
                let message = format!("{} can't be read: {reason}.", file.name);
                let refused = refuse(file, error::plain("IOException", &message));
                self.looked.push(refused);
                self.current = None;
            }
        }
        true
    }
}

fn check_size(name: &str, size: u64, free: u64) -> Result<(), SessionError> {
    if size <= free {
        return Ok(());
    }
    Err(StorageError::Full {
        path: DbfsPath::parse(name)?,
        needed: size,
        free,
        capacity: free,
        largest: String::new(),
    }
    .into())
}

/// The name to land a dropped file under: its own, without its folders.
///
/// # Errors
/// A name that leaves its directory or has characters that don't belong in one.
pub(super) fn check_name(name: &str) -> Result<String, SessionError> {
    let invalid = |reason| {
        SessionError::from(StorageError::InvalidPath {
            path: name.into(),
            reason,
        })
    };
    if name.split(['/', '\\']).any(|part| part == "..") {
        return Err(invalid("It would leave its directory."));
    }
    let own = name.rsplit('/').next().unwrap_or_default();
    if own.is_empty() || own == "." {
        return Err(invalid("The file has no name."));
    }
    if own
        .chars()
        .any(|c| c.is_control() || FORBIDDEN.contains(&c))
    {
        return Err(invalid(
            "The name has characters that aren't allowed in one: rename the file.",
        ));
    }
    DbfsPath::parse(own)?;
    Ok(own.into())
}

fn refuse(file: &DroppedFile, error: ErrorInfo) -> Looked {
    Looked {
        preview: FilePreview {
            name: file.name.clone(),
            size: file.size,
            format: None,
            columns: Vec::new(),
            rows: None,
            target: None,
            warning: None,
            error: Some(ErrorInfo {
                file: Some(file.name.clone()),
                ..error
            }),
        },
        schema: None,
        format: None,
        options: Vec::new(),
        bytes: None,
    }
}

fn look(file: &DroppedFile, bytes: Bytes, landings: &[LandingSchema]) -> Looked {
    let sniffed = formats::sniff(&bytes, &file.name);
    let Some(format) = sniffed.format.filter(|f| *f != FileFormat::Text) else {
        let message = format!(
            "{} is {}. Parquet, JSON and CSV files can flow through a pipeline.",
            file.name, sniffed.what
        );
        let mut refused = refuse(file, error::plain("AnalysisException", &message));
        // A name that promises parquet fails as reading it as parquet fails.
        if FileFormat::from_extension(&file.name) == Some(FileFormat::Parquet) {
            let read = DbfsPath::parse(&file.name)
                .map_err(SessionError::from)
                .and_then(|path| Ok(ParquetReader::open(bytes, &path).map(|_| ())?));
            if let Err(e) = read {
                refused = refuse(file, error::info(&e));
            }
        }
        return refused;
    };
    match schema_of(file, &bytes, format) {
        Err(e) => refuse(file, error::info(&e)),
        Ok((schema, rows)) => Looked {
            options: reader_options(format, &bytes),
            preview: FilePreview {
                name: file.name.clone(),
                size: file.size,
                format: Some(format.name().into()),
                columns: columns(&schema),
                rows: rows.map(|n| n as f64),
                target: target(&schema, format, landings),
                warning: (format == FileFormat::Json)
                    .then(|| unreadable_records(&bytes))
                    .flatten(),
                error: None,
            },
            schema: Some(schema),
            format: Some(format),
            bytes: Some(bytes),
        },
    }
}

/// The schema, and the number of rows where that is cheap to know.
fn schema_of(
    file: &DroppedFile,
    bytes: &Bytes,
    format: FileFormat,
) -> Result<(StructType, Option<usize>), SessionError> {
    let path = DbfsPath::parse(&check_name(&file.name)?)?;
    if format == FileFormat::Parquet {
        let reader = ParquetReader::open(bytes.clone(), &path)?;
        return Ok((reader.schema()?, Some(reader.row_count())));
    }
    let sample = sample(bytes, format);
    let rows = (sample.len() == bytes.len())
        .then(|| {
            sample
                .split(|b| *b == b'\n')
                .filter(|l| !l.is_empty())
                .count()
        })
        .filter(|_| !sample.trim_ascii_start().starts_with(b"["));
    let mut options = Options::new();
    let mut rows = rows;
    for (option, value) in reader_options(format, bytes) {
        options.set(&option, &value);
    }
    if format == FileFormat::Csv {
        options.set("inferSchema", "true");
        rows = rows.map(|n| n.saturating_sub(1));
    }
    let schema = formats::infer_schema(
        format,
        &mut std::iter::once((path, sample.into())),
        &options,
    )?;
    Ok((schema, rows))
}

/// What a reader has to be told: a CSV file's header, and its delimiter if it is no comma.
fn reader_options(format: FileFormat, bytes: &[u8]) -> Vec<(String, String)> {
    if format != FileFormat::Csv {
        return Vec::new();
    }
    let mut options = vec![("header".into(), "true".into())];
    let delimiter = formats::csv_delimiter(bytes);
    if delimiter != ',' {
        options.push(("delimiter".into(), delimiter.into()));
    }
    options
}

/// How many lines of JSON are no JSON, as a sentence.
fn unreadable_records(bytes: &Bytes) -> Option<String> {
    let sample = sample(bytes, FileFormat::Json);
    if sample.trim_ascii_start().starts_with(b"[") {
        return None;
    }
    let lines = sample
        .split(|b| *b == b'\n')
        .filter(|line| !line.trim_ascii().is_empty());
    let mut odd = 0;
    let mut first = None;
    for (i, line) in lines.enumerate() {
        if serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err() {
            odd += 1;
            first.get_or_insert(i + 1);
        }
    }
    let first = first?;
    Some(match odd {
        1 => format!(
            "Record {first} isn't valid JSON. It comes in as a row of NULLs, its text in _corrupt_record where that column is kept."
        ),
        n => format!(
            "{n} records aren't valid JSON, the first is record {first}. They come in as rows of NULLs, their text in _corrupt_record where that column is kept."
        ),
    })
}

/// The first lines of a text file; all of a JSON array, which has no lines.
fn sample(bytes: &Bytes, format: FileFormat) -> Bytes {
    let is_array = format == FileFormat::Json && bytes.trim_ascii_start().starts_with(b"[");
    if bytes.len() <= SAMPLE || is_array {
        return bytes.clone();
    }
    let start = bytes.slice(..SAMPLE);
    match start.iter().rposition(|b| *b == b'\n') {
        Some(end) => start.slice(..end),
        None => start,
    }
}

/// The landing directory that a file fits: the same format and the same columns. A JSON record
/// may lack some.
fn target(schema: &StructType, format: FileFormat, landings: &[LandingSchema]) -> Option<String> {
    let names: BTreeSet<String> = schema
        .fields
        .iter()
        .map(|f| f.name.to_lowercase())
        .filter(|name| name != "_corrupt_record")
        .collect();
    landings
        .iter()
        .find(|landing| {
            landing.format == format
                && names.is_subset(&landing.columns)
                && (names.len() == landing.columns.len()
                    || format == FileFormat::Json && names.len() * 2 >= landing.columns.len())
        })
        .map(|landing| landing.path.clone())
}
