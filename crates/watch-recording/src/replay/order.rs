//! The changes of a recording in the order in which they are put into the server.
//!
//! Each source's changes are in order. Where several sources watched one resource, such as one per namespace, a
//! change may have been recorded shortly after a later one of another source. So for such a resource, the
//! changes of the next moments are read ahead, and exchange their places.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::change::{Change, What};
use super::error::ReplayerError;
use super::sources::Sources;
use crate::{Entry, RecordingError};

/// How far is read ahead, in the recording's time.
const WINDOW: SignedDuration = SignedDuration::from_secs(2);
/// How many changes are read ahead at most.
const WINDOW_CHANGES: usize = 10_000;

/// The lines that are still to be read.
pub(super) type Lines = Box<dyn Iterator<Item = Result<Entry, RecordingError>> + Send>;

/// The changes that are still to come.
pub(super) struct Changes {
    sources: Sources,
    lines: Lines,
    /// Changes of lines that were read.
    read: VecDeque<Change>,
    last_time: Timestamp,
    is_over: bool,
    /// The places of changes that were read ahead: their times, and their resources.
    places: VecDeque<(Timestamp, usize)>,
    /// By resource, the changes for these places.
    ahead: Vec<BinaryHeap<Reverse<Ahead>>>,
    /// By resource, whether its changes may be out of order.
    is_mixed: Vec<bool>,
    number: u64,
}

/// A change that was read ahead.
struct Ahead {
    /// Its version, then whether it is none of an object.
    order: (u64, bool, u64),
    change: Change,
}

impl Changes {
    pub(super) fn new(sources: Sources, lines: Lines, start: Timestamp) -> Self {
        let resources = sources.resources().len();
        Self {
            is_mixed: (0..resources).map(|resource| sources.has_several(resource)).collect(),
            ahead: (0..resources).map(|_| BinaryHeap::new()).collect(),
            sources,
            lines,
            read: VecDeque::new(),
            last_time: start,
            is_over: false,
            places: VecDeque::new(),
            number: 0,
        }
    }

    /// Returns the next change, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Change>, ReplayerError> {
        if !self.is_mixed.contains(&true) {
            return self.next_read();
        }
        while self.places.len() < WINDOW_CHANGES {
            let Some(change) = self.next_read()? else { break };
            let first = self.places.front().map_or(change.time, |(time, _)| *time);
            if change.time.duration_since(first) > WINDOW {
                self.read.push_front(change);
                break;
            }
            self.read_ahead(change);
        }
        let Some((time, resource)) = self.places.pop_front() else { return Ok(None) };
        let change = self.ahead[resource].pop();
        Ok(change.map(|Reverse(Ahead { change, .. })| Change { time, ..change }))
    }

    fn read_ahead(&mut self, change: Change) {
        let Change { time, resource, version, .. } = change;
        // Those of a single source stay as they are.
        let version = if self.is_mixed[resource] { version } else { 0 };
        // An object may have the version up to which the resource was watched.
        let is_last = version > 0 && change.what == What::Advance;
        let order = (version, is_last, self.number);
        self.number += 1;
        self.places.push_back((time, resource));
        self.ahead[resource].push(Reverse(Ahead { order, change }));
    }

    /// Returns the next change as it was recorded.
    fn next_read(&mut self) -> Result<Option<Change>, ReplayerError> {
        while self.read.is_empty() && !self.is_over {
            if let Some(entry) = self.lines.next().transpose()? {
                self.last_time = entry.time;
                self.sources.read(entry, &mut self.read)?;
            } else {
                self.is_over = true;
                self.sources.finish(self.last_time, &mut self.read);
            }
        }
        Ok(self.read.pop_front())
    }
}

impl std::fmt::Debug for Changes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Changes").field("sources", &self.sources).finish_non_exhaustive()
    }
}

impl PartialEq for Ahead {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Ahead {}

impl PartialOrd for Ahead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ahead {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.cmp(&other.order)
    }
}
