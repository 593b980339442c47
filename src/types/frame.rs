//! A batch of rows: a Spark schema over Polars columns.

use std::sync::Arc;

use polars_core::prelude::{
    BooleanChunked, Column, DataFrame, DataType as PolarsType, Field, IdxCa, PlSmallStr,
    PolarsError, Series, TimeUnit, TimeZone,
};

use super::{DataType, SchemaRef, StructType};

/// Rows in columns: what flows between operators.
///
/// The schema is Spark's and is authoritative; each column has the physical Polars type that
/// [`physical_type`] gives for its field. Columns are addressed by position, because the names
/// in a query's result may repeat.
#[derive(Debug, Clone)]
pub struct Frame {
    schema: SchemaRef,
    columns: Vec<Series>,
    height: usize,
    origin: Option<Arc<str>>,
}

/// Columns didn't fit their schema. Always a defect of the program, never of its input.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("{columns} columns for a schema of {fields} fields")]
    Width { fields: usize, columns: usize },
    #[error("column {name} has {found} rows, expected {expected}")]
    Height {
        name: String,
        expected: usize,
        found: usize,
    },
    #[error(transparent)]
    Polars(#[from] PolarsError),
}

impl Frame {
    /// Puts columns under a schema.
    ///
    /// `height` counts where there are no columns (`SELECT count(*)` reads none).
    ///
    /// # Errors
    /// If the columns differ from the schema in number, or in length from `height`.
    pub fn new(schema: SchemaRef, columns: Vec<Series>, height: usize) -> Result<Self, FrameError> {
        if columns.len() != schema.len() {
            return Err(FrameError::Width {
                fields: schema.len(),
                columns: columns.len(),
            });
        }
        for (field, column) in schema.fields.iter().zip(&columns) {
            if column.len() != height {
                return Err(FrameError::Height {
                    name: field.name.clone(),
                    expected: height,
                    found: column.len(),
                });
            }
            debug_assert_eq!(
                column.dtype(),
                &physical_type(&field.data_type),
                "column {} of {}",
                field.name,
                field.data_type
            );
        }
        Ok(Frame {
            schema,
            columns,
            height,
            origin: None,
        })
    }

    /// No rows.
    pub fn empty(schema: SchemaRef) -> Self {
        let columns = schema
            .fields
            .iter()
            .map(|f| Series::new_empty(PlSmallStr::from_str(&f.name), &physical_type(&f.data_type)))
            .collect();
        Frame {
            schema,
            columns,
            height: 0,
            origin: None,
        }
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn columns(&self) -> &[Series] {
        &self.columns
    }

    /// The column at `index`.
    pub fn column(&self, index: usize) -> Option<&Series> {
        self.columns.get(index)
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The file that every row came from: what `input_file_name()` shows.
    pub fn origin(&self) -> Option<&Arc<str>> {
        self.origin.as_ref()
    }

    /// The same rows, said to come from the file `origin`.
    pub fn with_origin(mut self, origin: Option<Arc<str>>) -> Self {
        self.origin = origin;
        self
    }

    /// The same columns under other names, types unchanged.
    pub fn with_schema(self, schema: SchemaRef) -> Result<Self, FrameError> {
        let origin = self.origin;
        Ok(Frame::new(schema, self.columns, self.height)?.with_origin(origin))
    }

    /// `len` rows from `offset`; fewer where the frame ends.
    pub fn slice(&self, offset: usize, len: usize) -> Frame {
        let offset = offset.min(self.height);
        let len = len.min(self.height - offset);
        Frame {
            schema: self.schema.clone(),
            columns: self
                .columns
                .iter()
                .map(|c| c.slice(offset as i64, len))
                .collect(),
            height: len,
            origin: self.origin.clone(),
        }
    }

    /// The rows at `indices`; a null index gives a row of nulls.
    ///
    /// # Errors
    /// If an index is out of bounds.
    pub fn take(&self, indices: &IdxCa) -> Result<Frame, FrameError> {
        let columns = self
            .columns
            .iter()
            .map(|c| super::take(c, indices))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Frame {
            schema: self.schema.clone(),
            columns,
            height: indices.len(),
            origin: self.origin.clone(),
        })
    }

    /// The rows for which `mask` is true.
    ///
    /// # Errors
    /// If the mask's length isn't the frame's.
    pub fn filter(&self, mask: &BooleanChunked) -> Result<Frame, FrameError> {
        let height = mask.sum().unwrap_or(0) as usize;
        if height == self.height {
            return Ok(self.clone());
        }
        let columns = self
            .columns
            .iter()
            .map(|c| c.filter(mask))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Frame {
            schema: self.schema.clone(),
            columns,
            height,
            origin: self.origin.clone(),
        })
    }

