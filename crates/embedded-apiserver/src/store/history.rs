//! The latest events of all resources, in order: what watches read, each from its own place.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Event;

/// A bounded window of events.
#[derive(Debug)]
pub(crate) struct History {
    events: VecDeque<Arc<Event>>,
    limit: usize,
    /// The revision of the newest event that is no longer known.
    compacted: u64,
}

/// A cursor lies before the window: what followed it is not known any more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooOld {
    /// The oldest revision from which everything that followed is known.
    pub(crate) oldest: u64,
}

impl History {
    pub(crate) fn new(limit: usize, revision: u64) -> Self {
        Self { events: VecDeque::new(), limit, compacted: revision }
    }

    pub(crate) fn push(&mut self, event: Event) {
        self.events.push_back(Arc::new(event));
        while self.events.len() > self.limit {
            if let Some(event) = self.events.pop_front() {
                self.compacted = event.revision;
            }
        }
    }

    /// The events after a revision, oldest first.
    pub(crate) fn after(&self, revision: u64) -> Result<impl Iterator<Item = &Arc<Event>>, TooOld> {
        if revision < self.compacted {
            return Err(TooOld { oldest: self.compacted });
        }
        let start = self.events.partition_point(|event| event.revision <= revision);
        Ok(self.events.range(start..))
    }

    /// Forgets the events up to a revision.
    pub(crate) fn compact(&mut self, revision: u64) {
        let keep = self.events.partition_point(|event| event.revision <= revision);
        self.events.drain(..keep);
        self.compacted = self.compacted.max(revision);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(limit: usize, revisions: std::ops::RangeInclusive<u64>) -> History {
        let mut history = History::new(limit, revisions.start() - 1);
        for revision in revisions {
            history.push(Event::new(revision, 0, None, None));
        }
        history
    }

    fn after(history: &History, revision: u64) -> Result<Vec<u64>, TooOld> {
        history.after(revision).map(|events| events.map(|e| e.revision).collect())
    }

    #[test]
    fn everything_after_a_revision_or_nothing() {
        let history = history(3, 1..=5);
        assert_eq!(after(&history, 2), Ok(vec![3, 4, 5]));
        assert_eq!(after(&history, 5), Ok(vec![]));
        assert_eq!(after(&history, 1), Err(TooOld { oldest: 2 }));
    }

    #[test]
    fn compaction_forgets_up_to_a_revision() {
        let mut history = history(9, 1..=5);
        history.compact(4);
        assert_eq!(after(&history, 4), Ok(vec![5]));
        assert_eq!(after(&history, 3), Err(TooOld { oldest: 4 }));
        history.compact(2);
        assert_eq!(after(&history, 3), Err(TooOld { oldest: 4 }));
    }
}
