//! `pod_watcher` without async.

mod support;

use watchables::StreamOptions;
use watchables::blocking::{Client, Watcher, connect};
use watchables::rel_1_17::Pod;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In your own program: `let client = watchables::blocking::connect()?;`. The example also runs without a
    // cluster.
    let cluster = support::Cluster::find()?;
    let client = match cluster.config()? {
        Some(config) => Client::try_from_config(config)?,
        None => connect()?,
    };
    let watcher = Watcher::<Pod>::new(&client);
    for event in watcher.stream(StreamOptions::default()) {
        let event = event?;
        let meta = event.obj.metadata;
        let [namespace, name] = [meta.namespace, meta.name].map(Option::unwrap_or_default);
        println!("{}, {namespace}, {name}", event.etype);
    }
    Ok(())
}
