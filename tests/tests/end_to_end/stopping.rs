//! Stops against a real connection, from other tasks and threads.

use futures::{StreamExt as _, TryStreamExt as _};
use watchables::rel_1_36::Pod;
use watchables::{StreamOptions, Watcher};
use watchables_tests::{client, pod, server, soon, until};

#[tokio::test]
async fn another_task_stops_an_idle_stream_and_its_connection() {
    let server = server().await;
    let watcher = Watcher::<Pod>::new(client(&server)).timeout(None);
    let mut events = watcher.stream(StreamOptions::default());
    let idle = tokio::spawn(async move { events.next().await.is_none() });
    until(|| server.watches() == 1).await;
    assert!(watcher.is_running());
    watcher.stop();
    assert!(soon(idle).await.unwrap());
    assert!(!watcher.is_running());
    until(|| server.watches() == 0).await;
}

#[tokio::test]
async fn another_thread_stops_it_too_and_it_streams_again() {
    let server = server().await;
    server.store().create(pod("default", "a")).unwrap();
    let watcher = Watcher::<Pod>::new(client(&server)).timeout(None);
    for _ in 0..3 {
        let mut events = watcher.stream(StreamOptions::default());
        assert!(soon(events.try_next()).await.unwrap().is_some());
        let stop = watcher.stop_handle();
        let thread = std::thread::spawn(move || stop.stop());
        assert!(soon(events.try_next()).await.unwrap().is_none());
        thread.join().unwrap();
    }
}

#[tokio::test]
async fn a_server_that_ends_does_not_keep_a_stop_waiting() {
    let server = server().await;
    let watcher = Watcher::<Pod>::new(client(&server));
    let mut events = watcher.stream(StreamOptions::managed());
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    until(|| server.watches() == 1).await;
    server.shutdown().await;
    // Now it backs off and tries again, again and again.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(watcher.is_running());
    watcher.stop();
    assert!(soon(waiting).await.unwrap());
}
