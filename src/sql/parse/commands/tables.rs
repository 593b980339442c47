//! Commands that make and change views and tables.

use sqlparser::ast::{Expr, TableFactor, With};
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::functions::{create_function, data_type};
use super::read::{
    accept, at_string, comma_separated, dotted, expect, identifier, in_parens, name, number,
    property, skip, string, word,
};
use super::{
    Parsed, ParsedAction, ParsedClause, ParsedInsert, ParsedKind, ParsedMerge, ParsedTable,
    ParsedView,
};
use crate::delta::{DEFAULT, GENERATION_EXPRESSION, Identity};
use crate::sql::command::{
    CloneTable, Command, ConvertToDelta, MergeWhen, Name, TableDefinition, TimeTravel, ViewKind,
};
use crate::types::{StructField, StructType};

pub(super) fn create(p: &mut Parser) -> Parsed<ParsedKind> {
    if is_for_pipeline(p) {
        while p.peek_token().token != Token::EOF {
            p.next_token();
        }
        return Ok(ParsedKind::Command(Command::DefineForPipeline));
    }
    let mut replace = false;
    if accept(p, &["REPLACE"]) {
        replace = true;
    } else {
        p.next_token();
        replace |= accept(p, &["OR", "REPLACE"]);
    }
    let global = accept(p, &["GLOBAL"]);
    let temporary = accept(p, &["TEMP"]) || accept(p, &["TEMPORARY"]);
    accept(p, &["EXTERNAL"]);
    if accept(p, &["FUNCTION"]) {
        return create_function(p, temporary, replace);
    }
    if accept(p, &["VIEW"]) {
        let kind = match (global, temporary) {
            (true, _) => ViewKind::GlobalTemporary,
            (_, true) => ViewKind::Temporary,
            _ => ViewKind::Persisted,
        };
        return create_view(p, kind, replace);
    }
    if !temporary && accept(p, &["TABLE"]) {
        return create_table(p, replace);
    }
    if accept(p, &["CATALOG"]) {
        let if_not_exists = accept(p, &["IF", "NOT", "EXISTS"]);
        let name = identifier(p)?;
        // Where it lies, and who says what of it, matters to a metastore.
        while p.peek_token().token != Token::EOF {
            p.next_token();
        }
        return Ok(ParsedKind::Command(Command::CreateCatalog {
            name,
            if_not_exists,
        }));
    }
    accept(p, &["MANAGED"]);
    if accept(p, &["VOLUME"]) {
        let if_not_exists = accept(p, &["IF", "NOT", "EXISTS"]);
        let name = name(p)?;
        if accept(p, &["LOCATION"]) {
            string(p)?;
        }
        if accept(p, &["COMMENT"]) {
            string(p)?;
        }
        return Ok(ParsedKind::Command(Command::CreateVolume {
            name,
            if_not_exists,
        }));
    }
    if accept(p, &["SCHEMA"]) || accept(p, &["DATABASE"]) {
        let if_not_exists = accept(p, &["IF", "NOT", "EXISTS"]);
        let name = name(p)?;
        let (mut location, mut comment) = (None, None);
        let mut properties = Vec::new();
        loop {
            if accept(p, &["COMMENT"]) {
                comment = Some(string(p)?);
            } else if accept(p, &["LOCATION"]) || accept(p, &["MANAGED", "LOCATION"]) {
                location = Some(string(p)?);
            } else if accept(p, &["WITH", "DBPROPERTIES"]) {
                properties = in_parens(p, property)?;
            } else {
                break;
            }
        }
        return Ok(ParsedKind::Command(Command::CreateDatabase {
            name,
            if_not_exists,
            location,
            comment,
            properties,
        }));
    }
    let token = p.peek_token();
    p.expected("VIEW, TABLE or SCHEMA", token)
}

