//! A JSON value as a flat list of nodes over its text.
//!
//! Nothing is copied and nothing recurses: a node is a range of the text, and knows where the next
//! value begins. So a record is known to be well-formed before any column sees it, and the text
//! of a part is at hand where a STRING column takes an object.

use std::borrow::Cow;

use super::JsonOptions;

/// How deep values may be nested.
pub(super) const MAX_DEPTH: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    True,
    False,
    /// A number without point or exponent.
    Integer,
    Float,
    /// `NaN`, `Infinity` and the like, which Spark's reader takes.
    NotFinite,
    String,
    Array,
    Object,
}

/// A value. An array's node is followed by its elements, an object's by pairs of a String node
/// for the name and the value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub kind: Kind,
    /// Where the value's text begins and ends; a string's without its quotes.
    pub start: usize,
    pub end: usize,
    /// The position in the tape behind this value.
    pub next: usize,
    /// Whether a string has escapes.
    pub escaped: bool,
}

/// Where and why a text stopped being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// A parsed value, reused from record to record.
#[derive(Debug, Default)]
pub(super) struct Tape {
    nodes: Vec<Node>,
    /// Positions of the arrays and objects that are still open.
    open: Vec<usize>,
}

impl Tape {
    /// Parses the value that begins at `from`, behind white space; gives the position behind it.
    /// `None` if there is nothing but white space.
    pub fn parse(
        &mut self,
        text: &str,
        from: usize,
        options: &JsonOptions,
    ) -> Result<Option<usize>, Malformed> {
        self.nodes.clear();
        self.open.clear();
        let mut parser = Parser {
            text: text.as_bytes(),
            at: from,
            options,
        };
        parser.skip_space()?;
        if parser.peek().is_none() {
            return Ok(None);
        }
        self.value(&mut parser)?;
        while let Some(&container) = self.open.last() {
            self.step(container, &mut parser)?;
        }
        Ok(Some(parser.at))
    }

    /// The value at a position; the whole value is at 0.
    pub fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    /// The positions of an array's elements.
    pub fn elements(&self, array: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.node(array).map_or(0, |n| n.next);
        let mut at = array + 1;
        std::iter::from_fn(move || {
            let here = at;
            (here < end).then(|| {
                at = self.node(here).map_or(end, |n| n.next);
                here
            })
        })
    }

    /// The positions of an object's names and values.
    pub fn entries(&self, object: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let end = self.node(object).map_or(0, |n| n.next);
        let mut at = object + 1;
        std::iter::from_fn(move || {
            let name = at;
            (name + 1 < end).then(|| {
                at = self.node(name + 1).map_or(end, |n| n.next);
                (name, name + 1)
            })
        })
    }

    /// Goes on inside the innermost open array or object: one element, one entry, or its end.
    fn step(&mut self, container: usize, parser: &mut Parser<'_>) -> Result<(), Malformed> {
        let object = self.node(container).is_some_and(|n| n.kind == Kind::Object);
        let close = if object { b'}' } else { b']' };
        let first = self.nodes.len() == container + 1;
        parser.skip_space()?;
        if parser.peek() == Some(close) {
            parser.at += 1;
            self.open.pop();
            let next = self.nodes.len();
            if let Some(node) = self.nodes.get_mut(container) {
                node.end = parser.at;
                node.next = next;
            }
            return Ok(());
        }
        if !first {
            parser.expect(b',')?;
            parser.skip_space()?;
        }
        if object {
            let mut name = parser.name()?;
            name.next = self.nodes.len() + 1;
            self.nodes.push(name);
            parser.skip_space()?;
            parser.expect(b':')?;
            parser.skip_space()?;
        }
        self.value(parser)
    }

    /// An atomic value, or the beginning of an array or object.
    fn value(&mut self, parser: &mut Parser<'_>) -> Result<(), Malformed> {
        let at = self.nodes.len();
        let mut node = match parser.peek() {
            Some(b @ (b'{' | b'[')) => {
                if self.open.len() >= MAX_DEPTH {
                    return Err(Malformed);
                }
                self.open.push(at);
                let start = parser.at;
                parser.at += 1;
                Node {
                    kind: if b == b'{' { Kind::Object } else { Kind::Array },
                    start,
                    end: start,
                    next: at + 1,
                    escaped: false,
                }
            }
            _ => parser.atom()?,
        };
        node.next = at + 1;
        self.nodes.push(node);
        Ok(())
    }
}

impl Node {
    /// The value's text as it stands; a string's with its quotes.
    pub fn raw<'t>(&self, text: &'t str) -> &'t str {
        let range = match self.kind {
            Kind::String => self.start.saturating_sub(1)..self.end + 1,
            _ => self.start..self.end,
        };
        text.get(range).unwrap_or("")
    }

    /// A string's value; of anything else its text.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let raw = text.get(self.start..self.end).unwrap_or("");
        match self.escaped {
            false => Cow::Borrowed(raw),
            true => Cow::Owned(unescape(raw)),
        }
    }

    /// The value as JSON text that any reader takes: single quotes become double.
    pub fn json(&self, text: &str) -> String {
        match self.kind {
            Kind::String => serde_json::Value::from(self.text(text).as_ref()).to_string(),
            Kind::NotFinite => format!("\"{}\"", self.raw(text)),
            _ => self.raw(text).to_string(),
        }
    }
}

