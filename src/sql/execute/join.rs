//! Joins: one side is built into a hash table, the other probes it chunk by chunk.

use std::sync::Arc;

use polars_core::prelude::{IdxCa, IdxSize, NewChunkedArray, PlSmallStr, Series};

use super::evaluate::Scope;
use super::keys::{KeyRows, KeyTable, NO_KEY, non_null_rows};
use super::stream::take_rows;
use super::{ExecContext, ExecuteError, FrameStream, full_schema};
use crate::sql::SqlError;
use crate::sql::plan::{Expr, ExprKind, JoinKind, Plan, PlanNode};
use crate::types::{Frame, SchemaRef};

/// Pairs of rows that are looked at at once, unless a single row has more.
const PAIRS: usize = 128 * 1024;

/// Joins two streams. Rows come out in the order of the probing side: the left one of LEFT,
/// SEMI and ANTI joins, the right one of RIGHT joins, the larger one or the stream of others.
pub(super) fn join(
    (left, right): (&Plan, &Plan),
    (left_rows, right_rows): (FrameStream, FrameStream),
    kind: JoinKind,
    condition: Option<&Expr>,
    schema: SchemaRef,
    ctx: Arc<ExecContext>,
) -> FrameStream {
    let build_left = build_left(kind, left, right);
    let condition = JoinCondition::new(condition, left.output.len());
    let (probe, build) = if build_left {
        (right_rows, left_rows)
    } else {
        (left_rows, right_rows)
    };
    let (probe_plan, build_plan) = if build_left {
        (right, left)
    } else {
        (left, right)
    };
    Box::new(Join {
        probe,
        phase: Phase::Building(build, vec![Frame::empty(full_schema(build_plan))]),
        probe_schema: full_schema(probe_plan),
        condition,
        kind,
        build_left,
        schema,
        pair_schema: pair_schema(left, right),
        ctx,
    })
}

/// The left columns, then the right ones: what a condition is over.
pub(super) fn pair_schema(left: &Plan, right: &Plan) -> SchemaRef {
    let mut schema = (*full_schema(left)).clone();
    schema
        .fields
        .extend(full_schema(right).fields.iter().cloned());
    Arc::new(schema)
}

/// Whether the left side is the one to hold in memory.
pub(in crate::sql) fn build_left(kind: JoinKind, left: &Plan, right: &Plan) -> bool {
    match kind {
        JoinKind::Left
        | JoinKind::LeftSemi
        | JoinKind::LeftAnti
        | JoinKind::LeftSingle
        | JoinKind::Full => false,
        JoinKind::Right => true,
        JoinKind::Inner | JoinKind::Cross => {
            if left.is_streaming() || right.is_streaming() {
                return right.is_streaming();
            }
            match (size(left), size(right)) {
                (Some(left), Some(right)) => left < right,
                (Some(left), None) => left < 10 * 1024 * 1024,
                _ => false,
            }
        }
    }
}

/// Bytes that a plan reads, about.
fn size(plan: &Plan) -> Option<u64> {
    match &plan.node {
        PlanNode::OneRow => Some(0),
        PlanNode::Local(frame) => Some(frame.estimated_size() as u64),
        PlanNode::FileScan(scan) => Some(scan.files.iter().map(|f| f.size).sum()),
        PlanNode::DeltaScan(scan) => {
            let files = scan.files.as_ref()?;
            Some(files.iter().map(|f| f.size.unsigned_abs()).sum())
        }
        PlanNode::Range { start, end, step } => {
            Some(8 * (end.abs_diff(*start) / step.unsigned_abs().max(1)))
        }
        _ => plan
            .inputs()
            .into_iter()
            .map(|p| size(p))
            .try_fold(0, |a: u64, b| b.map(|b| a.saturating_add(b))),
    }
}

/// A condition taken apart: equalities between the sides, and the rest.
pub(in crate::sql) struct JoinCondition {
    pub left_keys: Vec<Expr>,
    pub right_keys: Vec<Expr>,
    /// Which equalities are `<=>`: NULL equals NULL.
    pub null_safe: Vec<bool>,
    /// Over the left columns, then the right ones; all must be true.
    pub residual: Vec<Expr>,
}

