//! Prints type, namespace and name of each Pod event, with kube and k8s-openapi.

use std::error::Error;

use futures::{TryStreamExt as _, pin_mut};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let pods = Api::<Pod>::all(Client::try_default().await?);
    let events = watcher(pods, Config::default());
    pin_mut!(events);
    while let Some(event) = events.try_next().await? {
        // This watcher does not distinguish later additions from modifications.
        let (etype, pod) = match event {
            Event::Init | Event::InitDone => continue,
            Event::InitApply(pod) => ("ADDED", pod),
            Event::Apply(pod) => ("MODIFIED", pod),
            Event::Delete(pod) => ("DELETED", pod),
        };
        let meta = pod.metadata;
        let [namespace, name] = [meta.namespace, meta.name].map(Option::unwrap_or_default);
        println!("{etype}, {namespace}, {name}");
    }
    Ok(())
}
