//! `col:path`, `get_json_object`, `json_array_length`, `json_object_keys`.

use std::collections::HashMap;

use polars_core::prelude::*;

use super::scan::{Scanner, Step, elements, unescape};
use crate::sql::error::SqlError;
use crate::sql::functions::bind::STRING;
use crate::sql::functions::{Binder, Call, Function, scalar};
use crate::types::{DataType as T, Value, double_text};

/// Functions that look into JSON text.
pub(in crate::sql::functions) static PATHS: &[Function] = &[
    scalar(
        "get_json_path",
        "json:path",
        "What stands in JSON text at a path (`profile:address.city`): names without case, `['name']` with. NULL where there is nothing; an object is its JSON text.",
        "'{\"a\":{\"b\":1}}':a.b → 1",
        |args, context| {
            Binder::new(args, context)
                .count(2)?
                .cast(0, STRING)?
                .cast(1, STRING)?
                .returns_nullable(T::String)
        },
        |call| eval_path(call, parse_colon_path),
    ),
    scalar(
        "get_json_object",
        "get_json_object(json, path)",
        "What stands in JSON text at a path that begins with `$`.",
        "get_json_object('{\"a\":\"b\"}', '$.a') → b",
        |args, context| {
            Binder::new(args, context)
                .count(2)?
                .cast(0, STRING)?
                .cast(1, STRING)?
                .returns_nullable(T::String)
        },
        |call| eval_path(call, parse_dollar_path),
    ),
    scalar(
        "json_array_length",
        "json_array_length(json)",
        "How many elements the outermost JSON array has.",
        "json_array_length('[1,2,3]') → 3",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, STRING)?
                .returns_nullable(T::Integer)
        },
        |call| {
            let texts = call.strings(0)?;
            call.out(|i| elements(texts.get(i)?).map(|e| e.len() as i32))
        },
    ),
    scalar(
        "json_object_keys",
        "json_object_keys(json)",
        "The names in the outermost JSON object.",
        "json_object_keys('{\"a\":1,\"b\":2}') → [a, b]",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, STRING)?
                .returns_nullable(T::array(T::String))
        },
        |call| {
            call.rows_not_null(|v| {
                let parsed = v.first().and_then(|v| v.as_str()).map(serde_json::from_str);
                Ok(match parsed {
                    Some(Ok(serde_json::Value::Object(o))) => {
                        Value::Array(o.keys().map(|k| Value::from(k.as_str())).collect())
                    }
                    _ => Value::Null,
                })
            })
        },
    ),
];

/// Evaluates a path over texts. Texts repeat (a profile in every order of its customer), so
/// what was found is remembered for the batch.
fn eval_path(
    call: &Call<'_>,
    parse: impl Fn(&str) -> Option<Vec<Step>>,
) -> Result<Series, SqlError> {
    let (texts, paths) = (call.strings(0)?, call.strings(1)?);
    let len = call.len();
    let mut builder = StringChunkedBuilder::new(PlSmallStr::EMPTY, len);
    if let Some(path) = paths.constant() {
        let Some(path) = parse(path) else {
            return Ok(Series::full_null(PlSmallStr::EMPTY, len, &DataType::String));
        };
        let mut known: HashMap<&str, Option<String>, text_hash::Build> = HashMap::default();
        for i in 0..len {
            let Some(text) = texts.get(i) else {
                builder.append_null();
                continue;
            };
            if known.len() > 65_536 {
                known.clear();
            }
            let found = known.entry(text).or_insert_with(|| lookup(text, &path));
            builder.append_option(found.as_deref());
        }
        return Ok(builder.finish().into_series());
    }
    for i in 0..len {
        let found = match (texts.get(i), paths.get(i)) {
            (Some(text), Some(path)) => parse(path).and_then(|p| lookup(text, &p)),
            _ => None,
        };
        builder.append_option(found);
    }
    Ok(builder.finish().into_series())
}

/// A fast hash of texts, eight bytes at a time; the keys are the user's own data.
mod text_hash {
    use std::hash::{BuildHasherDefault, Hasher};

    pub type Build = BuildHasherDefault<TextHasher>;

    #[derive(Default)]
    pub struct TextHasher(u64);

    impl Hasher for TextHasher {
        fn write(&mut self, bytes: &[u8]) {
            let mut chunks = bytes.chunks_exact(8);
            for chunk in &mut chunks {
                let word = chunk.try_into().map_or(0, u64::from_le_bytes);
                self.0 = (self.0 ^ word)
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                    .rotate_left(29);
            }
            for &b in chunks.remainder() {
                self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
            }
        }

        fn finish(&self) -> u64 {
            self.0 ^ (self.0 >> 32)
        }
    }
}

