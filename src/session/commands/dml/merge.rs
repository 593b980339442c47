//! `MERGE INTO`.
//!
//! The source is computed once and held. A first pass over the columns that the condition reads
//! pairs the target's rows with the source's; then files with rows that change are written anew,
//! and rows of the source without a pair are inserted.
//!
//! Source: Delta documentation, "Upsert into a table using merge"; Delta's `MergeIntoCommand`.

use std::collections::HashSet;
use std::sync::Arc;

use polars_core::prelude::{IdxCa, Int64Chunked, IntoSeries, PlSmallStr, Series};

use super::rewrite::{Fate, Rewriter, written_columns};
use super::{at_version, boolean, by_origin, case, counts, integer, predicates, project, sql_of};
use crate::delta::{AddFile, ColumnBound, CommitInfo, DeltaError, Metadata, Snapshot, TableScan};
use crate::session::{SessionError, SessionState};
use crate::sql::SqlError;
use crate::sql::command::{Merge, MergeAction, MergeClause, MergeWhen};
use crate::sql::constraints::referenced;
use crate::sql::plan::{Attribute, Expr, JoinKind, Plan, PlanNode};
use crate::types::{DataType, Frame, SchemaRef, StructField, StructType, Value};

/// Fates before those of the clauses.
const COPY: i32 = 0;
const SKIP: i32 = 1;
const CLAUSES: i32 = 2;

/// Merges, and tells how many rows were updated, deleted and inserted.
pub(super) fn run(state: &SessionState, merge: &Merge) -> Result<Frame, SessionError> {
    let log = state.delta_log(&merge.table, "MERGE")?;
    let started = state.env.clock.now_ms();
    let mut transaction = log.transaction()?;
    transaction.set_reads_table();
    let snapshot = log.snapshot()?;
    let metadata = evolved(state, &snapshot, merge)?;
    if let Some(metadata) = &metadata {
        transaction.set_metadata(metadata.clone());
    }
    let metadata = metadata.unwrap_or_else(|| snapshot.metadata().clone());
    let merging = Merging::new(state, merge, snapshot)?;
    let pairs = merging.pairs()?;
    let scanned = state.env.clock.now_ms();

    let mut fates = vec![Fate::Copy, Fate::Skip];
    fates.extend(merge.clauses.iter().map(|clause| match clause.action {
        MergeAction::Delete => Fate::Delete,
        MergeAction::Update(_) => Fate::Update,
        MergeAction::Insert(_) => Fate::Insert,
    }));
    let schema = StructType::from_json_str(&metadata.schema_string).map_err(DeltaError::from)?;
    let columns = written_columns(&schema, &merging.assigned(&schema));
    let mut rewriter = Rewriter::new(state, &log, &metadata, &columns, &fates)?;
    let now = state.env.clock.now_ms();
    let (mut removed, mut removed_bytes) = (0_u64, 0);
    for file in merging.rewrite(&pairs, &columns, &mut rewriter)? {
        removed += 1;
        removed_bytes += file.size;
        transaction.remove(&file, now, true);
    }
    merging.insert(&pairs, &columns, &mut rewriter)?;
    let written = rewriter.finish(&mut transaction)?;

    let count = |when: &[MergeWhen], fate: Fate| -> u64 {
        let clauses = merge.clauses.iter().enumerate();
        clauses
            .filter(|(i, c)| when.contains(&c.when) && fates.get(i + 2) == Some(&fate))
            .map(|(i, _)| written.count(i + 2))
            .sum()
    };
    let (matched, by_source) = ([MergeWhen::Matched], [MergeWhen::NotMatchedBySource]);
    let matched_deleted = count(&matched, Fate::Delete);
    let (matched_updated, source_updated) = (
        count(&matched, Fate::Update),
        count(&by_source, Fate::Update),
    );
    let source_deleted = count(&by_source, Fate::Delete);
    let inserted = count(&[MergeWhen::NotMatched], Fate::Insert);
    let (updated, deleted) = (
        matched_updated + source_updated,
        matched_deleted + source_deleted,
    );
    let ended = state.env.clock.now_ms();
    let info = merging
        .commit_info()
        .with_metric("numTargetRowsCopied", written.count(0))
        .with_metric("numTargetRowsDeleted", deleted)
        .with_metric("numTargetFilesAdded", written.files)
        .with_metric("numTargetBytesAdded", written.bytes)
        .with_metric("numTargetBytesRemoved", removed_bytes)
        .with_metric("numTargetRowsMatchedUpdated", matched_updated)
        .with_metric("executionTimeMs", ended - started)
        .with_metric("numTargetRowsInserted", inserted)
        .with_metric("numTargetRowsMatchedDeleted", matched_deleted)
        .with_metric("numTargetRowsUpdated", updated)
        .with_metric("numOutputRows", written.count(0) + updated + inserted)
        .with_metric("numSourceRows", merging.source.height())
        .with_metric("numTargetChangeFilesAdded", written.change_files)
        .with_metric("numTargetRowsNotMatchedBySourceUpdated", source_updated)
        .with_metric("numTargetRowsNotMatchedBySourceDeleted", source_deleted)
        .with_metric("scanTimeMs", scanned - started)
        .with_metric("numTargetFilesRemoved", removed)
        .with_metric("rewriteTimeMs", ended - scanned);
    if !transaction.is_empty() {
        transaction.commit(info, &state.env)?;
    }
    counts(&[
        ("num_affected_rows", updated + deleted + inserted),
        ("num_updated_rows", updated),
        ("num_deleted_rows", deleted),
        ("num_inserted_rows", inserted),
    ])
}