/// Whether a `CREATE` declares something of a pipeline (Lakeflow, once Delta Live Tables).
fn is_for_pipeline(p: &Parser) -> bool {
    let words: Vec<String> = (1..6).map_while(|i| word(p, i)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let rest = match words.as_slice() {
        ["OR", "REFRESH" | "REPLACE", rest @ ..] => rest,
        all => all,
    };
    matches!(
        rest,
        ["LIVE" | "STREAMING" | "MATERIALIZED" | "INCREMENTAL", ..]
            | [
                "TEMPORARY" | "TEMP" | "PRIVATE",
                "LIVE" | "STREAMING" | "MATERIALIZED",
                ..
            ]
    )
}

pub(super) fn create_view(p: &mut Parser, kind: ViewKind, replace: bool) -> Parsed<ParsedKind> {
    let if_not_exists = accept(p, &["IF", "NOT", "EXISTS"]);
    let name = name(p)?;
    let mut columns = Vec::new();
    let mut definition = TableDefinition::default();
    if p.peek_token().token == Token::LParen {
        let typed = matches!(p.peek_nth_token(2).token, Token::Word(ref w) if w.keyword != Keyword::COMMENT);
        if typed {
            definition.schema = StructType::new(in_parens(p, column)?);
        } else {
            columns = in_parens(p, |p| {
                let name = identifier(p)?;
                let comment = accept(p, &["COMMENT"]).then(|| string(p)).transpose()?;
                Ok((name, comment))
            })?;
        }
    }
    let mut comment = None;
    loop {
        if accept(p, &["COMMENT"]) {
            comment = Some(string(p)?);
        } else if accept(p, &["TBLPROPERTIES"]) {
            definition.properties = in_parens(p, property)?;
        } else if accept(p, &["USING"]) {
            definition.format = Some(dotted(p).unwrap_or_default().to_lowercase());
        } else if accept(p, &["OPTIONS"]) {
            definition.options = in_parens(p, property)?;
        } else {
            break;
        }
    }
    let query = match definition.format {
        Some(_) => None,
        None => {
            expect(p, &["AS"])?;
            Some(p.parse_query()?)
        }
    };
    Ok(ParsedKind::CreateView(Box::new(ParsedView {
        name,
        kind,
        replace,
        if_not_exists,
        comment,
        columns,
        text: query.as_ref().map(|q| q.to_string()).unwrap_or_default(),
        query,
        definition,
    })))
}

/// `ALTER VIEW name AS query`.
pub(super) fn create_view_as(p: &mut Parser, name: Name) -> Parsed<ParsedKind> {
    let query = p.parse_query()?;
    Ok(ParsedKind::CreateView(Box::new(ParsedView {
        name,
        kind: ViewKind::Persisted,
        replace: true,
        if_not_exists: false,
        comment: None,
        columns: Vec::new(),
        text: query.to_string(),
        query: Some(query),
        definition: TableDefinition::default(),
    })))
}

pub(super) fn create_table(p: &mut Parser, replace: bool) -> Parsed<ParsedKind> {
    let if_not_exists = accept(p, &["IF", "NOT", "EXISTS"]);
    let name = super::read::name(p)?;
    let mut definition = TableDefinition::default();
    let clones = accept(p, &["SHALLOW", "CLONE"]);
    if clones || accept(p, &["DEEP", "CLONE"]) || accept(p, &["CLONE"]) {
        return clone_table(p, name, clones, replace, if_not_exists);
    }
    let like = match accept(p, &["LIKE"]) {
        true => Some(super::read::name(p)?),
        false => None,
    };
    if like.is_none() && p.peek_token().token == Token::LParen {
        definition.schema = StructType::new(in_parens(p, column)?);
    }
    loop {
        if accept(p, &["USING"]) {
            definition.format = Some(dotted(p).unwrap_or_default().to_lowercase());
        } else if accept(p, &["OPTIONS"]) {
            definition.options = in_parens(p, property)?;
        } else if accept(p, &["LOCATION"]) {
            definition.location = Some(string(p)?);
        } else if accept(p, &["COMMENT"]) {
            definition.comment = Some(string(p)?);
        } else if accept(p, &["TBLPROPERTIES"]) {
            definition.properties = in_parens(p, property)?;
        } else if accept(p, &["PARTITIONED", "BY"]) {
            let columns = in_parens(p, |p| {
                let typed = matches!(p.peek_nth_token(1).token, Token::Word(_));
                if typed {
                    column(p).map(Err)
                } else {
                    identifier(p).map(Ok)
                }
            })?;
            for c in columns {
                definition.partitioned_by.push(match c {
                    Ok(name) => name,
                    Err(field) => {
                        definition.schema.fields.push(field.clone());
                        field.name
                    }
                });
            }
        } else if accept(p, &["CLUSTER", "BY"]) {
            definition.clustered_by = in_parens(p, identifier)?;
        } else {
            break;
        }
    }
    if let Some(source) = like {
        return Ok(ParsedKind::Command(Command::CreateTableLike {
            name,
            source,
            if_not_exists,
            definition,
        }));
    }
    let starts_query = matches!(
        word(p, 0).as_deref(),
        Some("SELECT" | "WITH" | "FROM" | "VALUES")
    );
    let query = (accept(p, &["AS"]) || starts_query)
        .then(|| p.parse_query())
        .transpose()?;
    Ok(ParsedKind::CreateTable(Box::new(ParsedTable {
        name,
        replace,
        if_not_exists,
        definition,
        query,
    })))
}

/// What follows `CLONE`.
fn clone_table(
    p: &mut Parser,
    name: Name,
    shallow: bool,
    replace: bool,
    if_not_exists: bool,
) -> Parsed<ParsedKind> {
    let source = name_or_path(p)?;
    let at = if accept(p, &["VERSION", "AS", "OF"]) {
        Some(TimeTravel::Version(number(p)?))
    } else if accept(p, &["TIMESTAMP", "AS", "OF"]) {
        Some(TimeTravel::Timestamp(string(p)?))
    } else {
        None
    };
    let (mut location, mut properties) = (None, Vec::new());
    loop {
        if accept(p, &["TBLPROPERTIES"]) {
            properties = in_parens(p, property)?;
        } else if accept(p, &["LOCATION"]) {
            location = Some(string(p)?);
        } else {
            break;
        }
    }
    Ok(ParsedKind::Command(Command::CloneTable(CloneTable {
        name,
        source,
        at,
        shallow,
        replace,
        if_not_exists,
        location,
        properties,
    })))
}

/// `name type [NOT NULL] [COMMENT 'text'] [DEFAULT value] [GENERATED ALWAYS AS (expression)]`.
pub(super) fn column(p: &mut Parser) -> Parsed<StructField> {
    let name = identifier(p)?;
    let _ = p.consume_token(&Token::Colon);
    let mut field = StructField::new(name, data_type(p)?);
    loop {
        if accept(p, &["NOT", "NULL"]) {
            field.nullable = false;
        } else if accept(p, &["COMMENT"]) {
            let comment = string(p)?;
            field.metadata = field.metadata.with("comment", comment.into());
        } else if accept(p, &["DEFAULT"]) {
            let default = p.parse_expr()?.to_string();
            field.metadata = field
                .metadata
                .with(DEFAULT, default.clone().into())
                .with("EXISTS_DEFAULT", default.into());
        } else if accept(p, &["GENERATED", "ALWAYS", "AS", "IDENTITY"]) {
            field = identity(p, false)?.on(field);
        } else if accept(p, &["GENERATED", "BY", "DEFAULT", "AS", "IDENTITY"]) {
            field = identity(p, true)?.on(field);
        } else if accept(p, &["GENERATED", "ALWAYS", "AS"]) {
            p.expect_token(&Token::LParen)?;
            let expression = p.parse_expr()?.to_string();
            p.expect_token(&Token::RParen)?;
            field.metadata = field
                .metadata
                .with(GENERATION_EXPRESSION, expression.into());
        } else {
            return Ok(field);
        }
    }
}

/// `[(START WITH n INCREMENT BY m)]`, each part or none, in any order.
fn identity(p: &mut Parser, by_default: bool) -> Parsed<Identity> {
    let (mut start, mut step) = (1, 1);
    if p.consume_token(&Token::LParen) {
        while !p.consume_token(&Token::RParen) {
            let _ = p.consume_token(&Token::Comma);
            if accept(p, &["START", "WITH"]) {
                start = signed(p)?;
            } else {
                expect(p, &["INCREMENT", "BY"])?;
                step = signed(p)?;
            }
        }
    }
    Ok(Identity::new(start, step, by_default))
}

fn signed(p: &mut Parser) -> Parsed<i64> {
    let negative = p.consume_token(&Token::Minus);
    let number: i64 = number(p)?;
    Ok(if negative { -number } else { number })
}

pub(super) fn insert(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    let overwrite = accept(p, &["OVERWRITE"]);
    if !overwrite {
        expect(p, &["INTO"])?;
    } else {
        accept(p, &["INTO"]);
    }
    accept(p, &["TABLE"]);
    let table = name(p)?;
    let partition = match accept(p, &["PARTITION"]) {
        true => in_parens(p, |p| {
            let column = identifier(p)?;
            let value = match p.consume_token(&Token::Eq) {
                true => Some(p.parse_expr()?),
                false => None,
            };
            Ok((column, value))
        })?,
        false => Vec::new(),
    };
    let replace_where = match accept(p, &["REPLACE", "WHERE"]) {
        true => Some(p.parse_expr()?.to_string()),
        false => None,
    };
    let mut by_name = accept(p, &["BY", "NAME"]);
    let mut columns = Vec::new();
    let lists_columns = p.peek_token().token == Token::LParen
        && matches!(p.peek_nth_token(1).token, Token::Word(_))
        && !matches!(
            word(p, 1).as_deref(),
            Some("SELECT" | "WITH" | "VALUES" | "FROM" | "TABLE")
        );
    if lists_columns {
        columns = in_parens(p, identifier)?;
    }
    by_name |= accept(p, &["BY", "NAME"]);
    let query = p.parse_query()?;
    Ok(ParsedKind::Insert(Box::new(ParsedInsert {
        table,
        overwrite,
        partition,
        replace_where,
        by_name,
        columns,
        query,
    })))
}

/// `WITH a AS (…) INSERT INTO t SELECT … FROM a`.
pub(super) fn insert_with(p: &mut Parser) -> Parsed<ParsedKind> {
    let with_token = p.next_token().into();
    let recursive = accept(p, &["RECURSIVE"]);
    let cte_tables = p.parse_comma_separated(Parser::parse_cte)?;
    if word(p, 0).as_deref() != Some("INSERT") {
        let token = p.peek_token();
        return p.expected("INSERT", token);
    }
    let mut kind = insert(p)?;
    if let ParsedKind::Insert(insert) = &mut kind {
        insert.query.with = Some(With {
            with_token,
            recursive,
            cte_tables,
        });
    }
    Ok(kind)
}

pub(super) fn delete(p: &mut Parser) -> Parsed<ParsedKind> {
    skip(p, 2);
    let target = Box::new(p.parse_table_factor()?);
    let predicate = accept(p, &["WHERE"]).then(|| p.parse_expr()).transpose()?;
    Ok(ParsedKind::Delete { target, predicate })
}

pub(super) fn update(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    let target = Box::new(p.parse_table_factor()?);
    expect(p, &["SET"])?;
    let assignments = comma_separated(p, assignment)?;
    let predicate = accept(p, &["WHERE"]).then(|| p.parse_expr()).transpose()?;
    Ok(ParsedKind::Update {
        target,
        assignments,
        predicate,
    })
}

pub(super) fn assignment(p: &mut Parser) -> Parsed<(Name, Expr)> {
    let target = name(p)?;
    p.expect_token(&Token::Eq)?;
    Ok((target, p.parse_expr()?))
}

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

pub(super) fn convert(p: &mut Parser) -> Parsed<Command> {
    skip(p, 1);
    expect(p, &["TO", "DELTA"])?;
    let source = name_or_path(p)?;
    let mut partitions = StructType::default();
    loop {
        if accept(p, &["PARTITIONED", "BY"]) {
            partitions.fields = in_parens(p, column)?;
        } else if !accept(p, &["NO", "STATISTICS"]) {
            return Ok(Command::ConvertToDelta(ConvertToDelta {
                source,
                partitions,
            }));
        }
    }
}
