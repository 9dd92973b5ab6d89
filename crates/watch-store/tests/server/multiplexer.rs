//! The stores of a multiplexer's watchers.

use watch_runtime::{MultiplexingWatcher, Watcher};
use watch_store::MultiplexerExt as _;
use watchable_core::{AnyObject, DynamicObject, ResourceInfo, Scope};

use crate::support::{PODS, Pod, client, create, server, soon, version, watcher};

#[tokio::test]
async fn watchers_of_one_kind_feed_one_store() {
    let (eu, us) = (server().await, server().await);
    create(&eu, "a", "n1");
    create(&us, "b", "n1");
    let namespaces = ResourceInfo::new("", "v1", "Namespace", "namespaces", Scope::Cluster);
    let mux = MultiplexingWatcher::<AnyObject>::new();
    mux.add_watcher_as("eu", watcher(&eu));
    mux.add_watcher_as("us", watcher(&us));
    let dynamic = Watcher::<DynamicObject>::for_resource(client(&eu), namespaces.clone());
    mux.add_watcher(dynamic);

    let stores = mux.stores();
    let pods = stores.of::<Pod>().unwrap();
    let dynamic = stores.of_resource::<DynamicObject>(&namespaces).unwrap();
    soon(async { (pods.ready().await.unwrap(), dynamic.ready().await.unwrap()) }).await;
    assert_eq!(pods.get("default", "a").unwrap().name(), "a");
    assert!(pods.get_from("us", "default", "b").is_some());
    assert!(pods.get_from("eu", "default", "b").is_none());
    assert!(dynamic.get("", "default").is_some());
    assert_eq!(stores.resources(), [namespaces.clone(), PODS]);

    // The same store each time: a watcher feeds one.
    let created = version(&create(&eu, "c", "n1"));
    let again = stores.of::<Pod>().unwrap();
    soon(async { again.wait_for_version_from("eu", created).await }).await.unwrap();
    assert_eq!((pods.len(), again.len()), (3, 3));
    assert!(stores.of_resource::<DynamicObject>(&PODS).is_none(), "they are watched as Pods");
}
