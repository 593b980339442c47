//! The analysed plan: Catalyst's shape, every expression typed and bound to its input by position.
//!
//! One plan serves SQL text and the DataFrame API, batch and streaming. Analysis builds it,
//! `optimize` rewrites it, `execute` runs it. A streaming query replaces each
//! [`PlanNode::StreamSource`] by the scan of its micro-batch ([`Plan::with_batches`]) and runs
//! what results like any other plan.

use std::collections::HashMap;
use std::sync::Arc;

use crate::delta::AddFile;
use crate::formats::{FileFormat, Options, UnknownFields};
use crate::storage::{DbfsPath, FileStatus};
use crate::types::{DataType, Frame, Metadata, SchemaRef, StructField, StructType, Value};

use super::functions::Function;
use super::python::PythonUdf;

/// A column of a plan's output.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub name: String,
    pub data_type: DataType,
    pub nullable: bool,
    pub metadata: Metadata,
    /// What may stand before the name (`o` in `o.customer_id`); the last part is the table's
    /// name or alias, earlier ones its schema and catalog.
    pub qualifier: Vec<String>,
    /// Left out of `*`, as `_metadata` is.
    pub hidden: bool,
}

impl Attribute {
    /// An unqualified, visible column.
    pub fn new(name: impl Into<String>, data_type: DataType, nullable: bool) -> Self {
        Attribute {
            name: name.into(),
            data_type,
            nullable,
            metadata: Metadata::default(),
            qualifier: Vec::new(),
            hidden: false,
        }
    }
}

/// A node of the plan with its output columns.
#[derive(Debug, Clone)]
pub struct Plan {
    pub node: PlanNode,
    pub output: Vec<Attribute>,
}

/// What a node does.
#[derive(Debug, Clone)]
pub enum PlanNode {
    /// One row without columns: the input of `SELECT 1`.
    OneRow,
    /// Rows at hand: `VALUES`, `createDataFrame`, an in-memory batch.
    Local(Frame),
    /// `range(start, end, step)`: one column `id`.
    Range {
        start: i64,
        end: i64,
        step: i64,
    },
    /// Files of one format. The output is `schema`'s columns, then the hidden `_metadata`.
    FileScan(FileScan),
    /// A Delta table, at a version or the newest one when run. The output is as of a file scan.
    DeltaScan(DeltaScan),
    /// Where a stream's data will come in. Only a streaming query can run it.
    StreamSource(Arc<StreamSource>),
    /// A streaming source's rows of one micro-batch, in the source's place.
    Batch {
        input: Arc<Plan>,
        /// Which of [`Plan::stream_sources`] it stands for.
        ordinal: usize,
    },
    /// Renames the qualifier of all columns.
    SubqueryAlias {
        input: Arc<Plan>,
        name: String,
    },
    /// The view that a plan came from: keeps lineage for the flow view; passes rows through.
    View {
        input: Arc<Plan>,
        name: String,
    },
    Project {
        input: Arc<Plan>,
        /// One expression for each output column, over the input's columns.
        exprs: Vec<Expr>,
    },
    Filter {
        input: Arc<Plan>,
        predicate: Expr,
    },
    Join {
        left: Arc<Plan>,
        right: Arc<Plan>,
        kind: JoinKind,
        /// Over the left columns, then the right ones. `None` is a cross join.
        condition: Option<Expr>,
    },
    /// Output: the keys, then the aggregates.
    Aggregate {
        input: Arc<Plan>,
        keys: Vec<Expr>,
        aggregates: Vec<AggregateCall>,
    },
    /// Output: the input's columns, then the calls.
    Window {
        input: Arc<Plan>,
        calls: Vec<WindowCall>,
    },
    Sort {
        input: Arc<Plan>,
        keys: Vec<SortKey>,
    },
    Limit {
        input: Arc<Plan>,
        limit: Option<u64>,
        offset: u64,
    },
    /// `DISTINCT`, or `dropDuplicates` over some of the columns (all if `None`).
    Distinct {
        input: Arc<Plan>,
        on: Option<Vec<usize>>,
        /// `dropDuplicatesWithinWatermark`: a key is forgotten once the watermark is so much
        /// later than its time as rows may be late.
        within_watermark: bool,
    },
    /// `UNION ALL`; the inputs agree in number and types of columns.
    Union {
        inputs: Vec<Arc<Plan>>,
    },
    /// `WITH RECURSIVE`: the anchor's rows, then those that `step` makes of the rows before, until it makes none.
    Recursive {
        anchor: Arc<Plan>,
        /// Reads the rows before where it has the [`PlanNode::Recursion`] of this id.
        step: Arc<Plan>,
        id: u32,
    },
    /// The rows that a recursive query made last.
    Recursion {
        id: u32,
    },
    /// `INTERSECT` and `EXCEPT`.
    SetOperation {
        left: Arc<Plan>,
        right: Arc<Plan>,
        kind: SetOperationKind,
        all: bool,
    },
    /// Rows made from rows: output is the input's columns, then the generator's.
    Generate {
        input: Arc<Plan>,
        generator: &'static Function,
        args: Vec<Expr>,
        /// `explode_outer`, `LATERAL VIEW OUTER`: a row of nulls where nothing is generated.
        outer: bool,
    },
    /// `withWatermark`: marks a column as event time.
    Watermark {
        input: Arc<Plan>,
        column: usize,
        delay_ms: i64,
    },
}

