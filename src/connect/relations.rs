//! Requests that make DataFrames, and those that take their rows.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::column::Columns;
use super::values::{row_to_json, value_from_json};
use super::{Connect, ConnectError, Reply, Request, Shown, show, show_vertical};
use crate::session::{Ran, ReadFrom, Reader, SaveMode, Session, WriteTo, Writer};
use crate::sql::SqlError;
use crate::sql::analyze::{DataFrames, Grouping, JoinOn, Parameters, Pivot};
use crate::sql::column::Column;
use crate::sql::error::AnalysisReason;
use crate::sql::execute::gather;
use crate::sql::parse::parse_ddl;
use crate::sql::plan::Plan;
use crate::types::{
    Frame, StructType, Value, series_from_values, type_to_json, values_from_series,
};

/// More values than a pivot may find by itself (`spark.sql.pivotMaxValues`).
const PIVOT_VALUES: usize = 10_000;

/// How many operations a DataFrame may be made of, one on another: the stack that analysis and execution have in a browser
/// holds about twice as many.
const MOST_OPERATIONS: usize = 500;

/// The most that is collected (`spark.driver.maxResultSize`, and its default).
const MOST_RESULT_BYTES: usize = 1 << 30;

/// What a value costs besides itself on its way to Python.
const VALUE_BYTES: usize = 100;

impl Connect {
    pub(super) fn relation_or_action(
        &mut self,
        session: &mut Session,
        op: &str,
        r: &Request<'_>,
    ) -> Reply {
        match op {
            "parseType" => {
                let parsed = parse_ddl(r.text("ddl")?).map_err(SqlError::from)?;
                Ok(type_to_json(&parsed))
            }
            "release" => {
                self.frames.remove(&r.number("df")?);
                Ok(Json::Null)
            }
            "sql" | "table" | "read" | "readStream" | "range" | "local" => {
                let plan = self.source(session, op, r)?;
                Ok(self.hand_out(plan))
            }
            "collect" | "count" | "show" | "explain" | "createView" | "write" | "writeTo"
            | "writeStream" | "display" | "displayText" | "displayHTML" => {
                self.action(session, op, r)
            }
            _ => {
                let plan = self.operation(session, op, r)?;
                if plan.depth() > MOST_OPERATIONS {
                    let most = MOST_OPERATIONS;
                    return Err(ConnectError::TooDeep { most });
                }
                Ok(self.hand_out(plan))
            }
        }
    }

