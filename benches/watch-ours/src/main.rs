//! Prints type, namespace and name of each Pod event, with Watchables.

use std::error::Error;

use futures::TryStreamExt as _;
use watchables::rel_1_37::v1::Pod;
use watchables::{Client, StreamOptions, Watcher};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let watcher = Watcher::<Pod>::new(Client::try_default().await?);
    let mut events = watcher.stream(StreamOptions::managed());
    while let Some(event) = events.try_next().await? {
        let meta = event.obj.metadata;
        let [namespace, name] = [meta.namespace, meta.name].map(Option::unwrap_or_default);
        println!("{}, {namespace}, {name}", event.etype);
    }
    Ok(())
}
