//! `LIKE`, regular expressions, splitting.

use std::borrow::Cow;

use polars_core::prelude::*;
use regex::Regex;

use super::bind_texts;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BindResult, INT, STRING};
use crate::sql::functions::{Arg, BindContext, Binder, Call, Function, FunctionError, scalar};
use crate::sql::plan::Expr;
use crate::types::{DataType as T, Value};

macro_rules! like {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $ignore_case:literal) => {
        scalar($name, $usage, $what, $example, bind_like, |call| {
            eval_like(call, $ignore_case)
        })
    };
}

macro_rules! rlike {
    ($name:literal, $usage:literal, $example:literal) => {
        scalar(
            $name,
            $usage,
            "Whether the string contains a match of the regular expression.",
            $example,
            |args, context| bind_texts(args, context, 2, T::Boolean),
            |call| {
                let texts = call.strings(0)?;
                let mut patterns = Compiled::new(call.strings(1)?);
                let compile = |pattern: &str| regex($name, pattern);
                call.try_out(|i| {
                    let (Some(text), Some(regex)) = (texts.get(i), patterns.get(i, compile)?)
                    else {
                        return Ok(None);
                    };
                    Ok(Some(regex.is_match(text)))
                })
            },
        )
    };
}

/// Functions that match patterns.
pub(in crate::sql::functions) static MATCHING: &[Function] = &[
    like!(
        "like",
        "s LIKE pattern",
        "Whether the string matches: `_` is any character, `%` any run of them.",
        "'Spark' LIKE 'S%' → true",
        false
    ),
    like!(
        "ilike",
        "s ILIKE pattern",
        "As LIKE, without case.",
        "'Spark' ILIKE 's%' → true",
        true
    ),
    rlike!("rlike", "s RLIKE regexp", "'Spark SQL' RLIKE 'S.*L' → true"),
    rlike!(
        "regexp",
        "s REGEXP regexp",
        "'Spark SQL' REGEXP 'S.*L' → true"
    ),
    rlike!(
        "regexp_like",
        "regexp_like(s, regexp)",
        "regexp_like('Spark SQL', 'S.*L') → true"
    ),
    scalar(
        "regexp_extract",
        "regexp_extract(s, regexp[, group])",
        "A group of the first match; empty if there is none.",
        "regexp_extract('100-200', '(\\\\d+)-(\\\\d+)', 1) → 100",
        |args, context| bind_group(args, context, T::String),
        |call| {
            let texts = call.strings(0)?;
            let mut patterns = Compiled::new(call.strings(1)?);
            let groups = group_argument(call)?;
            call.try_out(|i| {
                let (Some(text), Some(regex), Some(group)) = (
                    texts.get(i),
                    patterns.get(i, |p| regex("regexp_extract", p))?,
                    group_of(&groups, i),
                ) else {
                    return Ok(None);
                };
                let Some(captures) = regex.captures(text) else {
                    return Ok(Some(""));
                };
                let found = captures.get(check_group("regexp_extract", regex, group)?);
                Ok(Some(found.map_or("", |m| m.as_str())))
            })
        },
    ),
    scalar(
        "regexp_extract_all",
        "regexp_extract_all(s, regexp[, group])",
        "A group of every match.",
        "regexp_extract_all('100-200, 300-400', '(\\\\d+)-(\\\\d+)', 1) → [100, 300]",
        |args, context| bind_group(args, context, T::array(T::String)),
        |call| {
            let texts = call.strings(0)?;
            let mut patterns = Compiled::new(call.strings(1)?);
            let groups = group_argument(call)?;
            let mut out = Vec::with_capacity(call.len());
            for i in 0..call.len() {
                let (Some(text), Some(regex), Some(group)) = (
                    texts.get(i),
                    patterns.get(i, |p| regex("regexp_extract_all", p))?,
                    group_of(&groups, i),
                ) else {
                    out.push(Value::Null);
                    continue;
                };
                let group = check_group("regexp_extract_all", regex, group)?;
                out.push(Value::Array(
                    regex
                        .captures_iter(text)
                        .map(|c| Value::from(c.get(group).map_or("", |m| m.as_str())))
                        .collect(),
                ));
            }
            Ok(crate::types::series_from_values("", &out, call.result)?)
        },
    ),
    scalar(
        "regexp_replace",
        "regexp_replace(s, regexp, replacement[, position])",
        "Every match replaced; `$1` stands for a group.",
        "regexp_replace('100-200', '(\\\\d+)', 'num') → num-num",
        |args, context| {
            Binder::new(args, context)
                .counts(3..=4)?
                .cast(0, STRING)?
                .cast(1, STRING)?
                .cast(2, STRING)?
                .cast(3, INT)?
                .returns(T::String)
        },
        |call| {
            let (texts, replacements) = (call.strings(0)?, call.strings(2)?);
            let mut patterns = Compiled::new(call.strings(1)?);
            let positions = match call.args.get(3) {
                Some(_) => Some(call.ints(3)?),
                None => None,
            };
            call.try_out(|i| {
                let position = match &positions {
                    Some(p) => p.get(i),
                    None => Some(1),
                };
                let (Some(text), Some(regex), Some(replacement), Some(position)) = (
                    texts.get(i),
                    patterns.get(i, |p| regex("regexp_replace", p))?,
                    replacements.get(i),
                    position,
                ) else {
                    return Ok(None);
                };
                let from = super::char_offset(
                    text,
                    usize::try_from(position).unwrap_or(1).saturating_sub(1),
                );
                let (head, tail) = text.split_at(from);
                let replaced = regex.replace_all(tail, java_replacement(replacement).as_ref());
                Ok(Some(format!("{head}{replaced}")))
            })
        },
    ),
    scalar(
        "regexp_count",
        "regexp_count(s, regexp)",
        "How many matches there are.",
        "regexp_count('Steven Jones and Stephen Smith', 'Ste(v|ph)en') → 2",
        |args, context| bind_texts(args, context, 2, T::Integer),
        |call| {
            let texts = call.strings(0)?;
            let mut patterns = Compiled::new(call.strings(1)?);
            call.try_out(|i| {
                let (Some(text), Some(regex)) =
                    (texts.get(i), patterns.get(i, |p| regex("regexp_count", p))?)
                else {
                    return Ok(None);
                };
                Ok(Some(regex.find_iter(text).count() as i32))
            })
        },
    ),
    scalar(
        "regexp_substr",
        "regexp_substr(s, regexp)",
        "The first match; NULL if there is none.",
        "regexp_substr('Steven Jones', 'Ste(v|ph)en') → Steven",
        |args, context| {
            Binder::new(args, context)
                .count(2)?
                .cast_from(0, STRING)?
                .returns_nullable(T::String)
        },
        |call| {
            let texts = call.strings(0)?;
            let mut patterns = Compiled::new(call.strings(1)?);
            call.try_out(|i| {
                let (Some(text), Some(regex)) = (
                    texts.get(i),
                    patterns.get(i, |p| regex("regexp_substr", p))?,
                ) else {
                    return Ok(None);
                };
                Ok(regex.find(text).map(|m| m.as_str()))
            })
        },
    ),
    scalar(
        "regexp_instr",
        "regexp_instr(s, regexp[, group])",
        "The position of the first match, from 1; 0 if there is none.",
        "regexp_instr('user@spark.org', '@[^.]*') → 5",
        |args, context| bind_group(args, context, T::Integer),
        |call| {
            let texts = call.strings(0)?;
            let mut patterns = Compiled::new(call.strings(1)?);
            call.try_out(|i| {
                let (Some(text), Some(regex)) =
                    (texts.get(i), patterns.get(i, |p| regex("regexp_instr", p))?)
                else {
                    return Ok(None);
                };
                Ok(Some(regex.find(text).map_or(0, |m| {
                    text.get(..m.start())
                        .map_or(0, |before| before.chars().count() as i32 + 1)
                })))
            })
        },
    ),
    scalar(
        "split",
        "split(s, regexp[, limit])",
        "The parts between matches of the regular expression.",
        "split('oneAtwoBthreeC', '[ABC]') → [one, two, three, ]",
        |args, context| {
            Binder::new(args, context)
                .counts(2..=3)?
                .cast(0, STRING)?
                .cast(1, STRING)?
                .cast(2, INT)?
                .returns(T::Array {
                    element: Box::new(T::String),
                    contains_null: false,
                })
        },
        eval_split,
    ),
];

