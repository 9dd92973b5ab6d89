//! What the instances of a pipeline on a cluster come to.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::{Counts, InstanceSummary, Labels, StreamSummary};

/// What the instances of a pipeline on a cluster come to: one, or one for each shard that this replica holds.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    pub(crate) labels: Labels,
    pub(crate) counts: Counts,
    /// How many there are.
    pub(crate) instances: usize,
    /// Whether the sinks of all of them are open, and their last attempts succeeded.
    pub(crate) is_up: bool,
    pub(crate) buffered: usize,
    /// How long ago the oldest event was received that the sink has not acknowledged.
    pub(crate) oldest: Duration,
    /// The streams by name: the worst of all shards, and the objects of all of them.
    pub(crate) streams: BTreeMap<String, StreamSummary>,
}

impl Totals {
    pub(super) fn new(labels: Labels, counts: Counts) -> Self {
        Self {
            labels,
            counts,
            instances: 0,
            is_up: true,
            buffered: 0,
            oldest: Duration::ZERO,
            streams: BTreeMap::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        counts: &Counts,
        instance: InstanceSummary,
        oldest: Option<Instant>,
    ) {
        self.counts.add(counts);
        self.instances += 1;
        self.is_up &= instance.is_open && instance.failure.is_none();
        self.buffered += instance.buffered;
        self.oldest = self.oldest.max(oldest.map(|time| time.elapsed()).unwrap_or_default());
        for stream in instance.streams {
            match self.streams.get_mut(&stream.name) {
                Some(total) => total.add(&stream),
                None => drop(self.streams.insert(stream.name.clone(), stream)),
            }
        }
    }
}

impl StreamSummary {
    fn add(&mut self, other: &Self) {
        self.is_live &= other.is_live;
        self.unconfirmed = self.unconfirmed.max(other.unconfirmed);
        self.silent = self.silent.max(other.silent);
        self.indexed_objects += other.indexed_objects;
    }
}
