//! Clauses that sqlparser reads otherwise, or not at all, as it has them.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::rewrite::{is_keyword, next_word};
use super::tokens::PIVOTED;

pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        if is_keyword(&token.token, Keyword::PIVOT) {
            wrap_aggregates(tokens, i);
        } else if token.token == Token::Mul {
            quote_excepted(tokens, i);
        } else if is_keyword(&token.token, Keyword::TRIM) {
            trim_spaces(tokens, i);
        }
        i += 1;
    }
    quote_last_alias(tokens);
}

/// `PIVOT (sum(a) * 2 AS x FOR …)`: sqlparser takes calls alone, so each aggregate becomes a call that holds it.
fn wrap_aggregates(tokens: &mut Vec<TokenWithSpan>, pivot: usize) {
    let Some((open, Token::LParen)) = next_word(tokens, pivot + 1) else {
        return;
    };
    // Where each aggregate begins and ends, and where its alias does.
    let mut items: Vec<(usize, usize)> = Vec::new();
    let (mut depth, mut start, mut end) = (0_usize, open + 1, None);
    for (i, token) in tokens.iter().enumerate().skip(open + 1) {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => return,
            Token::RParen => depth -= 1,
            Token::Comma if depth == 0 => {
                items.push((start, end.take().unwrap_or(i)));
                start = i + 1;
                continue;
            }
            word if depth == 0 && is_keyword(word, Keyword::FOR) => {
                items.push((start, end.take().unwrap_or(i)));
                break;
            }
            word if depth == 0 && is_keyword(word, Keyword::AS) => end = Some(i),
            // `sum(a) total`
            Token::Word(_) if depth == 0 && end.is_none() => {
                let mut before = tokens.get(start..i).unwrap_or_default().iter().rev();
                let before = before.find(|t| !matches!(t.token, Token::Whitespace(_)));
                if before.is_some_and(|t| t.token == Token::RParen) {
                    end = Some(i);
                }
            }
            _ => {}
        }
    }
    for (start, end) in items.into_iter().rev() {
        let Some(span) = tokens.get(start).map(|t| t.span) else {
            return;
        };
        let with_span = |token| TokenWithSpan { token, span };
        tokens.insert(end, with_span(Token::RParen));
        tokens.insert(start, with_span(Token::LParen));
        tokens.insert(start, with_span(Token::make_word(PIVOTED, None)));
    }
}

/// `* EXCEPT (a, s.x)`: each name becomes one quoted word, whose value is the name as it is written.
fn quote_excepted(tokens: &mut Vec<TokenWithSpan>, star: usize) {
    let Some((except, word)) = next_word(tokens, star + 1) else {
        return;
    };
    let Some((open, Token::LParen)) = next_word(tokens, except + 1) else {
        return;
    };
    if !is_keyword(word, Keyword::EXCEPT) {
        return;
    }
    let mut i = open + 1;
    while let Some((start, Token::Word(_))) = next_word(tokens, i) {
        let mut end = start;
        while let Some((dot, Token::Period)) = next_word(tokens, end + 1)
            && let Some((part, Token::Word(_))) = next_word(tokens, dot + 1)
        {
            end = part;
        }
        let written: String = tokens
            .get(start..=end)
            .unwrap_or_default()
            .iter()
            .filter(|t| !matches!(t.token, Token::Whitespace(_)))
            .map(|t| t.token.to_string())
            .collect();
        if let Some(token) = tokens.get_mut(start) {
            token.token = Token::make_word(&written, Some('`'));
        }
        tokens.drain(start + 1..=end);
        match next_word(tokens, start + 1) {
            Some((comma, Token::Comma)) => i = comma + 1,
            _ => return,
        }
    }
}

/// `trim(LEADING FROM s)` is `ltrim(s)`.
fn trim_spaces(tokens: &mut Vec<TokenWithSpan>, trim: usize) {
    let Some((open, Token::LParen)) = next_word(tokens, trim + 1) else {
        return;
    };
    let Some((side, word)) = next_word(tokens, open + 1) else {
        return;
    };
    let function = [
        (Keyword::BOTH, "trim"),
        (Keyword::LEADING, "ltrim"),
        (Keyword::TRAILING, "rtrim"),
    ];
    let function = function.into_iter().find(|(k, _)| is_keyword(word, *k));
    let (Some((_, function)), Some((from, word))) = (function, next_word(tokens, side + 1)) else {
        return;
    };
    if is_keyword(word, Keyword::FROM) {
        tokens.drain(side..=from);
        if let Some(token) = tokens.get_mut(trim) {
            token.token = Token::make_word(function, None);
        }
    }
}

/// `SELECT 1 FROM`: a word that begins a clause is a name where nothing follows it.
fn quote_last_alias(tokens: &mut [TokenWithSpan]) {
    const BEGIN: [Keyword; 4] = [
        Keyword::FROM,
        Keyword::WHERE,
        Keyword::HAVING,
        Keyword::LIMIT,
    ];
    let mut words = tokens.iter().enumerate().rev().filter(|(_, t)| {
        !matches!(
            t.token,
            Token::Whitespace(_) | Token::EOF | Token::SemiColon
        )
    });
    let (Some((last, word)), Some((_, before))) = (words.next(), words.next()) else {
        return;
    };
    let is_value = match &before.token {
        Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen => true,
        Token::Word(w) => w.keyword == Keyword::NoKeyword || w.quote_style.is_some(),
        _ => false,
    };
    if !is_value || !BEGIN.iter().any(|k| is_keyword(&word.token, *k)) {
        return;
    }
    let name = word.token.to_string();
    if let Some(token) = tokens.get_mut(last) {
        token.token = Token::make_word(&name, Some('`'));
    }
}
