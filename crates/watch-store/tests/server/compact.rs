//! Stores that keep objects encoded, in JSON and in protobuf.

use watch_runtime::{Watcher, Wire};
use watch_store::WatcherExt as _;
use watchable_core::{DynamicObject, Meta};

use crate::support::{
    PODS, Pod, client, create, delete, label, ready, server, soon, version, watcher,
};

#[tokio::test]
async fn compact_store_answers_as_another_does() {
    let server = server().await;
    create(&server, "a", "n1");
    create(&server, "b", "n2");
    let whole = ready(&server).await;
    let compact = watcher(&server).store_builder().compact().build();
    let by_node = compact.index(Pod::node);
    let mut changes = compact.subscribe_index(&by_node, "n1");
    let mut all = compact.subscribe();
    soon(async { compact.ready().await }).await.unwrap();
    for name in ["a", "b"] {
        assert_eq!(compact.get("default", name), whole.get("default", name));
    }
    assert_eq!((by_node.get("n1").len(), by_node.get("n3").len()), (1, 0));
    assert_eq!(compact.select("name=b").unwrap()[0].name(), "b");
    let written = label(&server, "a", "x", "1");
    delete(&server, "b");
    let last = version(&create(&server, "c", "n1"));
    for store in [&whole, &compact] {
        soon(async { store.wait_for_version(&last).await }).await.unwrap();
    }
    let names = |objects: Vec<std::sync::Arc<Pod>>| {
        let mut names: Vec<_> = objects.iter().map(|pod| pod.name().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(compact.iter().collect()), names(whole.iter().collect()));
    let first = soon(changes.next()).await.unwrap();
    assert!(first.before.is_none() && first.object().name() == "a");
    let second = soon(changes.next()).await.unwrap();
    assert_eq!(second.before.unwrap().metadata.labels.get("x"), None);
    assert_eq!(second.after.unwrap().version(), written);
    let mut seen = 0;
    while seen < 5 {
        assert!(!soon(all.next()).await.unwrap().object().name().is_empty());
        seen += 1;
    }
}

#[tokio::test]
async fn compact_store_keeps_what_either_wire_brings() {
    let server = server().await;
    create(&server, "a", "n1");
    let mut seen = Vec::new();
    for wire in [Wire::Json, Wire::Protobuf] {
        let watcher =
            Watcher::<Meta<DynamicObject>>::for_resource(client(&server), PODS).wire(wire);
        let store = watcher.store_builder().compact().build();
        soon(async { store.ready().await }).await.unwrap();
        let written = label(&server, "a", "wire", wire_name(wire));
        soon(async { store.wait_for_version(&written).await }).await.unwrap();
        let object = store.get("default", "a").unwrap();
        assert_eq!(object.metadata.resource_version.as_deref(), Some(&*written));
        assert_eq!(object.metadata.labels["wire"], wire_name(wire));
        assert_eq!(object.kind.as_deref(), Some("Pod"));
        assert_eq!(store.select("app=web").unwrap().len(), 1);
        seen.push(object.metadata.uid.clone());
    }
    assert_eq!(seen[0], seen[1]);
}

fn wire_name(wire: Wire) -> &'static str {
    if wire == Wire::Json { "json" } else { "protobuf" }
}
