//! The broker is killed, and stalled, under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use watch_relay::sink::kafka::KafkaConfig;
use watch_relay::sink::{Sink as _, SinkError};
use watch_relay::{Batch, Message};

use crate::support::{Broker, Stored, config, deliver_all, message, sink, stored};

const OBJECTS: usize = 60;
const BATCH: usize = 200;

/// Makes messages of objects of which some change far more often than others. Versions count from 0.
fn history(events: usize) -> Vec<Message> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut versions = [0; OBJECTS];
    let events = (0..events).map(|_| {
        let object = random.usize(..OBJECTS).min(random.usize(..OBJECTS));
        let version = versions[object];
        versions[object] += 1;
        message(&format!("web-{object}"), version)
    });
    events.collect()
}

/// How many batches were delivered.
type Progress = Arc<AtomicUsize>;

/// Delivers everything in batches. Returns the errors in between.
async fn relay(config: KafkaConfig, messages: Vec<Message>, progress: Progress) -> Vec<SinkError> {
    let mut sink = sink(&config);
    let mut errors = Vec::new();
    for chunk in messages.chunks(BATCH) {
        errors.extend(deliver_all(&mut sink, &mut Batch::new(chunk.to_vec())).await);
        progress.fetch_add(1, Ordering::Relaxed);
    }
    sink.close().await;
    errors
}

/// Delivers a history while something is done to the broker, now and again. Returns the errors in between.
async fn under_load(
    config: KafkaConfig,
    messages: Vec<Message>,
    mut disturb: impl AsyncFnMut() -> (),
) -> Vec<SinkError> {
    let batches = messages.len() / BATCH;
    let progress = Progress::default();
    let relay = tokio::spawn(relay(config, messages, Arc::clone(&progress)));
    for time in 1..=4 {
        while progress.load(Ordering::Relaxed) < time * batches / 6 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        disturb().await;
    }
    relay.await.expect("it does not panic")
}

/// Checks that all versions of each object are there, each once, in order.
fn assert_once(stored: &Stored, messages: &[Message]) {
    let found = stored.versions();
    for object in 0..OBJECTS {
        let name = format!("web-{object}");
        let count = messages.iter().filter(|message| message.name == name).count();
        let expected: Vec<_> = (0..count).collect();
        assert_eq!(found.get(&*format!("c/{name}")), (count > 0).then_some(&expected), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broker_killed_under_load_has_each_event_once() {
    let mut broker = Broker::start();
    let messages = history(6_000);
    let errors = under_load(config(&broker.url()), messages.clone(), async || {
        broker.kill();
        tokio::time::sleep(Duration::from_millis(500)).await;
        broker.restart();
    })
    .await;
    let name = format!("{}, topic k8s: ", broker.url());
    assert!(!errors.is_empty(), "the broker was killed while it was used");
    assert!(errors.iter().all(|error| error.to_string().starts_with(&name)), "{errors:?}");
    assert_once(&stored(&broker.address(), "k8s"), &messages);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broker_stalled_under_load_has_each_event_once() {
    let broker = Broker::start();
    let messages = history(6_000);
    let config = KafkaConfig { timeout_seconds: 1, ..config(&broker.url()) };
    let errors = under_load(config, messages.clone(), async || {
        broker.signal("STOP");
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        broker.signal("CONT");
    })
    .await;
    let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert!(
        texts.iter().any(|text| text.contains("nothing was acknowledged for 1 s")),
        "{texts:?}"
    );
    assert_once(&stored(&broker.address(), "k8s"), &messages);
}

/// A relay that is killed delivers what was not committed again, in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relay_killed_under_load_has_each_event_at_least_once_in_order() {
    let broker = Broker::start();
    let config = config(&broker.url());
    let messages = history(4_000);
    let mut random = fastrand::Rng::with_seed(11);
    let mut from = 0;
    while from < messages.len() {
        // What was delivered before it is killed in the middle of a batch, and committed some batches earlier.
        let to = (from + 700).min(messages.len());
        let mut sink = sink(&config);
        deliver_all(&mut sink, &mut Batch::new(messages[from..to].to_vec())).await;
        let more = (to + BATCH).min(messages.len());
        let mut cut = Batch::new(messages[to..more].to_vec());
        let time = Duration::from_micros(random.u64(..6_000));
        let _ = tokio::time::timeout(time, sink.deliver(&mut cut)).await;
        drop(sink);
        from = if to == messages.len() { to } else { to - random.usize(..300) };
    }
    let stored = stored(&broker.address(), "k8s");
    for (object, mut versions) in stored.versions() {
        // It goes back to what was not committed, and on from there without a gap.
        assert!(versions.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{object}: {versions:?}");
        versions.sort_unstable();
        versions.dedup();
        let name = object.trim_start_matches("c/");
        let count = messages.iter().filter(|message| message.name == name).count();
        assert_eq!(versions, (0..count).collect::<Vec<_>>(), "{object}");
    }
}
