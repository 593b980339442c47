//! From text to tokens: several statements, and what Spark writes otherwise than sqlparser.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::dialect::SparkDialect;
use super::rewrite::rewrite;
use crate::sql::error::{ParseError, ParseReason, Position};

/// The table function that a command in brackets becomes: its one argument is the command's text.
pub const TOLD: &str = "__command";

/// The function that each aggregate of a `PIVOT` becomes an argument of.
pub const PIVOTED: &str = "__pivoted";

/// How deep expressions and queries may nest before they are too complex: bounds the stack that
/// parsing, analysis and evaluation need.
pub const MAX_DEPTH: usize = 200;

/// What an operator weighs whose chains are analysed by recursion.
const UNCHAINED: usize = 4;

/// The longest statement, in bytes.
const MAX_LENGTH: usize = 4 << 20;

/// The tokens of `sql`, rewritten to what sqlparser understands.
pub fn tokenize(sql: &str) -> Result<Vec<TokenWithSpan>, ParseError> {
    if sql.len() > MAX_LENGTH {
        return Err(too_complex(sql));
    }
    let tokens = Tokenizer::new(&SparkDialect, sql)
        .tokenize_with_location()
        .map_err(|e| unreadable(sql, &e.message, e.location.line, e.location.column))?;
    check_depth(sql, &tokens)?;
    Ok(rewrite(sql, tokens))
}

/// A text's statements: where each starts in it, and its own text.
///
/// The first one keeps the space before it, so that its lines are the text's.
pub fn split(text: &str) -> Result<Vec<(Position, &str)>, ParseError> {
    let tokens = Tokenizer::new(&SparkDialect, text)
        .tokenize_with_location()
        .map_err(|e| unreadable(text, &e.message, e.location.line, e.location.column))?;
    let mut places = Places::new(text);
    let mut statements = Vec::new();
    let (mut start, mut end): (Option<(Position, usize)>, usize) = (None, 0);
    let mut push = |start: &mut Option<(Position, usize)>, end: usize| {
        if let Some((position, from)) = start.take()
            && let Some(statement) = text.get(from..end)
        {
            statements.push((position, statement));
        }
    };
    let mut first = true;
    for token in &tokens {
        match &token.token {
            Token::Whitespace(_) | Token::EOF => {}
            Token::SemiColon => {
                push(&mut start, end);
                first = false;
            }
            _ => {
                let at = places.byte(token.span.start.line, token.span.start.column);
                if start.is_none() {
                    start = Some(if first {
                        (Position { line: 1, column: 0 }, 0)
                    } else {
                        (position(token.span.start.line, token.span.start.column), at)
                    });
                }
                end = places.byte(token.span.end.line, token.span.end.column);
            }
        }
    }
    push(&mut start, end);
    Ok(statements)
}

/// sqlparser counts columns from 1, Spark from 0.
pub fn position(line: u64, column: u64) -> Position {
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    Position {
        line: narrow(line.max(1)),
        column: narrow(column.saturating_sub(1)),
    }
}

/// Bytes of places that come in the order of the text.
pub(super) struct Places<'t> {
    rest: std::str::CharIndices<'t>,
    line: u64,
    column: u64,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Places {
            rest: text.char_indices(),
            line: 1,
            column: 1,
        }
    }

    pub(super) fn byte(&mut self, line: u64, column: u64) -> usize {
        while (self.line, self.column) < (line, column) {
            match self.rest.next() {
                None => break,
                Some((_, '\n')) => {
                    self.line += 1;
                    self.column = 1;
                }
                Some(_) => self.column += 1,
            }
        }
        self.rest.offset()
    }
}

fn unreadable(sql: &str, message: &str, line: u64, column: u64) -> ParseError {
    let position = position(line, column);
    let reason = if message.contains("multi-line comment") || message.contains("comment") {
        ParseReason::UnclosedComment
    } else {
        let text = sql
            .lines()
            .nth(position.line as usize - 1)
            .unwrap_or_default();
        let near = text.chars().nth(position.column as usize);
        ParseReason::Syntax {
            near: near.map_or("end of input".into(), |c| format!("'{c}'")),
            hint: String::new(),
        }
    };
    ParseError {
        reason,
        position,
        sql: sql.to_owned(),
        fragment: None,
    }
}

fn too_complex(sql: &str) -> ParseError {
    ParseError {
        reason: ParseReason::TooComplex,
        position: Position { line: 1, column: 0 },
        sql: sql.chars().take(200).collect(),
        fragment: None,
    }
}

/// What a pair of brackets holds so far, counted as the depth of the tree it parses to.
#[derive(Default)]
struct Level {
    /// Joins and set operations: they nest to the left.
    spine: usize,
    /// `AND` and `OR` in this clause.
    logic: usize,
    /// Other operators in this term.
    operators: usize,
    /// The deepest part that is complete.
    deepest: usize,
}

impl Level {
    fn depth(&self) -> usize {
        self.spine + self.logic + self.operators + self.deepest
    }

    fn end_term(&mut self) {
        self.deepest = self.deepest.max(self.operators);
        self.operators = 0;
    }

    fn end_clause(&mut self) {
        self.deepest = self.deepest.max(self.logic + self.operators);
        (self.logic, self.operators) = (0, 0);
    }
}

/// Refuses what would nest too deep: brackets, and chains of operators, which parse to a tree as
/// deep as the chain is long.
fn check_depth(sql: &str, tokens: &[TokenWithSpan]) -> Result<(), ParseError> {
    let mut outer: Vec<Level> = Vec::new();
    let mut level = Level::default();
    let mut outer_depth = 0;
    for token in tokens {
        match &token.token {
            Token::LParen | Token::LBracket => {
                outer_depth += level.spine + level.logic + level.operators + 1;
                outer.push(std::mem::take(&mut level));
            }
            Token::RParen | Token::RBracket => {
                let inner = level.depth() + 1;
                level = outer.pop().unwrap_or_default();
                outer_depth =
                    outer_depth.saturating_sub(level.spine + level.logic + level.operators + 1);
                level.deepest = level.deepest.max(inner);
                // a[0][1][2]
                level.operators += usize::from(token.token == Token::RBracket);
            }
            Token::Comma => level.end_clause(),
            Token::SemiColon => {
                outer.clear();
                outer_depth = 0;
                level = Level::default();
            }
            Token::Word(w) if w.quote_style.is_none() => match w.keyword {
                Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
                | Keyword::MINUS
                | Keyword::JOIN
                | Keyword::LATERAL => {
                    level.end_clause();
                    level.spine += 1;
                }
                Keyword::AND | Keyword::OR => {
                    level.end_term();
                    level.logic += 1;
                }
                Keyword::SELECT
                | Keyword::FROM
                | Keyword::WHERE
                | Keyword::HAVING
                | Keyword::ON
                | Keyword::BY
                | Keyword::WHEN
                | Keyword::THEN
                | Keyword::ELSE
                | Keyword::AS => level.end_clause(),
                Keyword::NOT
                | Keyword::IS
                | Keyword::IN
                | Keyword::LIKE
                | Keyword::ILIKE
                | Keyword::RLIKE
                | Keyword::BETWEEN => level.operators += UNCHAINED,
                Keyword::DIV => level.operators += 1,
                _ => {}
            },
            Token::Word(_)
            | Token::Whitespace(_)
            | Token::EOF
            | Token::Period
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::Number(..) => {}
            Token::DoubleColon | Token::Colon => level.operators += UNCHAINED,
            _ => level.operators += 1,
        }
        if outer_depth + level.depth() > MAX_DEPTH {
            return Err(too_complex(sql));
        }
    }
    Ok(())
}
