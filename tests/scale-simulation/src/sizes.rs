//! What a plan takes, by the measured costs alone: the sizing table of docs/scale.md.

use std::fmt;

use crate::costs::{
    BASE_BYTES, EVENT_CPU, FOREIGN_EVENT_CPU, INDEX_BYTES, LEASE_CPU, MARK_BYTES, STREAM_BYTES,
};
use crate::plan::{Layout, Plan};
use crate::time::SECOND;

/// A core is to be busy for so much of its time, in thousandths, and a replica to have so much memory at most.
const BUSY: u64 = 500;
const MOST_BYTES: u64 = 2_000_000_000;
/// A Lease is renewed every 2 to 2.4 s: so many times in 11 s.
const RENEWALS: u64 = 5;
const RENEWALS_IN: u64 = 11;

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    clusters: u64,
    objects: u64,
    changes: u64,
    layout: Layout,
    /// As few as do, and never fewer than two.
    pub replicas: u64,
    /// Thousandths of a core that a replica uses.
    pub millicores: u64,
    /// Bytes that a replica has.
    pub bytes: u64,
    /// Requests for Leases a second.
    pub lease_requests: u64,
    /// Watches of one resource, at all API servers.
    pub watches: u64,
    /// Events a second that API servers without `shardSelector` send.
    pub sent: u64,
    /// Messages a second that the sink and the store of checkpoints get.
    pub messages: u64,
}

impl Size {
    /// Returns what a plan takes, with as many replicas as that takes; `None` if no number of them does.
    pub fn of(plan: &Plan) -> Option<Self> {
        (2..=u64::from(plan.leases().max(2)))
            .map(|replicas| Self::with(plan, replicas))
            .find(|size| size.millicores <= BUSY && size.bytes <= MOST_BYTES)
    }

    fn with(plan: &Plan, replicas: u64) -> Self {
        let (clusters, objects) = (u64::from(plan.clusters), u64::from(plan.objects));
        let (changes, parts) = (u64::from(plan.changes), u64::from(plan.parts()));
        // Each stream has the events of its whole cluster, and knows what is stored of it.
        let sent = changes * parts;
        let streams = u64::from(plan.streams());
        let leases = u64::from(plan.leases());
        let held = leases.div_ceil(replicas);
        let streams_of = held * streams / leases;
        let lease_requests = (leases + replicas) * RENEWALS / RENEWALS_IN;
        // The part of all shards that the replica with the most of them has.
        let share = |all: u64| all * held / leases;
        let dropped = share(sent).saturating_sub(share(changes));
        let work =
            share(changes) * EVENT_CPU + dropped * FOREIGN_EVENT_CPU + lease_requests * LEASE_CPU;
        Self {
            clusters,
            objects,
            changes,
            layout: plan.layout,
            replicas,
            millicores: work * 1000 / SECOND,
            bytes: BASE_BYTES
                + streams_of * STREAM_BYTES
                + share(clusters * objects) * INDEX_BYTES
                + streams_of * objects * MARK_BYTES,
            lease_requests,
            watches: streams,
            sent,
            // A commit and a look at the fence a second of each stream.
            messages: changes + 2 * streams.min(changes),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clusters, objects, changes, layout, replicas, millicores, .. } = self;
        let megabytes = self.bytes / 1_000_000;
        let Self { lease_requests, watches, sent, messages, .. } = self;
        write!(
            f,
            "| {clusters} | {objects} | {changes} | `{layout}` | {replicas} | {millicores} m | {megabytes} MB | \
             {lease_requests}/s | {watches} | {sent}/s | {messages}/s |"
        )
    }
}

/// Returns the plans of the table.
pub fn plans() -> Vec<Plan> {
    let plan = |clusters, objects, changes, layout| Plan {
        clusters,
        objects,
        changes,
        layout,
        ..Plan::large(1)
    };
    vec![
        plan(1, 10_000, 100, Layout::OfAll(2)),
        plan(1, 150_000, 1_000, Layout::OfAll(4)),
        plan(1, 150_000, 10_000, Layout::OfAll(8)),
        plan(10, 10_000, 200, Layout::OfEach(1)),
        plan(10, 150_000, 2_000, Layout::OfEach(1)),
        plan(100, 10_000, 2_000, Layout::OfEach(1)),
        plan(100, 150_000, 20_000, Layout::OfEach(1)),
        plan(100, 150_000, 20_000, Layout::OfEach(2)),
        plan(100, 150_000, 20_000, Layout::OfAll(64)),
    ]
}
