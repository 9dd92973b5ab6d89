//! Events of a watch, delivered and dropped.

use std::error::Error;
use std::fmt::Debug;
use std::pin::pin;

use futures::TryStreamExt as _;
use gauge::{Args, Figures, Tally};
use k8s_openapi::api::core::v1::{ConfigMap, Event as KubeEvent, Node, Pod};
use k8s_openapi::serde::de::DeserializeOwned;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client, Resource};

pub(crate) async fn watch(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    match &*args.kind {
        "pods" => drain::<Pod>(client, args).await,
        "configmaps" => drain::<ConfigMap>(client, args).await,
        "events" => drain::<KubeEvent>(client, args).await,
        "nodes" => drain::<Node>(client, args).await,
        _ => Err(args.unknown()),
    }
}

async fn drain<K>(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let mut events = pin!(watcher(Api::<K>::all(client), Config::default()).default_backoff());
    let mut tally = Tally::of(args.count);
    while let Some(event) = events.try_next().await? {
        if let Event::Apply(object) | Event::Delete(object) = event
            && tally.saw(object)
        {
            break;
        }
    }
    Ok(tally.figures()?)
}