    /// `spark.sql(text, args)`: literals by name or by place.
    fn parameters(&self, r: &Request<'_>) -> Result<Parameters, ConnectError> {
        let columns = Columns {
            connect: self,
            inputs: &[],
            operator: "",
        };
        let literal = |value: &Json| match columns.column(value)? {
            Column::Literal(value, data_type) => Ok((value, data_type)),
            _ => Err(ConnectError::Other {
                class: "PySparkNotImplementedError",
                message: "[NOT_IMPLEMENTED] Arguments of spark.sql are literals here.".into(),
            }),
        };
        Ok(match r.get("args") {
            Some(Json::Object(named)) => Parameters::Named(
                named
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), literal(value)?)))
                    .collect::<Result<_, ConnectError>>()?,
            ),
            Some(Json::Array(values)) => {
                Parameters::Positional(values.iter().map(literal).collect::<Result<_, _>>()?)
            }
            _ => Parameters::None,
        })
    }

    fn source(
        &mut self,
        session: &mut Session,
        op: &str,
        r: &Request<'_>,
    ) -> Result<Arc<Plan>, ConnectError> {
        Ok(match op {
            "sql" => match session.sql_with(r.text("text")?, &self.parameters(r)?)? {
                Ran::Rows(plan) => plan,
                Ran::Frame(frame) => local(frame),
                Ran::Started { .. } => local(Frame::empty(Arc::default())),
            },
            "table" => Arc::new(session.table(r.text("name")?)?),
            "read" => Arc::new(session.read(&reader(r)?)?),
            "readStream" => Arc::new(session.read_stream(&reader(r)?)?),
            "range" => Arc::new(Plan::range(
                r.integer("start")?,
                r.integer("end")?,
                r.integer("step")?,
            )),
            _ => {
                let schema = StructType::from_json_str(&r.need("schema")?.to_string())?;
                local(rows_to_frame(schema, r.list("rows")?)?)
            }
        })
    }

    fn operation(
        &mut self,
        session: &mut Session,
        op: &str,
        r: &Request<'_>,
    ) -> Result<Arc<Plan>, ConnectError> {
        if matches!(
            op,
            "join" | "union" | "unionByName" | "intersect" | "except"
        ) {
            return self.of_two(session, op, r);
        }
        if op == "aggregate" {
            return self.aggregate(session, r);
        }
        let input = self.plan(r, "df")?;
        let dataframes = DataFrames::new(session.state());
        let inputs = [&input];
        let columns = Columns {
            connect: self,
            inputs: &inputs,
            operator: match op {
                "filter" => "!Filter",
                "sort" => "!Sort",
                _ => "!Project",
            },
        };
        Ok(match op {
            "select" => dataframes.select(&input, &columns.list(r.list("columns")?)?)?,
            "filter" => dataframes.filter(&input, &columns.column(r.need("condition")?)?)?,
            "sort" => dataframes.sort(&input, &columns.list(r.list("keys")?)?)?,
            "withColumns" => {
                let mut named = Vec::new();
                for pair in r.list("columns")? {
                    let Some([name, column]) = pair.as_array().map(Vec::as_slice) else {
                        return Err(ConnectError::Field { name: "columns" });
                    };
                    let name = name
                        .as_str()
                        .ok_or(ConnectError::Field { name: "columns" })?;
                    named.push((name.to_owned(), columns.column(column)?));
                }
                dataframes.with_columns(&input, &named)?
            }
            "renameColumns" => dataframes.rename(&input, &r.pairs("columns")?),
            "toDF" => dataframes.to_df(&input, &r.texts("names")?)?,
            "drop" => {
                // A column that isn't there is none to drop.
                let gone: Vec<Column> = r
                    .list("columns")?
                    .iter()
                    .filter_map(|c| columns.column(c).ok())
                    .collect();
                dataframes.drop_columns(&input, &gone)
            }
            "limit" => dataframes.limit(&input, Some(not_negative("limit", r.integer("n")?)?), 0),
            "offset" => dataframes.limit(&input, None, not_negative("offset", r.integer("n")?)?),
            "distinct" => dataframes.distinct(&input),
            "dropDuplicates" => {
                let names = r.get("columns").map(|_| r.texts("columns")).transpose()?;
                let within_watermark = r.flag("withinWatermark");
                dataframes.drop_duplicates(&input, names.as_deref(), within_watermark)?
            }
            "alias" => dataframes.alias(&input, r.text("name")?),
            "sample" => {
                let fraction = r.need("fraction")?.as_f64().unwrap_or(0.0);
                dataframes.sample(&input, fraction, r.integer("seed").unwrap_or(0))?
            }
            "withWatermark" => {
                dataframes.with_watermark(&input, r.text("column")?, r.text("delay")?)?
            }
            "unpivot" => {
                let of = |name| columns.list(r.list(name)?);
                let mut values = of("values")?;
                let ids = of("ids")?;
                if values.is_empty() {
                    values = others(&input, &ids);
                }
                dataframes.unpivot(
                    &input,
                    &ids,
                    &values,
                    r.text("variableName")?,
                    r.text("valueName")?,
                )?
            }
            _ => return Err(ConnectError::UnknownRequest { op: op.into() }),
        })
    }

    fn of_two(
        &self,
        session: &Session,
        op: &str,
        r: &Request<'_>,
    ) -> Result<Arc<Plan>, ConnectError> {
        let (left, right) = (self.plan(r, "left")?, self.plan(r, "right")?);
        let dataframes = DataFrames::new(session.state());
        let all = r.flag("all");
        Ok(match op {
            "union" => dataframes.union(&left, &right)?,
            "unionByName" => dataframes.union_by_name(&left, &right, r.flag("allowMissing"))?,
            "intersect" => dataframes.intersect(&left, &right, all)?,
            "except" => dataframes.except(&left, &right, all)?,
            _ => {
                let on = match r.get("on") {
                    None => JoinOn::Nothing,
                    Some(Json::Array(_)) => JoinOn::Columns(r.texts("on")?),
                    Some(condition) => {
                        let inputs = [&left, &right];
                        let columns = Columns {
                            connect: self,
                            inputs: &inputs,
                            operator: "!Join",
                        };
                        JoinOn::Condition(columns.column(condition)?)
                    }
                };
                dataframes.join(&left, &right, r.text_or("how").unwrap_or("inner"), &on)?
            }
        })
    }

    fn aggregate(&self, session: &Session, r: &Request<'_>) -> Result<Arc<Plan>, ConnectError> {
        let input = self.plan(r, "df")?;
        let dataframes = DataFrames::new(session.state());
        let inputs = [&input];
        let columns = Columns {
            connect: self,
            inputs: &inputs,
            operator: "!Aggregate",
        };
        let keys = columns.list(r.list("keys")?)?;
        let aggregates = columns.list(r.list("aggregates")?)?;
        let grouping = match r.text_or("kind") {
            Some("rollup") => Grouping::Rollup,
            Some("cube") => Grouping::Cube,
            _ => Grouping::GroupBy,
        };
        let Some(pivot) = r.map("pivot")? else {
            return Ok(dataframes.aggregate(&input, grouping, &keys, &aggregates)?);
        };
        let pivot = Request(pivot);
        let column = columns.column(pivot.need("column")?)?;
        let found = dataframes.select(&input, std::slice::from_ref(&column))?;
        let field = found.schema().fields.first().cloned();
        let data_type = field
            .ok_or(ConnectError::Field { name: "pivot" })?
            .data_type;
        let values = match pivot.get("values") {
            Some(_) => pivot
                .list("values")?
                .iter()
                .map(|v| value_from_json(v, &data_type))
                .collect::<Result<Vec<_>, _>>()?,
            None => {
                let key = Column::Position(0);
                let found = dataframes.sort(&dataframes.distinct(&found), &[key])?;
                let frame = session.collect(&found, Some(PIVOT_VALUES + 1))?;
                match frame.column(0) {
                    Some(column) => values_from_series(column, &data_type)?,
                    None => Vec::new(),
                }
            }
        };
        if values.len() > PIVOT_VALUES {
            return Err(ConnectError::Other {
                class: "AnalysisException",
                message: format!(
                    "[PIVOT_TOO_MANY_VALUES] The pivot column has more than {PIVOT_VALUES} distinct values, this could indicate an error. If this was intended, set spark.sql.pivotMaxValues to at least the number of distinct values of the pivot column."
                ),
            });
        }
        let pivot = Pivot {
            column,
            values: values.into_iter().map(|v| (v, data_type.clone())).collect(),
        };
        Ok(dataframes.pivot(&input, &keys, &pivot, &aggregates)?)
    }

    fn action(&mut self, session: &mut Session, op: &str, r: &Request<'_>) -> Reply {
        match op {
            "displayText" => {
                self.shown.push(Shown::Text(r.text("text")?.to_owned()));
                return Ok(Json::Null);
            }
            "displayHTML" => {
                self.shown.push(Shown::Html(r.text("html")?.to_owned()));
                return Ok(Json::Null);
            }
            _ => {}
        }
        let plan = self.plan(r, "df")?;
        match op {
            "display" => {
                let options = r.map("options")?;
                let name = options.and_then(|o| o.get("streamName")?.as_str());
                self.shown.push(Shown::Relation {
                    plan,
                    stream_name: name.map(str::to_owned),
                });
                Ok(Json::Null)
            }
            "collect" => {
                let limit = r.number("limit").ok().and_then(|n| usize::try_from(n).ok());
                let frame = collect_values(session, &plan, limit)?;
                Ok(json!({"rows": frame_to_json(&frame)?}))
            }
            "count" => {
                let count = Column::Call {
                    function: "count".into(),
                    args: vec![Column::Name("*".into())],
                    distinct: false,
                };
                let dataframes = DataFrames::new(session.state());
                let counted = dataframes.aggregate(&plan, Grouping::GroupBy, &[], &[count])?;
                let frame = session.collect(&counted, None)?;
                let rows = frame_to_json(&frame)?;
                Ok(rows.pointer("/0/0").cloned().unwrap_or(json!(0)))
            }
            "show" => {
                let n = usize::try_from(r.number("n")?).unwrap_or(usize::MAX);
                let truncate = usize::try_from(r.number("truncate").unwrap_or(20)).unwrap_or(20);
                let frame = session.collect(&plan, Some(n.saturating_add(1)))?;
                let zone = session.state().conf.time_zone();
                let text = if r.flag("vertical") {
                    show_vertical(&frame, n, truncate, zone)?
                } else {
                    show(&frame, n, truncate, zone)?
                };
                Ok(json!(text))
            }
            "explain" => Ok(json!(format!(
                "== Physical Plan ==\n{}\n",
                crate::sql::explain::explain(&plan)
            ))),
            "createView" => {
                let name = r.text("name")?;
                if r.flag("global") {
                    session.create_global_temp_view(name, plan, r.flag("replace"))?;
                } else {
                    session.create_temp_view(name, plan, r.flag("replace"))?;
                }
                Ok(Json::Null)
            }
            "writeTo" => {
                session.write(plan, &writer_to(r)?)?;
                Ok(Json::Null)
            }
            "write" => {
                session.write(plan, &writer(r)?)?;
                Ok(Json::Null)
            }
            _ => super::streams::write(session, plan, r),
        }
    }
}

