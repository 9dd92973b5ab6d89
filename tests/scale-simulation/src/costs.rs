//! What cannot be simulated, and is a number here: what work and messages cost. docs/scale.md says how each was measured.

use crate::time::{MILLISECOND, Micros, SECOND};

/// CPU of an event that is relayed to JetStream alone, a batch of its own (`measure.py replica`).
pub(crate) const EVENT_CPU: Micros = 150;
/// CPU of an event of another shard, which a server without `shardSelector` sends, and the watcher drops (`measure.py
/// foreign`).
pub(crate) const FOREIGN_EVENT_CPU: Micros = 27;
/// CPU of an object in the initial list that is relayed, in batches of 512 (`measure.py replica`).
pub(crate) const LISTED_CPU: Micros = 40;
/// CPU of an object in a list that is only compared (docs/performance.md, `list`).
pub(crate) const COMPARED_CPU: Micros = 21;
/// CPU of reading an object's row of a checkpoint, and what the sink has stored last of it: 7 us of a restart
/// (`measure.py replica`), split by a guess.
pub(crate) const ROW_CPU: Micros = 2;
pub(crate) const MARK_CPU: Micros = 5;
/// CPU of a change of a Lease that a replica is shown, its own renewals included (`measure.py leases`).
pub(crate) const LEASE_CPU: Micros = 190;

/// Memory of a replica that watches nothing (`measure.py replica 0`).
pub(crate) const BASE_BYTES: u64 = 22_500_000;
/// Memory of a watch with its connection, its sink and its checkpoint (`measure.py leases`).
pub(crate) const STREAM_BYTES: u64 = 120_000;
/// Memory of an object in the index of a watch, and what its checkpoint and the allocator add (`measure.py replica`).
pub(crate) const INDEX_BYTES: u64 = 150;
/// Memory of what is known of an object's last stored event, of which two subjects are known (`sink/nats/marks.rs`).
pub(crate) const MARK_BYTES: u64 = 114;

// Assumed, and not measured: a network within a region.

/// How long an event takes from the API server's watch to the relay.
pub(crate) const WATCH_DELAY: Micros = 2 * MILLISECOND;
/// One way between a replica and the sink.
pub(crate) const SINK_DELAY: Micros = MILLISECOND / 2;
/// What the sink takes for a message, of which it does one after the other: nats-server used 41 us of CPU a message of a
/// first state (`measure.py replica`), and the streams of four groups of clusters are led by different servers.
pub(crate) const SINK_SERVICE: Micros = 10;
/// How much longer it takes while it is slow.
pub(crate) const SINK_SLOWNESS: u64 = 40;
/// How long a request for a Lease, or a change of one, is on its way at most; most take a tenth.
pub(crate) const LEASE_DELAY: Micros = 50 * MILLISECOND;
/// How often etcd is compacted, and for how long at least it keeps changes: an API server's default.
pub(crate) const COMPACTION: Micros = 5 * 60 * SECOND;
/// How long a request for a page of a list takes.
pub(crate) const PAGE_TIME: Micros = 50 * MILLISECOND;
/// The objects of a page.
pub(crate) const PAGE: u64 = 500;
