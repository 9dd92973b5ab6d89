//! Stopping a stream with a real connection, from other tasks and threads.

use futures::{StreamExt as _, TryStreamExt as _};
use watchables::rel_1_37::Pod;
use watchables::{Client, Phase, StreamOptions, Watcher};

use crate::support::{Reply, ScriptedServer, client, client_of, pod, server, soon, until};

#[tokio::test]
async fn stop_from_another_task_ends_an_idle_stream_and_its_connection() {
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
async fn stop_from_another_thread_ends_the_stream_and_the_next_one_works() {
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
async fn stop_ends_a_stream_whose_server_is_gone() {
    let server = server().await;
    let watcher = Watcher::<Pod>::new(client(&server));
    let mut events = watcher.stream(StreamOptions::managed());
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    until(|| server.watches() == 1).await;
    server.shutdown().await;
    // The stream now backs off and retries.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(watcher.is_running());
    watcher.stop();
    assert!(soon(waiting).await.unwrap());
}

/// Stops, from another thread, a stream that is in a certain phase in a task.
async fn stop_from_a_thread(client: Client, waits: fn(&Phase) -> bool) {
    let watcher = Watcher::<Pod>::new(client);
    let mut events = watcher.stream(StreamOptions::managed());
    let waiting = tokio::spawn(async move { events.next().await.is_none() });
    let mut status = watcher.status();
    soon(status.wait_for(|status| waits(&status.phase))).await.unwrap();
    let stop = watcher.stop_handle();
    std::thread::spawn(move || stop.stop()).join().unwrap();
    assert!(soon(waiting).await.unwrap(), "the stream ends without an item");
    assert!(!watcher.is_running());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stop_from_another_thread_ends_a_stream_in_every_phase() {
    let idle = server().await;
    stop_from_a_thread(client(&idle), |phase| *phase == Phase::Live).await;
    until(|| idle.watches() == 0).await;

    // Accepts connections and never responds.
    let unresponsive = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", unresponsive.local_addr().unwrap());
    stop_from_a_thread(client_of(&url), |phase| *phase == Phase::Connecting).await;

    let busy = ScriptedServer::start([Reply::status(429).header("retry-after", "3600")]).await;
    let backs_off = |phase: &Phase| matches!(phase, Phase::BackingOff { .. });
    stop_from_a_thread(client_of(busy.url()), backs_off).await;
}

#[tokio::test]
async fn dropped_stream_leaves_no_connection() {
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
