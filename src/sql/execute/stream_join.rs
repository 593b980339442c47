//! A join of two streams: each row meets the rows of the other side that came before it.
//!
//! Both sides are kept by their keys, until the watermark says that nothing matches them any
//! more. A row of an outer side that has found no partner by then comes out with NULLs.
//!
//! Source: Spark's `StreamingSymmetricHashJoinExec`.

use std::collections::BTreeSet;
use std::sync::Arc;

use polars_core::prelude::{IdxCa, IdxSize, NamedFrom, NewChunkedArray, PlSmallStr, Series};

use super::evaluate::Scope;
use super::join::{JoinCondition, Side, pair_schema, plain, side_of};
use super::keys::{KeyRows, non_null_rows};
use super::state::{OperatorReport, SharedTable, StateTable};
use super::stream::{chunks, take_rows};
use super::watermark::{Expiry, Stateful};
use super::{ExecContext, ExecuteError, FrameStream, full_schema};
use crate::sql::SqlError;
use crate::sql::event_time::event_times;
use crate::sql::event_time::join::{Removal, RemovalTime, removals};
use crate::sql::explain::explain;
use crate::sql::plan::{Expr, JoinKind, Plan};
use crate::types::{DataType, Frame, SchemaRef, StructField, StructType, physical_type};

/// Pairs of rows that are looked at at once.
const PAIRS: usize = 128 * 1024;

