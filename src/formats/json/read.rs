//! JSON text to frames.

use bytes::Bytes;

use super::JsonOptions;
use super::records::{Record, Records};
use super::tape::{Kind, Node, Tape};
use crate::formats::columns::{ColumnBuilder, Names, decimal, float};
use crate::formats::parquet::FRAME_ROWS;
use crate::formats::rows::{Layout, Rows, push_entry};
use crate::formats::{FileRead, FormatError, ReadRequest, UnknownFields};
use crate::storage::DbfsPath;
use crate::types::Frame;

/// The most text, in bytes, that one frame is made from.
const FRAME_BYTES: usize = 32 * 1024 * 1024;

/// Reads a JSON file as [`crate::formats::read_file`] does.
///
/// # Errors
/// [`FormatError::InvalidOption`]; later, in mode FAILFAST, [`FormatError::MalformedRecord`].
pub(in crate::formats) fn read_file(
    bytes: Bytes,
    path: &DbfsPath,
    request: &ReadRequest,
) -> Result<FileRead, FormatError> {
    let options = JsonOptions::from_options(&request.options)?;
    let unknown = request.unknown.clone();
    let layout = Layout::new(request, path, options.case_sensitive);
    let frames = JsonFrames {
        records: Records::new(bytes, &options),
        names: Names::new(layout.fields.names().into_iter(), options.case_sensitive),
        options,
        layout,
        unknown: unknown.clone(),
        tape: Tape::default(),
        done: false,
    };
    Ok(FileRead {
        frames: Box::new(frames),
        unknown,
    })
}

/// The frames of a JSON file.
struct JsonFrames {
    records: Records,
    options: JsonOptions,
    layout: Layout,
    names: Names,
    unknown: UnknownFields,
    tape: Tape,
    done: bool,
}