/// Files to read.
#[derive(Debug, Clone)]
pub struct FileScan {
    pub format: FileFormat,
    pub options: Options,
    /// The paths that were asked for, for messages and lineage.
    pub paths: Vec<DbfsPath>,
    /// Fixed when the relation is made: a static DataFrame doesn't see files added later.
    pub files: Vec<FileStatus>,
    /// Data columns, the rescued data column if there is one, then partition columns.
    pub schema: SchemaRef,
    /// How many of the last columns come from `k=v` directories.
    pub partition_columns: usize,
    /// The rescued data column's name, if it is read.
    pub rescued_column: Option<String>,
    /// Collects the top-level fields that files have and `schema` lacks, if somebody wants to
    /// know. Projection must not make known fields unknown.
    pub unknown: Option<UnknownFields>,
    /// Positions in the output to produce, ascending; `None` is all. Others are absent from
    /// the node's `output` too. Set by `optimize`.
    pub projection: Option<Vec<usize>>,
}

/// A Delta table to read.
#[derive(Debug, Clone)]
pub struct DeltaScan {
    pub table: DbfsPath,
    /// The name it was asked for by, for messages and lineage.
    pub name: Option<String>,
    /// `None` reads the newest version when run.
    pub version: Option<u64>,
    /// The files of a micro-batch; `None` reads all of the version.
    pub files: Option<Vec<Arc<AddFile>>>,
    /// The table's schema when the relation was analysed.
    pub schema: SchemaRef,
    /// As in [`FileScan::projection`].
    pub projection: Option<Vec<usize>>,
}

/// A streaming relation: a source and how it was configured.
#[derive(Debug, Clone)]
pub struct StreamSource {
    pub spec: StreamSourceSpec,
    pub options: Options,
    /// The columns without `_metadata`.
    pub schema: SchemaRef,
}

impl StreamSource {
    /// No rows of the source.
    pub fn nothing(&self) -> PlanNode {
        let fields = scan_output(&self.schema).into_iter().map(|a| StructField {
            name: a.name,
            data_type: a.data_type,
            nullable: a.nullable,
            metadata: a.metadata,
        });
        let schema = StructType::new(fields.collect());
        PlanNode::Local(Frame::empty(Arc::new(schema)))
    }
}

/// The kinds of streaming source.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamSourceSpec {
    /// Auto Loader (`cloudFiles`).
    CloudFiles { path: DbfsPath, format: FileFormat },
    /// `readStream.format("json")` and its kin, with a schema given.
    Files { path: DbfsPath, format: FileFormat },
    /// `readStream.table(name)`, `readStream.format("delta").load(path)`.
    Delta {
        table: DbfsPath,
        name: Option<String>,
    },
    /// `readStream.format("rate")`.
    Rate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    Inner,
    Left,
    Right,
    Full,
    Cross,
    LeftSemi,
    LeftAnti,
    /// As `Left`; a row that fits several is an error: the value of a correlated subquery.
    LeftSingle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperationKind {
    Intersect,
    Except,
}