/// The table with the columns that the source adds, if it does.
fn evolved(
    state: &SessionState,
    snapshot: &Snapshot,
    merge: &Merge,
) -> Result<Option<Metadata>, SessionError> {
    let target = merge.target.schema();
    let is_wider = target
        .fields
        .iter()
        .any(|f| snapshot.schema().index_of(&f.name).is_none());
    if !is_wider {
        return Ok(None);
    }
    Ok(snapshot.merge_schema(&target, true, &state.env)?)
}

/// Which source row each row of the target is paired with.
struct Pairs {
    /// Files with a row whose pair is to change it, in order, with the pairs of their rows.
    files: Vec<FilePairs>,
    /// Source rows that have a pair, whether or not it changes anything.
    paired: HashSet<usize>,
}

struct FilePairs {
    file: Arc<AddFile>,
    /// For each row of the file.
    rows: Vec<Option<u32>>,
}

/// A merge under way.
struct Merging<'a> {
    state: &'a SessionState,
    merge: &'a Merge,
    snapshot: Arc<Snapshot>,
    /// The source's rows, hidden columns too.
    source: Frame,
    /// The target's columns that expressions read; the others needn't be.
    reads: Vec<usize>,
}

impl<'a> Merging<'a> {
    fn new(
        state: &'a SessionState,
        merge: &'a Merge,
        snapshot: Arc<Snapshot>,
    ) -> Result<Self, SessionError> {
        let mut reads = Vec::new();
        referenced(&merge.condition, &mut reads);
        for clause in &merge.clauses {
            for expr in clause.condition.iter() {
                referenced(expr, &mut reads);
            }
            if let MergeAction::Update(values) | MergeAction::Insert(values) = &clause.action {
                for (_, expr) in values {
                    referenced(expr, &mut reads);
                }
            }
        }
        let width = merge.target.output.len();
        let of_source: Vec<usize> = reads.iter().filter_map(|i| i.checked_sub(width)).collect();
        let source = all_columns(&merge.source, &of_source);
        let source = collect(state, &source)?;
        Ok(Merging {
            state,
            merge,
            snapshot,
            source,
            reads,
        })
    }

    fn clauses(&self, when: MergeWhen) -> impl Iterator<Item = (usize, &MergeClause)> {
        let clauses = self.merge.clauses.iter().enumerate();
        clauses.filter(move |(_, clause)| clause.when == when)
    }

    fn has(&self, when: MergeWhen) -> bool {
        self.clauses(when).next().is_some()
    }

    /// Positions in the table's schema that a clause assigns.
    fn assigned(&self, schema: &StructType) -> Vec<usize> {
        let mut assigned = Vec::new();
        for clause in &self.merge.clauses {
            if let MergeAction::Update(values) | MergeAction::Insert(values) = &clause.action {
                for (i, _) in values {
                    let name = self.merge.target.output.get(*i).map(|a| &a.name);
                    assigned.extend(name.and_then(|name| schema.index_of(name)));
                }
            }
        }
        assigned
    }

