//! Checkpoints in PostgreSQL, for streams whatever their sink.

use watch_durable::{Batch, CheckpointStore, Row, StoreError};
use watch_protocol::EventType::Added;
use watch_relay::sink::Sink as _;
use watch_relay::sink::postgres::PostgresCheckpoints;

use crate::support::{config, message, open, progress};
use engines::postgres::Server;

fn row(key: &[u8], value: &[u8]) -> Row {
    Row { key: key.to_vec(), value: value.to_vec() }
}

fn batch(stream: &str, puts: &[(&[u8], &[u8])], removals: &[&[u8]]) -> Batch {
    Batch {
        stream: stream.to_owned(),
        puts: puts.iter().map(|(key, value)| row(key, value)).collect(),
        removals: removals.iter().map(|key| key.to_vec()).collect(),
    }
}

async fn rows(store: &dyn CheckpointStore, stream: &str) -> Vec<Row> {
    let mut rows = store.load(stream).await.expect("it loads");
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    rows
}

async fn check(store: &dyn CheckpointStore) -> Result<(), StoreError> {
    assert!(rows(store, "one").await.is_empty());
    store.commit(Vec::new()).await?;
    let any: &[u8] = b"\x00\xff'\"\\\n";
    let long = [7; 600];
    store
        .commit(vec![
            batch("one", &[(b"a", b"1"), (any, any), (&long, &[0; 5_000])], &[b"absent"]),
            batch("two", &[(b"a", b"2")], &[]),
        ])
        .await?;
    let expected = [row(any, any), row(&long, &[0; 5_000]), row(b"a", b"1")];
    assert_eq!(rows(store, "one").await, expected);
    assert_eq!(rows(store, "two").await, [row(b"a", b"2")]);
    store.commit(vec![batch("one", &[(b"a", b"3")], &[any, &long])]).await?;
    assert_eq!(rows(store, "one").await, [row(b"a", b"3")]);
    // Batches apply in order.
    store
        .commit(vec![
            batch("one", &[(b"b", b"1")], &[b"a"]),
            batch("one", &[(b"a", b"4")], &[b"b"]),
        ])
        .await?;
    assert_eq!(rows(store, "one").await, [row(b"a", b"4")]);
    assert_eq!(rows(store, "two").await, [row(b"a", b"2")]);
    Ok(())
}

#[tokio::test]
async fn store_alone_keeps_what_was_committed() {
    let server = Server::start().await;
    let store = PostgresCheckpoints::new(&config(&server)).expect("it is valid");
    check(&store).await.expect("it is committed");
    let again = PostgresCheckpoints::new(&config(&server)).expect("it is valid");
    assert_eq!(rows(&again, "one").await, [row(b"a", b"4")]);
}

#[tokio::test]
async fn store_of_a_sink_keeps_what_was_committed() {
    let server = Server::start().await;
    let sink = open(&server).await;
    check(&*sink.transaction().expect("it has one")).await.expect("it is committed");
}

#[tokio::test]
async fn rows_are_committed_together_or_not_at_all() {
    let server = Server::start().await;
    let store = PostgresCheckpoints::new(&config(&server)).expect("it is valid");
    store.commit(vec![batch("one", &[(b"a", b"1")], &[])]).await.expect("it is committed");
    server.execute("ALTER TABLE watchables.checkpoints ADD CHECK (stream <> 'bad')").await;
    let both = vec![batch("one", &[(b"b", b"2")], &[b"a"]), batch("bad", &[(b"c", b"3")], &[])];
    let error = store.commit(both).await.expect_err("a constraint refuses it");
    assert!(error.to_string().contains("cannot store checkpoints"), "{error}");
    assert_eq!(rows(&store, "one").await, [row(b"a", b"1")]);
}

#[tokio::test]
async fn store_connects_again_after_a_crash() {
    let mut server = Server::start().await;
    let store = PostgresCheckpoints::new(&config(&server)).expect("it is valid");
    store.commit(progress(1)).await.expect("it is committed");
    server.kill();
    store.commit(progress(2)).await.expect_err("the server is gone");
    server.run(&[]).await;
    store.commit(progress(3)).await.expect("it is committed");
    assert_eq!(rows(&store, "pods").await, [row(b"done", b"3")]);
}

#[tokio::test]
async fn stream_is_claimed_once() {
    let server = Server::start().await;
    let store = PostgresCheckpoints::new(&config(&server)).expect("it is valid");
    let claim = store.claim("one").expect("it is free");
    store.claim("two").expect("it is free");
    let error = store.claim("one").expect_err("it is in use");
    assert!(error.to_string().contains("one is in use"), "{error}");
    drop(claim);
    store.claim("one").expect("it is free again");
}

#[tokio::test]
async fn failing_checkpoint_takes_the_events_with_it() {
    let server = Server::start().await;
    let mut sink = open(&server).await;
    server.execute("ALTER TABLE watchables.checkpoints ADD CHECK (stream <> 'pods')").await;
    let mut events = watch_relay::Batch::new(vec![message("a", 1, Added)]);
    sink.deliver(&mut events).await.expect("it is delivered");
    crate::support::commit(&sink, progress(1)).await.expect_err("a constraint refuses it");
    assert!(crate::support::ids(&server).await.is_empty());
}
