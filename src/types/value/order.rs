//! Spark's order of values: NULL first, NaN last, strings by their bytes.

use std::cmp::Ordering;

use super::Value;

impl Value {
    /// How two values of one type compare (`ORDER BY … ASC NULLS FIRST`; `=`; `min`, `max`).
    /// NaN equals NaN and is above every number; -0.0 equals 0.0. Maps compare by their entries
    /// in order, so that they can be told apart; Spark doesn't order them.
    pub fn compare(&self, other: &Value) -> Ordering {
        use Value as V;
        match (self, other) {
            (V::Null, V::Null) => Ordering::Equal,
            (V::Null, _) => Ordering::Less,
            (_, V::Null) => Ordering::Greater,
            (V::Boolean(a), V::Boolean(b)) => a.cmp(b),
            (V::Float(a), V::Float(b)) => compare_doubles(f64::from(*a), f64::from(*b)),
            (V::Double(a), V::Double(b)) => compare_doubles(*a, *b),
            (V::Decimal(a), V::Decimal(b)) => a.cmp(b),
            (V::String(a), V::String(b)) => a.as_bytes().cmp(b.as_bytes()),
            (V::Binary(a), V::Binary(b)) => a.cmp(b),
            (V::Array(a), V::Array(b)) | (V::Struct(a), V::Struct(b)) => compare_lists(a, b),
            (V::Map(a), V::Map(b)) => a
                .iter()
                .zip(b)
                .map(|((ak, av), (bk, bv))| ak.compare(bk).then_with(|| av.compare(bv)))
                .find(|o| o.is_ne())
                .unwrap_or_else(|| a.len().cmp(&b.len())),
            _ => self.as_i64().cmp(&other.as_i64()),
        }
    }

    /// Whether two values of one type are equal as group keys are.
    pub fn same(&self, other: &Value) -> bool {
        self.compare(other).is_eq()
    }
}

/// Doubles in Spark's order: NaN equals itself and is the greatest; -0.0 equals 0.0.
pub fn compare_doubles(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn compare_lists(a: &[Value], b: &[Value]) -> Ordering {
    a.iter()
        .zip(b)
        .map(|(a, b)| a.compare(b))
        .find(|o| o.is_ne())
        .unwrap_or_else(|| a.len().cmp(&b.len()))
}
