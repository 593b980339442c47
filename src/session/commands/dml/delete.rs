//! `DELETE FROM`.

use std::sync::Arc;

use super::rewrite::{Fate, Rewriter, written_columns};
use super::{at_version, case, counts, integer, predicates, project, sql_of, touched};
use crate::delta::{AddFile, CommitInfo, has_change_data_feed};
use crate::session::{SessionError, SessionState};
use crate::sql::command::Delete;
use crate::sql::plan::Expr;
use crate::types::Frame;

const COPY: i32 = 0;
const DELETE: i32 = 1;

/// Deletes rows, and tells how many.
pub(super) fn run(state: &SessionState, delete: &Delete) -> Result<Frame, SessionError> {
    let log = state.delta_log(&delete.table, "DELETE")?;
    let started = state.env.clock.now_ms();
    let mut transaction = log.transaction()?;
    let snapshot = log.snapshot()?;
    transaction.set_reads_table();
    let text = match &delete.predicate {
        Some(predicate) => sql_of(predicate, None),
        None => "true".into(),
    };
    let info = CommitInfo::new("DELETE").with_parameter("predicate", predicates(&[text]));
    let found: Vec<(Arc<AddFile>, Option<u64>)> = match &delete.predicate {
        Some(predicate) => touched(state, &log, &delete.target, predicate)?
            .into_iter()
            .map(|(file, rows)| (file, Some(rows)))
            .collect(),
        None => snapshot
            .files()
            .map(|f| (f.clone(), f.num_records()))
            .collect(),
    };
    if found.is_empty() {
        return counts(&[("num_affected_rows", 0)]);
    }
    let scanned = state.env.clock.now_ms();
    // A file of which every row goes is removed unread, unless its rows are to be told of beside
    // those of files that are written anew.
    let is_whole = |(file, rows): &(Arc<AddFile>, Option<u64>)| {
        delete.predicate.is_none() || (rows.is_some() && file.num_records() == *rows)
    };
    let (whole, partly): (Vec<_>, Vec<_>) = found.iter().cloned().partition(is_whole);
    let tells = has_change_data_feed(snapshot.configuration()) && !partly.is_empty();
    let read: Vec<Arc<AddFile>> = match tells {
        true => found.iter().map(|(f, _)| f.clone()).collect(),
        false => partly.iter().map(|(f, _)| f.clone()).collect(),
    };
    let columns = written_columns(snapshot.schema(), &[]);
    let mut rewriter = Rewriter::new(
        state,
        &log,
        snapshot.metadata(),
        &columns,
        &[Fate::Copy, Fate::Delete],
    )?;
    if let Some(predicate) = delete.predicate.as_ref().filter(|_| !read.is_empty()) {
        let target = at_version(&delete.target, snapshot.version(), Some(&read));
        let column = |i: &usize| {
            let attribute = target.output.get(*i)?;
            Some((attribute.name.clone(), Expr::column(*i, attribute)))
        };
        let mut out: Vec<(String, Expr)> = columns.iter().filter_map(column).collect();
        if rewriter.wants_before() {
            let all: Vec<usize> = (0..snapshot.schema().len()).collect();
            out.extend(all.iter().filter_map(column));
        }
        let fate = case(vec![(predicate.clone(), integer(DELETE))], integer(COPY));
        out.push(("fate".into(), fate));
        for frame in state.rows(&project(target.clone(), out))? {
            rewriter.take(&frame?)?;
        }
    }
    let now = state.env.clock.now_ms();
    let mut removed_bytes = 0;
    for (file, _) in &found {
        removed_bytes += file.size;
        transaction.remove(file, now, true);
    }
    let written = rewriter.finish(&mut transaction)?;
    let unread: u64 = match tells {
        true => 0,
        false => whole.iter().filter_map(|(_, rows)| *rows).sum(),
    };
    let deleted = written.count(1) + unread;
    let ended = state.env.clock.now_ms();
    let info = info
        .with_metric("numRemovedFiles", found.len())
        .with_metric("numRemovedBytes", removed_bytes)
        .with_metric("numCopiedRows", written.count(0))
        .with_metric("numAddedChangeFiles", written.change_files)
        .with_metric("executionTimeMs", ended - started)
        .with_metric("numDeletedRows", deleted)
        .with_metric("scanTimeMs", scanned - started)
        .with_metric("numAddedFiles", written.files)
        .with_metric("numAddedBytes", written.bytes)
        .with_metric("rewriteTimeMs", ended - scanned);
    transaction.commit(info, &state.env)?;
    counts(&[("num_affected_rows", deleted)])
}
