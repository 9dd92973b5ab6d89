//! What comes in, piece by piece: items, events, bookmarks; and what of it goes out.

use std::time::Instant;

use bytes::Bytes;

use crate::protocol::envelope::{self, Envelope};
use crate::protocol::error::Kind;
use crate::protocol::event::{EventType, Origin};
use crate::protocol::identity::Identity;
use crate::protocol::index::Compared;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::injected_bug::InjectedBug;
use crate::protocol::machine::step::Delivery;
use crate::protocol::version::is_older;

impl Machine {
    /// A list's item has come.
    pub(super) fn item(&mut self, item: &Bytes) {
        if self.probing {
            return;
        }
        match envelope::item(item, self.plan.resource().scope()) {
            Ok((item, identity)) => self.part_of_state(item, identity),
            Err(error) => self.end(Kind::malformed("a list item that is no object", error)),
        }
    }

    /// Reads a line of a watch; gives what it delivers.
    pub(super) fn line(&mut self, line: &Bytes, since: Instant, now: Instant) -> Option<Delivery> {
        match envelope::read(line, self.plan.resource().scope()) {
            Ok(Envelope::Event { etype: EventType::Added, object, identity })
                if self.taking.is_some() =>
            {
                self.part_of_state(object, identity);
                None
            }
            Ok(Envelope::Event { etype, object, identity }) => {
                self.happened(etype, object, identity)
            }
            Ok(Envelope::Bookmark { version, ends_initial }) => {
                self.bookmark(version, ends_initial);
                None
            }
            Ok(Envelope::Error(status)) => {
                self.error_event(status, since, now);
                None
            }
            Ok(Envelope::Unknown) => {
                self.status.unknown += 1;
                None
            }
            Err(error) => {
                self.nonsense(error.into());
                None
            }
        }
    }

    /// Something happened to an object. A name that stood for another object until now tells that a
    /// deletion was lost on the way; a version that was delivered already tells nothing new.
    fn happened(
        &mut self,
        etype: EventType,
        object: Bytes,
        identity: Identity,
    ) -> Option<Delivery> {
        let origin = Origin::Live;
        let known = match &mut self.memory.index {
            Some(index) if self.plan.options().manage_resource_version => index,
            _ => return Some(Delivery { etype, origin, object, identity }),
        };
        if etype != EventType::Deleted {
            match known.compare(&identity) {
                Compared::Replaces(old) if !self.has_bug(InjectedBug::OverlooksALostDeletion) => {
                    self.owe_deletion(old);
                    let etype = EventType::Added;
                    self.owed.push_back(Delivery { etype, origin, object, identity });
                    return None;
                }
                Compared::Same => {
                    if let (Some(version), None) = (&identity.version, &self.taking) {
                        self.reach(version);
                        return None;
                    }
                }
                _ => {}
            }
        }
        Some(Delivery { etype, origin, object, identity })
    }

    fn bookmark(&mut self, version: Option<String>, ends_initial: bool) {
        let Some(version) = version else { return };
        match (&self.taking, ends_initial) {
            (None, _) if self.version().is_some_and(|ours| is_older(&version, ours)) => {
                self.set_back(version);
            }
            (None, _) => self.reach(&version),
            (Some(_), ends) if ends || self.has_bug(InjectedBug::TakesAnyBookmarkForTheEnd) => {
                self.state_is_whole(version);
            }
            // Where it is while its initial events are still coming is no place to go on from.
            (Some(_), _) => {}
        }
    }

    /// Takes note of what the consumer is about to have.
    pub(super) fn delivered(&mut self, delivery: Delivery) -> Delivery {
        self.status.events += 1;
        if self.managed() {
            if let Some(index) = &mut self.memory.index {
                let kept = self.plan.keeps_objects().then_some(&delivery.object);
                index.delivered(delivery.etype, &delivery.identity, kept);
            }
            let in_order = delivery.origin == Origin::Live && self.taking.is_none();
            if (in_order || self.has_bug(InjectedBug::ResumesFromInitialEvents))
                && let Some(version) = &delivery.identity.version
            {
                self.reach(version);
            }
        }
        delivery
    }

    fn reach(&mut self, version: &str) {
        if self.managed() {
            self.failures.went_well();
            if self.version().is_some_and(|ours| is_older(version, ours)) {
                return;
            }
            version.clone_into(self.version.get_or_insert_default());
            self.asks_for_oldest = false;
            self.moved = true;
        }
    }
}
