//! A Lease as it was seen last, and since when; and the request that is under way for it.

use std::time::{Duration, Instant};

use watch_protocol::version::is_older;

use super::lease::Lease;
use super::request::{Failure, Outcome, Purpose};

/// What is known of a Lease.
///
/// Whether it has expired is judged by our own clock: it has if we have seen no change of it for its duration. Whoever
/// takes it over then does so with the version that was seen: if there was a change that we have not seen, the server
/// rejects it.
#[derive(Debug)]
pub(super) struct LeaseView {
    pub(super) name: String,
    /// `None` if there is none.
    lease: Option<Lease>,
    /// When the last change was seen.
    changed: Instant,
    /// How long after its deletion it still counts as held, since its holder may not know.
    held_when_deleted: Duration,
    /// The highest number of transitions that was seen, so that a Lease that was deleted does not begin again.
    highest: u32,
    pub(super) request: Option<InFlight>,
    /// When the next request may be sent.
    pub(super) not_before: Instant,
    /// Whether a write was rejected because of a version that we have not seen.
    pub(super) must_read: bool,
    /// How many requests in a row have failed.
    pub(super) failures: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct InFlight {
    pub(super) purpose: Purpose,
    pub(super) sent: Instant,
}

impl LeaseView {
    pub(super) fn new(name: String, now: Instant) -> Self {
        Self {
            name,
            lease: None,
            changed: now,
            held_when_deleted: Duration::ZERO,
            highest: 0,
            request: None,
            not_before: now,
            must_read: false,
            failures: 0,
        }
    }

    pub(super) fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    pub(super) fn holder(&self) -> Option<&str> {
        self.lease.as_ref().and_then(Lease::holder)
    }

    pub(super) fn is_held_by(&self, identity: &str) -> bool {
        self.holder() == Some(identity)
    }

    /// When the last change was seen.
    pub(super) fn changed(&self) -> Instant {
        self.changed
    }

    /// Returns when it may be taken over, if nothing changes until then. `least` is our own duration: replicas with
    /// another one may be there while the configuration is changed.
    pub(super) fn free_from(&self, least: Duration) -> Instant {
        match &self.lease {
            Some(lease) if lease.holder().is_some() => self.changed + lease.duration().max(least),
            Some(_) => self.changed,
            None => self.changed + self.held_when_deleted,
        }
    }

    /// Returns the number of transitions with which it is taken over.
    pub(super) fn next_transitions(&self) -> u32 {
        self.highest.saturating_add(1)
    }

    /// Takes note of what a watch says, which may be older than what is known.
    pub(super) fn watched(&mut self, lease: Lease, now: Instant) {
        let is_news =
            self.lease.as_ref().is_none_or(|ours| is_older(ours.version(), lease.version()));
        if is_news {
            self.read(Some(lease), now);
        }
    }

    /// Takes note of a deletion that a watch has shown, with the version of the deletion.
    pub(super) fn watched_deletion(&mut self, version: &str, now: Instant) {
        if self.lease.as_ref().is_some_and(|ours| !is_older(version, ours.version())) {
            self.read(None, now);
        }
    }

    /// Takes note of what the server has responded, which is the newest state.
    pub(super) fn read(&mut self, lease: Option<Lease>, now: Instant) {
        self.must_read = false;
        let version =
            |lease: &Option<Lease>| lease.as_ref().map(|lease| lease.version().to_owned());
        if version(&self.lease) == version(&lease) {
            return;
        }
        if lease.is_none() {
            let held = self.lease.as_ref().filter(|lease| lease.holder().is_some());
            self.held_when_deleted = held.map_or(Duration::ZERO, Lease::duration);
        }
        self.highest = self.highest.max(lease.as_ref().map_or(0, Lease::transitions));
        self.changed = now;
        self.lease = lease;
    }

    /// Takes note of what became of a request.
    pub(super) fn responded(&mut self, outcome: Outcome, now: Instant) {
        match outcome {
            Ok(lease) => self.read(lease, now),
            Err(Failure::Missing) => self.read(None, now),
            Err(Failure::Conflict) => self.must_read = true,
            Err(Failure::Other) => {}
        }
    }

    /// Whether a request may be sent.
    pub(super) fn is_ready(&self, now: Instant) -> bool {
        self.request.is_none() && now >= self.not_before
    }
}
