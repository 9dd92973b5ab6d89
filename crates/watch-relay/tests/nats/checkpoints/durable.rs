//! A durable stream whose replicas share nothing but JetStream.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use futures::TryStreamExt as _;
use kube_client::{Client, Config};
use serde_json::json;
use watch_durable::{DurableExt as _, DurableStream};
use watch_runtime::Watcher;
use watchable_core::{DynamicObject, ResourceInfo, Scope};

use crate::checkpoints::open;
use crate::support::Server;

const MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);

fn watcher(server: &EmbeddedServer) -> Watcher<DynamicObject> {
    let config = Config::new(server.url().parse().expect("a URL"));
    Watcher::for_resource(Client::try_from(config).expect("a client"), MAPS)
}

fn create(server: &EmbeddedServer, name: &str) {
    let map = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": "default", "name": name},
    });
    server.store().create(map).expect("it is created");
}

async fn ids(events: &mut DurableStream<DynamicObject>, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let next = tokio::time::timeout(Duration::from_mins(1), events.try_next()).await;
        let event = next.expect("in time").expect("no error").expect("it does not end");
        ids.push(event.id().to_string());
    }
    ids
}

#[tokio::test]
async fn next_replica_goes_on_where_the_last_one_committed() {
    let nats = Server::start();
    let catalog = release_catalogs::catalog("1.37").expect("a release");
    let api = EmbeddedServer::builder(catalog).start().await.expect("a server starts");
    create(&api, "a");
    create(&api, "b");
    let first = open(&nats).await;
    let mut events = watcher(&api).durable(&first, "maps").expect("the name is free");
    ids(&mut events, 2).await;
    events.commit().await.expect("it is committed");
    create(&api, "c");
    let uncommitted = ids(&mut events, 1).await;

    let second = open(&nats).await;
    api.store().delete(&MAPS, Some("default"), "a").expect("it is deleted");
    let mut next = watcher(&api).durable(&second, "maps").expect("the name is free");
    let found = ids(&mut next, 2).await;
    assert_eq!(found.iter().filter(|id| uncommitted.contains(id)).count(), 1, "{found:?}");
    assert_eq!(found.iter().filter(|id| id.ends_with("/deleted")).count(), 1, "{found:?}");
    next.commit().await.expect("it is committed");
    // The first replica does not know yet that it was replaced.
    create(&api, "d");
    ids(&mut events, 1).await;
    let error = events.commit().await.expect_err("it was replaced");
    assert!(error.is_commit(), "{error}");
}
