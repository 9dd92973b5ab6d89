//! Lists: the initial list, and the relist that repairs a gap.
//!
//! Each listed object is compared with the index of what was delivered. A new object is delivered
//! as ADDED, a changed one as MODIFIED, and when the list is complete, each indexed object that it
//! lacks as DELETED. On the initial list the index is empty, so every object is ADDED. A list that
//! is interrupted and restarted delivers nothing twice. An item without a name cannot be compared: it
//! becomes an error item.

use std::time::Instant;

use crate::event::{EventType, Origin};
use crate::identity::Identity;
use crate::index::{Comparison, Index, Seen};
use crate::machine::core::Machine;
use crate::machine::injected_bug::InjectedBug;
use crate::machine::seen_tokens::SeenTokens;
use crate::machine::state::{ListVersion, Relist, State};
use crate::machine::step::Delivery;
use crate::raw_object::RawObject;
use crate::status::Cause;
use crate::tombstone;
use crate::version::is_older;

/// How often a streaming list is tried before a paged one takes its place.
const STREAMING_LIST_ATTEMPTS: u32 = 2;

impl Machine {
    /// Starts a list from its first object.
    pub(super) fn start_relist(&mut self, origin: Origin, streaming: bool) {
        self.requests_oldest_event = false;
        self.watcher_state.needs_relist = !self.has_bug(InjectedBug::ForgetUnfinishedLists);
        let pages_before =
            self.relist.as_ref().map_or(0, |relist| relist.pages.max(relist.pages_before));
        self.relist = Some(Relist {
            origin,
            streaming,
            continue_token: None,
            seen_tokens: SeenTokens::default(),
            completed: None,
            pages: 0,
            pages_before,
            page_failures: 0,
            empty_pages: 0,
            known: 0,
            done: 0,
            of_other_shards: 0,
            remaining: None,
        });
    }

    /// Prepares the request of a list's first page. On a retry, objects of an earlier attempt may
    /// be outdated, so a new generation begins.
    pub(super) fn begin_relist_attempt(&mut self) {
        if let Some(index) = &mut self.watcher_state.index {
            index.begin_generation();
        }
        if let Some(relist) = &mut self.relist {
            relist.done = 0;
            relist.of_other_shards = 0;
            relist.seen_tokens = SeenTokens::default();
        }
    }

    /// Takes note of an object of a streaming list.
    pub(super) fn initial_object_received(&mut self, identity: &Identity, now: Instant) {
        let index = self.watcher_state.index.as_mut();
        let is_repeated = index.is_some_and(|index| index.has_listed(identity));
        if let State::Watching { initial, .. } = &mut self.state {
            initial.received(is_repeated, now);
        }
    }

    /// Takes note of an event that is not an initial object, perhaps of a streaming list.
    pub(super) fn change_received(&mut self) {
        if let State::Watching { initial, .. } = &mut self.state {
            initial.change_received();
        }
    }

    /// Compares a listed object with what was delivered, and queues the event that results.
    pub(super) fn compare_with_delivered(&mut self, object: RawObject, mut identity: Identity) {
        let Some(relist) = &mut self.relist else { return };
        relist.done += 1;
        relist.remaining = relist.remaining.map(|n| n.saturating_sub(1));
        if self.is_of_another_shard(&identity) {
            return self.object_of_another_shard_listed();
        }
        let Some(relist) = &self.relist else { return };
        let origin = relist.origin;
        let skip = self.has_bug(InjectedBug::SkipRelistComparison)
            || (identity.uid.is_empty() && self.has_bug(InjectedBug::IgnoreNamesWithoutUid));
        let ignores_content = self.has_bug(InjectedBug::IgnoreContent);
        let comparison = match &mut self.watcher_state.index {
            Some(index) if !skip && identity.is_named() => {
                if !ignores_content {
                    identity.hash_unversioned(&object);
                }
                index.compare(&identity, Seen::InList)
            }
            _ => Comparison::New,
        };
        let etype = match comparison {
            Comparison::Unchanged => return,
            Comparison::Changed | Comparison::Outdated => EventType::Modified,
            Comparison::New => EventType::Added,
            Comparison::Replaces(old) => {
                self.push_synthetic_delete(old);
                EventType::Added
            }
        };
        self.pending.push_back(Delivery { etype, origin, object, identity });
    }

