//! `to_number`, `to_char`: numbers by a format such as `$99,999.99`.
//!
//! Source: Spark SQL reference, "Number Patterns"; Catalyst's `ToNumberParser`.

use polars_core::prelude::*;

use crate::sql::coercion;
use crate::sql::error::SqlError;
use crate::sql::functions::bind::{BINARY, BindResult, STRING, constant};
use crate::sql::functions::{
    BindContext, Binder, Call, Function, FunctionError, FunctionKind, Mismatch, lookup, scalar,
    sql_text,
};
use crate::sql::plan::{EvalMode, Expr};
use crate::types::{DataType as T, Value};

/// Numbers as text by a format, and back.
pub(in crate::sql::functions) static NUMBER_FORMAT: &[Function] = &[
    scalar(
        "to_number",
        "to_number(s, format)",
        "The number that a text means by a format.",
        "to_number('$78.12', '$99.99') → 78.12",
        bind_to_number,
        |call| to_number(call, EvalMode::Ansi),
    ),
    scalar(
        "try_to_number",
        "try_to_number(s, format)",
        "The number that a text means by a format, NULL if it means none.",
        "try_to_number('abc', '999') → NULL",
        |args, context| {
            let mut bound = bind_to_number(args, context)?;
            bound.nullable = true;
            Ok(bound)
        },
        |call| to_number(call, EvalMode::Try),
    ),
    scalar(
        "to_char",
        "to_char(a, format)",
        "A number, a time or bytes as text by a format.",
        "to_char(12454, '99,999') → 12,454",
        bind_to_char,
        eval_to_char,
    ),
    scalar(
        "to_varchar",
        "to_varchar(a, format)",
        "A number, a time or bytes as text by a format.",
        "to_varchar(12454, '99,999') → 12,454",
        bind_to_char,
        eval_to_char,
    ),
];

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// `0` and `9`.
    Digits(String),
    /// `,` or `G`
    Separator,
    /// `.` or `D`
    Point,
    Dollar,
    /// `S`
    Sign,
    /// `MI`
    Minus,
    /// `PR`
    Brackets,
    Other(char),
}

/// A format that was read and checked.
struct Format {
    /// In upper case.
    text: String,
    tokens: Vec<Token>,
    /// Digits before and after the point.
    whole: usize,
    fraction: usize,
}

