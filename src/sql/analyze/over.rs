//! `OVER (PARTITION BY … ORDER BY … frame)`.

use sqlparser::ast::{self, WindowType};

use super::expression::{FoundAggregate, Resolved, Resolver, WINDOW};
use super::function::{stand_in, texts};
use super::{scope, unsupported};
use crate::sql::error::{AnalysisReason, Position, SqlError};
use crate::sql::functions::{FunctionKind, WindowKind};
use crate::sql::plan::{ExprKind, SortKey, WindowCall, WindowFrame};
use crate::types::{DataType, Value};

impl Resolver<'_, '_> {
    pub(super) fn window(
        &mut self,
        found: FoundAggregate,
        over: &WindowType,
        position: Option<Position>,
    ) -> Result<Resolved, SqlError> {
        let spec = self.window_spec(over, position)?;
        let mut partition_by = Vec::new();
        for e in &spec.partition_by {
            partition_by.push(self.expression(e)?);
        }
        let mut order_by = Vec::new();
        for key in &spec.order_by {
            order_by.push(self.sort_key(key)?);
        }
        let is_ranking = matches!(found.call.function.kind, FunctionKind::Window(_));
        if is_ranking
            && order_by.is_empty()
            && !matches!(
                found.call.function.name,
                "first_value" | "last_value" | "nth_value"
            )
        {
            let error: SqlError = AnalysisReason::WindowFunctionWithoutOrder {
                function: found.sql.to_lowercase(),
            }
            .into();
            return Err(error.at(position));
        }
        let frame = match &spec.window_frame {
            Some(frame) => {
                let order: Vec<&DataType> =
                    order_by.iter().map(|(k, _)| &k.expr.data_type).collect();
                self.frame(frame, &order, position)?
            }
            None if order_by.is_empty() => WindowFrame {
                range: false,
                start: None,
                end: None,
            },
            None => WindowFrame {
                range: !is_ranking
                    || matches!(
                        found.call.function.name,
                        "first_value" | "last_value" | "nth_value"
                    ),
                start: None,
                end: Some(0),
            },
        };
        let mut spec_sql = Vec::new();
        if !partition_by.is_empty() {
            spec_sql.push(format!("PARTITION BY {}", texts(&partition_by).join(", ")));
        }
        if !order_by.is_empty() {
            let keys: Vec<&str> = order_by.iter().map(|(_, sql)| sql.as_str()).collect();
            spec_sql.push(format!("ORDER BY {}", keys.join(", ")));
        }
        let frame_text = frame_sql(&found, &frame);
        spec_sql.push(frame_text.clone());
        let spec_text = spec_sql.join(" ");
        let sql = format!("{} OVER ({spec_text})", found.sql);
        if spec.window_frame.is_some() {
            check_frame(&found, &frame, (&frame_text, &spec_text), &order_by)
                .map_err(|e| e.at(position))?;
        }
        if found.call.filter.is_some() {
            let error: SqlError = AnalysisReason::WindowFilter.into();
            return Err(error.at(position));
        }
        if found.call.distinct {
            let error: SqlError = AnalysisReason::DistinctWindowFunction { expression: sql }.into();
            return Err(error.at(position));
        }
        let expr = stand_in(
            WINDOW + self.collected.windows.len(),
            &sql,
            &found.call.data_type,
            found.call.nullable,
        );
        self.collected.windows.push((
            WindowCall {
                call: found.call,
                partition_by: partition_by.into_iter().map(|r| r.expr).collect(),
                order_by: order_by.into_iter().map(|(key, _)| key).collect(),
                frame,
            },
            sql.clone(),
        ));
        Ok(Resolved::new((expr, sql), position))
    }

    /// The window that `OVER` names or spells out.
    fn window_spec(
        &self,
        over: &WindowType,
        position: Option<Position>,
    ) -> Result<ast::WindowSpec, SqlError> {
        let (name, own) = match over {
            WindowType::NamedWindow(name) => (name, None),
            WindowType::WindowSpec(spec) => match &spec.window_name {
                Some(name) => (name, Some(spec)),
                None => return Ok(spec.clone()),
            },
        };
        let mut wanted = name;
        // A definition may name another one.
        for _ in 0..=self.windows.len() {
            let definition = self
                .windows
                .iter()
                .find(|w| scope::same_name(&w.0.value, &wanted.value));
            match definition.map(|d| &d.1) {
                Some(ast::NamedWindowExpr::NamedWindow(other)) => wanted = other,
                Some(ast::NamedWindowExpr::WindowSpec(spec)) => {
                    let mut spec = spec.clone();
                    if let Some(own) = own {
                        if !own.order_by.is_empty() {
                            spec.order_by.clone_from(&own.order_by);
                        }
                        if own.window_frame.is_some() {
                            spec.window_frame.clone_from(&own.window_frame);
                        }
                    }
                    return Ok(spec);
                }
                None => break,
            }
        }
        let error: SqlError = AnalysisReason::MissingWindowSpecification {
            name: name.value.clone(),
        }
        .into();
        Err(error.at(position))
    }

