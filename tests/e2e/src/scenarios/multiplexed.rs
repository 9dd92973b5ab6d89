//! The seed's multiplexing program: pods and namespaces in one stream, and an error callback.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use tokio::time::{sleep, timeout};
use watchables::rel_1_20::v1::{Namespace, Pod};
use watchables::{
    DynamicObject, Multiplexed, MultiplexingWatcher, ResourceInfo, Scope, StreamOptions, Watcher,
};

use super::models::{Identity, Named as _};
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};

#[derive(Multiplexed)]
#[allow(clippy::large_enum_variant, reason = "as in the documentation")]
enum Item {
    Pod(Pod),
    Namespace(Namespace),
    Other(DynamicObject),
}

impl Item {
    fn describe(&self) -> String {
        let Identity { name, .. } = match self {
            Self::Pod(pod) => pod.identity(),
            Self::Namespace(namespace) => namespace.identity(),
            Self::Other(object) => {
                let name = std::any::type_name_of_val(object).to_owned();
                Identity { name, ..Identity::default() }
            }
        };
        let kind = match self {
            Self::Pod(_) => "pod",
            Self::Namespace(_) => "namespace",
            Self::Other(_) => "other",
        };
        format!("{kind} {name}")
    }
}

pub(super) async fn kinds(cluster: &Cluster) -> Outcome {
    let namespace = cluster.create_namespace().await?;
    cluster.api.create_pod(&namespace, "a").await.map_err(failed)?;
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let mux = MultiplexingWatcher::<Item>::new().on_error(move |_, _, error| {
        count.fetch_add(1, Ordering::Relaxed);
        // A missing resource will not appear: its watcher is removed and the others continue.
        !error.is_not_found()
    });
    mux.add_watcher(Watcher::<Pod>::new(cluster.client()).namespace(&namespace));
    mux.add_watcher(
        Watcher::<Namespace>::new(cluster.client())
            .field_selector(format!("metadata.name={namespace}")),
    );
    let none =
        ResourceInfo::new("stable.example.invalid", "v1", "Widget", "widgets", Scope::Namespaced);
    mux.add_watcher(Watcher::<DynamicObject>::for_resource(cluster.client(), none));
    let mut stream = mux.stream(StreamOptions::managed());
    let mut events = Vec::new();
    while events.len() < 2 {
        let item = timeout(Duration::from_mins(1), stream.next()).await;
        match item.map_err(|_| NotPassed::Failed(format!("timed out after {events:?}")))? {
            Some(Ok(event)) => events.push(format!("{} {}", event.etype, event.obj.describe())),
            Some(Err(error)) => return Err(failed(error)),
            None => return Err(format!("the stream ended after {events:?}").into()),
        }
    }
    events.sort();
    super::models::same(&events, &[&format!("ADDED namespace {namespace}"), "ADDED pod a"])?;
    cluster.api.delete(&format!("/api/v1/namespaces/{namespace}/pods/a")).await.map_err(failed)?;
    let item = timeout(Duration::from_mins(1), stream.next()).await;
    match item.map_err(|_| "timed out waiting for the deletion")? {
        Some(Ok(event)) if event.obj.describe() == "pod a" => {}
        Some(_) => return Err("expected the deletion, got another item".into()),
        None => return Err("the stream ended before the deletion".into()),
    }
    // The rejection has no event to wait for. Meanwhile a real server may send more events of the pod.
    let rejected = async {
        while calls.load(Ordering::Relaxed) == 0 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    let mut rejected = std::pin::pin!(timeout(Duration::from_mins(1), rejected));
    loop {
        tokio::select! {
            item = stream.next() => match item {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(failed(error)),
                None => return Err("the stream ended after the deletion".into()),
            },
            rejected = &mut rejected => {
                rejected.map_err(|_| "the error callback was not called")?;
                break;
            }
        }
    }
    mux.stop();
    if timeout(Duration::from_mins(1), stream.next()).await.is_ok_and(|item| item.is_some()) {
        return Err("an item was delivered after the stop".into());
    }
    match calls.load(Ordering::Relaxed) {
        1 => Ok("two kinds, one call of the error callback".to_owned()),
        calls => Err(format!("the error callback was called {calls} times").into()),
    }
}
