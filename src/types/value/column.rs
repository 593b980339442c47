//! Values in and out of Polars columns.

use polars_arrow::array::{Array, ListArray};
use polars_arrow::bitmap::{Bitmap, BitmapBuilder};
use polars_arrow::datatypes::ArrowDataType;
use polars_arrow::offset::OffsetsBuffer;
use polars_core::prelude::*;

use super::Value;
use crate::types::{DataType as SparkType, FrameError, physical_type};

impl Value {
    /// The value in a row; NULL beyond the column's end.
    ///
    /// # Errors
    /// If the column hasn't the type's physical type.
    pub fn from_series(
        series: &Series,
        row: usize,
        data_type: &SparkType,
    ) -> Result<Value, FrameError> {
        if row >= series.len() {
            return Ok(Value::Null);
        }
        let one = values_from_series(&series.slice(row as i64, 1), data_type)?;
        Ok(one.into_iter().next().unwrap_or(Value::Null))
    }

    /// A column of this one value.
    ///
    /// # Errors
    /// If the value is not of the type.
    pub fn to_series(&self, data_type: &SparkType) -> Result<Series, FrameError> {
        series_from_values("", std::slice::from_ref(self), data_type)
    }
}

/// A list column taken apart: row `i` holds the child's values from `offsets[i]` to
/// `offsets[i + 1]`. Rows that are null have no values of their own to count on.
#[derive(Debug, Clone)]
pub struct ListParts {
    /// One more than there are rows.
    pub offsets: Vec<usize>,
    pub child: Series,
    /// `None` where no row is null.
    pub validity: Option<Bitmap>,
}