    /// A frame over rows in the order of values of these types.
    fn frame(
        &mut self,
        frame: &ast::WindowFrame,
        order: &[&DataType],
        position: Option<Position>,
    ) -> Result<WindowFrame, SqlError> {
        let by_day = matches!(order, [DataType::Date]);
        let mut bound = |b: &ast::WindowFrameBound| -> Result<Option<i64>, SqlError> {
            let (amount, sign) = match b {
                ast::WindowFrameBound::CurrentRow => return Ok(Some(0)),
                ast::WindowFrameBound::Preceding(None) | ast::WindowFrameBound::Following(None) => {
                    return Ok(None);
                }
                ast::WindowFrameBound::Preceding(Some(e)) => (e, -1),
                ast::WindowFrameBound::Following(Some(e)) => (e, 1),
            };
            let value = self.expression(amount)?;
            let amount = match &value.expr.kind {
                // Dates count days.
                ExprKind::Literal(Value::DayTimeInterval(us)) if by_day => {
                    Some(us / crate::types::calendar::DAY_US)
                }
                ExprKind::Literal(v) => v.as_i64(),
                _ => None,
            };
            match amount {
                Some(n) => Ok(Some(n.saturating_mul(sign))),
                None => {
                    Err(unsupported(format!("the window frame bound {}", value.sql)).at(position))
                }
            }
        };
        let start = bound(&frame.start_bound)?;
        let end = frame.end_bound.as_ref().map_or(Ok(Some(0)), &mut bound)?;
        Ok(WindowFrame {
            range: frame.units == ast::WindowFrameUnits::Range,
            start,
            end,
        })
    }
}

/// Refuses a frame that its function or its order doesn't go with.
fn check_frame(
    found: &FoundAggregate,
    frame: &WindowFrame,
    (frame_sql, spec_sql): (&str, &str),
    order_by: &[(SortKey, String)],
) -> Result<(), SqlError> {
    let name = found.call.function.name;
    if let FunctionKind::Window(kind) = found.call.function.kind {
        let range = match kind {
            WindowKind::Lag | WindowKind::Lead => {
                return Err(AnalysisReason::OffsetFunctionFrame { function: name }.into());
            }
            WindowKind::FirstValue | WindowKind::LastValue | WindowKind::NthValue => None,
            WindowKind::CumeDist => Some(true),
            _ => Some(false),
        };
        let required = range.map(|range| WindowFrame {
            range,
            start: None,
            end: Some(0),
        });
        if let Some(required) = required
            && required != *frame
        {
            return Err(AnalysisReason::WindowFrameMismatch {
                frame: frame_tree(frame),
                required: frame_tree(&required),
            }
            .into());
        }
    }
    if let (Some(start), Some(end)) = (frame.start, frame.end)
        && start > end
    {
        let frame = frame_sql.to_owned();
        return Err(AnalysisReason::FrameEndsBeforeItStarts { frame }.into());
    }
    let by_value = |bound: Option<i64>| bound.is_some_and(|n| n != 0);
    if !frame.range || !(by_value(frame.start) || by_value(frame.end)) {
        return Ok(());
    }
    let spec = spec_sql.to_owned();
    match order_by {
        [] => Err(AnalysisReason::RangeWithoutOrder { spec }.into()),
        [(key, _)] if matches!(key.expr.data_type, DataType::String | DataType::Binary) => {
            Err(AnalysisReason::RangeOfUnacceptedType {
                frame: literal_frame(frame),
                bound: if by_value(frame.start) {
                    "lower"
                } else {
                    "upper"
                },
                data_type: key.expr.data_type.sql(),
            }
            .into())
        }
        [_] => Ok(()),
        several => {
            let keys: Vec<&str> = several.iter().map(|(_, sql)| sql.as_str()).collect();
            let order = keys.join(",");
            Err(AnalysisReason::RangeOverSeveral { spec, order }.into())
        }
    }
}

/// A frame as Catalyst prints its tree.
fn frame_tree(frame: &WindowFrame) -> String {
    let bound = |bound: Option<i64>, unbounded: &str| match bound {
        None => format!("{unbounded}$()"),
        Some(0) => "currentrow$()".into(),
        Some(n) => n.to_string(),
    };
    format!(
        "specifiedwindowframe({}, {}, {})",
        if frame.range {
            "RangeFrame"
        } else {
            "RowFrame"
        },
        bound(frame.start, "unboundedpreceding"),
        bound(frame.end, "unboundedfollowing")
    )
}

/// A frame whose bounds are expressions: a preceding one is a negative number.
fn literal_frame(frame: &WindowFrame) -> String {
    between(frame, |rows| format!("(- {rows}) FOLLOWING"))
}

/// A frame's text; `preceding` gives that of a bound so many rows before the current one.
fn between(frame: &WindowFrame, preceding: fn(u64) -> String) -> String {
    let unit = if frame.range { "RANGE" } else { "ROWS" };
    let bound = |bound: Option<i64>, unbounded: &str| match bound {
        None => format!("UNBOUNDED {unbounded}"),
        Some(0) => "CURRENT ROW".into(),
        Some(n) if n < 0 => preceding(n.unsigned_abs()),
        Some(n) => format!("{n} FOLLOWING"),
    };
    format!(
        "{unit} BETWEEN {} AND {}",
        bound(frame.start, "PRECEDING"),
        bound(frame.end, "FOLLOWING")
    )
}

fn frame_sql(found: &FoundAggregate, frame: &WindowFrame) -> String {
    // Spark's offset functions have a frame of one row.
    if let name @ ("lag" | "lead") = found.call.function.name {
        let offset = found.call.args.get(1).and_then(|a| match &a.kind {
            ExprKind::Literal(v) => v.as_i64(),
            _ => None,
        });
        let offset = offset.unwrap_or(1);
        let offset = if name == "lag" { -offset } else { offset };
        return format!("ROWS BETWEEN {offset} FOLLOWING AND {offset} FOLLOWING");
    }
    between(frame, |rows| format!("{rows} PRECEDING"))
}
