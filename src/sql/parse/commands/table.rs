//! Statements that change a table: `MERGE`, `OPTIMIZE`, `VACUUM`, `RESTORE`, `ALTER`.

use super::*;

pub(super) fn merge(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    let schema_evolution = accept(p, &["WITH", "SCHEMA", "EVOLUTION"]);
    expect(p, &["INTO"])?;
    let target = p.parse_table_factor()?;
    expect(p, &["USING"])?;
    let source = p.parse_table_factor()?;
    expect(p, &["ON"])?;
    let condition = p.parse_expr()?;
    let mut clauses = Vec::new();
    while accept(p, &["WHEN"]) {
        clauses.push(merge_clause(p)?);
    }
    Ok(ParsedKind::Merge(Box::new(ParsedMerge {
        target,
        source,
        condition,
        clauses,
        schema_evolution,
    })))
}

pub(super) fn merge_clause(p: &mut Parser) -> Parsed<ParsedClause> {
    let when = if accept(p, &["MATCHED"]) {
        MergeWhen::Matched
    } else {
        expect(p, &["NOT", "MATCHED"])?;
        if accept(p, &["BY", "SOURCE"]) {
            MergeWhen::NotMatchedBySource
        } else {
            accept(p, &["BY", "TARGET"]);
            MergeWhen::NotMatched
        }
    };
    let condition = accept(p, &["AND"]).then(|| p.parse_expr()).transpose()?;
    expect(p, &["THEN"])?;
    let action = if accept(p, &["DELETE"]) {
        ParsedAction::Delete
    } else if accept(p, &["UPDATE"]) {
        expect(p, &["SET"])?;
        if p.consume_token(&Token::Mul) {
            ParsedAction::UpdateAll
        } else {
            ParsedAction::Update(comma_separated(p, assignment)?)
        }
    } else {
        expect(p, &["INSERT"])?;
        if p.consume_token(&Token::Mul) {
            ParsedAction::InsertAll
        } else {
            let columns = in_parens(p, name)?;
            expect(p, &["VALUES"])?;
            let values = in_parens(p, |p| p.parse_expr())?;
            ParsedAction::Insert { columns, values }
        }
    };
    Ok(ParsedClause {
        when,
        condition,
        action,
    })
}

pub(super) fn optimize(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    accept(p, &["TABLE"]);
    let target = Box::new(TableFactor::Table {
        name: p.parse_object_name(false)?,
        alias: None,
        args: None,
        with_hints: Vec::new(),
        version: None,
        with_ordinality: false,
        partitions: Vec::new(),
        json_path: None,
        sample: None,
        index_hints: Vec::new(),
    });
    accept(p, &["FULL"]);
    let predicate = accept(p, &["WHERE"]).then(|| p.parse_expr()).transpose()?;
    let mut z_order = Vec::new();
    if accept(p, &["ZORDER", "BY"]) {
        let parens = p.consume_token(&Token::LParen);
        z_order = comma_separated(p, |p| Ok(name(p)?.join(".")))?;
        if parens {
            p.expect_token(&Token::RParen)?;
        }
    }
    Ok(ParsedKind::Optimize {
        target,
        predicate,
        z_order,
    })
}

pub(super) fn vacuum(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    let table = name_or_path(p)?;
    let (mut retain_hours, mut dry_run) = (None, false);
    loop {
        if accept(p, &["RETAIN"]) {
            retain_hours = Some(number(p)?);
            expect(p, &["HOURS"])?;
        } else if accept(p, &["DRY", "RUN"]) {
            dry_run = true;
        } else {
            break;
        }
    }
    Ok(Command::Vacuum {
        table,
        retain_hours,
        dry_run,
    })
}

/// A table's name, or a path in quotes.
pub(super) fn name_or_path(p: &mut Parser) -> Parsed<Name> {
    if at_string(p) {
        return Ok(vec!["delta".into(), string(p)?]);
    }
    name(p)
}

pub(super) fn restore(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    accept(p, &["TABLE"]);
    let table = name(p)?;
    accept(p, &["TO"]);
    let to = if accept(p, &["VERSION", "AS", "OF"]) {
        TimeTravel::Version(number(p)?)
    } else {
        expect(p, &["TIMESTAMP", "AS", "OF"])?;
        TimeTravel::Timestamp(string(p)?)
    };
    Ok(Command::Restore { table, to })
}

pub(super) fn alter(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    if !accept(p, &["VIEW"]) {
        expect(p, &["TABLE"])?;
    }
    let table = name(p)?;
    let change = if accept(p, &["SET", "TBLPROPERTIES"]) {
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
    } else if accept(p, &["ADD", "COLUMNS"]) || accept(p, &["ADD", "COLUMN"]) {
        let parens = p.consume_token(&Token::LParen);
        let columns = comma_separated(p, column)?;
        if parens {
            p.expect_token(&Token::RParen)?;
        }
        AlterTable::AddColumns(StructType::new(columns))
    } else if accept(p, &["RENAME", "COLUMN"]) {
        let from = name(p)?.join(".");
        expect(p, &["TO"])?;
        let to = identifier(p)?;
        AlterTable::RenameColumn { from, to }
    } else if accept(p, &["RENAME", "TO"]) {
        AlterTable::Rename(name(p)?)
    } else if accept(p, &["DROP", "COLUMNS"]) || accept(p, &["DROP", "COLUMN"]) {
        accept(p, &["IF", "EXISTS"]);
        let parens = p.consume_token(&Token::LParen);
        let columns = comma_separated(p, |p| Ok(name(p)?.join(".")))?;
        if parens {
            p.expect_token(&Token::RParen)?;
        }
        AlterTable::DropColumns(columns)
    } else {
        let token = p.peek_token();
        return p.expected("what to alter", token);
    };
    Ok(Command::AlterTable {
        name: table,
        change,
    })
}
