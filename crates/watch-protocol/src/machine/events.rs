//! List items, watch events and bookmarks as they are read, and the deliveries they become.

use std::time::Instant;

use bytes::Bytes;

use crate::envelope::{self, Envelope, table};
use crate::event::{EventType, Origin};
use crate::identity::Identity;
use crate::index::{Comparison, Index, Seen};
use crate::machine::core::Machine;
use crate::machine::injected_bug::InjectedBug;
use crate::machine::step::Delivery;
use crate::raw_object::RawObject;
use crate::version::is_older;
use crate::wire::Wire;

impl Machine {
    /// Handles one item of a list page.
    pub(super) fn list_item(&mut self, item: &Bytes, wire: Wire) {
        if self.probing_version {
            return;
        }
        let scope = self.requests.resource().scope();
        let (item, identity) = if self.requests.is_table() {
            table::list_item(item, scope)
        } else {
            envelope::list_item(item, wire, scope)
        };
        self.compare_with_delivered(item, identity);
    }

    /// Reads an event of a watch. Returns the event to deliver, if any.
    pub(super) fn read_event(
        &mut self,
        event: &Bytes,
        wire: Wire,
        since: Instant,
        now: Instant,
    ) -> Option<Delivery> {
        let scope = self.requests.resource().scope();
        let read = if self.requests.is_table() {
            table::read(event, scope).map(|(read, columns)| {
                self.columns.received(columns);
                read
            })
        } else {
            envelope::read(event, wire, scope)
        };
        if matches!(read, Ok(Envelope::Event { .. } | Envelope::Bookmark { .. })) {
            self.failures.response_understood();
            self.failures.recovered();
        }
        match read {
            Ok(Envelope::Event { etype: EventType::Added, object, identity })
                if self.relist.is_some() =>
            {
                self.initial_object_received(&identity, now);
                self.compare_with_delivered(object, identity);
                None
            }
            Ok(Envelope::Event { etype, object, identity }) => {
                self.change_received();
                self.watch_event(etype, object, identity)
            }
            Ok(Envelope::Bookmark { version, ends_initial_list }) => {
                self.handle_bookmark(version, ends_initial_list);
                None
            }
            Ok(Envelope::Error(status)) => {
                self.error_event(status, since, now);
                self.streaming_list_broke();
                None
            }
            Ok(Envelope::Unknown) => {
                self.status.unknown_events += 1;
                None
            }
            Err(error) => {
                self.malformed_event(error.into(), now);
                None
            }
        }
    }

    /// Handles an event of a watch. A changed uid under the same name means that a DELETED event
    /// was lost: a synthetic delete goes out first. An event that changes nothing is dropped: at an already
    /// delivered version, or the deletion of an object that the consumer does not have.
    fn watch_event(
        &mut self,
        etype: EventType,
        object: RawObject,
        mut identity: Identity,
    ) -> Option<Delivery> {
        let origin = Origin::Live;
        let knows_state = self.knows_whole_state();
        let ignores_content = self.has_bug(InjectedBug::IgnoreContent);
        self.inject_into_index();
        if self.is_of_another_shard(&identity) {
            return self.drop_event(&identity);
        }
        let index = match &mut self.watcher_state.index {
            Some(index) if self.requests.options().manage_resource_version => index,
            _ => return Some(Delivery { etype, origin, object, identity }),
        };
        if !identity.is_named() {
            return Some(Delivery { etype, origin, object, identity });
        }
        self.watcher_state.needs_relist |= identity.version.is_none();
        if !ignores_content {
            identity.hash_unversioned(&object);
        }
        let reached = self.version.as_deref();
        let comparison = match etype {
            EventType::Deleted => index.compare_deleted(&identity, reached),
            _ => index.compare(&identity, Seen::InWatch(reached)),
        };
        let etype = match (comparison, etype) {
            (Comparison::New, EventType::Deleted)
                if knows_state && !self.has_bug(InjectedBug::DeliverUnknownDeletions) =>
            {
                return self.drop_event(&identity);
            }
            (Comparison::Unchanged | Comparison::Outdated, _) => {
                return self.drop_event(&identity);
            }
            (Comparison::Replaces(old), _) if !self.has_bug(InjectedBug::IgnoreChangedUid) => {
                self.push_synthetic_delete(old);
                let etype = EventType::Added;
                self.pending.push_back(Delivery { etype, origin, object, identity });
                return None;
            }
            // Its creation was lost, or the server was rolled back to when it existed.
            (Comparison::New, EventType::Modified) if knows_state => EventType::Added,
            // A watch without a version begins with what there is.
            (Comparison::Changed, EventType::Added) => EventType::Modified,
            _ => etype,
        };
        Some(Delivery { etype, origin, object, identity })
    }

    /// Whether the consumer has exactly the objects of the index. If the stream began from a version, it may know
    /// others.
    fn knows_whole_state(&self) -> bool {
        self.watcher_state.index.as_ref().is_some_and(Index::is_complete)
            || self.relist.as_ref().is_some_and(|relist| relist.origin == Origin::Initial)
    }

    /// Drops an event that changes nothing. The version advances all the same.
    pub(super) fn drop_event(&mut self, identity: &Identity) -> Option<Delivery> {
        if let (Some(version), None) = (&identity.version, &self.relist) {
            self.advance_version(version);
        }
        None
    }

    fn handle_bookmark(&mut self, version: Option<String>, ends_initial_list: bool) {
        match (&self.relist, version) {
            (Some(_), version)
                if ends_initial_list || self.has_bug(InjectedBug::TreatAnyBookmarkAsListEnd) =>
            {
                self.list_complete(version);
            }
            // Before the initial list is complete, a bookmark's version does not cover the objects
            // still to come.
            (Some(_), _) => self.change_received(),
            (None, None) => {}
            (None, Some(version)) => {
                if self.version().is_some_and(|ours| is_older(&version, ours)) {
                    self.handle_rollback(version);
                } else {
                    self.advance_version(&version);
                }
            }
        }
    }

    /// Records a delivery that is about to reach the consumer: the index, and for live events the
    /// version.
    pub(super) fn delivered(&mut self, mut delivery: Delivery) -> Delivery {
        self.status.events += 1;
        self.columns.add_to(&mut delivery.object);
        if self.is_managed() {
            if let Some(index) = &mut self.watcher_state.index
                && delivery.identity.is_named()
            {
                if delivery.identity.uid.is_empty()
                    && let Some(uid) = index.uid(&delivery.identity)
                {
                    delivery.identity.uid = uid;
                }
                let stored = self.requests.keeps_objects().then_some(&delivery.object);
                index.record_delivered(delivery.etype, &delivery.identity, stored);
            }
            if delivery.origin == Origin::Live {
                self.hidden_gap.event_received();
            }
            let in_order = delivery.origin == Origin::Live && self.relist.is_none();
            if (in_order || self.has_bug(InjectedBug::ResumeFromInitialEvents))
                && let Some(version) = &delivery.identity.version
            {
                self.advance_version(version);
            }
        }
        delivery
    }

    fn advance_version(&mut self, version: &str) {
        if self.is_managed() {
            self.failures.progressed();
            // The events of a watch without a version begin with the state, in no order.
            if self.version.is_none() {
                return;
            }
            if self.version().is_some_and(|ours| is_older(version, ours)) {
                return;
            }
            if self.version() != Some(version) {
                self.hidden_gap.event_received();
            }
            version.clone_into(self.version.get_or_insert_default());
            self.watcher_state.needs_relist = false;
            self.requests_oldest_event = false;
            self.version_changed = true;
        }
    }
}