/// A typed expression over a row of its node's input.
#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    pub data_type: DataType,
    pub nullable: bool,
}

/// What an expression computes.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// The input's column at `index`; `name` is for messages.
    Column {
        index: usize,
        name: String,
    },
    Literal(Value),
    /// A cast to the expression's type.
    Cast {
        child: Box<Expr>,
        mode: EvalMode,
    },
    /// A scalar function or operator. `mode` is what ANSI mode was when it was analysed.
    Call {
        function: &'static Function,
        args: Vec<Expr>,
        mode: EvalMode,
    },
    /// A Python function's value.
    Udf {
        udf: Arc<PythonUdf>,
        args: Vec<Expr>,
    },
    /// `CASE WHEN`, `if`, `coalesce`, `nvl`: a branch is evaluated only for its own rows.
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    /// A struct's field; over an array of structs, that field of each element.
    GetField {
        child: Box<Expr>,
        index: usize,
    },
    /// A lambda's body; its parameters are [`ExprKind::LambdaVariable`]s. Only as an argument
    /// of a higher-order function.
    Lambda {
        body: Box<Expr>,
        parameters: Vec<LambdaParameter>,
    },
    /// A parameter of an enclosing lambda.
    LambdaVariable(LambdaParameter),
    /// `(SELECT …)` as a value: one row, one column; no row is NULL.
    ScalarSubquery(Arc<Plan>),
    /// `EXISTS (SELECT …)`, uncorrelated.
    Exists {
        plan: Arc<Plan>,
        negated: bool,
    },
    /// `value IN (SELECT …)`, uncorrelated.
    InSubquery {
        value: Box<Expr>,
        plan: Arc<Plan>,
        negated: bool,
    },
}

/// A lambda's parameter, known by an id that is unique in its statement.
#[derive(Debug, Clone, PartialEq)]
pub struct LambdaParameter {
    pub id: u32,
    pub name: String,
    pub data_type: DataType,
    pub nullable: bool,
}

/// What happens where a value has no result (overflow, malformed text, division by zero).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvalMode {
    /// An error: `spark.sql.ansi.enabled`, the default.
    Ansi,
    /// NULL or wrap-around, as Hive did.
    Legacy,
    /// NULL: `try_cast`, `try_add`.
    Try,
}

/// An aggregate function over a group.
#[derive(Debug, Clone)]
pub struct AggregateCall {
    pub function: &'static Function,
    pub args: Vec<Expr>,
    pub distinct: bool,
    /// `FILTER (WHERE …)`.
    pub filter: Option<Expr>,
    pub mode: EvalMode,
    pub data_type: DataType,
    pub nullable: bool,
}

/// A window function: `rank() OVER (PARTITION BY … ORDER BY … frame)`.
#[derive(Debug, Clone)]
pub struct WindowCall {
    /// An aggregate, or a ranking or offset function.
    pub call: AggregateCall,
    pub partition_by: Vec<Expr>,
    pub order_by: Vec<SortKey>,
    pub frame: WindowFrame,
}

/// The rows of a partition that a window function sees, relative to the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowFrame {
    /// `RANGE` frames take in the current row's peers; `ROWS` count.
    pub range: bool,
    /// `None` is unbounded; negative is preceding.
    pub start: Option<i64>,
    pub end: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct SortKey {
    pub expr: Expr,
    pub descending: bool,
    pub nulls_first: bool,
}

// What lies below an expression or a node, listed once for those who look and those who change.

macro_rules! children_of {
    ($kind:expr, $iter:ident, $deref:ident) => {
        match $kind {
            ExprKind::Column { .. }
            | ExprKind::Literal(_)
            | ExprKind::LambdaVariable(_)
            | ExprKind::ScalarSubquery(_)
            | ExprKind::Exists { .. } => Vec::new(),
            ExprKind::Cast { child, .. }
            | ExprKind::GetField { child, .. }
            | ExprKind::Lambda { body: child, .. }
            | ExprKind::InSubquery { value: child, .. } => vec![child],
            ExprKind::Call { args, .. } | ExprKind::Udf { args, .. } => args.$iter().collect(),
            ExprKind::Case {
                branches,
                otherwise,
            } => branches
                .$iter()
                .flat_map(|(when, then)| [when, then])
                .chain(otherwise.$deref())
                .collect(),
        }
    };
}