impl JoinCondition {
    pub fn new(condition: Option<&Expr>, left_width: usize) -> Self {
        let mut taken = JoinCondition {
            left_keys: Vec::new(),
            right_keys: Vec::new(),
            null_safe: Vec::new(),
            residual: Vec::new(),
        };
        if let Some(condition) = condition {
            for conjunct in conjuncts(condition) {
                taken.take(conjunct, left_width);
            }
        }
        taken
    }

    fn take(&mut self, conjunct: &Expr, left_width: usize) {
        if let ExprKind::Call { function, args, .. } = &conjunct.kind
            && let [a, b] = args.as_slice()
            && a.data_type == b.data_type
            && matches!(function.name, "=" | "==" | "<=>")
        {
            let keys = match (side_of(a, left_width), side_of(b, left_width)) {
                (Some(Side::Left), Some(Side::Right)) => Some((a, b)),
                (Some(Side::Right), Some(Side::Left)) => Some((b, a)),
                _ => None,
            };
            if let Some((left, right)) = keys {
                self.left_keys.push(left.clone());
                self.right_keys.push(shifted(right, left_width));
                self.null_safe.push(function.name == "<=>");
                return;
            }
        }
        self.residual.push(conjunct.clone());
    }
}

/// The parts that `AND` puts together.
pub(in crate::sql) fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    match &condition.kind {
        ExprKind::Call { function, args, .. } if function.name == "and" => {
            args.iter().flat_map(conjuncts).collect()
        }
        _ => vec![condition],
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql) enum Side {
    Left,
    Right,
}

/// The one side whose columns `expr` reads; `None` for both or neither.
pub(in crate::sql) fn side_of(expr: &Expr, left_width: usize) -> Option<Side> {
    let own = match &expr.kind {
        ExprKind::Column { index, .. } => {
            return Some(if *index < left_width {
                Side::Left
            } else {
                Side::Right
            });
        }
        _ => expr.children(),
    };
    let mut side = None;
    for child in own {
        let has_column = reads_columns(child);
        match (side, side_of(child, left_width)) {
            (_, None) if has_column => return None,
            (_, None) => {}
            (None, found) => side = found,
            (Some(a), Some(b)) if a == b => {}
            _ => return None,
        }
    }
    side
}

fn reads_columns(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Column { .. }) || expr.children().into_iter().any(reads_columns)
}

/// The expression with its columns `by` places further left.
pub(in crate::sql) fn shifted(expr: &Expr, by: usize) -> Expr {
    let mut expr = expr.clone();
    shift(&mut expr, by);
    expr
}

fn shift(expr: &mut Expr, by: usize) {
    if let ExprKind::Column { index, .. } = &mut expr.kind {
        *index = index.saturating_sub(by);
    }
    expr.children_mut()
        .into_iter()
        .for_each(|child| shift(child, by));
}

struct Join {
    probe: FrameStream,
    phase: Phase,
    probe_schema: SchemaRef,
    condition: JoinCondition,
    kind: JoinKind,
    build_left: bool,
    schema: SchemaRef,
    pair_schema: SchemaRef,
    ctx: Arc<ExecContext>,
}

enum Phase {
    Building(FrameStream, Vec<Frame>),
    Probing(Box<Built>, Option<Probe>),
    Over,
}

/// The side in memory.
struct Built {
    frame: Frame,
    /// `None` without equalities: every row is a candidate.
    index: Option<Index>,
    /// For FULL joins: which rows found a partner.
    matched: Vec<bool>,
}

/// Rows by key: those of key `k` are `rows[starts[k]..starts[k + 1]]`.
struct Index {
    table: KeyTable,
    starts: Vec<usize>,
    rows: Vec<IdxSize>,
}

/// A chunk of the probing side, and how far it got.
struct Probe {
    frame: Frame,
    /// Each row's key in the index.
    keys: Vec<IdxSize>,
    next: usize,
}

