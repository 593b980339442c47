//! `ALTER TABLE`, `ALTER VIEW`, `COMMENT ON`.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::functions::data_type;
use super::read::{
    accept, at_string, comma_separated, dotted, expect, identifier, in_parens, name, property,
    string, word,
};
use super::tables::{column, create_view_as, name_or_path};
use super::{Parsed, ParsedKind};
use crate::sql::command::{AlterTable, ColumnChange, ColumnPlace, Command};

pub(super) fn alter(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    if accept(p, &["DATABASE"]) || accept(p, &["SCHEMA"]) || accept(p, &["NAMESPACE"]) {
        let name = name(p)?;
        expect(p, &["SET"])?;
        if !accept(p, &["PROPERTIES"]) {
            expect(p, &["DBPROPERTIES"])?;
        }
        return Ok(ParsedKind::Command(Command::AlterDatabase {
            name,
            comment: None,
            properties: in_parens(p, property)?,
        }));
    }
    let is_view = accept(p, &["VIEW"]);
    if !is_view {
        expect(p, &["TABLE"])?;
    }
    let table = name_or_path(p)?;
    if is_view && accept(p, &["AS"]) {
        return create_view_as(p, table);
    }
    if accept(p, &["SET", "OWNER", "TO"]) || accept(p, &["OWNER", "TO"]) {
        identifier(p)?;
        return Ok(ParsedKind::Command(Command::Privileges {
            statement: "OWNER TO".into(),
        }));
    }
    let change = change(p)?;
    Ok(ParsedKind::Command(Command::AlterTable {
        name: table,
        change,
    }))
}

fn change(p: &mut Parser) -> Parsed<AlterTable> {
    Ok(if accept(p, &["SET", "TBLPROPERTIES"]) {
        AlterTable::SetProperties(in_parens(p, property)?)
    } else if accept(p, &["UNSET", "TBLPROPERTIES"]) {
        let if_exists = accept(p, &["IF", "EXISTS"]);
        let keys = in_parens(p, |p| {
            if at_string(p) {
                return string(p);
            }
            let token = p.peek_token();
            match dotted(p) {
                Some(key) => Ok(key),
                None => p.expected("a property", token),
            }
        })?;
        AlterTable::UnsetProperties { keys, if_exists }
    } else if accept(p, &["ADD", "CONSTRAINT"]) {
        let name = identifier(p)?;
        expect(p, &["CHECK"])?;
        p.expect_token(&Token::LParen)?;
        let check = p.parse_expr()?.to_string();
        p.expect_token(&Token::RParen)?;
        AlterTable::AddConstraint { name, check }
    } else if accept(p, &["DROP", "CONSTRAINT"]) {
        let if_exists = accept(p, &["IF", "EXISTS"]);
        let name = identifier(p)?;
        AlterTable::DropConstraint { name, if_exists }
    } else if accept(p, &["ADD", "COLUMNS"]) || accept(p, &["ADD", "COLUMN"]) {
        let parens = p.consume_token(&Token::LParen);
        let columns = comma_separated(p, |p| {
            let field = column(p)?;
            Ok((field, place(p)?))
        })?;
        if parens {
            p.expect_token(&Token::RParen)?;
        }
        AlterTable::AddColumns(columns)
    } else if accept(p, &["RENAME", "COLUMN"]) {
        let from = name(p)?;
        expect(p, &["TO"])?;
        let to = identifier(p)?;
        AlterTable::RenameColumn { from, to }
    } else if accept(p, &["RENAME", "TO"]) {
        AlterTable::Rename(name(p)?)
    } else if accept(p, &["DROP", "COLUMNS"]) || accept(p, &["DROP", "COLUMN"]) {
        let if_exists = accept(p, &["IF", "EXISTS"]);
        let parens = p.consume_token(&Token::LParen);
        let columns = comma_separated(p, name)?;
        if parens {
            p.expect_token(&Token::RParen)?;
        }
        AlterTable::DropColumns { columns, if_exists }
    } else if accept(p, &["ALTER"]) || accept(p, &["CHANGE"]) {
        accept(p, &["COLUMN"]);
        let column = name(p)?;
        let changes = match p.peek_token().token {
            // Hive's way: the name again, the type, and what else is to change.
            Token::Word(w) if column.last().is_some_and(|c| same(c, &w.value)) => redefined(p)?,
            _ => vec![column_change(p)?],
        };
        AlterTable::AlterColumn { column, changes }
    } else if accept(p, &["CLUSTER", "BY"]) {
        match accept(p, &["NONE"]) {
            true => AlterTable::ClusterBy(Vec::new()),
            false => AlterTable::ClusterBy(in_parens(p, identifier)?),
        }
    } else {
        let token = p.peek_token();
        return p.expected("what to alter", token);
    })
}

