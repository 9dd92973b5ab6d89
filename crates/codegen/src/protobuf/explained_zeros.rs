//! What the zeros of fields mean that no Go file at hand has.

use crate::facts::Zero;

/// Optional scalars of a definition, in the releases from the first to the last.
pub(super) struct Explanation {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) definition: &'static str,
    pub(super) properties: &'static [&'static str],
    pub(super) zero: Zero,
    /// How it was found out.
    pub(super) why: &'static str,
}

/// Ordered by release. An entry that is not needed is an error.
pub(super) const TABLE: &[Explanation] = &[];