impl JsonFrames {
    fn next_frame(&mut self) -> Result<Option<Frame>, FormatError> {
        let mut rows = self.layout.rows();
        let begin = self.records.position();
        while rows.len() < FRAME_ROWS && self.records.position() - begin < FRAME_BYTES {
            let Some(record) = self.records.next(&mut self.tape, &self.options) else {
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

    fn add_record(&self, record: &Record, rows: &mut Rows) -> Result<(), FormatError> {
        let text = record.text();
        let is_object = |at| self.tape.node(at).is_some_and(|n| n.kind == Kind::Object);
        let root = record.parsed.then(|| self.tape.node(0)).flatten();
        match root.map(|n| n.kind) {
            Some(Kind::Object) => self.add_object(0, &text, rows),
            Some(Kind::Array) if self.tape.elements(0).all(is_object) => {
                let mut objects = self.tape.elements(0);
                objects.try_for_each(|e| self.add_object(e, &text, rows))
            }
            _ => self.layout.malformed_row(rows, &text),
        }
    }

    fn add_object(&self, at: usize, text: &str, rows: &mut Rows) -> Result<(), FormatError> {
        let context = Context {
            tape: &self.tape,
            text,
            options: &self.options,
            rescue: self.layout.rescue,
        };
        let outcome = context.fields(at, &self.names, &mut rows.columns, Some(&self.unknown));
        let whole = matches!(outcome, Outcome::Whole);
        let rescued = match outcome {
            Outcome::Partial(entries) => entries,
            _ => None,
        };
        let raw = self.tape.node(at).map_or("", |n| n.raw(text));
        self.layout.end_row(rows, whole, rescued.as_deref(), raw)
    }
}

impl Iterator for JsonFrames {
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

/// How a value went into its column.
enum Outcome {
    Whole,
    /// A part didn't fit and is NULL. With rescuing on, of an object: the entries that didn't fit,
    /// as JSON without the braces; of a list nothing, so that it is rescued as a whole.
    Partial(Option<String>),
    /// It didn't fit; the column has NULL.
    Misfit,
}

struct Context<'a> {
    tape: &'a Tape,
    text: &'a str,
    options: &'a JsonOptions,
    rescue: bool,
}

impl Context<'_> {
    /// Adds an object's fields to their columns; fields of the schema that it lacks are NULL.
    fn fields(
        &self,
        object: usize,
        names: &Names,
        columns: &mut [ColumnBuilder],
        unknown: Option<&UnknownFields>,
    ) -> Outcome {
        const MISSING: usize = usize::MAX;
        let mut values = vec![MISSING; names.len()];
        let mut rescued = String::new();
        let mut whole = true;
        let mut guess = 0;
        for (name_at, value_at) in self.tape.entries(object) {
            let (Some(name), Some(value)) = (self.tape.node(name_at), self.tape.node(value_at))
            else {
                continue;
            };
            let name = name.text(self.text);
            if let Some(i) = names.find(&name, guess) {
                guess = i + 1;
                if let Some(slot) = values.get_mut(i) {
                    *slot = value_at;
                }
                continue;
            }
            if let Some(unknown) = unknown {
                unknown.note(&name, || value.json(self.text));
            }
            if self.rescue && value.kind != Kind::Null {
                push_entry(&mut rescued, &name, &value.json(self.text));
                whole = false;
            }
        }
        for (i, column) in columns.iter_mut().enumerate() {
            let at = values.get(i).copied().unwrap_or(MISSING);
            let Some(node) = self.tape.node(at) else {
                column.append_null();
                continue;
            };
            match self.value(at, node, column) {
                Outcome::Whole => {}
                Outcome::Partial(Some(part)) => {
                    whole = false;
                    push_entry(&mut rescued, names.name(i), &format!("{{{part}}}"));
                }
                Outcome::Partial(None) | Outcome::Misfit => {
                    whole = false;
                    if self.rescue {
                        push_entry(&mut rescued, names.name(i), &node.json(self.text));
                    }
                }
            }
        }
        match whole {
            true => Outcome::Whole,
            false => Outcome::Partial(self.rescue.then_some(rescued)),
        }
    }

    fn value(&self, at: usize, node: &Node, column: &mut ColumnBuilder) -> Outcome {
        if node.kind == Kind::Null || matches!(column, ColumnBuilder::Skipped(_)) {
            column.append_null();
            return Outcome::Whole;
        }
        match (column, node.kind) {
            (ColumnBuilder::Array(rows, element), Kind::Array) => {
                let elements = self.tape.elements(at);
                let mut list = ListOutcome::default();
                for e in elements {
                    if let Some(node) = self.tape.node(e) {
                        list.add(self.value(e, node, element));
                    }
                }
                rows.end_row(list.length, !list.misfit);
                list.outcome()
            }
            (ColumnBuilder::Map(rows, entries), Kind::Object) => {
                let (keys, values) = entries.as_mut();
                let mut list = ListOutcome::default();
                for (name_at, value_at) in self.tape.entries(at) {
                    let (Some(name), Some(value)) =
                        (self.tape.node(name_at), self.tape.node(value_at))
                    else {
                        continue;
                    };
                    if !keys.append_text(&name.text(self.text), &self.options.temporal) {
                        list.misfit = true;
                    }
                    list.add(self.value(value_at, value, values));
                }
                rows.end_row(list.length, !list.misfit);
                list.outcome()
            }
            (ColumnBuilder::Struct(s), Kind::Object) => {
                let names = s.names.clone();
                let outcome = self.fields(at, &names, &mut s.fields, None);
                s.end_row(true);
                outcome
            }
            (column, _) => match self.atom(node, column) {
                true => Outcome::Whole,
                false => Outcome::Misfit,
            },
        }
    }

    /// Adds an atomic value; `false`, and NULL, if it isn't of the column's type. The rules are
    /// those of Spark's `JacksonParser`.
    fn atom(&self, node: &Node, column: &mut ColumnBuilder) -> bool {
        let temporal = &self.options.temporal;
        let raw = node.raw(self.text);
        macro_rules! put {
            ($builder:expr, $value:expr) => {{
                let value = $value;
                $builder.append_option(value);
                value.is_some()
            }};
        }
        macro_rules! whole_number {
            ($builder:expr) => {
                put!(
                    $builder,
                    match node.kind {
                        Kind::Integer => raw.parse().ok(),
                        _ => None,
                    }
                )
            };
        }
        let double = || match node.kind {
            Kind::Integer | Kind::Float => raw.parse::<f64>().ok(),
            Kind::NotFinite => float(raw),
            Kind::String => float(&node.text(self.text)).filter(|x| !x.is_finite()),
            _ => None,
        };
        match column {
            ColumnBuilder::Boolean(b) => put!(
                b,
                match node.kind {
                    Kind::True => Some(true),
                    Kind::False => Some(false),
                    _ => None,
                }
            ),
            ColumnBuilder::Byte(b) => whole_number!(b),
            ColumnBuilder::Short(b) => whole_number!(b),
            ColumnBuilder::Integer(b) => whole_number!(b),
            ColumnBuilder::Long(b) => whole_number!(b),
            ColumnBuilder::Float(b) => put!(b, double().map(|x| x as f32)),
            ColumnBuilder::Double(b) => put!(b, double()),
            ColumnBuilder::Decimal(b, p, s) => put!(
                b,
                match node.kind {
                    Kind::Integer | Kind::Float => decimal(raw, *p, *s),
                    Kind::String => decimal(&node.text(self.text), *p, *s),
                    _ => None,
                }
            ),
            ColumnBuilder::String(b) => {
                b.append_value(node.text(self.text));
                true
            }
            ColumnBuilder::Binary(b) => {
                let bytes = match node.kind {
                    Kind::String => unbase64(&node.text(self.text)),
                    _ => None,
                };
                b.append_option(bytes.as_deref());
                bytes.is_some()
            }
            ColumnBuilder::Date(b) => put!(
                b,
                match node.kind {
                    Kind::String => temporal.date(&node.text(self.text)),
                    _ => None,
                }
            ),
            ColumnBuilder::Timestamp(b) => put!(
                b,
                match node.kind {
                    Kind::String => temporal.timestamp(&node.text(self.text)),
                    Kind::Integer => raw
                        .parse::<i64>()
                        .ok()
                        .and_then(|s| s.checked_mul(1_000_000)),
                    _ => None,
                }
            ),
            ColumnBuilder::TimestampNtz(b) => put!(
                b,
                match node.kind {
                    Kind::String => temporal.timestamp_ntz(&node.text(self.text)),
                    _ => None,
                }
            ),
            other => {
                other.append_null();
                false
            }
        }
    }
}

/// How the elements of one list went.
#[derive(Default)]
struct ListOutcome {
    length: usize,
    misfit: bool,
    partial: bool,
}

impl ListOutcome {
    fn add(&mut self, outcome: Outcome) {
        self.length += 1;
        match outcome {
            Outcome::Whole => {}
            Outcome::Partial(_) => self.partial = true,
            Outcome::Misfit => self.misfit = true,
        }
    }

    /// An element that doesn't fit makes the whole list NULL; one that fits in part stays.
    fn outcome(self) -> Outcome {
        match (self.misfit, self.partial) {
            (true, _) => Outcome::Misfit,
            (false, true) => Outcome::Partial(None),
            (false, false) => Outcome::Whole,
        }
    }
}

/// The bytes that base64 text stands for, with or without padding.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0u32, 0);
    for b in text.bytes() {
        let six = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    (count < 6).then_some(out)
}
