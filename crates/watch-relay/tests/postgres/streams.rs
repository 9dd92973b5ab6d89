//! Durable streams whose checkpoints are in the sink's transaction.

use std::sync::Arc;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use kube_client::{Client, Config};
use serde_json::json;
use watch_durable::{DurableEvent, DurableExt as _, DurableStream};
use watch_relay::sink::Sink as _;
use watch_relay::sink::postgres::PostgresSink;
use watch_relay::{Batch, Message};
use watch_runtime::Watcher;
use watchable_core::{DynamicObject, ResourceInfo, Scope};

use crate::support::{open, reopen, texts, with_object};
use engines::postgres::Server;

const MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);

/// The limit of every wait: a test that takes longer hangs.
const TEST_TIMEOUT: Duration = Duration::from_mins(1);

/// A process that stores the `ConfigMap`s of an API server. Dropping it kills it.
struct Process {
    sink: PostgresSink,
    events: DurableStream<DynamicObject>,
}

impl Process {
    async fn new(api: &EmbeddedServer, server: &Server) -> Self {
        let sink = open(server).await;
        let config = Config::new(api.url().parse().expect("a URL"));
        let client = Client::try_from(config).expect("a client is created");
        let store = sink.transaction().expect("it has one");
        let events = Watcher::<DynamicObject>::for_resource(client, MAPS).durable(&store, "maps");
        Self { sink, events: events.expect("the name is free").cluster("c") }
    }

    /// Delivers the next events, without a commit.
    async fn deliver(&mut self, count: usize) -> Batch {
        let mut messages = Vec::new();
        for _ in 0..count {
            let event = tokio::time::timeout(TEST_TIMEOUT, self.events.try_next()).await;
            let event = event.expect("it hangs").expect("no error").expect("an event");
            messages.push(message(&event));
        }
        let mut batch = Batch::new(messages);
        self.deliver_again(&mut batch).await;
        batch
    }

    async fn deliver_again(&mut self, batch: &mut Batch) {
        let delivered = tokio::time::timeout(TEST_TIMEOUT, self.sink.deliver(batch)).await;
        delivered.expect("it hangs").expect("it is delivered");
    }

    async fn commit(&mut self) {
        self.events.commit().await.expect("it is committed");
    }
}

fn message(event: &DurableEvent<DynamicObject>) -> Message {
    let object = serde_json::to_value(&event.obj).expect("it is JSON");
    let text = |name: &str| object["metadata"][name].as_str().unwrap_or_default().to_owned();
    let mut message = with_object(&text("name"), 0, event.etype, &object);
    message.id = event.id().to_string().into();
    message.uid = text("uid");
    message.version = text("resourceVersion");
    message.resource = Arc::new(MAPS);
    message.time = Timestamp::now();
    message
}

fn write(api: &EmbeddedServer, name: &str, value: usize) {
    let map = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": "default", "name": name},
        "data": {"value": value.to_string()},
    });
    let store = api.store();
    match store.get(&MAPS, Some("default"), name) {
        Err(_) => drop(store.create(map).expect("it is created")),
        Ok(mut present) => {
            present["data"] = map["data"].clone();
            store.update(present).expect("it is updated");
        }
    }
}

#[tokio::test]
async fn stream_and_sink_store_each_event_once() {
    let catalog = release_catalogs::catalog("1.37").expect("a release");
    let api = EmbeddedServer::builder(catalog).bookmark_interval(Duration::from_millis(20));
    let api = api.start().await.expect("a server starts");
    let mut server = Server::start().await;
    write(&api, "a", 1);
    write(&api, "b", 1);
    let mut process = Process::new(&api, &server).await;
    process.deliver(2).await;
    process.commit().await;

    // A quiet stream writes its position by itself. Whatever it has begun, the sink goes on.
    for round in 2..12 {
        let quiet =
            tokio::time::timeout(Duration::from_millis(3 * round), process.events.try_next());
        quiet.await.expect_err("no event comes");
        write(&api, "a", usize::try_from(round).expect("it is small"));
        process.deliver(1).await;
        process.commit().await;
    }

    // The server dies between delivery and commit.
    write(&api, "c", 1);
    let mut batch = process.deliver(1).await;
    server.kill();
    assert!(process.events.commit().await.expect_err("the server is gone").is_commit());
    server.run(&[]).await;
    reopen(&mut process.sink).await.expect("it opens");
    batch.reset();
    process.deliver_again(&mut batch).await;
    process.commit().await;

    // The process dies between delivery and commit, and another goes on.
    api.store().delete(&MAPS, Some("default"), "b").expect("it is deleted");
    process.deliver(1).await;
    drop(process);
    let mut process = Process::new(&api, &server).await;
    write(&api, "c", 2);
    process.deliver(2).await;
    process.commit().await;

    let client = server.client().await;
    let query = "SELECT concat_ws(' ', type, name, object #>> '{data,value}') FROM watchables.changes ORDER BY seq";
    let changes = texts(&client, query).await;
    let mut expected = vec!["ADDED a 1".to_owned(), "ADDED b 1".to_owned()];
    expected.extend((2..12).map(|value| format!("MODIFIED a {value}")));
    expected.extend(["ADDED c 1", "DELETED b 1", "MODIFIED c 2"].map(str::to_owned));
    assert_eq!(changes, expected);
    let query =
        "SELECT name || ' ' || (object #>> '{data,value}') FROM watchables.objects ORDER BY name";
    assert_eq!(texts(&client, query).await, ["a 11", "c 2"]);
}
