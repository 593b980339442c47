//! From text to statements.
//!
//! sqlparser's grammar reads queries and expressions, in a dialect of Spark's precedence and
//! literals; commands have a small grammar of their own, because Spark's are its own.

mod clauses;
mod commands;
mod data_type;
mod dialect;
mod identifier;
mod rewrite;
mod tokens;

pub use data_type::{parse_data_type, parse_ddl, parse_schema, parse_schema_hints};

pub(super) use commands::{
    ParsedAction, ParsedClause, ParsedImmediate, ParsedInsert, ParsedKind, ParsedMerge,
    ParsedTable, ParsedVariables, ParsedView,
};
pub(super) use identifier::Part;
pub use tokens::split;
pub(super) use tokens::{PIVOTED, TOLD, position};

use sqlparser::ast;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::error::{ParseError, ParseReason, Position, SqlError};
use dialect::SparkDialect;
pub use dialect::UNSIGNED_SHIFT;

/// A statement that is Spark SQL; what its names mean is not known yet.
#[derive(Debug, Clone)]
pub struct ParsedStatement {
    /// The statement's own text. Errors' positions count from its start.
    pub text: String,
    /// Where it starts in the text that was parsed.
    pub start: Position,
    pub(super) kind: ParsedKind,
}

impl ParsedStatement {
    /// Where its parameter markers `?` stand, in order.
    pub(super) fn markers(&self) -> Vec<Position> {
        let tokens = tokens::tokenize(&self.text).unwrap_or_default();
        let markers = tokens
            .iter()
            .filter(|t| matches!(&t.token, Token::Placeholder(p) if p == "?"));
        markers
            .map(|t| tokens::position(t.span.start.line, t.span.start.column))
            .collect()
    }

    /// Whether it gives rows, as far as the grammar tells.
    pub fn is_query(&self) -> bool {
        matches!(self.kind, ParsedKind::Query(_))
    }
}

/// The parts of a name: `` db.`odd name` ``; `None` for an empty part or an open backtick.
pub fn name_parts(name: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut rest = name.trim().chars().peekable();
    while let Some(c) = rest.next() {
        let part = parts.last_mut()?;
        match c {
            '.' => parts.push(String::new()),
            '`' if part.is_empty() => loop {
                match rest.next()? {
                    '`' if rest.next_if_eq(&'`').is_some() => part.push('`'),
                    '`' => break,
                    c => part.push(c),
                }
            },
            c if c.is_whitespace() || c == '`' => return None,
            c => part.push(c),
        }
    }
    (!parts.iter().any(String::is_empty)).then_some(parts)
}

/// The statements of a text, separated by semicolons. A text of nothing but space and comments
/// has none.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR` and its kin, with the place in the statement.
pub fn parse(text: &str) -> Result<Vec<ParsedStatement>, SqlError> {
    let mut statements = Vec::new();
    for (start, statement) in tokens::split(text)? {
        statements.push(ParsedStatement {
            text: statement.to_owned(),
            start,
            kind: kind_of(statement, None)?,
        });
    }
    Ok(statements)
}

/// A statement whose names `known` tells.
pub(super) fn parse_named(
    statement: &str,
    known: &identifier::Known<'_, SqlError>,
) -> Result<ParsedKind, SqlError> {
    kind_of(statement, Some(known))
}

fn kind_of(
    statement: &str,
    known: Option<&identifier::Known<'_, SqlError>>,
) -> Result<ParsedKind, SqlError> {
    let mut tokens = tokens::tokenize(statement)?;
    match identifier::replace(statement, &mut tokens, known)? {
        true => Ok(ParsedKind::Unnamed),
        false => Ok(read_tokens(statement, tokens, commands::parse_statement)?),
    }
}

/// The one statement of a text, as `spark.sql` takes it.
///
/// # Errors
/// As [`parse`]; also if the text has no statement, or several.
pub fn parse_one(text: &str) -> Result<ParsedStatement, SqlError> {
    let error = |reason, position| ParseError {
        reason,
        position,
        sql: text.to_owned(),
        fragment: None,
    };
    let mut statements = parse(text)?.into_iter();
    let start = Position { line: 1, column: 0 };
    let Some(statement) = statements.next() else {
        return Err(error(ParseReason::EmptyStatement, start).into());
    };
    if let Some(extra) = statements.next() {
        let word = extra.text.split_whitespace().next().unwrap_or_default();
        let reason = ParseReason::Syntax {
            near: format!("'{word}'"),
            hint: format!(": extra input '{word}'"),
        };
        return Err(error(reason, extra.start).into());
    }
    Ok(statement)
}

/// One expression, with or without an alias: what `selectExpr`, `filter` and `expr` take.
pub(super) fn parse_select_item(text: &str) -> Result<ast::SelectItem, ParseError> {
    with_parser(text, |parser| {
        let item = parser.parse_select_item()?;
        expect_end(parser)?;
        Ok(item)
    })
}

fn with_parser<T>(
    sql: &str,
    read: impl FnOnce(&mut Parser) -> Result<T, ParserError>,
) -> Result<T, ParseError> {
    let mut tokens = tokens::tokenize(sql)?;
    identifier::replace::<ParseError>(sql, &mut tokens, None)?;
    read_tokens(sql, tokens, read)
}

