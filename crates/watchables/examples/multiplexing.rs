//! Watches Pods and Namespaces in one stream: the multiplexing program of the documentation.

mod support;

use futures::TryStreamExt as _;
use watchables::rel_1_17::{Namespace, Pod};
use watchables::{Multiplexed, MultiplexingWatcher, StreamOptions, Watcher};

#[derive(Multiplexed)]
enum Seen {
    Pod(Box<Pod>),
    Namespace(Box<Namespace>),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In your own program: `let client = watchables::connect().await?;`. The example also runs without a cluster.
    let cluster = support::Cluster::find()?;
    let client = cluster.client().await?;
    let mux = MultiplexingWatcher::<Seen>::new();
    mux.add_watcher(Watcher::<Pod>::new(client.clone()));
    mux.add_watcher(Watcher::<Namespace>::new(client));
    let mut events = mux.stream(StreamOptions::managed());
    while let Some(event) = events.try_next().await? {
        match event.obj {
            Seen::Pod(pod) => {
                let [namespace, name] =
                    [pod.metadata.namespace, pod.metadata.name].map(Option::unwrap_or_default);
                println!("{}, pod, {namespace}, {name}", event.etype);
            }
            Seen::Namespace(namespace) => {
                let name = namespace.metadata.name.unwrap_or_default();
                println!("{}, namespace, {name}", event.etype);
            }
        }
    }
    Ok(())
}
