//! The shards that this replica holds, for whoever asks.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The shards that this replica holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeldShards(Arc<Mutex<Shards>>);

/// How many shards there are, and which of them are held.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shards {
    /// `None` without replicas.
    pub(crate) all: Option<u32>,
    pub(crate) held: BTreeSet<u32>,
}

impl HeldShards {
    pub(crate) fn configure(&self, all: u32) {
        self.lock().all = Some(all);
    }

    pub(crate) fn acquired(&self, shard: u32) {
        self.lock().held.insert(shard);
    }

    pub(crate) fn released(&self, shard: u32) {
        self.lock().held.remove(&shard);
    }

    pub(crate) fn get(&self) -> Shards {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Shards> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
