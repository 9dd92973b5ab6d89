//! Streams that are stopped or dropped, and those after them.

use super::*;
use crate::protocol::status::{Cause, Phase};

/// Streams in a task of its own, stops from here once it waits, and says how many items it saw and what
/// it was doing.
async fn stopped_while_waiting(answers: Vec<Answer>, options: StreamOptions) -> (usize, Phase) {
    let (watcher, script) = watcher(answers);
    let mut events = watcher.stream(options);
    let stop = watcher.stop_handle();
    let task = tokio::spawn(async move {
        let mut seen = 0;
        while soon(events.next()).await.is_some() {
            seen += 1;
        }
        (seen, events)
    });
    settle().await;
    assert!(watcher.is_running());
    let phase = watcher.status().borrow().phase;
    let before = tokio::time::Instant::now();
    stop.stop();
    let (seen, mut events) = task.await.unwrap();
    assert_eq!(tokio::time::Instant::now(), before, "a stop takes no time");
    assert!(!watcher.is_running());
    assert_eq!(script.open.load(Ordering::SeqCst), 0, "a stopped stream holds no connection");
    assert!(events.is_terminated() && soon(events.next()).await.is_none());
    (seen, phase)
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_immediate_while_no_event_arrives() {
    let answers = vec![ok(vec![event("ADDED", "a", 1), Piece::Hang])];
    let stopped = stopped_while_waiting(answers, StreamOptions::unmanaged()).await;
    assert_eq!(stopped, (1, Phase::Live));
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_immediate_while_connecting() {
    let stopped = stopped_while_waiting(vec![], StreamOptions::managed()).await;
    assert_eq!(stopped, (0, Phase::Connecting));
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_immediate_while_backing_off() {
    let refusal = Answer { status: 503, body: vec![] };
    let (seen, phase) = stopped_while_waiting(vec![refusal], StreamOptions::managed()).await;
    assert_eq!(seen, 0);
    assert!(matches!(phase, Phase::BackingOff { cause: Cause::Rejected(503), .. }), "{phase:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_inside_the_loop_ends_it_though_more_had_arrived() {
    let (watcher, _script) =
        watcher(vec![ok(vec![event("ADDED", "a", 1), event("ADDED", "b", 2), Piece::Hang])]);
    let mut seen = Vec::new();
    let mut events = watcher.stream(StreamOptions::unmanaged());
    while let Some(event) = soon(events.try_next()).await.unwrap() {
        seen.push(told(&event));
        watcher.stop();
    }
    assert_eq!(seen, ["ADDED a"]);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_watcher_streams_again_from_where_it_was() {
    let (watcher, script) = watcher(vec![
        list("10", &[]),
        ok(vec![event("ADDED", "a", 11), event("ADDED", "b", 12), Piece::Hang]),
        ok(vec![event("ADDED", "b", 12), Piece::Hang]),
    ]);
    let mut events = watcher.stream(StreamOptions::managed());
    assert_eq!(told(&soon(events.next()).await.unwrap().unwrap()), "ADDED a");
    watcher.stop();
    assert!(soon(events.next()).await.is_none());
    let mut events = watcher.stream(StreamOptions::managed());
    assert_eq!(told(&soon(events.next()).await.unwrap().unwrap()), "ADDED b");
    let requests = script.requests.lock().unwrap();
    assert!(requests[2].contains("resourceVersion=11&"), "{requests:?}");
}

#[tokio::test(start_paused = true)]
async fn unmanaged_it_streams_again_from_where_it_began() {
    for given in [None, Some(5)] {
        let twice = || ok(vec![event("ADDED", "a", 11), Piece::Hang]);
        let (mut watcher, script) = watcher(vec![twice(), twice()]);
        if let Some(version) = given {
            watcher = watcher.resource_version(version);
        }
        for _ in 0..2 {
            let mut events = watcher.stream(StreamOptions::unmanaged());
            assert_eq!(told(&soon(events.next()).await.unwrap().unwrap()), "ADDED a");
            watcher.stop();
            assert!(soon(events.next()).await.is_none());
        }
        let requests = script.requests.lock().unwrap();
        assert_eq!(requests[0], requests[1]);
        assert_eq!(requests[0].contains("resourceVersion=5&"), given.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_closes_its_connection() {
    let (watcher, script) = watcher(vec![ok(vec![event("ADDED", "a", 1), Piece::Hang])]);
    let mut events = watcher.stream(StreamOptions::unmanaged());
    soon(events.next()).await.unwrap().unwrap();
    assert_eq!(script.open.load(Ordering::SeqCst), 1);
    assert!(!events.is_terminated());
    assert_eq!(format!("{events:?}"), "WatchStream { resource: \"pods/v1\", ended: false, .. }");
    assert!(format!("{watcher:?}").starts_with("Watcher { resource: \"pods/v1\""));
    drop(events);
    assert_eq!(script.open.load(Ordering::SeqCst), 0);
    assert!(!watcher.is_running());
}
