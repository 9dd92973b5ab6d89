//! Watches the Pods of two clusters in one stream. The source of an event names its cluster.

mod support;

use futures::TryStreamExt as _;
use watchables::rel_1_17::Pod;
use watchables::{MultiplexingWatcher, StreamOptions, Watcher};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In your own program, connect to two contexts of your kubeconfig with `watchables::connect_to`.
    let (eu, us) = (support::Cluster::find()?, support::Cluster::find()?);
    let mux = MultiplexingWatcher::<Pod>::new();
    mux.add_watcher_as("prod-eu", Watcher::<Pod>::new(eu.client().await?));
    mux.add_watcher_as("prod-us", Watcher::<Pod>::new(us.client().await?));
    let mut events = mux.stream(StreamOptions::managed());
    while let Some(event) = events.try_next().await? {
        let name = event.obj.metadata.name.unwrap_or_default();
        println!("{}, {}, {name}", event.source, event.etype);
    }
    Ok(())
}
