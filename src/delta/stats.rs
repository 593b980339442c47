//! Statistics of a data file, by which readers skip it. Delta PROTOCOL.md, "Per-file Statistics".

use std::fmt::Write;

use polars_core::prelude::{AnyValue, Series};

use super::actions::Properties;
use super::column_mapping::{ColumnMappingMode, physical_name};
use super::error::DeltaError;
use super::properties::INDEXED_COLUMNS;
use crate::types::{DataType, Frame, StructType, decimal_text};

/// Characters of a string that statistics keep.
const STRING_PREFIX: usize = 32;

/// Collects the statistics of one data file while it is written.
///
/// Numbers, dates, timestamps and strings have bounds; every indexed column counts its nulls.
pub struct StatsCollector {
    rows: u64,
    columns: Vec<Node>,
}

/// What is collected of a column or of a field of a struct.
struct Node {
    name: String,
    /// Whether it is among the indexed columns.
    indexed: bool,
    data_type: DataType,
    children: Vec<Node>,
    null_count: u64,
    min: Bound,
    max: Bound,
}

/// A bound so far.
#[derive(Debug, Clone, PartialEq)]
enum Bound {
    /// No value was seen.
    Empty,
    /// The values have none that JSON can say (NaN, infinity).
    Unknown,
    Integer(i128),
    Double(f64),
    Text(String),
}

impl StatsCollector {
    /// For files of `schema`: the table's columns without its partition columns.
    pub fn new(schema: &StructType, mode: ColumnMappingMode, configuration: &Properties) -> Self {
        let mut indexed = configuration
            .get(INDEXED_COLUMNS.name)
            .and_then(|text| text.parse::<i64>().ok())
            .or_else(|| INDEXED_COLUMNS.default.parse().ok())
            // A number below 0 is all.
            .map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        StatsCollector {
            rows: 0,
            columns: nodes(schema, mode, &mut indexed),
        }
    }

    /// Adds the rows of a frame of the collector's schema.
    pub fn update(&mut self, frame: &Frame) -> Result<(), DeltaError> {
        self.rows += frame.height() as u64;
        for (node, column) in self.columns.iter_mut().zip(frame.columns()) {
            node.update(column)?;
        }
        Ok(())
    }

    /// Rows seen so far.
    pub fn num_records(&self) -> u64 {
        self.rows
    }

    /// Nulls seen so far in each column; those that aren't indexed count as 0.
    pub fn null_counts(&self) -> impl Iterator<Item = u64> {
        self.columns.iter().map(|c| c.null_count)
    }

    /// The `stats` of an add action.
    pub fn finish(self) -> String {
        let mut out = format!("{{\"numRecords\":{}", self.rows);
        let members: [(&str, Member); 3] = [
            ("minValues", Node::min_json),
            ("maxValues", Node::max_json),
            ("nullCount", Node::null_count_json),
        ];
        for (name, member) in members {
            out.push_str(",\"");
            out.push_str(name);
            out.push_str("\":");
            out.push_str(&object(&self.columns, member).unwrap_or_else(|| "{}".into()));
        }
        out.push('}');
        out
    }
}

/// What a column has to say for a member of the statistics: JSON.
type Member = fn(&Node) -> Option<String>;

fn object(nodes: &[Node], member: Member) -> Option<String> {
    let mut out = String::new();
    for node in nodes.iter().filter(|n| n.indexed) {
        let value = if matches!(node.data_type, DataType::Struct(_)) {
            object(&node.children, member)
        } else {
            member(node)
        };
        if let Some(value) = value {
            out.push(if out.is_empty() { '{' } else { ',' });
            out.push_str(&quoted(&node.name));
            out.push(':');
            out.push_str(&value);
        }
    }
    if out.is_empty() {
        return None;
    }
    out.push('}');
    Some(out)
}

fn nodes(schema: &StructType, mode: ColumnMappingMode, left: &mut usize) -> Vec<Node> {
    schema
        .fields
        .iter()
        .map(|field| {
            let indexed = *left > 0;
            let children = match &field.data_type {
                DataType::Struct(inner) => nodes(inner, mode, left),
                _ => {
                    *left = left.saturating_sub(1);
                    Vec::new()
                }
            };
            Node {
                name: physical_name(field, mode).to_owned(),
                indexed,
                data_type: field.data_type.clone(),
                children,
                null_count: 0,
                min: Bound::Empty,
                max: Bound::Empty,
            }
        })
        .collect()
}

impl Node {
    fn update(&mut self, column: &Series) -> Result<(), DeltaError> {
        self.null_count += column.null_count() as u64;
        if !self.indexed || column.is_empty() {
            return Ok(());
        }
        if !self.children.is_empty() {
            // A field of a null struct is null.
            let pushed = column.propagate_nulls();
            let column = pushed.as_ref().unwrap_or(column);
            let fields = column.struct_().map_err(crate::types::FrameError::from)?;
            for (child, field) in self.children.iter_mut().zip(fields.fields_as_series()) {
                child.update(&field)?;
            }
            return Ok(());
        }
        if !has_bounds(&self.data_type) {
            return Ok(());
        }
        let polars = crate::types::FrameError::from;
        let min = column.min_reduce().map_err(polars)?;
        let max = column.max_reduce().map_err(polars)?;
        self.min.lower(bound(&min.as_any_value()));
        self.max.raise(bound(&max.as_any_value()));
        // Spark takes NaN for the greatest value; Polars leaves it out.
        if matches!(self.data_type, DataType::Float | DataType::Double) && has_nan(column) {
            self.max = Bound::Unknown;
        }
        Ok(())
    }

    fn null_count_json(&self) -> Option<String> {
        Some(self.null_count.to_string())
    }

