//! What the benches' programs measure with: CPU time, memory, allocations, and lines of figures.

mod args;
mod clock;
mod cluster;
mod delays;
mod figures;
mod filling;
mod idle;
mod memory;
mod span;
mod stopper;
mod tally;

pub use args::{Args, Task};
pub use clock::monotonic;
pub use cluster::Cluster;
pub use delays::{Delays, SENT, since};
pub use figures::{Figures, quantile};
pub use filling::Filling;
pub use idle::Idle;
pub use memory::{Resident, allocations, live_bytes, sockets};
pub use span::{Reading, Span};
pub use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
pub use stopper::Stopper;
pub use tally::Tally;
