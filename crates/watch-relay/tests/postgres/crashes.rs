//! Exactly once, though the server is killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Mutex;
use watch_protocol::EventType::{Added, Modified};
use watch_relay::Batch;
use watch_relay::sink::Sink as _;

use crate::support::{commit, ids, message, open, present, progress, reopen, store};
use engines::postgres::Server;

#[tokio::test]
async fn batch_whose_commit_fails_is_stored_by_the_next_delivery() {
    let mut server = Server::start().await;
    let mut sink = open(&server).await;
    store(&mut sink, vec![message("a", 1, Added)], progress(1)).await;
    let mut batch = Batch::new(vec![message("a", 2, Modified), message("b", 3, Added)]);
    sink.deliver(&mut batch).await.expect("it is delivered");
    server.kill();
    commit(&sink, progress(3)).await.expect_err("the server is gone");
    let error = commit(&sink, progress(3)).await.expect_err("the batch is lost");
    assert!(error.to_string().contains("deliver the batch again"), "{error}");
    server.run(&[]).await;
    let error = commit(&sink, progress(3)).await.expect_err("the batch is still lost");
    assert!(error.to_string().contains("deliver the batch again"), "{error}");
    assert_eq!(ids(&server).await, ["c/uid-a/1"]);

    reopen(&mut sink).await.expect("it opens");
    batch.reset();
    sink.deliver(&mut batch).await.expect("it is delivered");
    commit(&sink, progress(3)).await.expect("it is committed");
    assert_eq!(ids(&server).await, ["c/uid-a/1", "c/uid-a/2", "c/uid-b/3"]);
    assert_eq!(present(&server).await, ["a 2", "b 3"]);
}

#[tokio::test]
async fn delivery_that_fails_leaves_everything_pending() {
    let mut server = Server::start().await;
    let mut sink = open(&server).await;
    server.kill();
    let mut batch = Batch::new(vec![message("a", 1, Added)]);
    let error = sink.deliver(&mut batch).await.expect_err("the server is gone");
    assert!(error.to_string().starts_with("postgres://127.0.0.1:"), "{error}");
    assert_eq!(batch.pending().count(), 1);
    let error = sink.deliver(&mut batch).await.expect_err("it was not opened");
    assert!(error.to_string().contains("not open"), "{error}");
    let error = sink.open(None).await.expect_err("the server is gone").to_string();
    assert!(error.contains("cannot connect") && !error.contains("hunter2"), "{error}");
    server.run(&[]).await;
    reopen(&mut sink).await.expect("it opens");
    sink.deliver(&mut batch).await.expect("it is delivered");
    commit(&sink, Vec::new()).await.expect("it is committed");
    assert_eq!(ids(&server).await, ["c/uid-a/1"]);
}

#[tokio::test]
async fn dropped_delivery_and_dropped_commit_lose_nothing() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let messages: Vec<_> = (0..500).map(|n| message("a", n, Modified)).collect();
    let mut batch = Batch::new(messages);
    // At every place where it waits, until it is done before it is dropped.
    let mut dropped = 0;
    while polled(sink.deliver(&mut batch), dropped + 1).await.is_none() {
        assert_eq!(batch.pending().count(), 500);
        commit(&sink, progress(1)).await.expect_err("half a delivery is not committed");
        dropped += 1;
    }
    assert!(dropped > 1, "it waits several times");
    // A commit goes on by itself, once it has begun.
    assert!(polled(commit(&sink, progress(500)), 1).await.is_none());
    let mut next = Batch::new(vec![message("b", 500, Added)]);
    sink.deliver(&mut next).await.expect("it waits for the commit");
    assert_eq!(ids(&server).await.len(), 500);
    commit(&sink, progress(501)).await.expect("it is committed");
    assert_eq!(ids(&server).await.len(), 501);
}

/// A durable stream keeps the future of a commit, and polls it when it is polled itself.
#[tokio::test]
async fn commit_that_is_not_polled_blocks_no_delivery() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    let store = sink.transaction().expect("it has one");
    let mut kept = store.commit(progress(0));
    assert!(futures::poll!(&mut kept).is_pending());
    let mut batch = Batch::new(vec![message("a", 1, Added)]);
    let delivered = tokio::time::timeout(Duration::from_secs(20), sink.deliver(&mut batch)).await;
    delivered.expect("it hangs").expect("it is delivered");
    let mut loaded = store.load("pods");
    assert!(futures::poll!(&mut loaded).is_pending());
    commit(&sink, progress(1)).await.expect("it is committed");
    kept.await.expect("it was committed");
    loaded.await.expect("it is loaded");
    assert_eq!(ids(&server).await, ["c/uid-a/1"]);
}

/// Drops a future after it was polled so often, if it is not done then.
async fn polled<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut left = times;
    std::future::poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

/// A relay writes batch after batch, and takes up from its checkpoint whenever something fails, while the server is
/// killed at any moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_is_stored_once_over_crashes_under_load() {
    const EVENTS: usize = 30_000;
    let server = Server::start().await;
    let sink = open(&server).await;
    let server = Arc::new(Mutex::new(server));
    let done = Arc::new(AtomicBool::new(false));
    let killer = {
        let (server, done) = (Arc::clone(&server), Arc::clone(&done));
        tokio::spawn(async move {
            let mut kills = 0;
            while !done.load(Ordering::Relaxed) && kills < 8 {
                tokio::time::sleep(Duration::from_millis(fastrand::u64(150..700))).await;
                let mut server = server.lock().await;
                server.kill();
                server.run(&[]).await;
                kills += 1;
            }
            kills
        })
    };
    let failures = relay(sink, EVENTS).await;
    done.store(true, Ordering::Relaxed);
    let kills = killer.await.expect("it does not panic");
    assert!(kills > 0 && failures > 0, "{kills} kills, {failures} failures");

    let server = server.lock().await;
    let ids = ids(&server).await;
    let expected: Vec<_> = (0..EVENTS).map(id).collect();
    assert!(ids == expected, "{} events of {EVENTS}, in another order or not once", ids.len());
    let query = "SELECT count(*)::text FROM watchables.objects WHERE (object -> 'metadata' ->> 'resourceVersion') = \
                 resource_version";
    assert_eq!(crate::support::texts(&server.client().await, query).await, ["7"]);
}

fn id(n: usize) -> String {
    format!("c/uid-pod-{}/{n}", n % 7)
}

/// Returns how often something failed.
async fn relay(mut sink: watch_relay::sink::postgres::PostgresSink, events: usize) -> usize {
    let checkpoints = sink.transaction().expect("it has one");
    let mut failures = 0;
    'restart: loop {
        assert!(reopen(&mut sink).await.is_ok(), "the server does not come back");
        let Ok(rows) = checkpoints.load("pods").await else {
            failures += 1;
            continue;
        };
        let text = rows.first().map_or("0", |row| std::str::from_utf8(&row.value).expect("text"));
        let mut done: usize = text.parse().expect("a number");
        while done < events {
            let end = (done + fastrand::usize(1..300)).min(events);
            let messages =
                (done..end).map(|n| message(&format!("pod-{}", n % 7), n as u64, Modified));
            let mut batch = Batch::new(messages.collect());
            let delivered = sink.deliver(&mut batch).await.is_ok();
            if !delivered || checkpoints.commit(progress(end)).await.is_err() {
                failures += 1;
                continue 'restart;
            }
            done = end;
        }
        return failures;
    }
}
