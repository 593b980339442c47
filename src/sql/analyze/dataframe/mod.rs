//! The DataFrame API's half of analysis: its operations over plans at hand.
//!
//! Columns become the grammar's expressions, so that a DataFrame and SQL text that say the same
//! are the same plan, with the same names and errors.

mod column;
mod delta;
mod lineage;
mod sets;

use std::sync::Arc;

use sqlparser::ast;

pub use column::{GIVEN, attribute_name};
pub use delta::{ColumnAction, ColumnClause};
pub use lineage::positions_of;

use super::expression::{Collected, Resolved, Resolver};
use super::from::subquery_alias;
use super::grouping::GroupBy;
use super::join::{both, cross, join_node};
use super::pivot::{PivotValue, UnpivotRow};
use super::query::{distinct as distinct_node, refuse_collected};
use super::select::Parts;
use super::{Analyzer, Catalog, scope};
use crate::sql::column::Column;
use crate::sql::error::{AnalysisReason, SqlError};
use crate::sql::functions::cast;
use crate::sql::plan::{Attribute, Expr, ExprKind, JoinKind, Plan, PlanNode};
use crate::types::{DataType, Value};
use column::Grammar;

/// What the sides of a join have in common.
#[derive(Debug, Clone)]
pub enum JoinOn {
    Nothing,
    Columns(Vec<String>),
    /// [`Column::Position`]s count the left side's columns, then the right's.
    Condition(Column),
}

/// `groupBy`, `rollup`, `cube`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    GroupBy,
    Rollup,
    Cube,
}

/// `pivot(column, values)`.
#[derive(Debug, Clone)]
pub struct Pivot {
    pub column: Column,
    pub values: Vec<(Value, DataType)>,
}

/// The operations over one session's catalog.
pub struct DataFrames<'a> {
    catalog: &'a dyn Catalog,
}

type Result<T> = std::result::Result<T, SqlError>;

impl<'a> DataFrames<'a> {
    pub fn new(catalog: &'a dyn Catalog) -> Self {
        DataFrames { catalog }
    }

    /// `df.select(…)`.
    ///
    /// # Errors
    /// As for `SELECT`.
    pub fn select(&self, input: &Arc<Plan>, columns: &[Column]) -> Result<Arc<Plan>> {
        let mut analyzer = Analyzer::new(self.catalog);
        let (parts, _) = analyzer.parts(input, &[], columns)?;
        let plan = analyzer.stack(input.clone(), parts, None, false, None)?;
        Ok(with_hidden(plan, input))
    }

    /// `df.filter(…)`. A name that only the columns below a `select` have is found there.
    ///
    /// # Errors
    /// As for `WHERE`.
    pub fn filter(&self, input: &Arc<Plan>, condition: &Column) -> Result<Arc<Plan>> {
        let filtered = |input: &Arc<Plan>| {
            let mut analyzer = Analyzer::new(self.catalog);
            let expr = analyzer.plain_column(input, condition)?;
            analyzer.where_clause(input.clone(), &expr, None)
        };
        or_below(input, filtered)
    }

    /// `df.sort(…)`. As for `filter`, names below a `select` are found.
    ///
    /// # Errors
    /// As for `ORDER BY`.
    pub fn sort(&self, input: &Arc<Plan>, keys: &[Column]) -> Result<Arc<Plan>> {
        let sorted = |input: &Arc<Plan>| {
            let mut analyzer = Analyzer::new(self.catalog);
            let mut grammar = Grammar {
                analyzer: &mut analyzer,
                columns: &input.output,
            };
            let keys: Result<Vec<_>> = keys.iter().map(|k| grammar.sort_key(k)).collect();
            analyzer.order_output(input.clone(), &keys?)
        };
        or_below(input, sorted)
    }

    /// `df.withColumns(…)`: columns of those names are replaced in their place, others added.
    ///
    /// # Errors
    /// As for `SELECT`.
    pub fn with_columns(
        &self,
        input: &Arc<Plan>,
        columns: &[(String, Column)],
    ) -> Result<Arc<Plan>> {
        let mut items = Vec::new();
        let named = |name: &String, column: &Column| Column::Alias {
            child: Box::new(column.clone()),
            names: vec![name.clone()],
            metadata: match column {
                Column::Alias { metadata, .. } => metadata.clone(),
                _ => None,
            },
        };
        for (i, attribute) in input.output.iter().enumerate() {
            if attribute.hidden {
                continue;
            }
            let new = columns
                .iter()
                .rfind(|(name, _)| scope::same_name(name, &attribute.name));
            items.push(match new {
                Some((name, column)) => named(name, column),
                None => Column::Position(i),
            });
        }
        for (name, column) in columns {
            let known = input
                .output
                .iter()
                .any(|a| !a.hidden && scope::same_name(&a.name, name));
            if !known {
                items.push(named(name, column));
            }
        }
        self.select(input, &items)
    }

