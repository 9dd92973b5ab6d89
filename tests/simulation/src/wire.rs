//! The server's HTTP: parses requests and writes responses.

use serde_json::{Value, json};
use watch_protocol::encoder;

use crate::oddities::{Layout, Versions};
use crate::server::{Change, Object, Objects, Server};

/// A request, as far as the model server needs it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) watch: bool,
    pub(crate) streaming_list: bool,
    pub(crate) bookmarks: bool,
    pub(crate) version: Option<u64>,
    pub(crate) limit: usize,
    /// For the next page of a list: its revision, and how many objects come before it.
    pub(crate) continue_token: Option<(u64, usize)>,
}

impl Request {
    pub(crate) fn read(uri: &str, versions: Versions) -> Self {
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        let get = |key: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(found, _)| *found == key).map(|(_, value)| value)
        };
        Self {
            watch: get("watch") == Some("true"),
            streaming_list: get("sendInitialEvents") == Some("true"),
            bookmarks: get("allowWatchBookmarks") == Some("true"),
            // 0 and 1 are the client's own.
            version: get("resourceVersion").and_then(|version| match version {
                "0" | "1" => version.parse().ok(),
                _ => versions.revision(version).ok(),
            }),
            limit: get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX),
            continue_token: get("continue").and_then(|token| {
                let (revision, offset) = token.split_once('-')?;
                Some((revision.parse().ok()?, offset.parse().ok()?))
            }),
        }
    }
}

/// Something that is not an object, in the place of one.
pub(crate) const NONSENSE: Value = Value::Null;

/// Writes objects, events and lists with the server's kind of versions, and in its layout or in protobuf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer {
    pub(crate) versions: Versions,
    pub(crate) layout: Layout,
    pub(crate) protobuf: bool,
}

impl Writer {
    fn object(self, key: &str, object: &Object) -> Value {
        let mut value = json!({
            "metadata": {"name": Server::name(key), "namespace": "default"},
            "spec": {"content": object.content, "note": "}\"],\\ – ü ✓"},
        });
        if !object.uid.is_empty() {
            value["metadata"]["uid"] = object.uid.as_str().into();
        }
        if let Some(version) = self.versions.of_object(object.version) {
            value["metadata"]["resourceVersion"] = version.into();
        }
        value
    }

    pub(crate) fn event(self, change: &Change) -> Vec<u8> {
        self.line(change.etype, &self.object(&change.key, &change.object()))
    }

    /// Writes objects as ADDED events.
    pub(crate) fn initial<'a>(
        self,
        objects: impl IntoIterator<Item = (&'a String, &'a Object)>,
    ) -> Vec<u8> {
        let objects = objects.into_iter();
        objects.flat_map(|(key, found)| self.line("ADDED", &self.object(key, found))).collect()
    }

    pub(crate) fn bookmark(self, revision: u64, ends_initial_list: bool) -> Vec<u8> {
        let mut object = json!({
            "metadata": {"creationTimestamp": null},
            "spec": {"containers": null},
        });
        if let Some(version) = self.versions.of_list(revision) {
            object["metadata"]["resourceVersion"] = version.into();
        }
        if ends_initial_list {
            object["metadata"]["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        self.line("BOOKMARK", &object)
    }

    /// Writes a page of a list, with something else in front of its objects if there is such a thing.
    pub(crate) fn page(
        self,
        state: &Objects,
        revision: u64,
        offset: usize,
        limit: usize,
        nonsense: Option<Value>,
    ) -> Vec<u8> {
        let found = state.iter().skip(offset).take(limit);
        let items: Vec<_> = found.map(|(key, found)| self.object(key, found)).collect();
        let next = offset + items.len();
        let mut metadata = json!({});
        if let Some(version) = self.versions.of_list(revision) {
            metadata["resourceVersion"] = version.into();
        }
        if next < state.len() {
            metadata["continue"] = format!("{revision}-{next}").into();
            metadata["remainingItemCount"] = (state.len() - next).into();
        }
        let items: Vec<_> = nonsense.into_iter().chain(items).collect();
        let list = json!({"kind": "PodList", "metadata": metadata, "items": items});
        if self.protobuf { encoder::list(&list) } else { list.to_string().into_bytes() }
    }

    /// Writes the events that are none of an object, which a client passes over or reports.
    pub(crate) fn odd_events(self) -> [Vec<u8>; 3] {
        [
            self.line("RENAMED", &json!({})),
            self.line("BOOKMARK", &json!({"kind": "Pod"})),
            self.line("ADDED", &NONSENSE),
        ]
    }

    pub(crate) fn error_event(self, status: &Value) -> Vec<u8> {
        self.line("ERROR", status)
    }

    /// Writes the body of an HTTP error.
    pub(crate) fn rejection(self, status: &Value) -> Vec<u8> {
        if self.protobuf {
            return encoder::enveloped(status);
        }
        // Over several lines, as API servers write it.
        serde_json::to_vec_pretty(status).unwrap_or_default()
    }

    fn line(self, etype: &str, object: &Value) -> Vec<u8> {
        let event = json!({"type": etype, "object": object});
        if self.protobuf { encoder::event(&event) } else { self.layout.event(&event).into_bytes() }
    }
}

pub(crate) fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({"kind": "Status", "code": code, "reason": reason, "message": message})
}
