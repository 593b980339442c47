//! Actions.

/// A data file of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct AddFile {}