/// A column of patterns: the last one stays compiled, since it is almost always the same.
struct Compiled<P> {
    texts: Arg<StringType>,
    last: Option<(String, P)>,
}

impl<P> Compiled<P> {
    fn new(texts: Arg<StringType>) -> Self {
        Compiled { texts, last: None }
    }

    fn get(
        &mut self,
        row: usize,
        compile: impl FnOnce(&str) -> Result<P, FunctionError>,
    ) -> Result<Option<&P>, FunctionError> {
        let Some(text) = self.texts.get(row) else {
            return Ok(None);
        };
        if self.last.as_ref().is_none_or(|(t, _)| t != text) {
            self.last = Some((text.to_string(), compile(text)?));
        }
        Ok(self.last.as_ref().map(|(_, p)| p))
    }
}

/// Compiles a regular expression. Look-around and back-references, which Java has, aren't
/// supported: they would let a pattern run for ever.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE.PATTERN`, which names the function.
pub(in crate::sql::functions) fn regex(
    function: &str,
    pattern: &str,
) -> Result<Regex, FunctionError> {
    Regex::new(pattern).map_err(|e| {
        let shown = Value::from(pattern).sql(&T::String);
        let why = e.to_string();
        let message = if why.contains("look-around") || why.contains("backreferences") {
            format!(
                "{shown}. Look-around and back-references aren't supported by Multihop; rewrite the pattern without them."
            )
        } else {
            format!("{shown}.")
        };
        FunctionError::InvalidParameterValue {
            condition: "PATTERN",
            parameter: "regexp",
            function: function.into(),
            message,
        }
    })
}

