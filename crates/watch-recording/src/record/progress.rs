//! What was recorded last, of each source.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use watch_runtime::{Delivered, EventType, Origin, Position};

use crate::append::end_state::SourceEnd;
use crate::line::PositionLine;

/// What was recorded of a source.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) name: Arc<str>,
    pub(super) position: PositionLine,
    /// When its last line was written.
    pub(super) time: Option<Timestamp>,
    /// Whether the gap that is being repaired has its line.
    pub(super) gap_has_line: bool,
    /// Where its objects are, by namespace and name with a slash between them.
    pub(super) objects: HashMap<Arc<str>, Recorded>,
}

/// Where an object is in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Recorded {
    /// Its number among the objects of the file.
    pub(super) number: u64,
    /// The length of its JSON.
    pub(super) len: u64,
}

/// What a source has received.
#[derive(Debug)]
pub(super) struct Received {
    /// The place of the source.
    pub(super) source: usize,
    pub(super) time: Timestamp,
    /// How far the source is with it.
    pub(super) position: PositionLine,
    /// `None` if only the position has changed.
    pub(super) event: Option<ReceivedEvent>,
}

#[derive(Debug)]
pub(super) struct ReceivedEvent {
    pub(super) etype: EventType,
    pub(super) origin: Origin,
    /// The namespace and the name, with a slash between them.
    pub(super) key: Arc<str>,
    pub(super) version: Option<String>,
    pub(super) object: String,
}

impl Progress {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            position: PositionLine::default(),
            time: None,
            gap_has_line: false,
            objects: HashMap::new(),
        }
    }

    /// Continues after what a recording ends with. Also returns it for the watcher.
    pub(super) fn resume(name: &str, end: SourceEnd) -> (Self, Delivered) {
        let mut delivered = Delivered::new(position(&end.position));
        let mut progress = Self::new(name);
        for ((namespace, name), object) in end.objects {
            delivered.add(&object.identity, object.rollbacks, None);
            let recorded = Recorded { number: object.number, len: object.len };
            progress.objects.insert(object_key(&namespace, &name), recorded);
        }
        progress.position = end.position;
        progress.time = end.time;
        (progress, delivered)
    }

    /// Returns the position that readers take an event for.
    pub(super) fn position_after(&self, event: &ReceivedEvent) -> PositionLine {
        let mut position = self.position.clone();
        if event.origin == Origin::Live && event.version.is_some() {
            position.version.clone_from(&event.version);
        }
        position
    }
}

/// Returns the key of an object.
pub(super) fn object_key(namespace: &str, name: &str) -> Arc<str> {
    [namespace, "/", name].concat().into()
}

/// Returns a position as a watcher has it.
pub(super) fn position(line: &PositionLine) -> Position {
    Position {
        version: line.version.clone(),
        has_synced: line.synced,
        needs_relist: line.needs_relist,
        is_untrusted: line.untrusted,
        rollbacks: line.rollbacks,
    }
}

/// Returns a position as it is written.
pub(super) fn position_line(position: Position) -> PositionLine {
    PositionLine {
        version: position.version,
        synced: position.has_synced,
        needs_relist: position.needs_relist,
        untrusted: position.is_untrusted,
        rollbacks: position.rollbacks,
    }
}
