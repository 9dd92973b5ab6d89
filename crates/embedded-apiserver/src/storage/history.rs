//! The history: the latest events of all resources in order, which watches read from their own positions.

use std::collections::VecDeque;
use std::sync::Arc;

use super::event::Event;

/// A window of events, bounded by their number and by the size of their objects.
#[derive(Debug)]
pub(crate) struct History {
    events: VecDeque<Arc<Event>>,
    /// The sum of [`Event::bytes`].
    bytes: usize,
    limits: Limits,
    /// The revision of the newest compacted event.
    compacted: u64,
}

/// The limits of a history. It keeps the latest event in any case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

/// The requested revision was compacted: the events after it are no longer complete.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooOld {
    /// The oldest revision whose later events are complete.
    pub(crate) oldest: u64,
}

impl History {
    pub(crate) fn new(limits: Limits, revision: u64) -> Self {
        Self { events: VecDeque::new(), bytes: 0, limits, compacted: revision }
    }

    pub(crate) fn push(&mut self, event: Event) {
        self.bytes += event.bytes();
        self.events.push_back(Arc::new(event));
        while self.exceeds_limits() {
            if let Some(event) = self.events.pop_front() {
                self.bytes -= event.bytes();
                self.compacted = event.revision;
            }
        }
    }

    /// Returns the events after a revision, oldest first.
    pub(crate) fn after(&self, revision: u64) -> Result<impl Iterator<Item = &Arc<Event>>, TooOld> {
        if revision < self.compacted {
            return Err(self.too_old());
        }
        let start = self.events.partition_point(|event| event.revision <= revision);
        Ok(self.events.range(start..))
    }

    /// Returns the error of a revision that was compacted.
    pub(super) fn too_old(&self) -> TooOld {
        TooOld { oldest: self.compacted }
    }

    /// Removes all events. Those after a revision, which may be an earlier one than theirs, are to come.
    pub(super) fn clear(&mut self, revision: u64) {
        *self = Self::new(self.limits, revision);
    }

    pub(super) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Compacts the history: removes the events up to a revision.
    pub(crate) fn compact(&mut self, revision: u64) {
        let end = self.events.partition_point(|event| event.revision <= revision);
        self.bytes -= self.events.drain(..end).map(|event| event.bytes()).sum::<usize>();
        self.compacted = self.compacted.max(revision);
    }

    fn exceeds_limits(&self) -> bool {
        let events = self.events.len();
        events > 1 && (events > self.limits.events || self.bytes > self.limits.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Key, Object};

    fn history(limit: usize, revisions: std::ops::RangeInclusive<u64>) -> History {
        let limits = Limits { events: limit, bytes: usize::MAX };
        let mut history = History::new(limits, revisions.start() - 1);
        for revision in revisions {
            history.push(Event::new(revision, 0, None, None));
        }
        history
    }

    fn after(history: &History, revision: u64) -> Result<Vec<u64>, TooOld> {
        history.after(revision).map(|events| events.map(|e| e.revision).collect())
    }

    #[test]
    fn events_after_a_revision_are_complete_or_too_old() {
        let history = history(3, 1..=5);
        assert_eq!(after(&history, 2), Ok(vec![3, 4, 5]));
        assert_eq!(after(&history, 5), Ok(vec![]));
        assert_eq!(after(&history, 1), Err(TooOld { oldest: 2 }));
    }

    /// Returns an event whose object has slightly more than this many bytes.
    fn event(revision: u64, bytes: usize) -> Event {
        let value = serde_json::json!({"data": "x".repeat(bytes)});
        let object = Object::new(Key::new(None, "a"), value, revision);
        Event::new(revision, 0, None, Some(Arc::new(object)))
    }

    #[test]
    fn size_is_bounded_and_the_latest_event_stays() {
        let mut history = History::new(Limits { events: 99, bytes: 10_000 }, 0);
        for revision in 1..=5 {
            history.push(event(revision, 4_000));
        }
        assert_eq!(after(&history, 3), Ok(vec![4, 5]));
        assert_eq!(after(&history, 2), Err(TooOld { oldest: 3 }));
        history.push(event(6, 50_000));
        assert_eq!(after(&history, 5), Ok(vec![6]));
        history.push(event(7, 4_000));
        assert_eq!(after(&history, 5), Err(TooOld { oldest: 6 }));
        // Compacted events do not count.
        history.compact(7);
        history.push(event(8, 4_000));
        history.push(event(9, 4_000));
        assert_eq!(after(&history, 7), Ok(vec![8, 9]));
    }

    #[test]
    fn compaction_removes_events_up_to_a_revision() {
        let mut history = history(9, 1..=5);
        history.compact(4);
        assert_eq!(after(&history, 4), Ok(vec![5]));
        assert_eq!(after(&history, 3), Err(TooOld { oldest: 4 }));
        history.compact(2);
        assert_eq!(after(&history, 3), Err(TooOld { oldest: 4 }));
    }
}