/// Java's `$1` and `\$` as the regex crate's `${1}` and `$$`.
fn java_replacement(text: &str) -> Cow<'_, str> {
    if !text.contains(['$', '\\']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('$') => out.push_str("$$"),
                Some(c) => out.push(c),
                None => {}
            },
            '$' => {
                if chars.next_if_eq(&'{').is_some() {
                    out.push_str("${");
                    continue;
                }
                let mut digits = String::new();
                while let Some(d) = chars.next_if(char::is_ascii_digit) {
                    digits.push(d);
                }
                if digits.is_empty() {
                    out.push_str("$$");
                } else {
                    out.push_str(&format!("${{{digits}}}"));
                }
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn bind_group(args: Vec<Expr>, context: &BindContext, result: T) -> BindResult {
    Binder::new(args, context)
        .counts(2..=3)?
        .cast(0, STRING)?
        .cast(1, STRING)?
        .cast(2, INT)?
        .returns(result)
}

fn group_argument(call: &Call<'_>) -> Result<Option<Arg<Int32Type>>, FunctionError> {
    match call.args.get(2) {
        Some(_) => call.ints(2).map(Some),
        None => Ok(None),
    }
}

/// The group of a row: the first one by default.
fn group_of(groups: &Option<Arg<Int32Type>>, row: usize) -> Option<i32> {
    match groups {
        Some(g) => g.get(row),
        None => Some(1),
    }
}

fn check_group(function: &str, regex: &Regex, group: i32) -> Result<usize, FunctionError> {
    let count = regex.captures_len() - 1;
    usize::try_from(group)
        .ok()
        .filter(|g| *g <= count)
        .ok_or_else(|| FunctionError::InvalidParameterValue {
            condition: "REGEX_GROUP_INDEX",
            parameter: "idx",
            function: function.into(),
            message: format!("Expects group index between 0 and {count}, but got {group}."),
        })
}

/// A compiled LIKE pattern.
enum Like {
    Exact(String),
    Prefix(String),
    Suffix(String),
    Contains(String),
    Regex(Regex),
}

impl Like {
    fn compile(pattern: &str, escape: char, ignore_case: bool) -> Result<Like, FunctionError> {
        let mut source = String::from(if ignore_case { "(?si)^" } else { "(?s)^" });
        let mut literal = String::new();
        let mut wild = Vec::new();
        let mut chars = pattern.chars();
        let mut simple = !ignore_case;
        while let Some(c) = chars.next() {
            if c == escape {
                match chars.next() {
                    Some(next) if next == escape || next == '_' || next == '%' => {
                        literal.push(next);
                        source.push_str(&regex::escape(next.encode_utf8(&mut [0; 4])));
                    }
                    Some(next) => {
                        let shown = if ignore_case {
                            pattern.to_lowercase()
                        } else {
                            pattern.to_string()
                        };
                        return Err(FunctionError::EscapeInTheMiddle {
                            pattern: Value::from(shown).sql(&T::String),
                            character: next,
                        });
                    }
                    None => {
                        return Err(FunctionError::EscapeAtTheEnd {
                            pattern: Value::from(pattern).sql(&T::String),
                        });
                    }
                }
            } else if c == '_' {
                source.push('.');
                simple = false;
            } else if c == '%' {
                source.push_str(".*");
                wild.push(literal.len());
            } else {
                literal.push(c);
                source.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
            }
        }
        if simple {
            let end = literal.len();
            match wild.as_slice() {
                [] => return Ok(Like::Exact(literal)),
                [at] if *at == end => return Ok(Like::Prefix(literal)),
                [0] => return Ok(Like::Suffix(literal)),
                [0, at] if *at == end => return Ok(Like::Contains(literal)),
                _ => {}
            }
        }
        source.push('$');
        Ok(Like::Regex(regex("like", &source)?))
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Like::Exact(t) => text == t,
            Like::Prefix(t) => text.starts_with(t.as_str()),
            Like::Suffix(t) => text.ends_with(t.as_str()),
            Like::Contains(t) => text.contains(t.as_str()),
            Like::Regex(r) => r.is_match(text),
        }
    }
}

