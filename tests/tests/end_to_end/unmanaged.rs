//! Unmanaged streams, as in the first program of the documentation.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use futures::{StreamExt as _, TryStreamExt as _};
use watchables::rel_1_17::{Node, Pod, PodList};
use watchables::{Origin, StreamOptions, Watcher};

use crate::support::{client, event_line, pod, soon, until};

const PODS: [&str; 3] = [
    "coredns-854c77959c-mdw6w",
    "local-path-provisioner-5ff76fc89d-n5mr9",
    "metrics-server-86cbb8457f-lgmgq",
];

/// Starts a cluster with three Pods in kube-system.
async fn cluster() -> EmbeddedServer {
    let catalog = watchables::rel_1_17::CATALOG;
    let server = EmbeddedServer::builder(catalog).release("1.17").start().await.unwrap();
    for name in PODS {
        server.store().create(pod("kube-system", name)).unwrap();
    }
    server
}

fn line(event: &watchables::WatchEvent<Pod>) -> String {
    event_line(event, |pod| pod.metadata.name.as_deref())
}

fn added(names: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    names.into_iter().map(|name| format!("ADDED {name}")).collect()
}

#[tokio::test]
async fn default_stream_repeats_the_existing_objects() {
    let server = cluster().await;
    let watcher = Watcher::<Pod>::new(client(&server));
    let events = watcher.stream(StreamOptions::default()).take(9).try_collect::<Vec<_>>();
    let lines: Vec<_> = soon(events).await.unwrap().iter().map(line).collect();
    assert_eq!(lines, added(PODS.into_iter().cycle().take(9)));
}

#[tokio::test]
async fn without_a_timeout_existing_objects_come_once_then_live_events() {
    let server = cluster().await;
    let watcher = Watcher::<Pod>::new(client(&server)).timeout(None);
    let mut events = watcher.stream(StreamOptions::default());
    for name in PODS {
        let event = soon(events.try_next()).await.unwrap().unwrap();
        assert_eq!(line(&event), format!("ADDED {name}"));
        assert_eq!(
            event.origin,
            Origin::Live,
            "an unmanaged watch does not distinguish initial events"
        );
    }
    // Longer than the default timeout: nothing is repeated.
    let idle = tokio::time::timeout(Duration::from_millis(2500), events.next()).await;
    assert!(idle.is_err(), "{idle:?}");
    server.store().create(pod("default", "late")).unwrap();
    assert_eq!(line(&soon(events.try_next()).await.unwrap().unwrap()), "ADDED late");
}

#[tokio::test]
async fn quit_on_timeout_ends_the_stream() {
    let server = cluster().await;
    let watcher = Watcher::<Pod>::new(client(&server));
    for options in [StreamOptions::unmanaged(), StreamOptions::managed()] {
        let watcher = Watcher::<Pod>::new(client(&server)).timeout(Duration::from_secs(1));
        let events = watcher.stream(options.quit_on_timeout(true)).try_collect::<Vec<_>>();
        let lines: Vec<_> = soon(events).await.unwrap().iter().map(line).collect();
        assert_eq!(lines, added(PODS));
    }
    assert!(!watcher.is_running());
}

#[tokio::test]
async fn object_and_list_type_watch_the_same_objects() {
    let server = cluster().await;
    let by_object = Watcher::<Pod>::new(client(&server));
    let by_list = Watcher::<PodList>::new(client(&server));
    assert_eq!(by_object.resource(), by_list.resource());
    let event: watchables::WatchEvent<Pod> =
        soon(by_list.stream(StreamOptions::managed()).try_next()).await.unwrap().unwrap();
    assert_eq!(line(&event), format!("ADDED {}", PODS[0]));
}

#[tokio::test]
async fn namespace_restricts_the_watch() {
    let server = cluster().await;
    server.store().create(pod("default", "other")).unwrap();
    let watcher = Watcher::<Pod>::new(client(&server)).namespace("default").timeout(None);
    let mut events = watcher.stream(StreamOptions::default());
    assert_eq!(line(&soon(events.try_next()).await.unwrap().unwrap()), "ADDED other");
    server.store().create(pod("kube-system", "unseen")).unwrap();
    server.store().create(pod("default", "seen")).unwrap();
    assert_eq!(line(&soon(events.try_next()).await.unwrap().unwrap()), "ADDED seen");
}

#[tokio::test]
async fn cluster_scoped_resource_is_watched() {
    let server = cluster().await;
    let node = serde_json::json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}});
    server.store().create(node).unwrap();
    let watcher = Watcher::<Node>::new(client(&server));
    let event = soon(watcher.stream(StreamOptions::managed()).try_next()).await.unwrap().unwrap();
    assert_eq!(event_line(&event, |node| node.metadata.name.as_deref()), "ADDED n1");
    assert_eq!(event.obj.kind.as_deref(), Some("Node"));
}

#[tokio::test]
async fn watchables_modules_reexport_the_same_types() {
    use watchables::releases::rel_1_17::v1::watchables::{cluster_wide, namespaced};

    let server = cluster().await;
    let everywhere = Watcher::<cluster_wide::Pod>::new(client(&server));
    let somewhere = Watcher::<namespaced::PodList>::new(client(&server)).namespace("kube-system");
    for watcher_lines in [
        everywhere.stream(StreamOptions::managed()).take(3).try_collect::<Vec<_>>().await.unwrap(),
        somewhere.stream(StreamOptions::managed()).take(3).try_collect::<Vec<_>>().await.unwrap(),
    ] {
        assert_eq!(watcher_lines.iter().map(line).collect::<Vec<_>>(), added(PODS));
    }
}

#[tokio::test]
async fn types_of_another_release_watch_the_same_server() {
    let server = cluster().await;
    let watcher = Watcher::<watchables::rel_1_37::Pod>::new(client(&server));
    let event = soon(watcher.stream(StreamOptions::managed()).try_next()).await.unwrap().unwrap();
    assert_eq!(event.obj.metadata.name.as_deref(), Some(PODS[0]));
}

#[tokio::test]
async fn dropping_a_stream_ends_the_servers_watch() {
    let server = cluster().await;
    let watcher = Watcher::<Pod>::new(client(&server)).timeout(None);
    let mut events = watcher.stream(StreamOptions::default());
    soon(events.try_next()).await.unwrap().unwrap();
    assert_eq!(server.watches(), 1);
    drop(events);
    until(|| server.watches() == 0).await;
}
