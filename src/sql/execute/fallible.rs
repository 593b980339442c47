//! Which expressions can't fail.

use crate::sql::plan::{EvalMode, Expr, ExprKind};
use crate::types::DataType;

/// Whether `expr` has a value (or NULL) for every row, so that it may be computed where Spark
/// wouldn't compute it. Unknown is no.
pub(in crate::sql) fn is_infallible(expr: &Expr) -> bool {
    let own = match &expr.kind {
        ExprKind::Column { .. }
        | ExprKind::Literal(_)
        | ExprKind::LambdaVariable(_)
        | ExprKind::Case { .. }
        | ExprKind::GetField { .. }
        | ExprKind::Lambda { .. } => true,
        ExprKind::Cast { child, mode } => {
            *mode != EvalMode::Ansi || cast_is_infallible(&child.data_type, &expr.data_type)
        }
        ExprKind::Call { function, .. } => INFALLIBLE.contains(&function.name),
        ExprKind::Udf { .. } => false,
        ExprKind::ScalarSubquery(_) | ExprKind::Exists { .. } | ExprKind::InSubquery { .. } => {
            false
        }
    };
    own && expr.children().into_iter().all(is_infallible)
}

fn cast_is_infallible(from: &DataType, to: &DataType) -> bool {
    use DataType::{
        Boolean, Byte, Date, Double, Float, Integer, Long, Null, Short, String, Timestamp,
        TimestampNtz,
    };
    from == to
        || matches!(
            (from, to),
            (Null, _)
                | (
                    Boolean
                        | Byte
                        | Short
                        | Integer
                        | Long
                        | Float
                        | Double
                        | Date
                        | Timestamp
                        | TimestampNtz
                        | DataType::Decimal { .. },
                    String
                )
                | (Byte, Short | Integer | Long | Float | Double)
                | (Short, Integer | Long | Float | Double)
                | (Integer, Long | Float | Double)
                | (Long, Float | Double)
                | (Float, Double)
                | (Date, Timestamp | TimestampNtz)
                | (Timestamp | TimestampNtz, Date)
        )
}

/// Functions that give a value or NULL whatever their arguments, in ANSI mode too.
#[rustfmt::skip]
const INFALLIBLE: &[&str] = &[
    // Logic and comparison
    "and", "or", "not", "!", "=", "==", "!=", "<>", "<=>", "equal_null", "<", "<=", ">", ">=", "in",
    "isnull", "isnotnull", "isnan", "like", "ilike", "startswith", "endswith", "contains",
    // Text
    "upper", "ucase", "lower", "lcase", "trim", "ltrim", "rtrim", "length", "char_length",
    "character_length", "len", "concat", "||", "concat_ws", "substring", "substr", "left", "right",
    "initcap", "reverse", "replace", "md5", "sha1", "sha", "sha2", "hash", "xxhash64", "crc32",
    // JSON
    "get_json_path", "get_json_object", "json_array_length", "json_object_keys",
    // Dates
    "date_trunc", "trunc", "year", "quarter", "month", "day", "dayofmonth", "dayofyear",
    "dayofweek", "weekday", "weekofyear", "hour", "minute", "second", "dayname", "monthname",
    "datediff", "date_diff", "current_timestamp", "now", "current_date", "localtimestamp",
    "unix_seconds", "unix_millis", "unix_micros", "unix_date",
    // Tolerant arithmetic, bits
    "try_add", "try_subtract", "try_multiply", "try_divide", "try_mod", "&", "|", "^", "~",
    "bit_count",
];