    /// The target with all of its columns visible, reading `files` if they are given, and only
    /// the columns at `reads`.
    fn target(&self, files: Option<&[Arc<AddFile>]>, reads: &[usize]) -> Plan {
        let target = at_version(&self.merge.target, self.snapshot.version(), files);
        all_columns(&Arc::new(target), reads)
    }

    /// Pairs rows.
    fn pairs(&self) -> Result<Pairs, SessionError> {
        let files = by_origin(self.state, &self.snapshot)?;
        let width = self.merge.target.output.len();
        // What the condition and the clauses for pairs read.
        let mut reads = Vec::new();
        referenced(&self.merge.condition, &mut reads);
        for (_, clause) in self.clauses(MergeWhen::Matched) {
            if let Some(condition) = &clause.condition {
                referenced(condition, &mut reads);
            }
        }
        let target: Vec<usize> = reads.iter().copied().filter(|i| *i < width).collect();
        let plan = self.target(Some(&self.candidates()?), &target);
        // Rows are numbered as they come; each file's are together.
        let mut frames = Vec::new();
        let mut order: Vec<(Arc<AddFile>, usize)> = Vec::new();
        for frame in self.state.rows(&plan)? {
            let frame = frame?;
            let file = frame.origin().and_then(|origin| files.get(&**origin));
            let Some(file) = file.filter(|_| frame.height() > 0) else {
                continue;
            };
            match order.last_mut() {
                Some((last, rows)) if last.path == file.path => *rows += frame.height(),
                _ => order.push((file.clone(), frame.height())),
            }
            frames.push(frame);
        }
        let schema = plan.schema();
        let rows = Frame::concat(&frames)
            .map_err(SqlError::from)?
            .unwrap_or_else(|| Frame::empty(schema));
        let joined = self.join(rows)?;

        let total: usize = order.iter().map(|(_, rows)| rows).sum();
        let mut pair_of: Vec<Option<u32>> = vec![None; total];
        let mut acts: Vec<bool> = vec![false; total];
        let mut paired = HashSet::new();
        let only_deletes = self.only_deletes_all();
        let matched_only =
            !self.has(MergeWhen::NotMatched) && !self.has(MergeWhen::NotMatchedBySource);
        let changes = self.has(MergeWhen::Matched);
        for frame in joined {
            let (target, source, fits) = pair_columns(&frame)?;
            for ((target, source), fits) in target.iter().zip(&source).zip(&fits) {
                paired.insert(*source);
                let (Some(pair), Some(acts)) = (pair_of.get_mut(*target), acts.get_mut(*target))
                else {
                    continue;
                };
                let counts = *fits || !matched_only;
                if pair.is_some() && counts && changes && !only_deletes {
                    let earlier_counts = *acts || !matched_only;
                    if earlier_counts {
                        return Err(DeltaError::MultipleSourceRows.into());
                    }
                }
                if pair.is_none() || (*fits && !*acts) {
                    *pair = u32::try_from(*source).ok();
                }
                *acts |= *fits;
            }
        }
        let by_source = self.has(MergeWhen::NotMatchedBySource);
        let mut start = 0;
        let mut found = Vec::new();
        for (file, rows) in order {
            let range = start..start + rows;
            start += rows;
            let acted = acts.get(range.clone()).unwrap_or_default();
            let pairs = pair_of.get(range).unwrap_or_default();
            let unpaired = by_source && pairs.iter().any(Option::is_none);
            if unpaired || (changes && acted.contains(&true)) {
                found.push(FilePairs {
                    file,
                    rows: pairs.to_vec(),
                });
            }
        }
        Ok(Pairs {
            files: found,
            paired,
        })
    }

    /// Several source rows may delete one target row: it is gone either way.
    fn only_deletes_all(&self) -> bool {
        let clauses: Vec<&MergeClause> = self
            .clauses(MergeWhen::Matched)
            .map(|(_, clause)| clause)
            .collect();
        matches!(
            clauses.as_slice(),
            [MergeClause {
                condition: None,
                action: MergeAction::Delete,
                ..
            }]
        )
    }