/// Rows for Python, which has each value as an object of its own.
///
/// # Errors
/// [`ConnectError::ResultTooLarge`], before memory ends.
fn collect_values(
    session: &Session,
    plan: &Plan,
    limit: Option<usize>,
) -> Result<Frame, ConnectError> {
    let mut bytes = 0;
    gather(session.rows(plan)?, plan.schema(), limit, |frame| {
        bytes += frame.estimated_size() + VALUE_BYTES * frame.height() * frame.columns().len();
        match bytes > MOST_RESULT_BYTES {
            true => Err(ConnectError::ResultTooLarge {
                bytes,
                most: MOST_RESULT_BYTES,
            }),
            false => Ok(()),
        }
    })
}

/// The columns that aren't among some.
fn others(input: &Plan, some: &[Column]) -> Vec<Column> {
    let taken = |i: usize, name: &str| {
        some.iter().any(|c| match c {
            Column::Position(at) => *at == i,
            Column::Name(other) => other.eq_ignore_ascii_case(name),
            _ => false,
        })
    };
    let columns = input.output.iter().enumerate();
    columns
        .filter(|(i, a)| !a.hidden && !taken(*i, &a.name))
        .map(|(i, _)| Column::Position(i))
        .collect()
}

/// Rows at hand as a plan.
pub(super) fn local(frame: Frame) -> Arc<Plan> {
    Arc::new(Plan::local(frame))
}

