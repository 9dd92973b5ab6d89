//! From a server's return to the first event.

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::try_join_all;
use gauge::{Args, Figures, SENT, quantile, since};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, ResourceExt as _};

/// Each watcher watches a server of its own.
pub(crate) async fn outage(args: &Args) -> Result<Figures, Box<dyn Error>> {
    let delays = try_join_all(args.server.iter().map(|url| delay(url))).await?;
    let mut seconds: Vec<_> = delays.iter().map(Duration::as_secs_f64).collect();
    Ok(Figures::default()
        .with("median_s", quantile(&mut seconds, 0.5))
        .with("worst_s", quantile(&mut seconds, 1.0)))
}

/// How long the first event after the outage was under way.
async fn delay(url: &str) -> Result<Duration, Box<dyn Error>> {
    let pods = Api::<Pod>::all(crate::client(url)?);
    let mut events = pin!(watcher(pods, Config::default()).default_backoff());
    loop {
        // Its errors tell of the outage, and it goes on.
        if let Ok(Event::Apply(pod) | Event::InitApply(pod)) =
            events.next().await.ok_or("the stream has ended")?
            && let Some(delay) = since(pod.annotations().get(SENT).map(String::as_str))?
        {
            return Ok(delay);
        }
    }
}