    /// The pairs of `rows` with the source: frames of both rows' numbers, and whether a clause
    /// for pairs fits.
    fn join(&self, rows: Frame) -> Result<Vec<Frame>, SessionError> {
        let left = numbered(rows, "target_row")?;
        let right = numbered(self.source.clone(), "source_row")?;
        let (width, total) = (
            left.output.len() - 1,
            left.output.len() + right.output.len(),
        );
        // The number stands after the target's columns: the source's move by one.
        let condition = shifted(&self.merge.condition, width);
        let mut output = left.output.clone();
        output.extend(right.output.clone());
        let join = Plan {
            node: PlanNode::Join {
                left: Arc::new(left),
                right: Arc::new(right),
                kind: JoinKind::Inner,
                condition: Some(condition),
            },
            output: output.clone(),
        };
        let mut branches = Vec::new();
        for (_, clause) in self.clauses(MergeWhen::Matched) {
            match &clause.condition {
                Some(condition) => branches.push((shifted(condition, width), boolean(true))),
                None => {
                    branches.push((boolean(true), boolean(true)));
                    break;
                }
            }
        }
        let column = |i: usize| {
            let attribute = output.get(i)?;
            Some((attribute.name.clone(), Expr::column(i, attribute)))
        };
        let mut columns: Vec<(String, Expr)> =
            [width, total - 1].into_iter().filter_map(column).collect();
        columns.push(("fits".into(), case(branches, boolean(false))));
        let plan = project(join, columns);
        let mut frames = Vec::new();
        for frame in self.state.rows(&plan)? {
            frames.push(frame?);
        }
        Ok(frames)
    }

    /// Writes the files anew whose rows change, and gives the old ones.
    fn rewrite(
        &self,
        pairs: &Pairs,
        columns: &[usize],
        rewriter: &mut Rewriter,
    ) -> Result<Vec<Arc<AddFile>>, SessionError> {
        let changes_pairs = self.has(MergeWhen::Matched);
        let mut rewritten = Vec::new();
        for found in &pairs.files {
            let all: Vec<usize> = (0..self.merge.target.output.len())
                .filter(|i| {
                    let hidden = self.merge.target.output.get(*i).is_some_and(|a| a.hidden);
                    !hidden || self.reads.contains(i)
                })
                .collect();
            let plan = self.target(Some(std::slice::from_ref(&found.file)), &all);
            let mut frames = Vec::new();
            let mut start = 0;
            let mut changes = false;
            for frame in self.state.rows(&plan)? {
                let frame = frame?;
                if frame.height() == 0 {
                    continue;
                }
                let rows = found
                    .rows
                    .get(start..start + frame.height())
                    .unwrap_or_default();
                start += frame.height();
                let fated = self.fated(&frame, rows, changes_pairs, columns, rewriter)?;
                for frame in fated {
                    changes |= changes_rows(&frame)?;
                    frames.push(frame);
                }
            }
            if changes {
                for frame in &frames {
                    rewriter.take(frame)?;
                }
                rewritten.push(found.file.clone());
            }
        }
        Ok(rewritten)
    }

    /// Rows of the target with what becomes of them.
    fn fated(
        &self,
        target: &Frame,
        pairs: &[Option<u32>],
        changes_pairs: bool,
        columns: &[usize],
        rewriter: &Rewriter,
    ) -> Result<Vec<Frame>, SessionError> {
        let index: IdxCa = pairs.iter().copied().collect();
        let source = self.source.take(&index).map_err(SqlError::from)?;
        let is_paired: Vec<Value> = pairs
            .iter()
            .map(|pair| Value::Boolean(pair.is_some()))
            .collect();
        let mut branches = Vec::new();
        let paired = self.flag_column();
        let when = |paired: Expr, condition: &Option<Expr>| match condition {
            Some(condition) => case(vec![(paired, condition.clone())], boolean(false)),
            None => paired,
        };
        let unpaired = case(vec![(paired.clone(), boolean(false))], boolean(true));
        for (i, clause) in self.merge.clauses.iter().enumerate() {
            let test = match clause.when {
                MergeWhen::Matched if changes_pairs => when(paired.clone(), &clause.condition),
                MergeWhen::NotMatchedBySource => when(unpaired.clone(), &clause.condition),
                _ => continue,
            };
            branches.push((i, clause, test));
        }
        let input = self.beside(target, &source, is_paired)?;
        self.projected(input, &branches, COPY, columns, rewriter)
    }

