//! Whole relays of an embedded API server, as replicas that share the work, into JetStream.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use watch_relay::{Cluster, Config, Relay};
use watchable_core::{ResourceInfo, Scope};

use crate::support::{Server, stored};

const MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);
const NAMESPACES: ResourceInfo =
    ResourceInfo::new("", "v1", "Namespace", "namespaces", Scope::Cluster);

/// A relay, which is killed when this is dropped.
struct Running {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(api: &EmbeddedServer, nats: &Server) -> Self {
        let url = nats.url();
        let text = format!(
            "checkpoints: {{nats: {{url: '{url}'}}}}\nreplicas: {{shards: 6, namespace: default, name: relay}}\n\
             pipelines:\n- name: maps\n  watch: [{{resources: [configmaps], namespaces: [load]}}]\n  \
             to: {{nats: {{url: '{url}', create: {{}}}}}}\n"
        );
        let config = Config::parse(&text).unwrap();
        let mut client = kube_client::Config::new(api.url().parse().unwrap());
        client.default_retry = false;
        let client = kube_client::Client::try_from(client).unwrap();
        let relay = Relay::new(&config, &[Cluster { name: None, client }]).unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async {
            relay.run(async { drop(stopped.await) }).await.unwrap();
        });
        Self { stop: Some(stop), task }
    }

    async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        (&mut self.task).await.unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What happens in the namespace `load`, as ids of events.
struct Load<'a> {
    api: &'a EmbeddedServer,
    cluster: String,
    random: fastrand::Rng,
    present: [bool; 40],
    ids: Vec<String>,
}

impl Load<'_> {
    fn id(&self, object: &Value) -> String {
        let text = |name: &str| object["metadata"][name].as_str().unwrap().to_owned();
        format!("{}/{}/{}", self.cluster, text("uid"), text("resourceVersion"))
    }

    async fn run(&mut self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while tokio::time::Instant::now() < end {
            let at = self.random.usize(..self.present.len());
            let name = format!("map-{at}");
            let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"x": self.random.u32(..).to_string()},
                "metadata": {"namespace": "load", "name": name}});
            let store = self.api.store();
            let id = if !self.present[at] {
                self.present[at] = true;
                self.id(&store.create(map).unwrap())
            } else if self.random.u8(..4) == 0 {
                self.present[at] = false;
                let before = self.id(&store.delete(&MAPS, Some("load"), &name).unwrap());
                without_version(&format!("{before}/deleted"))
            } else {
                self.id(&store.update(map).unwrap())
            };
            self.ids.push(id);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Returns the id of a deletion without the version, which the store does not return; other ids as they are.
fn without_version(id: &str) -> String {
    let parts = id.strip_suffix("/deleted").and_then(|rest| rest.rsplit_once('/'));
    parts.map_or_else(|| id.to_owned(), |(object, _)| format!("{object}/deleted"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_are_killed_and_stopped_relay_each_event_once() {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
    let api = EmbeddedServer::builder(catalog).start().await.unwrap();
    let mut nats = Server::start();
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "load"}});
    api.store().create(namespace).unwrap();
    let system = api.store().get(&NAMESPACES, None, "kube-system").unwrap();
    let mut load = Load {
        api: &api,
        cluster: system["metadata"]["uid"].as_str().unwrap().to_owned(),
        random: fastrand::Rng::with_seed(7),
        present: [false; 40],
        ids: Vec::new(),
    };
    let first = Running::start(&api, &nats);
    let second = Running::start(&api, &nats);
    // Until every shard has a checkpoint, a restart lists anew.
    tokio::time::sleep(Duration::from_secs(6)).await;
    load.run(Duration::from_secs(3)).await;
    drop(first);
    load.run(Duration::from_secs(2)).await;
    nats.kill();
    load.run(Duration::from_secs(1)).await;
    nats.restart();
    let third = Running::start(&api, &nats);
    load.run(Duration::from_secs(3)).await;
    second.stop().await;
    load.run(Duration::from_secs(2)).await;
    let began = tokio::time::Instant::now();
    loop {
        let mut stored = stored(&nats.url(), "k8s").await;
        for message in &mut stored.0 {
            message.id = without_version(&message.id);
        }
        let is_late = began.elapsed() > Duration::from_mins(1);
        if stored.0.len() >= load.ids.len() || is_late {
            stored.assert_once(load.ids.iter().map(String::as_str));
            break;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    third.stop().await;
}

/// Starts a replica that shares two clusters. Returns which pipelines and shards it works on, as far as is known.
fn share(apis: &[EmbeddedServer], nats: &Server) -> (impl Fn() -> Vec<String> + use<>, Running) {
    let url = nats.url();
    let text = format!(
        "checkpoints: {{nats: {{url: '{url}'}}}}\nclusters: [{{name: a}}, {{name: b}}]\n\
         replicas: {{shardsPerCluster: 1, namespace: default, name: relay}}\n\
         pipelines:\n- name: maps\n  watch: [{{resources: [configmaps], namespaces: [load]}}]\n  \
         to: {{nats: {{url: '{url}', create: {{}}}}}}\n"
    );
    let config = Config::parse(&text).unwrap();
    let clusters = apis.iter().zip(["a", "b"]).map(|(api, name)| {
        let mut client = kube_client::Config::new(api.url().parse().unwrap());
        client.default_retry = false;
        let client = kube_client::Client::try_from(client).unwrap();
        Cluster { name: Some(name.to_owned()), client }
    });
    let relay = Relay::new(&config, &clusters.collect::<Vec<_>>()).unwrap();
    let status = relay.status();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async {
        relay.run(async { drop(stopped.await) }).await.unwrap();
    });
    let names = move || status().into_iter().map(|instance| instance.name).collect();
    (names, Running { stop: Some(stop), task })
}

async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let began = tokio::time::Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_mins(1), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_share_clusters_that_have_shards_of_their_own() {
    let catalog = || release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
    let mut apis = Vec::new();
    for _ in 0..2 {
        let api = EmbeddedServer::builder(catalog()).start().await.unwrap();
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "load"}});
        api.store().create(namespace).unwrap();
        apis.push(api);
    }
    let nats = Server::start();
    let mut ids = Vec::new();
    let mut create = |name: &str| {
        for api in &apis {
            let map = json!({"apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"namespace": "load", "name": name}});
            let map = api.store().create(map).unwrap();
            let system = api.store().get(&NAMESPACES, None, "kube-system").unwrap();
            let text =
                |object: &Value, name: &str| object["metadata"][name].as_str().unwrap().to_owned();
            ids.push(format!(
                "{}/{}/{}",
                text(&system, "uid"),
                text(&map, "uid"),
                text(&map, "resourceVersion")
            ));
        }
    };
    create("first");
    let (first_has, first) = share(&apis, &nats);
    let (second_has, second) = share(&apis, &nats);
    until("each has one cluster", || {
        let mut all = [first_has(), second_has()];
        all.sort();
        all == [["maps/a/own-shard-0-of-1"], ["maps/b/own-shard-0-of-1"]]
    })
    .await;
    create("second");
    drop(first);
    until("the second takes over", || second_has().len() == 2).await;
    create("third");
    let began = tokio::time::Instant::now();
    loop {
        let stored = stored(&nats.url(), "k8s").await;
        if stored.0.len() >= ids.len() || began.elapsed() > Duration::from_mins(1) {
            stored.assert_once(ids.iter().map(String::as_str));
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    second.stop().await;
}