macro_rules! expressions_of {
    ($node:expr, $iter:ident $(, $change:tt)?) => {
        match $node {
            PlanNode::Project { exprs, .. } => exprs.$iter().collect(),
            PlanNode::Filter { predicate, .. } => vec![predicate],
            PlanNode::Join { condition, .. } => condition.$iter().collect(),
            PlanNode::Aggregate {
                keys, aggregates, ..
            } => {
                let calls = aggregates
                    .$iter()
                    .flat_map(|a| a.args.$iter().chain(a.filter.$iter()));
                keys.$iter().chain(calls).collect()
            }
            PlanNode::Window { calls, .. } => calls
                .$iter()
                .flat_map(|w| {
                    let keys = w.order_by.$iter().map(|k| & $($change)? k.expr);
                    let call = w.call.args.$iter().chain(w.call.filter.$iter());
                    call.chain(w.partition_by.$iter()).chain(keys)
                })
                .collect(),
            PlanNode::Sort { keys, .. } => {
                keys.$iter().map(|k| & $($change)? k.expr).collect()
            }
            PlanNode::Generate { args, .. } => args.$iter().collect(),
            _ => Vec::new(),
        }
    };
}

macro_rules! inputs_of {
    ($node:expr, $iter:ident) => {
        match $node {
            PlanNode::OneRow
            | PlanNode::Local(_)
            | PlanNode::Range { .. }
            | PlanNode::FileScan(_)
            | PlanNode::DeltaScan(_)
            | PlanNode::Recursion { .. }
            | PlanNode::StreamSource(_) => Vec::new(),
            PlanNode::Batch { input, .. }
            | PlanNode::SubqueryAlias { input, .. }
            | PlanNode::View { input, .. }
            | PlanNode::Project { input, .. }
            | PlanNode::Filter { input, .. }
            | PlanNode::Aggregate { input, .. }
            | PlanNode::Window { input, .. }
            | PlanNode::Sort { input, .. }
            | PlanNode::Limit { input, .. }
            | PlanNode::Distinct { input, .. }
            | PlanNode::Generate { input, .. }
            | PlanNode::Watermark { input, .. } => vec![input],
            PlanNode::Join { left, right, .. } | PlanNode::SetOperation { left, right, .. } => {
                vec![left, right]
            }
            PlanNode::Recursive { anchor, step, .. } => vec![anchor, step],
            PlanNode::Union { inputs } => inputs.$iter().collect(),
        }
    };
}

impl Expr {
    /// The input's column at `index`.
    pub fn column(index: usize, attribute: &Attribute) -> Expr {
        Expr {
            kind: ExprKind::Column {
                index,
                name: attribute.name.clone(),
            },
            data_type: attribute.data_type.clone(),
            nullable: attribute.nullable,
        }
    }

    /// A constant.
    pub fn literal(value: Value, data_type: DataType) -> Expr {
        Expr {
            nullable: value == Value::Null,
            kind: ExprKind::Literal(value),
            data_type,
        }
    }

    /// Whether a condition is false or NULL: never NULL itself.
    pub fn is_not_true(condition: Expr) -> Expr {
        let boolean = |value| Expr::literal(Value::Boolean(value), DataType::Boolean);
        Expr {
            kind: ExprKind::Case {
                branches: vec![(condition, boolean(false))],
                otherwise: Some(Box::new(boolean(true))),
            },
            data_type: DataType::Boolean,
            nullable: false,
        }
    }

    /// The expressions directly below this one. Subqueries' plans aren't entered.
    pub fn children(&self) -> Vec<&Expr> {
        children_of!(&self.kind, iter, as_deref)
    }

    /// The expressions directly below this one, to change.
    pub fn children_mut(&mut self) -> Vec<&mut Expr> {
        children_of!(&mut self.kind, iter_mut, as_deref_mut)
    }
}