fn rows_to_frame(schema: StructType, rows: &[Json]) -> Result<Frame, ConnectError> {
    let mut columns: Vec<Vec<Value>> = vec![Vec::with_capacity(rows.len()); schema.len()];
    for row in rows {
        let values = row.as_array().ok_or(ConnectError::Field { name: "rows" })?;
        for ((column, field), i) in columns.iter_mut().zip(&schema.fields).zip(0..) {
            let value = values.get(i).unwrap_or(&Json::Null);
            column.push(value_from_json(value, &field.data_type)?);
        }
    }
    let series = columns
        .iter()
        .zip(&schema.fields)
        .map(|(values, field)| series_from_values(&field.name, values, &field.data_type))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Frame::new(Arc::new(schema), series, rows.len())?)
}

/// A frame's rows, as lists of values.
pub fn frame_to_json(frame: &Frame) -> Reply {
    let schema = frame.schema();
    let mut columns = Vec::new();
    for (series, field) in frame.columns().iter().zip(&schema.fields) {
        columns.push(values_from_series(series, &field.data_type)?.into_iter());
    }
    let mut rows = Vec::with_capacity(frame.height());
    for _ in 0..frame.height() {
        let row: Vec<Value> = columns
            .iter_mut()
            .map(|c| c.next().unwrap_or(Value::Null))
            .collect();
        rows.push(row_to_json(&row, schema));
    }
    Ok(Json::Array(rows))
}

