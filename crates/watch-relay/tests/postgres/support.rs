//! What the tests share: messages, and a relay in small.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_postgres::Client;
use watch_durable as durable;
use watch_protocol::EventType;
use watch_relay::sink::postgres::{PostgresConfig, PostgresSink};
use watch_relay::sink::{Fence, Sink as _, SinkError};
use watch_relay::{Batch, Message, Payload};
use watchable_core::{ResourceInfo, Scope};

use engines::postgres::Server;

pub(crate) const PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

/// An event of a Pod in the namespace `shop`.
pub(crate) fn message(name: &str, version: u64, etype: EventType) -> Message {
    let object = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "resourceVersion": version.to_string()},
    });
    with_object(name, version, etype, &object)
}

pub(crate) fn with_object(name: &str, version: u64, etype: EventType, object: &Value) -> Message {
    let deleted = if etype == EventType::Deleted { "/deleted" } else { "" };
    let object = Bytes::from(object.to_string());
    let payload =
        Payload { content_type: "application/json", headers: Vec::new(), body: object.clone() };
    Message {
        id: format!("c/uid-{name}/{version}{deleted}").into(),
        cluster: "c".into(),
        resource: Arc::new(PODS),
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        uid: format!("uid-{name}"),
        version: version.to_string(),
        etype,
        is_repair: false,
        gap: None,
        time: "2026-01-02T09:30:00.123456Z".parse::<Timestamp>().expect("a time"),
        object,
        old_object: None,
        payload,
    }
}

pub(crate) fn config(server: &Server) -> PostgresConfig {
    let mut config = PostgresConfig::new(server.url());
    config.create = true;
    config
}

pub(crate) async fn open(server: &Server) -> PostgresSink {
    let mut sink = PostgresSink::new(&config(server)).expect("it is valid");
    sink.open(None).await.expect("it opens");
    sink
}

pub(crate) fn fence(epoch: u64) -> Fence {
    Fence { name: "pods-0".to_owned(), epoch }
}

/// Delivers messages, all of which are stored, and commits them with these batches.
pub(crate) async fn store(
    sink: &mut PostgresSink,
    messages: Vec<Message>,
    batches: Vec<durable::Batch>,
) {
    let mut batch = Batch::new(messages);
    sink.deliver(&mut batch).await.expect("it is delivered");
    assert!(batch.is_done() && batch.refusals().next().is_none());
    commit(sink, batches).await.expect("it is committed");
}

pub(crate) async fn commit(
    sink: &PostgresSink,
    batches: Vec<durable::Batch>,
) -> Result<(), durable::StoreError> {
    sink.transaction().expect("it has one").commit(batches).await
}

/// A checkpoint with one row: how many messages are done.
pub(crate) fn progress(done: usize) -> Vec<durable::Batch> {
    let row = durable::Row { key: b"done".to_vec(), value: done.to_string().into_bytes() };
    vec![durable::Batch { stream: "pods".to_owned(), puts: vec![row], removals: Vec::new() }]
}

/// Opens a sink until it can be opened.
pub(crate) async fn reopen(sink: &mut PostgresSink) -> Result<(), SinkError> {
    let mut last = None;
    for _ in 0..600 {
        match sink.open(None).await {
            Ok(()) => return Ok(()),
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(last.expect("it was tried"))
}

/// Returns the first column of a query's rows.
pub(crate) async fn texts(client: &Client, query: &str) -> Vec<String> {
    let rows = client.query(query, &[]).await.expect(query);
    rows.iter().map(|row| row.get(0)).collect()
}

pub(crate) async fn ids(server: &Server) -> Vec<String> {
    texts(&server.client().await, "SELECT id FROM watchables.changes ORDER BY seq").await
}

/// Returns `name version` of each row of the present state.
pub(crate) async fn present(server: &Server) -> Vec<String> {
    let query = "SELECT name || ' ' || resource_version FROM watchables.objects ORDER BY 1";
    texts(&server.client().await, query).await
}
