//! Relays Pods to NATS JetStream as `watchables relay` does, and watches the same stream without relaying it.

use std::time::Duration;

use futures::TryStreamExt as _;
use gauge::{Args, Figures, Span, Task};
use kube_client::{Client, Config as ClientConfig};
use relay_common::{STREAM, Target, cost, delays};
use stream_common::Error;
use tokio::sync::oneshot;
use watch_relay::{Cluster, Config, Relay};
use watchables::{DynamicObject, ResourceInfo, Scope, StreamOptions, Watcher};

/// How often it is looked whether all events are delivered.
const TICK: Duration = Duration::from_millis(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let args = Args::read();
    let client = Client::try_from(ClientConfig::new(args.server[0].parse()?))?;
    let figures = match (args.task, &*args.variant) {
        (Task::Relay, "") => throughput(client, &args).await?,
        (Task::Relay, "lag") => lag(client, &args).await?,
        (Task::Relay, "plain") => plain(client, &args).await?,
        _ => return Err(args.unknown()),
    };
    println!("{}", figures.line());
    Ok(())
}

/// From the connection until all events are acknowledged and committed.
async fn throughput(client: Client, args: &Args) -> Result<Figures, Error> {
    let target = Target::new(&args.nats).await?;
    let span = Span::start();
    let relay = Configured::new(client, &args.nats)?;
    let monitor = relay.relay.monitor();
    let all = async move {
        let delivered =
            || monitor.instances().iter().map(|instance| instance.delivered).sum::<u64>();
        while delivered() < u64::from(args.count) {
            tokio::time::sleep(TICK).await;
        }
    };
    relay.relay.run(all).await?;
    target.figures(span.read(), args.count).await
}

/// From the server's write to a consumer.
async fn lag(client: Client, args: &Args) -> Result<Figures, Error> {
    let target = Target::new(&args.nats).await?;
    let (ready, is_ready) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let relayed = async {
        let _ = is_ready.await;
        let relay = Configured::new(client, &args.nats)?;
        relay.relay.run(async { drop(stopped.await) }).await?;
        Ok::<_, Error>(())
    };
    let measured = async {
        let figures = delays(&args.nats, args.count, || {
            let _ = ready.send(());
        })
        .await;
        drop(stop);
        figures
    };
    let (relayed, figures) = futures::join!(relayed, measured);
    relayed?;
    drop(target);
    figures
}

/// The same events as JSON, delivered and dropped, from the connection to the last.
async fn plain(client: Client, args: &Args) -> Result<Figures, Error> {
    let span = Span::start();
    let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    let watcher = Watcher::<DynamicObject>::for_resource(client, pods);
    let mut stream = watcher.stream(StreamOptions::managed());
    for _ in 0..args.count {
        stream.try_next().await?.ok_or("the stream has ended")?;
    }
    Ok(cost(span.read(), args.count))
}

/// A relay, and the folder of its checkpoints.
struct Configured {
    relay: Relay,
    _folder: tempfile::TempDir,
}

impl Configured {
    fn new(client: Client, nats: &str) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let checkpoints = folder.path().join("relay.redb");
        let config = Config::parse(&format!(
            "checkpoints: {}\n\
             pipelines:\n\
             - name: bench\n\
             \x20 watch: [{{resources: [pods]}}]\n\
             \x20 to: {{nats: {{url: '{nats}', stream: {STREAM}}}}}\n",
            checkpoints.display()
        ))?;
        let relay = Relay::new(&config, &[Cluster { name: None, client }])?;
        Ok(Self { relay, _folder: folder })
    }
}