fn read_tokens<T>(
    sql: &str,
    tokens: Vec<TokenWithSpan>,
    read: impl FnOnce(&mut Parser) -> Result<T, ParserError>,
) -> Result<T, ParseError> {
    let mut parser = Parser::new(&SparkDialect).with_tokens_with_locations(tokens.clone());
    read(&mut parser).map_err(|e| explain(sql, &tokens, &e))
}

fn expect_end(parser: &mut Parser) -> Result<(), ParserError> {
    let token = parser.peek_token();
    match token.token {
        Token::EOF => Ok(()),
        _ => parser.expected("end of statement", token),
    }
}

/// sqlparser tells what it found and where as text.
fn explain(sql: &str, tokens: &[TokenWithSpan], error: &ParserError) -> ParseError {
    let (message, place) = match error {
        ParserError::RecursionLimitExceeded => {
            return ParseError {
                reason: ParseReason::TooComplex,
                position: Position { line: 1, column: 0 },
                sql: sql.to_owned(),
                fragment: None,
            };
        }
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => {
            match text.rsplit_once(" at Line: ") {
                Some((message, place)) => (message, place.split_once(", Column: ")),
                None => (text.as_str(), None),
            }
        }
    };
    let place = place.and_then(|(line, column)| {
        Some((
            line.trim().parse::<u64>().ok()?,
            column.trim().parse::<u64>().ok()?,
        ))
    });
    let token = place.and_then(|(line, column)| {
        tokens.iter().find(|t| {
            t.token != Token::EOF && t.span.start.line == line && t.span.start.column == column
        })
    });
    let (near, position) = match (token, place) {
        (Some(token), Some((line, column))) => {
            let text = source(sql, token).unwrap_or_else(|| token.token.to_string());
            (format!("'{text}'"), tokens::position(line, column))
        }
        _ => ("end of input".to_owned(), end_of(sql)),
    };
    if let Some(identifier) = token.and_then(|token| hyphenated(tokens, token)) {
        return ParseError {
            reason: ParseReason::InvalidIdentifier { identifier },
            position,
            sql: sql.to_owned(),
            fragment: None,
        };
    }
    // Without it the statement would be one.
    let is_extra = token.is_some_and(|t| is_last(tokens, t));
    let hint = match message.starts_with("Expected: end of statement") && is_extra {
        true => format!(": extra input {near}"),
        false => String::new(),
    };
    if let Some(name) = message.strip_prefix(dialect::UNKNOWN_TYPE) {
        return ParseError {
            reason: ParseReason::UnsupportedDataType { name: name.into() },
            position,
            sql: sql.to_owned(),
            fragment: None,
        };
    }
    if let Some(position) = trailing_comma(tokens) {
        return ParseError {
            reason: ParseReason::TrailingComma,
            position,
            sql: sql.to_owned(),
            fragment: None,
        };
    }
    ParseError {
        reason: ParseReason::Syntax { near, hint },
        position,
        sql: sql.to_owned(),
        fragment: None,
    }
}

/// `my-table`, if the token is a hyphen in such a name.
fn hyphenated(tokens: &[TokenWithSpan], hyphen: &TokenWithSpan) -> Option<String> {
    let at = tokens.iter().position(|t| t.span == hyphen.span)?;
    let word = |i: usize| match &tokens.get(i)?.token {
        Token::Word(w) if w.quote_style.is_none() => Some(w.value.clone()),
        Token::Number(n, _) => Some(n.clone()),
        _ => None,
    };
    let mut name = word(at.checked_sub(1)?)?;
    let mut at = at;
    while tokens.get(at).is_some_and(|t| t.token == Token::Minus)
        && let Some(part) = word(at + 1)
    {
        name = format!("{name}-{part}");
        at += 2;
    }
    name.contains('-').then_some(name)
}

/// Whether nothing but space follows a token.
fn is_last(tokens: &[TokenWithSpan], token: &TokenWithSpan) -> bool {
    let mut behind = tokens.iter().skip_while(|t| t.span != token.span).skip(1);
    behind.all(|t| matches!(t.token, Token::Whitespace(_) | Token::EOF))
}

/// `SELECT a, FROM t`.
fn trailing_comma(tokens: &[TokenWithSpan]) -> Option<Position> {
    let mut comma = None;
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) => {}
            Token::Comma => comma = Some(token.span.start),
            Token::Word(w) if w.keyword == Keyword::FROM && w.quote_style.is_none() => {
                if let Some(at) = comma {
                    return Some(tokens::position(at.line, at.column));
                }
            }
            _ => comma = None,
        }
    }
    None
}

/// The token as it was written.
fn source(sql: &str, token: &TokenWithSpan) -> Option<String> {
    let (start, end) = (token.span.start, token.span.end);
    if start.line != end.line {
        return None;
    }
    let line = sql
        .lines()
        .nth(usize::try_from(start.line).ok()?.checked_sub(1)?)?;
    let from = usize::try_from(start.column).ok()?.checked_sub(1)?;
    let len = usize::try_from(end.column.checked_sub(start.column)?).ok()?;
    let text: String = line.chars().skip(from).take(len).collect();
    (!text.is_empty()).then_some(text)
}

fn end_of(sql: &str) -> Position {
    let last = sql.rsplit('\n').next().unwrap_or_default();
    Position {
        line: u32::try_from(sql.matches('\n').count() + 1).unwrap_or(u32::MAX),
        column: u32::try_from(last.chars().count()).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests;
