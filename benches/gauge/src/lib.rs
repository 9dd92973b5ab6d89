//! Measures the benches' programs: CPU time, memory, allocations, delays. Defines their arguments and
//! prints their figures.

mod args;
mod clock;
mod cluster;
mod delays;
mod event_counter;
mod figures;
mod idle;
mod list;
mod memory;
mod span;
mod stopper;
mod store;

pub use args::{Args, Task, Wire};
pub use clock::monotonic;
pub use cluster::Cluster;
pub use delays::{Delays, SENT, since};
pub use event_counter::EventCounter;
pub use figures::{Figures, quantile};
pub use idle::IdleMeasurement;
pub use list::ListMeasurement;
pub use memory::{Resident, allocations, live_bytes, sockets};
pub use span::{Reading, Span};
pub use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
pub use stopper::Stopper;
pub use store::{NODES, StoreMeasurement, VERSION, last_version, node_of};
