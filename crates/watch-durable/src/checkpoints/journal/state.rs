//! What the database says of its journal, and where in that the records are.

use crate::checkpoints::journal::frame::Id;

/// Where the first record is: the header has a page of its own.
pub(super) const RECORDS: usize = 4_096;

/// What the database says of its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) id: Id,
    /// How often the journal was merged.
    pub(crate) generation: u64,
    /// Whether the journal may have commits of this generation.
    pub(crate) is_begun: bool,
}
