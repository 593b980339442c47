//! A call's arguments as typed columns, and results from row functions.

use polars_core::prelude::*;

use super::{Call, FunctionError};
use crate::sql::error::SqlError;
use crate::types::{DataType as SparkType, Value, series_from_values, values_from_series};

/// An argument's values, where one may stand for all rows.
pub struct Arg<T: PolarsDataType> {
    values: ChunkedArray<T>,
    constant: bool,
}

impl<T: PolarsDataType> Arg<T> {
    fn new(values: &ChunkedArray<T>) -> Self {
        Arg {
            constant: values.len() == 1,
            values: values.rechunk().into_owned(),
        }
    }

    /// The value in a row.
    pub fn get(&self, row: usize) -> Option<T::Physical<'_>> {
        let row = if self.constant { 0 } else { row };
        (row < self.values.len()).then(|| self.values.get(row))?
    }

    /// The column itself.
    pub fn column(&self) -> &ChunkedArray<T> {
        &self.values
    }

    /// The one value that stands for all rows.
    pub fn constant(&self) -> Option<T::Physical<'_>> {
        self.constant.then(|| self.values.get(0))?
    }

    /// Whether one value stands for all rows.
    pub fn is_constant(&self) -> bool {
        self.constant
    }
}

/// What a row function may give.
pub trait Output: Sized {
    /// A column of such values.
    fn column(values: impl Iterator<Item = Option<Self>>) -> Series;
}

macro_rules! output {
    ($($t:ty => $chunked:ty),* $(,)?) => {
        $(impl Output for $t {
            fn column(values: impl Iterator<Item = Option<Self>>) -> Series {
                <$chunked>::from_iter_options(PlSmallStr::EMPTY, values).into_series()
            }
        })*
    };
}

output! {
    bool => BooleanChunked,
    i8 => Int8Chunked,
    i16 => Int16Chunked,
    i32 => Int32Chunked,
    i64 => Int64Chunked,
    i128 => Int128Chunked,
    f32 => Float32Chunked,
    f64 => Float64Chunked,
    String => StringChunked,
    Vec<u8> => BinaryChunked,
}

impl Output for &str {
    fn column(values: impl Iterator<Item = Option<Self>>) -> Series {
        StringChunked::from_iter_options(PlSmallStr::EMPTY, values).into_series()
    }
}

macro_rules! typed_argument {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $method:ident),* $(,)?) => {
        $($(#[$doc])*
        pub fn $name(&self, index: usize) -> Result<Arg<$type>, FunctionError> {
            Ok(Arg::new(self.physical(index)?.$method()?))
        })*
    };
}