    fn min_json(&self) -> Option<String> {
        match &self.min {
            Bound::Empty | Bound::Unknown => None,
            Bound::Text(text) => Some(quoted(prefix(text))),
            Bound::Double(value) => double_json(*value, &self.data_type),
            Bound::Integer(value) => integer_json(*value, &self.data_type, false),
        }
    }

    fn max_json(&self) -> Option<String> {
        match &self.max {
            Bound::Empty | Bound::Unknown => None,
            Bound::Text(text) => upper_prefix(text).map(|t| quoted(&t)),
            Bound::Double(value) => double_json(*value, &self.data_type),
            Bound::Integer(value) => integer_json(*value, &self.data_type, true),
        }
    }
}

impl Bound {
    fn lower(&mut self, other: Bound) {
        if self.is_beyond(&other, std::cmp::Ordering::Greater) {
            *self = other;
        }
    }

    fn raise(&mut self, other: Bound) {
        if self.is_beyond(&other, std::cmp::Ordering::Less) {
            *self = other;
        }
    }

    /// Whether `other` has to take this one's place.
    fn is_beyond(&self, other: &Bound, order: std::cmp::Ordering) -> bool {
        match (self, other) {
            (Bound::Unknown, _) | (_, Bound::Empty) => false,
            (Bound::Empty, _) | (_, Bound::Unknown) => true,
            (Bound::Integer(a), Bound::Integer(b)) => a.cmp(b) == order,
            (Bound::Double(a), Bound::Double(b)) => a.partial_cmp(b) == Some(order),
            (Bound::Text(a), Bound::Text(b)) => a.cmp(b) == order,
            _ => false,
        }
    }
}

/// The types that Delta keeps bounds of.
fn has_bounds(data_type: &DataType) -> bool {
    data_type.is_numeric() || data_type.is_datetime() || matches!(data_type, DataType::String)
}

fn has_nan(column: &Series) -> bool {
    column.is_nan().is_ok_and(|nan| nan.any())
}

fn bound(value: &AnyValue<'_>) -> Bound {
    match value {
        AnyValue::Null => Bound::Empty,
        AnyValue::Int8(v) => Bound::Integer((*v).into()),
        AnyValue::Int16(v) => Bound::Integer((*v).into()),
        AnyValue::Int32(v) | AnyValue::Date(v) => Bound::Integer((*v).into()),
        AnyValue::Int64(v) | AnyValue::Datetime(v, _, _) | AnyValue::DatetimeOwned(v, _, _) => {
            Bound::Integer((*v).into())
        }
        AnyValue::Decimal(v, _, _) => Bound::Integer(*v),
        AnyValue::Float32(v) if v.is_finite() => Bound::Double(f64::from(*v)),
        AnyValue::Float64(v) if v.is_finite() => Bound::Double(*v),
        AnyValue::Float32(v) if v.is_nan() => Bound::Empty,
        AnyValue::Float64(v) if v.is_nan() => Bound::Empty,
        AnyValue::String(v) => Bound::Text((*v).to_owned()),
        AnyValue::StringOwned(v) => Bound::Text(v.to_string()),
        _ => Bound::Unknown,
    }
}

fn double_json(value: f64, data_type: &DataType) -> Option<String> {
    // A float's shortest text, not that of the double it widens to.
    let text = match data_type {
        DataType::Float => serde_json::to_string(&(value as f32)),
        _ => serde_json::to_string(&value),
    };
    text.ok().filter(|t| t != "null")
}

fn integer_json(value: i128, data_type: &DataType, is_max: bool) -> Option<String> {
    match data_type {
        DataType::Decimal { scale, .. } => Some(decimal_text(value, *scale)),
        DataType::Date => {
            let seconds = i64::try_from(value).ok()?.checked_mul(86_400)?;
            let date = chrono::DateTime::from_timestamp(seconds, 0)?;
            in_four_digits(date).then(|| format!("\"{}\"", date.format("%Y-%m-%d")))
        }
        DataType::Timestamp | DataType::TimestampNtz => {
            let micros = i64::try_from(value).ok()?;
            // Statistics have milliseconds; a maximum must not fall below the value.
            let millis = micros.div_euclid(1000);
            let up = i64::from(is_max && micros.rem_euclid(1000) != 0);
            let time = chrono::DateTime::from_timestamp_millis(millis.checked_add(up)?)?;
            if !in_four_digits(time) {
                return None;
            }
            let zone = if *data_type == DataType::Timestamp {
                "Z"
            } else {
                ""
            };
            Some(format!(
                "\"{}{zone}\"",
                time.format("%Y-%m-%dT%H:%M:%S%.3f")
            ))
        }
        _ => Some(value.to_string()),
    }
}

/// Years that every reader understands.
fn in_four_digits(time: chrono::DateTime<chrono::Utc>) -> bool {
    (0..=9999).contains(&chrono::Datelike::year(&time))
}

fn prefix(text: &str) -> &str {
    match text.char_indices().nth(STRING_PREFIX) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// A short text that no text with the same prefix exceeds; `None` if there is none.
fn upper_prefix(text: &str) -> Option<String> {
    let kept = prefix(text);
    let rest = text.get(kept.len()..).unwrap_or_default();
    let Some(next) = rest.chars().next() else {
        return Some(kept.to_owned());
    };
    // As Delta does: a character greater than any that was cut off.
    let tie_breaker = if next < '\u{fffd}' {
        '\u{fffd}'
    } else {
        char::MAX
    };
    if next == char::MAX {
        return None;
    }
    let mut upper = kept.to_owned();
    upper.push(tie_breaker);
    Some(upper)
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| {
        let mut out = String::new();
        let _ = write!(out, "{text:?}");
        out
    })
}
