//! The initial list: its objects dropped, or kept by the user.

use std::collections::HashMap;

use gauge::{Args, Figures};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client};
use stream_common::{Error, consume_list};

/// Drops each object.
pub(crate) async fn list(client: Client, args: &Args) -> Result<Figures, Error> {
    consume(client, args, drop).await
}

/// Keeps the last version of each object.
pub(crate) async fn hold(client: Client, args: &Args) -> Result<Figures, Error> {
    let mut held = HashMap::new();
    consume(client, args, |pod| drop(held.insert(pod.metadata.uid.clone(), pod))).await
}

async fn consume(client: Client, args: &Args, mut take: impl FnMut(Pod)) -> Result<Figures, Error> {
    let config = match &*args.variant {
        "paged" => Config::default(),
        "streamed" | "without managedFields" => Config::default().streaming_lists(),
        _ => return Err(args.unknown()),
    };
    let drops = args.variant == "without managedFields";
    let events = || watcher(Api::all(client), config).default_backoff();
    consume_list(events, args.count, |event: Event<Pod>| match event {
        Event::InitApply(mut pod) | Event::Apply(mut pod) => {
            if drops {
                pod.metadata.managed_fields = None;
            }
            take(pod);
            true
        }
        _ => false,
    })
    .await
}