/// The value at a path as text.
fn lookup(text: &str, path: &[Step]) -> Option<String> {
    match path.iter().position(|s| *s == Step::All) {
        None => {
            let found = Scanner::new(text).find(path)??;
            as_text(text.get(found)?)
        }
        Some(at) => {
            let (before, after) = path.split_at(at);
            let array = Scanner::new(text).find(before)??;
            let array = text.get(array)?;
            let rest = after.get(1..).unwrap_or_default();
            let mut items = Vec::new();
            for element in elements(array)? {
                let element = array.get(element)?;
                if rest.is_empty() {
                    items.push(compact(element)?);
                } else if rest.contains(&Step::All) {
                    items.extend(lookup(element, rest));
                } else if let Some(found) = Scanner::new(element).find(rest)? {
                    items.push(compact(element.get(found)?)?);
                }
            }
            match items.as_slice() {
                [] => None,
                [one] if !rest.is_empty() => as_text(one),
                _ => Some(format!("[{}]", items.join(","))),
            }
        }
    }
}

/// A JSON value as a STRING: a string's content, an object's or array's text; null is NULL.
fn as_text(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'"' => {
            let content = json.get(1..json.len().checked_sub(1)?)?;
            if content.contains('\\') {
                unescape(content)
            } else {
                Some(content.to_string())
            }
        }
        b'n' => None,
        b'{' | b'[' => compact(json),
        b't' | b'f' => Some(json.to_string()),
        _ if json.contains(['.', 'e', 'E']) => json.parse().ok().map(double_text),
        _ => Some(json.to_string()),
    }
}

/// JSON text without white space between its tokens, as Jackson writes it.
pub(super) fn compact(json: &str) -> Option<String> {
    let mut out = String::with_capacity(json.len());
    let mut in_string = false;
    let mut escaped = false;
    for c in json.chars() {
        if in_string {
            out.push(c);
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == '"' {
                in_string = false;
            }
        } else if c == '"' {
            in_string = true;
            out.push(c);
        } else if !c.is_ascii_whitespace() {
            out.push(c);
        }
    }
    Some(out)
}

/// Reads `a.b[0]['c'].*`, with backticks around a name and `:` as another dot.
fn parse_colon_path(path: &str) -> Option<Vec<Step>> {
    parse_steps(path, false)
}

/// Reads `$.a.b[0]['c'][*]`; names are case-sensitive.
fn parse_dollar_path(path: &str) -> Option<Vec<Step>> {
    let rest = path.trim().strip_prefix('$')?;
    if rest.is_empty() {
        return Some(Vec::new());
    }
    if !rest.starts_with(['.', '[']) {
        return None;
    }
    parse_steps(rest, true)
}

/// A longer path finds nothing.
const MAX_STEPS: usize = 256;

fn parse_steps(path: &str, case_sensitive: bool) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path.trim();
    let mut first = true;
    while !rest.is_empty() {
        if steps.len() > MAX_STEPS {
            return None;
        }
        if let Some(inner) = rest.strip_prefix('[') {
            let inner = inner.trim_start();
            let quoted = inner
                .strip_prefix('\'')
                .map(|t| (t, '\''))
                .or_else(|| inner.strip_prefix('"').map(|t| (t, '"')));
            if let Some((name, quote)) = quoted {
                let end = name.find(quote)?;
                steps.push(Step::Field {
                    name: name.get(..end)?.to_string(),
                    case_sensitive: true,
                });
                rest = name.get(end + 1..)?.trim_start().strip_prefix(']')?;
            } else {
                let end = inner.find(']')?;
                let index = inner.get(..end)?.trim();
                steps.push(if index == "*" {
                    Step::All
                } else {
                    Step::Index(index.parse().ok()?)
                });
                rest = inner.get(end + 1..)?;
            }
            first = false;
            continue;
        }
        match rest.strip_prefix(['.', ':']) {
            Some(after) => rest = after,
            None if first && !case_sensitive => {}
            None => return None,
        }
        first = false;
        if let Some(name) = rest.strip_prefix('`') {
            let end = name.find('`')?;
            steps.push(Step::Field {
                name: name.get(..end)?.to_string(),
                case_sensitive,
            });
            rest = name.get(end + 1..)?;
            continue;
        }
        let end = rest.find(['.', '[', ':']).unwrap_or(rest.len());
        let name = rest.get(..end)?;
        if name.is_empty() {
            return None;
        }
        steps.push(if name == "*" {
            Step::All
        } else {
            Step::Field {
                name: name.to_string(),
                case_sensitive,
            }
        });
        rest = rest.get(end..)?;
    }
    Some(steps)
}
