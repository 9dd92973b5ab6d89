//! Ways to break the machine on purpose, to see that the simulation notices.

#![cfg_attr(not(feature = "simulation"), allow(dead_code, unreachable_pub))]

/// What a broken machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedBug {
    /// Tells a state that was taken anew without comparing it with what was delivered.
    SkipRelistComparison,
    /// Goes on from the version of an event of the first state.
    ResumeFromInitialEvents,
    /// Takes the first bookmark for the one that ends a streamed state.
    TreatAnyBookmarkAsListEnd,
    /// Begins its waits anew after a connection that did not last.
    ResetBackoffTooEarly,
    /// Delivers what a cut connection has left of an event.
    DeliverTruncatedEvents,
    /// Leaves out one of the objects that have vanished.
    DropSyntheticDelete,
    /// Lets a state's version count before all of the state was delivered.
    AdvanceVersionTooEarly,
    /// Does not mind that a name stands for another object now.
    IgnoreChangedUid,
    /// Believes every server that it has reached the version that it is asked to go on from.
    SkipVersionProbe,
    /// Takes what has a known version for unchanged, though the server was set back.
    TrustVersionsAfterRollback,
}

impl InjectedBug {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SkipRelistComparison,
        Self::ResumeFromInitialEvents,
        Self::TreatAnyBookmarkAsListEnd,
        Self::ResetBackoffTooEarly,
        Self::DeliverTruncatedEvents,
        Self::DropSyntheticDelete,
        Self::AdvanceVersionTooEarly,
        Self::IgnoreChangedUid,
        Self::SkipVersionProbe,
        Self::TrustVersionsAfterRollback,
    ];
}