    /// The flag after the target's and the source's columns: whether a row has a pair.
    fn flag_column(&self) -> Expr {
        let index = self.merge.target.output.len() + self.merge.source.output.len();
        Expr::column(index, &Attribute::new("paired", DataType::Boolean, false))
    }

    /// Rows of the target and of the source side by side, with the flag.
    fn beside(
        &self,
        target: &Frame,
        source: &Frame,
        paired: Vec<Value>,
    ) -> Result<Plan, SessionError> {
        let flag = crate::types::series_from_values("paired", &paired, &DataType::Boolean);
        let mut columns: Vec<Series> = target.columns().to_vec();
        columns.extend(source.columns().iter().cloned());
        columns.push(flag.map_err(SqlError::from)?);
        let mut fields: Vec<StructField> = target.schema().fields.clone();
        fields.extend(source.schema().fields.iter().cloned());
        for field in &mut fields {
            field.nullable = true;
        }
        fields.push(StructField::new("paired", DataType::Boolean));
        let schema = Arc::new(StructType::new(fields));
        let frame = Frame::new(schema, columns, target.height()).map_err(SqlError::from)?;
        Ok(local(frame))
    }

    /// Inserts the source's rows without a pair.
    fn insert(
        &self,
        pairs: &Pairs,
        columns: &[usize],
        rewriter: &mut Rewriter,
    ) -> Result<(), SessionError> {
        if !self.has(MergeWhen::NotMatched) {
            return Ok(());
        }
        let rows: Vec<u32> = (0..self.source.height())
            .filter(|row| !pairs.paired.contains(row))
            .filter_map(|row| u32::try_from(row).ok())
            .collect();
        for rows in rows.chunks(crate::sql::execute::CHUNK_ROWS) {
            let index = IdxCa::from_vec(PlSmallStr::EMPTY, rows.to_vec());
            let source = self.source.take(&index).map_err(SqlError::from)?;
            let target = self.no_target(rows.len())?;
            let flags = vec![Value::Boolean(false); rows.len()];
            let branches: Vec<(usize, &MergeClause, Expr)> = self
                .clauses(MergeWhen::NotMatched)
                .map(|(i, clause)| {
                    let test = clause.condition.clone().unwrap_or_else(|| boolean(true));
                    (i, clause, test)
                })
                .collect();
            let input = self.beside(&target, &source, flags)?;
            for frame in self.projected(input, &branches, SKIP, columns, rewriter)? {
                rewriter.take(&frame)?;
            }
        }
        Ok(())
    }

    /// Rows of NULLs in the target's columns.
    fn no_target(&self, height: usize) -> Result<Frame, SessionError> {
        let schema: SchemaRef = all_columns(&self.merge.target, &[]).schema();
        let columns = schema
            .fields
            .iter()
            .map(|field| {
                let null = Value::Null.to_series(&field.data_type)?;
                Ok(null.new_from_index(0, height))
            })
            .collect::<Result<Vec<_>, crate::types::FrameError>>()
            .map_err(SqlError::from)?;
        Ok(Frame::new(schema, columns, height).map_err(SqlError::from)?)
    }

