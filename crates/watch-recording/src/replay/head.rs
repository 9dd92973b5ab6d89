//! What names and orders an object, read without decoding the rest of it.

use std::borrow::Cow;

use serde::Deserialize;
use watchable_core::json;

/// The name of an object within its resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) namespace: Option<String>,
    pub(super) name: String,
}

/// The key of an object, and its resource version.
#[derive(Debug, PartialEq)]
pub(super) struct Head {
    pub(super) key: Key,
    pub(super) version: u64,
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(borrow, default)]
    resource_version: Cow<'a, str>,
}

impl Head {
    /// Reads the head of an object in JSON.
    ///
    /// # Errors
    ///
    /// Says why the object cannot be replayed.
    pub(super) fn read(object: &[u8]) -> Result<Self, String> {
        let Object { metadata } = json::from_slice(object)
            .map_err(|error| format!("an object's metadata cannot be read: {error}"))?;
        let version = parse_version(&metadata.resource_version)
            .map_err(|why| format!("of {:?}, {why}", metadata.name))?;
        let namespace = metadata.namespace.filter(|namespace| !namespace.is_empty());
        Ok(Self { key: Key { namespace, name: metadata.name.into_owned() }, version })
    }
}

/// Reads a resource version as a number.
///
/// # Errors
///
/// Says that it is none.
pub(super) fn parse_version(text: &str) -> Result<u64, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| {
        format!("the resource version {text:?} is not a number, so that there is no order of its changes")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_is_read_and_versions_must_be_numbers() {
        let text = r#"{"spec":[1],"metadata":{"labels":{},"name":"a","namespace":"","resourceVersion":"7"}}"#;
        let key = Key { namespace: None, name: "a".to_owned() };
        assert_eq!(Head::read(text.as_bytes()), Ok(Head { key, version: 7 }));
        let text = r#"{"metadata":{"name":"a","resourceVersion":"7-b"}}"#;
        let error = Head::read(text.as_bytes()).unwrap_err();
        assert!(
            error.contains("of \"a\", the resource version \"7-b\" is not a number"),
            "{error}"
        );
        assert!(Head::read(b"{}").unwrap_err().contains("metadata"));
        assert!(parse_version("").is_err() && parse_version("+7").is_err());
    }
}
