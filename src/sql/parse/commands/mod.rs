//! The grammar of statements: which command it is, and its parts.

mod alter;
mod functions;
mod read;
mod tables;
mod variables;

use sqlparser::ast::{Expr, Query, TableFactor};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::expect_end;
use crate::sql::command::{Command, ExplainMode, MergeWhen, Name, TableDefinition, ViewKind};
use crate::types::DataType;

use alter::{alter, comment_on};
use functions::{copy_into, drop_function};
use read::{
    accept, at_string, dotted, expect, identifier, in_parens, name, number, property, skip, string,
    word,
};
use tables::{
    convert, create, delete, insert, merge, name_or_path, optimize, restore, update, vacuum,
};

type Parsed<T> = Result<T, ParserError>;

/// A statement as its grammar has it. What is a [`Command`] already names things only.
#[derive(Debug, Clone)]
pub enum ParsedKind {
    Query(Box<Query>),
    Command(Command),
    /// Has names that are parameters' or variables' values (`IDENTIFIER(:t)`): what it is they tell.
    Unnamed,
    ExecuteImmediate(ParsedImmediate),
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
    Declare {
        name: Name,
        replace: bool,
        data_type: Option<DataType>,
        default: Option<Box<Expr>>,
    },
    SetVariables(ParsedVariables),
    Cache {
        name: Name,
        query: Box<Query>,
        lazy: bool,
    },
}

/// Variables and what they are set to.
#[derive(Debug, Clone)]
pub enum ParsedVariables {
    /// `None` is `DEFAULT`.
    Each(Vec<(Name, Option<Expr>)>),
    Together {
        names: Vec<Name>,
        query: Box<Query>,
    },
}

/// `EXECUTE IMMEDIATE text INTO variables USING values`.
#[derive(Debug, Clone)]
pub struct ParsedImmediate {
    pub text: Box<Expr>,
    pub into: Vec<Name>,
    /// Values for the text's parameter markers, each with the name that it was given.
    pub using: Vec<(Expr, Option<String>)>,
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
    /// `PARTITION (column = value, column)`.
    pub partition: Vec<(String, Option<Expr>)>,
    /// `REPLACE WHERE`, as written.
    pub replace_where: Option<String>,
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
        ("DROP", "FUNCTION") => drop_function(p)?,
        ("DROP", "TEMPORARY") if word(p, 2).as_deref() == Some("FUNCTION") => drop_function(p)?,
        ("EXECUTE", "IMMEDIATE") => return variables::execute_immediate(p),
        ("DECLARE", _) => return variables::declare(p),
        ("DROP", "TEMPORARY") if word(p, 2).as_deref() == Some("VARIABLE") => {
            variables::drop_variable(p)?
        }
        ("DROP", _) => drop(p)?,
        ("USE", _) => use_database(p)?,
        ("SET", _) if variables::sets_variables(p) => return variables::set(p),
        ("SET", _) => set(p)?,
        ("RESET", _) => {
            p.next_token();
            Command::Reset { key: dotted(p) }
        }
        ("VACUUM", _) => vacuum(p)?,
        ("RESTORE", _) => restore(p)?,
        ("CONVERT", "TO") => convert(p)?,
        ("GENERATE", _) => {
            p.next_token();
            let mode = identifier(p)?;
            expect(p, &["FOR", "TABLE"])?;
            let table = name_or_path(p)?;
            Command::Generate { mode, table }
        }
        ("LIST", _) => {
            p.next_token();
            let path = string(p)?;
            let limit = accept(p, &["LIMIT"]).then(|| number(p)).transpose()?;
            Command::List { path, limit }
        }
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
        ("ALTER", _) => return alter(p),
        ("COMMENT", "ON") => comment_on(p)?,
        ("COPY", "INTO") => copy_into(p)?,
        // For a pipeline, not a notebook.
        ("APPLY", "CHANGES") => {
            while p.peek_token().token != Token::EOF {
                p.next_token();
            }
            Command::DefineForPipeline
        }
        ("MSCK", _) | ("ANALYZE", _) | ("REPAIR", _) => maintain(p)?,
        ("GRANT" | "REVOKE" | "DENY", _) => privileges(p, &first),
        ("WITH", _) => {
            return match p.maybe_parse(tables::insert_with)? {
                Some(insert) => Ok(insert),
                None => query(p),
            };
        }
        ("SELECT" | "VALUES" | "FROM" | "TABLE", _) => return query(p),
        _ if p.peek_token().token == Token::LParen => return query(p),
        _ => {
            let token = p.peek_token();
            return p.expected("an SQL statement", token);
        }
    };
    Ok(ParsedKind::Command(command))
}

/// The rest of a statement about who may do what.
fn privileges(p: &mut Parser, statement: &str) -> Command {
    while p.peek_token().token != Token::EOF {
        p.next_token();
    }
    Command::Privileges {
        statement: statement.into(),
    }
}

fn query(p: &mut Parser) -> Parsed<ParsedKind> {
    Ok(ParsedKind::Query(p.parse_query()?))
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
        "VOLUMES" => {
            let (database, pattern) = in_and_like(p)?;
            Command::ShowVolumes { database, pattern }
        }
        "GRANTS" | "GRANT" => privileges(p, "SHOW GRANTS"),
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
        "TBLPROPERTIES" => {
            let table = name(p)?;
            let key = match p.consume_token(&Token::LParen) {
                true => {
                    let key = match at_string(p) {
                        true => Some(string(p)?),
                        false => dotted(p),
                    };
                    p.expect_token(&Token::RParen)?;
                    key
                }
                false => None,
            };
            Command::ShowTableProperties { table, key }
        }
        "PARTITIONS" => Command::ShowPartitions { table: name(p)? },
        "FUNCTIONS" => Command::ShowFunctions {
            kinds: "ALL".into(),
            pattern: in_and_like(p)?.1,
        },
        "USER" | "SYSTEM" | "ALL" if accept(p, &["FUNCTIONS"]) => Command::ShowFunctions {
            kinds: what,
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
        if matches!(p.peek_token().token, Token::Word(_)) {
            let column = dotted(p).unwrap_or_default();
            return Ok(ParsedKind::Command(Command::DescribeColumn {
                name,
                column,
            }));
        }
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
        "VOLUME" => Command::DropVolume {
            name: name(p)?,
            if_exists,
        },
        "CATALOG" => {
            let name = identifier(p)?;
            let _ = accept(p, &["CASCADE"]) || accept(p, &["RESTRICT"]);
            Command::DropCatalog { name, if_exists }
        }
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

/// `MSCK REPAIR TABLE t …`, `ANALYZE TABLE t …`.
fn maintain(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    accept(p, &["REPAIR"]);
    expect(p, &["TABLE"])?;
    let table = name(p)?;
    while p.peek_token().token != Token::EOF {
        p.next_token();
    }
    Ok(Command::Maintain { table })
}

fn use_database(p: &mut Parser) -> Parsed<Command> {
    p.next_token();
    let is_name = matches!(p.peek_nth_token(1).token, Token::Word(_));
    if is_name && accept(p, &["CATALOG"]) {
        return Ok(Command::UseCatalog {
            name: name(p)?.join("."),
        });
    }
    if is_name {
        let _ = accept(p, &["DATABASE"]) || accept(p, &["SCHEMA"]) || accept(p, &["NAMESPACE"]);
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