    /// The columns after the clauses, those before them if they are wanted, and the fates.
    fn projected(
        &self,
        input: Plan,
        branches: &[(usize, &MergeClause, Expr)],
        otherwise: i32,
        columns: &[usize],
        rewriter: &Rewriter,
    ) -> Result<Vec<Frame>, SessionError> {
        let target = &self.merge.target.output;
        // The table's columns in its order; hidden ones stand between them.
        let visible: Vec<usize> = (0..target.len())
            .filter(|i| target.get(*i).is_some_and(|a| !a.hidden))
            .collect();
        let mut out: Vec<(String, Expr)> = Vec::new();
        for column in columns {
            let Some((i, attribute)) = visible
                .get(*column)
                .and_then(|i| Some((*i, target.get(*i)?)))
            else {
                continue;
            };
            let old = Expr::column(i, attribute);
            let values = branches
                .iter()
                .map(|(_, clause, test)| {
                    let value = match &clause.action {
                        MergeAction::Update(values) | MergeAction::Insert(values) => values
                            .iter()
                            .find(|(index, _)| *index == i)
                            .map_or_else(|| old.clone(), |(_, value)| value.clone()),
                        MergeAction::Delete => old.clone(),
                    };
                    (test.clone(), value)
                })
                .collect();
            out.push((attribute.name.clone(), case(values, old)));
        }
        if rewriter.wants_before() {
            for i in &visible {
                if let Some(attribute) = target.get(*i) {
                    out.push((attribute.name.clone(), Expr::column(*i, attribute)));
                }
            }
        }
        let fates = branches
            .iter()
            .map(|(i, _, test)| {
                let number = i32::try_from(*i).unwrap_or(i32::MAX - CLAUSES);
                (test.clone(), integer(number + CLAUSES))
            })
            .collect();
        out.push(("fate".into(), case(fates, integer(otherwise))));
        let mut frames = Vec::new();
        for frame in self.state.rows(&project(input, out))? {
            let frame = frame?;
            if frame.height() > 0 {
                frames.push(frame);
            }
        }
        Ok(frames)
    }

    /// The files that may have rows to change: an equality of plain columns bounds them by the
    /// least and greatest value that the source has.
    fn candidates(&self) -> Result<Vec<Arc<AddFile>>, SessionError> {
        if self.has(MergeWhen::NotMatchedBySource) {
            return Ok(self.snapshot.files().cloned().collect());
        }
        if self.source.height() == 0 {
            return Ok(Vec::new());
        }
        let width = self.merge.target.output.len();
        let bounds: Vec<ColumnBound> = super::equalities(&self.merge.condition, width)
            .into_iter()
            .filter_map(|(target, source)| {
                let (min, max) = self.bounds(source)?;
                Some(ColumnBound {
                    column: self.merge.target.output.get(target)?.name.clone(),
                    min: Some(min),
                    max: Some(max),
                })
            })
            .collect();
        let scan = TableScan::new(self.state.fs.clone(), &self.snapshot, Some(&[]))?;
        let files = scan.prune(&self.snapshot, &bounds);
        Ok(files.into_iter().cloned().collect())
    }

    /// The least and greatest value of a source column; `None` if there is none to go by.
    fn bounds(&self, column: usize) -> Option<(Value, Value)> {
        let field = self.source.schema().fields.get(column)?;
        let orderable = field.data_type.is_integral()
            || matches!(
                field.data_type,
                DataType::String | DataType::Date | DataType::Timestamp
            );
        if !orderable {
            return None;
        }
        let values =
            crate::types::values_from_series(self.source.column(column)?, &field.data_type).ok()?;
        let mut values = values.into_iter().filter(|v| !v.is_null());
        let first = values.next()?;
        let (mut least, mut greatest) = (first.clone(), first);
        for value in values {
            if value.compare(&least).is_lt() {
                least = value;
            } else if value.compare(&greatest).is_gt() {
                greatest = value;
            }
        }
        Some((least, greatest))
    }

    fn commit_info(&self) -> CommitInfo {
        let mut columns = self.merge.target.output.clone();
        columns.extend(self.merge.source.output.iter().cloned());
        let text = |expr: &Expr| sql_of(expr, Some(&columns));
        let clauses = |when: MergeWhen| {
            let list: Vec<serde_json::Value> = self
                .clauses(when)
                .map(|(_, clause)| {
                    let mut told = serde_json::Map::new();
                    if let Some(condition) = &clause.condition {
                        told.insert("predicate".into(), text(condition).into());
                    }
                    let action = match clause.action {
                        MergeAction::Delete => "delete",
                        MergeAction::Update(_) => "update",
                        MergeAction::Insert(_) => "insert",
                    };
                    told.insert("actionType".into(), action.into());
                    told.into()
                })
                .collect();
            serde_json::Value::from(list).to_string()
        };
        CommitInfo::new("MERGE")
            .with_parameter("predicate", predicates(&[text(&self.merge.condition)]))
            .with_parameter("matchedPredicates", clauses(MergeWhen::Matched))
            .with_parameter("notMatchedPredicates", clauses(MergeWhen::NotMatched))
            .with_parameter(
                "notMatchedBySourcePredicates",
                clauses(MergeWhen::NotMatchedBySource),
            )
    }
}

