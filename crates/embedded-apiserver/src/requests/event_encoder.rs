//! Encodes the events of a watch, in the representation and on the wire that the client accepts.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::accept::Accepted;
use super::representation::Representation;
use crate::error::ApiError;
use crate::protobuf;
use crate::registry::Served;
use crate::storage::{Event, Object, Selection, added_frame};
use crate::support::release::Release;
use crate::support::wire::Wire;

/// Earlier releases write the empty `creationTimestamp` of a bookmark. In protobuf, all do.
const NO_NULL_TIMESTAMP_SINCE: Release = Release::new(1, 34);

/// Encodes the events of one watch. Each event is a line or a frame.
pub(super) struct EventEncoder {
    served: Arc<Served>,
    release: Release,
    accepted: Accepted,
    /// Whether the columns of a table have been sent.
    columns_sent: bool,
}

impl EventEncoder {
    pub(super) fn new(served: Arc<Served>, release: Release, accepted: Accepted) -> Self {
        Self { served, release, accepted, columns_sent: false }
    }

    /// Returns the ADDED event of an object that existed before the watch started.
    pub(super) fn added(&mut self, object: &Object) -> Option<Bytes> {
        let frame = added_frame(object, &self.served.format(self.wire(), self.release));
        self.rendered(frame)
    }

    /// Returns the event of a change, if it is one to the selection.
    pub(super) fn change(&mut self, event: &Event, selection: &Selection) -> Option<Bytes> {
        let frame = event.frame(&self.served.format(self.wire(), self.release), selection)?;
        self.rendered(frame)
    }

    /// Returns a bookmark: an object with nothing but a version. Two more members that a real server's encoder writes
    /// for a Pod have misled decoders.
    pub(super) fn bookmark(&mut self, revision: u64, ends_initial_events: bool) -> Option<Bytes> {
        let resource = self.served.resource();
        let is_pod = resource.group().is_empty() && resource.kind() == "Pod";
        let has_null =
            self.accepted.wire == Wire::Protobuf || self.release < NO_NULL_TIMESTAMP_SINCE;
        let type_meta = String::from_utf8_lossy(self.served.type_meta());
        let time = if has_null { r#","creationTimestamp":null"# } else { "" };
        let annotations = if ends_initial_events {
            r#","annotations":{"k8s.io/initial-events-end":"true"}"#
        } else {
            ""
        };
        let members = if is_pod { r#","spec":{"containers":null},"status":{}"# } else { "" };
        let object = format!(
            r#"{{{type_meta},"metadata":{{"resourceVersion":"{revision}"{time}{annotations}}}{members}}}"#
        );
        if self.wire() == Wire::Protobuf {
            let object: Value = serde_json::from_str(&object).unwrap_or_default();
            return protobuf::frame_of("BOOKMARK", &object, self.release.minor);
        }
        self.rendered(line("BOOKMARK", &object))
    }

    pub(super) fn error(&self, error: &ApiError) -> Bytes {
        error_event(error, self.accepted.wire, self.release)
    }

    /// The wire of whole objects, which other representations are made from JSON of.
    fn wire(&self) -> Wire {
        if self.accepted.representation == Representation::Full {
            self.accepted.wire
        } else {
            Wire::Json
        }
    }

    /// Converts an event to the representation that the client accepts. What is a list is never an event.
    fn rendered(&mut self, frame: Bytes) -> Option<Bytes> {
        match self.accepted.representation {
            Representation::Full => return Some(frame),
            Representation::PartialMetadataList => return None,
            Representation::PartialMetadata | Representation::Table(_) => {}
        }
        let mut event: Value = serde_json::from_slice(&frame).unwrap_or_default();
        let with_columns = !std::mem::replace(&mut self.columns_sent, true);
        let object = event["object"].take();
        let object = self.accepted.representation.render(object, &self.served, with_columns);
        let event_type = event["type"].as_str().unwrap_or_default();
        if self.accepted.wire == Wire::Protobuf {
            return protobuf::frame_of(event_type, &object, self.release.minor);
        }
        Some(format!("{}\n", json!({"type": event_type, "object": object})).into())
    }
}

/// Returns an ERROR event.
pub(crate) fn error_event(error: &ApiError, wire: Wire, release: Release) -> Bytes {
    let frame = || protobuf::frame_of("ERROR", &json!(error), release.minor);
    let frame = if wire == Wire::Protobuf { frame() } else { None };
    frame.unwrap_or_else(|| line("ERROR", &serde_json::to_string(error).unwrap_or_default()))
}

fn line(event_type: &str, object: &str) -> Bytes {
    format!("{{\"type\":\"{event_type}\",\"object\":{object}}}\n").into()
}