impl ListParts {
    /// Takes an array or map column apart.
    ///
    /// # Errors
    /// If the column isn't a list.
    pub fn new(series: &Series) -> Result<Self, FrameError> {
        let list = series.list()?.rechunk().into_owned();
        let child = list.get_inner();
        let Some(array) = list.downcast_iter().next() else {
            return Ok(ListParts {
                offsets: vec![0],
                child,
                validity: None,
            });
        };
        Ok(ListParts {
            offsets: array.offsets().iter().map(|&o| o as usize).collect(),
            child,
            validity: array.validity().cloned(),
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The child's range of a row; `None` for NULL.
    pub fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        if self
            .validity
            .as_ref()
            .is_some_and(|v| row < v.len() && !v.get_bit(row))
        {
            return None;
        }
        Some(*self.offsets.get(row)?..*self.offsets.get(row + 1)?)
    }
}

/// A list column from its parts: `offsets` has one more entry than there are rows, ascending
/// from 0 to the child's length.
///
/// # Errors
/// If the offsets don't fit the child.
pub fn list_from_parts(
    name: &str,
    offsets: Vec<i64>,
    child: &Series,
    validity: Option<Bitmap>,
) -> Result<Series, FrameError> {
    let child = child.rechunk();
    let values = child.to_arrow(0, CompatLevel::newest());
    let data_type: ArrowDataType = ListArray::<i64>::default_datatype(values.dtype().clone());
    let offsets = OffsetsBuffer::<i64>::try_from(offsets)?;
    let array: Box<dyn Array> =
        ListArray::<i64>::try_new(data_type, offsets, values, validity)?.boxed();
    Ok(Series::try_from((PlSmallStr::from_str(name), array))?)
}

/// The rows of a column at `rows`; a null index gives NULL.
///
/// Polars' own `take` makes an array of every row where a list holds structs or lists: many times
/// slower than to take the child's rows, as is done here.
///
/// # Errors
/// If an index is out of bounds.
pub fn take(series: &Series, rows: &IdxCa) -> Result<Series, FrameError> {
    if !matches!(series.dtype(), DataType::List(child) if child.is_nested()) {
        return Ok(series.take(rows)?);
    }
    let parts = ListParts::new(series)?;
    let mut offsets = Vec::with_capacity(rows.len() + 1);
    let mut children: Vec<IdxSize> = Vec::new();
    let mut validity = BitmapBuilder::with_capacity(rows.len());
    offsets.push(0);
    for row in rows.iter() {
        let row = row.map(|row| row as usize);
        if let Some(row) = row.filter(|row| *row >= parts.len()) {
            return Err(polars_err!(OutOfBounds: "row {row} of {}", parts.len()).into());
        }
        let range = row.and_then(|row| parts.range(row));
        validity.push(range.is_some());
        children.extend(range.into_iter().flatten().map(|child| child as IdxSize));
        offsets.push(children.len() as i64);
    }
    let children = take(&parts.child, &IdxCa::from_vec(PlSmallStr::EMPTY, children))?;
    list_from_parts(
        series.name(),
        offsets,
        &children,
        validity.into_opt_validity(),
    )
}

/// All values of a column.
///
/// # Errors
/// If the column hasn't the type's physical type.
pub fn values_from_series(
    series: &Series,
    data_type: &SparkType,
) -> Result<Vec<Value>, FrameError> {
    fn wrap<T>(values: impl Iterator<Item = Option<T>>, f: impl Fn(T) -> Value) -> Vec<Value> {
        values.map(|v| v.map_or(Value::Null, &f)).collect()
    }
    Ok(match data_type {
        SparkType::Null => vec![Value::Null; series.len()],
        SparkType::Boolean => wrap(series.bool()?.iter(), Value::Boolean),
        SparkType::Byte => wrap(series.i8()?.iter(), Value::Byte),
        SparkType::Short => wrap(series.i16()?.iter(), Value::Short),
        SparkType::Integer => wrap(series.i32()?.iter(), Value::Integer),
        SparkType::Long => wrap(series.i64()?.iter(), Value::Long),
        SparkType::Float => wrap(series.f32()?.iter(), Value::Float),
        SparkType::Double => wrap(series.f64()?.iter(), Value::Double),
        SparkType::Decimal { .. } => wrap(series.decimal()?.physical().iter(), Value::Decimal),
        SparkType::String => wrap(series.str()?.iter(), Value::from),
        SparkType::Binary => wrap(series.binary()?.iter(), |b: &[u8]| Value::Binary(b.into())),
        SparkType::Date => wrap(series.date()?.physical().iter(), Value::Date),
        SparkType::Timestamp => wrap(series.datetime()?.physical().iter(), Value::Timestamp),
        SparkType::TimestampNtz => wrap(series.datetime()?.physical().iter(), Value::TimestampNtz),
        SparkType::DayTimeInterval => {
            wrap(series.duration()?.physical().iter(), Value::DayTimeInterval)
        }
        SparkType::YearMonthInterval => wrap(series.i32()?.iter(), Value::YearMonthInterval),
        SparkType::Array { element, .. } => {
            let parts = ListParts::new(series)?;
            let items = values_from_series(&parts.child, element)?;
            (0..parts.len())
                .map(|row| match parts.range(row) {
                    Some(range) => Value::Array(items.get(range).unwrap_or_default().to_vec()),
                    None => Value::Null,
                })
                .collect()
        }
        SparkType::Map { key, value, .. } => {
            let parts = ListParts::new(series)?;
            let fields = parts.child.struct_()?.fields_as_series();
            let (Some(k), Some(v)) = (fields.first(), fields.get(1)) else {
                return Ok(vec![Value::Null; series.len()]);
            };
            let (keys, values) = (values_from_series(k, key)?, values_from_series(v, value)?);
            (0..parts.len())
                .map(|row| match parts.range(row) {
                    Some(range) => Value::Map(
                        keys.get(range.clone())
                            .unwrap_or_default()
                            .iter()
                            .cloned()
                            .zip(values.get(range).unwrap_or_default().iter().cloned())
                            .collect(),
                    ),
                    None => Value::Null,
                })
                .collect()
        }
        SparkType::Struct(s) => {
            let ca = series.struct_()?;
            let columns = ca
                .fields_as_series()
                .iter()
                .zip(&s.fields)
                .map(|(c, f)| values_from_series(c, &f.data_type).map(Vec::into_iter))
                .collect::<Result<Vec<_>, _>>()?;
            let mut columns = columns;
            let nulls = series.is_null();
            nulls
                .iter()
                .map(|null| {
                    let row: Vec<Value> = columns
                        .iter_mut()
                        .map(|c| c.next().unwrap_or(Value::Null))
                        .collect();
                    if null == Some(true) {
                        Value::Null
                    } else {
                        Value::Struct(row)
                    }
                })
                .collect()
        }
    })
}

/// A column of values. A value that isn't of the type becomes NULL.
///
/// # Errors
/// If Polars refuses the column.
pub fn series_from_values(
    name: &str,
    values: &[Value],
    data_type: &SparkType,
) -> Result<Series, FrameError> {
    let name = PlSmallStr::from_str(name);
    macro_rules! primitive {
        ($chunked:ty, $variant:ident) => {
            <$chunked>::from_iter_options(
                name,
                values.iter().map(|v| match v {
                    Value::$variant(x) => Some(*x),
                    _ => None,
                }),
            )
        };
    }
    let physical = physical_type(data_type);
    Ok(match data_type {
        SparkType::Null => Series::full_null(name, values.len(), &physical),
        SparkType::Boolean => primitive!(BooleanChunked, Boolean).into_series(),
        SparkType::Byte => primitive!(Int8Chunked, Byte).into_series(),
        SparkType::Short => primitive!(Int16Chunked, Short).into_series(),
        SparkType::Integer => primitive!(Int32Chunked, Integer).into_series(),
        SparkType::YearMonthInterval => primitive!(Int32Chunked, YearMonthInterval).into_series(),
        SparkType::Long => primitive!(Int64Chunked, Long).into_series(),
        SparkType::Float => primitive!(Float32Chunked, Float).into_series(),
        SparkType::Double => primitive!(Float64Chunked, Double).into_series(),
        SparkType::Decimal { precision, scale } => primitive!(Int128Chunked, Decimal)
            .into_decimal_unchecked(usize::from(*precision), usize::from(*scale))
            .into_series(),
        SparkType::Date => primitive!(Int32Chunked, Date).into_date().into_series(),
        SparkType::Timestamp => primitive!(Int64Chunked, Timestamp)
            .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            .into_series(),
        SparkType::TimestampNtz => primitive!(Int64Chunked, TimestampNtz)
            .into_datetime(TimeUnit::Microseconds, None)
            .into_series(),
        SparkType::DayTimeInterval => primitive!(Int64Chunked, DayTimeInterval)
            .into_duration(TimeUnit::Microseconds)
            .into_series(),
        SparkType::String => {
            StringChunked::from_iter_options(name, values.iter().map(Value::as_str)).into_series()
        }
        SparkType::Binary => BinaryChunked::from_iter_options(
            name,
            values.iter().map(|v| match v {
                Value::Binary(b) => Some(&**b),
                _ => None,
            }),
        )
        .into_series(),
        SparkType::Array { element, .. } => {
            let lists: Vec<Option<&[Value]>> = values
                .iter()
                .map(|v| match v {
                    Value::Array(items) => Some(items.as_slice()),
                    _ => None,
                })
                .collect();
            let items: Vec<Value> = lists
                .iter()
                .flatten()
                .flat_map(|l| l.iter().cloned())
                .collect();
            let child = series_from_values("item", &items, element)?;
            build_list(&name, lists.iter().map(|l| l.map(<[Value]>::len)), &child)?
        }
        SparkType::Map { key, value, .. } => {
            let maps: Vec<Option<&[(Value, Value)]>> = values
                .iter()
                .map(|v| match v {
                    Value::Map(entries) => Some(entries.as_slice()),
                    _ => None,
                })
                .collect();
            let (keys, items): (Vec<Value>, Vec<Value>) = maps
                .iter()
                .flatten()
                .flat_map(|m| m.iter().cloned())
                .unzip();
            let fields = [
                series_from_values("key", &keys, key)?,
                series_from_values("value", &items, value)?,
            ];
            let child =
                StructChunked::from_series("item".into(), keys.len(), fields.iter())?.into_series();
            build_list(&name, maps.iter().map(|m| m.map(<[_]>::len)), &child)?
        }
        SparkType::Struct(s) => {
            let valid: Bitmap = values
                .iter()
                .map(|v| matches!(v, Value::Struct(_)))
                .collect();
            let mut fields = Vec::with_capacity(s.len());
            for (i, field) in s.fields.iter().enumerate() {
                let column: Vec<Value> = values
                    .iter()
                    .map(|v| match v {
                        Value::Struct(items) => items.get(i).cloned().unwrap_or(Value::Null),
                        _ => Value::Null,
                    })
                    .collect();
                fields.push(series_from_values(&field.name, &column, &field.data_type)?);
            }
            if fields.is_empty() {
                fields.push(Series::full_null(
                    "__empty".into(),
                    values.len(),
                    &DataType::Null,
                ));
            }
            let validity = (valid.unset_bits() > 0).then_some(valid);
            StructChunked::from_series(name, values.len(), fields.iter())?
                .with_outer_validity(validity)
                .into_series()
        }
    })
}

fn build_list(
    name: &str,
    lengths: impl Iterator<Item = Option<usize>>,
    child: &Series,
) -> Result<Series, FrameError> {
    let mut offsets = vec![0i64];
    let mut end = 0i64;
    let mut valid = Vec::new();
    for length in lengths {
        end += length.unwrap_or(0) as i64;
        offsets.push(end);
        valid.push(length.is_some());
    }
    let valid: Bitmap = valid.into_iter().collect();
    let validity = (valid.unset_bits() > 0).then_some(valid);
    list_from_parts(name, offsets, child, validity)
}
