//! The table of a kind: which row is chosen, and in which order and part the rows are shown.

pub(crate) mod order;
pub(crate) mod selection;
pub(crate) mod sort;
