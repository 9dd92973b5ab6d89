//! The server that the suite runs on: one it starts, or an existing one.

use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use conformance::{RUN_LABEL, Release, Target};
use envtest::{Assets, ControlPlane, Options};
use kube_client::config::{KubeConfigOptions, Kubeconfig};
use kube_client::{Client, Config};
use serde_json::{Value, json};
use watchables::Wire;

use crate::api::{Api, text};
use crate::cleanup;
use crate::report::{NotPassed, Outcome, Report, failed};

/// A server and its client configuration.
pub(crate) struct Cluster {
    /// The control plane, if the suite started it.
    plane: Option<Arc<Mutex<ControlPlane>>>,
    config: Config,
    /// The kubeconfig, for other programs.
    pub(crate) kubeconfig: String,
    /// How often processes are killed.
    pub(crate) kills: u32,
    /// The label value of everything this run creates.
    run: String,
    pub(crate) api: Api,
    pub(crate) release: Release,
}

impl Cluster {
    /// Connects to the server of a kubeconfig, or starts one.
    pub(crate) async fn connect(kubeconfig: Option<&Path>, kills: u32) -> Result<Self, String> {
        let (plane, text_of_config, kubeconfig) = if let Some(path) = kubeconfig {
            let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
            (None, text, Kubeconfig::read_from(path).map_err(|error| error.to_string())?)
        } else {
            let plane = blocking(|| {
                let options = Options {
                    // No automatic compaction: only the suite compacts.
                    apiserver_arguments: vec!["--etcd-compaction-interval=0".to_owned()],
                };
                ControlPlane::start(&Assets::from_env()?, &options)
            });
            let plane = plane.await.map_err(|error| error.to_string())?;
            let text = plane.kubeconfig();
            let config = Kubeconfig::from_yaml(&text).map_err(|error| error.to_string())?;
            (Some(Arc::new(Mutex::new(plane))), text, config)
        };
        let config = config(kubeconfig).await?;
        let api = Api(Client::try_from(config.clone()).map_err(|error| error.to_string())?);
        let version = api.get("/version").await.map_err(|error| error.to_string())?;
        let release = Release::of(&text(&version, "/major"), &text(&version, "/minor"))
            .ok_or_else(|| format!("unexpected version: {version}"))?;
        let run = format!("e2e-{:08x}", fastrand::u32(..));
        Ok(Self { plane, config, kubeconfig: text_of_config, kills, run, api, release })
    }

    pub(crate) fn url(&self) -> String {
        self.config.cluster_url.to_string()
    }

    pub(crate) fn client(&self) -> Client {
        self.api.0.clone()
    }

    /// Returns a client configuration for the server.
    pub(crate) fn config(&self) -> Config {
        self.config.clone()
    }

    /// Creates a client that connects through a proxy's port on 127.0.0.1.
    pub(crate) fn client_through(&self, port: u16) -> Result<Client, NotPassed> {
        let mut config = self.config();
        if config.tls_server_name.is_none() {
            config.tls_server_name = config.cluster_url.host().map(ToOwned::to_owned);
        }
        let scheme = config.cluster_url.scheme_str().unwrap_or("https");
        config.cluster_url = format!("{scheme}://127.0.0.1:{port}").parse().map_err(failed)?;
        Client::try_from(config).map_err(failed)
    }

    /// Returns the server's host and port.
    pub(crate) fn address(&self) -> (String, u16) {
        let url = &self.config.cluster_url;
        let port = if url.scheme_str() == Some("http") { 80 } else { 443 };
        (url.host().unwrap_or_default().to_owned(), url.port_u16().unwrap_or(port))
    }

    /// Creates a namespace for one test.
    pub(crate) async fn create_namespace(&self) -> Result<String, NotPassed> {
        let name = format!("watchables-e2e-{:08x}", fastrand::u32(..));
        let body = json!({"metadata": {"name": name, "labels": self.labels()}});
        self.api.create("/api/v1/namespaces", &body).await.map_err(failed)?;
        Ok(name)
    }

    /// Returns the labels for cluster-scoped objects, by which the cleanup finds them.
    pub(crate) fn labels(&self) -> Value {
        json!({RUN_LABEL: self.run})
    }

    /// Returns the target for the conformance cases.
    pub(crate) fn target(&self, wire: Wire) -> Target {
        Target {
            client: self.client(),
            release: self.release,
            control: self.control(),
            run: self.run.clone(),
            wire,
            in_protobuf: AtomicUsize::default(),
        }
    }

    pub(crate) fn is_owned(&self) -> bool {
        self.plane.is_some()
    }

    /// Acts on the control plane, if the suite started it; else skips the test.
    pub(crate) async fn with_plane<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut ControlPlane) -> envtest::Result<T> + Send + 'static,
    ) -> Result<T, NotPassed> {
        let plane = self
            .plane
            .clone()
            .ok_or_else(|| NotPassed::Skipped("needs a server started by the suite".to_owned()))?;
        blocking(move || action(&mut plane.lock().expect("no panic"))).await.map_err(failed)
    }

    /// Compacts etcd at its current revision, if the suite started the server.
    pub(crate) async fn compact(&self) -> Result<(), NotPassed> {
        self.with_plane(|plane| plane.compact_etcd()).await
    }

    fn control(&self) -> Option<conformance::Control> {
        let plane = self.plane.clone()?;
        Some(Box::new(move |conformance::Needs::Compact| {
            let plane = Arc::clone(&plane);
            Box::pin(async move {
                let compacted = blocking(move || plane.lock().expect("no panic").compact_etcd());
                compacted.await.map_err(|error| error.to_string())
            })
        }))
    }

    /// Stops a server that the suite started; else deletes what the run created on it.
    pub(crate) async fn finish(self, report: &Report) {
        let Some(plane) = self.plane else {
            report.record_cleanup(
                "everything the run created is deleted",
                cleanup::delete_all(&self.api, &self.run).await,
            );
            return;
        };
        let kubeconfig = plane.lock().expect("no panic").kubeconfig_path();
        // Dropping the control plane waits for its processes.
        blocking(move || drop(plane)).await;
        report.record_cleanup("no server is left running", check_stopped(kubeconfig.parent()));
    }
}

/// Checks that the servers with this working directory left no process and no file.
fn check_stopped(folder: Option<&Path>) -> Outcome {
    let folder = folder.ok_or("the server had no directory")?;
    let name = folder.display().to_string();
    let processes = std::fs::read_dir("/proc").map_err(failed)?.filter_map(|entry| {
        let line = std::fs::read(entry.ok()?.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        line.contains(&name).then_some(line)
    });
    let left: Vec<_> = processes.collect();
    if left.is_empty() && !folder.exists() {
        return Ok(String::new());
    }
    Err(format!("{name} is not cleaned up, running processes: {left:?}").into())
}

/// Returns the client configuration of a kubeconfig's current context, without kube-client's own retries.
pub(crate) async fn config(kubeconfig: Kubeconfig) -> Result<Config, String> {
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(|error| error.to_string())?;
    config.default_retry = false;
    Ok(config)
}

/// Runs a blocking function on the blocking thread pool.
pub(crate) async fn blocking<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(f).await.expect("no panic")
}
