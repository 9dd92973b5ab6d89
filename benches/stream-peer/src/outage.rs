//! The time from a server's return to the first event.

use std::pin::pin;
use std::time::Duration;

use futures::StreamExt as _;
use gauge::{SENT, since};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, ResourceExt as _};
use stream_common::Error;

use crate::client::client;

/// Returns the delay of the first event after the outage.
pub(crate) async fn first_event(url: &str) -> Result<Duration, Error> {
    let pods = Api::<Pod>::all(client(url)?);
    let mut events = pin!(watcher(pods, Config::default()).default_backoff());
    loop {
        // It reports the outage as errors and retries.
        if let Ok(Event::Apply(pod) | Event::InitApply(pod)) =
            events.next().await.ok_or("the stream has ended")?
            && let Some(delay) = since(pod.annotations().get(SENT).map(String::as_str))?
        {
            return Ok(delay);
        }
    }
}
