//! `DELETE`, `UPDATE`, `MERGE INTO`: copy-on-write. Only files with rows that change are written
//! anew; which those are is found by a first pass that statistics spare most files of.

mod delete;
mod merge;
mod rewrite;
mod update;

use std::collections::HashMap;
use std::sync::Arc;

use crate::delta::{AddFile, DeltaLog, Snapshot, TableScan};
use crate::session::{Session, SessionError, SessionState};
use crate::sql::functions::sql_text;
use crate::sql::plan::{Attribute, Expr, ExprKind, Plan, PlanNode};
use crate::types::{DataType, Frame, Value};

use super::counted as counts;

impl Session {
    /// Carries out a bound `DELETE`, and tells the number of rows.
    ///
    /// # Errors
    /// As [`Session::sql`].
    pub fn delete(&mut self, delete: &crate::sql::command::Delete) -> Result<Frame, SessionError> {
        delete::run(&self.state, delete)
    }

    /// Carries out a bound `UPDATE`, and tells the number of rows.
    ///
    /// # Errors
    /// As [`Session::sql`].
    pub fn update(&mut self, update: &crate::sql::command::Update) -> Result<Frame, SessionError> {
        update::run(&self.state, update)
    }

    /// Carries out a bound `MERGE INTO`, and tells the numbers of rows.
    ///
    /// # Errors
    /// As [`Session::sql`]; `DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE`.
    pub fn merge(&mut self, merge: &crate::sql::command::Merge) -> Result<Frame, SessionError> {
        merge::run(&self.state, merge)
    }
}

/// The plan with its Delta scan fixed at a version, and reading only `files` if they are given.
pub(in crate::session) fn at_version(
    plan: &Plan,
    version: u64,
    files: Option<&[Arc<AddFile>]>,
) -> Plan {
    if let PlanNode::DeltaScan(scan) = &plan.node {
        let mut scan = scan.clone();
        scan.version = Some(version);
        scan.files = files.map(<[_]>::to_vec);
        return Plan {
            node: PlanNode::DeltaScan(scan),
            output: plan.output.clone(),
        };
    }
    let inputs = plan
        .inputs()
        .iter()
        .map(|input| Arc::new(at_version(input, version, files)))
        .collect();
    plan.with_inputs(inputs)
}

/// A projection of visible columns.
fn project(input: Plan, columns: Vec<(String, Expr)>) -> Plan {
    let (exprs, output) = columns
        .into_iter()
        .map(|(name, expr)| {
            let attribute = Attribute::new(name, expr.data_type.clone(), expr.nullable);
            (expr, attribute)
        })
        .unzip();
    Plan {
        node: PlanNode::Project {
            input: Arc::new(input),
            exprs,
        },
        output,
    }
}

/// `CASE WHEN … THEN … ELSE otherwise END`
fn case(branches: Vec<(Expr, Expr)>, otherwise: Expr) -> Expr {
    if branches.is_empty() {
        return otherwise;
    }
    Expr {
        data_type: otherwise.data_type.clone(),
        nullable: true,
        kind: ExprKind::Case {
            branches,
            otherwise: Some(Box::new(otherwise)),
        },
    }
}

fn integer(n: i32) -> Expr {
    Expr::literal(Value::Integer(n), DataType::Integer)
}

fn boolean(value: bool) -> Expr {
    Expr::literal(Value::Boolean(value), DataType::Boolean)
}

/// The files of a version by the path that their rows' frames carry.
fn by_origin(
    state: &SessionState,
    snapshot: &Snapshot,
) -> Result<HashMap<String, Arc<AddFile>>, SessionError> {
    let scan = TableScan::new(state.fs.clone(), snapshot, Some(&[]))?;
    let mut files = HashMap::new();
    for file in snapshot.files() {
        files.insert(scan.path_of(file)?.to_string(), file.clone());
    }
    Ok(files)
}

/// The files that have rows for which `predicate` is true, with the number of those rows, in the
/// table's order of files.
pub(in crate::session) fn touched(
    state: &SessionState,
    log: &DeltaLog,
    target: &Plan,
    predicate: &Expr,
) -> Result<Vec<(Arc<AddFile>, u64)>, SessionError> {
    let snapshot = log.snapshot()?;
    let input = at_version(target, snapshot.version(), None);
    let output = input.output.clone();
    let matching = Plan {
        node: PlanNode::Filter {
            input: Arc::new(input),
            predicate: predicate.clone(),
        },
        output,
    };
    let plan = project(matching, vec![("matches".into(), boolean(true))]);
    let mut counts: HashMap<String, u64> = HashMap::new();
    for frame in state.rows(&plan)? {
        let frame = frame?;
        if let Some(origin) = frame.origin().filter(|_| frame.height() > 0) {
            *counts.entry(origin.to_string()).or_default() += frame.height() as u64;
        }
    }
    let scan = TableScan::new(state.fs.clone(), &snapshot, Some(&[]))?;
    let mut found = Vec::new();
    for file in snapshot.files() {
        if let Some(rows) = counts.get(&scan.path_of(file)?.to_string()) {
            found.push((file.clone(), *rows));
        }
    }
    Ok(found)
}

/// An expression as the history shows it: strings in quotes, columns with their tables' aliases
/// where `columns` are those of several.
pub(super) fn sql_of(expr: &Expr, columns: Option<&[Attribute]>) -> String {
    sql_text(&in_full(expr, columns))
}

fn in_full(expr: &Expr, columns: Option<&[Attribute]>) -> Expr {
    let mut expr = expr.clone();
    match &mut expr.kind {
        ExprKind::Literal(value @ Value::String(_)) => {
            let name = value.sql(&DataType::String);
            expr.kind = ExprKind::Column { index: 0, name };
        }
        ExprKind::Column { index, name } => {
            let attribute = columns.and_then(|c| c.get(*index));
            if let Some(table) = attribute.and_then(|a| a.qualifier.last()) {
                *name = format!("{table}.{name}");
            }
        }
        _ => {
            for child in expr.children_mut() {
                *child = in_full(child, columns);
            }
        }
    }
    expr
}

/// A list of predicates as the history shows it.
fn predicates(texts: &[String]) -> String {
    serde_json::json!(texts).to_string()
}

/// Calls `f` with the position of each column that an expression reads, to change.
fn visit(expr: &mut Expr, f: &mut dyn FnMut(&mut usize)) {
    if let ExprKind::Column { index, .. } = &mut expr.kind {
        f(index);
    }
    for child in expr.children_mut() {
        visit(child, f);
    }
}

/// The equalities of plain columns that a condition demands: a position among the first `width`
/// columns, and one among the others, counted from there.
fn equalities(condition: &Expr, width: usize) -> Vec<(usize, usize)> {
    let ExprKind::Call { function, args, .. } = &condition.kind else {
        return Vec::new();
    };
    match (function.name, args.as_slice()) {
        ("and", [a, b]) => {
            let mut all = equalities(a, width);
            all.extend(equalities(b, width));
            all
        }
        ("=" | "==", [a, b]) => match (&a.kind, &b.kind) {
            (ExprKind::Column { index: a, .. }, ExprKind::Column { index: b, .. }) => {
                let (target, source) = if a < b { (*a, *b) } else { (*b, *a) };
                match source.checked_sub(width) {
                    Some(source) if target < width => vec![(target, source)],
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
