//! A server, a relay of it, and the file that it writes.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use embedded_apiserver::{EmbeddedServer, Fault};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use watch_relay::{
    Changes, Cluster, Config, ConfigError, InstanceSummary, Monitor, Relay, Reloader,
};
use watchable_core::{ResourceInfo, Scope};

/// The limit of every wait: a test that takes longer hangs.
pub(crate) const TEST_TIMEOUT: Duration = Duration::from_mins(1);

const CONFIG_MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);

pub(crate) struct World {
    server: EmbeddedServer,
    folder: TempDir,
}

pub(crate) struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Vec<InstanceSummary>>,
    pub(crate) monitor: Monitor,
    pub(crate) reloader: Reloader,
    clusters: Vec<Cluster>,
}

impl World {
    pub(crate) async fn start() -> Self {
        let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
        let server = EmbeddedServer::builder(catalog).start().await.unwrap();
        Self { server, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A configuration of one pipeline, in YAML.
    pub(crate) fn yaml(&self, watch: &str, settings: &str) -> String {
        format!(
            "checkpoints: {}\npipelines:\n- name: test\n  watch: [{{{watch}, namespaces: [default]}}]\n{settings}  \
             to: {{file: {{path: {}}}}}\n",
            self.path("checkpoints").display(),
            self.path("log.jsonl").display(),
        )
    }

    pub(crate) fn config(&self, watch: &str, settings: &str) -> Config {
        Config::parse(&self.yaml(watch, settings)).unwrap()
    }

    pub(crate) fn run(&self, config: &Config) -> Running {
        let uri = self.server.url().parse().unwrap();
        let client = kube_client::Client::try_from(kube_client::Config::new(uri)).unwrap();
        let clusters = vec![Cluster { name: None, client }];
        let relay = Relay::new(config, &clusters).unwrap();
        let (monitor, reloader) = (relay.monitor(), relay.reloader());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async { relay.run(async { drop(stopped.await) }).await.unwrap() });
        Running { stop, task, monitor, reloader, clusters }
    }

    pub(crate) fn create(&self, object: Value) {
        self.server.store().create(object).unwrap();
    }

    pub(crate) fn update(&self, object: Value) {
        self.server.store().update(object).unwrap();
    }

    pub(crate) fn delete(&self, name: &str) {
        self.server.store().delete(&CONFIG_MAPS, Some("default"), name).unwrap();
    }

    /// Closes every connection to the server, and refuses new ones for some time.
    pub(crate) fn refuse_connections(&self, time: Duration) {
        self.server.refuse_connections(time);
        self.server.disconnect_all();
    }

    /// Answers requests for a resource with 403 for the rest of the test.
    pub(crate) fn forbid(&self, resource: &str) {
        let path = format!("/api/v1/{resource}");
        self.server.faults().inject(Fault::status(403).path(path).times(u64::MAX));
    }

    /// Refuses new connections for the rest of the test. Those that are open stay.
    pub(crate) fn refuse_new_connections(&self) {
        self.server.refuse_connections(TEST_TIMEOUT * 2);
    }

    /// Waits until the file has this many lines, and returns them.
    pub(crate) async fn lines_are(&self, count: usize) -> Vec<Value> {
        self.lines_of("log.jsonl", count).await
    }

    /// The same of another file.
    pub(crate) async fn lines_of(&self, file: &str, count: usize) -> Vec<Value> {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < TEST_TIMEOUT, "{file} has not {count} lines");
            let text = std::fs::read_to_string(self.path(file)).unwrap_or_default();
            let lines: Vec<_> =
                text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            assert!(lines.len() <= count, "{text}");
            if lines.len() == count {
                return lines;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Running {
    /// Reloads a configuration, in YAML.
    pub(crate) fn reload(&self, text: &str) -> Result<Changes, ConfigError> {
        self.reloader.reload(&Config::parse(text).unwrap(), &self.clusters, &[])
    }

    /// Waits until a pipeline is as wanted.
    pub(crate) async fn until(
        &self,
        at: usize,
        wanted: impl Fn(&InstanceSummary) -> bool,
    ) -> InstanceSummary {
        let began = Instant::now();
        loop {
            let mut summaries = self.monitor.instances();
            if summaries.get(at).is_some_and(&wanted) {
                return summaries.remove(at);
            }
            assert!(began.elapsed() < TEST_TIMEOUT, "{summaries:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Stops it, and returns how its first pipeline was.
    pub(crate) async fn stop(self) -> InstanceSummary {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().remove(0)
    }
}

pub(crate) fn config_map(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"value": value},
        "metadata": {"namespace": "default", "name": name}})
}

pub(crate) fn pod(name: &str, phase: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default", "name": name},
        "spec": {"containers": [{"name": "a", "image": "a"}]}, "status": {"phase": phase}})
}
