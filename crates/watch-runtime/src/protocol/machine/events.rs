//! List items, watch events and bookmarks as they are read, and the deliveries they become.

use std::time::Instant;

use bytes::Bytes;

use crate::protocol::envelope::{self, Envelope};
use crate::protocol::error::Kind;
use crate::protocol::event::{EventType, Origin};
use crate::protocol::identity::Identity;
use crate::protocol::index::Comparison;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::injected_bug::InjectedBug;
use crate::protocol::machine::step::Delivery;
use crate::protocol::version::is_older;

impl Machine {
    /// Handles one item of a list page.
    pub(super) fn list_item(&mut self, item: &Bytes) {
        if self.probing_version {
            return;
        }
        match envelope::list_item(item, self.requests.resource().scope()) {
            Ok((item, identity)) => self.compare_with_delivered(item, identity),
            Err(error) => {
                self.end_with(Kind::malformed("a list item that is not an object", error));
            }
        }
    }

    /// Reads a line of a watch. Returns the event to deliver, if any.
    pub(super) fn watch_line(
        &mut self,
        line: &Bytes,
        since: Instant,
        now: Instant,
    ) -> Option<Delivery> {
        let read = envelope::read(line, self.requests.resource().scope());
        if matches!(read, Ok(Envelope::Event { .. } | Envelope::Bookmark { .. })) {
            self.failures.response_understood();
            self.failures.recovered();
        }
        match read {
            Ok(Envelope::Event { etype: EventType::Added, object, identity })
                if self.relist.is_some() =>
            {
                self.compare_with_delivered(object, identity);
                None
            }
            Ok(Envelope::Event { etype, object, identity }) => {
                self.watch_event(etype, object, identity)
            }
            Ok(Envelope::Bookmark { version, ends_initial_list }) => {
                self.handle_bookmark(version, ends_initial_list);
                None
            }
            Ok(Envelope::Error(status)) => {
                self.error_event(status, since, now);
                None
            }
            Ok(Envelope::Unknown) => {
                self.status.unknown_events += 1;
                None
            }
            Err(error) => {
                self.malformed_line(error.into(), now);
                None
            }
        }
    }

    /// Handles an event of a watch. A changed uid under the same name means that a DELETED event
    /// was lost: a synthetic delete goes out first. An event at an already delivered version is
    /// dropped.
    fn watch_event(
        &mut self,
        etype: EventType,
        object: Bytes,
        identity: Identity,
    ) -> Option<Delivery> {
        let origin = Origin::Live;
        let index = match &mut self.watcher_state.index {
            Some(index) if self.requests.options().manage_resource_version => index,
            _ => return Some(Delivery { etype, origin, object, identity }),
        };
        if etype != EventType::Deleted {
            match index.compare(&identity) {
                Comparison::Replaces(old) if !self.has_bug(InjectedBug::IgnoreChangedUid) => {
                    self.push_synthetic_delete(old);
                    let etype = EventType::Added;
                    self.pending.push_back(Delivery { etype, origin, object, identity });
                    return None;
                }
                Comparison::Unchanged => {
                    if let (Some(version), None) = (&identity.version, &self.relist) {
                        self.advance_version(version);
                        return None;
                    }
                }
                _ => {}
            }
        }
        Some(Delivery { etype, origin, object, identity })
    }

    fn handle_bookmark(&mut self, version: Option<String>, ends_initial_list: bool) {
        let Some(version) = version else { return };
        match (&self.relist, ends_initial_list) {
            (None, _) if self.version().is_some_and(|ours| is_older(&version, ours)) => {
                self.handle_rollback(version);
            }
            (None, _) => self.advance_version(&version),
            (Some(_), ends) if ends || self.has_bug(InjectedBug::TreatAnyBookmarkAsListEnd) => {
                self.list_complete(version);
            }
            // Before the initial list is complete, a bookmark's version does not cover the objects
            // still to come.
            (Some(_), _) => {}
        }
    }

    /// Records a delivery that is about to reach the consumer: the index, and for live events the
    /// version.
    pub(super) fn delivered(&mut self, delivery: Delivery) -> Delivery {
        self.status.events += 1;
        if self.is_managed() {
            if let Some(index) = &mut self.watcher_state.index {
                let stored = self.requests.keeps_objects().then_some(&delivery.object);
                index.record_delivered(delivery.etype, &delivery.identity, stored);
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
            if self.version().is_some_and(|ours| is_older(version, ours)) {
                return;
            }
            version.clone_into(self.version.get_or_insert_default());
            self.requests_oldest_event = false;
            self.version_changed = true;
        }
    }
}
