//! Everything that runs: API server, engines, web server, relays, and the proxies between them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engines::{Proxy, nats, postgres};
use envtest::{Assets, ControlPlane, Options};
use kube_client::config::{KubeConfigOptions, Kubeconfig};
use kube_client::{Client, Config};
use tokio::time::{Instant, sleep};

use crate::NAMESPACE;
use crate::load::call;
use crate::plan::{LINKS, Link, RELAYS, REPLICAS};
use crate::relay::{self, Ports, Relay};
use crate::webhook::Webhook;

/// Longer than the longest backoff with which the API server looks for etcd.
const SERVES_LIMIT: Duration = Duration::from_mins(3);

pub(crate) struct World {
    pub(crate) plane: Arc<Mutex<ControlPlane>>,
    /// Held while etcd or the API server is down: neither may then be killed besides, or compacted.
    pub(crate) outage: tokio::sync::Mutex<()>,
    pub(crate) client: Client,
    pub(crate) nats: tokio::sync::Mutex<nats::Server>,
    pub(crate) postgres: tokio::sync::Mutex<postgres::Server>,
    pub(crate) webhook: Webhook,
    pub(crate) relays: Vec<tokio::sync::Mutex<Relay>>,
    links: Vec<Links>,
    folder: PathBuf,
}

/// The proxies of a relay, in the order of [`LINKS`].
struct Links(Vec<Proxy>);

impl Links {
    fn proxy(&self, link: Link) -> &Proxy {
        let at = LINKS.iter().position(|other| *other == link).expect("all are there");
        &self.0[at]
    }
}

impl Ports for Links {
    fn port(&self, link: Link) -> u16 {
        self.proxy(link).port()
    }
}

impl World {
    /// Starts everything but the relays, whose files are in this folder.
    pub(crate) async fn start(program: &Path, folder: &Path, seed: u64) -> Result<Self, String> {
        let plane = blocking(|| {
            let arguments =
                ["--etcd-compaction-interval=15s", "--storage-media-type=application/json"];
            let options = Options { apiserver_arguments: arguments.map(str::to_owned).to_vec() };
            ControlPlane::start(&Assets::from_env()?, &options)
        });
        let plane = plane.await.map_err(|error| error.to_string())?;
        let nats = blocking(nats::Server::start).await;
        let postgres = postgres::Server::start().await;
        let failed = |error: std::io::Error| error.to_string();
        let webhook = Webhook::start().await.map_err(failed)?;
        let (mut relays, mut links) = (Vec::new(), Vec::new());
        for at in 0..RELAYS {
            let mut proxies = Vec::new();
            for link in LINKS {
                let port = match link {
                    Link::Api => plane.port(),
                    Link::Nats => nats.port(),
                    Link::Postgres => postgres.port(),
                    Link::Webhook => webhook.port,
                };
                let upstream = ("127.0.0.1".to_owned(), port);
                proxies.push(Proxy::start(upstream, seed ^ at as u64).await.map_err(failed)?);
            }
            let proxies = Links(proxies);
            let name = format!("relay-{at}");
            let kubeconfig =
                plane.kubeconfig_at(&format!("https://127.0.0.1:{}", proxies.port(Link::Api)));
            let configuration = if at < REPLICAS {
                relay::of_replica(&proxies, folder, &name)
            } else {
                relay::of_file(folder, &name)
            };
            let relay = Relay::new(program, folder, &name, &kubeconfig, &configuration);
            relays.push(tokio::sync::Mutex::new(relay.map_err(failed)?));
            links.push(proxies);
        }
        let client = client(&plane.kubeconfig()).await?;
        Ok(Self {
            plane: Arc::new(Mutex::new(plane)),
            outage: tokio::sync::Mutex::default(),
            client,
            nats: nats.into(),
            postgres: postgres.into(),
            webhook,
            relays,
            links,
            folder: folder.to_owned(),
        })
    }

    pub(crate) fn proxy(&self, relay: usize, link: Link) -> &Proxy {
        self.links[relay].proxy(link)
    }

    /// Returns where the one that writes a file has it.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join(format!("relay-{}.jsonl", RELAYS - 1))
    }

    /// Returns what sinks have refused for good, which nothing here is meant to be.
    pub(crate) fn refused(&self) -> Vec<String> {
        let paths = (0..RELAYS).map(|at| self.folder.join(format!("relay-{at}.refused")));
        let texts = paths.filter_map(|path| std::fs::read_to_string(path).ok());
        texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Acts on the control plane.
    pub(crate) async fn with_plane<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut ControlPlane) -> T + Send + 'static,
    ) -> T {
        let plane = Arc::clone(&self.plane);
        blocking(move || action(&mut plane.lock().expect("no panic"))).await
    }

    /// Waits until the API server has found etcd again.
    pub(crate) async fn serves(&self) -> Result<(), String> {
        let path = format!("/api/v1/namespaces/{NAMESPACE}");
        let began = Instant::now();
        while let Err(error) = call(&self.client, "GET", &path, None).await {
            if began.elapsed() > SERVES_LIMIT {
                return Err(format!("the API server does not serve: {error}"));
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Stops everything, and waits for it.
    pub(crate) async fn end(self) -> Result<(), String> {
        for relay in &self.relays {
            relay.lock().await.kill().await.map_err(|error| error.to_string())?;
        }
        blocking(move || drop(self)).await;
        Ok(())
    }
}

async fn client(kubeconfig: &str) -> Result<Client, String> {
    let failed = |error: &dyn std::fmt::Display| format!("the API server's client: {error}");
    let kubeconfig = Kubeconfig::from_yaml(kubeconfig).map_err(|error| failed(&error))?;
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(kubeconfig, &options);
    let mut config = config.await.map_err(|error| failed(&error))?;
    config.default_retry = false;
    Client::try_from(config).map_err(|error| failed(&error))
}

pub(crate) async fn blocking<T: Send + 'static>(action: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(action).await.expect("no panic")
}
