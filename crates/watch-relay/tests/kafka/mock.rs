//! Errors that the broker of the other tests never answers with, from the brokers that librdkafka scripts.

use std::collections::HashSet;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Headers as _, Message as _};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr as Answer};
use watch_relay::sink::Sink as _;
use watch_relay::sink::kafka::KafkaConfig;

use crate::support::{batch, deliver, deliver_all, message, sink};

type Cluster = MockCluster<'static, DefaultProducerContext>;

/// Makes brokers with the topic `k8s` of one partition, and the configuration of a sink.
fn start() -> (Cluster, KafkaConfig) {
    let cluster = MockCluster::new(1).expect("brokers");
    cluster.create_topic("k8s", 1, 1).expect("a topic");
    let config = KafkaConfig::new(format!("kafka://{}", cluster.bootstrap_servers()));
    (cluster, config)
}

/// Reads the identities of this many records.
fn stored(cluster: &Cluster, count: usize) -> Vec<String> {
    let consumer: BaseConsumer<rdkafka::consumer::DefaultConsumerContext> = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap_servers())
        .set("group.id", "test")
        .create()
        .expect("a consumer");
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition_offset("k8s", 0, Offset::Beginning).expect("an offset");
    consumer.assign(&partitions).expect("it is assigned");
    let mut ids = Vec::new();
    while ids.len() < count {
        let record = consumer.poll(Duration::from_secs(30)).expect("in time").expect("a record");
        let headers = record.headers().expect("it has headers");
        let id = headers.iter().find(|header| header.key == "id").and_then(|header| header.value);
        ids.push(String::from_utf8(id.expect("an id").to_vec()).expect("a text"));
    }
    ids
}

fn ids(versions: impl IntoIterator<Item = usize>) -> Vec<String> {
    versions.into_iter().map(|version| format!("c/web/{version}")).collect()
}

#[tokio::test]
async fn too_large_event_is_refused_and_the_others_stored() {
    let (cluster, config) = start();
    let mut sink = sink(&config);
    sink.open(None).await.expect("it opens");
    // All of them together, and the second one alone.
    let answers = [
        Answer::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
        Answer::RD_KAFKA_RESP_ERR_NO_ERROR,
        Answer::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
    ];
    cluster.request_errors(RDKafkaApiKey::Produce, &answers);
    let mut events = batch((0..4).map(|version| message("web", version)));
    sink.deliver(&mut events).await.expect("it is delivered");
    assert!(events.is_done());
    let refused: Vec<_> = events.refusals().map(|(message, why)| (&*message.id, why)).collect();
    let [("c/web/1", why)] = refused[..] else { panic!("{refused:?}") };
    let size = events.messages()[1].payload.body.len();
    assert!(why.starts_with(&format!("its value has {size} bytes, more than the topic k8s")));
    assert!(why.contains("--alter --topic k8s --add-config max.message.bytes="), "{why}");
    assert_eq!(stored(&cluster, 3), ids([0, 2, 3]));
    // Later ones are sent together again.
    let mut events = batch((4..9).map(|version| message("web", version)));
    sink.deliver(&mut events).await.expect("it is delivered");
    assert_eq!(stored(&cluster, 8), ids([0, 2, 3, 4, 5, 6, 7, 8]));
}

#[tokio::test]
async fn what_a_broker_may_yet_store_is_retried_in_order() {
    let (cluster, config) = start();
    let mut sink = sink(&config);
    sink.open(None).await.expect("it opens");
    let answers = [
        Answer::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        Answer::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        Answer::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
    ];
    cluster.request_errors(RDKafkaApiKey::Produce, &answers);
    let mut events = batch((0..50).map(|version| message("web", version)));
    deliver_all(&mut sink, &mut events).await;
    assert_eq!(stored(&cluster, 50), ids(0..50));
}

#[tokio::test]
async fn forbidden_topic_stores_nothing_until_it_is_allowed() {
    let (cluster, config) = start();
    let mut sink = sink(&config);
    sink.open(None).await.expect("it opens");
    let forbidden = Answer::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    cluster.request_errors(RDKafkaApiKey::Produce, &[forbidden]);
    let mut events = batch((0..5).map(|version| message("web", version)));
    let text = sink.deliver(&mut events).await.expect_err("it is forbidden").to_string();
    assert!(
        text.contains("must not write to the topic k8s; allow it with `kafka-acls.sh"),
        "{text}"
    );
    assert_eq!(events.pending().count(), 5);
    deliver(&mut sink, &mut events).await.expect("it is allowed");
    assert_eq!(stored(&cluster, 5), ids(0..5));
}

#[tokio::test]
async fn topic_that_cannot_be_used_is_reported_when_the_sink_is_opened() {
    for (answer, part) in [
        (Answer::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "there is no topic k8s; create it with"),
        (Answer::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "must not write to the topic k8s"),
    ] {
        let (cluster, config) = start();
        cluster.topic_error("k8s", answer).expect("it is scripted");
        let mut sink = sink(&config);
        let text = sink.open(None).await.expect_err("it cannot be used").to_string();
        assert!(text.starts_with(sink.name()) && text.contains(part), "{text}");
        cluster.topic_error("k8s", Answer::RD_KAFKA_RESP_ERR_NO_ERROR).expect("it is scripted");
        sink.open(None).await.expect("someone has mended it");
    }
}

#[tokio::test]
async fn producer_that_has_failed_for_good_is_replaced() {
    let (cluster, config) = start();
    let mut sink = sink(&config);
    deliver(&mut sink, &mut batch([message("web", 0)])).await.expect("it is stored");
    let answer = Answer::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
    cluster.request_errors(RDKafkaApiKey::Produce, &[answer]);
    let mut events = batch((1..5).map(|version| message("web", version)));
    let errors = deliver_all(&mut sink, &mut events).await;
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert!(error.to_string().contains("the producer is replaced"), "{error}");
    assert!(events.is_done() && events.refusals().next().is_none());
    let distinct: HashSet<_> = stored(&cluster, 5).into_iter().collect();
    assert_eq!(distinct, ids(0..5).into_iter().collect());
}

#[tokio::test]
async fn producer_that_gets_nothing_stored_is_replaced() {
    let (cluster, config) = start();
    let mut sink = sink(&KafkaConfig { timeout_seconds: 1, ..config });
    let answers = [Answer::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS; 1_000];
    cluster.request_errors(RDKafkaApiKey::Produce, &answers);
    let mut events = batch((0..5).map(|version| message("web", version)));
    for _ in 0..7 {
        let text =
            deliver(&mut sink, &mut events).await.expect_err("nothing is stored").to_string();
        assert!(text.contains("nothing was acknowledged for 1 s, and 5 records wait"), "{text}");
    }
    cluster.clear_request_errors(RDKafkaApiKey::Produce);
    deliver_all(&mut sink, &mut events).await;
    assert_eq!(stored(&cluster, 5), ids(0..5));
}
