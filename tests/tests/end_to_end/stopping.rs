//! Stops against a real connection, from other tasks and threads.

use futures::{StreamExt as _, TryStreamExt as _};
use watchables::rel_1_36::Pod;
use watchables::{Client, Phase, StreamOptions, Watcher};
use watchables_tests::{Reply, Scripted, client, client_of, pod, server, soon, until};

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

/// Stops, from another thread, a stream that waits in a task.
async fn stop_from_a_thread(client: Client, waits: fn(&Phase) -> bool) {
    let watcher = Watcher::<Pod>::new(client);
    let mut events = watcher.stream(StreamOptions::managed());
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    let mut status = watcher.status();
    soon(status.wait_for(|status| waits(&status.phase))).await.unwrap();
    let stop = watcher.stop_handle();
    std::thread::spawn(move || stop.stop()).join().unwrap();
    assert!(soon(waiting).await.unwrap(), "it ended without an item");
    assert!(!watcher.is_running());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_thread_stops_it_whatever_it_waits_for() {
    let idle = server().await;
    stop_from_a_thread(client(&idle), |phase| *phase == Phase::Live).await;
    until(|| idle.watches() == 0).await;

    // It takes connections, and says nothing.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", mute.local_addr().unwrap());
    stop_from_a_thread(client_of(&url), |phase| *phase == Phase::Connecting).await;

    let busy = Scripted::start([Reply::status(429).header("retry-after", "3600")]).await;
    let backs_off = |phase: &Phase| matches!(phase, Phase::BackingOff { .. });
    stop_from_a_thread(client_of(busy.url()), backs_off).await;
}

#[tokio::test]
async fn a_stream_that_is_dropped_leaves_no_connection() {
    let server = server().await;
    let watcher = Watcher::<Pod>::new(client(&server));
    let mut events = watcher.stream(StreamOptions::managed());
    assert!(futures::poll!(events.next()).is_pending());
    soon(async {
        while server.watches() == 0 {
            let time = std::time::Duration::from_millis(10);
            let _ = tokio::time::timeout(time, events.next()).await;
        }
    })
    .await;
    drop(events);
    until(|| server.watches() == 0).await;
    assert!(!watcher.is_running());
}
