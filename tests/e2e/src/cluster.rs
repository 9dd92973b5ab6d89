//! The server that the suite runs on: one of our own, or one that is there.

use std::path::Path;
use std::sync::{Arc, Mutex};

use conformance::{RUN_LABEL, Release, Target};
use envtest::{Assets, ControlPlane, Options};
use kube_client::config::{KubeConfigOptions, Kubeconfig};
use kube_client::{Client, Config};
use serde_json::{Value, json};

use crate::api::{Api, text};
use crate::cleanup;
use crate::report::{Not, Outcome, Report, failed};

/// A server, and how to reach it.
pub(crate) struct Cluster {
    /// The server, where it is ours.
    plane: Option<Arc<Mutex<ControlPlane>>>,
    config: Config,
    /// The label of all that this run makes.
    run: String,
    pub(crate) api: Api,
    pub(crate) release: Release,
}

impl Cluster {
    /// That of a kubeconfig; else one that is started.
    pub(crate) async fn find(kubeconfig: Option<&Path>) -> Result<Self, String> {
        let (plane, kubeconfig) = if let Some(path) = kubeconfig {
            (None, Kubeconfig::read_from(path).map_err(|error| error.to_string())?)
        } else {
            let plane = blocking(|| {
                let options = Options {
                    // Only we compact, and a history of hours stays until we do.
                    apiserver_arguments: vec!["--etcd-compaction-interval=0".to_owned()],
                };
                ControlPlane::start(&Assets::from_env()?, &options)
            });
            let plane = plane.await.map_err(|error| error.to_string())?;
            let text = plane.kubeconfig();
            let config = Kubeconfig::from_yaml(&text).map_err(|error| error.to_string())?;
            (Some(Arc::new(Mutex::new(plane))), config)
        };
        let config = config(kubeconfig).await?;
        let api = Api(Client::try_from(config.clone()).map_err(|error| error.to_string())?);
        let version = api.get("/version").await.map_err(|error| error.to_string())?;
        let release = Release::of(&text(&version, "/major"), &text(&version, "/minor"))
            .ok_or_else(|| format!("a strange version: {version}"))?;
        let run = format!("e2e-{:08x}", fastrand::u32(..));
        Ok(Self { plane, config, run, api, release })
    }

    pub(crate) fn url(&self) -> String {
        self.config.cluster_url.to_string()
    }

    pub(crate) fn client(&self) -> Client {
        self.api.0.clone()
    }

    /// The configuration of a client.
    pub(crate) fn config(&self) -> Config {
        self.config.clone()
    }

    /// A client that goes through a port of 127.0.0.1.
    pub(crate) fn client_through(&self, port: u16) -> Result<Client, Not> {
        let mut config = self.config();
        if config.tls_server_name.is_none() {
            config.tls_server_name = config.cluster_url.host().map(ToOwned::to_owned);
        }
        let scheme = config.cluster_url.scheme_str().unwrap_or("https");
        config.cluster_url = format!("{scheme}://127.0.0.1:{port}").parse().map_err(failed)?;
        Client::try_from(config).map_err(failed)
    }

    /// Where the server listens.
    pub(crate) fn address(&self) -> (String, u16) {
        let url = &self.config.cluster_url;
        let port = if url.scheme_str() == Some("http") { 80 } else { 443 };
        (url.host().unwrap_or_default().to_owned(), url.port_u16().unwrap_or(port))
    }

    /// A namespace for one test.
    pub(crate) async fn namespace(&self) -> Result<String, Not> {
        let name = format!("watchables-e2e-{:08x}", fastrand::u32(..));
        let body = json!({"metadata": {"name": name, "labels": self.labels()}});
        self.api.create("/api/v1/namespaces", &body).await.map_err(failed)?;
        Ok(name)
    }

    /// The labels of all that lies in no namespace, so that it is removed in the end.
    pub(crate) fn labels(&self) -> Value {
        json!({RUN_LABEL: self.run})
    }

    /// For the cases of conformance.
    pub(crate) fn target(&self) -> Target {
        Target {
            client: self.client(),
            release: self.release,
            control: self.control(),
            run: self.run.clone(),
        }
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.plane.is_some()
    }

    /// Does something to the server, where it is ours.
    pub(crate) async fn own<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut ControlPlane) -> envtest::Result<T> + Send + 'static,
    ) -> Result<T, Not> {
        let plane = self
            .plane
            .clone()
            .ok_or_else(|| Not::Skipped("it needs a server of our own".to_owned()))?;
        blocking(move || what(&mut plane.lock().expect("no panic"))).await.map_err(failed)
    }

    /// Lets etcd forget all history, where the server is ours. What is compacted already may stay so.
    pub(crate) async fn compact(&self) -> Result<(), Not> {
        self.own(|plane| plane.compact_etcd()).await
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

    /// Removes what was made in it; or ends it, where it is ours.
    pub(crate) async fn finish(self, report: &Report) {
        let Some(plane) = self.plane else {
            report.tell_end(
                "all that was made is removed",
                cleanup::remove(&self.api, &self.run).await,
            );
            return;
        };
        let kubeconfig = plane.lock().expect("no panic").kubeconfig_path();
        // The end of a server waits for its processes.
        blocking(move || drop(plane)).await;
        report.tell_end("no server is left running", ended(kubeconfig.parent()));
    }
}

/// Nothing is left of the servers that worked in a folder.
fn ended(folder: Option<&Path>) -> Outcome {
    let folder = folder.ok_or("the server had no folder")?;
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
    Err(format!("of {name} there is left: {left:?}").into())
}

/// The configuration of a kubeconfig's current context; a client of it does not try again by itself.
pub(crate) async fn config(kubeconfig: Kubeconfig) -> Result<Config, String> {
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(|error| error.to_string())?;
    config.default_retry = false;
    Ok(config)
}

/// Does what may block, where it may.
pub(crate) async fn blocking<T: Send + 'static>(what: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(what).await.expect("no panic")
}
