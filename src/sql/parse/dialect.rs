//! Spark's dialect: Databricks', and what sqlparser's grammar of it lacks.

use std::any::TypeId;

use sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Expr, Ident, Interval, ObjectName, ObjectNamePart, Value,
    ValueWithSpan,
};
use sqlparser::dialect::{DatabricksDialect, Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Span, Token};

/// sqlparser's `DatabricksDialect` with Spark's precedence of operators, its data types in
/// casts, its intervals and `div`.
#[derive(Debug)]
pub struct SparkDialect;

impl Dialect for SparkDialect {
    fn dialect(&self) -> TypeId {
        TypeId::of::<DatabricksDialect>()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '`'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_'
    }

    fn supports_numeric_prefix(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_group_by_with_modifier(&self) -> bool {
        true
    }

    fn supports_table_versioning(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_pipe_operator(&self) -> bool {
        true
    }

    fn supports_table_sample_before_alias(&self) -> bool {
        true
    }

    fn supports_select_wildcard_except(&self) -> bool {
        true
    }

    fn supports_nested_comments(&self) -> bool {
        true
    }

    fn supports_values_as_table_factor(&self) -> bool {
        true
    }

    fn supports_bang_not_operator(&self) -> bool {
        true
    }

    fn supports_select_item_multi_column_alias(&self) -> bool {
        true
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        true
    }

    /// `\%` and `\_` keep their backslash: they mean something to `LIKE`.
    fn ignores_wildcard_escapes(&self) -> bool {
        true
    }

    fn supports_string_literal_concatenation(&self) -> bool {
        true
    }

    fn supports_cte_without_as(&self) -> bool {
        true
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    fn supports_aliased_function_args(&self) -> bool {
        true
    }

    fn supports_named_fn_args_with_rarrow_operator(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn supports_order_by_all(&self) -> bool {
        true
    }

    fn supports_subquery_as_function_arg(&self) -> bool {
        true
    }

    fn supports_from_first_select(&self) -> bool {
        true
    }

    fn supports_left_associative_joins_without_parens(&self) -> bool {
        true
    }

    /// Spark's `SqlBaseParser.g4`: `:` and `::` bind as `.` does; `^` stands between `&` and `|`.
    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Period => 100,
            Precedence::DoubleColon | Precedence::Colon => 50,
            Precedence::AtTz => 41,
            Precedence::MulDivModOp => 40,
            Precedence::PlusMinus => 30,
            Precedence::Ampersand => 27,
            Precedence::Caret => 26,
            Precedence::Pipe | Precedence::PgOther => 25,
            Precedence::Xor | Precedence::Between | Precedence::Eq => 20,
            Precedence::Like | Precedence::Is => 19,
            Precedence::UnaryNot => 15,
            Precedence::And => 10,
            Precedence::Or => 5,
        }
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        match &parser.peek_token_ref().token {
            Token::StringConcat => Some(Ok(self.prec_value(Precedence::PlusMinus))),
            Token::ShiftLeft | Token::ShiftRight => Some(Ok(28)),
            // `!` isn't postfix.
            Token::ExclamationMark => Some(Ok(0)),
            _ => None,
        }
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let token = parser.peek_token();
        let Token::Word(word) = &token.token else {
            return None;
        };
        if word.quote_style.is_some() {
            return None;
        }
        let next = parser.peek_nth_token(1).token;
        match word.keyword {
            Keyword::CAST | Keyword::TRY_CAST if next == Token::LParen => Some(parse_cast(
                parser,
                if word.keyword == Keyword::CAST {
                    CastKind::Cast
                } else {
                    CastKind::TryCast
                },
            )),
            Keyword::INTERVAL if starts_interval(&next) => Some(parse_interval(parser, token.span)),
            _ => None,
        }
    }

    fn parse_infix(
        &self,
        parser: &mut Parser,
        expr: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        if parser.parse_keyword(Keyword::DIV) {
            return Some(
                parser
                    .parse_subexpr(precedence)
                    .map(|right| Expr::BinaryOp {
                        left: Box::new(expr.clone()),
                        op: BinaryOperator::MyIntegerDivide,
                        right: Box::new(right),
                    }),
            );
        }
        // sqlparser has no token for `>>>`.
        if parser.peek_token_ref().token == Token::ShiftRight
            && parser.peek_nth_token_ref(1).token == Token::Gt
            && parser.peek_token_ref().span.end == parser.peek_nth_token_ref(1).span.start
        {
            parser.next_token();
            parser.next_token();
            return Some(
                parser
                    .parse_subexpr(precedence)
                    .map(|right| Expr::BinaryOp {
                        left: Box::new(expr.clone()),
                        op: BinaryOperator::Custom(UNSIGNED_SHIFT.into()),
                        right: Box::new(right),
                    }),
            );
        }
        if parser.consume_token(&Token::DoubleColon) {
            return Some(parse_type(parser).map(|data_type| Expr::Cast {
                kind: CastKind::DoubleColon,
                expr: Box::new(expr.clone()),
                data_type,
                format: None,
            }));
        }
        None
    }
}

/// `>>>`, as a custom operator of sqlparser's.
pub const UNSIGNED_SHIFT: &str = ">>>";

/// `CAST(expr AS type)`; the type's text is kept for Spark's own grammar of types.
fn parse_cast(parser: &mut Parser, kind: CastKind) -> Result<Expr, ParserError> {
    parser.next_token();
    parser.expect_token(&Token::LParen)?;
    let expr = parser.parse_expr()?;
    parser.expect_keyword(Keyword::AS)?;
    let data_type = parse_type(parser)?;
    parser.expect_token(&Token::RParen)?;
    Ok(Expr::Cast {
        kind,
        expr: Box::new(expr),
        data_type,
        format: None,
    })
}

/// Begins the message of an error about a type's name, which follows.
pub const UNKNOWN_TYPE: &str = "Unknown type ";

/// The text of a type, as a custom type of that name.
fn parse_type(parser: &mut Parser) -> Result<DataType, ParserError> {
    let (text, span) = type_text(parser)?;
    let name = ObjectNamePart::Identifier(Ident::with_span(span, text));
    Ok(DataType::Custom(ObjectName(vec![name]), Vec::new()))
}

/// Takes the tokens of one type: a word, what stands behind it in `()` or `<>`, and
/// `INTERVAL`'s units.
pub fn type_text(parser: &mut Parser) -> Result<(String, Span), ParserError> {
    let first = parser.next_token();
    let Token::Word(word) = &first.token else {
        return parser.expected("a data type", first);
    };
    let mut text = word.value.clone();
    if word.keyword == Keyword::INTERVAL {
        while let Token::Word(w) = parser.peek_token().token {
            let unit = w.value.to_uppercase();
            if !matches!(
                unit.as_str(),
                "YEAR" | "MONTH" | "DAY" | "HOUR" | "MINUTE" | "SECOND" | "TO"
            ) {
                break;
            }
            parser.next_token();
            text.push(' ');
            text.push_str(&unit);
        }
        return Ok((text, first.span));
    }
    let (mut angles, mut parens) = (0i32, 0i32);
    loop {
        let token = parser.peek_token();
        match &token.token {
            Token::Lt => angles += 1,
            Token::LParen => parens += 1,
            Token::Gt if angles > 0 => angles -= 1,
            Token::ShiftRight if angles > 1 => angles -= 2,
            // `STRUCT<>`
            Token::Neq if angles == 0 && parens == 0 => {}
            Token::RParen if parens > 0 => parens -= 1,
            Token::EOF => {
                if angles > 0 || parens > 0 {
                    return parser.expected("the end of a data type", token);
                }
                break;
            }
            _ if angles == 0 && parens == 0 => break,
            _ => {}
        }
        parser.next_token();
        match &token.token {
            Token::Word(w) if w.quote_style.is_some() => {
                text.push_str(&format!(" `{}`", w.value.replace('`', "``")));
            }
            Token::Word(w) => text.push_str(&format!(" {}", w.value)),
            other => text.push_str(&other.to_string()),
        }
        if angles == 0 && parens == 0 {
            break;
        }
    }
    Ok((text, first.span))
}

fn starts_interval(token: &Token) -> bool {
    matches!(
        token,
        Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::Minus
            | Token::Plus
    )
}

/// `INTERVAL '1' DAY`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL 1 DAY 2 HOURS`: the amounts
/// and units as one text, `1 DAY 2 HOURS`, or `'1-2' YEAR TO MONTH` with its quotes.
fn parse_interval(parser: &mut Parser, span: Span) -> Result<Expr, ParserError> {
    parser.next_token();
    let mut parts: Vec<String> = Vec::new();
    loop {
        let mut sign = "";
        if parser.consume_token(&Token::Minus) {
            sign = "-";
        } else {
            let _ = parser.consume_token(&Token::Plus);
        }
        let token = parser.peek_token();
        let amount = match &token.token {
            Token::Number(n, _) => format!("{sign}{n}"),
            Token::SingleQuotedString(s) | Token::DoubleQuotedString(s) => {
                format!("{sign}'{s}'")
            }
            _ => return parser.expected("an interval", token),
        };
        parser.next_token();
        let quoted = amount.contains('\'');
        match interval_unit(parser) {
            Some(unit) => {
                let mut part = format!("{amount} {unit}");
                if parser.parse_keyword(Keyword::TO) {
                    let Some(last) = interval_unit(parser) else {
                        let found = parser.peek_token();
                        return parser.expected("an interval unit", found);
                    };
                    part.push_str(&format!(" TO {last}"));
                }
                parts.push(part);
            }
            // INTERVAL '1 day 2 hours'
            None if quoted && parts.is_empty() => {
                parts.push(amount);
                break;
            }
            None => {
                let found = parser.peek_token();
                return parser.expected("an interval unit", found);
            }
        }
        let more = match &parser.peek_token().token {
            Token::Number(..) => true,
            Token::Minus | Token::Plus => {
                matches!(parser.peek_nth_token(1).token, Token::Number(..))
                    && matches!(&parser.peek_nth_token(2).token, Token::Word(w) if is_unit(&w.value))
            }
            _ => false,
        };
        if !more {
            break;
        }
    }
    let value = ValueWithSpan {
        value: Value::SingleQuotedString(parts.join(" ")),
        span,
    };
    Ok(Expr::Interval(Interval {
        value: Box::new(Expr::Value(value)),
        leading_field: None,
        leading_precision: None,
        last_field: None,
        fractional_seconds_precision: None,
    }))
}

fn interval_unit(parser: &mut Parser) -> Option<String> {
    match parser.peek_token().token {
        Token::Word(w) if is_unit(&w.value) => {
            parser.next_token();
            let upper = w.value.to_uppercase();
            Some(upper.strip_suffix('S').map(str::to_owned).unwrap_or(upper))
        }
        _ => None,
    }
}

fn is_unit(word: &str) -> bool {
    let upper = word.to_uppercase();
    matches!(
        upper.strip_suffix('S').unwrap_or(&upper),
        "YEAR"
            | "MONTH"
            | "WEEK"
            | "DAY"
            | "HOUR"
            | "MINUTE"
            | "SECOND"
            | "MILLISECOND"
            | "MICROSECOND"
    )
}
