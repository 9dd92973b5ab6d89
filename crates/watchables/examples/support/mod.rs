//! The cluster that the examples watch: the configured one, or an embedded one.
#![allow(dead_code, reason = "each example uses some of it")]

use std::error::Error;

use embedded_apiserver::EmbeddedServer;
use serde_json::json;
use watchables::{Client, Config, cluster_is_configured, connect, connect_to, rel_1_17};

/// A cluster to run an example on. An embedded cluster stops when this is dropped.
pub(crate) struct Cluster {
    embedded: Option<EmbeddedServer>,
}

impl Cluster {
    /// Uses the configured cluster, or starts an embedded one with three Pods.
    pub(crate) fn find() -> Result<Self, Box<dyn Error>> {
        if cluster_is_configured() {
            return Ok(Self { embedded: None });
        }
        let server =
            EmbeddedServer::builder(rel_1_17::CATALOG).release("1.17").start_in_thread()?;
        eprintln!("no kubeconfig found; started an embedded cluster at {}", server.url());
        for name in [
            "local-path-provisioner-5ff76fc89d-n5mr9",
            "coredns-854c77959c-mdw6w",
            "metrics-server-86cbb8457f-lgmgq",
        ] {
            let pod = json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "namespace": "kube-system"},
                "spec": {"containers": [{"name": "main", "image": "example"}]},
            });
            server.store().create(pod)?;
        }
        Ok(Self { embedded: Some(server) })
    }

    /// Returns the embedded cluster's configuration.
    pub(crate) fn config(&self) -> Result<Option<Config>, Box<dyn Error>> {
        self.embedded.as_ref().map(|server| Ok(Config::new(server.url().parse()?))).transpose()
    }

    /// Connects to the cluster.
    pub(crate) async fn client(&self) -> Result<Client, Box<dyn Error>> {
        Ok(match self.config()? {
            Some(config) => connect_to(config)?,
            None => connect().await?,
        })
    }
}
