//! Columns under construction, for the text formats.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryViewBuilder, BooleanBuilder, Date32Builder, Decimal128Builder,
    DurationMicrosecondBuilder, Float32Builder, Float64Builder, Int8Builder, Int16Builder,
    Int32Builder, Int64Builder, LargeListArray, NullArray, NullBufferBuilder, StringViewBuilder,
    StructArray, TimestampMicrosecondBuilder,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType as ArrowType, Field, Fields};
use arrow::error::ArrowError;

use super::temporal::Temporal;
use crate::types::arrow::memory_type;
use crate::types::{DataType, StructType};

/// A column that rows are added to.
pub(super) enum ColumnBuilder {
    /// A column that nobody asked for; counts its rows.
    Skipped(usize),
    Null(usize),
    Boolean(BooleanBuilder),
    Byte(Int8Builder),
    Short(Int16Builder),
    Integer(Int32Builder),
    Long(Int64Builder),
    Float(Float32Builder),
    Double(Float64Builder),
    Decimal(Decimal128Builder, u8, u8),
    String(StringViewBuilder),
    Binary(BinaryViewBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    TimestampNtz(TimestampMicrosecondBuilder),
    DayTimeInterval(DurationMicrosecondBuilder),
    YearMonthInterval(Int32Builder),
    Array(ListBuilder, Box<ColumnBuilder>),
    Map(ListBuilder, Box<(ColumnBuilder, ColumnBuilder)>),
    Struct(StructBuilder),
}

/// The rows of a list or map: how many elements each has. A null row may have some, unseen.
#[derive(Default)]
pub(super) struct ListBuilder {
    lengths: Vec<usize>,
    nulls: Option<NullBufferBuilder>,
}

impl ListBuilder {
    /// Ends a row whose `length` elements have been added.
    pub fn end_row(&mut self, length: usize, valid: bool) {
        self.lengths.push(length);
        self.nulls
            .get_or_insert_with(|| NullBufferBuilder::new(0))
            .append(valid);
    }

    fn finish(mut self, elements: ArrayRef) -> Result<ArrayRef, ArrowError> {
        let mut end = 0i64;
        let mut offsets = Vec::with_capacity(self.lengths.len() + 1);
        offsets.push(0);
        for length in &self.lengths {
            end += *length as i64;
            offsets.push(end);
        }
        let field = Arc::new(Field::new("element", elements.data_type().clone(), true));
        let nulls = self.nulls.as_mut().and_then(NullBufferBuilder::finish);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        Ok(Arc::new(LargeListArray::try_new(
            field, offsets, elements, nulls,
        )?))
    }
}

/// A struct's rows: one builder a field.
pub(super) struct StructBuilder {
    pub names: Arc<Names>,
    pub fields: Vec<ColumnBuilder>,
    nulls: NullBufferBuilder,
    len: usize,
}

impl StructBuilder {
    /// Ends a row whose fields have all been added.
    pub fn end_row(&mut self, valid: bool) {
        self.nulls.append(valid);
        self.len += 1;
    }
}

/// Field names, to be found fast where they come in the schema's order.
#[derive(Debug)]
pub(super) struct Names {
    names: Vec<String>,
    index: HashMap<String, usize>,
    case_sensitive: bool,
}

impl Names {
    pub fn new<'a>(names: impl Iterator<Item = &'a str>, case_sensitive: bool) -> Self {
        let names: Vec<String> = names.map(String::from).collect();
        let mut index = HashMap::new();
        for (i, name) in names.iter().enumerate() {
            let key = if case_sensitive {
                name.clone()
            } else {
                name.to_lowercase()
            };
            index.entry(key).or_insert(i);
        }
        Names {
            names,
            index,
            case_sensitive,
        }
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The name of a field.
    pub fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }

    /// The field's position, which is probably `guess`.
    pub fn find(&self, name: &str, guess: usize) -> Option<usize> {
        if self.names.get(guess).is_some_and(|n| n == name) {
            return Some(guess);
        }
        match self.case_sensitive {
            true => self.index.get(name).copied(),
            false => self.index.get(&name.to_lowercase()).copied(),
        }
    }
}

