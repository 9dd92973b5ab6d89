//! Messages, and deliveries of them.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use watch_protocol::EventType;
use watch_relay::form::Form;
use watch_relay::sink::http::{HttpConfig, HttpSink};
use watch_relay::sink::{Sink as _, SinkError};
use watch_relay::{Batch, Message, Payload};
use watchable_core::{ResourceInfo, Scope};

use crate::server::Server;

static PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

/// An event in a form.
pub(crate) fn message(form: Form, name: &str, version: usize) -> Message {
    let object = json!({"metadata": {"name": name, "resourceVersion": version.to_string()}});
    let object = Bytes::from(object.to_string());
    let (id, version) = (format!("c/{name}/{version}"), version.to_string());
    let time: Timestamp = "2026-01-02T09:30:00Z".parse().expect("a time");
    let mut message = Message {
        id: id.into(),
        cluster: "c".into(),
        resource: Arc::new(PODS.clone()),
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        uid: name.to_owned(),
        version,
        etype: EventType::Modified,
        is_repair: false,
        gap: None,
        time,
        object,
        old_object: None,
        payload: Payload::default(),
    };
    message.payload = form.payload(&message, None);
    message
}

/// Events of one object.
pub(crate) fn messages(form: Form, count: usize) -> Batch {
    Batch::new((0..count).map(|version| message(form, "a", version)).collect())
}

pub(crate) fn sink(server: &Server) -> HttpSink {
    with(server, |_| ())
}

pub(crate) fn with(server: &Server, change: impl FnOnce(&mut HttpConfig)) -> HttpSink {
    let mut config = HttpConfig::new(server.url());
    change(&mut config);
    HttpSink::new(&config).expect("it is valid")
}

/// Opens a sink and delivers a batch.
pub(crate) async fn deliver(sink: &mut HttpSink, batch: &mut Batch) -> Result<(), SinkError> {
    sink.open(None).await?;
    sink.deliver(batch).await
}

/// Delivers a message, which must fail.
pub(crate) async fn error_of(sink: &mut HttpSink) -> SinkError {
    let mut batch = messages(Form::Wire, 1);
    let error = deliver(sink, &mut batch).await.expect_err("it fails");
    assert_eq!(batch.pending().count(), 1, "it is delivered again");
    error
}

/// Returns the versions of the events that were received, of requests with one each.
pub(crate) fn versions(server: &Server) -> Vec<String> {
    let version = |event: serde_json::Value| {
        event["object"]["metadata"]["resourceVersion"].as_str().expect("a text").to_owned()
    };
    server.received().iter().map(|received| version(received.json())).collect()
}
