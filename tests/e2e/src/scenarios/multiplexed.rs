//! The seed's multiplexing program: pods and namespaces in one stream, and a callback that recovers.

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
use crate::report::{Not, Outcome, failed};

#[derive(Multiplexed)]
#[allow(clippy::large_enum_variant, reason = "as the documentation has it")]
enum Seen {
    Pod(Pod),
    Namespace(Namespace),
    Other(DynamicObject),
}

impl Seen {
    fn told(&self) -> String {
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
    let namespace = cluster.namespace().await?;
    cluster.api.pod(&namespace, "a").await.map_err(failed)?;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let mux = MultiplexingWatcher::<Seen>::new().on_error(move |_, _, error| {
        count.fetch_add(1, Ordering::Relaxed);
        // What is not there will not come: it is removed, and the others go on.
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
    let mut told = Vec::new();
    while told.len() < 2 {
        let item = timeout(Duration::from_mins(1), stream.next()).await;
        match item.map_err(|_| Not::Failed(format!("after {told:?} nothing comes")))? {
            Some(Ok(event)) => told.push(format!("{} {}", event.etype, event.obj.told())),
            Some(Err(error)) => return Err(failed(error)),
            None => return Err(format!("after {told:?} it ends").into()),
        }
    }
    told.sort();
    super::models::same(&told, &[&format!("ADDED namespace {namespace}"), "ADDED pod a"])?;
    cluster.api.delete(&format!("/api/v1/namespaces/{namespace}/pods/a")).await.map_err(failed)?;
    let item = timeout(Duration::from_mins(1), stream.next()).await;
    match item.map_err(|_| "the deletion does not come")? {
        Some(Ok(event)) if event.obj.told() == "pod a" => {}
        other => return Err(format!("the deletion was expected: {}", other.is_some()).into()),
    }
    // The refusal comes when it comes: it has no event to be waited for. A real server may tell more of the
    // Pod in the meantime.
    let refused = async {
        while asked.load(Ordering::Relaxed) == 0 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    let mut refused = std::pin::pin!(timeout(Duration::from_mins(1), refused));
    loop {
        tokio::select! {
            item = stream.next() => match item {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(failed(error)),
                None => return Err("it ends after the deletion".into()),
            },
            refused = &mut refused => {
                refused.map_err(|_| "the callback is not asked")?;
                break;
            }
        }
    }
    mux.stop();
    if timeout(Duration::from_mins(1), stream.next()).await.is_ok_and(|item| item.is_some()) {
        return Err("it tells something after it was stopped".into());
    }
    match asked.load(Ordering::Relaxed) {
        1 => Ok("two kinds, and the callback was asked once".to_owned()),
        times => Err(format!("the callback was asked {times} times").into()),
    }
}