    /// `df.withColumnsRenamed(…)`; names that aren't there are ignored.
    pub fn rename(&self, input: &Arc<Plan>, names: &[(String, String)]) -> Arc<Plan> {
        renamed(input, |_, attribute| {
            names
                .iter()
                .find(|(old, _)| scope::same_name(old, &attribute.name))
                .map(|(_, new)| new.clone())
        })
    }

    /// `df.toDF(…)`: other names for all columns.
    ///
    /// # Errors
    /// If there are more or fewer names than columns.
    pub fn to_df(&self, input: &Arc<Plan>, names: &[String]) -> Result<Arc<Plan>> {
        let visible: Vec<&Attribute> = input.output.iter().filter(|a| !a.hidden).collect();
        if visible.len() != names.len() {
            return Err(AnalysisReason::AssignmentArityMismatch {
                target: visible.len(),
                source_columns: names.len(),
            }
            .into());
        }
        Ok(renamed(input, |n, _| names.get(n).cloned()))
    }

    /// `df.drop(…)`: names that aren't there are ignored.
    pub fn drop_columns(&self, input: &Arc<Plan>, columns: &[Column]) -> Arc<Plan> {
        let mut gone = Vec::new();
        for column in columns {
            match column {
                Column::Position(i) => gone.push(*i),
                Column::Name(name) => gone.extend(
                    (0..input.output.len())
                        .filter(|i| input.output.get(*i).is_some_and(|a| is_called(a, name))),
                ),
                _ => {}
            }
        }
        Plan::keep_columns(input, |i, _| !gone.contains(&i))
    }

    /// `left.join(right, on, how)`.
    ///
    /// # Errors
    /// As for `JOIN`; a kind of join that there isn't.
    pub fn join(
        &self,
        left: &Arc<Plan>,
        right: &Arc<Plan>,
        how: &str,
        on: &JoinOn,
    ) -> Result<Arc<Plan>> {
        let kind = join_kind(how)?;
        let (left, right) = (left.clone(), right.clone());
        let mut analyzer = Analyzer::new(self.catalog);
        match on {
            JoinOn::Nothing if kind == JoinKind::Inner || kind == JoinKind::Cross => {
                Ok(cross(left, right))
            }
            JoinOn::Nothing => Ok(join_node(left, right, kind, None)),
            JoinOn::Columns(names) => analyzer.using(left, right, kind, names),
            JoinOn::Condition(condition) => {
                let columns = both(&left, &right);
                let expr = Grammar {
                    analyzer: &mut analyzer,
                    columns: &columns,
                }
                .expression(condition)?;
                analyzer.join_on(left, right, kind, &expr)
            }
        }
    }

    /// `df.groupBy(keys).agg(aggregates)`: the keys, then the aggregates.
    ///
    /// # Errors
    /// As for `GROUP BY`.
    pub fn aggregate(
        &self,
        input: &Arc<Plan>,
        grouping: Grouping,
        keys: &[Column],
        aggregates: &[Column],
    ) -> Result<Arc<Plan>> {
        let mut analyzer = Analyzer::new(self.catalog);
        let (parts, key_items) = analyzer.parts(input, keys, aggregates)?;
        let resolved: Vec<Resolved> = parts
            .items
            .iter()
            .take(key_items)
            .map(|i| i.value.clone())
            .collect();
        let sets = || resolved.iter().map(|k| vec![k.clone()]).collect::<Vec<_>>();
        let group_by = match grouping {
            Grouping::GroupBy => GroupBy::new(resolved),
            Grouping::Rollup => {
                let mut groups = GroupBy::new(Vec::new());
                groups.add_rollup(sets());
                groups
            }
            Grouping::Cube => {
                let mut groups = GroupBy::new(Vec::new());
                groups.add_cube(sets())?;
                groups
            }
        };
        analyzer.stack(input.clone(), parts, Some(group_by), false, None)
    }

