//! A simulated replica: its decisions, its clock, and what it knows.

use std::collections::BTreeMap;
use std::time::Instant;

use super::queue::Millis;
use crate::shards::machine::Machine;
use crate::shards::settings::ReplicaSettings;

pub(super) struct Node {
    pub(super) machine: Machine,
    pub(super) settings: ReplicaSettings,
    /// How fast its clock runs, in thousandths.
    pub(super) rate: u64,
    /// How far its clock is ahead, in ms.
    pub(super) offset: u64,
    pub(super) is_alive: bool,
    pub(super) paused_until: Millis,
    /// It neither reaches the server nor is reached.
    pub(super) partitioned: bool,
    /// How many changes its watch has shown.
    pub(super) seen: usize,
    pub(super) watch_is_busy: bool,
    /// What it works on, by its own knowledge: the shards, and when it has to have stopped, if it has to.
    pub(super) working: BTreeMap<u32, Option<Instant>>,
    pub(super) requests: BTreeMap<String, u64>,
    pub(super) wake: u64,
}
