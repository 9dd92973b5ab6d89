//! A server that goes away takes all its watchers with it: they are not to come back all at once.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_thousand_watchers_that_are_cut_at_once_come_back_at_their_own_times() {
    // Watchers take their seeds from this thread's generator: so they are the same each time.
    fastrand::seed(7);
    let start = tokio::time::Instant::now().into_std();
    let mut tenths = [0; 10];
    for _ in 0..1_000 {
        let (watcher, _script) = watcher(vec![ok(vec![Piece::Cut])]);
        let watcher = watcher.resource_version(5);
        let mut events = watcher.stream(StreamOptions::managed());
        assert!(events.next().now_or_never().is_none(), "it waits");
        let phase = watcher.status().borrow().phase;
        let Phase::BackingOff { until, .. } = phase else { panic!("{phase:?}") };
        let wait = until.duration_since(start).as_millis();
        assert!(wait <= 200, "the first wait is short: {wait} ms");
        tenths[(wait / 20).min(9) as usize] += 1;
    }
    // A tenth of them is a hundred, give or take ten: five times that would be no accident.
    assert!(tenths.iter().all(|n| (50..150).contains(n)), "{tenths:?}");
}
