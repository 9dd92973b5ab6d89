//! Watchers that receive no events.

use std::pin::pin;

use futures::TryStreamExt as _;
use futures::stream::{AbortHandle, abortable};
use gauge::{Args, Figures};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Config, Event, watcher};
use kube::{Api, Client};
use stream_common::Error;

pub(crate) async fn idle(client: Client, args: &Args) -> Result<Figures, Error> {
    stream_common::idle(
        args.count,
        |ready| {
            let pods = Api::<Pod>::all(client.clone());
            let (events, stop) = abortable(watcher(pods, Config::default()).default_backoff());
            let task = tokio::spawn(async move {
                let mut events = pin!(events);
                while let Some(event) = events.try_next().await? {
                    if let Event::InitDone = event {
                        ready.signal();
                    }
                }
                Ok::<_, watcher::Error>(())
            });
            (stop, task)
        },
        |stop: &AbortHandle, _| stop.abort(),
    )
    .await
}
