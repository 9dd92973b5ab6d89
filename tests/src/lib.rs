//! Helpers for the tests of the whole: clusters to watch, and servers that misbehave.

mod scripted;

use std::future::Future;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use watchables::{Client, Config, WatchEvent};

pub use scripted::{Reply, Scripted};

/// Longer than any test takes: what is not over by then hangs.
const HANGS: Duration = Duration::from_mins(1);

/// A server of release 1.36 with nothing in it but its namespaces.
pub async fn server() -> EmbeddedServer {
    EmbeddedServer::builder(watchables::rel_1_36::CATALOG).start().await.expect("a server starts")
}

/// A client of a server.
pub fn client(server: &EmbeddedServer) -> Client {
    client_of(&server.url())
}

/// A client of whatever is at a URL, which does not try again by itself.
pub fn client_of(url: &str) -> Client {
    Client::try_from(config_of(url)).expect("a client is made")
}

/// The configuration of that client.
pub fn config_of(url: &str) -> Config {
    let mut config = Config::new(url.parse().expect("a URL"));
    config.default_retry = false;
    config
}

/// A URL at which nobody answers, for as long as the socket is kept: it is bound and does not listen.
///
/// # Panics
///
/// There is no port to be had.
pub fn nobody() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
    let url = format!("http://{}", socket.local_addr().expect("an address"));
    (socket, url)
}

/// A pod as a user writes one.
pub fn pod(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": "example"}]},
    })
}

/// Waits for something, but not forever.
///
/// # Panics
///
/// It takes as long as only something that hangs does.
pub async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(HANGS, future).await.expect("it hangs")
}

/// Waits until something holds, but not forever.
///
/// # Panics
///
/// As [`soon`].
pub async fn until(mut holds: impl FnMut() -> bool) {
    soon(async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// What a line of output tells of an event: `ADDED a`.
pub fn told<T>(event: &WatchEvent<T>, name: impl Fn(&T) -> Option<&String>) -> String {
    format!("{} {}", event.etype, name(&event.obj).map_or("-", String::as_str))
}
