//! Durable streams of a multiplexer.

use std::collections::BTreeSet;

use serde_json::json;
use watch_durable::{Checkpoints, DurableExt as _};
use watch_runtime::{MultiplexingWatcher, Watcher};
use watchable_core::{AnyObject, DynamicObject};

use crate::support::{MAPS, SECRETS, World, next, soon};

fn mux(world: &World) -> MultiplexingWatcher<AnyObject> {
    let mux = MultiplexingWatcher::new();
    mux.add_watcher(Watcher::<DynamicObject>::for_resource(world.client(), MAPS));
    mux.add_watcher_as("secrets", Watcher::<DynamicObject>::for_resource(world.client(), SECRETS));
    mux
}

#[tokio::test]
async fn members_are_committed_in_one_transaction_and_go_on_each_from_its_position() {
    let world = World::new().await;
    world.create("a");
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "default", "name": "m"}});
    world.server.store().create(secret).expect("it is created");
    let mut events = mux(&world).durable(&world.checkpoints(), "all").expect("the name is free");
    let mut sources = BTreeSet::new();
    while sources.len() < 2 {
        sources.insert(next(&mut events).await.source.to_string());
    }
    assert_eq!(sources, BTreeSet::from(["configmaps/v1".to_owned(), "secrets".to_owned()]));
    soon(events.commit()).await.expect("it is committed");
    let names: Vec<_> = Checkpoints::look_at(world.path())
        .expect("it is readable")
        .into_iter()
        .map(|summary| summary.name)
        .collect();
    assert_eq!(names, ["all/configmaps/v1", "all/secrets"]);
    drop(events);

    world.label("a", "1");
    let mut events = mux(&world).durable(&world.checkpoints(), "all").expect("the name is free");
    loop {
        let event = next(&mut events).await;
        if event.source == "configmaps/v1" {
            assert_eq!(event.etype.as_str(), "MODIFIED");
            break;
        }
    }
}
