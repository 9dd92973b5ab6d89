//! Prints the events of the Pods in all namespaces: the first program of the documentation.

mod support;

use futures::TryStreamExt as _;
use watchables::rel_1_17::Pod;
use watchables::{StreamOptions, Watcher};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In your own program: `let client = watchables::connect().await?;`. The example also runs without a cluster.
    let cluster = support::Cluster::find()?;
    let watcher = Watcher::<Pod>::new(cluster.client().await?);
    // By default, the watch times out after a second and then starts again from the beginning.
    let mut events = watcher.stream(StreamOptions::default());
    while let Some(event) = events.try_next().await? {
        let meta = event.obj.metadata;
        let [namespace, name] = [meta.namespace, meta.name].map(Option::unwrap_or_default);
        println!("{}, {namespace}, {name}", event.etype);
    }
    Ok(())
}
