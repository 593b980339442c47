//! Statements that aren't queries, analysed: what they name is typed, what they compute is bound.
//!
//! The session carries them out. Names of tables and views are as written, part by part
//! (`["default", "orders"]`, `["delta", "dbfs:/orders"]`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::types::{DataType, StructField, StructType, Value};

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
    /// `CREATE TABLE name LIKE source`.
    CreateTableLike {
        name: Name,
        source: Name,
        if_not_exists: bool,
        definition: TableDefinition,
    },
    CloneTable(CloneTable),
    CopyInto(CopyInto),
    CreateFunction(CreateFunction),
    Declare(Declaration),
    /// The plan's one row has the values, of the variables' types.
    SetVariables {
        names: Vec<String>,
        plan: Arc<Plan>,
    },
    DropVariable {
        name: Name,
        if_exists: bool,
    },
    DropFunction {
        name: Name,
        temporary: bool,
        if_exists: bool,
    },
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
        properties: Vec<(String, String)>,
    },
    /// `ALTER DATABASE … SET DBPROPERTIES`, `COMMENT ON DATABASE`.
    AlterDatabase {
        name: Name,
        comment: Option<String>,
        properties: Vec<(String, String)>,
    },
    DropDatabase {
        name: Name,
        if_exists: bool,
        cascade: bool,
    },
    Use {
        database: Name,
    },
    UseCatalog {
        name: String,
    },
    CreateCatalog {
        name: String,
        if_not_exists: bool,
    },
    DropCatalog {
        name: String,
        if_exists: bool,
    },
    /// `MSCK REPAIR TABLE`, `ANALYZE TABLE`: the log knows a table's files and statistics.
    Maintain {
        table: Name,
    },
    /// `CREATE [OR REFRESH] [STREAMING] LIVE TABLE`, `CREATE OR REFRESH STREAMING TABLE`,
    /// `MATERIALIZED VIEW`: for a pipeline, not a notebook.
    DefineForPipeline,
    /// `GRANT`, `REVOKE`, `DENY`.
    Privileges {
        statement: String,
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
        key: Option<String>,
    },
    ShowPartitions {
        table: Name,
    },
    ShowFunctions {
        /// `USER`, `SYSTEM` or `ALL`.
        kinds: String,
        pattern: Option<String>,
    },
    /// `DESCRIBE t c`
    DescribeColumn {
        name: Name,
        column: String,
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
    ConvertToDelta(ConvertToDelta),
    /// `GENERATE mode FOR TABLE name`.
    Generate {
        mode: String,
        table: Name,
    },
    CreateVolume {
        name: Name,
        if_not_exists: bool,
    },
    DropVolume {
        name: Name,
        if_exists: bool,
    },
    ShowVolumes {
        database: Option<Name>,
        pattern: Option<String>,
    },
    /// `LIST 'path'`.
    List {
        path: String,
        limit: Option<usize>,
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
    Delete(Delete),
    Update(Update),
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
    pub properties: Vec<(String, String)>,
    /// Names that the view gives its columns, each with its comment; empty for the query's own.
    pub columns: Vec<(String, Option<String>)>,
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

/// `CREATE TABLE name [SHALLOW | DEEP] CLONE source`.
#[derive(Debug, Clone)]
pub struct CloneTable {
    pub name: Name,
    pub source: Name,
    pub at: Option<TimeTravel>,
    pub shallow: bool,
    pub replace: bool,
    pub if_not_exists: bool,
    pub location: Option<String>,
    pub properties: Vec<(String, String)>,
}

/// `CONVERT TO DELTA source [PARTITIONED BY (…)]`.
#[derive(Debug, Clone)]
pub struct ConvertToDelta {
    /// A table's name, or ``parquet.`path` ``.
    pub source: Name,
    pub partitions: StructType,
}

/// `COPY INTO table FROM …`.
#[derive(Debug, Clone)]
pub struct CopyInto {
    pub table: Name,
    pub path: String,
    /// `FROM (SELECT … FROM path)`: its items as text.
    pub select: Option<Vec<String>>,
    /// Lower case.
    pub format: String,
    pub files: Vec<String>,
    pub pattern: Option<String>,
    pub format_options: Vec<(String, String)>,
    pub copy_options: Vec<(String, String)>,
}

/// `CREATE FUNCTION name(parameters) RETURNS type RETURN expression`.
#[derive(Debug, Clone)]
pub struct CreateFunction {
    pub name: Name,
    pub temporary: bool,
    pub replace: bool,
    pub if_not_exists: bool,
    pub function: SqlFunction,
}

/// A function defined in SQL. Its calls are replaced by its body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SqlFunction {
    pub parameters: Vec<FunctionParameter>,
    /// `None` is whatever the body gives.
    pub returns: Option<DataType>,
    pub comment: Option<String>,
    /// The expression's text.
    pub body: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionParameter {
    pub name: String,
    pub data_type: DataType,
    /// The expression's text.
    pub default: Option<String>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Insert {
    pub table: Name,
    pub overwrite: bool,
    /// `REPLACE WHERE`, and static partitions of an overwrite: only what fits goes.
    pub replace_where: Option<String>,
    /// All of the table's columns, in their order and of their types; columns that weren't
    /// named are NULL.
    pub plan: Arc<Plan>,
}

/// `DELETE FROM`. Expressions are over the target's output.
#[derive(Debug, Clone)]
pub struct Delete {
    pub table: Name,
    pub target: Arc<Plan>,
    /// The rows for which it is true go; `None` is all.
    pub predicate: Option<Expr>,
}

/// `UPDATE`. Expressions are over the target's output.
#[derive(Debug, Clone)]
pub struct Update {
    pub table: Name,
    pub target: Arc<Plan>,
    /// Positions in the target's output, and values of those columns' types.
    pub assignments: Vec<(usize, Expr)>,
    pub predicate: Option<Expr>,
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
    /// As for an update; other columns are what the table says, or NULL.
    Insert(Vec<(usize, Expr)>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum AlterTable {
    SetProperties(Vec<(String, String)>),
    UnsetProperties {
        keys: Vec<String>,
        if_exists: bool,
    },
    AddColumns(Vec<(StructField, Option<ColumnPlace>)>),
    RenameColumn {
        from: Name,
        to: String,
    },
    DropColumns {
        columns: Vec<Name>,
        if_exists: bool,
    },
    AlterColumn {
        column: Name,
        changes: Vec<ColumnChange>,
    },
    /// `CLUSTER BY (…)`; none for `CLUSTER BY NONE`.
    ClusterBy(Vec<String>),
    AddConstraint {
        name: String,
        /// As written.
        check: String,
    },
    DropConstraint {
        name: String,
        if_exists: bool,
    },
    Comment(Option<String>),
    Rename(Name),
}

/// `FIRST`, `AFTER column`.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnPlace {
    First,
    After(String),
}

#[derive(Debug, Clone, PartialEq)]
pub enum ColumnChange {
    Comment(String),
    SetNotNull,
    DropNotNull,
    Type(DataType),
    /// The expression's text.
    SetDefault(String),
    DropDefault,
    Place(ColumnPlace),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplainMode {
    Simple,
    Extended,
    Formatted,
    Cost,
    Codegen,
}

/// `DECLARE VARIABLE`.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub name: String,
    pub replace: bool,
    /// The default's text.
    pub default: String,
    /// One row of one column: the first value, of the variable's type.
    pub plan: Arc<Plan>,
}

/// A session's variable.
#[derive(Debug, Clone)]
pub struct Variable {
    pub value: Value,
    pub data_type: DataType,
    /// What `DEFAULT` sets it to, as text.
    pub default: String,
}
