//! A timeline: a sequence of revisions, and the history of the changes at them.

use std::sync::Arc;

use super::event::Event;
use super::history::{History, Limits, TooOld};

/// The revisions of some collections: of all in a server that accepts writes, of one in a replay.
pub(super) struct Timeline {
    history: History,
    revision: u64,
    epoch: u64,
}

/// A point of a timeline, from which a watch goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) revision: u64,
    /// The number of times that the timeline had been restarted. No watch outlives a restart.
    pub(crate) epoch: u64,
}

impl Timeline {
    pub(super) fn new(limits: Limits, revision: u64) -> Self {
        Self { history: History::new(limits, revision), revision, epoch: 0 }
    }

    pub(super) fn now(&self) -> Point {
        Point { revision: self.revision, epoch: self.epoch }
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Adds an event, whose revision must be later than all before.
    pub(super) fn push(&mut self, event: Event) {
        self.revision = event.revision;
        self.history.push(event);
    }

    /// Goes on to a revision, without an event; never back.
    pub(super) fn advance(&mut self, revision: u64) {
        self.revision = self.revision.max(revision);
    }

    /// Restarts at a revision, without a history. Every point before is too old.
    pub(super) fn restart(&mut self, revision: u64) {
        self.history.clear(revision);
        self.revision = revision;
        self.epoch += 1;
    }

    pub(super) fn compact(&mut self) {
        self.history.compact(self.revision);
    }

    pub(super) fn set_limits(&mut self, limits: Limits) {
        self.history.set_limits(limits);
    }

    /// Returns the events after a revision, oldest first.
    pub(super) fn after(&self, revision: u64) -> Result<impl Iterator<Item = &Arc<Event>>, TooOld> {
        self.history.after(revision)
    }

    /// Returns up to `limit` events after a point, and the revision up to which they are complete.
    pub(super) fn events_after(
        &self,
        point: Point,
        limit: usize,
    ) -> Result<(Vec<Arc<Event>>, u64), TooOld> {
        if point.epoch != self.epoch {
            return Err(self.history.too_old());
        }
        let mut events = self.after(point.revision)?;
        let batch: Vec<_> = events.by_ref().take(limit).cloned().collect();
        let reached = match (events.next(), batch.last()) {
            (None, _) => self.revision,
            (Some(_), Some(last)) => last.revision,
            (Some(_), None) => point.revision,
        };
        Ok((batch, reached))
    }
}