fn place(p: &mut Parser) -> Parsed<Option<ColumnPlace>> {
    Ok(if accept(p, &["FIRST"]) {
        Some(ColumnPlace::First)
    } else if accept(p, &["AFTER"]) {
        Some(ColumnPlace::After(identifier(p)?))
    } else {
        None
    })
}

fn column_change(p: &mut Parser) -> Parsed<ColumnChange> {
    if let Some(place) = place(p)? {
        return Ok(ColumnChange::Place(place));
    }
    Ok(if accept(p, &["COMMENT"]) {
        ColumnChange::Comment(string(p)?)
    } else if accept(p, &["SET", "NOT", "NULL"]) {
        ColumnChange::SetNotNull
    } else if accept(p, &["DROP", "NOT", "NULL"]) {
        ColumnChange::DropNotNull
    } else if accept(p, &["SET", "DEFAULT"]) {
        ColumnChange::SetDefault(p.parse_expr()?.to_string())
    } else if accept(p, &["DROP", "DEFAULT"]) {
        ColumnChange::DropDefault
    } else if word(p, 0).as_deref() == Some("TYPE") {
        p.next_token();
        ColumnChange::Type(data_type(p)?)
    } else {
        let token = p.peek_token();
        return p.expected("what to change of the column", token);
    })
}

/// `column type [COMMENT 'text'] [FIRST | AFTER column]`.
fn redefined(p: &mut Parser) -> Parsed<Vec<ColumnChange>> {
    identifier(p)?;
    let mut changes = vec![ColumnChange::Type(data_type(p)?)];
    while p.peek_token().token != Token::EOF {
        changes.push(column_change(p)?);
    }
    Ok(changes)
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// `COMMENT ON TABLE t IS 'text'`, `COMMENT ON COLUMN t.c IS 'text'`, `COMMENT ON SCHEMA s IS 'text'`.
pub(super) fn comment_on(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    p.next_token();
    if accept(p, &["DATABASE"]) || accept(p, &["SCHEMA"]) || accept(p, &["NAMESPACE"]) {
        let name = name(p)?;
        expect(p, &["IS"])?;
        let comment = match accept(p, &["NULL"]) {
            true => String::new(),
            false => string(p)?,
        };
        return Ok(Command::AlterDatabase {
            name,
            comment: Some(comment),
            properties: Vec::new(),
        });
    }
    let is_column = accept(p, &["COLUMN"]);
    if !is_column {
        expect(p, &["TABLE"])?;
    }
    let mut table = name(p)?;
    expect(p, &["IS"])?;
    let text = match accept(p, &["NULL"]) {
        true => None,
        false => Some(string(p)?),
    };
    let change = match is_column {
        true => AlterTable::AlterColumn {
            column: table.pop().into_iter().collect(),
            changes: vec![ColumnChange::Comment(text.unwrap_or_default())],
        },
        false => AlterTable::Comment(text),
    };
    Ok(Command::AlterTable {
        name: table,
        change,
    })
}
