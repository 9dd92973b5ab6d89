//! Objects that are stored as they are, with the metadata that another server gave them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::object::{Key, Object, Parts};

/// The reason why a text cannot be stored as an object.
#[derive(Debug)]
pub(crate) enum VerbatimError {
    /// It is not the JSON of an object with metadata.
    Malformed(serde_json::Error),
    /// The metadata lacks a field.
    Missing(&'static str),
    /// The resource version is not a number.
    Version { name: String, version: String },
}

/// The members of an object, as they are written.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    namespace: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    resource_version: Cow<'a, str>,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    finalizers: Option<Vec<IgnoredAny>>,
}

impl Object {
    /// Reads an object that is stored as it is, except for `kind` and `apiVersion`, which go without saying.
    ///
    /// # Errors
    ///
    /// Its metadata is not that of an object on a server, whose resource version is a number.
    pub(crate) fn verbatim(text: &Bytes, is_namespaced: bool) -> Result<Self, VerbatimError> {
        // An event of a watch is one line.
        if text.contains(&b'\n') {
            let value: Value = serde_json::from_slice(text).map_err(VerbatimError::Malformed)?;
            return Self::verbatim(&value.to_string().into(), is_namespaced);
        }
        let Members(members) = serde_json::from_slice(text).map_err(VerbatimError::Malformed)?;
        let metadata = members.iter().find(|(name, _)| name == "metadata");
        let (_, metadata) = metadata.ok_or(VerbatimError::Missing("metadata"))?;
        let metadata: Metadata<'_> =
            serde_json::from_str(metadata.get()).map_err(VerbatimError::Malformed)?;
        if metadata.name.is_empty() {
            return Err(VerbatimError::Missing("metadata.name"));
        }
        let namespace = metadata.namespace.as_deref().filter(|namespace| !namespace.is_empty());
        if is_namespaced && namespace.is_none() {
            return Err(VerbatimError::Missing("metadata.namespace"));
        }
        if metadata.resource_version.is_empty() {
            return Err(VerbatimError::Missing("metadata.resourceVersion"));
        }
        let version = &*metadata.resource_version;
        let revision = version.parse().ok().filter(|_| version.bytes().all(|b| b.is_ascii_digit()));
        let revision = revision.ok_or_else(|| VerbatimError::Version {
            name: metadata.name.clone().into_owned(),
            version: version.to_owned(),
        })?;
        Ok(Self::from_parts(Parts {
            key: Key::new(namespace.filter(|_| is_namespaced), &metadata.name),
            revision,
            labels: metadata.labels.unwrap_or_default(),
            finalizers: metadata.finalizers.is_some_and(|names| !names.is_empty()),
            json: without_type(&members, text.len()),
        }))
    }
}

fn without_type(members: &[(Cow<'_, str>, &RawValue)], length: usize) -> Bytes {
    let mut json = String::with_capacity(length);
    for (name, value) in members.iter().filter(|(n, _)| n != "kind" && n != "apiVersion") {
        json.push(if json.is_empty() { '{' } else { ',' });
        json.push_str(&Value::from(&**name).to_string());
        json.push(':');
        json.push_str(value.get());
    }
    json.push('}');
    json.into()
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMembers;

        impl<'de> Visitor<'de> for OfMembers {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((member.0.0, member.1));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(OfMembers)
    }
}

/// The name of a member, which is borrowed where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl fmt::Display for VerbatimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "it is not an object in JSON: {error}"),
            Self::Missing(field) => write!(f, "it has no {field}"),
            Self::Version { name, version } => write!(
                f,
                "the resource version {version:?} of {name:?} is not a number, so that there is no \
                 order of its changes"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value, is_namespaced: bool) -> Result<Object, String> {
        let text = value.to_string().into();
        Object::verbatim(&text, is_namespaced).map_err(|error| error.to_string())
    }

    #[test]
    fn object_is_stored_as_it_is_without_its_type() {
        let text = r#"{"kind":"Pod","spec":{"n":1.50,"\u0061":"é\n"},"metadata":{"name":"a","namespace":"shop","uid":"u-1","resourceVersion":"17","labels":{"app":"web"},"finalizers":["x/y"]},"apiVersion":"v1"}"#;
        let object = Object::verbatim(&Bytes::from(text), true).unwrap();
        assert_eq!((object.key(), object.revision()), (&Key::new(Some("shop"), "a"), 17));
        assert_eq!((object.label("app"), object.has_finalizers()), (Some("web"), true));
        let expected = r#"{"spec":{"n":1.50,"\u0061":"é\n"},"metadata":{"name":"a","namespace":"shop","uid":"u-1","resourceVersion":"17","labels":{"app":"web"},"finalizers":["x/y"]}}"#;
        assert_eq!(object.item(), expected);
    }

    #[test]
    fn object_on_several_lines_is_stored_on_one() {
        let text = "{\n \"metadata\": {\n \"name\": \"a\", \"resourceVersion\": \"17\"}}";
        let object = Object::verbatim(&Bytes::from(text), false).unwrap();
        assert_eq!(object.item(), r#"{"metadata":{"name":"a","resourceVersion":"17"}}"#);
    }

    #[test]
    fn text_that_is_no_object_of_a_server_is_rejected_with_what_is_wrong() {
        let metadata = json!({"name": "a", "namespace": "shop", "resourceVersion": "17"});
        assert!(read(&json!({"metadata": metadata}), true).is_ok());
        for (field, value, expected) in [
            ("name", json!(""), "metadata.name"),
            ("namespace", json!(null), "metadata.namespace"),
            ("resourceVersion", json!(""), "metadata.resourceVersion"),
            ("resourceVersion", json!("17a"), "\"17a\" of \"a\" is not a number"),
            ("resourceVersion", json!("+17"), "\"+17\" of \"a\" is not a number"),
            ("labels", json!({"a": 1}), "not an object in JSON"),
        ] {
            let mut metadata = metadata.clone();
            metadata[field] = value;
            let error = read(&json!({"metadata": metadata}), true).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        assert!(read(&json!({"spec": {}}), true).unwrap_err().contains("no metadata"));
        assert!(read(&json!([1]), true).unwrap_err().contains("not an object in JSON"));
    }
}