fn reader(r: &Request<'_>) -> Result<Reader, ConnectError> {
    let from = match (r.text_or("table"), r.texts("paths")?.as_slice()) {
        (Some(table), _) => ReadFrom::Table(table.to_owned()),
        (None, [path]) => ReadFrom::Path(path.clone()),
        (None, []) => {
            let options = r.pairs("options")?;
            let path = options
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("path"));
            match path {
                Some((_, path)) => ReadFrom::Path(path.clone()),
                None => ReadFrom::Paths(Vec::new()),
            }
        }
        (None, several) => ReadFrom::Paths(several.to_vec()),
    };
    Ok(Reader {
        format: r.text_or("format").map(str::to_owned),
        schema: r.text_or("schema").map(schema_ddl).transpose()?,
        options: r.pairs("options")?,
        from,
    })
}

/// A schema's DDL: DDL as it is, or Spark's JSON.
fn schema_ddl(text: &str) -> Result<String, ConnectError> {
    if !text.trim_start().starts_with('{') {
        return Ok(text.to_owned());
    }
    Ok(StructType::from_json_str(text)?.to_ddl())
}

fn writer(r: &Request<'_>) -> Result<Writer, ConnectError> {
    let to = if let Some(name) = r.text_or("insertInto") {
        WriteTo::InsertInto(name.to_owned())
    } else if let Some(name) = r.text_or("table") {
        WriteTo::Table(name.to_owned())
    } else if let Some(path) = r.text_or("path") {
        WriteTo::Path(path.to_owned())
    } else {
        WriteTo::Nowhere
    };
    Ok(Writer {
        format: r.text_or("format").map(str::to_owned),
        mode: r
            .text_or("mode")
            .map(SaveMode::parse)
            .transpose()?
            .unwrap_or_default(),
        options: r.pairs("options")?,
        partition_by: r.texts("partitionBy")?,
        cluster_by: r.texts("clusterBy")?,
        to,
    })
}

/// `df.writeTo(table).…`: what the writer of tables does, by the other API's names.
fn writer_to(r: &Request<'_>) -> Result<Writer, ConnectError> {
    let mut options = r.pairs("options")?;
    options.extend(r.pairs("properties")?);
    let mode = match r.text("how")? {
        "create" => SaveMode::ErrorIfExists,
        "append" => SaveMode::Append,
        "overwritePartitions" => {
            options.push(("partitionOverwriteMode".into(), "dynamic".into()));
            SaveMode::Overwrite
        }
        "overwrite" => {
            let condition = r.map("condition")?.map(Request);
            let Some(text) = condition.as_ref().and_then(|c| c.text_or("sql")) else {
                return Err(ConnectError::Other {
                    class: "PySparkNotImplementedError",
                    message: "[NOT_IMPLEMENTED] overwrite takes a condition as text here: overwrite(expr(\"day = 1\")).".into(),
                });
            };
            options.push(("replaceWhere".into(), text.to_owned()));
            SaveMode::Overwrite
        }
        // "replace", "createOrReplace"
        _ => {
            options.push(("overwriteSchema".into(), "true".into()));
            SaveMode::Overwrite
        }
    };
    Ok(Writer {
        format: r.text_or("format").map(str::to_owned),
        mode,
        options,
        partition_by: r.texts("partitionBy")?,
        cluster_by: r.texts("clusterBy")?,
        to: WriteTo::Table(r.text("table")?.to_owned()),
    })
}

/// How many rows a limit or an offset names.
///
/// # Errors
/// `INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE`.
fn not_negative(name: &str, count: i64) -> Result<u64, SqlError> {
    u64::try_from(count).map_err(|_| {
        AnalysisReason::InvalidLimit {
            sub: "IS_NEGATIVE".into(),
            expression: count.to_string(),
            text: format!(
                "The {name} expression must be equal to or greater than 0, but got {count}."
            ),
        }
        .into()
    })
}
