//! How long two things take, side by side.

use std::time::{Duration, Instant};

use crate::case::Turn;

/// Long enough for the clock not to matter, short enough to be seldom interrupted.
const BATCH: Duration = Duration::from_millis(2);
const BATCHES: u32 = 200;

/// Microseconds that each takes, of wall time on this thread: the best batch's mean, the two in turns.
/// The best, because whatever else the machine does can only add.
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

/// How many times fill a batch; trying it also warms caches.
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
