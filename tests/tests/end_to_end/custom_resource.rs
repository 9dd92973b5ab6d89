//! Resources of a user's own: required fields, no `Default`, with and without a list type.

use embedded_apiserver::EmbeddedServer;
use futures::TryStreamExt as _;
use serde::Deserialize;
use serde_json::json;
use watchables::rel_1_36::CATALOG;
use watchables::rel_1_36::v1::{ListMeta, ObjectMeta};
use watchables::{
    CatalogEntry, Client, ObjectList, Resource, ResourceInfo, Scope, StreamOptions, Watchable,
    Watcher,
};
use watchables_tests::client;

#[derive(Debug, Deserialize, Watchable)]
#[serde(rename_all = "camelCase")]
#[watchable(
    group = "stable.example.com",
    version = "v1",
    plural = "crontabs",
    namespaced,
    list = CronTabList
)]
struct CronTab {
    api_version: Option<String>,
    kind: Option<String>,
    metadata: ObjectMeta,
    spec: CronTabSpec,
}

#[derive(Debug, Deserialize)]
struct CronTabSpec {
    schedule: String,
}

#[derive(Deserialize)]
struct CronTabList {
    metadata: ListMeta,
    items: Vec<CronTab>,
}

#[derive(Deserialize, Watchable)]
#[watchable(group = "stable.example.com", version = "v1beta1", kind = "Fleet", plural = "fleets")]
struct MyFleet {
    metadata: ObjectMeta,
}

/// One bound says it all.
fn watch_any<T: Watchable>(client: Client) -> Watcher<T> {
    Watcher::new(client)
}

#[test]
fn the_derive_tells_the_facts() {
    assert_eq!(CronTab::RESOURCE.to_string(), "crontabs.stable.example.com/v1");
    assert_eq!(
        (CronTab::RESOURCE.kind(), CronTab::RESOURCE.scope()),
        ("CronTab", Scope::Namespaced)
    );
    assert_eq!((MyFleet::RESOURCE.kind(), MyFleet::RESOURCE.scope()), ("Fleet", Scope::Cluster));
}

#[tokio::test]
async fn object_and_list_types_lead_to_the_same_watcher() {
    let server = EmbeddedServer::builder(CATALOG).start().await.unwrap();
    let client = client(&server);
    let tabs = Watcher::<CronTab>::new(client.clone()).namespace("shop");
    let lists = Watcher::<CronTabList>::new(client.clone()).namespace("shop");
    assert_eq!(tabs.resource(), lists.resource());
    let fleets = Watcher::<MyFleet>::new(client.clone());
    let lists = Watcher::<ObjectList<MyFleet>>::new(client.clone());
    assert_eq!(fleets.resource(), lists.resource());
    assert_eq!(watch_any::<CronTabList>(client).resource(), tabs.resource());
    let _ = (|list: CronTabList| (list.metadata, list.items), |fleet: MyFleet| fleet.metadata);
}

#[tokio::test]
async fn a_custom_resource_is_watched_like_any_other() {
    let entry = CatalogEntry {
        resource: ResourceInfo::new(
            "stable.example.com",
            "v1",
            "CronTab",
            "crontabs",
            Scope::Namespaced,
        ),
        list_kind: Some("CronTabList"),
        singular: "crontab",
        short_names: &["ct"],
        verbs: &["create", "delete", "get", "list", "update", "watch"],
    };
    let server = EmbeddedServer::builder(CATALOG).resource(entry).start().await.unwrap();
    let tab = json!({
        "apiVersion": "stable.example.com/v1",
        "kind": "CronTab",
        "metadata": {"name": "nightly", "namespace": "default"},
        "spec": {"schedule": "0 3 * * *"},
    });
    server.store().create(tab).unwrap();
    let watcher = Watcher::<CronTabList>::new(client(&server)).namespace("default");
    let event = watcher.stream(StreamOptions::managed()).try_next().await.unwrap().unwrap();
    assert_eq!(event.obj.spec.schedule, "0 3 * * *");
    assert_eq!(event.obj.metadata.name.as_deref(), Some("nightly"));
    assert_eq!(event.obj.kind.as_deref(), Some("CronTab"));
    assert_eq!(event.obj.api_version.as_deref(), Some("stable.example.com/v1"));
}
