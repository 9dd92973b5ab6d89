//! Brokers that cannot be used.

use std::net::TcpListener;
use std::time::Duration;

use watch_relay::sink::Sink as _;
use watch_relay::sink::kafka::KafkaConfig;

use crate::ports::free_port;
use crate::support::{
    Broker, batch, config, deliver, deliver_all, error_of, message, sink, stored,
};

#[tokio::test]
async fn broker_that_is_away_is_named() {
    let url = format!("kafka://127.0.0.1:{}", free_port());
    let text = error_of(&KafkaConfig { timeout_seconds: 1, ..config(&url) }).await;
    assert!(text.starts_with(&format!("{url}, topic k8s: ")), "{text}");
    assert!(text.contains("Connection refused"), "{text}");
}

#[tokio::test]
async fn broker_that_does_not_answer_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("kafka://{}", listener.local_addr().expect("an address"));
    let text = error_of(&KafkaConfig { timeout_seconds: 1, ..config(&url) }).await;
    assert!(text.starts_with(&url), "{text}");
}

#[tokio::test]
async fn what_is_delivered_while_the_broker_is_away_is_stored_once_when_it_is_back() {
    let mut broker = Broker::start();
    let mut sink = sink(&KafkaConfig { timeout_seconds: 1, ..config(&broker.url()) });
    deliver(&mut sink, &mut batch([message("web", 0)])).await.expect("it is stored");
    broker.kill();
    let mut events = batch((1..100).map(|version| message("web", version)));
    for _ in 0..3 {
        sink.deliver(&mut events).await.expect_err("nobody answers");
        assert_eq!(events.pending().count(), 99);
    }
    broker.restart();
    deliver_all(&mut sink, &mut events).await;
    let stored = stored(&broker.address(), "k8s");
    assert_eq!(stored.versions()["c/web"], (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn sink_closes_while_the_broker_is_away() {
    let mut broker = Broker::start();
    let mut sink = sink(&KafkaConfig { timeout_seconds: 1, ..config(&broker.url()) });
    sink.open(None).await.expect("it opens");
    broker.kill();
    let mut events = batch([message("web", 0)]);
    sink.deliver(&mut events).await.expect_err("nobody answers");
    tokio::time::timeout(Duration::from_secs(20), sink.close()).await.expect("it does not wait");
    assert!(!events.is_done());
}
