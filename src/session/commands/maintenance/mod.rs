//! What keeps a table in shape: `OPTIMIZE`, `VACUUM`, `RESTORE`.

mod optimize;
mod restore;
mod vacuum;

pub(super) use optimize::optimize;
pub(super) use restore::restore;
pub(super) use vacuum::{Vacuum, vacuum};
