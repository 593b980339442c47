//! Columns of messages.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::values::value_from_json;
use super::{Connect, ConnectError, Request};
use crate::sql::SqlError;
use crate::sql::analyze::{attribute_name, positions_of};
use crate::sql::column::{Column, Frame, LikeKind};
use crate::sql::error::AnalysisReason;
use crate::sql::parse::parse_data_type;
use crate::sql::plan::Plan;
use crate::types::{DataType, Metadata};

/// Reads columns that stand over the columns of `inputs`, side by side.
pub(super) struct Columns<'c> {
    pub connect: &'c Connect,
    pub inputs: &'c [&'c Arc<Plan>],
    /// The operation, for messages.
    pub operator: &'static str,
}

type Result<T> = std::result::Result<T, ConnectError>;

impl Columns<'_> {
    pub fn list(&self, values: &[Value]) -> Result<Vec<Column>> {
        values.iter().map(|v| self.column(v)).collect()
    }

    /// Reads a column. Which kind it is, its first field says.
    pub fn column(&self, value: &Value) -> Result<Column> {
        let Value::Object(map) = value else {
            return Err(ConnectError::Protocol {
                reason: format!("{value} is no column"),
            });
        };
        let r = Request(map);
        if let Some(name) = r.text_or("col") {
            return Ok(Column::Name(name.to_owned()));
        }
        if let Some(reference) = r.get("dfcol") {
            return self.reference(reference);
        }
        if map.contains_key("star") {
            return Ok(Column::Name(match r.text_or("star") {
                Some(name) => format!("{name}.*"),
                None => "*".into(),
            }));
        }
        if map.contains_key("lit") {
            let data_type = data_type(r.text("type")?)?;
            let value = map.get("lit").unwrap_or(&Value::Null);
            return Ok(Column::Literal(
                value_from_json(value, &data_type)?,
                data_type,
            ));
        }
        if let Some(function) = r.text_or("fn") {
            return Ok(Column::Call {
                function: function.to_owned(),
                args: self.list(r.list("args")?)?,
                distinct: r.flag("distinct"),
            });
        }
        if let Some(function) = r.get("udf").and_then(Value::as_u64) {
            return Ok(Column::Udf {
                udf: Arc::new(super::functions::udf(&r, function)?),
                args: self.list(r.list("args")?)?,
            });
        }
        if let Some(operator) = r.text_or("op") {
            if let Some(column) = self.self_join(operator, &r)? {
                return Ok(column);
            }
            return Ok(Column::Operator {
                operator: operator.to_owned(),
                args: self.list(r.list("args")?)?,
            });
        }
        if let Some(text) = r.text_or("sql") {
            return Ok(Column::Sql(text.to_owned()));
        }
        if let Some(name) = r.text_or("var") {
            return Ok(Column::Name(crate::types::quote(name)));
        }
        if let Some(branches) = r.get("case") {
            return self.case(branches, &r);
        }
        self.over_a_child(map, &r)
    }

    fn over_a_child(&self, map: &Map<String, Value>, r: &Request<'_>) -> Result<Column> {
        let child = |name: &'static str| -> Result<Box<Column>> {
            self.column(r.need(name)?).map(Box::new)
        };
        let has = |name: &str| map.contains_key(name);
        Ok(if has("cast") {
            Column::Cast {
                child: child("cast")?,
                to: r.text("to")?.to_owned(),
                is_try: r.flag("try"),
            }
        } else if has("alias") {
            Column::Alias {
                child: child("alias")?,
                names: r.texts("names")?,
                metadata: r
                    .get("metadata")
                    .and_then(Value::as_object)
                    .cloned()
                    .map(Metadata::new),
            }
        } else if has("sort") {
            Column::Sort {
                child: child("sort")?,
                descending: r.flag("descending"),
                nulls_first: r.text_or("nulls").map(|n| n == "first"),
            }
        } else if has("withField") {
            Column::UpdateField {
                child: child("withField")?,
                path: r.text("name")?.to_owned(),
                value: Some(child("value")?),
            }
        } else if has("dropFields") {
            let column = child("dropFields")?;
            let dropped = r.texts("names")?.into_iter();
            *dropped.fold(column, |child, path| {
                Box::new(Column::UpdateField {
                    child,
                    path,
                    value: None,
                })
            })
        } else if has("field") {
            Column::Field {
                child: child("field")?,
                name: r.text("name")?.to_owned(),
            }
        } else if has("item") {
            Column::Item {
                child: child("item")?,
                key: child("key")?,
            }
        } else if has("in") {
            Column::In {
                child: child("in")?,
                values: self.list(r.list("values")?)?,
            }
        } else if has("between") {
            Column::Between {
                child: child("between")?,
                low: child("low")?,
                high: child("high")?,
            }
        } else if has("isnull") {
            Column::IsNull {
                child: child("isnull")?,
                negated: false,
            }
        } else if has("isnotnull") {
            Column::IsNull {
                child: child("isnotnull")?,
                negated: true,
            }
        } else if has("over") {
            Column::Over {
                child: child("over")?,
                partition_by: self.list(r.list("partitionBy")?)?,
                order_by: self.list(r.list("orderBy")?)?,
                frame: r.map("frame")?.map(|f| frame(&Request(f))).transpose()?,
            }
        } else if has("lambda") {
            Column::Lambda {
                parameters: r.texts("params")?,
                body: child("lambda")?,
            }
        } else {
            for (name, kind) in [
                ("like", LikeKind::Like),
                ("ilike", LikeKind::ILike),
                ("rlike", LikeKind::RLike),
            ] {
                if has(name) {
                    return Ok(Column::Like {
                        kind,
                        child: child(name)?,
                        pattern: child("pattern")?,
                        escape: r.text_or("escape").and_then(|e| e.chars().next()),
                    });
                }
            }
            let kind = map.keys().next().cloned().unwrap_or_default();
            return Err(ConnectError::Other {
                class: "PySparkNotImplementedError",
                message: format!("[NOT_IMPLEMENTED] Column.{kind} is not implemented."),
            });
        })
    }

    fn case(&self, branches: &Value, r: &Request<'_>) -> Result<Column> {
        let wrong = ConnectError::Field { name: "case" };
        let Value::Array(branches) = branches else {
            return Err(wrong);
        };
        let mut read = Vec::new();
        for branch in branches {
            match branch.as_array().map(Vec::as_slice) {
                Some([when, then]) => read.push((self.column(when)?, self.column(then)?)),
                _ => return Err(wrong),
            }
        }
        Ok(Column::Case {
            branches: read,
            otherwise: r
                .get("else")
                .map(|e| self.column(e).map(Box::new))
                .transpose()?,
        })
    }

    /// `df.join(df, df.id == df.id)`: one is the left side's column, the other the right side's
    /// (Spark's `resolveSelfJoinCondition`).
    fn self_join(&self, operator: &str, r: &Request<'_>) -> Result<Option<Column>> {
        let ([input, _], [a, b], "=" | "<=>") = (self.inputs, r.list("args")?, operator) else {
            return Ok(None);
        };
        if a != b || a.get("dfcol").is_none() {
            return Ok(None);
        }
        let (left, right) = self.inputs.split_at(1);
        let side = |inputs| Columns {
            connect: self.connect,
            inputs,
            operator: self.operator,
        };
        let (Ok(Column::Position(first)), Ok(Column::Position(second))) =
            (side(left).column(a), side(right).column(b))
        else {
            return Ok(None);
        };
        Ok(Some(Column::Operator {
            operator: operator.to_owned(),
            args: vec![
                Column::Position(first),
                Column::Position(second + input.output.len()),
            ],
        }))
    }

    /// `df["a"]`: the column of the inputs that is that column of `df`.
    fn reference(&self, reference: &Value) -> Result<Column> {
        let wrong = ConnectError::Field { name: "dfcol" };
        let Some([id, name]) = reference.as_array().map(Vec::as_slice) else {
            return Err(wrong);
        };
        let (Some(id), Some(name)) = (id.as_u64(), name.as_str()) else {
            return Err(wrong);
        };
        if name == "*" {
            return Ok(Column::Name("*".into()));
        }
        let of = self.connect.frame(id)?;
        let parts = attribute_name(name)?;
        let Some((column, taken)) = crate::sql::analyze::find_column(&parts, of)? else {
            return Ok(Column::Name(name.to_owned()));
        };
        let mut found = Vec::new();
        let mut before = 0;
        for input in self.inputs {
            found.extend(
                positions_of(input, of, column)
                    .into_iter()
                    .map(|i| i + before),
            );
            before += input.output.len();
        }
        let position = match found.as_slice() {
            [position] => *position,
            [] => {
                // `df` may be what a `select` of the input left behind: by name, then.
                if self.inputs.iter().any(|i| is_below(of, i)) {
                    return Ok(Column::Name(name.to_owned()));
                }
                return Err(SqlError::from(AnalysisReason::MissingAttribute {
                    name: name.to_owned(),
                    input: self
                        .inputs
                        .iter()
                        .flat_map(|i| &i.output)
                        .filter(|a| !a.hidden)
                        .map(|a| a.name.clone())
                        .collect(),
                    operator: self.operator,
                })
                .into());
            }
            // Both sides of a self-join of a DataFrame with itself: the left one.
            [first, ..] if self.inputs.len() == 2 => *first,
            _ => {
                return Err(SqlError::from(AnalysisReason::AmbiguousDataFrameColumn {
                    name: name.to_owned(),
                })
                .into());
            }
        };
        let mut column = Column::Position(position);
        for field in parts.get(taken..).unwrap_or_default() {
            column = Column::Field {
                child: Box::new(column),
                name: crate::types::quote(field),
            };
        }
        Ok(column)
    }
}

fn is_below(of: &Arc<Plan>, plan: &Arc<Plan>) -> bool {
    Arc::ptr_eq(of, plan) || plan.inputs().into_iter().any(|input| is_below(of, input))
}

fn frame(r: &Request<'_>) -> Result<Frame> {
    let bound = |name: &'static str| match r.get(name) {
        None => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or(ConnectError::Field { name }),
    };
    Ok(Frame {
        is_range: r.text("unit")? == "range",
        start: bound("start")?,
        end: bound("end")?,
    })
}

/// A type as DDL writes it.
pub(super) fn data_type(ddl: &str) -> Result<DataType> {
    if ddl.eq_ignore_ascii_case("void") {
        return Ok(DataType::Null);
    }
    Ok(parse_data_type(ddl).map_err(SqlError::from)?)
}
