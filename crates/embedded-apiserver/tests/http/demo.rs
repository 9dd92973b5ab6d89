//! The demo workload, as observed by a watcher.

use std::collections::BTreeSet;
use std::time::Duration;

use embedded_apiserver::DemoOptions;

use crate::catalog::CATALOG;
use crate::client::{get, names, start, watch};

fn quick() -> DemoOptions {
    DemoOptions::default().pace(Duration::from_millis(2))
}

#[tokio::test]
async fn demo_starts_with_a_small_cluster() {
    let server = start().await;
    let _demo = server.demo(&DemoOptions::default());
    let system = get(&server, "/api/v1/namespaces/kube-system/pods").await.json();
    let expected = [
        "coredns-854c77959c-mdw6w",
        "local-path-provisioner-5ff76fc89d-n5mr9",
        "metrics-server-86cbb8457f-lgmgq",
    ];
    assert_eq!(names(&system), expected);
    let pod = &system["items"][0];
    assert_eq!(pod["status"]["phase"], "Running");
    assert!(pod["metadata"]["managedFields"][0]["fieldsV1"].is_object());
    let namespaces = names(&get(&server, "/api/v1/namespaces").await.json());
    assert!(namespaces.contains(&"shop".to_owned()) && namespaces.contains(&"blog".to_owned()));
    assert_eq!(names(&get(&server, "/api/v1/nodes").await.json()), ["node-1", "node-2"]);
    assert!(!names(&get(&server, "/apis/apps/v1/deployments").await.json()).is_empty());
    assert!(!names(&get(&server, "/api/v1/configmaps").await.json()).is_empty());
}

#[tokio::test]
async fn demo_adds_modifies_and_deletes_pods_and_namespaces() {
    let server = start().await;
    let _demo = server.demo(&quick());
    for path in ["/api/v1/pods?watch=true", "/api/v1/namespaces?watch=true"] {
        let mut watching = watch(&server, path).await;
        let mut seen = BTreeSet::new();
        while seen.len() < 3 {
            seen.insert(watching.next_event().await.0);
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["ADDED", "DELETED", "MODIFIED"]);
    }
    assert!(server.store().list(&CATALOG[0].resource).unwrap().len() <= 20);
}

#[tokio::test]
async fn dropped_demo_stops_writing() {
    let server = start().await;
    let demo = server.demo(&quick());
    let mut watching = watch(&server, "/api/v1/pods?watch=true").await;
    while watching.next_event().await.0 != "DELETED" {}
    drop(demo);
    // A write that was in progress may still finish.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let then = server.store().current_revision();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.store().current_revision(), then);
}
