//! The state at the beginning: dropped, or kept.

use std::collections::HashMap;
use std::error::Error;
use std::pin::pin;

use futures::TryStreamExt as _;
use gauge::{Args, Figures, Filling};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client};

/// Drops what comes.
pub(crate) async fn list(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    fill(client, args, drop).await
}

/// Keeps the last object of each.
pub(crate) async fn hold(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let mut held = HashMap::new();
    fill(client, args, |pod| drop(held.insert(pod.metadata.uid.clone(), pod))).await
}

async fn fill(
    client: Client,
    args: &Args,
    mut take: impl FnMut(Pod),
) -> Result<Figures, Box<dyn Error>> {
    let config = match &*args.way {
        "paged" => Config::default(),
        "streamed" => Config::default().streaming_lists(),
        _ => return Err(args.unknown()),
    };
    let filling = Filling::begin();
    let mut events = pin!(watcher(Api::all(client), config).default_backoff());
    let mut left = args.count;
    while left > 0 {
        let event = events.try_next().await?.ok_or("the stream has ended")?;
        if let Event::InitApply(pod) | Event::Apply(pod) = event {
            take(pod);
            left -= 1;
        }
    }
    Ok(filling.figures(args.count))
}
