//! Time and ids, the two things a run would otherwise take from the world.
//!
//! Both belong to the session, so that a test replays a run to the byte.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Who uses the session: `current_user()`, and the notebook's context.
pub const USER: &str = "student@example.com";

/// What time it is.
pub trait Clock: Send + Sync {
    /// Milliseconds since the epoch. Never runs backwards within a session.
    fn now_ms(&self) -> i64;

    /// Microseconds since the epoch, for `current_timestamp()`.
    fn now_us(&self) -> i64 {
        self.now_ms() * 1000
    }
}

/// Where ids of tables, queries, runs and files come from.
pub trait IdSource: Send + Sync {
    /// 128 bits that no earlier call returned.
    fn next_bits(&self) -> u128;
}

/// A clock and an id source.
#[derive(Clone)]
pub struct Env {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
}

impl Env {
    /// A random (version 4) UUID in its usual text form.
    pub fn new_uuid(&self) -> String {
        let mut bytes = self.ids.next_bits().to_be_bytes();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        format!(
            "{}-{}-{}-{}-{}",
            &hex[0..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..32]
        )
    }

    /// A clock that moves one millisecond with every reading, and ids from a counter:
    /// the same calls give the same answers.
    pub fn deterministic(start_ms: i64, seed: u64) -> Env {
        Env {
            clock: Arc::new(SteppingClock {
                now: AtomicI64::new(start_ms),
            }),
            ids: Arc::new(SeededIds::new(u128::from(seed))),
        }
    }
}

/// A clock that moves one millisecond with every reading.
pub struct SteppingClock {
    now: AtomicI64,
}

impl SteppingClock {
    /// Moves the clock ahead.
    pub fn advance_ms(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for SteppingClock {
    fn now_ms(&self) -> i64 {
        self.now.fetch_add(1, Ordering::Relaxed)
    }
}

/// Ids from a seed: SplitMix64 over a counter. Seeded with real entropy outside tests.
pub struct SeededIds {
    seed: u128,
    count: AtomicU64,
}

impl SeededIds {
    pub fn new(seed: u128) -> Self {
        SeededIds {
            seed,
            count: AtomicU64::new(0),
        }
    }
}

impl IdSource for SeededIds {
    fn next_bits(&self) -> u128 {
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        let (high, low) = ((self.seed >> 64) as u64, self.seed as u64);
        let a = split_mix(high ^ split_mix(n));
        let b = split_mix(low.wrapping_add(split_mix(!n)) ^ a);
        (u128::from(a) << 64) | u128::from(b)
    }
}

fn split_mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