    /// `df.groupBy(keys).pivot(column, values).agg(aggregates)`: each aggregate once for each
    /// value, over the rows that have it.
    ///
    /// # Errors
    /// As for `PIVOT`.
    pub fn pivot(
        &self,
        input: &Arc<Plan>,
        keys: &[Column],
        pivot: &Pivot,
        aggregates: &[Column],
    ) -> Result<Arc<Plan>> {
        let mut analyzer = Analyzer::new(self.catalog);
        let (parts, _) = analyzer.parts(input, keys, &[])?;
        let keys = parts.items.into_iter().map(|item| Resolved {
            name: Some(item.name),
            ..item.value
        });
        let keys = keys.collect();
        let column = analyzer.plain_column(input, &pivot.column)?;
        let column = plain(&mut analyzer, &column, &input.output, "PIVOT")?;
        let mut values = Vec::new();
        for (value, data_type) in &pivot.values {
            let name = match value {
                Value::Null => "null".to_owned(),
                value => value.cast_text(data_type, self.catalog.time_zone()),
            };
            let literal = Expr::literal(value.clone(), data_type.clone());
            let condition = analyzer.call("<=>", vec![column.expr.clone(), literal])?;
            values.push(PivotValue { condition, name });
        }
        let mut calls = Vec::new();
        for aggregate in aggregates {
            let (call, alias) = match aggregate {
                Column::Alias { child, names, .. } => (child.as_ref(), names.first()),
                other => (other, None),
            };
            calls.push((analyzer.plain_column(input, call)?, alias.cloned()));
        }
        analyzer.pivot_columns(input.clone(), keys, &calls, &values)
    }

    /// `df.limit(n)`, `df.offset(n)`.
    pub fn limit(&self, input: &Arc<Plan>, limit: Option<u64>, offset: u64) -> Arc<Plan> {
        Arc::new(Plan {
            output: input.output.clone(),
            node: PlanNode::Limit {
                input: input.clone(),
                limit,
                offset,
            },
        })
    }

    /// `df.distinct()`: over a stream it drops duplicates, where SQL's `DISTINCT` aggregates.
    pub fn distinct(&self, input: &Arc<Plan>) -> Arc<Plan> {
        let input = Plan::visible_only(input);
        match input.is_streaming() {
            true => deduplicate(input.clone(), (0..input.output.len()).collect(), false),
            false => distinct_node(input),
        }
    }

    /// `df.dropDuplicates(names)`, `df.dropDuplicatesWithinWatermark(names)`.
    ///
    /// # Errors
    /// `UNRESOLVED_COLUMN_AMONG_FIELD_NAMES`.
    pub fn drop_duplicates(
        &self,
        input: &Arc<Plan>,
        names: Option<&[String]>,
        within_watermark: bool,
    ) -> Result<Arc<Plan>> {
        let Some(names) = names else {
            return Ok(match within_watermark {
                true => {
                    let input = Plan::visible_only(input);
                    let all = (0..input.output.len()).collect();
                    deduplicate(input, all, true)
                }
                false => self.distinct(input),
            });
        };
        let input = Plan::visible_only(input);
        let mut on = Vec::new();
        for name in names {
            let before = on.len();
            on.extend((0..input.output.len()).filter(|i| {
                let column = input.output.get(*i);
                column.is_some_and(|a| is_called(a, name))
            }));
            if on.len() == before {
                return Err(AnalysisReason::UnresolvedColumnAmongFieldNames {
                    name: name.clone(),
                    fields: input.output.iter().map(|a| a.name.clone()).collect(),
                }
                .into());
            }
        }
        Ok(deduplicate(input, on, within_watermark))
    }

    /// `df.alias(name)`.
    pub fn alias(&self, input: &Arc<Plan>, name: &str) -> Arc<Plan> {
        subquery_alias(input.clone(), vec![name.to_owned()])
    }

    /// `df.sample(fraction, seed)`: each row with that probability. The rows aren't those that
    /// Spark picks, whose choice depends on its partitions.
    ///
    /// # Errors
    /// None that a caller can bring about.
    pub fn sample(&self, input: &Arc<Plan>, fraction: f64, seed: i64) -> Result<Arc<Plan>> {
        let random = Column::Call {
            function: "rand".into(),
            args: vec![Column::Literal(Value::Long(seed), DataType::Long)],
            distinct: false,
        };
        let condition = Column::Operator {
            operator: "<".into(),
            args: vec![
                random,
                Column::Literal(Value::Double(fraction), DataType::Double),
            ],
        };
        self.filter(input, &condition)
    }

