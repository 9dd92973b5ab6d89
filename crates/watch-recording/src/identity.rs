//! The identity of an object in a line.

use std::borrow::Cow;

use serde::Deserialize;
use watch_protocol::identity::Identity;

/// Reads the identity of an object. `None` if it has no name.
pub(crate) fn of(object: &[u8]) -> Option<Identity> {
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
        #[serde(borrow, default)]
        namespace: Option<Cow<'a, str>>,
        #[serde(borrow, default)]
        uid: Option<Cow<'a, str>>,
        #[serde(borrow, default)]
        resource_version: Option<Cow<'a, str>>,
    }

    let Object { metadata } = serde_json::from_slice(object).ok()?;
    Some(Identity {
        name: metadata.name.into_owned(),
        namespace: metadata.namespace.unwrap_or_default().into_owned(),
        uid: metadata.uid.unwrap_or_default().as_ref().into(),
        version: metadata.resource_version.map(Cow::into_owned),
        content: 0,
    })
}
