//! A stored object: its encoded JSON, and the fields that selectors need.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bytes::{Bytes, BytesMut};
use serde_json::Value;
use watchable_core::ResourceInfo;

use crate::protobuf::ObjectType;

/// The key of an object in its collection. The namespace of a cluster-scoped kind is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Key {
    pub(crate) fn new(namespace: Option<&str>, name: &str) -> Self {
        Self { namespace: namespace.unwrap_or_default().to_owned(), name: name.to_owned() }
    }
}

/// One state of an object. It is immutable: a write creates another one.
#[derive(Debug)]
pub(crate) struct Object {
    key: Key,
    revision: u64,
    labels: BTreeMap<String, String>,
    finalizers: bool,
    /// Without `kind` and `apiVersion`, as in a list. Never an empty object.
    json: Bytes,
    /// The message in protobuf, in the group version in which it was first needed.
    message: OnceLock<(usize, Bytes)>,
}

/// The parts of an object that is already encoded.
pub(super) struct Parts {
    pub(super) key: Key,
    pub(super) revision: u64,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) finalizers: bool,
    /// Without `kind` and `apiVersion`, on one line.
    pub(super) json: Bytes,
}

impl Object {
    pub(super) fn from_parts(parts: Parts) -> Self {
        let Parts { key, revision, labels, finalizers, json } = parts;
        Self { key, revision, labels, finalizers, json, message: OnceLock::new() }
    }

    /// Encodes an object and sets its `resourceVersion`: none for revision 0, that of a dry run. The other
    /// metadata must be complete.
    pub(crate) fn new(key: Key, mut value: Value, revision: u64) -> Self {
        if let Some(members) = value.as_object_mut() {
            members.remove("kind");
            members.remove("apiVersion");
        }
        if revision > 0 {
            value["metadata"]["resourceVersion"] = Value::String(revision.to_string());
        } else if let Some(metadata) = value["metadata"].as_object_mut() {
            metadata.remove("resourceVersion");
        }
        let labels = value["metadata"]["labels"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        let finalizers =
            value["metadata"]["finalizers"].as_array().is_some_and(|names| !names.is_empty());
        let json = value.to_string().into();
        Self::from_parts(Parts { key, revision, labels, finalizers, json })
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns whether the object has finalizers, which delay its deletion.
    pub(crate) fn has_finalizers(&self) -> bool {
        self.finalizers
    }

    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str)
    }

    /// Returns the JSON of a list item.
    pub(crate) fn item(&self) -> &Bytes {
        &self.json
    }

    /// Returns the JSON with `kind` and `apiVersion`, between two texts.
    pub(crate) fn framed(&self, before: &str, type_meta: &Bytes, after: &str) -> Bytes {
        let length = before.len() + type_meta.len() + self.json.len() + after.len() + 2;
        let mut text = BytesMut::with_capacity(length);
        text.extend_from_slice(before.as_bytes());
        text.extend_from_slice(b"{");
        text.extend_from_slice(type_meta);
        text.extend_from_slice(b",");
        text.extend_from_slice(&self.json[1..]);
        text.extend_from_slice(after.as_bytes());
        text.freeze()
    }

    /// Returns the message in protobuf, of a type in the group version with this id.
    pub(crate) fn message(&self, version_id: usize, type_: &ObjectType) -> Bytes {
        let encode = || type_.message(&self.decode());
        let (id, message) = self.message.get_or_init(|| (version_id, encode()));
        if *id == version_id { message.clone() } else { encode() }
    }

    /// Decodes the object, without `kind` and `apiVersion`.
    pub(crate) fn decode(&self) -> Value {
        serde_json::from_slice(&self.json).unwrap_or_default()
    }

    /// Decodes the object, with `kind` and `apiVersion`.
    pub(crate) fn decode_as(&self, resource: &ResourceInfo) -> Value {
        let mut value = self.decode();
        value["kind"] = resource.kind().into();
        value["apiVersion"] = resource.api_version().into();
        value
    }
}