/// Joins two streams.
///
/// # Errors
/// [`ExecuteError::JoinWithoutEquality`].
pub(super) fn stream_join(
    plan: &Plan,
    (left, right): (&Plan, &Plan),
    (left_rows, right_rows): (FrameStream, FrameStream),
    kind: JoinKind,
    condition: Option<&Expr>,
    ctx: Arc<ExecContext>,
    operator: Stateful,
) -> Result<FrameStream, SqlError> {
    let width = left.output.len();
    let taken = JoinCondition::new(condition, width);
    if taken.left_keys.is_empty() {
        let plan = explain(plan);
        return Err(ExecuteError::JoinWithoutEquality { plan }.into());
    }
    let watermark_ms = operator.watermark_us.div_euclid(1000);
    let [left_removal, right_removal] = removals(left, right, condition, watermark_ms);
    let (mut left_only, mut right_only, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for part in &taken.residual {
        match side_of(part, width) {
            Some(Side::Left) => left_only.push(part.clone()),
            Some(Side::Right) => right_only.push(super::join::shifted(part, width)),
            None => both.push(part.clone()),
        }
    }
    let outer = |kinds: &[JoinKind]| kinds.contains(&kind);
    let left_side = OneSide::new(
        "left",
        left,
        taken.left_keys,
        left_only,
        left_removal,
        outer(&[JoinKind::Left, JoinKind::Full]),
    );
    let right_side = OneSide::new(
        "right",
        right,
        taken.right_keys,
        right_only,
        right_removal,
        outer(&[JoinKind::Right, JoinKind::Full]),
    );
    Ok(Box::new(StreamJoin {
        inputs: [Some(left_rows), Some(right_rows)],
        sides: [left_side, right_side],
        null_safe: taken.null_safe,
        both,
        kind,
        schema: full_schema(plan),
        pair_schema: pair_schema(left, right),
        ctx,
        operator,
        report: OperatorReport {
            name: "symmetricHashJoin",
            ..OperatorReport::default()
        },
        waiting: Box::new(std::iter::empty()),
        over: false,
    }))
}

/// What is known of a side.
struct OneSide {
    name: &'static str,
    keys: Vec<Expr>,
    /// Conditions that this side's rows must meet to match anything.
    own: Vec<Expr>,
    rows: SchemaRef,
    /// The key, the row, whether it has matched.
    stored: SchemaRef,
    late: Option<Expiry>,
    expiry: Option<Expiry>,
    removal: Option<Removal>,
    /// Whether rows without a partner come out.
    outer: bool,
}

impl OneSide {
    fn new(
        name: &'static str,
        plan: &Plan,
        keys: Vec<Expr>,
        own: Vec<Expr>,
        removal: Option<Removal>,
        outer: bool,
    ) -> Self {
        let rows = full_schema(plan);
        let mut stored: Vec<StructField> = (0..)
            .zip(&keys)
            .map(|(i, key): (usize, &Expr)| {
                StructField::new(format!("key{i}"), key.data_type.clone())
            })
            .collect();
        stored.extend(rows.fields.iter().cloned());
        stored.push(StructField::new("matched", DataType::Boolean));
        let stored: SchemaRef = Arc::new(StructType::new(stored));
        let expiry_of = |schema: &SchemaRef, column: usize| {
            schema.fields.get(column).map(|field| Expiry {
                column,
                data_type: field.data_type.clone(),
                after_us: 0,
            })
        };
        let late = event_times(plan).iter().position(Option::is_some);
        let expiry = removal.map(|r| match r.by {
            RemovalTime::Key(key) => key,
            RemovalTime::Column(column) => keys.len() + column,
        });
        OneSide {
            name,
            late: late.and_then(|column| expiry_of(&rows, column)),
            expiry: expiry.and_then(|column| expiry_of(&stored, column)),
            keys,
            own,
            rows,
            stored,
            removal,
            outer,
        }
    }
}

struct StreamJoin {
    inputs: [Option<FrameStream>; 2],
    sides: [OneSide; 2],
    null_safe: Vec<bool>,
    /// Conditions over the left columns, then the right ones.
    both: Vec<Expr>,
    kind: JoinKind,
    schema: SchemaRef,
    pair_schema: SchemaRef,
    ctx: Arc<ExecContext>,
    operator: Stateful,
    report: OperatorReport,
    waiting: FrameStream,
    over: bool,
}

const LEFT: usize = 0;
const RIGHT: usize = 1;

impl Iterator for StreamJoin {
    type Item = Result<Frame, SqlError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(frame) = self.waiting.next() {
            return Some(frame);
        }
        if self.over {
            return None;
        }
        let out = self.step();
        if out.is_err() {
            self.over = true;
        }
        match out {
            Ok(mut frames) => {
                frames.push(Frame::empty(self.schema.clone()));
                self.waiting = Box::new(frames.into_iter().flat_map(chunks));
                self.waiting.next()
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl StreamJoin {
    /// Takes in the next frame, of the left side first; at the end lets go of what has expired.
    fn step(&mut self) -> Result<Vec<Frame>, SqlError> {
        for side in [LEFT, RIGHT] {
            let Some(rows) = self.inputs.get_mut(side).and_then(Option::as_mut) else {
                continue;
            };
            match rows.next() {
                Some(frame) => return self.take_in(side, frame?),
                None => {
                    if let Some(input) = self.inputs.get_mut(side) {
                        *input = None;
                    }
                }
            }
        }
        self.over = true;
        self.expire()
    }

    fn side(&self, side: usize) -> &OneSide {
        let [left, right] = &self.sides;
        if side == LEFT { left } else { right }
    }

    fn keys(&self, side: &OneSide, rows: &Frame) -> Result<Vec<Series>, SqlError> {
        let scope = Scope::new(rows, &self.ctx);
        side.keys.iter().map(|k| scope.evaluate_rows(k)).collect()
    }

    fn table(&self, side: usize) -> Result<SharedTable, SqlError> {
        let side = self.side(side);
        let table = self.operator.table(side.name)?;
        table.lock().set_schema(side.keys.len(), &side.stored)?;
        Ok(table)
    }

    /// Matches a frame of one side with what is kept of the other, and keeps it.
    fn take_in(&mut self, side: usize, frame: Frame) -> Result<Vec<Frame>, SqlError> {
        let mut out = Vec::new();
        let own = self.side(side);
        let mut rows = frame;
        let all = rows.height();
        if let Some(late) = &own.late {
            rows = take_rows(&rows, late.in_time(&rows, self.operator.late_us)?)?;
        }
        let dropped = all - rows.height();
        let mut hopeless = Vec::new();
        for condition in &own.own {
            let mask = Scope::new(&rows, &self.ctx).matches(condition)?;
            if own.outer {
                hopeless.push(rows.filter(&!&mask)?);
            }
            rows = rows.filter(&mask)?;
        }
        for frame in hopeless {
            out.push(self.with_nulls(side, &frame)?);
        }
        let keys = self.keys(own, &rows)?;
        let mut matched = vec![false; rows.height()];
        self.meet(side, &rows, &keys, &mut matched, &mut out)?;
        let updated = self.store(side, &rows, keys, &matched)?;
        self.report.rows_dropped += dropped as u64;
        self.report.rows_updated += updated;
        Ok(out)
    }

    /// Joins rows with what is kept of the other side.
    fn meet(
        &self,
        side: usize,
        rows: &Frame,
        keys: &[Series],
        matched: &mut [bool],
        out: &mut Vec<Frame>,
    ) -> Result<(), SqlError> {
        let shared = self.table(1 - side)?;
        let mut others = shared.lock();
        let valid = non_null_rows(&plain(keys, &self.null_safe));
        let keys = KeyRows::encode(keys, rows.height())?;
        let mut next = 0;
        while next < rows.height() {
            let (mut own, mut ids): (Vec<IdxSize>, Vec<u64>) = Default::default();
            while next < rows.height() && ids.len() < PAIRS {
                if valid.as_ref().is_none_or(|v| v.get(next) == Some(true)) {
                    let found = others.find(keys.get(next));
                    own.resize(own.len() + found.len(), next as IdxSize);
                    ids.extend_from_slice(found);
                }
                next += 1;
            }
            self.pair(side, rows, (own, ids), &mut others, matched, out)?;
        }
        Ok(())
    }

    /// Gives out the pairs that meet the condition.
    fn pair(
        &self,
        side: usize,
        rows: &Frame,
        (mut own, mut ids): (Vec<IdxSize>, Vec<u64>),
        others: &mut StateTable,
        matched: &mut [bool],
        out: &mut Vec<Frame>,
    ) -> Result<(), SqlError> {
        let other = self.side(1 - side);
        let mut stored = others.rows(&ids)?;
        let mut pairs = self.joined(side, &take(rows, &own)?, &stored)?;
        for condition in &self.both {
            let mask = Scope::new(&pairs, &self.ctx).matches(condition)?;
            let mut kept = mask.iter().map(|m| m == Some(true));
            own.retain(|_| kept.next() == Some(true));
            let mut kept = mask.iter().map(|m| m == Some(true));
            ids.retain(|_| kept.next() == Some(true));
            pairs = pairs.filter(&mask)?;
            stored = stored.filter(&mask)?;
        }
        for row in &own {
            if let Some(matched) = matched.get_mut(*row as usize) {
                *matched = true;
            }
        }
        // Those of the other side that match for the first time.
        let flags = stored.column(other.stored.len() - 1);
        let flags = flags.map(|c| c.bool()).transpose()?;
        let mut seen = BTreeSet::new();
        let first: Vec<IdxSize> = (0..)
            .zip(&ids)
            .filter(|(row, id): &(IdxSize, &u64)| {
                let before = flags.and_then(|f| f.get(*row as usize)) == Some(true);
                !before && seen.insert(**id)
            })
            .map(|(row, _)| row)
            .collect();
        let first_ids: Vec<u64> = first
            .iter()
            .filter_map(|row| ids.get(*row as usize).copied())
            .collect();
        let news = take(&stored, &first)?;
        let marks = other.outer || (self.kind == JoinKind::LeftSemi && side == RIGHT);
        if marks && news.height() > 0 {
            let mut columns = news.columns().to_vec();
            if let Some(last) = columns.last_mut() {
                *last = Series::new(PlSmallStr::EMPTY, vec![true; news.height()]);
            }
            let news = Frame::new(other.stored.clone(), columns, news.height())?;
            others.set_rows(&first_ids, &news)?;
        }
        if self.kind != JoinKind::LeftSemi {
            out.push(pairs.with_schema(self.schema.clone())?);
        } else if side == LEFT {
            own.dedup();
            out.push(take(rows, &own)?.with_schema(self.schema.clone())?);
        } else {
            let rows = self.rows_of(LEFT, &news)?;
            out.push(rows.with_schema(self.schema.clone())?);
        }
        Ok(())
    }

    /// Keeps rows for those of the other side that are to come.
    fn store(
        &self,
        side: usize,
        rows: &Frame,
        keys: Vec<Series>,
        matched: &[bool],
    ) -> Result<u64, SqlError> {
        let own = self.side(side);
        let mut columns = keys;
        columns.extend(rows.columns().iter().cloned());
        columns.push(Series::new(PlSmallStr::EMPTY, matched));
        let mut stored = Frame::new(own.stored.clone(), columns, rows.height())?;
        if self.kind == JoinKind::LeftSemi && side == LEFT {
            // A row that has come out needs no more partners.
            let waiting = (0..).zip(matched).filter(|(_, matched)| !**matched);
            stored = take(&stored, &waiting.map(|(row, _)| row).collect::<Vec<_>>())?;
        }
        if let (RIGHT, false, Some(expiry), Some(removal)) =
            (side, own.outer, &own.expiry, own.removal)
        {
            // All left rows of this batch are there: what has expired meets no other.
            let expired_us = removal.watermark_ms.saturating_mul(1000);
            stored = take_rows(&stored, expiry.in_time(&stored, expired_us)?)?;
        }
        let expiries = match &own.expiry {
            Some(expiry) => expiry.times(&stored)?,
            None => Vec::new(),
        };
        let keys = stored.columns().get(..own.keys.len()).unwrap_or_default();
        let keys = KeyRows::encode(keys, stored.height())?;
        self.table(side)?.lock().insert(&keys, &stored, &expiries)?;
        Ok(stored.height() as u64)
    }

    /// Lets go of the rows that nothing can match any more.
    fn expire(&mut self) -> Result<Vec<Frame>, SqlError> {
        let (mut out, mut removed) = (Vec::new(), 0);
        for side in [LEFT, RIGHT] {
            let shared = self.table(side)?;
            let mut table = shared.lock();
            let own = self.side(side);
            let Some(removal) = own.removal else {
                continue;
            };
            let expired = table.expired(removal.watermark_ms.saturating_mul(1000));
            if own.outer {
                let rows = table.rows(&expired)?;
                if let Some(matched) = rows.column(own.stored.len() - 1) {
                    let alone = !matched.bool()?;
                    let rows = self.rows_of(side, &rows.filter(&alone)?)?;
                    out.push(self.with_nulls(side, &rows)?);
                }
            }
            table.remove(&expired)?;
            // Spark counts those that it needn't look at.
            if !own.outer {
                removed += expired.len() as u64;
            }
        }
        self.report.rows_removed = removed;
        self.operator.report(std::mem::take(&mut self.report));
        Ok(out)
    }

    /// The rows as they came, of what is stored of them.
    fn rows_of(&self, side: usize, stored: &Frame) -> Result<Frame, SqlError> {
        let own = self.side(side);
        let columns = stored.columns().iter().skip(own.keys.len());
        let columns: Vec<Series> = columns.take(own.rows.len()).cloned().collect();
        Ok(Frame::new(own.rows.clone(), columns, stored.height())?)
    }

    /// Rows of a side beside stored ones of the other.
    fn joined(&self, side: usize, rows: &Frame, stored: &Frame) -> Result<Frame, SqlError> {
        let others = self.rows_of(1 - side, stored)?;
        let (left, right) = match side {
            LEFT => (rows, &others),
            _ => (&others, rows),
        };
        let columns = left.columns().iter().chain(right.columns()).cloned();
        let columns = columns.collect();
        Ok(Frame::new(
            self.pair_schema.clone(),
            columns,
            rows.height(),
        )?)
    }

    /// Rows of a side beside nothing.
    fn with_nulls(&self, side: usize, rows: &Frame) -> Result<Frame, SqlError> {
        let height = rows.height();
        let nulls = |side: usize| -> Vec<Series> {
            let fields = self.side(side).rows.fields.iter();
            fields
                .map(|f| {
                    let physical = physical_type(&f.data_type);
                    Series::full_null(PlSmallStr::EMPTY, height, &physical)
                })
                .collect()
        };
        let own = rows.columns().to_vec();
        let columns = match side {
            LEFT => [own, nulls(RIGHT)].concat(),
            _ => [nulls(LEFT), own].concat(),
        };
        Ok(Frame::new(self.schema.clone(), columns, height)?)
    }
}

fn take(frame: &Frame, rows: &[IdxSize]) -> Result<Frame, SqlError> {
    Ok(frame.take(&IdxCa::from_slice(PlSmallStr::EMPTY, rows))?)
}