/// A plan with all of its columns visible. Hidden ones that nobody reads, and others that aren't
/// among `reads` where that matters, are NULL.
fn all_columns(plan: &Arc<Plan>, reads: &[usize]) -> Plan {
    let of_scan = !matches!(plan.node, PlanNode::Local(_));
    let columns = plan.output.iter().enumerate().map(|(i, attribute)| {
        let keeps = reads.contains(&i) || !of_scan;
        let expr = match keeps {
            true => Expr::column(i, attribute),
            false => Expr::literal(Value::Null, attribute.data_type.clone()),
        };
        (attribute.name.clone(), expr)
    });
    project(plan.as_ref().clone(), columns.collect())
}

fn collect(state: &SessionState, plan: &Plan) -> Result<Frame, SessionError> {
    let mut frames = vec![Frame::empty(plan.schema())];
    for frame in state.rows(plan)? {
        let frame = frame?;
        if frame.height() > 0 {
            frames.push(frame);
        }
    }
    let frame = Frame::concat(&frames).map_err(SqlError::from)?;
    Ok(frame.unwrap_or_else(|| Frame::empty(plan.schema())))
}

/// A frame as a relation.
fn local(frame: Frame) -> Plan {
    let output = frame
        .schema()
        .fields
        .iter()
        .map(|f| Attribute::new(&f.name, f.data_type.clone(), true))
        .collect();
    Plan {
        node: PlanNode::Local(frame),
        output,
    }
}

/// A frame's rows with their numbers in a last column.
fn numbered(frame: Frame, name: &str) -> Result<Plan, SessionError> {
    let height = frame.height();
    let numbers: Vec<i64> = (0..height).filter_map(|n| i64::try_from(n).ok()).collect();
    let mut columns = frame.columns().to_vec();
    columns.push(Int64Chunked::from_vec(PlSmallStr::EMPTY, numbers).into_series());
    let mut fields = frame.schema().fields.clone();
    fields.push(StructField::new(name, DataType::Long));
    let schema = Arc::new(StructType::new(fields));
    let frame = Frame::new(schema, columns, height).map_err(SqlError::from)?;
    Ok(local(frame))
}

/// An expression over columns of which those from `from` on have moved by one.
fn shifted(expr: &Expr, from: usize) -> Expr {
    let mut expr = expr.clone();
    super::visit(&mut expr, &mut |index| {
        if *index >= from {
            *index += 1;
        }
    });
    expr
}

/// The rows' numbers, and whether a clause fits.
#[expect(clippy::type_complexity, reason = "used right here")]
fn pair_columns(frame: &Frame) -> Result<(Vec<usize>, Vec<usize>, Vec<bool>), SessionError> {
    let numbers = |i: usize| -> Result<Vec<usize>, SessionError> {
        let Some(column) = frame.column(i) else {
            return Ok(Vec::new());
        };
        let values = crate::types::values_from_series(column, &DataType::Long);
        let values = values.map_err(SqlError::from)?;
        Ok(values
            .iter()
            .filter_map(|v| usize::try_from(v.as_i64()?).ok())
            .collect())
    };
    let fits = match frame.column(2) {
        Some(column) => crate::types::values_from_series(column, &DataType::Boolean)
            .map_err(SqlError::from)?
            .iter()
            .map(|v| *v == Value::Boolean(true))
            .collect(),
        None => Vec::new(),
    };
    Ok((numbers(0)?, numbers(1)?, fits))
}

/// Whether any row's fate is more than to be copied.
fn changes_rows(frame: &Frame) -> Result<bool, SessionError> {
    let Some(fates) = frame.columns().last() else {
        return Ok(false);
    };
    let values = crate::types::values_from_series(fates, &DataType::Integer);
    let values = values.map_err(SqlError::from)?;
    Ok(values.iter().any(|v| *v != Value::Integer(COPY)))
}
