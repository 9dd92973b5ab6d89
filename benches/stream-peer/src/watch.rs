//! The events of a watch, delivered and dropped.

use std::fmt::Debug;

use gauge::{Args, Figures};
use k8s_openapi::api::core::v1::{ConfigMap, Event as KubeEvent, Node, Pod};
use k8s_openapi::serde::de::DeserializeOwned;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client, Resource};
use stream_common::Error;

pub(crate) async fn watch(client: Client, args: &Args) -> Result<Figures, Error> {
    match &*args.resource {
        "pods" => drain::<Pod>(client, args).await,
        "configmaps" => drain::<ConfigMap>(client, args).await,
        "events" => drain::<KubeEvent>(client, args).await,
        "nodes" => drain::<Node>(client, args).await,
        _ => Err(args.unknown()),
    }
}

async fn drain<K>(client: Client, args: &Args) -> Result<Figures, Error>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let events = watcher(Api::<K>::all(client), Config::default()).default_backoff();
    stream_common::drain(events, args.count, |event, counter| {
        Ok(match event {
            Event::Apply(object) | Event::Delete(object) => counter.record(object),
            _ => false,
        })
    })
    .await
}
