//! Which types fit together: common types, implicit casts, decimal precision.
//!
//! Source: Spark SQL reference, "ANSI Compliance" (type promotion and precedence, store
//! assignment); Catalyst's `AnsiTypeCoercion`, `TypeCoercion` and `DecimalPrecision`.

use crate::types::{DataType, StructField, StructType};

use super::plan::EvalMode;

/// What a function's parameter accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum Accepts {
    /// Exactly this type.
    Type(DataType),
    /// Any number.
    Numeric,
    /// Any whole number.
    Integral,
    /// Any decimal.
    AnyDecimal,
    /// Any array, map, or struct.
    Array,
    Map,
    Struct,
    /// `INTERVAL DAY TO SECOND` or `INTERVAL YEAR TO MONTH`.
    Interval,
    /// Anything.
    Any,
    /// The first that fits without a cast, else the first that fits with one.
    OneOf(&'static [Accepts]),
}

impl Accepts {
    /// Whether a value of the type needs no cast.
    pub fn accepts(&self, data_type: &DataType) -> bool {
        match self {
            Accepts::Type(t) => t == data_type || same_ignoring_nullability(t, data_type),
            Accepts::Numeric => data_type.is_numeric(),
            Accepts::Integral => data_type.is_integral(),
            Accepts::AnyDecimal => matches!(data_type, DataType::Decimal { .. }),
            Accepts::Array => matches!(data_type, DataType::Array { .. }),
            Accepts::Map => matches!(data_type, DataType::Map { .. }),
            Accepts::Struct => matches!(data_type, DataType::Struct(_)),
            Accepts::Interval => is_interval(data_type),
            Accepts::Any => true,
            Accepts::OneOf(list) => list.iter().any(|a| a.accepts(data_type)),
        }
    }

    /// The name in error messages: `"STRING"`, `("STRING" or "BINARY")`.
    pub fn sql(&self) -> String {
        match self {
            Accepts::OneOf(list) => {
                let names: Vec<String> = list.iter().map(Accepts::sql).collect();
                format!("({})", names.join(" or "))
            }
            Accepts::Type(t) => format!("\"{}\"", t.sql()),
            Accepts::Numeric => "\"NUMERIC\"".into(),
            Accepts::Integral => "\"INTEGRAL\"".into(),
            Accepts::AnyDecimal => "\"DECIMAL\"".into(),
            Accepts::Array => "\"ARRAY\"".into(),
            Accepts::Map => "\"MAP\"".into(),
            Accepts::Struct => "\"STRUCT\"".into(),
            Accepts::Interval => {
                "(\"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")".into()
            }
            Accepts::Any => "\"ANY\"".into(),
        }
    }
}

/// Whether the type is an interval.
pub fn is_interval(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::DayTimeInterval | DataType::YearMonthInterval
    )
}

/// Whether values of the type can be sorted: everything but maps.
pub fn is_orderable(data_type: &DataType) -> bool {
    match data_type {
        DataType::Map { .. } => false,
        DataType::Array { element, .. } => is_orderable(element),
        DataType::Struct(s) => s.fields.iter().all(|f| is_orderable(&f.data_type)),
        _ => true,
    }
}

/// Whether the types differ only in what may be null inside.
pub fn same_ignoring_nullability(a: &DataType, b: &DataType) -> bool {
    match (a, b) {
        (DataType::Array { element: a, .. }, DataType::Array { element: b, .. }) => {
            same_ignoring_nullability(a, b)
        }
        (
            DataType::Map {
                key: ak, value: av, ..
            },
            DataType::Map {
                key: bk, value: bv, ..
            },
        ) => same_ignoring_nullability(ak, bk) && same_ignoring_nullability(av, bv),
        (DataType::Struct(a), DataType::Struct(b)) => {
            a.len() == b.len()
                && a.fields.iter().zip(&b.fields).all(|(a, b)| {
                    a.name.eq_ignore_ascii_case(&b.name)
                        && same_ignoring_nullability(&a.data_type, &b.data_type)
                })
        }
        _ => a == b,
    }
}

/// The decimal that holds every value of a whole-number type; `DECIMAL(14,7)` and
/// `DECIMAL(30,15)` for floats and doubles.
pub fn decimal_for(data_type: &DataType) -> Option<(u8, u8)> {
    Some(match data_type {
        DataType::Byte => (3, 0),
        DataType::Short => (5, 0),
        DataType::Integer => (10, 0),
        DataType::Long => (20, 0),
        DataType::Float => (14, 7),
        DataType::Double => (30, 15),
        DataType::Decimal { precision, scale } => (*precision, *scale),
        _ => return None,
    })
}