    /// The list is complete, at this resource version if it has one. Indexed objects that it lacks were deleted.
    pub(super) fn list_complete(&mut self, version: Option<String>) {
        if let Some(version) = &version
            && self.version().is_some_and(|ours| is_older(version, ours))
            && !self.versions_untrusted()
        {
            // The changed objects were delivered correctly, but those skipped as unchanged may have
            // changed: after a rollback, the same version can stand for something else.
            return self.handle_rollback(version.clone());
        }
        let missing = self.watcher_state.index.as_ref().map(Index::missing_from_list);
        let mut missing = missing.unwrap_or_default();
        if self.has_bug(InjectedBug::DropSyntheticDelete) {
            missing.pop();
        }
        for identity in missing {
            self.push_synthetic_delete(identity);
        }
        if self.has_bug(InjectedBug::AdvanceVersionTooEarly) {
            self.version.clone_from(&version);
        }
        if let Some(relist) = &mut self.relist {
            relist.completed = Some(ListVersion(version));
        }
    }

    /// All events of the list were delivered. From here on its version is the stream's.
    pub(super) fn sync_complete(&mut self, ListVersion(version): ListVersion) {
        self.broken_streaming_lists = 0;
        self.watcher_state.needs_relist = false;
        if let Some(relist) = self.relist.take() {
            self.status.repairs += u64::from(relist.origin == Origin::Repair);
            self.hidden_gap.list_synced(relist.streaming);
        }
        self.watcher_state.has_synced = true;
        if let Some(index) = &mut self.watcher_state.index {
            index.mark_synced();
        }
        self.failures.version_confirmed();
        #[cfg(feature = "simulation")]
        {
            self.synced_version = Some(ListVersion(version.clone()));
        }
        self.version_changed = version.is_some();
        self.version = version;
    }

    /// The server does not support streaming lists: this watcher uses paged lists from now on.
    pub(super) fn streaming_list_unsupported(&mut self) {
        self.watcher_state.streaming_list_unsupported = true;
        self.restart_cause = Some(Cause::StreamingListUnsupported);
        self.state = State::Ready;
        self.fall_back_to_paged_list();
    }

    /// An ERROR event ended a watch. A streaming list that is to be retried a second time is replaced with a paged
    /// one, which makes progress: it begins where it broke.
    pub(super) fn streaming_list_broke(&mut self) {
        if self.relist.as_ref().is_some_and(|relist| relist.streaming) {
            self.broken_streaming_lists += 1;
            if self.broken_streaming_lists >= STREAMING_LIST_ATTEMPTS {
                self.fall_back_to_paged_list();
            }
        }
    }

    /// Replaces an incomplete streaming list with a paged one.
    pub(super) fn fall_back_to_paged_list(&mut self) {
        if let Some(relist) = &self.relist
            && relist.streaming
            && relist.completed.is_none()
        {
            let origin = relist.origin;
            self.start_relist(origin, false);
        }
    }

    /// Queues a DELETED event that the server did not send: the object as stored, or a tombstone.
    pub(super) fn push_synthetic_delete(&mut self, identity: Identity) {
        let stored =
            self.watcher_state.index.as_mut().and_then(|index| index.stored_object(&identity));
        let (resource, is_table) = (self.requests.resource(), self.requests.is_table());
        let object = stored.unwrap_or_else(|| tombstone::build(resource, &identity, is_table));
        self.pending.push_back(Delivery {
            etype: EventType::Deleted,
            origin: Origin::Repair,
            object,
            identity,
        });
    }
}