impl ColumnBuilder {
    /// A builder for a type; `case_sensitive` says how the names of structs' fields are found.
    pub fn new(data_type: &DataType, case_sensitive: bool) -> Self {
        let new = |t: &DataType| ColumnBuilder::new(t, case_sensitive);
        match data_type {
            DataType::Null => ColumnBuilder::Null(0),
            DataType::Boolean => ColumnBuilder::Boolean(BooleanBuilder::new()),
            DataType::Byte => ColumnBuilder::Byte(Int8Builder::new()),
            DataType::Short => ColumnBuilder::Short(Int16Builder::new()),
            DataType::Integer => ColumnBuilder::Integer(Int32Builder::new()),
            DataType::Long => ColumnBuilder::Long(Int64Builder::new()),
            DataType::Float => ColumnBuilder::Float(Float32Builder::new()),
            DataType::Double => ColumnBuilder::Double(Float64Builder::new()),
            DataType::Decimal { precision, scale } => ColumnBuilder::Decimal(
                Decimal128Builder::new().with_data_type(memory_type(data_type)),
                *precision,
                *scale,
            ),
            DataType::String => ColumnBuilder::String(StringViewBuilder::new()),
            DataType::Binary => ColumnBuilder::Binary(BinaryViewBuilder::new()),
            DataType::Date => ColumnBuilder::Date(Date32Builder::new()),
            DataType::Timestamp => ColumnBuilder::Timestamp(
                TimestampMicrosecondBuilder::new().with_data_type(memory_type(data_type)),
            ),
            DataType::TimestampNtz => {
                ColumnBuilder::TimestampNtz(TimestampMicrosecondBuilder::new())
            }
            DataType::DayTimeInterval => {
                ColumnBuilder::DayTimeInterval(DurationMicrosecondBuilder::new())
            }
            DataType::YearMonthInterval => ColumnBuilder::YearMonthInterval(Int32Builder::new()),
            DataType::Array { element, .. } => {
                ColumnBuilder::Array(ListBuilder::default(), Box::new(new(element)))
            }
            DataType::Map { key, value, .. } => {
                ColumnBuilder::Map(ListBuilder::default(), Box::new((new(key), new(value))))
            }
            DataType::Struct(s) => ColumnBuilder::Struct(StructBuilder {
                names: Arc::new(Names::new(s.names().into_iter(), case_sensitive)),
                fields: s.fields.iter().map(|f| new(&f.data_type)).collect(),
                nulls: NullBufferBuilder::new(0),
                len: 0,
            }),
        }
    }

    pub fn append_null(&mut self) {
        match self {
            ColumnBuilder::Skipped(len) | ColumnBuilder::Null(len) => *len += 1,
            ColumnBuilder::Boolean(b) => b.append_null(),
            ColumnBuilder::Byte(b) => b.append_null(),
            ColumnBuilder::Short(b) => b.append_null(),
            ColumnBuilder::Integer(b) | ColumnBuilder::YearMonthInterval(b) => b.append_null(),
            ColumnBuilder::Long(b) => b.append_null(),
            ColumnBuilder::Float(b) => b.append_null(),
            ColumnBuilder::Double(b) => b.append_null(),
            ColumnBuilder::Decimal(b, _, _) => b.append_null(),
            ColumnBuilder::String(b) => b.append_null(),
            ColumnBuilder::Binary(b) => b.append_null(),
            ColumnBuilder::Date(b) => b.append_null(),
            ColumnBuilder::Timestamp(b) | ColumnBuilder::TimestampNtz(b) => b.append_null(),
            ColumnBuilder::DayTimeInterval(b) => b.append_null(),
            ColumnBuilder::Array(rows, _) | ColumnBuilder::Map(rows, _) => rows.end_row(0, false),
            ColumnBuilder::Struct(s) => {
                s.fields.iter_mut().for_each(ColumnBuilder::append_null);
                s.end_row(false);
            }
        }
    }

    /// Adds the value that `text` writes, as CSV does. If it is none of the column's type, adds
    /// NULL and gives `false`.
    pub fn append_text(&mut self, text: &str, temporal: &Temporal) -> bool {
        macro_rules! parsed {
            ($builder:expr, $value:expr) => {{
                let value = $value;
                $builder.append_option(value);
                value.is_some()
            }};
        }
        match self {
            ColumnBuilder::Boolean(b) => parsed!(
                b,
                match () {
                    _ if text.eq_ignore_ascii_case("true") => Some(true),
                    _ if text.eq_ignore_ascii_case("false") => Some(false),
                    _ => None,
                }
            ),
            ColumnBuilder::Byte(b) => parsed!(b, text.parse().ok()),
            ColumnBuilder::Short(b) => parsed!(b, text.parse().ok()),
            ColumnBuilder::Integer(b) => parsed!(b, text.parse().ok()),
            ColumnBuilder::Long(b) => parsed!(b, text.parse().ok()),
            ColumnBuilder::Float(b) => parsed!(b, float(text).map(|x| x as f32)),
            ColumnBuilder::Double(b) => parsed!(b, float(text)),
            ColumnBuilder::Decimal(b, p, s) => parsed!(b, decimal(text, *p, *s)),
            ColumnBuilder::String(b) => {
                b.append_value(text);
                true
            }
            ColumnBuilder::Binary(b) => {
                b.append_value(text.as_bytes());
                true
            }
            ColumnBuilder::Date(b) => parsed!(b, temporal.date(text)),
            ColumnBuilder::Timestamp(b) => parsed!(b, temporal.timestamp(text)),
            ColumnBuilder::TimestampNtz(b) => parsed!(b, temporal.timestamp_ntz(text)),
            ColumnBuilder::Skipped(len) => {
                *len += 1;
                true
            }
            _ => {
                self.append_null();
                false
            }
        }
    }

