//! Aggregate functions: how they bind. The executor computes them by their [`AggregateKind`].
//!
//! Source: Spark SQL reference, "Built-in Functions", "Aggregate Functions".

use super::bind::{BOOLEAN, BindResult, DOUBLE, STRING_OR_BINARY, constant};
use super::{
    AggregateKind, BindContext, Binder, Function, FunctionError, FunctionKind, Mismatch,
    Regression, rewritten, sql_text,
};
use crate::sql::coercion;
use crate::sql::plan::{EvalMode, Expr};
use crate::types::{DataType as T, Value};

type Bind = fn(Vec<Expr>, &BindContext) -> BindResult;

const fn aggregate(
    name: &'static str,
    usage: &'static str,
    description: &'static str,
    example: &'static str,
    kind: AggregateKind,
    bind: Bind,
) -> Function {
    Function {
        name,
        kind: FunctionKind::Aggregate(kind),
        bind,
        usage,
        description,
        example,
    }
}

/// Aggregate functions.
pub(super) static AGGREGATES: &[Function] = &[
    aggregate(
        "count",
        "count(*), count(a, …)",
        "Rows, or rows in which no argument is NULL.",
        "count(a) FROM VALUES (10), (NULL), (30) AS t(a) → 2",
        AggregateKind::Count,
        |args, context| {
            let binder = Binder::new(args, context);
            if binder.args.is_empty() {
                let function = binder.name();
                return Err(FunctionError::ParameterlessCount { function }.into());
            }
            binder.returns_not_null(T::Long)
        },
    ),
    aggregate(
        "sum",
        "sum(a)",
        "The sum of the values that aren't NULL.",
        "sum(a) FROM VALUES (10), (20), (30) AS t(a) → 60",
        AggregateKind::Sum,
        bind_sum,
    ),
    aggregate(
        "try_sum",
        "try_sum(a)",
        "The sum, NULL on overflow.",
        "try_sum(a) FROM VALUES (9223372036854775807), (1) AS t(a) → NULL",
        AggregateKind::Sum,
        bind_sum,
    ),
    aggregate(
        "avg",
        "avg(a)",
        "The mean of the values that aren't NULL.",
        "avg(a) FROM VALUES (10), (20), (30) AS t(a) → 20.0",
        AggregateKind::Avg,
        bind_avg,
    ),
    aggregate(
        "mean",
        "mean(a)",
        "The mean of the values that aren't NULL.",
        "mean(a) FROM VALUES (10), (20), (30) AS t(a) → 20.0",
        AggregateKind::Avg,
        bind_avg,
    ),
    aggregate(
        "try_avg",
        "try_avg(a)",
        "The mean, NULL on overflow.",
        "try_avg(a) FROM VALUES (10), (20), (30) AS t(a) → 20.0",
        AggregateKind::Avg,
        bind_avg,
    ),
    aggregate(
        "min",
        "min(a)",
        "The least value.",
        "min(a) FROM VALUES (10), (20), (30) AS t(a) → 10",
        AggregateKind::Min,
        bind_ordered,
    ),
    aggregate(
        "max",
        "max(a)",
        "The greatest value.",
        "max(a) FROM VALUES (10), (20), (30) AS t(a) → 30",
        AggregateKind::Max,
        bind_ordered,
    ),
    aggregate(
        "first",
        "first(a[, ignore_nulls])",
        "The first value of the group.",
        "first(a) FROM VALUES (10), (20), (30) AS t(a) → 10",
        AggregateKind::First {
            ignore_nulls: false,
        },
        bind_first,
    ),
    aggregate(
        "first_value",
        "first_value(a[, ignore_nulls])",
        "The first value of the group.",
        "first_value(a) FROM VALUES (10), (20), (30) AS t(a) → 10",
        AggregateKind::First {
            ignore_nulls: false,
        },
        bind_first,
    ),
    aggregate(
        "last",
        "last(a[, ignore_nulls])",
        "The last value of the group.",
        "last(a) FROM VALUES (10), (20), (30) AS t(a) → 30",
        AggregateKind::Last {
            ignore_nulls: false,
        },
        bind_first,
    ),
    aggregate(
        "last_value",
        "last_value(a[, ignore_nulls])",
        "The last value of the group.",
        "last_value(a) FROM VALUES (10), (20), (30) AS t(a) → 30",
        AggregateKind::Last {
            ignore_nulls: false,
        },
        bind_first,
    ),
    aggregate(
        "any_value",
        "any_value(a[, ignore_nulls])",
        "Some value of the group.",
        "any_value(a) FROM VALUES (10), (20), (30) AS t(a) → 10",
        AggregateKind::AnyValue,
        bind_first,
    ),
    aggregate(
        "collect_list",
        "collect_list(a)",
        "The values that aren't NULL as an array.",
        "collect_list(a) FROM VALUES (10), (20), (20) AS t(a) → [10, 20, 20]",
        AggregateKind::CollectList,
        bind_collect,
    ),
    aggregate(
        "array_agg",
        "array_agg(a)",
        "The values that aren't NULL as an array.",
        "array_agg(a) FROM VALUES (10), (20), (20) AS t(a) → [10, 20, 20]",
        AggregateKind::CollectList,
        bind_collect,
    ),
    aggregate(
        "collect_set",
        "collect_set(a)",
        "The distinct values that aren't NULL as an array.",
        "sort_array(collect_set(a)) FROM VALUES (10), (20), (20) AS t(a) → [10, 20]",
        AggregateKind::CollectSet,
        bind_collect,
    ),
    aggregate(
        "stddev",
        "stddev(a)",
        "The sample's standard deviation.",
        "stddev(a) FROM VALUES (10), (20), (30) AS t(a) → 10.0",
        AggregateKind::StddevSamp,
        bind_moment,
    ),
    aggregate(
        "std",
        "std(a)",
        "The sample's standard deviation.",
        "std(a) FROM VALUES (10), (20), (30) AS t(a) → 10.0",
        AggregateKind::StddevSamp,
        bind_moment,
    ),
    aggregate(
        "stddev_samp",
        "stddev_samp(a)",
        "The sample's standard deviation.",
        "stddev_samp(a) FROM VALUES (10), (20), (30) AS t(a) → 10.0",
        AggregateKind::StddevSamp,
        bind_moment,
    ),
    aggregate(
        "stddev_pop",
        "stddev_pop(a)",
        "The population's standard deviation.",
        "stddev_pop(a) FROM VALUES (10), (30) AS t(a) → 10.0",
        AggregateKind::StddevPop,
        bind_moment,
    ),
    aggregate(
        "variance",
        "variance(a)",
        "The sample's variance.",
        "variance(a) FROM VALUES (10), (20), (30) AS t(a) → 100.0",
        AggregateKind::VarSamp,
        bind_moment,
    ),
    aggregate(
        "var_samp",
        "var_samp(a)",
        "The sample's variance.",
        "var_samp(a) FROM VALUES (10), (20), (30) AS t(a) → 100.0",
        AggregateKind::VarSamp,
        bind_moment,
    ),
    aggregate(
        "var_pop",
        "var_pop(a)",
        "The population's variance.",
        "var_pop(a) FROM VALUES (10), (30) AS t(a) → 100.0",
        AggregateKind::VarPop,
        bind_moment,
    ),
    aggregate(
        "approx_count_distinct",
        "approx_count_distinct(a[, rsd])",
        "About how many distinct values there are.",
        "approx_count_distinct(a) FROM VALUES (10), (20), (20) AS t(a) → 2",
        AggregateKind::ApproxCountDistinct,
        |args, context| {
            Binder::new(args, context)
                .counts(1..=2)?
                .cast(1, DOUBLE)?
                .returns_not_null(T::Long)
        },
    ),
    aggregate(
        "bool_and",
        "bool_and(a)",
        "Whether all values are true.",
        "bool_and(a) FROM VALUES (true), (false), (true) AS t(a) → false",
        AggregateKind::BoolAnd,
        bind_boolean,
    ),
    aggregate(
        "every",
        "every(a)",
        "Whether all values are true.",
        "every(a) FROM VALUES (true), (false), (true) AS t(a) → false",
        AggregateKind::BoolAnd,
        bind_boolean,
    ),
    aggregate(
        "bool_or",
        "bool_or(a)",
        "Whether a value is true.",
        "bool_or(a) FROM VALUES (true), (false), (true) AS t(a) → true",
        AggregateKind::BoolOr,
        bind_boolean,
    ),
    aggregate(
        "some",
        "some(a)",
        "Whether a value is true.",
        "some(a) FROM VALUES (true), (false), (true) AS t(a) → true",
        AggregateKind::BoolOr,
        bind_boolean,
    ),
    aggregate(
        "any",
        "any(a)",
        "Whether a value is true.",
        "any(a) FROM VALUES (true), (false), (true) AS t(a) → true",
        AggregateKind::BoolOr,
        bind_boolean,
    ),
    aggregate(
        "count_if",
        "count_if(a)",
        "Rows in which the condition is true.",
        "count_if(a > 10) FROM VALUES (10), (20), (30) AS t(a) → 2",
        AggregateKind::CountIf,
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, BOOLEAN)?
                .returns_not_null(T::Long)
        },
    ),
    aggregate(
        "max_by",
        "max_by(a, b)",
        "The value of a where b is greatest.",
        "max_by(title, price) FROM VALUES ('Emma', 12), ('Dune', 9) AS t(title, price) → Emma",
        AggregateKind::MaxBy,
        bind_by,
    ),
    aggregate(
        "min_by",
        "min_by(a, b)",
        "The value of a where b is least.",
        "min_by(title, price) FROM VALUES ('Emma', 12), ('Dune', 9) AS t(title, price) → Dune",
        AggregateKind::MinBy,
        bind_by,
    ),
    aggregate(
        "median",
        "median(a)",
        "The value in the middle.",
        "median(a) FROM VALUES (10), (20) AS t(a) → 15.0",
        AggregateKind::Median,
        bind_moment,
    ),
    aggregate(
        "percentile",
        "percentile(a, percentage)",
        "The exact percentile, interpolated; an array for an array of percentages.",
        "percentile(a, 0.25) FROM VALUES (0), (10) AS t(a) → 2.5",
        AggregateKind::Percentile,
        bind_percentile,
    ),
    aggregate(
        "percentile_approx",
        "percentile_approx(a, percentage[, accuracy])",
        "The value below which that share of the values lies; an array for an array of percentages.",
        "percentile_approx(a, 0.5) FROM VALUES (10), (20), (30) AS t(a) → 20",
        AggregateKind::PercentileApprox,
        bind_percentile_approx,
    ),
    aggregate(
        "approx_percentile",
        "approx_percentile(a, percentage[, accuracy])",
        "The value below which that share of the values lies; an array for an array of percentages.",
        "approx_percentile(a, 0.5) FROM VALUES (10), (20), (30) AS t(a) → 20",
        AggregateKind::PercentileApprox,
        bind_percentile_approx,
    ),
    aggregate(
        "mode",
        "mode(a)",
        "The value that occurs most often.",
        "mode(a) FROM VALUES (10), (20), (20) AS t(a) → 20",
        AggregateKind::Mode,
        |args, context| {
            let binder = Binder::new(args, context).count(1)?;
            let data_type = binder.type_of(0);
            binder.returns_nullable(data_type)
        },
    ),
    aggregate(
        "corr",
        "corr(a, b)",
        "Pearson's correlation.",
        "corr(a, b) FROM VALUES (3, 2), (3, 3), (6, 4) AS t(a, b) → 0.8660254037844387",
        AggregateKind::Corr,
        bind_two_doubles,
    ),
    aggregate(
        "covar_samp",
        "covar_samp(a, b)",
        "The sample's covariance.",
        "covar_samp(a, b) FROM VALUES (3, 2), (3, 3), (6, 4) AS t(a, b) → 1.5",
        AggregateKind::CovarSamp,
        bind_two_doubles,
    ),
    aggregate(
        "covar_pop",
        "covar_pop(a, b)",
        "The population's covariance.",
        "covar_pop(a, b) FROM VALUES (3, 2), (3, 3), (6, 4) AS t(a, b) → 1.0",
        AggregateKind::CovarPop,
        bind_two_doubles,
    ),
    aggregate(
        "regr_count",
        "regr_count(y, x)",
        "How many pairs have no NULL.",
        "regr_count(y, x) FROM VALUES (1, 1), (3, 2), (5, 3) AS t(y, x) → 3",
        AggregateKind::Regression(Regression::Count),
        bind_pairs,
    ),
    aggregate(
        "regr_avgx",
        "regr_avgx(y, x)",
        "The mean of x.",
        "regr_avgx(y, x) FROM VALUES (1, 1), (3, 2), (5, 3) AS t(y, x) → 2.0",
        AggregateKind::Regression(Regression::AvgX),
        bind_two_doubles,
    ),
    aggregate(
        "regr_avgy",
        "regr_avgy(y, x)",
        "The mean of y.",
        "regr_avgy(y, x) FROM VALUES (1, 1), (3, 2), (5, 3) AS t(y, x) → 3.0",
        AggregateKind::Regression(Regression::AvgY),
        bind_two_doubles,
    ),
    aggregate(
        "regr_sxx",
        "regr_sxx(y, x)",
        "The sum of squared differences of x.",
        "regr_sxx(y, x) FROM VALUES (1, 1), (3, 2), (5, 3) AS t(y, x) → 2.0",
        AggregateKind::Regression(Regression::Sxx),
        bind_two_doubles,
    ),
    aggregate(
        "regr_syy",
        "regr_syy(y, x)",
        "The sum of squared differences of y.",
        "regr_syy(y, x) FROM VALUES (1, 1), (3, 2), (5, 3) AS t(y, x) → 8.0",
        AggregateKind::Regression(Regression::Syy),
        bind_two_doubles,
    ),
    aggregate(
        "regr_sxy",
        "regr_sxy(y, x)",
        "The sum of products of differences.",
        "regr_sxy(y, x) FROM VALUES (1, 1), (3, 2), (5, 3) AS t(y, x) → 4.0",
        AggregateKind::Regression(Regression::Sxy),
        bind_two_doubles,
    ),
    aggregate(
        "regr_slope",
        "regr_slope(y, x)",
        "The slope of the line that fits best.",
        "regr_slope(y, x) FROM VALUES (1, 1), (3, 2), (5, 3) AS t(y, x) → 2.0",
        AggregateKind::Regression(Regression::Slope),
        bind_two_doubles,
    ),
    aggregate(
        "regr_intercept",
        "regr_intercept(y, x)",
        "Where the line that fits best begins.",
        "regr_intercept(y, x) FROM VALUES (1, 1), (3, 2), (5, 3) AS t(y, x) → -1.0",
        AggregateKind::Regression(Regression::Intercept),
        bind_two_doubles,
    ),
    aggregate(
        "regr_r2",
        "regr_r2(y, x)",
        "How well the line fits, from 0 to 1.",
        "regr_r2(y, x) FROM VALUES (1, 1), (3, 2), (5, 3) AS t(y, x) → 1.0",
        AggregateKind::Regression(Regression::R2),
        bind_two_doubles,
    ),
    aggregate(
        "skewness",
        "skewness(a)",
        "How far the values lean to one side.",
        "skewness(a) FROM VALUES (-10), (-20), (100), (1000) AS t(a) → 1.1135657469022011",
        AggregateKind::Skewness,
        bind_moment,
    ),
    aggregate(
        "kurtosis",
        "kurtosis(a)",
        "How heavy the tails are, 0 for a normal distribution.",
        "kurtosis(a) FROM VALUES (10), (20), (30), (40) AS t(a) → -1.36",
        AggregateKind::Kurtosis,
        bind_moment,
    ),
    aggregate(
        "listagg",
        "listagg(a[, delimiter]) [WITHIN GROUP (ORDER BY key, …)]",
        "The values that aren't NULL, one behind the other.",
        "listagg(a, ', ') FROM VALUES ('a'), ('b'), ('c') AS t(a) → a, b, c",
        AggregateKind::ListAgg,
        bind_listagg,
    ),
    aggregate(
        "string_agg",
        "string_agg(a[, delimiter]) [WITHIN GROUP (ORDER BY key, …)]",
        "The values that aren't NULL, one behind the other.",
        "string_agg(a, ', ') FROM VALUES ('a'), ('b'), ('c') AS t(a) → a, b, c",
        AggregateKind::ListAgg,
        bind_listagg,
    ),
    aggregate(
        "percentile_cont",
        "percentile_cont(percentage) WITHIN GROUP (ORDER BY a)",
        "The percentile, interpolated.",
        "percentile_cont(0.25) WITHIN GROUP (ORDER BY a) FROM VALUES (0), (10) AS t(a) → 2.5",
        AggregateKind::PercentileCont,
        bind_percentile,
    ),
    aggregate(
        "percentile_disc",
        "percentile_disc(percentage) WITHIN GROUP (ORDER BY a)",
        "The value at the percentile.",
        "percentile_disc(0.25) WITHIN GROUP (ORDER BY a) FROM VALUES (0), (10) AS t(a) → 0.0",
        AggregateKind::PercentileDisc,
        bind_percentile,
    ),
    aggregate(
        "bit_and",
        "bit_and(a)",
        "The bits that all values have.",
        "bit_and(a) FROM VALUES (3), (5) AS t(a) → 1",
        AggregateKind::BitAnd,
        bind_bits,
    ),
    aggregate(
        "bit_or",
        "bit_or(a)",
        "The bits that any value has.",
        "bit_or(a) FROM VALUES (3), (5) AS t(a) → 7",
        AggregateKind::BitOr,
        bind_bits,
    ),
    aggregate(
        "bit_xor",
        "bit_xor(a)",
        "The bits that an odd number of values have.",
        "bit_xor(a) FROM VALUES (3), (5) AS t(a) → 6",
        AggregateKind::BitXor,
        bind_bits,
    ),
    rewritten(
        "grouping",
        "grouping(key)",
        "1 in the rows of ROLLUP, CUBE or GROUPING SETS that leave the key out, else 0.",
        "a, grouping(a) FROM VALUES (10) AS t(a) GROUP BY ROLLUP (a) ORDER BY a → NULL, 1; 10, 0",
    ),
    rewritten(
        "grouping_id",
        "grouping_id([key, …])",
        "The grouping of each key as the bits of a number.",
        "a, b, grouping_id() FROM VALUES (1, 2) AS t(a, b) GROUP BY CUBE (a, b) ORDER BY 3 → 1, 2, 0; 1, NULL, 1; NULL, 2, 2; NULL, NULL, 3",
    ),
];

