//! Operators: arithmetic, comparison, logic, bits.

mod arithmetic;
mod bits;
mod compare;
mod decimal;
mod logic;
mod temporal;

pub(super) use arithmetic::{ARITHMETIC, negate_values};
pub(super) use bits::BITS;
pub(super) use compare::COMPARISON;
pub(super) use logic::LOGIC;
