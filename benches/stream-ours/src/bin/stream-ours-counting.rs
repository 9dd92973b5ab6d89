//! Counts allocations: everything else is a little slower for it.

use std::alloc::System;
use std::error::Error;

use gauge::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<(), Box<dyn Error>> {
    stream_ours::run()
}
