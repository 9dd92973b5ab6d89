//! What the benches' programs measure with: CPU time, memory, allocations, and lines of figures.

mod args;
mod clock;
mod figures;
mod memory;
mod span;
mod tally;

pub use args::{Args, Task};
pub use clock::monotonic;
pub use figures::{Figures, quantile};
pub use memory::{Resident, allocations, live_bytes, sockets};
pub use span::{Reading, Span};
pub use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
pub use tally::Tally;
