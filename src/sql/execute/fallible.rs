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
        ExprKind::Call { function, .. } => function_is_infallible(function.name),
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
fn function_is_infallible(name: &str) -> bool {
    matches!(
        name,
        "and"
            | "or"
            | "not"
            | "="
            | "=="
            | "<=>"
            | "<"
            | "<="
            | ">"
            | ">="
            | "!="
            | "<>"
            | "in"
            | "isnull"
            | "isnotnull"
            | "isnan"
            | "is null"
            | "is not null"
            | "upper"
            | "ucase"
            | "lower"
            | "lcase"
            | "trim"
            | "ltrim"
            | "rtrim"
            | "length"
            | "char_length"
            | "character_length"
            | "concat"
            | "concat_ws"
            | "substring"
            | "substr"
            | "left"
            | "right"
            | "startswith"
            | "endswith"
            | "contains"
            | "initcap"
            | "reverse"
            | "get_json_object"
            | "get_json_path"
            | "semi_structured_extract"
            | ":"
            | "date_trunc"
            | "trunc"
            | "year"
            | "month"
            | "day"
            | "dayofmonth"
            | "hour"
            | "minute"
            | "second"
            | "dayofweek"
            | "dayofyear"
            | "weekofyear"
            | "quarter"
            | "to_json"
            | "md5"
            | "sha1"
            | "sha2"
            | "hash"
            | "xxhash64"
    )
}
