//! The time from the server's write to the user's code.

use std::pin::pin;

use futures::TryStreamExt as _;
use gauge::{Args, Delays, Figures, SENT};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client, ResourceExt as _};
use stream_common::Error;

pub(crate) async fn latency(client: Client, args: &Args) -> Result<Figures, Error> {
    let pods = Api::<Pod>::all(client);
    let mut events = pin!(watcher(pods, Config::default()).default_backoff());
    let mut delays = Delays::default();
    while delays.len() < args.count as usize {
        let event = events.try_next().await?.ok_or("the stream has ended")?;
        if let Event::Apply(pod) = event {
            delays.record(pod.annotations().get(SENT).map(String::as_str))?;
        }
    }
    Ok(delays.figures())
}
