//! Checkpoints in JetStream: what was committed is there, whole, and a former holder commits nothing.

mod durable;
mod kills;

use watch_durable::{Batch, CheckpointStore as _, Row, StoreError};
use watch_relay::checkpoints::jetstream::{JetStreamCheckpoints, JetStreamConfig};
use watch_relay::sink::{Fence, SinkError};

use crate::support::{Server, text};

/// Opens the checkpoints of a shard.
async fn open(server: &Server) -> JetStreamCheckpoints {
    open_as(server, "pods/0", None).await.expect("it opens")
}

async fn open_as(
    server: &Server,
    name: &str,
    fence: Option<&Fence>,
) -> Result<JetStreamCheckpoints, StoreError> {
    JetStreamCheckpoints::open(&JetStreamConfig::new(server.url()), name, fence).await
}

fn batch(stream: &str, puts: &[(&str, &str)], removals: &[&str]) -> Batch {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let puts = puts.iter().map(|(key, value)| Row { key: bytes(key), value: bytes(value) });
    Batch {
        stream: stream.to_owned(),
        puts: puts.collect(),
        removals: removals.iter().map(|key| bytes(key)).collect(),
    }
}

async fn rows(checkpoints: &JetStreamCheckpoints, stream: &str) -> Vec<(String, String)> {
    let rows = checkpoints.load(stream).await.expect("it loads").into_iter();
    let text = |bytes| String::from_utf8(bytes).expect("a text");
    let mut rows: Vec<_> = rows.map(|row| (text(row.key), text(row.value))).collect();
    rows.sort();
    rows
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn is_fenced(error: &StoreError) -> bool {
    let source = std::error::Error::source(error);
    source.and_then(|source| source.downcast_ref::<SinkError>()).is_some_and(SinkError::is_fenced)
}

#[tokio::test]
async fn committed_rows_are_loaded_by_the_next_holder() {
    let server = Server::start();
    let first = open(&server).await;
    assert!(rows(&first, "pods").await.is_empty());
    let both =
        vec![batch("pods", &[("a", "1"), ("b", "1")], &[]), batch("maps", &[("a", "9")], &[])];
    first.commit(both).await.expect("it is committed");
    let change = batch("pods", &[("a", "2")], &["b", "absent"]);
    first.commit(vec![change]).await.expect("it is committed");
    assert_eq!(rows(&first, "pods").await, pairs(&[("a", "2")]), "its own commits are read again");
    let next = open(&server).await;
    assert_eq!(rows(&next, "pods").await, pairs(&[("a", "2")]));
    assert_eq!(rows(&next, "maps").await, pairs(&[("a", "9")]));
    let other = open_as(&server, "pods/1", None).await.expect("it opens");
    assert!(rows(&other, "pods").await.is_empty(), "another shard has its own");
}

#[tokio::test]
async fn former_holder_commits_and_loads_nothing_more() {
    let server = Server::start();
    let former = open(&server).await;
    former.commit(vec![batch("pods", &[("a", "1")], &[])]).await.expect("it is committed");
    let holder = open(&server).await;
    // Though the holder has written nothing yet.
    let late = former.commit(vec![batch("pods", &[("a", "late")], &[])]).await;
    let error = late.expect_err("another one holds it");
    assert!(is_fenced(&error), "{}", text(&error));
    assert!(error.to_string().contains("watchables-checkpoints.pods/0"), "{error}");
    let error = former.load("pods").await.expect_err("another one holds it");
    assert!(is_fenced(&error), "{}", text(&error));
    assert_eq!(rows(&holder, "pods").await, pairs(&[("a", "1")]));
    holder.commit(vec![batch("pods", &[("a", "2")], &[])]).await.expect("it is committed");
}

#[tokio::test]
async fn lower_epoch_cannot_open() {
    let server = Server::start();
    let fence = |epoch| Fence { name: "pods/0".to_owned(), epoch };
    let holder = open_as(&server, "pods/0", Some(&fence(5))).await.expect("it opens");
    let error = open_as(&server, "pods/0", Some(&fence(4))).await.expect_err("5 was there");
    assert!(is_fenced(&error), "{}", text(&error));
    holder.commit(vec![batch("pods", &[("a", "1")], &[])]).await.expect("it still holds it");
    open_as(&server, "pods/0", Some(&fence(5))).await.expect("the same holder, started again");
}

#[tokio::test]
async fn commit_larger_than_a_message_is_split() {
    let server = Server::with("max_payload: 16384");
    let first = open(&server).await;
    let value = "v".repeat(1_000);
    let keys: Vec<_> = (100..300).map(|number| number.to_string()).collect();
    let puts: Vec<_> = keys.iter().map(|key| (key.as_str(), value.as_str())).collect();
    first.commit(vec![batch("pods", &puts, &[])]).await.expect("it is committed");
    assert_eq!(rows(&open(&server).await, "pods").await, pairs(&puts));
}

#[tokio::test]
async fn log_is_shortened_and_keeps_its_content() {
    let server = Server::with("max_payload: 16384");
    let first = open(&server).await;
    first.compact_from(20_000).await;
    let mut expected = std::collections::BTreeMap::new();
    for number in 0..600_u32 {
        let (key, value) = (format!("key-{}", number % 97), format!("{number}").repeat(100));
        let removed = format!("key-{}", (number * 7) % 97);
        expected.remove(&removed);
        expected.insert(key.clone(), value.clone());
        let change = batch("pods", &[(&key, &value)], &[&removed]);
        first.commit(vec![change]).await.expect("it is committed");
    }
    let client = async_nats::connect(server.url()).await.expect("it connects");
    let context = async_nats::jetstream::new(client);
    let stream = context.get_stream("watchables-checkpoints").await.expect("it exists");
    let state = &stream.cached_info().state;
    assert!(state.last_sequence > 600, "{state:?}");
    assert!(state.messages < 400, "{state:?}");
    let expected: Vec<_> = expected.into_iter().collect();
    assert_eq!(rows(&open(&server).await, "pods").await, expected);
}

#[tokio::test]
async fn epoch_is_remembered_when_the_log_is_shortened() {
    let server = Server::start();
    let fence = |epoch| Fence { name: "pods/0".to_owned(), epoch };
    let holder = open_as(&server, "pods/0", Some(&fence(5))).await.expect("it opens");
    holder.compact_from(0).await;
    holder.commit(vec![batch("pods", &[("a", "1")], &[])]).await.expect("it is committed");
    let error = open_as(&server, "pods/0", Some(&fence(4))).await.expect_err("5 was there");
    assert!(is_fenced(&error), "{}", text(&error));
    // Without a fence, too.
    let unfenced = open(&server).await;
    unfenced.compact_from(0).await;
    unfenced.commit(vec![batch("pods", &[("a", "2")], &[])]).await.expect("it is committed");
    let error = open_as(&server, "pods/0", Some(&fence(4))).await.expect_err("5 was there");
    assert!(is_fenced(&error), "{}", text(&error));
}

#[tokio::test]
async fn stream_name_is_claimed_once_in_a_process() {
    let server = Server::start();
    let checkpoints = open(&server).await;
    let claim = checkpoints.claim("pods").expect("it is free");
    let error = checkpoints.claim("pods").expect_err("it is in use").to_string();
    assert!(error.contains("\"pods\"") && error.contains("watchables-checkpoints"), "{error}");
    drop(claim);
    checkpoints.claim("pods").expect("it is free again");
}

#[tokio::test]
async fn stream_that_is_missing_or_forgets_is_refused() {
    let server = Server::start();
    let config = JetStreamConfig { create: false, ..JetStreamConfig::new(server.url()) };
    let opened = JetStreamCheckpoints::open(&config, "pods/0", None).await;
    let error = opened.expect_err("there is no stream").to_string();
    for part in ["no stream watchables-checkpoints", "nats stream add watchables-checkpoints"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let client = async_nats::connect(server.url()).await.expect("it connects");
    let stream = async_nats::jetstream::stream::Config {
        name: config.stream.clone(),
        subjects: vec!["watchables-checkpoints.>".to_owned()],
        max_messages: 10,
        ..Default::default()
    };
    let context = async_nats::jetstream::new(client);
    context.create_stream(stream).await.expect("it is created");
    let opened = JetStreamCheckpoints::open(&config, "pods/0", None).await;
    let error = opened.expect_err("it has a limit").to_string();
    assert!(error.contains("would lose checkpoints"), "{error}");
}

#[tokio::test]
async fn removed_log_is_an_error_and_not_a_fresh_beginning() {
    let server = Server::start();
    let checkpoints = open(&server).await;
    checkpoints.commit(vec![batch("pods", &[("a", "1")], &[])]).await.expect("it is committed");
    let client = async_nats::connect(server.url()).await.expect("it connects");
    let context = async_nats::jetstream::new(client);
    let stream = context.get_stream("watchables-checkpoints").await.expect("it exists");
    stream.purge().await.expect("it is purged");
    let committed = checkpoints.commit(vec![batch("pods", &[("b", "1")], &[])]).await;
    let error = committed.expect_err("what was before is lost").to_string();
    assert!(error.contains("were removed"), "{error}");
}
