//! What the tests share.
//!
//! With `WATCHABLES_TEST_KUBECONFIG=PATH`, the replicas' tests run on that API server, in its namespace `default`.

use std::future::Future;
use std::time::Duration;

use embedded_apiserver::{Builder, EmbeddedServer};
use kube_client::config::{KubeConfigOptions, Kubeconfig};
use kube_client::{Client, Config};

/// The limit of every wait: a test that takes longer hangs.
const TEST_TIMEOUT: Duration = Duration::from_mins(2);

pub(crate) fn builder() -> Builder {
    EmbeddedServer::builder(release_catalogs::catalog("1.37").expect("a release"))
}

pub(crate) async fn server() -> EmbeddedServer {
    builder().start().await.expect("a server starts")
}

pub(crate) fn client(server: &EmbeddedServer) -> Client {
    let config = Config::new(server.url().parse().expect("a URL"));
    Client::try_from(config).expect("a client is created")
}

/// An API server for Leases.
pub(crate) struct Leases {
    pub(crate) client: Client,
    /// `None` if it is a real one.
    pub(crate) embedded: Option<EmbeddedServer>,
}

pub(crate) async fn leases() -> Leases {
    match std::env::var("WATCHABLES_TEST_KUBECONFIG") {
        Err(_) => {
            let server = server().await;
            Leases { client: client(&server), embedded: Some(server) }
        }
        Ok(path) => {
            let kubeconfig = Kubeconfig::read_from(path).expect("a kubeconfig");
            let options = KubeConfigOptions::default();
            let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
            let mut config = config.expect("a configuration");
            config.default_retry = false;
            let client = Client::try_from(config).expect("a client is created");
            Leases { client, embedded: None }
        }
    }
}

/// Waits for a future, with a timeout.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(TEST_TIMEOUT, future).await.expect("it hangs")
}

/// Waits until a condition is true, with a timeout.
pub(crate) async fn until(mut condition: impl FnMut() -> bool) {
    soon(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