    /// The rows of all frames, in order, under the first one's schema. `None` for no frames.
    ///
    /// # Errors
    /// If the physical types differ.
    pub fn concat(frames: &[Frame]) -> Result<Option<Frame>, FrameError> {
        let Some((first, rest)) = frames.split_first() else {
            return Ok(None);
        };
        let mut columns = first.columns.clone();
        let mut height = first.height;
        for frame in rest {
            for (column, more) in columns.iter_mut().zip(&frame.columns) {
                column.append(more)?;
            }
            height += frame.height;
        }
        let same_origin = rest.iter().all(|f| f.origin == first.origin);
        Ok(Some(Frame {
            schema: first.schema.clone(),
            columns,
            height,
            origin: first.origin.clone().filter(|_| same_origin),
        }))
    }

    /// A Polars frame with the columns named by position (`0`, `1`, …), for joins and sorts.
    pub fn to_polars(&self) -> Result<DataFrame, FrameError> {
        let columns = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, c)| Column::from(c.clone().with_name(PlSmallStr::from_string(i.to_string()))))
            .collect();
        Ok(DataFrame::new(self.height, columns)?)
    }

    /// Bytes that the columns hold in memory, about.
    pub fn estimated_size(&self) -> usize {
        self.columns.iter().map(Series::estimated_size).sum()
    }
}

/// The Polars type that holds a Spark type.
///
/// | Spark | Polars |
/// |---|---|
/// | integers, floats, booleans, strings, binary, date | the same |
/// | timestamp, timestamp_ntz | `Datetime(µs, "UTC")`, `Datetime(µs, None)` |
/// | decimal(p,s) | `Decimal(p,s)` |
/// | interval day to second, year to month | `Duration(µs)`, `Int32` months |
/// | array | `List` |
/// | map | `List` of `Struct{key,value}` |
/// | struct | `Struct`; an empty struct has one null field `__empty` |
/// | void | `Null` |
pub fn physical_type(data_type: &DataType) -> PolarsType {
    match data_type {
        DataType::Null => PolarsType::Null,
        DataType::Boolean => PolarsType::Boolean,
        DataType::Byte => PolarsType::Int8,
        DataType::Short => PolarsType::Int16,
        DataType::Integer | DataType::YearMonthInterval => PolarsType::Int32,
        DataType::Long => PolarsType::Int64,
        DataType::Float => PolarsType::Float32,
        DataType::Double => PolarsType::Float64,
        DataType::Decimal { precision, scale } => {
            PolarsType::Decimal(usize::from(*precision), usize::from(*scale))
        }
        DataType::String => PolarsType::String,
        DataType::Binary => PolarsType::Binary,
        DataType::Date => PolarsType::Date,
        DataType::Timestamp => PolarsType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        DataType::TimestampNtz => PolarsType::Datetime(TimeUnit::Microseconds, None),
        DataType::DayTimeInterval => PolarsType::Duration(TimeUnit::Microseconds),
        DataType::Array { element, .. } => PolarsType::List(Box::new(physical_type(element))),
        DataType::Map { key, value, .. } => PolarsType::List(Box::new(PolarsType::Struct(vec![
            Field::new("key".into(), physical_type(key)),
            Field::new("value".into(), physical_type(value)),
        ]))),
        DataType::Struct(s) => PolarsType::Struct(struct_fields(s)),
    }
}

fn struct_fields(s: &StructType) -> Vec<Field> {
    if s.is_empty() {
        return vec![Field::new("__empty".into(), PolarsType::Null)];
    }
    s.fields
        .iter()
        .map(|f| Field::new(PlSmallStr::from_str(&f.name), physical_type(&f.data_type)))
        .collect()
}