/// The hidden column `_metadata` of a file scan.
///
/// Source: Databricks and Spark documentation, "File metadata column".
pub fn metadata_attribute() -> Attribute {
    let fields = [
        ("file_path", DataType::String),
        ("file_name", DataType::String),
        ("file_size", DataType::Long),
        ("file_block_start", DataType::Long),
        ("file_block_length", DataType::Long),
        ("file_modification_time", DataType::Timestamp),
    ];
    let mut schema = StructType::of(fields);
    for field in &mut schema.fields {
        field.nullable = false;
    }
    Attribute {
        hidden: true,
        ..Attribute::new("_metadata", DataType::Struct(schema), false)
    }
}

/// The output of a scan: the schema's columns, then the hidden `_metadata`.
fn scan_output(schema: &StructType) -> Vec<Attribute> {
    let columns = schema.fields.iter().map(|field| Attribute {
        metadata: field.metadata.clone(),
        ..Attribute::new(&field.name, field.data_type.clone(), field.nullable)
    });
    columns.chain([metadata_attribute()]).collect()
}

impl Plan {
    /// Reads files.
    pub fn file_scan(scan: FileScan) -> Plan {
        Plan {
            output: scan_output(&scan.schema),
            node: PlanNode::FileScan(scan),
        }
    }

    /// Reads a Delta table.
    pub fn delta_scan(scan: DeltaScan) -> Plan {
        Plan {
            output: scan_output(&scan.schema),
            node: PlanNode::DeltaScan(scan),
        }
    }

    /// Reads a stream.
    pub fn stream_source(source: StreamSource) -> Plan {
        Plan {
            output: scan_output(&source.schema),
            node: PlanNode::StreamSource(Arc::new(source)),
        }
    }

    /// Rows at hand.
    pub fn local(frame: Frame) -> Plan {
        let fields = &frame.schema().fields;
        let output = fields.iter().map(|f| Attribute {
            metadata: f.metadata.clone(),
            ..Attribute::new(&f.name, f.data_type.clone(), f.nullable)
        });
        Plan {
            output: output.collect(),
            node: PlanNode::Local(frame),
        }
    }

    /// Some of a plan's columns, by position and attribute.
    pub fn keep_columns(input: &Arc<Plan>, keep: impl Fn(usize, &Attribute) -> bool) -> Arc<Plan> {
        let columns = input.output.iter().enumerate();
        let (exprs, output) = columns
            .filter(|(i, a)| keep(*i, a))
            .map(|(i, a)| (Expr::column(i, a), a.clone()))
            .unzip();
        Arc::new(Plan {
            node: PlanNode::Project {
                input: input.clone(),
                exprs,
            },
            output,
        })
    }

    /// Without hidden columns: they end with the query that may name them.
    pub fn visible_only(input: &Arc<Plan>) -> Arc<Plan> {
        match input.output.iter().any(|a| a.hidden) {
            true => Plan::keep_columns(input, |_, a| !a.hidden),
            false => input.clone(),
        }
    }

    /// `range(start, end, step)`.
    pub fn range(start: i64, end: i64, step: i64) -> Plan {
        Plan {
            node: PlanNode::Range { start, end, step },
            output: vec![Attribute::new("id", DataType::Long, false)],
        }
    }

    /// The visible columns as a schema.
    pub fn schema(&self) -> SchemaRef {
        Arc::new(StructType::new(
            self.output
                .iter()
                .filter(|a| !a.hidden)
                .map(|a| StructField {
                    name: a.name.clone(),
                    data_type: a.data_type.clone(),
                    nullable: a.nullable,
                    metadata: a.metadata.clone(),
                })
                .collect(),
        ))
    }

    /// The expressions of the node itself, over its inputs' columns.
    pub fn expressions(&self) -> Vec<&Expr> {
        expressions_of!(&self.node, iter)
    }

    /// The expressions of the node itself, to change.
    pub fn expressions_mut(&mut self) -> Vec<&mut Expr> {
        expressions_of!(&mut self.node, iter_mut, mut)
    }