impl Format {
    /// Reads a format.
    ///
    /// # Errors
    /// `INVALID_FORMAT` and its kin.
    fn parse(text: &str) -> Result<Format, FunctionError> {
        let text = text.to_uppercase();
        let mut tokens: Vec<Token> = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let token = match c {
                '0' | '9' => {
                    if let Some(Token::Digits(digits)) = tokens.last_mut() {
                        digits.push(c);
                        continue;
                    }
                    Token::Digits(c.into())
                }
                ',' | 'G' => Token::Separator,
                '.' | 'D' => Token::Point,
                '$' => Token::Dollar,
                'S' => Token::Sign,
                'M' if chars.next_if_eq(&'I').is_some() => Token::Minus,
                'P' if chars.next_if_eq(&'R').is_some() => Token::Brackets,
                c => Token::Other(c),
            };
            tokens.push(token);
        }
        let point = tokens.iter().position(|t| *t == Token::Point);
        let digits = |tokens: &[Token]| -> usize {
            let count = tokens.iter().map(|t| match t {
                Token::Digits(digits) => digits.len(),
                _ => 0,
            });
            count.sum()
        };
        let (before, after) = tokens.split_at(point.unwrap_or(tokens.len()));
        let (whole, fraction) = (digits(before), digits(after));
        let format = Format {
            text,
            tokens,
            whole,
            fraction,
        };
        match format.fault() {
            None => Ok(format),
            Some((condition, reason)) => Err(FunctionError::InvalidNumberFormat {
                condition,
                format: format!("'{}'", format.text),
                reason,
            }),
        }
    }

    /// What is wrong with the format: the sub-condition, and its text.
    fn fault(&self) -> Option<(&'static str, String)> {
        let tokens = &self.tokens;
        let place = |token: &Token| tokens.iter().position(|t| t == token);
        let is_digits = |i: Option<usize>| {
            i.and_then(|i| tokens.get(i))
                .is_some_and(|t| matches!(t, Token::Digits(_)))
        };
        if tokens.is_empty() {
            return Some(("EMPTY", "The number format string cannot be empty.".into()));
        }
        if self.whole + self.fraction == 0 {
            let text = "The format string requires at least one number digit.";
            return Some(("WRONG_NUM_DIGIT", text.into()));
        }
        let single = [
            (Token::Point, ". or D"),
            (Token::Sign, "S"),
            (Token::Dollar, "$"),
            (Token::Minus, "MI"),
            (Token::Brackets, "PR"),
        ];
        for (token, name) in single {
            if tokens.iter().filter(|t| **t == token).count() > 1 {
                let text = format!("At most one {name} is allowed in the number format.");
                return Some(("WRONG_NUM_TOKEN", text));
            }
        }
        let last_separator = tokens.iter().rposition(|t| *t == Token::Separator);
        if let (Some(point), Some(separator)) = (place(&Token::Point), last_separator)
            && separator > point
        {
            let text = "Thousands separators (, or G) may not appear after the decimal point in the number format.";
            return Some(("THOUSANDS_SEPS_MUST_BEFORE_DEC", text.into()));
        }
        let alone = |i: usize| !(is_digits(i.checked_sub(1)) && is_digits(Some(i + 1)));
        let separators = tokens.iter().enumerate();
        if separators
            .filter(|(_, t)| **t == Token::Separator)
            .any(|(i, _)| alone(i))
        {
            let text = "Thousands separators (, or G) must have digits in between them in the number format.";
            return Some(("CONT_THOUSANDS_SEPS", text.into()));
        }
        if let Some(dollar) = place(&Token::Dollar) {
            if place(&Token::Point).is_some_and(|point| point < dollar) {
                let text = "Currency characters must appear before any decimal point in the number format.";
                return Some(("CUR_MUST_BEFORE_DEC", text.into()));
            }
            if (0..dollar).any(|i| is_digits(Some(i))) {
                let text = "Currency characters must appear before digits in the number format.";
                return Some(("CUR_MUST_BEFORE_DIGIT", text.into()));
            }
        }
        self.unexpected().map(|token| {
            let text = format!(
                "Found the unexpected {token} in the format string; the structure of the format string must match: `[MI|S]` `[$]` `[0|9|G|,]*` `[.|D]` `[0|9]*` `[$]` `[PR|MI|S]`."
            );
            ("UNEXPECTED_TOKEN", text)
        })
    }

    /// The first token that doesn't stand where the structure has it.
    fn unexpected(&self) -> Option<String> {
        let mut rest = self.tokens.iter().peekable();
        rest.next_if(|t| matches!(t, Token::Sign | Token::Minus));
        rest.next_if_eq(&&Token::Dollar);
        while rest
            .next_if(|t| matches!(t, Token::Digits(_) | Token::Separator))
            .is_some()
        {}
        rest.next_if_eq(&&Token::Point);
        rest.next_if(|t| matches!(t, Token::Digits(_)));
        rest.next_if(|t| matches!(t, Token::Sign | Token::Minus | Token::Brackets));
        rest.next().map(|token| match token {
            Token::Digits(_) => "digits".into(),
            Token::Separator => "','".into(),
            Token::Point => "'.'".into(),
            Token::Dollar => "'$'".into(),
            Token::Sign => "'S'".into(),
            Token::Minus => "'MI'".into(),
            Token::Brackets => "'PR'".into(),
            Token::Other(c) => format!("'{c}'"),
        })
    }

    /// The unscaled number that a text means, if it has the format.
    fn read(&self, text: &str) -> Option<i128> {
        let text = text.trim();
        let mut rest = text;
        let mut negative = false;
        if self.tokens.contains(&Token::Brackets)
            && let Some(inside) = rest.strip_prefix('<')
        {
            rest = inside.strip_suffix('>')?;
            negative = true;
        }
        let mut whole_groups: Vec<&str> = Vec::new();
        let (mut whole, mut fraction) = ("", "");
        for (i, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Sign | Token::Minus => {
                    if let Some(behind) = rest.strip_prefix('-') {
                        negative = true;
                        rest = behind;
                    } else if *token == Token::Sign {
                        rest = rest.strip_prefix('+').unwrap_or(rest);
                    }
                }
                Token::Dollar => rest = rest.strip_prefix('$')?,
                Token::Point => rest = rest.strip_prefix('.').unwrap_or(rest),
                Token::Digits(_) | Token::Separator => {
                    let is_fraction = self.tokens.iter().take(i).any(|t| *t == Token::Point);
                    let is_taken = |c: char| c.is_ascii_digit() || (!is_fraction && c == ',');
                    let end = rest.find(|c| !is_taken(c)).unwrap_or(rest.len());
                    let (digits, behind) = rest.split_at_checked(end)?;
                    if is_fraction {
                        fraction = digits;
                    } else if whole.is_empty() {
                        whole = digits;
                        whole_groups = digits.split(',').collect();
                    } else if !digits.is_empty() {
                        return None;
                    }
                    rest = behind;
                }
                Token::Brackets | Token::Other(_) => {}
            }
        }
        if !rest.is_empty() || fraction.len() > self.fraction {
            return None;
        }
        self.check_groups(&whole_groups)?;
        let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() && fraction.is_empty() {
            return None;
        }
        let scaled = format!("{digits}{fraction:0<width$}", width = self.fraction);
        let number: i128 = scaled.parse().ok()?;
        Some(if negative { -number } else { number })
    }

    /// Groups of digits fit those of the format, from the right.
    fn check_groups(&self, found: &[&str]) -> Option<()> {
        let before = self.tokens.iter().take_while(|t| **t != Token::Point);
        let groups: Vec<&String> = before
            .filter_map(|t| match t {
                Token::Digits(digits) => Some(digits),
                _ => None,
            })
            .collect();
        let mut found = found.iter().rev();
        for group in groups.iter().rev() {
            let digits = found.next().copied().unwrap_or_default();
            let exact = group.starts_with('0');
            if digits.len() > group.len() || (exact && digits.len() < group.len()) {
                return None;
            }
        }
        found.next().is_none().then_some(())
    }

    /// A number as text.
    fn write(&self, unscaled: i128, scale: u8) -> String {
        let negative = unscaled < 0;
        let text = crate::types::decimal_text(unscaled.unsigned_abs() as i128, scale);
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        let overflows = whole.len() > self.whole || fraction.len() > self.fraction;
        let mut whole = format!("{whole:>width$}", width = self.whole)
            .into_bytes()
            .into_iter();
        let mut fraction = format!("{fraction:0<width$}", width = self.fraction)
            .into_bytes()
            .into_iter();
        let mut out = String::new();
        let (mut begun, mut behind_point) = (false, false);
        let mut sign: Option<char> = None;
        let mut left = self.whole;
        for (i, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Digits(slots) if behind_point => {
                    let digits = slots
                        .chars()
                        .map(|_| fraction.next().map_or('0', char::from));
                    out.extend(digits.map(|d| if overflows { '#' } else { d }));
                }
                Token::Digits(slots) => {
                    for slot in slots.chars() {
                        let digit = whole.next().map_or(' ', char::from);
                        left -= 1;
                        let is_last = left == 0 && self.tokens.contains(&Token::Point);
                        let shown = match digit {
                            _ if overflows => '#',
                            ' ' if slot == '0' || begun || is_last => '0',
                            digit => digit,
                        };
                        begun |= shown != ' ' && !overflows;
                        out.push(shown);
                    }
                }
                Token::Separator => out.push(if begun { ',' } else { ' ' }),
                Token::Point => {
                    behind_point = true;
                    out.push(if self.fraction > 0 { '.' } else { ' ' });
                }
                Token::Dollar => out.push('$'),
                Token::Sign | Token::Minus => {
                    let shown = match (negative, token) {
                        (true, _) => '-',
                        (false, Token::Sign) => '+',
                        _ => ' ',
                    };
                    if i == 0 {
                        sign = Some(shown);
                    } else {
                        out.push(shown);
                    }
                }
                Token::Brackets => {
                    if negative {
                        sign = Some('<');
                        out.push('>');
                    } else {
                        out.push_str("  ");
                    }
                }
                Token::Other(_) => {}
            }
        }
        if let Some(shown) = sign {
            // Right in front of the number.
            let at = out.find(|c: char| c != ' ').unwrap_or(0);
            out.insert(at, shown);
        }
        out
    }
}

