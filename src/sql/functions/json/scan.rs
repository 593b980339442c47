//! Finding a path's values in JSON text without building a tree.

use std::ops::Range;

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Field {
        name: String,
        case_sensitive: bool,
    },
    Index(usize),
    /// `[*]`: every element.
    All,
}

/// Deeper JSON than this is taken as invalid.
const MAX_DEPTH: usize = 512;

/// A reader over JSON text that skips what isn't wanted.
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Scanner {
            bytes: text.as_bytes(),
            at: 0,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Skips a string and gives what stands between its quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    let end = self.at;
                    self.at += 1;
                    return Some(start..end);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Skips a value and gives where it stands.
    pub fn value(&mut self) -> Option<Range<usize>> {
        self.value_at_depth(0)
    }

    fn value_at_depth(&mut self, depth: usize) -> Option<Range<usize>> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.space();
        let start = self.at;
        match self.peek()? {
            b'"' => {
                self.string()?;
            }
            b'{' => {
                self.at += 1;
                self.space();
                if self.peek()? == b'}' {
                    self.at += 1;
                } else {
                    loop {
                        self.space();
                        self.string()?;
                        self.expect(b':')?;
                        self.value_at_depth(depth + 1)?;
                        self.space();
                        match self.peek()? {
                            b',' => self.at += 1,
                            b'}' => {
                                self.at += 1;
                                break;
                            }
                            _ => return None,
                        }
                    }
                }
            }
            b'[' => {
                self.at += 1;
                self.space();
                if self.peek()? == b']' {
                    self.at += 1;
                } else {
                    loop {
                        self.value_at_depth(depth + 1)?;
                        self.space();
                        match self.peek()? {
                            b',' => self.at += 1,
                            b']' => {
                                self.at += 1;
                                break;
                            }
                            _ => return None,
                        }
                    }
                }
            }
            _ => {
                while self.peek().is_some_and(|b| {
                    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_')
                }) {
                    self.at += 1;
                }
                if !is_scalar(self.bytes.get(start..self.at)?) {
                    return None;
                }
            }
        }
        Some(start..self.at)
    }

    /// The value at a path, as where it stands; the outer `Option` is malformed JSON.
    /// `[*]` isn't for here ([`find_all`]).
    pub fn find(&mut self, path: &[Step]) -> Option<Option<Range<usize>>> {
        let Some((step, rest)) = path.split_first() else {
            return self.value().map(Some);
        };
        self.space();
        match (step, self.peek()?) {
            (
                Step::Field {
                    name,
                    case_sensitive,
                },
                b'{',
            ) => {
                self.at += 1;
                self.space();
                if self.peek()? == b'}' {
                    return Some(None);
                }
                loop {
                    self.space();
                    let key = self.string()?;
                    self.expect(b':')?;
                    if self.key_is(key, name, *case_sensitive) {
                        return self.find(rest);
                    }
                    self.value()?;
                    self.space();
                    match self.peek()? {
                        b',' => self.at += 1,
                        b'}' => return Some(None),
                        _ => return None,
                    }
                }
            }
            (Step::Index(wanted), b'[') => {
                self.at += 1;
                self.space();
                if self.peek()? == b']' {
                    return Some(None);
                }
                let mut index = 0;
                loop {
                    if index == *wanted {
                        return self.find(rest);
                    }
                    self.value()?;
                    self.space();
                    match self.peek()? {
                        b',' => self.at += 1,
                        b']' => return Some(None),
                        _ => return None,
                    }
                    index += 1;
                }
            }
            _ => {
                self.value()?;
                Some(None)
            }
        }
    }

    fn key_is(&self, key: Range<usize>, name: &str, case_sensitive: bool) -> bool {
        let Some(raw) = self.bytes.get(key) else {
            return false;
        };
        if raw.contains(&b'\\') {
            let text = std::str::from_utf8(raw).ok().and_then(unescape);
            return text.is_some_and(|t| same(&t, name, case_sensitive));
        }
        if case_sensitive {
            return raw == name.as_bytes();
        }
        raw.eq_ignore_ascii_case(name.as_bytes())
            || (!raw.is_ascii() && std::str::from_utf8(raw).is_ok_and(|k| same(k, name, false)))
    }
}

fn same(key: &str, name: &str, case_sensitive: bool) -> bool {
    key == name || (!case_sensitive && key.to_lowercase() == name.to_lowercase())
}

fn is_scalar(token: &[u8]) -> bool {
    match token {
        b"true" | b"false" | b"null" => true,
        _ => std::str::from_utf8(token).is_ok_and(|t| {
            t.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && t.parse::<f64>().is_ok()
        }),
    }
}

/// A JSON string's content without its escapes; `None` for a bad escape.
pub(super) fn unescape(raw: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{raw}\"")).ok()
}

/// Where the elements of an array stand; `None` if the text isn't one.
pub(super) fn elements(text: &str) -> Option<Vec<Range<usize>>> {
    let mut scanner = Scanner::new(text);
    scanner.expect(b'[')?;
    scanner.space();
    let mut out = Vec::new();
    if scanner.peek()? == b']' {
        return Some(out);
    }
    loop {
        out.push(scanner.value()?);
        scanner.space();
        match scanner.peek()? {
            b',' => scanner.at += 1,
            b']' => return Some(out),
            _ => return None,
        }
    }
}

/// The names of an object and where their values stand; `None` if the text isn't one.
pub(super) fn entries(text: &str) -> Option<Vec<(String, Range<usize>)>> {
    let mut scanner = Scanner::new(text);
    scanner.expect(b'{')?;
    scanner.space();
    let mut out = Vec::new();
    if scanner.peek()? == b'}' {
        return Some(out);
    }
    loop {
        let key = scanner.string()?;
        let key = text.get(key)?;
        let name = if key.contains('\\') {
            unescape(key)?
        } else {
            key.to_string()
        };
        scanner.expect(b':')?;
        out.push((name, scanner.value()?));
        scanner.space();
        match scanner.peek()? {
            b',' => scanner.at += 1,
            b'}' => return Some(out),
            _ => return None,
        }
    }
}
