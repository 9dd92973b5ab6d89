//! Bugs that can be injected into the machine, to check that the simulation catches them.

#![cfg_attr(not(feature = "simulation"), allow(dead_code, unreachable_pub))]

/// A bug to inject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedBug {
    /// A relist delivers every object without comparing it with the index.
    SkipRelistComparison,
    /// The version of an initial event becomes the stream's.
    ResumeFromInitialEvents,
    /// Any bookmark ends a streaming list.
    TreatAnyBookmarkAsListEnd,
    /// Every disconnect resets the backoff.
    ResetBackoffTooEarly,
    /// The truncated event at the end of a broken connection is delivered.
    DeliverTruncatedEvents,
    /// A relist omits one synthetic delete.
    DropSyntheticDelete,
    /// The version advances when the list is complete, before its events are delivered.
    AdvanceVersionTooEarly,
    /// A changed uid under the same name is ignored.
    IgnoreChangedUid,
    /// No version probe is sent after an idle timeout.
    SkipVersionProbe,
    /// Versions are trusted after a rollback.
    TrustVersionsAfterRollback,
    /// A deletion of an object that the consumer does not have is delivered.
    DeliverUnknownDeletions,
    /// Watches that end at once lead to no relist.
    IgnoreHiddenGaps,
    /// A list that was stopped is not completed: the next stream watches from the version before it.
    ForgetUnfinishedLists,
    /// Objects without a version count as unchanged.
    IgnoreContent,
    /// Lists without versions, and events without versions, are followed by a watch from the version before them.
    ResumeWithoutVersions,
    /// Several objects of one name are forgotten once a watch begins.
    ForgetNamesakes,
    /// An object without a uid is not matched by its name.
    IgnoreNamesWithoutUid,
    /// A list that ends in the middle counts as complete.
    AcceptHalfLists,
    /// Silent watches lead to no relist.
    IgnoreSilentWatches,
    /// A 5xx ends a stream.
    EndOnServerErrors,
    /// `Retry-After` is not obeyed.
    IgnoreRetryAfter,
    /// Each line of a watch counts as an event.
    TakeLinesForEvents,
    /// A page that fails is requested again for ever.
    RetryPagesForever,
}

impl InjectedBug {
    /// All bugs.
    pub const ALL: [Self; 23] = [
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
        Self::DeliverUnknownDeletions,
        Self::IgnoreHiddenGaps,
        Self::ForgetUnfinishedLists,
        Self::IgnoreContent,
        Self::ResumeWithoutVersions,
        Self::ForgetNamesakes,
        Self::IgnoreNamesWithoutUid,
        Self::AcceptHalfLists,
        Self::IgnoreSilentWatches,
        Self::EndOnServerErrors,
        Self::IgnoreRetryAfter,
        Self::TakeLinesForEvents,
        Self::RetryPagesForever,
    ];
}
