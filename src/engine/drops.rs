//! Dropped files: looked at first, then landed.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;

use super::error;
use super::relations::columns;
use crate::formats::parquet::ParquetReader;
use crate::formats::{self, FileBytes, FileFormat, Options};
use crate::protocol::{DroppedFile, ErrorInfo, FilePreview};
use crate::session::SessionError;
use crate::storage::{Content, DbfsPath, StorageError, exactly};
use crate::types::StructType;

/// Bytes of a file that its preview looks at, at most; of parquet it reads the footer, too.
const SAMPLE: u64 = 1 << 20;

/// Characters that some other system wouldn't take in a file's name, or a page in its text.
const FORBIDDEN: &[char] = &['<', '>', ':', '"', '|', '?', '*', '\\'];

/// A directory that takes files, with what it holds.
pub(super) struct LandingSchema {
    pub path: String,
    pub format: FileFormat,
    /// Names of its columns, lower case.
    pub columns: BTreeSet<String>,
}

/// Files that were dropped and looked at.
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
    pub content: Option<Arc<dyn Content>>,
}

/// Files being looked at.
pub(super) struct Looking {
    waiting: std::vec::IntoIter<(DroppedFile, Arc<dyn Content>)>,
    pub looked: Vec<Looked>,
    /// Bytes of the files that were looked at, and of all.
    pub done: u64,
    pub total: u64,
}

impl Looking {
    pub fn new(files: Vec<(DroppedFile, Arc<dyn Content>)>) -> Self {
        Looking {
            total: files.iter().map(|(_, c)| c.size()).sum(),
            waiting: files.into_iter(),
            looked: Vec::new(),
            done: 0,
        }
    }

    /// Looks at the next file. `free` is what the file system still takes. Gives whether there was one.
    pub fn step(&mut self, free: u64, landings: &[LandingSchema]) -> bool {
        let Some((file, content)) = self.waiting.next() else {
            return false;
        };
        self.done += content.size();
        let looked = look(&file, content, free, landings);
        self.looked
            .push(looked.unwrap_or_else(|error| refuse(&file, error)));
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
        content: None,
    }
}

fn look(
    file: &DroppedFile,
    content: Arc<dyn Content>,
    free: u64,
    landings: &[LandingSchema],
) -> Result<Looked, ErrorInfo> {
    let told = |error: SessionError| error::info(&error);
    let name = check_name(&file.name).map_err(told)?;
    check_size(&name, content.size(), free).map_err(told)?;
    let path = DbfsPath::parse(&name).map_err(|e| told(e.into()))?;
    let read = |length| {
        exactly(content.as_ref(), 0, length).map_err(|reason| {
            let message = format!("{} can't be read: {reason}.", file.name);
            error::plain("IOException", &message)
        })
    };
    let start = read(content.size().min(SAMPLE))?;
    let sniffed = formats::sniff(&start, &file.name);
    let parquet = || ParquetReader::open(FileBytes::outside(content.clone(), &path), &path);
    let Some(format) = sniffed.format.filter(|f| *f != FileFormat::Text) else {
        // A name that promises parquet fails as reading it as parquet fails.
        if FileFormat::from_extension(&file.name) == Some(FileFormat::Parquet) {
            parquet().map_err(|e| told(e.into()))?;
        }
        let message = format!(
            "{} is {}. Parquet, JSON and CSV files can flow through a pipeline.",
            file.name, sniffed.what
        );
        return Err(error::plain("AnalysisException", &message));
    };
    let options = reader_options(format, &start);
    let mut warning = None;
    let (schema, rows) = if format == FileFormat::Parquet {
        let reader = parquet().map_err(|e| told(e.into()))?;
        let schema = reader.schema().map_err(|e| told(e.into()))?;
        (schema, Some(reader.row_count()))
    } else {
        // The first lines; all of a JSON array, which has none.
        let is_array = format == FileFormat::Json && is_array(&start);
        let sample = match is_array {
            true => read(content.size())?,
            false => whole_lines(start, content.size()),
        };
        if format == FileFormat::Json && !is_array {
            warning = unreadable_records(&sample);
        }
        let is_all = sample.len() as u64 == content.size() && !is_array;
        let rows = is_all.then(|| rows_of(&sample, format));
        let schema = schema_of(path.clone(), sample, format, &options).map_err(told)?;
        (schema, rows)
    };
    Ok(Looked {
        preview: FilePreview {
            name: file.name.clone(),
            size: file.size,
            format: Some(format.name().into()),
            columns: columns(&schema),
            rows: rows.map(|n| n as f64),
            target: target(&schema, format, landings),
            warning,
            error: None,
        },
        schema: Some(schema),
        format: Some(format),
        options,
        content: Some(content),
    })
}

fn is_array(json: &[u8]) -> bool {
    json.trim_ascii_start().starts_with(b"[")
}

/// The start of a file of `size` bytes without the line that it breaks off in.
fn whole_lines(start: Bytes, size: u64) -> Bytes {
    if start.len() as u64 == size {
        return start;
    }
    match start.iter().rposition(|b| *b == b'\n') {
        Some(end) => start.slice(..end),
        None => start,
    }
}

/// How many rows a text has, a line each.
fn rows_of(text: &[u8], format: FileFormat) -> usize {
    let lines = text.split(|b| *b == b'\n').filter(|l| !l.is_empty());
    let header = usize::from(format == FileFormat::Csv);
    lines.count().saturating_sub(header)
}

fn schema_of(
    path: DbfsPath,
    sample: Bytes,
    format: FileFormat,
    options: &[(String, String)],
) -> Result<StructType, SessionError> {
    let mut all = Options::new();
    for (option, value) in options {
        all.set(option, value);
    }
    if format == FileFormat::Csv {
        all.set("inferSchema", "true");
    }
    let mut file = std::iter::once((path, sample.into()));
    Ok(formats::infer_schema(format, &mut file, &all)?)
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
fn unreadable_records(json: &[u8]) -> Option<String> {
    let lines = json
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
