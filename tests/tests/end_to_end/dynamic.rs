//! Kinds chosen at run time: from a release's catalog, and from a server's discovery.

use std::collections::BTreeSet;

use embedded_apiserver::EmbeddedServer;
use futures::TryStreamExt as _;
use serde_json::json;
use watchables::discovery::Discovery;
use watchables::{CatalogEntry, DynamicObject, StreamOptions, Watcher, find, rel_1_17, rel_1_37};

use crate::support::{Reply, ScriptedServer, client, client_of, closed_port, pod, server, soon};

fn found(catalog: &[CatalogEntry], name: &str) -> String {
    find(catalog, name).unwrap_or_else(|error| panic!("{error}")).resource.to_string()
}

#[test]
fn catalog_is_searched_by_the_names_that_kubectl_accepts() {
    for (name, new, old) in [
        ("po", "pods/v1", "pods/v1"),
        ("deploy", "deployments.apps/v1", "deployments.apps/v1"),
        ("Node", "nodes/v1", "nodes/v1"),
        ("ev", "events/v1", "events/v1"),
        ("events.events.k8s.io", "events.events.k8s.io/v1", "events.events.k8s.io/v1beta1"),
        (
            "hpa",
            "horizontalpodautoscalers.autoscaling/v2",
            "horizontalpodautoscalers.autoscaling/v1",
        ),
        ("cj", "cronjobs.batch/v1", "cronjobs.batch/v1beta1"),
        // Both groups of 1.17 have Ingresses, but `extensions` is deprecated.
        ("ing", "ingresses.networking.k8s.io/v1", "ingresses.networking.k8s.io/v1beta1"),
        (
            "ingresses.networking",
            "ingresses.networking.k8s.io/v1",
            "ingresses.networking.k8s.io/v1beta1",
        ),
    ] {
        assert_eq!(found(rel_1_37::CATALOG, name), new, "{name}");
        assert_eq!(found(rel_1_17::CATALOG, name), old, "{name}");
    }
    let error = find(rel_1_37::CATALOG, "deploments").unwrap_err();
    assert!(error.to_string().contains("similar names: deployments"), "{error}");
}

/// Every entry is found by its displayed name, also if other groups have the same plural.
#[test]
fn every_catalog_entry_is_found_by_its_displayed_name() {
    for catalog in [rel_1_17::CATALOG, rel_1_37::CATALOG] {
        for entry in catalog {
            let name = entry.resource.to_string();
            assert_eq!(found(catalog, &name), name);
        }
    }
}

#[tokio::test]
async fn discovered_resource_is_found_and_watched() {
    let server = server().await;
    server.store().create(pod("default", "web")).unwrap();
    let discovery = Discovery::new(client(&server));
    let served = discovery.find("po").await.unwrap();
    assert!(served.is_watchable());
    let watcher = Watcher::<DynamicObject>::for_resource(client(&server), served.resource);
    let event = soon(watcher.stream(StreamOptions::managed()).try_next()).await.unwrap().unwrap();
    assert_eq!((event.obj.kind(), event.obj.name()), (Some("Pod"), Some("web")));

    assert_eq!(discovery.find("deploy").await.unwrap().resource.to_string(), "deployments.apps/v1");
    let error = discovery.find("deploments").await.unwrap_err();
    assert_eq!(error.unknown().unwrap().nearest()[0], "deployments");
    let served: BTreeSet<_> =
        discovery.resources().await.unwrap().iter().map(|s| s.resource.to_string()).collect();
    let catalog: BTreeSet<_> = rel_1_37::CATALOG.iter().map(|e| e.resource.to_string()).collect();
    assert_eq!(catalog.difference(&served).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[tokio::test]
async fn catalog_entry_is_watched() {
    let server = server().await;
    let deployment = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"namespace": "default", "name": "shop"},
        "spec": {"replicas": 3},
    });
    server.store().create(deployment).unwrap();
    // The resource is the same in every release.
    for catalog in [rel_1_17::CATALOG, rel_1_37::CATALOG] {
        let resource = find(catalog, "deploy").unwrap().resource.clone();
        let watcher = Watcher::<DynamicObject>::for_resource(client(&server), resource);
        let mut events = watcher.namespace("default").stream(StreamOptions::managed());
        let obj = soon(events.try_next()).await.unwrap().unwrap().obj;
        assert_eq!((obj.kind(), obj.name()), (Some("Deployment"), Some("shop")));
        let object: serde_json::Value = obj.decode().unwrap();
        assert_eq!(object["spec"]["replicas"], 3);
    }
}

#[tokio::test]
async fn aggregated_discovery_needs_two_requests() {
    let group = |name: &str, resource: &str, kind: &str| {
        json!({"metadata": {"name": name}, "versions": [{"version": "v1", "resources": [{
            "resource": resource,
            "responseKind": {"group": name, "version": "v1", "kind": kind},
            "scope": "Namespaced",
            "singularResource": kind.to_lowercase(),
            "verbs": ["list", "watch"],
        }], "freshness": "Current"}]})
    };
    let list = |items: serde_json::Value| {
        let list = json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": items});
        Reply::status(200).chunk(list.to_string())
    };
    let server = ScriptedServer::start([
        list(json!([group("", "pods", "Pod")])),
        list(json!([group("apps", "deployments", "Deployment"), group("batch", "jobs", "Job")])),
    ])
    .await;
    let discovery = Discovery::new(client_of(server.url()));
    assert_eq!(discovery.find("pod").await.unwrap().resource.to_string(), "pods/v1");
    assert_eq!(server.requests(), ["/api"], "the core group needs a single request");
    assert_eq!(discovery.find("jobs").await.unwrap().resource.to_string(), "jobs.batch/v1");
    assert_eq!(discovery.resources().await.unwrap().len(), 3);
    assert_eq!(server.requests(), ["/api", "/apis"]);
    assert!(server.heads()[0].contains("g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"));
}

#[tokio::test]
async fn unavailable_aggregated_group_is_omitted_with_a_reason() {
    let groups = json!({"kind": "APIGroupList", "groups": [
        {"name": "metrics.k8s.io", "versions": [{"version": "v1"}], "preferredVersion": {"version": "v1"}},
    ]});
    let server = ScriptedServer::start([
        Reply::status(200).chunk(r#"{"kind":"APIVersions","versions":[]}"#),
        Reply::status(200).chunk(groups.to_string()),
        Reply::status(503).chunk("service unavailable"),
    ])
    .await;
    let error = Discovery::new(client_of(server.url())).find("pods").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no resource \"pods\"; could not be read: GET /api: the server lists no version of the core group, \
         GET /apis/metrics.k8s.io/v1: service unavailable (503)"
    );
}

#[tokio::test]
async fn unreachable_server_is_not_an_unknown_resource() {
    let (_socket, url) = closed_port();
    let error = Discovery::new(client_of(&url)).find("pods").await.unwrap_err();
    assert!(error.unknown().is_none());
    assert_eq!(error.to_string(), "GET /api");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn server_without_aggregated_discovery_is_queried_per_group() {
    let server = EmbeddedServer::builder(rel_1_17::CATALOG).release("1.17").start().await.unwrap();
    let discovery = Discovery::new(client(&server));
    let served = discovery.find("deployments.apps").await.unwrap();
    assert_eq!(served.resource.to_string(), "deployments.apps/v1");
    assert!(discovery.find("crontabs").await.is_err());
}
