//! Statements that aren't queries, analysed: what they name is typed, what they compute is bound.
//!
//! The session carries them out. Names of tables and views are as written, part by part
//! (`["default", "orders"]`, `["delta", "dbfs:/orders"]`).

use std::sync::Arc;

use crate::types::StructType;

use super::plan::{Expr, Plan};

/// An analysed statement.
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one statement at a time; on wasm32 it isn't large"
)]
pub enum Statement {
    /// Gives rows.
    Query(Arc<Plan>),
    /// Changes the catalog or a table, or tells about them.
    Command(Command),
}

/// A name with its parts as written.
pub type Name = Vec<String>;

/// A statement that isn't a query.
#[derive(Debug, Clone)]
pub enum Command {
    CreateView(CreateView),
    CreateTable(CreateTable),
    Insert(Insert),
    DropTable {
        name: Name,
        if_exists: bool,
    },
    DropView {
        name: Name,
        if_exists: bool,
    },
    CreateDatabase {
        name: Name,
        if_not_exists: bool,
        location: Option<String>,
        comment: Option<String>,
    },
    DropDatabase {
        name: Name,
        if_exists: bool,
        cascade: bool,
    },
    Use {
        database: Name,
    },
    /// `SET`, `SET key`, `SET key = value`.
    Set {
        key: Option<String>,
        value: Option<String>,
    },
    /// `RESET`, `RESET key`.
    Reset {
        key: Option<String>,
    },
    ShowTables {
        database: Option<Name>,
        pattern: Option<String>,
    },
    ShowViews {
        database: Option<Name>,
        pattern: Option<String>,
    },
    ShowDatabases {
        pattern: Option<String>,
    },
    ShowCatalogs,
    ShowColumns {
        table: Name,
    },
    ShowCreateTable {
        table: Name,
    },
    ShowTableProperties {
        table: Name,
    },
    ShowPartitions {
        table: Name,
    },
    ShowFunctions {
        pattern: Option<String>,
    },
    DescribeTable {
        name: Name,
        extended: bool,
    },
    DescribeQuery {
        plan: Arc<Plan>,
    },
    DescribeHistory {
        table: Name,
        limit: Option<u64>,
    },
    DescribeDetail {
        table: Name,
    },
    DescribeFunction {
        name: String,
        extended: bool,
    },
    DescribeDatabase {
        name: Name,
        extended: bool,
    },
    Optimize {
        table: Name,
        /// Over the table's columns.
        predicate: Option<Expr>,
        z_order: Vec<String>,
    },
    Vacuum {
        table: Name,
        retain_hours: Option<f64>,
        dry_run: bool,
    },
    Restore {
        table: Name,
        to: TimeTravel,
    },
    CacheTable {
        name: Name,
        /// `CACHE TABLE name AS query`.
        plan: Option<Arc<Plan>>,
        lazy: bool,
    },
    UncacheTable {
        name: Name,
        if_exists: bool,
    },
    ClearCache,
    RefreshTable {
        name: Name,
    },
    TruncateTable {
        table: Name,
    },
    /// Its rows for which `predicate` is true go; `None` is all.
    Delete {
        table: Name,
        target: Arc<Plan>,
        predicate: Option<Expr>,
    },
    Update {
        table: Name,
        target: Arc<Plan>,
        /// Positions in the target's output, and values over it of those columns' types.
        assignments: Vec<(usize, Expr)>,
        predicate: Option<Expr>,
    },
    Merge(Box<Merge>),
    AlterTable {
        name: Name,
        change: AlterTable,
    },
    Explain {
        mode: ExplainMode,
        plan: Arc<Plan>,
    },
}

/// Where in a table's history.
#[derive(Debug, Clone, PartialEq)]
pub enum TimeTravel {
    Version(u64),
    /// A timestamp as text, in the session's time zone unless it names one.
    Timestamp(String),
}

#[derive(Debug, Clone)]
pub struct CreateView {
    pub name: Name,
    pub kind: ViewKind,
    pub replace: bool,
    pub if_not_exists: bool,
    pub comment: Option<String>,
    /// With the view's column names.
    pub plan: Arc<Plan>,
    /// The query's text.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewKind {
    Temporary,
    /// Under `global_temp`.
    GlobalTemporary,
    Persisted,
}

/// `CREATE [OR REPLACE] TABLE`, with or without `AS`.
#[derive(Debug, Clone)]
pub struct CreateTable {
    pub name: Name,
    pub replace: bool,
    pub if_not_exists: bool,
    pub definition: TableDefinition,
    /// `AS query`, or the rows of a `CLONE`.
    pub plan: Option<Arc<Plan>>,
}

/// What a table is made with.
#[derive(Debug, Clone, Default)]
pub struct TableDefinition {
    /// Empty if the query or the files say it.
    pub schema: StructType,
    /// `USING`, lower case; `None` is the session's default, Delta.
    pub format: Option<String>,
    /// As written, in order.
    pub options: Vec<(String, String)>,
    pub location: Option<String>,
    pub partitioned_by: Vec<String>,
    pub clustered_by: Vec<String>,
    pub comment: Option<String>,
    pub properties: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct Insert {
    pub table: Name,
    pub overwrite: bool,
    /// All of the table's columns, in their order and of their types; columns that weren't
    /// named are NULL.
    pub plan: Arc<Plan>,
}

/// `MERGE INTO`. Expressions are over the target's output, then the source's.
#[derive(Debug, Clone)]
pub struct Merge {
    pub table: Name,
    pub target: Arc<Plan>,
    pub source: Arc<Plan>,
    pub condition: Expr,
    /// The first clause that fits a row acts.
    pub clauses: Vec<MergeClause>,
    /// `WITH SCHEMA EVOLUTION`.
    pub schema_evolution: bool,
}

#[derive(Debug, Clone)]
pub struct MergeClause {
    pub when: MergeWhen,
    pub condition: Option<Expr>,
    pub action: MergeAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeWhen {
    Matched,
    NotMatched,
    NotMatchedBySource,
}

#[derive(Debug, Clone)]
pub enum MergeAction {
    Delete,
    /// Positions in the target's output, and their new values.
    Update(Vec<(usize, Expr)>),
    /// A value for each of the target's columns.
    Insert(Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum AlterTable {
    SetProperties(Vec<(String, String)>),
    UnsetProperties { keys: Vec<String>, if_exists: bool },
    AddColumns(StructType),
    RenameColumn { from: String, to: String },
    DropColumns(Vec<String>),
    Rename(Name),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplainMode {
    Simple,
    Extended,
    Formatted,
    Cost,
    Codegen,
}
