//! Counts allocations, which makes everything else a little slower.

use std::alloc::System;

use gauge::{INSTRUMENTED_SYSTEM, StatsAlloc};
use stream_common::Error;

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<(), Error> {
    stream_ours::run()
}