    /// The column, in the form that Polars holds it in.
    pub fn finish(self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            ColumnBuilder::Skipped(len) | ColumnBuilder::Null(len) => Arc::new(NullArray::new(len)),
            ColumnBuilder::Boolean(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Byte(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Short(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Integer(mut b) | ColumnBuilder::YearMonthInterval(mut b) => {
                Arc::new(b.finish())
            }
            ColumnBuilder::Long(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Float(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Double(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Decimal(mut b, _, _) => Arc::new(b.finish()),
            ColumnBuilder::String(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Binary(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Date(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Timestamp(mut b) | ColumnBuilder::TimestampNtz(mut b) => {
                Arc::new(b.finish())
            }
            ColumnBuilder::DayTimeInterval(mut b) => Arc::new(b.finish()),
            ColumnBuilder::Array(rows, element) => rows.finish(element.finish()?)?,
            ColumnBuilder::Map(rows, entries) => {
                let (key, value) = *entries;
                let columns = vec![key.finish()?, value.finish()?];
                let fields = ["key", "value"].iter().zip(&columns);
                let fields: Fields = fields
                    .map(|(name, c)| Field::new(*name, c.data_type().clone(), true))
                    .collect();
                rows.finish(Arc::new(StructArray::try_new(fields, columns, None)?))?
            }
            ColumnBuilder::Struct(mut s) => {
                let mut columns = Vec::with_capacity(s.fields.len());
                for field in s.fields {
                    columns.push(field.finish()?);
                }
                let mut names: Vec<&str> = s.names.names.iter().map(String::as_str).collect();
                if columns.is_empty() {
                    names.push("__empty");
                    columns.push(Arc::new(NullArray::new(s.len)));
                }
                let fields: Fields = names
                    .iter()
                    .zip(&columns)
                    .map(|(name, c)| Field::new(*name, ArrowType::clone(c.data_type()), true))
                    .collect();
                Arc::new(StructArray::try_new(fields, columns, s.nulls.finish())?)
            }
        })
    }
}

/// One builder a field of a schema; for a field that isn't read, one that takes no values.
pub(super) fn builders(
    schema: &StructType,
    read: &[bool],
    case_sensitive: bool,
) -> Vec<ColumnBuilder> {
    let fields = schema.fields.iter().zip(read);
    fields
        .map(|(field, read)| match read {
            true => ColumnBuilder::new(&field.data_type, case_sensitive),
            false => ColumnBuilder::Skipped(0),
        })
        .collect()
}

/// A floating-point number, with Spark's names for those that aren't finite. Space around it is no
/// part of it, as in Java.
pub(super) fn float(text: &str) -> Option<f64> {
    let text = text.trim();
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" | "INF" | "+INF" | "Inf" => Some(f64::INFINITY),
        "-Infinity" | "-INF" | "-Inf" => Some(f64::NEG_INFINITY),
        // Rust would also read words such as `nan` and `infinity`.
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            && text.ends_with(|c: char| c.is_ascii_digit() || c == '.') =>
        {
            text.parse().ok()
        }
        _ => None,
    }
}

/// A number as an unscaled decimal, rounded half up to `scale`; `None` if it isn't a number or
/// has too many digits for `precision`.
pub(super) fn decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = || whole.bytes().chain(fraction.bytes());
    if all().next().is_none() || !all().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // How many of the digits are kept: those before the point, moved, and `scale` behind it.
    let kept = i64::try_from(whole.len()).ok()? + i64::from(exponent) + i64::from(scale);
    let mut value: i128 = 0;
    let mut digits = all();
    for _ in 0..kept.clamp(0, 80) {
        let digit = digits.next().map_or(0, |b| i128::from(b - b'0'));
        value = value.checked_mul(10)?.checked_add(digit)?;
    }
    if kept > 80 && all().any(|b| b != b'0') {
        return None;
    }
    if kept >= 0 && digits.next().is_some_and(|b| b >= b'5') {
        value = value.checked_add(1)?;
    }
    let fits = value < 10i128.checked_pow(u32::from(precision))?;
    fits.then_some(if negative { -value } else { value })
}
