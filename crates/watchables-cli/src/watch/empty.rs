//! Reports watches that have no objects: a name may be misspelled.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use watchables::{Client, ClientError, Phase, WatchStatus};

/// Longer than the server takes to send the objects of a watch that is live.
const SETTLED: Duration = Duration::from_millis(300);

/// A watch.
pub(crate) struct Watched {
    /// What is watched, such as `pods`, or `pod "web-1"`.
    pub(crate) what: String,
    pub(crate) namespace: Option<String>,
    pub(crate) status: Receiver<WatchStatus>,
}

/// Prints which watches have no objects once they are live. Never resolves.
pub(crate) async fn report(client: Client, watched: Vec<Watched>) {
    futures::future::join_all(watched.into_iter().map(|watched| report_one(&client, watched)))
        .await;
    pending::<()>().await;
}

async fn report_one(client: &Client, mut watched: Watched) {
    let live = watched.status.wait_for(|status| status.phase == Phase::Live);
    if live.await.is_err() {
        return;
    }
    tokio::time::sleep(SETTLED).await;
    if watched.status.borrow().events > 0 {
        return;
    }
    let Watched { what, namespace, .. } = watched;
    match namespace {
        None => eprintln!("watchables: there is no {what} yet"),
        Some(namespace) if is_missing(client, &namespace).await => {
            eprintln!(
                "watchables: there is no namespace {namespace:?}, and so no {what} in it yet"
            );
        }
        Some(namespace) => {
            eprintln!("watchables: there is no {what} in the namespace {namespace:?} yet");
        }
    }
}

/// Returns whether the server says that there is no such namespace.
async fn is_missing(client: &Client, namespace: &str) -> bool {
    let path = format!("/api/v1/namespaces/{namespace}");
    let Ok(request) = http::Request::get(path).body(Vec::new()) else { return false };
    matches!(client.request_text(request).await, Err(ClientError::Api(status)) if status.code == 404)
}
