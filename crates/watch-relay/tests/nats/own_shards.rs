//! Replicas of two clusters that have shards of their own: each replica watches only what it has shards of.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use watch_relay::{Cluster, Config, Relay};
use watchable_core::{ResourceInfo, Scope};

use crate::support::{Server, stored};

const NAMESPACES: ResourceInfo =
    ResourceInfo::new("", "v1", "Namespace", "namespaces", Scope::Cluster);

/// A relay, which is killed when this is dropped.
struct Running {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
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
    let monitor = relay.monitor();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async {
        relay.run(async { drop(stopped.await) }).await.unwrap();
    });
    let names = move || monitor.instances().into_iter().map(|instance| instance.name).collect();
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
