//! What is simulated: how many of everything, and what fails.

use std::fmt;

use crate::sabotage::Sabotage;
use crate::time::{Micros, SECOND};

/// A run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What chance depends on.
    pub seed: u64,
    /// How many clusters there are.
    pub clusters: u32,
    /// Objects of each cluster.
    pub objects: u32,
    /// Changes a second of all clusters together.
    pub changes: u32,
    /// How many replicas there are, each with one core.
    pub replicas: u32,
    /// What a shard is a part of.
    pub layout: Layout,
    /// How long changes happen, after everything has been relayed once.
    pub time: Micros,
    /// How often something fails; `None` for never.
    pub fault_every: Option<Micros>,
    /// What the relay does wrong.
    pub sabotage: Option<Sabotage>,
}

/// What a shard is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `replicas.shards`: of all clusters.
    OfAll(u32),
    /// `replicas.shardsPerCluster`: of one cluster.
    OfEach(u32),
}

/// As in the configuration.
impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfAll(shards) => write!(f, "shards: {shards}"),
            Self::OfEach(shards) => write!(f, "shardsPerCluster: {shards}"),
        }
    }
}

impl Plan {
    /// The plan of issue 19: 100 clusters with 150,000 pods each, 20,000 changes a second, 32 replicas.
    pub fn large(seed: u64) -> Self {
        Self {
            seed,
            clusters: 100,
            objects: 150_000,
            changes: 20_000,
            replicas: 32,
            layout: Layout::OfEach(1),
            time: 20 * 60 * SECOND,
            fault_every: Some(30 * SECOND),
            sabotage: None,
        }
    }

    /// One that takes seconds.
    pub fn small(seed: u64) -> Self {
        Self {
            clusters: 4,
            objects: 2_000,
            changes: 200,
            replicas: 8,
            layout: Layout::OfEach(4),
            // Long enough for a history to be compacted.
            time: 12 * 60 * SECOND,
            fault_every: Some(10 * SECOND),
            ..Self::large(seed)
        }
    }

    /// How many shards each cluster is split into.
    pub(crate) fn parts(&self) -> u32 {
        match self.layout {
            Layout::OfAll(parts) | Layout::OfEach(parts) => parts,
        }
    }

    /// How many Leases of shards there are.
    pub(crate) fn leases(&self) -> u32 {
        match self.layout {
            Layout::OfAll(shards) => shards,
            Layout::OfEach(shards) => shards * self.clusters,
        }
    }

    /// How many streams there are: shards of clusters.
    pub(crate) fn streams(&self) -> u32 {
        self.parts() * self.clusters
    }

    /// The streams that belong to the Lease of a shard: by their numbers, cluster by cluster.
    pub(crate) fn streams_of(&self, lease: u32) -> Vec<u32> {
        match self.layout {
            Layout::OfAll(shards) => {
                (0..self.clusters).map(|cluster| cluster * shards + lease).collect()
            }
            Layout::OfEach(_) => vec![lease],
        }
    }
}
