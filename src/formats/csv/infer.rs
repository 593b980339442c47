//! The schema of CSV files, as Spark's `CSVInferSchema` finds it.

use bytes::Bytes;

use super::CsvOptions;
use super::records::{Records, Token};
use crate::formats::FormatError;
use crate::formats::columns::float;
use crate::storage::DbfsPath;
use crate::types::{DataType, StructType};

/// The schema of CSV files: names from the first file's header, or `_c0`, `_c1`, …; every column a
/// STRING, or with `inferSchema` the first of INT, BIGINT, DECIMAL, DOUBLE, DATE, TIMESTAMP,
/// BOOLEAN, STRING that holds all its values.
///
/// # Errors
/// None so far; the signature is that of every format.
pub fn infer_schema(
    files: &mut dyn Iterator<Item = (DbfsPath, Bytes)>,
    options: &CsvOptions,
) -> Result<StructType, FormatError> {
    let mut names: Option<Vec<String>> = None;
    let mut types: Vec<DataType> = Vec::new();
    let mut tokens = Vec::new();
    for (_, bytes) in files {
        let mut records = Records::new(bytes);
        let mut first = true;
        while records.next(options, &mut tokens).is_some() {
            let known = names.get_or_insert_with(|| column_names(&tokens, options));
            types.resize(known.len(), DataType::Null);
            if std::mem::take(&mut first) && options.header {
                continue;
            }
            if !options.infer_schema {
                break;
            }
            for (known, token) in types.iter_mut().zip(&tokens) {
                if let Some(found) = type_of(token, options) {
                    *known = common(known, found);
                }
            }
        }
    }
    let types = types.into_iter().map(|t| match t {
        DataType::Null => DataType::String,
        other => other,
    });
    Ok(StructType::of(
        names.unwrap_or_default().into_iter().zip(types),
    ))
}

/// The columns' names from a file's first record. Names that repeat get their position.
pub(super) fn column_names(first: &[Token], options: &CsvOptions) -> Vec<String> {
    let lower: Vec<String> = first.iter().map(|t| t.text.to_lowercase()).collect();
    first
        .iter()
        .enumerate()
        .map(|(i, token)| {
            let name = &token.text;
            if !options.header || name.is_empty() || *name == options.null_value {
                return format!("_c{i}");
            }
            let same = lower.iter().filter(|l| **l == name.to_lowercase()).count();
            match same {
                1 => name.clone(),
                _ => format!("{name}{i}"),
            }
        })
        .collect()
}

/// The narrowest type of a value; `None` for NULL.
fn type_of(token: &Token, options: &CsvOptions) -> Option<DataType> {
    let text = token.text.as_str();
    if text == options.null_value || text.is_empty() {
        return None;
    }
    Some(if text.parse::<i32>().is_ok() {
        DataType::Integer
    } else if text.parse::<i64>().is_ok() {
        DataType::Long
    } else if let Some(digits) = digits(text) {
        DataType::decimal(digits, 0)
    } else if float(text).is_some() {
        DataType::Double
    } else if options.prefer_date && is_date(text, options) {
        DataType::Date
    } else if options.temporal.timestamp(text).is_some() {
        DataType::Timestamp
    } else if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        DataType::Boolean
    } else {
        DataType::String
    })
}

/// A date in the form `yyyy-MM-dd`, or in the pattern that was given.
fn is_date(text: &str, options: &CsvOptions) -> bool {
    let plain = options.temporal.has_date_format() || text.len() == 10;
    plain && options.temporal.date(text).is_some()
}

/// The number of digits of a whole number.
fn digits(text: &str) -> Option<u8> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let count = u8::try_from(digits.trim_start_matches('0').len()).ok()?;
    (whole && count <= 38).then_some(count.max(1))
}

/// The narrowest type that holds both.
fn common(a: &DataType, b: DataType) -> DataType {
    use DataType as D;
    match (a, b) {
        (D::Null, other) => other,
        (a, b) if *a == b => b,
        (D::Integer, D::Long) | (D::Long, D::Integer) => D::Long,
        (D::Integer | D::Long | D::Decimal { .. }, D::Double)
        | (D::Double, D::Integer | D::Long | D::Decimal { .. }) => D::Double,
        // An INT has up to 10 digits in Spark's reckoning, a BIGINT up to 20.
        (D::Integer, D::Decimal { precision, .. }) => D::decimal(precision.max(10), 0),
        (D::Decimal { precision, .. }, D::Integer) => D::decimal((*precision).max(10), 0),
        (D::Long, D::Decimal { precision, .. }) => D::decimal(precision.max(20), 0),
        (D::Decimal { precision, .. }, D::Long) => D::decimal((*precision).max(20), 0),
        (D::Date, D::Timestamp) | (D::Timestamp, D::Date) => D::Timestamp,
        (D::Decimal { precision: a, .. }, D::Decimal { precision: b, .. }) => {
            D::decimal((*a).max(b), 0)
        }
        _ => D::String,
    }
}
