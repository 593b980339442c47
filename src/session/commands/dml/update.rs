//! `UPDATE`.

use std::sync::Arc;

use super::rewrite::{Fate, Rewriter, written_columns};
use super::{at_version, boolean, case, counts, integer, predicates, project, sql_of, touched};
use crate::delta::{AddFile, CommitInfo};
use crate::session::{SessionError, SessionState};
use crate::sql::command::Update;
use crate::sql::plan::Expr;
use crate::types::Frame;

const COPY: i32 = 0;
const UPDATE: i32 = 1;

/// Updates rows, and tells how many.
pub(super) fn run(state: &SessionState, update: &Update) -> Result<Frame, SessionError> {
    let log = state.delta_log(&update.table, "UPDATE")?;
    let started = state.env.clock.now_ms();
    let mut transaction = log.transaction()?;
    let snapshot = log.snapshot()?;
    transaction.set_reads_table();
    let found: Vec<Arc<AddFile>> = match &update.predicate {
        Some(predicate) => touched(state, &log, &update.target, predicate)?
            .into_iter()
            .map(|(file, _)| file)
            .collect(),
        None => snapshot.files().cloned().collect(),
    };
    if found.is_empty() {
        return counts(&[("num_affected_rows", 0)]);
    }
    let scanned = state.env.clock.now_ms();
    let predicate = update.predicate.clone().unwrap_or_else(|| boolean(true));
    let assigned: Vec<usize> = update.assignments.iter().map(|(i, _)| *i).collect();
    let columns = written_columns(snapshot.schema(), &assigned);
    let fates = [Fate::Copy, Fate::Update];
    let mut rewriter = Rewriter::new(state, &log, snapshot.metadata(), &columns, &fates)?;
    let target = at_version(&update.target, snapshot.version(), Some(&found));
    let mut out: Vec<(String, Expr)> = Vec::new();
    for i in &columns {
        let Some(attribute) = target.output.get(*i) else {
            continue;
        };
        let old = Expr::column(*i, attribute);
        let new = update.assignments.iter().find(|(index, _)| index == i);
        let value = match new {
            Some((_, value)) => case(vec![(predicate.clone(), value.clone())], old),
            None => old,
        };
        out.push((attribute.name.clone(), value));
    }
    if rewriter.wants_before() {
        for (i, attribute) in target.output.iter().enumerate().filter(|(_, a)| !a.hidden) {
            out.push((attribute.name.clone(), Expr::column(i, attribute)));
        }
    }
    let fate = case(vec![(predicate, integer(UPDATE))], integer(COPY));
    out.push(("fate".into(), fate));
    for frame in state.rows(&project(target, out))? {
        rewriter.take(&frame?)?;
    }
    let now = state.env.clock.now_ms();
    let mut removed_bytes = 0;
    for file in &found {
        removed_bytes += file.size;
        transaction.remove(file, now, true);
    }
    let written = rewriter.finish(&mut transaction)?;
    let updated = written.count(1);
    let ended = state.env.clock.now_ms();
    let texts: Vec<String> = update
        .predicate
        .iter()
        .map(|predicate| sql_of(predicate, None))
        .collect();
    let info = CommitInfo::new("UPDATE")
        .with_parameter("predicate", predicates(&texts))
        .with_metric("numRemovedFiles", found.len())
        .with_metric("numRemovedBytes", removed_bytes)
        .with_metric("numCopiedRows", written.count(0))
        .with_metric("numAddedChangeFiles", written.change_files)
        .with_metric("executionTimeMs", ended - started)
        .with_metric("scanTimeMs", scanned - started)
        .with_metric("numAddedFiles", written.files)
        .with_metric("numUpdatedRows", updated)
        .with_metric("numAddedBytes", written.bytes)
        .with_metric("rewriteTimeMs", ended - scanned);
    transaction.commit(info, &state.env)?;
    counts(&[("num_affected_rows", updated)])
}
