//! The grammar of statements: which command it is, and its parts.

use sqlparser::ast::{Expr, Query, TableFactor};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::dialect::type_text;
use super::{data_type, expect_end};
use crate::sql::command::{
    AlterTable, Command, ExplainMode, MergeWhen, Name, TableDefinition, TimeTravel, ViewKind,
};
use crate::types::{Metadata, StructField, StructType};

type Parsed<T> = Result<T, ParserError>;

/// A statement as its grammar has it. What is a [`Command`] already names things only.
#[derive(Debug, Clone)]
pub enum ParsedKind {
    Query(Box<Query>),
    Command(Command),
    CreateView(Box<ParsedView>),
    CreateTable(Box<ParsedTable>),
    Insert(Box<ParsedInsert>),
    Delete {
        target: Box<TableFactor>,
        predicate: Option<Expr>,
    },
    Update {
        target: Box<TableFactor>,
        assignments: Vec<(Name, Expr)>,
        predicate: Option<Expr>,
    },
    Merge(Box<ParsedMerge>),
    DescribeQuery(Box<Query>),
    Explain {
        mode: ExplainMode,
        statement: Box<ParsedKind>,
    },
    Optimize {
        target: Box<TableFactor>,
        predicate: Option<Expr>,
        z_order: Vec<String>,
    },
    Cache {
        name: Name,
        query: Box<Query>,
        lazy: bool,
    },
}

#[derive(Debug, Clone)]
pub struct ParsedView {
    pub name: Name,
    pub kind: ViewKind,
    pub replace: bool,
    pub if_not_exists: bool,
    pub comment: Option<String>,
    /// Names, each with its comment.
    pub columns: Vec<(String, Option<String>)>,
    /// `None` for `USING format OPTIONS (…)`.
    pub query: Option<Box<Query>>,
    pub text: String,
    pub definition: TableDefinition,
}

#[derive(Debug, Clone)]
pub struct ParsedTable {
    pub name: Name,
    pub replace: bool,
    pub if_not_exists: bool,
    pub definition: TableDefinition,
    pub query: Option<Box<Query>>,
}

#[derive(Debug, Clone)]
pub struct ParsedInsert {
    pub table: Name,
    pub overwrite: bool,
    pub by_name: bool,
    pub columns: Vec<String>,
    pub query: Box<Query>,
}

#[derive(Debug, Clone)]
pub struct ParsedMerge {
    pub target: TableFactor,
    pub source: TableFactor,
    pub condition: Expr,
    pub clauses: Vec<ParsedClause>,
    pub schema_evolution: bool,
}

#[derive(Debug, Clone)]
pub struct ParsedClause {
    pub when: MergeWhen,
    pub condition: Option<Expr>,
    pub action: ParsedAction,
}

#[derive(Debug, Clone)]
pub enum ParsedAction {
    Delete,
    UpdateAll,
    Update(Vec<(Name, Expr)>),
    InsertAll,
    Insert {
        columns: Vec<Name>,
        values: Vec<Expr>,
    },
}

/// Reads one statement, to the end of the text.
pub fn parse_statement(p: &mut Parser) -> Parsed<ParsedKind> {
    let kind = statement(p)?;
    expect_end(p)?;
    Ok(kind)
}

fn statement(p: &mut Parser) -> Parsed<ParsedKind> {
    let first = word(p, 0).unwrap_or_default();
    let second = word(p, 1).unwrap_or_default();
    let command = match (first.as_str(), second.as_str()) {
        ("CREATE", _) | ("REPLACE", "TABLE") => return create(p),
        ("INSERT", _) => return insert(p),
        ("DELETE", "FROM") => return delete(p),
        ("UPDATE", _) => return update(p),
        ("MERGE", _) => return merge(p),
        ("EXPLAIN", _) => return explain(p),
        ("DESCRIBE" | "DESC", _) => return describe(p),
        ("OPTIMIZE", _) => return optimize(p),
        ("CACHE", _) => return cache(p),
        ("SHOW", _) => show(p)?,
        ("DROP", _) => drop(p)?,
        ("USE", _) => use_database(p)?,
        ("SET", _) => set(p)?,
        ("RESET", _) => {
            p.next_token();
            Command::Reset { key: dotted(p) }
        }
        ("VACUUM", _) => vacuum(p)?,
        ("RESTORE", _) => restore(p)?,
        ("UNCACHE", "TABLE") => {
            skip(p, 2);
            let if_exists = accept(p, &["IF", "EXISTS"]);
            let name = name(p)?;
            Command::UncacheTable { name, if_exists }
        }
        ("CLEAR", "CACHE") => {
            skip(p, 2);
            Command::ClearCache
        }
        ("REFRESH", _) => {
            p.next_token();
            accept(p, &["TABLE"]);
            Command::RefreshTable { name: name(p)? }
        }
        ("TRUNCATE", _) => {
            p.next_token();
            expect(p, &["TABLE"])?;
            Command::TruncateTable { table: name(p)? }
        }
        ("ALTER", _) => alter(p)?,
        ("SELECT" | "WITH" | "VALUES" | "FROM" | "TABLE", _) => return query(p),
        _ if p.peek_token().token == Token::LParen => return query(p),
        _ => {
            let token = p.peek_token();
            return p.expected("an SQL statement", token);
        }
    };
    Ok(ParsedKind::Command(command))
}

