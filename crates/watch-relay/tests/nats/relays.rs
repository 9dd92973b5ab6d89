//! Whole relays of an embedded API server, as replicas that share the work, into JetStream.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use watch_relay::{Cluster, Config, InstanceSummary, Monitor, Relay, Reloader};
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
    monitor: Monitor,
    reloader: Reloader,
    clusters: Vec<Cluster>,
}

/// A pipeline with a filter, and what the second one is called, which relays nothing.
fn config(nats: &Server, filter: &str, second: &str) -> Config {
    let url = nats.url();
    let text = format!(
        "checkpoints: {{nats: {{url: '{url}'}}}}\nreplicas: {{shards: 6, namespace: default, name: relay}}\n\
         pipelines:\n- name: maps\n  watch: [{{resources: [configmaps], namespaces: [load]}}]\n  filter: \"{filter}\"\n  \
         to: {{nats: {{url: '{url}', create: {{}}}}}}\n\
         - name: {second}\n  watch: [{{resources: [secrets], namespaces: [load]}}]\n  \
         to: {{nats: {{url: '{url}', create: {{}}}}}}\n"
    );
    Config::parse(&text).unwrap()
}

impl Running {
    fn start(api: &EmbeddedServer, nats: &Server) -> Self {
        let config = config(nats, "true", "second");
        let mut client = kube_client::Config::new(api.url().parse().unwrap());
        client.default_retry = false;
        let client = kube_client::Client::try_from(client).unwrap();
        let clusters = vec![Cluster { name: None, client }];
        let relay = Relay::new(&config, &clusters).unwrap();
        let (monitor, reloader) = (relay.monitor(), relay.reloader());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async {
            relay.run(async { drop(stopped.await) }).await.unwrap();
        });
        Self { stop: Some(stop), task, monitor, reloader, clusters }
    }

    /// The instances that are live, by name.
    fn live(&self) -> Vec<String> {
        let instances = self.monitor.instances().into_iter();
        let is_live = |instance: &InstanceSummary| {
            instance.is_open && instance.streams.iter().any(|stream| stream.is_live)
        };
        let mut names: Vec<_> = instances.filter(is_live).map(|instance| instance.name).collect();
        names.sort_unstable();
        names
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

impl<'a> Load<'a> {
    fn new(api: &'a EmbeddedServer) -> Self {
        let system = api.store().get(&NAMESPACES, None, "kube-system").unwrap();
        Self {
            api,
            cluster: system["metadata"]["uid"].as_str().unwrap().to_owned(),
            random: fastrand::Rng::with_seed(7),
            present: [false; 40],
            ids: Vec::new(),
        }
    }

    /// Waits until the stream has every event, once.
    async fn assert_stored_once(&self, nats: &Server) {
        let began = tokio::time::Instant::now();
        loop {
            let mut stored = stored(&nats.url(), "k8s").await;
            for message in &mut stored.0 {
                message.id = without_version(&message.id);
            }
            let is_late = began.elapsed() > Duration::from_mins(1);
            if stored.0.len() >= self.ids.len() || is_late {
                stored.assert_once(self.ids.iter().map(String::as_str));
                break;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

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

async fn api() -> EmbeddedServer {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
    let api = EmbeddedServer::builder(catalog).start().await.unwrap();
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "load"}});
    api.store().create(namespace).unwrap();
    api
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_are_killed_and_stopped_relay_each_event_once() {
    let api = api().await;
    let mut nats = Server::start();
    let mut load = Load::new(&api);
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
    load.assert_stored_once(&nats).await;
    third.stop().await;
}

/// Waits until both are live in all shards, with pipelines of these names. Returns the instances of each.
async fn are_live(running: [&Running; 2], names: [&str; 2]) -> [Vec<String>; 2] {
    let began = tokio::time::Instant::now();
    loop {
        let live = running.map(Running::live);
        let of = |name: &str| {
            let is_of = |instance: &&String| instance.starts_with(&format!("{name}/"));
            live.iter().flatten().filter(is_of).count()
        };
        if live.iter().all(|live| !live.is_empty()) && names.map(of) == [6, 6] {
            return live;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{live:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_reload_under_load_keep_their_shards_and_relay_each_event_once() {
    let api = api().await;
    let nats = Server::start();
    let mut load = Load::new(&api);
    let first = Running::start(&api, &nats);
    let second = Running::start(&api, &nats);
    let both = [&first, &second];
    let shards = |live: &[Vec<String>; 2]| {
        live.each_ref().map(|live| {
            let maps = live.iter().filter_map(|name| name.strip_prefix("maps/"));
            maps.map(str::to_owned).collect::<Vec<_>>()
        })
    };
    are_live(both, ["maps", "second"]).await;
    // They share the shards evenly once both are there.
    while !both.iter().all(|replica| replica.live().len() == 6) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let before = are_live(both, ["maps", "second"]).await;
    load.run(Duration::from_secs(1)).await;
    for round in 0..4 {
        let name = if round % 2 == 0 { "other" } else { "second" };
        let config = config(&nats, &format!("'{round}' != ''"), name);
        for replica in both {
            let changes = replica.reloader.reload(&config, &replica.clusters, &[]).unwrap();
            assert_eq!((changes.changed, changes.added), (vec!["maps".into()], vec![name.into()]));
            load.run(Duration::from_millis(300)).await;
        }
        let after = are_live(both, ["maps", name]).await;
        assert_eq!(shards(&after), shards(&before), "no shard has moved");
    }
    load.run(Duration::from_millis(500)).await;
    load.assert_stored_once(&nats).await;
    second.stop().await;
    first.stop().await;
}