fn bind_like(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .counts(2..=3)?
        .cast_from(0, STRING)?
        .returns(T::Boolean)
}

fn eval_like(call: &Call<'_>, ignore_case: bool) -> Result<Series, SqlError> {
    let texts = call.strings(0)?;
    let mut patterns = Compiled::new(call.strings(1)?);
    let escapes = match call.args.get(2) {
        Some(_) => Some(call.strings(2)?),
        None => None,
    };
    call.try_out(|i| {
        let escape = match &escapes {
            Some(e) => e.get(i).and_then(|e| e.chars().next()),
            None => Some('\\'),
        };
        let escape = escape.unwrap_or('\\');
        let pattern = patterns.get(i, |p| Like::compile(p, escape, ignore_case))?;
        let (Some(text), Some(pattern)) = (texts.get(i), pattern) else {
            return Ok(None);
        };
        Ok(Some(pattern.matches(text)))
    })
}

fn eval_split(call: &Call<'_>) -> Result<Series, SqlError> {
    let texts = call.strings(0)?;
    let mut patterns = Compiled::new(call.strings(1)?);
    let limits = match call.args.get(2) {
        Some(_) => Some(call.ints(2)?),
        None => None,
    };
    let mut out = Vec::with_capacity(call.len());
    for i in 0..call.len() {
        let limit = match &limits {
            Some(l) => l.get(i),
            None => Some(-1),
        };
        let (Some(text), Some(regex), Some(limit)) =
            (texts.get(i), patterns.get(i, |p| regex("split", p))?, limit)
        else {
            out.push(Value::Null);
            continue;
        };
        out.push(Value::Array(
            split(text, regex, limit)
                .into_iter()
                .map(Value::from)
                .collect(),
        ));
    }
    Ok(crate::types::series_from_values("", &out, call.result)?)
}

/// Java's `String.split` with a limit; 0 counts as -1, and an empty match at the start gives no
/// empty part.
fn split<'a>(text: &'a str, regex: &Regex, limit: i32) -> Vec<&'a str> {
    let most = usize::try_from(limit)
        .ok()
        .filter(|n| *n > 0)
        .unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut start = 0;
    if text.is_empty() {
        return vec![text];
    }
    for m in regex.find_iter(text) {
        if parts.len() + 1 >= most {
            break;
        }
        if m.end() == 0 || (m.is_empty() && m.start() >= text.len()) {
            continue;
        }
        parts.push(text.get(start..m.start()).unwrap_or(""));
        start = m.end();
    }
    parts.push(text.get(start..).unwrap_or(""));
    parts
}