/// `DECIMAL(precision, scale)`, reduced to 38 digits: the whole part is kept, and of the
/// fraction at least six digits (`spark.sql.decimalOperations.allowPrecisionLoss`).
pub fn adjusted_decimal(precision: i32, scale: i32) -> DataType {
    if precision <= 38 {
        return decimal(precision, scale);
    }
    let whole = precision - scale;
    let least = scale.min(6);
    decimal(38, (38 - whole).max(least))
}

/// `DECIMAL(precision, scale)`, each cut at 38.
pub fn bounded_decimal(precision: i32, scale: i32) -> DataType {
    decimal(precision.min(38), scale.min(38))
}

fn decimal(precision: i32, scale: i32) -> DataType {
    let clamp = |n: i32| u8::try_from(n.clamp(0, 38)).unwrap_or(38);
    DataType::decimal(clamp(precision), clamp(scale))
}

/// The decimal that holds both: as many digits before and after the point as either has.
pub fn wider_decimal(a: (u8, u8), b: (u8, u8)) -> DataType {
    let (p1, s1, p2, s2) = (
        i32::from(a.0),
        i32::from(a.1),
        i32::from(b.0),
        i32::from(b.1),
    );
    let scale = s1.max(s2);
    bounded_decimal((p1 - s1).max(p2 - s2) + scale, scale)
}

/// The type of `left op right` over decimals, for `+ - * / % div`.
pub fn decimal_result(op: &str, left: (u8, u8), right: (u8, u8)) -> DataType {
    let (p1, s1, p2, s2) = (
        i32::from(left.0),
        i32::from(left.1),
        i32::from(right.0),
        i32::from(right.1),
    );
    match op {
        "*" => adjusted_decimal(p1 + p2 + 1, s1 + s2),
        "/" => {
            let scale = (s1 + p2 + 1).max(6);
            adjusted_decimal(p1 - s1 + s2 + scale, scale)
        }
        "%" => {
            let scale = s1.max(s2);
            adjusted_decimal((p1 - s1).min(p2 - s2) + scale, scale)
        }
        "div" => bounded_decimal((p1 - s1 + s2).max(1), 0),
        _ => {
            let scale = s1.max(s2);
            adjusted_decimal((p1 - s1).max(p2 - s2) + scale + 1, scale)
        }
    }
}

const NUMERIC_PRECEDENCE: [DataType; 6] = [
    DataType::Byte,
    DataType::Short,
    DataType::Integer,
    DataType::Long,
    DataType::Float,
    DataType::Double,
];

/// The type that both convert to without loss and without reading strings
/// (`findTightestCommonType`).
pub fn tightest_common_type(a: &DataType, b: &DataType, mode: EvalMode) -> Option<DataType> {
    use DataType as T;
    if a == b {
        return Some(a.clone());
    }
    if let Some(merged) = merge_same_shape(a, b) {
        return Some(merged);
    }
    match (a, b) {
        (T::Null, t) | (t, T::Null) => Some(t.clone()),
        (T::Decimal { precision, scale }, t) | (t, T::Decimal { precision, scale })
            if t.is_integral() =>
        {
            let (digits, _) = decimal_for(t)?;
            (precision.saturating_sub(*scale) >= digits).then(|| T::decimal(*precision, *scale))
        }
        (a, b) if is_plain_number(a) && is_plain_number(b) => {
            let rank = |t: &DataType| NUMERIC_PRECEDENCE.iter().position(|x| x == t);
            let wider = NUMERIC_PRECEDENCE.get(rank(a)?.max(rank(b)?))?;
            if *wider == T::Float && mode != EvalMode::Legacy {
                return Some(T::Double);
            }
            Some(wider.clone())
        }
        (T::Timestamp, t) | (t, T::Timestamp) if t.is_datetime() => Some(T::Timestamp),
        (T::TimestampNtz, t) | (t, T::TimestampNtz) if t.is_datetime() => Some(T::TimestampNtz),
        _ => None,
    }
}

fn is_plain_number(t: &DataType) -> bool {
    t.is_numeric() && !matches!(t, DataType::Decimal { .. })
}

/// Arrays, maps and structs that differ only in what may be null.
fn merge_same_shape(a: &DataType, b: &DataType) -> Option<DataType> {
    same_ignoring_nullability(a, b)
        .then(|| combine_nested(a, b, &|x, y| merge_same_shape(x, y).or(Some(x.clone()))))
        .flatten()
        .or_else(|| (a == b).then(|| a.clone()))
}

