//! From text to tokens: several statements, and what Spark writes otherwise than sqlparser.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Word};

use super::dialect::SparkDialect;
use crate::sql::error::{ParseError, ParseReason, Position};

/// The table function that a command in brackets becomes: its one argument is the command's text.
pub const TOLD: &str = "__command";

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
    Ok(rewrite(tokens))
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
struct Places<'t> {
    rest: std::str::CharIndices<'t>,
    line: u64,
    column: u64,
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Self {
        Places {
            rest: text.char_indices(),
            line: 1,
            column: 1,
        }
    }

    fn byte(&mut self, line: u64, column: u64) -> usize {
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

fn rewrite(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(mut token) = tokens.next() {
        match &token.token {
            // "text" is a string.
            Token::DoubleQuotedString(s) => {
                token.token = Token::SingleQuotedString(s.clone());
            }
            // 10L, 1.5D, 3BD
            Token::Word(w) if w.quote_style.is_none() && is_suffixed_number(&w.value) => {
                token.token = Token::Number(w.value.to_uppercase(), false);
            }
            Token::Number(n, true) => {
                token.token = Token::Number(format!("{n}L"), false);
            }
            // t@v3, t@20240101000000000
            Token::AtSign => {
                let version = tokens.peek().and_then(|next| at_version(&next.token));
                if let Some((kind, value)) = version {
                    tokens.next();
                    let span = token.span;
                    let words = [kind, "AS", "OF"].map(Token::make_keyword);
                    for word in words.into_iter().chain([value]) {
                        out.push(TokenWithSpan { token: word, span });
                    }
                    continue;
                }
            }
            _ => {}
        }
        out.push(token);
    }
    rewrite_table_statement(&mut out);
    rewrite_told(&mut out);
    drop_names_of_values(&mut out);
    out
}

fn at_version(token: &Token) -> Option<(&'static str, Token)> {
    match token {
        Token::Word(Word { value, .. }) => {
            let digits = value.strip_prefix(['v', 'V'])?;
            let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            all_digits.then(|| ("VERSION", Token::Number(digits.to_owned(), false)))
        }
        Token::Number(digits, _) if digits.len() == 17 => {
            // yyyyMMddHHmmssSSS
            let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
            let text = format!(
                "{}-{}-{} {}:{}:{}.{}",
                part(0, 4),
                part(4, 6),
                part(6, 8),
                part(8, 10),
                part(10, 12),
                part(12, 14),
                part(14, 17)
            );
            Some(("TIMESTAMP", Token::SingleQuotedString(text)))
        }
        _ => None,
    }
}

fn is_suffixed_number(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    let digits = ["BD", "L", "S", "Y", "D", "F"]
        .iter()
        .find_map(|suffix| upper.strip_suffix(suffix));
    digits.is_some_and(|digits| {
        digits.bytes().any(|b| b.is_ascii_digit()) && digits.parse::<f64>().is_ok()
    })
}

/// `TABLE t` stands for `SELECT * FROM t` where a query may begin.
fn rewrite_table_statement(tokens: &mut Vec<TokenWithSpan>) {
    let mut i = 0;
    let mut begins = true;
    while let Some(token) = tokens.get(i) {
        match &token.token {
            Token::Whitespace(_) => {}
            Token::Word(w) if w.keyword == Keyword::TABLE && begins => {
                let span = token.span;
                let select = [
                    Token::make_keyword("SELECT"),
                    Token::Mul,
                    Token::make_keyword("FROM"),
                ];
                let select = select.map(|token| TokenWithSpan { token, span });
                tokens.splice(i..=i, select);
                i += 2;
                begins = false;
            }
            Token::Word(w) => {
                begins = matches!(
                    w.keyword,
                    Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT | Keyword::MINUS
                );
            }
            _ => begins = false,
        }
        i += 1;
    }
}

/// `FROM (DESCRIBE HISTORY t)` and `FROM (SHOW TABLES)`, as Databricks has them, stand for the rows of a table
/// function that carries the command out.
fn rewrite_told(tokens: &mut Vec<TokenWithSpan>) {
    let mut before: Option<Token> = None;
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        let opens_table = token.token == Token::LParen
            && matches!(&before, Some(Token::Word(w)) if matches!(w.keyword, Keyword::FROM | Keyword::JOIN));
        if opens_table && let Some((text, end)) = told(tokens, i) {
            let span = token.span;
            let call = [
                Token::make_keyword("SELECT"),
                Token::Mul,
                Token::make_keyword("FROM"),
                Token::make_word(TOLD, None),
                Token::LParen,
                Token::SingleQuotedString(text),
                Token::RParen,
            ];
            let call = call.map(|token| TokenWithSpan { token, span });
            tokens.splice(i + 1..end, call);
        }
        if let Some(token) = tokens.get(i)
            && !matches!(token.token, Token::Whitespace(_))
        {
            before = Some(token.token.clone());
        }
        i += 1;
    }
}

/// The command in the brackets that open at `open`: its text, and where the brackets close.
fn told(tokens: &[TokenWithSpan], open: usize) -> Option<(String, usize)> {
    let inside = tokens.get(open + 1..)?;
    let is_space = |token: &&TokenWithSpan| matches!(token.token, Token::Whitespace(_));
    let first = inside.iter().find(|token| !is_space(token))?;
    let Token::Word(word) = &first.token else {
        return None;
    };
    let tells = ["DESCRIBE", "DESC", "SHOW"];
    if !tells
        .iter()
        .any(|tell| word.value.eq_ignore_ascii_case(tell))
    {
        return None;
    }
    let mut depth = 0_usize;
    let mut text = String::new();
    for (i, token) in inside.iter().enumerate() {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => return Some((text, open + 1 + i)),
            Token::RParen => depth -= 1,
            _ => {}
        }
        text.push_str(&token.token.to_string());
    }
    None
}

/// `VALUES (3 INT, 2 AS b)`: a value may have a name, which means nothing, because columns are named by their place.
fn drop_names_of_values(tokens: &mut Vec<TokenWithSpan>) {
    let mut in_values = false;
    let mut begins = false;
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        match &token.token {
            Token::Whitespace(_) => {}
            Token::Word(w) if w.keyword == Keyword::VALUES => in_values = true,
            Token::LParen | Token::Comma => begins = in_values,
            Token::Number(..) | Token::SingleQuotedString(_) if begins => {
                begins = false;
                if let Some(end) = name_of_value(tokens, i + 1) {
                    tokens.drain(i + 1..end);
                }
            }
            Token::Minus => {}
            Token::Word(w) if w.keyword == Keyword::SELECT => in_values = false,
            _ => begins = false,
        }
        i += 1;
    }
}

/// Where a value's name ends that begins at `from`, if the value ends behind it.
fn name_of_value(tokens: &[TokenWithSpan], from: usize) -> Option<usize> {
    let mut words = 0;
    for (i, token) in tokens.iter().enumerate().skip(from) {
        match &token.token {
            Token::Whitespace(_) => {}
            Token::Word(w) if words == 0 && w.keyword == Keyword::AS => {}
            Token::Word(_) if words == 0 => words += 1,
            Token::Comma | Token::RParen if words == 1 => return Some(i),
            _ => return None,
        }
    }
    None
}
