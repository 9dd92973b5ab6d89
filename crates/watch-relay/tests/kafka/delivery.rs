//! What is stored, and where.

use std::collections::HashSet;

use serde_json::json;
use watch_relay::form::Form;
use watch_relay::sink::Sink as _;
use watch_relay::sink::kafka::{Compression, KafkaConfig};

use crate::support::{Broker, batch, change, config, deliver, message, sink, stored};

#[tokio::test]
async fn each_form_has_its_key_headers_and_time() {
    let broker = Broker::start();
    let mut sink = sink(&config(&broker.url()));
    let forms = [Form::Wire, Form::CloudEvents, Form::CloudEventsBinary];
    let mut events =
        batch((1..).zip(forms).map(|(version, form)| change(form, "web", version, "é")));
    deliver(&mut sink, &mut events).await.expect("it is stored");
    assert!(events.is_done());

    let stored = stored(&broker.address(), "k8s");
    let [wire, structured, binary] = &stored.0[..] else { panic!("{stored:?}") };
    for record in &stored.0 {
        assert_eq!(record.key, "prod/pods/v1/shop/web");
        assert_eq!(record.time, 1_767_346_200_500);
        assert_eq!(record.partition, wire.partition);
    }
    let headers = json!({"content-type": "application/json", "id": "c/web/1"});
    assert_eq!(json!(wire.headers), headers);
    assert_eq!(wire.json()["object"]["text"], "é");
    let headers = json!({"content-type": "application/cloudevents+json", "id": "c/web/2"});
    assert_eq!(json!(structured.headers), headers);
    assert_eq!(structured.json()["data"]["object"]["metadata"]["resourceVersion"], "2");
    let expected = json!({
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": "c/web/3",
        "ce_source": "prod",
        "ce_type": "io.watchables.resource.modified",
        "ce_subject": "pods/v1/shop/web",
        "ce_time": "2026-01-02T09:30:00.500000Z",
        "ce_change": "modified",
        "ce_partitionkey": "prod/pods/v1/shop/web",
        "ce_uid": "web",
        "ce_resourceversion": "3",
    });
    assert_eq!(json!(binary.headers), expected);
    assert_eq!(binary.json()["object"]["text"], "é");
}

#[tokio::test]
async fn events_of_an_object_are_in_order_in_the_partition_that_kafkas_own_producer_chooses() {
    let broker = Broker::start();
    let mut sink = sink(&config(&broker.url()));
    let events = (0..600).map(|at| message(&format!("web-{}", at % 20), at / 20));
    deliver(&mut sink, &mut batch(events)).await.expect("it is stored");
    let stored = stored(&broker.address(), "k8s");
    let versions = stored.versions();
    assert_eq!(versions.len(), 20);
    for (object, versions) in versions {
        assert_eq!(versions, (0..30).collect::<Vec<_>>(), "{object}");
    }
    let partitions: HashSet<_> = stored.0.iter().map(|record| record.partition).collect();
    assert_eq!(partitions, HashSet::from([0, 1, 2]));
    assert!(stored.0.iter().all(|record| record.partition == record.expected_partition));
}

#[tokio::test]
async fn topics_of_a_template_are_created_when_they_are_needed() {
    let broker = Broker::start();
    let topic = "k8s.{cluster}.{group}.{resource}.{namespace}".to_owned();
    let mut sink = sink(&KafkaConfig { topic, ..config(&broker.url()) });
    let mut events = batch(["shop", "", "long", "a_b"].map(|namespace| {
        let mut message = message("web", 1);
        message.namespace =
            if namespace == "long" { "x".repeat(240) } else { namespace.to_owned() };
        message
    }));
    deliver(&mut sink, &mut events).await.expect("it is stored");
    for topic in ["k8s.prod.core.pods.shop", "k8s.prod.core.pods._", "k8s.prod.core.pods.a_5fb"] {
        assert_eq!(stored(&broker.address(), topic).ids(), ["c/web/1"], "{topic}");
    }
    let refused: Vec<_> = events.refusals().map(|(_, reason)| reason).collect();
    assert_eq!(refused, ["its topic has 259 bytes, and 249 is the limit; shorten `topic`"]);
}

#[tokio::test]
async fn records_may_be_compressed() {
    let broker = Broker::start();
    let address = broker.address();
    for (topic, compression) in [("lz4", Compression::Lz4), ("zstd", Compression::Zstd)] {
        let config = config(&broker.url());
        let mut sink = sink(&KafkaConfig { topic: topic.to_owned(), compression, ..config });
        let text = "x".repeat(10_000);
        let events = (0..50).map(|version| change(Form::Wire, "web", version, &text));
        deliver(&mut sink, &mut batch(events)).await.expect("it is stored");
        let stored = stored(&address, topic);
        assert_eq!(stored.versions()["c/web"], (0..50).collect::<Vec<_>>(), "{topic}");
        assert!(stored.0.iter().all(|record| record.json()["object"]["text"] == text));
    }
}

#[tokio::test]
async fn large_events_are_stored_with_small_ones() {
    let broker = Broker::start();
    let mut sink = sink(&config(&broker.url()));
    let text = "x".repeat(3 << 20);
    let events = (0..6).map(|version| {
        change(Form::Wire, "web", version, if version % 2 == 0 { &text } else { "" })
    });
    deliver(&mut sink, &mut batch(events)).await.expect("it is stored");
    let stored = stored(&broker.address(), "k8s");
    assert_eq!(stored.versions()["c/web"], (0..6).collect::<Vec<_>>());
}

#[tokio::test]
async fn event_that_comes_again_after_a_restart_has_the_same_identity() {
    let broker = Broker::start();
    for _ in 0..2 {
        let mut sink = sink(&config(&broker.url()));
        deliver(&mut sink, &mut batch([message("web", 1)])).await.expect("it is stored");
        sink.close().await;
    }
    assert_eq!(stored(&broker.address(), "k8s").ids(), ["c/web/1", "c/web/1"]);
}
