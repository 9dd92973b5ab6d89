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
    use watchables::rel_1_17::v1::*;
    use watchables::{StreamOptions, Watcher};

    #[tokio::main]
    async fn main() -> Result<(), Box<dyn std::error::Error>> {
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
mod connecting {
    async fn connected() -> Result<(), Box<dyn std::error::Error>> {
        let client = watchables::connect().await?;
        Ok(())
    }

    fn connected_blocking() -> Result<(), Box<dyn std::error::Error>> {
        let client = watchables::blocking::connect()?;
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
mod settings {
    use std::time::Duration;
    use watchables::rel_1_17::Pod;
    use watchables::{Client, StreamOptions, Watcher};

    fn narrowed(client: Client) {
        let watcher = Watcher::<Pod>::new(client)
            .namespace("shop")
            .label_selector("app=web,tier in (front, back)")
            .timeout(Duration::from_secs(90)); // of each underlying watch; None: the server's own
    }

    fn from_a_version(client: Client) {
        let watcher = Watcher::<Pod>::new(client).resource_version("12345"); // what came after it
        let once = watcher.stream(StreamOptions::managed().quit_on_timeout(true));
    }

    fn stopped(watcher: &Watcher<Pod>) {
        let stop = watcher.stop_handle();
        std::thread::spawn(move || stop.stop());
    }
}

#[rustfmt::skip]
mod store {
    use watchables::rel_1_17::Pod;
    use watchables::{Client, Watcher, WatcherExt as _};

    async fn kept(client: Client, written: String) -> Result<(), Box<dyn std::error::Error>> {
        let pods = Watcher::<Pod>::new(client).store();
        let by_node = pods.index(|pod: &Pod| pod.spec.as_ref()?.node_name.as_deref().map(str::to_owned));
        pods.ready().await?;
        let on_node = by_node.get("node-7"); // without a scan; `pods.select("app=web,tier!=front")` as well
        pods.wait_for_version(written).await?; // the program reads what it has written
        let mut changes = pods.subscribe(); // what there is, and then each change, deletions included
        while let Some(change) = changes.next().await {
            println!("{} {}: {} before", change.etype(), change.key, change.before.iter().len());
        }
        Ok(())
    }
}

#[rustfmt::skip]
mod watchables_modules {
    use watchables::{Client, Watcher};

    fn both(client: Client) {
        use watchables::releases::rel_1_17::v1::watchables::{cluster_wide, namespaced};
        let nodes = Watcher::<cluster_wide::Node>::new(client.clone());
        let pods = Watcher::<namespaced::PodList>::new(client).namespace("shop"); // events carry Pods
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

#[rustfmt::skip]
mod dynamic_kinds {
    use watchables::discovery::Discovery;
    use watchables::rel_1_37::{self, v1::Pod};
    use watchables::{Client, DynamicObject, Kube, Meta, ResourceInfo, Watcher, find};

    async fn chosen(client: Client) -> Result<(), Box<dyn std::error::Error>> {
        let known = find(rel_1_37::CATALOG, "deploy")?.resource.clone(); // without a request to a server
        let served = Discovery::new(client.clone()).find("ct").await?.resource;
        let watcher = Watcher::<DynamicObject>::for_resource(client, served);
        Ok(())
    }

    fn metadata(client: Client, resource: ResourceInfo) {
        let pods = Watcher::<Meta<Pod>>::new(client.clone()).namespace("shop");
        let any = Watcher::<Meta<DynamicObject>>::for_resource(client, resource);
    }

    fn kube_rs(client: Client) {
        let watcher = Watcher::<Kube<k8s_openapi::api::core::v1::Pod>>::new(client);
        let (store, writer) = kube::runtime::reflector::store();
        let fed = kube::runtime::reflector(writer, watcher.kube_events());
    }
}

#[rustfmt::skip]
mod blocking {
    use watchables::StreamOptions;
    use watchables::rel_1_17::Pod;

    fn iterator() -> Result<(), Box<dyn std::error::Error>> {
        let client = watchables::blocking::connect()?;
        let watcher = watchables::blocking::Watcher::<Pod>::new(&client);
        for event in watcher.stream(StreamOptions::managed()) {
            println!("{}", event?.etype);
        }
        Ok(())
    }
}

#[rustfmt::skip]
mod multiplexing {
    use futures::TryStreamExt as _;
    use watchables::rel_1_37::{Namespace, Pod};
    use watchables::{Client, Multiplexed, MultiplexingWatcher, StreamOptions, Watcher};

    #[derive(Multiplexed)]
    enum Seen {
        Pod(Box<Pod>),
        Namespace(Box<Namespace>),
    }

    async fn kinds(client: Client) -> Result<(), Box<dyn std::error::Error>> {
        let mux = MultiplexingWatcher::<Seen>::new();
        mux.add_watcher(Watcher::<Pod>::new(client.clone()));
        mux.add_watcher(Watcher::<Namespace>::new(client));
        let mut events = mux.stream(StreamOptions::managed());
        while let Some(event) = events.try_next().await? {
            match event.obj {
                Seen::Pod(pod) => println!("{}, a pod: {:?}", event.etype, pod.metadata.name),
                Seen::Namespace(namespace) => println!("{}, {:?}", event.etype, namespace.metadata.name),
            }
        }
        Ok(())
    }

    fn clusters(mux: &MultiplexingWatcher<Seen>, eu: Client, us: Client) {
        mux.add_watcher_as("prod-eu", Watcher::<Pod>::new(eu));
        mux.add_watcher_as("prod-us", Watcher::<Pod>::new(us).namespace("shop"));
    }

    fn callback() {
        let mux = MultiplexingWatcher::<Seen>::new().on_error(|mux, member, error| {
            eprintln!("{}: {error}", member.source());
            error.is_connect()
        });
    }
}
