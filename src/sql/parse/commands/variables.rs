//! `DECLARE`, `SET VARIABLE`, `DROP TEMPORARY VARIABLE`, `EXECUTE IMMEDIATE`.

use sqlparser::ast::Expr;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::functions::data_type;
use super::read::{accept, comma_separated, expect, identifier, in_parens, name, skip, word};
use super::{Parsed, ParsedImmediate, ParsedKind, ParsedVariables};
use crate::sql::command::{Command, Name};

/// What follows `DECLARE`.
pub(super) fn declare(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    let replace = accept(p, &["OR", "REPLACE"]);
    if !accept(p, &["VARIABLE"]) && word(p, 1).is_some() {
        accept(p, &["VAR"]);
    }
    let name = name(p)?;
    let untyped = matches!(p.peek_token().token, Token::Eq | Token::EOF)
        || word(p, 0).as_deref() == Some("DEFAULT");
    let data_type = match untyped {
        true => None,
        false => Some(data_type(p)?),
    };
    let has_default = p.consume_token(&Token::Eq) || accept(p, &["DEFAULT"]);
    let default = has_default.then(|| p.parse_expr()).transpose()?;
    Ok(ParsedKind::Declare {
        name,
        replace,
        data_type,
        default: default.map(Box::new),
    })
}

/// Whether a `SET` is one of variables.
pub(super) fn sets_variables(p: &Parser) -> bool {
    matches!(word(p, 1).as_deref(), Some("VAR" | "VARIABLE"))
        && matches!(p.peek_nth_token(2).token, Token::Word(_) | Token::LParen)
}

/// `SET VARIABLE a = 1, b = DEFAULT`, `SET VARIABLE (a, b) = (SELECT …)`.
pub(super) fn set(p: &mut Parser) -> Parsed<ParsedKind> {
    skip(p, 2);
    if p.peek_token().token == Token::LParen {
        let names = in_parens(p, name)?;
        p.expect_token(&Token::Eq)?;
        p.expect_token(&Token::LParen)?;
        let query = p.parse_query()?;
        p.expect_token(&Token::RParen)?;
        return Ok(ParsedKind::SetVariables(ParsedVariables::Together {
            names,
            query,
        }));
    }
    let mut set: Vec<(Name, Option<Expr>)> = Vec::new();
    loop {
        let name = name(p)?;
        p.expect_token(&Token::Eq)?;
        let value = match accept(p, &["DEFAULT"]) {
            true => None,
            false => Some(p.parse_expr()?),
        };
        set.push((name, value));
        if !p.consume_token(&Token::Comma) {
            return Ok(ParsedKind::SetVariables(ParsedVariables::Each(set)));
        }
    }
}

/// `EXECUTE IMMEDIATE 'SELECT ? + :b' INTO v USING 1, 2 AS b`.
pub(super) fn execute_immediate(p: &mut Parser) -> Parsed<ParsedKind> {
    skip(p, 2);
    let text = Box::new(p.parse_expr()?);
    let into = match accept(p, &["INTO"]) {
        true => comma_separated(p, name)?,
        false => Vec::new(),
    };
    let using = match accept(p, &["USING"]) {
        true if p.peek_token().token == Token::LParen => in_parens(p, named_value)?,
        true => comma_separated(p, named_value)?,
        false => Vec::new(),
    };
    Ok(ParsedKind::ExecuteImmediate(ParsedImmediate {
        text,
        into,
        using,
    }))
}

/// `value [[AS] name]`.
fn named_value(p: &mut Parser) -> Parsed<(Expr, Option<String>)> {
    let value = p.parse_expr()?;
    let has_name = accept(p, &["AS"]) || matches!(p.peek_token().token, Token::Word(_));
    let name = has_name.then(|| identifier(p)).transpose()?;
    Ok((value, name))
}

/// What follows `DROP`.
pub(super) fn drop_variable(p: &mut Parser) -> Parsed<Command> {
    skip(p, 1);
    expect(p, &["TEMPORARY", "VARIABLE"])?;
    let if_exists = accept(p, &["IF", "EXISTS"]);
    Ok(Command::DropVariable {
        name: name(p)?,
        if_exists,
    })
}
