//! Spark's Murmur 3 and xxHash: NULL leaves the hash as it is; arrays and structs go through
//! their parts in order.
//!
//! Source: Catalyst's `HashExpression`, `Murmur3_x86_32` (whose tail bytes are each mixed as a
//! word) and `XXH64`.

use crate::types::{DataType as T, Value};

/// What a value is hashed as.
enum Word<'a> {
    Int(i32),
    Long(i64),
    Bytes(&'a [u8]),
    Owned(Vec<u8>),
}

fn word<'a>(value: &'a Value, data_type: &T) -> Option<Word<'a>> {
    Some(match value {
        Value::Boolean(b) => Word::Int(i32::from(*b)),
        Value::Byte(n) => Word::Int(i32::from(*n)),
        Value::Short(n) => Word::Int(i32::from(*n)),
        Value::Integer(n) | Value::Date(n) | Value::YearMonthInterval(n) => Word::Int(*n),
        Value::Long(n)
        | Value::Timestamp(n)
        | Value::TimestampNtz(n)
        | Value::DayTimeInterval(n) => Word::Long(*n),
        Value::Float(x) => Word::Int(if *x == 0.0 { 0 } else { x.to_bits() as i32 }),
        Value::Double(x) => Word::Long(if *x == 0.0 { 0 } else { x.to_bits() as i64 }),
        Value::Decimal(n) => match data_type {
            T::Decimal { precision, .. } if *precision <= 18 => Word::Long(*n as i64),
            _ => Word::Owned(big_integer_bytes(*n)),
        },
        Value::String(s) => Word::Bytes(s.as_bytes()),
        Value::Binary(b) => Word::Bytes(b),
        _ => return None,
    })
}

/// Java's `BigInteger.toByteArray`: big-endian, as short as the sign allows.
fn big_integer_bytes(n: i128) -> Vec<u8> {
    let bytes = n.to_be_bytes();
    let sign = if n < 0 { 0xff } else { 0 };
    let skip = bytes
        .windows(2)
        .take_while(|w| matches!(w, [a, b] if *a == sign && (b & 0x80 == 0x80) == (n < 0)))
        .count();
    bytes.get(skip..).unwrap_or(&bytes).to_vec()
}

/// Folds a value into a Murmur 3 hash.
pub(super) fn murmur(value: &Value, data_type: &T, seed: u32) -> u32 {
    match (value, data_type) {
        (Value::Array(items), T::Array { element, .. }) => {
            items.iter().fold(seed, |h, v| murmur(v, element, h))
        }
        (Value::Struct(values), T::Struct(s)) => values
            .iter()
            .zip(&s.fields)
            .fold(seed, |h, (v, f)| murmur(v, &f.data_type, h)),
        _ => match word(value, data_type) {
            None => seed,
            Some(Word::Int(n)) => finish(mix(seed, n as u32), 4),
            Some(Word::Long(n)) => {
                let h = mix(seed, n as u32);
                finish(mix(h, (n as u64 >> 32) as u32), 8)
            }
            Some(Word::Bytes(b)) => murmur_bytes(b, seed),
            Some(Word::Owned(b)) => murmur_bytes(&b, seed),
        },
    }
}

fn murmur_bytes(bytes: &[u8], seed: u32) -> u32 {
    let mut chunks = bytes.chunks_exact(4);
    let mut h = seed;
    for chunk in &mut chunks {
        h = mix(h, chunk.try_into().map_or(0, u32::from_le_bytes));
    }
    for &b in chunks.remainder() {
        h = mix(h, b as i8 as u32);
    }
    finish(h, bytes.len() as u32)
}

/// Murmur 3 of bytes in whole words, as `scala.util.hashing` computes it.
pub(in crate::sql::functions) fn murmur_words(bytes: &[u8], seed: u32) -> u32 {
    let hash = bytes.chunks_exact(4).fold(seed, |h, word| {
        mix(h, word.try_into().map_or(0, u32::from_le_bytes))
    });
    finish(hash, bytes.len() as u32)
}

