//! How large the journal grows, and how it is merged.

/// How large the journal grows, and how it is merged. The simulation has smaller ones, so as to meet every step.
#[derive(Clone, Copy, Debug)]
pub struct JournalSettings {
    /// Its length in bytes at which it is merged into the database.
    pub capacity: usize,
    /// By how many bytes of zeros it grows: where they stand already, a commit need not wait for the file system to
    /// record a new length.
    pub step: usize,
    /// How many rows are merged in one transaction: the database keeps the pages that a transaction replaces until the
    /// next one, and is larger by them.
    pub slice: usize,
    /// What is done wrongly on purpose.
    #[cfg(feature = "simulation")]
    pub sabotage: Option<JournalSabotage>,
}

#[cfg_attr(
    not(feature = "simulation"),
    allow(unreachable_pub, reason = "only the simulation names it")
)]
/// A fault in the treatment of the journal, which the simulation must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalSabotage {
    /// Records of an earlier generation are applied again.
    ApplyStale,
    /// A record that is not whole is applied as far as it goes.
    ApplyHalf,
    /// The next generation begins before the records of this one are in the database.
    ForgetRecords,
}

impl JournalSettings {
    /// Those of a file.
    pub const FILE: Self = Self {
        capacity: 2_000_000,
        step: 64 << 10,
        slice: 4_096,
        #[cfg(feature = "simulation")]
        sabotage: None,
    };

    #[cfg(feature = "simulation")]
    pub(super) fn is_sabotaged(&self, sabotage: JournalSabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    #[cfg(not(feature = "simulation"))]
    #[allow(clippy::unused_self, reason = "as with the feature")]
    pub(super) fn is_sabotaged(&self, _: JournalSabotage) -> bool {
        false
    }
}
