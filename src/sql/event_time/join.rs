//! When the rows that a join of two streams keeps can find no partner any more.
//!
//! Source: Spark's `StreamingJoinHelper`, `StreamingSymmetricHashJoinHelper`.

use super::{event_times, mark_of};
use crate::sql::execute::{JoinCondition, conjuncts};
use crate::sql::plan::{Expr, ExprKind, Plan};
use crate::types::{DataType, Value};

/// Which rows of a side can go: those whose time is at or before a watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    pub by: RemovalTime,
    pub watermark_ms: i64,
}

/// What says a kept row's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalTime {
    /// The key of that number.
    Key(usize),
    /// The side's column of that number.
    Column(usize),
}

/// What the left and the right side can let go of when `watermark_ms` reaches the join.
pub fn removals(
    left: &Plan,
    right: &Plan,
    condition: Option<&Expr>,
    watermark_ms: i64,
) -> [Option<Removal>; 2] {
    let (left_marks, right_marks) = (event_times(left), event_times(right));
    let keys = JoinCondition::new(condition, left.output.len());
    if let Some(key) = marked_key(&keys, &left_marks, &right_marks) {
        let by_key = Some(Removal {
            by: RemovalTime::Key(key),
            watermark_ms,
        });
        return [by_key; 2];
    }
    let side = |is_left: bool, marks: &[Option<i64>]| {
        let column = marks.iter().position(Option::is_some)?;
        Some(Removal {
            by: RemovalTime::Column(column),
            watermark_ms: range_watermark(left, right, condition, is_left, watermark_ms)?,
        })
    };
    [side(true, &left_marks), side(false, &right_marks)]
}

/// Whether one of the keys is event time.
pub fn joins_on_event_time(left: &Plan, right: &Plan, condition: Option<&Expr>) -> bool {
    let keys = JoinCondition::new(condition, left.output.len());
    marked_key(&keys, &event_times(left), &event_times(right)).is_some()
}

fn marked_key(keys: &JoinCondition, left: &[Option<i64>], right: &[Option<i64>]) -> Option<usize> {
    let find = |keys: &[Expr], marks: &[Option<i64>]| {
        keys.iter().position(|key| mark_of(key, marks).is_some())
    };
    find(&keys.left_keys, left).or_else(|| find(&keys.right_keys, right))
}

/// The time at or before which a side's rows match nothing that may still come, by the
/// comparisons of times in the condition.
pub fn range_watermark(
    left: &Plan,
    right: &Plan,
    condition: Option<&Expr>,
    of_left: bool,
    watermark_ms: i64,
) -> Option<i64> {
    let width = left.output.len();
    let mut marks = event_times(left);
    marks.resize(width, None);
    marks.extend(event_times(right));
    let kept = |i: usize| (i < width) == of_left;
    let comes = |i: usize| !kept(i) && marks.get(i).copied().flatten().is_some();
    let bounds = conjuncts(condition?).into_iter().filter_map(|part| {
        let ExprKind::Call { function, args, .. } = &part.kind else {
            return None;
        };
        let [a, b] = args.as_slice() else {
            return None;
        };
        // `greater` is after `smaller`, or at the same time.
        let (greater, smaller, or_equal) = match function.name {
            ">" => (a, b, false),
            ">=" => (a, b, true),
            "<" => (b, a, false),
            "<=" => (b, a, true),
            _ => return None,
        };
        let mut terms = Terms::default();
        terms.add(greater, 1)?;
        terms.add(smaller, -1)?;
        let [(kept_column, 1), (coming, -1)] = terms.columns_by(&kept)? else {
            return None;
        };
        if !kept(kept_column) || !comes(coming) {
            return None;
        }
        let bound_us = watermark_ms.saturating_mul(1000) - terms.constant_us;
        Some(bound_us.div_euclid(1000) - i64::from(or_equal))
    });
    bounds.min()
}

/// A sum of times and durations.
#[derive(Default)]
struct Terms {
    columns: Vec<(usize, i64)>,
    constant_us: i64,
}

impl Terms {
    /// Adds an expression, or takes it away; `None` if it is no sum.
    fn add(&mut self, expr: &Expr, sign: i64) -> Option<()> {
        match &expr.kind {
            ExprKind::Column { index, .. } => {
                self.columns.push((*index, sign));
                Some(())
            }
            ExprKind::Literal(Value::DayTimeInterval(us)) => {
                self.constant_us = self.constant_us.checked_add(us.checked_mul(sign)?)?;
                Some(())
            }
            ExprKind::Cast { child, .. }
                if child.data_type == DataType::Timestamp
                    && expr.data_type == DataType::TimestampNtz
                    || child.data_type == expr.data_type =>
            {
                self.add(child, sign)
            }
            ExprKind::Call { function, args, .. } => match (function.name, args.as_slice()) {
                ("+", [a, b]) => {
                    self.add(a, sign)?;
                    self.add(b, sign)
                }
                ("-", [a, b]) => {
                    self.add(a, sign)?;
                    self.add(b, -sign)
                }
                ("negative" | "-", [a]) => self.add(a, -sign),
                _ => None,
            },
            _ => None,
        }
    }

    /// The two columns, the kept side's first; `None` if there are others.
    fn columns_by(&self, kept: &dyn Fn(usize) -> bool) -> Option<[(usize, i64); 2]> {
        match self.columns.as_slice() {
            [a, b] if kept(a.0) => Some([*a, *b]),
            [a, b] => Some([*b, *a]),
            _ => None,
        }
    }
}
