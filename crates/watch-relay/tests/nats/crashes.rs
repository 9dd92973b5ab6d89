//! The server is killed under load.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use watch_relay::sink::Sink as _;
use watch_relay::sink::nats::{NatsConfig, NatsStream};
use watch_relay::{Batch, Message};

use crate::support::{Cluster, Event, Server, config, deliver_all, message, stored};

/// Makes messages of many objects, in the order in which they happened.
fn history(objects: usize, events: usize) -> Vec<Message> {
    let names: Vec<_> = (0..objects).map(|object| format!("web-{object}")).collect();
    let mut random = fastrand::Rng::with_seed(7);
    let mut known = vec![false; objects];
    let events = (1..=events as u64).map(|version| {
        // Some objects change far more often than others.
        let object = random.usize(..objects).min(random.usize(..objects));
        let event = if std::mem::replace(&mut known[object], true) {
            Event::modified(&names[object], version)
        } else {
            Event::added(&names[object], version)
        };
        message(event)
    });
    events.collect()
}

/// Delivers everything in batches. Now and then the relay is another one, which delivers the batch before again.
async fn relay(config: NatsConfig, messages: Vec<Message>, restarts: bool) -> usize {
    let mut sink = watch_relay::sink::nats::NatsSink::new(config.clone()).expect("well formed");
    let mut errors = 0;
    let batches: Vec<_> = messages.chunks(250).collect();
    for (number, chunk) in batches.iter().enumerate() {
        let mut all = chunk.to_vec();
        if restarts && number % 4 == 3 {
            sink = watch_relay::sink::nats::NatsSink::new(config.clone()).expect("well formed");
            all = [batches[number - 1], chunk].concat();
        }
        errors += deliver_all(&mut sink, None, &mut Batch::new(all)).await.len();
    }
    errors
}

async fn kills(server: &mut Server, relay: &JoinHandle<usize>, outage: Duration) {
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        if relay.is_finished() {
            break;
        }
        server.kill();
        tokio::time::sleep(outage).await;
        server.restart();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_killed_under_load_has_each_event_once() {
    let mut server = Server::start();
    let messages = history(300, 12_000);
    let ids: Vec<_> = messages.iter().map(|message| message.id.to_string()).collect();
    let config = NatsConfig { timeout_seconds: 1, ..config(&server.url()) };
    let relay = tokio::spawn(relay(config, messages, true));
    kills(&mut server, &relay, Duration::from_millis(200)).await;
    let errors = relay.await.expect("it does not panic");
    assert!(errors > 0, "the server was killed while it was used");
    stored(&server.url(), "k8s").await.assert_once(ids.iter().map(String::as_str));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outages_longer_than_the_duplicate_window_lose_and_double_nothing() {
    let mut server = Server::start();
    let messages = history(100, 8_000);
    let ids: Vec<_> = messages.iter().map(|message| message.id.to_string()).collect();
    let window = NatsStream { duplicate_window_seconds: Some(1), ..NatsStream::default() };
    let config = NatsConfig { timeout_seconds: 1, create: Some(window), ..config(&server.url()) };
    let relay = tokio::spawn(relay(config, messages, true));
    kills(&mut server, &relay, Duration::from_millis(2_500)).await;
    let errors = relay.await.expect("it does not panic");
    assert!(errors > 0, "the server was killed while it was used");
    stored(&server.url(), "k8s").await.assert_once(ids.iter().map(String::as_str));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cluster_of_three_loses_a_server_under_load() {
    let mut cluster = Cluster::start();
    let messages = history(200, 6_000);
    let ids: Vec<_> = messages.iter().map(|message| message.id.to_string()).collect();
    let three = NatsStream { replicas: Some(3), ..NatsStream::default() };
    let config = NatsConfig { timeout_seconds: 2, create: Some(three), ..config(&cluster.url()) };
    let mut first = watch_relay::sink::nats::NatsSink::new(config.clone()).expect("well formed");
    while first.open(None).await.is_err() {
        // The cluster elects its leader.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let leader = leader(&cluster.url()).await;
    let is_done = AtomicBool::new(false);
    let delivery = async {
        let errors = relay(config, messages, true).await;
        is_done.store(true, Ordering::Relaxed);
        errors
    };
    let killing = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let is_late = is_done.load(Ordering::Relaxed);
        cluster.0[leader].kill();
        is_late
    };
    let (_, is_late) = tokio::join!(delivery, killing);
    assert!(!is_late, "the leader was killed while it was used");
    let left = (0..3).filter(|at| *at != leader).map(|at| cluster.0[at].url());
    let left = left.collect::<Vec<_>>().join(",");
    stored(&left, "k8s").await.assert_once(ids.iter().map(String::as_str));
}

/// Returns which server leads the stream.
async fn leader(url: &str) -> usize {
    let addresses = url.split(',').collect::<Vec<_>>();
    let client = async_nats::connect(addresses).await.expect("it connects");
    let context = async_nats::jetstream::new(client);
    let stream = context.get_stream("k8s").await.expect("it exists");
    let cluster = stream.cached_info().cluster.clone().expect("it is a cluster's");
    let name = cluster.leader.expect("there is a leader");
    name.strip_prefix('s').and_then(|at| at.parse().ok()).expect("s0, s1 or s2")
}
