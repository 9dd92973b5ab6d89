//! Messages as the relay makes them.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use watch_protocol::EventType;
use watch_relay::{Batch, Message, Payload};
use watchable_core::{ResourceInfo, Scope};

/// An event of a Pod.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'a> {
    pub(crate) name: &'a str,
    pub(crate) uid: &'a str,
    pub(crate) version: u64,
    pub(crate) etype: EventType,
}

impl<'a> Event<'a> {
    /// A change of the object whose uid is its name.
    pub(crate) fn modified(name: &'a str, version: u64) -> Self {
        Self { name, uid: name, version, etype: EventType::Modified }
    }

    pub(crate) fn added(name: &'a str, version: u64) -> Self {
        Self { etype: EventType::Added, ..Self::modified(name, version) }
    }

    pub(crate) fn deleted(name: &'a str, version: u64) -> Self {
        Self { etype: EventType::Deleted, ..Self::modified(name, version) }
    }
}

pub(crate) fn message(event: Event<'_>) -> Message {
    let Event { name, uid, version, etype } = event;
    let end = if etype == EventType::Deleted { "/deleted" } else { "" };
    let object = Bytes::from(format!(r#"{{"metadata":{{"name":"{name}"}}}}"#));
    Message {
        id: format!("cluster-identity/{uid}/{version}{end}").into(),
        cluster: "prod".into(),
        resource: Arc::new(ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced)),
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        uid: uid.to_owned(),
        version: version.to_string(),
        etype,
        is_repair: false,
        gap: None,
        time: Timestamp::UNIX_EPOCH,
        object: object.clone(),
        old_object: None,
        payload: Payload {
            content_type: "application/json",
            headers: vec![("ce-source", "/prod".to_owned())],
            body: object,
        },
    }
}

pub(crate) fn batch<'a>(events: impl IntoIterator<Item = Event<'a>>) -> Batch {
    Batch::new(events.into_iter().map(message).collect())
}
