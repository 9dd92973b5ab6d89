//! Stopping and dropping a stream, and streaming again afterwards.

use futures::stream::FusedStream as _;

use super::*;
use crate::Cause;

/// Streams in another task and stops it once it is pending. Returns the number of items and the phase
/// before the stop.
async fn stop_while_pending(
    responses: Vec<ScriptedResponse>,
    options: StreamOptions,
) -> (usize, Phase) {
    let (watcher, server) = watcher(responses);
    let mut events = watcher.stream(options);
    let stop = watcher.stop_handle();
    let task = tokio::spawn(async move {
        let mut seen = 0;
        while complete(events.next()).await.is_some() {
            seen += 1;
        }
        (seen, events)
    });
    run_tasks().await;
    assert!(watcher.is_running());
    let phase = watcher.status().borrow().phase;
    let before = tokio::time::Instant::now();
    stop.stop();
    let (seen, mut events) = task.await.unwrap();
    assert_eq!(tokio::time::Instant::now(), before, "a stop is immediate");
    assert!(!watcher.is_running());
    assert_eq!(server.open_bodies.load(Ordering::SeqCst), 0, "a stopped stream has no connection");
    assert!(events.is_terminated() && complete(events.next()).await.is_none());
    (seen, phase)
}

#[tokio::test(start_paused = true)]
async fn stop_is_immediate_while_idle() {
    let responses = vec![ok(vec![event("ADDED", "a", 1), Chunk::Hang])];
    let stopped = stop_while_pending(responses, StreamOptions::unmanaged()).await;
    assert_eq!(stopped, (1, Phase::Live));
}

#[tokio::test(start_paused = true)]
async fn stop_is_immediate_while_connecting() {
    let stopped = stop_while_pending(vec![], StreamOptions::managed()).await;
    assert_eq!(stopped, (0, Phase::Connecting));
}

#[tokio::test(start_paused = true)]
async fn stop_is_immediate_while_backing_off() {
    let rejection = ScriptedResponse { status: 503, body: vec![], ..ScriptedResponse::default() };
    let (seen, phase) = stop_while_pending(vec![rejection], StreamOptions::managed()).await;
    assert_eq!(seen, 0);
    assert!(matches!(phase, Phase::BackingOff { cause: Cause::Rejected(503), .. }), "{phase:?}");
}

#[tokio::test(start_paused = true)]
async fn stop_within_the_loop_discards_received_events() {
    let (watcher, _server) =
        watcher(vec![ok(vec![event("ADDED", "a", 1), event("ADDED", "b", 2), Chunk::Hang])]);
    let mut seen = Vec::new();
    let mut events = watcher.stream(StreamOptions::unmanaged());
    while let Some(event) = complete(events.try_next()).await.unwrap() {
        seen.push(summary(&event));
        watcher.stop();
    }
    assert_eq!(seen, ["ADDED a"]);
}

#[tokio::test(start_paused = true)]
async fn stopped_managed_watcher_resumes_from_its_last_version() {
    let (watcher, server) = watcher(vec![
        list("10", &[]),
        ok(vec![event("ADDED", "a", 11), event("ADDED", "b", 12), Chunk::Hang]),
        ok(vec![event("ADDED", "b", 12), Chunk::Hang]),
    ]);
    let mut events = watcher.stream(StreamOptions::managed());
    assert_eq!(summary(&complete(events.next()).await.unwrap().unwrap()), "ADDED a");
    watcher.stop();
    assert!(complete(events.next()).await.is_none());
    let mut events = watcher.stream(StreamOptions::managed());
    assert_eq!(summary(&complete(events.next()).await.unwrap().unwrap()), "ADDED b");
    let requests = server.requests.lock().unwrap();
    assert!(requests[2].contains("resourceVersion=11&"), "{requests:?}");
}

#[tokio::test(start_paused = true)]
async fn stopped_unmanaged_watcher_starts_over() {
    for given in [None, Some(5)] {
        let twice = || ok(vec![event("ADDED", "a", 11), Chunk::Hang]);
        let (mut watcher, server) = watcher(vec![twice(), twice()]);
        if let Some(version) = given {
            watcher = watcher.resource_version(version);
        }
        for _ in 0..2 {
            let mut events = watcher.stream(StreamOptions::unmanaged());
            assert_eq!(summary(&complete(events.next()).await.unwrap().unwrap()), "ADDED a");
            watcher.stop();
            assert!(complete(events.next()).await.is_none());
        }
        let requests = server.requests.lock().unwrap();
        assert_eq!(requests[0], requests[1]);
        assert_eq!(requests[0].contains("resourceVersion=5&"), given.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn drop_closes_the_connection() {
    let (watcher, server) = watcher(vec![ok(vec![event("ADDED", "a", 1), Chunk::Hang])]);
    let mut events = watcher.stream(StreamOptions::unmanaged());
    complete(events.next()).await.unwrap().unwrap();
    assert_eq!(server.open_bodies.load(Ordering::SeqCst), 1);
    assert!(!events.is_terminated());
    assert_eq!(format!("{events:?}"), "WatchStream { resource: \"pods/v1\", ended: false, .. }");
    assert!(format!("{watcher:?}").starts_with("Watcher { resource: \"pods/v1\""));
    drop(events);
    assert_eq!(server.open_bodies.load(Ordering::SeqCst), 0);
    assert!(!watcher.is_running());
}