fn combine_nested(
    a: &DataType,
    b: &DataType,
    combine: &dyn Fn(&DataType, &DataType) -> Option<DataType>,
) -> Option<DataType> {
    match (a, b) {
        (
            DataType::Array {
                element: a,
                contains_null: an,
            },
            DataType::Array {
                element: b,
                contains_null: bn,
            },
        ) => Some(DataType::Array {
            element: Box::new(combine(a, b)?),
            contains_null: *an || *bn,
        }),
        (
            DataType::Map {
                key: ak,
                value: av,
                value_contains_null: an,
            },
            DataType::Map {
                key: bk,
                value: bv,
                value_contains_null: bn,
            },
        ) => Some(DataType::Map {
            key: Box::new(combine(ak, bk)?),
            value: Box::new(combine(av, bv)?),
            value_contains_null: *an || *bn,
        }),
        (DataType::Struct(a), DataType::Struct(b)) if a.len() == b.len() => {
            let fields = a
                .fields
                .iter()
                .zip(&b.fields)
                .map(|(a, b)| {
                    if !a.name.eq_ignore_ascii_case(&b.name) {
                        return None;
                    }
                    Some(StructField {
                        name: a.name.clone(),
                        data_type: combine(&a.data_type, &b.data_type)?,
                        nullable: a.nullable || b.nullable,
                        metadata: a.metadata.clone(),
                    })
                })
                .collect::<Option<Vec<_>>>()?;
            Some(DataType::Struct(StructType::new(fields)))
        }
        _ => None,
    }
}

/// The type that both are cast to where they must agree: `CASE`, `coalesce`, `array`, `UNION`,
/// `IN` (`findWiderTypeForTwo`). Under ANSI a string takes the other side's type; otherwise the
/// other side becomes a string.
pub fn wider_type(a: &DataType, b: &DataType, mode: EvalMode) -> Option<DataType> {
    use DataType as T;
    if let Some(t) = tightest_common_type(a, b, mode) {
        return Some(t);
    }
    match (a, b) {
        (T::Decimal { .. }, t) | (t, T::Decimal { .. }) if matches!(t, T::Float | T::Double) => {
            Some(T::Double)
        }
        (T::Decimal { .. }, t) | (t, T::Decimal { .. }) if t.is_numeric() => {
            Some(wider_decimal(decimal_for(a)?, decimal_for(b)?))
        }
        (T::String, t) | (t, T::String) if t.is_atomic() => match mode {
            EvalMode::Legacy => (!matches!(t, T::Binary | T::Boolean)).then_some(T::String),
            _ if t.is_integral() => Some(T::Long),
            _ if t.is_numeric() => Some(T::Double),
            _ if is_interval(t) => None,
            _ => Some(t.clone()),
        },
        _ => combine_nested(a, b, &|x, y| wider_type(x, y, mode)),
    }
}

/// The common type of any number of types, where a string and another type have none: `greatest`, `VALUES`
/// (`findWiderTypeWithoutStringPromotion`).
pub fn common_type_without_promotion<'a>(
    types: impl IntoIterator<Item = &'a DataType>,
    mode: EvalMode,
) -> Option<DataType> {
    let is_null = |t: &DataType| *t == DataType::Null;
    let is_text = |t: &DataType| *t == DataType::String;
    types.into_iter().try_fold(DataType::Null, |a, b| {
        let mixes_text = is_text(&a) != is_text(b) && !is_null(&a) && !is_null(b);
        match mixes_text {
            true => None,
            false => wider_type(&a, b, mode),
        }
    })
}

/// [`wider_type`] over any number of types; `VOID` for none.
pub fn common_type<'a>(
    types: impl IntoIterator<Item = &'a DataType>,
    mode: EvalMode,
) -> Option<DataType> {
    types
        .into_iter()
        .try_fold(DataType::Null, |a, b| wider_type(&a, b, mode))
}

/// The type that both sides of a comparison are cast to.
pub fn comparison_type(a: &DataType, b: &DataType, mode: EvalMode) -> Option<DataType> {
    use DataType as T;
    if mode == EvalMode::Legacy {
        match (a, b) {
            (T::String, T::Null) | (T::Null, T::String) => return Some(T::String),
            (T::String, t) | (t, T::String)
                if t.is_atomic() && !matches!(t, T::String | T::Binary) =>
            {
                return Some(match t {
                    T::Decimal { .. } => T::Double,
                    other => other.clone(),
                });
            }
            _ => {}
        }
    }
    wider_type(a, b, mode)
}

