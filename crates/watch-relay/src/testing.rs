//! What our tests share.

use std::sync::Arc;

use jiff::Timestamp;
use watch_protocol::EventType;
use watchable_core::{ResourceInfo, Scope};

use crate::message::{Message, Payload};

/// Returns a message with an id such as `c/u/7`.
pub(crate) fn message(id: &str) -> Message {
    let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    let mut parts = id.split('/').skip(1);
    let uid = parts.next().unwrap_or_default().to_owned();
    let version = parts.next().unwrap_or_default().to_owned();
    let is_deleted = parts.next().is_some();
    let object = format!(r#"{{"metadata":{{"name":"{uid}","resourceVersion":"{version}"}}}}"#);
    let mut message = Message {
        id: id.into(),
        cluster: "prod".into(),
        resource: Arc::new(pods),
        namespace: "shop".to_owned(),
        name: uid.clone(),
        uid,
        version,
        etype: if is_deleted { EventType::Deleted } else { EventType::Modified },
        is_repair: false,
        gap: None,
        time: Timestamp::UNIX_EPOCH,
        object: object.into(),
        old_object: None,
        payload: Payload::default(),
    };
    let line = format!(r#"{{"id":"{id}"}}"#);
    message.payload.body = line.into();
    message
}
