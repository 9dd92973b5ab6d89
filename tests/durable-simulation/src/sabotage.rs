//! Faults in the writing of checkpoints, each of which the simulation must notice.

use watch_durable::Batch;
use watch_durable::testing::JournalSabotage;
use watch_protocol::machine::Position;

/// A fault in the writing of checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A commit of some events has the position of later ones.
    AheadOfEvents,
    /// The sink and the checkpoint are written one after the other.
    TwoTransactions,
    /// Deleted objects are not removed.
    KeepDeletedObjects,
    /// Every second object of a commit is not written.
    ForgetObjects,
    /// That a list was interrupted is not written.
    ForgetRelist,
    /// What was delivered before the server was rolled back counts as delivered since.
    TrustAll,
    /// The journal is not synced.
    IgnoreSyncsOfJournal,
    /// See [`JournalSabotage`].
    Journal(JournalSabotage),
}

impl Sabotage {
    /// Each fault.
    pub const ALL: &[Self] = &[
        Self::AheadOfEvents,
        Self::TwoTransactions,
        Self::KeepDeletedObjects,
        Self::ForgetObjects,
        Self::ForgetRelist,
        Self::TrustAll,
        Self::IgnoreSyncsOfJournal,
        Self::Journal(JournalSabotage::ApplyStale),
        Self::Journal(JournalSabotage::ApplyHalf),
        Self::Journal(JournalSabotage::ForgetRecords),
    ];

    pub(crate) fn of_journal(self) -> Option<JournalSabotage> {
        match self {
            Self::Journal(sabotage) => Some(sabotage),
            _ => None,
        }
    }

    pub(crate) fn position(self, position: Position) -> Position {
        match self {
            Self::ForgetRelist => Position { needs_relist: false, ..position },
            Self::TrustAll => Position { rollbacks: 0, ..position },
            _ => position,
        }
    }

    pub(crate) fn batch(self, mut batch: Batch) -> Batch {
        match self {
            Self::KeepDeletedObjects => batch.removals.clear(),
            Self::ForgetObjects => {
                let mut odd = false;
                batch.puts.retain(|row| {
                    odd ^= row.key.starts_with(b"o");
                    odd || !row.key.starts_with(b"o")
                });
            }
            _ => {}
        }
        batch
    }
}
