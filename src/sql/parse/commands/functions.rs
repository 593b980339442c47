//! `CREATE FUNCTION`, `DROP FUNCTION`, `COPY INTO`.

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::read::{accept, at_string, expect, identifier, in_parens, name, property, skip, string};
use super::tables::name_or_path;
use super::{Parsed, ParsedKind};
use crate::sql::command::{Command, CopyInto, CreateFunction, FunctionParameter, SqlFunction};
use crate::sql::error::{ParseError, ParseReason};
use crate::sql::parse::data_type::parse_data_type;
use crate::sql::parse::dialect::{UNKNOWN_TYPE, type_text};
use crate::types::DataType;

/// What follows `CREATE [OR REPLACE] [TEMPORARY] FUNCTION`.
pub(super) fn create_function(
    p: &mut Parser,
    temporary: bool,
    replace: bool,
) -> Parsed<ParsedKind> {
    let if_not_exists = accept(p, &["IF", "NOT", "EXISTS"]);
    let name = name(p)?;
    let parameters = match p.peek_nth_token(1).token {
        Token::RParen => {
            p.expect_token(&Token::LParen)?;
            p.expect_token(&Token::RParen)?;
            Vec::new()
        }
        _ => in_parens(p, parameter)?,
    };
    let (mut returns, mut comment) = (None, None);
    loop {
        if accept(p, &["RETURNS"]) {
            returns = Some(data_type(p)?);
        } else if accept(p, &["COMMENT"]) {
            comment = Some(string(p)?);
        } else if accept(p, &["LANGUAGE", "SQL"])
            || accept(p, &["NOT", "DETERMINISTIC"])
            || accept(p, &["DETERMINISTIC"])
            || accept(p, &["CONTAINS", "SQL"])
            || accept(p, &["READS", "SQL", "DATA"])
        {
        } else {
            break;
        }
    }
    expect(p, &["RETURN"])?;
    let body = p.parse_expr()?.to_string();
    Ok(ParsedKind::Command(Command::CreateFunction(
        CreateFunction {
            name,
            temporary,
            replace,
            if_not_exists,
            function: SqlFunction {
                parameters,
                returns,
                comment,
                body,
            },
        },
    )))
}

fn parameter(p: &mut Parser) -> Parsed<FunctionParameter> {
    let name = identifier(p)?;
    let data_type = data_type(p)?;
    let (mut default, mut comment) = (None, None);
    loop {
        if accept(p, &["DEFAULT"]) {
            default = Some(p.parse_expr()?.to_string());
        } else if accept(p, &["COMMENT"]) {
            comment = Some(string(p)?);
        } else {
            break;
        }
    }
    Ok(FunctionParameter {
        name,
        data_type,
        default,
        comment,
    })
}

pub(super) fn data_type(p: &mut Parser) -> Parsed<DataType> {
    let at = p.peek_token();
    let (text, _) = type_text(p)?;
    match parse_data_type(&text) {
        Ok(data_type) => Ok(data_type),
        Err(ParseError {
            reason: ParseReason::UnsupportedDataType { name },
            ..
        }) => Err(ParserError::ParserError(format!(
            "{UNKNOWN_TYPE}{name}{}",
            at.span.start
        ))),
        Err(_) => p.expected("a data type", at),
    }
}

pub(super) fn drop_function(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    let temporary = accept(p, &["TEMPORARY"]);
    expect(p, &["FUNCTION"])?;
    let if_exists = accept(p, &["IF", "EXISTS"]);
    let name = name(p)?;
    Ok(Command::DropFunction {
        name,
        temporary,
        if_exists,
    })
}

pub(super) fn copy_into(p: &mut Parser) -> Parsed<Command> {
    skip(p, 2);
    let table = name_or_path(p)?;
    expect(p, &["FROM"])?;
    let (path, select) = match p.consume_token(&Token::LParen) {
        true => {
            expect(p, &["SELECT"])?;
            let items =
                super::read::comma_separated(p, |p| Ok(p.parse_select_item()?.to_string()))?;
            expect(p, &["FROM"])?;
            let path = string(p)?;
            p.expect_token(&Token::RParen)?;
            (path, Some(items))
        }
        false => (string(p)?, None),
    };
    expect(p, &["FILEFORMAT"])?;
    p.expect_token(&Token::Eq)?;
    let mut copy = CopyInto {
        table,
        path,
        select,
        format: identifier(p)?.to_lowercase(),
        files: Vec::new(),
        pattern: None,
        format_options: Vec::new(),
        copy_options: Vec::new(),
    };
    loop {
        if accept(p, &["FILES"]) {
            p.expect_token(&Token::Eq)?;
            copy.files = in_parens(p, string)?;
        } else if accept(p, &["PATTERN"]) {
            p.expect_token(&Token::Eq)?;
            copy.pattern = Some(string(p)?);
        } else if accept(p, &["FORMAT_OPTIONS"]) {
            copy.format_options = in_parens(p, property)?;
        } else if accept(p, &["COPY_OPTIONS"]) {
            copy.copy_options = in_parens(p, property)?;
        } else if at_string(p) {
            let token = p.peek_token();
            return p.expected("an option of COPY INTO", token);
        } else {
            break;
        }
    }
    Ok(Command::CopyInto(copy))
}