fn query(p: &mut Parser) -> Parsed<ParsedKind> {
    Ok(ParsedKind::Query(p.parse_query()?))
}

// Words, names, literals.

/// The `n`th token ahead, if it is an unquoted word, in upper case.
fn word(p: &Parser, n: usize) -> Option<String> {
    match p.peek_nth_token(n).token {
        Token::Word(w) if w.quote_style.is_none() => Some(w.value.to_uppercase()),
        _ => None,
    }
}

fn skip(p: &mut Parser, n: usize) {
    for _ in 0..n {
        p.next_token();
    }
}

/// Takes these words if they are next.
fn accept(p: &mut Parser, words: &[&str]) -> bool {
    let all = words
        .iter()
        .enumerate()
        .all(|(i, w)| word(p, i).as_deref() == Some(*w));
    if all {
        skip(p, words.len());
    }
    all
}

fn expect(p: &mut Parser, words: &[&str]) -> Parsed<()> {
    for w in words {
        if !accept(p, &[w]) {
            let token = p.peek_token();
            return p.expected(w, token);
        }
    }
    Ok(())
}

fn identifier(p: &mut Parser) -> Parsed<String> {
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
fn name(p: &mut Parser) -> Parsed<Name> {
    let mut parts = vec![identifier(p)?];
    while p.consume_token(&Token::Period) {
        parts.push(identifier(p)?);
    }
    Ok(parts)
}

fn string(p: &mut Parser) -> Parsed<String> {
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

fn at_string(p: &Parser) -> bool {
    matches!(p.peek_token().token, Token::SingleQuotedString(_))
}

fn number<T: std::str::FromStr>(p: &mut Parser) -> Parsed<T> {
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

fn comma_separated<T>(
    p: &mut Parser,
    mut item: impl FnMut(&mut Parser) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut items = vec![item(p)?];
    while p.consume_token(&Token::Comma) {
        items.push(item(p)?);
    }
    Ok(items)
}

fn in_parens<T>(p: &mut Parser, item: impl FnMut(&mut Parser) -> Parsed<T>) -> Parsed<Vec<T>> {
    p.expect_token(&Token::LParen)?;
    let items = comma_separated(p, item)?;
    p.expect_token(&Token::RParen)?;
    Ok(items)
}

/// `a.b.c` as one text; `None` at the end.
fn dotted(p: &mut Parser) -> Option<String> {
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
fn property(p: &mut Parser) -> Parsed<(String, String)> {
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

// Creating.

fn create(p: &mut Parser) -> Parsed<ParsedKind> {
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
    if accept(p, &["SCHEMA"]) || accept(p, &["DATABASE"]) {
        let if_not_exists = accept(p, &["IF", "NOT", "EXISTS"]);
        let name = name(p)?;
        let (mut location, mut comment) = (None, None);
        loop {
            if accept(p, &["COMMENT"]) {
                comment = Some(string(p)?);
            } else if accept(p, &["LOCATION"]) || accept(p, &["MANAGED", "LOCATION"]) {
                location = Some(string(p)?);
            } else if accept(p, &["WITH", "DBPROPERTIES"]) {
                in_parens(p, property)?;
            } else {
                break;
            }
        }
        return Ok(ParsedKind::Command(Command::CreateDatabase {
            name,
            if_not_exists,
            location,
            comment,
        }));
    }
    let token = p.peek_token();
    p.expected("VIEW, TABLE or SCHEMA", token)
}

fn create_view(p: &mut Parser, kind: ViewKind, replace: bool) -> Parsed<ParsedKind> {
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
            in_parens(p, property)?;
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

fn create_table(p: &mut Parser, replace: bool) -> Parsed<ParsedKind> {
    let if_not_exists = accept(p, &["IF", "NOT", "EXISTS"]);
    let name = name(p)?;
    let mut definition = TableDefinition::default();
    if p.peek_token().token == Token::LParen {
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

/// `name type [NOT NULL] [COMMENT 'text']`.
fn column(p: &mut Parser) -> Parsed<StructField> {
    let name = identifier(p)?;
    let _ = p.consume_token(&Token::Colon);
    let at = p.peek_token();
    let (text, _) = type_text(p)?;
    let Ok(data_type) = data_type::parse_data_type(&text) else {
        return p.expected("a data type", at);
    };
    let mut field = StructField::new(name, data_type);
    loop {
        if accept(p, &["NOT", "NULL"]) {
            field.nullable = false;
        } else if accept(p, &["COMMENT"]) {
            let comment = string(p)?;
            field.metadata = Metadata::default().with("comment", comment.into());
        } else {
            return Ok(field);
        }
    }
}

// Changing tables.

fn insert(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    let overwrite = accept(p, &["OVERWRITE"]);
    if !overwrite {
        expect(p, &["INTO"])?;
    } else {
        accept(p, &["INTO"]);
    }
    accept(p, &["TABLE"]);
    let table = name(p)?;
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
        by_name,
        columns,
        query,
    })))
}

fn delete(p: &mut Parser) -> Parsed<ParsedKind> {
    skip(p, 2);
    let target = Box::new(p.parse_table_factor()?);
    let predicate = accept(p, &["WHERE"]).then(|| p.parse_expr()).transpose()?;
    Ok(ParsedKind::Delete { target, predicate })
}

fn update(p: &mut Parser) -> Parsed<ParsedKind> {
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

fn assignment(p: &mut Parser) -> Parsed<(Name, Expr)> {
    let target = name(p)?;
    p.expect_token(&Token::Eq)?;
    Ok((target, p.parse_expr()?))
}

fn merge(p: &mut Parser) -> Parsed<ParsedKind> {
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

fn merge_clause(p: &mut Parser) -> Parsed<ParsedClause> {
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

fn optimize(p: &mut Parser) -> Parsed<ParsedKind> {
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

fn vacuum(p: &mut Parser) -> Parsed<Command> {
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
fn name_or_path(p: &mut Parser) -> Parsed<Name> {
    if at_string(p) {
        return Ok(vec!["delta".into(), string(p)?]);
    }
    name(p)
}

fn restore(p: &mut Parser) -> Parsed<Command> {
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

fn alter(p: &mut Parser) -> Parsed<Command> {
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

// Telling.

fn show(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    let what = word(p, 0).unwrap_or_default();
    let token = p.peek_token();
    p.next_token();
    Ok(match what.as_str() {
        "TABLES" => {
            let (database, pattern) = in_and_like(p)?;
            Command::ShowTables { database, pattern }
        }
        "VIEWS" => {
            let (database, pattern) = in_and_like(p)?;
            Command::ShowViews { database, pattern }
        }
        "DATABASES" | "SCHEMAS" => Command::ShowDatabases {
            pattern: in_and_like(p)?.1,
        },
        "CATALOGS" => Command::ShowCatalogs,
        "COLUMNS" => {
            if !accept(p, &["FROM"]) {
                expect(p, &["IN"])?;
            }
            let mut table = name(p)?;
            if accept(p, &["IN"]) || accept(p, &["FROM"]) {
                let mut qualified = name(p)?;
                qualified.extend(table.pop());
                table = qualified;
            }
            Command::ShowColumns { table }
        }
        "CREATE" => {
            expect(p, &["TABLE"])?;
            Command::ShowCreateTable { table: name(p)? }
        }
        "TBLPROPERTIES" => Command::ShowTableProperties { table: name(p)? },
        "PARTITIONS" => Command::ShowPartitions { table: name(p)? },
        "FUNCTIONS" => Command::ShowFunctions {
            pattern: in_and_like(p)?.1,
        },
        "USER" | "SYSTEM" | "ALL" if accept(p, &["FUNCTIONS"]) => Command::ShowFunctions {
            pattern: in_and_like(p)?.1,
        },
        _ => return p.expected("what to show", token),
    })
}

/// `[IN|FROM database] [[LIKE] 'pattern']`.
fn in_and_like(p: &mut Parser) -> Parsed<(Option<Name>, Option<String>)> {
    let database = (accept(p, &["IN"]) || accept(p, &["FROM"]))
        .then(|| name(p))
        .transpose()?;
    let pattern = if accept(p, &["LIKE"]) || at_string(p) {
        Some(string(p)?)
    } else {
        None
    };
    Ok((database, pattern))
}

fn describe(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    if accept(p, &["QUERY"]) {
        return Ok(ParsedKind::DescribeQuery(p.parse_query()?));
    }
    if matches!(word(p, 0).as_deref(), Some("SELECT" | "WITH" | "VALUES")) {
        return Ok(ParsedKind::DescribeQuery(p.parse_query()?));
    }
    let command = if accept(p, &["HISTORY"]) {
        let table = name_or_path(p)?;
        let limit = accept(p, &["LIMIT"]).then(|| number(p)).transpose()?;
        Command::DescribeHistory { table, limit }
    } else if accept(p, &["DETAIL"]) {
        Command::DescribeDetail {
            table: name_or_path(p)?,
        }
    } else if accept(p, &["FUNCTION"]) {
        let extended = accept(p, &["EXTENDED"]);
        let name = match p.peek_token().token {
            Token::Word(_) => name(p)?.join("."),
            Token::SingleQuotedString(s) => {
                p.next_token();
                s
            }
            other => {
                p.next_token();
                other.to_string()
            }
        };
        Command::DescribeFunction { name, extended }
    } else if accept(p, &["SCHEMA"]) || accept(p, &["DATABASE"]) {
        let extended = accept(p, &["EXTENDED"]);
        let name = name(p)?;
        Command::DescribeDatabase { name, extended }
    } else {
        // A table may have such a name.
        if word(p, 1).is_some() {
            accept(p, &["TABLE"]);
        }
        let extended =
            word(p, 1).is_some() && (accept(p, &["EXTENDED"]) || accept(p, &["FORMATTED"]));
        let name = name(p)?;
        Command::DescribeTable { name, extended }
    };
    Ok(ParsedKind::Command(command))
}

fn explain(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    let mode = match word(p, 0).as_deref() {
        Some("EXTENDED") => ExplainMode::Extended,
        Some("FORMATTED") => ExplainMode::Formatted,
        Some("COST") => ExplainMode::Cost,
        Some("CODEGEN") => ExplainMode::Codegen,
        _ => ExplainMode::Simple,
    };
    if mode != ExplainMode::Simple {
        p.next_token();
    }
    if word(p, 0).as_deref() == Some("EXPLAIN") {
        let token = p.peek_token();
        return p.expected("a statement", token);
    }
    Ok(ParsedKind::Explain {
        mode,
        statement: Box::new(statement(p)?),
    })
}

// The session's things.

fn drop(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    accept(p, &["TEMPORARY"]);
    let what = word(p, 0).unwrap_or_default();
    let token = p.peek_token();
    p.next_token();
    let if_exists = accept(p, &["IF", "EXISTS"]);
    Ok(match what.as_str() {
        "TABLE" => {
            let name = name(p)?;
            accept(p, &["PURGE"]);
            Command::DropTable { name, if_exists }
        }
        "VIEW" => Command::DropView {
            name: name(p)?,
            if_exists,
        },
        "SCHEMA" | "DATABASE" => {
            let name = name(p)?;
            let cascade = accept(p, &["CASCADE"]);
            accept(p, &["RESTRICT"]);
            Command::DropDatabase {
                name,
                if_exists,
                cascade,
            }
        }
        _ => return p.expected("TABLE, VIEW or SCHEMA", token),
    })
}

fn use_database(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    if word(p, 1).is_some() {
        let _ = accept(p, &["DATABASE"])
            || accept(p, &["SCHEMA"])
            || accept(p, &["CATALOG"])
            || accept(p, &["NAMESPACE"]);
    }
    Ok(Command::Use { database: name(p)? })
}

fn set(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    if accept(p, &["TIME", "ZONE"]) {
        let zone = match word(p, 0).as_deref() {
            Some("LOCAL") => {
                p.next_token();
                "UTC".to_owned()
            }
            _ => string(p)?,
        };
        return Ok(Command::Set {
            key: Some("spark.sql.session.timeZone".into()),
            value: Some(zone),
        });
    }
    accept(p, &["-v"]);
    let key = dotted(p);
    let mut value = None;
    if key.is_some() && p.consume_token(&Token::Eq) {
        // The rest, as written: values need no quotes.
        let mut text = String::new();
        loop {
            let token = p.next_token_no_skip().cloned();
            match token.map(|t| t.token) {
                None | Some(Token::EOF) => break,
                Some(Token::SingleQuotedString(s)) => text.push_str(&s),
                Some(Token::Word(w)) => text.push_str(&w.value),
                Some(other) => text.push_str(&other.to_string()),
            }
        }
        value = Some(text.trim().to_owned());
    }
    Ok(Command::Set { key, value })
}

fn cache(p: &mut Parser) -> Parsed<ParsedKind> {
    p.next_token();
    let lazy = accept(p, &["LAZY"]);
    expect(p, &["TABLE"])?;
    let name = name(p)?;
    if accept(p, &["OPTIONS"]) {
        in_parens(p, property)?;
    }
    let starts_query = matches!(word(p, 0).as_deref(), Some("SELECT" | "WITH"));
    if accept(p, &["AS"]) || starts_query {
        let query = p.parse_query()?;
        return Ok(ParsedKind::Cache { name, query, lazy });
    }
    Ok(ParsedKind::Command(Command::CacheTable {
        name,
        plan: None,
        lazy,
    }))
}
