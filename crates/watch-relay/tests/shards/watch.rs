//! Watchers of shards, of a server that selects and of one that does not.

use std::collections::BTreeSet;

use embedded_apiserver::EmbeddedServer;
use futures::StreamExt as _;
use serde_json::json;
use watch_runtime::{InitialList, StreamOptions, Watcher, Wire};
use watchable_core::metadata::Meta;
use watchable_core::selector::ShardRange;
use watchable_core::{DynamicObject, ResourceInfo, Scope};

use crate::support::{builder, client, soon};

const MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);

fn create(server: &EmbeddedServer, name: &str) {
    let map = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": "default", "name": name},
    });
    server.store().create(map).expect("it is created");
}

/// Returns the names of the objects of a shard that the server has.
fn on_server(server: &EmbeddedServer, shard: ShardRange) -> BTreeSet<String> {
    let maps = server.store().list(&MAPS).expect("a list");
    let text =
        |map: &serde_json::Value, field: &str| map["metadata"][field].as_str().unwrap().to_owned();
    let own = maps.iter().filter(|map| shard.contains(&text(map, "uid")));
    own.map(|map| text(map, "name")).collect()
}

#[tokio::test]
async fn watchers_of_all_shards_get_every_object_once() {
    for selects in [true, false] {
        for (list, wire) in [
            (InitialList::Streaming, Wire::Json),
            (InitialList::Streaming, Wire::Protobuf),
            (InitialList::Paged, Wire::Json),
            (InitialList::Paged, Wire::Protobuf),
        ] {
            let server = builder().sharded_list_and_watch(selects).start().await.unwrap();
            for n in 0..20 {
                create(&server, &format!("before-{n}"));
            }
            let mut total = 0;
            for index in 0..3 {
                let shard = ShardRange::of(index, 3).unwrap();
                let watcher = Watcher::<Meta<DynamicObject>>::for_resource(client(&server), MAPS)
                    .shard(shard)
                    .initial_list(list)
                    .wire(wire)
                    .page_size(3);
                let mut stream = watcher.stream(StreamOptions::managed());
                let mut names = BTreeSet::new();
                let before = on_server(&server, shard);
                while names.len() < before.len() {
                    let event = soon(stream.next()).await.unwrap().unwrap();
                    names.insert(event.obj.metadata.name.as_deref().unwrap().to_owned());
                }
                assert_eq!(names, before);
                // Objects that come later, until two of them are ours.
                for n in 0.. {
                    create(&server, &format!("after-{index}-{n}"));
                    if on_server(&server, shard).len() >= before.len() + 2 {
                        break;
                    }
                }
                let all = on_server(&server, shard);
                while names.len() < all.len() {
                    let event = soon(stream.next()).await.unwrap().unwrap();
                    assert!(names.insert(event.obj.metadata.name.as_deref().unwrap().to_owned()));
                }
                assert_eq!(names, all);
                let status = watcher.status().borrow().clone();
                let expected = (list == InitialList::Paged).then_some(selects);
                assert_eq!(status.shard_is_selected, expected, "{list:?} {wire:?}");
                assert_eq!(status.indexed_objects, all.len(), "others are not recorded");
                total += before.len();
            }
            assert!(total >= 20);
        }
    }
}

#[tokio::test]
async fn another_shard_begins_with_its_own_objects() {
    let server = builder().start().await.unwrap();
    for n in 0..20 {
        create(&server, &format!("map-{n}"));
    }
    let [first, second] = [0, 1].map(|index| ShardRange::of(index, 2).unwrap());
    let watcher = Watcher::<DynamicObject>::for_resource(client(&server), MAPS).shard(first);
    assert_eq!(watcher.restrictions().shard, Some(first));
    let mut stream = watcher.stream(StreamOptions::managed());
    soon(stream.next()).await.unwrap().unwrap();
    drop(stream);
    let watcher = watcher.shard(second);
    let mut stream = watcher.stream(StreamOptions::managed());
    let own = on_server(&server, second);
    for _ in 0..own.len() {
        let event = soon(stream.next()).await.unwrap().unwrap();
        assert!(own.contains(event.obj.name().unwrap()));
    }
}
