//! The server's HTTP: parses requests and writes responses.

use serde_json::{Value, json};

use crate::server::{Change, Object, Objects};

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
    pub(crate) fn read(uri: &str) -> Self {
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        let get = |key: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(found, _)| *found == key).map(|(_, value)| value)
        };
        Self {
            watch: get("watch") == Some("true"),
            streaming_list: get("sendInitialEvents") == Some("true"),
            bookmarks: get("allowWatchBookmarks") == Some("true"),
            version: get("resourceVersion").and_then(|version| version.parse().ok()),
            limit: get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX),
            continue_token: get("continue").and_then(|token| {
                let (revision, offset) = token.split_once('-')?;
                Some((revision.parse().ok()?, offset.parse().ok()?))
            }),
        }
    }
}

fn object(name: &str, object: &Object) -> Value {
    json!({
        "metadata": {
            "name": name,
            "namespace": "default",
            "uid": object.uid,
            "resourceVersion": object.version.to_string(),
        },
        "spec": {"content": object.content, "note": "}\"],\\ – ü ✓"},
    })
}

fn line(etype: &str, object: &Value) -> String {
    format!("{}\n", json!({"type": etype, "object": object}))
}

pub(crate) fn event(change: &Change) -> String {
    line(change.etype, &object(&change.name, &change.object()))
}

/// Writes the objects as ADDED events.
pub(crate) fn initial(state: &Objects) -> String {
    state.iter().map(|(name, found)| line("ADDED", &object(name, found))).collect()
}

pub(crate) fn bookmark(revision: u64, ends_initial_list: bool) -> String {
    let mut object = json!({
        "metadata": {"resourceVersion": revision.to_string(), "creationTimestamp": null},
        "spec": {"containers": null},
    });
    if ends_initial_list {
        object["metadata"]["annotations"] = json!({"k8s.io/initial-events-end": "true"});
    }
    line("BOOKMARK", &object)
}

pub(crate) fn unknown() -> String {
    line("RENAMED", &json!({}))
}

pub(crate) fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({"kind": "Status", "code": code, "reason": reason, "message": message})
}

pub(crate) fn error_event(status: &Value) -> String {
    line("ERROR", status)
}

/// Writes a page of a list.
pub(crate) fn page(state: &Objects, revision: u64, offset: usize, limit: usize) -> String {
    let items: Vec<_> =
        state.iter().skip(offset).take(limit).map(|(name, found)| object(name, found)).collect();
    let next = offset + items.len();
    let mut metadata = json!({"resourceVersion": revision.to_string()});
    if next < state.len() {
        metadata["continue"] = format!("{revision}-{next}").into();
        metadata["remainingItemCount"] = (state.len() - next).into();
    }
    json!({"kind": "PodList", "metadata": metadata, "items": items}).to_string()
}