    /// `df.unpivot(ids, values, variable, value)`: a row for each value.
    ///
    /// # Errors
    /// As for `SELECT`; values without a common type.
    pub fn unpivot(
        &self,
        input: &Arc<Plan>,
        ids: &[Column],
        values: &[Column],
        variable: &str,
        value: &str,
    ) -> Result<Arc<Plan>> {
        let mut analyzer = Analyzer::new(self.catalog);
        let (ids, _) = analyzer.parts(input, &[], ids)?;
        let (values, _) = analyzer.parts(input, &[], values)?;
        let rows: Vec<UnpivotRow> = values
            .items
            .into_iter()
            .map(|item| UnpivotRow {
                name: item.name.clone(),
                values: vec![Resolved {
                    name: Some(item.name),
                    ..item.value
                }],
            })
            .collect();
        let ids: Vec<usize> = ids
            .items
            .iter()
            .filter_map(|item| match item.value.expr.kind {
                ExprKind::Column { index, .. } => Some(index),
                _ => None,
            })
            .collect();
        analyzer.unpivot_rows(input, &ids, &rows, variable, &[value], true)
    }

    /// `df.withWatermark(column, delay)`.
    ///
    /// # Errors
    /// `EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE`; a delay that is no interval.
    pub fn with_watermark(
        &self,
        input: &Arc<Plan>,
        column: &str,
        delay: &str,
    ) -> Result<Arc<Plan>> {
        let name = attribute_name(column)?;
        let Some(found) = scope::find(&name, &input.output)? else {
            return Err(scope::unresolved(&name, &input.output));
        };
        let data_type = input.output.get(found.index).map(|a| a.data_type.clone());
        if !matches!(
            data_type,
            Some(DataType::Timestamp | DataType::TimestampNtz | DataType::Struct(_))
        ) {
            return Err(AnalysisReason::EventTimeNotTimestamp {
                column: column.to_owned(),
                actual: data_type.unwrap_or(DataType::Null),
            }
            .into());
        }
        let Some((months, micros)) = cast::parse_interval(delay) else {
            return Err(AnalysisReason::CannotParseInterval {
                text: delay.to_owned(),
            }
            .into());
        };
        let delay_ms = i64::from(months)
            .saturating_mul(31 * 86_400_000)
            .saturating_add(micros / 1000);
        if delay_ms < 0 {
            return Err(AnalysisReason::NegativeDelay {
                text: delay.to_owned(),
            }
            .into());
        }
        Ok(Arc::new(Plan {
            output: input.output.clone(),
            node: PlanNode::Watermark {
                input: input.clone(),
                column: found.index,
                delay_ms,
            },
        }))
    }
}

fn deduplicate(input: Arc<Plan>, on: Vec<usize>, within_watermark: bool) -> Arc<Plan> {
    Arc::new(Plan {
        output: input.output.clone(),
        node: PlanNode::Distinct {
            input,
            on: Some(on),
            within_watermark,
        },
    })
}

impl Analyzer<'_> {
    /// Keys and columns as a select list over an input, and how many of its items are the keys'.
    fn parts(
        &mut self,
        input: &Arc<Plan>,
        keys: &[Column],
        columns: &[Column],
    ) -> Result<(Parts, usize)> {
        let mut collected = Collected::default();
        let mut items_of = |list: &[Column]| -> Result<Vec<_>> {
            let mut grammar = Grammar {
                analyzer: self,
                columns: &input.output,
            };
            let projection: Result<Vec<_>> = list.iter().map(|c| grammar.item(c)).collect();
            self.items(&projection?, &input.output, &[], &[], &mut collected)
        };
        let mut items = items_of(keys)?;
        let key_items = items.len();
        items.extend(items_of(columns)?);
        for column in keys.iter().chain(columns) {
            if let Column::Alias {
                names,
                metadata: Some(metadata),
                ..
            } = column
            {
                let named = items
                    .iter_mut()
                    .filter(|i| i.aliased && names.contains(&i.name));
                named.for_each(|item| item.metadata = metadata.clone());
            }
        }
        let parts = Parts::new(items, collected);
        Ok((parts, key_items))
    }

    fn plain_column(&mut self, input: &Arc<Plan>, column: &Column) -> Result<ast::Expr> {
        Grammar {
            analyzer: self,
            columns: &input.output,
        }
        .expression(column)
    }
}

