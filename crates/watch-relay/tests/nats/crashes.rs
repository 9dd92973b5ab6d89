//! The server is killed under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use watch_relay::sink::Sink as _;
use watch_relay::sink::nats::{NatsConfig, NatsSink, NatsStream};
use watch_relay::{Batch, Message, Storage};

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

/// How many batches were delivered.
type Progress = Arc<AtomicUsize>;

/// Delivers everything in batches. Now and then the relay is another one, which delivers the batches before again.
async fn relay(config: NatsConfig, messages: Vec<Message>, progress: Progress) -> usize {
    let mut sink = NatsSink::new(config.clone()).expect("it is well formed");
    let mut errors = 0;
    let batches: Vec<_> = messages.chunks(200).collect();
    for (number, chunk) in batches.iter().enumerate() {
        let mut all = chunk.to_vec();
        if number % 4 == 3 {
            sink = NatsSink::new(config.clone()).expect("it is well formed");
            all = batches[number - 3..=number].concat();
        }
        errors += deliver_all(&mut sink, None, &mut Batch::new(all)).await.len();
        progress.fetch_add(1, Ordering::Relaxed);
    }
    errors
}

/// Waits until this many batches were delivered.
async fn reach(progress: &Progress, batches: usize) {
    while progress.load(Ordering::Relaxed) < batches {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Delivers a history while something is done to the server, now and again.
async fn under_load(
    config: NatsConfig,
    messages: Vec<Message>,
    mut disturb: impl AsyncFnMut() -> (),
) -> Vec<String> {
    let ids: Vec<_> = messages.iter().map(|message| message.id.to_string()).collect();
    let batches = messages.len() / 200;
    let progress = Progress::default();
    let relay = tokio::spawn(relay(config, messages, Arc::clone(&progress)));
    for time in 1..=4 {
        reach(&progress, time * batches / 6).await;
        disturb().await;
    }
    let errors = relay.await.expect("it does not panic");
    assert!(errors > 0, "the server was disturbed while it was used");
    ids
}

async fn assert_once(url: &str, ids: &[String]) {
    stored(url, "k8s").await.assert_once(ids.iter().map(String::as_str));
}

/// The configuration of a stream whose duplicate window is shorter than what is done to its server.
fn short_window(server: &Server) -> NatsConfig {
    let window = NatsStream { duplicate_window_seconds: Some(1), ..NatsStream::default() };
    NatsConfig { timeout_seconds: 1, create: Some(window), ..config(&server.url()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_killed_under_load_has_each_event_once() {
    let mut server = Server::start();
    let url = server.url();
    let config = NatsConfig { timeout_seconds: 1, ..config(&url) };
    let ids = under_load(config, history(300, 12_000), async || {
        server.kill();
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.restart();
    })
    .await;
    assert_once(&url, &ids).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outages_longer_than_the_duplicate_window_lose_and_double_nothing() {
    let mut server = Server::start();
    let url = server.url();
    let ids = under_load(short_window(&server), history(100, 8_000), async || {
        server.kill();
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        server.restart();
    })
    .await;
    assert_once(&url, &ids).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stalled_server_stores_later_is_not_stored_again() {
    let server = Server::start();
    let ids = under_load(short_window(&server), history(100, 8_000), async || {
        server.signal("STOP");
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        server.signal("CONT");
    })
    .await;
    assert_once(&server.url(), &ids).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_server_with_a_stream_in_memory_stores_once_too() {
    let server = Server::start();
    let mut config = short_window(&server);
    config.create.as_mut().expect("it is created").storage = Storage::Memory;
    let ids = under_load(config, history(100, 8_000), async || {
        server.signal("STOP");
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        server.signal("CONT");
    })
    .await;
    assert_once(&server.url(), &ids).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cluster_of_three_loses_its_leader_under_load() {
    let mut cluster = Cluster::start();
    let url = cluster.url();
    let three = NatsStream { replicas: Some(3), ..NatsStream::default() };
    let config = NatsConfig { timeout_seconds: 2, create: Some(three), ..config(&url) };
    let mut first = NatsSink::new(config.clone()).expect("it is well formed");
    while first.open(None).await.is_err() {
        // The cluster elects its leader.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let leader = leader(&url).await;
    let mut is_first = true;
    let ids = under_load(config, history(200, 6_000), async || {
        if std::mem::take(&mut is_first) {
            cluster.0[leader].kill();
        }
    })
    .await;
    let left = (0..3).filter(|at| *at != leader).map(|at| cluster.0[at].url());
    assert_once(&left.collect::<Vec<_>>().join(","), &ids).await;
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
