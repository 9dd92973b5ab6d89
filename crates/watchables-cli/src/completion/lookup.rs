//! Looks names up in the cluster, within a time in which a user still waits.

use std::time::Duration;

use http::header::ACCEPT;
use serde_json::Value;
use watchables::discovery::Discovery;
use watchables::{Client, ServedResource};

use super::line::Line;
use crate::cluster::Target;

/// For everything, the connection included.
const LIMIT: Duration = Duration::from_secs(1);

/// How many names of objects are looked up at most.
const MAX_NAMES: usize = 500;

/// Runs a look-up with a client of the cluster that the line selects. Returns `None` if there is no cluster, or it does
/// not answer in time. A demo cluster is not started for it.
pub(super) fn look_up<T>(line: &Line, look_up: impl AsyncFnOnce(Client) -> Option<T>) -> Option<T> {
    if line.is_demo {
        return None;
    }
    let target = Target::find(&line.cluster_args()).ok()?;
    if matches!(target, Target::Demo(_)) {
        return None;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let found = runtime.block_on(async {
        let found = async { look_up(target.connect().await.ok()?.client).await };
        tokio::time::timeout(LIMIT, found).await.ok()?
    });
    // A name that is still being resolved must not be waited for.
    runtime.shutdown_background();
    found
}

/// Returns what the server serves and can be watched.
pub(super) async fn resources(client: &Client) -> Option<Vec<ServedResource>> {
    let served = Discovery::new(client.clone()).resources().await.ok()?;
    Some(served.into_iter().filter(ServedResource::is_watchable).collect())
}

/// Returns the resource of this name.
pub(super) async fn resource(client: &Client, name: &str) -> Option<ServedResource> {
    Discovery::new(client.clone()).find(name).await.ok()
}

/// Returns the names of the objects at a path. Only metadata is asked for.
pub(super) async fn names(client: &Client, path: &str) -> Option<Vec<String>> {
    let request = http::Request::get(format!("{path}?limit={MAX_NAMES}"))
        .header(
            ACCEPT,
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
        )
        .body(Vec::new());
    let list: Value = client.request(request.ok()?).await.ok()?;
    let names =
        list["items"].as_array()?.iter().filter_map(|item| item["metadata"]["name"].as_str());
    Some(names.map(str::to_owned).collect())
}