impl Index {
    fn new(keys: &[Series], rows: usize, null_safe: &[bool]) -> Result<Self, SqlError> {
        let encoded = KeyRows::encode(keys, rows)?;
        let valid = non_null_rows(&plain(keys, null_safe));
        let mut table = KeyTable::default();
        let mut ids = vec![NO_KEY; rows];
        for (row, id) in ids.iter_mut().enumerate() {
            if valid.as_ref().is_none_or(|v| v.get(row) == Some(true)) {
                *id = table.insert_one(encoded.get(row)).0;
            }
        }
        let mut starts = vec![0usize; table.len() + 1];
        for id in &ids {
            if let Some(count) = starts.get_mut(*id as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut at = starts.clone();
        let mut sorted = vec![0; sum];
        for (row, id) in (0..).zip(&ids) {
            if let Some(place) = at.get_mut(*id as usize).filter(|_| *id != NO_KEY) {
                if let Some(slot) = sorted.get_mut(*place) {
                    *slot = row;
                }
                *place += 1;
            }
        }
        Ok(Index {
            table,
            starts,
            rows: sorted,
        })
    }

    fn rows(&self, key: IdxSize) -> &[IdxSize] {
        let key = key as usize;
        match (self.starts.get(key), self.starts.get(key + 1)) {
            (Some(start), Some(end)) => self.rows.get(*start..*end).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// The keys whose NULLs match nothing.
pub(super) fn plain(keys: &[Series], null_safe: &[bool]) -> Vec<Series> {
    keys.iter()
        .zip(null_safe)
        .filter(|(_, safe)| !**safe)
        .map(|(key, _)| key.clone())
        .collect()
}

impl Iterator for Join {
    type Item = Result<Frame, SqlError>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Building(mut build, mut frames) => {
                match build.next() {
                    Some(Ok(frame)) => {
                        frames.push(frame);
                        self.phase = Phase::Building(build, frames);
                    }
                    Some(Err(error)) => return Some(Err(error)),
                    None => match self.built(frames) {
                        Ok(built) => self.phase = Phase::Probing(Box::new(built), None),
                        Err(error) => return Some(Err(error)),
                    },
                }
                Some(Ok(Frame::empty(self.schema.clone())))
            }
            Phase::Probing(mut built, probe) => {
                let probe = match probe {
                    Some(probe) => Some(probe),
                    None => match self.probe.next() {
                        Some(Ok(frame)) => match self.start(frame, &built) {
                            Ok(probe) => Some(probe),
                            Err(error) => return Some(Err(error)),
                        },
                        Some(Err(error)) => return Some(Err(error)),
                        None => None,
                    },
                };
                let Some(mut probe) = probe else {
                    return (self.kind == JoinKind::Full).then(|| self.unmatched(&built));
                };
                let out = self.step(&mut built, &mut probe);
                let left = (probe.next < probe.frame.height()).then_some(probe);
                self.phase = Phase::Probing(built, left);
                Some(out)
            }
            Phase::Over => None,
        }
    }
}

impl Join {
    fn built(&self, frames: Vec<Frame>) -> Result<Built, SqlError> {
        let frame = super::stream::concat(frames)?;
        let keys = if self.build_left {
            &self.condition.left_keys
        } else {
            &self.condition.right_keys
        };
        let index = if keys.is_empty() {
            None
        } else {
            let scope = Scope::new(&frame, &self.ctx);
            let keys = keys
                .iter()
                .map(|key| scope.evaluate_rows(key))
                .collect::<Result<Vec<_>, _>>()?;
            Some(Index::new(
                &keys,
                frame.height(),
                &self.condition.null_safe,
            )?)
        };
        let matched = if self.kind == JoinKind::Full {
            vec![false; frame.height()]
        } else {
            Vec::new()
        };
        // One chunk each: rows are picked from it at random.
        let columns = frame.columns().iter().map(|c| c.rechunk()).collect();
        let frame = Frame::new(frame.schema().clone(), columns, frame.height())?;
        Ok(Built {
            frame,
            index,
            matched,
        })
    }

    fn start(&self, frame: Frame, built: &Built) -> Result<Probe, SqlError> {
        let keys = match &built.index {
            None => Vec::new(),
            Some(index) => {
                let exprs = if self.build_left {
                    &self.condition.right_keys
                } else {
                    &self.condition.left_keys
                };
                let scope = Scope::new(&frame, &self.ctx);
                let keys = exprs
                    .iter()
                    .map(|key| scope.evaluate_rows(key))
                    .collect::<Result<Vec<_>, _>>()?;
                let valid = non_null_rows(&plain(&keys, &self.condition.null_safe));
                index
                    .table
                    .find(&KeyRows::encode(&keys, frame.height())?, valid.as_ref())
            }
        };
        Ok(Probe {
            frame,
            keys,
            next: 0,
        })
    }

    /// The result for the next rows of a chunk, as many as [`PAIRS`] allows.
    fn step(&self, built: &mut Built, probe: &mut Probe) -> Result<Frame, SqlError> {
        let first = probe.next;
        let mut pairs = Pairs::default();
        let everything: Vec<IdxSize>;
        match &built.index {
            Some(index) => {
                while probe.next < probe.frame.height() && pairs.len() < PAIRS {
                    let key = probe.keys.get(probe.next).copied().unwrap_or(NO_KEY);
                    pairs.push(probe.next as IdxSize, index.rows(key));
                    probe.next += 1;
                }
            }
            None => {
                everything = (0..built.frame.height() as IdxSize).collect();
                while probe.next < probe.frame.height() && pairs.len() < PAIRS {
                    pairs.push(probe.next as IdxSize, &everything);
                    // Without a residual a semi join needs but one candidate.
                    probe.next += 1;
                }
            }
        }
        if !self.condition.residual.is_empty() && pairs.len() > 0 {
            self.filter(&mut pairs, built, probe)?;
        }
        for row in &pairs.build {
            if let Some(matched) = built.matched.get_mut(*row as usize) {
                *matched = true;
            }
        }
        let rows = first..probe.next;
        match self.kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => {
                let wanted = self.kind == JoinKind::LeftSemi;
                let rows = pairs.rows_matched(rows, wanted);
                let frame = take_rows(&probe.frame, rows)?;
                Ok(frame.with_schema(self.schema.clone())?)
            }
            JoinKind::Inner | JoinKind::Cross => {
                let build = IdxCa::from_vec(PlSmallStr::EMPTY, pairs.build);
                self.gather(built, probe, pairs.probe, &build)
            }
            JoinKind::LeftSingle if pairs.has_repeats() => {
                Err(ExecuteError::ScalarSubqueryTooManyRows.into())
            }
            JoinKind::Left | JoinKind::Right | JoinKind::Full | JoinKind::LeftSingle => {
                let (probe_rows, build_rows) = pairs.with_unmatched(rows);
                self.gather(built, probe, probe_rows, &build_rows)
            }
        }
    }

    /// Keeps the pairs for which the rest of the condition is true.
    fn filter(&self, pairs: &mut Pairs, built: &Built, probe: &Probe) -> Result<(), SqlError> {
        let mut used = vec![false; self.pair_schema.len()];
        for expr in &self.condition.residual {
            super::evaluate::mark_columns(expr, &mut used);
        }
        let probe_rows = IdxCa::from_slice(PlSmallStr::EMPTY, &pairs.probe);
        let build_rows = IdxCa::from_slice(PlSmallStr::EMPTY, &pairs.build);
        let (left, left_rows, right, right_rows) = if self.build_left {
            (&built.frame, &build_rows, &probe.frame, &probe_rows)
        } else {
            (&probe.frame, &probe_rows, &built.frame, &build_rows)
        };
        let left = left.columns().iter().map(|c| (c, left_rows));
        let right = right.columns().iter().map(|c| (c, right_rows));
        let mut schema = (*self.pair_schema).clone();
        let mut columns = Vec::with_capacity(used.len());
        for (i, (column, rows)) in left.chain(right).enumerate() {
            if used.get(i) == Some(&true) {
                columns.push(column.take(rows)?);
            } else {
                // Not read: its place is all that counts.
                columns.push(Series::new_null(PlSmallStr::EMPTY, pairs.len()));
                if let Some(field) = schema.fields.get_mut(i) {
                    field.data_type = crate::types::DataType::Null;
                }
            }
        }
        let frame = Frame::new(Arc::new(schema), columns, pairs.len())?;
        for expr in &self.condition.residual {
            // All parts are evaluated over all pairs that the parts before let through.
            let scope = Scope::new(&frame, &self.ctx);
            let mask = scope.matches_after(expr, &pairs.keep)?;
            pairs.keep = mask;
        }
        pairs.apply();
        Ok(())
    }

    fn gather(
        &self,
        built: &Built,
        probe: &Probe,
        probe_rows: Vec<IdxSize>,
        build_rows: &IdxCa,
    ) -> Result<Frame, SqlError> {
        let height = probe_rows.len();
        let probed = take_rows(&probe.frame, probe_rows)?;
        let picked = built.frame.take(build_rows)?;
        let (left, right) = if self.build_left {
            (picked, probed)
        } else {
            (probed, picked)
        };
        let mut columns = left.columns().to_vec();
        columns.extend(right.columns().iter().cloned());
        let frame = Frame::new(self.schema.clone(), columns, height)?;
        Ok(frame.with_origin(probe.frame.origin().cloned()))
    }

    /// The built rows of a FULL join that found no partner.
    fn unmatched(&self, built: &Built) -> Result<Frame, SqlError> {
        let rows: Vec<IdxSize> = (0..)
            .zip(&built.matched)
            .filter(|(_, matched)| !**matched)
            .map(|(row, _)| row)
            .collect();
        let height = rows.len();
        let picked = take_rows(&built.frame, rows)?;
        let nulls = self.probe_schema.fields.iter().map(|f| {
            let physical = crate::types::physical_type(&f.data_type);
            Series::full_null(PlSmallStr::EMPTY, height, &physical)
        });
        let mut columns: Vec<Series> = nulls.collect();
        let picked = picked.columns().iter().cloned();
        if self.build_left {
            columns = picked.chain(columns).collect();
        } else {
            columns.extend(picked);
        }
        Ok(Frame::new(self.schema.clone(), columns, height)?)
    }
}

/// Candidate pairs of rows, by probing row.
#[derive(Default)]
struct Pairs {
    probe: Vec<IdxSize>,
    build: Vec<IdxSize>,
    /// After a filter: the positions of the pairs to keep. `None` is all.
    keep: Option<Vec<IdxSize>>,
}

impl Pairs {
    fn len(&self) -> usize {
        self.probe.len()
    }

    fn push(&mut self, probe: IdxSize, build: &[IdxSize]) {
        match build {
            [row] => {
                self.probe.push(probe);
                self.build.push(*row);
            }
            _ => {
                self.probe.extend(std::iter::repeat_n(probe, build.len()));
                self.build.extend_from_slice(build);
            }
        }
    }

    /// Lets go of the pairs that aren't kept.
    fn apply(&mut self) {
        if let Some(keep) = self.keep.take() {
            let pick = |from: &[IdxSize]| -> Vec<IdxSize> {
                keep.iter()
                    .filter_map(|i| from.get(*i as usize).copied())
                    .collect()
            };
            self.probe = pick(&self.probe);
            self.build = pick(&self.build);
        }
    }

    /// Whether a row is in several pairs.
    fn has_repeats(&self) -> bool {
        !self.probe.is_sorted_by(|a, b| a < b)
    }

    /// The rows of `rows` that are in a pair, or that aren't.
    fn rows_matched(&self, rows: std::ops::Range<usize>, wanted: bool) -> Vec<IdxSize> {
        let mut pairs = self.probe.iter().peekable();
        rows.filter(|row| {
            let row = *row as IdxSize;
            let mut matched = false;
            while pairs.next_if(|p| **p == row).is_some() {
                matched = true;
            }
            matched == wanted
        })
        .map(|row| row as IdxSize)
        .collect()
    }

    /// The pairs, with one of nothing for each of `rows` that has no other.
    fn with_unmatched(self, rows: std::ops::Range<usize>) -> (Vec<IdxSize>, IdxCa) {
        let mut probe = Vec::with_capacity(self.len());
        let mut build: Vec<Option<IdxSize>> = Vec::with_capacity(self.len());
        let mut pairs = self.probe.iter().zip(&self.build).peekable();
        for row in rows {
            let row = row as IdxSize;
            let before = probe.len();
            while let Some((_, b)) = pairs.next_if(|(p, _)| **p == row) {
                probe.push(row);
                build.push(Some(*b));
            }
            if probe.len() == before {
                probe.push(row);
                build.push(None);
            }
        }
        (probe, build.into_iter().collect())
    }
}
