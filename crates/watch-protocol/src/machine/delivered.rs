//! What a stream has delivered, for a program that keeps it beyond its process.

use crate::event::EventType;
use crate::identity::Identity;
use crate::index::Index;
use crate::machine::core::Machine;
use crate::machine::watcher_state::WatcherState;
use crate::raw_object::RawObject;

/// How far a managed stream has come with what it has delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The resource version to watch from; `None` before the first list has synced, and if the server's lists have no
    /// version.
    pub version: Option<String>,
    /// Whether a complete list was delivered.
    pub has_synced: bool,
    /// Whether a list has begun and not synced, so that the version does not stand for what was delivered.
    pub needs_relist: bool,
    /// Whether the server was rolled back and no list has synced since.
    pub is_untrusted: bool,
    /// Counts how often the server was found to be rolled back. While the stream is untrusted, only what was delivered
    /// since the last time is trusted.
    pub rollbacks: u32,
}

/// What an earlier stream has delivered: the objects that were not deleted since, and its position. A stream that
/// [resumes](WatcherState::resumed) from it delivers what has changed, deletions included.
#[derive(Debug)]
pub struct Delivered {
    index: Index,
    position: Position,
}

impl Delivered {
    /// Creates a record without objects.
    pub fn new(position: Position) -> Self {
        let mut index = Index::default();
        index.begin_generation();
        Self { index, position }
    }

    /// Adds an object at the version that was delivered last. `rollbacks` is that of the [position](Position) at which
    /// it was delivered. `object` is the object as it was received, for types that do not
    /// [decode from a tombstone](crate::tombstone::decodes).
    pub fn add(&mut self, identity: &Identity, rollbacks: u32, object: Option<&RawObject>) {
        self.index.record_delivered(EventType::Added, identity, object);
        if self.position.is_untrusted && rollbacks != self.position.rollbacks {
            self.index.mark_outdated(identity);
        }
    }

    /// Returns how many objects there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the position.
    pub fn position(&self) -> &Position {
        &self.position
    }
}

impl WatcherState {
    /// Creates the state of a watcher whose streams go on after what an earlier process has delivered. `epoch` is that
    /// of the streams, as for [`prepare`](Self::prepare).
    pub fn resumed(delivered: Delivered, epoch: u64) -> Self {
        let Delivered { mut index, position } = delivered;
        index.resume(position.has_synced, position.is_untrusted, position.rollbacks);
        Self {
            index: Some(index),
            needs_relist: position.needs_relist,
            has_synced: position.has_synced,
            epoch,
            ..Self::default()
        }
    }
}

impl Machine {
    /// Returns how far the stream has come: as of the last delivery, or of a bookmark since. Only while the watcher's
    /// state is [swapped in](Self::swap_watcher_state).
    pub fn position(&self) -> Position {
        self.watcher_state.position(self.version())
    }
}

impl WatcherState {
    /// Returns the position of a stream with this state that has reached this version.
    pub fn position(&self, version: Option<&str>) -> Position {
        let index = self.index.as_ref();
        Position {
            version: version.map(str::to_owned),
            has_synced: self.has_synced,
            needs_relist: self.needs_relist,
            is_untrusted: index.is_some_and(Index::is_untrusted),
            rollbacks: index.map_or(0, Index::rollbacks),
        }
    }
}
