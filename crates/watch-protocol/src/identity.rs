//! The identity of an object in an event or a list.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use watchable_core::{Scope, json};

use crate::content;
use crate::raw_object::RawObject;
use crate::uid::Uid;

/// The identity of an object, and its resource version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name; empty if the object has none.
    pub name: String,
    /// The namespace; empty if the object is in none.
    pub namespace: String,
    /// The uid.
    pub uid: Uid,
    /// The resource version, if the object has one.
    pub version: Option<String>,
    /// A hash of the object, which stands for an absent version. 0 if there is one.
    pub content: u64,
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    name: String,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(borrow, default)]
    uid: Option<Cow<'a, str>>,
    #[serde(default)]
    resource_version: Option<String>,
}

/// `shop/web-1`, or `node-1` without a namespace.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.namespace.as_str(), self.name.as_str()) {
            (_, "") => f.write_str("an object without a name"),
            ("", name) => f.write_str(name),
            (namespace, name) => write!(f, "{namespace}/{name}"),
        }
    }
}

impl Identity {
    /// Reads the identity of an object's JSON. The content of one without a version is not hashed.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a JSON object with a name.
    pub fn of_json(object: &[u8]) -> Result<Self, json::Error> {
        let Object { metadata } = json::from_slice(object)?;
        Ok(Self {
            name: metadata.name,
            namespace: metadata.namespace.unwrap_or_default(),
            uid: Uid::of(metadata.uid.as_deref().unwrap_or_default()),
            version: metadata.resource_version,
            content: 0,
        })
    }

    /// Hashes the object, if it has no version to compare it by.
    pub(crate) fn hash_unversioned(&mut self, object: &RawObject) {
        if self.version.is_none() {
            self.content = content::hash(object);
        }
    }

    /// Whether it has a name, without which objects cannot be told apart.
    pub(crate) fn is_named(&self) -> bool {
        !self.name.is_empty()
    }

    /// Whether every field is set that objects of this scope have.
    pub(crate) fn is_complete(&self, scope: Scope) -> bool {
        let has_place = match scope {
            Scope::Namespaced => !self.namespace.is_empty(),
            Scope::Cluster => true,
        };
        has_place
            && !self.name.is_empty()
            && !self.uid.is_empty()
            && self.version.as_ref().is_some_and(|version| !matches!(version.as_str(), "" | "0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_is_read_from_json() {
        let text = br#"{"kind":"Pod","metadata":{"name":"w\u0065b","namespace":"shop","uid":"u","resourceVersion":"7","labels":null}}"#;
        let (name, namespace) = ("web".to_owned(), "shop".to_owned());
        let (uid, version) = (Uid::of("u"), Some("7".to_owned()));
        let identity = Identity { name, namespace, uid, version, content: 0 };
        assert_eq!(Identity::of_json(text).unwrap(), identity);
        let named = Identity { name: "a".to_owned(), ..Identity::default() };
        for text in [
            r#"{"metadata":{"name":"a"}}"#,
            r#"{"metadata":{"name":"a","namespace":null,"uid":null,"resourceVersion":null}}"#,
        ] {
            assert_eq!(Identity::of_json(text.as_bytes()).unwrap(), named);
        }
        for text in
            ["", "{}", "[]", r#"{"metadata":{"namespace":"shop"}}"#, r#"{"metadata":{"name":7}}"#]
        {
            assert!(Identity::of_json(text.as_bytes()).is_err(), "{text}");
        }
    }
}