    /// The plans directly below this one.
    pub fn inputs(&self) -> Vec<&Arc<Plan>> {
        inputs_of!(&self.node, iter)
    }

    /// The same node over other inputs, given in the order of [`Plan::inputs`].
    pub fn with_inputs(&self, inputs: Vec<Arc<Plan>>) -> Plan {
        let mut plan = self.clone();
        let mut new = inputs.into_iter();
        for slot in inputs_of!(&mut plan.node, iter_mut) {
            if let Some(input) = new.next() {
                *slot = input;
            }
        }
        plan
    }

    /// How many operators lie on the longest way from here to a source.
    pub fn depth(&self) -> usize {
        // Without recursion, as it is asked for what may be too deep for that.
        let mut known: HashMap<*const Plan, usize> = HashMap::new();
        let mut open: Vec<(&Plan, bool)> = vec![(self, false)];
        while let Some((plan, knows_inputs)) = open.pop() {
            let key = std::ptr::from_ref(plan);
            if known.contains_key(&key) {
                continue;
            }
            let inputs = plan.inputs();
            if knows_inputs {
                let depths = inputs
                    .iter()
                    .filter_map(|input| known.get(&Arc::as_ptr(input)));
                let deepest = depths.max().copied().unwrap_or(0);
                known.insert(key, deepest + 1);
            } else {
                open.push((plan, true));
                open.extend(inputs.into_iter().map(|input| (input.as_ref(), false)));
            }
        }
        known.get(&std::ptr::from_ref(self)).copied().unwrap_or(0)
    }

    /// Whether rows come from a streaming source (`DataFrame.isStreaming`).
    pub fn is_streaming(&self) -> bool {
        matches!(
            self.node,
            PlanNode::StreamSource(_) | PlanNode::Batch { .. }
        ) || self.inputs().iter().any(|p| p.is_streaming())
    }

    /// The streaming sources, left to right: their order is the order of the offsets in a
    /// checkpoint's offset log.
    pub fn stream_sources(&self) -> Vec<Arc<StreamSource>> {
        match &self.node {
            PlanNode::StreamSource(source) => vec![source.clone()],
            _ => self
                .inputs()
                .iter()
                .flat_map(|p| p.stream_sources())
                .collect(),
        }
    }

    /// The plan of one micro-batch: each streaming source replaced by a [`PlanNode::Batch`] over
    /// the next of `batches`, whose output must have the source's columns. Sources without a
    /// batch keep their place.
    pub fn with_batches(&self, batches: &mut impl Iterator<Item = PlanNode>) -> Plan {
        self.replace_sources(&mut batches.enumerate())
    }

    /// The plan over `rows` where it reads the rows that a recursive query made last.
    pub fn with_recursion(&self, recursion: u32, rows: &Frame) -> Plan {
        match self.node {
            PlanNode::Recursion { id } if id == recursion => Plan {
                node: PlanNode::Local(rows.clone()),
                output: self.output.clone(),
            },
            _ => {
                let inputs = self.inputs().into_iter();
                let inputs = inputs.map(|p| Arc::new(p.with_recursion(recursion, rows)));
                self.with_inputs(inputs.collect())
            }
        }
    }

    /// Whether it reads the rows that a recursive query made last.
    pub fn reads_recursion(&self, recursion: u32) -> bool {
        matches!(self.node, PlanNode::Recursion { id } if id == recursion)
            || self.inputs().iter().any(|p| p.reads_recursion(recursion))
    }

    fn replace_sources(&self, batches: &mut impl Iterator<Item = (usize, PlanNode)>) -> Plan {
        if let PlanNode::StreamSource(_) = self.node {
            let Some((ordinal, node)) = batches.next() else {
                return self.clone();
            };
            let output = self.output.clone();
            return Plan {
                node: PlanNode::Batch {
                    input: Arc::new(Plan {
                        node,
                        output: output.clone(),
                    }),
                    ordinal,
                },
                output,
            };
        }
        let inputs = self
            .inputs()
            .iter()
            .map(|p| Arc::new(p.replace_sources(batches)))
            .collect();
        self.with_inputs(inputs)
    }
}