fn bind_sum(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(1)?;
    let result = match binder.type_of(0) {
        T::Decimal { precision, scale } => T::decimal(precision.saturating_add(10), scale),
        t if t.is_integral() => T::Long,
        T::Float | T::Double => T::Double,
        t if coercion::is_interval(&t) => t,
        T::String | T::Null => {
            binder.cast_to(0, &T::Double);
            T::Double
        }
        _ => return Err(binder.unexpected_type(0, NUMERIC_OR_ANSI_INTERVAL.into())),
    };
    binder.returns_nullable(result)
}

const NUMERIC_OR_ANSI_INTERVAL: &str = "\"NUMERIC\" or \"ANSI INTERVAL\"";

fn bind_avg(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).count(1)?;
    let result = match binder.type_of(0) {
        T::Decimal { precision, scale } => {
            T::decimal(precision.saturating_add(4), (scale + 4).min(38))
        }
        t if t.is_numeric() => T::Double,
        t if coercion::is_interval(&t) => t,
        T::String | T::Null => {
            binder.cast_to(0, &T::Double);
            T::Double
        }
        _ => return Err(binder.unexpected_type(0, NUMERIC_OR_ANSI_INTERVAL.into())),
    };
    binder.returns_nullable(result)
}

fn bind_ordered(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    let data_type = binder.type_of(0);
    if !coercion::is_orderable(&data_type) {
        return Err(binder.mismatch(Mismatch::InvalidOrderingType {
            function: binder.name(),
            data_type: data_type.sql(),
        }));
    }
    binder.returns_nullable(data_type)
}

