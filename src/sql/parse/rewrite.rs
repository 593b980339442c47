//! What Spark writes otherwise than sqlparser, token by token.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan, Word};

use super::clauses;
use super::tokens::{Places, TOLD};

/// The tokens as sqlparser's grammar takes them.
pub(super) fn rewrite(sql: &str, tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut places = Places::new(sql);
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(mut token) = tokens.next() {
        match &token.token {
            // "text" is a string, with escapes of Spark's own.
            Token::SingleQuotedString(_) | Token::DoubleQuotedString(_) => {
                let single = matches!(token.token, Token::SingleQuotedString(_));
                let quote = if single { '\'' } else { '"' };
                let text = unescaped(between_quotes(&mut places, sql, token.span), quote);
                token.token = Token::SingleQuotedString(text);
            }
            // r'a\nb' is as it is written.
            Token::Word(w) if matches!(w.value.as_str(), "r" | "R") && w.quote_style.is_none() => {
                let end = token.span.end;
                let raw = tokens.next_if(|next| {
                    next.span.start == end
                        && matches!(
                            next.token,
                            Token::SingleQuotedString(_) | Token::DoubleQuotedString(_)
                        )
                });
                if let Some(raw) = raw {
                    let text = between_quotes(&mut places, sql, raw.span);
                    token.token = Token::SingleQuotedString(text.to_owned());
                }
            }
            // 10L, 1.5D, 3BD
            Token::Word(w) if w.quote_style.is_none() && is_suffixed_number(&w.value) => {
                token.token = Token::Number(w.value.to_uppercase(), false);
            }
            // 1e10D is a number, 1end a name.
            Token::Number(n, false)
                if tokens.peek().is_some_and(|next| {
                    next.span.start == token.span.end
                        && matches!(&next.token, Token::Word(w) if w.quote_style.is_none())
                }) =>
            {
                if let Some(next) = tokens.next() {
                    let word = next.token.to_string();
                    let whole = format!("{n}{word}");
                    token.span.end = next.span.end;
                    token.token = if is_suffix(&word) {
                        Token::Number(whole.to_uppercase(), false)
                    } else {
                        Token::make_word(&whole, None)
                    };
                }
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
    rewrite_units(&mut out);
    drop_names_of_values(&mut out);
    clauses::rewrite(&mut out);
    rewrite_inline_tables(&mut out);
    out
}

/// What is written between a literal's quotes.
fn between_quotes<'t>(places: &mut Places<'_>, sql: &'t str, span: Span) -> &'t str {
    let from = places.byte(span.start.line, span.start.column) + 1;
    let to = places
        .byte(span.end.line, span.end.column)
        .saturating_sub(1);
    sql.get(from..to).unwrap_or_default()
}

/// The text that a literal means, as Spark's `unescapeSQLString` has it. Where its quote stands twice within, one literal
/// ends and the next begins, which belong together: both go.
fn unescaped(written: &str, quote: char) -> String {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == '\\' {
            let (meant, taken) = escape(rest);
            text.push_str(&meant);
            rest = rest.get(taken..).unwrap_or_default();
        } else if c != quote {
            text.push(c);
        }
    }
    text
}

/// What the escape means whose backslash stands before `rest`, and how many bytes it takes.
fn escape(rest: &str) -> (String, usize) {
    let coded = |digits: std::ops::Range<usize>, radix: u32| {
        let digits = rest
            .get(digits)
            .filter(|d| d.chars().all(|c| c.is_digit(radix)))?;
        let code = u32::from_str_radix(digits, radix).ok()?;
        Some(char::from_u32(code)?.to_string())
    };
    let Some(c) = rest.chars().next() else {
        return (String::new(), 0);
    };
    let by_code = match c {
        'u' => coded(1..5, 16).map(|text| (text, 5)),
        'U' => coded(1..9, 16).map(|text| (text, 9)),
        '0' | '1' => coded(0..3, 8).map(|text| (text, 3)),
        _ => None,
    };
    let meant = match c {
        '0' => "\0".into(),
        'b' => "\u{8}".into(),
        'n' => "\n".into(),
        'r' => "\r".into(),
        't' => "\t".into(),
        'Z' => "\u{1a}".into(),
        // They mean something to `LIKE`.
        '%' | '_' => format!("\\{c}"),
        c => c.to_string(),
    };
    by_code.unwrap_or((meant, c.len_utf8()))
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

/// What may stand behind a number, for its type.
const SUFFIXES: [&str; 6] = ["BD", "L", "S", "Y", "D", "F"];

fn is_suffix(word: &str) -> bool {
    SUFFIXES.iter().any(|s| s.eq_ignore_ascii_case(word))
}

fn is_suffixed_number(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    let digits = SUFFIXES
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

/// The next token that isn't space, from `i` on.
pub(super) fn next_word(tokens: &[TokenWithSpan], mut i: usize) -> Option<(usize, &Token)> {
    loop {
        match tokens.get(i).map(|t| &t.token)? {
            Token::Whitespace(_) => i += 1,
            token => return Some((i, token)),
        }
    }
}

pub(super) fn is_keyword(token: &Token, keyword: Keyword) -> bool {
    matches!(token, Token::Word(w) if w.keyword == keyword && w.quote_style.is_none())
}

/// `FROM VALUES (1), (2) AS t` is `FROM (VALUES (1), (2)) AS t`, behind which `PIVOT` and its
/// kin may stand.
fn rewrite_inline_tables(tokens: &mut Vec<TokenWithSpan>) {
    let mut i = 0;
    let mut begins = false;
    while let Some(token) = tokens.get(i) {
        if begins
            && is_keyword(&token.token, Keyword::VALUES)
            && let Some(end) = end_of_rows(tokens, i + 1)
        {
            let at = |i: usize| tokens.get(i).map_or_else(Span::empty, |t| t.span);
            let close = TokenWithSpan {
                token: Token::RParen,
                span: at(end),
            };
            let open = TokenWithSpan {
                token: Token::LParen,
                span: at(i),
            };
            tokens.insert(end + 1, close);
            tokens.insert(i, open);
            i += 1;
            begins = false;
        } else if !matches!(token.token, Token::Whitespace(_)) {
            begins = matches!(&token.token, Token::Comma)
                || is_keyword(&token.token, Keyword::FROM)
                || is_keyword(&token.token, Keyword::JOIN);
        }
        i += 1;
    }
}

/// Where the rows in brackets that start at `i` end.
fn end_of_rows(tokens: &[TokenWithSpan], mut i: usize) -> Option<usize> {
    let mut last = None;
    loop {
        let (open, Token::LParen) = next_word(tokens, i)? else {
            return last;
        };
        let mut depth = 0usize;
        let mut close = open;
        loop {
            match &tokens.get(close)?.token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            close += 1;
        }
        last = Some(close);
        match next_word(tokens, close + 1) {
            Some((comma, Token::Comma)) => i = comma + 1,
            _ => return last,
        }
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
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        if is_keyword(&token.token, Keyword::VALUES)
            && let Some(end) = end_of_rows(tokens, i + 1)
        {
            drop_names_between(tokens, i + 1, end);
        }
        i += 1;
    }
}

fn drop_names_between(tokens: &mut Vec<TokenWithSpan>, from: usize, mut to: usize) {
    let mut begins = false;
    let mut i = from;
    while i <= to
        && let Some(token) = tokens.get(i)
    {
        match &token.token {
            Token::Whitespace(_) | Token::Minus => {}
            Token::LParen | Token::Comma => begins = true,
            Token::Number(..) | Token::SingleQuotedString(_) if begins => {
                begins = false;
                if let Some(end) = name_of_value(tokens, i + 1) {
                    tokens.drain(i + 1..end);
                    to -= end - (i + 1);
                }
            }
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

/// `DATEADD(MONTH, 1, d)` and `DATEDIFF(DAY, a, b)`: with three arguments the first is a unit, and the function that of
/// timestamps.
fn rewrite_units(tokens: &mut [TokenWithSpan]) {
    const UNITS: [&str; 11] = [
        "YEAR",
        "QUARTER",
        "MONTH",
        "WEEK",
        "DAY",
        "DAYOFYEAR",
        "HOUR",
        "MINUTE",
        "SECOND",
        "MILLISECOND",
        "MICROSECOND",
    ];
    for at in 0..tokens.len() {
        let word = |i: Option<usize>| match &tokens.get(i?)?.token {
            Token::Word(w) if w.quote_style.is_none() => Some(w.value.to_uppercase()),
            _ => None,
        };
        let function = match word(Some(at)).as_deref() {
            Some("DATEADD" | "DATE_ADD" | "TIMESTAMPADD") => "timestampadd",
            Some("DATEDIFF" | "DATE_DIFF" | "TIMEDIFF" | "TIMESTAMPDIFF") => "timestampdiff",
            _ => continue,
        };
        let open = next_token(tokens, at);
        let unit = open.and_then(|i| next_token(tokens, i));
        let (Some(open), Some(unit), Some(name)) = (open, unit, word(unit)) else {
            continue;
        };
        let is_call = tokens.get(open).is_some_and(|t| t.token == Token::LParen);
        if !is_call || !UNITS.contains(&name.as_str()) || count_arguments(tokens, open) != 3 {
            continue;
        }
        for (i, token) in [
            (at, Token::make_word(function, None)),
            (unit, Token::SingleQuotedString(name)),
        ] {
            if let Some(place) = tokens.get_mut(i) {
                place.token = token;
            }
        }
    }
}

/// The next token that isn't space.
fn next_token(tokens: &[TokenWithSpan], at: usize) -> Option<usize> {
    (at + 1..tokens.len()).find(|i| {
        let token = tokens.get(*i).map(|t| &t.token);
        !matches!(token, Some(Token::Whitespace(_)))
    })
}

/// How many arguments stand in the brackets that open at `open`.
fn count_arguments(tokens: &[TokenWithSpan], open: usize) -> usize {
    let (mut depth, mut count) = (0_usize, 1);
    for token in tokens.iter().skip(open + 1) {
        match token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket if depth == 0 => break,
            Token::RParen | Token::RBracket => depth -= 1,
            Token::Comma if depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}
