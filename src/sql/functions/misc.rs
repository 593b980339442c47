//! What doesn't belong to a family: the session, files, random numbers, assertions.

use polars_core::prelude::*;

use super::bind::{BOOLEAN, BindResult, LONG, STRING, no_args};
use super::{BindContext, Binder, Call, Function, FunctionError, scalar};
use crate::env::USER;
use crate::sql::error::SqlError;
use crate::sql::plan::Expr;
use crate::types::{DataType as T, Value};

/// Functions of the session and of chance.
pub(super) static MISC: &[Function] = &[
    scalar(
        "input_file_name",
        "input_file_name()",
        "The path of the file that the row was read from; empty where there is none.",
        "input_file_name()",
        |args, context| no_args(args, context, T::String),
        |call| constant(call, Value::from(&*call.context.input_file)),
    ),
    scalar(
        "current_database",
        "current_database()",
        "The current schema.",
        "current_database() → default",
        |args, context| no_args(args, context, T::String),
        |call| constant(call, Value::from(&*call.context.current_database)),
    ),
    scalar(
        "current_schema",
        "current_schema()",
        "The current schema.",
        "current_schema() → default",
        |args, context| no_args(args, context, T::String),
        |call| constant(call, Value::from(&*call.context.current_database)),
    ),
    scalar(
        "current_catalog",
        "current_catalog()",
        "The current catalog.",
        "current_catalog() → spark_catalog",
        |args, context| no_args(args, context, T::String),
        |call| constant(call, Value::from("spark_catalog")),
    ),
    scalar(
        "current_user",
        "current_user()",
        "The user.",
        "current_user()",
        |args, context| no_args(args, context, T::String),
        |call| constant(call, Value::from(USER)),
    ),
    scalar(
        "user",
        "user()",
        "The user.",
        "user()",
        |args, context| no_args(args, context, T::String),
        |call| constant(call, Value::from(USER)),
    ),
    scalar(
        "session_user",
        "session_user()",
        "The user.",
        "session_user()",
        |args, context| no_args(args, context, T::String),
        |call| constant(call, Value::from(USER)),
    ),
    scalar(
        "is_member",
        "is_member(group)",
        "Whether the user is in a group of the workspace: there are none.",
        "is_member('admins') → false",
        one_text,
        |call| constant(call, Value::Boolean(false)),
    ),
    scalar(
        "is_account_group_member",
        "is_account_group_member(group)",
        "Whether the user is in a group of the account: there are none.",
        "is_account_group_member('admins') → false",
        one_text,
        |call| constant(call, Value::Boolean(false)),
    ),
    scalar(
        "version",
        "version()",
        "The version of Spark that is imitated.",
        "version()",
        |args, context| no_args(args, context, T::String),
        |call| constant(call, Value::from("4.0.1")),
    ),
    scalar(
        "pi",
        "pi()",
        "π.",
        "pi() → 3.141592653589793",
        |args, context| no_args(args, context, T::Double),
        |call| constant(call, Value::Double(std::f64::consts::PI)),
    ),
    scalar(
        "e",
        "e()",
        "Euler's number.",
        "e() → 2.718281828459045",
        |args, context| no_args(args, context, T::Double),
        |call| constant(call, Value::Double(std::f64::consts::E)),
    ),
    scalar(
        "monotonically_increasing_id",
        "monotonically_increasing_id()",
        "A number that grows from row to row.",
        "monotonically_increasing_id()",
        |args, context| no_args(args, context, T::Long),
        |call| {
            let first = call.context.row_offset as i64;
            each_row(call, |row| Value::Long(first + row as i64))
        },
    ),
    scalar(
        "spark_partition_id",
        "spark_partition_id()",
        "The partition's number: there is one.",
        "spark_partition_id() → 0",
        |args, context| no_args(args, context, T::Integer),
        |call| constant(call, Value::Integer(0)),
    ),
    scalar(
        "rand",
        "rand([seed])",
        "A random number from 0 to below 1.",
        "rand()",
        bind_random,
        |call| random(call, false),
    ),
    scalar(
        "random",
        "random([seed])",
        "A random number from 0 to below 1.",
        "random()",
        bind_random,
        |call| random(call, false),
    ),
    scalar(
        "randn",
        "randn([seed])",
        "A random number of the standard normal distribution.",
        "randn()",
        bind_random,
        |call| random(call, true),
    ),
    scalar(
        "uuid",
        "uuid()",
        "A random UUID.",
        "uuid()",
        |args, context| no_args(args, context, T::String),
        |call| {
            let (seed, first) = (call.context.seed, call.context.row_offset);
            each_row(call, |row| {
                let place = (first + row as u64) * 2;
                let (a, b) = (mix(seed, place), mix(seed, place + 1));
                let (a, b) = (a & !0xf000 | 0x4000, b & !(0b11 << 62) | 1 << 63);
                Value::from(format!(
                    "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                    a >> 32,
                    a >> 16 & 0xffff,
                    a & 0xffff,
                    b >> 48,
                    b & 0xffff_ffff_ffff
                ))
            })
        },
    ),
    scalar(
        "typeof",
        "typeof(a)",
        "The name of the type.",
        "typeof(1) → int",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .returns_not_null(T::String)
        },
        |call| constant(call, Value::from(call.type_of(0).simple_string())),
    ),
    scalar(
        "raise_error",
        "raise_error(message)",
        "Fails with the message.",
        "raise_error('No books') → [USER_RAISED_EXCEPTION] No books",
        |args, context| {
            Binder::new(args, context)
                .count(1)?
                .cast(0, STRING)?
                .returns_nullable(T::Null)
        },
        |call| {
            let messages = call.strings(0)?;
            if call.context.rows > 0 && !call.is_empty() {
                return Err(FunctionError::UserRaised {
                    message: messages.get(0).unwrap_or("null").into(),
                }
                .into());
            }
            Ok(Series::full_null(
                PlSmallStr::EMPTY,
                call.len(),
                &DataType::Null,
            ))
        },
    ),
    scalar(
        "assert_true",
        "assert_true(condition[, message])",
        "NULL if the condition is true, else it fails.",
        "assert_true(0 < 1) → NULL",
        |args, context| {
            let mut binder = Binder::new(args, context).counts(1..=2)?;
            if let [condition] = binder.args.as_slice() {
                let message = format!("'{}' is not true!", super::sql_text(condition));
                binder
                    .args
                    .push(Expr::literal(Value::from(message), T::String));
            }
            binder
                .cast(0, BOOLEAN)?
                .cast(1, STRING)?
                .returns_nullable(T::Null)
        },
        |call| {
            let conditions = call.bools(0)?;
            let messages = call.strings(1)?;
            for i in 0..call.len() {
                if conditions.get(i) != Some(true) {
                    let message = messages.get(i).unwrap_or("null").to_string();
                    return Err(FunctionError::UserRaised { message }.into());
                }
            }
            Ok(Series::full_null(
                PlSmallStr::EMPTY,
                call.len(),
                &DataType::Null,
            ))
        },
    ),
];

