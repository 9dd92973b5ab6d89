//! Watches a custom resource, `CronTab`, from before its CRD is installed, in one stream with the metadata of
//! all CRDs.
//!
//! `cargo run -p watchables --features rel_1_37 --example custom_resource`. It runs on an embedded cluster,
//! because it installs a CRD.

use embedded_apiserver::EmbeddedServer;
use futures::TryStreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use watchables::rel_1_37::apiextensions::v1::CustomResourceDefinition;
use watchables::rel_1_37::{self, ObjectMeta};
use watchables::{
    Client, Config, Meta, Multiplexed, MultiplexingWatcher, Resource as _, StreamOptions,
    WatchEvent, Watchable, Watcher, connect_to,
};

/// The fields that the program needs, and the resource that they belong to.
#[derive(Debug, Deserialize, Watchable)]
#[watchable(group = "stable.example.com", version = "v1", plural = "crontabs", namespaced)]
struct CronTab {
    metadata: ObjectMeta,
    spec: CronTabSpec,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CronTabSpec {
    cron_spec: String,
    #[serde(default)]
    replicas: u32,
}

/// The items of the stream. The compiler checks that each is handled.
#[derive(Debug, Multiplexed)]
enum Seen {
    CronTab(CronTab),
    Definition(Meta<CustomResourceDefinition>),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = EmbeddedServer::builder(rel_1_37::CATALOG).start().await?;
    let client = connect_to(Config::new(server.url().parse()?))?; // for your own cluster: connect()

    let seen = MultiplexingWatcher::<Seen>::new();
    seen.add_watcher(Watcher::<Meta<CustomResourceDefinition>>::new(client.clone()));
    // Without `wait_for_resource`, the watcher ends with an error as long as the CRD is not installed.
    seen.add_watcher(Watcher::<CronTab>::new(client.clone()).wait_for_resource(true));
    let mut events = seen.stream(StreamOptions::managed());

    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    post(&client, definitions, &definition()).await?;
    let tabs = CronTab::RESOURCE.collection_path(Some("default"));
    for (name, schedule) in [("nightly", "0 3 * * *"), ("hourly", "0 * * * *")] {
        post(&client, &tabs, &cron_tab(name, schedule)).await?;
    }

    let mut tabs = 0;
    while tabs < 2
        && let Some(event) = events.try_next().await?
    {
        print(&event);
        tabs += usize::from(matches!(event.obj, Seen::CronTab(_)));
    }
    server.store().delete(&CronTab::RESOURCE, Some("default"), "hourly")?;
    if let Some(event) = events.try_next().await? {
        print(&event);
    }
    seen.stop();
    Ok(())
}

fn print(event: &WatchEvent<Seen>) {
    match &event.obj {
        Seen::Definition(definition) => {
            let name = definition.metadata.name.as_deref().unwrap_or_default();
            println!("{}, {name}", event.etype);
        }
        Seen::CronTab(CronTab { metadata, spec }) => {
            let name = metadata.name.as_deref().unwrap_or_default();
            println!("{}, {name}: {:?}, {} replicas", event.etype, spec.cron_spec, spec.replicas);
        }
    }
}

/// The CRD, as for `kubectl apply`.
fn definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "crontabs.stable.example.com"},
        "spec": {
            "group": "stable.example.com",
            "scope": "Namespaced",
            "names": {
                "plural": "crontabs",
                "singular": "crontab",
                "kind": "CronTab",
                "shortNames": ["ct"],
            },
            "versions": [{
                "name": "v1",
                "served": true,
                "storage": true,
                "schema": {"openAPIV3Schema": {
                    "type": "object",
                    "properties": {"spec": {
                        "type": "object",
                        "required": ["cronSpec"],
                        "properties": {
                            "cronSpec": {"type": "string"},
                            "replicas": {"type": "integer"},
                        },
                    }},
                }},
            }],
        },
    })
}

fn cron_tab(name: &str, schedule: &str) -> Value {
    json!({
        "apiVersion": "stable.example.com/v1",
        "kind": "CronTab",
        "metadata": {"name": name},
        "spec": {"cronSpec": schedule, "replicas": 1},
    })
}

async fn post(
    client: &Client,
    path: &str,
    object: &Value,
) -> Result<(), Box<dyn std::error::Error>> {
    let request = http::Request::post(path).header("content-type", "application/json");
    client.request::<Value>(request.body(serde_json::to_vec(object)?)?).await?;
    Ok(())
}
