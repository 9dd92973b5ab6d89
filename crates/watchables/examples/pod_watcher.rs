//! Prints a line an event for the Pods of every namespace: the first program of the documentation.

mod support;

use futures::TryStreamExt as _;
use watchables::rel_1_17::Pod;
use watchables::{StreamOptions, Watcher};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `Client::try_default()` in a program of your own; here, a demo cluster where there is none.
    let cluster = support::Cluster::find()?;
    let watcher = Watcher::<Pod>::new(cluster.client().await?);
    // The defaults: after a second the watch times out, and begins again from nothing.
    let mut events = watcher.stream(StreamOptions::default());
    while let Some(event) = events.try_next().await? {
        let meta = event.obj.metadata;
        let [namespace, name] = [meta.namespace, meta.name].map(Option::unwrap_or_default);
        println!("{}, {namespace}, {name}", event.etype);
    }
    Ok(())
}
