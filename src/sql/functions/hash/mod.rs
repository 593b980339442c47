//! Hashes: Spark's own (`hash`, `xxhash64`) and digests.

mod digest;
mod spark;

pub(super) use spark::murmur_words;

use super::bind::{BINARY, BindResult, INT};
use super::{BindContext, Binder, Call, Function, Mismatch, scalar};
use crate::sql::error::SqlError;
use crate::sql::plan::Expr;
use crate::types::{DataType as T, Value};
use polars_core::prelude::Series;

macro_rules! digest {
    ($name:literal, $usage:literal, $what:literal, $example:literal, $result:expr, $f:expr) => {
        scalar(
            $name,
            $usage,
            $what,
            $example,
            |args, context| {
                Binder::new(args, context)
                    .count(1)?
                    .cast(0, BINARY)?
                    .returns($result)
            },
            |call| {
                let bytes = call.binaries(0)?;
                call.out(|i| bytes.get(i).map($f))
            },
        )
    };
}

/// Hash functions.
pub(super) static HASH: &[Function] = &[
    digest!(
        "md5",
        "md5(bytes)",
        "The MD5 digest in hexadecimal.",
        "md5('Spark') → 8cde774d6f7333752ed72cacddb05126",
        T::String,
        |b| hex(&digest::md5(b))
    ),
    digest!(
        "sha",
        "sha(bytes)",
        "The SHA-1 digest in hexadecimal.",
        "sha('Spark') → 85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c",
        T::String,
        |b| hex(&digest::sha1(b))
    ),
    digest!(
        "sha1",
        "sha1(bytes)",
        "The SHA-1 digest in hexadecimal.",
        "sha1('Spark') → 85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c",
        T::String,
        |b| hex(&digest::sha1(b))
    ),
    digest!(
        "crc32",
        "crc32(bytes)",
        "The cyclic redundancy check.",
        "crc32('Spark') → 1557323817",
        T::Long,
        digest::crc32
    ),
    scalar(
        "sha2",
        "sha2(bytes, bits)",
        "The SHA-2 digest of 224, 256, 384 or 512 bits in hexadecimal; 0 is 256.",
        "sha2('Spark', 256) → 529bc3b07127ecb7e53a4dcf1991d9152c24537d919178022b2c42657f79a26b",
        |args, context| {
            Binder::new(args, context)
                .count(2)?
                .cast(0, BINARY)?
                .cast(1, INT)?
                .returns_nullable(T::String)
        },
        |call| {
            let (bytes, bits) = (call.binaries(0)?, call.ints(1)?);
            call.out(|i| digest::sha2(bytes.get(i)?, bits.get(i)?).map(|d| hex(&d)))
        },
    ),
    scalar(
        "hash",
        "hash(a, …)",
        "Spark's 32-bit hash (Murmur 3) of the values.",
        "hash('Spark', array(123), 2) → -1321691492",
        |args, context| bind_hash(args, context, T::Integer),
        |call| {
            fold(call, |values, types| {
                let seed = values
                    .iter()
                    .zip(types)
                    .fold(42, |h, (v, t)| spark::murmur(v, t, h));
                Value::Integer(seed as i32)
            })
        },
    ),
    scalar(
        "xxhash64",
        "xxhash64(a, …)",
        "Spark's 64-bit hash (xxHash) of the values.",
        "xxhash64('Spark', array(123), 2) → 5602566077635097486",
        |args, context| bind_hash(args, context, T::Long),
        |call| {
            fold(call, |values, types| {
                let seed = values
                    .iter()
                    .zip(types)
                    .fold(42, |h, (v, t)| spark::xxhash(v, t, h));
                Value::Long(seed as i64)
            })
        },
    ),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn has_map(data_type: &T) -> bool {
    match data_type {
        T::Map { .. } => true,
        T::Array { element, .. } => has_map(element),
        T::Struct(s) => s.fields.iter().any(|f| has_map(&f.data_type)),
        _ => false,
    }
}

fn bind_hash(args: Vec<Expr>, context: &BindContext, result: T) -> BindResult {
    let binder = Binder::new(args, context).at_least(1)?;
    if binder.args.iter().any(|a| has_map(&a.data_type)) {
        return Err(binder.mismatch(Mismatch::HashMapType {
            function: binder.name(),
        }));
    }
    binder.returns_not_null(result)
}

fn fold(call: &Call<'_>, f: impl Fn(&[&Value], &[&T]) -> Value) -> Result<Series, SqlError> {
    call.rows(|values| Ok(f(values, call.types)))
}
