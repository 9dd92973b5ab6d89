//! Times two functions in alternation.

use std::time::{Duration, Instant};

use crate::case::Turn;

/// Long enough to hide the cost of the clock, short enough to be rarely interrupted.
const BATCH: Duration = Duration::from_millis(2);
const BATCHES: u32 = 200;

/// Returns the wall time of each in microseconds: the mean of the best batch, in alternation. The best
/// batch counts because other load on the machine can only add time.
pub(crate) fn in_turns(turns: [&Turn; 2]) -> [f64; 2] {
    let sizes = turns.map(size);
    let mut best = [f64::INFINITY; 2];
    for _ in 0..BATCHES {
        for (side, turn) in turns.into_iter().enumerate() {
            let mean = batch(turn, sizes[side]).as_secs_f64() / f64::from(sizes[side]);
            best[side] = best[side].min(mean);
        }
    }
    best.map(|seconds| seconds * 1e6)
}

/// Returns how many calls fill a batch. Finding out also warms the caches.
fn size(turn: &Turn) -> u32 {
    let mut size = 1;
    while batch(turn, size) < BATCH {
        size *= 2;
    }
    size
}

fn batch(turn: &Turn, times: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        turn();
    }
    start.elapsed()
}
