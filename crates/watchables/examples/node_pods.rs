//! Keeps the Pods of each node by an index, and tells when a Pod is bound to a node, moves or goes.

mod support;

use watchables::rel_1_17::Pod;
use watchables::{EventType, InitialList, Watcher, WatcherExt as _};

fn node(pod: &Pod) -> Option<String> {
    pod.spec.as_ref()?.node_name.as_deref().map(str::to_owned)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In your own program: `let client = watchables::connect().await?;`. The example also runs without a cluster.
    let cluster = support::Cluster::find()?;
    let watcher = Watcher::<Pod>::new(cluster.client().await?);
    // The embedded cluster is of release 1.17: without this, it takes 10 s to find out that it has no streaming lists.
    let pods = watcher.initial_list(InitialList::Paged).store();
    let by_node = pods.index(node);
    pods.ready().await?;
    let mut nodes = by_node.keys();
    nodes.sort();
    for name in nodes {
        println!("bound to {name}: {}", by_node.count(&name));
    }
    println!("not bound to a node: {}", pods.iter().filter(|pod| node(pod).is_none()).count());

    let mut changes = pods.subscribe();
    while let Some(change) = changes.next().await {
        let (before, after) =
            (change.before.as_deref().and_then(node), change.after.as_deref().and_then(node));
        let from = before.as_deref().unwrap_or("no node");
        let to = after.as_deref().unwrap_or("no node");
        match change.etype() {
            EventType::Added => println!("{} is on {to}", change.key),
            EventType::Modified if before != after => println!("{}: {from} → {to}", change.key),
            EventType::Modified => {}
            EventType::Deleted => println!("{} has left {from}", change.key),
        }
    }
    Ok(())
}
