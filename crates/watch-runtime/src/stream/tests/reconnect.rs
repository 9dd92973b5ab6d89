//! Reconnects after a server outage are spread over time.

use super::*;

#[tokio::test(start_paused = true)]
async fn simultaneous_disconnects_reconnect_at_random_times() {
    // Watchers seed their generators from this thread's: the test is deterministic.
    fastrand::seed(7);
    let start = tokio::time::Instant::now().into_std();
    let mut tenths = [0; 10];
    for _ in 0..1_000 {
        let (watcher, _server) = watcher(vec![ok(vec![Chunk::Disconnect])]);
        let watcher = watcher.resource_version(5);
        let mut events = watcher.stream(StreamOptions::managed());
        assert!(events.next().now_or_never().is_none(), "pending");
        let phase = watcher.status().borrow().phase;
        let Phase::BackingOff { until, .. } = phase else { panic!("{phase:?}") };
        let wait = until.duration_since(start).as_millis();
        assert!(wait <= 200, "the first backoff is short: {wait} ms");
        tenths[(wait / 20).min(9) as usize] += 1;
    }
    // Each tenth expects 100, with a standard deviation of about 10: the bounds are at five deviations.
    assert!(tenths.iter().all(|n| (50..150).contains(n)), "{tenths:?}");
}