impl Call<'_> {
    /// The rows that the result has: one if every argument is constant.
    pub fn len(&self) -> usize {
        self.args
            .iter()
            .map(|s| s.len())
            .find(|&n| n != 1)
            .unwrap_or(1)
    }

    /// Whether the result has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An argument's column.
    pub fn arg(&self, index: usize) -> Result<&Series, FunctionError> {
        self.args.get(index).ok_or(FunctionError::UnexpectedColumn {
            function: "call",
            found: format!("no argument {index}"),
        })
    }

    /// An argument's Spark type.
    pub fn type_of(&self, index: usize) -> &SparkType {
        self.types.get(index).copied().unwrap_or(&SparkType::Null)
    }

    fn physical(&self, index: usize) -> Result<Series, FunctionError> {
        Ok(self.arg(index)?.to_physical_repr().into_owned())
    }

    typed_argument! {
        /// A STRING argument.
        strings: StringType = str,
        /// A BINARY argument.
        binaries: BinaryType = binary,
        /// A BOOLEAN argument.
        bools: BooleanType = bool,
        /// An INT, DATE or year-month interval argument.
        ints: Int32Type = i32,
        /// A BIGINT, timestamp or day-time interval argument.
        longs: Int64Type = i64,
        /// A DOUBLE argument.
        doubles: Float64Type = f64,
        /// A FLOAT argument.
        floats: Float32Type = f32,
        /// A TINYINT argument.
        bytes: Int8Type = i8,
        /// A SMALLINT argument.
        shorts: Int16Type = i16,
        /// A DECIMAL argument, unscaled.
        decimals: Int128Type = i128,
    }

    /// A STRING or BINARY argument as bytes.
    pub fn raw(&self, index: usize) -> Result<Arg<BinaryType>, FunctionError> {
        let series = self.arg(index)?;
        match series.dtype() {
            DataType::String => Ok(Arg::new(&series.str()?.as_binary())),
            _ => Ok(Arg::new(series.binary()?)),
        }
    }

    /// An argument's values one by one.
    pub fn values(&self, index: usize) -> Result<Values, SqlError> {
        let values = values_from_series(self.arg(index)?, self.type_of(index))?;
        Ok(Values { values })
    }

    /// A column from a function of the row; `None` is NULL.
    pub fn out<T: Output>(&self, f: impl FnMut(usize) -> Option<T>) -> Result<Series, SqlError> {
        self.finish(T::column((0..self.len()).map(f)))
    }

    /// A column from a function of the row that can fail.
    pub fn try_out<T: Output>(
        &self,
        mut f: impl FnMut(usize) -> Result<Option<T>, FunctionError>,
    ) -> Result<Series, SqlError> {
        let mut failure = None;
        let column = T::column((0..self.len()).map_while(|row| match f(row) {
            Ok(value) => Some(value),
            Err(e) => {
                failure = Some(e);
                None
            }
        }));
        match failure {
            Some(e) => Err(e.into()),
            None => self.finish(column),
        }
    }

    /// A column from a function of all arguments' values in a row. For functions over arrays,
    /// maps and structs; strings and numbers have faster ways.
    pub fn rows(
        &self,
        mut f: impl FnMut(&[&Value]) -> Result<Value, SqlError>,
    ) -> Result<Series, SqlError> {
        let columns = (0..self.args.len())
            .map(|i| self.values(i))
            .collect::<Result<Vec<_>, _>>()?;
        let mut out = Vec::with_capacity(self.len());
        for row in 0..self.len() {
            let values: Vec<&Value> = columns.iter().map(|c| c.get(row)).collect();
            out.push(f(&values)?);
        }
        Ok(series_from_values("", &out, self.result)?)
    }

    /// As [`Call::rows`], NULL where an argument is.
    pub fn rows_not_null(
        &self,
        mut f: impl FnMut(&[&Value]) -> Result<Value, SqlError>,
    ) -> Result<Series, SqlError> {
        self.rows(|values| {
            if values.iter().any(|v| v.is_null()) {
                return Ok(Value::Null);
            }
            f(values)
        })
    }

    /// Gives a column the result's logical type.
    pub fn finish(&self, column: Series) -> Result<Series, SqlError> {
        Ok(with_logical_type(column, self.result)?)
    }
}

/// A physical column under its Spark type's Polars type.
pub fn with_logical_type(column: Series, data_type: &SparkType) -> PolarsResult<Series> {
    Ok(match data_type {
        SparkType::Date => column.i32()?.clone().into_date().into_series(),
        SparkType::Timestamp => column
            .i64()?
            .clone()
            .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            .into_series(),
        SparkType::TimestampNtz => column
            .i64()?
            .clone()
            .into_datetime(TimeUnit::Microseconds, None)
            .into_series(),
        SparkType::DayTimeInterval => column
            .i64()?
            .clone()
            .into_duration(TimeUnit::Microseconds)
            .into_series(),
        SparkType::Decimal { precision, scale } => column
            .i128()?
            .clone()
            .into_decimal_unchecked(usize::from(*precision), usize::from(*scale))
            .into_series(),
        _ => column,
    })
}

/// An argument's values, where one may stand for all rows.
#[derive(Debug)]
pub struct Values {
    values: Vec<Value>,
}

impl Values {
    /// The value in a row.
    pub fn get(&self, row: usize) -> &Value {
        let row = if self.values.len() == 1 { 0 } else { row };
        self.values.get(row).unwrap_or(&Value::Null)
    }
}
