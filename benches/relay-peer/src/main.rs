//! Relays Pods to NATS JetStream as one would write it with kube-runtime and async-nats: no checkpoint, no redaction, and
//! after a restart all again.

use async_nats::HeaderMap;
use async_nats::jetstream::{self, Context};
use futures::stream::StreamExt as _;
use futures::{TryStreamExt as _, future};
use gauge::{Args, Figures, Span, Task};
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client, Config as ClientConfig, ResourceExt as _};
use relay_common::{Target, delays};
use serde_json::json;
use stream_common::Error;
use tokio::sync::oneshot;

/// How many messages are on their way, where they are not sent one by one.
const IN_FLIGHT: usize = 512;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let args = Args::read();
    let client = Client::try_from(ClientConfig::new(args.server[0].parse()?))?;
    let figures = match (args.task, &*args.variant) {
        (Task::Relay, "") => throughput(client, &args, 1).await?,
        (Task::Relay, "pipelined") => throughput(client, &args, IN_FLIGHT).await?,
        (Task::Relay, "lag") => lag(client, &args).await?,
        _ => return Err(args.unknown()),
    };
    println!("{}", figures.line());
    Ok(())
}

/// From the connection until all events are acknowledged.
async fn throughput(client: Client, args: &Args, in_flight: usize) -> Result<Figures, Error> {
    let target = Target::new(&args.nats).await?;
    let span = Span::start();
    let context = jetstream::new(async_nats::connect(&args.nats).await?);
    relay(client, &context, args.count as usize, in_flight).await?;
    target.figures(span.read(), args.count).await
}

/// From the server's write to a consumer.
async fn lag(client: Client, args: &Args) -> Result<Figures, Error> {
    let target = Target::new(&args.nats).await?;
    let context = jetstream::new(async_nats::connect(&args.nats).await?);
    let (ready, is_ready) = oneshot::channel();
    let relayed = async {
        let _ = is_ready.await;
        relay(client, &context, args.count as usize, IN_FLIGHT).await
    };
    let (relayed, figures) = future::join(
        relayed,
        delays(&args.nats, args.count, || {
            let _ = ready.send(());
        }),
    )
    .await;
    relayed?;
    drop(target);
    figures
}

/// Publishes events until this many are acknowledged.
async fn relay(
    client: Client,
    context: &Context,
    events: usize,
    in_flight: usize,
) -> Result<(), Error> {
    let changes = watcher(Api::<Pod>::all(client), Config::default()).default_backoff();
    changes
        .map_err(Error::from)
        .try_filter_map(|event| future::ok(changed(event)))
        .take(events)
        .map_ok(|(change, pod)| publish(context, change, pod))
        .try_buffered(in_flight)
        .try_for_each(|()| future::ok(()))
        .await
}

fn changed(event: Event<Pod>) -> Option<(&'static str, Pod)> {
    match event {
        Event::Apply(pod) | Event::InitApply(pod) => Some(("applied", pod)),
        Event::Delete(pod) => Some(("deleted", pod)),
        _ => None,
    }
}

async fn publish(context: &Context, change: &str, pod: Pod) -> Result<(), Error> {
    let (namespace, name) = (pod.namespace().unwrap_or_default(), pod.name_any());
    let subject = format!("k8s.core.pods.{namespace}.{}.{change}", name.replace('.', "_"));
    let version = pod.resource_version().unwrap_or_default();
    let mut headers = HeaderMap::new();
    headers.insert("Nats-Msg-Id", format!("{}/{version}", pod.uid().unwrap_or_default()).as_str());
    let body = serde_json::to_vec(&json!({"type": change, "object": pod}))?;
    context.publish_with_headers(subject, headers, body.into()).await?.await?;
    Ok(())
}
