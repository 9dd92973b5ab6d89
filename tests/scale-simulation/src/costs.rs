//! What cannot be simulated, and is a number here: what work and messages cost. docs/scale.md says how each was measured.

use crate::time::{MILLISECOND, Micros, SECOND};

/// CPU of an event that is relayed to JetStream, from the socket to the acknowledgement.
pub(crate) const EVENT_CPU: Micros = 90;
/// CPU of an event of another shard, which a server without `shardSelector` sends, and the watcher drops.
pub(crate) const FOREIGN_EVENT_CPU: Micros = 12;
/// CPU of an object in the initial list that is relayed.
pub(crate) const LISTED_CPU: Micros = 90;
/// CPU of an object in a list that is only compared.
pub(crate) const COMPARED_CPU: Micros = 20;
/// CPU and time of reading an object's row of a checkpoint.
pub(crate) const ROW_CPU: Micros = 2;
/// CPU and time of reading what the sink has stored last of an object.
pub(crate) const MARK_CPU: Micros = 8;
/// CPU of a change of a Lease that a replica is shown.
pub(crate) const LEASE_CPU: Micros = 100;

/// Memory of a replica that watches nothing.
pub(crate) const BASE_BYTES: u64 = 20_000_000;
/// Memory of a watch with its connection, its sink and its checkpoint.
pub(crate) const STREAM_BYTES: u64 = 1_000_000;
/// Memory of an object in the index of a watch and in the ledger of its checkpoint.
pub(crate) const INDEX_BYTES: u64 = 200;
/// Memory of what is known of an object's last stored event.
pub(crate) const MARK_BYTES: u64 = 114;

/// How long an event takes from the API server's watch to the relay.
pub(crate) const WATCH_DELAY: Micros = 2 * MILLISECOND;
/// One way between a replica and the sink.
pub(crate) const SINK_DELAY: Micros = MILLISECOND / 2;
/// What the sink takes for a message, of which it does one after the other.
pub(crate) const SINK_SERVICE: Micros = 12;
/// How much longer it takes while it is slow.
pub(crate) const SINK_SLOWNESS: u64 = 40;
/// How long a request for a Lease, or a change of one, is on its way at most; most take a tenth.
pub(crate) const LEASE_DELAY: Micros = 50 * MILLISECOND;
/// How often etcd is compacted, and for how long at least it keeps changes.
pub(crate) const COMPACTION: Micros = 5 * 60 * SECOND;
/// How long a request for a page of a list takes.
pub(crate) const PAGE_TIME: Micros = 50 * MILLISECOND;
/// The objects of a page.
pub(crate) const PAGE: u64 = 500;
