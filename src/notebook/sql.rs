//! A SQL cell: its statements, and the values that stand in them for names.

use super::SqlStatement;
use crate::connect::Widget;
use crate::session::Conf;

/// The statements of a text, parted by semicolons outside strings and comments, each with the
/// line where it starts. Space and comments alone are none.
///
/// A text whose strings or comments don't end is one statement: running it tells what is wrong.
/// Spark counts an error's lines from where the statement begins, which is below `%sql`.
pub fn statements(text: &str) -> Vec<SqlStatement> {
    let body = text.trim_start();
    let begin = place(text, text.len() - body.len());
    let statement = |text: &str, line: u32, column: u32| {
        let text = text.into();
        SqlStatement { text, line, column }.below(begin)
    };
    let Ok(statements) = crate::sql::parse::split(body) else {
        return vec![statement(body, 1, 0)];
    };
    statements
        .into_iter()
        .map(|(start, text)| statement(text, start.line, start.column))
        .collect()
}

/// How many lines are above a byte of a text, and how many characters stand left of it.
pub(super) fn place(text: &str, at: usize) -> (u32, u32) {
    let before = text.get(..at).unwrap_or_default();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let left = before.rsplit('\n').next().unwrap_or_default();
    (
        count(before.matches('\n').count()),
        count(left.chars().count()),
    )
}

/// A statement as it runs: values of widgets and of the configuration for `${name}` and `$name`,
/// literals of widgets' values for `:name`.
pub fn bind(statement: &str, widgets: &[Widget], conf: &Conf) -> String {
    let widget = |name: &str| {
        let found = widgets.iter().find(|widget| widget.name == name);
        found.map(|widget| widget.value.clone())
    };
    let statement = arguments(statement, widget);
    let value = |name: &str| widget(name).or_else(|| conf.get(name).map(str::to_owned));
    markers(&substitute(&statement, value), widget)
}

/// Puts string literals for `getArgument("name")`, the older way to a widget's value.
fn arguments(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    const CALL: &str = "getargument(";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.to_ascii_lowercase().find(CALL) {
        let (before, call) = rest.split_at(at);
        out.push_str(before);
        let inside = call.get(CALL.len()..).unwrap_or_default();
        let found = inside.split_once(')').and_then(|(name, after)| {
            let name = name.trim().trim_matches(['"', '\'']);
            Some((value(name)?, after))
        });
        match found {
            Some((value, after)) => {
                out.push_str(&literal(&value));
                rest = after;
            }
            None => {
                out.push_str(call.get(..CALL.len()).unwrap_or(call));
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Puts values for `${name}` and `${prefix:name}`, wherever they stand, as Spark does before it
/// parses; and for `$name`, as Databricks does for widgets. Names without a value stay.
pub fn substitute(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        let (name, length) = match after.strip_prefix('{') {
            Some(braced) => {
                let end = braced.find(['}', '\n', '$', ' ']);
                match end.filter(|end| braced.get(*end..).is_some_and(|e| e.starts_with('}'))) {
                    Some(end) => (braced.get(..end).unwrap_or_default(), end + 3),
                    None => ("", 1),
                }
            }
            None => {
                let name = word(after);
                (name, 1 + name.len())
            }
        };
        let unprefixed = name.split_once(':').map(|(_, name)| name);
        let found = match name {
            "" => None,
            name => value(name).or_else(|| value(unprefixed?)),
        };
        let length = length.max(1);
        match found {
            Some(found) => out.push_str(&found),
            None => out.push_str(from.get(..length).unwrap_or(from)),
        }
        rest = from.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Puts string literals for the parameter markers `:name` that have a value. What follows a
/// name, a bracket or a string is no marker but a path into JSON (`profile:first_name`), and
/// strings and comments stay as they are.
pub fn markers(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = '\n';
    while let Some(c) = rest.chars().next() {
        let length = quoted(rest).unwrap_or_else(|| {
            let is_path = before.is_alphanumeric() || "_)]`'\":".contains(before);
            let name = rest.strip_prefix(':').map(word).unwrap_or_default();
            if is_path || name.is_empty() {
                return c.len_utf8();
            }
            let Some(found) = value(name) else {
                return 1 + name.len();
            };
            out.push_str(&literal(&found));
            rest = rest.get(1 + name.len()..).unwrap_or_default();
            0
        });
        if length == 0 {
            before = '\'';
            continue;
        }
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.push_str(piece);
        before = piece.chars().next_back().unwrap_or(before);
        rest = after;
    }
    out
}

/// The letters, digits and underscores that a text begins with, if the first is no digit.
fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    match text.get(..end) {
        Some(word) if !word.starts_with(|c: char| c.is_numeric()) => word,
        _ => "",
    }
}

/// The length of the string, quoted name or comment that a text begins with.
fn quoted(text: &str) -> Option<usize> {
    if text.starts_with("--") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        let mut depth = 0;
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with("/*") {
                depth += 1;
                at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            } else {
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        return Some(text.len());
    }
    let quote = text.chars().next().filter(|c| "'\"`".contains(*c))?;
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote != '`' {
            chars.next();
        } else if c == quote {
            return Some(at + 1);
        }
    }
    Some(text.len())
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
