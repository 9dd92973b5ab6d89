//! Test helpers: embedded clusters to watch, and scripted servers that fail.

mod scripted;

use std::future::Future;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use http::Request;
use http::header::ACCEPT;
use kube_client::client::Body;
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tower::service_fn;
use watchables::{Client, Config, WatchEvent, connect_to};

pub use scripted::{Reply, ScriptedServer};

/// The limit of every wait: a test that takes longer hangs.
const TEST_TIMEOUT: Duration = Duration::from_mins(1);

/// Starts a server of release 1.37 that contains only its namespaces.
pub async fn server() -> EmbeddedServer {
    EmbeddedServer::builder(watchables::rel_1_37::CATALOG).start().await.expect("a server starts")
}

/// Creates a client for a server.
pub fn client(server: &EmbeddedServer) -> Client {
    client_of(&server.url())
}

/// Creates a client for a server. It accepts JSON where [`client`]'s would accept protobuf or JSON.
///
/// # Panics
///
/// Panics on a request that accepts no JSON.
pub fn json_client(server: &EmbeddedServer) -> Client {
    let client = client(server);
    let service = service_fn(move |mut request: Request<Body>| {
        if let Some(accept) = request.headers_mut().get_mut(ACCEPT) {
            let clauses = accept.to_str().expect("a text").split(',');
            let json: Vec<_> = clauses.filter(|clause| !clause.contains("protobuf")).collect();
            assert!(!json.is_empty(), "JSON is accepted");
            *accept = json.join(",").parse().expect("a value");
        }
        let client = client.clone();
        async move { client.send(request).await }
    });
    Client::new(service, "default")
}

/// Creates a client for a URL.
pub fn client_of(url: &str) -> Client {
    connect_to(config_of(url)).expect("a client is created")
}

/// Returns the configuration of that client.
pub fn config_of(url: &str) -> Config {
    Config::new(url.parse().expect("a URL"))
}

/// Returns a URL where connections are refused while the socket is kept: it is bound and does not listen.
///
/// # Panics
///
/// Panics if no port is free.
pub fn closed_port() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
    let url = format!("http://{}", socket.local_addr().expect("an address"));
    (socket, url)
}

/// Returns a Pod as a user writes it.
pub fn pod(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": "example"}]},
    })
}

/// Waits for a future, with a timeout.
///
/// # Panics
///
/// Panics after the timeout of a test.
pub async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(TEST_TIMEOUT, future).await.expect("it hangs")
}

/// Waits until a condition is true, with a timeout.
///
/// # Panics
///
/// Panics after the timeout of a test.
pub async fn until(mut condition: impl FnMut() -> bool) {
    soon(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Returns an event as a line: `ADDED a`.
pub fn event_line<T>(event: &WatchEvent<T>, name: impl Fn(&T) -> Option<&str>) -> String {
    format!("{} {}", event.etype, name(&event.obj).unwrap_or("-"))
}