/// The type that an argument is cast to so that a parameter accepts it; `None` if it can't be.
pub fn implicit_cast(from: &DataType, accepts: &Accepts, mode: EvalMode) -> Option<DataType> {
    use DataType as T;
    if accepts.accepts(from) {
        return Some(from.clone());
    }
    if *from == T::Null {
        return Some(default_type(accepts));
    }
    match accepts {
        Accepts::OneOf(list) => list.iter().find_map(|a| implicit_cast(from, a, mode)),
        Accepts::AnyDecimal => match from {
            T::String => Some(T::decimal(38, 18)),
            t if t.is_numeric() => decimal_for(t).map(|(p, s)| T::decimal(p, s)),
            _ => None,
        },
        Accepts::Numeric => (*from == T::String).then_some(T::Double),
        Accepts::Integral => (*from == T::String && mode != EvalMode::Legacy).then_some(T::Long),
        Accepts::Type(to) => {
            let fits = match (from, to) {
                (T::String, t) if t.is_atomic() => !is_interval(t) || mode == EvalMode::Legacy,
                (f, t) if f.is_numeric() && t.is_numeric() => true,
                (f, T::String) if f.is_atomic() => mode == EvalMode::Legacy || *f != T::Binary,
                (f, t) if f.is_datetime() && t.is_datetime() => true,
                (T::Array { .. }, T::Array { .. })
                | (T::Map { .. }, T::Map { .. })
                | (T::Struct(_), T::Struct(_)) => {
                    return combine_nested(from, to, &|f, t| {
                        implicit_cast(f, &Accepts::Type(t.clone()), mode)
                    });
                }
                _ => false,
            };
            fits.then(|| to.clone())
        }
        _ => None,
    }
}

/// What `NULL` becomes where a parameter wants a type.
fn default_type(accepts: &Accepts) -> DataType {
    match accepts {
        Accepts::Type(t) => t.clone(),
        Accepts::Numeric => DataType::Double,
        Accepts::Integral => DataType::Integer,
        Accepts::AnyDecimal => DataType::decimal(10, 0),
        Accepts::Array => DataType::array(DataType::Null),
        Accepts::Map => DataType::map(DataType::Null, DataType::Null),
        Accepts::Struct => DataType::Struct(StructType::default()),
        Accepts::Interval => DataType::DayTimeInterval,
        Accepts::Any => DataType::Null,
        Accepts::OneOf(list) => list.first().map_or(DataType::Null, default_type),
    }
}

/// Whether a value may be written into a column of another type under the ANSI store
/// assignment policy (`INSERT INTO`, `spark.sql.storeAssignmentPolicy`).
pub fn can_store_assign(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    match (from, to) {
        _ if from == to => true,
        (T::Null, _) => true,
        (f, t) if f.is_numeric() && t.is_numeric() => true,
        (f, T::String) if f.is_atomic() => true,
        (f, t) if f.is_datetime() && t.is_datetime() => true,
        (T::Array { element: f, .. }, T::Array { element: t, .. }) => can_store_assign(f, t),
        (
            T::Map {
                key: fk, value: fv, ..
            },
            T::Map {
                key: tk, value: tv, ..
            },
        ) => can_store_assign(fk, tk) && can_store_assign(fv, tv),
        (T::Struct(f), T::Struct(t)) => {
            f.len() == t.len()
                && f.fields
                    .iter()
                    .zip(&t.fields)
                    .all(|(f, t)| can_store_assign(&f.data_type, &t.data_type))
        }
        _ => false,
    }
}

/// Whether an explicit cast exists (`Cast.canCast`, `Cast.canAnsiCast`, `Cast.canTryCast`).
pub fn can_cast(from: &DataType, to: &DataType, mode: EvalMode) -> bool {
    use DataType as T;
    let legacy = mode == EvalMode::Legacy;
    match (from, to) {
        _ if from == to => true,
        (T::Null, _) => true,
        (_, T::String) => true,
        (_, T::Null) => false,
        (T::String, t) => t.is_atomic(),
        (f, T::Binary) => legacy && f.is_integral(),
        (T::Boolean, t) => t.is_numeric() || (legacy && *t == T::Timestamp),
        (f, T::Boolean) => f.is_numeric() || (legacy && matches!(f, T::Date | T::Timestamp)),
        (f, t) if f.is_numeric() && t.is_numeric() => true,
        (f, T::Timestamp) if f.is_numeric() => true,
        (T::Timestamp, t) if t.is_numeric() => true,
        (T::Date, t) if t.is_numeric() => legacy,
        (f, t) if f.is_datetime() && t.is_datetime() => true,
        (T::Array { element: f, .. }, T::Array { element: t, .. }) => can_cast(f, t, mode),
        (
            T::Map {
                key: fk, value: fv, ..
            },
            T::Map {
                key: tk, value: tv, ..
            },
        ) => can_cast(fk, tk, mode) && can_cast(fv, tv, mode),
        (T::Struct(f), T::Struct(t)) => {
            f.len() == t.len()
                && f.fields
                    .iter()
                    .zip(&t.fields)
                    .all(|(f, t)| can_cast(&f.data_type, &t.data_type, mode))
        }
        _ => false,
    }
}
