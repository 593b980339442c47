//! Words, names and literals of commands.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::Parsed;
use crate::sql::command::Name;

/// The `n`th token ahead, if it is an unquoted word, in upper case.
pub(super) fn word(p: &Parser, n: usize) -> Option<String> {
    match p.peek_nth_token(n).token {
        Token::Word(w) if w.quote_style.is_none() => Some(w.value.to_uppercase()),
        _ => None,
    }
}

pub(super) fn skip(p: &mut Parser, n: usize) {
    for _ in 0..n {
        p.next_token();
    }
}

/// Takes these words if they are next.
pub(super) fn accept(p: &mut Parser, words: &[&str]) -> bool {
    let all = words
        .iter()
        .enumerate()
        .all(|(i, w)| word(p, i).as_deref() == Some(*w));
    if all {
        skip(p, words.len());
    }
    all
}

pub(super) fn expect(p: &mut Parser, words: &[&str]) -> Parsed<()> {
    for w in words {
        if !accept(p, &[w]) {
            let token = p.peek_token();
            return p.expected(w, token);
        }
    }
    Ok(())
}

pub(super) fn identifier(p: &mut Parser) -> Parsed<String> {
    match p.peek_token().token {
        Token::Word(w) => {
            p.next_token();
            Ok(w.value)
        }
        _ => {
            let token = p.peek_token();
            p.expected("an identifier", token)
        }
    }
}

/// `catalog.schema.table`.
pub(super) fn name(p: &mut Parser) -> Parsed<Name> {
    let mut parts = vec![identifier(p)?];
    while p.consume_token(&Token::Period) {
        parts.push(identifier(p)?);
    }
    Ok(parts)
}

pub(super) fn string(p: &mut Parser) -> Parsed<String> {
    match p.peek_token().token {
        Token::SingleQuotedString(s) => {
            p.next_token();
            Ok(s)
        }
        _ => {
            let token = p.peek_token();
            p.expected("a string", token)
        }
    }
}

pub(super) fn at_string(p: &Parser) -> bool {
    matches!(p.peek_token().token, Token::SingleQuotedString(_))
}

pub(super) fn number<T: std::str::FromStr>(p: &mut Parser) -> Parsed<T> {
    let token = p.peek_token();
    match &token.token {
        Token::Number(n, _) => match n.parse() {
            Ok(value) => {
                p.next_token();
                Ok(value)
            }
            Err(_) => p.expected("a number", token),
        },
        _ => p.expected("a number", token),
    }
}

pub(super) fn comma_separated<T>(
    p: &mut Parser,
    mut item: impl FnMut(&mut Parser) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut items = vec![item(p)?];
    while p.consume_token(&Token::Comma) {
        items.push(item(p)?);
    }
    Ok(items)
}

pub(super) fn in_parens<T>(
    p: &mut Parser,
    item: impl FnMut(&mut Parser) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    p.expect_token(&Token::LParen)?;
    let items = comma_separated(p, item)?;
    p.expect_token(&Token::RParen)?;
    Ok(items)
}

/// `a.b.c` as one text; `None` at the end.
pub(super) fn dotted(p: &mut Parser) -> Option<String> {
    let mut text = String::new();
    loop {
        match p.peek_token().token {
            Token::Word(w) => text.push_str(&w.value),
            Token::Number(n, _) => text.push_str(&n),
            _ => break,
        }
        p.next_token();
        let separator = match p.peek_token().token {
            Token::Period => '.',
            Token::Minus => '-',
            Token::Colon => ':',
            _ => break,
        };
        p.next_token();
        text.push(separator);
    }
    (!text.is_empty()).then_some(text)
}

/// `key = 'value'` or `'key' 'value'`.
pub(super) fn property(p: &mut Parser) -> Parsed<(String, String)> {
    let key = if at_string(p) {
        string(p)?
    } else {
        match dotted(p) {
            Some(key) => key,
            None => {
                let token = p.peek_token();
                return p.expected("a property", token);
            }
        }
    };
    let _ = p.consume_token(&Token::Eq);
    let token = p.peek_token();
    let value = match &token.token {
        Token::SingleQuotedString(s) => s.clone(),
        Token::Number(n, _) => n.clone(),
        Token::Word(w) => w.value.clone(),
        _ => return p.expected("a value", token),
    };
    p.next_token();
    Ok((key, value))
}