fn format_argument(binder: &Binder<'_>) -> Result<String, SqlError> {
    match binder.args.get(1).and_then(constant) {
        Some(Value::String(text)) => Ok(text.to_string()),
        Some(Value::Null) => Ok("9".into()),
        _ => Err(binder.mismatch(Mismatch::NonFoldableInput {
            input: "attributereference",
            data_type: "STRING",
            sql: binder.args.get(1).map(sql_text).unwrap_or_default(),
        })),
    }
}

fn bind_to_number(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context)
        .count(2)?
        .cast(0, STRING)?
        .cast(1, STRING)?;
    let format = Format::parse(&format_argument(&binder)?)?;
    let narrow = |n: usize| u8::try_from(n).unwrap_or(38).min(38);
    let precision = narrow(format.whole + format.fraction);
    binder.returns(T::decimal(precision, narrow(format.fraction)))
}

fn to_number(call: &Call<'_>, mode: EvalMode) -> Result<Series, SqlError> {
    let (texts, formats) = (call.strings(0)?, call.strings(1)?);
    let Some(format) = formats.constant().map(Format::parse).transpose()? else {
        return call.out::<i128>(|_| None);
    };
    call.try_out(|i| match texts.get(i) {
        None => Ok(None),
        Some(text) => match format.read(text) {
            None if mode == EvalMode::Ansi => Err(FunctionError::NumberFormatMismatch {
                format: format.text.clone(),
                input: text.into(),
            }),
            number => Ok(number),
        },
    })
}