fn bind_first(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).counts(1..=2)?.cast(1, BOOLEAN)?;
    let data_type = binder.type_of(0);
    binder.returns_nullable(data_type)
}

fn bind_collect(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    let element = binder.type_of(0);
    binder.returns_not_null(T::Array {
        element: Box::new(element),
        contains_null: false,
    })
}

fn bind_moment(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    if coercion::is_interval(&binder.type_of(0)) {
        let data_type = binder.type_of(0);
        return binder.returns_nullable(data_type);
    }
    binder.cast(0, DOUBLE)?.returns_nullable(T::Double)
}

fn bind_two_doubles(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(2)?
        .cast_from(0, DOUBLE)?
        .returns_nullable(T::Double)
}

/// Pairs of anything that is a number.
fn bind_pairs(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(2)?
        .cast_from(0, DOUBLE)?
        .returns_not_null(T::Long)
}

/// A value, a delimiter, and of each key of the order: the key, whether it descends, whether NULLs come first.
fn bind_listagg(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).at_least(1)?;
    let text = match binder.type_of(0) {
        T::Binary => T::Binary,
        _ => T::String,
    };
    binder = binder.cast(0, STRING_OR_BINARY)?;
    if binder.args.len() == 1 {
        binder.args.push(Expr::literal(Value::Null, text.clone()));
    }
    binder.cast_to(1, &text);
    if binder.args.get(1).and_then(constant).is_none() {
        let sql = binder.args.get(1).map(sql_text).unwrap_or_default();
        return Err(binder.mismatch(Mismatch::NonFoldableInput {
            input: "delimiter",
            data_type: "STRING",
            sql,
        }));
    }
    binder.returns_nullable(text)
}

