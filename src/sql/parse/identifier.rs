//! `IDENTIFIER(…)`: a name as a text, which parameters and variables may be part of.
//!
//! Source: Spark SQL reference, "IDENTIFIER clause".

use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::rewrite::next_word;
use crate::sql::error::{ParseError, ParseReason};

/// A part of a name's text that isn't written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// `:name`
    Parameter(String),
    /// A session variable.
    Variable(String),
}

/// What a part's value is.
pub type Known<'k, E> = dyn Fn(&Part) -> Result<String, E> + 'k;

/// A clause: where it ends, and what its text is made of.
struct Clause {
    end: usize,
    parts: Vec<Result<String, Part>>,
}

/// Puts the names that `IDENTIFIER` clauses mean in their place. Without `known`, those that only a session can tell are
/// left, and the answer is whether there are any.
///
/// # Errors
/// What `known` says of a part that has no value; `PARSE_SYNTAX_ERROR` for a text that is no name.
pub fn replace<E: From<ParseError>>(
    sql: &str,
    tokens: &mut Vec<TokenWithSpan>,
    known: Option<&Known<'_, E>>,
) -> Result<bool, E> {
    let mut i = 0;
    let mut is_left = false;
    while i < tokens.len() {
        if let Some(clause) = clause_at(tokens, i) {
            let span = tokens.get(i).map_or_else(Span::empty, |t| t.span);
            let mut text = Some(String::new());
            for part in clause.parts {
                let value = match (part, known) {
                    (Ok(text), _) => Some(text),
                    (Err(_), None) => None,
                    (Err(part), Some(known)) => Some(known(&part)?),
                };
                text = text.zip(value).map(|(before, value)| before + &value);
            }
            match text {
                None => is_left = true,
                Some(text) => {
                    let Some(name) = super::name_parts(&text) else {
                        let near = format!("'{text}'");
                        let hint = String::new();
                        return Err(E::from(ParseError {
                            reason: ParseReason::Syntax { near, hint },
                            position: super::position(span.start.line, span.start.column),
                            sql: sql.to_owned(),
                            fragment: None,
                        }));
                    };
                    tokens.splice(i..=clause.end, name_tokens(&name, span));
                }
            }
        }
        i += 1;
    }
    Ok(is_left)
}

fn name_tokens(name: &[String], span: Span) -> Vec<TokenWithSpan> {
    let mut tokens = Vec::new();
    for part in name {
        if !tokens.is_empty() {
            tokens.push(TokenWithSpan {
                token: Token::Period,
                span,
            });
        }
        let token = Token::make_word(part, Some('`'));
        tokens.push(TokenWithSpan { token, span });
    }
    tokens
}

/// The clause that starts at `i`: texts, parameters and variables, with `||` between them.
fn clause_at(tokens: &[TokenWithSpan], i: usize) -> Option<Clause> {
    match &tokens.get(i)?.token {
        Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case("identifier") => {
        }
        _ => return None,
    }
    let (open, Token::LParen) = next_word(tokens, i + 1)? else {
        return None;
    };
    let mut parts = Vec::new();
    let mut at = open;
    loop {
        let (mut place, token) = next_word(tokens, at + 1)?;
        parts.push(match token {
            Token::SingleQuotedString(text) => Ok(text.clone()),
            Token::Placeholder(name) => Err(Part::Parameter(
                name.strip_prefix(':').unwrap_or(name).to_owned(),
            )),
            Token::Colon => {
                let (end, Token::Word(name)) = next_word(tokens, place + 1)? else {
                    return None;
                };
                place = end;
                Err(Part::Parameter(name.value.clone()))
            }
            Token::Word(first) => {
                let mut name = first.value.clone();
                // `session.v`
                while let Some((dot, Token::Period)) = next_word(tokens, place + 1)
                    && let Some((end, Token::Word(part))) = next_word(tokens, dot + 1)
                {
                    name = format!("{name}.{}", part.value);
                    place = end;
                }
                Err(Part::Variable(name))
            }
            _ => return None,
        });
        match next_word(tokens, place + 1)? {
            (end, Token::RParen) => return Some(Clause { end, parts }),
            (next, Token::StringConcat) => at = next,
            _ => return None,
        }
    }
}
