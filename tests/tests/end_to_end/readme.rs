//! The README's programs: every line of its Rust code is also here, where it is compiled.
#![allow(unused_variables, unused_mut, dead_code, reason = "snippets")]

const README: &str = include_str!("../../../README.md");
const HERE: &str = include_str!("readme.rs");

#[test]
fn every_rust_line_of_the_readme_is_compiled() {
    let blocks = README.split("```rust\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    let here: Vec<_> = HERE.lines().map(str::trim).collect();
    let mut checked = 0;
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        assert!(here.contains(&line), "the README's line {line:?} is not in {}", file!());
        checked += 1;
    }
    assert!(checked > 30, "only {checked} lines of Rust were found in the README");
}

#[rustfmt::skip]
mod first_program {
    use futures::TryStreamExt as _;
    use watchables::rel_1_37::v1::*;
    use watchables::{StreamOptions, Watcher};

    #[tokio::main]
    async fn main() -> anyhow::Result<()> {
        let client = watchables::connect().await?;
        let watcher = Watcher::<Pod>::new(client);
        let mut events = watcher.stream(StreamOptions::managed());
        while let Some(event) = events.try_next().await? {
            let meta = event.obj.metadata;
            println!("{}, {:?}, {:?}", event.etype, meta.namespace, meta.name);
        }
        Ok(())
    }
}

#[rustfmt::skip]
mod durable {
    use futures::TryStreamExt as _;
    use watchables::rel_1_17::Pod;
    use watchables::{Checkpoints, Client, DurableEvent, DurableExt as _, EventId, Watcher};

    fn sink(id: &EventId, event: &DurableEvent<Pod>) -> std::future::Ready<std::io::Result<()>> {
        std::future::ready(Ok(()))
    }

    async fn relayed(client: Client) -> Result<(), Box<dyn std::error::Error>> {
        let checkpoints = Checkpoints::open("relay.redb")?;
        let mut events = Watcher::<Pod>::new(client).durable(&checkpoints, "pods")?;
        while let Some(event) = events.try_next().await? {
            sink(event.id(), &event).await?; // the same id if it comes again
            events.commit().await?;          // all up to here is done
        }
        Ok(())
    }
}

#[rustfmt::skip]
mod store {
    use watchables::rel_1_17::Pod;
    use watchables::{Client, Watcher, WatcherExt as _};

    async fn kept(client: Client) -> Result<(), Box<dyn std::error::Error>> {
        let pods = Watcher::<Pod>::new(client).store();
        let by_node = pods.index(|pod: &Pod| pod.spec.as_ref()?.node_name.as_deref().map(str::to_owned));
        pods.ready().await?;
        let on_node = by_node.get("node-7"); // without a scan; `pods.select("app=web,tier!=front")` as well
        let mut changes = pods.subscribe(); // what there is, and then each change, deletions included
        while let Some(change) = changes.next().await {
            println!("{} {}: {} before", change.etype(), change.key, change.before.iter().len());
        }
        Ok(())
    }
}

#[rustfmt::skip]
mod custom_resource {
    use serde::Deserialize;
    use watchables::Watchable;
    use watchables::rel_1_37::v1::ObjectMeta;

    #[derive(Deserialize, Watchable)]
    #[watchable(group = "stable.example.com", version = "v1", plural = "crontabs", namespaced)]
    struct CronTab {
        metadata: ObjectMeta,
        spec: CronTabSpec,
    }

    #[derive(Deserialize)]
    struct CronTabSpec {}
}
