//! Ways to break the machine on purpose, to see that the simulation notices.

#![cfg_attr(not(feature = "simulation"), allow(dead_code, unreachable_pub))]

/// What a broken machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedBug {
    /// Tells a state that was taken anew without comparing it with what was delivered.
    SkipsTheComparison,
    /// Goes on from the version of an event of the first state.
    ResumesFromInitialEvents,
    /// Takes the first bookmark for the one that ends a streamed state.
    TakesAnyBookmarkForTheEnd,
    /// Begins its waits anew after a connection that did not last.
    ForgetsFailuresTooEarly,
    /// Delivers what a cut connection has left of an event.
    DeliversFragments,
    /// Leaves out one of the objects that have vanished.
    ForgetsADeletion,
    /// Lets a state's version count before all of the state was delivered.
    MovesOnTooEarly,
    /// Does not mind that a name stands for another object now.
    OverlooksALostDeletion,
    /// Believes every server that it has reached the version that it is asked to go on from.
    BelievesEveryVersion,
    /// Takes what has a known version for unchanged, though the server was set back.
    TrustsVersionsAfterASetBack,
}

impl InjectedBug {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SkipsTheComparison,
        Self::ResumesFromInitialEvents,
        Self::TakesAnyBookmarkForTheEnd,
        Self::ForgetsFailuresTooEarly,
        Self::DeliversFragments,
        Self::ForgetsADeletion,
        Self::MovesOnTooEarly,
        Self::OverlooksALostDeletion,
        Self::BelievesEveryVersion,
        Self::TrustsVersionsAfterASetBack,
    ];
}