/// Which function writes values of a type: times and bytes have their own.
fn writer(of: &T, format: &str) -> Option<&'static Function> {
    lookup(match of {
        T::Date | T::Timestamp | T::TimestampNtz => "date_format",
        T::Binary => match format.to_lowercase().as_str() {
            "base64" => "base64",
            "hex" => "hex",
            _ => "decode",
        },
        _ => return None,
    })
}

fn bind_to_char(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(2)?.cast(1, STRING)?;
    let of = binder.type_of(0);
    let format = format_argument(&binder)?;
    match &of {
        T::Date | T::Timestamp | T::TimestampNtz => {
            let date_format = writer(&of, &format);
            return match date_format {
                Some(function) => (function.bind)(binder.args, context),
                None => binder.returns(T::String),
            };
        }
        T::Binary => return binder.cast(0, BINARY)?.returns(T::String),
        T::String | T::Null => binder.cast_to(0, &T::decimal(38, 18)),
        T::Decimal { .. } => {}
        other => match coercion::decimal_for(other) {
            Some((precision, scale)) => binder.cast_to(0, &T::decimal(precision, scale)),
            None => return Err(binder.unexpected_type(0, "\"DECIMAL\"".into())),
        },
    }
    Format::parse(&format)?;
    binder.returns(T::String)
}

fn eval_to_char(call: &Call<'_>) -> Result<Series, SqlError> {
    let formats = call.strings(1)?;
    let Some(format) = formats.constant() else {
        return call.out::<String>(|_| None);
    };
    if let Some(Function {
        kind: FunctionKind::Scalar(write),
        ..
    }) = writer(call.type_of(0), format)
    {
        return write(call);
    }
    let format = Format::parse(format)?;
    let scale = match call.type_of(0) {
        T::Decimal { scale, .. } => *scale,
        _ => 0,
    };
    let numbers = call.decimals(0)?;
    call.out(|i| numbers.get(i).map(|n| format.write(n, scale)))
}