fn constant(call: &Call<'_>, value: Value) -> Result<Series, SqlError> {
    Ok(value.to_series(call.result)?)
}

/// A value for each row of the batch, for functions whose value differs from row to row.
fn each_row(call: &Call<'_>, f: impl Fn(usize) -> Value) -> Result<Series, SqlError> {
    let values: Vec<Value> = (0..call.context.rows).map(f).collect();
    Ok(crate::types::series_from_values("", &values, call.result)?)
}

fn bind_random(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .counts(0..=1)?
        .cast(0, LONG)?
        .returns_not_null(T::Double)
}

/// SplitMix64: a number that depends on seed and place only, so that a run can be replayed.
fn mix(seed: u64, place: u64) -> u64 {
    let mut z = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn random(call: &Call<'_>, normal: bool) -> Result<Series, SqlError> {
    let Some(_) = call.args.first() else {
        let (seed, first) = (call.context.seed, call.context.row_offset);
        let unit = |n: u64| (n >> 11) as f64 / (1u64 << 53) as f64;
        return each_row(call, |row| {
            let place = (first + row as u64) * 2;
            let (x, y) = (unit(mix(seed, place)), unit(mix(seed, place + 1)));
            Value::Double(if normal {
                (-2.0 * (1.0 - x).ln()).sqrt() * (std::f64::consts::TAU * y).cos()
            } else {
                x
            })
        });
    };
    // With a seed the numbers are Spark's own, row after row.
    let mut generator = XorShift::new(call.longs(0)?.constant().unwrap_or(0));
    let mut next = || {
        if normal {
            generator.next_gaussian()
        } else {
            generator.next_double()
        }
    };
    for _ in 0..call.context.row_offset {
        next();
    }
    let values: Vec<Value> = (0..call.context.rows)
        .map(|_| Value::Double(next()))
        .collect();
    Ok(crate::types::series_from_values("", &values, call.result)?)
}

/// Spark's `XORShiftRandom`, which seeds itself by Murmur 3 and is a `java.util.Random` else.
struct XorShift {
    state: i64,
    /// Gaussian numbers come in pairs.
    spare: Option<f64>,
}

impl XorShift {
    fn new(seed: i64) -> Self {
        const ARRAY_SEED: u32 = 0x3c07_4a61;
        let bytes = seed.to_be_bytes();
        let low = super::hash::murmur_words(&bytes, ARRAY_SEED);
        let high = super::hash::murmur_words(&bytes, low);
        XorShift {
            state: (i64::from(high as i32) << 32) | i64::from(low),
            spare: None,
        }
    }

    fn next(&mut self, bits: u32) -> i64 {
        let mut n = self.state ^ (self.state << 21);
        n ^= (n as u64 >> 35) as i64;
        n ^= n << 4;
        self.state = n;
        n & ((1 << bits) - 1)
    }

    fn next_double(&mut self) -> f64 {
        let high = self.next(26) << 27;
        (high + self.next(27)) as f64 / (1i64 << 53) as f64
    }

    /// Marsaglia's polar method, as in `java.util.Random`.
    fn next_gaussian(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let x = 2.0 * self.next_double() - 1.0;
            let y = 2.0 * self.next_double() - 1.0;
            let s = x * x + y * y;
            if s < 1.0 && s != 0.0 {
                let factor = (-2.0 * s.ln() / s).sqrt();
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }
}

fn one_text(args: Vec<Expr>, context: &BindContext) -> BindResult {
    Binder::new(args, context)
        .count(1)?
        .cast(0, STRING)?
        .returns_not_null(T::Boolean)
}