/// One expression over columns that can hold nothing but plain ones.
pub(super) fn plain(
    analyzer: &mut Analyzer<'_>,
    e: &ast::Expr,
    columns: &[Attribute],
    clause: &str,
) -> Result<Resolved> {
    let mut collected = Collected::default();
    let found = Resolver::new(analyzer, columns, &mut collected).expression(e)?;
    refuse_collected(&collected, clause)?;
    Ok(found)
}

/// The column that a name's parts mean in a plan: its position, and how many parts it took.
///
/// # Errors
/// `AMBIGUOUS_REFERENCE`.
pub fn find_column(name: &[String], plan: &Plan) -> Result<Option<(usize, usize)>> {
    Ok(scope::find(name, &plan.output)?.map(|f| (f.index, f.parts)))
}

/// A node over a plan; where a name isn't among its columns but among those below its `select`,
/// the node over both, without what is too much (Catalyst's `ResolveReferences`).
fn or_below(
    input: &Arc<Plan>,
    node: impl Fn(&Arc<Plan>) -> Result<Arc<Plan>>,
) -> Result<Arc<Plan>> {
    let error = match node(input) {
        Ok(plan) => return Ok(plan),
        Err(error) => error,
    };
    let PlanNode::Project {
        input: below,
        exprs,
    } = &input.node
    else {
        return Err(error);
    };
    let mut all = exprs.clone();
    let mut output = input.output.clone();
    for (i, a) in below.output.iter().enumerate() {
        all.push(Expr::column(i, a));
        output.push(Attribute {
            hidden: true,
            ..a.clone()
        });
    }
    let both = Arc::new(Plan {
        node: PlanNode::Project {
            input: below.clone(),
            exprs: all,
        },
        output,
    });
    let Ok(plan) = node(&both) else {
        return Err(error);
    };
    let width = input.output.len();
    Ok(Plan::keep_columns(&plan, |i, _| i < width))
}

/// A projection right over its input keeps what is hidden there (`_metadata`) within reach.
fn with_hidden(plan: Arc<Plan>, input: &Arc<Plan>) -> Arc<Plan> {
    let PlanNode::Project {
        input: below,
        exprs,
    } = &plan.node
    else {
        return plan;
    };
    if !Arc::ptr_eq(below, input) || !input.output.iter().any(|a| a.hidden) {
        return plan;
    }
    let (mut exprs, mut output) = (exprs.clone(), plan.output.clone());
    for (i, a) in input.output.iter().enumerate().filter(|(_, a)| a.hidden) {
        exprs.push(Expr::column(i, a));
        output.push(a.clone());
    }
    Arc::new(Plan {
        node: PlanNode::Project {
            input: below.clone(),
            exprs,
        },
        output,
    })
}

fn is_called(column: &Attribute, name: &str) -> bool {
    !column.hidden && scope::same_name(&column.name, name.trim_matches('`'))
}

/// Other names for visible columns; the number counts them.
fn renamed(input: &Arc<Plan>, name: impl Fn(usize, &Attribute) -> Option<String>) -> Arc<Plan> {
    let mut seen = 0;
    let (exprs, output) = input
        .output
        .iter()
        .enumerate()
        .map(|(i, a)| {
            let mut attribute = a.clone();
            if !a.hidden {
                if let Some(new) = name(seen, a) {
                    attribute.name = new;
                    attribute.qualifier = Vec::new();
                }
                seen += 1;
            }
            (Expr::column(i, a), attribute)
        })
        .unzip();
    Arc::new(Plan {
        node: PlanNode::Project {
            input: input.clone(),
            exprs,
        },
        output,
    })
}

/// The kind of join that a name means (Spark's `JoinType.apply`).
fn join_kind(how: &str) -> Result<JoinKind> {
    Ok(match how.to_lowercase().replace('_', "").as_str() {
        "inner" => JoinKind::Inner,
        "cross" => JoinKind::Cross,
        "outer" | "full" | "fullouter" => JoinKind::Full,
        "left" | "leftouter" => JoinKind::Left,
        "right" | "rightouter" => JoinKind::Right,
        "semi" | "leftsemi" => JoinKind::LeftSemi,
        "anti" | "leftanti" => JoinKind::LeftAnti,
        _ => {
            return Err(AnalysisReason::UnsupportedJoinType {
                kind: how.to_owned(),
            }
            .into());
        }
    })
}
