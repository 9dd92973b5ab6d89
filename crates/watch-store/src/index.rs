//! The tables of indexes, by the places of objects.

pub(crate) mod labels;
pub(crate) mod postings;
pub(crate) mod slot_set;
pub(crate) mod user_index;