struct Parser<'t> {
    text: &'t [u8],
    at: usize,
    options: &'t JsonOptions,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.peek() != Some(byte) {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or(&[])
    }

    fn skip_space(&mut self) -> Result<(), Malformed> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') if self.options.allow_comments => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self) -> Result<(), Malformed> {
        let rest = self.rest();
        let length = if rest.starts_with(b"//") {
            rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            let end = rest.windows(2).skip(2).position(|w| w == b"*/");
            end.ok_or(Malformed)? + 4
        } else {
            return Err(Malformed);
        };
        self.at += length;
        Ok(())
    }

    fn atom(&mut self) -> Result<Node, Malformed> {
        match self.peek().ok_or(Malformed)? {
            b'"' => self.string(b'"'),
            b'\'' if self.options.allow_single_quotes => self.string(b'\''),
            b'-' | b'+' | b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn name(&mut self) -> Result<Node, Malformed> {
        match self.peek().ok_or(Malformed)? {
            b'"' => self.string(b'"'),
            b'\'' if self.options.allow_single_quotes => self.string(b'\''),
            _ if self.options.allow_unquoted_field_names => {
                let start = self.at;
                while self.peek().is_some_and(|b| {
                    b.is_ascii_alphanumeric() || b"_$-@#*+.".contains(&b) || b >= 0x80
                }) {
                    self.at += 1;
                }
                if self.at == start {
                    return Err(Malformed);
                }
                Ok(self.node(Kind::String, start, self.at))
            }
            _ => Err(Malformed),
        }
    }

    fn node(&self, kind: Kind, start: usize, end: usize) -> Node {
        Node {
            kind,
            start,
            end,
            next: 0,
            escaped: false,
        }
    }

    fn string(&mut self, quote: u8) -> Result<Node, Malformed> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.peek().ok_or(Malformed)? {
                b if b == quote => break,
                b'\\' => {
                    escaped = true;
                    self.at += 1;
                    self.escape()?;
                }
                0..=0x1f if !self.options.allow_unescaped_control_chars => return Err(Malformed),
                _ => self.at += 1,
            }
        }
        let mut node = self.node(Kind::String, start, self.at);
        node.escaped = escaped;
        self.at += 1;
        Ok(node)
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<(), Malformed> {
        match self.peek().ok_or(Malformed)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                let digits = self.text.get(self.at + 1..self.at + 5).ok_or(Malformed)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Malformed);
                }
                self.at += 5;
            }
            byte if self.options.allow_backslash_escaping_any && byte >= 0x20 => self.at += 1,
            _ => return Err(Malformed),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Node, Malformed> {
        let start = self.at;
        let signed = matches!(self.peek(), Some(b'-' | b'+'));
        if signed {
            self.at += 1;
        }
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at = start;
            return self.word();
        }
        if self.text.get(start) == Some(&b'+') {
            return Err(Malformed);
        }
        let digits = self.digits();
        let leading_zero = self.text.get(self.at - digits) == Some(&b'0') && digits > 1;
        if leading_zero && !self.options.allow_numeric_leading_zeros {
            return Err(Malformed);
        }
        let mut kind = Kind::Integer;
        if self.peek() == Some(b'.') {
            kind = Kind::Float;
            self.at += 1;
            if self.digits() == 0 {
                return Err(Malformed);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            kind = Kind::Float;
            self.at += 1;
            if matches!(self.peek(), Some(b'-' | b'+')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(Malformed);
            }
        }
        self.end_of_word()?;
        Ok(self.node(kind, start, self.at))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self) -> Result<Node, Malformed> {
        const WORDS: &[(&[u8], Kind)] = &[
            (b"null", Kind::Null),
            (b"true", Kind::True),
            (b"false", Kind::False),
            (b"NaN", Kind::NotFinite),
            (b"Infinity", Kind::NotFinite),
            (b"+Infinity", Kind::NotFinite),
            (b"-Infinity", Kind::NotFinite),
            (b"+INF", Kind::NotFinite),
            (b"-INF", Kind::NotFinite),
        ];
        let rest = self.rest();
        let found = WORDS.iter().find(|(word, _)| rest.starts_with(word));
        let (word, kind) = found.ok_or(Malformed)?;
        if *kind == Kind::NotFinite && !self.options.allow_non_numeric_numbers {
            return Err(Malformed);
        }
        let start = self.at;
        self.at += word.len();
        self.end_of_word()?;
        Ok(self.node(*kind, start, self.at))
    }

    /// `truex` and `12x` are no values.
    fn end_of_word(&self) -> Result<(), Malformed> {
        match self.peek() {
            Some(b) if b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80 => Err(Malformed),
            _ => Ok(()),
        }
    }
}

/// The value of a string with escapes that the parser has checked. A lone surrogate becomes
/// `?`, as in Java.
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    let hex = |chars: &mut std::str::Chars<'_>| {
        let digits: String = chars.by_ref().take(4).collect();
        u32::from_str_radix(&digits, 16).unwrap_or(0xfffd)
    };
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let unit = hex(&mut chars);
                let mut ahead = chars.clone();
                let follows = (0xd800..0xdc00).contains(&unit)
                    && ahead.next() == Some('\\')
                    && ahead.next() == Some('u');
                let low = if follows { hex(&mut ahead) } else { 0 };
                if (0xdc00..0xe000).contains(&low) {
                    chars = ahead;
                    let pair = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    out.push(char::from_u32(pair).unwrap_or('?'));
                } else {
                    out.push(char::from_u32(unit).unwrap_or('?'));
                }
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}
