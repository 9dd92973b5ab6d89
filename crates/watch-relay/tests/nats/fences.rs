//! A former holder of a shard is kept out.

use std::time::Duration;

use watch_relay::sink::nats::{NatsConfig, NatsSink};
use watch_relay::sink::{Fence, Sink as _};

use crate::support::{Event, Server, batch, config, stored};

fn fence(epoch: u64) -> Fence {
    Fence { name: "pods/0 of *".to_owned(), epoch }
}

async fn hold(config: &NatsConfig, epoch: u64) -> NatsSink {
    let mut sink = NatsSink::new(config.clone()).expect("it is well formed");
    sink.open(Some(&fence(epoch))).await.expect("it opens");
    sink
}

#[tokio::test]
async fn former_holder_cannot_open_again() {
    let server = Server::start();
    let config = config(&server.url());
    let mut former = hold(&config, 3).await;
    former.open(Some(&fence(3))).await.expect("it still holds the shard");
    let _holder = hold(&config, 4).await;
    let error = former.open(Some(&fence(3))).await.expect_err("another one has taken over");
    assert!(error.is_fenced(), "{error}");
    let text = error.to_string();
    assert!(text.contains("epoch 4 after 3") && text.contains("pods/0 of *"), "{text}");
}

#[tokio::test]
async fn former_holder_is_refused_at_the_first_message_that_was_overtaken() {
    let server = Server::start();
    let config = config(&server.url());
    let mut former = hold(&config, 1).await;
    former.deliver(&mut batch([Event::modified("web", 1)])).await.expect("it is stored");
    let mut holder = hold(&config, 2).await;
    let mut events = batch([Event::modified("web", 1), Event::modified("web", 2)]);
    holder.deliver(&mut events).await.expect("it is stored");
    // It looked a moment ago, so only the sequence can stop it.
    let mut late = batch([Event::modified("web", 3)]);
    let error = former.deliver(&mut late).await.expect_err("the subject has moved on");
    assert!(error.is_fenced(), "{error}");
    assert_eq!(late.pending().count(), 1);
    let stored = stored(&server.url(), "k8s").await;
    assert_eq!(stored.ids(), ["cluster-identity/web/1", "cluster-identity/web/2"]);
}

#[tokio::test]
async fn former_holder_notices_within_a_second_though_nothing_was_overtaken() {
    let server = Server::start();
    let config = config(&server.url());
    let mut former = hold(&config, 1).await;
    let _holder = hold(&config, 2).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let error = former.deliver(&mut batch([Event::modified("web", 3)])).await;
    assert!(error.expect_err("it looks").is_fenced());
    assert!(stored(&server.url(), "k8s").await.0.is_empty());
}

#[tokio::test]
async fn last_message_of_a_former_holder_is_recognised() {
    let server = Server::start();
    let config = config(&server.url());
    let mut former = hold(&config, 1).await;
    former.deliver(&mut batch([Event::modified("web", 1)])).await.expect("it is stored");
    let mut holder = hold(&config, 2).await;
    // It was in flight while the shard was taken over.
    former.deliver(&mut batch([Event::modified("web", 2)])).await.expect("it is stored");
    let mut events = batch([Event::modified("web", 2), Event::modified("web", 3)]);
    holder.deliver(&mut events).await.expect("it is stored");
    assert!(events.is_done());
    let expected = ["cluster-identity/web/1", "cluster-identity/web/2", "cluster-identity/web/3"];
    assert_eq!(stored(&server.url(), "k8s").await.ids(), expected);
}
