//! A small controller: brings something in line with the present state, one object at a time, and tries again what
//! has failed.

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use watchables::rel_1_17::Pod;
use watchables::{InitialList, ObjectKey, Store, Watcher, WatcherExt as _};

/// How long to wait before something that has failed is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Here a controller would create, change or delete what belongs to the Pod. It looks at the state, not at what has
/// changed, so that nothing depends on which changes it has seen.
fn reconcile(pods: &Store<Pod>, key: &ObjectKey) -> Result<(), String> {
    match pods.get(key.namespace(), key.name()) {
        None => println!("{key}: gone, nothing is to be left of it"),
        Some(pod) => {
            let spec = pod.spec.as_ref().ok_or("it has no spec yet")?;
            println!("{key}: in line, containers: {}", spec.containers.len());
        }
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In your own program: `let client = watchables::connect().await?;`. The example also runs without a cluster.
    let cluster = support::Cluster::find()?;
    let watcher = Watcher::<Pod>::new(cluster.client().await?);
    // The embedded cluster is of release 1.17: without this, it takes 10 s to find out that it has no streaming lists.
    let pods = watcher.initial_list(InitialList::Paged).store();
    // Before the state is whole, what is missing is not known to be gone.
    pods.ready().await?;
    let mut changes = pods.subscribe().coalesced();
    let mut due = BTreeMap::<ObjectKey, Instant>::new();
    loop {
        let now = Instant::now();
        let first = due.iter().min_by_key(|(_, at)| **at).map(|(key, at)| (key.clone(), *at));
        let wake = first.as_ref().map_or(now + Duration::from_hours(1), |(_, at)| *at);
        let key = tokio::select! {
            change = changes.next() => match change {
                Some(change) => change.key,
                None => return Err("the watcher has ended".into()),
            },
            () = sleep_until(wake) => match first {
                Some((key, _)) => key,
                None => continue,
            },
        };
        due.remove(&key);
        if let Err(error) = reconcile(&pods, &key) {
            eprintln!("{key}: {error}; trying again in {RETRY:?}");
            due.insert(key, Instant::now() + RETRY);
        }
    }
}
