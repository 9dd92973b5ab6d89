//! An object whose kind is chosen at run time.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    DynamicTarget, NamespacedWatch, RawJson, ResourceInfo, Text, WatchItem, WatchTarget, json,
};

/// An object of any kind: its identity, and its JSON as the server sent it.
#[derive(Clone, Debug, PartialEq)]
pub struct DynamicObject {
    identity: Identity,
    json: RawJson,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    api_version: Option<Text>,
    kind: Option<Text>,
    #[serde(deserialize_with = "crate::lenient::null_is_default")]
    metadata: IdentityMetadata,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct IdentityMetadata {
    name: Option<Text>,
    namespace: Option<Text>,
    uid: Option<Text>,
    resource_version: Option<Text>,
}

impl DynamicObject {
    /// Returns the `apiVersion`, such as `apps/v1`.
    pub fn api_version(&self) -> Option<&str> {
        self.identity.api_version.as_deref()
    }

    /// Returns the kind, such as `Deployment`.
    pub fn kind(&self) -> Option<&str> {
        self.identity.kind.as_deref()
    }

    /// Returns the object's name.
    pub fn name(&self) -> Option<&str> {
        self.identity.metadata.name.as_deref()
    }

    /// Returns the object's namespace; `None` for cluster-scoped kinds.
    pub fn namespace(&self) -> Option<&str> {
        self.identity.metadata.namespace.as_deref()
    }

    /// Returns the object's uid, which is unique across time: a recreated object has another one.
    pub fn uid(&self) -> Option<&str> {
        self.identity.metadata.uid.as_deref()
    }

    /// Returns the object's resource version, an opaque string.
    pub fn resource_version(&self) -> Option<&str> {
        self.identity.metadata.resource_version.as_deref()
    }

    /// Returns the object's JSON text.
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Returns the object's JSON text, without a copy.
    pub fn into_json(self) -> String {
        self.json.into_text()
    }

    /// Decodes the object into a type.
    ///
    /// # Errors
    ///
    /// Fails if the JSON does not match `T`.
    pub fn decode<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        self.json.decode()
    }
}

impl Serialize for DynamicObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DynamicObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        let identity = json::from_valid_json(raw.get()).map_err(serde::de::Error::custom)?;
        Ok(Self { identity, json: raw })
    }
}

impl WatchTarget for DynamicObject {
    type Item = Self;
}

impl DynamicTarget for DynamicObject {}

/// Whether the kind is namespaced is known only at run time.
impl NamespacedWatch for DynamicObject {}

impl WatchItem for DynamicObject {
    fn fill_type_meta(&mut self, resource: &ResourceInfo) {
        let mut added = String::new();
        if self.identity.kind.is_none() {
            added = format!(r#""kind":"{}","#, resource.kind());
            self.identity.kind = Some(resource.kind().into());
        }
        if self.identity.api_version.is_none() {
            let api_version = resource.api_version();
            added = format!(r#"{added}"apiVersion":"{api_version}","#);
            self.identity.api_version = Some(api_version.into());
        }
        if added.is_empty() {
            return;
        }
        // The text starts with a brace, or the identity would not have decoded.
        let members = self.json.get()[1..].trim_start();
        if members.starts_with('}') {
            added.pop();
        }
        if let Ok(json) = RawJson::from_text(format!("{{{added}{members}")) {
            self.json = json;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

    fn object(text: &str) -> DynamicObject {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn json_is_kept_verbatim_beside_the_identity() {
        let text = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"b","uid":"u","resourceVersion":"7"},"spec":{"x":1}}"#;
        let pod = object(text);
        assert_eq!((pod.kind(), pod.api_version()), (Some("Pod"), Some("v1")));
        assert_eq!((pod.name(), pod.namespace()), (Some("a"), Some("b")));
        assert_eq!((pod.uid(), pod.resource_version()), (Some("u"), Some("7")));
        assert_eq!(serde_json::to_string(&pod).unwrap(), text);
        assert_eq!(pod.into_json(), text);
    }

    #[test]
    fn list_item_gets_its_type_meta_filled_in() {
        for (text, filled) in [
            (
                r#"{"metadata":{"name":"a"}}"#,
                r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}"#,
            ),
            (r"{ }", r#"{"kind":"Pod","apiVersion":"v1"}"#),
            (r#"{"kind":"Other"}"#, r#"{"apiVersion":"v1","kind":"Other"}"#),
        ] {
            let mut pod = object(text);
            pod.fill_type_meta(&POD);
            assert_eq!(pod.json(), filled);
        }
    }
}
