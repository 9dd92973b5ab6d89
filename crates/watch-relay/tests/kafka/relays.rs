//! Whole relays of an embedded API server.

use std::time::{Duration, Instant};

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use watch_relay::{Cluster, Config, InstanceSummary, Relay};

use crate::support::{Broker, Record, Stored, stored};

/// How long anything may take.
const LIMIT: Duration = Duration::from_mins(1);

struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Vec<InstanceSummary>>,
}

impl Running {
    fn start(api: &EmbeddedServer, broker: &Broker, folder: &TempDir) -> Self {
        let path = folder.path().display();
        let text = format!(
            "checkpoints: {path}/checkpoints\npipelines:\n- name: maps\n  \
             watch: [{{resources: [configmaps], namespaces: [default]}}]\n  \
             to: {{kafka: {{url: '{}', create: {{partitions: 2, replicas: 1}}}}}}\n",
            broker.url()
        );
        let config = Config::parse(&text).expect("it is valid");
        let client = kube_client::Config::new(api.url().parse().expect("an address"));
        let client = kube_client::Client::try_from(client).expect("a client");
        let relay = Relay::new(&config, &[Cluster { name: None, client }]).expect("a relay");
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async {
            relay.run(async { drop(stopped.await) }).await.expect("it runs")
        });
        Self { stop, task }
    }

    async fn stop(self) {
        self.stop.send(()).expect("it runs");
        self.task.await.expect("it does not panic");
    }
}

fn map(name: &str, text: usize) -> Value {
    let metadata = json!({"namespace": "default", "name": name});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"text": text.to_string()}})
}

/// Returns the name and text of each event of an object of ours.
fn texts(stored: &Stored) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = stored.0.iter().map(Record::json);
    let texts = events.map(|event| {
        let object = &event["object"];
        (text(&object["metadata"]["name"]), text(&object["data"]["text"]))
    });
    texts.filter(|(name, _)| name.starts_with("web-")).collect()
}

async fn wait_for(broker: &Broker, count: usize) -> Stored {
    let began = Instant::now();
    loop {
        let stored = stored(&broker.address(), "k8s");
        if texts(&stored).len() >= count {
            return stored;
        }
        assert!(began.elapsed() < LIMIT, "there are not {count}: {stored:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relay_that_is_started_again_sends_nothing_again() {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).expect("it is known");
    let api = EmbeddedServer::builder(catalog).start().await.expect("a server");
    let (mut broker, folder) = (Broker::start(), tempfile::tempdir().expect("a folder"));
    let store = api.store();
    for name in ["web-0", "web-1", "web-2"] {
        store.create(map(name, 0)).expect("it is created");
    }
    let relay = Running::start(&api, &broker, &folder);
    wait_for(&broker, 3).await;
    for text in 1..5 {
        store.update(map("web-1", text)).expect("it is changed");
    }
    wait_for(&broker, 7).await;
    relay.stop().await;

    store.update(map("web-2", 5)).expect("it is changed");
    let relay = Running::start(&api, &broker, &folder);
    wait_for(&broker, 8).await;
    // While the broker is away, nothing is lost.
    broker.kill();
    for text in 6..20 {
        store.update(map("web-0", text)).expect("it is changed");
    }
    broker.restart();
    let stored = wait_for(&broker, 22).await;
    relay.stop().await;

    let texts = texts(&stored);
    assert_eq!(texts.len(), 22, "{texts:?}");
    for (object, expected) in [
        ("web-0", [0].into_iter().chain(6..20).collect::<Vec<_>>()),
        ("web-1", (0..5).collect()),
        ("web-2", vec![0, 5]),
    ] {
        let of_object = texts.iter().filter(|(name, _)| name == object);
        let found: Vec<usize> =
            of_object.map(|(_, text)| text.parse().expect("a number")).collect();
        assert_eq!(found, expected, "{object}");
    }
}