fn bind_boolean(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(1)?
        .cast(0, BOOLEAN)?
        .returns_nullable(T::Boolean)
}

fn bind_by(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(2)?;
    let order = binder.type_of(1);
    if !coercion::is_orderable(&order) {
        return Err(binder.mismatch(Mismatch::InvalidOrderingType {
            function: binder.name(),
            data_type: order.sql(),
        }));
    }
    let data_type = binder.type_of(0);
    binder.returns_nullable(data_type)
}

/// The percentages: one, or an array of them.
fn cast_percentages(mut binder: Binder<'_>) -> (Binder<'_>, bool) {
    let many = matches!(binder.type_of(1), T::Array { .. });
    let to = if many { T::array(T::Double) } else { T::Double };
    binder.cast_to(1, &to);
    (binder, many)
}

fn bind_percentile(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).counts(2..=3)?.cast(0, DOUBLE)?;
    let (binder, many) = cast_percentages(binder);
    binder.returns_nullable(if many {
        T::Array {
            element: Box::new(T::Double),
            contains_null: false,
        }
    } else {
        T::Double
    })
}

/// The result has the values' own type: it is one of them.
fn bind_percentile_approx(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let mut binder = Binder::new(args, context).counts(2..=3)?;
    let values = match binder.type_of(0) {
        T::String | T::Null => {
            binder.cast_to(0, &T::Double);
            T::Double
        }
        t if t.is_numeric() || coercion::is_interval(&t) => t,
        t @ (T::Date | T::Timestamp | T::TimestampNtz) => t,
        _ => return Err(binder.unexpected_type(0, PERCENTILE_INPUT.into())),
    };
    let (binder, many) = cast_percentages(binder);
    binder.returns_nullable(if many {
        T::Array {
            element: Box::new(values),
            contains_null: false,
        }
    } else {
        values
    })
}

const PERCENTILE_INPUT: &str =
    "\"NUMERIC\", \"DATE\", \"TIMESTAMP\", \"TIMESTAMP_NTZ\" or \"ANSI INTERVAL\"";

fn bind_bits(args: Vec<Expr>, context: &BindContext) -> BindResult {
    let binder = Binder::new(args, context).count(1)?;
    let data_type = binder.type_of(0);
    if !data_type.is_integral() {
        return Err(binder.unexpected_type(0, "\"INTEGRAL\"".into()));
    }
    binder.returns_nullable(data_type)
}

/// The mode in which a `try_` aggregate is computed: NULL instead of an error.
pub fn aggregate_mode(function: &Function, mode: EvalMode) -> EvalMode {
    if function.name.starts_with("try_") {
        EvalMode::Try
    } else {
        mode
    }
}
