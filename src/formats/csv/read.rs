//! CSV text to frames.

use bytes::Bytes;

use super::CsvOptions;
use super::infer::column_names;
use super::records::{Records, Token, text_of};
use crate::formats::parquet::FRAME_ROWS;
use crate::formats::rows::{Layout, Rows, push_entry};
use crate::formats::{FileRead, FormatError, ReadRequest, UnknownFields};
use crate::storage::DbfsPath;
use crate::types::Frame;

/// The most text, in bytes, that one frame is made from.
const FRAME_BYTES: usize = 32 * 1024 * 1024;

/// Reads a CSV file as [`crate::formats::read_file`] does. Columns go by position, as in Spark;
/// by the header's names where data is rescued, or with `enforceSchema` off.
///
/// # Errors
/// [`FormatError::InvalidOption`]; later, in mode FAILFAST, [`FormatError::MalformedRecord`].
pub(in crate::formats) fn read_file(
    bytes: Bytes,
    path: &DbfsPath,
    request: &ReadRequest,
) -> Result<FileRead, FormatError> {
    let options = CsvOptions::from_options(&request.options)?;
    let layout = Layout::new(request, path, true);
    let unknown = request.unknown.clone();
    let mut records = Records::new(bytes);
    let mut tokens = Vec::new();
    let header = match options.header {
        true => records.next(&options, &mut tokens),
        false => None,
    };
    let names = header.map(|_| column_names(&tokens, &options));
    let by_name = layout.rescue || !options.enforce_schema;
    let columns = Columns::new(&layout, names.filter(|_| by_name), &unknown);
    let frames = CsvFrames {
        records,
        options,
        layout,
        columns,
        tokens,
        unknown: unknown.clone(),
        done: false,
    };
    Ok(FileRead {
        frames: Box::new(frames),
        unknown,
    })
}

/// Which of a record's values goes where.
struct Columns {
    /// For each field of the layout the position of its value.
    positions: Vec<Option<usize>>,
    /// The names of the file's columns that the schema lacks, with their positions.
    others: Vec<(usize, String)>,
    /// How many values a record should have.
    width: usize,
}

impl Columns {
    fn new(layout: &Layout, header: Option<Vec<String>>, unknown: &UnknownFields) -> Self {
        let fields = &layout.fields.fields;
        let position = |names: &[String], field: &str| {
            let exact = names.iter().position(|n| n == field);
            // Where data is rescued, a name in another case is another column.
            exact.or_else(|| {
                let lower = field.to_lowercase();
                let mut names = names.iter();
                names.position(|n| !layout.rescue && n.to_lowercase() == lower)
            })
        };
        match header {
            Some(names) => {
                let positions: Vec<_> = fields.iter().map(|f| position(&names, &f.name)).collect();
                let others: Vec<(usize, String)> = names
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| !positions.contains(&Some(*i)))
                    .map(|(i, name)| (i, name.clone()))
                    .collect();
                for (_, name) in &others {
                    unknown.note(name, || "null".into());
                }
                Columns {
                    positions,
                    others,
                    width: names.len(),
                }
            }
            None => Columns {
                positions: (0..fields.len()).map(Some).collect(),
                others: Vec::new(),
                width: fields.len(),
            },
        }
    }
}

struct CsvFrames {
    records: Records,
    options: CsvOptions,
    layout: Layout,
    columns: Columns,
    tokens: Vec<Token>,
    unknown: UnknownFields,
    done: bool,
}

impl CsvFrames {
    fn next_frame(&mut self) -> Result<Option<Frame>, FormatError> {
        let mut rows = self.layout.rows();
        let begin = self.records.position();
        while rows.len() < FRAME_ROWS && self.records.position() - begin < FRAME_BYTES {
            let Some(record) = self.records.next(&self.options, &mut self.tokens) else {
                self.done = true;
                break;
            };
            self.add_record(&record, &mut rows)?;
        }
        if rows.is_empty() && self.done {
            return Ok(None);
        }
        self.layout.frame(rows).map(Some)
    }

    fn add_record(&self, record: &Bytes, rows: &mut Rows) -> Result<(), FormatError> {
        let fields = &self.layout.fields.fields;
        // Without columns rows are only counted.
        let mut whole = self.tokens.len() == self.columns.width || fields.is_empty();
        let mut rescued = String::new();
        let mut rescue = |name: &str, text: &str| {
            push_entry(
                &mut rescued,
                name,
                &serde_json::Value::from(text).to_string(),
            );
        };
        for ((column, position), field) in rows
            .columns
            .iter_mut()
            .zip(&self.columns.positions)
            .zip(fields)
        {
            let token = position.and_then(|p| self.tokens.get(p));
            let Some(token) = token.filter(|t| !self.is_null(t)) else {
                column.append_null();
                continue;
            };
            let text = self.value(token);
            if !column.append_text(text, &self.options.temporal) {
                whole = false;
                rescue(&field.name, text);
            }
        }
        if self.layout.rescue {
            for (i, name) in &self.columns.others {
                if let Some(token) = self.tokens.get(*i).filter(|t| !self.is_null(t)) {
                    whole = false;
                    rescue(name, &token.text);
                }
            }
            for (i, token) in self.tokens.iter().enumerate().skip(self.columns.width) {
                let name = format!("_c{i}");
                self.unknown.note(&name, || "null".into());
                rescue(&name, &token.text);
            }
        }
        let rescued = (!rescued.is_empty()).then_some(rescued);
        let text = text_of(record);
        self.layout.end_row(rows, whole, rescued.as_deref(), &text)
    }

    /// A value's text: that of `emptyValue` for two quotes.
    fn value<'t>(&'t self, token: &'t Token) -> &'t str {
        match token.quoted && token.text.is_empty() {
            true => &self.options.empty_value,
            false => &token.text,
        }
    }

    /// Whether a value stands for NULL.
    fn is_null(&self, token: &Token) -> bool {
        let nothing = !token.quoted && token.text.is_empty();
        nothing || self.value(token) == self.options.null_value
    }
}

impl Iterator for CsvFrames {
    type Item = Result<Frame, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let frame = self.next_frame().transpose();
        self.done |= matches!(frame, Some(Err(_)));
        frame
    }
}
