//! What is known of the present transaction.

/// Where a session is between batches. A future that is dropped leaves the phase that it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// No transaction is open.
    Idle,
    /// Messages are being stored, or were until that was given up.
    Delivering,
    /// The messages of a batch are in the transaction.
    Delivered,
    /// A commit has begun, and has not succeeded.
    Committing {
        /// Whether the transaction has a batch, which must be delivered again.
        with_batch: bool,
    },
}

impl Phase {
    /// Returns whether what was stored since the last commit must be delivered again before the next one.
    pub(super) fn has_lost_a_batch(self) -> bool {
        matches!(self, Self::Delivering | Self::Committing { with_batch: true })
    }

    /// Returns whether a transaction may be open whose content is not wanted.
    pub(super) fn is_unclear(self) -> bool {
        !matches!(self, Self::Idle | Self::Delivered)
    }
}
