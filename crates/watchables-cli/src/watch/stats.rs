//! `--stats`: how many events there were, of what, and which objects changed most.

mod counts;
mod frequent;
mod report;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use tokio::sync::watch::Receiver;
use tokio::time::Instant;
use watchables::{DynamicObject, Origin, WatchEvent, WatchStatus};

use crate::output::Source;
use counts::Counts;
use frequent::Frequent;

/// Of how many namespaces events are counted for themselves. Those of the others are counted together.
const MAX_NAMESPACES: usize = 10_000;
/// How many objects are kept to find those that change most. An object that has more than a 1,000th of all changes is among
/// them for sure.
const MAX_OBJECTS: usize = 1_000;

/// What is counted. Its size has a limit, however many events and objects there are.
pub(crate) struct Stats {
    start: Instant,
    /// The events that were printed.
    pub(crate) printed: u64,
    /// By the number of the watch.
    watches: Vec<Watch>,
    namespaces: usize,
    /// How often objects changed after the first state: by the number of the watch, the namespace and the name.
    changes: Frequent,
    /// A place for a key.
    key: String,
}

/// What is counted of a watch.
#[derive(Default)]
struct Watch {
    /// Its resource, and its cluster, if there are several.
    resource: String,
    cluster: Option<String>,
    by_namespace: HashMap<Box<str>, Counts>,
    elsewhere: Counts,
}

impl Stats {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            printed: 0,
            watches: Vec::new(),
            namespaces: 0,
            changes: Frequent::new(MAX_OBJECTS),
            key: String::new(),
        }
    }

    /// Counts an event.
    pub(crate) fn count(&mut self, event: &WatchEvent<DynamicObject>, source: &Source) {
        while self.watches.len() <= source.number {
            self.watches.push(Watch::default());
        }
        let watch = &mut self.watches[source.number];
        if watch.resource.is_empty() {
            watch.resource = source.served.resource.to_string();
            watch.cluster = source.cluster.as_deref().map(str::to_owned);
        }
        let object = &event.obj;
        let namespace = object.namespace().unwrap_or_default();
        let counts = match watch.by_namespace.get_mut(namespace) {
            Some(counts) => counts,
            None if self.namespaces < MAX_NAMESPACES => {
                self.namespaces += 1;
                watch.by_namespace.entry(namespace.into()).or_default()
            }
            None => &mut watch.elsewhere,
        };
        counts.add(event);
        if event.origin != Origin::Initial {
            self.key.clear();
            let name = object.name().unwrap_or_default();
            // No name has such a character.
            let _ = write!(self.key, "{}\n{namespace}\n{name}", source.number);
            self.changes.add(&self.key);
        }
    }

    /// Prints what was counted on standard error.
    pub(crate) fn print(&self, statuses: &[(String, Receiver<WatchStatus>)]) {
        // Whoever reads standard error may have ended.
        let _ = io::stderr().write_all(report::text(self, statuses).as_bytes());
    }
}
