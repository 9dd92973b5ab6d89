//! Messages as the relay makes them.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;
use watch_protocol::EventType;
use watch_relay::form::Form;
use watch_relay::{Batch, Message, Payload};
use watchable_core::{ResourceInfo, Scope};

/// A change of a Pod, in the wire form.
pub(crate) fn message(name: &str, version: usize) -> Message {
    change(Form::Wire, name, version, "")
}

/// A change of a Pod that has a text, in a form.
pub(crate) fn change(form: Form, name: &str, version: usize, text: &str) -> Message {
    let metadata = json!({"name": name, "resourceVersion": version.to_string()});
    let object = Bytes::from(json!({"metadata": metadata, "text": text}).to_string());
    let mut message = Message {
        id: format!("c/{name}/{version}").into(),
        cluster: "prod".into(),
        resource: Arc::new(ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced)),
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        uid: name.to_owned(),
        version: version.to_string(),
        etype: EventType::Modified,
        is_repair: false,
        gap: None,
        time: "2026-01-02T09:30:00.5Z".parse().expect("a time"),
        object,
        old_object: None,
        payload: Payload::default(),
    };
    message.payload = form.payload(&message, None);
    message
}

pub(crate) fn batch(messages: impl IntoIterator<Item = Message>) -> Batch {
    Batch::new(messages.into_iter().collect())
}
