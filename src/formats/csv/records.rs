//! A CSV file's records and their values.

use std::borrow::Cow;

use bytes::Bytes;

use super::CsvOptions;

/// A value as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub text: String,
    /// Whether it stood in quotes: nothing at all is NULL, two quotes may not be.
    pub quoted: bool,
}

/// Walks over a file's records: its lines, or with `multiLine` what quotes hold together.
pub(super) struct Records {
    bytes: Bytes,
    at: usize,
}

impl Records {
    pub fn new(bytes: Bytes) -> Self {
        let at = if bytes.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        Records { bytes, at }
    }

    /// How far the file has been read, in bytes.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The next record that is neither blank nor a comment: its text, and its values in `tokens`.
    pub fn next(&mut self, options: &CsvOptions, tokens: &mut Vec<Token>) -> Option<Bytes> {
        loop {
            let record = self.next_record(options)?;
            let text = text_of(&record);
            let comment = options.comment.is_some_and(|c| text.starts_with(c));
            if comment || text.trim().is_empty() {
                continue;
            }
            split(&text, options, tokens);
            return Some(record);
        }
    }

    fn next_record(&mut self, options: &CsvOptions) -> Option<Bytes> {
        let start = self.at;
        let rest = self.bytes.get(start..).filter(|r| !r.is_empty())?;
        let length = match options.multi_line {
            true => quoted_line_length(rest, options),
            false => line_length(rest),
        };
        let crlf = rest.get(length..length + 2) == Some(b"\r\n");
        let end = start + length;
        self.at = (end + if crlf { 2 } else { 1 }).min(self.bytes.len());
        Some(self.bytes.slice(start..end))
    }
}

/// A record's text; what isn't UTF-8 is replaced, as Spark does.
pub(super) fn text_of(record: &Bytes) -> Cow<'_, str> {
    String::from_utf8_lossy(record)
}

fn line_length(bytes: &[u8]) -> usize {
    let end = bytes.iter().position(|b| matches!(b, b'\n' | b'\r'));
    end.unwrap_or(bytes.len())
}

/// The length of the first record where quotes hold lines together. A quote that is never closed
/// takes the rest of the file.
fn quoted_line_length(bytes: &[u8], options: &CsvOptions) -> usize {
    let byte = |c: Option<char>| c.and_then(|c| u8::try_from(c).ok()).filter(u8::is_ascii);
    let (quote, escape) = (byte(options.quote), byte(options.escape));
    let separator = options.separator.as_bytes();
    let (mut inside, mut value_start) = (false, true);
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        if inside {
            if Some(b) == escape && next.is_some() && (next == quote || next == escape) {
                at += 1;
            } else if Some(b) == quote {
                inside = false;
            }
        } else if value_start && Some(b) == quote {
            (inside, value_start) = (true, false);
        } else if matches!(b, b'\n' | b'\r') {
            return at;
        } else if bytes.get(at..).is_some_and(|r| r.starts_with(separator)) {
            value_start = true;
            at += separator.len() - 1;
        } else {
            value_start &= options.ignore_leading_white_space && b.is_ascii_whitespace();
        }
        at += 1;
    }
    bytes.len()
}

/// Splits a record into its values.
///
/// In quotes, a quote is written behind the escape. Where one stands without, and the value doesn't
/// end with it, the value is taken as it stands, quotes and all, up to the next separator.
fn split(text: &str, options: &CsvOptions, tokens: &mut Vec<Token>) {
    tokens.clear();
    let mut rest = text;
    loop {
        let start = if options.ignore_leading_white_space {
            rest.trim_start()
        } else {
            rest
        };
        let opened = options.quote.filter(|q| start.starts_with(*q));
        let quoted = opened.map(|quote| quoted_value(start, quote, options));
        match quoted {
            Some(QuotedValue::Closed(value, behind)) => {
                tokens.push(Token {
                    text: value,
                    quoted: true,
                });
                rest = behind;
            }
            Some(QuotedValue::Open(value)) => {
                tokens.push(Token {
                    text: value,
                    quoted: false,
                });
                return;
            }
            Some(QuotedValue::Plain(from)) => rest = plain_value(start, from, options, tokens),
            None => rest = plain_value(start, 0, options, tokens),
        }
        match rest.strip_prefix(options.separator.as_str()) {
            Some(next) => rest = next,
            None => return,
        }
    }
}

/// Adds the value up to the first separator at or behind `from`; gives what follows it.
fn plain_value<'t>(
    text: &'t str,
    from: usize,
    options: &CsvOptions,
    tokens: &mut Vec<Token>,
) -> &'t str {
    let found = text.get(from..).and_then(|t| t.find(&options.separator));
    let end = found.map_or(text.len(), |at| from + at);
    let (value, behind) = text.split_at_checked(end).unwrap_or((text, ""));
    let value = match options.ignore_trailing_white_space {
        true => value.trim_end(),
        false => value,
    };
    tokens.push(Token {
        text: value.into(),
        quoted: false,
    });
    behind
}

enum QuotedValue<'t> {
    /// The value, and the text behind the closing quote: empty or a separator.
    Closed(String, &'t str),
    /// The closing quote is missing; the value up to the end.
    Open(String),
    /// A quote at this position neither ends the value nor is it escaped: the value isn't in
    /// quotes.
    Plain(usize),
}

fn quoted_value<'t>(text: &'t str, quote: char, options: &CsvOptions) -> QuotedValue<'t> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, n)| *n);
        if Some(c) == options.escape && (next == Some(quote) || next == options.escape) {
            value.extend(next);
            chars.next();
        } else if c == quote {
            let behind = text.get(at + quote.len_utf8()..).unwrap_or("");
            let trimmed = behind.trim_start_matches([' ', '\t']);
            let ends = |s: &str| s.is_empty() || s.starts_with(&options.separator);
            return match () {
                _ if ends(behind) => QuotedValue::Closed(value, behind),
                _ if ends(trimmed) => QuotedValue::Closed(value, trimmed),
                _ => QuotedValue::Plain(at),
            };
        } else {
            value.push(c);
        }
    }
    QuotedValue::Open(value)
}
