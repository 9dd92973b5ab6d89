//! An event as it is handed to a sink.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use watch_protocol::EventType;
use watchable_core::ResourceInfo;

/// An event with its identity and the form in which it is sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// The identity: the same when the event comes again. `CLUSTER/UID/VERSION`, with `/deleted` at the end of a deletion.
    pub id: Arc<str>,
    /// The name of the cluster as its user knows it, or its identity if it was not named.
    pub cluster: Arc<str>,
    /// What kind of object this is.
    pub resource: Arc<ResourceInfo>,
    /// The object's namespace; empty for a cluster-scoped kind.
    pub namespace: String,
    /// The object's name.
    pub name: String,
    /// The object's uid; empty if the server omits uids.
    pub uid: String,
    /// The object's resource version. Of a deletion that a comparison found, the last that was known.
    pub version: String,
    /// What happened.
    pub etype: EventType,
    /// Whether a comparison with a new list found it, instead of a watch event.
    pub is_repair: bool,
    /// How long the relay had not known what happened, if a comparison found it.
    pub gap: Option<Duration>,
    /// When the relay received it.
    pub time: Timestamp,
    /// The object, as JSON: redacted, and reduced to the fields that were asked for.
    pub object: Bytes,
    /// The object before, likewise, if it was asked for and is known.
    pub old_object: Option<Bytes>,
    /// What is sent.
    pub payload: Payload,
}

/// What is sent of an event: a body, and what stands beside it.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    /// The media type of the body, such as `application/cloudevents+json`.
    pub content_type: &'static str,
    /// Attributes that are sent as headers, such as `ce-id`. Empty if all is in the body.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

impl Message {
    /// Returns the path of the object: `pods/v1/shop/web-1`, `deployments.apps/v1/shop/web`, `nodes/v1/node-1`. It names
    /// the object within its cluster, and is the same over its recreation.
    pub fn path(&self) -> String {
        let resource = &self.resource;
        if self.namespace.is_empty() {
            format!("{resource}/{}", self.name)
        } else {
            format!("{resource}/{}/{}", self.namespace, self.name)
        }
    }

    /// Returns what happened, in small letters: `added`, `modified` or `deleted`.
    pub(crate) fn change(&self) -> &'static str {
        match self.etype {
            EventType::Added => "added",
            EventType::Modified => "modified",
            EventType::Deleted => "deleted",
        }
    }

    /// Returns whether the object was deleted.
    pub fn is_deletion(&self) -> bool {
        self.etype == EventType::Deleted
    }
}