fn mix(h: u32, k: u32) -> u32 {
    let k = k
        .wrapping_mul(0xcc9e_2d51)
        .rotate_left(15)
        .wrapping_mul(0x1b87_3593);
    (h ^ k)
        .rotate_left(13)
        .wrapping_mul(5)
        .wrapping_add(0xe654_6b64)
}

fn finish(h: u32, length: u32) -> u32 {
    let mut h = h ^ length;
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

const P1: u64 = 0x9E37_79B1_85EB_CA87;
const P2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const P3: u64 = 0x1656_67B1_9E37_79F9;
const P4: u64 = 0x85EB_CA77_C2B2_AE63;
const P5: u64 = 0x27D4_EB2F_1656_67C5;

/// Folds a value into an xxHash.
pub(super) fn xxhash(value: &Value, data_type: &T, seed: u64) -> u64 {
    match (value, data_type) {
        (Value::Array(items), T::Array { element, .. }) => {
            items.iter().fold(seed, |h, v| xxhash(v, element, h))
        }
        (Value::Struct(values), T::Struct(s)) => values
            .iter()
            .zip(&s.fields)
            .fold(seed, |h, (v, f)| xxhash(v, &f.data_type, h)),
        _ => match word(value, data_type) {
            None => seed,
            Some(Word::Int(n)) => {
                let h = seed.wrapping_add(P5).wrapping_add(4);
                avalanche(round_four(h, n as u32))
            }
            Some(Word::Long(n)) => {
                let h = seed.wrapping_add(P5).wrapping_add(8);
                avalanche(round_eight(h, n as u64))
            }
            Some(Word::Bytes(b)) => xxhash_bytes(b, seed),
            Some(Word::Owned(b)) => xxhash_bytes(&b, seed),
        },
    }
}

fn round_four(h: u64, n: u32) -> u64 {
    (h ^ u64::from(n).wrapping_mul(P1))
        .rotate_left(23)
        .wrapping_mul(P2)
        .wrapping_add(P3)
}

fn round_eight(h: u64, n: u64) -> u64 {
    (h ^ lane(0, n))
        .rotate_left(27)
        .wrapping_mul(P1)
        .wrapping_add(P4)
}

fn lane(v: u64, n: u64) -> u64 {
    v.wrapping_add(n.wrapping_mul(P2))
        .rotate_left(31)
        .wrapping_mul(P1)
}

fn avalanche(mut h: u64) -> u64 {
    h = (h ^ (h >> 33)).wrapping_mul(P2);
    h = (h ^ (h >> 29)).wrapping_mul(P3);
    h ^ (h >> 32)
}

fn xxhash_bytes(bytes: &[u8], seed: u64) -> u64 {
    let word = |b: &[u8]| b.try_into().map_or(0, u64::from_le_bytes);
    let mut blocks = bytes.chunks_exact(32);
    let mut h = if bytes.len() >= 32 {
        let mut lanes = [
            seed.wrapping_add(P1).wrapping_add(P2),
            seed.wrapping_add(P2),
            seed,
            seed.wrapping_sub(P1),
        ];
        for block in &mut blocks {
            for (v, part) in lanes.iter_mut().zip(block.chunks_exact(8)) {
                *v = lane(*v, word(part));
            }
        }
        let [a, b, c, d] = lanes;
        let mut h = a
            .rotate_left(1)
            .wrapping_add(b.rotate_left(7))
            .wrapping_add(c.rotate_left(12))
            .wrapping_add(d.rotate_left(18));
        for v in lanes {
            h = (h ^ lane(0, v)).wrapping_mul(P1).wrapping_add(P4);
        }
        h
    } else {
        seed.wrapping_add(P5)
    };
    h = h.wrapping_add(bytes.len() as u64);
    let mut eights = blocks.remainder().chunks_exact(8);
    for part in &mut eights {
        h = round_eight(h, word(part));
    }
    let mut fours = eights.remainder().chunks_exact(4);
    for part in &mut fours {
        h = round_four(h, part.try_into().map_or(0, u32::from_le_bytes));
    }
    for &b in fours.remainder() {
        h = (h ^ u64::from(b).wrapping_mul(P5))
            .rotate_left(11)
            .wrapping_mul(P1);
    }
    avalanche(h)
}
