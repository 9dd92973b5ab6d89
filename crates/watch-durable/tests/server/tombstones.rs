//! Types that do not decode from a tombstone: the object of a deletion is the one that was delivered last, also if that
//! was to an earlier process.

use futures::TryStreamExt as _;
use serde::Deserialize;
use serde_json::json;
use watch_durable::{DurableExt as _, DurableStream};
use watch_protocol::{EventType, Origin};
use watch_runtime::Watcher;
use watchable_core::Watchable;
use watchable_core::metadata::ObjectMeta;

use crate::support::{World, next};

#[derive(Debug, Deserialize, Watchable)]
#[watchable(group = "", version = "v1", plural = "configmaps", kind = "ConfigMap", namespaced)]
struct Settings {
    metadata: ObjectMeta,
    /// A tombstone has none.
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    color: String,
}

fn durable(world: &World) -> DurableStream<Settings> {
    let watcher = Watcher::<Settings>::new(world.client());
    watcher.durable(&world.checkpoints(), "settings").expect("the name is free")
}

#[tokio::test]
async fn deletion_that_another_process_finds_has_the_object_that_was_delivered() {
    let world = World::new().await;
    let settings = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": "default", "name": "a"},
        "data": {"color": "green"},
    });
    world.server.store().create(settings).expect("it is created");
    let mut first = durable(&world);
    assert_eq!(next(&mut first).await.obj.data.color, "green");
    first.commit().await.expect("it is committed");
    drop(first);
    world.delete("a");
    world.server.store().compact();
    let mut second = durable(&world);
    let event = next(&mut second).await;
    assert_eq!((event.etype, event.origin), (EventType::Deleted, Origin::Repair));
    assert_eq!(event.obj.metadata.name.as_deref(), Some("a"));
    assert_eq!(event.obj.data.color, "green");
    second.commit().await.expect("it is committed");
    drop(second);
    let mut third = durable(&world);
    let next = tokio::time::timeout(std::time::Duration::from_millis(50), third.try_next()).await;
    assert!(next.is_err(), "nothing comes again");
}
