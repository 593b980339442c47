//! Numbers that look random and follow from a seed and a position, so that any part of the data
//! can be made without the rest.

/// Draws for one thing, such as an order.
#[derive(Debug, Clone)]
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// `stream` tells kinds of things apart, `index` the things of a kind.
    pub fn new(seed: u64, stream: u64, index: u64) -> Self {
        let mut dice = Dice {
            state: seed ^ stream.wrapping_mul(0xa076_1d64_78bd_642f),
        };
        dice.state = dice.next() ^ index.wrapping_mul(0xe703_7ed1_a0b4_28db);
        dice.next();
        dice
    }

    /// SplitMix64.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `end`; 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        match end {
            0 => 0,
            _ => (self.next() % end as u64) as usize,
        }
    }

    /// One of several.
    pub fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let at = self.below(choices.len());
        choices.get(at).copied().unwrap_or_default()
    }

    /// The position whose weight the draw hits.
    pub fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut draw = self.below(weights.iter().sum());
        for (i, weight) in weights.iter().enumerate() {
            if draw < *weight {
                return i;
            }
            draw -= weight;
        }
        0
    }
}

/// A shuffle of `0..len`, which tells where a position goes without a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shuffle {
    len: usize,
    factor: usize,
    shift: usize,
}

impl Shuffle {
    pub fn new(len: usize, mut dice: Dice) -> Self {
        let len = len.max(1);
        let mut factor = len / 3 + dice.below(len / 3 + 1);
        while gcd(factor, len) != 1 {
            factor += 1;
        }
        Shuffle {
            len,
            factor,
            shift: dice.below(len),
        }
    }

    pub fn at(&self, position: usize) -> usize {
        let position = (position % self.len) as u128;
        ((position * self.factor as u128 + self.shift as u128) % self.len as u128) as usize
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
