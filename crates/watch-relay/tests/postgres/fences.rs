//! A former holder of a shard commits nothing.

use std::time::Duration;

use watch_durable::CheckpointStore as _;
use watch_protocol::EventType::{Added, Modified};
use watch_relay::Batch;
use watch_relay::sink::postgres::{PostgresCheckpoints, PostgresSink};
use watch_relay::sink::{Sink as _, SinkError};

use crate::support::{commit, config, fence, ids, message, progress, store};
use engines::postgres::Server;

async fn open(server: &Server, epoch: u64) -> Result<PostgresSink, SinkError> {
    let mut sink = PostgresSink::new(&config(server)).expect("it is valid");
    sink.open(Some(&fence(epoch))).await?;
    Ok(sink)
}

#[tokio::test]
async fn former_holder_is_refused() {
    let server = Server::start().await;
    let mut former = open(&server, 1).await.expect("it is the first");
    store(&mut former, vec![message("a", 1, Added)], progress(1)).await;
    let mut holder = open(&server, 2).await.expect("it is the next");

    let mut batch = Batch::new(vec![message("a", 2, Modified)]);
    let error = former.deliver(&mut batch).await.expect_err("it was taken over");
    assert!(error.is_fenced() && error.to_string().contains("taken over"), "{error}");
    let error = former.open(Some(&fence(1))).await.expect_err("it was taken over");
    assert!(error.is_fenced(), "{error}");
    assert!(open(&server, 1).await.expect_err("it is lower").is_fenced());
    let error = commit(&former, progress(9)).await.expect_err("it was taken over");
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref());
    assert!(source.is_some_and(SinkError::is_fenced), "{error}");

    store(&mut holder, vec![message("b", 3, Added)], progress(3)).await;
    holder.open(Some(&fence(2))).await.expect("the holder opens it again");
    assert_eq!(ids(&server).await, ["c/uid-a/1", "c/uid-b/3"]);
}

#[tokio::test]
async fn take_over_waits_for_a_commit_that_has_begun_and_forbids_the_next() {
    let server = Server::start().await;
    let mut former = open(&server, 1).await.expect("it is the first");
    let mut batch = Batch::new(vec![message("a", 1, Added)]);
    former.deliver(&mut batch).await.expect("it is delivered");
    let next = open(&server, 2);
    let commit = async {
        // Long enough for the other one to wait for the row.
        tokio::time::sleep(Duration::from_millis(300)).await;
        commit(&former, progress(1)).await
    };
    let (next, committed) = futures::join!(next, commit);
    committed.expect("it came first");
    let next = next.expect("it is the next");
    let loaded = next.transaction().expect("it has one").load("pods").await.expect("it loads");
    assert_eq!(loaded[0].value, b"1", "what was committed before is seen");
    let mut batch = Batch::new(vec![message("a", 2, Modified)]);
    assert!(former.deliver(&mut batch).await.expect_err("taken over").is_fenced());
}

#[tokio::test]
async fn holder_that_stalls_within_a_transaction_does_not_block_the_next() {
    let server = Server::start().await;
    let mut former = open(&server, 1).await.expect("it is the first");
    let mut batch = Batch::new(vec![message("a", 1, Added)]);
    former.deliver(&mut batch).await.expect("it is delivered");
    // It never commits: the server ends its transaction.
    let mut next = open(&server, 2).await.expect("it is the next");
    store(&mut next, vec![message("a", 1, Added)], progress(1)).await;
    commit(&former, progress(9)).await.expect_err("its transaction is gone");
    let loaded = next.transaction().expect("it has one").load("pods").await.expect("it loads");
    assert_eq!(loaded[0].value, b"1");
    assert_eq!(ids(&server).await, ["c/uid-a/1"]);
}

#[tokio::test]
async fn checkpoints_alone_are_fenced_too() {
    let server = Server::start().await;
    let former = PostgresCheckpoints::new(&config(&server)).expect("it is valid");
    former.open(Some(&fence(1))).await.expect("it is the first");
    former.commit(progress(1)).await.expect("it is committed");
    let next = PostgresCheckpoints::new(&config(&server)).expect("it is valid");
    next.open(Some(&fence(2))).await.expect("it is the next");
    former.commit(progress(9)).await.expect_err("it was taken over");
    assert_eq!(next.load("pods").await.expect("it loads")[0].value, b"1");
}
