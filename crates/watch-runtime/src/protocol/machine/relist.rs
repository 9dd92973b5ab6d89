//! Taking the server's state: at the beginning, and to repair a gap.
//!
//! Each object is compared with what was delivered: what is new is told as ADDED, what has changed as
//! MODIFIED, and at the end what is no longer there as DELETED. At the beginning nothing was delivered,
//! so all is ADDED; but where taking the state was interrupted and starts over, nothing is told twice.

use bytes::Bytes;

use crate::protocol::error::Kind;
use crate::protocol::event::{EventType, Origin};
use crate::protocol::identity::Identity;
use crate::protocol::index::{Comparison, Index};
use crate::protocol::list_body::PageMetadata;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::injected_bug::InjectedBug;
use crate::protocol::machine::state::{Relist, State};
use crate::protocol::machine::step::Delivery;
use crate::protocol::tombstone;
use crate::protocol::version::is_older;

impl Machine {
    /// The state is to be taken, from its first object on.
    pub(super) fn start_relist(&mut self, origin: Origin, streaming: bool) {
        self.requests_oldest_event = false;
        self.relist = Some(Relist {
            origin,
            streaming,
            continue_token: None,
            completed_at: None,
            done: 0,
            remaining: None,
        });
    }

    /// The state is asked for from its first object on, perhaps not for the first time: what came of it
    /// before may be of an older state.
    pub(super) fn begin_relist_attempt(&mut self) {
        if let Some(index) = &mut self.watcher_state.index {
            index.begin_generation();
        }
        if let Some(relist) = &mut self.relist {
            relist.done = 0;
        }
    }

    /// An object of the state has come: tells what is new about it.
    pub(super) fn compare_with_delivered(&mut self, object: Bytes, identity: Identity) {
        let Some(relist) = &mut self.relist else { return };
        relist.done += 1;
        relist.remaining = relist.remaining.map(|n| n.saturating_sub(1));
        let origin = relist.origin;
        let skips = self.has_bug(InjectedBug::SkipRelistComparison);
        let compared = match &mut self.watcher_state.index {
            Some(index) if !skips => index.compare(&identity),
            _ => Comparison::New,
        };
        let etype = match compared {
            Comparison::Unchanged => return,
            Comparison::Changed => EventType::Modified,
            Comparison::New => EventType::Added,
            Comparison::Replaces(old) => {
                self.push_synthetic_delete(old);
                EventType::Added
            }
        };
        self.pending.push_back(Delivery { etype, origin, object, identity });
    }

    /// All of the state has come, as it was at this version.
    pub(super) fn list_complete(&mut self, version: String) {
        if self.version().is_some_and(|ours| is_older(&version, ours)) && !self.versions_untrusted()
        {
            // What was told of it is right, but not what was left out for its known version.
            return self.handle_rollback(version);
        }
        let missing_from_list = self.watcher_state.index.as_ref().map(Index::missing_from_list);
        let mut missing_from_list = missing_from_list.unwrap_or_default();
        if self.has_bug(InjectedBug::DropSyntheticDelete) {
            missing_from_list.pop();
        }
        for identity in missing_from_list {
            self.push_synthetic_delete(identity);
        }
        if self.has_bug(InjectedBug::AdvanceVersionTooEarly) {
            self.version = Some(version.clone());
        }
        if let Some(relist) = &mut self.relist {
            relist.completed_at = Some(version);
        }
    }

    /// All that the state brought has been delivered. From here on, its version counts.
    pub(super) fn sync_complete(&mut self, version: String) {
        if self.relist.take().is_some_and(|relist| relist.origin == Origin::Repair) {
            self.status.repairs += 1;
        }
        #[cfg(feature = "kube-runtime")]
        {
            self.watcher_state.has_synced = true;
        }
        if let Some(index) = &mut self.watcher_state.index {
            index.mark_synced();
        }
        self.failures.version_confirmed();
        #[cfg(feature = "simulation")]
        {
            self.synced_version = Some(version.clone());
        }
        self.version = Some(version);
        self.version_changed = true;
    }

    /// A page of the list has come to its end.
    pub(super) fn page_complete(&mut self, end: PageMetadata) {
        let Some(version) = end.version else {
            return self.end_with(Kind::malformed(
                "a list without a resourceVersion",
                "metadata.resourceVersion is absent",
            ));
        };
        self.state = State::Ready;
        let Some(relist) = &mut self.relist else { return };
        relist.remaining = end.remaining.or(end.continue_token.is_none().then_some(0));
        relist.continue_token = end.continue_token;
        if relist.continue_token.is_none() {
            self.list_complete(version);
        }
    }

    /// An object is gone, and nobody has said so.
    pub(super) fn push_synthetic_delete(&mut self, identity: Identity) {
        let kept =
            self.watcher_state.index.as_mut().and_then(|index| index.stored_object(&identity));
        let object = kept.unwrap_or_else(|| tombstone::build(self.requests.resource(), &identity));
        self.pending.push_back(Delivery {
            etype: EventType::Deleted,
            origin: Origin::Repair,
            object,
            identity,
        });
    }
}
